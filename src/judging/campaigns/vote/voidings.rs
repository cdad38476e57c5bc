//! Voiding a ballot: between the closing and the counting, proposed by one person and confirmed by another, with a reason.
//! Only the numbers of ballots before and after are published; there is never a second tally.

use diesel::QueryResult;
use serde_json::json;

use super::flag_review::count_when_looked_at;
use super::model::{Voiding, VoidingId};
use super::rules::Refusal;
use super::{Outcome, store};
use crate::base::approval::Answer;
use crate::base::capability::{Capability, Reach};
use crate::base::id::MemberId;
use crate::db::Tx;
use crate::judging::campaigns::desk::{VOIDING, item};
use crate::judging::campaigns::model::{Campaign, CampaignId, CampaignStage, CampaignState, StageState};
use crate::judging::campaigns::notices::note;
use crate::judging::campaigns::rules::CampaignRefusal;
use crate::judging::campaigns::viewer::Viewer;
use crate::judging::campaigns::{Campaigns, store as campaigns};
use crate::kernel::desk::{self, Due, NewItem, Urgency};

/// A ballot that is not to count.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// Whose it is, and the day's number where one votes every day, else 0.
    pub ballot: (MemberId, i32),
    pub reason: String,
    /// The flag that gave cause.
    pub flag: Option<String>,
}

impl Campaigns {
    /// Proposes not to count a member's ballot.
    pub async fn propose_voiding(
        &self,
        actor: MemberId,
        reach: &Reach,
        id: CampaignId,
        proposal: Proposal,
    ) -> Outcome<Voiding> {
        self.within(reach, id).await?;
        if let Some(flag) = &proposal.flag {
            self.check_flag(id, flag, proposal.ballot).await?;
        }
        let room = self.clone();
        self.db
            .write(move |tx| {
                let campaign = lock_between(tx, id)?;
                let Proposal { ballot: (member, period), reason, flag } = proposal.clone();
                store::ballots::find(tx.conn, id, member, period)?.ok_or(Refusal::NoBallot)?;
                let voiding = Voiding {
                    id: tx.fresh_id(),
                    campaign_id: id,
                    member_id: member,
                    period,
                    reason: reason.clone(),
                    proposed_by: actor,
                    proposed_at: tx.now(),
                    confirmed_by: None,
                    confirmed_at: None,
                    flag: flag.clone(),
                };
                if !store::voidings::insert(tx.conn, &voiding)? {
                    return Err(Refusal::VoidedAlready.into());
                }
                let detail = json!({ "voiding_id": voiding.id, "member_id": member, "reason": reason, "flag": flag });
                note(tx, Some(actor), "campaigns.propose_voiding", id, detail)?;
                room.lay_voidings(tx, &campaign)?;
                Ok(voiding)
            })
            .await
    }

    /// Confirms what somebody else proposed. Again it changes nothing.
    pub async fn approve_voiding(&self, actor: MemberId, reach: &Reach, id: VoidingId) -> Outcome<Voiding> {
        let found = self.db.read(move |conn| store::voidings::find(conn, id)).await?;
        let campaign = found.ok_or(Refusal::NoSuchVoiding)?.campaign_id;
        self.within(reach, campaign).await?;
        let room = self.clone();
        self.db
            .write(move |tx| {
                campaigns::lock_row(tx.conn, campaign)?.ok_or(CampaignRefusal::NoSuchCampaign)?;
                let mut voiding = store::voidings::find(tx.conn, id)?.ok_or(Refusal::NoSuchVoiding)?;
                if !voiding.rule().answer(Answer::Approve, actor, tx.now()).map_err(CampaignRefusal::from)? {
                    return Ok(voiding);
                }
                room.check_no_entrant(tx, campaign, actor)?;
                lock_between(tx, campaign)?;
                store::voidings::confirm(tx.conn, id, actor, tx.now())?;
                (voiding.confirmed_by, voiding.confirmed_at) = (Some(actor), Some(tx.now()));
                note(tx, Some(actor), "campaigns.approve_voiding", campaign, json!({ "voiding_id": id }))?;
                desk::clear(tx, VOIDING, id.uuid())?;
                count_when_looked_at(tx, campaign)?;
                Ok(voiding)
            })
            .await
    }

