//! Full-text search that works on Chinese, from one character on, and on traditional as on simplified text.
//!
//! Table: `search_entries`, and beside it `search_grams`, each database's own inverted index ([`index`]). The index is
//! asked for entries that hold every pair of neighbouring characters of what is looked for; what it names is then compared
//! with the entry's text, so that the pairs really stand together. Ranking happens here, not in the databases, and is the
//! same on both.
//!
//! Writing into the index takes much longer than writing an entry, so entries wait for it after their commit, and
//! [`index_waiting`] puts them in a few at a time. Every search looks at what waits as well.
//!
//! An entry belongs to scopes, and anyone who may look into few of them searches those alone: a word that half of all
//! entries hold is still found in a small scope. A scope narrows the search; who may see what is found is the room's
//! rule.

mod index;

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashSet};
use std::time::{Duration, Instant};

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Binary, Text};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::base::grams;
use crate::db::schema::search_entries;
use crate::db::{Conn, Db, DbError, Never, Stop, Tx};
use crate::kernel::agenda::Watch;
use crate::{on, prepared};

/// Of entries that fit, so many are ranked together: the newest, then the next ones.
pub const MOST_FOUND: usize = 1_000;

/// Stretches of the index, of as many entries, that are looked through for one window.
const STRETCHES: usize = 20;

/// Entries that are compared with the text whole.
const COMPARED: usize = 200;

/// Entries that are put into the index by one transaction at most: on SQLite every other write waits for it.
const INDEXED_AT_ONCE: usize = 4;

/// How long it goes on with a next entry. Once somebody waits it does not, so that whoever writes meanwhile waits for one
/// entry.
const LONGEST: Duration = Duration::from_millis(5);

/// How long entries wait for a moment at which nobody else writes, and how long until it is looked for again.
const LONGEST_POSTPONED: Duration = Duration::from_millis(250);
const POSTPONED: Duration = Duration::from_millis(20);

/// Whether an entry waits for the index.
pub const WATCH: Watch = Watch::new("search", "SELECT 1 FROM search_entries WHERE waiting_marks IS NOT NULL");

/// An entry that resembles a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Similar<T> {
    pub id: T,
    /// How much of the text stands in the entry, in basis points.
    pub likeness: u32,
}

#[derive(Queryable, QueryableByName)]
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

/// Has `subject` found by `text` from now on; its first line is its title. Replaces what was put before.
///
/// `kind` is a word of a room in ASCII letters, such as `idea`; each kind is searched for itself. `scopes` are ids of
/// whatever the room narrows its searches by.
pub fn put(tx: &mut Tx, kind: &'static str, subject: Uuid, text: &str, scopes: &[Uuid]) -> QueryResult<()> {
    let (text, marks) = (grams::comparable(text), index::marks(kind, scopes));
    let content = (search_entries::text.eq(&text), search_entries::waiting_marks.eq(&marks));
    let name = (search_entries::kind.eq(kind), search_entries::subject_id.eq(subject.as_bytes().as_slice()));
    let new = diesel::insert_into(search_entries::table)
        .values((name, content))
        .on_conflict((search_entries::kind, search_entries::subject_id));
    on!(tx.conn, c => prepared!(new.do_update().set(content)).execute(c)).map(drop)
}

/// Puts into the index what waits for it; several processes may do so at once. It lets others write first for a while, and
/// leaves the database to them for `rest` times as long as its entries took.
pub async fn index_waiting(db: &Db, rest: u32) -> Result<(), DbError> {
    let mut indexed_at = Instant::now();
    while db.read(Waiting::is_any).await? {
        let may_postpone = indexed_at.elapsed() < LONGEST_POSTPONED;
        match db.write(move |tx| index_some(tx, may_postpone)).await.map_err(DbError::from)? {
            Indexed::Nothing => return Ok(()),
            Indexed::Postponed => tokio::time::sleep(POSTPONED).await,
            Indexed::Some(took) => {
                indexed_at = Instant::now();
                tokio::time::sleep(took * rest).await;
            }
        }
    }
    Ok(())
}

/// What became of entries that wait for the index.
enum Indexed {
    /// There were none, or none that another process does not have.
    Nothing,
    /// Others wait for the database.
    Postponed,
    /// Some are in it, which took so long.
    Some(Duration),
}

