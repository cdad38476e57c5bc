//! Writing meetings down, and reading them.

use std::collections::HashMap;
use std::sync::Arc;

use diesel::QueryResult;
use serde_json::json;

use super::attendance::Codes;
use super::model::{
    Attendance, Coming, Meeting, MeetingChange, MeetingId, MeetingThing, Minutes, NewMeeting, Whole, thing,
};
use super::record::Link;
use super::rules::{self, Refusal};
use super::store::{self, MeetingFilter, Sight};
use super::{photographs, versions};
use crate::base::capability::{Capability, Reach};
use crate::base::crypto::Key;
use crate::base::hooks::Hooks;
use crate::base::id::{MemberId, UnitId};
use crate::base::idempotency::IdempotencyKey;
use crate::base::person::Person;
use crate::base::time::Day;
use crate::base::version::SeenState;
use crate::db::{Conn, Db, DbError, Stop, Tx};
use crate::doing::tasks::Tasks;
use crate::honour::appraisal::Appraisal;
use crate::kernel::attempts::Attempts;
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

/// A meeting in a list.
#[derive(Clone, Debug)]
pub struct Listed {
    pub meeting: Meeting,
    /// How many attended it.
    pub attendees: i64,
    /// Whether the reader did.
    pub attended: bool,
    /// Whether the reader was excused.
    pub excused: bool,
}

/// A meeting as its reader sees it.
#[derive(Clone, Debug)]
pub struct Shown {
    pub whole: Whole,
    /// The reader leads the unit, and so may write it down.
    pub is_led: bool,
    /// Nothing has happened at it yet that would make it stand.
    pub is_draft: bool,
}

/// The room's handle; clones share it.
#[derive(Clone)]
pub struct Meetings {
    pub(super) db: Db,
    pub(super) directory: Directory,
    /// Who put down what was collected or decided at a meeting.
    citers: Hooks<Actors>,
    /// Of other rooms: whether something of theirs is part of a meeting.
    parts: Hooks<Cites>,
    /// Of other rooms: what they have done at a meeting.
    explainers: Hooks<Explains>,
    /// Of other rooms: what things of theirs are called.
    pub(super) links: Hooks<Link>,
    pub(super) tasks: Arc<Tasks>,
    pub(super) appraisal: Arc<Appraisal>,
    /// Those that are to come, by the present day.
    pub(super) coming: Arc<Memo<Day, Vec<Coming>>>,
    pub(super) codes: Codes,
}

/// Whether something of a room points at a meeting.
pub(super) type Cites = fn(&mut Conn, MeetingId) -> QueryResult<bool>;

/// What other rooms have to do with meetings.
pub(super) struct Users {
    parts: Vec<Cites>,
    pub citers: Vec<Actors>,
}

impl Users {
    /// Whether one of them points at the meeting.
    fn any(&self, conn: &mut Conn, id: MeetingId) -> QueryResult<bool> {
        for is_part in &self.parts {
            if is_part(conn, id)? {
                return Ok(true);
            }
        }
        Ok(!actors_at(&self.citers, conn, id)?.is_empty())
    }
}

/// What a room has done at a meeting, as far as a person may know of it.
pub(super) type Explains = Arc<dyn Fn(&mut Conn, &Person, MeetingId) -> QueryResult<Vec<MeetingThing>> + Send + Sync>;

/// Who put down what was done at a meeting in a room.
pub(super) type Actors = fn(&mut Conn, MeetingId) -> QueryResult<Vec<MemberId>>;

impl Meetings {
    /// `key` makes the codes that people enter.
    pub fn new(
        db: Db,
        directory: Directory,
        (key, attempts): (Key, Attempts),
        (tasks, appraisal): (Tasks, Appraisal),
    ) -> Self {
        let (citers, parts, coming) = (Hooks::default(), Hooks::default(), Arc::new(Memo::new(2)));
        let (explainers, links, codes) = (Hooks::default(), Hooks::default(), Codes::new(key, attempts));
        let (tasks, appraisal) = (Arc::new(tasks), Arc::new(appraisal));
        Meetings { db, directory, citers, parts, explainers, links, tasks, appraisal, coming, codes }
    }

