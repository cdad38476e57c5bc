//! What an idea obeys: its workflow, who may act, where and when. Pure: no query, no clock.
//!
//! Source: `docs/domain.md`, "Golden ideas", and the table of capabilities.

mod flow;
mod statistics;

use std::collections::HashSet;

pub use flow::{FLOW, Who};
pub use statistics::{Counts, Length, summed_up};

use super::model::{Idea, IdeaState, IdeaStep, Move, NewOutcome, OutcomeKind, Verb, Verdict};
use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Timestamp};
use crate::base::workflow::Step;
use crate::doing::meetings::{Meeting, MeetingKind};
use crate::ground::files::AttachRefusal;

/// A no of this room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No such idea, or not one for the caller to know of.
    NoSuchIdea,
    NoSuchComment,
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
    /// Nobody handles an idea that he wrote or carries out.
    OwnIdea,
    NoSuchMeeting,
    /// The meeting is not one at which this is done.
    WrongMeeting,
    /// The meeting lies in the future.
    MeetingNotHeld,
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
    /// A reply to a reply.
    ReplyTooDeep,
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

impl From<AttachRefusal> for Refusal {
    fn from(refusal: AttachRefusal) -> Self {
        Refusal::Files(refusal)
    }
}

/// Co-authors of one idea.
pub const CO_AUTHOR_LIMIT: usize = 10;
/// How far ahead work is due at most.
const DUE_DAYS_LIMIT: u64 = 3 * 366;
/// Days before the due day from which on an idea is due soon.
pub const SOON_DAYS: u64 = 3;
/// Money of one outcome: 10 billion yuan.
pub const AMOUNT_LIMIT_FEN: i64 = 1_000_000_000_000;

/// What somebody has to do with an idea.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hand {
    /// Wrote it.
    pub author: bool,
    /// Wrote it, or helped to write it.
    pub writer: bool,
    /// Carries it out at present.
    pub implementer: bool,
    /// Wrote it, helped to write it, or was ever asked to carry it out.
    pub involved: bool,
    /// Collects ideas of its unit.
    pub collects: bool,
    /// Decides ideas of its unit.
    pub decides: bool,
}

/// Why `hand` may not do what is `who`'s to do.
fn barred(who: Who, hand: &Hand) -> Option<Refusal> {
    match who {
        Who::Author => (!hand.author).then_some(Refusal::NotAuthor),
        Who::Implementer => (!hand.implementer).then_some(Refusal::NotImplementer),
        Who::Collector if !hand.collects => Some(Refusal::OutOfReach),
        Who::Decider if !hand.decides => Some(Refusal::OutOfReach),
        // when a post is in conflict the next unit up acts
        Who::Collector | Who::Decider => hand.involved.then_some(Refusal::OwnIdea),
    }
}

/// The step that `hand` takes by doing `verb` in `state`.
///
/// Those who may never do it hear that; those who may, but not now, hear where the idea stands.
pub fn find_step(state: IdeaState, verb: Verb, hand: &Hand) -> Result<&'static Step<IdeaState, Verb, Who>, Refusal> {
    if let Some(step) = FLOW.step(state, verb) {
        return barred(step.who, hand).map_or(Ok(step), Err);
    }
    let mut reasons = FLOW.of_verb(verb).map(|step| barred(step.who, hand));
    let never = reasons.try_fold(None, |first, reason| reason.map(|reason| first.or(Some(reason))));
    Err(never.flatten().unwrap_or(Refusal::WrongState { state }))
}

/// What `hand` may do in `state`.
pub fn possible(state: IdeaState, hand: &Hand) -> Vec<Verb> {
    FLOW.of_stage(state).filter(|step| barred(step.who, hand).is_none()).map(|step| step.verb).collect()
}

/// What a request is, beside the steps that were taken already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repetition {
    /// Something new.
    New,
    /// The same request of the same person once more: it has its outcome.
    Same,
    /// The same as an earlier one, to an idea that has come back since: a late retry, or meant anew.
    Unclear,
}

/// Whether the same request of the same person led to one of `steps` already.
///
/// A request with an idempotency key is told from its own repetitions by the key, so what reaches this is meant. Without
/// one, the same progress noted on another day is meant; everything else that was done before and could be done
/// again is [`Repetition::Unclear`], unless nothing has happened since.
pub fn repetition(
    steps: &[IdeaStep],
    (actor, verb, hash): (MemberId, Verb, &[u8]),
    today: Day,
    is_possible: bool,
    has_key: bool,
) -> Repetition {
    let same = |step: &&IdeaStep| step.actor_id == actor && step.request_hash == hash;
    let Some(newest) = steps.iter().rev().find(same) else { return Repetition::New };
    let is_last = steps.last().is_some_and(|last| last.id == newest.id);
    match is_possible {
        false => Repetition::Same,
        true if has_key || (verb == Verb::Report && newest.at.day() != today) => Repetition::New,
        true if is_last => Repetition::Same,
        true => Repetition::Unclear,
    }
}

