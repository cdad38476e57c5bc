//! What the book of appraisal is told: who carried a task out by its day, and who let its day pass and never asked for more
//! time. Its rules propose, and people decide.

use diesel::QueryResult;

use super::actions::Tasks;
use super::desk::named;
use super::model::{Credit, Request, Task, TaskId, TaskListKind, TaskPart, TaskRequestKind, TaskState, TaskVerb};
use super::{rules, store};
use crate::base::approval::ProposalState;
use crate::base::id::MemberId;
use crate::db::{DbError, Never, Stop, Tx};
use crate::honour::appraisal::{AppraisalRecord, Retraction, Suggestion};

/// Tasks that one transaction looks at.
const CHUNK: i64 = 200;
/// Transactions of one look; what is left waits for the next one.
const ROUNDS: usize = 50;

impl Tasks {
    /// Takes the turns of those who do these tasks, before the tasks are held.
    pub(super) fn take_turns(&self, tx: &mut Tx, ids: &[TaskId]) -> QueryResult<()> {
        let people = store::parts::list_people(tx.conn, ids)?;
        tx.take_turns(people.iter().map(|person| person.member_id))
    }

    /// Tells what became of a task that is over: who did it by its day, unless the room that opened it has done so; that it is
    /// late no more where it was struck off, or merged into one that is late as well. What had to be put right is no merit.
    pub(super) fn suggest_end(
        &self,
        tx: &mut Tx,
        task: &Task,
        (by, credit): (Option<MemberId>, Credit),
    ) -> QueryResult<()> {
        match task.state {
            TaskState::Closed if rules::was_in_time(task) => self.suggest_done(tx, task, credit),
            TaskState::Closed => self.miss(tx, task),
            TaskState::Cancelled => self.forgive(tx, task, by, "任务已取消"),
            TaskState::Merged => self.forgive(tx, task, by, "任务已并入另一项，同一事项只计一次"),
            _ => Ok(()),
        }
    }

    fn suggest_done(&self, tx: &mut Tx, task: &Task, credit: Credit) -> QueryResult<()> {
        let list = store::lists::find(tx.conn, task.list_id)?;
        if credit == Credit::Given || list.is_none_or(|list| list.kind == TaskListKind::Rectification) {
            return Ok(());
        }
        let (reason, day) = (format!("按期完成任务{}", named(&task.title)), task.submitted_on.unwrap_or(tx.today()));
        for member in who_did(tx, task)? {
            let told = Suggestion::of(tx, AppraisalRecord::TaskInTime, (member, task.id.uuid()), day, &reason);
            self.appraisal.suggest(tx, &told)?;
        }
        Ok(())
    }

    /// Takes back what was proposed since a task was late; of one that was merged only where the other one is charged as well.
    fn forgive(&self, tx: &mut Tx, task: &Task, by: Option<MemberId>, why: &str) -> QueryResult<()> {
        let Some(by) = by else { return Ok(()) };
        let reason = format!("{}：{why}", named(&task.title));
        for person in store::parts::list_people(tx.conn, &[task.id])? {
            let member = person.member_id;
            if let Some(other) = task.merged_into
                && !self.appraisal.is_charged(tx.conn, member, &[other.uuid()])?
            {
                continue;
            }
            let (record, subject) = (AppraisalRecord::TaskLate, task.id.uuid());
            self.appraisal.retract(tx, &Retraction { record, member, subject, by, reason: &reason })?;
        }
        Ok(())
    }

    /// Looks at the tasks whose day has passed, at each once.
    pub(super) async fn look_at_missed(&self) -> Result<(), DbError> {
        let today = self.db.today();
        for _ in 0..ROUNDS {
            let mut missed = self.db.read(move |conn| store::tasks::list_missed(conn, today, CHUNK)).await?;
            // as everybody holds several
            missed.sort_unstable();
            if missed.is_empty() {
                break;
            }
            let room = self.clone();
            let looked = self.db.write(move |tx| -> Result<(), Stop<Never>> {
                room.take_turns(tx, &missed)?;
                for id in &missed {
                    if let Some(task) = store::tasks::lock_row(tx.conn, *id)? {
                        room.miss(tx, &task)?;
                    }
                }
                Ok(())
            });
            looked.await?;
        }
        Ok(())
    }

    /// Tells of a task that is late who answers for it, where nobody ever asked for more time; again it changes nothing. A
    /// task that others were merged into is the same matter as they are.
    fn miss(&self, tx: &mut Tx, task: &Task) -> QueryResult<()> {
        let today = tx.today();
        let is_late = rules::is_overdue(task.state, task.due_on, task.submitted_on, today);
        if !is_late || task.missed_on.is_some() {
            return Ok(());
        }
        store::tasks::mark_missed(tx.conn, task.id, today)?;
        let asked = store::parts::list_requests(tx.conn, task.id)?;
        let is_asked =
            |request: &Request| request.kind == TaskRequestKind::Extension && request.state != ProposalState::TakenBack;
        let steps = store::parts::list_steps(tx.conn, task.id)?;
        if asked.iter().any(is_asked) || !rules::could_be_kept(task, &steps) {
            return Ok(());
        }
        let people = store::parts::list_people(tx.conn, &[task.id])?;
        let Some(head) = people.iter().find(|person| person.present && person.part == TaskPart::Head) else {
            return Ok(());
        };
        let matters: Vec<_> = matter(tx, task.id)?.into_iter().map(|id| id.uuid()).collect();
        if self.appraisal.is_charged(tx.conn, head.member_id, &matters)? {
            return Ok(());
        }
        let due = task.due_on.in_chinese_with_year();
        let reason = format!("任务{}应于{due}完成，逾期且未申请延期", named(&task.title));
        let whose = (head.member_id, task.id.uuid());
        let told = Suggestion::of(tx, AppraisalRecord::TaskLate, whose, task.due_on.next(), &reason);
        self.appraisal.suggest(tx, &told)
    }
}

/// Who did a task, in the order of their ids: those who are on it, and those who have moved on since its result was reported.
pub(super) fn who_did(tx: &mut Tx, task: &Task) -> QueryResult<Vec<MemberId>> {
    let people = store::parts::list_people(tx.conn, &[task.id])?;
    let mut members: Vec<MemberId> =
        people.iter().filter(|person| person.present).map(|person| person.member_id).collect();
    let steps = store::parts::list_steps(tx.conn, task.id)?;
    if let Some(reported) = steps.iter().rev().find(|step| step.verb == TaskVerb::Submit) {
        members.extend(store::hand_overs::list_since(tx.conn, task.id, reported.at)?);
    }
    members.sort_unstable();
    members.dedup();
    Ok(members)
}

/// A task and everything that was merged into it.
fn matter(tx: &mut Tx, id: TaskId) -> QueryResult<Vec<TaskId>> {
    let (mut all, mut fresh) = (vec![id], vec![id]);
    while !fresh.is_empty() {
        fresh = store::tasks::list_merged_into(tx.conn, &fresh)?;
        fresh.retain(|id| !all.contains(id));
        all.extend(&fresh);
    }
    Ok(all)
}
