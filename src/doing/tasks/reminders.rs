//! What time brings: what rested goes on, and units are reminded of what they have neither accepted nor answered.

use std::collections::BTreeMap;

use chrono::NaiveTime;

use super::actions::Tasks;
use super::laying::step_of;
use super::model::{Task, TaskId, TaskState, TaskVerb};
use super::store;
use crate::base::id::UnitId;
use crate::base::time::Day;
use crate::db::{DbError, Never, Stop, Tx};
use crate::ground::notices::{self, NewNotice, NoticeKind, To};

/// Tasks that are looked at in one go.
const CHUNK: i64 = 200;

/// From when until when reminders go out.
fn daytime() -> (NaiveTime, NaiveTime) {
    let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default();
    (hour(8), hour(20))
}

impl Tasks {
    /// Does what the day brings; of several servers the one that writes it.
    pub(super) async fn look_at_days(&self) -> Result<(), DbError> {
        let today = self.db.today();
        let rested = self.db.read(move |conn| store::tasks::list_rested(conn, today, CHUNK)).await?;
        if !rested.is_empty() {
            let room = self.clone();
            let resumed = self.db.write(move |tx| -> Result<(), Stop<Never>> {
                Ok(rested.iter().try_for_each(|id| room.resume(tx, *id, today))?)
            });
            resumed.await?;
        }
        let (now, (morning, evening)) = (self.db.now(), daytime());
        if self.calendar.is_off(today) || now < today.at(morning) || now >= today.at(evening) {
            return Ok(());
        }
        self.look_at_missed().await?;
        let waiting = self.db.read(move |conn| store::tasks::list_unanswered(conn, today, CHUNK)).await?;
        if waiting.is_empty() {
            return Ok(());
        }
        let room = self.clone();
        let told = self.db.write(move |tx| -> Result<(), Stop<Never>> { Ok(room.remind_units(tx, &waiting, today)?) });
        Ok(told.await?)
    }

    /// What was suspended until yesterday goes on.
    fn resume(&self, tx: &mut Tx, id: TaskId, today: Day) -> diesel::QueryResult<()> {
        let Some(task) = store::tasks::lock_row(tx.conn, id)? else { return Ok(()) };
        if task.state != TaskState::Suspended || task.suspended_until.is_none_or(|until| until >= today) {
            return Ok(());
        }
        let next = Task { state: TaskState::Accepted, suspended_until: None, updated_at: tx.now(), ..task.clone() };
        store::tasks::update(tx.conn, &next)?;
        let step = step_of(tx, id, None, (TaskVerb::Resume, task.state, next.state), Some("挂起期满".into()));
        self.finish(tx, &task, &next, step)
    }

    fn remind_units(&self, tx: &mut Tx, waiting: &[(TaskId, UnitId)], today: Day) -> diesel::QueryResult<()> {
        let ids: Vec<TaskId> = waiting.iter().map(|(id, _)| *id).collect();
        // another server was faster
        if store::tasks::mark_reminded(tx.conn, &ids, today)? == 0 {
            return Ok(());
        }
        let mut counts: BTreeMap<UnitId, usize> = BTreeMap::new();
        for (_, unit) in waiting {
            *counts.entry(*unit).or_default() += 1;
        }
        for (unit, count) in counts {
            for member in self.desks.nearest(Tasks::unit_post(unit), &[], today) {
                let (to, title) = (To::Member(member), "任务逾期未签收".to_owned());
                let body = format!("{}有 {count} 项任务逾期未签收，请签收或申请调整", self.directory.unit_name(unit));
                let link = Some("/tasks?state=issued".to_owned());
                notices::tell(tx, NewNotice { to, kind: NoticeKind::TASK, title, body, link })?;
            }
        }
        Ok(())
    }
}
