//! Who did what to what, and when. Append-only (triggers refuse changes); nothing decides by reading it, auditors do.

use diesel::prelude::*;
use serde::Serialize;
use uuid::Uuid;

use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::base::version::{self, LastChange, Outdated, Version};
use crate::db::schema::trail;
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
    pub fn changed_since(self, conn: &mut Conn, seen: Option<Version>) -> QueryResult<Result<(), Outdated>> {
        let last = if seen.is_some() { self.last(conn)? } else { None };
        Ok(version::changed_since(last, seen))
    }
}

/// A line of the trail as it was written.
#[derive(Clone, Debug, Queryable)]
pub struct Line {
    pub id: TrailId,
    pub at: Timestamp,
    pub actor: Option<MemberId>,
    pub action: String,
    pub subject_kind: String,
    subject_id: Vec<u8>,
    pub detail: Json<serde_json::Value>,
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
        lines.order(trail::id.desc()).limit(limit).load(c)
    })
}
