//! Tasks: one, many, and how many.

use diesel::dsl::count_star;
use diesel::prelude::*;

use crate::base::id::{MemberId, UnitId};
use crate::base::time::Day;
use crate::db::Conn;
use crate::db::schema::{task_assistants, task_people, tasks};
use crate::doing::tasks::model::{Due, Task, TaskFilter, TaskId, TaskItemId, TaskListId, TaskState};
use crate::on;

/// Which tasks somebody may see.
#[derive(Clone, Debug)]
pub struct Sight {
    pub reader: MemberId,
    /// Units whose tasks the reader sees, and whose lists; all when `None`.
    pub led: Option<Vec<UnitId>>,
    /// Units whose tasks hang on the wall where the reader is at home.
    pub own: Vec<UnitId>,
}

/// Narrows a boxed query of tasks; a macro, since two backends want two boxed types.
macro_rules! wanted {
    ($query:expr, $sight:expr, $filter:expr) => {{
        let (sight, filter): (&Sight, &TaskFilter) = ($sight, $filter);
        let mut query = $query;
        if let Some(led) = &sight.led {
            let named = task_people::table
                .filter(task_people::member_id.eq(sight.reader))
                .filter(task_people::present.eq(true))
                .select(task_people::task_id);
            let assisting =
                task_assistants::table.filter(task_assistants::unit_id.eq_any(led)).select(task_assistants::task_id);
            query = query.filter(
                tasks::unit_id
                    .eq_any(led.iter().chain(&sight.own))
                    .or(tasks::issuing_unit_id.eq_any(led))
                    .or(tasks::leader_id.eq(sight.reader))
                    .or(tasks::id.eq_any(named))
                    .or(tasks::id.eq_any(assisting)),
            );
        }
        if !filter.states.is_empty() {
            query = query.filter(tasks::state.eq_any(&filter.states));
        }
        if let Some(units) = &filter.units {
            query = query.filter(tasks::unit_id.eq_any(units));
        }
        if let Some(list) = filter.list {
            query = query.filter(tasks::list_id.eq(list));
        }
        if let Some(member) = filter.member {
            let named = task_people::table
                .filter(task_people::member_id.eq(member))
                .filter(task_people::present.eq(true))
                .select(task_people::task_id);
            query = query.filter(tasks::leader_id.eq(member).or(tasks::id.eq_any(named)));
        }
        if let Some(leader) = filter.leader {
            query = query.filter(tasks::leader_id.eq(leader));
        }
        if let Some(axis) = filter.axis {
            query = query.filter(tasks::axis.eq(axis));
        }
        if let Some((from, until)) = filter.due {
            query = query.filter(tasks::due_on.between(from, until));
        }
        if let Some(day) = filter.overdue_by {
            let with_unit =
                [TaskState::Issued, TaskState::Answered, TaskState::Accepted, TaskState::Doing, TaskState::Returned];
            query = query.filter(tasks::due_on.lt(day)).filter(tasks::state.eq_any(with_unit));
        }
        if let Some(focus) = filter.focus {
            query = query.filter(tasks::focus.eq(focus));
        }
        query
    }};
}

pub fn find(conn: &mut Conn, id: TaskId) -> QueryResult<Option<Task>> {
    on!(conn, c => tasks::table.find(id).select(Task::as_select()).first(c).optional())
}

/// A task, held until the end of the transaction.
pub fn lock_row(conn: &mut Conn, id: TaskId) -> QueryResult<Option<Task>> {
    match conn {
        Conn::Pg(c) => tasks::table.find(id).select(Task::as_select()).for_update().first(c).optional(),
        Conn::Sqlite(c) => tasks::table.find(id).select(Task::as_select()).first(c).optional(),
    }
}

/// The task of an item at a unit.
pub fn find_of_item(conn: &mut Conn, item: TaskItemId, unit: UnitId) -> QueryResult<Option<TaskId>> {
    on!(conn, c => tasks::table
        .filter(tasks::item_id.eq(item))
        .filter(tasks::unit_id.eq(unit))
        .select(tasks::id)
        .first(c)
        .optional())
}

