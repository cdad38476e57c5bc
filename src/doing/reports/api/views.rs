//! What is shown of reports.

use serde::Serialize;
use utoipa::ToSchema;

use crate::base::approval::ProposalState;
use crate::base::form::{Answers, Form};
use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Timestamp};
use crate::doing::reports::Reports;
use crate::doing::reports::model::{
    ReportCorrection, ReportCorrectionId, ReportCycle, ReportForm, ReportFormId, ReportFormState, ReportHead, ReportId,
    ReportLight, ReportPeriod, ReportPeriodId, ReportRequest, ReportRequestId, ReportRequestKind, ReportStanding,
    ReportState,
};
use crate::doing::reports::rules::{self, periods};
use crate::doing::tasks::{TaskId, TaskState};
use crate::ground::files::FileView;

/// Somebody who did something.
#[derive(Serialize, ToSchema)]
pub(super) struct ReportActor {
    id: MemberId,
    /// The member's name.
    name: String,
}

pub(super) fn actor(room: &Reports, id: MemberId) -> ReportActor {
    ReportActor { id, name: room.member_name(id) }
}

/// A form without its fields.
#[derive(Serialize, ToSchema)]
pub(super) struct ReportFormHead {
    pub id: ReportFormId,
    /// Who asks.
    pub unit_id: UnitId,
    /// What the unit is called for short.
    pub unit_name: String,
    /// What it is called.
    pub title: String,
    /// By what it is asked.
    pub basis: String,
    /// Who reads what comes in.
    pub reader: String,
    /// Who answers for it.
    pub owner: ReportActor,
    /// From units of which kind it is due.
    pub unit_kind: String,
    pub cycle: ReportCycle,
    /// The day of the week (1 is Monday), or of the last month of the period, on which it opens.
    pub opens_day: i32,
    /// Days after the period's last day until which it is due.
    pub due_after: i32,
    /// Whether a unit may say in one step that nothing has changed.
    pub allows_no_change: bool,
    /// What is not handed in becomes a task by itself on the day after.
    pub opens_task: bool,
    /// The shipped form that it was copied from.
    pub preset: Option<String>,
    pub state: ReportFormState,
    /// It asks for more than the limits allow; those above approve that.
    pub over_limit: bool,
    /// The version that periods to come are opened with.
    pub version: i32,
    pub starts_on: Day,
    /// The last day of its asking, unless it is renewed; of what is due once the day on which it is due.
    pub ends_on: Day,
    pub created_by: ReportActor,
    pub created_at: Timestamp,
    /// Who approved or refused it; `null` for what was within the limits, or waits.
    pub answered_by: Option<ReportActor>,
    pub answered_at: Option<Timestamp>,
    /// The reason.
    pub answer: Option<String>,
}

impl ReportFormHead {
    pub fn new(room: &Reports, form: ReportForm) -> ReportFormHead {
        ReportFormHead {
            unit_name: room.unit_name(form.unit_id),
            owner: actor(room, form.owner_id),
            created_by: actor(room, form.created_by),
            answered_by: form.answered_by.map(|by| actor(room, by)),
            id: form.id,
            unit_id: form.unit_id,
            title: form.title,
            basis: form.basis,
            reader: form.reader,
            unit_kind: form.unit_kind,
            cycle: form.cycle,
            opens_day: form.opens_day,
            due_after: form.due_after,
            allows_no_change: form.allows_no_change,
            opens_task: form.opens_task,
            preset: form.preset,
            state: form.state,
            over_limit: form.over_limit,
            version: form.version,
            starts_on: form.starts_on,
            ends_on: form.ends_on,
            created_at: form.created_at,
            answered_at: form.answered_at,
            answer: form.answer,
        }
    }
}

