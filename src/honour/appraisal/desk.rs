//! On whose desk proposals, answers and appeals lie, and who is told.

use diesel::QueryResult;

use super::actions::Appraisal;
use super::model::{Appeal, AppraisalApprover, AppraisalRule, Proposal};
use crate::base::capability::Capability;
use crate::base::id::{ImportId, MemberId, UnitId};
use crate::base::own_case::Involvement;
use crate::base::person::Person;
use crate::base::text::{cut, in_quotes};
use crate::base::time::Day;
use crate::db::Tx;
use crate::ground::notices::{self, NewNotice, NoticeKind, To};
use crate::kernel::desk::{self, Due, NewItem, Post, Urgency, Whose};
use crate::kernel::recusals::{self, ActOf};

crate::kernel::desk::kinds! {
    /// A proposal that waits for who approves it.
    pub(super) AWARD = "appraisal_award" / "考评积分审核",
    /// A deduction that its member may answer.
    pub(super) REPLY = "appraisal_reply" / "考评扣分说明",
    /// An appeal.
    pub(super) APPEAL = "appraisal_appeal" / "考评积分申诉",
    /// Proposals of one file.
    pub(super) IMPORT = "appraisal_import" / "考评积分批量审核",
}

/// Characters of a rule's name that a title shows.
const TITLE_CHARS: usize = 20;

/// What the duty is called by which something is approved.
pub(super) const fn capability_of(approver: AppraisalApprover) -> Capability {
    match approver {
        AppraisalApprover::GroupLeader => Capability::CheckAppraisal,
        AppraisalApprover::Branch => Capability::DecideAppraisal,
        AppraisalApprover::Organiser => Capability::CertifyAppraisal,
    }
}

impl Appraisal {
    /// Who decides about a member of `unit` by that capability: those of the nearest unit, but nobody of a unit in which the
    /// member himself holds such a duty. Then it is for the next one up.
    pub(super) fn post_of(&self, capability: Capability, member: MemberId, unit: UnitId, today: Day) -> Post {
        let path = self.directory.tree().get(unit).map(|card| card.path.clone()).unwrap_or_default();
        let duties = self.directory.member(member).map(|card| card.duties.clone()).unwrap_or_default();
        let decides = duties.iter().filter(|duty| duty.holds_on(today) && duty.role.allows().contains(&capability));
        let highest = decides.filter_map(|duty| path.iter().position(|above| *above == duty.unit_id)).max();
        let at = highest.and_then(|at| path.get(at + 1).or(path.get(at))).copied().unwrap_or(unit);
        Post { capability, unit: at }
    }

    /// Whether the person's duties carry a post.
    pub(super) fn holds(&self, person: &Person, post: Post) -> bool {
        let tree = self.directory.tree();
        let path = tree.get(post.unit).map(|card| card.path.clone());
        person.reach(post.capability).zip(path).is_some_and(|(reach, path)| reach.covers(&path))
    }

    /// Has a proposal wait for who approves it; a deduction also for its member's answer.
    pub(super) fn lay_proposal(&self, tx: &mut Tx, proposal: &Proposal, rule: &AppraisalRule) -> QueryResult<()> {
        let link = format!("/appraisal/proposals/{}", proposal.id);
        let name = self.directory.name_of(proposal.member_id);
        let about = in_quotes(&cut(&rule.name, TITLE_CHARS));
        if let Some(until) = proposal.reply_until {
            let item = NewItem {
                kind: REPLY,
                subject: proposal.id.uuid(),
                title: format!("对拟扣分{about}可作说明"),
                link: link.clone(),
                due: Some(Due::On(until)),
                urgency: Urgency::Normal,
                whose: Whose::Member(proposal.member_id),
                barred: Vec::new(),
            };
            self.desks.put(tx, item)?;
            let day = until.in_chinese();
            let body = format!("拟按{about}扣分，{day}前您可以说明情况。经另一人审核后才会入账，也可能减轻或免予。");
            self.tell(tx, proposal.member_id, "拟扣考评积分", body, link.clone())?;
        }
        let latest = proposal.reply_until.unwrap_or(tx.today()).plus_days(self.terms.decision_days());
        let capability = capability_of(rule.approver);
        let item = NewItem {
            kind: AWARD,
            subject: proposal.id.uuid(),
            title: format!("审核{name}的考评积分{about}"),
            link,
            due: Some(Due::On(self.calendar.working_day_from(latest))),
            urgency: Urgency::Normal,
            whose: Whose::Holders(self.post_of(capability, proposal.member_id, proposal.unit_id, tx.today())),
            barred: [Some(proposal.member_id), proposal.proposed_by].into_iter().flatten().collect(),
        };
        self.desks.put(tx, item)
    }

    /// Has the proposals of a file wait together.
    pub(super) fn lay_import(
        &self,
        tx: &mut Tx,
        import: ImportId,
        (count, post): (usize, Post),
        proposer: MemberId,
    ) -> QueryResult<()> {
        let latest = self.calendar.working_day_from(tx.today().plus_days(self.terms.decision_days()));
        let item = NewItem {
            kind: IMPORT,
            subject: import.uuid(),
            title: format!("审核批量导入的考评积分 {count} 条"),
            link: format!("/appraisal/imports/{import}"),
            due: Some(Due::On(latest)),
            urgency: Urgency::Normal,
            whose: Whose::Holders(post),
            barred: vec![proposer],
        };
        self.desks.replace(tx, IMPORT, import.uuid(), [item])
    }

    /// Nothing of a proposal waits any more.
    pub(super) fn clear_proposal(&self, tx: &mut Tx, proposal: &Proposal) -> QueryResult<()> {
        desk::clear(tx, REPLY, proposal.id.uuid())?;
        desk::clear(tx, AWARD, proposal.id.uuid())
    }

    /// Has an appeal wait for who decides it.
    pub(super) fn lay_appeal(&self, tx: &mut Tx, appeal: &Appeal, involved: &[MemberId]) -> QueryResult<()> {
        let name = self.directory.name_of(appeal.member_id);
        let item = NewItem {
            kind: APPEAL,
            subject: appeal.id.uuid(),
            title: format!("处理{name}对考评积分的申诉"),
            link: format!("/appraisal/appeals/{}", appeal.id),
            due: Some(Due::On(appeal.due_on)),
            urgency: Urgency::Urgent,
            whose: Whose::Holders(self.appeal_post(appeal, tx.today())),
            barred: involved.to_vec(),
        };
        self.desks.put(tx, item)
    }

    /// Who decides an appeal.
    pub(super) fn appeal_post(&self, appeal: &Appeal, today: Day) -> Post {
        self.post_of(Capability::DecideAppraisal, appeal.member_id, appeal.unit_id, today)
    }

    /// Writes down who would have decided by a duty and was kept out.
    pub(super) fn note_recused(
        &self,
        tx: &mut Tx,
        act: &ActOf,
        post: Post,
        involved: &[(MemberId, Involvement)],
    ) -> QueryResult<()> {
        let able = self.desks.able(post, tx.today());
        let recused: Vec<_> = involved.iter().filter(|(member, _)| able.contains(member)).copied().collect();
        recusals::note(tx, act, &recused)
    }

    pub(super) fn tell(
        &self,
        tx: &mut Tx,
        member: MemberId,
        title: &str,
        body: String,
        page: String,
    ) -> QueryResult<()> {
        let to = To::Member(member);
        notices::tell(tx, NewNotice { to, kind: NoticeKind::APPRAISAL, title: title.into(), body, link: Some(page) })
    }
}
