//! Who does a task, and what became of its nodes; and reminding a unit by hand.

use std::sync::Arc;

use serde_json::json;

use super::actions::{Outcome, Tasks, note_task};
use super::desk::named;
use super::model::{NodeChange, TaskId, TaskNode, TaskNodeState, TaskState};
use super::rules::Refusal;
use super::steps::EVIDENCE;
use super::store;
use crate::base::id::MemberId;
use crate::base::person::Person;
use crate::db::DbError;
use crate::ground::files::{self, Addresses, FileView};

impl Tasks {
    /// Says who is to do a task that its unit has accepted; who did it before stays somebody who had a part in it.
    pub(super) async fn set_people(
        &self,
        person: Arc<Person>,
        id: TaskId,
        (head, doers): (Option<MemberId>, Vec<MemberId>),
    ) -> Outcome<()> {
        let room = self.clone();
        self.db
            .write(move |tx| {
                let task = room.lock_seen(tx, &person, id)?;
                let known = store::parts::list_people(tx.conn, &[id])?;
                if !room.does(&person, &task, &known) {
                    return Err(Refusal::NotAllowed.into());
                }
                if !matches!(task.state, TaskState::Accepted | TaskState::Doing | TaskState::Returned) {
                    return Err(Refusal::WrongState(task.state).into());
                }
                let people = room.people(&task, head, &doers, tx)?;
                store::parts::replace_people(tx.conn, id, &people)?;
                note_task(tx, Some(person.member), "tasks.set_people", id, json!({ "people": people.len() }))?;
                room.lay(tx, &task)?;
                let members: Vec<MemberId> = people
                    .iter()
                    .map(|one| one.member_id)
                    .filter(|member| known.iter().all(|one| !one.present || one.member_id != *member))
                    .collect();
                let body = format!("{}，{}前完成", named(&task.title), task.due_on.in_chinese());
                Ok(room.tell(tx, &members, Some(person.member), ("请您承办任务", &body), &task)?)
            })
            .await
    }

    /// Says what became of a node: done, or overtaken by events with the reason. What was said stays.
    pub(super) async fn set_node(
        &self,
        person: Arc<Person>,
        id: TaskId,
        place: i32,
        change: NodeChange,
    ) -> Outcome<()> {
        let room = self.clone();
        self.db
            .write(move |tx| {
                let task = room.lock_seen(tx, &person, id)?;
                let people = store::parts::list_people(tx.conn, &[id])?;
                if !room.does(&person, &task, &people) {
                    return Err(Refusal::NotAllowed.into());
                }
                if !matches!(task.state, TaskState::Accepted | TaskState::Doing | TaskState::Returned) {
                    return Err(Refusal::WrongState(task.state).into());
                }
                let nodes = store::parts::list_nodes(tx.conn, id)?;
                let node = nodes.into_iter().find(|node| node.place == place).ok_or(Refusal::NoSuchNode)?;
                let same = (node.state, &node.note, &node.delay) == (change.state, &change.note, &change.delay);
                if same {
                    return Ok(());
                }
                if node.state != TaskNodeState::Pending || change.state == TaskNodeState::Pending {
                    return Err(Refusal::NodeSettled.into());
                }
                if change.note.is_none() {
                    return Err(Refusal::NodeNoteMissing.into());
                }
                let node = TaskNode {
                    state: change.state,
                    note: change.note.clone(),
                    delay: change.delay.clone(),
                    settled_on: Some(tx.today()),
                    settled_by: Some(person.member),
                    ..node
                };
                store::parts::update_node(tx.conn, &node)?;
                let detail = json!({ "node": place, "state": node.state });
                Ok(note_task(tx, Some(person.member), "tasks.set_node", id, detail)?)
            })
            .await
    }

    /// Reminds those who have a task to do 催办, once a day at most.
    pub(super) async fn remind(&self, person: Arc<Person>, id: TaskId) -> Outcome<()> {
        let room = self.clone();
        self.db
            .write(move |tx| {
                let task = room.lock_seen(tx, &person, id)?;
                if !room.issues(&person, &task) {
                    return Err(Refusal::NotAllowed.into());
                }
                if !task.state.is_with_unit() {
                    return Err(Refusal::WrongState(task.state).into());
                }
                if task.reminded_on == Some(tx.today()) {
                    return Ok(());
                }
                let task = super::model::Task { reminded_on: Some(tx.today()), ..task };
                store::tasks::update(tx.conn, &task)?;
                note_task(tx, Some(person.member), "tasks.remind", id, json!({ "state": task.state }))?;
                let people = store::parts::list_people(tx.conn, &[id])?;
                let members = room.concerned(tx, &task, &people);
                let what = if task.state == TaskState::Issued { "请签收" } else { "请抓紧办理" };
                let body = format!("{}，{}到期，{what}", named(&task.title), task.due_on.in_chinese());
                Ok(room.tell(tx, &members, None, ("任务催办", &body), &task)?)
            })
            .await
    }
}

impl Tasks {
    /// What is attached to a task that the reader sees.
    pub(super) async fn evidence(&self, id: TaskId, addresses: &Addresses) -> Result<Vec<FileView>, DbError> {
        let found = self.db.read(move |conn| files::list_of(conn, EVIDENCE, id.uuid())).await?;
        let now = self.db.now();
        Ok(found.into_iter().map(|file| addresses.put(file, false, now)).collect())
    }
}