    /// Has what a room did at a meeting be shown with it.
    pub fn explained_by(
        &self,
        explain: impl Fn(&mut Conn, &Person, MeetingId) -> QueryResult<Vec<MeetingThing>> + Send + Sync + 'static,
    ) {
        self.explainers.add(Arc::new(explain));
    }

    /// What was done at a meeting, as far as the reader may know of it: ideas that were collected or decided, a contest.
    pub async fn things(&self, reader: Arc<Person>, id: MeetingId) -> Result<Vec<MeetingThing>, DbError> {
        let explainers = self.explainers.each();
        self.db
            .read(move |conn| {
                let mut things = Vec::new();
                for explain in &explainers {
                    things.extend(explain(conn, &reader, id)?);
                }
                Ok(things)
            })
            .await
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
        person: &Arc<Person>,
        reach: &Reach,
        new: NewMeeting,
        key: Option<IdempotencyKey>,
    ) -> Outcome<Shown> {
        self.check_reach(reach, new.unit)?;
        rules::check_kind(new.kind, new.unit, self.directory.tree().get(new.unit).and_then(|card| card.branch))?;
        rules::check_day(new.held_on, self.db.today())?;
        rules::hours_on(new.held_on, new.begins, new.ends)?;
        self.check_attendance(&new.attendance)?;
        rules::check_excused(&new.excused, &new.attendance, |member| self.is_known(member))?;
        self.check_record(new.kind, &new.record)?;
        let (room, person) = (self.clone(), person.clone());
        self.db
            .write(move |tx| {
                let id = idempotency::once(tx, key.as_ref(), |tx| room.insert(tx, &person, &new))?;
                shown(tx.conn, &room.users(), id, true)
            })
            .await
            .inspect(|_| self.coming.forget())
    }

    /// Changes a meeting within the actor's reach; its kind and its unit stay.
    pub async fn edit(
        &self,
        person: &Arc<Person>,
        reach: &Reach,
        id: MeetingId,
        seen: Option<SeenState>,
        change: MeetingChange,
    ) -> Outcome<Shown> {
        let kind = self.find_led(reach, id).await?.kind;
        self.check_record_change(kind, &change.record)?;
        if let Some(members) = &change.attendance {
            self.check_attendance(members)?;
        }
        if let Some(day) = change.held_on {
            rules::check_day(day, self.db.today())?;
        }
        let (room, users) = (self.clone(), self.users());
        let (person, actor) = (person.clone(), person.member);
        self.db
            .write(move |tx| {
                let meeting = store::lock_row_alone(tx.conn, id)?.ok_or(Refusal::NoSuchMeeting)?;
                thing(id).changed_since(tx.conn, seen)?.map_err(Refusal::Outdated)?;
                let actors = actors_at(&users.citers, tx.conn, id)?;
                let present = store::list_attendance(tx.conn, id)?;
                if let Some(members) = &change.attendance {
                    check_still_present(&actors, &present, members)?;
                }
                let before = Minutes::of(&meeting, &present, &store::record::list_decisions(tx.conn, id)?);
                let last = versions::last_written(tx.conn, &meeting)?;
                let meeting = Meeting { updated_at: tx.now(), ..changed(meeting, &change, !actors.is_empty())? };
                store::update(tx.conn, &meeting)?;
                room.change_people(tx.conn, id, &change)?;
                room.change_record(tx.conn, &person, id, &change.record)?;
                let attendance = store::list_attendance(tx.conn, id)?;
                let decisions = store::record::list_decisions(tx.conn, id)?;
                let after = Minutes::of(&meeting, &attendance, &decisions);
                versions::keep(tx, id, (&before, last), (&after, actor))?;
                room.suggest_parts(tx, &meeting, &attendance)?;
                note(tx, actor, "meetings.edit", &meeting)?;
                shown(tx.conn, &users, id, true)
            })
            .await
            .inspect(|_| self.coming.forget())
    }

