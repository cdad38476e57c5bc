//! Entries: a unit's plan in versions, and the article about it.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::base::id::{MemberId, UnitId};
use crate::base::text::Text;
use crate::base::time::{Day, Timestamp};
use crate::db::Json;
use crate::db::schema::{campaign_articles, campaign_entries, campaign_entry_versions};
use crate::judging::campaigns::model::{CampaignId, Source};
use crate::kernel::trail::Thing;

crate::id!(
    /// An entry of a unit in a campaign.
    EntryId
);

crate::words!(
    /// How far an entry has come.
    EntryState {
        /// Being written by its unit.
        Draft = "draft" / "草稿",
        /// Handed in.
        Submitted = "submitted" / "已提交",
        /// Taken back before it was judged.
        Withdrawn = "withdrawn" / "已撤回",
        /// A member's own, which waits for an organiser.
        Proposed = "proposed" / "待审核",
        /// A member's own, which an organiser did not take.
        Declined = "declined" / "未采用",
    }
);

crate::words!(
    /// What a piece of evidence proves.
    EvidenceKind {
        /// 有措施
        Measure = "measure" / "举措佐证",
        /// 有经验
        Experience = "experience" / "经验佐证",
        /// 有数据支撑
        Data = "data" / "数据佐证",
    }
);

/// A target 目标 with its indicator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Goal {
    /// What is to be reached.
    pub name: Text<200>,
    /// By which figure it is measured, such as 83.3%.
    pub target: Option<Text<200>>,
}

/// A measure 措施.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    /// What is done.
    pub text: Text<1000>,
    /// Who answers for it.
    pub responsible: Option<Text<100>>,
    /// By which day.
    pub due_on: Option<Day>,
}

/// A phase 阶段 of the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Phase {
    pub from_on: Day,
    pub to_on: Day,
    /// What it is to reach.
    pub goal: Text<500>,
}

/// 四融合: how the plan is joined with production.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Integration {
    /// 目标融合
    pub goal: Text<1000>,
    /// 思路融合
    pub thinking: Text<1000>,
    /// 措施融合
    pub measures: Text<1000>,
    /// 身份融合
    pub identity: Text<1000>,
}

/// What proves the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    pub kind: EvidenceKind,
    /// In words and figures.
    pub text: Text<2000>,
}

/// A plan 创建方案.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// In Chinese.
    pub title: Text<100>,
    /// What a design 标识 means, or whatever else is to be said of the whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Text<2000>>,
    /// 主题、口号
    pub slogan: Option<Text<200>>,
    /// 品牌名称
    pub brand: Option<Text<100>>,
    /// 牵头负责人: who leads it in person.
    pub owner_id: MemberId,
    /// 组织机构、工作专班
    #[serde(default)]
    pub team: Vec<Text<200>>,
    /// 目标; one at least when handed in.
    #[serde(default)]
    pub goals: Vec<Goal>,
    /// 措施; one at least when handed in.
    #[serde(default)]
    pub measures: Vec<Measure>,
    /// 预期效果; one at least when handed in.
    #[serde(default)]
    pub expected_effects: Vec<Text<1000>>,
    /// 阶段
    #[serde(default)]
    pub phases: Vec<Phase>,
    /// 标准
    #[serde(default)]
    pub standards: Vec<Text<500>>,
    /// 台账
    #[serde(default)]
    pub ledgers: Vec<Text<500>>,
    /// 管理制度
    #[serde(default)]
    pub management_rules: Vec<Text<500>>,
    /// 四融合
    pub integration: Option<Integration>,
    #[serde(default)]
    pub evidence: Vec<Evidence>,
}

/// An entry as stored; what it says lies in its versions.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = campaign_entries, treat_none_as_default_value = false)]
pub struct Entry {
    pub id: EntryId,
    pub campaign_id: CampaignId,
    pub unit_id: UnitId,
    pub category: String,
    pub title: String,
    pub owner_id: MemberId,
    pub state: EntryState,
    /// The latest version, from 1 on.
    pub version: i32,
    /// Handed in after the stage of entries was over.
    pub late: bool,
    /// The version that is judged, fixed when the first judging stage opens.
    pub judged_version: Option<i32>,
    /// What ballots name it by; given with the judged version.
    pub number: Option<i32>,
    /// Whether it can be voted on, fixed when the vote opens.
    pub on_ballot: bool,
    /// Sources whose judges may all not score it, since it is their own; fixed with the judged version.
    pub exempt: Json<Vec<Source>>,
    pub created_by: MemberId,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub submitted_at: Option<Timestamp>,
    /// A member proposed it himself; nobody writes it for his unit.
    pub by_member: bool,
}

/// One version of an entry; never changed.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = campaign_entry_versions, treat_none_as_default_value = false)]
pub struct EntryVersion {
    pub entry_id: EntryId,
    pub version: i32,
    pub plan: Json<Plan>,
    pub edited_by: MemberId,
    pub created_at: Timestamp,
    /// Who leads the plan in this version.
    pub owner_id: Option<MemberId>,
}

/// The published article about an entry.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = campaign_articles)]
pub struct Article {
    pub entry_id: EntryId,
    pub title: String,
    /// Markdown.
    pub body: String,
    pub published_by: MemberId,
    pub published_at: Timestamp,
    pub updated_at: Timestamp,
}

/// What an article says, as its versions keep it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ArticleText {
    /// In Chinese.
    pub title: String,
    /// Markdown.
    pub body: String,
}

impl ArticleText {
    pub fn of(article: &Article) -> ArticleText {
        ArticleText { title: article.title.clone(), body: article.body.clone() }
    }
}

/// What the trail calls an entry.
pub const ENTRY_ON_TRAIL: &str = "campaign_entry";

/// An entry, as its trail knows it: what it says and how far it has come. What proves it is attached and taken off piece by
/// piece, and changes nothing of it.
pub fn thing(id: EntryId) -> Thing {
    Thing { room: "campaigns", kind: ENTRY_ON_TRAIL, id: id.uuid() }
}

/// What proves an entry, as its trail knows it.
pub fn evidence_thing(id: EntryId) -> Thing {
    Thing { kind: "campaign_evidence", ..thing(id) }
}

/// The article about an entry, as its trail knows it.
pub fn article_thing(id: EntryId) -> Thing {
    Thing { kind: "campaign_article", ..thing(id) }
}
