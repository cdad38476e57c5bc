//! Counting, once: after the closing has committed and everything that began before it has ended.
//!
//! One transaction opens every ballot, writes them under fresh random keys in the order of these keys, erases the
//! ciphertext and keeps the totals; then the key is destroyed. So no key, order, instant or transaction of a slip leads back to a member: all slips
//! of a campaign have the same, and the rows of who voted keep nothing of what was chosen.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::mem::Discriminant;
use std::sync::{Mutex, PoisonError};

use serde_json::json;

use super::casting::{Poll, open_ballot};
use super::model::{CampaignId, CampaignStage, CampaignState, RollLine, Slip, StageState, Tally, Total, Voter};
use super::organising::{Outcome, note};
use super::rules::{self, Refusal};
use super::{Campaigns, store};
use crate::base::crypto::{Key, digest, hex, random_key};
use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::db::{Conn, DbError, Json, Stop, Tx};
use crate::kernel::agenda;

const COUNTED_AT_ONCE: i64 = 50;
/// Members whose ballots are read or erased by one statement.
const MEMBERS_AT_ONCE: usize = 5_000;

/// Seconds after which it is said again that a vote cannot be counted.
const SAID_AGAIN_SECONDS: i64 = 3600;

/// What was said last of each vote that cannot be counted. It is tried every second, and for days where a key is lost.
#[derive(Default)]
pub(super) struct Complaints(Mutex<HashMap<CampaignId, (Discriminant<Refusal>, Timestamp)>>);

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
    /// Counts every vote that is closed and due.
    pub(super) async fn count_due(&self) -> Result<(), DbError> {
        let now = self.db.now();
        for id in self.db.read(move |conn| store::ballots::list_uncounted(conn, now, COUNTED_AT_ONCE)).await? {
            // the closing was read as committed, so whatever begins from now on sees the vote closed
            if !self.db.older_have_ended().await? {
                // such as a dump of the database, which cannot be told from a ballot under way
                tracing::info!(campaign = %id, "the count waits for a transaction that is older than the closing");
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
                Err(Stop::Failed(error)) => return Err(error),
            }
        }
        Ok(())
    }

    async fn count(&self, id: CampaignId) -> Outcome<()> {
        let (room, poll) = (self.clone(), self.poll(id).await?);
        let key = self.counting_key(id, &poll).await?;
        self.db
            .write(move |tx| -> Outcome<()> {
                // held, so that of two servers one counts and the other finds it done
                let held = store::hold(tx.conn, id)?.ok_or(Refusal::NoSuchCampaign)?;
                let stage = store::find_stage(tx.conn, id, CampaignStage::Vote)?.ok_or(Refusal::NoSuchStage)?;
                let open = held.state == CampaignState::Open;
                if !open || stage.state != StageState::Closed || store::ballots::is_counted(tx.conn, id)? {
                    return Ok(());
                }
                let opened = open_all(tx, (&poll, &key), id)?;
                let tally = room.tally_of(tx, &poll, id, &opened)?;
                store::ballots::insert_slips(tx.conn, &slips(id, opened.choices))?;
                for (first, last) in spans(&poll) {
                    store::ballots::erase(tx.conn, id, first, last)?;
                }
                store::ballots::insert_tally(tx.conn, &tally)?;
                agenda::put_now(tx, super::REWARDS, id.uuid())?;
                let detail = json!({
                    "electorate": tally.electorate, "ballots_cast": tally.ballots_cast,
                    "ballots_counted": tally.ballots_counted, "receipts_sha256": tally.receipts_sha256,
                });
                Ok(note(tx, None, "campaigns.count", id, detail)?)
            })
            .await?;
        // only now, for until the count is on disk it may have to be done again
        self.destroy_vote_keys(id).await;
        Ok(())
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
        let known = move |conn: &mut Conn| Ok((store::find(conn, id)?, store::ballots::find_tally(conn, id)?));
        let (campaign, tally) = self.db.read(known).await?;
        campaign.ok_or(Refusal::NoSuchCampaign)?;
        let tally = tally.ok_or(Refusal::NotCounted)?;
        let poll = self.poll(id).await?;
        let (slips, voters, voided) = self
            .db
            .read(move |conn| {
                let voided: HashSet<(MemberId, i32)> = store::ballots::list_voided(conn, id)?.into_iter().collect();
                Ok((store::ballots::list_slips(conn, id)?, store::ballots::list_voters(conn, id)?, voided))
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
        let shown = tally.ballots_counted >= rules::SECRET_BELOW;
        let published = |total: &Total| {
            let found = tally.totals.0.iter().find(|published| published.entry_id == total.entry_id);
            (total.entry_id.to_string(), total.votes, found.map_or(0, |found| found.votes))
        };
        let lines = recounted.iter().flatten().filter(|_| shown).map(published).collect();
        Ok(Recount { ballots: choices.len(), agrees, lines })
    }
}

/// Opens every ballot that counts, some members at a time; a single one that does not open, or is of somebody who is
/// not on the roll, stops the counting.
fn open_all(tx: &mut Tx, (poll, key): (&Poll, &Key), id: CampaignId) -> Outcome<Opened> {
    let voided: HashSet<(MemberId, i32)> = store::ballots::list_voided(tx.conn, id)?.into_iter().collect();
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
