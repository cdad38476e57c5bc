//! Everything that an organiser decides, frozen when the campaign opens.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::base::id::{MemberId, UnitId};
use crate::base::score::{Averaging, ScoreRule};
use crate::base::text::Text;
use crate::base::time::Timestamp;
use crate::judging::campaigns::model::CampaignStage;
use crate::people::members::model::MemberKind;

crate::words!(
    /// What is selected.
    CampaignKind {
        /// 十大优秀党建品牌
        BrandTopTen = "brand_top_ten" / "十大品牌评选",
        /// 双十佳
        DoubleTenBest = "double_ten_best" / "双十佳评选",
        /// 标识设计征集
        DesignCall = "design_call" / "设计征集",
        /// Anything else with the same shape.
        Other = "other" / "其他评选",
    }
);

crate::words!(
    /// Where a part of the total comes from.
    Source {
        /// The ballots of the members.
        Vote = "vote" / "投票",
        /// Branches' scores of each other.
        Peer = "peer" / "支部互评",
        /// Secretaries' scores of other units' entries.
        OpenReview = "open_review" / "开放评审",
        /// The named experts' scores.
        Expert = "expert" / "专家评审",
    }
);

impl Source {
    /// The stage in which it comes about.
    pub const fn stage(self) -> CampaignStage {
        match self {
            Source::Vote => CampaignStage::Vote,
            Source::Peer => CampaignStage::Peer,
            Source::OpenReview => CampaignStage::OpenReview,
            Source::Expert => CampaignStage::Expert,
        }
    }
}

crate::words!(
    /// How often a member votes.
    VotePeriod {
        /// Once.
        Whole = "whole" / "全程一次",
        /// Once a business day.
        Daily = "daily" / "每日一次",
    }
);

crate::words!(
    /// From when on members see totals, ranks and their explanations. Who sees how the campaign is run sees them as soon as
    /// every source is complete; participation and receipts are there for everybody from the count on.
    ResultsShown {
        /// As soon as every source is complete.
        Count = "count" / "计票后公开",
        /// Once somebody has decided.
        Decision = "decision" / "决定后公开",
        /// Once the awards are final.
        Publication = "publication" / "公布后公开",
    }
);

crate::words!(
    /// What an entry that was not on the ballot has from the vote.
    OffBallot {
        /// 0 points there; everything else of it counts.
        Zero = "zero" / "记零分",
        /// It takes no part in the result.
        Ineligible = "ineligible" / "不参加计分",
    }
);

crate::words!(
    /// What an entry has from judges who could have scored it, and none did.
    Unscored {
        /// 0 points there.
        Zero = "zero" / "记零分",
        /// Nothing: the other sources share the weight.
        LeftOut = "left_out" / "不计入",
    }
);

/// What holds where an entry has nothing from a source. What nobody could have given is left out and counted in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MissingRules {
    /// `zero` when absent.
    #[serde(default = "off_ballot")]
    pub off_ballot: OffBallot,
    /// `zero` when absent.
    #[serde(default = "unscored")]
    pub unscored: Unscored,
}

fn off_ballot() -> OffBallot {
    OffBallot::Zero
}

fn unscored() -> Unscored {
    Unscored::Zero
}

impl Default for MissingRules {
    fn default() -> Self {
        MissingRules { off_ballot: off_ballot(), unscored: unscored() }
    }
}

/// The notice 通知 by which the selection is opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoticeText {
    /// Its number, such as 金集组发〔2022〕3号.
    pub document_no: Text<60>,
    /// What it says.
    pub text: Text<20000>,
}

/// A category of entries, each with an order of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// What entries name it by.
    pub code: Text<40>,
    /// In Chinese.
    pub title: Text<60>,
    /// How many are selected; 1 to 200.
    pub quota: u16,
}

/// A heading 奖项 under which entries are awarded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AwardHeading {
    /// What decisions name it by.
    pub code: Text<40>,
    /// In Chinese, such as 党建示范点十佳.
    pub title: Text<60>,
    /// The most entries under it; 1 to 200.
    pub quota: u16,
    /// Only entries of this category; all categories when absent, as for 通报表扬.
    pub category: Option<Text<40>>,
}

/// Who may vote, fixed by name when the campaign opens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Electorate {
    /// Kinds of members, one at least.
    pub kinds: Vec<MemberKind>,
    /// These units with everything below them; the campaign's own unit when empty.
    #[serde(default)]
    pub unit_ids: Vec<UnitId>,
}

/// A stage of the timetable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StagePlan {
    pub stage: CampaignStage,
    pub opens_at: Timestamp,
    /// From this instant on it is over.
    pub closes_at: Timestamp,
}

/// What judges look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Criterion {
    /// What scores name it by.
    pub code: Text<40>,
    /// In Chinese.
    pub title: Text<60>,
    /// The most that can be given; 1 to 1000.
    pub full: u16,
    /// Basis points; all criteria together have 10000.
    pub weight: u16,
}

/// A source of the total.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SourceRule {
    pub source: Source,
    /// How its raw values become 0 to 10000.
    pub rule: ScoreRule,
    /// Basis points; all sources together have 10000.
    pub weight: u16,
    /// How judges' scores are put together; of no meaning for the vote.
    #[serde(default = "plain")]
    pub averaging: Averaging,
    /// From how many scores on they are trimmed or standardised; a plain mean below.
    #[serde(default)]
    pub least: u16,
}

