//! Leases: a named piece of work that only one of several processes does at a time.

use diesel::prelude::*;

use crate::db::Tx;
use crate::db::schema::leases;
use crate::on;

crate::id!(
    /// A process that may hold leases.
    HolderId
);

/// Takes or renews the lease `name` for `seconds`; false while another process holds it.
pub fn hold(tx: &mut Tx, name: &'static str, holder: HolderId, seconds: i64) -> QueryResult<bool> {
    let now = tx.now();
    let until = now.plus_seconds(seconds);
    let row = (leases::name.eq(name), leases::holder.eq(holder), leases::held_until.eq(until));
    let taken = on!(tx.conn, c => diesel::insert_into(leases::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    if taken == 1 {
        return Ok(true);
    }
    let mine_or_over = leases::holder.eq(holder).or(leases::held_until.lt(now));
    let renewed = on!(tx.conn, c => diesel::update(leases::table.filter(leases::name.eq(name)).filter(mine_or_over))
        .set((leases::holder.eq(holder), leases::held_until.eq(until)))
        .execute(c))?;
    Ok(renewed == 1)
}
