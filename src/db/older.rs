//! Waiting for transactions that began before something was committed, and may not have seen it.

use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::{Conn, Db, DbError};

/// How often and in which steps older transactions are waited for.
const WAITS: usize = 40;
const WAIT: Duration = Duration::from_millis(50);

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

impl Db {
    /// Waits, two seconds at most, until every transaction has ended that had begun when this was called; false when one
    /// goes on, such as a dump of the database. On SQLite, where writes go one after the other, there is none.
    ///
    /// Whatever begins later sees what the caller has read as committed.
    pub async fn older_have_ended(&self) -> Result<bool, DbError> {
        let now = self.read(database_clock).await?;
        for _ in 0..WAITS {
            if self.read(move |conn| count_older(conn, now)).await? == 0 {
                return Ok(true);
            }
            tokio::time::sleep(WAIT).await;
        }
        Ok(false)
    }
}

/// The database's own clock in microseconds; 0 on SQLite, where nothing waits.
fn database_clock(conn: &mut Conn) -> QueryResult<i64> {
    let Conn::Pg(c) = conn else { return Ok(0) };
    let sql = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS number";
    Ok(diesel::sql_query(sql).get_result::<Number>(c)?.number)
}

/// Transactions that began before `instant` of the database's clock and have not ended.
///
/// A statement may have seen what was before and not have written yet: until its first write a transaction has no id, and
/// `pg_snapshot_xmin` does not know of it. The instant at which it began is known from its first moment on.
fn count_older(conn: &mut Conn, instant: i64) -> QueryResult<i64> {
    let Conn::Pg(c) = conn else { return Ok(0) };
    let sql = "SELECT count(*) AS number FROM pg_stat_activity
               WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
               AND extract(epoch FROM xact_start) * 1000000 <= $1";
    Ok(diesel::sql_query(sql).bind::<BigInt, _>(instant).get_result::<Number>(c)?.number)
}
