//! The room's tables.

use diesel::prelude::*;
use uuid::Uuid;

use super::model::{Decided, HeldText, HeldTextId, TextDecision, TextFinding, TextState};
use crate::base::id::{MemberId, UnitId};
use crate::base::time::Timestamp;
use crate::db::Conn;
use crate::db::schema::{held_texts, text_decisions};
use crate::on;

/// The states in which something is still to be decided.
const OPEN: [TextState; 2] = [TextState::Checking, TextState::Waiting];

/// Texts with what was decided about them.
macro_rules! decided {
    () => {
        held_texts::table
            .left_join(text_decisions::table.on(text_decisions::text_id.eq(held_texts::id)))
            .select((HeldText::as_select(), Option::<TextDecision>::as_select()))
    };
}

pub fn find(conn: &mut Conn, id: HeldTextId) -> QueryResult<Option<Decided>> {
    on!(conn, c => decided!().filter(held_texts::id.eq(id)).first(c).optional())
}

/// Holds a text until the transaction ends.
pub fn lock(conn: &mut Conn, id: HeldTextId) -> QueryResult<()> {
    match conn {
        Conn::Pg(c) => held_texts::table.find(id).select(held_texts::id).for_update().first::<HeldTextId>(c).optional(),
        // all writes go through one thread, one transaction after the other
        Conn::Sqlite(_) => Ok(None),
    }
    .map(drop)
}

/// What is held of a thing and still to be decided.
pub fn find_open(conn: &mut Conn, kind: &str, subject: Uuid) -> QueryResult<Option<HeldText>> {
    on!(conn, c => held_texts::table
        .filter(held_texts::kind.eq(kind))
        .filter(held_texts::subject_id.eq(subject.as_bytes().as_slice()))
        .filter(held_texts::state.eq_any(OPEN))
        .select(HeldText::as_select())
        .first(c)
        .optional())
}

/// Everything that was held of some things, in the order of time.
pub fn list_of(conn: &mut Conn, kind: &str, subjects: &[Uuid]) -> QueryResult<Vec<Decided>> {
    if subjects.is_empty() {
        return Ok(Vec::new());
    }
    let subjects: Vec<&[u8]> = subjects.iter().map(|subject| subject.as_bytes().as_slice()).collect();
    on!(conn, c => decided!()
        .filter(held_texts::kind.eq(kind))
        .filter(held_texts::subject_id.eq_any(&subjects))
        .order(held_texts::id)
        .load(c))
}

/// What a member wrote and is held, or came back to him, before `before`; newest first.
pub fn list_of_member(
    conn: &mut Conn,
    member: MemberId,
    before: Option<HeldTextId>,
    limit: i64,
) -> QueryResult<Vec<Decided>> {
    let shown = [TextState::Checking, TextState::Waiting, TextState::Returned];
    on!(conn, c => decided!()
        .filter(held_texts::author_id.eq(member))
        .filter(held_texts::state.eq_any(shown))
        .filter(held_texts::id.lt(before.unwrap_or_else(|| Uuid::max().into())))
        .order(held_texts::id.desc())
        .limit(limit)
        .load(c))
}

/// What waits of members of `units` (of everybody when `None`) after `after`, the oldest first.
pub fn list_waiting(
    conn: &mut Conn,
    units: Option<&[UnitId]>,
    after: Option<HeldTextId>,
    limit: i64,
) -> QueryResult<Vec<Decided>> {
    on!(conn, c => {
        let mut query = decided!()
            .filter(held_texts::state.eq(TextState::Waiting))
            .filter(held_texts::id.gt(after.unwrap_or_else(|| Uuid::nil().into())))
            .into_boxed();
        if let Some(units) = units {
            query = query.filter(held_texts::unit_id.eq_any(units));
        }
        query.order(held_texts::id).limit(limit).load(c)
    })
}

pub fn insert(conn: &mut Conn, text: &HeldText) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(held_texts::table).values(text).execute(c)).map(drop)
}

/// Moves a text on, unless somebody else was first; `settled_at` once nothing is to be decided any more.
pub fn advance(
    conn: &mut Conn,
    id: HeldTextId,
    (from, to): (TextState, TextState),
    settled_at: Option<Timestamp>,
) -> QueryResult<bool> {
    let known = held_texts::table.filter(held_texts::id.eq(id)).filter(held_texts::state.eq(from));
    let change = (held_texts::state.eq(to), held_texts::settled_at.eq(settled_at));
    Ok(on!(conn, c => diesel::update(known).set(change).execute(c))? == 1)
}

/// Writes down what the platform's check said.
pub fn put_finding(conn: &mut Conn, id: HeldTextId, finding: TextFinding, hint: Option<&str>) -> QueryResult<()> {
    let change = (held_texts::finding.eq(finding), held_texts::hint.eq(hint));
    on!(conn, c => diesel::update(held_texts::table.find(id)).set(change).execute(c)).map(drop)
}

pub fn insert_decision(conn: &mut Conn, decision: &TextDecision) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(text_decisions::table).values(decision).execute(c)).map(drop)
}

/// Forgets some of those that were settled before `before` in one of `states`; says how many.
pub fn forget(conn: &mut Conn, states: &[TextState], before: Timestamp, limit: i64) -> QueryResult<usize> {
    let over: Vec<HeldTextId> = on!(&mut *conn, c => held_texts::table
        .filter(held_texts::settled_at.lt(before))
        .filter(held_texts::state.eq_any(states))
        .order(held_texts::settled_at)
        .limit(limit)
        .select(held_texts::id)
        .load(c))?;
    if over.is_empty() {
        return Ok(0);
    }
    on!(&mut *conn, c => diesel::delete(text_decisions::table.filter(text_decisions::text_id.eq_any(&over))).execute(c))?;
    on!(conn, c => diesel::delete(held_texts::table.filter(held_texts::id.eq_any(&over))).execute(c))
}
