//! Laying lists on units: chunk by chunk, by one process, going on where it stopped.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use diesel::QueryResult;
use serde_json::json;

use super::actions::{Issuer, Outcome, Tasks, note_list};
use super::model::{
    Laying, LayingId, LayingPlan, Step, Task, TaskId, TaskItem, TaskItemId, TaskList, TaskListId, TaskNode,
    TaskNodeState, TaskState, TaskVerb,
};
use super::rules::{Refusal, TASKS_LIMIT};
use super::store;
use crate::base::id::UnitId;
use crate::base::idempotency::IdempotencyKey;
use crate::base::person::Person;
use crate::base::time::{Day, Timestamp};
use crate::db::{DbError, Json, Never, Stop, Tx};
use crate::ground::notices::{self, NewNotice, NoticeKind, To};
use crate::kernel::chunks::{Work, Worked};
use crate::kernel::lease::Lease;
use crate::kernel::{agenda, idempotency};

/// What the agenda calls lists that are on their way.
pub(super) const LAYING: &str = "task_layings";
/// Tasks of one transaction.
const CHUNK: usize = 100;
/// How long others wait for a process to go on.
const LEASE_SECONDS: i64 = 30;
/// Items that one laying reads.
const ITEMS: i64 = 500;

impl Tasks {
    /// Has items of a list (all of them when `numbers` is `None`) laid on units, or on each one's lead unit when there are
    /// none.
    pub(super) async fn lay_list(
        &self,
        person: &Person,
        list: TaskListId,
        (numbers, units): (Option<Vec<i32>>, Vec<UnitId>),
        key: Option<IdempotencyKey>,
    ) -> Outcome<LayingId> {
        let (room, issuer) = (self.clone(), Issuer::of(person));
        self.db
            .write(move |tx| {
                idempotency::once(tx, key.as_ref(), |tx| {
                    let list = room.lock_list(tx, &issuer, list)?;
                    for (index, unit) in units.iter().enumerate() {
                        room.check_below(list.unit_id, *unit, || format!("/unit_ids/{index}"))?;
                    }
                    let mut units = units.clone();
                    let mut seen = HashSet::new();
                    units.retain(|unit| seen.insert(*unit));
                    let items = chosen(tx, &list, numbers.as_deref())?;
                    if let Some(homeless) = items.iter().find(|item| units.is_empty() && item.lead_unit_id.is_none()) {
                        return Err(Refusal::NoUnit(homeless.number).into());
                    }
                    room.begin_laying(tx, &issuer, &list, (items, units))
                })
            })
            .await
    }

    fn begin_laying(
        &self,
        tx: &mut Tx,
        issuer: &Issuer,
        list: &TaskList,
        (items, units): (Vec<TaskItem>, Vec<UnitId>),
    ) -> Outcome<LayingId> {
        let total = items.len() * units.len().max(1);
        if total > TASKS_LIMIT {
            return Err(Refusal::TooManyTasks.into());
        }
        let ids: Vec<TaskItemId> = items.iter().map(|item| item.id).collect();
        let laying = Laying {
            id: tx.fresh_id(),
            list_id: list.id,
            plan: Json(LayingPlan { items: ids.clone(), units }),
            total: i32::try_from(total).unwrap_or(i32::MAX),
            done: 0,
            laid: 0,
            created_by: issuer.member,
            created_at: tx.now(),
            ended_at: None,
        };
        store::lists::insert_laying(tx.conn, &laying)?;
        // from here on it stays as it is laid
        store::lists::mark_laid(tx.conn, &ids)?;
        let detail = json!({ "items": ids.len(), "units": laying.plan.0.units.len(), "tasks": total });
        note_list(tx, issuer.member, "tasks.lay", list.id, detail)?;
        agenda::put_now(tx, LAYING, laying.id.uuid())?;
        Ok(laying.id)
    }

    /// A laying of a list that the reader may see.
    pub(super) async fn laying(&self, reader: &Person, id: LayingId) -> Outcome<Laying> {
        let laying = self.db.read(move |conn| store::lists::find_laying(conn, id)).await?;
        let laying = laying.ok_or(Refusal::NoSuchLaying)?;
        self.list_of(reader, laying.list_id).await?;
        Ok(laying)
    }

    /// Lays what waits; says when to look again where another process is at it.
    pub(super) async fn lay_waiting(&self) -> Result<Option<Timestamp>, DbError> {
        loop {
            let open = self.db.read(|conn| store::lists::list_open_layings(conn, 1)).await?;
            let Some(laying) = open.into_iter().next() else { return Ok(None) };
            if !self.carry_out(laying).await? {
                return Ok(Some(self.db.now().plus_seconds(LEASE_SECONDS)));
            }
        }
    }

