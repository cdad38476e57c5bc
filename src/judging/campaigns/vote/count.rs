//! Counting, once: after the closing has committed and everything that began before it has ended.
//!
//! One transaction opens every ballot, writes them under fresh random keys in the order of these keys, erases the
//! ciphertext and keeps the totals; then the key is destroyed. So no key, order, instant or transaction of a slip leads back to a member: all slips
//! of a campaign have the same, and the rows of who voted keep nothing of what was chosen.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::mem::Discriminant;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::ballots::{Poll, open_ballot};
use super::model::{RollLine, Slip, Tally, Total, Voter};
use super::rules::{self, Refusal};
use super::{Outcome, store};
use crate::base::crypto::{Key, digest, hex, random_key};
use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::db::{Conn, DbError, Json, Stop, Tx};
use crate::judging::campaigns::desk::CANCELLATION;
use crate::judging::campaigns::model::{Campaign, CampaignId, CampaignStage, CampaignState, StageState};
use crate::judging::campaigns::notices::note;
use crate::judging::campaigns::rules::{CampaignRefusal, SECRET_BELOW, uncounted};
use crate::judging::campaigns::viewer::Viewer;
use crate::judging::campaigns::{Campaigns, REWARDS, store as campaigns};
use crate::kernel::{agenda, desk};

/// What was counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VoteResult {
    /// Members on the roll.
    pub electorate: i32,
    /// Different members whose ballots count.
    pub voters: i32,
    /// Before voiding.
    pub ballots_cast: i32,
    /// After voiding.
    pub ballots_counted: i32,
    /// True below ten ballots: then totals, receipts and computed ranks are not published, only the decision.
    pub withheld: bool,
    pub totals: Vec<Total>,
    /// SHA-256 of the sorted receipts, a line break (LF) after each.
    pub receipts_sha256: Option<String>,
    pub counted_at: Timestamp,
}

impl VoteResult {
    pub fn new(tally: &Tally) -> VoteResult {
        let withheld = tally.ballots_counted < SECRET_BELOW;
        VoteResult {
            electorate: tally.electorate,
            voters: tally.voters,
            ballots_cast: tally.ballots_cast,
            ballots_counted: tally.ballots_counted,
            withheld,
            totals: if withheld { Vec::new() } else { tally.totals.0.clone() },
            receipts_sha256: (!withheld).then(|| tally.receipts_sha256.clone()),
            counted_at: tally.counted_at,
        }
    }
}

const COUNTED_AT_ONCE: i64 = 50;
/// Members whose ballots are read or erased by one statement.
const MEMBERS_AT_ONCE: usize = 5_000;

/// Seconds after which it is said again that a vote cannot be counted.
const SAID_AGAIN_SECONDS: i64 = 3600;

/// What was said last of each vote that cannot be counted. It is tried every second, and for days where a key is lost.
#[derive(Default)]
pub(in crate::judging::campaigns) struct Complaints(Mutex<HashMap<CampaignId, (Discriminant<Refusal>, Timestamp)>>);

impl Complaints {
    /// Whether this is the first that is said of the vote, something else than was said last, or said long ago.
    fn is_news(&self, id: CampaignId, refusal: &Refusal, now: Timestamp) -> bool {
        let mut said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // of what kind it is: the words of a place that is away may differ each time
        let kind = std::mem::discriminant(refusal);
        let known = |(last, at): &(Discriminant<Refusal>, Timestamp)| {
            *last == kind && now.seconds_since(*at) < SAID_AGAIN_SECONDS
        };
        if said.get(&id).is_some_and(known) {
            return false;
        }
        said.insert(id, (kind, now));
        true
    }

    fn forget(&self, id: CampaignId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }
}

/// What a recount of the shuffled ballots found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recount {
    pub ballots: usize,
    /// Whether ballots, totals, receipts and their hash are what was published.
    pub agrees: bool,
    /// Recounted and published votes by entry; empty when there are too few ballots to show any.
    pub lines: Vec<(String, i64, i64)>,
}

/// The ballots that count, opened: who cast each, and what it says.
struct Opened {
    /// With those that are voided.
    cast: usize,
    voters: Vec<Voter>,
    choices: Vec<Vec<u8>>,
}

