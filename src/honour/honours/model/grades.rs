//! The ladder of three grades, and how a branch climbs it.

use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Timestamp};
use crate::db::schema::{grade_cases, grade_steps, unit_grades};

crate::id!(
    /// A branch on its way to a grade.
    GradeCaseId
);

crate::id!(
    /// A step on that way.
    GradeStepId
);

crate::id!(
    /// A grade from a day.
    UnitGradeId
);

crate::words!(
    /// The grades of branches 三型党支部, the lowest first.
    PartyGrade {
        Standard = "standard" / "标准型党支部",
        Model = "model" / "示范型党支部",
        RedFlag = "red_flag" / "红旗型党支部",
    }
);

impl PartyGrade {
    /// The grade below.
    pub const fn below(self) -> Option<PartyGrade> {
        match self {
            PartyGrade::Standard => None,
            PartyGrade::Model => Some(PartyGrade::Standard),
            PartyGrade::RedFlag => Some(PartyGrade::Model),
        }
    }
}

crate::words!(
    /// How far a branch has come.
    GradeState {
        /// Waits for the inspection.
        SelfAssessed = "self_assessed" / "待考评",
        /// Puts right what the inspection found.
        Rectifying = "rectifying" / "整改中",
        /// Says that it has; waits for another look.
        Rectified = "rectified" / "待复核",
        /// Waits for the committee.
        Inspected = "inspected" / "待定级",
        Graded = "graded" / "已定级",
    }
);

crate::words!(
    /// What was done on the way.
    GradeMove {
        SelfAssess = "self_assess" / "自评",
        /// The inspection found nothing to put right.
        Inspect = "inspect" / "考评",
        /// The inspection found something.
        Find = "find" / "考评（要求整改）",
        Rectify = "rectify" / "报告整改",
        /// What was found is put right.
        Clear = "clear" / "复核通过",
        /// It is not.
        SendBack = "send_back" / "复核退回",
        Grade = "grade" / "定级",
    }
);

crate::words!(
    /// How a branch came by its grade.
    GradeHow {
        /// By inspection and decision.
        Graded = "graded" / "考评定级",
        /// It had it before the product was there.
        Recorded = "recorded" / "原有等级",
        /// A committee lowered or took it.
        Lowered = "lowered" / "降级",
    }
);

/// A branch on its way.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = grade_cases, treat_none_as_default_value = false)]
pub struct GradeCase {
    pub id: GradeCaseId,
    pub unit_id: UnitId,
    pub year: i32,
    pub wanted: PartyGrade,
    pub state: GradeState,
    pub due_on: Option<Day>,
    pub created_by: MemberId,
    pub created_at: Timestamp,
}

/// A step.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = grade_steps, treat_none_as_default_value = false)]
pub struct GradeStep {
    pub id: GradeStepId,
    pub case_id: GradeCaseId,
    pub step: GradeMove,
    /// Hundredths.
    pub score: Option<i32>,
    pub note: Option<String>,
    pub due_on: Option<Day>,
    pub taken_by: MemberId,
    pub taken_at: Timestamp,
}

/// A grade from a day.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = unit_grades, treat_none_as_default_value = false)]
pub struct UnitGrade {
    pub id: UnitGradeId,
    pub unit_id: UnitId,
    /// `None` for no grade any more.
    pub grade: Option<PartyGrade>,
    pub how: GradeHow,
    /// Hundredths.
    pub score: Option<i32>,
    pub from_on: Day,
    pub case_id: Option<GradeCaseId>,
    pub document: String,
    pub set_by: MemberId,
    pub set_at: Timestamp,
}

/// How many branches have a grade.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct GradeCount {
    pub grade: PartyGrade,
    /// Branches that have it.
    pub count: usize,
}
