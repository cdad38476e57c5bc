//! Taking back what one proposed or objected to, as long as nobody has confirmed or answered it. The trail keeps that it was
//! there.

use serde_json::json;

use super::looking::Viewer;
use super::model::{CampaignId, ExtensionId, ObjectionId, VoidingId};
use super::organising::{Outcome, note};
use super::reviewing::count_when_looked_at;
use super::rules::{self, Refusal};
use super::{Campaigns, store};
use crate::base::capability::Reach;
use crate::base::id::MemberId;

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
                store::hold(tx.conn, id)?.ok_or(Refusal::NoSuchCampaign)?;
                let found = store::find_extension(tx.conn, id, extension)?.ok_or(Refusal::NoSuchExtension)?;
                rules::may_take_back(found.proposed_by, found.confirmed_at, actor)?;
                store::delete_extension(tx.conn, extension)?;
                let detail = json!({ "stage": found.stage, "closes_at": found.closes_at, "reason": found.reason });
                Ok(note(tx, Some(actor), "campaigns.take_back_extension", id, detail)?)
            })
            .await
    }

    /// Takes back one's proposal to void a ballot.
    pub async fn take_back_voiding(&self, actor: MemberId, reach: &Reach, id: VoidingId) -> Outcome<()> {
        let found = self.db.read(move |conn| store::scores::find_voiding(conn, id)).await?;
        let campaign = found.ok_or(Refusal::NoSuchVoiding)?.campaign_id;
        self.within(reach, campaign).await?;
        self.db
            .write(move |tx| {
                store::hold(tx.conn, campaign)?.ok_or(Refusal::NoSuchCampaign)?;
                let found = store::scores::find_voiding(tx.conn, id)?.ok_or(Refusal::NoSuchVoiding)?;
                rules::may_take_back(found.proposed_by, found.confirmed_at, actor)?;
                store::scores::delete_voiding(tx.conn, id)?;
                // the count may have waited for nothing but this proposal
                count_when_looked_at(tx, campaign)?;
                let detail = json!({ "voiding_id": id, "member_id": found.member_id, "reason": found.reason });
                Ok(note(tx, Some(actor), "campaigns.take_back_voiding", campaign, detail)?)
            })
            .await
    }

    /// Takes back one's own objection; another one may then be raised instead.
    pub async fn take_back_objection(&self, viewer: &Viewer<'_>, id: ObjectionId) -> Outcome<()> {
        let member = viewer.member;
        let found = self.db.read(move |conn| store::decisions::find_objection(conn, id)).await?;
        // of others' objections nobody learns that they are there
        let mine = found.filter(|found| found.member_id == member).ok_or(Refusal::NoSuchObjection)?;
        let campaign = mine.campaign_id;
        self.db
            .write(move |tx| {
                store::hold(tx.conn, campaign)?.ok_or(Refusal::NoSuchCampaign)?;
                let found = store::decisions::find_objection(tx.conn, id)?.ok_or(Refusal::NoSuchObjection)?;
                if found.upheld.is_some() {
                    return Err(Refusal::AnsweredAlready.into());
                }
                store::decisions::delete_objection(tx.conn, id)?;
                let detail = json!({ "objection_id": id, "entry_id": found.entry_id });
                Ok(note(tx, Some(member), "campaigns.take_back_objection", campaign, detail)?)
            })
            .await
    }
}
