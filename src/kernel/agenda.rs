//! What is due 日程: one table of instants for all rooms, and one look at it a second for each process.
//!
//! A row is an occasion to look, and never a fact of its own: a room writes it in the transaction that causes something to
//! become due ([`put`]), and when its instant has come the room looks at its own tables and does what they say. So a row
//! too many costs a look, and a row that was lost (a database put back, a table changed by hand) is made good by the look
//! that every process takes when it starts, and about every [`LOOKED_AT_LEAST_SECONDS`].
//!
//! Of several processes one looks: it holds the rows for a moment, which another takes over when it dies. What it has
//! dealt with it takes away by the mark that it has seen, so that a change that came meanwhile is looked at again.

use std::borrow::Cow;
use std::future::Future;

use diesel::dsl::{case_when, exists, select};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Text};
use uuid::Uuid;

use crate::base::time::Timestamp;
use crate::db::schema::agenda;
use crate::db::{Conn, Db, DbError, Never, Stop, Tx};
use crate::on;

crate::id!(
    /// Tells one writing of a row from the next.
    MarkId
);

/// How long rows belong to the process that looks; another one that finds them held for longer takes them over.
const HELD_SECONDS: i64 = 10;

/// A kind is looked at this often even when nothing has said that anything is due.
pub const LOOKED_AT_LEAST_SECONDS: i64 = 600;

/// Rows of one kind that one look takes away.
const AT_ONCE: i64 = 500;

/// What becomes due without an instant of its own, because there are rows of a certain sort: asked for by the same look.
#[derive(Clone, Debug)]
pub struct Watch {
    /// What it is called, as the kinds of rooms are.
    pub kind: Cow<'static, str>,
    /// A query that finds a row when there is something to do; `{now}` and `{since}` stand for instants.
    pub finds: Cow<'static, str>,
}

impl Watch {
    pub const fn new(kind: &'static str, finds: &'static str) -> Watch {
        Watch { kind: Cow::Borrowed(kind), finds: Cow::Borrowed(finds) }
    }
}

/// What is due of a kind and held by no process.
///
/// Where the clock was set back, two instants lie further ahead than anybody writes them: that until which a process holds
/// a row, and that of the next look at a kind. Both have come.
macro_rules! due {
    ($kind:expr, $now:expr) => {{
        let now: Timestamp = $now;
        let (held_too_long, looked_too_late) = too_late(now);
        let is_due =
            agenda::due_at.le(now).or(agenda::subject.eq(LOOK.as_slice()).and(agenda::due_at.gt(looked_too_late)));
        let is_free =
            agenda::held_until.is_null().or(agenda::held_until.le(now)).or(agenda::held_until.gt(held_too_long));
        agenda::table.filter(agenda::kind.eq($kind)).filter(is_due).filter(is_free)
    }};
}

/// The subject of the row that has a kind looked at, whatever is planned.
const LOOK: [u8; 16] = [0; 16];

/// The instants after which no process holds a row at `now`, and after which no look at a kind is planned.
fn too_late(now: Timestamp) -> (Timestamp, Timestamp) {
    (now.plus_seconds(HELD_SECONDS), now.plus_seconds(LOOKED_AT_LEAST_SECONDS))
}

/// Has the kind looked at when `due_at` has come, or earlier if that is written down already for this subject.
pub fn put(tx: &mut Tx, kind: &'static str, subject: Uuid, due_at: Timestamp) -> QueryResult<()> {
    let mark: MarkId = tx.fresh_id();
    let row = (
        agenda::kind.eq(kind),
        agenda::subject.eq(subject.as_bytes().as_slice()),
        agenda::due_at.eq(due_at),
        agenda::mark.eq(mark),
    );
    let earlier = case_when(agenda::due_at.gt(due_at), due_at.into_sql::<BigInt>()).otherwise(agenda::due_at);
    on!(tx.conn, c => diesel::insert_into(agenda::table)
        .values(row)
        .on_conflict((agenda::kind, agenda::subject))
        .do_update()
        .set((agenda::due_at.eq(earlier), agenda::mark.eq(mark), agenda::held_until.eq(None::<Timestamp>)))
        .execute(c))
    .map(drop)
}

/// Has the kind looked at as soon as this transaction has committed.
pub fn put_now(tx: &mut Tx, kind: &'static str, subject: Uuid) -> QueryResult<()> {
    let now = tx.now();
    put(tx, kind, subject, now)
}

/// Has all of `kinds` looked at now: what a process does when it starts.
pub async fn put_all(db: &Db, kinds: Vec<&'static str>) -> Result<(), DbError> {
    db.write(move |tx| -> Result<(), Stop<Never>> {
        Ok(kinds.iter().try_for_each(|kind| put_now(tx, kind, Uuid::nil()))?)
    })
    .await
    .map_err(DbError::from)
}

#[derive(QueryableByName)]
struct Kind {
    #[diesel(sql_type = Text)]
    kind: String,
}

