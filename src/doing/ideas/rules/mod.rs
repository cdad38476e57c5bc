//! What an idea obeys: its workflow, who may act, where and when. Pure: no query, no clock.
//!
//! Source: `docs/domain.md`, "Golden ideas", and the table of capabilities.

mod attachments;
mod flow;
mod statistics;
mod steps;

use std::collections::HashSet;

pub use attachments::{FILE_LIMIT, check_attaching, check_evidence};
pub use flow::{FLOW, PROLONGED, Who};
pub use statistics::{Counts, Events, Group, Grouping, Happened, Length, by_branch, by_category, summed_up};
pub use steps::{
    Hand, Repetition, as_meant, check_due, check_keeping, check_meeting, check_merge, check_present, comes_into_force,
    ended_by, find_step, judgement, possible, repetition, stepped, whose_turn,
};

use super::model::{Idea, IdeaState, IdeaText, NewOutcome, OutcomeKind, Verb, Verdict};
use crate::base::id::MemberId;
use crate::base::own_case::Involvement;
use crate::base::quota::Spent;
use crate::base::time::Day;
use crate::base::version::Outdated;
use crate::ground::files::AttachRefusal;

/// A no of this room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Somebody else has changed it since the caller saw it.
    Outdated(Outdated),
    /// No such idea, or not one for the caller to know of.
    NoSuchIdea,
    NoSuchComment,
    /// No such comment on this idea to reply to.
    NoSuchParent,
    NoSuchCategory,
    /// The verb is not done in this state.
    WrongState {
        state: IdeaState,
    },
    /// The committee has decided already.
    AlreadyDecided {
        verdict: Verdict,
    },
    /// It goes on as another idea.
    Merged {
        into: super::model::IdeaId,
    },
    /// Only the author does this.
    NotAuthor,
    /// Only the implementer does this.
    NotImplementer,
    /// The idea's unit is not within the caller's reach.
    OutOfReach,
    /// Nobody handles an idea that he wrote or carries out, or that his own went into.
    OwnIdea,
    /// Who asked to be kept out of it leaves it to others.
    Recused,
    NoSuchOutcome,
    /// Nobody puts right what he recorded himself.
    OwnOutcome,
    /// It is no outcome any more.
    OutcomeStruck,
    /// What is called wrong says the same.
    SameOutcome,
    /// What was merged into it would be lost with it.
    HasMerged,
    NoSuchMeeting,
    /// The meeting is not one at which this is done.
    WrongMeeting,
    /// The meeting lies in the future.
    MeetingNotHeld,
    /// The meeting was held before what it is to follow.
    MeetingTooEarly {
        verb: Verb,
    },
    /// Nobody was there, or nobody but those whose idea it is.
    NobodyMet,
    /// Who puts a decision down was not at the meeting that made it.
    NotAtMeeting,
    /// The due day is over, or too far ahead.
    BadDueDay,
    /// The implementer is unknown or has left.
    NoSuchImplementer,
    /// The implementer is not within the caller's reach.
    ImplementerOutOfReach,
    /// An idea cannot be merged into itself, or into one that is over.
    BadMerge,
    /// A co-author who is unknown, has left, is named twice, or is the author.
    BadCoAuthor {
        index: usize,
    },
    /// Money belongs to 节约金额 and to nothing else.
    BadAmount,
    /// An idea has as many outcomes as it may.
    TooManyOutcomes,
    /// A reply to a reply.
    ReplyTooDeep,
    /// As many drafts were begun today as a member may.
    DraftsSpent(Spent),
    /// As many ideas were handed in.
    HandInsSpent(Spent),
    /// As many comments were written.
    CommentsSpent(Spent),
    /// One does not like one's own idea.
    OwnLike,
    /// The unit of a filter is not within the caller's reach.
    NoSuchUnit,
    /// Categories are named twice, or there are none.
    BadCategories,
    /// The period of statistics ends before it begins.
    BadPeriod,
    /// The same person did the same before, and the idea has come back since: it may be meant, or come late.
    DoneBefore,
    /// No such file is attached to the idea.
    NoSuchFile,
    /// Files cannot be attached.
    Files(AttachRefusal),
    /// The idempotency key was used for another request.
    KeyReused,
}

