//! The schema that diesel believes in is the one that both migration sets make.
//!
//! `search_grams` is left out: it is each database's own full-text index (a virtual table in SQLite), unknown to diesel.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use diesel::sql_types::Text;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, sql_query};

use crate::support::{Database, needs_postgres};

/// Columns by table: what diesel calls the type, with `Nullable<…>` around it where NULL may stand.
type Schema = BTreeMap<String, BTreeMap<String, String>>;

const FOLDERS: [&str; 2] = ["migrations/sqlite", "migrations/postgres"];

#[test]
fn the_migration_folders_are_twins() {
    let [sqlite, postgres] = FOLDERS.map(|folder| names(folder).into_iter().collect::<Vec<_>>());
    assert_eq!(sqlite, postgres);
}

#[test]
fn sqlite_has_the_tables_that_the_code_believes_in() {
    compare("SQLite", &of_sqlite());
}

#[test]
#[ignore = "needs PostgreSQL and Redis: scripts/test runs it there"]
fn postgres_has_the_tables_that_the_code_believes_in() {
    needs_postgres();
    compare("PostgreSQL", &of_postgres());
}

#[track_caller]
fn compare(database: &str, found: &Schema) {
    let believed = believed();
    for (table, columns) in &believed {
        assert_eq!(found.get(table), Some(columns), "{database}: table {table} (right: src/db/schema)");
    }
    let unknown: Vec<_> = found.keys().filter(|table| !believed.contains_key(*table)).collect();
    assert!(unknown.is_empty(), "{database} has tables that src/db/schema does not know: {unknown:?}");
}

fn names(folder: &str) -> BTreeSet<String> {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// What `src/db/schema` says, wing by wing.
pub fn text() -> String {
    let files = crate::house::files(Path::new("src/db/schema"));
    files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect()
}

fn believed() -> Schema {
    let text = text();
    let mut schema = Schema::new();
    for block in text.split("diesel::table! {").skip(1) {
        let (head, columns) = block.split_once("{").unwrap();
        let table = head.trim().split(' ').next().unwrap();
        let columns = columns.split('}').next().unwrap().lines().filter_map(|line| line.split_once("->"));
        let columns = columns.map(|(name, kind)| (name.trim().into(), kind.trim().trim_end_matches(',').into()));
        schema.insert(table.into(), columns.collect());
    }
    assert!(schema.len() > 10);
    schema
}

fn of_sqlite() -> Schema {
    let conn = rusqlite::Connection::open_in_memory().unwrap();
    for migration in names(FOLDERS[0]) {
        let sql = std::fs::read_to_string(format!("{}/{migration}/up.sql", FOLDERS[0])).unwrap();
        conn.execute_batch(&sql).unwrap_or_else(|error| panic!("{migration}: {error}"));
    }
    // an INTEGER that alone is the primary key is SQLite's own row number, of 64 bits
    let sql =
        "SELECT t.name, c.name, iif(c.type = 'INTEGER' AND c.pk AND c.name = 'id', 'BIGINT', c.type), c.\"notnull\"
               FROM pragma_table_list t, pragma_table_info(t.name) c
               WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'";
    let mut schema = Schema::new();
    let mut statement = conn.prepare(sql).unwrap();
    let mut rows = statement.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        let (table, column, kind, not_null): (String, String, String, bool) =
            (row.get(0).unwrap(), row.get(1).unwrap(), row.get(2).unwrap(), row.get(3).unwrap());
        schema.entry(table).or_default().insert(column, spoken(&kind, !not_null));
    }
    schema
}

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    column_name: String,
    #[diesel(sql_type = Text)]
    data_type: String,
    #[diesel(sql_type = Text)]
    is_nullable: String,
}

fn of_postgres() -> Schema {
    let database = Database::fresh();
    let mut conn = PgConnection::establish(database.url()).unwrap();
    let sql = "SELECT table_name::text, column_name::text, data_type::text, is_nullable::text
               FROM information_schema.columns
               WHERE table_schema = 'public' AND table_name NOT IN ('__diesel_schema_migrations', 'search_grams')";
    let mut schema = Schema::new();
    for column in sql_query(sql).load::<Column>(&mut conn).unwrap() {
        let kind = spoken(&column.data_type, column.is_nullable == "YES");
        schema.entry(column.table_name).or_default().insert(column.column_name, kind);
    }
    schema
}

/// A column's type in diesel's words.
fn spoken(kind: &str, nullable: bool) -> String {
    let word = match kind.to_uppercase().as_str() {
        "BLOB" | "BYTEA" => "Binary",
        "TEXT" => "Text",
        "BIGINT" => "BigInt",
        "INTEGER" => "Integer",
        "BOOLEAN" => "Bool",
        "DATE" => "Date",
        other => panic!("a column type that is not portable: {other}"),
    };
    if nullable { format!("Nullable<{word}>") } else { word.into() }
}
