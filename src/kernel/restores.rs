//! Each time that the database was put back from a backup. What others remember of it from before (boards in Redis, with
//! their versions) then belongs to another life of it, and must not be believed.

use diesel::prelude::*;

use crate::base::time::Timestamp;
use crate::db::schema::restores;
use crate::db::{Conn, Tx};
use crate::on;

crate::id!(
    /// A life of the database, from one restore to the next.
    LifeId
);

/// Writes down that the database is one that was put back, of a backup taken at `backup_at` if that is known.
pub fn begin_life(tx: &mut Tx, backup_at: Option<Timestamp>) -> QueryResult<LifeId> {
    let (id, now): (LifeId, _) = (tx.fresh_id(), tx.now());
    let row = (restores::id.eq(id), restores::backup_at.eq(backup_at), restores::restored_at.eq(now));
    on!(tx.conn, c => diesel::insert_into(restores::table).values(row).execute(c))?;
    Ok(id)
}

/// The present life; `None` in a database that was never put back.
pub fn find_life(conn: &mut Conn) -> QueryResult<Option<LifeId>> {
    on!(conn, c => restores::table
        .select(restores::id)
        .order((restores::restored_at.desc(), restores::id.desc()))
        .first(c)
        .optional())
}