    /// Writes who was there and who was excused, as far as the change says so.
    fn change_people(&self, conn: &mut Conn, id: MeetingId, change: &MeetingChange) -> Outcome<()> {
        if let Some(members) = &change.attendance {
            store::replace_attendance(conn, id, members)?;
            store::delete_excuses_of(conn, id, members)?;
        }
        if let Some(excused) = &change.excused {
            let there: Vec<MemberId> = store::list_attendance(conn, id)?.iter().map(|row| row.member_id).collect();
            rules::check_excused(excused, &there, |member| self.is_known(member))?;
            store::replace_excuses(conn, id, excused)?;
        }
        Ok(())
    }

    /// Takes back a meeting that the actor wrote down, while it is a draft.
    pub async fn delete(&self, actor: MemberId, reach: &Reach, id: MeetingId) -> Outcome<()> {
        self.find_led(reach, id).await?;
        let users = self.users();
        self.db
            .write(move |tx| {
                let meeting = store::lock_row_alone(tx.conn, id)?.ok_or(Refusal::NoSuchMeeting)?;
                if meeting.created_by != actor {
                    return Err(Refusal::NotAuthor.into());
                }
                if users.any(tx.conn, id)? {
                    return Err(Refusal::InUse.into());
                }
                if store::list_attendance(tx.conn, id)?.iter().any(|row| row.entered_at.is_some()) {
                    return Err(Refusal::Attended.into());
                }
                if versions::list_writers(tx.conn, id)?.iter().any(|writer| *writer != actor) {
                    return Err(Refusal::OthersWrote.into());
                }
                photographs::detach_all(tx, id)?;
                store::delete(tx.conn, id)?;
                Ok(note(tx, actor, "meetings.delete", &meeting)?)
            })
            .await
            .inspect(|_| self.coming.forget())
    }

    /// A meeting that the reader may read.
    pub async fn get(&self, reader: &Person, id: MeetingId) -> Outcome<Shown> {
        let users = self.users();
        let mut found = self.db.read(move |conn| Ok(shown(conn, &users, id, false))).await??;
        found.is_led = self.covers(reader, Capability::HoldMeetings, found.whole.meeting.unit_id);
        if self.may_read(reader, &found.whole) { Ok(found) } else { Err(Refusal::OutOfReach.into()) }
    }

    pub(super) fn covers(&self, person: &Person, capability: Capability, unit: UnitId) -> bool {
        person.reach(capability).is_some_and(|reach| self.check_reach(&reach, unit).is_ok())
    }

    /// Who leads or watches the unit, was there or excused, or belongs to those for whom it is held.
    pub(super) fn may_read(&self, reader: &Person, whole: &Whole) -> bool {
        let unit = whole.meeting.unit_id;
        let was_there = whole.attendance.iter().any(|row| row.member_id == reader.member)
            || whole.excuses.iter().any(|row| row.member_id == reader.member);
        let is_own = whole.meeting.kind.is_for_all() && self.belongs(reader, unit);
        self.covers(reader, Capability::ReadMeetings, unit) || was_there || is_own
    }

