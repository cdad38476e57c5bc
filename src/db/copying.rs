//! Copies of a whole database at one instant, taken beside those who read and write it, and what can be said of a copy.
//!
//! SQLite writes the copy itself (`VACUUM INTO`) from a snapshot, so that nobody waits for it, nothing that was erased
//! comes along, and it takes no more memory than two small caches. The online backup interface would begin anew with
//! every commit of another connection, or occupy the writer's. On PostgreSQL `pg_dump` writes it, from a snapshot that
//! [`Db::export_snapshot`] holds for it.
//!
//! For as long as the snapshot is held the write-ahead log cannot be copied back. Without care the next commit would then
//! do that for everything that has gathered, and everybody would wait for it; so the writer leaves it be until this
//! module has done it on a connection of its own, which stops nobody.

use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable, Text};
use diesel::{PgConnection, SqliteConnection};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use tokio::sync::oneshot;

use super::writer::Writer;
use super::{Conn, Db, DbError, Engine, migrate};
use crate::base::time::Timestamp;

/// Pages of the log that may be left when the writer takes over again: what it copies back within a commit anyway.
const LEFT_OVER: i32 = 4000;

/// Attempts at copying the log back; writers go on meanwhile.
const ATTEMPTS: usize = 10;

/// What means something in the URI of a file.
const IN_URI: &AsciiSet = &CONTROLS.add(b'%').add(b'?').add(b'#').add(b' ');

/// PostgreSQL as it was at one instant, for as long as this is kept.
pub struct Snapshot {
    /// Sees the snapshot.
    pub conn: Conn,
    /// What `pg_dump --snapshot` is given.
    pub id: String,
    /// Whatever was acknowledged before is in it.
    pub at: Timestamp,
}

impl Db {
    /// The SQLite file; `None` on PostgreSQL.
    pub fn file(&self) -> Option<&Path> {
        match &self.engine {
            Engine::Sqlite { file, .. } => Some(file),
            Engine::Postgres { .. } => None,
        }
    }

    /// The address that it was opened by; it may hold a password.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Writes the SQLite database as it is now into `to`, which must be missing or empty. Whatever was acknowledged
    /// before the instant that it gives is in the copy.
    ///
    /// Goes on to its end even if nobody waits for it any more. The copy is not synced.
    pub async fn copy_to(&self, to: PathBuf) -> Result<Timestamp, DbError> {
        let Engine::Sqlite { writer, file, .. } = &self.engine else {
            return Err(DbError::Unavailable("only a SQLite file is copied so".into()));
        };
        let (writer, file, at) = (writer.clone(), file.clone(), self.now());
        let copying = tokio::task::spawn_blocking(move || {
            set_checkpoints(&writer, false)?;
            let outcome = copy(&file, &to);
            set_checkpoints(&writer, true)?;
            outcome
        });
        copying.await.map_err(|_| DbError::Panicked)??;
        Ok(at)
    }

    /// PostgreSQL as it is now, for `pg_dump` and for questions that must agree with what it writes.
    pub async fn export_snapshot(&self) -> Result<Snapshot, DbError> {
        let (url, at) = (self.url.to_string(), self.now());
        let exporting = tokio::task::spawn_blocking(move || {
            let mut conn = PgConnection::establish(&url).map_err(DbError::unavailable)?;
            conn.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
            let id = diesel::select(diesel::dsl::sql::<Text>("pg_export_snapshot()")).get_result(&mut conn)?;
            Ok(Snapshot { conn: Conn::Pg(conn), id, at })
        });
        exporting.await.map_err(|_| DbError::Panicked)?
    }

    /// Whether the PostgreSQL database has no table yet.
    pub async fn is_empty(&self) -> Result<bool, DbError> {
        let tables = "SELECT count(*) AS tables FROM pg_tables WHERE schemaname = current_schema()";
        self.read(move |conn| match conn {
            Conn::Pg(c) => Ok(diesel::sql_query(tables).get_result::<Tables>(c)?.tables == 0),
            Conn::Sqlite(_) => Ok(false),
        })
        .await
    }
}

