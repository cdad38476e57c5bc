//! Moving an end time: to later only, proposed by one person and confirmed by another, with a reason that is published.

use diesel::QueryResult;
use serde_json::json;

use super::model::{Extension, ExtensionId};
use super::rules::{self, Refusal};
use super::{Outcome, store};
use crate::base::approval::Answer;
use crate::base::capability::{Capability, Reach};
use crate::base::id::MemberId;
use crate::base::text::in_quotes;
use crate::base::time::Timestamp;
use crate::db::Tx;
use crate::judging::campaigns::desk::{EXTENSION, item};
use crate::judging::campaigns::model::{Campaign, CampaignId, CampaignStage, CampaignState};
use crate::judging::campaigns::notices::{note, tell_audience};
use crate::judging::campaigns::rules::CampaignRefusal;
use crate::judging::campaigns::{Campaigns, store as campaigns};
use crate::kernel::desk::{self, Due, NewItem, Urgency};

impl Campaigns {
    /// Proposes a later end for a stage.
    pub async fn propose_extension(
        &self,
        actor: MemberId,
        reach: &Reach,
        id: CampaignId,
        stage: CampaignStage,
        closes_at: Timestamp,
        reason: String,
    ) -> Outcome<Extension> {
        self.within(reach, id).await?;
        let room = self.clone();
        self.db
            .write(move |tx| {
                let campaign = campaigns::lock_row(tx.conn, id)?.ok_or(CampaignRefusal::NoSuchCampaign)?;
                if campaign.state != CampaignState::Open {
                    return Err(CampaignRefusal::WrongState(campaign.state).into());
                }
                let stages = campaigns::list_stages(tx.conn, id)?;
                rules::may_extend(&stages, stage, closes_at, tx.now())?;
                let row = stages.iter().find(|row| row.stage == stage).ok_or(CampaignRefusal::NoSuchStage)?;
                let extension = Extension {
                    id: tx.fresh_id(),
                    campaign_id: id,
                    stage,
                    closed_before: row.closes_at,
                    closes_at,
                    reason: reason.clone(),
                    proposed_by: actor,
                    proposed_at: tx.now(),
                    confirmed_by: None,
                    confirmed_at: None,
                };
                store::extensions::insert(tx.conn, &extension)?;
                let detail = json!({ "stage": stage, "closes_at": closes_at, "reason": reason });
                note(tx, Some(actor), "campaigns.propose_extension", id, detail)?;
                room.lay_extensions(tx, &campaign)?;
                Ok(extension)
            })
            .await
    }

    /// Confirms what somebody else proposed; the end moves with it. Again it changes nothing.
    pub async fn approve_extension(&self, actor: MemberId, reach: &Reach, id: ExtensionId) -> Outcome<Extension> {
        let found = self.db.read(move |conn| store::extensions::find(conn, id)).await?;
        let campaign = found.ok_or(Refusal::NoSuchExtension)?.campaign_id;
        self.within(reach, campaign).await?;
        let room = self.clone();
        self.db
            .write(move |tx| {
                let campaign = campaigns::lock_row(tx.conn, campaign)?.ok_or(CampaignRefusal::NoSuchCampaign)?;
                let mut found = store::extensions::find(tx.conn, id)?.ok_or(Refusal::NoSuchExtension)?;
                if !found.rule().answer(Answer::Approve, actor, tx.now()).map_err(CampaignRefusal::from)? {
                    return Ok(found);
                }
                room.check_no_entrant(tx, campaign.id, actor)?;
                if campaign.state != CampaignState::Open {
                    return Err(CampaignRefusal::WrongState(campaign.state).into());
                }
                let stages = campaigns::list_stages(tx.conn, campaign.id)?;
                rules::may_extend(&stages, found.stage, found.closes_at, tx.now())?;
                store::stages::put_closes_at(tx.conn, campaign.id, found.stage, found.closes_at)?;
                store::extensions::confirm(tx.conn, id, actor, tx.now())?;
                (found.confirmed_by, found.confirmed_at) = (Some(actor), Some(tx.now()));
                let detail = json!({ "stage": found.stage, "closes_at": found.closes_at });
                note(tx, Some(actor), "campaigns.approve_extension", campaign.id, detail)?;
                let told = format!("{}延长至{}：{}", found.stage.title(), found.closes_at.in_chinese(), found.reason);
                tell_audience(tx, &campaign, "评选时间调整", told)?;
                // others of the same stage may not be later any more; and whatever waits for its end is due later
                room.lay_extensions(tx, &campaign)?;
                room.lay_due(tx, &campaign)?;
                Ok(found)
            })
            .await
    }

    /// Takes back one's proposal to move an end.
    pub async fn withdraw_extension(&self, actor: MemberId, reach: &Reach, id: ExtensionId) -> Outcome<()> {
        let found = self.db.read(move |conn| store::extensions::find(conn, id)).await?;
        let campaign = found.ok_or(Refusal::NoSuchExtension)?.campaign_id;
        self.within(reach, campaign).await?;
        self.db
            .write(move |tx| {
                campaigns::lock_row(tx.conn, campaign)?.ok_or(CampaignRefusal::NoSuchCampaign)?;
                let found = store::extensions::find(tx.conn, id)?.ok_or(Refusal::NoSuchExtension)?;
                found.rule().answer(Answer::TakeBack, actor, tx.now()).map_err(CampaignRefusal::from)?;
                store::extensions::delete(tx.conn, id)?;
                desk::clear(tx, EXTENSION, id.uuid())?;
                let detail = json!({ "stage": found.stage, "closes_at": found.closes_at, "reason": found.reason });
                Ok(note(tx, Some(actor), "campaigns.withdraw_extension", campaign, detail)?)
            })
            .await
    }

    /// Has every proposal wait that can still be confirmed, and no other one; the caller holds the campaign.
    pub(in crate::judging::campaigns) fn lay_extensions(&self, tx: &mut Tx, campaign: &Campaign) -> QueryResult<()> {
        let stages = campaigns::list_stages(tx.conn, campaign.id)?;
        let extensions = store::extensions::list(tx.conn, campaign.id)?;
        let waits = extensions.iter().any(|extension| extension.confirmed_at.is_none());
        let entrants = if waits { self.list_entrants(tx, campaign)? } else { Vec::new() };
        for extension in extensions {
            let (stage, subject) = (extension.stage, extension.id.uuid());
            let can = campaign.state == CampaignState::Open
                && extension.confirmed_at.is_none()
                && rules::may_extend(&stages, stage, extension.closes_at, tx.now()).is_ok();
            let made = || NewItem {
                title: format!("确认{}延期：评选{}", stage.title(), in_quotes(&campaign.title)),
                due: stages.iter().find(|row| row.stage == stage).map(|row| Due::At(row.closes_at)),
                urgency: Urgency::Urgent,
                barred: entrants.iter().copied().chain([extension.proposed_by]).collect(),
                ..item(campaign, EXTENSION, subject, Capability::DecideCampaigns)
            };
            self.desks.replace(tx, EXTENSION, subject, can.then(made))?;
        }
        Ok(())
    }

    /// Has what waits for the end of a stage be due when that is now.
    fn lay_due(&self, tx: &mut Tx, campaign: &Campaign) -> QueryResult<()> {
        self.lay_scores(tx, campaign)?;
        self.lay_undecided(tx, campaign)
    }
}
