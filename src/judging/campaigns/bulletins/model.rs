//! What is written of the bulletin 通报 of a campaign.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::base::text::Text;
use crate::base::time::Day;
use crate::ground::bulletins::{About, Written};
use crate::ground::documents::DocumentNumber;
use crate::judging::campaigns::entries::model::EntryId;
use crate::judging::campaigns::model::CampaignId;
use crate::kernel::trail::Thing;

/// What the register of numbers and the trail call it.
const KIND: &str = "campaign_bulletin";

crate::words!(
    /// What was found in an entry.
    FindingKind {
        /// 主要特色
        Highlight = "highlight" / "亮点",
        /// 存在问题; the entry is shown to its own unit and to who runs the campaign.
        Problem = "problem" / "问题",
    }
);

/// Something that was found in an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    pub kind: FindingKind,
    /// Under which of the bulletin's highlights or problems it stands.
    pub dimension: Text<60>,
    /// The entry that it is about; problems may be about none in particular.
    pub entry_id: Option<EntryId>,
    /// What is cited of it, or what was found.
    pub excerpt: Text<1000>,
}

/// What organisers write of a bulletin; its results are taken from the awards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulletinText {
    /// Who issues it 发文机关.
    pub issuer: Text<60>,
    /// Needed before the review; unique.
    pub document_no: Option<DocumentNumber>,
    /// 标题
    pub title: Text<150>,
    /// 主送: to whom it goes.
    pub addressees: Text<300>,
    /// What stands before the results; each line is a paragraph.
    pub opening: Text<3000>,
    /// 主要特色: the dimensions, five in the draft.
    pub highlights: Vec<Text<60>>,
    /// 存在问题: the dimensions.
    pub problems: Vec<Text<60>>,
    /// What was found, cited under the dimensions.
    pub findings: Vec<Finding>,
    /// 工作要求
    pub requirements: Vec<Text<1000>>,
    /// 落款: who signs it.
    pub signature: Text<100>,
    /// The day under the signature.
    pub dated_on: Day,
}

impl Written for BulletinText {
    fn document_no(&self) -> Option<&DocumentNumber> {
        self.document_no.as_ref()
    }
}

/// Under what the bulletin of a campaign is kept.
pub fn about(id: CampaignId) -> About {
    About { kind: KIND, id: id.uuid().into() }
}

/// The bulletin of a campaign, as its trail knows it.
pub fn thing(id: CampaignId) -> Thing {
    Thing { room: "campaigns", kind: KIND, id: id.uuid() }
}
