//! Handing on: what somebody was to do whose duty has ended, or who has moved or left, goes to those who do the tasks of the
//! unit now or, where there is nobody, to those above; what it was stays on a list.

use std::collections::BTreeSet;
use std::sync::Arc;

use diesel::QueryResult;
use serde_json::json;

use super::actions::{Outcome, Tasks, note_task};
use super::model::{HandOver, HandedTask, Task, TaskHandOverId, TaskHandedPart, TaskId, TaskPart};
use super::rules::Refusal;
use super::store;
use super::store::hand_overs::Named;
use crate::base::capability::{Capability, Reach};
use crate::base::id::{MemberId, UnitId};
use crate::base::person::Person;
use crate::base::time::Day;
use crate::db::{DbError, Never, Stop, Tx};
use crate::ground::notices::{self, NewNotice, NoticeKind, To};
use crate::kernel::desk::Post;

/// Tasks of one transaction.
const CHUNK: i64 = 100;

impl Tasks {
    /// Hands on what its people have left, after the roster or the day has changed. Several servers find the same.
    pub(super) async fn hand_on(&self) -> Result<(), DbError> {
        let today = self.db.today();
        let named = self.db.read(store::hand_overs::list_named).await?;
        for one in named.into_iter().filter(|one| self.is_gone(*one, today)) {
            let find = move |conn: &mut crate::db::Conn| store::hand_overs::list_tasks_of(conn, one, CHUNK);
            let (member, unit, _) = one;
            self.hand_on_all(member, find, move |room, tx, id| room.take_off(tx, id, (member, unit))).await?;
        }
        let leaders = self.db.read(store::hand_overs::list_leaders).await?;
        for leader in leaders.into_iter().filter(|leader| self.directory.path_unless_left(*leader).is_none()) {
            let find = move |conn: &mut crate::db::Conn| store::hand_overs::list_led(conn, leader, CHUNK);
            self.hand_on_all(leader, find, move |room, tx, id| room.take_lead_off(tx, id, leader)).await?;
        }
        Ok(())
    }

    /// Whether somebody who was named does the tasks of that unit no more: by the duty for which he was, or since he belongs
    /// there no longer.
    fn is_gone(&self, (member, unit, by_duty): Named, today: Day) -> bool {
        let Some(path) = self.directory.path_unless_left(member) else { return true };
        let able = || self.desks.able(Tasks::unit_post(unit), today).contains(&member);
        if by_duty { !able() } else { !path.contains(&unit) && !able() }
    }

    /// Takes a member off what `find` finds, chunk by chunk, and tells those who have it now how much it was.
    async fn hand_on_all(
        &self,
        member: MemberId,
        find: impl Fn(&mut crate::db::Conn) -> QueryResult<Vec<TaskId>> + Clone + Send + 'static,
        take: impl Fn(&Tasks, &mut Tx, TaskId) -> QueryResult<Option<UnitId>> + Clone + Send + 'static,
    ) -> Result<(), DbError> {
        loop {
            let ids = self.db.read(find.clone()).await?;
            if ids.is_empty() {
                return Ok(());
            }
            let (room, take) = (self.clone(), take.clone());
            let taken = self.db.write(move |tx| -> Result<usize, Stop<Never>> {
                let mut handed: Vec<UnitId> = Vec::new();
                for id in &ids {
                    handed.extend(take(&room, tx, *id)?);
                }
                // a leader's tasks may be of several units, whose holders each hear of their own
                for unit in handed.iter().copied().collect::<BTreeSet<UnitId>>() {
                    let count = handed.iter().filter(|one| **one == unit).count();
                    room.tell_hand_over(tx, member, unit, count)?;
                }
                Ok(handed.len())
            });
            // another server was faster, or the roster has changed back
            if taken.await? == 0 {
                return Ok(());
            }
        }
    }

