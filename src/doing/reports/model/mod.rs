//! What the room keeps.

pub mod bulletin;
pub mod presets;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::base::approval::{Proposal, ProposalState};
use crate::base::form::{Answers, Form};
use crate::base::id::{MemberId, UnitId};
use crate::base::period::Span;
use crate::base::time::{Day, Timestamp};
use crate::db::Json;
use crate::db::schema::{
    report_corrections, report_form_versions, report_forms, report_periods, report_requests, reports,
};
use crate::kernel::trail::Thing;

crate::id!(
    /// What is due from units.
    ReportFormId
);

crate::id!(
    /// A period of a form.
    ReportPeriodId
);

crate::id!(
    /// What one unit owes for one period.
    ReportId
);

crate::id!(
    /// A state of a draft.
    RevisionId
);

crate::id!(
    /// That a report comes later, or not at all.
    ReportRequestId
);

crate::id!(
    /// What a unit says of a number that the program filled in.
    ReportCorrectionId
);

crate::words!(
    /// How often something is due.
    ReportCycle {
        /// From Monday to Sunday.
        Week = "week" / "每周",
        Month = "month" / "每月",
        Quarter = "quarter" / "每季度",
        HalfYear = "half_year" / "每半年",
        Year = "year" / "每年",
        Once = "once" / "一次性",
    }
);

crate::words!(
    /// How far a form has come.
    ReportFormState {
        /// It asks for more than the limits allow, and waits for those above.
        Proposed = "proposed" / "待批准",
        Active = "active" / "使用中",
        Refused = "refused" / "未批准",
        /// Its end has come, or somebody ended it; what is open goes on.
        Ended = "ended" / "已停用",
    }
);

crate::words!(
    /// How far a report has come.
    ReportState {
        Due = "due" / "待填报",
        Submitted = "submitted" / "已提交",
        Returned = "returned" / "退回修改",
        Reviewed = "reviewed" / "已审核",
        /// It need not come, as was approved before its day.
        Exempt = "exempt" / "免报",
        /// The unit was closed before its day.
        Void = "void" / "不再报送",
    }
);

crate::words!(
    /// What a report is to its day.
    ReportStanding {
        /// Its day has not passed, and it has not come.
        Open = "open" / "未到期",
        OnTime = "on_time" / "按期",
        /// It was handed in for the first time after its day.
        Late = "late" / "迟报",
        /// It was not handed in by its day.
        Missing = "missing" / "未报",
        /// Nobody waits for it.
        Excused = "excused" / "免报",
    }
);

crate::words!(
    /// In which colour a report is shown in an overview.
    ReportLight {
        /// Nobody waits for it yet.
        Grey = "grey" / "待填报",
        /// Handed in, or being written.
        Blue = "blue" / "进行中",
        Green = "green" / "已审核",
        /// Due within three days, or returned.
        Amber = "amber" / "临期或退回",
        Red = "red" / "逾期",
    }
);

crate::words!(
    /// What is asked for about a report before its day.
    ReportRequestKind {
        Defer = "defer" / "缓报",
        Exempt = "exempt" / "免报",
    }
);

crate::words!(
    /// Why somebody is reminded of a report.
    ReportOccasion {
        /// It is due within three days.
        Soon = "soon" / "即将到期",
        /// It is due today.
        Today = "today" / "今天到期",
        /// It is late.
        Late = "late" / "已逾期",
    }
);

/// What is due from every unit of a kind.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = report_forms, treat_none_as_default_value = false)]
pub struct ReportForm {
    pub id: ReportFormId,
    /// Who asks; units of the kind at and below it owe.
    pub unit_id: UnitId,
    pub title: String,
    pub basis: String,
    pub reader: String,
    pub owner_id: MemberId,
    pub unit_kind: String,
    pub cycle: ReportCycle,
    /// The day of the week (1 is Monday), or of the last month of the period, on which it opens.
    pub opens_day: i32,
    /// Days after the period's last day until which it is due; 0 is that day itself.
    pub due_after: i32,
    pub allows_no_change: bool,
    pub preset: Option<String>,
    pub state: ReportFormState,
    pub over_limit: bool,
    pub version: i32,
    pub starts_on: Day,
    /// Included; of what is due once the day on which it is due.
    pub ends_on: Day,
    /// A day in the next period that is to be opened.
    pub next_on: Day,
    pub created_by: MemberId,
    pub created_at: Timestamp,
    pub answered_by: Option<MemberId>,
    pub answered_at: Option<Timestamp>,
    pub answer: Option<String>,
    /// What is not handed in becomes a task by itself on the day after.
    pub opens_task: bool,
}

/// The fields of a form, as they were written.
#[derive(Clone, Debug, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = report_form_versions, treat_none_as_default_value = false)]
pub struct FormVersion {
    pub form_id: ReportFormId,
    pub version: i32,
    pub fields: Json<Form>,
    pub written_by: MemberId,
    pub written_at: Timestamp,
}

