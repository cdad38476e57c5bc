//! What a database needs that was put back from a backup: tokens that were changed since, or stolen, must not live again,
//! and codes that were used since must not work again.

use diesel::QueryResult;

use super::model::Ending;
use super::resets::RESET_ON_DESK;
use super::store;
use crate::db::Tx;
use crate::kernel::desk;

/// Ends live sessions because the database was put back, `limit` at most; says how many.
pub fn end_restored(tx: &mut Tx, limit: i64) -> QueryResult<usize> {
    let now = tx.now();
    store::revoke_some(tx.conn, Ending::Restored, now, limit)
}

/// Withdraws every code that sets a password, and members' requests for one; says how many codes.
pub fn withdraw_codes(tx: &mut Tx) -> QueryResult<usize> {
    store::resets::delete_all_requests(tx.conn)?;
    desk::clear_kind(tx, RESET_ON_DESK)?;
    store::delete_all_unused_invitations(tx.conn)
}
