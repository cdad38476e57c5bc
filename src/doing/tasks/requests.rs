//! What is asked for and granted by others: more time, and that a task is struck off.

use std::sync::Arc;

use serde_json::json;

use super::actions::{Outcome, Tasks, note_task};
use super::laying::step_of;
use super::model::{Request, RequestAsked, Task, TaskId, TaskRequestKind, TaskVerb};
use super::rules::{self, Refusal};
use super::store;
use crate::base::approval::{Answer, Proposal, ProposalState};
use crate::base::own_case::{Involved, Involvement, Judgement};
use crate::base::person::Person;
use crate::db::Tx;

/// What is done when it is granted.
pub(super) fn verb_of(kind: TaskRequestKind) -> TaskVerb {
    match kind {
        TaskRequestKind::Extension => TaskVerb::Extend,
        TaskRequestKind::Cancellation => TaskVerb::Cancel,
    }
}

impl Request {
    /// As the two-person rule looks at it.
    fn rule(&self) -> Proposal {
        Proposal { state: self.state, proposed_by: Some(self.asked_by), about: None, expires_at: None }
    }
}

impl Tasks {
    /// Asks for more time, for the unit, or that a task is struck off, for who sets it.
    pub(super) async fn ask(&self, person: Arc<Person>, id: TaskId, asked: RequestAsked) -> Outcome<()> {
        let room = self.clone();
        self.db
            .write(move |tx| {
                let task = room.lock_seen(tx, &person, id)?;
                let people = store::parts::list_people(tx.conn, &[id])?;
                let may = match asked.kind {
                    TaskRequestKind::Extension => room.does(&person, &task, &people),
                    TaskRequestKind::Cancellation => room.issues(&person, &task),
                };
                if !may {
                    return Err(Refusal::NotAllowed.into());
                }
                let open = store::parts::list_open_requests(tx.conn, id)?;
                if let Some(open) = open.iter().find(|open| open.kind == asked.kind) {
                    // a request sent twice is one
                    let same = open.asked_by == person.member && open.until_on == asked.until;
                    return if same && open.reason == asked.reason { Ok(()) } else { Err(Refusal::RequestOpen.into()) };
                }
                rules::check_request(&task, &asked, tx.today(), room.terms.extensions())?;
                let request = Request {
                    id: tx.fresh_id(),
                    task_id: id,
                    kind: asked.kind,
                    until_on: asked.until,
                    reason: asked.reason.clone(),
                    done: asked.done.clone(),
                    remedy: asked.remedy.clone(),
                    state: ProposalState::Open,
                    asked_by: person.member,
                    asked_at: tx.now(),
                    granted_by: None,
                    answered_by: None,
                    answered_at: None,
                    answer: None,
                };
                store::parts::insert_request(tx.conn, &request)?;
                let detail = json!({ "kind": request.kind, "until": request.until_on });
                note_task(tx, Some(person.member), "tasks.ask", id, detail)?;
                room.lay(tx, &task)?;
                Ok(())
            })
            .await
    }

    /// Grants, refuses or takes back what was asked for. More time for a focus task is granted by who sets it and then by the
    /// leader in charge.
    pub(super) async fn answer(
        &self,
        person: Arc<Person>,
        id: TaskId,
        (kind, answer): (TaskRequestKind, Answer),
        reason: Option<String>,
    ) -> Outcome<()> {
        let room = self.clone();
        self.db
            .write(move |tx| {
                if (kind, answer) == (TaskRequestKind::Cancellation, Answer::Approve) {
                    room.take_turns(tx, &[id])?;
                }
                let task = room.lock_seen(tx, &person, id)?;
                let request = store::parts::find_request(tx.conn, id, kind)?.ok_or(Refusal::NoRequest)?;
                let for_leader = room.is_leaders(&task, &request);
                room.check_answerer(tx, &person, &task, (&request, answer, for_leader))?;
                if !request.rule().answer(answer, person.member, tx.now()).map_err(Refusal::NoAnswer)? {
                    return Ok(());
                }
                let request = Request { answer: reason.clone(), ..request };
                if answer == Answer::Approve && !for_leader && room.needs_leader(&task, &request) {
                    let granted = Request { granted_by: Some(person.member), ..request };
                    store::parts::update_request(tx.conn, &granted)?;
                    note_task(
                        tx,
                        Some(person.member),
                        "tasks.grant",
                        id,
                        json!({ "kind": kind, "leader_next": true }),
                    )?;
                    room.lay(tx, &task)?;
                    return Ok(());
                }
                room.answer_in(tx, &person, task, request, answer)
            })
            .await
    }

