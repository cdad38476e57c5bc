//! The two embedded migration sets, which make the same tables, and who may apply them.

use diesel::connection::SimpleConnection;
use diesel::dsl::sql;
use diesel::migration::{MigrationSource, MigrationVersion};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};
use diesel::sqlite::Sqlite;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{Conn, DbError};

const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");
const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");

/// Any number that no other program locks; servers that start together take turns under it.
const ADVISORY_LOCK: i64 = 0x7869_616e_6665_6e67;

/// A migration takes the time that it takes, and so does waiting for another process that migrates.
const UNHURRIED: &str = "SET statement_timeout = 0; SET lock_timeout = 0;";

/// Whether the role owns what there is, or may make the first table.
const MAY_CHANGE: &str = "CASE WHEN to_regclass('__diesel_schema_migrations') IS NULL
    THEN coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)
    ELSE (SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = to_regclass('__diesel_schema_migrations'))
    END";

const BEHIND: &str = "数据库结构落后于本程序，请先以数据库所有者的身份运行 xianfeng migrate \
    (the database is behind this program, and this role may not change it: run `xianfeng migrate` as its owner)";

/// A program does not know what a later one keeps, nor what it relies on: it would write rows that the later one does not
/// understand. So it touches nothing.
const AHEAD: &str = "数据库已由较新的程序升级，本程序不能使用，也没有改动它：请改用升级它的那个版本或更新的程序；\
    要退回旧版本，请用 xianfeng restore 把升级前的备份恢复到空的数据库";

diesel::table! {
    /// What diesel's migrations keep; read here without the writing that diesel would begin with.
    __diesel_schema_migrations (version) {
        version -> Text,
    }
}

/// Applies what is missing, unless a later program was here. A role that may not is content with a database that lacks
/// nothing.
pub(super) fn run(conn: &mut Conn) -> Result<(), DbError> {
    refuse_later(conn)?;
    match conn {
        Conn::Sqlite(_) => apply(conn),
        Conn::Pg(c) => {
            let may_change: bool = diesel::select(sql::<Bool>(MAY_CHANGE)).get_result(c)?;
            if may_change {
                return run_on_postgres(conn);
            }
            if has_all(conn)? { Ok(()) } else { Err(DbError::OtherSchema(BEHIND.into())) }
        }
    }
}

fn run_on_postgres(conn: &mut Conn) -> Result<(), DbError> {
    conn.batch(UNHURRIED)?;
    let outcome = run_in_turn(conn);
    conn.batch(super::conn::POSTGRES)?;
    outcome
}

fn run_in_turn(conn: &mut Conn) -> Result<(), DbError> {
    let turn = |conn: &mut Conn, what: &str| crate::on!(conn, c => diesel::sql_query(what).bind::<BigInt, _>(ADVISORY_LOCK).execute(c));
    turn(conn, "SELECT pg_advisory_lock($1)")?;
    // a later program may have had its turn just now
    let outcome = refuse_later(conn).and_then(|()| apply(conn));
    turn(conn, "SELECT pg_advisory_unlock($1)")?;
    outcome
}

fn apply(conn: &mut Conn) -> Result<(), DbError> {
    match conn {
        Conn::Sqlite(c) => c.run_pending_migrations(SQLITE).map(drop).map_err(DbError::unavailable),
        Conn::Pg(c) => c.run_pending_migrations(POSTGRES).map(drop).map_err(DbError::unavailable),
    }
}

/// Refuses a database that bears migrations which this program does not know; asked without writing.
fn refuse_later(conn: &mut Conn) -> Result<(), DbError> {
    let later = unknown(&applied(conn)?, matches!(conn, Conn::Pg(_)));
    let Some(last) = later.last() else { return Ok(()) };
    let (number, program) = (later.len(), env!("CARGO_PKG_VERSION"));
    Err(DbError::OtherSchema(format!(
        "{AHEAD} (the database is ahead of this program {program}: {number} migrations that it does not know, the last {last})"
    )))
}

/// Lets `role` do what serving takes, and no more; asked of the owner on PostgreSQL.
pub(super) fn grant(conn: &mut Conn, role: &str) -> Result<(), DbError> {
    let Conn::Pg(c) = conn else {
        return Err(DbError::Unavailable("XIANFENG_SERVING_ROLE: only PostgreSQL has roles".into()));
    };
    let granted = c.transaction(|c| {
        diesel::sql_query("SELECT set_config('xianfeng.serving_role', $1, true)").bind::<Text, _>(role).execute(c)?;
        c.batch_execute(include_str!("serving_role.sql"))
    });
    granted.map_err(|error: diesel::result::Error| DbError::Unavailable(format!("XIANFENG_SERVING_ROLE: {error}")))
}

/// Whether the database bears exactly the migrations of this program; asked without writing.
pub(super) fn is_current(conn: &mut Conn) -> QueryResult<bool> {
    let expected = known(matches!(conn, Conn::Pg(_)));
    Ok(expected == applied(conn)?)
}

/// The migrations of this program, oldest first.
pub(super) fn known(is_postgres: bool) -> Vec<String> {
    let mut known: Vec<String> = match is_postgres {
        true => versions(MigrationSource::<Pg>::migrations(&POSTGRES)),
        false => versions(MigrationSource::<Sqlite>::migrations(&SQLITE)),
    };
    known.sort();
    known
}

/// Those of `applied` that this program does not know: a later one was here.
pub(super) fn unknown(applied: &[String], is_postgres: bool) -> Vec<String> {
    let known = known(is_postgres);
    applied.iter().filter(|version| !known.contains(version)).cloned().collect()
}

/// Whether it bears all of them.
fn has_all(conn: &mut Conn) -> QueryResult<bool> {
    let (expected, applied) = (known(matches!(conn, Conn::Pg(_))), applied(conn)?);
    Ok(expected.iter().all(|version| applied.contains(version)))
}

fn versions<DB: diesel::backend::Backend>(
    migrations: diesel::migration::Result<Vec<Box<dyn diesel::migration::Migration<DB>>>>,
) -> Vec<String> {
    let version = |version: MigrationVersion<'_>| version.to_string();
    migrations.map(|all| all.iter().map(|m| version(m.name().version())).collect()).unwrap_or_default()
}

/// The migrations that the database bears, oldest first; asked without writing.
pub(super) fn applied(conn: &mut Conn) -> QueryResult<Vec<String>> {
    let is_there: bool = match conn {
        Conn::Pg(c) => {
            diesel::select(sql::<Bool>("to_regclass('__diesel_schema_migrations') IS NOT NULL")).get_result(c)?
        }
        Conn::Sqlite(c) => {
            let named = "EXISTS (SELECT 1 FROM sqlite_master WHERE name = '__diesel_schema_migrations')";
            diesel::select(sql::<Bool>(named)).get_result(c)?
        }
    };
    if !is_there {
        return Ok(Vec::new());
    }
    crate::on!(conn, c => __diesel_schema_migrations::table
        .select(__diesel_schema_migrations::version)
        .order(__diesel_schema_migrations::version)
        .load(c))
}