/// The tasks that were made of items.
pub fn list_of_items(conn: &mut Conn, items: &[TaskItemId]) -> QueryResult<Vec<Task>> {
    on!(conn, c => tasks::table
        .filter(tasks::item_id.eq_any(items))
        .order((tasks::number, tasks::id))
        .select(Task::as_select())
        .load(c))
}

/// Which units have a task of which of these items.
pub fn list_places(conn: &mut Conn, items: &[TaskItemId]) -> QueryResult<Vec<(TaskItemId, UnitId)>> {
    on!(conn, c => tasks::table.filter(tasks::item_id.eq_any(items)).select((tasks::item_id, tasks::unit_id)).load(c))
}

/// Where a page of tasks ended.
pub type Mark = (Day, TaskId);

/// Tasks within `sight`, what is due first, after `after`.
pub fn list(
    conn: &mut Conn,
    sight: &Sight,
    filter: &TaskFilter,
    after: Option<Mark>,
    limit: i64,
) -> QueryResult<Vec<Task>> {
    on!(conn, c => {
        let mut query = wanted!(tasks::table.into_boxed(), sight, filter);
        if let Some((day, id)) = after {
            query = query.filter(tasks::due_on.gt(day).or(tasks::due_on.eq(day).and(tasks::id.gt(id))));
        }
        query.order((tasks::due_on, tasks::id)).limit(limit).select(Task::as_select()).load(c)
    })
}

/// How many tasks of each state there are within `sight`; states without any are left out.
pub fn count(conn: &mut Conn, sight: &Sight, filter: &TaskFilter) -> QueryResult<Vec<(TaskState, i64)>> {
    on!(conn, c => {
        let counted = tasks::table.group_by(tasks::state).select((tasks::state, count_star()));
        wanted!(counted.into_boxed(), sight, filter).order(tasks::state).load(c)
    })
}

/// How many tasks of each of `lists` there are by state.
pub fn count_of_lists(conn: &mut Conn, lists: &[TaskListId]) -> QueryResult<Vec<(TaskListId, TaskState, i64)>> {
    on!(conn, c => tasks::table
        .filter(tasks::list_id.eq_any(lists))
        .group_by((tasks::list_id, tasks::state))
        .select((tasks::list_id, tasks::state, count_star()))
        .load(c))
}

/// Tasks of a list in a state after `after`.
pub fn list_in_state(
    conn: &mut Conn,
    list: TaskListId,
    state: TaskState,
    after: Option<TaskId>,
    limit: i64,
) -> QueryResult<Vec<TaskId>> {
    on!(conn, c => tasks::table
        .filter(tasks::list_id.eq(list))
        .filter(tasks::state.eq(state))
        .filter(tasks::id.gt(after.unwrap_or_else(|| uuid::Uuid::nil().into())))
        .order(tasks::id)
        .limit(limit)
        .select(tasks::id)
        .load(c))
}

pub fn insert_all(conn: &mut Conn, rows: &[Task]) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(tasks::table).values(rows).execute(c)).map(drop)
}

/// Writes everything that may change about a task that the caller holds.
pub fn update(conn: &mut Conn, task: &Task) -> QueryResult<()> {
    on!(conn, c => diesel::update(tasks::table.find(task.id)).set(task).execute(c)).map(drop)
}

/// Suspended tasks whose time is over.
pub fn list_rested(conn: &mut Conn, today: Day, limit: i64) -> QueryResult<Vec<TaskId>> {
    on!(conn, c => tasks::table
        .filter(tasks::state.eq(TaskState::Suspended))
        .filter(tasks::suspended_until.lt(today))
        .order(tasks::suspended_until)
        .limit(limit)
        .select(tasks::id)
        .load(c))
}

/// Tasks that nobody has accepted or answered in time, and of which nobody was reminded.
pub fn list_unanswered(conn: &mut Conn, today: Day, limit: i64) -> QueryResult<Vec<(TaskId, UnitId)>> {
    on!(conn, c => tasks::table
        .filter(tasks::state.eq(TaskState::Issued))
        .filter(tasks::answer_by.lt(today))
        .filter(tasks::reminded_on.is_null())
        .order(tasks::answer_by)
        .limit(limit)
        .select((tasks::id, tasks::unit_id))
        .load(c))
}

