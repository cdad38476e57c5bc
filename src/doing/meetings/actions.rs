//! Writing meetings down, and reading them.

use std::collections::HashMap;
use std::sync::Arc;

use diesel::QueryResult;
use serde_json::json;

use super::model::{Coming, Meeting, MeetingChange, MeetingId, Minutes, NewMeeting, thing};
use super::rules::{self, Refusal};
use super::store::{self, MeetingFilter};
use super::versions;
use crate::base::capability::Reach;
use crate::base::hooks::Hooks;
use crate::base::id::{MemberId, UnitId};
use crate::base::idempotency::IdempotencyKey;
use crate::base::time::Day;
use crate::base::version::Version;
use crate::db::{Conn, Db, Stop, Tx};
use crate::kernel::idempotency::{self, Reused};
use crate::kernel::memo::Memo;
use crate::kernel::trail::{self, Act};
use crate::people::members::Directory;

pub(super) type Outcome<T> = Result<T, Stop<Refusal>>;

impl From<Reused> for Refusal {
    fn from(_: Reused) -> Self {
        Refusal::KeyReused
    }
}

/// A meeting with anyone who attended it.
pub type Attended = (Meeting, Vec<MemberId>);

/// A meeting in a list.
#[derive(Clone, Debug)]
pub struct Listed {
    pub meeting: Meeting,
    /// How many attended it.
    pub attendees: i64,
    /// Whether the reader did.
    pub attended: bool,
}

/// The room's handle; clones share it.
#[derive(Clone)]
pub struct Meetings {
    pub(super) db: Db,
    directory: Directory,
    /// Who put down what was collected or decided at a meeting.
    citers: Hooks<Actors>,
    /// Of other rooms: whether something of theirs is part of a meeting.
    parts: Hooks<Cites>,
    /// Those that are to come, by the present day.
    pub(super) coming: Arc<Memo<Day, Vec<Coming>>>,
}

/// Whether something of a room points at a meeting.
type Cites = fn(&mut Conn, MeetingId) -> QueryResult<bool>;

/// Who put down what was done at a meeting in a room.
type Actors = fn(&mut Conn, MeetingId) -> QueryResult<Vec<MemberId>>;

impl Meetings {
    pub fn new(db: Db, directory: Directory) -> Self {
        Meetings { db, directory, citers: Hooks::default(), parts: Hooks::default(), coming: Arc::new(Memo::new(2)) }
    }

    /// Has a meeting stand of which `actors` tells who put down what was collected or decided at it: its day, and that they
    /// and anybody at all were there.
    pub fn unless_cited(&self, actors: Actors) {
        self.citers.add(actors);
    }

    /// Has a meeting stay of which `has_part` says that something is part of it.
    pub fn unless_part(&self, has_part: Cites) {
        self.parts.add(has_part);
    }

    /// Writes a meeting down, within the actor's reach.
    pub async fn create(
        &self,
        actor: MemberId,
        reach: &Reach,
        new: NewMeeting,
        key: Option<IdempotencyKey>,
    ) -> Outcome<Attended> {
        self.check_reach(reach, new.unit)?;
        rules::check_kind(new.kind, new.unit, self.directory.tree().get(new.unit).and_then(|card| card.branch))?;
        rules::check_day(new.held_on, self.db.today())?;
        self.check_attendance(&new.attendance)?;
        self.db
            .write(move |tx| {
                let id = idempotency::once(tx, key.as_ref(), |tx| insert(tx, actor, &new))?;
                let meeting = store::find(tx.conn, id)?.ok_or(Refusal::NoSuchMeeting)?;
                let attendance = store::list_attendance(tx.conn, id)?;
                Ok((meeting, attendance))
            })
            .await
            .inspect(|_| self.coming.forget())
    }

    /// Changes a meeting within the actor's reach; its kind and its unit stay.
    pub async fn edit(
        &self,
        actor: MemberId,
        reach: &Reach,
        id: MeetingId,
        seen: Option<Version>,
        change: MeetingChange,
    ) -> Outcome<Attended> {
        self.get(reach, id).await?;
        if let Some(members) = &change.attendance {
            self.check_attendance(members)?;
        }
        if let Some(day) = change.held_on {
            rules::check_day(day, self.db.today())?;
        }
        let citers = self.citers.each();
        self.db
            .write(move |tx| {
                let mut meeting = store::lock_row_alone(tx.conn, id)?.ok_or(Refusal::NoSuchMeeting)?;
                thing(id).changed_since(tx.conn, seen)?.map_err(Refusal::Outdated)?;
                let MeetingChange { held_on, title, minutes, attendance } = change.clone();
                let actors = actors_at(&citers, tx.conn, id)?;
                if held_on.is_some_and(|day| day != meeting.held_on) && !actors.is_empty() {
                    return Err(Refusal::DayStands.into());
                }
                let present = store::list_attendance(tx.conn, id)?;
                if let Some(members) = &attendance {
                    rules::check_still_present(&actors, &present, members)?;
                }
                let before = Minutes::of(&meeting, &present);
                meeting.held_on = held_on.unwrap_or(meeting.held_on);
                meeting.title = title.unwrap_or(meeting.title);
                meeting.minutes = minutes.unwrap_or(meeting.minutes);
                meeting.updated_at = tx.now();
                store::update(tx.conn, &meeting)?;
                if let Some(members) = attendance {
                    store::replace_attendance(tx.conn, id, &members)?;
                }
                let attendance = store::list_attendance(tx.conn, id)?;
                let last = versions::last_written(tx.conn, &meeting)?;
                versions::keep(tx, id, (&before, last), (&Minutes::of(&meeting, &attendance), actor))?;
                note(tx, actor, "meetings.edit", &meeting)?;
                Ok((meeting, attendance))
            })
            .await
            .inspect(|_| self.coming.forget())
    }

