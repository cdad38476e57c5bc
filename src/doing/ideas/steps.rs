//! Taking steps: one request, one transaction, one line of the table.

use std::sync::Arc;

use diesel::QueryResult;
use serde_json::json;

use super::attachments::{self, EVIDENCE};
use super::holding::IDEA;
use super::model::{
    Circle, Idea, IdeaId, IdeaOutcome, IdeaPerson, IdeaState, IdeaStep, InForce, Move, OutcomeId, Part, StepId, Verb,
    Verdict, thing,
};
use super::notices::said;
use super::rules::{self, Hand, OUTCOME_LIMIT, Refusal, Repetition, Who};
use super::{Ideas, Outcome, at_meetings, search, store};
use crate::base::capability::{Capability, Role};
use crate::base::crypto::digest;
use crate::base::id::{MemberId, UnitId};
use crate::base::idempotency::IdempotencyKey;
use crate::base::person::Person;
use crate::base::time::Day;
use crate::base::workflow::Step;
use crate::db::Tx;
use crate::kernel::desk::Post;
use crate::kernel::idempotency;
use crate::kernel::recusals::{self, ActOf};
use crate::kernel::trail::{self, Act};

/// How a step comes to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taking {
    /// By who asks for it, with an idempotency key or without.
    Asked { with_key: bool },
    /// As its author had asked, once somebody has let the text through.
    LetThrough,
}

impl Taking {
    /// Whether a request like an earlier one is surely no repetition of it.
    fn is_meant(self) -> bool {
        matches!(self, Taking::Asked { with_key: true } | Taking::LetThrough)
    }
}

impl Ideas {
    /// Does what is asked to an idea and says where it stands then. The same request of the same person again changes
    /// nothing; when the idea has come back since, only a fresh key says that it is meant.
    pub async fn act(
        &self,
        person: Arc<Person>,
        id: IdeaId,
        what: Move,
        key: Option<IdempotencyKey>,
    ) -> Outcome<IdeaState> {
        if let Some(outcome) = &what.outcome {
            rules::check_outcome(outcome)?;
        }
        let room = self.clone();
        self.db
            .write(move |tx| {
                let taking = Taking::Asked { with_key: key.is_some() };
                idempotency::once(tx, key.as_ref(), |tx| room.take_step(tx, &person, id, &what, taking))
            })
            .await
    }

    /// One step, by who asks for it; what was held and is let through is taken as its author asked for it then.
    pub(super) fn take_step(
        &self,
        tx: &mut Tx,
        person: &Person,
        id: IdeaId,
        what: &Move,
        taking: Taking,
    ) -> Outcome<IdeaState> {
        let (idea, kept) = lock_row(tx, id, what.into)?;
        let mut circle = store::people::find_circle(tx.conn, id)?;
        let found = rules::find_step(idea.state, what.verb, &self.hand(person, &idea, &circle));
        let asked = (person.member, what.verb, &request_hash(what)[..]);
        let steps = store::steps::list_steps(tx.conn, id)?;
        match rules::repetition(&steps, asked, tx.today(), found.is_ok(), taking.is_meant()) {
            // before the sight: the one who sent an idea back does not see the draft that it became
            Repetition::Same => return Ok(idea.state),
            Repetition::Unclear => return Err(Refusal::DoneBefore.into()),
            Repetition::New => {}
        }
        self.check_sight(person, &idea, &circle)?;
        let since = reopened_on(&steps);
        let in_force = InForce::of(steps);
        let step = found.map_err(|refusal| say_more(refusal, &idea, in_force.verdict(), what.verb))?;
        let step = rules::as_meant(step, &idea, what);
        rules::check_keeping(step, &circle)?;
        let since = at_meetings::follows(tx, what.verb, &idea, &in_force, since)?;
        self.check(tx, person, (&idea, &circle), since, what)?;
        let kept = kept.map(|kept| self.check_kept(tx, person, &idea, kept)).transpose()?;
        if what.verb == Verb::Submit && taking != Taking::LetThrough {
            if self.texts.is_held(tx.conn, IDEA, id.uuid())? {
                return Ok(idea.state);
            }
            self.quotas.hand_ins.take(tx, person)?.map_err(Refusal::HandInsSpent)?;
            if self.hold_idea(tx, person, &idea, what)? {
                return Ok(idea.state);
            }
        }
        if what.verb == Verb::Withdraw {
            self.take_back_draft(tx, &idea, &circle)?;
        }
        let mut next = rules::stepped(&idea, step, what, tx.now());
        if what.verb == Verb::Submit {
            next.unit_id = person.unit();
            next.branch_id = person.branch.unwrap_or(person.unit());
        }
        add_implementer(tx, &mut circle.people, &next, what)?;
        if !store::advance(tx.conn, idea.state, &next)? {
            return Err(Refusal::WrongState { state: idea.state }.into());
        }
        attachments::attach(tx, &what.files, person.member, EVIDENCE, id)?;
        if matches!(what.verb, Verb::Submit | Verb::Return | Verb::Withdraw | Verb::Assign) {
            // who may find it has changed
            search::index(tx, &next, &circle.people)?;
        }
        store::steps::end_steps(tx.conn, id, rules::ended_by(what.verb, step.from))?;
        // who let it through is not its author, whose step it is
        let by = Some(person.member).filter(|_| taking != Taking::LetThrough);
        let taken = self.note_step(tx, (person.member, by), step, &next, what)?;
        self.note_recusals(tx, (step, taken), &next, &circle)?;
        if (idea.state, idea.implementer_id, idea.due_on) != (next.state, next.implementer_id, next.due_on) {
            self.lay_on_desk(tx, &next, &circle)?;
        }
        if let Some(kept) = kept {
            self.take_in(tx, person.member, (&idea, &circle), kept)?;
        }
        let outcome = record_outcome(tx, person.member, &next, what)?;
        self.award(tx, &next, &circle.people, what.verb, outcome)?;
        self.tell_people(tx, person.member, &idea, &next, &circle, what)?;
        Ok(next.state)
    }

