//! What is done about a task, verb by verb; each answers with the task as it is then. Done before, it changes nothing.

use actix_web::{HttpResponse, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::tasks::{TaskPeopleBody, shown};
use super::views::TaskView;
use crate::base::id::UnitId;
use crate::base::text::Text;
use crate::base::time::Day;
use crate::doing::tasks::Tasks;
use crate::doing::tasks::model::{Move, NewReport, TaskAnswer, TaskId, TaskLight};
use crate::ground::files::{Addresses, FileId};
use crate::web::caller::Member;
use crate::web::{Body, Path, Problem};

/// Files that are sent at once.
const FILES: usize = 9;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(accept_task)
        .service(answer_task)
        .service(reword_task)
        .service(redirect_task)
        .service(dismiss_task)
        .service(report_task)
        .service(submit_task)
        .service(verify_task)
        .service(return_task)
        .service(close_task)
        .service(suspend_task)
        .service(resume_task)
        .service(merge_task)
        .service(remind_task);
}

/// What a unit answers.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TaskAnswerBody {
    answer: TaskAnswer,
    /// Why, and how it would have it.
    text: Text<500>,
}

/// A task in other words.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TaskRewordingBody {
    /// Absent where it stays; one of both is there.
    title: Option<Text<200>>,
    /// Absent where it stays.
    standard: Option<Text<1000>>,
    /// What is said to the unit.
    note: Text<500>,
}

/// Which unit has it from now on.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TaskRedirectionBody {
    unit_id: UnitId,
    /// What is said to the unit.
    note: Text<500>,
}

/// What came of it.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TaskEffectBody {
    /// One line, against the standard.
    pub effect: Text<300>,
}

/// How far a unit is.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TaskReportBody {
    light: TaskLight,
    /// 0 to 100.
    #[schema(minimum = 0, maximum = 100)]
    percent: i32,
    /// What comes next, in a line.
    next_step: Text<200>,
    /// Why it is late.
    delay: Option<Text<300>>,
}

/// What is handed in.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TaskSubmissionBody {
    /// What was done.
    result: Text<1000>,
    /// Evidence that the caller uploaded; needed only where the task says why, nine at most.
    #[serde(default)]
    file_ids: Vec<FileId>,
}

/// A word beside it.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TaskNoteBody {
    /// What is said with it.
    note: Option<Text<500>>,
}

/// Why.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TaskReasonBody {
    /// What is missing.
    reason: Text<500>,
}

/// Why it rests, and until when.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TaskSuspensionBody {
    /// Why it rests.
    reason: Text<500>,
    /// The last day on which it rests; then it goes on by itself.
    until: Day,
}

/// Which task it becomes part of.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TaskMergingBody {
    /// Another task of the same unit that is not over.
    into: TaskId,
    /// What is said to the unit.
    note: Text<500>,
}

/// Declares a verb: its names, where it is done, what is sent, and what it means.
macro_rules! verbs {
    ($($(#[$doc:meta])+ $name:ident $path:tt $body:ident |$sent:ident| $what:expr;)+) => {$(
        $(#[$doc])+
        #[utoipa::path(tag = "tasks", params(("id" = TaskId, Path, description = "The task")), request_body = $body,
            responses((status = 200, description = "Done", body = TaskView)))]
        #[post($path)]
        async fn $name(
            caller: Member,
            id: Path<TaskId>,
            room: web::Data<Tasks>,
            addresses: web::Data<Addresses>,
            body: Body<$body>,
        ) -> Result<web::Json<TaskView>, Problem> {
            let $sent = body.into_inner();
            let what: Move = $what;
            room.act(caller.person.clone(), *id, what).await?;
            shown(&room, &caller, *id, &addresses).await
        }
    )+};
}

