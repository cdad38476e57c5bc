//! What a meeting was about, what it resolved, and what becomes of that: things of other rooms on the agenda, tasks of
//! decisions, and what the book of appraisal is told of those who led it, kept its record or stayed away.

use std::collections::HashMap;
use std::sync::Arc;

use diesel::QueryResult;
use serde_json::json;

use super::actions::{Meetings, Outcome};
use super::model::{
    Attendance, Linked, LinkedId, LinkedKind, Meeting, MeetingId, MeetingKind, NewAgendaItem, NewRecord, RecordChange,
    ThemeDayForm, Whole,
};
use super::rules::{self, Refusal};
use super::store;
use crate::base::capability::{Capability, Reach};
use crate::base::id::{MemberId, UnitId};
use crate::base::person::Person;
use crate::base::text::{cut, in_quotes, in_title_marks};
use crate::base::time::Day;
use crate::db::{Conn, DbError, Stop, Tx};
use crate::doing::tasks::{self, Credit, Opener, Opening, Settled, TaskId, TaskListKind, TaskSource, TaskSourceId};
use crate::honour::appraisal::{Appraisal, AppraisalRecord, Suggestion};
use crate::kernel::trail::{self, Act};
use crate::people::members::model::MemberStatus;

/// What tasks call a decision of a meeting.
const MEETING: &str = "meeting";
/// Characters of a decision that a task is called by.
const TITLE_CHARS: usize = 100;
/// Characters of a meeting's title that others show.
const NAME_CHARS: usize = 30;
/// What is asked where nothing is said.
const STANDARD: &str = "按会议决议落实，形成一句话成效。";

/// What a thing of another room is called, for who may see it.
pub(super) type Names = Arc<dyn Fn(&mut Conn, &Person, LinkedId) -> QueryResult<Option<String>> + Send + Sync>;

/// Which things a room names.
pub(super) type Link = (LinkedKind, Names);

/// How a decision is to be carried out.
#[derive(Clone, Debug, Default)]
pub struct CarryingOut {
    /// The meeting's unit where nothing is said.
    pub unit: Option<UnitId>,
    /// The decision's words where nothing is said.
    pub title: Option<String>,
    /// When it counts as done.
    pub standard: Option<String>,
    /// 30 days from today where nothing is said.
    pub due_on: Option<Day>,
}

/// What a reader sees of the record beside what stands in it.
#[derive(Clone, Debug, Default)]
pub struct Around {
    /// Titles of things on the agenda, of those that he may see.
    pub titles: HashMap<Linked, String>,
    /// Tasks of decisions that he may see.
    pub tasks: Vec<Settled>,
    /// Who was neither there nor excused, for who leads the unit.
    pub absent: Vec<MemberId>,
}

impl Meetings {
    /// Has items of agendas point at things of a kind; `names` says what one is called, to who may see it.
    pub fn links_to(
        &self,
        kind: LinkedKind,
        names: impl Fn(&mut Conn, &Person, LinkedId) -> QueryResult<Option<String>> + Send + Sync + 'static,
    ) {
        self.links.add((kind, Arc::new(names)));
    }

    fn title_of(&self, conn: &mut Conn, person: &Person, (kind, id): Linked) -> QueryResult<Option<String>> {
        for (named, names) in self.links.each() {
            if named == kind {
                return names(conn, person, id);
            }
        }
        Ok(None)
    }

    /// What `reader` sees around a meeting that he may read.
    pub async fn around(&self, reader: Arc<Person>, whole: &Whole, is_led: bool) -> Result<Around, DbError> {
        let absent = if is_led { self.absent(whole) } else { Vec::new() };
        let (room, id) = (self.clone(), whole.meeting.id);
        let links: Vec<Linked> = whole.agenda.iter().filter_map(|item| item.linked()).collect();
        let found = self
            .db
            .read(move |conn| {
                let mut titles = HashMap::new();
                for linked in links.iter().copied() {
                    if let Some(title) = room.title_of(conn, &reader, linked)? {
                        titles.insert(linked, title);
                    }
                }
                let tasks = room.tasks.settled_for(conn, &reader, (MEETING, TaskSourceId::from(id.uuid())))?;
                Ok((titles, tasks))
            })
            .await;
        found.map(|(titles, tasks)| Around { titles, tasks, absent })
    }

