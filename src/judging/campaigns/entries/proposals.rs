//! Entries that members propose themselves, where the rules allow it 标识征集: an organiser approves one before it stands
//! among the others. Afterwards it is an entry like every other, of the unit in which its member was at home.

use std::sync::Arc;

use diesel::QueryResult;
use serde_json::json;

use super::entries::{NewEntry, Writer, check_category, insert, list_stages, lock_open};
use super::evidence::MARK;
use super::model::{Entry, EntryId, EntryState, Plan, thing};
use super::rules::{self, EntryVerb, PROPOSAL_LIMIT, Refusal};
use super::{Outcome, store};
use crate::base::capability::{Capability, Reach};
use crate::base::id::MemberId;
use crate::base::idempotency::IdempotencyKey;
use crate::base::own_case::{Involved, Involvement, Judgement};
use crate::base::person::Person;
use crate::base::text::in_title_marks;
use crate::db::Tx;
use crate::ground::files::{self, FileId};
use crate::judging::campaigns::Campaigns;
use crate::judging::campaigns::desk::{PROPOSAL, item};
use crate::judging::campaigns::model::{Campaign, CampaignId, CampaignState, StageState};
use crate::judging::campaigns::notices::{note_of, tell_maker_of_more, tell_member};
use crate::judging::campaigns::rules::CampaignRefusal;
use crate::judging::campaigns::viewer::Viewer;
use crate::kernel::desk::{self, Due, NewItem};
use crate::kernel::idempotency;

/// An entry as a member proposes it.
#[derive(Clone, Debug)]
pub struct Proposal {
    pub category: String,
    pub plan: Plan,
    /// Pictures of the member's own.
    pub files: Vec<FileId>,
}

/// What an organiser makes of a proposal.
#[derive(Clone, Debug)]
pub enum ProposalAnswer {
    Approved,
    /// With the reason that its member reads.
    Declined(String),
}

impl Campaigns {
    /// Proposes an entry of one's own, until the judging begins; the same key again returns it.
    pub async fn propose_entry(
        &self,
        person: Arc<Person>,
        id: CampaignId,
        new: Proposal,
        key: Option<IdempotencyKey>,
    ) -> Outcome<Entry> {
        self.see(&Viewer::of(&person), id).await?;
        let room = self.clone();
        self.db
            .write(move |tx| {
                let campaign = lock_open(tx, id)?;
                if !campaign.terms.0.entries.by_members {
                    return Err(Refusal::NotByMembers.into());
                }
                if !person.path.contains(&campaign.unit_id) {
                    return Err(CampaignRefusal::OutOfReach.into());
                }
                check_category(&campaign, &new.category)?;
                let entry =
                    idempotency::once(tx, key.as_ref(), |tx| room.insert_proposal(tx, &person, &campaign, &new))?;
                store::entries::find(tx.conn, entry)?.ok_or_else(|| Refusal::NoSuchEntry.into())
            })
            .await
    }

    fn insert_proposal(&self, tx: &mut Tx, person: &Person, campaign: &Campaign, new: &Proposal) -> Outcome<EntryId> {
        let member = person.member;
        let late = rules::may_submit(&list_stages(tx, campaign.id)?, tx.now())?;
        if store::entries::count_proposed(tx.conn, campaign.id, member)? >= PROPOSAL_LIMIT {
            return Err(Refusal::ProposedEnough.into());
        }
        let writer = Writer { member, reach: Reach::Below(vec![person.unit()]) };
        let entry = NewEntry { unit: person.unit(), category: new.category.clone(), plan: new.plan.clone() };
        let id = insert(tx, &writer, campaign.id, &entry, true)?;
        files::attach::<Refusal>(tx, &new.files, member, MARK, id.uuid())?;
        if !files::list_of(tx.conn, MARK, id.uuid())?.iter().all(|file| file.kind.is_picture()) {
            return Err(Refusal::NoPicture.into());
        }
        let mut entry = store::entries::find(tx.conn, id)?.ok_or(Refusal::NoSuchEntry)?;
        rules::step(EntryVerb::Propose, entry.state)?;
        (entry.state, entry.late) = (EntryState::Proposed, late);
        store::entries::update(tx.conn, &entry)?;
        let body = format!("收到个人投稿{}，请审核。", in_title_marks(&entry.title));
        self.lay_proposal(tx, campaign, &entry)?;
        tell_maker_of_more(tx, campaign, "收到投稿", body)?;
        Ok(id)
    }

    /// What members proposed to a campaign: one's own, to who sees how it is run everybody's.
    pub async fn proposals(
        &self,
        viewer: &Viewer<'_>,
        id: CampaignId,
        after: Option<EntryId>,
        limit: i64,
    ) -> Outcome<Vec<Entry>> {
        let seen = self.see(viewer, id).await?;
        let member = (!seen.managed).then_some(viewer.member);
        Ok(self.db.read(move |conn| store::entries::list_proposed(conn, id, member, after, limit)).await?)
    }

