//! Removing what a database keeps of rows that were erased, as far as it can be asked to.

use diesel::prelude::*;
use diesel::sql_types::Integer;

use super::Conn;

/// What `PRAGMA wal_checkpoint` answers; of its three columns the one that is of interest.
#[derive(QueryableByName)]
struct Checkpoint {
    /// 1 when a reader kept the log from being emptied.
    #[diesel(sql_type = Integer)]
    busy: i32,
}

/// Copies SQLite's log into the file and empties it. False while a reader needs it; then nobody waits, for this is the
/// thread that all writes go through.
pub(super) fn empty_log(conn: &mut Conn) -> QueryResult<bool> {
    let Conn::Sqlite(c) = conn else { return Ok(true) };
    diesel::sql_query("PRAGMA busy_timeout = 0").execute(c)?;
    let outcome = diesel::sql_query("PRAGMA wal_checkpoint(TRUNCATE)").get_result::<Checkpoint>(c);
    diesel::sql_query("PRAGMA busy_timeout = 10000").execute(c)?;
    Ok(outcome?.busy == 0)
}

/// Has PostgreSQL forget the former versions of a table's rows. It needs the table's owner (or MAINTAIN); anybody else is
/// only warned, and autovacuum does it in its own time.
pub(super) fn vacuum(conn: &mut Conn, table: &str) -> QueryResult<()> {
    // longer than a request may take, for it is none
    conn.batch("SET statement_timeout = '120s'")?;
    let outcome = conn.batch(&format!("VACUUM {table}"));
    conn.batch("SET statement_timeout = '4s'")?;
    outcome
}
