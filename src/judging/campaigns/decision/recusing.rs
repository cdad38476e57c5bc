//! Who decides or answers by duty may ask to be kept out of it 自行回避: the others do it then, or the next unit up.

use super::model::{ObjectionId, thing};
use super::objections::ON_TRAIL;
use super::rules::Refusal;
use super::{Outcome, store};
use crate::base::capability::Reach;
use crate::base::id::MemberId;
use crate::judging::campaigns::model::CampaignId;
use crate::judging::campaigns::rules::CampaignRefusal;
use crate::judging::campaigns::{Campaigns, store as campaigns};
use crate::kernel::recusals::{self, RecusalRequest};

impl Campaigns {
    /// Keeps somebody out of the decision of a campaign; what he asked first stands.
    pub async fn recuse_from_decision(
        &self,
        actor: MemberId,
        reach: &Reach,
        id: CampaignId,
        reason: String,
    ) -> Outcome<RecusalRequest> {
        self.within(reach, id).await?;
        let room = self.clone();
        self.db
            .write(move |tx| {
                let campaign = campaigns::lock_row(tx.conn, id)?.ok_or(CampaignRefusal::NoSuchCampaign)?;
                let asked = recusals::ask(tx, thing(id).kind, id.uuid(), actor, &reason)?;
                room.lay_decided(tx, &campaign)?;
                Ok(asked)
            })
            .await
    }

    /// Keeps somebody out of the answer to an objection; what he asked first stands.
    pub async fn recuse_from_objection(
        &self,
        actor: MemberId,
        reach: &Reach,
        id: ObjectionId,
        reason: String,
    ) -> Outcome<RecusalRequest> {
        let found = self.db.read(move |conn| store::objections::find(conn, id)).await?;
        let campaign = found.ok_or(Refusal::NoSuchObjection)?.campaign_id;
        self.within(reach, campaign).await?;
        let room = self.clone();
        self.db
            .write(move |tx| {
                let campaign = campaigns::lock_row(tx.conn, campaign)?.ok_or(CampaignRefusal::NoSuchCampaign)?;
                let asked = recusals::ask(tx, ON_TRAIL, id.uuid(), actor, &reason)?;
                room.lay_objections(tx, &campaign)?;
                Ok(asked)
            })
            .await
    }
}
