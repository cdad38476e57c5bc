//! What came of an idea.

use diesel::prelude::*;
use serde::Serialize;

use super::IdeaId;
use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::db::schema::{idea_outcome_corrections, idea_outcomes};

crate::id!(
    /// What came of an idea.
    OutcomeId
);

crate::words!(
    /// What came of an idea.
    OutcomeKind {
        /// 技术创新成果
        Result = "result" / "技术创新成果",
        /// 科研孵化项目
        Incubation = "incubation" / "科研孵化项目",
        /// 攻关立题
        Topic = "topic" / "攻关立题",
        /// 专利
        Patent = "patent" / "专利",
        /// 节约金额
        Savings = "savings" / "节约金额",
    }
);

/// What came of an idea.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = idea_outcomes, treat_none_as_default_value = false)]
pub struct IdeaOutcome {
    pub id: OutcomeId,
    pub idea_id: IdeaId,
    pub kind: OutcomeKind,
    pub title: String,
    /// Money saved, in fen; of 节约金额 only.
    pub amount_fen: Option<i64>,
    pub recorded_by: MemberId,
    pub created_at: Timestamp,
}

/// An outcome as it is recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NewOutcome {
    pub kind: OutcomeKind,
    pub title: String,
    pub amount_fen: Option<i64>,
}

/// What somebody put right about an outcome; never changed.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = idea_outcome_corrections, treat_none_as_default_value = false)]
pub struct OutcomeCorrection {
    pub outcome_id: OutcomeId,
    /// From 1 on.
    pub number: i32,
    pub former_title: String,
    pub former_amount_fen: Option<i64>,
    pub title: String,
    pub amount_fen: Option<i64>,
    /// It is no outcome any more.
    pub struck: bool,
    pub reason: String,
    pub corrected_by: MemberId,
    pub corrected_at: Timestamp,
}

/// What is to be put right about an outcome; `None` stays.
#[derive(Clone, Debug)]
pub struct RightOutcome {
    pub title: Option<String>,
    pub amount_fen: Option<i64>,
    pub struck: bool,
    pub reason: String,
}
