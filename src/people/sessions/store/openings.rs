//! How accounts were opened: written once, never changed.

use diesel::prelude::*;

use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::db::Conn;
use crate::db::schema::account_openings;
use crate::on;
use crate::people::sessions::model::AccountOpening;

pub fn insert(conn: &mut Conn, opening: &AccountOpening) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(account_openings::table).values(opening).execute(c)).map(drop)
}

/// The opening of a member's account at exactly that instant.
pub fn find_at(conn: &mut Conn, member: MemberId, at: Timestamp) -> QueryResult<Option<AccountOpening>> {
    on!(conn, c => account_openings::table
        .filter(account_openings::member_id.eq(member))
        .filter(account_openings::opened_at.eq(at))
        .order(account_openings::id.desc())
        .select(AccountOpening::as_select())
        .first(c)
        .optional())
}

/// Who issued the code by which a member's account was opened last; `None` when it never was by a code.
pub fn find_issuer(conn: &mut Conn, member: MemberId) -> QueryResult<Option<MemberId>> {
    let issuer: Option<Option<MemberId>> = on!(conn, c => account_openings::table
        .filter(account_openings::member_id.eq(member))
        .order(account_openings::id.desc())
        .select(account_openings::issued_by)
        .first(c)
        .optional())?;
    Ok(issuer.flatten())
}

/// Every opening until `until`, oldest first.
pub fn list(conn: &mut Conn, until: Timestamp) -> QueryResult<Vec<AccountOpening>> {
    on!(conn, c => account_openings::table
        .filter(account_openings::opened_at.le(until))
        .order(account_openings::id)
        .select(AccountOpening::as_select())
        .load(c))
}
