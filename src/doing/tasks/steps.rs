//! Taking steps: one request, one transaction, one line of the table.

use std::sync::Arc;

use diesel::QueryResult;
use serde_json::json;

use super::actions::{Outcome, Tasks, note_task};
use super::appraised::who_did;
use super::desk::named;
use super::laying::step_of;
use super::model::{
    Credit, Move, Settled, Step, Task, TaskId, TaskListId, TaskListKind, TaskPart, TaskPerson, TaskReport, TaskSource,
    TaskState, TaskVerb,
};
use super::openings::settled;
use super::rules::{self, FLOW, Refusal, Who};
use super::store;
use crate::base::approval::ProposalState;
use crate::base::id::MemberId;
use crate::base::own_case::Judgement;
use crate::base::person::Person;
use crate::db::{Conn, Stop, Tx};
use crate::ground::files;
use crate::kernel::recusals::{self, ActOf};

/// The kind under which files belong to a task; the room vouches for it.
pub(super) const EVIDENCE: &str = "task";

/// Tasks that one transaction of a closing in bulk looks at.
const BULK: i64 = 100;

/// What came of closing a list in bulk.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct BulkClosing {
    pub closed: u32,
    /// Left to others: the person's own case.
    pub left: u32,
}

impl Tasks {
    /// Does what is asked; done before, it changes nothing.
    pub(super) async fn act(&self, person: Arc<Person>, id: TaskId, what: Move) -> Outcome<()> {
        let room = self.clone();
        self.db
            .write(move |tx| {
                if matches!(what, Move::Close { .. } | Move::Merge { .. }) {
                    room.take_turns(tx, &[id])?;
                }
                let task = room.lock_seen(tx, &person, id)?;
                room.act_in(tx, &person, task, &what)
            })
            .await
    }

    /// A task that the person sees, held.
    pub(super) fn lock_seen(&self, tx: &mut Tx, person: &Person, id: TaskId) -> Outcome<Task> {
        let task = store::tasks::lock_row(tx.conn, id)?.ok_or(Refusal::NoSuchTask)?;
        if self.sees(tx.conn, person, &task)? { Ok(task) } else { Err(Refusal::NoSuchTask.into()) }
    }

    fn act_in(&self, tx: &mut Tx, person: &Person, task: Task, what: &Move) -> Outcome<()> {
        let verb = what.verb();
        let people = store::parts::list_people(tx.conn, &[task.id])?;
        self.check_hand(person, &task, &people, verb)?;
        if FLOW.step(task.state, verb).is_none()
            && rules::is_repeated(task.state, verb, store::parts::last_verb(tx.conn, task.id)?)
        {
            return Ok(());
        }
        let to = rules::leads_to(task.state, verb)?;
        let mut next = Task { state: to, updated_at: tx.now(), ..task.clone() };
        self.change(tx, person, &mut next, what)?;
        store::tasks::update(tx.conn, &next)?;
        let mut step =
            step_of(tx, task.id, Some(person.member), (verb, task.state, to), what.note().map(str::to_owned));
        if let Move::Answer { answer, .. } = what {
            step.answer = Some(*answer);
        }
        self.finish(tx, &task, &next, step)?;
        if rules::whose(verb) == Who::Judge {
            let recused = self.barred(&task, &people, None, tx.today());
            let act = format!("{verb} {}", next.updated_at.micros());
            recusals::note(tx, &ActOf { kind: "task", subject: task.id.uuid(), act }, &recused)?;
        }
        Ok(())
    }

    /// Whether the person may do this to a task at all.
    pub(super) fn check_hand(
        &self,
        person: &Person,
        task: &Task,
        people: &[TaskPerson],
        verb: TaskVerb,
    ) -> Result<(), Refusal> {
        let may = match rules::whose(verb) {
            Who::Unit => self.does(person, task, people),
            Who::Issuer | Who::Judge | Who::Second => self.issues(person, task),
        };
        if !may {
            return Err(Refusal::NotAllowed);
        }
        match rules::whose(verb) {
            Who::Judge => Judgement::VerifyTask.check(self.involved(person, task, people)).map_err(Refusal::OwnCase),
            _ => Ok(()),
        }
    }

