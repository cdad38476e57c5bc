//! Who did what to what, and when. Append-only (triggers refuse changes); nothing decides by reading it.

use diesel::prelude::*;
use serde::Serialize;
use uuid::Uuid;

use crate::base::id::MemberId;
use crate::db::schema::trail;
use crate::db::{Json, Tx};
use crate::on;

crate::id!(TrailId);

/// Something that happened to `subject_id`, of the kind `subject_kind`.
pub struct Act<'a, D> {
    /// Who did it; `None` for the program itself and the operator's command line.
    pub actor: Option<MemberId>,
    /// `room.verb`, such as `members.grant_role`.
    pub action: &'a str,
    pub subject_kind: &'a str,
    pub subject_id: Uuid,
    /// What else is needed to understand it; never a secret, never an answer or a choice.
    pub detail: D,
}

/// Writes `act` down in the action's own transaction.
pub fn note<D: Serialize + std::fmt::Debug>(tx: &mut Tx, act: Act<'_, D>) -> QueryResult<()> {
    let (id, now): (TrailId, _) = (tx.fresh_id(), tx.now());
    let detail = Json(act.detail);
    let row = (
        trail::id.eq(id),
        trail::at.eq(now),
        trail::actor_id.eq(act.actor),
        trail::action.eq(act.action),
        trail::subject_kind.eq(act.subject_kind),
        trail::subject_id.eq(act.subject_id.as_bytes().as_slice()),
        trail::detail.eq(&detail),
    );
    on!(tx.conn, c => diesel::insert_into(trail::table).values(row).execute(c))?;
    Ok(())
}
