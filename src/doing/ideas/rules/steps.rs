//! Steps: who may take which, where and when, and what the idea is afterwards.

use super::{FLOW, PROLONGED, Refusal, Who};
use crate::base::id::{MemberId, UnitId};
use crate::base::own_case::{Involved, Judgement};
use crate::base::time::{Day, Timestamp};
use crate::base::workflow::Step;
use crate::doing::ideas::model::{Circle, Idea, IdeaState, IdeaStep, Move, Verb};
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
    /// How one is involved in it, now or before.
    pub involved: Involved,
    /// Collects ideas of its unit.
    pub collects: bool,
    /// Decides ideas of its unit.
    pub decides: bool,
}

/// What is kept from those who are involved in the idea; `None` for what is theirs to do.
pub const fn judgement(verb: Verb) -> Option<Judgement> {
    Some(match verb {
        Verb::Collect => Judgement::CollectIdea,
        Verb::Return => Judgement::ReturnIdea,
        Verb::Merge => Judgement::MergeIdea,
        Verb::Adopt | Verb::Pilot | Verb::File | Verb::Decline => Judgement::DecideIdea,
        Verb::Reopen => Judgement::ReopenIdea,
        Verb::Assign => Judgement::AssignIdea,
        Verb::Accept => Judgement::AcceptIdea,
        Verb::RecordOutcome => Judgement::RecordOutcome,
        Verb::Close => Judgement::CloseIdea,
        Verb::Submit | Verb::Withdraw | Verb::Report | Verb::Deliver => return None,
    })
}

/// Why `hand` may not take the step.
pub(super) fn barred(step: &Step<IdeaState, Verb, Who>, hand: &Hand) -> Option<Refusal> {
    match step.who {
        Who::Author => (!hand.author).then_some(Refusal::NotAuthor),
        Who::Implementer => (!hand.implementer).then_some(Refusal::NotImplementer),
        Who::Collector if !hand.collects => Some(Refusal::OutOfReach),
        Who::Decider if !hand.decides => Some(Refusal::OutOfReach),
        // when a post is in conflict the next unit up acts
        Who::Collector | Who::Decider => {
            judgement(step.verb).and_then(|judgement| judgement.check(hand.involved).err()).map(Refusal::from)
        }
    }
}

/// The step that `hand` takes by doing `verb` in `state`.
///
/// Those who may never do it hear that; those who may, but not now, hear where the idea stands.
pub fn find_step(state: IdeaState, verb: Verb, hand: &Hand) -> Result<&'static Step<IdeaState, Verb, Who>, Refusal> {
    if let Some(step) = FLOW.step(state, verb) {
        return barred(step, hand).map_or(Ok(step), Err);
    }
    let mut reasons = FLOW.of_verb(verb).map(|step| barred(step, hand));
    let never = reasons.try_fold(None, |first, reason| reason.map(|reason| first.or(Some(reason))));
    Err(never.flatten().unwrap_or(Refusal::WrongState { state }))
}

/// The step as it is taken with `what`: who carries an idea out already is given another day and goes on.
pub fn as_meant(
    step: &'static Step<IdeaState, Verb, Who>,
    idea: &Idea,
    what: &Move,
) -> &'static Step<IdeaState, Verb, Who> {
    let goes_on = step.verb == Verb::Assign && what.implementer == idea.implementer_id;
    if goes_on && step.from == PROLONGED.from { &PROLONGED } else { step }
}

/// What `hand` may do to an idea as it stands.
pub fn possible(idea: &Idea, hand: &Hand, circle: &Circle) -> Vec<Verb> {
    let may = |step: &&Step<IdeaState, Verb, Who>| barred(step, hand).is_none() && check_keeping(step, circle).is_ok();
    FLOW.of_stage(idea.state).filter(may).map(|step| step.verb).collect()
}

/// Refuses to take an idea out of everybody's sight while others go on in its place: back to its author, or taken back.
pub fn check_keeping(step: &Step<IdeaState, Verb, Who>, circle: &Circle) -> Result<(), Refusal> {
    let hides = matches!(step.to, IdeaState::Draft | IdeaState::Withdrawn);
    if hides && !circle.merged.is_empty() { Err(Refusal::HasMerged) } else { Ok(()) }
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
/// committee of its branch or one above meets; not before the day `since` of what it follows. A small branch that has no
/// committee decides where all its members meet.
pub fn check_meeting(
    verb: Verb,
    meeting: &Meeting,
    path: &[UnitId],
    has_committee: bool,
    (since, today): (Option<Day>, Day),
) -> Result<(), Refusal> {
    use MeetingKind::{Branch, BranchCommittee, Group, PartyCommittee};
    let kinds: &[MeetingKind] = match verb {
        Verb::Collect => &[Group, Branch, BranchCommittee, PartyCommittee],
        _ if has_committee => &[BranchCommittee, PartyCommittee],
        _ => &[Branch, BranchCommittee, PartyCommittee],
    };
    if !kinds.contains(&meeting.kind) || !path.contains(&meeting.unit_id) {
        Err(Refusal::WrongMeeting)
    } else if meeting.held_on > today {
        Err(Refusal::MeetingNotHeld)
    } else if since.is_some_and(|since| meeting.held_on < since) {
        Err(Refusal::MeetingTooEarly { verb })
    } else {
        Ok(())
    }
}

/// Whether a meeting that `present` attended can have collected or decided an idea: a meeting of nobody, or of nobody but
/// those whose idea it is, does nothing, and who puts a decision down was there.
pub fn check_present(
    verb: Verb,
    actor: MemberId,
    present: &[MemberId],
    is_involved: impl Fn(MemberId) -> bool,
) -> Result<(), Refusal> {
    if present.iter().all(|member| is_involved(*member)) {
        Err(Refusal::NobodyMet)
    } else if verb != Verb::Collect && !present.contains(&actor) {
        Err(Refusal::NotAtMeeting)
    } else {
        Ok(())
    }
}

/// Whether work may be due on that day.
pub fn check_due(due_on: Day, today: Day) -> Result<(), Refusal> {
    if due_on < today || due_on > today.plus_days(DUE_DAYS_LIMIT) { Err(Refusal::BadDueDay) } else { Ok(()) }
}

/// Whether an idea may be merged into `kept`: into one that is under way. What is over takes nothing in: that would be a
/// refusal without committee, meeting and reason.
pub fn check_merge(idea: &Idea, kept: &Idea) -> Result<(), Refusal> {
    use IdeaState::{Closed, Declined, Draft, Filed, Merged, Withdrawn};
    let over = [Draft, Withdrawn, Merged, Declined, Filed, Closed].contains(&kept.state);
    if idea.id == kept.id || over { Err(Refusal::BadMerge) } else { Ok(()) }
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
