//! What is refused, and how feedback stands.

use super::model::{FeedbackAnswer, FeedbackState, Said};
use crate::base::id::MemberId;
use crate::base::own_case::{Involvement, Judgement};
use crate::base::time::Day;

/// What one member may say in a day.
pub const A_DAY: i64 = 10;

/// A no of this room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is nothing with that id, or not for the caller.
    NoSuchFeedback,
    /// The member has said as much today as one may.
    TooMuch,
    /// Nobody answers himself.
    OwnFeedback,
    /// It has another answer already.
    AnsweredAlready,
    /// The idempotency key was used for something else.
    KeyReused,
}

impl crate::db::Refusal for Refusal {}

/// How it stands on `today`.
pub fn state_of((feedback, answer): &Said, today: Day) -> FeedbackState {
    match answer {
        Some(_) => FeedbackState::Answered,
        None if feedback.due_on < today => FeedbackState::Overdue,
        None => FeedbackState::Waiting,
    }
}

/// Whether `text` of `actor` is still to be written down; the same answer again changes nothing.
pub fn may_answer((feedback, answer): &Said, actor: MemberId, text: &str) -> Result<bool, Refusal> {
    let himself = (feedback.member_id == actor).then_some(Involvement::Subject);
    Judgement::AnswerFeedback.check(himself.into_iter().collect()).map_err(|_| Refusal::OwnFeedback)?;
    match answer {
        None => Ok(true),
        Some(FeedbackAnswer { member_id, text: given, .. }) if *member_id == actor && given == text => Ok(false),
        Some(_) => Err(Refusal::AnsweredAlready),
    }
}
