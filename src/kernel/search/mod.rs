//! Full-text search that works on Chinese, from one character on, and on traditional as on simplified text.
//!
//! Table: `search_entries`, and beside it `search_grams`, each database's own inverted index ([`index`]). The index is
//! asked for entries that hold every pair of neighbouring characters of what is looked for; what it names is then compared
//! with the entry's text, so that the pairs really stand together. Ranking happens here, not in the databases, and is the
//! same on both.
//!
//! Writing into the index takes much longer than writing an entry, so entries wait for it after their commit, and
//! [`index_waiting`] puts them in a few at a time. Every search looks at the newest [`MOST_FOUND`] that wait as well; only
//! when more wait at once are the older of them found later.
//!
//! An entry belongs to scopes, and anyone who may look into few of them searches those alone: a word that half of all
//! entries hold is still found in a small scope. A scope narrows the search; who may see what is found is the room's
//! rule.

mod index;

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashSet};
use std::time::Instant;

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Binary, Text};
use uuid::Uuid;

use crate::base::grams;
use crate::db::schema::search_entries;
use crate::db::{Conn, Db, DbError, Never, Stop, Tx};
use crate::kernel::agenda::Watch;
use crate::{on, prepared};

/// Of entries that fit, the newest so many are compared and ranked; older ones are not found by a word that common.
pub const MOST_FOUND: usize = 1_000;

/// Entries that are compared with the text whole.
const COMPARED: usize = 200;

/// Entries that are put into the index by one transaction: on SQLite every other write waits for it.
const INDEXED_AT_ONCE: i64 = 4;

/// Whether an entry waits for the index.
pub const WATCH: Watch =
    Watch { kind: "search", finds: "SELECT 1 FROM search_entries WHERE waiting_marks IS NOT NULL" };

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

/// Puts into the index what waits for it; several processes may do so at once. After each few entries it leaves the
/// database to others for `rest` times as long as they took.
pub async fn index_waiting(db: &Db, rest: u32) -> Result<(), DbError> {
    while db.read(Waiting::is_any).await? {
        let began = Instant::now();
        let put = db.write(index_some).await.map_err(DbError::from)?;
        if put < INDEXED_AT_ONCE {
            return Ok(());
        }
        tokio::time::sleep(began.elapsed() * rest).await;
    }
    Ok(())
}

/// How many it put into the index.
fn index_some(tx: &mut Tx) -> Result<i64, Stop<Never>> {
    macro_rules! waiting {
        () => {
            search_entries::table
                .filter(search_entries::waiting_marks.is_not_null())
                .order(search_entries::id)
                .limit(INDEXED_AT_ONCE)
                .select((search_entries::id, search_entries::text, search_entries::waiting_marks.assume_not_null()))
        };
    }
    let waiting: Vec<(i64, String, String)> = match tx.conn {
        // anyone who puts one of these again waits until it is in the index, and then has it wait again
        Conn::Pg(c) => waiting!().for_update().skip_locked().load(c)?,
        Conn::Sqlite(c) => waiting!().load(c)?,
    };
    for (id, text, marks) in &waiting {
        index::put(tx.conn, *id, grams::all(text), marks)?;
    }
    index::merge_some(tx.conn)?;
    let ids: Vec<i64> = waiting.iter().map(|(id, ..)| *id).collect();
    on!(tx.conn, c => diesel::update(search_entries::table.filter(search_entries::id.eq_any(&ids)))
        .set(search_entries::waiting_marks.eq(None::<String>))
        .execute(c))?;
    Ok(ids.len() as i64)
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

/// The subjects in which every word of `query` stands: the most relevant first, among equals the newest, at most `limit`
/// and [`MOST_FOUND`].
pub fn find<T: From<Uuid>>(conn: &mut Conn, place: Place<'_>, query: &str, limit: usize) -> QueryResult<Vec<T>> {
    let words = grams::words(query);
    if words.is_empty() || place.is_nowhere() {
        return Ok(Vec::new());
    }
    let asked: BTreeSet<String> = words.iter().flat_map(|word| grams::pairs(word)).collect();
    let waiting = Waiting::list(conn, place)?;
    let mut entries = index::list_holding(conn, place, &asked)?;
    entries.retain(|entry| !waiting.ids.contains(&entry.id));
    entries.extend(waiting.here);
    let rank = |entry: Entry| grams::relevance(&entry.text, &words).map(|relevance| (Reverse(relevance), entry));
    let mut ranked: Vec<_> = entries.into_iter().filter_map(rank).collect();
    ranked.sort_by_key(|(_, entry)| Reverse(entry.id));
    ranked.truncate(MOST_FOUND);
    ranked.sort_by_key(|(relevance, _)| *relevance); // which keeps the newest first among equals
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
    let waiting = Waiting::list(conn, place)?;
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
    ids: HashSet<i64>,
    /// Those at the place that is searched, the newest first.
    here: Vec<Entry>,
}

impl Waiting {
    fn is_any(conn: &mut Conn) -> QueryResult<bool> {
        let waiting = search_entries::table.filter(search_entries::waiting_marks.is_not_null());
        on!(conn, c => diesel::select(diesel::dsl::exists(waiting)).get_result(c))
    }

    /// The newest that wait; nearly always there are none.
    fn list(conn: &mut Conn, place: Place<'_>) -> QueryResult<Waiting> {
        let most = i64::try_from(MOST_FOUND).unwrap_or(i64::MAX);
        let rows: Vec<(i64, Vec<u8>, String, String)> = on!(conn, c => search_entries::table
            .filter(search_entries::waiting_marks.is_not_null())
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