impl Campaigns {
    /// Counts every vote that is closed and due; says whether one waits for nothing but transactions that are older than its
    /// closing.
    pub(in crate::judging::campaigns) async fn count_due(&self) -> Result<bool, DbError> {
        let (now, mut waits, mut outcome) = (self.db.now(), false, Ok(()));
        for id in self.db.read(move |conn| store::tallies::list_uncounted(conn, now, COUNTED_AT_ONCE)).await? {
            // the closing was read as committed, so whatever begins from now on sees the vote closed
            if !self.db.older_have_ended().await? {
                // such as a dump of the database, which cannot be told from a ballot under way
                tracing::info!(campaign = %id, "the count waits for a transaction that is older than the closing");
                waits = true;
                continue;
            }
            let counted = match self.may_count(id).await {
                Ok(true) => self.count(id).await,
                waits => waits.map(drop),
            };
            match counted {
                Ok(()) => self.complaints.forget(id),
                // nothing is counted rather than something else than was cast
                Err(Stop::Refused(refusal)) => {
                    if self.complaints.is_news(id, &refusal, now) {
                        tracing::error!(campaign = %id, ?refusal, "a vote cannot be counted");
                    }
                }
                Err(Stop::Failed(error)) => {
                    // it is tried again; the others do not wait for it
                    tracing::warn!(campaign = %id, %error, "a vote could not be counted");
                    outcome = outcome.and(Err(error));
                }
            }
        }
        outcome.map(|()| waits)
    }

    async fn count(&self, id: CampaignId) -> Outcome<()> {
        let (room, poll) = (self.clone(), self.poll(id).await?);
        let key = self.counting_key(id, &poll).await?;
        self.db
            .write(move |tx| -> Outcome<()> {
                // held, so that of two servers one counts and the other finds it done
                let held = campaigns::lock_row(tx.conn, id)?.ok_or(CampaignRefusal::NoSuchCampaign)?;
                let stage =
                    campaigns::find_stage(tx.conn, id, CampaignStage::Vote)?.ok_or(CampaignRefusal::NoSuchStage)?;
                let open = held.state == CampaignState::Open;
                if !open || stage.state != StageState::Closed || store::tallies::is_counted(tx.conn, id)? {
                    return Ok(());
                }
                let opened = open_all(tx, (&poll, &key), id)?;
                let tally = room.tally_of(tx, &poll, id, &opened)?;
                store::tallies::insert_slips(tx.conn, &slips(id, opened.choices))?;
                for (first, last) in spans(&poll) {
                    store::ballots::erase(tx.conn, id, first, last)?;
                }
                store::tallies::insert(tx.conn, &tally)?;
                agenda::put_now(tx, REWARDS, id.uuid())?;
                let detail = json!({
                    "electorate": tally.electorate, "ballots_cast": tally.ballots_cast,
                    "ballots_counted": tally.ballots_counted, "receipts_sha256": tally.receipts_sha256,
                });
                note(tx, None, "campaigns.count", id, detail)?;
                Ok(room.lay_counted(tx, &held)?)
            })
            .await?;
        // only now, for until the count is on disk it may have to be done again
        self.destroy_vote_keys(id).await;
        Ok(())
    }

    /// What waited for the end of the vote waits no more, and perhaps the decision does from now on.
    fn lay_counted(&self, tx: &mut Tx, campaign: &Campaign) -> diesel::QueryResult<()> {
        self.lay_voidings(tx, campaign)?;
        desk::clear(tx, CANCELLATION, campaign.id.uuid())?;
        let stages = campaigns::list_stages(tx.conn, campaign.id)?;
        let barred = self.list_barred_deciders(tx, campaign)?;
        self.lay_decision(tx, campaign, &stages, (true, false), barred)
    }

    fn tally_of(&self, tx: &Tx, poll: &Poll, id: CampaignId, opened: &Opened) -> Result<Tally, Refusal> {
        let counted = opened.choices.len();
        let totals = totals(poll, &opened.choices).ok_or(Refusal::Unreadable { ballots: counted })?;
        let receipts = rules::receipts_text(opened.voters.iter().map(|voter| self.receipt(id, *voter)).collect());
        let voters: BTreeSet<MemberId> = opened.voters.iter().map(|voter| voter.member_id).collect();
        let int = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
        Ok(Tally {
            campaign_id: id,
            electorate: int(poll.roll().lines().len()),
            voters: int(voters.len()),
            ballots_cast: int(opened.cast),
            ballots_counted: int(counted),
            totals: Json(totals),
            receipts_sha256: hex(&digest(receipts.as_bytes())),
            receipts,
            counted_at: tx.now(),
        })
    }

