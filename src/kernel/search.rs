//! Full-text search that works on Chinese, from one character on, and on traditional as on simplified text.
//!
//! Table: `search_entries`, and beside it `search_grams`, each database's own inverted index (FTS5; GIN over tsvector).
//! The index is asked for entries that hold every pair of neighbouring characters of what is looked for; what it names
//! is then compared with the entry's text, so that the pairs really stand together. Ranking happens here, not in the
//! databases, and is the same on both.
//!
//! An entry lies on shelves, and whoever may look on few of them searches those alone: a word that half of all entries
//! hold is still found on a small shelf. A shelf narrows the search; who may see what is found is the room's rule.
//!
//! A tsvector is made from an array of grams and a tsquery from quoted ones, so PostgreSQL's parser and the locale of
//! the database, which know nothing of Chinese, have no say.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Array, BigInt, Binary, Text};
use uuid::Uuid;

use crate::base::grams;
use crate::db::schema::search_entries;
use crate::db::{Conn, Tx};
use crate::on;

/// Of entries that fit, the newest so many are compared and ranked; older ones are not found by a word that common.
pub const MOST_FOUND: usize = 1_000;

/// Grams of a text by which similar entries are looked for.
const PROBES: usize = 32;

/// Entries that one such gram names at most; a gram that stands nearly everywhere says little.
const PROBE_HITS: i64 = 512;

/// Entries that are compared with the text whole.
const COMPARED: usize = 200;

/// An entry that resembles a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Similar<T> {
    pub id: T,
    /// How much of the text stands in the entry, in basis points.
    pub likeness: u32,
}

#[derive(QueryableByName)]
struct Entry {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Binary)]
    subject_id: Vec<u8>,
    #[diesel(sql_type = Text)]
    text: String,
}

impl Entry {
    fn subject<T: From<Uuid>>(&self) -> T {
        T::from(Uuid::from_slice(&self.subject_id).unwrap_or_default())
    }
}

#[derive(QueryableByName)]
struct Hit {
    /// Which probe; 1 for the first.
    #[diesel(sql_type = BigInt)]
    probe: i64,
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// Has `subject` found by `text` from now on; its first line is its title. Replaces what was put before.
///
/// `kind` is a word of a room in ASCII letters, such as `idea`; each kind is searched for itself. `shelves` are ids of
/// whatever the room narrows its searches by.
pub fn put(tx: &mut Tx, kind: &'static str, subject: Uuid, text: &str, shelves: &[Uuid]) -> QueryResult<()> {
    let text = grams::comparable(text);
    let row = (
        search_entries::kind.eq(kind),
        search_entries::subject_id.eq(subject.as_bytes().as_slice()),
        search_entries::text.eq(&text),
    );
    let id: i64 = on!(tx.conn, c => diesel::insert_into(search_entries::table)
        .values(row)
        .on_conflict((search_entries::kind, search_entries::subject_id))
        .do_update()
        .set(search_entries::text.eq(&text))
        .returning(search_entries::id)
        .get_result(c))?;
    let mut grams: Vec<String> = grams::all(&text).into_iter().collect();
    grams.push(mark(kind));
    grams.extend(shelves.iter().map(shelf));
    index(tx.conn, id, grams)
}

/// Has `subject` found no more.
pub fn remove(tx: &mut Tx, kind: &'static str, subject: Uuid) -> QueryResult<()> {
    let its = search_entries::kind.eq(kind).and(search_entries::subject_id.eq(subject.as_bytes().as_slice()));
    let id: Option<i64> =
        on!(tx.conn, c => search_entries::table.filter(its).select(search_entries::id).first(c).optional())?;
    let Some(id) = id else { return Ok(()) };
    on!(tx.conn, c => sql_query(format!("DELETE FROM search_grams WHERE rowid = {id}")).execute(c))?;
    on!(tx.conn, c => diesel::delete(search_entries::table.filter(search_entries::id.eq(id))).execute(c)).map(drop)
}

/// Where to search.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// As it was [`put`].
    pub kind: &'static str,
    /// Only what lies on one of these; everything when `None`.
    pub shelves: Option<&'a [Uuid]>,
}

impl Place<'_> {
    /// Everything of a kind.
    pub const fn all(kind: &'static str) -> Place<'static> {
        Place { kind, shelves: None }
    }

    fn is_nowhere(&self) -> bool {
        self.shelves.is_some_and(<[Uuid]>::is_empty)
    }
}

/// The subjects in which every word of `query` stands: the most relevant first, among equals the newest, at most `limit`
/// and [`MOST_FOUND`].
pub fn find<T: From<Uuid>>(conn: &mut Conn, place: Place<'_>, query: &str, limit: usize) -> QueryResult<Vec<T>> {
    let words = grams::words(query);
    if words.is_empty() || place.is_nowhere() {
        return Ok(Vec::new());
    }
    let asked: BTreeSet<String> = words.iter().flat_map(|word| grams::pairs(word)).collect();
    let entries = list_holding(conn, place, &asked)?;
    let rank = |entry: Entry| grams::relevance(&entry.text, &words).map(|relevance| (Reverse(relevance), entry));
    let mut ranked: Vec<_> = entries.into_iter().filter_map(rank).collect();
    ranked.sort_by_key(|(relevance, entry)| (*relevance, Reverse(entry.id)));
    Ok(ranked.into_iter().take(limit).map(|(_, entry)| entry.subject()).collect())
}