/// Puts some entries into the index, as many as its time allows, but one at least unless it `may_postpone` them.
fn index_some(tx: &mut Tx, may_postpone: bool) -> Result<Indexed, Stop<Never>> {
    if may_postpone && tx.is_awaited() {
        return Ok(Indexed::Postponed);
    }
    let began = Instant::now();
    let most = i64::try_from(INDEXED_AT_ONCE).unwrap_or(i64::MAX);
    macro_rules! waiting {
        () => {
            search_entries::table
                .filter(search_entries::waiting_marks.is_not_null())
                .order(search_entries::id)
                .limit(most)
                .select((search_entries::id, search_entries::text, search_entries::waiting_marks.assume_not_null()))
        };
    }
    let waiting: Vec<(i64, String, String)> = match tx.conn {
        // anyone who puts one of these again waits until it is in the index, and then has it wait again
        Conn::Pg(c) => waiting!().for_update().skip_locked().load(c)?,
        Conn::Sqlite(c) => waiting!().load(c)?,
    };
    let mut ids = Vec::new();
    for (id, text, marks) in &waiting {
        if !ids.is_empty() && (tx.is_awaited() || began.elapsed() >= LONGEST) {
            break;
        }
        index::put(tx.conn, *id, grams::all(text), marks)?;
        ids.push(*id);
    }
    if ids.is_empty() {
        return Ok(Indexed::Nothing);
    }
    index::merge_some(tx.conn, ids.len())?;
    on!(tx.conn, c => diesel::update(search_entries::table.filter(search_entries::id.eq_any(&ids)))
        .set(search_entries::waiting_marks.eq(None::<String>))
        .execute(c))?;
    Ok(Indexed::Some(began.elapsed()))
}

/// Has `subject` found no more.
pub fn remove(tx: &mut Tx, kind: &'static str, subject: Uuid) -> QueryResult<()> {
    let Some(id) = find_id(tx.conn, kind, subject)? else { return Ok(()) };
    on!(tx.conn, c => sql_query(format!("DELETE FROM search_grams WHERE rowid = {id}")).execute(c))?;
    on!(tx.conn, c => diesel::delete(search_entries::table.filter(search_entries::id.eq(id))).execute(c)).map(drop)
}

/// Under which number `subject` is kept.
fn find_id(conn: &mut Conn, kind: &str, subject: Uuid) -> QueryResult<Option<i64>> {
    let its = search_entries::kind.eq(kind).and(search_entries::subject_id.eq(subject.as_bytes().as_slice()));
    on!(conn, c => search_entries::table.filter(its).select(search_entries::id).first(c).optional())
}

/// Where to search.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// As it was [`put`].
    pub kind: &'static str,
    /// Only what lies on one of these; everything when `None`.
    pub scopes: Option<&'a [Uuid]>,
}

impl Place<'_> {
    /// Everything of a kind.
    pub const fn all(kind: &'static str) -> Place<'static> {
        Place { kind, scopes: None }
    }

    fn is_nowhere(&self) -> bool {
        self.scopes.is_some_and(<[Uuid]>::is_empty)
    }
}

/// Where a window of what is found begins: with the newest, or below an entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window(Option<i64>);

/// What one window holds.
#[derive(Clone, Debug)]
pub struct Found<T> {
    /// The most relevant first, among equals the newest.
    pub subjects: Vec<T>,
    /// Where the next window begins; `None` when nothing older is left to look at.
    pub next: Option<Window>,
}

/// The subjects in which every word of `query` stands, of the newest window: the most relevant first, among equals the
/// newest, at most `limit` and [`MOST_FOUND`].
pub fn find<T: From<Uuid>>(conn: &mut Conn, place: Place<'_>, query: &str, limit: usize) -> QueryResult<Vec<T>> {
    let mut found = find_in(conn, place, query, Window::default())?.subjects;
    found.truncate(limit);
    Ok(found)
}

/// The subjects in which every word of `query` stands, window by window from the newest to the oldest: ranked are the next
/// [`MOST_FOUND`] that fit. Entries that hold the same pairs of characters elsewhere are passed over, however many they
/// are; after very many a window may hold less, or nothing, and say that there is a next one.
pub fn find_in<T: From<Uuid>>(conn: &mut Conn, place: Place<'_>, query: &str, window: Window) -> QueryResult<Found<T>> {
    let words = grams::words(query);
    if words.is_empty() || place.is_nowhere() {
        return Ok(Found { subjects: Vec::new(), next: None });
    }
    let asked: BTreeSet<String> = words.iter().flat_map(|word| grams::pairs(word)).collect();
    let mut before = Some(window.0.unwrap_or(i64::MAX));
    let mut ranked: Vec<(Reverse<usize>, Entry)> = Vec::new();
    for _ in 0..STRETCHES {
        let Some(below) = before.filter(|_| ranked.len() < MOST_FOUND) else { break };
        let (entries, next) = next_stretch(conn, place, &asked, below)?;
        before = next;
        for entry in entries {
            let Some(relevance) = grams::relevance(&entry.text, &words) else { continue };
            if ranked.len() == MOST_FOUND {
                // it is the first of the next window
                before = Some(entry.id + 1);
                break;
            }
            ranked.push((Reverse(relevance), entry));
        }
    }
    ranked.sort_by_key(|(relevance, _)| *relevance); // which keeps the newest first among equals
    let subjects = ranked.into_iter().map(|(_, entry)| entry.subject()).collect();
    Ok(Found { subjects, next: before.map(|below| Window(Some(below))) })
}