    /// Counts the shuffled ballots again and compares with what was published.
    pub async fn recount(&self, id: CampaignId) -> Outcome<Recount> {
        let known = move |conn: &mut Conn| Ok((campaigns::find(conn, id)?, store::tallies::find(conn, id)?));
        let (campaign, tally) = self.db.read(known).await?;
        campaign.ok_or(CampaignRefusal::NoSuchCampaign)?;
        let tally = tally.ok_or(CampaignRefusal::NotCounted)?;
        let poll = self.poll(id).await?;
        let (slips, voters, voided) = self
            .db
            .read(move |conn| {
                let voided: HashSet<(MemberId, i32)> = store::voidings::list_voided(conn, id)?.into_iter().collect();
                Ok((store::tallies::list_slips(conn, id)?, store::ballots::list_voters(conn, id)?, voided))
            })
            .await?;
        let choices: Vec<Vec<u8>> = slips.into_iter().map(|slip| slip.choices).collect();
        let recounted = totals(&poll, &choices);
        let valid = voters.into_iter().filter(|voter| !voided.contains(&(voter.member_id, voter.period)));
        let receipts = rules::receipts_text(valid.map(|voter| self.receipt(id, voter)).collect());
        let agrees = recounted.as_ref() == Some(&tally.totals.0)
            && usize::try_from(tally.ballots_counted) == Ok(choices.len())
            && receipts == tally.receipts
            && hex(&digest(receipts.as_bytes())) == tally.receipts_sha256;
        let shown = tally.ballots_counted >= SECRET_BELOW;
        let published = |total: &Total| {
            let found = tally.totals.0.iter().find(|published| published.entry_id == total.entry_id);
            (total.entry_id.to_string(), total.votes, found.map_or(0, |found| found.votes))
        };
        let lines = recounted.iter().flatten().filter(|_| shown).map(published).collect();
        Ok(Recount { ballots: choices.len(), agrees, lines })
    }

    /// Whether ballots are taken now, as far as the clock has moved the stage.
    pub async fn votes(&self, id: CampaignId) -> Result<bool, DbError> {
        let stage = self.db.read(move |conn| campaigns::find_stage(conn, id, CampaignStage::Vote)).await?;
        Ok(stage.is_some_and(|row| row.state == StageState::Open))
    }

    /// The tally, once there is one.
    pub async fn tally(&self, viewer: &Viewer<'_>, id: CampaignId) -> Outcome<Tally> {
        let seen = self.see(viewer, id).await?;
        let tally = self.db.read(move |conn| store::tallies::find(conn, id)).await?;
        tally.ok_or_else(|| uncounted(seen.campaign.state).into())
    }
}

/// Opens every ballot that counts, some members at a time; a single one that does not open, or is of somebody who is
/// not on the roll, stops the counting.
fn open_all(tx: &mut Tx, (poll, key): (&Poll, &Key), id: CampaignId) -> Outcome<Opened> {
    let voided: HashSet<(MemberId, i32)> = store::voidings::list_voided(tx.conn, id)?.into_iter().collect();
    let cast = usize::try_from(store::ballots::count(tx.conn, id)?).unwrap_or(usize::MAX);
    let mut opened = Opened { cast, voters: Vec::new(), choices: Vec::new() };
    let mut accounted = 0_usize;
    for (first, last) in spans(poll) {
        for ballot in store::ballots::list_sealed(tx.conn, id, first, last)? {
            let voter = Voter { member_id: ballot.member_id, period: ballot.period, cast_at: ballot.cast_at };
            if voided.contains(&(voter.member_id, voter.period)) {
                accounted += 1;
            } else if let Some(choices) = open_ballot(key, &ballot) {
                accounted += 1;
                opened.voters.push(voter);
                opened.choices.push(choices);
            }
        }
    }
    match cast.abs_diff(accounted) {
        0 => Ok(opened),
        ballots => Err(Refusal::Unreadable { ballots }.into()),
    }
}

/// The roll in pieces, each by its first and its last member: no statement takes longer for a vote of many days.
fn spans(poll: &Poll) -> impl Iterator<Item = (MemberId, MemberId)> + '_ {
    let ends = |lines: &[RollLine]| Some((lines.first()?.member, lines.last()?.member));
    poll.roll().lines().chunks(MEMBERS_AT_ONCE).filter_map(ends)
}

/// The ballots under random keys, in the order of the keys: a shuffle that leaves nothing to be ordered by.
fn slips(id: CampaignId, opened: Vec<Vec<u8>>) -> Vec<Slip> {
    let slip = |choices| Slip { campaign_id: id, slip_key: random_key().to_vec(), choices };
    let mut slips: Vec<Slip> = opened.into_iter().map(slip).collect();
    slips.sort_unstable_by(|one, other| one.slip_key.cmp(&other.slip_key));
    slips
}

/// Votes by entry, in the order of the numbers on the ballot; `None` when a slip is none of this vote.
fn totals(poll: &Poll, choices: &[Vec<u8>]) -> Option<Vec<Total>> {
    let known: HashSet<u16> = poll.numbers().collect();
    let counted = rules::count(choices.iter().map(Vec::as_slice), &known)?;
    counted.into_iter().map(|(number, votes)| Some(Total { entry_id: poll.entry_of(number)?, votes })).collect()
}