    /// False when another process does it.
    async fn carry_out(&self, laying: Laying) -> Result<bool, DbError> {
        let (ids, list_id) = (laying.plan.0.items.clone(), laying.list_id);
        let (items, list) = self
            .db
            .read(move |conn| Ok((store::lists::find_items(conn, &ids)?, store::lists::find(conn, list_id)?)))
            .await?;
        let Some(list) = list else { return Ok(true) };
        let items: HashMap<TaskItemId, TaskItem> = items.into_iter().map(|item| (item.id, item)).collect();
        let pairs = Arc::new(pairs(&laying.plan.0, &items));
        let lease = Lease { name: LAYING, holder: self.holder, seconds: LEASE_SECONDS };
        let work = Work { name: LAYING, subject: laying.id.uuid(), lease };
        let (room, total, all) = (self.clone(), pairs.len(), pairs.clone());
        let read = |from: usize| async move {
            let until = (from + CHUNK).min(total);
            Ok((from < total).then_some(((from, until), until)))
        };
        let (laid_by, laying_id, whose) = (laying.created_by, laying.id, list.clone());
        let act = move |tx: &mut Tx, (from, until): &(usize, usize)| {
            let laid = room.lay_chunk(tx, &whose, &all[*from..*until], laid_by)?;
            let count = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
            store::lists::advance_laying(tx.conn, laying_id, count(*until), count(laid))
        };
        if work.each(&self.db, 0, read, act).await? == Worked::Elsewhere {
            return Ok(false);
        }
        let room = self.clone();
        let ended = self.db.write(move |tx| -> Result<(), Stop<Never>> {
            let now = tx.now();
            if store::lists::end_laying(tx.conn, laying.id, now)? {
                room.tell_units(tx, &list, &pairs)?;
            }
            Ok(())
        });
        ended.await?;
        Ok(true)
    }

    /// Makes the tasks of a chunk; how many were new. Units that were closed meanwhile, or lie below the list's no more, get
    /// none.
    fn lay_chunk(
        &self,
        tx: &mut Tx,
        list: &TaskList,
        pairs: &[(TaskItem, UnitId)],
        by: crate::base::id::MemberId,
    ) -> QueryResult<usize> {
        let mut ids: Vec<TaskItemId> = pairs.iter().map(|(item, _)| item.id).collect();
        ids.dedup();
        let known: HashSet<(TaskItemId, UnitId)> = store::tasks::list_places(tx.conn, &ids)?.into_iter().collect();
        let tree = self.directory.tree();
        let is_open = |unit: UnitId| {
            tree.get(unit).is_some_and(|card| card.unit.closed_on.is_none() && card.path.contains(&list.unit_id))
        };
        let new = pairs.iter().filter(|(item, unit)| !known.contains(&(item.id, *unit)) && is_open(*unit));
        let answer_by = self.answer_by(tx.today());
        let made: Vec<(&TaskItem, Task)> =
            new.map(|(item, unit)| (item, task_of(tx, list, item, *unit, (by, answer_by)))).collect();
        self.write_tasks(tx, &made)?;
        Ok(made.len())
    }

    /// The last day on which a unit that is asked today accepts or answers.
    pub(super) fn answer_by(&self, today: Day) -> Day {
        self.calendar.working_day_from(today.plus_days(self.terms.answer_days()))
    }

    /// Writes new tasks with what belongs to them, and lays them on the desks of their units.
    pub(super) fn write_tasks(&self, tx: &mut Tx, made: &[(&TaskItem, Task)]) -> QueryResult<()> {
        if made.is_empty() {
            return Ok(());
        }
        let rows: Vec<Task> = made.iter().map(|(_, task)| task.clone()).collect();
        store::tasks::insert_all(tx.conn, &rows)?;
        let (mut nodes, mut assistants) = (Vec::new(), Vec::new());
        for (item, task) in made {
            nodes.extend(nodes_of(item, task.id));
            assistants.extend(item.assisting_ids.0.iter().map(|unit| (task.id, *unit)));
        }
        for some in nodes.chunks(500) {
            store::parts::insert_nodes(tx.conn, some)?;
        }
        assistants.sort_unstable();
        assistants.dedup();
        for some in assistants.chunks(500) {
            store::parts::insert_assistants(tx.conn, some)?;
        }
        rows.iter().try_for_each(|task| self.desks.put(tx, Tasks::receipt(task)))
    }

