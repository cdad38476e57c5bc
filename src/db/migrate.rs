//! The two embedded migration sets, twins of each other.

use diesel::migration::MigrationSource;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{Conn, DbError};

const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");
const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");

/// Any number that no other program locks; servers that start together take turns under it.
const ADVISORY_LOCK: i64 = 0x7869_616e_6665_6e67;

pub(super) fn run(conn: &mut Conn) -> Result<(), DbError> {
    match conn {
        Conn::Sqlite(c) => c.run_pending_migrations(SQLITE).map(drop).map_err(DbError::unavailable),
        Conn::Pg(c) => {
            diesel::sql_query("SELECT pg_advisory_lock($1)")
                .bind::<diesel::sql_types::BigInt, _>(ADVISORY_LOCK)
                .execute(c)?;
            let outcome = c.run_pending_migrations(POSTGRES).map(drop).map_err(DbError::unavailable);
            diesel::sql_query("SELECT pg_advisory_unlock($1)")
                .bind::<diesel::sql_types::BigInt, _>(ADVISORY_LOCK)
                .execute(c)?;
            outcome
        }
    }
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

/// The migrations that the database bears, oldest first; asked without writing.
pub(super) fn applied(conn: &mut Conn) -> QueryResult<Vec<String>> {
    let versions: Vec<String> = crate::on!(conn, c => schema_migrations::table
        .select(schema_migrations::version)
        .order(schema_migrations::version)
        .load(c))?;
    Ok(versions)
}

diesel::table! {
    /// Kept by diesel itself.
    #[sql_name = "__diesel_schema_migrations"]
    schema_migrations (version) {
        version -> Text,
    }
}

fn versions<DB: diesel::backend::Backend>(
    migrations: diesel::migration::Result<Vec<Box<dyn diesel::migration::Migration<DB>>>>,
) -> Vec<String> {
    migrations.map(|all| all.iter().map(|m| m.name().version().to_string()).collect()).unwrap_or_default()
}