/// A period of a form.
#[derive(Serialize, ToSchema)]
pub(super) struct ReportPeriodView {
    pub id: ReportPeriodId,
    /// Such as 2026年6月.
    pub label: String,
    pub first_on: Day,
    /// Included.
    pub last_on: Day,
    /// On which day it is due.
    pub due_on: Day,
    /// The version of the form that it keeps.
    pub version: i32,
    pub opened_at: Timestamp,
}

impl ReportPeriodView {
    pub fn new(form: &ReportForm, period: &ReportPeriod) -> ReportPeriodView {
        ReportPeriodView {
            id: period.id,
            label: periods::label(form.cycle, period.first_on, period.last_on),
            first_on: period.first_on,
            last_on: period.last_on,
            due_on: period.due_on,
            version: period.version,
            opened_at: period.opened_at,
        }
    }
}

/// A report in a list.
#[derive(Serialize, ToSchema)]
pub(super) struct ReportLine {
    pub id: ReportId,
    pub form_id: ReportFormId,
    /// What the form is called.
    pub form_title: String,
    pub period_id: ReportPeriodId,
    /// Such as 2026年6月.
    pub period_label: String,
    pub unit_id: UnitId,
    /// What the unit is called for short.
    pub unit_name: String,
    pub state: ReportState,
    pub standing: ReportStanding,
    pub light: ReportLight,
    /// The unit said that nothing has changed.
    pub no_change: bool,
    pub due_on: Day,
    /// Before it was deferred.
    pub first_due_on: Day,
    /// When somebody wrote in it last; `null` while nobody has.
    pub edited_at: Option<Timestamp>,
    /// When it was handed in last.
    pub submitted_at: Option<Timestamp>,
    /// When it was handed in first, by which it is late or not.
    pub first_submitted_at: Option<Timestamp>,
}

impl ReportLine {
    pub fn new(
        room: &Reports,
        head: &ReportHead,
        (form, period): (Option<&ReportForm>, Option<&ReportPeriod>),
        today: Day,
    ) -> ReportLine {
        let label = form.zip(period).map(|(form, period)| periods::label(form.cycle, period.first_on, period.last_on));
        ReportLine {
            id: head.id,
            form_id: head.form_id,
            form_title: form.map(|form| form.title.clone()).unwrap_or_default(),
            period_id: head.period_id,
            period_label: label.unwrap_or_default(),
            unit_id: head.unit_id,
            unit_name: room.unit_name(head.unit_id),
            state: head.state,
            standing: rules::standing(head, today),
            light: rules::light(head, today),
            no_change: head.no_change,
            due_on: head.due_on,
            first_due_on: head.first_due_on,
            edited_at: head.edited_at,
            submitted_at: head.submitted_at,
            first_submitted_at: head.first_submitted_at,
        }
    }
}

/// A number that the program fills in.
#[derive(Serialize, ToSchema)]
pub(super) struct ReportFilledIn {
    /// The field.
    pub key: String,
    /// As it is shown; `null` where there is nobody to count.
    pub value: Option<String>,
    /// The fact that tells it.
    pub fact: String,
    /// What the fact is called.
    pub fact_title: String,
    /// Where it is opened down to its records.
    pub link: String,
}

/// That a report comes later, or not at all.
#[derive(Serialize, ToSchema)]
pub(super) struct ReportRequestView {
    pub id: ReportRequestId,
    pub kind: ReportRequestKind,
    /// The later day.
    pub until_on: Option<Day>,
    /// Why it is asked.
    pub reason: String,
    pub proposed_by: ReportActor,
    pub proposed_at: Timestamp,
    pub state: ProposalState,
    pub answered_by: Option<ReportActor>,
    pub answered_at: Option<Timestamp>,
    /// The reason of the answer.
    pub answer: Option<String>,
}

impl ReportRequestView {
    pub fn new(room: &Reports, request: ReportRequest, now: Timestamp) -> ReportRequestView {
        ReportRequestView {
            state: request.proposal().state_at(now),
            proposed_by: actor(room, request.proposed_by),
            answered_by: request.answered_by.map(|by| actor(room, by)),
            id: request.id,
            kind: request.kind,
            until_on: request.until_on,
            reason: request.reason,
            proposed_at: request.proposed_at,
            answered_at: request.answered_at,
            answer: request.answer,
        }
    }
}

