//! Approving, refusing and taking back what was proposed.

use std::sync::Arc;

use serde_json::json;

use super::actions::{Appraisal, Outcome, book};
use super::book::{NewEntry, enter, reverse};
use super::desk::capability_of;
use super::model::{
    AppraisalKind, AppraisalProposalId, AppraisalSource, AppraisalState, Decision, Entry, Proposal, Proposed,
    SchemeBook, SchemeVersion, shown_points, state_of,
};
use super::rules::{self, Refusal};
use super::store;
use crate::base::approval::{Answer, NoAnswer};
use crate::base::id::MemberId;
use crate::base::own_case::{Involvement, Judgement};
use crate::base::person::Person;
use crate::base::text::in_quotes;
use crate::db::Tx;
use crate::kernel::desk::Post;
use crate::kernel::recusals::ActOf;
use crate::kernel::trail::{self, Act};

/// An answer to a proposal.
#[derive(Clone, Debug)]
pub(super) struct Verdict {
    pub answer: Answer,
    /// Hundredths without a sign, where less is approved than was proposed.
    pub points: Option<i32>,
    pub reason: Option<String>,
}

impl Appraisal {
    /// Answers a proposal; the same answer again changes nothing.
    pub(super) async fn decide(
        &self,
        person: &Arc<Person>,
        id: AppraisalProposalId,
        verdict: Verdict,
    ) -> Outcome<Proposed> {
        let (proposal, ..) = self.proposal(person, id).await?;
        let (room, person) = (self.clone(), person.clone());
        self.db
            .write(move |tx| {
                tx.take_turn(proposal.member_id)?;
                room.decide_in(tx, &person, id, &verdict)?;
                Ok(store::proposals::find(tx.conn, id)?.ok_or(Refusal::NoSuchProposal)?)
            })
            .await
    }

    /// The same within a transaction that has the member's turn; the entry that came of it, if one did now.
    pub(super) fn decide_in(
        &self,
        tx: &mut Tx,
        person: &Person,
        id: AppraisalProposalId,
        verdict: &Verdict,
    ) -> Outcome<Option<Entry>> {
        let proposed = store::proposals::find(tx.conn, id)?.ok_or(Refusal::NoSuchProposal)?;
        let book = book(tx.conn)?;
        self.decide_by(tx, person, (&book, proposed), verdict)
    }

    /// The same of a proposal that was read in this transaction, as the versions were: of many, they are read once.
    pub(super) fn decide_by(
        &self,
        tx: &mut Tx,
        person: &Person,
        (book, proposed): (&SchemeBook, Proposed),
        verdict: &Verdict,
    ) -> Outcome<Option<Entry>> {
        let id = proposed.0.id;
        let version = book.version(proposed.0.scheme_version).ok_or(Refusal::NoSuchVersion)?;
        let post = self.post_for(&proposed.0, version, tx)?;
        if verdict.answer != Answer::TakeBack {
            self.check_hand(person, &proposed.0, post)?;
        }
        let asked = (verdict.answer, verdict.points, verdict.reason.as_deref());
        let Some(decision) = rules::check_decision(&proposed, asked, person.member, tx.now())? else {
            return Ok(None);
        };
        let (proposal, ..) = proposed;
        if !store::proposals::insert_decision(tx.conn, &decision)? {
            return Err(
                Refusal::NoAnswer(NoAnswer::Over(rules::approval_of(&(proposal, None, Some(decision))).state)).into()
            );
        }
        let entry = self.carry_out(tx, &proposal, &decision, version)?;
        self.clear_proposal(tx, &proposal)?;
        if decision.verdict != AppraisalState::TakenBack {
            let involved = involved(&proposal);
            let act = ActOf { kind: "appraisal_proposal", subject: id.uuid(), act: decision.verdict.to_string() };
            self.note_recused(tx, &act, post, &involved)?;
        }
        self.tell_decided(tx, &proposal, &decision, entry.as_ref(), version)?;
        note(tx, &proposal, &decision, entry.as_ref())?;
        Ok(entry)
    }

    /// Who decides about a proposal.
    pub(super) fn post_for(&self, proposal: &Proposal, version: &SchemeVersion, tx: &Tx) -> Result<Post, Refusal> {
        let rule = version.scheme.rule(&proposal.rule).ok_or(Refusal::NoSuchRule)?;
        Ok(self.post_of(capability_of(rule.approver), proposal.member_id, proposal.unit_id, tx.today()))
    }

    /// Whether somebody decides about a proposal: neither its own nor beyond reach.
    pub(super) fn check_hand(&self, person: &Person, proposal: &Proposal, post: Post) -> Result<(), Refusal> {
        let ways = involved(proposal).into_iter().filter(|(member, _)| *member == person.member);
        let hindrance = Judgement::DecideAppraisal.hindrance(ways.map(|(_, way)| way).collect());
        match hindrance {
            Some(Involvement::Proposer) => Err(Refusal::NoAnswer(NoAnswer::OwnProposal)),
            Some(_) => Err(Refusal::NoAnswer(NoAnswer::AboutYourself)),
            None if person.reach(post.capability).is_none() => Err(Refusal::NotAllowed),
            None if !self.holds(person, post) => Err(Refusal::OutOfReach),
            None => Ok(()),
        }
    }

