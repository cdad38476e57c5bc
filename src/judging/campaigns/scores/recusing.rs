//! An expert may ask to be kept out of an entry 自行回避: the others score it.

use std::sync::Arc;

use super::rules::Refusal;
use super::{Outcome, store};
use crate::base::person::Person;
use crate::judging::campaigns::entries::model::{EntryId, thing};
use crate::judging::campaigns::model::{CampaignState, Source, StageState};
use crate::judging::campaigns::rules::CampaignRefusal;
use crate::judging::campaigns::{Campaigns, entries, store as campaigns};
use crate::kernel::recusals::{self, RecusalRequest};

impl Campaigns {
    /// Keeps an expert out of an entry that he has not scored, until the judging of experts ends; what he asked first
    /// stands.
    pub async fn recuse_from_scores(
        &self,
        expert: Arc<Person>,
        id: EntryId,
        reason: String,
    ) -> Outcome<RecusalRequest> {
        let room = self.clone();
        self.db
            .write(move |tx| {
                let entry = entries::find(tx.conn, id)?.ok_or(entries::Refusal::NoSuchEntry)?;
                let held = campaigns::lock_row(tx.conn, entry.campaign_id)?;
                let campaign = held.ok_or(CampaignRefusal::NoSuchCampaign)?;
                match campaign.state {
                    CampaignState::Open => {}
                    CampaignState::Cancelled => return Err(CampaignRefusal::WrongState(campaign.state).into()),
                    _ => return Err(entries::Refusal::NoSuchEntry.into()),
                }
                if !room.judges_as_expert(&expert, &campaign.terms.0, entry.unit_id) {
                    return Err(Refusal::NoJudge.into());
                }
                let stage = campaigns::find_stage(tx.conn, campaign.id, Source::Expert.stage())?;
                let stage = stage.ok_or(CampaignRefusal::NoSuchStage)?;
                if stage.state == StageState::Closed {
                    return Err(CampaignRefusal::Over(stage.stage).into());
                }
                let scored = store::list_scored(tx.conn, campaign.id, Source::Expert, expert.member.into())?;
                if scored.contains(&id) {
                    return Err(Refusal::ScoredAlready.into());
                }
                let asked = recusals::ask(tx, thing(id).kind, id.uuid(), expert.member, &reason)?;
                room.lay_scores(tx, &campaign)?;
                Ok(asked)
            })
            .await
    }
}
