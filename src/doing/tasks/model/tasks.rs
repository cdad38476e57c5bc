//! Tasks with everything that belongs to them.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::lists::{TaskAxis, TaskItemId, TaskListId, TaskSource};
use crate::base::approval::ProposalState;
use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Timestamp};
use crate::db::schema::{task_nodes, task_people, task_reports, task_requests, task_steps, tasks};

crate::id!(
    /// What a unit owes.
    TaskId
);
crate::id!(
    /// What somebody did about a task.
    TaskStepId
);
crate::id!(
    /// What a unit told of a task.
    TaskReportId
);
crate::id!(
    /// What somebody asked for about a task.
    TaskRequestId
);

crate::words!(
    /// How far a task is.
    TaskState {
        Issued = "issued" / "待签收",
        /// The unit would have it otherwise.
        Answered = "answered" / "待调整",
        Accepted = "accepted" / "已签收",
        Doing = "doing" / "办理中",
        Submitted = "submitted" / "待审核",
        Returned = "returned" / "退回重办",
        Verified = "verified" / "待销号",
        Closed = "closed" / "已销号",
        Suspended = "suspended" / "已挂起",
        Merged = "merged" / "已并入",
        Cancelled = "cancelled" / "已取消",
    }
);

impl TaskState {
    /// Nothing more comes of it.
    pub const fn is_over(self) -> bool {
        matches!(self, TaskState::Closed | TaskState::Merged | TaskState::Cancelled)
    }

    /// Whether the unit is to do something about it.
    pub const fn is_with_unit(self) -> bool {
        matches!(self, TaskState::Issued | TaskState::Accepted | TaskState::Doing | TaskState::Returned)
    }
}

crate::words!(
    /// What is done about a task.
    TaskVerb {
        Accept = "accept" / "签收",
        Answer = "answer" / "申请调整",
        Reword = "reword" / "调整后下发",
        Redirect = "redirect" / "改派",
        Dismiss = "dismiss" / "说明后销号",
        Report = "report" / "反馈进展",
        Submit = "submit" / "提交销号",
        Verify = "verify" / "审核通过",
        Return = "return" / "退回重办",
        Close = "close" / "销号",
        Suspend = "suspend" / "挂起",
        Resume = "resume" / "恢复办理",
        Merge = "merge" / "并入",
        Cancel = "cancel" / "取消",
        /// More time was granted.
        Extend = "extend" / "批准延期",
    }
);

crate::words!(
    /// What a unit has to say about a task that it does not take as it is.
    TaskAnswer {
        Reword = "reword" / "建议修改表述",
        NotOurs = "not_ours" / "不属于本单位",
        OnlyExplain = "only_explain" / "只需说明",
        AlreadyDone = "already_done" / "已经完成",
        CannotNow = "cannot_now" / "暂时无法办理",
    }
);

crate::words!(
    /// How a task stands.
    TaskLight {
        Normal = "normal" / "正常",
        /// Due within a few days.
        Near = "near" / "临期",
        /// Behind one of its nodes.
        Behind = "behind" / "滞后",
        Overdue = "overdue" / "逾期",
    }
);

crate::words!(
    /// What somebody has to do with a task.
    TaskPart {
        /// Answers for it.
        Head = "head" / "责任人",
        Doer = "doer" / "承办人",
    }
);

crate::words!(
    /// What became of a node.
    TaskNodeState {
        Pending = "pending" / "未完成",
        Done = "done" / "已完成",
        /// Events have overtaken it.
        Dropped = "dropped" / "已取消",
    }
);

crate::words!(
    /// What somebody asks for.
    TaskRequestKind {
        Extension = "extension" / "延期",
        Cancellation = "cancellation" / "取消",
    }
);

/// A task.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = tasks, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Task {
    pub id: TaskId,
    pub list_id: TaskListId,
    pub item_id: TaskItemId,
    pub unit_id: UnitId,
    /// The unit whose list it is.
    pub issuing_unit_id: UnitId,
    pub number: i32,
    pub title: String,
    pub standard: String,
    pub axis: TaskAxis,
    pub leader_id: Option<MemberId>,
    pub due_on: Day,
    /// As it was before it was ever put off.
    pub first_due_on: Day,
    /// Hundredths.
    pub weight: i32,
    pub focus: bool,
    /// Why evidence must be attached; `None` where it need not be.
    pub evidence: Option<String>,
    pub state: TaskState,
    /// How often it was put off.
    pub extensions: i32,
    /// Until when the unit accepts or answers.
    pub answer_by: Day,
    pub suspended_until: Option<Day>,
    pub merged_into: Option<TaskId>,
    pub submitted_by: Option<MemberId>,
    /// When what stands was handed in.
    pub submitted_on: Option<Day>,
    /// When the unit told last how far it is.
    pub reported_on: Option<Day>,
    pub closed_on: Option<Day>,
    pub reminded_on: Option<Day>,
    /// When it was looked at because it was late; it is looked at once.
    pub missed_on: Option<Day>,
    pub created_by: MemberId,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Somebody who is to do a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = task_people)]
