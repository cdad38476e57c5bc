//! Who was kept out of an act because he is involved in what it is about 回避: written with the act, seen in the history of
//! the thing.
//!
//! Table: `recusals`, append-only. Who may do what is `base::own_case`; a room says here who would have acted by a duty
//! and did not.

use diesel::prelude::*;
use uuid::Uuid;

use crate::base::id::MemberId;
use crate::base::own_case::Involvement;
use crate::base::time::Timestamp;
use crate::db::schema::recusals;
use crate::db::{Conn, Tx};
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