impl crate::db::Refusal for Refusal {}

impl From<Involvement> for Refusal {
    fn from(involvement: Involvement) -> Self {
        match involvement {
            Involvement::Recused => Refusal::Recused,
            Involvement::Proposer => Refusal::OwnOutcome,
            _ => Refusal::OwnIdea,
        }
    }
}

impl From<AttachRefusal> for Refusal {
    fn from(refusal: AttachRefusal) -> Self {
        Refusal::Files(refusal)
    }
}

/// Co-authors of one idea.
pub const CO_AUTHOR_LIMIT: usize = 10;
/// Days before the due day from which on an idea is due soon.
pub const SOON_DAYS: u64 = 3;
/// Days between two reminders of what is overdue for longer than a day.
const AGAIN_DAYS: u64 = 7;

/// Whether somebody is reminded on `today` of what is due on `due_on`: three days before, on the day, one day after, then
/// weekly. What falls on a day off is said on the next working day, and what nobody could say in time is said once.
pub fn is_to_remind(due_on: Day, reminded_on: Option<Day>, today: Day, is_off: bool) -> bool {
    let latest = latest_reminder(due_on, today).filter(|_| !is_off);
    latest.is_some_and(|latest| reminded_on.is_none_or(|last| last < latest))
}

/// The day, `today` at the latest, on which a reminder falls.
fn latest_reminder(due_on: Day, today: Day) -> Option<Day> {
    let (first, after) = (due_on.minus_days(SOON_DAYS), due_on.next());
    match today {
        today if today < first => None,
        today if today < due_on => Some(first),
        today if today < after => Some(due_on),
        today => {
            let late = u64::try_from(today.number() - after.number()).unwrap_or_default();
            Some(after.plus_days(late / AGAIN_DAYS * AGAIN_DAYS))
        }
    }
}

/// Outcomes of one idea: more than any had, and few enough to be read and to be points 积分 for.
pub const OUTCOME_LIMIT: i64 = 20;
/// Money of one outcome: 10 billion yuan.
pub const AMOUNT_LIMIT_FEN: i64 = 1_000_000_000_000;

/// Checks the co-authors of an idea; `known` says who is there and has not left.
pub fn check_co_authors(
    author: MemberId,
    co_authors: &[MemberId],
    known: impl Fn(MemberId) -> bool,
) -> Result<(), Refusal> {
    let mut seen = HashSet::from([author]);
    for (index, member) in co_authors.iter().enumerate() {
        if index >= CO_AUTHOR_LIMIT || !seen.insert(*member) || !known(*member) {
            return Err(Refusal::BadCoAuthor { index });
        }
    }
    Ok(())
}

/// Whether an idea that was handed in says something else by now: then its likes were given to a former text.
pub fn is_rewritten(idea: &Idea, text: &IdeaText) -> bool {
    let same = (&idea.title, &idea.problem, &idea.proposal, &idea.benefit)
        == (&text.title, &text.problem, &text.proposal, &text.benefit);
    idea.submitted_at.is_some() && !same
}

/// Categories of the enterprise.
pub const CATEGORY_LIMIT: usize = 50;

/// Whether a list of categories has some, none twice, and not too many.
pub fn check_categories(names: &[String]) -> Result<(), Refusal> {
    let different: HashSet<&String> = names.iter().collect();
    let fits = (1..=CATEGORY_LIMIT).contains(&names.len()) && different.len() == names.len();
    if fits { Ok(()) } else { Err(Refusal::BadCategories) }
}

/// Whether an outcome names money exactly when it is about money.
pub fn check_outcome(outcome: &NewOutcome) -> Result<(), Refusal> {
    let fits = match outcome.amount_fen {
        Some(fen) => outcome.kind == OutcomeKind::Savings && (1..=AMOUNT_LIMIT_FEN).contains(&fen),
        None => outcome.kind != OutcomeKind::Savings,
    };
    if fits { Ok(()) } else { Err(Refusal::BadAmount) }
}

#[cfg(test)]
mod tests;
