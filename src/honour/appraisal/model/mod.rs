//! What the room keeps.

mod presets;
mod scheme;

use diesel::prelude::*;
pub use presets::AppraisalPreset;
pub use scheme::{
    AppraisalApprover, AppraisalClass, AppraisalDimension, AppraisalKind, AppraisalOrigin, AppraisalRecord,
    AppraisalRule, AppraisalScheme, BaseRhythm, SchemeBook, SchemeVersion, shown_points,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::base::id::{ImportId, MemberId, UnitId};
use crate::base::time::{Day, Timestamp};
use crate::db::schema::{
    appraisal_appeal_decisions, appraisal_appeals, appraisal_decisions, appraisal_entries, appraisal_proposals,
    appraisal_replies,
};

crate::id!(
    /// What somebody proposed to give or to take.
    AppraisalProposalId
);

crate::id!(
    /// An entry of the book of appraisal.
    AppraisalEntryId
);

crate::id!(
    /// An appeal against an entry.
    AppealId
);

crate::id!(
    /// What an entry came from: a proposal, an appeal, another entry or an opening.
    AppraisalSourceId
);

crate::words!(
    /// How a proposal stands.
    AppraisalState {
        /// Waits for a second person.
        Open = "open" / "待审核",
        /// It is in the book.
        Approved = "approved" / "已入账",
        /// An award that is not recognised, or a deduction that is waived.
        Refused = "refused" / "不予认定",
        /// Taken back by who proposed it.
        TakenBack = "taken_back" / "已撤回",
    }
);

crate::words!(
    /// How an appeal stands.
    AppealState {
        Open = "open" / "申诉中",
        /// The entry was put right.
        Upheld = "upheld" / "申诉成立",
        Rejected = "rejected" / "申诉不成立",
        /// Taken back by the member.
        TakenBack = "taken_back" / "已撤回",
    }
);

crate::words!(
    /// Where an entry came from.
    AppraisalSource {
        /// The base of a year or a quarter.
        Opening = "opening" / "基础分",
        Proposal = "proposal" / "审定",
        /// What is right instead, after an appeal.
        Appeal = "appeal" / "申诉改定",
        /// The opposite of another entry.
        Correction = "correction" / "更正",
        /// The start of a year.
        YearStart = "year_start" / "年初结转",
    }
);

crate::words!(
    /// Which cap cut an entry.
    AppraisalCap {
        RuleHalf = "rule_half" / "本项半年上限",
        RuleYear = "rule_year" / "本项全年上限",
        Dimension = "dimension" / "维度全年上限",
        Year = "year" / "全年加分上限",
    }
);

crate::words!(
    /// When somebody is reminded of an appeal.
    AppealOccasion {
        Soon = "soon" / "即将到期",
        Late = "late" / "逾期",
    }
);

/// What somebody proposed.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = appraisal_proposals, treat_none_as_default_value = false)]
pub struct Proposal {
    pub id: AppraisalProposalId,
    pub member_id: MemberId,
    /// The member's home at that time.
    pub unit_id: UnitId,
    pub rule: String,
    pub scheme_version: i32,
    pub dimension: String,
    /// Hundredths; below zero for a deduction.
    pub points: i32,
    /// When it happened.
    pub day: Day,
    /// What it is about, as it is compared.
    pub cause: String,
    pub reason: String,
    /// The entry that it puts right.
    pub corrects_id: Option<AppraisalEntryId>,
    pub import_id: Option<ImportId>,
    /// `None` for what a rule proposed by itself.
    pub proposed_by: Option<MemberId>,
    /// Until when the member may answer, for deductions.
    pub reply_until: Option<Day>,
    pub created_at: Timestamp,
}

/// What the member said about a deduction.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = appraisal_replies)]
pub struct AppraisalReply {
    pub proposal_id: AppraisalProposalId,
    pub text: String,
    pub replied_at: Timestamp,
}

/// What became of a proposal.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = appraisal_decisions, treat_none_as_default_value = false)]
pub struct Decision {
    pub proposal_id: AppraisalProposalId,
    pub verdict: AppraisalState,
    /// Hundredths, as they were approved before the caps.
    pub points: Option<i32>,
    pub reason: Option<String>,
    pub decided_by: MemberId,
    pub decided_at: Timestamp,
}

/// A proposal with everything that was said about it.
pub type Proposed = (Proposal, Option<AppraisalReply>, Option<Decision>);

/// How a proposal stands.
pub fn state_of((_, _, decision): &Proposed) -> AppraisalState {
    decision.as_ref().map_or(AppraisalState::Open, |decision| decision.verdict)
}

/// An entry of the book.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = appraisal_entries, treat_none_as_default_value = false)]
pub struct Entry {
    pub id: AppraisalEntryId,
    pub member_id: MemberId,
    pub unit_id: UnitId,
    /// The year that it counts for.
    pub year: i32,
    pub kind: AppraisalKind,
    pub dimension: String,
    pub rule: String,
    pub scheme_version: i32,
    /// Hundredths, before the caps.
    pub wanted: i32,
    /// Hundredths.
    pub points: i32,
    pub cut_by: Option<AppraisalCap>,
    pub day: Day,
    pub reason: String,
    pub source_kind: AppraisalSource,
    pub source_id: AppraisalSourceId,
    pub proposed_by: Option<MemberId>,
    pub approved_by: Option<MemberId>,
    pub created_at: Timestamp,
}

impl Entry {
    /// The entry that this one puts right.
    pub fn corrects(&self) -> Option<AppraisalEntryId> {
        (self.source_kind == AppraisalSource::Correction).then(|| self.source_id.uuid().into())
    }
}

/// What caps and totals are made of.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = appraisal_entries)]
pub struct Counted {
    pub id: AppraisalEntryId,
    pub kind: AppraisalKind,
    pub dimension: String,
    pub rule: String,
    pub wanted: i32,
    pub points: i32,
    pub day: Day,
    pub source_kind: AppraisalSource,
    pub source_id: AppraisalSourceId,
}

/// What a member objects to.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = appraisal_appeals)]
pub struct Appeal {
    pub id: AppealId,
    pub entry_id: AppraisalEntryId,
    pub member_id: MemberId,
    /// The member's home at that time.
    pub unit_id: UnitId,
    pub text: String,
    /// The day by which it is decided.
    pub due_on: Day,
    pub created_at: Timestamp,
}

/// What became of an appeal.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = appraisal_appeal_decisions, treat_none_as_default_value = false)]
pub struct AppealDecision {
    pub appeal_id: AppealId,
    pub verdict: AppealState,
    pub reason: Option<String>,
    /// Hundredths that are right instead, before the caps.
    pub points: Option<i32>,
    pub correction_id: Option<AppraisalEntryId>,
    pub replacement_id: Option<AppraisalEntryId>,
    pub decided_by: MemberId,
    pub decided_at: Timestamp,
}

/// An appeal with what became of it.
pub type Appealed = (Appeal, Option<AppealDecision>);

/// How an appeal stands.
pub fn appeal_state((_, decision): &Appealed) -> AppealState {
    decision.as_ref().map_or(AppealState::Open, |decision| decision.verdict)
}

/// Hundredths by what they are, of one dimension or of all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct AppraisalSums {
    /// The base, in hundredths.
    pub base: i64,
    /// Bonuses, in hundredths.
    pub bonus: i64,
    /// Deductions, in hundredths; zero or below.
    pub deduction: i64,
    /// What was carried over from the year before, in hundredths.
    pub carried: i64,
    /// All of them together, in hundredths.
    pub total: i64,
    /// What caps cut, in hundredths.
    pub cut: i64,
}

impl AppraisalSums {
    /// With others.
    pub fn plus(self, other: AppraisalSums) -> AppraisalSums {
        AppraisalSums {
            base: self.base + other.base,
            bonus: self.bonus + other.bonus,
            deduction: self.deduction + other.deduction,
            carried: self.carried + other.carried,
            total: self.total + other.total,
            cut: self.cut + other.cut,
        }
    }

    /// Adds what was wanted and given under a kind.
    pub fn add(&mut self, kind: AppraisalKind, wanted: i64, points: i64) {
        match kind {
            AppraisalKind::Base => self.base += points,
            AppraisalKind::Bonus => self.bonus += points,
            AppraisalKind::Deduction => self.deduction += points,
            AppraisalKind::Carry => self.carried += points,
            AppraisalKind::Correction => {}
        }
        self.total += points;
        // what a year leaves behind is not cut by a cap
        let is_cut = kind != AppraisalKind::Carry && wanted > points && wanted > 0;
        self.cut += if is_cut { wanted - points } else { 0 };
    }
}
