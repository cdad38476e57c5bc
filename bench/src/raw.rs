//! The floor under a write on SQLite: the very rows that the product wrote, written again by rusqlite alone.
//!
//! The rows are found by comparing the product's database with what it started from, so the floor follows whatever the
//! product writes. Rows that were changed count as written. They go in with prepared statements, member by member, 32
//! members a commit, under the product's own pragmas.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::time::Instant;

use anyhow::{Result, ensure};
use rusqlite::Connection;
use rusqlite::types::Value;

use crate::contract;
use crate::report::Figure;

/// Members under one commit.
const GROUP: usize = 32;

/// A row and the table it belongs to.
pub type Row = (usize, Vec<Value>);

/// What one submission after another wrote.
pub struct Replay {
    inserts: Vec<String>,
    actions: Vec<Vec<Row>>,
}

impl Replay {
    /// These rows, action by action; each row names the insert that it belongs to.
    pub fn new(inserts: Vec<String>, actions: Vec<Vec<Row>>) -> Replay {
        Replay { inserts, actions }
    }

    /// What `after` holds beyond `before`.
    pub fn between(before: &Path, after: &Path) -> Result<Replay> {
        let db = Connection::open(after)?;
        db.execute("ATTACH ? AS past", [before.to_string_lossy()])?;
        let members = column(&db, &format!("SELECT member_id FROM {0} ORDER BY rowid", contract::SUBMISSIONS))?;
        let past: HashSet<_> =
            column(&db, &format!("SELECT member_id FROM past.{}", contract::SUBMISSIONS))?.into_iter().collect();
        let places: HashMap<Vec<u8>, usize> =
            members.into_iter().filter(|member| !past.contains(member)).zip(0..).collect();
        ensure!(!places.is_empty(), "the product wrote no submission");
        let mut replay = Replay { inserts: Vec::new(), actions: vec![Vec::new(); places.len()] };
        for table in tables(&db)? {
            replay.add(&db, &table, &places)?;
        }
        Ok(replay)
    }

    /// The rows of one table, one an action, in the order of the columns `order`.
    pub fn of_table(database: &Path, (table, order): (&str, &str)) -> Result<Replay> {
        let db = Connection::open(database)?;
        let mut query = db.prepare(&format!("SELECT * FROM {table} ORDER BY {order}"))?;
        let columns = query.column_count();
        let rows = query.query_map([], |row| (0..columns).map(|column| row.get(column)).collect())?;
        let actions = rows.map(|row| Ok(vec![(0, row?)])).collect::<Result<Vec<Vec<Row>>>>()?;
        ensure!(!actions.is_empty(), "the product wrote nothing into {table}");
        let marks = vec!["?"; columns].join(", ");
        Ok(Replay { inserts: vec![format!("INSERT INTO {table} VALUES ({marks})")], actions })
    }

    /// Rows of a table that tell their member go with his submission. Others are dealt out when there are enough of
    /// them to come from the submissions; a few are the server's own housekeeping.
    fn add(&mut self, db: &Connection, table: &str, places: &HashMap<Vec<u8>, usize>) -> Result<()> {
        let mut query = db.prepare(&format!("SELECT * FROM main.{table} EXCEPT SELECT * FROM past.{table}"))?;
        let names: Vec<String> = query.column_names().into_iter().map(str::to_owned).collect();
        let owner = names.iter().position(|name| name == "member_id" || name == "actor_id");
        let rows = query.query_map([], |row| (0..names.len()).map(|index| row.get(index)).collect())?;
        let rows: Vec<Vec<Value>> = rows.collect::<Result<_, _>>()?;
        let marks = vec!["?"; names.len()].join(", ");
        self.inserts.push(format!("INSERT OR REPLACE INTO {table} VALUES ({marks})"));
        let dealt = owner.is_none() && rows.len() * 2 >= self.actions.len();
        for (number, row) in rows.into_iter().enumerate() {
            let place = match owner.map(|index| &row[index]) {
                Some(Value::Blob(member)) => places.get(member).copied(),
                _ if dealt => Some(number % self.actions.len()),
                _ => None,
            };
            if let Some(place) = place {
                self.actions[place].push((self.inserts.len() - 1, row));
            }
        }
        Ok(())
    }