    /// Members for whom a meeting of a branch or a group was held and who were neither there nor excused; nobody before
    /// its day, before anybody was written down, and for meetings of committees, whose members the roster does not name.
    fn absent(&self, whole: &Whole) -> Vec<MemberId> {
        let meeting = &whole.meeting;
        let in_branch = self.directory.tree().get(meeting.unit_id).is_some_and(|card| card.branch.is_some());
        let was_held = meeting.held_on <= self.db.today() && !whole.attendance.is_empty();
        if !was_held || !in_branch || !meeting.kind.is_for_all() {
            return Vec::new();
        }
        let is_known = |member: MemberId| {
            whole.attendance.iter().any(|row| row.member_id == member)
                || whole.excuses.iter().any(|row| row.member_id == member)
        };
        let members = self.directory.members_below(meeting.unit_id);
        let mut absent: Vec<MemberId> = members
            .iter()
            .filter(|card| card.status == MemberStatus::Active && !is_known(card.id))
            .map(|card| card.id)
            .collect();
        absent.sort_unstable();
        absent
    }

    pub(super) fn check_record(&self, kind: MeetingKind, new: &NewRecord) -> Result<(), Refusal> {
        self.check_hands(kind, (new.form, new.series.is_some()), (new.host, new.keeper))
    }

    pub(super) fn check_record_change(&self, kind: MeetingKind, change: &RecordChange) -> Result<(), Refusal> {
        let series = change.series.as_ref().is_some_and(Option::is_some);
        self.check_hands(kind, (change.form.flatten(), series), (change.host.flatten(), change.keeper.flatten()))
    }

    fn check_hands(
        &self,
        kind: MeetingKind,
        (form, series): (Option<ThemeDayForm>, bool),
        (host, keeper): (Option<MemberId>, Option<MemberId>),
    ) -> Result<(), Refusal> {
        for (field, is_there) in [("/form", form.is_some()), ("/series", series)] {
            if is_there && kind != MeetingKind::ThemeDay {
                return Err(Refusal::NoThemeDay { field });
            }
        }
        for (field, member) in [("/host_id", host), ("/keeper_id", keeper)] {
            if member.is_some_and(|member| !self.is_known(member)) {
                return Err(Refusal::NoSuchHand { field });
            }
        }
        Ok(())
    }

    /// Whether the agenda may name these things: who writes it sees them, or they stood there before.
    pub(super) fn check_links(
        &self,
        conn: &mut Conn,
        person: &Person,
        before: &[Linked],
        agenda: &[NewAgendaItem],
    ) -> Outcome<()> {
        for (index, item) in agenda.iter().enumerate() {
            let Some(linked) = item.linked.filter(|linked| !before.contains(linked)) else { continue };
            if self.title_of(conn, person, linked)?.is_none() {
                return Err(Refusal::NotLinkable { index }.into());
            }
        }
        Ok(())
    }

    /// Writes agenda and decisions, as far as the change says so.
    pub(super) fn change_record(
        &self,
        conn: &mut Conn,
        person: &Person,
        id: MeetingId,
        change: &RecordChange,
    ) -> Outcome<()> {
        if let Some(agenda) = &change.agenda {
            let before = store::record::list_agenda(conn, id)?;
            let before: Vec<Linked> = before.iter().filter_map(|item| item.linked()).collect();
            self.check_links(conn, person, &before, agenda)?;
            store::record::replace_agenda(conn, id, agenda)?;
        }
        if let Some(decisions) = &change.decisions {
            let before = store::record::list_decisions(conn, id)?;
            let tasks = self.tasks.settled_of(conn, MEETING, TaskSourceId::from(id.uuid()))?;
            let with_task: Vec<i32> = tasks.iter().map(|task| task.source.place).collect();
            rules::check_decisions(&before, decisions, &with_task)?;
            store::record::replace_decisions(conn, id, decisions)?;
        }
        Ok(())
    }

