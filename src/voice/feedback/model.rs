//! What the room keeps.

use diesel::prelude::*;

use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Timestamp};
use crate::db::schema::{feedback, feedback_answers};

crate::id!(
    /// What a member said.
    FeedbackId
);

crate::words!(
    /// How far feedback has come.
    FeedbackState {
        /// It waits for its answer.
        Waiting = "waiting" / "待答复",
        /// It still waits, and its last day is over.
        Overdue = "overdue" / "逾期未答复",
        Answered = "answered" / "已答复",
    }
);

/// What a member said.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = feedback, treat_none_as_default_value = false)]
pub struct Feedback {
    pub id: FeedbackId,
    pub member_id: MemberId,
    /// The member's home unit at that time; whose it is to answer follows the tree from there.
    pub unit_id: UnitId,
    pub text: String,
    /// The page of the app that it is about.
    pub page: Option<String>,
    /// The last day that is not late.
    pub due_on: Day,
    pub created_at: Timestamp,
}

/// Its answer.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = feedback_answers)]
pub struct FeedbackAnswer {
    pub feedback_id: FeedbackId,
    pub member_id: MemberId,
    pub text: String,
    pub answered_at: Timestamp,
}

/// What was said, with its answer.
pub type Said = (Feedback, Option<FeedbackAnswer>);