/// The states in which files are attached to an idea by those who wrote it.
pub const WRITABLE: [IdeaState; 2] = [IdeaState::Draft, IdeaState::Submitted];

/// Whether `hand` may attach files to the text of an idea, or take them off.
pub fn check_attaching(state: IdeaState, hand: &Hand) -> Result<(), Refusal> {
    match (hand.writer, WRITABLE.contains(&state)) {
        (false, _) => Err(Refusal::NotAuthor),
        (true, false) => Err(Refusal::WrongState { state }),
        (true, true) => Ok(()),
    }
}

/// Whether `hand` may take evidence off again: the implementer, while the work is his.
pub fn check_evidence(state: IdeaState, hand: &Hand) -> Result<(), Refusal> {
    match (hand.implementer, state) {
        (false, _) => Err(Refusal::NotImplementer),
        (true, IdeaState::Implementing) => Ok(()),
        (true, state) => Err(Refusal::WrongState { state }),
    }
}

/// Files of one idea, its evidence among them.
pub const FILE_LIMIT: usize = 9;

/// Whether `meeting` is one at which `verb` is done to an idea of the unit with that path.
///
/// An idea is collected where its group meets (or the branch, for members of no group), and decided where the
/// committee of its branch or one above meets.
pub fn check_meeting(verb: Verb, meeting: &Meeting, path: &[UnitId], today: Day) -> Result<(), Refusal> {
    use MeetingKind::{Branch, BranchCommittee, Group, PartyCommittee};
    let kinds: &[MeetingKind] = match verb {
        Verb::Collect => &[Group, Branch, BranchCommittee, PartyCommittee],
        _ => &[BranchCommittee, PartyCommittee],
    };
    if !kinds.contains(&meeting.kind) || !path.contains(&meeting.unit_id) {
        Err(Refusal::WrongMeeting)
    } else if meeting.held_on > today {
        Err(Refusal::MeetingNotHeld)
    } else {
        Ok(())
    }
}

/// Whether work may be due on that day.
pub fn check_due(due_on: Day, today: Day) -> Result<(), Refusal> {
    if due_on < today || due_on > today.plus_days(DUE_DAYS_LIMIT) { Err(Refusal::BadDueDay) } else { Ok(()) }
}

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

/// Whether an idea may be merged into `kept`.
pub fn check_merge(idea: &Idea, kept: &Idea) -> Result<(), Refusal> {
    let gone = [IdeaState::Draft, IdeaState::Withdrawn, IdeaState::Merged].contains(&kept.state);
    if idea.id == kept.id || gone { Err(Refusal::BadMerge) } else { Ok(()) }
}

/// The idea after the step.
pub fn stepped(idea: &Idea, step: &Step<IdeaState, Verb, Who>, what: &Move, now: Timestamp) -> Idea {
    let mut idea = Idea { state: step.to, updated_at: now, ..idea.clone() };
    match what.verb {
        Verb::Submit => idea.submitted_at = Some(now),
        Verb::Assign => {
            idea.implementer_id = what.implementer;
            idea.due_on = what.due_on;
            idea.reminded_on = None;
        }
        Verb::Merge => idea.merged_into = what.into,
        _ => {}
    }
    idea
}

/// Whether a step with `verb` is shown as a part of the idea's way from then on.
pub fn comes_into_force(verb: Verb) -> bool {
    !matches!(verb, Verb::Report | Verb::Reopen | Verb::RecordOutcome)
}

/// The verbs whose earlier steps are in force no more once `verb` was done in state `from`.
pub fn ended_by(verb: Verb, from: IdeaState) -> &'static [Verb] {
    match (verb, from) {
        (Verb::Submit, _) => &[Verb::Submit, Verb::Return],
        (Verb::Return, IdeaState::Collected) => &[Verb::Collect, Verb::Return],
        // what was delivered stays to be read until it is delivered again
        (Verb::Return, _) => &[Verb::Return],
        (Verb::Reopen, _) => &[Verb::Adopt, Verb::Pilot, Verb::File, Verb::Decline],
        (Verb::Assign, _) => &[Verb::Assign],
        (Verb::Deliver, _) => &[Verb::Deliver, Verb::Return],
        _ => &[],
    }
}

/// Whose turn it is; `None` while nothing waits for anybody. An author who is still writing waits for nobody.
pub fn whose_turn(idea: &Idea) -> Option<Who> {
    match idea.state {
        IdeaState::Draft => idea.submitted_at.map(|_| Who::Author),
        IdeaState::Submitted => Some(Who::Collector),
        IdeaState::Assigned | IdeaState::Implementing => Some(Who::Implementer),
        IdeaState::Collected | IdeaState::Adopted | IdeaState::Pilot | IdeaState::Delivered | IdeaState::Accepted => {
            Some(Who::Decider)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
