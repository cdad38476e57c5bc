//! What the page of the day shows of votes.

use std::time::Duration;

use super::store::ballots::VOTED;
use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::db::{DbError, Stop};
use crate::judging::campaigns::model::{CampaignId, CampaignStage};
use crate::judging::campaigns::{Campaigns, store as campaigns};
use crate::kernel::glance::{Look, Seen};

/// What the room looks for.
pub const LOOKS: [Look; 1] = [VOTED];

/// How long it is remembered which votes are open.
const FRESH: Duration = Duration::from_secs(1);
/// Stages that are open at the same time, at most.
const OPEN_AT_ONCE: i64 = 500;

/// A vote that is open to a member.
#[derive(Clone, Debug)]
pub struct OpenVote {
    pub id: CampaignId,
    /// Of the selection.
    pub title: String,
    pub closes_at: Timestamp,
    period: i32,
}

impl Campaigns {
    /// The votes that are open and in which the member may choose something, by when they close; from memory.
    pub async fn open_votes(&self, member: MemberId) -> Result<Vec<OpenVote>, DbError> {
        let read = async || self.db.read(|conn| campaigns::list_open_stages(conn, OPEN_AT_ONCE)).await;
        let stages = self.open_stages.get(&(), FRESH, read).await?;
        let now = self.db.now();
        let mut votes = Vec::new();
        for (title, stage) in stages.iter().filter(|(_, stage)| stage.stage == CampaignStage::Vote) {
            let poll = match self.poll(stage.campaign_id).await {
                Ok(poll) => poll,
                // it has ended since, or its key is away: there is nothing to do for a voter
                Err(Stop::Refused(_)) => continue,
                Err(Stop::Failed(error)) => return Err(error),
            };
            if stage.closes_at > now && self.bounds_of(&poll, member).is_some() {
                let (title, period) = (title.clone(), poll.period(now));
                votes.push(OpenVote { id: stage.campaign_id, title, closes_at: stage.closes_at, period });
            }
        }
        Ok(votes)
    }
}

/// Whether the member has voted in the vote's present period.
pub fn voted_in(seen: &Seen, vote: &OpenVote) -> bool {
    seen.of(VOTED.kind).any(|line| line.about() == Some(vote.id) && line.count == i64::from(vote.period))
}
