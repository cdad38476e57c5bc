//! Tasks as they are shown: one with everything that belongs to it, many in a list, all of them on the board 挂图作战.

use std::collections::{HashMap, HashSet};

use diesel::QueryResult;

use super::actions::{Outcome, Tasks};
use super::model::{Task, TaskFilter, TaskId, TaskLight, TaskList, TaskListId, TaskPerson, TaskState, Whole};
use super::rules::{self, Refusal, Telling};
use super::steps::source_of;
use super::store::{self, tasks::Mark};
use crate::base::id::UnitId;
use crate::base::person::Person;
use crate::base::time::Day;
use crate::db::Conn;

/// What the unit told last that a page shows.
const REPORTS: i64 = 10;

/// A task with what a line of it shows.
#[derive(Clone, Debug)]
pub(super) struct Listed {
    pub task: Task,
    pub light: TaskLight,
    pub people: Vec<TaskPerson>,
    /// When the unit tells next how far it is; `None` where it need not, or has.
    pub telling: Option<Telling>,
    pub list_title: String,
}

/// A column of the board.
#[derive(Clone, Debug)]
pub(super) struct BoardColumn {
    pub state: TaskState,
    pub count: i64,
    /// The first ones, and one more where there are more.
    pub tasks: Vec<Listed>,
}

/// The columns of the board, from left to right.
pub(super) const COLUMNS: [TaskState; 9] = [
    TaskState::Issued,
    TaskState::Answered,
    TaskState::Accepted,
    TaskState::Doing,
    TaskState::Returned,
    TaskState::Submitted,
    TaskState::Verified,
    TaskState::Closed,
    TaskState::Suspended,
];

/// What of a task somebody may do.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hands {
    pub does: bool,
    pub issues: bool,
    /// Issues, and has no part in it.
    pub judges: bool,
}

impl Tasks {
    /// Tasks that the reader sees, what is due first.
    pub(super) async fn list(
        &self,
        reader: &Person,
        filter: TaskFilter,
        after: Option<Mark>,
        limit: i64,
    ) -> Outcome<Vec<Listed>> {
        let (sight, room, today) = (self.sight(reader), self.clone(), self.db.today());
        let read = move |conn: &mut Conn| {
            let found = store::tasks::list(conn, &sight, &filter, after, limit)?;
            room.listed(conn, found, today)
        };
        Ok(self.db.read(read).await?)
    }

    /// The board: how many tasks of each state there are, and the first of each.
    pub(super) async fn board(&self, reader: &Person, filter: TaskFilter, limit: i64) -> Outcome<Vec<BoardColumn>> {
        let (sight, room, today) = (self.sight(reader), self.clone(), self.db.today());
        let read = move |conn: &mut Conn| {
            let counts: HashMap<TaskState, i64> = store::tasks::count(conn, &sight, &filter)?.into_iter().collect();
            let mut columns = Vec::new();
            for state in COLUMNS.into_iter().filter(|state| filter.states.is_empty() || filter.states.contains(state)) {
                let count = counts.get(&state).copied().unwrap_or(0);
                let of_state = TaskFilter { states: vec![state], ..filter.clone() };
                let found = match count {
                    0 => Vec::new(),
                    _ => store::tasks::list(conn, &sight, &of_state, None, limit)?,
                };
                columns.push(BoardColumn { state, count, tasks: room.listed(conn, found, today)? });
            }
            Ok(columns)
        };
        Ok(self.db.read(read).await?)
    }

    /// What lines of tasks show beside them, by a few queries for all.
    pub(super) fn listed(&self, conn: &mut Conn, tasks: Vec<Task>, today: Day) -> QueryResult<Vec<Listed>> {
        if tasks.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<TaskId> = tasks.iter().map(|task| task.id).collect();
        let behind: HashSet<TaskId> =
            store::parts::count_behind(conn, &ids, today)?.into_iter().map(|(task, _)| task).collect();
        let mut people: HashMap<TaskId, Vec<TaskPerson>> = HashMap::new();
        for person in store::parts::list_people(conn, &ids)? {
            people.entry(person.task_id).or_default().push(person);
        }
        let mut lists: HashMap<TaskListId, TaskList> = HashMap::new();
        for task in &tasks {
            if !lists.contains_key(&task.list_id)
                && let Some(list) = store::lists::find(conn, task.list_id)?
            {
                lists.insert(task.list_id, list);
            }
        }
        let near = self.terms.near_days();
        let line = |task: Task| {
            let light = rules::light(&task, behind.contains(&task.id), today, near);
            let list = lists.get(&task.list_id);
            let period = list.and_then(|list| rules::rhythm(list.kind, list.rhythm, task.focus, light));
            Listed {
                light,
                telling: rules::telling(period, &task, today),
                people: people.remove(&task.id).unwrap_or_default(),
                list_title: list.map(|list| list.title.clone()).unwrap_or_default(),
                task,
            }
        };
        Ok(tasks.into_iter().map(line).collect())
    }

