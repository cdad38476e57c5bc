//! What belongs to a task: people, assisting units, nodes, steps, what was told and asked for.

use diesel::dsl::count_star;
use diesel::prelude::*;

use crate::base::approval::ProposalState;
use crate::base::id::{MemberId, UnitId};
use crate::base::time::Day;
use crate::db::Conn;
use crate::db::schema::{task_assistants, task_nodes, task_people, task_reports, task_requests, task_steps};
use crate::doing::tasks::model::{
    Request, Step, TaskId, TaskNode, TaskNodeState, TaskPerson, TaskReport, TaskRequestKind, TaskVerb,
};
use crate::on;

pub fn list_people(conn: &mut Conn, tasks: &[TaskId]) -> QueryResult<Vec<TaskPerson>> {
    on!(conn, c => task_people::table
        .filter(task_people::task_id.eq_any(tasks))
        .order((task_people::task_id, task_people::part.desc(), task_people::member_id))
        .select(TaskPerson::as_select())
        .load(c))
}

/// Puts `people` in the place of those who were named before, who stay as such.
pub fn replace_people(conn: &mut Conn, task: TaskId, people: &[TaskPerson]) -> QueryResult<()> {
    let its = task_people::table.filter(task_people::task_id.eq(task));
    on!(&mut *conn, c => diesel::update(its).set(task_people::present.eq(false)).execute(c))?;
    for person in people {
        on!(&mut *conn, c => diesel::insert_into(task_people::table)
            .values(person)
            .on_conflict((task_people::task_id, task_people::member_id))
            .do_update()
            .set((
                task_people::part.eq(person.part),
                task_people::present.eq(true),
                task_people::by_duty.eq(person.by_duty),
            ))
            .execute(c))?;
    }
    Ok(())
}

/// Whether a member is named.
pub fn is_named(conn: &mut Conn, task: TaskId, member: MemberId) -> QueryResult<bool> {
    let found: Option<bool> = on!(conn, c => task_people::table
        .find((task, member))
        .select(task_people::present)
        .first(c)
        .optional())?;
    Ok(found == Some(true))
}

pub fn list_assistants(conn: &mut Conn, task: TaskId) -> QueryResult<Vec<UnitId>> {
    on!(conn, c => task_assistants::table
        .filter(task_assistants::task_id.eq(task))
        .order(task_assistants::unit_id)
        .select(task_assistants::unit_id)
        .load(c))
}

pub fn insert_assistants(conn: &mut Conn, rows: &[(TaskId, UnitId)]) -> QueryResult<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = rows
        .iter()
        .map(|(task, unit)| (task_assistants::task_id.eq(*task), task_assistants::unit_id.eq(*unit)))
        .collect();
    on!(conn, c => diesel::insert_into(task_assistants::table).values(&rows).execute(c)).map(drop)
}

pub fn list_nodes(conn: &mut Conn, task: TaskId) -> QueryResult<Vec<TaskNode>> {
    on!(conn, c => task_nodes::table
        .filter(task_nodes::task_id.eq(task))
        .order(task_nodes::place)
        .select(TaskNode::as_select())
        .load(c))
}

/// How many nodes of each of `tasks` are behind; those without any are left out.
pub fn count_behind(conn: &mut Conn, tasks: &[TaskId], today: Day) -> QueryResult<Vec<(TaskId, i64)>> {
    on!(conn, c => task_nodes::table
        .filter(task_nodes::task_id.eq_any(tasks))
        .filter(task_nodes::state.eq(TaskNodeState::Pending))
        .filter(task_nodes::due_on.lt(today))
        .group_by(task_nodes::task_id)
        .select((task_nodes::task_id, count_star()))
        .load(c))
}

pub fn insert_nodes(conn: &mut Conn, nodes: &[TaskNode]) -> QueryResult<()> {
    if nodes.is_empty() {
        return Ok(());
    }
    on!(conn, c => diesel::insert_into(task_nodes::table).values(nodes).execute(c)).map(drop)
}

pub fn update_node(conn: &mut Conn, node: &TaskNode) -> QueryResult<()> {
    let row = task_nodes::table.find((node.task_id, node.place));
    on!(conn, c => diesel::update(row).set(node).execute(c)).map(drop)
}

/// The steps of a task, the oldest first.
pub fn list_steps(conn: &mut Conn, task: TaskId) -> QueryResult<Vec<Step>> {
    on!(conn, c => task_steps::table
        .filter(task_steps::task_id.eq(task))
        .order(task_steps::id)
        .select(Step::as_select())
        .load(c))
}

/// What was done last about a task.
pub fn last_verb(conn: &mut Conn, task: TaskId) -> QueryResult<Option<TaskVerb>> {
    on!(conn, c => task_steps::table
        .filter(task_steps::task_id.eq(task))
        .order(task_steps::id.desc())
        .select(task_steps::verb)
        .first(c)
        .optional())
}

pub fn insert_step(conn: &mut Conn, step: &Step) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(task_steps::table).values(step).execute(c)).map(drop)
}

/// The newest that the unit told of a task.
pub fn list_reports(conn: &mut Conn, task: TaskId, limit: i64) -> QueryResult<Vec<TaskReport>> {
    on!(conn, c => task_reports::table
        .filter(task_reports::task_id.eq(task))
        .order(task_reports::id.desc())
        .limit(limit)
        .select(TaskReport::as_select())
        .load(c))
}

pub fn insert_report(conn: &mut Conn, report: &TaskReport) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(task_reports::table).values(report).execute(c)).map(drop)
}

pub fn list_requests(conn: &mut Conn, task: TaskId) -> QueryResult<Vec<Request>> {
    on!(conn, c => task_requests::table
        .filter(task_requests::task_id.eq(task))
        .order(task_requests::id)
        .select(Request::as_select())
        .load(c))
}

/// The newest of a kind that was asked for about a task.
pub fn find_request(conn: &mut Conn, task: TaskId, kind: TaskRequestKind) -> QueryResult<Option<Request>> {
    on!(conn, c => task_requests::table
        .filter(task_requests::task_id.eq(task))
        .filter(task_requests::kind.eq(kind))
        .order(task_requests::id.desc())
        .select(Request::as_select())
        .first(c)
        .optional())
}

/// What is asked for and nobody has answered.
pub fn list_open_requests(conn: &mut Conn, task: TaskId) -> QueryResult<Vec<Request>> {
    on!(conn, c => task_requests::table
        .filter(task_requests::task_id.eq(task))
        .filter(task_requests::state.eq(ProposalState::Open))
        .order(task_requests::id)
        .select(Request::as_select())
        .load(c))
}

pub fn insert_request(conn: &mut Conn, request: &Request) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(task_requests::table).values(request).execute(c)).map(drop)
}

pub fn update_request(conn: &mut Conn, request: &Request) -> QueryResult<()> {
    on!(conn, c => diesel::update(task_requests::table.find(request.id)).set(request).execute(c)).map(drop)
}
