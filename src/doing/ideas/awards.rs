//! Points for steps: what the rules of the points room give, to everybody once.

use diesel::QueryResult;
use uuid::Uuid;

use super::Ideas;
use super::model::{Circle, Idea, IdeaOutcome, IdeaPerson, OutcomeId, Part, Verb};
use crate::base::id::MemberId;
use crate::base::text::in_quotes;
use crate::db::Tx;
use crate::honour::appraisal::{AppraisalRecord, Suggestion};
use crate::honour::points::{Grant, RuleName};

impl Ideas {
    /// Gives what the rules give for the step, to everybody once.
    pub(super) fn award(
        &self,
        tx: &mut Tx,
        idea: &Idea,
        people: &[IdeaPerson],
        verb: Verb,
        outcome: Option<OutcomeId>,
    ) -> QueryResult<()> {
        let id = idea.id.uuid();
        let (rule, kind, source): (_, _, Uuid) = match (verb, outcome) {
            (Verb::Collect, _) => (RuleName::IDEA_COLLECTED, "idea", id),
            // a pilot is tried like an adopted idea, and earns like one
            (Verb::Adopt | Verb::Pilot, _) => (RuleName::IDEA_ADOPTED, "idea", id),
            (Verb::Accept, _) => (RuleName::IDEA_IMPLEMENTED, "idea", id),
            (Verb::RecordOutcome, Some(outcome)) => (RuleName::IDEA_OUTCOME, "idea_outcome", outcome.uuid()),
            _ => return Ok(()),
        };
        let shares_work = [RuleName::IDEA_IMPLEMENTED, RuleName::IDEA_OUTCOME].contains(&rule);
        let co_authors = people.iter().filter(|person| person.part == Part::CoAuthor).map(|person| person.member_id);
        let mut members: Vec<MemberId> = co_authors.chain([idea.author_id]).collect();
        members.extend(idea.implementer_id.filter(|_| shares_work));
        members.sort_unstable();
        members.dedup();
        tx.take_turns(members.iter().copied())?;
        let reason = format!("金点子{}{}", in_quotes(&idea.title), verb.told());
        for member in members {
            let Some(path) = self.directory.path_unless_left(member) else { continue };
            let grant = Grant {
                rule,
                member,
                path: &path,
                times: 1,
                day: tx.today(),
                source_kind: kind,
                source_id: source,
                reason: &reason,
            };
            self.points.award(tx, &grant)?;
            self.suggest(tx, (member, id), verb, &reason)?;
        }
        Ok(())
    }

    /// Tells the book of appraisal, which is another one: its rules propose, and people decide.
    fn suggest(&self, tx: &mut Tx, (member, subject): (MemberId, Uuid), verb: Verb, reason: &str) -> QueryResult<()> {
        let record = match verb {
            Verb::Adopt | Verb::Pilot => AppraisalRecord::IdeaAdopted,
            Verb::Accept => AppraisalRecord::IdeaImplemented,
            _ => return Ok(()),
        };
        let told = Suggestion::today(tx, record, (member, subject), reason);
        self.appraisal.suggest(tx, &told)
    }

    /// Takes back what an outcome gave, since it is none.
    pub(super) fn take_back_points(
        &self,
        tx: &mut Tx,
        idea: &Idea,
        circle: &Circle,
        outcome: &IdeaOutcome,
    ) -> QueryResult<()> {
        // whoever helped or carried it out then, and has been taken off since, among them
        let everybody = circle.people.iter().map(|person| person.member_id);
        let mut members: Vec<MemberId> = everybody.chain([idea.author_id]).collect();
        members.sort_unstable();
        members.dedup();
        tx.take_turns(members.iter().copied())?;
        let reason = format!("金点子{}的成果已撤销", in_quotes(&idea.title));
        for member in members {
            let Some(path) = self.directory.path_unless_left(member) else { continue };
            let grant = Grant {
                rule: RuleName::IDEA_OUTCOME,
                member,
                path: &path,
                times: 0,
                day: outcome.created_at.day(),
                source_kind: "idea_outcome",
                source_id: outcome.id.uuid(),
                reason: &reason,
            };
            self.points.correct(tx, &grant)?;
        }
        Ok(())
    }
}
