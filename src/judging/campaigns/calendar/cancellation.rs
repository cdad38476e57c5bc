//! Calling an open campaign off: proposed by one person and confirmed by another, with a reason that is published. Nothing
//! of it is ever counted: the key of its ballots is destroyed and what they say is erased. That somebody voted stays.

use diesel::QueryResult;
use serde_json::json;

use super::model::Cancellation;
use super::rules::{self, Refusal};
use super::{Outcome, store};
use crate::base::approval::Answer;
use crate::base::capability::{Capability, Reach};
use crate::base::id::MemberId;
use crate::db::{DbError, Never, Stop, Tx};
use crate::judging::campaigns::desk::{CANCELLATION, UNOPENED_VOTE, item};
use crate::judging::campaigns::model::{Campaign, CampaignId, CampaignState};
use crate::judging::campaigns::notices::{note, tell_audience};
use crate::judging::campaigns::rules::CampaignRefusal;
use crate::judging::campaigns::{Campaigns, store as campaigns, vote};
use crate::kernel::desk::{self, NewItem, Urgency};

const ERASED_AT_ONCE: i64 = 20;
/// Members whose ballots are erased by one transaction.
const MEMBERS_AT_ONCE: i64 = 5_000;

impl Campaigns {
    /// Proposes to call an open campaign off. The same again by the same person is the first one.
    pub async fn propose_cancellation(
        &self,
        actor: MemberId,
        reach: &Reach,
        id: CampaignId,
        reason: String,
    ) -> Outcome<Cancellation> {
        self.within(reach, id).await?;
        let room = self.clone();
        self.db
            .write(move |tx| {
                let campaign = lock_cancellable(tx, id)?;
                if let Some(first) = store::cancellations::find(tx.conn, id)? {
                    let same = first.proposed_by == actor && first.reason == reason;
                    return if same { Ok(first) } else { Err(Refusal::CancellationProposed.into()) };
                }
                let cancellation = Cancellation {
                    campaign_id: id,
                    reason: reason.clone(),
                    proposed_by: actor,
                    proposed_at: tx.now(),
                    confirmed_by: None,
                    confirmed_at: None,
                    erased_at: None,
                };
                store::cancellations::insert(tx.conn, &cancellation)?;
                room.lay_cancellation(tx, &campaign)?;
                note(tx, Some(actor), "campaigns.propose_cancellation", id, json!({ "reason": reason }))?;
                Ok(cancellation)
            })
            .await
    }

    /// Confirms what somebody else proposed: from now on the campaign is called off, and everybody hears why. Again it
    /// changes nothing.
    pub async fn approve_cancellation(&self, actor: MemberId, reach: &Reach, id: CampaignId) -> Outcome<Cancellation> {
        self.within(reach, id).await?;
        let room = self.clone();
        self.db
            .write(move |tx| {
                campaigns::lock_row(tx.conn, id)?.ok_or(CampaignRefusal::NoSuchCampaign)?;
                let mut found = store::cancellations::find(tx.conn, id)?.ok_or(Refusal::NoCancellation)?;
                if !found.rule().answer(Answer::Approve, actor, tx.now()).map_err(CampaignRefusal::from)? {
                    return Ok(found);
                }
                room.check_no_entrant(tx, id, actor)?;
                let mut campaign = lock_cancellable(tx, id)?;
                let now = tx.now();
                store::cancellations::confirm(tx.conn, id, actor, now)?;
                store::cancellations::close_stages(tx.conn, id, now)?;
                (campaign.state, campaign.updated_at) = (CampaignState::Cancelled, now);
                campaigns::advance(tx.conn, CampaignState::Open, &campaign)?;
                room.lay_cancelled(tx, &campaign)?;
                (found.confirmed_by, found.confirmed_at) = (Some(actor), Some(now));
                note(tx, Some(actor), "campaigns.cancel", id, json!({ "reason": found.reason }))?;
                tell_audience(
                    tx,
                    &campaign,
                    "评选终止",
                    format!("这次评选已经终止，不再计票。理由：{}", found.reason),
                )?;
                Ok(found)
            })
            .await
    }