    /// What a step changes besides the state.
    fn change(&self, tx: &mut Tx, person: &Person, next: &mut Task, what: &Move) -> Outcome<()> {
        let today = tx.today();
        match what {
            Move::Accept { head, doers } => {
                let people = self.people(next, *head, doers, tx)?;
                store::parts::replace_people(tx.conn, next.id, &people)?;
            }
            Move::Reword { title, standard, .. } => {
                if title.is_none() && standard.is_none() {
                    return Err(Refusal::NothingReworded.into());
                }
                next.title = title.clone().unwrap_or_else(|| next.title.clone());
                next.standard = standard.clone().unwrap_or_else(|| next.standard.clone());
                next.answer_by = self.answer_by(today);
                next.reminded_on = None;
            }
            Move::Redirect { unit, .. } => {
                self.check_below(next.issuing_unit_id, *unit, || "/unit_id".into())?;
                if store::tasks::find_of_item(tx.conn, next.item_id, *unit)?.is_some() {
                    return Err(Refusal::AlreadyThere.into());
                }
                next.unit_id = *unit;
                next.answer_by = self.answer_by(today);
                next.reminded_on = None;
                store::parts::replace_people(tx.conn, next.id, &[])?;
            }
            Move::Report(report) => {
                next.reported_on = Some(today);
                let row = TaskReport {
                    id: tx.fresh_id(),
                    task_id: next.id,
                    at: tx.now(),
                    member_id: person.member,
                    light: report.light,
                    percent: report.percent,
                    next_step: report.next_step.clone(),
                    delay: report.delay.clone(),
                };
                store::parts::insert_report(tx.conn, &row)?;
            }
            Move::Submit { files: sent, .. } => {
                files::attach::<Refusal>(tx, sent, person.member, EVIDENCE, next.id.uuid())?;
                let why = next.evidence.clone();
                if let Some(why) = why
                    && files::list_of(tx.conn, EVIDENCE, next.id.uuid())?.is_empty()
                {
                    return Err(Refusal::EvidenceMissing(why).into());
                }
                next.submitted_by = Some(person.member);
                next.submitted_on = Some(today);
            }
            Move::Return { .. } => next.submitted_on = None,
            Move::Close { .. } => next.closed_on = Some(today),
            Move::Dismiss { .. } => {
                next.closed_on = Some(today);
                next.submitted_on = next.submitted_on.or(Some(today));
            }
            Move::Suspend { until, .. } => {
                rules::check_suspension(*until, today)?;
                next.suspended_until = Some(*until);
            }
            Move::Resume { .. } => next.suspended_until = None,
            Move::Merge { into, .. } => {
                let other = store::tasks::find(tx.conn, *into)?.ok_or(Refusal::BadMerge)?;
                let fits = other.id != next.id
                    && other.unit_id == next.unit_id
                    && other.issuing_unit_id == next.issuing_unit_id;
                if !fits || other.state.is_over() {
                    return Err(Refusal::BadMerge.into());
                }
                next.merged_into = Some(*into);
            }
            Move::Answer { .. } | Move::Verify { .. } => {}
        }
        Ok(())
    }

    /// What every step brings with it: its line, the desk, what is asked for no more, who is told, who opened the task.
    pub(super) fn finish(&self, tx: &mut Tx, before: &Task, next: &Task, step: Step) -> QueryResult<()> {
        let by = step.actor_id;
        store::parts::insert_step(tx.conn, &step)?;
        let detail = json!({ "from": before.state, "to": next.state, "unit_id": next.unit_id });
        note_task(tx, by, &format!("tasks.{}", step.verb), next.id, detail)?;
        end_requests(tx, next, by)?;
        self.lay(tx, next)?;
        self.tell_step(tx, next, &step)?;
        if !next.state.is_over() {
            return Ok(());
        }
        let credit = self.tell_opener(tx, next)?;
        self.suggest_end(tx, next, (by, credit))
    }

    fn tell_step(&self, tx: &mut Tx, task: &Task, step: &Step) -> QueryResult<()> {
        if rules::whose(step.verb) == Who::Unit || step.verb == TaskVerb::Verify {
            return Ok(());
        }
        let people = store::parts::list_people(tx.conn, &[task.id])?;
        let mut members = self.concerned(tx, task, &people);
        members.extend(task.submitted_by.filter(|by| !members.contains(by)));
        let title = match step.verb {
            TaskVerb::Return => "任务退回重办",
            TaskVerb::Close | TaskVerb::Dismiss => "任务已销号",
            TaskVerb::Extend => "任务已延期",
            TaskVerb::Cancel => "任务已取消",
            TaskVerb::Suspend => "任务已挂起",
            TaskVerb::Merge => "任务已并入",
            TaskVerb::Redirect => "收到改派的任务",
            _ => "任务有调整",
        };
        let note = step.note.as_ref().map(|note| format!("：{note}")).unwrap_or_default();
        let body = format!("{}{note}", named(&task.title));
        self.tell(tx, &members, step.actor_id, (title, &body), task)
    }

