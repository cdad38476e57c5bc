//! What the book of appraisal is told: who carried a task out by its day, and who let its day pass and never asked for more
//! time. Its rules propose, and people decide.

use diesel::QueryResult;

use super::actions::Tasks;
use super::desk::named;
use super::model::{Credit, Task, TaskId, TaskListKind, TaskPart, TaskPerson, TaskRequestKind, TaskState};
use super::{rules, store};
use crate::db::{DbError, Never, Stop, Tx};
use crate::honour::appraisal::{AppraisalRecord, Suggestion};

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

    /// Tells of a task that is over who did it by its day, unless the room that opened it has done so. What had to be put
    /// right is no merit.
    pub(super) fn suggest_end(&self, tx: &mut Tx, task: &Task, credit: Credit) -> QueryResult<()> {
        if task.state != TaskState::Closed {
            return Ok(());
        }
        if !rules::was_in_time(task) {
            return self.miss(tx, task);
        }
        let list = store::lists::find(tx.conn, task.list_id)?;
        if credit == Credit::Given || list.is_none_or(|list| list.kind == TaskListKind::Rectification) {
            return Ok(());
        }
        let reason = format!("按期完成任务{}", named(&task.title));
        for person in present(tx, task)? {
            let whose = (person.member_id, task.id.uuid());
            self.appraisal.suggest(tx, &Suggestion::today(tx, AppraisalRecord::TaskInTime, whose, &reason))?;
        }
        Ok(())
    }

    /// Looks at the tasks whose day has passed, at each once.
    pub(super) async fn look_at_missed(&self) -> Result<(), DbError> {
        let today = self.db.today();
        for _ in 0..ROUNDS {
            let missed = self.db.read(move |conn| store::tasks::list_missed(conn, today, CHUNK)).await?;
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
        let has_asked = asked.iter().any(|request| request.kind == TaskRequestKind::Extension);
        // whoever was asked for something when its day was over could not keep it
        if has_asked || task.created_at.day() > task.due_on {
            return Ok(());
        }
        let Some(head) = present(tx, task)?.into_iter().find(|person| person.part == TaskPart::Head) else {
            return Ok(());
        };
        let matters: Vec<_> = matter(tx, task.id)?.into_iter().map(|id| id.uuid()).collect();
        if self.appraisal.is_charged(tx.conn, head.member_id, &matters)? {
            return Ok(());
        }
        let reason = format!("任务{}应于{}完成，逾期且未申请延期", named(&task.title), task.due_on.in_chinese());
        let whose = (head.member_id, task.id.uuid());
        self.appraisal.suggest(tx, &Suggestion::today(tx, AppraisalRecord::TaskLate, whose, &reason))
    }
}

/// Who does a task, in the order of their ids.
fn present(tx: &mut Tx, task: &Task) -> QueryResult<Vec<TaskPerson>> {
    let mut people = store::parts::list_people(tx.conn, &[task.id])?;
    people.retain(|person| person.present);
    people.sort_unstable_by_key(|person| person.member_id);
    Ok(people)
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