    /// Has every proposal wait that can still be confirmed, and no other one; the caller holds the campaign.
    pub(in crate::judging::campaigns) fn lay_voidings(&self, tx: &mut Tx, campaign: &Campaign) -> QueryResult<()> {
        let can = campaign.state == CampaignState::Open && !store::tallies::is_counted(tx.conn, campaign.id)?;
        let check = store::flag_review::find_check(tx.conn, campaign.id)?;
        let open = store::voidings::list_open(tx.conn, campaign.id)?;
        let entrants = if open.is_empty() { Vec::new() } else { self.list_entrants(tx, campaign)? };
        for voiding in open {
            let made = || NewItem {
                link: format!("/campaigns/{}/voidings", campaign.id),
                due: check.as_ref().map(|check| Due::At(check.counts_from)),
                urgency: Urgency::Urgent,
                barred: entrants.iter().copied().chain([voiding.proposed_by, voiding.member_id]).collect(),
                ..item(campaign, VOIDING, voiding.id.uuid(), Capability::DecideCampaigns)
            };
            self.desks.replace(tx, VOIDING, voiding.id.uuid(), can.then(made))?;
        }
        Ok(())
    }

    /// Proposals to void ballots of a campaign, confirmed or not, oldest first.
    pub async fn voidings(
        &self,
        viewer: &Viewer<'_>,
        id: CampaignId,
        after: Option<VoidingId>,
        limit: i64,
    ) -> Outcome<Vec<Voiding>> {
        self.see_as_manager(viewer, id).await?;
        Ok(self.db.read(move |conn| store::voidings::list(conn, id, after, limit)).await?)
    }

    /// Takes back one's proposal to void a ballot.
    pub async fn withdraw_voiding(&self, actor: MemberId, reach: &Reach, id: VoidingId) -> Outcome<()> {
        let found = self.db.read(move |conn| store::voidings::find(conn, id)).await?;
        let campaign = found.ok_or(Refusal::NoSuchVoiding)?.campaign_id;
        self.within(reach, campaign).await?;
        self.db
            .write(move |tx| {
                campaigns::lock_row(tx.conn, campaign)?.ok_or(CampaignRefusal::NoSuchCampaign)?;
                let found = store::voidings::find(tx.conn, id)?.ok_or(Refusal::NoSuchVoiding)?;
                found.rule().answer(Answer::TakeBack, actor, tx.now()).map_err(CampaignRefusal::from)?;
                store::voidings::delete(tx.conn, id)?;
                desk::clear(tx, VOIDING, id.uuid())?;
                // the count may have waited for nothing but this proposal
                count_when_looked_at(tx, campaign)?;
                let detail = json!({ "voiding_id": id, "member_id": found.member_id, "reason": found.reason });
                Ok(note(tx, Some(actor), "campaigns.withdraw_voiding", campaign, detail)?)
            })
            .await
    }
}

/// Holds a campaign whose vote is closed and not counted.
fn lock_between(tx: &mut Tx, id: CampaignId) -> Outcome<Campaign> {
    let campaign = campaigns::lock_row(tx.conn, id)?.ok_or(CampaignRefusal::NoSuchCampaign)?;
    if campaign.state == CampaignState::Cancelled {
        return Err(CampaignRefusal::WrongState(campaign.state).into());
    }
    let stage = campaigns::find_stage(tx.conn, id, CampaignStage::Vote)?.ok_or(CampaignRefusal::NoSuchStage)?;
    let between = stage.state == StageState::Closed && !store::tallies::is_counted(tx.conn, id)?;
    if between { Ok(campaign) } else { Err(Refusal::NotBetween.into()) }
}
