//! Who did what to what, when and from where. Append-only (triggers refuse changes) and [sealed](chain); nothing decides
//! by reading it, auditors do.

pub mod chain;
pub mod export;
mod repetitions;

pub use repetitions::Repetitions;

use diesel::prelude::*;
use serde::Serialize;
use uuid::Uuid;

use crate::base::id::{MemberId, SessionId};
use crate::base::time::Timestamp;
use crate::base::version::{self, LastChange, Outdated, SeenState, Version};
use crate::db::schema::{trail, trail_unsealed};
use crate::db::{Conn, Db, DbError, Json, Tx};
use crate::on;

crate::id!(
    /// A line of the trail.
    TrailId
);

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

crate::words!(
    /// What became of an act.
    ActResult {
        Done = "done" / "已办理",
        Refused = "refused" / "被拒绝",
    }
);

/// Writes `act` down in the action's own transaction.
pub fn note<D: Serialize + std::fmt::Debug>(tx: &mut Tx, act: Act<'_, D>) -> QueryResult<()> {
    note_as(tx, act, ActResult::Done)
}

/// Writes down that `act` came to `result`.
pub fn note_as<D: Serialize + std::fmt::Debug>(tx: &mut Tx, act: Act<'_, D>, result: ActResult) -> QueryResult<()> {
    let (id, now): (TrailId, _) = (tx.fresh_id(), tx.now());
    let origin = tx.origin().clone();
    let detail = Json(act.detail);
    let row = (
        trail::id.eq(id),
        trail::at.eq(now),
        trail::actor_id.eq(act.actor),
        trail::action.eq(act.action),
        trail::subject_kind.eq(act.subject_kind),
        trail::subject_id.eq(act.subject_id.as_bytes().as_slice()),
        trail::detail.eq(&detail),
        trail::session_id.eq(origin.session),
        trail::address.eq(origin.address.as_ref().map(<[u8; 16]>::as_slice)),
        trail::result.eq(result),
    );
    on!(tx.conn, c => diesel::insert_into(trail::table).values(row).execute(c))?;
    on!(tx.conn, c => diesel::insert_into(trail_unsealed::table).values(trail_unsealed::line_id.eq(id)).execute(c))?;
    origin.mark_noted(act.action);
    Ok(())
}

/// A thing whose trail tells which state of it somebody has seen.
#[derive(Clone, Copy, Debug)]
pub struct Thing {
    /// The room whose acts change it, such as `members`: what others do about it changes nothing of it.
    pub room: &'static str,
    /// As its acts name it.
    pub kind: &'static str,
    pub id: Uuid,
}

impl Thing {
    /// The last act that changed it.
    pub fn last(self, conn: &mut Conn) -> QueryResult<Option<LastChange>> {
        let lines = trail::table
            .filter(trail::subject_kind.eq(self.kind))
            .filter(trail::subject_id.eq(self.id.as_bytes().to_vec()))
            .filter(trail::action.like(format!("{}.%", self.room)))
            .order(trail::id.desc())
            .select((trail::id, trail::actor_id, trail::at));
        let found: Option<(TrailId, _, _)> = on!(conn, c => lines.first(c).optional())?;
        Ok(found.map(|(id, by, at)| LastChange { version: Version(id.uuid()), by, at }))
    }

    /// The state in which it is. To be read before what is shown of it, so that a change in between makes the reader's
    /// state an old one.
    pub fn version(self, conn: &mut Conn) -> QueryResult<Option<Version>> {
        Ok(self.last(conn)?.map(|last| last.version))
    }

    /// [`Thing::version`] for a handler.
    pub async fn present(self, db: &Db) -> Result<Option<Version>, DbError> {
        db.read(move |conn| self.version(conn)).await
    }

    /// Who changed it since it was `seen`; anyone who does not say what they saw is not held up. The caller has locked the
    /// thing.
    pub fn changed_since(self, conn: &mut Conn, seen: Option<SeenState>) -> QueryResult<Result<(), Outdated>> {
        let last = if seen.is_some() { self.last(conn)? } else { None };
        Ok(version::changed_since(last, seen))
    }
}

/// When the newest line was written; `None` while there is none.
pub fn newest(conn: &mut Conn) -> QueryResult<Option<Timestamp>> {
    on!(conn, c => trail::table.order(trail::id.desc()).select(trail::at).first(c).optional())
}

/// A line of the trail as it was written.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = trail)]
pub struct Line {
    pub id: TrailId,
    pub at: Timestamp,
    #[diesel(column_name = actor_id)]
    pub actor: Option<MemberId>,
    pub action: String,
    pub subject_kind: String,
    subject_id: Vec<u8>,
    pub detail: Json<serde_json::Value>,
    #[diesel(column_name = session_id)]
    pub session: Option<SessionId>,
    /// A keyed hash of the address that it came from.
    pub address: Option<Vec<u8>>,
    pub result: ActResult,
}

impl Line {
    /// The thing that it happened to.
    pub fn subject(&self) -> Uuid {
        Uuid::from_slice(&self.subject_id).unwrap_or_default()
    }
}

/// Which lines are asked for; what is `None` does not matter.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub subject: Option<Uuid>,
    pub actor: Option<MemberId>,
    /// `room.verb`.
    pub action: Option<String>,
    pub from: Option<Timestamp>,
    /// Exclusive.
    pub until: Option<Timestamp>,
}

/// The newest lines before `before`, at most `limit`.
pub fn list(conn: &mut Conn, filter: &Filter, before: Option<TrailId>, limit: i64) -> QueryResult<Vec<Line>> {
    on!(conn, c => {
        let mut lines = trail::table.into_boxed();
        if let Some(subject) = filter.subject {
            lines = lines.filter(trail::subject_id.eq(subject.as_bytes().to_vec()));
        }
        if let Some(actor) = filter.actor {
            lines = lines.filter(trail::actor_id.eq(actor));
        }
        if let Some(action) = &filter.action {
            lines = lines.filter(trail::action.eq(action));
        }
        if let Some(from) = filter.from {
            lines = lines.filter(trail::at.ge(from));
        }
        if let Some(until) = filter.until {
            lines = lines.filter(trail::at.lt(until));
        }
        if let Some(before) = before {
            lines = lines.filter(trail::id.lt(before));
        }
        lines.order(trail::id.desc()).limit(limit).select(Line::as_select()).load(c)
    })
}