    /// Tells the room that opened a task, and who did it, what has become of it.
    fn tell_opener(&self, tx: &mut Tx, task: &Task) -> QueryResult<Credit> {
        let items = store::lists::find_items(tx.conn, &[task.item_id])?;
        let Some(source) = items.first().and_then(source_of) else { return Ok(Credit::Open) };
        let settled = Settled { doers: who_did(tx, task)?, ..settled(task, source, &[]) };
        let body =
            format!("{}（{}）{}", named(&task.title), self.directory.unit_name(task.unit_id), task.state.title());
        let list = store::lists::find(tx.conn, task.list_id)?;
        let is_problem = list.is_some_and(|list| list.kind == TaskListKind::Rectification);
        let told = if is_problem { "您交办的问题已办结" } else { "您交办的事项已办结" };
        self.tell(tx, &[task.created_by], None, (told, &body), task)?;
        let mut credit = Credit::Open;
        for hear in self.openers.each() {
            if hear(tx, &settled)? == Credit::Given {
                credit = Credit::Given;
            }
        }
        Ok(credit)
    }

    /// Closes what of a list is verified and the person may close; the rest stays.
    pub(super) async fn close_list(
        &self,
        person: Arc<Person>,
        list: TaskListId,
        effect: String,
    ) -> Outcome<BulkClosing> {
        self.list_of(&person, list).await?;
        let (mut done, mut after) = (BulkClosing::default(), None);
        loop {
            let some = self
                .db
                .read(move |conn| store::tasks::list_in_state(conn, list, TaskState::Verified, after, BULK))
                .await?;
            let Some(last) = some.last().copied() else { return Ok(done) };
            after = Some(last);
            let (room, person, effect) = (self.clone(), person.clone(), effect.clone());
            let (closed, left) = self.db.write(move |tx| room.close_some(tx, &person, &some, &effect)).await?;
            done.closed += closed;
            done.left += left;
        }
    }

    fn close_some(&self, tx: &mut Tx, person: &Person, ids: &[TaskId], effect: &str) -> Outcome<(u32, u32)> {
        let (mut closed, mut left) = (0, 0);
        self.take_turns(tx, ids)?;
        for id in ids {
            let task = store::tasks::lock_row(tx.conn, *id)?.ok_or(Refusal::NoSuchTask)?;
            if task.state != TaskState::Verified {
                continue;
            }
            match self.act_in(tx, person, task, &Move::Close { effect: effect.to_owned() }) {
                Ok(()) => closed += 1,
                Err(Stop::Refused(Refusal::OwnCase(_))) => left += 1,
                Err(stop) => return Err(stop),
            }
        }
        Ok((closed, left))
    }

    /// Who is to do a task, as its unit says; they belong to it, or do its tasks.
    pub(super) fn people(
        &self,
        task: &Task,
        head: Option<MemberId>,
        doers: &[MemberId],
        tx: &Tx,
    ) -> Result<Vec<TaskPerson>, Refusal> {
        let able = self.desks.able(Tasks::unit_post(task.unit_id), tx.today());
        let belongs = |member: MemberId| {
            let path = self.directory.path_unless_left(member);
            path.is_some_and(|path| path.contains(&task.unit_id) || able.contains(&member))
        };
        let named = |member_id, part| {
            let by_duty = able.contains(&member_id);
            TaskPerson { task_id: task.id, member_id, part, present: true, by_duty }
        };
        let mut people: Vec<TaskPerson> = Vec::new();
        if let Some(head) = head {
            if !belongs(head) {
                return Err(Refusal::NoSuchMember("/head_id".into()));
            }
            people.push(named(head, TaskPart::Head));
        }
        for (index, doer) in doers.iter().enumerate() {
            if !belongs(*doer) {
                return Err(Refusal::NoSuchMember(format!("/doer_ids/{index}")));
            }
            if people.iter().all(|person| person.member_id != *doer) {
                people.push(named(*doer, TaskPart::Doer));
            }
        }
        Ok(people)
    }

    /// Whether somebody may read what is attached to a task.
    pub(super) fn may_see(&self, conn: &mut Conn, person: &Person, id: uuid::Uuid) -> QueryResult<bool> {
        match store::tasks::find(conn, id.into())? {
            Some(task) => self.sees(conn, person, &task),
            None => Ok(false),
        }
    }
}

/// What was asked for and can be granted no more is over.
fn end_requests(tx: &mut Tx, task: &Task, by: Option<MemberId>) -> QueryResult<()> {
    for mut request in store::parts::list_open_requests(tx.conn, task.id)? {
        if FLOW.step(task.state, super::requests::verb_of(request.kind)).is_none() {
            (request.state, request.answered_by, request.answered_at) = (ProposalState::Expired, by, Some(tx.now()));
            store::parts::update_request(tx.conn, &request)?;
        }
    }
    Ok(())
}

/// Where an item comes from.
pub(super) fn source_of(item: &super::model::TaskItem) -> Option<TaskSource> {
    let (kind, id, place) = (item.source_kind.clone()?, item.source_id?, item.source_place?);
    Some(TaskSource { kind, id, place })
}
