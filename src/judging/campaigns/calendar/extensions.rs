//! Moving an end time: to later only, proposed by one person and confirmed by another, with a reason that is published.

use serde_json::json;

use super::model::{Extension, ExtensionId};
use super::rules::{self, Refusal};
use super::{Outcome, store};
use crate::base::capability::Reach;
use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::judging::campaigns::model::{CampaignId, CampaignStage, CampaignState};
use crate::judging::campaigns::notices::{note, tell_audience};
use crate::judging::campaigns::rules::{CampaignRefusal, may_take_back};
use crate::judging::campaigns::{Campaigns, store as campaigns};

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
        self.db
            .write(move |tx| {
                let campaign = campaigns::hold(tx.conn, id)?.ok_or(CampaignRefusal::NoSuchCampaign)?;
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
                Ok(extension)
            })
            .await
    }

    /// Confirms what somebody else proposed; the end moves with it. Again it changes nothing.
    pub async fn confirm_extension(
        &self,
        actor: MemberId,
        reach: &Reach,
        id: CampaignId,
        extension: ExtensionId,
    ) -> Outcome<Extension> {
        self.within(reach, id).await?;
        self.db
            .write(move |tx| {
                let campaign = campaigns::hold(tx.conn, id)?.ok_or(CampaignRefusal::NoSuchCampaign)?;
                let mut found = store::extensions::find(tx.conn, id, extension)?.ok_or(Refusal::NoSuchExtension)?;
                if found.confirmed_at.is_some() {
                    return Ok(found);
                }
                if found.proposed_by == actor {
                    return Err(CampaignRefusal::OwnProposal.into());
                }
                if campaign.state != CampaignState::Open {
                    return Err(CampaignRefusal::WrongState(campaign.state).into());
                }
                let stages = campaigns::list_stages(tx.conn, id)?;
                rules::may_extend(&stages, found.stage, found.closes_at, tx.now())?;
                store::stages::put_closes_at(tx.conn, id, found.stage, found.closes_at)?;
                store::extensions::confirm(tx.conn, extension, actor, tx.now())?;
                (found.confirmed_by, found.confirmed_at) = (Some(actor), Some(tx.now()));
                let detail = json!({ "stage": found.stage, "closes_at": found.closes_at });
                note(tx, Some(actor), "campaigns.confirm_extension", id, detail)?;
                let told = format!("{}延长至{}：{}", found.stage.title(), found.closes_at.in_chinese(), found.reason);
                tell_audience(tx, &campaign, "评选时间调整", told)?;
                Ok(found)
            })
            .await
    }
}

impl Campaigns {
    /// Takes back one's proposal to move an end.
    pub async fn take_back_extension(
        &self,
        actor: MemberId,
        reach: &Reach,
        id: CampaignId,
        extension: ExtensionId,
    ) -> Outcome<()> {
        self.within(reach, id).await?;
        self.db
            .write(move |tx| {
                campaigns::hold(tx.conn, id)?.ok_or(CampaignRefusal::NoSuchCampaign)?;
                let found = store::extensions::find(tx.conn, id, extension)?.ok_or(Refusal::NoSuchExtension)?;
                may_take_back(found.proposed_by, found.confirmed_at, actor)?;
                store::extensions::delete(tx.conn, extension)?;
                let detail = json!({ "stage": found.stage, "closes_at": found.closes_at, "reason": found.reason });
                Ok(note(tx, Some(actor), "campaigns.take_back_extension", id, detail)?)
            })
            .await
    }
}