/// What a unit says of a number that the program filled in.
#[derive(Serialize, ToSchema)]
pub(super) struct ReportCorrectionView {
    pub id: ReportCorrectionId,
    /// The field.
    pub field: String,
    /// The number as it stood there.
    pub shown: String,
    /// What the unit says.
    pub note: String,
    pub noted_by: ReportActor,
    pub noted_at: Timestamp,
    /// `null` while nobody has answered.
    pub answer: Option<String>,
    pub answered_by: Option<ReportActor>,
    pub answered_at: Option<Timestamp>,
}

impl ReportCorrectionView {
    pub fn new(room: &Reports, correction: ReportCorrection) -> ReportCorrectionView {
        ReportCorrectionView {
            noted_by: actor(room, correction.noted_by),
            answered_by: correction.answered_by.map(|by| actor(room, by)),
            id: correction.id,
            field: correction.field,
            shown: correction.shown,
            note: correction.note,
            noted_at: correction.noted_at,
            answer: correction.answer,
            answered_at: correction.answered_at,
        }
    }
}

/// What was handed in before.
#[derive(Serialize, ToSchema)]
pub(super) struct FormerReport {
    pub report_id: ReportId,
    /// By the keys of fields, as far as this report asks for them in the same way.
    #[schema(value_type = Object)]
    pub answers: Answers,
}

/// A report with everything around it.
#[derive(Serialize, ToSchema)]
pub(super) struct ReportView {
    #[serde(flatten)]
    pub line: ReportLine,
    /// The version of the form that it keeps.
    pub version: i32,
    pub form: Form,
    /// Whether a unit may say in one step that nothing has changed.
    pub allows_no_change: bool,
    /// Who reads it.
    pub reader: String,
    /// What is being written, by the keys of fields.
    #[schema(value_type = Object)]
    pub draft: Answers,
    /// Who wrote in it last.
    pub edited_by: Option<ReportActor>,
    /// What was handed in last, by the keys of fields; `null` while nothing was.
    #[schema(value_type = Object, nullable)]
    pub submitted: Option<Answers>,
    pub submitted_by: Option<ReportActor>,
    pub reviewed_by: Option<ReportActor>,
    pub reviewed_at: Option<Timestamp>,
    /// Why it was returned last.
    pub return_reason: Option<String>,
    /// What the program knows, as the records stand now; what was handed in keeps the numbers of then.
    pub filled: Vec<ReportFilledIn>,
    /// What the unit handed in last.
    pub previous: Option<FormerReport>,
    pub files: Vec<FileView>,
    /// The newest first.
    pub requests: Vec<ReportRequestView>,
    /// The newest first.
    pub corrections: Vec<ReportCorrectionView>,
    /// Whether the caller may write in it and hand it in now.
    pub can_fill: bool,
    /// Whether the caller may approve or return it now.
    pub can_review: bool,
    /// Whether the caller may answer requests and what is said of numbers.
    pub can_answer: bool,
    /// Whether the caller may open a task of it now, since it is missing or was late.
    pub can_open_task: bool,
    /// The task that it became; `null` where none was opened, and for anyone who may not see it.
    pub task: Option<ReportTask>,
}

/// The task that a missing or late report has become.
#[derive(Serialize, ToSchema)]
pub(super) struct ReportTask {
    pub task_id: TaskId,
    pub state: TaskState,
    pub due_on: Day,
}

/// A report after something was done to it.
#[derive(Serialize, ToSchema)]
pub(super) struct ReportDone {
    #[serde(flatten)]
    pub line: ReportLine,
    /// What is being written, by the keys of fields.
    #[schema(value_type = Object)]
    pub draft: Answers,
}