    fn answer_in(&self, tx: &mut Tx, person: &Person, task: Task, request: Request, answer: Answer) -> Outcome<()> {
        let (kind, until, by) = (request.kind, request.until_on, person.member);
        let note = request.answer.clone().or_else(|| Some(request.reason.clone()));
        let answered = Request {
            state: answer.leads_to(),
            granted_by: request.granted_by.or((answer == Answer::Approve).then_some(by)),
            answered_by: Some(by),
            answered_at: Some(tx.now()),
            ..request
        };
        store::parts::update_request(tx.conn, &answered)?;
        if answer != Answer::Approve {
            let action = if answer == Answer::Refuse { "tasks.refuse" } else { "tasks.take_back" };
            note_task(tx, Some(by), action, task.id, json!({ "kind": kind }))?;
            self.lay(tx, &task)?;
            if answer == Answer::Refuse {
                let body = format!("{}：{}", super::desk::named(&task.title), note.unwrap_or_default());
                let title =
                    if kind == TaskRequestKind::Extension { "任务不予延期" } else { "任务不予取消" };
                self.tell(tx, &[answered.asked_by], Some(by), (title, &body), &task)?;
            }
            return Ok(());
        }
        let verb = verb_of(kind);
        let to = rules::leads_to(task.state, verb)?;
        let mut next = Task { state: to, updated_at: tx.now(), ..task.clone() };
        if let (TaskRequestKind::Extension, Some(until)) = (kind, until) {
            next.due_on = until;
            next.extensions += 1;
        }
        store::tasks::update(tx.conn, &next)?;
        let step = step_of(tx, task.id, Some(by), (verb, task.state, to), note);
        Ok(self.finish(tx, &task, &next, step)?)
    }

    /// Whether the leader in charge has to grant it, too.
    fn needs_leader(&self, task: &Task, request: &Request) -> bool {
        request.kind == TaskRequestKind::Extension && task.focus && task.leader_id.is_some()
    }

    /// Whether it is the leader's turn: the issuer has granted it.
    fn is_leaders(&self, task: &Task, request: &Request) -> bool {
        request.state == ProposalState::Open && request.granted_by.is_some() && self.needs_leader(task, request)
    }

    fn check_answerer(
        &self,
        tx: &mut Tx,
        person: &Person,
        task: &Task,
        (request, answer, for_leader): (&Request, Answer, bool),
    ) -> Outcome<()> {
        if answer == Answer::TakeBack {
            return Ok(());
        }
        let people = store::parts::list_people(tx.conn, &[task.id])?;
        let asked = (request.asked_by == person.member).then_some(Involvement::Proposer);
        if for_leader {
            if task.leader_id != Some(person.member) {
                let issues = self.issues(person, task);
                return Err(if issues { Refusal::LeaderNext } else { Refusal::NotAllowed }.into());
            }
            // leading it in charge is no part in doing it
            let own: Involved = asked.into_iter().collect();
            return Ok(Judgement::GrantTask.check(own).map_err(Refusal::OwnCase)?);
        }
        if !self.issues(person, task) {
            return Err(Refusal::NotAllowed.into());
        }
        let involved = self.involved(person, task, &people).with(asked.into_iter().collect());
        Ok(Judgement::GrantTask.check(involved).map_err(Refusal::OwnCase)?)
    }
}
