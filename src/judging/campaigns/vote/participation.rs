//! Participation: how many have voted, in numbers, as they were a moment ago.
//!
//! A counter that every ballot raised would be the one row that all of them wait for, and counting anew for each of
//! 60,000 phones would read every ballot each time. So the ballots are counted when somebody asks, and the numbers kept
//! for some seconds; of many who ask at once, one counts.

use std::collections::HashMap;
use std::sync::Arc;

use moka::sync::Cache;
use tokio::sync::Mutex;

use super::model::Roll;
use super::{Outcome, rules, store};
use crate::base::id::{MemberId, UnitId};
use crate::base::time::Timestamp;
use crate::db::Conn;
use crate::judging::campaigns::model::{Campaign, CampaignId};
use crate::judging::campaigns::viewer::{SHOWN, Viewer};
use crate::judging::campaigns::{Campaigns, entries};

/// How old the numbers may be, seconds.
const FRESH_SECONDS: i64 = 10;

/// Campaigns whose numbers are kept.
const REMEMBERED: u64 = 64;

/// How many took part, so far or in the end.
#[derive(Clone, Debug)]
pub struct Participation {
    /// When this was counted.
    pub as_of: Timestamp,
    pub electorate: usize,
    pub voters: usize,
    pub ballots: usize,
    /// Branches of five or more: electorate and voters.
    pub branches: Vec<(UnitId, u32, u32)>,
    /// The small ones together.
    pub others: Option<(u32, u32)>,
}

/// The numbers of some campaigns; clones share them.
#[derive(Clone)]
pub(in crate::judging::campaigns) struct Turnouts {
    known: Cache<CampaignId, Arc<Participation>>,
    counting: Arc<Mutex<()>>,
}

impl Default for Turnouts {
    fn default() -> Self {
        Turnouts { known: Cache::new(REMEMBERED), counting: Arc::default() }
    }
}

impl Campaigns {
    /// How many have voted so far, or had some seconds ago: counts only, of branches of five or more.
    pub async fn participation(&self, viewer: &Viewer<'_>, id: CampaignId) -> Outcome<Arc<Participation>> {
        self.see(viewer, id).await?;
        if let Some(known) = self.fresh(id) {
            return Ok(known);
        }
        let _turn = self.turnouts.counting.lock().await;
        if let Some(known) = self.fresh(id) {
            return Ok(known);
        }
        let as_of = self.db.now();
        let (roll, ballots) = self
            .db
            .read(move |conn| Ok((store::rolls::find(conn, id)?, store::ballots::list_voter_ids(conn, id)?)))
            .await?;
        let counted = Arc::new(count(as_of, &roll.unwrap_or_default(), ballots));
        self.turnouts.known.insert(id, counted.clone());
        Ok(counted)
    }

    fn fresh(&self, id: CampaignId) -> Option<Arc<Participation>> {
        let now = self.db.now();
        self.turnouts.known.get(&id).filter(|known| (0..FRESH_SECONDS).contains(&now.seconds_since(known.as_of)))
    }
}

/// Counts `ballots`, given by their members in order.
fn count(as_of: Timestamp, roll: &Roll, ballots: Vec<MemberId>) -> Participation {
    let cast = ballots.len();
    let mut voters = ballots;
    voters.dedup();
    let mut branches: HashMap<UnitId, (u32, u32)> = HashMap::new();
    for line in roll.lines() {
        let (electorate, voted) = branches.entry(line.branch).or_default();
        *electorate += 1;
        *voted += u32::from(voters.binary_search(&line.member).is_ok());
    }
    let all = branches.into_iter().map(|(unit, (electorate, voted))| (unit, electorate, voted)).collect();
    let (branches, others) = rules::fold_small(all);
    Participation { as_of, electorate: roll.lines().len(), voters: voters.len(), ballots: cast, branches, others }
}

/// Whether a campaign is shown to a member who is at home elsewhere by now: he takes part in it to its end if he stands on its
/// roll, is one of its experts, or leads or wrote an entry.
pub(in crate::judging::campaigns) fn takes_part(
    conn: &mut Conn,
    member: MemberId,
    campaign: &Campaign,
) -> diesel::QueryResult<bool> {
    if !SHOWN.contains(&campaign.state) {
        return Ok(false);
    }
    let on_roll = |roll: Roll| roll.find(member).is_some();
    Ok(campaign.terms.0.expert_ids.contains(&member)
        || entries::has_entry_of(conn, campaign.id, member)?
        || store::rolls::find(conn, campaign.id)?.is_some_and(on_roll))
}