    /// Takes one's own proposal back while it waits. Again it changes nothing.
    pub async fn withdraw_proposal(&self, member: MemberId, id: EntryId) -> Outcome<Entry> {
        let campaign = self.campaign_of(id).await?;
        self.db
            .write(move |tx| {
                lock_open(tx, campaign)?;
                let mut entry = find_proposal(tx, id)?;
                if entry.created_by != member {
                    return Err(Refusal::NoSuchEntry.into());
                }
                if entry.state == EntryState::Submitted {
                    return Err(Refusal::WrongEntryState(entry.state).into());
                }
                if rules::step(EntryVerb::Withdraw, entry.state)? {
                    (entry.state, entry.updated_at) = (EntryState::Withdrawn, tx.now());
                    store::entries::update(tx.conn, &entry)?;
                    desk::clear(tx, PROPOSAL, id.uuid())?;
                    let detail = json!({ "campaign_id": campaign });
                    note_of(tx, Some(member), "campaigns.withdraw_entry", (thing(id), campaign), detail)?;
                }
                Ok(entry)
            })
            .await
    }

    /// Approves a proposal, or does not; by somebody else than who made it. Again it changes nothing.
    pub async fn answer_proposal(
        &self,
        actor: MemberId,
        reach: &Reach,
        id: EntryId,
        answer: ProposalAnswer,
    ) -> Outcome<Entry> {
        let campaign = self.campaign_of(id).await?;
        self.within(reach, campaign).await?;
        self.db
            .write(move |tx| {
                let campaign = lock_open(tx, campaign)?;
                let mut entry = find_proposal(tx, id)?;
                let own =
                    if entry.created_by == actor { Involved::NOT.and(Involvement::Proposer) } else { Involved::NOT };
                Judgement::AnswerProposal.check(own).map_err(|_| Refusal::OwnProposal)?;
                let (verb, next, action) = match &answer {
                    ProposalAnswer::Approved => (EntryVerb::Approve, EntryState::Submitted, "campaigns.approve_entry"),
                    ProposalAnswer::Declined(_) => {
                        (EntryVerb::Decline, EntryState::Declined, "campaigns.decline_entry")
                    }
                };
                if !rules::step(verb, entry.state)? {
                    return Ok(entry);
                }
                if verb == EntryVerb::Approve {
                    rules::may_submit(&list_stages(tx, campaign.id)?, tx.now())?;
                    entry.submitted_at = Some(tx.now());
                }
                (entry.state, entry.updated_at) = (next, tx.now());
                store::entries::update(tx.conn, &entry)?;
                desk::clear(tx, PROPOSAL, id.uuid())?;
                let title = in_title_marks(&entry.title);
                let (what, body, reason) = match &answer {
                    ProposalAnswer::Approved => ("投稿已采用", format!("您的投稿{title}已通过审核。"), None),
                    ProposalAnswer::Declined(reason) => {
                        ("投稿未采用", format!("您的投稿{title}未被采用：{reason}"), Some(reason))
                    }
                };
                tell_member(tx, &campaign, entry.created_by, what, body)?;
                let detail = json!({ "campaign_id": campaign.id, "reason": reason });
                note_of(tx, Some(actor), action, (thing(id), campaign.id), detail)?;
                Ok(entry)
            })
            .await
    }

    /// Has each proposal of a campaign wait for those who run it, as long as it can be approved: until the judging begins, or
    /// the campaign is called off. The caller holds the campaign.
    pub(in crate::judging::campaigns) fn lay_proposals(&self, tx: &mut Tx, campaign: &Campaign) -> QueryResult<()> {
        for entry in store::entries::list_waiting(tx.conn, campaign.id)? {
            self.lay_proposal(tx, campaign, &entry)?;
        }
        Ok(())
    }

    fn lay_proposal(&self, tx: &mut Tx, campaign: &Campaign, entry: &Entry) -> QueryResult<()> {
        let stages = list_stages(tx, campaign.id)?;
        let is_open = campaign.standing() == CampaignState::Open && rules::may_submit(&stages, tx.now()).is_ok();
        let judging = stages.iter().filter(|row| row.stage.judges() && row.state == StageState::Planned);
        let made = || NewItem {
            due: judging.map(|row| row.opens_at).min().map(Due::At),
            link: format!("/campaigns/{}/proposals", campaign.id),
            barred: vec![entry.created_by],
            ..item(campaign, PROPOSAL, entry.id.uuid(), Capability::RunCampaigns)
        };
        self.desks.replace(tx, PROPOSAL, entry.id.uuid(), is_open.then(made))
    }
}

/// An entry that a member proposed; its campaign is held.
fn find_proposal(tx: &mut Tx, id: EntryId) -> Outcome<Entry> {
    let entry = store::entries::find(tx.conn, id)?.filter(|entry| entry.by_member);
    entry.ok_or_else(|| Refusal::NoSuchEntry.into())
}
