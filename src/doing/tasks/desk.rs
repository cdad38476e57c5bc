//! On whose desk a task lies, and who is told of it.

use std::sync::Arc;

use diesel::QueryResult;

use super::actions::Tasks;
use super::model::{Request, Task, TaskPart, TaskPerson, TaskRequestKind, TaskState};
use super::store;
use crate::base::capability::Capability;
use crate::base::id::{MemberId, UnitId};
use crate::base::own_case::{Involvement, Judgement};
use crate::base::text::{cut, in_title_marks};
use crate::base::time::Day;
use crate::db::{DbError, Never, Stop, Tx};
use crate::ground::notices::{self, NewNotice, NoticeKind, To};
use crate::kernel::desk::{Due, Holder, NewItem, Post, Stay, Urgency, Whose};

crate::kernel::desk::kinds! {
    /// A task that its unit is to accept, or to carry out.
    pub(super) TASK = "task" / "任务办理",
    /// What a unit answered or handed in.
    pub(super) REVIEW = "task_review" / "任务审核销号",
    /// More time, or that a task is struck off.
    pub(super) REQUEST = "task_request" / "任务延期与取消",
}

/// Characters of a task's title that others show.
const TITLE_CHARS: usize = 30;

/// A title as sentences name it.
pub(super) fn named(title: &str) -> String {
    in_title_marks(&cut(title, TITLE_CHARS))
}

impl Tasks {
    /// Where what is to be done by the unit lies.
    pub(super) fn unit_post(unit: UnitId) -> Post {
        Post { capability: Capability::DoTasks, unit }
    }

    /// Where what is to be judged lies.
    pub(super) fn issuer_post(task: &Task) -> Post {
        Post { capability: Capability::IssueTasks, unit: task.issuing_unit_id }
    }

    /// What the unit has to accept, as it is first laid.
    pub(super) fn receipt(task: &Task) -> NewItem {
        NewItem {
            kind: TASK,
            subject: task.id.uuid(),
            title: format!("签收任务{}", named(&task.title)),
            link: format!("/tasks/{}", task.id),
            due: Some(Due::On(task.answer_by)),
            urgency: Urgency::Normal,
            whose: Whose::Holders(Tasks::unit_post(task.unit_id)),
            barred: Vec::new(),
        }
    }

    /// Has exactly that wait which the task's state asks for. The caller holds the task.
    pub(super) fn lay(&self, tx: &mut Tx, task: &Task) -> QueryResult<()> {
        let people = store::parts::list_people(tx.conn, &[task.id])?;
        let id = task.id.uuid();
        self.desks.replace(tx, TASK, id, unit_item(task, &people))?;
        let review = self.review_item(task, &people, tx.today());
        self.desks.replace(tx, REVIEW, id, review)?;
        let open = store::parts::list_open_requests(tx.conn, task.id)?;
        let asked: Vec<NewItem> =
            open.iter().filter_map(|request| self.request_item(task, request, &people, tx.today())).collect();
        self.desks.replace(tx, REQUEST, id, asked)
    }

    fn review_item(&self, task: &Task, people: &[TaskPerson], today: Day) -> Option<NewItem> {
        let (what, due) = match task.state {
            TaskState::Answered => ("处理调整申请：", today.plus_days(self.terms.answer_days())),
            TaskState::Submitted => {
                ("审核任务", task.submitted_on.unwrap_or(today).plus_days(self.terms.verify_days()))
            }
            TaskState::Verified => ("销号任务", today.plus_days(self.terms.verify_days())),
            _ => return None,
        };
        let barred = match task.state {
            TaskState::Answered => Vec::new(),
            _ => self.barred(task, people, None, today).into_iter().map(|(member, _)| member).collect(),
        };
        Some(NewItem {
            kind: REVIEW,
            subject: task.id.uuid(),
            title: format!("{what}{}", named(&task.title)),
            link: format!("/tasks/{}", task.id),
            due: Some(Due::On(self.calendar.working_day_from(due))),
            urgency: Urgency::Normal,
            whose: Whose::Holders(Tasks::issuer_post(task)),
            barred,
        })
    }