verbs! {
    /// 签收任务
    ///
    /// The unit accepts a task and may say who is to do it.
    accept_task "/tasks/{id}/acceptance" TaskPeopleBody |sent| {
        sent.check()?;
        Move::Accept { head: sent.head_id, doers: sent.doer_ids }
    };
    /// 申请调整任务
    ///
    /// The unit does not take a task as it is: it should be worded otherwise, is not its own, asks for an explanation only,
    /// is done already or cannot be done now. Who sets it decides.
    answer_task "/tasks/{id}/answer" TaskAnswerBody |sent| {
        Move::Answer { answer: sent.answer, text: sent.text.into_string() }
    };
    /// 调整任务
    ///
    /// Changes the words of a task that its unit answered, and issues it anew.
    reword_task "/tasks/{id}/rewording" TaskRewordingBody |sent| {
        Move::Reword {
            title: sent.title.map(Text::into_string),
            standard: sent.standard.map(Text::into_string),
            note: sent.note.into_string(),
        }
    };
    /// 改派任务
    ///
    /// Gives a task that its unit answered to another one.
    redirect_task "/tasks/{id}/redirection" TaskRedirectionBody |sent| {
        Move::Redirect { unit: sent.unit_id, note: sent.note.into_string() }
    };
    /// 说明后销号
    ///
    /// Closes a task that only asked for the explanation which its unit gave, or that was done already; by somebody who has
    /// no part in it.
    dismiss_task "/tasks/{id}/dismissal" TaskEffectBody |sent| {
        Move::Dismiss { effect: sent.effect.into_string() }
    };
    /// 反馈任务进展
    ///
    /// Says how far a task is: light, per cent, next step.
    report_task "/tasks/{id}/reports" TaskReportBody |sent| {
        if !(0..=100).contains(&sent.percent) {
            return Err(Problem::field("/percent", "out_of_range", "应为 0 到 100"));
        }
        Move::Report(NewReport {
            light: sent.light,
            percent: sent.percent,
            next_step: sent.next_step.into_string(),
            delay: sent.delay.map(Text::into_string),
        })
    };
    /// 提交销号
    ///
    /// Hands in what was done; evidence is needed only where the task says why.
    submit_task "/tasks/{id}/submission" TaskSubmissionBody |sent| {
        if sent.file_ids.len() > FILES {
            return Err(Problem::field("/file_ids", "too_many", format!("附件不能超过 {FILES} 个")));
        }
        Move::Submit { result: sent.result.into_string(), files: sent.file_ids }
    };
    /// 审核任务
    ///
    /// Says that what was handed in meets the standard. Nobody does who does the task, belongs to its unit or handed it in.
    verify_task "/tasks/{id}/verification" TaskNoteBody |sent| {
        Move::Verify { note: sent.note.map(Text::into_string) }
    };
    /// 退回任务
    ///
    /// Sends back what was handed in; the due day stays.
    return_task "/tasks/{id}/return" TaskReasonBody |sent| {
        Move::Return { reason: sent.reason.into_string() }
    };
    /// 任务销号
    ///
    /// Closes a verified task with a line of effect against its standard; by somebody who has no part in it.
    close_task "/tasks/{id}/closing" TaskEffectBody |sent| {
        Move::Close { effect: sent.effect.into_string() }
    };
    /// 挂起任务
    ///
    /// Has a task rest until a day; it is not late meanwhile, and goes on by itself.
    suspend_task "/tasks/{id}/suspension" TaskSuspensionBody |sent| {
        Move::Suspend { reason: sent.reason.into_string(), until: sent.until }
    };
    /// 恢复任务
    ///
    /// Has a task go on that rests.
    resume_task "/tasks/{id}/resumption" TaskNoteBody |sent| {
        Move::Resume { note: sent.note.map(Text::into_string) }
    };
    /// 并入任务
    ///
    /// Makes a task part of another one of the same unit.
    merge_task "/tasks/{id}/merging" TaskMergingBody |sent| {
        Move::Merge { into: sent.into, note: sent.note.into_string() }
    };
}

/// 催办任务
///
/// Reminds those who have a task to do, once a day at most.
#[utoipa::path(tag = "tasks", params(("id" = TaskId, Path, description = "The task")),
    responses((status = 204, description = "Reminded")))]
#[post("/tasks/{id}/reminder")]
async fn remind_task(caller: Member, id: Path<TaskId>, room: web::Data<Tasks>) -> Result<HttpResponse, Problem> {
    room.remind(caller.person.clone(), *id).await?;
    Ok(HttpResponse::NoContent().finish())
}
