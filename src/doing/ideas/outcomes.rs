//! Putting right what was recorded as an outcome of an idea, or striking it out: by somebody else than who recorded it, and
//! with a reason that everybody who sees the idea reads. Figures of a time that is over stay; the correction is one of
//! its own day.

use std::sync::Arc;

use diesel::QueryResult;
use serde_json::json;

use super::model::{Circle, Idea, IdeaId, IdeaOutcome, NewOutcome, OutcomeCorrection, OutcomeId, RightOutcome, thing};
use super::rules::{self, Refusal};
use super::{Ideas, Outcome, store};
use crate::base::id::MemberId;
use crate::base::own_case::{Involvement, Judgement};
use crate::base::person::Person;
use crate::base::text::in_quotes;
use crate::db::Tx;
use crate::ground::notices::{self, NewNotice, NoticeKind, To};
use crate::kernel::trail::{self, Act};

impl Ideas {
    /// Puts an outcome right, or strikes it out; says of which idea it is. The same correction again changes nothing.
    pub async fn correct_outcome(&self, person: Arc<Person>, id: OutcomeId, right: RightOutcome) -> Outcome<IdeaId> {
        let room = self.clone();
        self.db
            .write(move |tx| {
                let of = store::outcomes::find_outcome(tx.conn, id)?.ok_or(Refusal::NoSuchOutcome)?.idea_id;
                // held, so that of two corrections at once the second one sees the first
                let idea = store::lock_row(tx.conn, of)?.ok_or(Refusal::NoSuchIdea)?;
                let circle = store::people::find_circle(tx.conn, of)?;
                room.check_sight(&person, &idea, &circle)?;
                let outcome = store::outcomes::find_outcome(tx.conn, id)?.ok_or(Refusal::NoSuchOutcome)?;
                room.check_corrector(&person, (&idea, &circle), &outcome)?;
                let made = store::outcomes::list_corrections(tx.conn, &[id])?;
                let correction = correction_of(tx, person.member, &outcome, made.len(), &right);
                if let Some(last) = made.last() {
                    let same = last.title == correction.title
                        && (last.amount_fen, last.struck) == (correction.amount_fen, correction.struck);
                    if same && (last.corrected_by, &last.reason) == (person.member, &right.reason) {
                        return Ok(of);
                    }
                    if last.struck {
                        return Err(Refusal::OutcomeStruck.into());
                    }
                }
                let (title, amount_fen) = (correction.title.clone(), correction.amount_fen);
                rules::check_outcome(&NewOutcome { kind: outcome.kind, title, amount_fen })?;
                if !correction.struck && (&correction.title, amount_fen) == (&outcome.title, outcome.amount_fen) {
                    return Err(Refusal::SameOutcome.into());
                }
                store::outcomes::correct_outcome(tx.conn, &correction)?;
                if correction.struck {
                    room.take_back_points(tx, &idea, &circle, &outcome)?;
                }
                note(tx, &idea, &correction)?;
                tell(tx, &idea, &circle, &correction)?;
                Ok(of)
            })
            .await
    }

    /// Refuses who does not decide about the idea, is involved in it, or recorded the outcome.
    fn check_corrector(
        &self,
        person: &Person,
        (idea, circle): (&Idea, &Circle),
        outcome: &IdeaOutcome,
    ) -> Result<(), Refusal> {
        let hand = self.hand(person, idea, circle);
        if !hand.decides {
            return Err(Refusal::OutOfReach);
        }
        let recorded = outcome.recorded_by == person.member;
        let involved = if recorded { hand.involved.and(Involvement::Proposer) } else { hand.involved };
        Ok(Judgement::CorrectOutcome.check(involved)?)
    }
}

fn correction_of(tx: &Tx, by: MemberId, outcome: &IdeaOutcome, made: usize, right: &RightOutcome) -> OutcomeCorrection {
    OutcomeCorrection {
        outcome_id: outcome.id,
        number: i32::try_from(made).unwrap_or(i32::MAX).saturating_add(1),
        former_title: outcome.title.clone(),
        former_amount_fen: outcome.amount_fen,
        title: right.title.clone().unwrap_or_else(|| outcome.title.clone()),
        amount_fen: right.amount_fen.or(outcome.amount_fen),
        struck: right.struck,
        reason: right.reason.clone(),
        corrected_by: by,
        corrected_at: tx.now(),
    }
}

fn note(tx: &mut Tx, idea: &Idea, correction: &OutcomeCorrection) -> QueryResult<()> {
    let detail = json!({
        "outcome_id": correction.outcome_id, "former_title": correction.former_title, "title": correction.title,
        "former_amount_fen": correction.former_amount_fen, "amount_fen": correction.amount_fen,
        "struck": correction.struck, "reason": correction.reason,
    });
    let (actor, action) = (Some(correction.corrected_by), "ideas.correct_outcome");
    trail::note(tx, Act { actor, action, subject_kind: thing(idea.id).kind, subject_id: idea.id.uuid(), detail })
}

/// Tells those whose idea it is, and who carried it out.
fn tell(tx: &mut Tx, idea: &Idea, circle: &Circle, correction: &OutcomeCorrection) -> QueryResult<()> {
    let mut told: Vec<MemberId> = circle.co_authors().chain([idea.author_id]).chain(idea.implementer_id).collect();
    told.sort_unstable();
    told.dedup();
    let what = if correction.struck { "已撤销" } else { "已更正" };
    for member in told {
        let title = format!("金点子成果{what}");
        let of = (in_quotes(&idea.title), in_quotes(&correction.former_title));
        let body = format!("金点子{}的成果{}{what}：{}", of.0, of.1, correction.reason);
        let link = Some(format!("/ideas/{}", idea.id));
        notices::tell(tx, NewNotice { to: To::Member(member), kind: NoticeKind::IDEA, title, body, link })?;
    }
    Ok(())
}