    /// Writes the step of `actor` down, for the timeline and, as done by `by`, for auditors.
    pub(super) fn note_step(
        &self,
        tx: &mut Tx,
        (actor, by): (MemberId, Option<MemberId>),
        step: &Step<IdeaState, Verb, Who>,
        idea: &Idea,
        what: &Move,
    ) -> QueryResult<StepId> {
        let line = IdeaStep {
            id: tx.fresh_id(),
            idea_id: idea.id,
            at: tx.now(),
            unit_id: idea.unit_id,
            actor_id: actor,
            verb: what.verb,
            from_state: step.from,
            to_state: step.to,
            note: what.note.clone().or_else(|| what.outcome.as_ref().map(said)),
            meeting_id: what.meeting,
            member_id: what.implementer,
            due_on: what.due_on,
            request_hash: request_hash(what).to_vec(),
            in_force: rules::comes_into_force(what.verb),
        };
        store::steps::insert_step(tx.conn, &line)?;
        if what.verb == Verb::Submit {
            note_authors(tx, line.id, idea)?;
        }
        let detail = json!({ "from": step.from, "to": step.to, "reason": line.note, "meeting_id": what.meeting });
        let action = format!("ideas.{}", what.verb);
        let act = Act { actor: by, action: &action, subject_kind: "idea", subject_id: idea.id.uuid(), detail };
        trail::note(tx, act)?;
        Ok(line.id)
    }

    /// Writes down who would have taken the step by his duty, but for being involved in the idea.
    fn note_recusals(
        &self,
        tx: &mut Tx,
        (step, taken): (&Step<IdeaState, Verb, Who>, StepId),
        idea: &Idea,
        circle: &Circle,
    ) -> QueryResult<()> {
        let capability = match step.who {
            Who::Collector => Capability::CollectIdeas,
            Who::Decider => Capability::DecideIdeas,
            Who::Author | Who::Implementer => return Ok(()),
        };
        let Some(judgement) = rules::judgement(step.verb) else { return Ok(()) };
        let able = self.desks.able(Post { capability, unit: idea.unit_id }, tx.today());
        let hindered = |member: MemberId| Some((member, judgement.hindrance(circle.involved(idea, member))?));
        let recused: Vec<_> = able.into_iter().filter_map(hindered).collect();
        let act = ActOf { kind: thing(idea.id).kind, subject: idea.id.uuid(), act: taken.to_string() };
        recusals::note(tx, &act, &recused)
    }

    /// What belongs to the verb besides the state: the meeting, which is not before the day `since`, and the implementer.
    fn check(
        &self,
        tx: &mut Tx,
        person: &Person,
        (idea, circle): (&Idea, &Circle),
        since: Option<Day>,
        what: &Move,
    ) -> Outcome<()> {
        if let Some(id) = what.meeting {
            self.check_meeting(tx, person, (idea, circle), since, (what.verb, id))?;
        }
        if what.outcome.is_some() && store::outcomes::count_outcomes(tx.conn, idea.id)? >= OUTCOME_LIMIT {
            return Err(Refusal::TooManyOutcomes.into());
        }
        if let Some(due_on) = what.due_on {
            rules::check_due(due_on, tx.today())?;
        }
        if let Some(member) = what.implementer {
            let path = self.directory.path_unless_left(member).ok_or(Refusal::NoSuchImplementer)?;
            if !person.reach(Capability::DecideIdeas).is_some_and(|reach| reach.covers(&path)) {
                return Err(Refusal::ImplementerOutOfReach.into());
            }
        }
        Ok(())
    }