    /// A task with everything that belongs to it, as the reader may see it.
    pub(super) async fn whole(&self, reader: std::sync::Arc<Person>, id: TaskId) -> Outcome<(Whole, Listed)> {
        let (room, today) = (self.clone(), self.db.today());
        let read = move |conn: &mut Conn| {
            let Some(task) = store::tasks::find(conn, id)? else { return Ok(None) };
            if !room.sees(conn, &reader, &task)? {
                return Ok(None);
            }
            let items = store::lists::find_items(conn, &[task.item_id])?;
            let Some(line) = room.listed(conn, vec![task.clone()], today)?.pop() else { return Ok(None) };
            let whole = Whole {
                people: line.people.clone(),
                assisting: store::parts::list_assistants(conn, id)?,
                nodes: store::parts::list_nodes(conn, id)?,
                steps: store::parts::list_steps(conn, id)?,
                reports: store::parts::list_reports(conn, id, REPORTS)?,
                requests: store::parts::list_requests(conn, id)?,
                source: items.first().and_then(source_of),
                source_document: items.first().and_then(|item| item.source_document.clone()),
                task,
            };
            Ok(Some((whole, line)))
        };
        Ok(self.db.read(read).await?.ok_or(Refusal::NoSuchTask)?)
    }

    /// What the person may do about a task.
    pub(super) fn hands(&self, person: &Person, task: &Task, people: &[TaskPerson]) -> Hands {
        let issues = self.issues(person, task);
        let hindrance = crate::base::own_case::Judgement::VerifyTask.hindrance(self.involved(person, task, people));
        Hands { does: self.does(person, task, people), issues, judges: issues && hindrance.is_none() }
    }

    /// The units of a filter: those at and below one that is there.
    pub(super) fn below(&self, unit: Option<UnitId>) -> Outcome<Option<Vec<UnitId>>> {
        let Some(unit) = unit else { return Ok(None) };
        let tree = self.directory.tree();
        if tree.get(unit).is_none() {
            return Err(Refusal::NoSuchUnit("/unit_id".into()).into());
        }
        Ok(Some(tree.subtree(unit)))
    }

    /// How many items and tasks each of `lists` has, by state.
    pub(super) async fn counts_of_lists(
        &self,
        lists: Vec<TaskListId>,
    ) -> Outcome<(HashMap<TaskListId, i64>, HashMap<TaskListId, Vec<(TaskState, i64)>>)> {
        let read = move |conn: &mut Conn| {
            let items = store::lists::count_items(conn, &lists)?.into_iter().collect();
            let mut states: HashMap<TaskListId, Vec<(TaskState, i64)>> = HashMap::new();
            for (list, state, count) in store::tasks::count_of_lists(conn, &lists)? {
                states.entry(list).or_default().push((state, count));
            }
            Ok((items, states))
        };
        Ok(self.db.read(read).await?)
    }
}

impl Tasks {
    /// Items of a list after a number, in their order.
    pub(super) async fn items(&self, list: TaskListId, after: i32, limit: i64) -> Outcome<Vec<super::model::TaskItem>> {
        Ok(self.db.read(move |conn| store::lists::list_items(conn, list, after, limit)).await?)
    }

    /// The item of a list under a number.
    pub(super) async fn item(&self, list: TaskListId, number: i32) -> Outcome<super::model::TaskItem> {
        let found = self.db.read(move |conn| store::lists::find_item(conn, list, number)).await?;
        Ok(found.ok_or(Refusal::NoSuchItem)?)
    }
}
