//! What the room keeps.

use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::base::id::{MemberId, UnitId};
use crate::base::time::Timestamp;
use crate::db::schema::{held_texts, text_decisions};

crate::id!(
    /// A text that was held.
    HeldTextId
);

crate::words!(
    /// How far a text that is held has come.
    TextState {
        /// The platform's check has not answered yet.
        Checking = "checking" / "审核中",
        /// Somebody of the branch has to decide.
        Waiting = "waiting" / "待审核",
        /// It was let through.
        Passed = "passed" / "已通过",
        /// It came back to its author, with a reason.
        Returned = "returned" / "已退回",
        /// Its author took it back, or wrote it anew.
        TakenBack = "taken_back" / "已撤回",
    }
);

impl TextState {
    /// Whether something is still to be decided.
    pub const fn is_open(self) -> bool {
        matches!(self, TextState::Checking | TextState::Waiting)
    }
}

crate::words!(
    /// What somebody decides about a text.
    TextVerdict {
        Pass = "pass" / "通过",
        /// Back to its author.
        Return = "return" / "退回",
    }
);

crate::words!(
    /// What the platform's content check said of a text; people decide, whatever it says.
    TextFinding {
        Pass = "pass" / "未见异常",
        Review = "review" / "建议人工审核",
        Risky = "risky" / "疑似违规",
        /// It gave no answer in time.
        Unknown = "unknown" / "平台未能检测",
    }
);

/// A text that was held.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = held_texts, treat_none_as_default_value = false)]
pub struct HeldText {
    pub id: HeldTextId,
    /// What it is a text of, as its room calls it.
    pub kind: String,
    pub(super) subject_id: Vec<u8>,
    pub author_id: MemberId,
    /// The author's home unit at that time; whose it is to decide follows the tree from there.
    pub unit_id: UnitId,
    pub text: String,
    /// Where its author finds it in the app.
    pub link: String,
    /// What its room needs to go on once it is let through.
    pub carried: Option<String>,
    pub state: TextState,
    /// What the platform's check said; `None` where it was not asked, or has not answered yet.
    pub finding: Option<TextFinding>,
    /// Of what kind the check takes it to be.
    pub hint: Option<String>,
    pub created_at: Timestamp,
    /// When it was let through, returned or taken back.
    pub settled_at: Option<Timestamp>,
}

impl HeldText {
    /// The thing that it is the text of.
    pub fn subject(&self) -> Uuid {
        Uuid::from_slice(&self.subject_id).unwrap_or_default()
    }
}

/// What somebody decided about a text.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = text_decisions, treat_none_as_default_value = false)]
pub struct TextDecision {
    pub text_id: HeldTextId,
    pub verdict: TextVerdict,
    /// Why; always there for what was returned.
    pub reason: Option<String>,
    pub decided_by: MemberId,
    pub decided_at: Timestamp,
}

/// A text with what was decided about it.
pub type Decided = (HeldText, Option<TextDecision>);

/// How it stands with a text that is held, as its writers see it beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TextReview {
    pub text_id: HeldTextId,
    pub state: TextState,
    /// The same in a sentence, in Chinese.
    #[schema(examples("正在审核，通过后其他人才能看到"))]
    pub told: String,
    /// Why it came back.
    pub reason: Option<String>,
}

impl TextReview {
    /// Whether somebody has yet to decide.
    pub const fn is_open(&self) -> bool {
        self.state.is_open()
    }
}