    /// Rows that one submission writes, on average.
    pub fn rows_each(&self) -> f64 {
        self.actions.iter().map(Vec::len).sum::<usize>() as f64 / self.actions.len() as f64
    }

    /// Writes the rows into a copy of what the product started from.
    pub fn run(&self, database: &Path) -> Result<Figure> {
        let db = Connection::open(database)?;
        db.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
             PRAGMA temp_store = MEMORY; PRAGMA cache_size = -12288; PRAGMA wal_autocheckpoint = 4000;",
        )?;
        let mut inserts = self.inserts.iter().map(|sql| db.prepare(sql)).collect::<Result<Vec<_>, _>>()?;
        let began = Instant::now();
        for group in self.actions.chunks(GROUP) {
            db.execute_batch("BEGIN IMMEDIATE")?;
            for (insert, row) in group.iter().flatten() {
                inserts[*insert].execute(rusqlite::params_from_iter(row))?;
            }
            db.execute_batch("COMMIT")?;
        }
        Ok(Figure { rate: self.actions.len() as f64 / began.elapsed().as_secs_f64(), p99_ms: 0.0 })
    }
}

fn column(db: &Connection, sql: &str) -> Result<Vec<Vec<u8>>> {
    Ok(db.prepare(sql)?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// The product's tables in the order of their creation, in which no row comes before one that it refers to; without
/// the search index, which each database keeps in a form of its own.
pub fn tables(db: &Connection) -> Result<Vec<String>> {
    let mut query = db.prepare(
        "SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE '\\_\\_%' ESCAPE '\\'
         AND name NOT LIKE 'search\\_grams%' ESCAPE '\\' -- each database has its own; its rows cannot be read
         ORDER BY rowid",
    )?;
    Ok(query.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replay_writes_what_the_product_wrote_in_its_order() {
        let folder = std::env::temp_dir().join(format!("xianfeng-replay-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let [before, after, copy] = ["before.db", "after.db", "copy.db"].map(|name| folder.join(name));
        let db = Connection::open(&before).unwrap();
        db.execute_batch(
            "CREATE TABLE quiz_submissions (id INTEGER PRIMARY KEY, member_id BLOB);
             CREATE TABLE scores (member_id BLOB PRIMARY KEY, points INTEGER);
             CREATE TABLE leases (name TEXT PRIMARY KEY, until INTEGER);
             INSERT INTO scores VALUES (x'01', 5), (x'02', 5), (x'03', 5); INSERT INTO leases VALUES ('sweep', 1);",
        )
        .unwrap();
        drop(db);
        std::fs::copy(&before, &after).unwrap();
        std::fs::copy(&before, &copy).unwrap();
        Connection::open(&after)
            .unwrap()
            .execute_batch(
                "INSERT INTO quiz_submissions VALUES (1, x'02'), (2, x'01'), (3, x'03');
                 UPDATE scores SET points = 6 WHERE member_id <> x'03'; UPDATE leases SET until = 2;",
            )
            .unwrap();
        let replay = Replay::between(&before, &after).unwrap();
        let sizes: Vec<usize> = replay.actions.iter().map(Vec::len).collect();
        assert_eq!(sizes, [2, 2, 1]);
        replay.run(&copy).unwrap();
        let sum: i64 = Connection::open(&copy)
            .unwrap()
            .query_row("SELECT sum(points) + (SELECT count(*) * 100 FROM quiz_submissions) FROM scores", [], |row| {
                row.get(0)
            })
            .unwrap();
        assert_eq!(sum, 6 + 6 + 5 + 300);
        std::fs::remove_dir_all(folder).unwrap();
    }
}