pub struct TaskPerson {
    pub task_id: TaskId,
    pub member_id: MemberId,
    pub part: TaskPart,
    /// `false` for who was taken off again.
    pub present: bool,
    /// He held a duty on the unit when he was named, and does it no more once that ends.
    pub by_duty: bool,
}

/// A step on the way of a task.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = task_nodes, treat_none_as_default_value = false, treat_none_as_null = true, primary_key(task_id, place))]
pub struct TaskNode {
    pub task_id: TaskId,
    /// From 1 on.
    pub place: i32,
    pub title: String,
    pub due_on: Day,
    pub state: TaskNodeState,
    pub note: Option<String>,
    pub delay: Option<String>,
    pub settled_on: Option<Day>,
    pub settled_by: Option<MemberId>,
}

/// What somebody did about a task.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = task_steps, treat_none_as_default_value = false)]
pub struct Step {
    pub id: TaskStepId,
    pub task_id: TaskId,
    pub at: Timestamp,
    /// `None` where its time had come.
    pub actor_id: Option<MemberId>,
    pub verb: TaskVerb,
    pub from_state: TaskState,
    pub to_state: TaskState,
    pub answer: Option<TaskAnswer>,
    pub note: Option<String>,
}

/// How far a unit says that it is.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = task_reports, treat_none_as_default_value = false)]
pub struct TaskReport {
    pub id: TaskReportId,
    pub task_id: TaskId,
    pub at: Timestamp,
    pub member_id: MemberId,
    pub light: TaskLight,
    /// 0 to 100.
    pub percent: i32,
    pub next_step: String,
    pub delay: Option<String>,
}

/// What somebody asked for.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = task_requests, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Request {
    pub id: TaskRequestId,
    pub task_id: TaskId,
    pub kind: TaskRequestKind,
    pub until_on: Option<Day>,
    pub reason: String,
    pub done: Option<String>,
    pub remedy: Option<String>,
    pub state: ProposalState,
    pub asked_by: MemberId,
    pub asked_at: Timestamp,
    /// Who granted it for the issuer; for a focus task the leader in charge follows.
    pub granted_by: Option<MemberId>,
    pub answered_by: Option<MemberId>,
    pub answered_at: Option<Timestamp>,
    pub answer: Option<String>,
}

/// A task with everything that a page of it shows.
#[derive(Clone, Debug)]
pub struct Whole {
    pub task: Task,
    pub people: Vec<TaskPerson>,
    pub assisting: Vec<UnitId>,
    pub nodes: Vec<TaskNode>,
    /// The oldest first.
    pub steps: Vec<Step>,
    /// The newest first, ten at most.
    pub reports: Vec<TaskReport>,
    /// The oldest first.
    pub requests: Vec<Request>,
    pub source: Option<TaskSource>,
    pub source_document: Option<String>,
}

/// Which tasks are shown.
#[derive(Clone, Debug, Default)]
pub struct TaskFilter {
    pub states: Vec<TaskState>,
    /// Of these units; of all when `None`.
    pub units: Option<Vec<UnitId>>,
    pub list: Option<TaskListId>,
    /// Who is to do it, or is the leader in charge.
    pub member: Option<MemberId>,
    /// The leader in charge.
    pub leader: Option<MemberId>,
    pub axis: Option<TaskAxis>,
    /// Due from this day to that, both included.
    pub due: Option<(Day, Day)>,
    /// Only those that are late.
    pub overdue_by: Option<Day>,
    pub focus: Option<bool>,
}

/// A task as standings and facts look at it.
#[derive(Clone, Debug, Queryable)]
pub struct Due {
    pub id: TaskId,
    pub unit_id: UnitId,
    pub title: String,
    pub state: TaskState,
    pub due_on: Day,
    pub first_due_on: Day,
    pub submitted_on: Option<Day>,
    pub closed_on: Option<Day>,
    pub weight: i32,
}

/// How a branch stood when a month had ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    pub unit: UnitId,
    /// Tasks that were due in the month.
    pub due: i32,
    pub closed: i32,
    pub on_time: i32,
    /// Sums of weights, in hundredths.
    pub weight_due: i64,
    pub weight_closed: i64,
}
