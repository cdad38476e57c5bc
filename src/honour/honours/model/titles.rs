//! Titles, what is asked for them, and how a nomination goes up the tree.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::HonourKind;
use crate::base::id::{MemberId, UnitId};
use crate::base::text::Text;
use crate::base::time::{Day, Timestamp};
use crate::db::Json;
use crate::db::schema::{title_nominations, title_rounds, title_steps};

crate::id!(
    /// A title to be given.
    TitleRoundId
);

crate::id!(
    /// A nomination for a title.
    NominationId
);

crate::id!(
    /// A step of a nomination.
    TitleStepId
);

crate::words!(
    /// Who can have a title.
    TitleSubject {
        Member = "member" / "党员",
        /// Branches, and other units.
        Unit = "unit" / "党组织",
    }
);

crate::words!(
    /// How far a nomination has come.
    NominationState {
        /// A unit on the way up looks at it.
        Recommended = "recommended" / "推荐中",
        /// Offices are asked for their opinions.
        Opinions = "opinions" / "征求意见",
        /// Waits for the committee.
        Committee = "committee" / "党委研究",
        /// Everybody sees it.
        Shown = "shown" / "公示",
        Named = "named" / "已命名",
        Refused = "refused" / "不予命名",
    }
);

crate::words!(
    /// What was done about a nomination.
    TitleMove {
        Nominate = "nominate" / "推荐",
        Forward = "forward" / "同意上报",
        Agree = "agree" / "无异议",
        /// Without saying why: no matter is kept.
        Object = "object" / "有异议",
        Choose = "choose" / "党委同意",
        Name = "name" / "命名",
        Refuse = "refuse" / "不予命名",
    }
);

crate::words!(
    /// Who is asked for an opinion.
    Office {
        Discipline = "discipline" / "纪检",
        Personnel = "personnel" / "人事",
        Safety = "safety" / "安全",
        Production = "production" / "生产",
        Audit = "audit" / "审计",
    }
);

impl TitleSubject {
    /// Who is asked about it.
    pub const fn offices(self) -> &'static [Office] {
        match self {
            TitleSubject::Member => &[Office::Discipline, Office::Personnel, Office::Safety],
            TitleSubject::Unit => Office::EACH,
        }
    }
}

/// Honours that somebody must have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedAward {
    /// The title as it was given; part of it is enough.
    pub title: Text<60>,
    /// In this many years up to that of the title; 1 to 20.
    pub years: i32,
}

/// A number that a unit must have reached in the year before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedFact {
    /// The name of the fact, as `GET /facts` lists it; none that no assessment may use.
    #[schema(value_type = String, examples("tasks.on_time"))]
    pub fact: Text<60>,
    /// As the fact counts: the least where more of it is better, else the most.
    pub bound: i64,
}

/// What is looked up about those who may be nominated.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Eligibility {
    /// Points of the appraisal in the year before, in hundredths; for units the mean of their members.
    pub least_points: Option<i32>,
    /// Stars of the year before.
    pub least_stars: Option<i32>,
    /// Each of them; 5 at most.
    #[serde(default)]
    pub awards: Vec<WantedAward>,
    /// Each of them, of the unit or of the member's branch, as far as the year before is frozen as it was frozen; 5 at most.
    #[serde(default)]
    pub facts: Vec<WantedFact>,
}

/// What a title asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TitleTerms {
    pub subject: TitleSubject,
    pub kind: HonourKind,
    /// In words, for those who recommend and decide; 10 at most.
    #[schema(examples(json!(["外在形象好", "内在素质强", "贴近生产一线"])))]
    pub criteria: Vec<Text<200>>,
    pub eligibility: Eligibility,
    /// How many are named at most; 1 to 500.
    pub quota: i32,
}

/// A title to be given.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = title_rounds)]
pub struct TitleRound {
    pub id: TitleRoundId,
    /// Who gives it.
    pub unit_id: UnitId,
    pub year: i32,
    pub terms: Json<TitleTerms>,
    pub title: String,
    pub document: String,
    pub created_by: MemberId,
    pub created_at: Timestamp,
}

/// A nomination.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = title_nominations, treat_none_as_default_value = false)]
pub struct TitleNomination {
    pub id: NominationId,
    pub round_id: TitleRoundId,
    pub member_id: Option<MemberId>,
    pub unit_id: UnitId,
    /// Where it waits.
    pub at_unit_id: UnitId,
    pub state: NominationState,
    pub deeds: String,
    pub meeting: String,
    pub shown_until: Option<Day>,
    pub nominated_by: MemberId,
    pub created_at: Timestamp,
}

/// A step of a nomination.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = title_steps, treat_none_as_default_value = false)]
pub struct TitleStep {
    pub id: TitleStepId,
    pub nomination_id: NominationId,
    pub step: TitleMove,
    pub unit_id: UnitId,
    pub office: Option<Office>,
    pub note: Option<String>,
    pub taken_by: MemberId,
    pub taken_at: Timestamp,
}
