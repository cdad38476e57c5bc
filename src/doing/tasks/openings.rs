//! What the room lends to others: a finding of theirs becomes a task to be put right, and closing it tells them.

use std::sync::Arc;

use diesel::QueryResult;
use serde_json::json;

use super::actions::{Issuer, Outcome, Tasks, insert_list, item_of, note_task};
use super::desk::named;
use super::laying::task_of;
use super::model::{
    Credit, NewItem, NewList, Opening, Settled, Task, TaskAxis, TaskId, TaskItem, TaskItemId, TaskListKind, TaskPerson,
    TaskRhythm, TaskSource,
};
use super::rules::{self, Refusal};
use super::steps::source_of;
use super::store;
use crate::base::id::{MemberId, UnitId};
use crate::base::person::Person;
use crate::base::time::Day;
use crate::db::{Conn, Tx};

/// Weight of what is opened elsewhere, in hundredths.
const WEIGHT: i32 = 100;

/// Whether somebody may have tasks opened for a unit.
#[derive(Clone, Debug)]
pub struct Opener(Issuer);

impl Opener {
    /// As the person's duties say.
    pub fn of(person: &Person) -> Opener {
        Opener(Issuer::of(person))
    }

    /// By a rule that somebody made who sets tasks for the unit; `member` answers for it.
    pub fn by_rule(member: MemberId, unit: UnitId) -> Opener {
        Opener(Issuer::within(member, unit))
    }
}

impl Tasks {
    /// Has `hear` told, in the transaction that ends it, when a task is over that came of something of another room.
    pub fn told_by(&self, hear: impl Fn(&mut Tx, &Settled) -> QueryResult<Credit> + Send + Sync + 'static) {
        self.openers.add(Arc::new(hear));
    }

    /// Opens a task to put something right, within the opener's transaction; of one source and unit there is one. Refused to
    /// who does not set tasks for the owner.
    pub fn open(&self, tx: &mut Tx, opener: &Opener, new: &Opening) -> Outcome<TaskId> {
        let path = self.path(new.owner).ok_or_else(|| Refusal::NoSuchUnit("/unit_id".into()))?;
        if !opener.0.covers(&path) {
            return Err(Refusal::OutOfReach.into());
        }
        self.check_below(new.owner, new.unit, || "/unit_id".into())?;
        let year = new.due_on.parts().0;
        let title = match new.list {
            TaskListKind::Rectification => format!("{year} 年整改清单"),
            kind => format!("{year} 年{}清单", kind.title()),
        };
        tx.take_turn_on("task_lists")?;
        for item in store::lists::list_items_of_source(tx.conn, &new.source)? {
            if let Some(task) = store::tasks::find_of_item(tx.conn, item.id, new.unit)? {
                return Ok(task);
            }
        }
        let list = match store::lists::find_titled(tx.conn, new.owner, (new.list, &title, year))? {
            Some(list) => list,
            None => {
                let list =
                    NewList { kind: new.list, title, unit: new.owner, year, basis: None, rhythm: TaskRhythm::Monthly };
                insert_list(tx, new.by, &list)?
            }
        };
        let asked = asked(new);
        rules::check_item(&asked, tx.today())?;
        if new.due_on < tx.today() {
            return Err(Refusal::BadDueDay.into());
        }
        let number = store::lists::highest_number(tx.conn, list.id)? + 1;
        let item = TaskItem {
            source_kind: Some(new.source.kind.clone()),
            source_id: Some(new.source.id),
            source_place: Some(new.source.place),
            laid: true,
            ..item_of(tx, list.id, number, &asked)
        };
        store::lists::insert_item(tx.conn, &item)?;
        let answer_by = self.answer_by(tx.today());
        let task = task_of(tx, &list, &item, new.unit, (new.by, answer_by));
        self.write_tasks(tx, &[(&item, task.clone())])?;
        let detail = json!({ "source": new.source.kind, "unit_id": new.unit });
        note_task(tx, Some(new.by), "tasks.open", task.id, detail)?;
        let members = self.concerned(tx, &task, &[]);
        let body = format!("{}，{}前完成", named(&task.title), task.due_on.in_chinese());
        let told = if new.list == TaskListKind::Rectification { "收到整改任务" } else { "收到任务" };
        self.tell(tx, &members, None, (told, &body), &task)?;
        Ok(task.id)
    }

    /// What has become of what was opened for things of another room, as far as the reader may see those tasks.
    pub fn settled_for(
        &self,
        conn: &mut Conn,
        reader: &Person,
        (kind, id): (&str, super::TaskSourceId),
    ) -> QueryResult<Vec<Settled>> {
        let mut seen = Vec::new();
        for settled in self.settled_of(conn, kind, id)? {
            if self.title_for(conn, reader, settled.task)?.is_some() {
                seen.push(settled);
            }
        }
        Ok(seen)
    }

    /// What a task is called, if the reader may see it.
    pub fn title_for(&self, conn: &mut Conn, reader: &Person, id: TaskId) -> QueryResult<Option<String>> {
        let Some(task) = store::tasks::find(conn, id)? else { return Ok(None) };
        Ok(self.sees(conn, reader, &task)?.then_some(task.title))
    }

    /// What has become of what was opened for things of another room, the oldest first.
    pub fn settled_of(&self, conn: &mut Conn, kind: &str, id: super::TaskSourceId) -> QueryResult<Vec<Settled>> {
        let items = store::lists::list_items_of_thing(conn, kind, id)?;
        let ids: Vec<TaskItemId> = items.iter().map(|item| item.id).collect();
        let source = |of: TaskItemId| items.iter().find(|item| item.id == of).and_then(source_of);
        let tasks = store::tasks::list_of_items(conn, &ids)?;
        let people = store::parts::list_people(conn, &tasks.iter().map(|task| task.id).collect::<Vec<_>>())?;
        let settled = |task: &Task| Some(settled(task, source(task.item_id)?, &people));
        Ok(tasks.iter().filter_map(settled).collect())
    }

    /// The day by which what was found is put right where nothing is said.
    pub fn usual_due(&self, today: Day) -> Day {
        self.calendar.working_day_from(today.plus_days(30))
    }
}

/// Whether a task came of a thing of another room.
pub fn came_of(conn: &mut Conn, kind: &str, id: super::TaskSourceId) -> QueryResult<bool> {
    Ok(!store::lists::list_items_of_thing(conn, kind, id)?.is_empty())
}

/// What became of a task.
pub(super) fn settled(task: &Task, source: TaskSource, people: &[TaskPerson]) -> Settled {
    let does = |person: &&TaskPerson| person.present && person.task_id == task.id;
    let mut doers: Vec<MemberId> = people.iter().filter(does).map(|person| person.member_id).collect();
    doers.sort_unstable();
    Settled {
        task: task.id,
        source,
        unit: task.unit_id,
        state: task.state,
        title: task.title.clone(),
        due_on: task.due_on,
        in_time: rules::was_in_time(task),
        doers,
    }
}

fn asked(new: &Opening) -> NewItem {
    NewItem {
        title: new.title.clone(),
        standard: new.standard.clone(),
        source_document: Some(new.document.clone()),
        lead_unit: Some(new.unit),
        assisting: Vec::new(),
        leader: None,
        axis: TaskAxis::Party,
        due_on: new.due_on,
        weight: WEIGHT,
        focus: false,
        tags: Vec::new(),
        evidence: None,
        nodes: Vec::new(),
    }
}
