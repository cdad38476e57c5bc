//! A campaign with its stages, and its rules in [`terms`]: what every part of the room knows.

mod terms;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::base::approval::{self, ProposalState};
use crate::base::id::{MemberId, UnitId};
use crate::base::time::Timestamp;
use crate::db::Json;
use crate::db::schema::{campaign_stages, campaigns};
use crate::kernel::trail::Thing;

pub use terms::{
    AwardHeading, BallotRules, CampaignKind, EntryRules, OffBallot, ResultsShown, Source, SourceRule, StagePlan, Terms,
    Unscored, VotePeriod,
};

/// What trail and recusals call the decision of a campaign.
pub const DECISION_ON_TRAIL: &str = "campaign_decision";

crate::id!(
    /// A selection 评选.
    CampaignId
);

crate::words!(
    /// How far a campaign has come.
    CampaignState {
        /// Being written; only who runs it sees it.
        Draft = "draft" / "草稿",
        /// Told to its audience; opens by the clock.
        Announced = "announced" / "已公告",
        /// Its rules are frozen; its stages run.
        Open = "open" / "进行中",
        /// Taken back before it opened.
        Withdrawn = "withdrawn" / "已撤销",
        /// Ended by two people while it was open: nothing of it is counted.
        Cancelled = "cancelled" / "已取消",
        /// Who is awarded what was decided; objections are heard where they are planned.
        Decided = "decided" / "已决定",
        /// Its awards are final.
        Published = "published" / "已公布",
        /// Nothing of it changes any more.
        Archived = "archived" / "已归档",
    }
);

crate::words!(
    /// A part of a campaign's timetable.
    CampaignStage {
        /// 申报: units hand in entries.
        Entry = "entry" / "申报",
        /// 宣传: articles about the entries are published.
        Publicity = "publicity" / "宣传",
        /// 投票
        Vote = "vote" / "投票",
        /// 支部互评
        Peer = "peer" / "支部互评",
        /// 开放型评选
        OpenReview = "open_review" / "开放评审",
        /// 专家评审
        Expert = "expert" / "专家评审",
        /// 党委研究决定
        Committee = "committee" / "党委研究",
        /// 公示
        Objection = "objection" / "公示",
    }
);

impl CampaignStage {
    /// Whether entries are judged here, so that their versions must be fixed before.
    pub const fn judges(self) -> bool {
        matches!(
            self,
            CampaignStage::Vote
                | CampaignStage::Peer
                | CampaignStage::OpenReview
                | CampaignStage::Expert
                | CampaignStage::Committee
        )
    }
}

crate::words!(
    /// How far a stage has come.
    StageState {
        Planned = "planned" / "未开始",
        Open = "open" / "进行中",
        Closed = "closed" / "已结束",
    }
);

/// A campaign as stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = campaigns, treat_none_as_default_value = false)]
pub struct Campaign {
    pub id: CampaignId,
    pub title: String,
    /// The audience: this unit and everything below it.
    pub unit_id: UnitId,
    /// As stored: once open it stays so, since voting, counting and recounting ask for nothing more. What was made of the
    /// result stands in `decided_at`, `published_at` and `archived_at`; [`Campaign::standing`] tells all of it.
    pub state: CampaignState,
    pub terms: Json<Terms>,
    /// The canonical JSON document that the rules became at opening.
    pub frozen: Option<String>,
    /// SHA-256 of that document's UTF-8 bytes, in hexadecimal digits.
    pub frozen_sha256: Option<String>,
    pub created_by: MemberId,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub announced_at: Option<Timestamp>,
    pub opened_at: Option<Timestamp>,
    /// When the first decision was made.
    pub decided_at: Option<Timestamp>,
    pub published_at: Option<Timestamp>,
    pub archived_at: Option<Timestamp>,
}

impl Campaign {
    /// How far it has come, with what was made of its result.
    pub fn standing(&self) -> CampaignState {
        match (self.archived_at, self.published_at, self.decided_at) {
            (Some(_), ..) => CampaignState::Archived,
            (_, Some(_), _) => CampaignState::Published,
            (.., Some(_)) => CampaignState::Decided,
            _ => self.state,
        }
    }
}

/// A stage as stored; its end may have been moved since the rules were frozen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize, Deserialize, ToSchema)]
#[diesel(table_name = campaign_stages, treat_none_as_default_value = false)]
pub struct StageRow {
    #[serde(skip, default = "nobody")]
    pub campaign_id: CampaignId,
    pub stage: CampaignStage,
    /// The place in the timetable, from 0 on.
    pub position: i32,
    pub state: StageState,
    pub opens_at: Timestamp,
    /// From this instant on it is over.
    pub closes_at: Timestamp,
    /// When it really opened.
    pub opened_at: Option<Timestamp>,
    /// When it was really closed.
    pub closed_at: Option<Timestamp>,
}

/// Of no campaign: what is read from an export names none.
pub fn nobody() -> CampaignId {
    CampaignId::from(uuid::Uuid::nil())
}

/// What one person proposed and another confirms, as the two-person rule looks at it: about nobody in particular, and to be
/// answered as long as it can still be done.
pub fn proposal(proposed_by: MemberId, confirmed_at: Option<Timestamp>) -> approval::Proposal {
    let state = if confirmed_at.is_some() { ProposalState::Approved } else { ProposalState::Open };
    approval::Proposal { state, proposed_by: Some(proposed_by), about: None, expires_at: None }
}

/// A campaign, as its trail knows it.
pub fn thing(id: CampaignId) -> Thing {
    Thing { room: "campaigns", kind: "campaign", id: id.uuid() }
}
