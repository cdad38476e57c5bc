//! A connection to either database, and the macro that writes a query once for both.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text};
use diesel::{PgConnection, SqliteConnection};

use super::DbError;
use crate::base::id::MemberId;
use crate::prepared;

/// A connection to one of the two databases.
///
/// Queries are typed diesel expressions inside [`on!`](crate::on), compiled for each backend; diesel's own
/// multi-backend derive refuses upserts, batch inserts and `returning`.
pub enum Conn {
    Pg(PgConnection),
    Sqlite(SqliteConnection),
}

/// Compiles one diesel expression for both databases: `on!(conn, c => units::table.load(c))`.
#[macro_export]
macro_rules! on {
    ($conn:expr, $c:ident => $query:expr) => {
        match $conn {
            $crate::db::Conn::Pg($c) => $query,
            $crate::db::Conn::Sqlite($c) => $query,
        }
    };
}

/// A COMMIT does not wait for the disk; [`super::syncer`] does, before anybody is answered. After a commit SQLite walks
/// through its whole cache whenever a page was split, so a large one costs more than it saves. What is given back within a
/// page is written over with zeros where that writes nothing more; pages that are free as a whole keep what they held until
/// they are used again, but for what erases names and votes, which writes over these too.
const SQLITE_WRITER: &str = "
    PRAGMA busy_timeout = 10000;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA foreign_keys = ON;
    PRAGMA secure_delete = FAST;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -12288;
    PRAGMA journal_size_limit = 67108864;
    PRAGMA wal_autocheckpoint = 4000;";

/// For while a copy is taken, see [`super::copying`]; the second is what [`SQLITE_WRITER`] begins with.
pub(super) const CHECKPOINTS_OFF: &str = "PRAGMA wal_autocheckpoint = 0";
pub(super) const CHECKPOINTS_ON: &str = "PRAGMA wal_autocheckpoint = 4000";

const SQLITE_READER: &str = "
    PRAGMA busy_timeout = 10000;
    PRAGMA query_only = ON;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -12288;
    PRAGMA mmap_size = 268435456;";

/// A plan may have been made while a table was empty or small, and a connection keeps it: a look by key must not go
/// through the whole table for as long as that lasts. What has no index still may.
const POSTGRES_WRITER: &str = "SET enable_seqscan = off;";

pub(super) const POSTGRES: &str = "
    SET statement_timeout = '4s';
    SET lock_timeout = '3s';
    SET idle_in_transaction_session_timeout = '10s';
    SET jit = off; -- compiling a statement takes longer than any of ours runs
    SET TIME ZONE 'UTC';";

impl Conn {
    pub(super) fn open_sqlite_writer(path: &str) -> Result<Conn, DbError> {
        let mut conn = SqliteConnection::establish(path).map_err(DbError::unavailable)?;
        conn.batch_execute(SQLITE_WRITER)?;
        // where it cannot have a log, SQLite stays with its journal and says so only when asked
        let journal: Journal = diesel::sql_query("PRAGMA journal_mode").get_result(&mut conn)?;
        if journal.journal_mode != "wal" {
            return Err(DbError::Unavailable(format!("{path} 所在的文件系统不支持 SQLite 的 WAL，请放在本机磁盘上")));
        }
        Ok(Conn::Sqlite(conn))
    }

    pub(super) fn open_sqlite_reader(path: &str) -> Result<Conn, DbError> {
        let mut conn = SqliteConnection::establish(path).map_err(DbError::unavailable)?;
        conn.batch_execute(SQLITE_READER)?;
        Ok(Conn::Sqlite(conn))
    }

    pub(super) fn open_postgres_writer(url: &str) -> Result<Conn, DbError> {
        let mut conn = Conn::open_postgres_reader(url)?;
        conn.batch(POSTGRES_WRITER)?;
        Ok(conn)
    }

    pub(super) fn open_postgres_reader(url: &str) -> Result<Conn, DbError> {
        let mut conn = PgConnection::establish(&with_time_limits(url)).map_err(DbError::unavailable)?;
        conn.batch_execute(POSTGRES)?;
        Ok(Conn::Pg(conn))
    }

    /// Runs SQL without parameters or results.
    pub fn batch(&mut self, sql: &str) -> QueryResult<()> {
        on!(self, c => c.batch_execute(sql))
    }

    /// See [`Tx::take_turn`](super::Tx::take_turn).
    pub(super) fn take_turn(&mut self, member: MemberId) -> QueryResult<()> {
        match self {
            // READ COMMITTED lets two transactions read the same sum; there may be no row to lock yet
            Conn::Pg(c) => diesel::select(pg_advisory_xact_lock(turn_of(member))).execute(c).map(drop),
            // all writes go through one thread, one transaction after the other
            Conn::Sqlite(_) => Ok(()),
        }
    }

    /// See [`Tx::take_turn_on`](super::Tx::take_turn_on).
    pub(super) fn take_turn_on(&mut self, name: &str) -> QueryResult<()> {
        let digest = crate::base::crypto::digest(name.as_bytes());
        let turn = i64::from_be_bytes(digest[..8].try_into().expect("a digest has 32 bytes"));
        self.take_turns(&[turn])
    }

    /// Takes the [turns](turn_of) of several members, one after the other as they are given.
    pub(super) fn take_turns(&mut self, turns: &[i64]) -> QueryResult<()> {
        match self {
            Conn::Pg(c) => {
                let wait = diesel::sql_query("SELECT pg_advisory_xact_lock(turn) FROM unnest($1) AS turn");
                prepared!(wait.bind::<Array<BigInt>, _>(turns)).execute(c).map(drop)
            }
            Conn::Sqlite(_) => Ok(()),
        }
    }
}

/// How SQLite makes commits whole: `wal`, or what it falls back to.
#[derive(QueryableByName)]
struct Journal {
    #[diesel(sql_type = Text)]
    journal_mode: String,
}

/// The number on which transactions about a member take turns. Two members with one number merely wait for each other.
pub(super) fn turn_of(member: MemberId) -> i64 {
    (member.uuid().as_u64_pair().1 ^ TURNS).cast_signed()
}

/// Keeps these advisory locks apart from those for other purposes.
const TURNS: u64 = 0x6c65_6467_6572_0000;

diesel::define_sql_function! {
    /// Held until the end of the transaction; the result is void and never read.
    fn pg_advisory_xact_lock(key: BigInt) -> Nullable<Text>;
}

/// Adds libpq's limits for connecting and for a silent network, unless the operator set them. They end connections whose
/// peer is gone; one that takes everything and answers nothing they do not notice, see [`super::workers`].
fn with_time_limits(url: &str) -> String {
    let mut url = url.to_owned();
    for (name, value) in
        [("connect_timeout", "2"), ("tcp_user_timeout", "5000"), ("keepalives_idle", "5"), ("keepalives_interval", "2")]
    {
        if !url.contains(name) {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str(&format!("{name}={value}"));
        }
    }
    url
}
