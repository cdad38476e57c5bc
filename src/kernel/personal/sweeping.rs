//! Text that the product wrote to others and that names somebody: found a piece at a time by readers, so that no writer looks
//! through a large table, and written anew.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Binary, Text};

use super::{NOBODY, Naming};
use crate::db::{Conn, Tx};
use crate::on;

/// How far through a table somebody has looked: the id of the last row.
pub type Place = Vec<u8>;

/// A row that names somebody.
#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Binary)]
    id: Vec<u8>,
}

#[derive(QueryableByName)]
struct Last {
    #[diesel(sql_type = diesel::sql_types::Nullable<Binary>)]
    id: Option<Vec<u8>>,
}

/// What is written in the place of what names somebody: numbers become stars, a name becomes [`NOBODY`].
pub fn hidden_by(needle: &str) -> &'static str {
    if needle.is_ascii() { "***" } else { NOBODY }
}

/// Which of the next `limit` rows after `place` name somebody by one of `needles`, and the place behind them; `None` at the
/// end.
pub fn where_named(
    conn: &mut Conn,
    naming: &Naming,
    needles: &[String],
    place: &Place,
    limit: i64,
) -> QueryResult<Option<(Vec<Place>, Place)>> {
    let table = naming.table;
    let (first, second) = marks(conn);
    let some = format!("SELECT id FROM {table} WHERE id > {first} ORDER BY id LIMIT {second}");
    // without max(bytea), which PostgreSQL has only lately
    let last = format!("SELECT id FROM ({some}) AS passed ORDER BY id DESC LIMIT 1");
    let last: Option<Last> = on!(conn, c => sql_query(&last)
        .bind::<Binary, _>(place)
        .bind::<BigInt, _>(limit)
        .get_result(c)
        .optional())?;
    let Some(until) = last.and_then(|last| last.id) else { return Ok(None) };
    let mut found = Vec::new();
    for needle in needles {
        let third = third(conn);
        let names: Vec<String> =
            naming.columns.iter().map(|column| format!("{}({column}, {third}) > 0", finder(conn))).collect();
        let sql = format!("SELECT id FROM {table} WHERE id > {first} AND id <= {second} AND ({})", names.join(" OR "));
        let rows: Vec<Found> = on!(conn, c => sql_query(&sql)
            .bind::<Binary, _>(place)
            .bind::<Binary, _>(&until)
            .bind::<Text, _>(needle)
            .load(c))?;
        found.extend(rows.into_iter().map(|row| row.id));
    }
    found.sort_unstable();
    found.dedup();
    Ok(Some((found, until)))
}

/// Writes those rows anew, without the needles.
pub fn rewrite(tx: &mut Tx, naming: &Naming, needles: &[String], ids: &[Place]) -> QueryResult<()> {
    let (first, second) = marks(tx.conn);
    let third = third(tx.conn);
    let columns: Vec<String> =
        naming.columns.iter().map(|column| format!("{column} = replace({column}, {first}, {second})")).collect();
    let sql = format!("UPDATE {} SET {} WHERE id = {third}", naming.table, columns.join(", "));
    for id in ids {
        for needle in needles {
            on!(tx.conn, c => sql_query(&sql)
                .bind::<Text, _>(needle)
                .bind::<Text, _>(hidden_by(needle))
                .bind::<Binary, _>(id)
                .execute(c))?;
        }
    }
    Ok(())
}

fn marks(conn: &Conn) -> (&'static str, &'static str) {
    match conn {
        Conn::Pg(_) => ("$1", "$2"),
        Conn::Sqlite(_) => ("?1", "?2"),
    }
}

fn third(conn: &Conn) -> &'static str {
    match conn {
        Conn::Pg(_) => "$3",
        Conn::Sqlite(_) => "?3",
    }
}

/// Finds text in text, without patterns, and counts from 1.
fn finder(conn: &Conn) -> &'static str {
    match conn {
        Conn::Pg(_) => "strpos",
        Conn::Sqlite(_) => "instr",
    }
}