/// The one statement of a waker: the kinds that have something due at `now`, and those of `watches` that find something.
pub fn look(conn: &mut Conn, now: Timestamp, since: Timestamp, watches: &[Watch]) -> QueryResult<Vec<String>> {
    let due = "SELECT DISTINCT kind FROM agenda WHERE (due_at <= {now} OR (due_at > {late} AND subject = {look})) \
        AND (held_until IS NULL OR held_until <= {now} OR held_until > {held})";
    let look = look_literal(conn);
    let (held_too_long, looked_too_late) = too_late(now);
    let due = due
        .replace("{look}", look)
        .replace("{late}", &looked_too_late.micros().to_string())
        .replace("{held}", &held_too_long.micros().to_string());
    let found = |watch: &Watch| format!(" UNION ALL SELECT '{}' WHERE EXISTS ({})", watch.kind, watch.finds);
    let text = std::iter::once(due).chain(watches.iter().map(found)).collect::<String>();
    let text = text.replace("{now}", &now.micros().to_string()).replace("{since}", &since.micros().to_string());
    let kinds: Vec<Kind> = on!(conn, c => sql_query(text).load(c))?;
    Ok(kinds.into_iter().map(|row| row.kind).collect())
}

/// [`LOOK`] in SQL.
fn look_literal(conn: &Conn) -> &'static str {
    match conn {
        Conn::Pg(_) => "'\\x00000000000000000000000000000000'::bytea",
        Conn::Sqlite(_) => "x'00000000000000000000000000000000'",
    }
}

/// Whether the kind has something due at `now` that no process holds.
pub fn is_due(conn: &mut Conn, kind: &'static str, now: Timestamp) -> QueryResult<bool> {
    on!(conn, c => select(exists(due!(kind, now))).get_result(c))
}

/// Things of one kind whose instant has passed.
#[derive(Clone, Debug, QueryableByName)]
pub struct Overdue {
    #[diesel(sql_type = Text)]
    pub kind: String,
    #[diesel(sql_type = BigInt)]
    pub count: i64,
    /// The earliest instant of them.
    #[diesel(sql_type = BigInt)]
    pub since: Timestamp,
}

/// What was due before an instant and is still there, by kind; without the looks that nothing has asked for.
pub fn list_overdue(conn: &mut Conn, before: Timestamp) -> QueryResult<Vec<Overdue>> {
    let text = "SELECT kind, COUNT(*) AS count, MIN(due_at) AS since FROM agenda \
        WHERE due_at < {before} AND subject <> {look} GROUP BY kind ORDER BY kind";
    let text = text.replace("{before}", &before.micros().to_string()).replace("{look}", look_literal(conn));
    on!(conn, c => sql_query(text).load(c))
}

/// Does `act` if something of the kind is due and no other process is at it. `act` says when to look next, which may be
/// now when it left something undone. When it fails, what was due stays due.
pub async fn attend<F>(db: &Db, kind: &'static str, act: impl FnOnce() -> F) -> Result<(), DbError>
where
    F: Future<Output = Result<Option<Timestamp>, DbError>>,
{
    let marks = db.write(move |tx| Ok::<_, Stop<Never>>(lock_marks(tx, kind)?)).await.map_err(DbError::from)?;
    if marks.is_empty() {
        return Ok(());
    }
    let outcome = act().await;
    let next = outcome.as_ref().ok().copied();
    let settled = db.write(move |tx| Ok::<_, Stop<Never>>(settle(tx, kind, &marks, next)?)).await;
    outcome.and(settled.map_err(DbError::from))
}

/// Takes what is due of the kind for this process, and gives the marks of the rows.
fn lock_marks(tx: &mut Tx, kind: &str) -> QueryResult<Vec<MarkId>> {
    let now = tx.now();
    let rows = due!(kind, now).order(agenda::due_at).limit(AT_ONCE).select(agenda::mark);
    let marks: Vec<MarkId> = match tx.conn {
        // of two processes one takes a row, and the other does not wait for it
        Conn::Pg(c) => rows.for_update().skip_locked().load(c)?,
        Conn::Sqlite(c) => rows.load(c)?,
    };
    let mine = agenda::table.filter(agenda::kind.eq(kind)).filter(agenda::mark.eq_any(&marks));
    let until = now.plus_seconds(HELD_SECONDS);
    on!(tx.conn, c => diesel::update(mine).set(agenda::held_until.eq(until)).execute(c))?;
    Ok(marks)
}

/// Takes away what was dealt with and writes down when to look next; lets go of it when it was not (`next` is `None`).
fn settle(tx: &mut Tx, kind: &'static str, marks: &[MarkId], next: Option<Option<Timestamp>>) -> QueryResult<()> {
    let seen = agenda::table.filter(agenda::kind.eq(kind)).filter(agenda::mark.eq_any(marks));
    let Some(next) = next else {
        let free = agenda::held_until.eq(None::<Timestamp>);
        return on!(tx.conn, c => diesel::update(seen).set(free).execute(c)).map(drop);
    };
    on!(tx.conn, c => diesel::delete(seen).execute(c))?;
    let latest = tx.now().plus_seconds(LOOKED_AT_LEAST_SECONDS);
    put(tx, kind, Uuid::nil(), next.map_or(latest, |next| next.min(latest)))
}