/// Opens a SQLite file that nobody writes, without making anything beside it.
pub fn open_copy(file: &Path) -> Result<Conn, DbError> {
    let path = file.to_string_lossy();
    let uri = format!("file:{}?mode=ro&immutable=1", utf8_percent_encode(&path, IN_URI));
    SqliteConnection::establish(&uri).map(Conn::Sqlite).map_err(DbError::unavailable)
}

/// What is wrong with a copied SQLite file; nothing when it is sound and every reference leads somewhere.
pub fn complaints(conn: &mut Conn) -> QueryResult<Vec<String>> {
    let Conn::Sqlite(c) = conn else { return Ok(Vec::new()) };
    let mut found: Vec<String> = diesel::sql_query("PRAGMA integrity_check(20)")
        .load::<Integrity>(c)?
        .into_iter()
        .map(|line| line.integrity_check)
        .filter(|line| line != "ok")
        .collect();
    let dangling: Vec<Dangling> = diesel::sql_query("PRAGMA foreign_key_check").load(c)?;
    found.extend(dangling.into_iter().take(20).map(|line| {
        format!("{} row {} refers to nothing in {}", line.table, line.rowid.unwrap_or_default(), line.parent)
    }));
    Ok(found)
}

/// The migrations that a database bears, oldest first.
pub fn applied_migrations(conn: &mut Conn) -> QueryResult<Vec<String>> {
    migrate::applied(conn)
}

/// Those of `applied` that this program does not know: the database is of a newer one.
pub fn unknown_migrations(applied: &[String], is_postgres: bool) -> Vec<String> {
    migrate::unknown(applied, is_postgres)
}

/// Has the writer copy the log back while it commits, or leave it alone.
fn set_checkpoints(writer: &Writer, on: bool) -> Result<(), DbError> {
    let (answer_to, answer) = oneshot::channel();
    writer.alone_in_turn(Box::new(move |conn| {
        let pragma = if on { super::conn::CHECKPOINTS_ON } else { super::conn::CHECKPOINTS_OFF };
        let _ = answer_to.send(conn.batch(pragma));
    }))?;
    Ok(answer.blocking_recv().map_err(|_| DbError::Panicked)??)
}

fn copy(from: &Path, to: &Path) -> Result<(), DbError> {
    let mut conn = SqliteConnection::establish(&from.to_string_lossy()).map_err(DbError::unavailable)?;
    // anyone who asked for the copy syncs what comes of it
    conn.batch_execute("PRAGMA busy_timeout = 10000; PRAGMA synchronous = OFF;")?;
    let copied =
        diesel::sql_query("VACUUM INTO ?").bind::<Text, _>(to.to_string_lossy().into_owned()).execute(&mut conn);
    conn.batch_execute("PRAGMA synchronous = NORMAL;")?;
    for _ in 0..ATTEMPTS {
        let done: Checkpoint = diesel::sql_query("PRAGMA wal_checkpoint(PASSIVE)").get_result(&mut conn)?;
        if done.log - done.checkpointed < LEFT_OVER {
            break;
        }
    }
    copied?;
    Ok(())
}

#[derive(QueryableByName)]
struct Checkpoint {
    #[diesel(sql_type = Integer)]
    log: i32,
    #[diesel(sql_type = Integer)]
    checkpointed: i32,
}

#[derive(QueryableByName)]
struct Integrity {
    #[diesel(sql_type = Text)]
    integrity_check: String,
}

#[derive(QueryableByName)]
struct Tables {
    #[diesel(sql_type = BigInt)]
    tables: i64,
}

/// A row whose reference leads nowhere.
#[derive(QueryableByName)]
struct Dangling {
    #[diesel(sql_type = Text)]
    table: String,
    #[diesel(sql_type = Nullable<BigInt>)]
    rowid: Option<i64>,
    #[diesel(sql_type = Text)]
    parent: String,
}