    /// Tells each unit once how many tasks it was given.
    fn tell_units(&self, tx: &mut Tx, list: &TaskList, pairs: &[(TaskItem, UnitId)]) -> QueryResult<()> {
        let mut counts: BTreeMap<UnitId, usize> = BTreeMap::new();
        for (_, unit) in pairs {
            *counts.entry(*unit).or_default() += 1;
        }
        let day = self.answer_by(tx.today()).in_chinese();
        for (unit, count) in counts {
            for member in self.desks.nearest(Tasks::unit_post(unit), &[], tx.today()) {
                let body = format!("{}：{count} 项，请于{day}前签收或申请调整", super::desk::named(&list.title));
                let link = Some(format!("/tasks?list_id={}", list.id));
                let (to, title) = (To::Member(member), "收到任务".to_owned());
                notices::tell(tx, NewNotice { to, kind: NoticeKind::TASK, title, body, link })?;
            }
        }
        Ok(())
    }
}

/// The items of a list that are to be laid, in their order.
fn chosen(tx: &mut Tx, list: &TaskList, numbers: Option<&[i32]>) -> Outcome<Vec<TaskItem>> {
    let all = store::lists::list_items(tx.conn, list.id, 0, ITEMS)?;
    let items: Vec<TaskItem> = match numbers {
        None => all,
        Some(numbers) => {
            let known: HashSet<i32> = all.iter().map(|item| item.number).collect();
            if numbers.iter().any(|number| !known.contains(number)) {
                return Err(Refusal::NoSuchItem.into());
            }
            all.into_iter().filter(|item| numbers.contains(&item.number)).collect()
        }
    };
    if items.is_empty() { Err(Refusal::NothingToLay.into()) } else { Ok(items) }
}

/// What is laid on whom, unit by unit within an item.
fn pairs(plan: &LayingPlan, items: &HashMap<TaskItemId, TaskItem>) -> Vec<(TaskItem, UnitId)> {
    let of_item = |item: &TaskItem| match plan.units.is_empty() {
        true => item.lead_unit_id.into_iter().collect(),
        false => plan.units.clone(),
    };
    let found = plan.items.iter().filter_map(|id| items.get(id));
    found.flat_map(|item| of_item(item).into_iter().map(|unit| (item.clone(), unit))).collect()
}

/// The task that an item becomes at a unit.
pub(super) fn task_of(
    tx: &Tx,
    list: &TaskList,
    item: &TaskItem,
    unit: UnitId,
    (by, answer_by): (crate::base::id::MemberId, Day),
) -> Task {
    Task {
        id: tx.fresh_id(),
        list_id: list.id,
        item_id: item.id,
        unit_id: unit,
        issuing_unit_id: list.unit_id,
        number: item.number,
        title: item.title.clone(),
        standard: item.standard.clone(),
        axis: item.axis,
        leader_id: item.leader_id,
        due_on: item.due_on,
        first_due_on: item.due_on,
        weight: item.weight,
        focus: item.focus,
        evidence: item.evidence.clone(),
        state: TaskState::Issued,
        extensions: 0,
        answer_by,
        suspended_until: None,
        merged_into: None,
        submitted_by: None,
        submitted_on: None,
        reported_on: None,
        closed_on: None,
        reminded_on: None,
        missed_on: None,
        created_by: by,
        created_at: tx.now(),
        updated_at: tx.now(),
    }
}

fn nodes_of(item: &TaskItem, task: TaskId) -> Vec<TaskNode> {
    let node = |(index, node): (usize, &super::model::TaskItemNode)| TaskNode {
        task_id: task,
        place: i32::try_from(index + 1).unwrap_or(i32::MAX),
        title: node.title.clone(),
        due_on: node.due_on,
        state: TaskNodeState::Pending,
        note: None,
        delay: None,
        settled_on: None,
        settled_by: None,
    };
    item.nodes.0.iter().enumerate().map(node).collect()
}

/// A step as it is written down.
pub(super) fn step_of(
    tx: &Tx,
    task: TaskId,
    by: Option<crate::base::id::MemberId>,
    (verb, from, to): (TaskVerb, TaskState, TaskState),
    note: Option<String>,
) -> Step {
    Step {
        id: tx.fresh_id(),
        task_id: task,
        at: tx.now(),
        actor_id: by,
        verb,
        from_state: from,
        to_state: to,
        answer: None,
        note,
    }
}