    fn request_item(&self, task: &Task, request: &Request, people: &[TaskPerson], today: Day) -> Option<NewItem> {
        let title = match request.kind {
            TaskRequestKind::Extension => format!("批准任务延期{}", named(&task.title)),
            TaskRequestKind::Cancellation => format!("复核任务取消{}", named(&task.title)),
        };
        let whose = match (request.granted_by, task.leader_id) {
            (Some(_), Some(leader)) => Whose::Member(leader),
            _ => Whose::Holders(Tasks::issuer_post(task)),
        };
        let barred = self.barred(task, people, Some(request.asked_by), today);
        Some(NewItem {
            kind: REQUEST,
            subject: task.id.uuid(),
            title,
            link: format!("/tasks/{}", task.id),
            due: Some(Due::On(self.calendar.working_day_from(today.plus_days(self.terms.verify_days())))),
            urgency: Urgency::Normal,
            whose,
            barred: barred.into_iter().map(|(member, _)| member).collect(),
        })
    }

    /// Who sets tasks for the unit whose list it is, and may not judge this one; `asker` did ask for what is judged.
    pub(super) fn barred(
        &self,
        task: &Task,
        people: &[TaskPerson],
        asker: Option<MemberId>,
        today: Day,
    ) -> Vec<(MemberId, Involvement)> {
        let able = self.desks.able(Tasks::issuer_post(task), today);
        let hindrance = |member: MemberId| {
            if asker == Some(member) {
                return Some((member, Involvement::Proposer));
            }
            let person = self.directory.person(member, today)?;
            let how = Judgement::VerifyTask.hindrance(self.involved(&person, task, people))?;
            Some((member, how))
        };
        able.into_iter().filter_map(hindrance).collect()
    }

    /// Those who are told what becomes of a task of their unit: who is named, else who does its tasks.
    pub(super) fn concerned(&self, tx: &Tx, task: &Task, people: &[TaskPerson]) -> Vec<MemberId> {
        let mut members: Vec<MemberId> =
            people.iter().filter(|person| person.present).map(|person| person.member_id).collect();
        if members.is_empty() {
            members = self.desks.nearest(Tasks::unit_post(task.unit_id), &[], tx.today());
        }
        members.sort_unstable();
        members.dedup();
        members
    }

    /// Tells members something of a task, but not who did it.
    pub(super) fn tell(
        &self,
        tx: &mut Tx,
        members: &[MemberId],
        by: Option<MemberId>,
        (title, body): (&str, &str),
        task: &Task,
    ) -> QueryResult<()> {
        for member in members.iter().filter(|member| Some(**member) != by) {
            let (to, title, body) = (To::Member(*member), title.to_owned(), body.to_owned());
            let link = Some(format!("/tasks/{}", task.id));
            notices::tell(tx, NewNotice { to, kind: NoticeKind::TASK, title, body, link })?;
        }
        Ok(())
    }

    /// Lays anew what waits where the roster says who may not judge: somebody may have moved into the unit. Few wait so.
    pub(super) async fn lay_anew(&self) -> Result<(), DbError> {
        let mut after = None;
        loop {
            let some = self.db.read(move |conn| store::tasks::list_judged(conn, after, 200)).await?;
            let Some(last) = some.last() else { return Ok(()) };
            after = Some(*last);
            let (room, some) = (self.clone(), Arc::new(some));
            let laid = self.db.write(move |tx| -> Result<(), Stop<Never>> {
                for id in some.iter() {
                    if let Some(task) = store::tasks::lock_row(tx.conn, *id)? {
                        room.lay(tx, &task)?;
                    }
                }
                Ok(())
            });
            laid.await?;
        }
    }
}

fn unit_item(task: &Task, people: &[TaskPerson]) -> Option<NewItem> {
    if task.state == TaskState::Issued {
        return Some(Tasks::receipt(task));
    }
    if !task.state.is_with_unit() {
        return None;
    }
    let what = if task.state == TaskState::Returned { "重办任务" } else { "办理任务" };
    let named_first = people.iter().filter(|person| person.present).min_by_key(|person| person.part != TaskPart::Head);
    let post = Tasks::unit_post(task.unit_id);
    let whose = match named_first {
        Some(person) => {
            let holder = Holder { member: person.member_id, stay: Stay::Home, home: Some(task.unit_id) };
            Whose::Either(holder, post)
        }
        None => Whose::Holders(post),
    };
    Some(NewItem {
        title: format!("{what}{}", named(&task.title)),
        due: Some(Due::On(task.due_on)),
        urgency: if task.focus { Urgency::Urgent } else { Urgency::Normal },
        whose,
        ..Tasks::receipt(task)
    })
}
