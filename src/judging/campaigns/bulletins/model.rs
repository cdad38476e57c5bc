//! The bulletin 通报: what is written of it, and the sheet that is printed.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::base::approval::{self, ProposalState};
use crate::base::id::MemberId;
use crate::base::text::Text;
use crate::base::time::{Day, Timestamp};
use crate::db::Json;
use crate::db::schema::campaign_bulletins;
use crate::ground::documents::DocumentNumber;
use crate::judging::campaigns::entries::model::EntryId;
use crate::judging::campaigns::model::CampaignId;

crate::words!(
    /// How far a bulletin has come.
    BulletinState {
        /// Being written.
        Draft = "draft" / "草稿",
        /// Read and approved by another person than who wrote it last.
        Reviewed = "reviewed" / "已审核",
        /// Told to the audience; it stays as it is.
        Issued = "issued" / "已印发",
    }
);

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

/// A bulletin as stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = campaign_bulletins, treat_none_as_default_value = false)]
pub struct Bulletin {
    pub campaign_id: CampaignId,
    /// Grows with every edit.
    pub version: i32,
    pub state: BulletinState,
    pub content: Json<BulletinText>,
    /// As it was issued.
    pub sheet: Option<Json<Sheet>>,
    /// Who wrote this version.
    pub edited_by: MemberId,
    pub edited_at: Timestamp,
    pub reviewed_by: Option<MemberId>,
    pub reviewed_at: Option<Timestamp>,
    pub issued_by: Option<MemberId>,
    pub issued_at: Option<Timestamp>,
}

impl Bulletin {
    /// This version as the two-person rule looks at it: another person than who wrote it reviews it, and somebody else may
    /// again, until it is issued.
    pub fn rule(&self) -> approval::Proposal {
        let is_issued = self.state == BulletinState::Issued;
        let state = if is_issued { ProposalState::Approved } else { ProposalState::Open };
        approval::Proposal { state, proposed_by: Some(self.edited_by), about: None, expires_at: None }
    }
}

/// A bulletin as it is printed, without any form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Sheet {
    /// 发文机关
    pub issuer: String,
    /// （文号待定） while there is none.
    pub document_no: String,
    /// 标题
    pub title: String,
    /// 主送
    pub addressees: String,
    /// What stands before the first part, by paragraphs.
    pub opening: Vec<String>,
    /// Numbered, without those that have nothing to say.
    pub parts: Vec<SheetPart>,
    /// 落款
    pub signature: String,
    /// In Chinese numerals.
    pub dated: String,
}

/// A numbered part of a sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SheetPart {
    /// With its number, such as 一、评选结果.
    pub title: String,
    pub paragraphs: Vec<Paragraph>,
}

/// A paragraph of a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Paragraph {
    /// Its number with what it is about, printed bold.
    pub lead: String,
    /// What it says.
    pub text: String,
}
