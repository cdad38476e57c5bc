//! Who is named where, and what was handed on.

use diesel::prelude::*;

use crate::base::id::{MemberId, UnitId};
use crate::base::time::Timestamp;
use crate::db::Conn;
use crate::db::schema::{task_hand_overs, task_people, tasks};
use crate::doing::tasks::model::{HandOver, HandedTask, TaskHandOverId, TaskHandedPart, TaskId, TaskState};
use crate::on;

/// States from which nothing more comes.
const OVER: [TaskState; 3] = [TaskState::Closed, TaskState::Merged, TaskState::Cancelled];

/// A member who is to do tasks of a unit that are not over, and whether he is by a duty.
pub type Named = (MemberId, UnitId, bool);

/// Everybody who is to do something: few for each unit.
pub fn list_named(conn: &mut Conn) -> QueryResult<Vec<Named>> {
    on!(conn, c => task_people::table
        .inner_join(tasks::table)
        .filter(task_people::present.eq(true))
        .filter(tasks::state.ne_all(OVER))
        .select((task_people::member_id, tasks::unit_id, task_people::by_duty))
        .distinct()
        .load(c))
}

/// Tasks of a unit that a member is to do and that are not over.
pub fn list_tasks_of(conn: &mut Conn, (member, unit, by_duty): Named, limit: i64) -> QueryResult<Vec<TaskId>> {
    on!(conn, c => task_people::table
        .inner_join(tasks::table)
        .filter(task_people::member_id.eq(member))
        .filter(task_people::present.eq(true))
        .filter(task_people::by_duty.eq(by_duty))
        .filter(tasks::unit_id.eq(unit))
        .filter(tasks::state.ne_all(OVER))
        .order(tasks::id)
        .limit(limit)
        .select(tasks::id)
        .load(c))
}

/// Takes somebody off a task, who stays as one who had a part in it.
pub fn take_off(conn: &mut Conn, task: TaskId, member: MemberId) -> QueryResult<()> {
    let row = task_people::table.find((task, member));
    on!(conn, c => diesel::update(row).set(task_people::present.eq(false)).execute(c)).map(drop)
}

/// Everybody who is the leader in charge of something that is not over.
pub fn list_leaders(conn: &mut Conn) -> QueryResult<Vec<MemberId>> {
    on!(conn, c => tasks::table
        .filter(tasks::leader_id.is_not_null())
        .filter(tasks::state.ne_all(OVER))
        .select(tasks::leader_id.assume_not_null())
        .distinct()
        .load(c))
}

/// Tasks of which a member is the leader in charge and that are not over.
pub fn list_led(conn: &mut Conn, leader: MemberId, limit: i64) -> QueryResult<Vec<TaskId>> {
    on!(conn, c => tasks::table
        .filter(tasks::leader_id.eq(leader))
        .filter(tasks::state.ne_all(OVER))
        .order(tasks::id)
        .limit(limit)
        .select(tasks::id)
        .load(c))
}

pub fn insert(conn: &mut Conn, row: HandOver) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(task_hand_overs::table).values(row).execute(c)).map(drop)
}

/// Who was taken off a task at `since` or later, having done it or answered for it.
pub fn list_since(conn: &mut Conn, task: TaskId, since: Timestamp) -> QueryResult<Vec<MemberId>> {
    on!(conn, c => task_hand_overs::table
        .filter(task_hand_overs::task_id.eq(task))
        .filter(task_hand_overs::at.ge(since))
        .filter(task_hand_overs::part.ne(TaskHandedPart::Leader))
        .select(task_hand_overs::member_id)
        .load(c))
}

/// What was handed on to holders of `units` (of all when `None`), by a member where one is named, the newest first.
pub fn list(
    conn: &mut Conn,
    units: Option<&[UnitId]>,
    member: Option<MemberId>,
    before: Option<TaskHandOverId>,
    limit: i64,
) -> QueryResult<Vec<HandedTask>> {
    on!(conn, c => {
        let mut query = task_hand_overs::table.inner_join(tasks::table).into_boxed();
        if let Some(units) = units {
            query = query.filter(task_hand_overs::unit_id.eq_any(units));
        }
        if let Some(member) = member {
            query = query.filter(task_hand_overs::member_id.eq(member));
        }
        if let Some(before) = before {
            query = query.filter(task_hand_overs::id.lt(before));
        }
        query
            .order(task_hand_overs::id.desc())
            .limit(limit)
            .select((HandOver::as_select(), tasks::list_id, tasks::number, tasks::title, tasks::state, tasks::due_on))
            .load(c)
    })
}
