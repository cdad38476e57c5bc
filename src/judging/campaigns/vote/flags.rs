//! Suspicious voting: flagged for those who run or audit a campaign, never deleted. A flag is computed from who voted when,
//! and from how the voters' accounts came about, between the closing and the count; it knows no choice, and what follows
//! from it is for two people to decide (`voiding`).

use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache;

use super::model::{Flag, Voter, Watch};
use super::rules::{self, Refusal};
use super::{Outcome, store};
use crate::base::id::MemberId;
use crate::db::Conn;
use crate::judging::campaigns::model::{CampaignId, CampaignStage, StageRow, StageState};
use crate::judging::campaigns::rules::CampaignRefusal;
use crate::judging::campaigns::viewer::Viewer;
use crate::judging::campaigns::{Campaigns, store as campaigns};
use crate::people::sessions;

/// A flag as it is asked for: the key after which the next page begins.
pub type FlagKey = (i64, String);

impl Campaigns {
    /// The flags of a vote that is over, the earliest first.
    pub async fn flags(
        &self,
        viewer: &Viewer<'_>,
        id: CampaignId,
        after: Option<FlagKey>,
        limit: usize,
    ) -> Outcome<Vec<Flag>> {
        let all = self.all_flags(viewer, id).await?;
        let later = |flag: &Flag| after.as_ref().is_none_or(|after| flag.key() > *after);
        Ok(all.iter().filter(|flag| later(flag)).take(limit).cloned().collect())
    }

    /// Whose ballots a flag is on, in the order of members and periods.
    pub async fn flagged(
        &self,
        viewer: &Viewer<'_>,
        id: CampaignId,
        name: &str,
        after: Option<(MemberId, i32)>,
        limit: usize,
    ) -> Outcome<Vec<Voter>> {
        let all = self.all_flags(viewer, id).await?;
        let flag = all.iter().find(|flag| flag.name() == name).ok_or(Refusal::NoSuchFlag)?;
        let key = |voter: &Voter| (voter.member_id, voter.period);
        let mut voters = flag.voters.clone();
        voters.sort_unstable_by_key(key);
        voters.retain(|voter| after.is_none_or(|after| key(voter) > after));
        voters.truncate(limit);
        Ok(voters)
    }

    async fn all_flags(&self, viewer: &Viewer<'_>, id: CampaignId) -> Outcome<Arc<[Flag]>> {
        self.see_as_manager(viewer, id).await?;
        self.flags_if_over(id).await?.ok_or_else(|| Refusal::VoteRuns.into())
    }

    /// `None` while the vote runs, when who has voted is shown to no one.
    ///
    /// It takes every opening of an account that there ever was, since a device is recognised by all of them; so from the
    /// first look on, which comes after all ballots, the flags are kept in memory for a while.
    pub(super) async fn flags_if_over(&self, id: CampaignId) -> Outcome<Option<Arc<[Flag]>>> {
        let question = move |conn: &mut Conn| {
            let is_checked = store::flag_review::find_check(conn, id)?.is_some();
            Ok((find_closed_vote(conn, id)?, is_checked, store::tallies::is_counted(conn, id)?))
        };
        let (stage, is_checked, is_counted) = self.db.read(question).await?;
        let Some(stage) = stage.ok_or(CampaignRefusal::NoSuchStage)? else { return Ok(None) };
        if is_counted {
            self.flags.invalidate(&id);
            return Ok(Some(Arc::default()));
        }
        if let Some(known) = self.flags.get(&id) {
            return Ok(Some(known));
        }
        let watch = self.watch.get();
        let found = self.db.read(move |conn| find_flags(conn, &watch, id, &stage)).await?;
        let found: Arc<[Flag]> = found.into();
        if is_checked {
            self.flags.insert(id, found.clone());
        }
        Ok(Some(found))
    }

    /// Refuses while the vote runs.
    pub(super) async fn check_over(&self, id: CampaignId) -> Outcome<()> {
        let stage = self.db.read(move |conn| find_closed_vote(conn, id)).await?;
        stage.ok_or(CampaignRefusal::NoSuchStage)?.ok_or(Refusal::VoteRuns)?;
        Ok(())
    }

    /// Whether the flag of that name is on the ballot; whether the vote is over is for somebody else to say. What a flag
    /// is on does not change any more once it is, so this needs no part in a transaction.
    pub(super) async fn check_flag(&self, id: CampaignId, name: &str, ballot: (MemberId, i32)) -> Outcome<()> {
        let Some(found) = self.flags_if_over(id).await? else { return Ok(()) };
        let flag = found.iter().find(|flag| flag.name() == name).ok_or(Refusal::NotFlagged)?;
        let on = |voter: &Voter| (voter.member_id, voter.period) == ballot;
        if flag.voters.iter().any(on) { Ok(()) } else { Err(Refusal::NotFlagged.into()) }
    }
}

/// The vote of a campaign, if it has one, if that is over.
fn find_closed_vote(conn: &mut Conn, id: CampaignId) -> diesel::QueryResult<Option<Option<StageRow>>> {
    let stage = campaigns::find_stage(conn, id, CampaignStage::Vote)?;
    Ok(stage.map(|stage| Some(stage).filter(|stage| stage.state == StageState::Closed)))
}

/// How long flags are kept that nobody asks for.
const KEPT: Duration = Duration::from_secs(10 * 60);

/// Votes whose flags are kept.
const REMEMBERED: u64 = 16;

pub(in crate::judging::campaigns) fn flags_in_memory() -> Cache<CampaignId, Arc<[Flag]>> {
    Cache::builder().max_capacity(REMEMBERED).time_to_idle(KEPT).build()
}

/// The flags of a vote that is over, the earliest first, as long as a ballot can be voided for them: none once it is
/// counted.
pub(super) fn find_flags(
    conn: &mut Conn,
    watch: &Watch,
    id: CampaignId,
    stage: &StageRow,
) -> diesel::QueryResult<Vec<Flag>> {
    if store::tallies::is_counted(conn, id)? {
        return Ok(Vec::new());
    }
    let roll = store::rolls::find(conn, id)?.unwrap_or_default();
    let voters = store::ballots::list_voters(conn, id)?;
    let mut found = rules::flags(watch, &roll, &voters);
    let announced_at = campaigns::find(conn, id)?.and_then(|campaign| campaign.announced_at.or(campaign.opened_at));
    if let Some(announced_at) = announced_at.filter(|_| !voters.is_empty()) {
        let openings = sessions::opened_accounts(conn, stage.closed_at.unwrap_or(stage.closes_at))?;
        found.extend(rules::account_flags(watch, announced_at, &roll, &voters, &openings));
        found.sort_by_key(Flag::key);
    }
    Ok(found)
}