/// Puts down that units were reminded of tasks; those of which somebody else did meanwhile are left out.
pub fn mark_reminded(conn: &mut Conn, ids: &[TaskId], today: Day) -> QueryResult<usize> {
    let rows = tasks::table.filter(tasks::id.eq_any(ids)).filter(tasks::reminded_on.is_null());
    on!(conn, c => diesel::update(rows).set(tasks::reminded_on.eq(today)).execute(c))
}

/// Tasks in the hands of their units, or handed in late, that nobody has looked at since their day passed.
pub fn list_missed(conn: &mut Conn, today: Day, limit: i64) -> QueryResult<Vec<TaskId>> {
    let with_unit = [TaskState::Accepted, TaskState::Doing, TaskState::Returned];
    let handed_in = [TaskState::Submitted, TaskState::Verified];
    on!(conn, c => tasks::table
        .filter(tasks::missed_on.is_null())
        .filter(tasks::closed_on.is_null())
        .filter(tasks::due_on.lt(today))
        .filter(tasks::state.eq_any(with_unit).or(
            tasks::state.eq_any(handed_in).and(tasks::submitted_on.assume_not_null().gt(tasks::due_on)),
        ))
        .order((tasks::due_on, tasks::id))
        .limit(limit)
        .select(tasks::id)
        .load(c))
}

/// Puts down that a task was looked at because its day had passed.
pub fn mark_missed(conn: &mut Conn, id: TaskId, today: Day) -> QueryResult<()> {
    on!(conn, c => diesel::update(tasks::table.find(id)).set(tasks::missed_on.eq(today)).execute(c)).map(drop)
}

/// Tasks that were merged into one of these.
pub fn list_merged_into(conn: &mut Conn, ids: &[TaskId]) -> QueryResult<Vec<TaskId>> {
    on!(conn, c => tasks::table.filter(tasks::merged_into.eq_any(ids)).select(tasks::id).load(c))
}

const DUE: (
    tasks::id,
    tasks::unit_id,
    tasks::title,
    tasks::state,
    tasks::due_on,
    tasks::first_due_on,
    tasks::submitted_on,
    tasks::closed_on,
    tasks::weight,
) = (
    tasks::id,
    tasks::unit_id,
    tasks::title,
    tasks::state,
    tasks::due_on,
    tasks::first_due_on,
    tasks::submitted_on,
    tasks::closed_on,
    tasks::weight,
);

/// What was due from one day to another, both included.
pub fn list_due(conn: &mut Conn, from: Day, until: Day) -> QueryResult<Vec<Due>> {
    on!(conn, c => tasks::table.filter(tasks::due_on.between(from, until)).select(DUE).load(c))
}

/// What was first due from one day to another, both included.
pub fn list_first_due(conn: &mut Conn, from: Day, until: Day) -> QueryResult<Vec<Due>> {
    on!(conn, c => tasks::table.filter(tasks::first_due_on.between(from, until)).select(DUE).load(c))
}

/// What was closed from one day to another, both included.
pub fn list_closed(conn: &mut Conn, from: Day, until: Day) -> QueryResult<Vec<Due>> {
    on!(conn, c => tasks::table.filter(tasks::closed_on.between(from, until)).select(DUE).load(c))
}

/// Tasks that wait for somebody's judgement, after `after`.
pub fn list_judged(conn: &mut Conn, after: Option<TaskId>, limit: i64) -> QueryResult<Vec<TaskId>> {
    on!(conn, c => tasks::table
        .filter(tasks::state.eq_any([TaskState::Submitted, TaskState::Verified]))
        .filter(tasks::id.gt(after.unwrap_or_else(|| uuid::Uuid::nil().into())))
        .order(tasks::id)
        .limit(limit)
        .select(tasks::id)
        .load(c))
}