    /// Opens a task of a decision; one that was opened stays.
    pub async fn open_task(&self, person: &Person, (id, place): (MeetingId, i32), how: CarryingOut) -> Outcome<TaskId> {
        self.get(person, id).await?;
        let (room, opener, by) = (self.clone(), Opener::of(person), person.member);
        self.db
            .write(move |tx| {
                // held, so that nobody rewords the decision meanwhile
                let meeting = store::lock_row_alone(tx.conn, id)?.ok_or(Refusal::NoSuchMeeting)?;
                let decisions = store::record::list_decisions(tx.conn, id)?;
                let decision = decisions.iter().find(|one| one.place == place).ok_or(Refusal::NoSuchDecision)?;
                let title = how.title.clone().unwrap_or_else(|| cut(&decision.body, TITLE_CHARS));
                let opening = Opening {
                    source: TaskSource { kind: MEETING.to_owned(), id: TaskSourceId::from(id.uuid()), place },
                    document: format!(
                        "{}（{}）决议第 {place} 项",
                        named(&meeting),
                        meeting.held_on.in_chinese_with_year()
                    ),
                    owner: meeting.unit_id,
                    list: TaskListKind::Supervision,
                    unit: how.unit.unwrap_or(meeting.unit_id),
                    title,
                    standard: how.standard.clone().unwrap_or_else(|| STANDARD.to_owned()),
                    due_on: how.due_on.unwrap_or_else(|| room.tasks.usual_due(tx.today())),
                    by,
                };
                let task = room.tasks.open(tx, &opener, &opening).map_err(of_tasks)?;
                note(tx, Some(by), "meetings.open_task", id, json!({ "decision": place, "task_id": task }))?;
                Ok(task)
            })
            .await
    }

    /// Series to which meetings belong that the reader may read, after `after`.
    pub async fn series(&self, reader: &Person, after: Option<String>, limit: i64) -> Outcome<Vec<String>> {
        let sight = self.sight(reader);
        let found = self.db.read(move |conn| store::record::list_series(conn, &sight, after.as_deref(), limit)).await?;
        Ok(found)
    }

    /// Tells the book of appraisal who led a meeting that was held and who kept its record, if they were there: its rules
    /// propose, and people decide. Again it changes nothing.
    pub(super) fn suggest_parts(&self, tx: &mut Tx, meeting: &Meeting, present: &[Attendance]) -> QueryResult<()> {
        if meeting.held_on > tx.today() {
            return Ok(());
        }
        let (host, keeper) = (meeting.host_id, meeting.keeper_id.filter(|keeper| Some(*keeper) != meeting.host_id));
        tx.take_turns(host.into_iter().chain(keeper))?;
        for (member, part) in [(host, "主持"), (keeper, "记录")] {
            let Some(member) = member.filter(|member| present.iter().any(|row| row.member_id == *member)) else {
                continue;
            };
            let reason = format!("{}{part}{}", meeting.held_on.in_chinese(), named(meeting));
            let whose = (member, meeting.id.uuid());
            self.appraisal.suggest(tx, &Suggestion::today(tx, AppraisalRecord::MeetingPart, whose, &reason))?;
        }
        Ok(())
    }