    /// Enters what was approved, and lets the matter be named anew where nothing came of it. A deduction that was waived is
    /// settled: its matter costs nothing any more.
    fn carry_out(
        &self,
        tx: &mut Tx,
        proposal: &Proposal,
        decision: &Decision,
        version: &SchemeVersion,
    ) -> Outcome<Option<Entry>> {
        let approvers = (proposal.proposed_by, Some(decision.decided_by));
        match (decision.verdict, decision.points, proposal.corrects_id) {
            (AppraisalState::Approved, Some(_), Some(wrong)) => {
                let entry = store::book::find(tx.conn, wrong)?.ok_or(Refusal::NoSuchEntry)?;
                Ok(Some(reverse(tx, &entry, approvers, &proposal.reason)?))
            }
            (AppraisalState::Approved, Some(points), None) => {
                let new = NewEntry {
                    member: proposal.member_id,
                    unit: proposal.unit_id,
                    scheme: version,
                    rule: &proposal.rule,
                    dimension: &proposal.dimension,
                    wanted: points,
                    day: proposal.day,
                    reason: &proposal.reason,
                    source: (AppraisalSource::Proposal, proposal.id.uuid().into()),
                    proposed_by: proposal.proposed_by,
                    approved_by: Some(decision.decided_by),
                };
                Ok(Some(enter(tx, &new)?))
            }
            (verdict, ..) => {
                let is_deduction = proposal.points < 0 && proposal.corrects_id.is_none();
                if verdict == AppraisalState::TakenBack || !is_deduction {
                    store::proposals::free_cause(tx.conn, proposal)?;
                }
                Ok(None)
            }
        }
    }

    fn tell_decided(
        &self,
        tx: &mut Tx,
        proposal: &Proposal,
        decision: &Decision,
        entry: Option<&Entry>,
        version: &SchemeVersion,
    ) -> diesel::QueryResult<()> {
        if decision.verdict == AppraisalState::TakenBack {
            return Ok(());
        }
        let rule = version.scheme.rule(&proposal.rule);
        let about = in_quotes(rule.map_or(proposal.rule.as_str(), |rule| rule.name.as_str()));
        let is_deduction = rule.is_some_and(|rule| rule.kind == AppraisalKind::Deduction);
        let reason = decision.reason.as_ref().map(|reason| format!("理由：{reason}")).unwrap_or_default();
        let name = self.directory.name_of(proposal.member_id);
        let (title, what) = match entry {
            Some(entry) => {
                let cut = entry.cut_by.map(|cap| format!("（{}）", cap.title())).unwrap_or_default();
                ("考评积分已入账", format!("{about} {} 分{cut}已入账。{reason}", shown_points(entry.points.into())))
            }
            None if is_deduction => ("考评扣分已免予", format!("{about}免予扣分。{reason}")),
            None => ("考评积分不予认定", format!("{about}不予认定。{reason}")),
        };
        let link = match entry {
            Some(entry) => format!("/appraisal/entries/{}", entry.id),
            None => format!("/appraisal/proposals/{}", proposal.id),
        };
        self.tell(tx, proposal.member_id, title, what.clone(), link.clone())?;
        match proposal.proposed_by.filter(|by| *by != proposal.member_id && proposal.import_id.is_none()) {
            Some(by) => self.tell(tx, by, title, format!("{name}：{what}"), link),
            None => Ok(()),
        }
    }
}

/// Who is involved in a proposal, and how.
pub(super) fn involved(proposal: &Proposal) -> Vec<(MemberId, Involvement)> {
    let proposer = proposal.proposed_by.map(|by| (by, Involvement::Proposer));
    proposer.into_iter().chain([(proposal.member_id, Involvement::Subject)]).collect()
}

/// Whether a proposal still waits.
pub(super) fn is_open(proposed: &Proposed) -> bool {
    state_of(proposed) == AppraisalState::Open
}

pub(super) fn note(
    tx: &mut Tx,
    proposal: &Proposal,
    decision: &Decision,
    entry: Option<&Entry>,
) -> diesel::QueryResult<()> {
    let action = match decision.verdict {
        AppraisalState::Approved => "appraisal.approve",
        AppraisalState::TakenBack => "appraisal.withdraw",
        AppraisalState::Refused | AppraisalState::Open => "appraisal.refuse",
    };
    let detail = json!({
        "member_id": proposal.member_id, "rule": proposal.rule, "proposed": proposal.points,
        "approved": decision.points, "entered": entry.map(|entry| entry.points),
    });
    let (subject_kind, subject_id) = ("appraisal_proposal", proposal.id.uuid());
    trail::note(tx, Act { actor: Some(decision.decided_by), action, subject_kind, subject_id, detail })
}