    /// Meetings that the reader may read, of `unit`'s subtree when it is given, newest day first.
    pub async fn list(
        &self,
        reader: &Person,
        unit: Option<UnitId>,
        filter: MeetingFilter,
        before: Option<(Day, MeetingId)>,
        limit: i64,
    ) -> Outcome<Vec<Listed>> {
        let (tree, sight) = (self.directory.tree(), self.sight(reader));
        if let Some(unit) = unit {
            let card = tree.get(unit).ok_or(Refusal::NoSuchUnit)?;
            let is_led = reader.reach(Capability::ReadMeetings).is_some_and(|reach| reach.covers(&card.path));
            if !is_led && !sight.own.contains(&unit) {
                return Err(Refusal::OutOfReach.into());
            }
        }
        let units = unit.map(|unit| tree.subtree(unit));
        let listed = move |conn: &mut Conn| {
            let found = store::list(conn, &sight, units.as_deref(), &filter, before, limit)?;
            let ids: Vec<MeetingId> = found.iter().map(|meeting| meeting.id).collect();
            let counts: HashMap<MeetingId, i64> = store::count_attendance(conn, &ids)?.into_iter().collect();
            let attended = store::list_attended(conn, &ids, sight.reader)?;
            let excused = store::list_excused(conn, &ids, sight.reader)?;
            let of = |meeting: Meeting| Listed {
                attendees: counts.get(&meeting.id).copied().unwrap_or(0),
                attended: attended.contains(&meeting.id),
                excused: excused.contains(&meeting.id),
                meeting,
            };
            Ok(found.into_iter().map(of).collect())
        };
        Ok(self.db.read(listed).await?)
    }

    /// What `reader` may read: all of the units that he leads or watches, and what is for all members of his branch, of its
    /// groups and of what lies above.
    pub(super) fn sight(&self, reader: &Person) -> Sight {
        let tree = self.directory.tree();
        let led = match reader.reach(Capability::ReadMeetings) {
            None => Some(Vec::new()),
            Some(Reach::Everything) => None,
            Some(Reach::Below(units)) => Some(units.iter().flat_map(|unit| tree.subtree(*unit)).collect()),
        };
        let mut own: Vec<UnitId> = reader.branch.map(|branch| tree.subtree(branch)).unwrap_or_default();
        own.extend(reader.path.iter().copied().filter(|unit| !own.contains(unit)).collect::<Vec<_>>());
        Sight { reader: reader.member, led, own }
    }

    /// Whether a unit's meetings are held for `person`, too.
    pub(super) fn belongs(&self, person: &Person, unit: UnitId) -> bool {
        let branch = self.directory.tree().get(unit).and_then(|card| card.branch);
        rules::belongs(&person.path, person.branch, unit, branch)
    }

    /// A meeting of a unit that the actor leads.
    pub(super) async fn find_led(&self, reach: &Reach, id: MeetingId) -> Outcome<Meeting> {
        let meeting = self.db.read(move |conn| store::find(conn, id)).await?.ok_or(Refusal::NoSuchMeeting)?;
        self.check_reach(reach, meeting.unit_id)?;
        Ok(meeting)
    }

    pub(super) fn users(&self) -> Users {
        Users { parts: self.parts.each(), citers: self.citers.each() }
    }

    fn check_reach(&self, reach: &Reach, unit: UnitId) -> Result<(), Refusal> {
        let tree = self.directory.tree();
        let card = tree.get(unit).ok_or(Refusal::NoSuchUnit)?;
        if reach.covers(&card.path) { Ok(()) } else { Err(Refusal::OutOfReach) }
    }

    fn check_attendance(&self, members: &[MemberId]) -> Result<(), Refusal> {
        rules::check_attendance(members, |member| self.is_known(member))
    }

    pub(super) fn is_known(&self, member: MemberId) -> bool {
        self.directory.member(member).is_some()
    }
}

/// Whether the people of the minutes may change so: those who entered the code stay whatever is written down.
pub(super) fn check_still_present(
    actors: &[MemberId],
    present: &[Attendance],
    members: &[MemberId],
) -> Result<(), Refusal> {
    let entered = present.iter().filter(|row| row.entered_at.is_some()).map(|row| row.member_id);
    let after: Vec<MemberId> = members.iter().copied().chain(entered).collect();
    let before: Vec<MemberId> = present.iter().map(|row| row.member_id).collect();
    rules::check_still_present(actors, &before, &after)
}

fn shown(conn: &mut Conn, users: &Users, id: MeetingId, is_led: bool) -> Outcome<Shown> {
    let whole = store::find_whole(conn, id)?.ok_or(Refusal::NoSuchMeeting)?;
    let entered = whole.attendance.iter().any(|row| row.entered_at.is_some());
    let is_draft = !entered && !users.any(conn, id)?;
    Ok(Shown { whole, is_led, is_draft })
}