    fn take_off(&self, tx: &mut Tx, id: TaskId, (member, unit): (MemberId, UnitId)) -> QueryResult<Option<UnitId>> {
        let Some(task) = store::tasks::lock_row(tx.conn, id)? else { return Ok(None) };
        let people = store::parts::list_people(tx.conn, &[id])?;
        let Some(named) = people.iter().find(|person| person.present && person.member_id == member) else {
            return Ok(None);
        };
        if task.state.is_over() || task.unit_id != unit {
            return Ok(None);
        }
        let part = if named.part == TaskPart::Head { TaskHandedPart::Head } else { TaskHandedPart::Doer };
        store::hand_overs::take_off(tx.conn, id, member)?;
        self.write_hand_over(tx, &task, (member, unit, part))?;
        Ok(Some(unit))
    }

    fn take_lead_off(&self, tx: &mut Tx, id: TaskId, leader: MemberId) -> QueryResult<Option<UnitId>> {
        let Some(task) = store::tasks::lock_row(tx.conn, id)? else { return Ok(None) };
        if task.state.is_over() || task.leader_id != Some(leader) {
            return Ok(None);
        }
        let task = Task { leader_id: None, updated_at: tx.now(), ..task };
        store::tasks::update(tx.conn, &task)?;
        let unit = task.issuing_unit_id;
        self.write_hand_over(tx, &task, (leader, unit, TaskHandedPart::Leader))?;
        Ok(Some(unit))
    }

    fn write_hand_over(
        &self,
        tx: &mut Tx,
        task: &Task,
        (member_id, unit_id, part): (MemberId, UnitId, TaskHandedPart),
    ) -> QueryResult<()> {
        let (handed_on, at) = (tx.today(), tx.now());
        let row = HandOver { id: tx.fresh_id(), task_id: task.id, unit_id, member_id, part, handed_on, at };
        store::hand_overs::insert(tx.conn, row)?;
        let detail = json!({ "member_id": member_id, "unit_id": unit_id, "part": part });
        note_task(tx, None, "tasks.hand_on", task.id, detail)?;
        self.lay(tx, task)
    }

    fn tell_hand_over(&self, tx: &mut Tx, member: MemberId, unit: UnitId, count: usize) -> QueryResult<()> {
        let name = self.directory.name_of(member);
        let mut members = self.desks.nearest(Tasks::unit_post(unit), &[], tx.today());
        if members.is_empty() {
            members = self.desks.nearest(Post { capability: Capability::IssueTasks, unit }, &[], tx.today());
        }
        for to in members.into_iter().filter(|to| *to != member) {
            let (to, title) = (To::Member(to), "任务移交".to_owned());
            let body = format!("{name}的职务或所在组织有变动，{count} 项未办结任务已移交，请查看移交清单");
            let link = Some(format!("/task-hand-overs?unit_id={unit}&member_id={member}"));
            notices::tell(tx, NewNotice { to, kind: NoticeKind::TASK, title, body, link })?;
        }
        Ok(())
    }

    /// What was handed on to holders of units within reach, or of `unit` and what lies below it, the newest first.
    pub(super) async fn hand_overs(
        &self,
        reader: &Arc<Person>,
        (unit, member): (Option<UnitId>, Option<MemberId>),
        before: Option<TaskHandOverId>,
        limit: i64,
    ) -> Outcome<Vec<HandedTask>> {
        let reach = reader.reach(Capability::SeeTasks).ok_or(Refusal::NotAllowed)?;
        let tree = self.directory.tree();
        let units = match (unit, reach) {
            (Some(unit), reach) => {
                let path = self.path(unit).ok_or_else(|| Refusal::NoSuchUnit("/unit_id".into()))?;
                if !reach.covers(&path) {
                    return Err(Refusal::OutOfReach.into());
                }
                Some(tree.subtree(unit))
            }
            (None, Reach::Everything) => None,
            (None, Reach::Below(units)) => Some(units.iter().flat_map(|unit| tree.subtree(*unit)).collect()),
        };
        let found =
            move |conn: &mut crate::db::Conn| store::hand_overs::list(conn, units.as_deref(), member, before, limit);
        Ok(self.db.read(found).await?)
    }
}