    /// Says of members that they stayed away from a meeting that was held without leave: for each the rules propose what
    /// they say, and another person decides. Again it changes nothing.
    pub async fn note_absences(
        &self,
        actor: MemberId,
        reach: &Reach,
        id: MeetingId,
        members: Vec<MemberId>,
    ) -> Outcome<()> {
        self.find_led(reach, id).await?;
        let room = self.clone();
        self.db
            .write(move |tx| {
                store::lock_row_alone(tx.conn, id)?.ok_or(Refusal::NoSuchMeeting)?;
                let whole = store::find_whole(tx.conn, id)?.ok_or(Refusal::NoSuchMeeting)?;
                if whole.meeting.held_on > tx.today() || whole.attendance.is_empty() {
                    return Err(Refusal::NotHeld.into());
                }
                let absent = room.absent(&whole);
                if let Some(index) = members.iter().position(|member| !absent.contains(member)) {
                    return Err(Refusal::NotAbsent { index }.into());
                }
                let meeting = &whole.meeting;
                let reason = format!("无故缺席{}{}", meeting.held_on.in_chinese(), named(meeting));
                tx.take_turns(members.iter().copied())?;
                for member in absent.iter().copied().filter(|member| members.contains(member)) {
                    let told = Suggestion::today(tx, AppraisalRecord::MeetingAbsence, (member, id.uuid()), &reason);
                    room.appraisal.suggest(tx, &told)?;
                }
                Ok(note(tx, Some(actor), "meetings.note_absences", id, json!({ "member_ids": members }))?)
            })
            .await
    }

    /// Whether somebody may have tasks opened for the unit of a meeting.
    pub fn may_open_tasks(&self, person: &Person, unit: UnitId) -> bool {
        self.covers(person, Capability::IssueTasks, unit)
    }
}

fn of_tasks(stop: Stop<tasks::Refusal>) -> Stop<Refusal> {
    match stop {
        Stop::Refused(refusal) => Stop::Refused(refusal.into()),
        Stop::Failed(error) => Stop::Failed(error),
    }
}

/// A meeting as sentences name it.
fn named(meeting: &Meeting) -> String {
    match meeting.title.is_empty() {
        true => in_quotes(meeting.kind.title()),
        false => in_title_marks(&cut(&meeting.title, NAME_CHARS)),
    }
}

/// Whether a task came of a decision of the meeting.
pub(super) fn has_tasks(conn: &mut Conn, id: MeetingId) -> QueryResult<bool> {
    tasks::came_of(conn, MEETING, TaskSourceId::from(id.uuid()))
}

/// Writes down with a meeting that what it resolved was carried out, or otherwise is over. Who put right in time what an
/// organisational life meeting found is told to the book of appraisal.
pub(super) fn note_settled(tx: &mut Tx, appraisal: &Appraisal, settled: &Settled) -> QueryResult<Credit> {
    if settled.source.kind != MEETING {
        return Ok(Credit::Open);
    }
    let id = MeetingId::from(settled.source.id.uuid());
    let detail = json!({ "decision": settled.source.place, "task_id": settled.task, "state": settled.state });
    note(tx, None, "meetings.settle_decision", id, detail)?;
    let Some(whole) = store::find_whole(tx.conn, id)?.filter(|_| settled.in_time) else { return Ok(Credit::Open) };
    if whole.meeting.kind != MeetingKind::OrganisationalLife {
        return Ok(Credit::Open);
    }
    let reason = format!("按期完成{}的整改事项：{}", named(&whole.meeting), cut(&settled.title, TITLE_CHARS));
    for member in settled.doers.iter().copied() {
        let whose = (member, settled.task.uuid());
        appraisal.suggest(tx, &Suggestion::today(tx, AppraisalRecord::Rectification, whose, &reason))?;
    }
    Ok(Credit::Given)
}

/// What becomes of decisions is no change of what stands in the minutes, so that who writes them is not told of it.
fn note(
    tx: &mut Tx,
    actor: Option<MemberId>,
    action: &str,
    id: MeetingId,
    detail: serde_json::Value,
) -> QueryResult<()> {
    trail::note(tx, Act { actor, action, subject_kind: "meeting_decisions", subject_id: id.uuid(), detail })
}