    /// Takes one's own proposal back while nobody has confirmed it.
    pub async fn withdraw_cancellation(&self, actor: MemberId, reach: &Reach, id: CampaignId) -> Outcome<()> {
        self.within(reach, id).await?;
        self.db
            .write(move |tx| {
                campaigns::lock_row(tx.conn, id)?.ok_or(CampaignRefusal::NoSuchCampaign)?;
                let found = store::cancellations::find(tx.conn, id)?.ok_or(Refusal::NoCancellation)?;
                found.rule().answer(Answer::TakeBack, actor, tx.now()).map_err(CampaignRefusal::from)?;
                store::cancellations::delete(tx.conn, id)?;
                desk::clear(tx, CANCELLATION, id.uuid())?;
                Ok(note(tx, Some(actor), "campaigns.withdraw_cancellation", id, json!({ "reason": found.reason }))?)
            })
            .await
    }

    /// Has the proposal wait as long as it can be confirmed; the caller holds the campaign.
    pub(in crate::judging::campaigns) fn lay_cancellation(&self, tx: &mut Tx, campaign: &Campaign) -> QueryResult<()> {
        let (id, is_counted) = (campaign.id, vote::is_counted(tx.conn, campaign.id)?);
        let can = rules::may_cancel(campaign.standing(), is_counted).is_ok();
        let found = store::cancellations::find(tx.conn, id)?.filter(|found| can && found.confirmed_at.is_none());
        let entrants = if found.is_some() { self.list_entrants(tx, campaign)? } else { Vec::new() };
        let made = |found: Cancellation| NewItem {
            urgency: Urgency::Urgent,
            barred: entrants.into_iter().chain([found.proposed_by]).collect(),
            ..item(campaign, CANCELLATION, id.uuid(), Capability::DecideCampaigns)
        };
        self.desks.replace(tx, CANCELLATION, id.uuid(), found.map(made))
    }

    /// Has nothing wait any more of a campaign that is called off.
    fn lay_cancelled(&self, tx: &mut Tx, campaign: &Campaign) -> QueryResult<()> {
        self.lay_cancellation(tx, campaign)?;
        self.lay_extensions(tx, campaign)?;
        self.lay_scores(tx, campaign)?;
        self.lay_proposals(tx, campaign)?;
        self.lay_voidings(tx, campaign)?;
        desk::clear(tx, UNOPENED_VOTE, campaign.id.uuid())?;
        self.lay_undecided(tx, campaign)
    }

    /// Erases what the ballots of called-off campaigns say, once every transaction has ended that may still have seen the
    /// vote open; goes on where it, or another server, stopped.
    pub(super) async fn erase_cancelled(&self) -> Result<(), DbError> {
        let mut outcome = Ok(());
        for id in self.db.read(|conn| store::cancellations::list_unerased(conn, ERASED_AT_ONCE)).await? {
            if self.db.older_have_ended().await? {
                self.destroy_vote_keys(id).await;
                outcome = outcome.and(self.erase_ballots(id).await);
            }
        }
        outcome
    }

    async fn erase_ballots(&self, id: CampaignId) -> Result<(), DbError> {
        let mut after = None;
        loop {
            let erase = move |tx: &mut Tx| -> Result<Option<MemberId>, Stop<Never>> {
                let voters = vote::list_next_voters(tx.conn, id, after, MEMBERS_AT_ONCE)?;
                if let (Some(first), Some(last)) = (voters.first(), voters.last()) {
                    vote::erase(tx.conn, id, *first, *last)?;
                    return Ok(Some(*last));
                }
                let now = tx.now();
                if store::cancellations::put_erased(tx.conn, id, now)? {
                    note(tx, None, "campaigns.erase_ballots", id, json!({}))?;
                }
                Ok(None)
            };
            after = self.db.write(erase).await?;
            if after.is_none() {
                return Ok(());
            }
        }
    }
}

/// An open campaign, held, whose ballots are not counted and about which nobody has decided.
fn lock_cancellable(tx: &mut Tx, id: CampaignId) -> Outcome<Campaign> {
    let campaign = campaigns::lock_row(tx.conn, id)?.ok_or(CampaignRefusal::NoSuchCampaign)?;
    rules::may_cancel(campaign.standing(), vote::is_counted(tx.conn, id)?)?;
    Ok(campaign)
}
