//! Leases: a named piece of work that only one of several processes does at a time.

use diesel::prelude::*;

use crate::db::schema::leases;
use crate::db::{Db, DbError, Never, Stop, Tx};
use crate::on;

crate::id!(
    /// A process that may hold leases.
    ProcessId
);

/// A piece of work that one process does at a time.
#[derive(Clone, Copy, Debug)]
pub struct Lease {
    pub name: &'static str,
    /// This process.
    pub holder: ProcessId,
    /// How long others wait for it to go on.
    pub seconds: i64,
}

/// One transaction of the work under `lease`, which it takes or renews; `None` while another process does that work.
pub async fn leased<T: Send + 'static>(
    db: &Db,
    lease: Lease,
    act: impl Fn(&mut Tx) -> QueryResult<T> + Send + 'static,
) -> Result<Option<T>, DbError> {
    db.write(move |tx| -> Result<Option<T>, Stop<Never>> { Ok(if take(tx, lease)? { Some(act(tx)?) } else { None }) })
        .await
        .map_err(DbError::from)
}

/// Takes or renews the lease; false while another process holds it.
fn take(tx: &mut Tx, Lease { name, holder, seconds }: Lease) -> QueryResult<bool> {
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
