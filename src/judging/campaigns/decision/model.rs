//! What is made of a result: the decision in versions, objections to it, and the final awards.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::base::id::{MemberId, UnitId};
use crate::base::text::Text;
use crate::base::time::{Day, Timestamp};
use crate::db::Json;
use crate::db::schema::{campaign_awards, campaign_decisions, campaign_objections};
use crate::judging::campaigns::entries::model::EntryId;
use crate::judging::campaigns::model::{CampaignId, DECISION_ON_TRAIL};
use crate::kernel::trail::Thing;

crate::id!(
    /// An objection 异议 to an entry or its award.
    ObjectionId
);

/// An entry under a heading, as decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AwardLine {
    pub entry_id: EntryId,
    /// The heading, by its code.
    pub heading: Text<40>,
    /// The place under the heading, from 1 on; equals share one, and the next one is left out.
    pub place: u16,
    /// Published; needed where heading or place are other than computed.
    pub reason: Option<Text<500>>,
}

/// An entry that is awarded by the computed proposal and not by the decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeftOut {
    pub entry_id: EntryId,
    /// Published.
    pub reason: Text<500>,
}

/// A decision as stored; never changed.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = campaign_decisions, treat_none_as_default_value = false)]
pub struct Decision {
    pub campaign_id: CampaignId,
    /// From 1 on; the last one holds.
    pub version: i32,
    pub lines: Json<Vec<AwardLine>>,
    pub left_out: Json<Vec<LeftOut>>,
    pub reason: Option<String>,
    pub decided_by: MemberId,
    pub decided_at: Timestamp,
}

/// An objection as stored.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = campaign_objections, treat_none_as_default_value = false)]
pub struct Objection {
    pub id: ObjectionId,
    pub campaign_id: CampaignId,
    pub entry_id: EntryId,
    /// The version of the decision that it is about.
    pub decision_version: i32,
    pub member_id: MemberId,
    pub text: String,
    pub raised_at: Timestamp,
    /// Whether it was upheld; `None` until it is answered.
    pub upheld: Option<bool>,
    pub answer: Option<String>,
    pub answered_by: Option<MemberId>,
    pub answered_at: Option<Timestamp>,
}

/// What became of an objection, without what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = campaign_objections)]
pub struct ObjectionOutcome {
    pub decision_version: i32,
    /// `None` until it is answered.
    pub upheld: Option<bool>,
}

/// How many objections there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ObjectionCount {
    /// All of them.
    pub raised: usize,
    /// Without an answer.
    pub open: usize,
    /// Those that were upheld.
    pub upheld: usize,
}

impl ObjectionCount {
    pub fn of(objections: &[ObjectionOutcome]) -> ObjectionCount {
        let open = objections.iter().filter(|objection| objection.upheld.is_none()).count();
        let upheld = objections.iter().filter(|objection| objection.upheld == Some(true)).count();
        ObjectionCount { raised: objections.len(), open, upheld }
    }
}

/// A final award; never changed.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize, Deserialize, ToSchema)]
#[diesel(table_name = campaign_awards)]
pub struct Award {
    pub entry_id: EntryId,
    #[serde(skip, default = "crate::judging::campaigns::model::nobody")]
    pub campaign_id: CampaignId,
    pub unit_id: UnitId,
    /// Short name of the unit on the day of the award.
    pub unit_name: String,
    /// The heading, by its code.
    pub heading: String,
    /// The heading as it is printed.
    pub heading_title: String,
    /// The place of the heading among all headings, from 0 on.
    pub heading_position: i32,
    /// The place under the heading.
    pub place: i32,
    /// 并列
    pub shared: bool,
    /// The title of the judged plan.
    pub title: String,
    /// The version of the decision that became final.
    pub decision_version: i32,
    pub awarded_on: Day,
}

/// The decision about a campaign, as its trail knows it.
pub fn thing(id: CampaignId) -> Thing {
    Thing { room: "campaigns", kind: DECISION_ON_TRAIL, id: id.uuid() }
}