fn plain() -> Averaging {
    Averaging::Plain
}

/// What a ballot is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BallotRules {
    /// The least entries to choose.
    #[serde(default = "one")]
    pub min: u16,
    /// The most entries to choose; the sum of the quotas when absent.
    pub max: Option<u16>,
    #[serde(default = "whole")]
    pub period: VotePeriod,
    /// Whether one may choose one's own entry: that of oneself, or of a unit from the home unit up to the branch.
    #[serde(default)]
    pub self_voting: bool,
    /// Whether a later ballot replaces the one before.
    #[serde(default)]
    pub replacing: bool,
    /// Minutes between the closing and the counting, for voiding; 10080 at most. With 0 it is counted at once, or a day
    /// later when something about it is worth a look; in either case when two people have looked.
    #[serde(default)]
    pub counting_delay_minutes: u16,
}

fn one() -> u16 {
    1
}

fn whole() -> VotePeriod {
    VotePeriod::Whole
}

impl Default for BallotRules {
    fn default() -> Self {
        BallotRules {
            min: 1,
            max: None,
            period: VotePeriod::Whole,
            self_voting: false,
            replacing: false,
            counting_delay_minutes: 0,
        }
    }
}

/// What an entry must have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EntryRules {
    /// Only entries with a published article can be voted on.
    #[serde(default)]
    pub article_required: bool,
    /// The owner holds the duty of a secretary on the entry's unit (“一把手”工程).
    #[serde(default)]
    pub owner_secretary: bool,
    /// One piece of evidence of each kind at least (有措施、有经验、有数据支撑).
    #[serde(default)]
    pub evidence_required: bool,
    /// How it is part of the unit's work, in all four ways (目标、思路、措施、身份四融合).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub integration_required: bool,
    /// Members propose entries of their own, too (标识征集); each stands among the others once an organiser has approved it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_members: bool,
}

/// Everything that an organiser decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CampaignTerms)]
pub struct Terms {
    pub kind: CampaignKind,
    /// Needed before the campaign is announced.
    pub notice: Option<NoticeText>,
    /// 1 to 10.
    pub categories: Vec<Category>,
    pub electorate: Electorate,
    /// In the order of their opening.
    pub timetable: Vec<StagePlan>,
    /// 20 at most; needed when a source is scored by judges.
    #[serde(default)]
    pub criteria: Vec<Criterion>,
    /// What the total consists of; empty where the committee alone decides.
    pub sources: Vec<SourceRule>,
    /// By which sources equal totals are told apart, the first one first; what is then equal is shown as 并列.
    #[serde(default)]
    pub tie_order: Vec<Source>,
    /// What holds where an entry has nothing from a source; the defaults when absent. Campaigns that were opened without
    /// this rule have none for good: they leave out whatever is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<MissingRules>,
    #[serde(default)]
    pub ballot: BallotRules,
    /// `decision` when absent; not `publication` where objections are heard, which nobody could raise then.
    #[serde(default = "decision")]
    pub results_shown: ResultsShown,
    #[serde(default)]
    pub entries: EntryRules,
    /// 评审专家: nobody else gives expert scores.
    #[serde(default)]
    pub expert_ids: Vec<MemberId>,
    /// Headings 奖项 in the order in which they are filled; one for each category with its quota when absent.
    #[serde(default)]
    pub awards: Vec<AwardHeading>,
    /// Whether a unit is awarded once at most.
    #[serde(default = "yes")]
    pub one_award_per_unit: bool,
    /// 投票仅作参考 stands on results and bulletin; set at the announcement, too, where the enterprise has it so.
    #[serde(default, skip_serializing_if = "is_not")]
    pub vote_for_reference: bool,
}

/// What rules from before there was such a rule say of it: nothing, so that they are hashed as they were.
fn is_not(said: &bool) -> bool {
    !said
}

fn decision() -> ResultsShown {
    ResultsShown::Decision
}

fn yes() -> bool {
    true
}

/// What stands on the result and on the bulletin.
pub const VOTE_NOTE: &str = "投票仅作参考";

impl Terms {
    /// What is said of the vote, if there is one and something is said.
    pub fn vote_note(&self) -> Option<&'static str> {
        let has_vote = self.sources.iter().any(|rule| rule.source == Source::Vote);
        (self.vote_for_reference && has_vote).then_some(VOTE_NOTE)
    }

    pub fn stage(&self, stage: CampaignStage) -> Option<&StagePlan> {
        self.timetable.iter().find(|plan| plan.stage == stage)
    }

    /// The headings, written out where they were left to the default.
    pub fn headings(&self) -> Vec<AwardHeading> {
        if !self.awards.is_empty() {
            return self.awards.clone();
        }
        let heading = |category: &Category| AwardHeading {
            code: category.code.clone(),
            title: category.title.clone(),
            quota: category.quota,
            category: Some(category.code.clone()),
        };
        self.categories.iter().map(heading).collect()
    }

    /// The most entries that a ballot names.
    pub fn most_choices(&self) -> u16 {
        self.ballot.max.unwrap_or_else(|| self.categories.iter().map(|category| category.quota).sum())
    }
}
