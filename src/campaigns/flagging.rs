//! Suspicious voting: flagged for whoever runs or audits a campaign, never deleted. A flag is computed from who voted when,
//! and from how the voters' accounts came about, between the closing and the count; it knows no choice, and what follows
//! from it is for two people to decide (`voiding`).

use super::looking::Viewer;
use super::model::{CampaignId, CampaignStage, Flag, StageRow, StageState, Voiding, VoidingId, Voter, Watch};
use super::organising::Outcome;
use super::rules::{self, Refusal};
use super::{Campaigns, store};
use crate::base::id::MemberId;
use crate::config::VoteWatch;
use crate::db::{Conn, Stop};
use crate::sessions;

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
        Ok(all.into_iter().filter(later).take(limit).collect())
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
        let flag = all.into_iter().find(|flag| flag.name() == name).ok_or(Refusal::NoSuchFlag)?;
        let key = |voter: &Voter| (voter.member_id, voter.period);
        let mut voters = flag.voters;
        voters.sort_unstable_by_key(key);
        voters.retain(|voter| after.is_none_or(|after| key(voter) > after));
        voters.truncate(limit);
        Ok(voters)
    }

    async fn all_flags(&self, viewer: &Viewer<'_>, id: CampaignId) -> Outcome<Vec<Flag>> {
        self.see_as_manager(viewer, id).await?;
        self.flags_if_over(id).await?.ok_or_else(|| Refusal::VoteRuns.into())
    }

    /// `None` while the vote runs, when who has voted is nobody's business.
    pub(super) async fn flags_if_over(&self, id: CampaignId) -> Outcome<Option<Vec<Flag>>> {
        let watch = self.watch;
        let question = move |conn: &mut Conn| {
            let stage = store::find_stage(conn, id, CampaignStage::Vote)?;
            if stage.is_none_or(|stage| stage.state != StageState::Closed) {
                return Ok((stage, None));
            }
            let found = stage.map(|stage| find_flags(conn, &watch, id, &stage)).transpose()?;
            Ok((stage, found))
        };
        let (stage, found) = self.db.read(question).await?;
        stage.ok_or(Refusal::NoSuchStage)?;
        Ok(found)
    }

    /// Whether the flag of that name is on the ballot; whether the vote is over is for somebody else to say. What a flag
    /// is on does not change any more once it is, so this needs no part in a transaction.
    pub(super) async fn check_flag(&self, id: CampaignId, name: &str, ballot: (MemberId, i32)) -> Outcome<()> {
        let Some(found) = self.flags_if_over(id).await? else { return Ok(()) };
        let flag = found.into_iter().find(|flag| flag.name() == name).ok_or(Refusal::NotFlagged)?;
        let on = |voter: &Voter| (voter.member_id, voter.period) == ballot;
        if flag.voters.iter().any(on) { Ok(()) } else { Err(Refusal::NotFlagged.into()) }
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
        Ok(self.db.read(move |conn| store::scores::list_voidings(conn, id, after, limit)).await?)
    }

    pub(super) async fn see_as_manager(&self, viewer: &Viewer<'_>, id: CampaignId) -> Outcome<()> {
        let seen = self.see(viewer, id).await?;
        if seen.managed { Ok(()) } else { Err(Stop::Refused(Refusal::OutOfReach)) }
    }
}

/// The flags of a vote that is over, the earliest first, as long as a ballot can be voided for them: none once it is
/// counted.
pub(super) fn find_flags(
    conn: &mut Conn,
    watch: &Watch,
    id: CampaignId,
    stage: &StageRow,
) -> diesel::QueryResult<Vec<Flag>> {
    if store::ballots::is_counted(conn, id)? {
        return Ok(Vec::new());
    }
    let roll = store::find_roll(conn, id)?.unwrap_or_default();
    let voters = store::ballots::list_voters(conn, id)?;
    let mut found = rules::flags(watch, &roll, &voters);
    let announced_at = store::find(conn, id)?.and_then(|campaign| campaign.announced_at.or(campaign.opened_at));
    if let Some(announced_at) = announced_at.filter(|_| !voters.is_empty()) {
        let openings = sessions::opened_accounts(conn, stage.closed_at.unwrap_or(stage.closes_at))?;
        found.extend(rules::account_flags(watch, announced_at, &roll, &voters, &openings));
        found.sort_by_key(Flag::key);
    }
    Ok(found)
}

impl From<VoteWatch> for Watch {
    fn from(watch: VoteWatch) -> Watch {
        Watch {
            minutes: watch.watch_minutes,
            ballots: watch.watch_ballots,
            times: watch.watch_times,
            night_from: watch.watch_night_from,
            night_until: watch.watch_night_until,
            accounts: watch.watch_accounts,
            delay_hours: watch.watch_delay_hours,
        }
    }
}