/// A period of a form that was opened.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = report_periods, treat_none_as_default_value = false)]
pub struct ReportPeriod {
    pub id: ReportPeriodId,
    pub form_id: ReportFormId,
    pub version: i32,
    pub first_on: Day,
    pub last_on: Day,
    pub due_on: Day,
    pub opened_at: Timestamp,
    pub names_by: Option<MemberId>,
}

impl ReportPeriod {
    pub fn span(&self) -> Span {
        Span { first: self.first_on, end: self.last_on.next() }
    }
}

/// What one unit owes for one period.
#[derive(Clone, Debug, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = reports, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Report {
    pub id: ReportId,
    pub period_id: ReportPeriodId,
    pub form_id: ReportFormId,
    pub unit_id: UnitId,
    pub version: i32,
    pub state: ReportState,
    pub draft: Json<Answers>,
    pub revision: RevisionId,
    pub edited_by: Option<MemberId>,
    pub edited_at: Option<Timestamp>,
    pub submitted: Option<Json<Answers>>,
    pub submitted_by: Option<MemberId>,
    pub submitted_at: Option<Timestamp>,
    pub first_submitted_at: Option<Timestamp>,
    pub no_change: bool,
    pub due_on: Day,
    pub first_due_on: Day,
    pub reviewed_by: Option<MemberId>,
    pub reviewed_at: Option<Timestamp>,
    pub return_reason: Option<String>,
    pub created_at: Timestamp,
}

/// What an overview and lists know of a report.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = reports)]
pub struct ReportHead {
    pub id: ReportId,
    pub period_id: ReportPeriodId,
    pub form_id: ReportFormId,
    pub unit_id: UnitId,
    pub state: ReportState,
    pub edited_at: Option<Timestamp>,
    pub submitted_at: Option<Timestamp>,
    pub first_submitted_at: Option<Timestamp>,
    pub no_change: bool,
    pub due_on: Day,
    pub first_due_on: Day,
}

impl From<&Report> for ReportHead {
    fn from(report: &Report) -> Self {
        ReportHead {
            id: report.id,
            period_id: report.period_id,
            form_id: report.form_id,
            unit_id: report.unit_id,
            state: report.state,
            edited_at: report.edited_at,
            submitted_at: report.submitted_at,
            first_submitted_at: report.first_submitted_at,
            no_change: report.no_change,
            due_on: report.due_on,
            first_due_on: report.first_due_on,
        }
    }
}

/// That a report comes later, or not at all.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = report_requests, treat_none_as_default_value = false)]
pub struct ReportRequest {
    pub id: ReportRequestId,
    pub report_id: ReportId,
    pub kind: ReportRequestKind,
    pub until_on: Option<Day>,
    pub reason: String,
    pub proposed_by: MemberId,
    pub proposed_at: Timestamp,
    pub state: ProposalState,
    pub expires_at: Timestamp,
    pub answered_by: Option<MemberId>,
    pub answered_at: Option<Timestamp>,
    pub answer: Option<String>,
}

impl ReportRequest {
    /// As the rule of two people looks at it.
    pub fn proposal(&self) -> Proposal {
        let (state, proposed_by) = (self.state, Some(self.proposed_by));
        Proposal { state, proposed_by, about: None, expires_at: Some(self.expires_at) }
    }
}

/// What a unit says of a number that the program filled in.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = report_corrections, treat_none_as_default_value = false)]
pub struct ReportCorrection {
    pub id: ReportCorrectionId,
    pub report_id: ReportId,
    pub field: String,
    pub shown: String,
    pub note: String,
    pub noted_by: MemberId,
    pub noted_at: Timestamp,
    pub answer: Option<String>,
    pub answered_by: Option<MemberId>,
    pub answered_at: Option<Timestamp>,
}

/// What somebody asks of units.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewForm {
    pub unit: UnitId,
    pub title: String,
    pub basis: String,
    pub reader: String,
    pub owner: Option<MemberId>,
    pub unit_kind: String,
    pub cycle: ReportCycle,
    pub opens_day: i32,
    pub due_after: i32,
    pub allows_no_change: bool,
    /// What is not handed in becomes a task by itself on the day after.
    #[serde(default)]
    pub opens_task: bool,
    pub preset: Option<String>,
    /// A day in the first period, or on which something opens that is due once.
    pub starts_on: Option<Day>,
    /// Of what is due once.
    pub due_on: Option<Day>,
    pub form: Form,
}

/// What changes about a form; `None` stays.
#[derive(Clone, Debug, Default)]
pub struct FormChange {
    pub title: Option<String>,
    pub basis: Option<String>,
    pub reader: Option<String>,
    pub owner: Option<MemberId>,
    pub allows_no_change: Option<bool>,
    pub opens_task: Option<bool>,
    /// Another version, for periods to come.
    pub form: Option<Form>,
}

/// A form, as its trail knows it.
pub fn form_thing(id: ReportFormId) -> Thing {
    Thing { room: "reports", kind: "report_form", id: id.uuid() }
}

/// What keeps the former texts of a report.
pub const SUBMISSION: &str = "report_submission";
