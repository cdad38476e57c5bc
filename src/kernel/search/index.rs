//! Which entries hold which grams: the table `search_grams`, FTS5 on SQLite and GIN over tsvector on PostgreSQL.
//!
//! A tsvector is made from an array of grams and a tsquery from quoted ones, so PostgreSQL's parser and the locale of
//! the database, which know nothing of Chinese, have no say.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Array, BigInt, Text};
use uuid::Uuid;

use super::{Entry, MOST_FOUND, Place};
use crate::db::Conn;

/// Grams of a text by which similar entries are looked for.
const PROBES: usize = 32;

/// Entries that one such gram names at most; a gram that stands nearly everywhere says little.
const PROBE_HITS: i64 = 512;

/// Pages that are merged for each entry that is put in, which fills about one: each is merged several times over.
const MERGED_FOR_EACH: i64 = 4;

#[derive(QueryableByName)]
struct Hit {
    /// Which probe; 1 for the first.
    #[diesel(sql_type = BigInt)]
    probe: i64,
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// The grams, with spaces between them, by which an entry is found at its kind and its scopes.
pub(super) fn marks(kind: &str, scopes: &[Uuid]) -> String {
    scopes.iter().map(scope).fold(mark(kind), |marks, scope| marks + " " + &scope)
}

/// Whether an entry with these [`marks`] lies at `place`.
pub(super) fn is_at(place: Place<'_>, marks: &str) -> bool {
    let mut marks = marks.split(' ');
    let is_of = |mark: &str, scopes: &[Uuid]| {
        let id = mark.strip_prefix('·').and_then(|id| Uuid::try_parse(id).ok());
        id.is_some_and(|id| scopes.contains(&id))
    };
    marks.next() == Some(mark(place.kind).as_str())
        && place.scopes.is_none_or(|scopes| marks.any(|mark| is_of(mark, scopes)))
}

/// A gram that every entry of a kind holds; no text contains its first character.
fn mark(kind: &str) -> String {
    format!("·{kind}")
}

/// A gram that every entry of a scope holds.
fn scope(id: &Uuid) -> String {
    format!("·{}", id.simple())
}

/// Has the entry `id` named by `grams` and by its marks, and by nothing else.
pub(super) fn put(conn: &mut Conn, id: i64, grams: BTreeSet<String>, marks: &str) -> QueryResult<()> {
    let grams: Vec<String> = grams.into_iter().chain(marks.split(' ').map(str::to_owned)).collect();
    match conn {
        Conn::Sqlite(c) => sql_query("REPLACE INTO search_grams (rowid, grams) VALUES (?, ?)")
            .bind::<BigInt, _>(id)
            .bind::<Text, _>(grams.join(" "))
            .execute(c),
        Conn::Pg(c) => sql_query(
            "INSERT INTO search_grams (rowid, grams) VALUES ($1, array_to_tsvector($2))
             ON CONFLICT (rowid) DO UPDATE SET grams = excluded.grams",
        )
        .bind::<BigInt, _>(id)
        .bind::<Array<Text>, _>(grams)
        .execute(c),
    }
    .map(drop)
}

/// Merges a few pages of FTS5's segments, as many as so many entries make necessary. By itself FTS5 would do it seldom and so
/// much at a time that everybody who writes waits (`automerge`, <https://sqlite.org/fts5.html>): 30 ms and more.
pub(super) fn merge_some(conn: &mut Conn, entries: usize) -> QueryResult<()> {
    let pages = MERGED_FOR_EACH * i64::try_from(entries).unwrap_or(1);
    match conn {
        Conn::Sqlite(c) => sql_query("INSERT INTO search_grams (search_grams, rank) VALUES ('merge', ?)")
            .bind::<BigInt, _>(pages)
            .execute(c)
            .map(drop),
        Conn::Pg(_) => Ok(()),
    }
}

/// Entries at `place` below `before` that hold all of `grams`: the newest [`MOST_FOUND`], in no order.
pub(super) fn list_holding(
    conn: &mut Conn,
    place: Place<'_>,
    grams: &BTreeSet<String>,
    before: i64,
) -> QueryResult<Vec<Entry>> {
    let grams = grams.iter().map(String::as_str);
    let most = i64::try_from(MOST_FOUND).unwrap_or(i64::MAX);
    match conn {
        // FTS5 goes through its lists from the end and stops at the limit
        Conn::Sqlite(c) => sql_query(
            "SELECT e.id, e.subject_id, e.text
             FROM (SELECT rowid AS id FROM search_grams WHERE search_grams MATCH ? AND rowid < ?
                   ORDER BY rowid DESC LIMIT ?) AS hit
             CROSS JOIN search_entries AS e ON e.id = hit.id",
        )
        .bind::<Text, _>(sqlite_query(place, grams))
        .bind::<BigInt, _>(before)
        .bind::<BigInt, _>(most)
        .load(c),
        // OFFSET 0 hides the query from the planner, who would otherwise, for a common gram, read the vectors one by one
        // instead of the index
        Conn::Pg(c) => sql_query(
            "SELECT e.id, e.subject_id, e.text
             FROM (SELECT g.rowid AS id FROM (SELECT $1::tsquery AS query OFFSET 0) AS asked, search_grams AS g
                   WHERE g.grams @@ asked.query AND g.rowid < $2 ORDER BY g.rowid DESC LIMIT $3) AS hit
             JOIN search_entries AS e ON e.id = hit.id",
        )
        .bind::<Text, _>(postgres_query(place, grams))
        .bind::<BigInt, _>(before)
        .bind::<BigInt, _>(most)
        .load(c),
    }
}

/// At most so many entries at `place` that share most with a text of these `pairs`, where a pair counts the more the rarer it is.
pub(super) fn list_sharing(conn: &mut Conn, place: Place<'_>, pairs: &[String], most: usize) -> QueryResult<Vec<i64>> {
    // a long text is looked for by pairs from all over it; the last probe is for what holds them all, however common
    let step = pairs.len().div_ceil(PROBES);
    let probes: Vec<&str> = pairs.iter().step_by(step).map(String::as_str).collect();
    let mut queries: Vec<Vec<&str>> = probes.iter().map(|pair| vec![*pair]).collect();
    queries.push(probes);
    let hits = probe(conn, place, &queries)?;
    let mut counts: HashMap<i64, i64> = HashMap::new();
    hits.iter().for_each(|hit| *counts.entry(hit.probe).or_default() += 1);
    let mut weights: HashMap<i64, i64> = HashMap::new();
    for hit in &hits {
        *weights.entry(hit.id).or_default() += 1_000_000 / counts[&hit.probe];
    }
    let mut weighed: Vec<(i64, i64)> = weights.into_iter().collect();
    weighed.sort_unstable_by_key(|(id, weight)| Reverse((*weight, *id)));
    Ok(weighed.into_iter().take(most).map(|(id, _)| id).collect())
}

/// For each of `queries`, some entries that hold all its grams.
fn probe(conn: &mut Conn, place: Place<'_>, queries: &[Vec<&str>]) -> QueryResult<Vec<Hit>> {
    match conn {
        // a query each costs little where there is no network in between
        Conn::Sqlite(c) => {
            let mut hits = Vec::new();
            for (probe, grams) in (1_i64..).zip(queries) {
                let found: Vec<Hit> = sql_query(
                    "SELECT ? AS probe, rowid AS id FROM search_grams WHERE search_grams MATCH ?
                     ORDER BY rowid DESC LIMIT ?",
                )
                .bind::<BigInt, _>(probe)
                .bind::<Text, _>(sqlite_query(place, grams.iter().copied()))
                .bind::<BigInt, _>(PROBE_HITS)
                .load(c)?;
                hits.extend(found);
            }
            Ok(hits)
        }
        Conn::Pg(c) => {
            let queries: Vec<String> =
                queries.iter().map(|grams| postgres_query(place, grams.iter().copied())).collect();
            sql_query(
                "SELECT asked.probe, hit.id
                 FROM unnest($1) WITH ORDINALITY AS asked (query, probe)
                 CROSS JOIN LATERAL
                     (SELECT g.rowid AS id FROM search_grams AS g
                      WHERE g.grams @@ asked.query::tsquery LIMIT $2) AS hit",
            )
            .bind::<Array<Text>, _>(queries)
            .bind::<BigInt, _>(PROBE_HITS)
            .load(c)
        }
    }
}

/// All of `grams` in one of the scopes, in FTS5's words; grams hold letters and digits only, so none can end its quotes.
fn sqlite_query<'g>(place: Place<'_>, grams: impl Iterator<Item = &'g str>) -> String {
    let query = grams.fold(format!("\"{}\"", mark(place.kind)), |query, gram| format!("{query} AND \"{gram}\""));
    let any = |scopes: &[Uuid]| scopes.iter().map(|id| format!("\"{}\"", scope(id))).collect::<Vec<_>>().join(" OR ");
    place.scopes.map(any).map_or(query.clone(), |any| format!("{query} AND ({any})"))
}

/// The same in PostgreSQL's words.
fn postgres_query<'g>(place: Place<'_>, grams: impl Iterator<Item = &'g str>) -> String {
    let query = grams.fold(format!("'{}'", mark(place.kind)), |query, gram| format!("{query} & '{gram}'"));
    let any = |scopes: &[Uuid]| scopes.iter().map(|id| format!("'{}'", scope(id))).collect::<Vec<_>>().join(" | ");
    place.scopes.map(any).map_or(query.clone(), |any| format!("{query} & ({any})"))
}
