//! A record of another room that does not stand any more: what was proposed for it goes, and what was entered is proposed to
//! be put right.

use uuid::Uuid;

use super::actions::{Appraisal, book};
use super::book::is_settled;
use super::deciding::note;
use super::model::{
    AppraisalKind, AppraisalRecord, AppraisalSource, AppraisalState, Decision, Entry, Proposal, SchemeBook, state_of,
};
use super::proposing::correction_of;
use super::{proposing, rules, store};
use crate::base::id::MemberId;
use crate::db::Tx;

/// What does not stand any more.
#[derive(Clone, Debug)]
pub struct Retraction<'a> {
    pub record: AppraisalRecord,
    pub member: MemberId,
    /// The thing that was recorded.
    pub subject: Uuid,
    /// Who took it away.
    pub by: MemberId,
    /// Why, in Chinese; members read it.
    pub reason: &'a str,
}

impl Appraisal {
    /// Takes back what the records proposed and nobody has decided, and proposes to put right what was entered, within the
    /// transaction that takes the record away; again it changes nothing.
    pub fn retract(&self, tx: &mut Tx, told: &Retraction<'_>) -> diesel::QueryResult<()> {
        tx.take_turn(told.member)?;
        let book = book(tx.conn)?;
        for cause in causes(&book, told) {
            let Some(id) = store::proposals::find_of_cause(tx.conn, told.member, &cause)? else { continue };
            // what somebody proposed of the same matter is his to take back
            let found = store::proposals::find(tx.conn, id)?.filter(|(proposal, ..)| proposal.proposed_by.is_none());
            let Some(proposed) = found else { continue };
            match state_of(&proposed) {
                AppraisalState::Open => self.take_away(tx, &proposed.0, told)?,
                AppraisalState::Approved => self.put_right(tx, &proposed.0, &book, told)?,
                AppraisalState::Refused | AppraisalState::TakenBack => {}
            }
        }
        Ok(())
    }

    fn take_away(&self, tx: &mut Tx, proposal: &Proposal, told: &Retraction<'_>) -> diesel::QueryResult<()> {
        let decision = Decision {
            proposal_id: proposal.id,
            verdict: AppraisalState::TakenBack,
            points: None,
            reason: Some(told.reason.to_owned()),
            decided_by: told.by,
            decided_at: tx.now(),
        };
        if !store::proposals::insert_decision(tx.conn, &decision)? {
            return Ok(());
        }
        store::proposals::free_cause(tx.conn, proposal)?;
        self.clear_proposal(tx, proposal)?;
        note(tx, proposal, &decision, None)
    }

    /// Proposes the opposite of the entry that came of a proposal; another one than who took the record away decides.
    fn put_right(
        &self,
        tx: &mut Tx,
        proposal: &Proposal,
        book: &SchemeBook,
        told: &Retraction<'_>,
    ) -> diesel::QueryResult<()> {
        let source = [proposal.id.uuid().into()];
        let entered = store::book::list_from(tx.conn, AppraisalSource::Proposal, &source)?.pop();
        let Some(entry) = entered.map(|entry| standing(tx, entry)).transpose()?.flatten() else { return Ok(()) };
        let Some(version) = book.on(tx.today()) else { return Ok(()) };
        let Some(rule) = version.scheme.rules.iter().find(|rule| rule.kind == AppraisalKind::Correction) else {
            return Ok(());
        };
        let cause = correction_of(entry.id);
        if entry.points == 0 || store::proposals::is_taken(tx.conn, told.member, &cause)? {
            return Ok(());
        }
        let proposal = Proposal {
            id: tx.fresh_id(),
            member_id: told.member,
            unit_id: proposal.unit_id,
            rule: rule.code.clone(),
            scheme_version: version.version,
            dimension: entry.dimension,
            points: -entry.points,
            day: tx.today(),
            cause,
            reason: told.reason.to_owned(),
            corrects_id: Some(entry.id),
            import_id: None,
            proposed_by: Some(told.by),
            reply_until: None,
            created_at: tx.now(),
        };
        store::proposals::insert(tx.conn, &proposal)?;
        store::proposals::take_cause(tx.conn, &proposal)?;
        self.lay_proposal(tx, &proposal, rule)?;
        proposing::note(tx, proposal.proposed_by, "appraisal.propose", &proposal)
    }
}

/// What stands of an entry: itself, or what was entered in its place on appeal; `None` where it was put right.
fn standing(tx: &mut Tx, mut entry: Entry) -> diesel::QueryResult<Option<Entry>> {
    while is_settled(tx, &entry)? {
        let appeals = store::appeals::list_against(tx.conn, &[entry.id])?;
        let sources: Vec<_> = appeals.iter().map(|(appeal, _)| appeal.id.uuid().into()).collect();
        match store::book::list_from(tx.conn, AppraisalSource::Appeal, &sources)?.pop() {
            Some(instead) => entry = instead,
            None => return Ok(None),
        }
    }
    Ok(Some(entry))
}

/// Under which causes the rules of every version know of the record.
fn causes(book: &SchemeBook, told: &Retraction<'_>) -> Vec<String> {
    let rules = book.0.iter().flat_map(|version| &version.scheme.rules);
    let its = rules.filter(|rule| rule.record == Some(told.record));
    let mut causes: Vec<String> = its.map(|rule| rules::cause_of(rule, &told.subject.to_string())).collect();
    causes.sort_unstable();
    causes.dedup();
    causes
}