/// The next entries below `before` that may fit, newest first, and below which one the others are; `None` when there are
/// no others.
fn next_stretch(
    conn: &mut Conn,
    place: Place<'_>,
    asked: &BTreeSet<String>,
    before: i64,
) -> QueryResult<(Vec<Entry>, Option<i64>)> {
    let waiting = Waiting::list(conn, place, before)?;
    let mut entries = index::list_holding(conn, place, asked, before)?;
    // of both lists only as far as both go
    let ends = |oldest: Option<i64>, count: usize| oldest.filter(|_| count >= MOST_FOUND);
    let end = ends(entries.iter().map(|entry| entry.id).min(), entries.len()).max(waiting.end());
    let within = |entry: &Entry| end.is_none_or(|end| entry.id >= end);
    entries.retain(|entry| !waiting.ids.contains(&entry.id));
    entries.extend(waiting.here);
    entries.retain(within);
    entries.sort_unstable_by_key(|entry| Reverse(entry.id));
    Ok((entries, end))
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
    let waiting = Waiting::list(conn, place, i64::MAX)?;
    let mut candidates = index::list_sharing(conn, place, &pairs, COMPARED)?;
    candidates.retain(|id| !waiting.ids.contains(id));
    let mut entries: Vec<Entry> = on!(conn, c => search_entries::table
        .filter(search_entries::id.eq_any(candidates))
        .select((search_entries::id, search_entries::subject_id, search_entries::text))
        .load(c))?;
    entries.extend(waiting.here.into_iter().take(COMPARED));
    let asked: BTreeSet<String> = pairs.into_iter().collect();
    let compare = |entry: Entry| {
        let likeness = grams::likeness(&asked, &grams::pairs(&entry.text).into_iter().collect());
        (Reverse(likeness), entry)
    };
    let mut compared: Vec<_> = entries.into_iter().map(compare).filter(|(likeness, _)| likeness.0 > 0).collect();
    compared.sort_by_key(|(likeness, entry)| (*likeness, Reverse(entry.id)));
    let shown = |(Reverse(likeness), entry): (Reverse<u32>, Entry)| Similar { id: entry.subject(), likeness };
    Ok(compared.into_iter().take(limit).map(shown).collect())
}

/// What the index does not hold as it is now.
struct Waiting {
    /// [`MOST_FOUND`] at most, the newest.
    ids: HashSet<i64>,
    /// Those at the place that is searched, the newest first.
    here: Vec<Entry>,
}

impl Waiting {
    fn is_any(conn: &mut Conn) -> QueryResult<bool> {
        let waiting = search_entries::table.filter(search_entries::waiting_marks.is_not_null());
        on!(conn, c => diesel::select(diesel::dsl::exists(waiting)).get_result(c))
    }

    /// The oldest that is known to wait, if older ones may wait, too.
    fn end(&self) -> Option<i64> {
        self.ids.iter().copied().min().filter(|_| self.ids.len() >= MOST_FOUND)
    }

    /// The newest below `before` that wait; nearly always there are none.
    fn list(conn: &mut Conn, place: Place<'_>, before: i64) -> QueryResult<Waiting> {
        let most = i64::try_from(MOST_FOUND).unwrap_or(i64::MAX);
        let rows: Vec<(i64, Vec<u8>, String, String)> = on!(conn, c => search_entries::table
            .filter(search_entries::waiting_marks.is_not_null())
            .filter(search_entries::id.lt(before))
            .order(search_entries::id.desc())
            .limit(most)
            .select((
                search_entries::id,
                search_entries::subject_id,
                search_entries::text,
                search_entries::waiting_marks.assume_not_null(),
            ))
            .load(c))?;
        let ids = rows.iter().map(|(id, ..)| *id).collect();
        let here = rows.into_iter().filter(|(.., marks)| index::is_at(place, marks));
        Ok(Waiting { ids, here: here.map(|(id, subject_id, text, _)| Entry { id, subject_id, text }).collect() })
    }
}
