//! The two embedded migration sets, twins of each other.

use diesel::migration::{MigrationSource, MigrationVersion};
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
    let mut expected: Vec<String> = match conn {
        Conn::Pg(_) => versions(MigrationSource::<Pg>::migrations(&POSTGRES)),
        Conn::Sqlite(_) => versions(MigrationSource::<Sqlite>::migrations(&SQLITE)),
    };
    let mut applied: Vec<String> = crate::on!(conn, c => c.applied_migrations())
        .map_err(diesel::result::Error::DeserializationError)?
        .iter()
        .map(MigrationVersion::to_string)
        .collect();
    expected.sort();
    applied.sort();
    Ok(expected == applied)
}

fn versions<DB: diesel::backend::Backend>(
    migrations: diesel::migration::Result<Vec<Box<dyn diesel::migration::Migration<DB>>>>,
) -> Vec<String> {
    migrations.map(|all| all.iter().map(|m| m.name().version().to_string()).collect()).unwrap_or_default()
}