/// The subjects that resemble `text`, the most similar first, among equals the newest.
///
/// Entries that share its rarer grams are compared with it; `likeness` says how much of `text` stands in an entry.
pub fn similar<T: From<Uuid>>(
    conn: &mut Conn,
    place: Place<'_>,
    text: &str,
    limit: usize,
) -> QueryResult<Vec<Similar<T>>> {
    let pairs = grams::pairs(&grams::comparable(text));
    if pairs.is_empty() || place.is_nowhere() {
        return Ok(Vec::new());
    }
    let candidates = list_sharing(conn, place, &pairs)?;
    let entries: Vec<(i64, Vec<u8>, String)> = on!(conn, c => search_entries::table
        .filter(search_entries::id.eq_any(candidates))
        .select((search_entries::id, search_entries::subject_id, search_entries::text))
        .load(c))?;
    let asked: BTreeSet<String> = pairs.into_iter().collect();
    let compare = |(id, subject_id, text): (i64, Vec<u8>, String)| {
        let likeness = grams::likeness(&asked, &grams::pairs(&text).into_iter().collect());
        (Reverse(likeness), Entry { id, subject_id, text })
    };
    let mut compared: Vec<_> = entries.into_iter().map(compare).filter(|(likeness, _)| likeness.0 > 0).collect();
    compared.sort_by_key(|(likeness, entry)| (*likeness, Reverse(entry.id)));
    let shown = |(Reverse(likeness), entry): (Reverse<u32>, Entry)| Similar { id: entry.subject(), likeness };
    Ok(compared.into_iter().take(limit).map(shown).collect())
}

/// A gram that every entry of a kind holds; no text contains its first character.
fn mark(kind: &str) -> String {
    format!("·{kind}")
}

/// A gram that every entry on a shelf holds.
fn shelf(id: &Uuid) -> String {
    format!("·{}", id.simple())
}

fn index(conn: &mut Conn, id: i64, grams: Vec<String>) -> QueryResult<()> {
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

/// Entries at `place` that hold all of `grams`, the newest first.
fn list_holding(conn: &mut Conn, place: Place<'_>, grams: &BTreeSet<String>) -> QueryResult<Vec<Entry>> {
    let grams = grams.iter().map(String::as_str);
    let most = i64::try_from(MOST_FOUND).unwrap_or(i64::MAX);
    match conn {
        // FTS5 goes through its lists from the end and stops at the limit
        Conn::Sqlite(c) => sql_query(
            "SELECT e.id, e.subject_id, e.text
             FROM (SELECT rowid AS id FROM search_grams WHERE search_grams MATCH ? ORDER BY rowid DESC LIMIT ?) AS hit
             CROSS JOIN search_entries AS e ON e.id = hit.id",
        )
        .bind::<Text, _>(sqlite_query(place, grams))
        .bind::<BigInt, _>(most)
        .load(c),
        // OFFSET 0 hides the query from the planner, who would otherwise, for a common gram, read the vectors one by one
        // instead of the index
        Conn::Pg(c) => sql_query(
            "SELECT e.id, e.subject_id, e.text
             FROM (SELECT g.rowid AS id FROM (SELECT $1::tsquery AS query OFFSET 0) AS asked, search_grams AS g
                   WHERE g.grams @@ asked.query ORDER BY g.rowid DESC LIMIT $2) AS hit
             JOIN search_entries AS e ON e.id = hit.id",
        )
        .bind::<Text, _>(postgres_query(place, grams))
        .bind::<BigInt, _>(most)
        .load(c),
    }
}

/// The entries at `place` that share most with a text of these `pairs`, where a pair counts the more the rarer it is.
fn list_sharing(conn: &mut Conn, place: Place<'_>, pairs: &[String]) -> QueryResult<Vec<i64>> {
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
    Ok(weighed.into_iter().take(COMPARED).map(|(id, _)| id).collect())
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

/// All of `grams` on one of the shelves, in FTS5's words; grams hold letters and digits only, so none can end its quotes.
fn sqlite_query<'g>(place: Place<'_>, grams: impl Iterator<Item = &'g str>) -> String {
    let query = grams.fold(format!("\"{}\"", mark(place.kind)), |query, gram| format!("{query} AND \"{gram}\""));
    let any = |shelves: &[Uuid]| shelves.iter().map(|id| format!("\"{}\"", shelf(id))).collect::<Vec<_>>().join(" OR ");
    place.shelves.map(any).map_or(query.clone(), |any| format!("{query} AND ({any})"))
}

/// The same in PostgreSQL's words.
fn postgres_query<'g>(place: Place<'_>, grams: impl Iterator<Item = &'g str>) -> String {
    let query = grams.fold(format!("'{}'", mark(place.kind)), |query, gram| format!("{query} & '{gram}'"));
    let any = |shelves: &[Uuid]| shelves.iter().map(|id| format!("'{}'", shelf(id))).collect::<Vec<_>>().join(" | ");
    place.shelves.map(any).map_or(query.clone(), |any| format!("{query} & ({any})"))
}