    /// What `person` has to do with an idea.
    pub(super) fn hand(&self, person: &Person, idea: &Idea, circle: &Circle) -> Hand {
        let path = self.path(idea.unit_id);
        let covers = |capability| person.reach(capability).is_some_and(|reach| reach.covers(&path));
        let author = idea.author_id == person.member;
        Hand {
            author,
            writer: author || circle.co_authors().any(|member| member == person.member),
            implementer: idea.implementer_id == Some(person.member),
            involved: circle.involved(idea, person.member),
            collects: covers(Capability::CollectIdeas),
            decides: covers(Capability::DecideIdeas),
        }
    }

    /// Whether anyone but a secretary sits on the committee of a branch.
    pub(super) fn has_committee(&self, branch: UnitId, today: Day) -> bool {
        !self.directory.holders(Role::BranchCommittee, branch, today).is_empty()
    }

    /// The unit and its ancestors, nearest first.
    pub(super) fn path(&self, unit: UnitId) -> Arc<[UnitId]> {
        self.directory.tree().get(unit).map_or_else(|| Arc::from([unit]), |card| card.path.clone())
    }
}

/// The idea, and the one that it is merged into; both held, in the order of their ids, so that two merges of each other
/// do not wait in a circle.
fn lock_row(tx: &mut Tx, id: IdeaId, into: Option<IdeaId>) -> Outcome<(Idea, Option<Idea>)> {
    let Some(into) = into.filter(|into| *into != id) else {
        let idea = store::lock_row(tx.conn, id)?.ok_or(Refusal::NoSuchIdea)?;
        let kept = into.map(|_| idea.clone());
        return Ok((idea, kept));
    };
    let first = store::lock_row(tx.conn, id.min(into))?;
    let second = store::lock_row(tx.conn, id.max(into))?;
    let (idea, kept) = if id < into { (first, second) } else { (second, first) };
    Ok((idea.ok_or(Refusal::NoSuchIdea)?, Some(kept.ok_or(Refusal::BadMerge)?)))
}

/// Names the outcome to those who came too late.
fn say_more(refusal: Refusal, idea: &Idea, verdict: Option<Verdict>, verb: Verb) -> Refusal {
    let decides = Verdict::of(verb).is_some();
    match (refusal, verdict, idea.merged_into) {
        (Refusal::WrongState { .. }, Some(verdict), _) if decides => Refusal::AlreadyDecided { verdict },
        (Refusal::WrongState { .. }, _, Some(into)) => Refusal::Merged { into },
        (refusal, ..) => refusal,
    }
}

/// Puts down who wrote an idea as it was handed in: statistics count them, whoever helps with it later.
fn note_authors(tx: &mut Tx, step: StepId, idea: &Idea) -> QueryResult<()> {
    let people = store::people::list_people(tx.conn, idea.id)?;
    let helped = people.iter().filter(|person| person.part == Part::CoAuthor).map(|person| person.member_id);
    let authors: Vec<MemberId> = helped.filter(|helper| *helper != idea.author_id).chain([idea.author_id]).collect();
    store::statistics::insert_authors(tx.conn, step, &authors)
}

/// What was asked, without who and when.
fn request_hash(what: &Move) -> [u8; 32] {
    // a move holds nothing that JSON could not
    digest(&serde_json::to_vec(what).unwrap_or_default())
}

fn add_implementer(tx: &mut Tx, people: &mut Vec<IdeaPerson>, idea: &Idea, what: &Move) -> QueryResult<()> {
    if let Some(member_id) = what.implementer {
        let person = IdeaPerson { idea_id: idea.id, member_id, part: Part::Implementer };
        if !people.contains(&person) {
            store::people::insert_person(tx.conn, person)?;
            people.push(person);
        }
    }
    Ok(())
}

/// The day on which an idea was last put before the committee again.
fn reopened_on(steps: &[IdeaStep]) -> Option<Day> {
    steps.iter().rev().find(|step| step.verb == Verb::Reopen).map(|step| step.at.day())
}

fn record_outcome(tx: &mut Tx, actor: MemberId, idea: &Idea, what: &Move) -> QueryResult<Option<OutcomeId>> {
    let Some(new) = &what.outcome else { return Ok(None) };
    let outcome = IdeaOutcome {
        id: tx.fresh_id(),
        idea_id: idea.id,
        kind: new.kind,
        title: new.title.clone(),
        amount_fen: new.amount_fen,
        recorded_by: actor,
        created_at: tx.now(),
    };
    store::outcomes::insert_outcome(tx.conn, &outcome)?;
    Ok(Some(outcome.id))
}
