//! Who was kept out of an act because he is involved in what it is about 回避: written with the act, seen in the history of
//! the thing. Somebody may also ask to be kept out of a thing 自行回避, for a reason of his own: that stands from then on.
//!
//! Tables: `recusals`, `recusal_requests`, append-only. Who may do what is `base::own_case`; a room says here who would have
//! acted by a duty and did not.

use diesel::prelude::*;
use uuid::Uuid;

use crate::base::id::MemberId;
use crate::base::own_case::Involvement;
use crate::base::time::Timestamp;
use crate::db::schema::{recusal_requests, recusals};
use crate::db::{Conn, Tx};
use crate::kernel::trail::{self, Act};
use crate::on;

/// An act upon a thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActOf {
    /// What kind of thing, as its trail names it.
    pub kind: &'static str,
    pub subject: Uuid,
    /// Which act upon it: a word of the room that is never used twice for one thing, such as the id of a step.
    pub act: String,
}

/// That somebody was kept out of an act.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = recusals)]
pub struct Recusal {
    /// Which act, as its room called it.
    pub act: String,
    pub member_id: MemberId,
    /// Why.
    pub involvement: Involvement,
    pub at: Timestamp,
}

/// Writes down who was kept out of an act, and why; again it changes nothing.
pub fn note(tx: &mut Tx, act: &ActOf, recused: &[(MemberId, Involvement)]) -> QueryResult<()> {
    for (member, involvement) in recused {
        let row = (
            recusals::subject_kind.eq(act.kind),
            recusals::subject_id.eq(act.subject.as_bytes().as_slice()),
            recusals::act.eq(&act.act),
            recusals::member_id.eq(member),
            recusals::involvement.eq(involvement),
            recusals::at.eq(tx.now()),
        );
        on!(&mut *tx.conn, c => diesel::insert_into(recusals::table).values(row).on_conflict_do_nothing().execute(c))?;
    }
    Ok(())
}

/// Everybody who was kept out of an act upon a thing, act by act in the order of time.
pub fn list(conn: &mut Conn, kind: &str, subject: Uuid) -> QueryResult<Vec<Recusal>> {
    on!(conn, c => recusals::table
        .filter(recusals::subject_kind.eq(kind))
        .filter(recusals::subject_id.eq(subject.as_bytes().as_slice()))
        .order((recusals::at, recusals::act, recusals::member_id))
        .select(Recusal::as_select())
        .load(c))
}

/// That somebody asked to be kept out of every act upon a thing.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct RecusalRequest {
    pub member_id: MemberId,
    /// Why, in his own words.
    pub reason: String,
    pub at: Timestamp,
}

/// Writes down that somebody asks to be kept out of a thing; what he asked first stands, and is returned.
pub fn ask(tx: &mut Tx, kind: &str, subject: Uuid, member: MemberId, reason: &str) -> QueryResult<RecusalRequest> {
    let row = (
        recusal_requests::subject_kind.eq(kind),
        recusal_requests::subject_id.eq(subject.as_bytes().as_slice()),
        recusal_requests::member_id.eq(member),
        recusal_requests::reason.eq(reason),
        recusal_requests::at.eq(tx.now()),
    );
    let asked = on!(&mut *tx.conn, c => diesel::insert_into(recusal_requests::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    if asked == 1 {
        let action = "recusals.ask";
        let detail = serde_json::json!({ "reason": reason });
        trail::note(tx, Act { actor: Some(member), action, subject_kind: kind, subject_id: subject, detail })?;
    }
    on!(tx.conn, c => recusal_requests::table
        .find((kind, subject.as_bytes().as_slice(), member))
        .select((recusal_requests::member_id, recusal_requests::reason, recusal_requests::at))
        .first(c))
}

/// Everybody who asked to be kept out of one of these things, in the order of time.
pub fn list_requests(conn: &mut Conn, kind: &str, subjects: &[Uuid]) -> QueryResult<Vec<RecusalRequest>> {
    Ok(list_recused(conn, kind, subjects)?.into_iter().map(|(_, asked)| asked).collect())
}

/// [`list_requests`], each with the thing that it is about.
pub fn list_recused(conn: &mut Conn, kind: &str, subjects: &[Uuid]) -> QueryResult<Vec<(Uuid, RecusalRequest)>> {
    let subjects: Vec<&[u8]> = subjects.iter().map(|subject| subject.as_bytes().as_slice()).collect();
    let rows: Vec<(Vec<u8>, RecusalRequest)> = on!(conn, c => recusal_requests::table
        .filter(recusal_requests::subject_kind.eq(kind))
        .filter(recusal_requests::subject_id.eq_any(&subjects))
        .order((recusal_requests::at, recusal_requests::member_id))
        .select((
            recusal_requests::subject_id,
            (recusal_requests::member_id, recusal_requests::reason, recusal_requests::at),
        ))
        .load(c))?;
    Ok(rows.into_iter().filter_map(|(subject, asked)| Some((Uuid::from_slice(&subject).ok()?, asked))).collect())
}