/// The meeting as `change` would have it.
fn changed(meeting: Meeting, change: &MeetingChange, is_cited: bool) -> Result<Meeting, Refusal> {
    let MeetingChange { held_on, begins, ends, place, title, minutes, record, .. } = change.clone();
    if held_on.is_some_and(|day| day != meeting.held_on) && is_cited {
        return Err(Refusal::DayStands);
    }
    if minutes == Some(None) && is_cited {
        return Err(Refusal::MinutesStand);
    }
    let held_on = held_on.unwrap_or(meeting.held_on);
    // the hours go with the day
    let begins = begins.unwrap_or(meeting.begins_at.map(|at| at.wall_time()));
    let ends = ends.unwrap_or(meeting.ends_at.map(|at| at.wall_time())).filter(|_| begins.is_some() || ends.is_some());
    let (begins_at, ends_at) = rules::hours_on(held_on, begins, ends)?;
    Ok(Meeting {
        held_on,
        begins_at,
        ends_at,
        place: place.unwrap_or(meeting.place),
        title: title.unwrap_or(meeting.title),
        minutes: minutes.map_or(meeting.minutes, Option::unwrap_or_default),
        form: record.form.unwrap_or(meeting.form),
        series: record.series.unwrap_or(meeting.series),
        host_id: record.host.unwrap_or(meeting.host_id),
        keeper_id: record.keeper.unwrap_or(meeting.keeper_id),
        guest_count: record.guests.unwrap_or(meeting.guest_count),
        ..meeting
    })
}

impl Meetings {
    fn insert(&self, tx: &mut Tx, person: &Person, new: &NewMeeting) -> Outcome<MeetingId> {
        let (begins_at, ends_at) = rules::hours_on(new.held_on, new.begins, new.ends)?;
        let record = &new.record;
        self.check_links(tx.conn, person, &[], &record.agenda)?;
        let meeting = Meeting {
            id: tx.fresh_id(),
            kind: new.kind,
            unit_id: new.unit,
            held_on: new.held_on,
            title: new.title.clone(),
            minutes: new.minutes.clone(),
            created_by: person.member,
            created_at: tx.now(),
            updated_at: tx.now(),
            begins_at,
            ends_at,
            place: new.place.clone(),
            form: record.form,
            series: record.series.clone(),
            host_id: record.host,
            keeper_id: record.keeper,
            guest_count: record.guests,
        };
        store::insert(tx.conn, &meeting)?;
        store::replace_attendance(tx.conn, meeting.id, &new.attendance)?;
        store::replace_excuses(tx.conn, meeting.id, &new.excused)?;
        store::record::replace_agenda(tx.conn, meeting.id, &record.agenda)?;
        store::record::replace_decisions(tx.conn, meeting.id, &record.decisions)?;
        let attendance = store::list_attendance(tx.conn, meeting.id)?;
        self.suggest_parts(tx, &meeting, &attendance)?;
        note(tx, person.member, "meetings.create", &meeting)?;
        Ok(meeting.id)
    }
}

fn note(tx: &mut Tx, actor: MemberId, action: &str, meeting: &Meeting) -> QueryResult<()> {
    let detail = json!({ "kind": meeting.kind, "unit_id": meeting.unit_id, "held_on": meeting.held_on });
    let act = Act { actor: Some(actor), action, subject_kind: "meeting", subject_id: meeting.id.uuid(), detail };
    trail::note(tx, act)
}

/// Who put down what was done at the meeting.
pub(super) fn actors_at(citers: &[Actors], conn: &mut Conn, id: MeetingId) -> QueryResult<Vec<MemberId>> {
    let mut actors = Vec::new();
    for list in citers {
        actors.extend(list(conn, id)?);
    }
    Ok(actors)
}
