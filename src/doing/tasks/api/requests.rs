//! What is asked for and granted by others: more time, and that a task is struck off.

use actix_web::{post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::tasks::shown;
use super::views::TaskView;
use crate::base::approval::Answer;
use crate::base::text::Text;
use crate::base::time::Day;
use crate::doing::tasks::Tasks;
use crate::doing::tasks::model::{RequestAsked, TaskId, TaskRequestKind};
use crate::ground::files::Addresses;
use crate::web::caller::Member;
use crate::web::{Body, Path, Problem};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(ask_task_extension)
        .service(grant_task_extension)
        .service(refuse_task_extension)
        .service(withdraw_task_extension)
        .service(ask_task_cancellation)
        .service(grant_task_cancellation)
        .service(refuse_task_cancellation)
        .service(withdraw_task_cancellation);
}

/// More time.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TaskExtensionBody {
    /// The new day; after the present one.
    until: Day,
    /// Why the day cannot be kept.
    reason: Text<500>,
    /// What is done by now.
    done: Option<Text<500>>,
    /// How the rest is caught up.
    remedy: Option<Text<500>>,
}

/// Why a task is struck off.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TaskCancellationBody {
    /// Why it is not needed any more.
    reason: Text<500>,
}

/// What is said with an answer.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TaskRequestAnswer {
    /// What is said with it.
    reason: Option<Text<500>>,
}

/// Why not.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TaskRequestRefusal {
    /// Read by who asked.
    reason: Text<500>,
}

/// 申请任务延期
///
/// Asks for more time, before the due day; at most as often as the setting says. The first due day stays in the facts.
#[utoipa::path(tag = "tasks", params(("id" = TaskId, Path, description = "The task")), request_body = TaskExtensionBody,
    responses((status = 200, description = "Asked for", body = TaskView)))]
#[post("/tasks/{id}/extension")]
async fn ask_task_extension(
    caller: Member,
    id: Path<TaskId>,
    room: web::Data<Tasks>,
    addresses: web::Data<Addresses>,
    body: Body<TaskExtensionBody>,
) -> Result<web::Json<TaskView>, Problem> {
    let sent = body.into_inner();
    let asked = RequestAsked {
        kind: TaskRequestKind::Extension,
        until: Some(sent.until),
        reason: sent.reason.into_string(),
        done: sent.done.map(Text::into_string),
        remedy: sent.remedy.map(Text::into_string),
    };
    room.ask(caller.person.clone(), *id, asked).await?;
    shown(&room, &caller, *id, &addresses).await
}

/// 提出取消任务
///
/// Asks that a task is struck off; another one of those who set tasks for the unit confirms it.
#[utoipa::path(tag = "tasks", params(("id" = TaskId, Path, description = "The task")), request_body = TaskCancellationBody,
    responses((status = 200, description = "Asked for", body = TaskView)))]
#[post("/tasks/{id}/cancellation")]
async fn ask_task_cancellation(
    caller: Member,
    id: Path<TaskId>,
    room: web::Data<Tasks>,
    addresses: web::Data<Addresses>,
    body: Body<TaskCancellationBody>,
) -> Result<web::Json<TaskView>, Problem> {
    let asked = RequestAsked {
        kind: TaskRequestKind::Cancellation,
        until: None,
        reason: body.into_inner().reason.into_string(),
        done: None,
        remedy: None,
    };
    room.ask(caller.person.clone(), *id, asked).await?;
    shown(&room, &caller, *id, &addresses).await
}

/// Declares an answer: its names, where it is given, what is sent, what is answered and with which words.
macro_rules! answers {
    ($($(#[$doc:meta])+ $name:ident $path:tt $body:ident $kind:ident $answer:ident |$sent:ident| $reason:expr;)+) => {$(
        $(#[$doc])+
        #[utoipa::path(tag = "tasks", params(("id" = TaskId, Path, description = "The task")), request_body = $body,
            responses((status = 200, description = "Answered", body = TaskView)))]
        #[post($path)]
        async fn $name(
            caller: Member,
            id: Path<TaskId>,
            room: web::Data<Tasks>,
            addresses: web::Data<Addresses>,
            body: Body<$body>,
        ) -> Result<web::Json<TaskView>, Problem> {
            let $sent = body.into_inner();
            let reason: Option<Text<500>> = $reason;
            let answer = (TaskRequestKind::$kind, Answer::$answer);
            room.answer(caller.person.clone(), *id, answer, reason.map(Text::into_string)).await?;
            shown(&room, &caller, *id, &addresses).await
        }
    )+};
}

answers! {
    /// 批准任务延期
    ///
    /// Grants more time: who sets the task, and for a focus task then the leader in charge.
    grant_task_extension "/tasks/{id}/extension/approval" TaskRequestAnswer Extension Approve |sent| sent.reason;
    /// 不予任务延期
    ///
    /// Refuses more time, with the reason.
    refuse_task_extension "/tasks/{id}/extension/refusal" TaskRequestRefusal Extension Refuse |sent| Some(sent.reason);
    /// 撤回延期申请
    ///
    /// Takes back what the caller asked for.
    withdraw_task_extension "/tasks/{id}/extension/withdrawal" TaskRequestAnswer Extension TakeBack |sent| sent.reason;
    /// 确认取消任务
    ///
    /// Confirms as a second person that a task is struck off.
    grant_task_cancellation "/tasks/{id}/cancellation/approval" TaskRequestAnswer Cancellation Approve |sent| sent.reason;
    /// 不予取消任务
    ///
    /// Refuses that a task is struck off, with the reason.
    refuse_task_cancellation "/tasks/{id}/cancellation/refusal" TaskRequestRefusal Cancellation Refuse |sent| {
        Some(sent.reason)
    };
    /// 撤回取消申请
    ///
    /// Takes back what the caller asked for.
    withdraw_task_cancellation "/tasks/{id}/cancellation/withdrawal" TaskRequestAnswer Cancellation TakeBack |sent| {
        sent.reason
    };
}
