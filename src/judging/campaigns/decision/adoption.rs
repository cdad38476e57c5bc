//! Adopting an awarded mark: it becomes the picture of a brand.

use serde_json::json;

use super::{Outcome, rules::Refusal, store};
use crate::base::capability::Reach;
use crate::base::id::MemberId;
use crate::judging::brands::{self, BrandId};
use crate::judging::campaigns::entries::{self, EntryId};
use crate::judging::campaigns::model::CampaignState;
use crate::judging::campaigns::notices::note;
use crate::judging::campaigns::rules::CampaignRefusal;
use crate::judging::campaigns::{Campaigns, store as campaigns};

impl Campaigns {
    /// Makes the picture of an awarded entry the mark of a brand within reach. Again it changes nothing.
    pub async fn adopt_mark(&self, actor: MemberId, reach: &Reach, id: EntryId, brand: BrandId) -> Outcome<()> {
        let campaign = self.campaign_of(id).await?;
        self.within(reach, campaign).await?;
        let (room, reach) = (self.clone(), reach.clone());
        self.db
            .write(move |tx| {
                let standing = campaigns::lock_row(tx.conn, campaign)?.map(|campaign| campaign.standing());
                if !matches!(standing, Some(CampaignState::Published | CampaignState::Archived)) {
                    return Err(CampaignRefusal::NotPublished.into());
                }
                if !store::awards::list(tx.conn, campaign)?.iter().any(|award| award.entry_id == id) {
                    return Err(Refusal::NotAwarded.into());
                }
                let unit = brands::find_unit(tx.conn, brand)?.ok_or(Refusal::NoSuchBrand)?;
                if !room.covers(&reach, unit) {
                    return Err(CampaignRefusal::OutOfReach.into());
                }
                let picture = entries::find_mark(tx.conn, id)?.ok_or(Refusal::NoMark)?;
                if brands::adopt_picture(tx, actor, brand, picture)? {
                    let detail = json!({ "entry_id": id, "brand_id": brand });
                    note(tx, Some(actor), "campaigns.adopt_mark", campaign, detail)?;
                }
                Ok(())
            })
            .await
    }
}
