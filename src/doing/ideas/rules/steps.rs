//! Steps: who may take which, where and when, and what the idea is afterwards.

use super::{FLOW, Refusal, Who};
use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Timestamp};
use crate::base::workflow::Step;
use crate::doing::ideas::model::{Idea, IdeaState, IdeaStep, Move, Verb};
use crate::doing::meetings::{Meeting, MeetingKind};

/// How far ahead work is due at most.
const DUE_DAYS_LIMIT: u64 = 3 * 366;

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
pub(super) fn barred(who: Who, hand: &Hand) -> Option<Refusal> {
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

/// Whether those who decide are reminded on `today` of work that was due on that day: the day after, then every week.
pub fn is_told_to_deciders(due_on: Day, today: Day) -> bool {
    let late = i64::from(today.number()) - i64::from(due_on.number());
    late > 0 && late % 7 == 1
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