    /// Takes back a meeting that the actor wrote down, if nothing points at it.
    pub async fn delete(&self, actor: MemberId, reach: &Reach, id: MeetingId) -> Outcome<()> {
        self.get(reach, id).await?;
        let (parts, citers) = (self.parts.each(), self.citers.each());
        self.db
            .write(move |tx| {
                let meeting = store::lock_row_alone(tx.conn, id)?.ok_or(Refusal::NoSuchMeeting)?;
                if meeting.created_by != actor {
                    return Err(Refusal::NotAuthor.into());
                }
                if is_any(&parts, tx.conn, id)? || !actors_at(&citers, tx.conn, id)?.is_empty() {
                    return Err(Refusal::InUse.into());
                }
                if versions::list_writers(tx.conn, id)?.iter().any(|writer| *writer != actor) {
                    return Err(Refusal::OthersWrote.into());
                }
                store::delete(tx.conn, id)?;
                Ok(note(tx, actor, "meetings.delete", &meeting)?)
            })
            .await
            .inspect(|_| self.coming.forget())
    }

    /// A meeting within the reader's reach.
    pub async fn get(&self, reach: &Reach, id: MeetingId) -> Outcome<Attended> {
        let found = self
            .db
            .read(move |conn| {
                let Some(meeting) = store::find(conn, id)? else { return Ok(None) };
                Ok(Some((meeting, store::list_attendance(conn, id)?)))
            })
            .await?;
        let (meeting, attendance) = found.ok_or(Refusal::NoSuchMeeting)?;
        self.check_reach(reach, meeting.unit_id)?;
        Ok((meeting, attendance))
    }

    /// Meetings of `unit`'s subtree (of everything within reach when `None`), newest day first.
    pub async fn list(
        &self,
        (reader, reach): (MemberId, &Reach),
        unit: Option<UnitId>,
        filter: MeetingFilter,
        before: Option<(crate::base::time::Day, MeetingId)>,
        limit: i64,
    ) -> Outcome<Vec<Listed>> {
        let tree = self.directory.tree();
        let units: Option<Vec<UnitId>> = match (unit, reach) {
            (Some(unit), _) => {
                self.check_reach(reach, unit)?;
                Some(tree.subtree(unit))
            }
            (None, Reach::Everything) => None,
            (None, Reach::Below(units)) => Some(units.iter().flat_map(|unit| tree.subtree(*unit)).collect()),
        };
        let listed = move |conn: &mut Conn| {
            let found = store::list(conn, units.as_deref(), &filter, before, limit)?;
            let ids: Vec<MeetingId> = found.iter().map(|meeting| meeting.id).collect();
            let counts: HashMap<MeetingId, i64> = store::count_attendance(conn, &ids)?.into_iter().collect();
            let attended = store::list_attended(conn, &ids, reader)?;
            let of = |meeting: Meeting| Listed {
                attendees: counts.get(&meeting.id).copied().unwrap_or(0),
                attended: attended.contains(&meeting.id),
                meeting,
            };
            Ok(found.into_iter().map(of).collect())
        };
        Ok(self.db.read(listed).await?)
    }

    fn check_reach(&self, reach: &Reach, unit: UnitId) -> Result<(), Refusal> {
        let tree = self.directory.tree();
        let card = tree.get(unit).ok_or(Refusal::NoSuchUnit)?;
        if reach.covers(&card.path) { Ok(()) } else { Err(Refusal::OutOfReach) }
    }

    fn check_attendance(&self, members: &[MemberId]) -> Result<(), Refusal> {
        rules::check_attendance(members, |member| self.directory.member(member).is_some())
    }
}

fn insert(tx: &mut Tx, actor: MemberId, new: &NewMeeting) -> Outcome<MeetingId> {
    let meeting = Meeting {
        id: tx.fresh_id(),
        kind: new.kind,
        unit_id: new.unit,
        held_on: new.held_on,
        title: new.title.clone(),
        minutes: new.minutes.clone(),
        created_by: actor,
        created_at: tx.now(),
        updated_at: tx.now(),
    };
    store::insert(tx.conn, &meeting)?;
    store::replace_attendance(tx.conn, meeting.id, &new.attendance)?;
    note(tx, actor, "meetings.create", &meeting)?;
    Ok(meeting.id)
}

fn note(tx: &mut Tx, actor: MemberId, action: &str, meeting: &Meeting) -> diesel::QueryResult<()> {
    let detail = json!({ "kind": meeting.kind, "unit_id": meeting.unit_id, "held_on": meeting.held_on });
    let act = Act { actor: Some(actor), action, subject_kind: "meeting", subject_id: meeting.id.uuid(), detail };
    trail::note(tx, act)
}

/// Who put down what was done at the meeting.
fn actors_at(citers: &[Actors], conn: &mut Conn, id: MeetingId) -> QueryResult<Vec<MemberId>> {
    let mut actors = Vec::new();
    for list in citers {
        actors.extend(list(conn, id)?);
    }
    Ok(actors)
}

/// Whether one of `users` points at the meeting.
fn is_any(users: &[Cites], conn: &mut Conn, id: MeetingId) -> QueryResult<bool> {
    for is_used in users {
        if is_used(conn, id)? {
            return Ok(true);
        }
    }
    Ok(false)
}
