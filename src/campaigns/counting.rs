//! Counting, once: after the closing has committed and everything that began before it has ended.
//!
//! One transaction opens every ballot, writes them under fresh random keys in the order of these keys, erases the
//! ciphertext and keeps the totals. So no key, order, instant or transaction of a slip leads back to a member: all slips
//! of a campaign have the same, and the rows of who voted keep nothing of what was chosen.

use std::collections::{BTreeSet, HashSet};

use serde_json::json;

use super::casting::Poll;
use super::model::{Ballot, CampaignId, CampaignStage, RollLine, Slip, StageState, Tally, Total, Voter};
use super::organising::{Outcome, note};
use super::rules::{self, Refusal};
use super::{Campaigns, store};
use crate::base::crypto::{digest, hex, random_key};
use crate::base::id::MemberId;
use crate::db::{Conn, DbError, Json, Stop, Tx};

const COUNTED_AT_ONCE: i64 = 50;
/// Members whose ballots are read or erased by one statement.
const MEMBERS_AT_ONCE: usize = 5_000;
/// Room that is made at once for ballots.
const MOST_EXPECTED: usize = 1_000_000;
/// How often and in which steps older transactions are waited for; then the next pass of the clock goes on.
const WAITS: usize = 40;
const WAIT: std::time::Duration = std::time::Duration::from_millis(50);

/// What a recount of the shuffled ballots found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recount {
    pub ballots: usize,
    /// Whether ballots, totals, receipts and their hash are what was published.
    pub agrees: bool,
    /// Recounted and published votes by entry; empty when there are too few ballots to show any.
    pub lines: Vec<(String, i64, i64)>,
}

impl Campaigns {
    /// Counts every vote that is closed and due.
    pub(super) async fn count_due(&self) -> Result<(), DbError> {
        for (id, closed_at) in self.db.read(|conn| store::ballots::list_uncounted(conn, COUNTED_AT_ONCE)).await? {
            let Some(campaign) = self.db.read(move |conn| store::find(conn, id)).await? else { continue };
            let delay = i64::from(campaign.terms.0.ballot.counting_delay_minutes) * 60;
            let due = closed_at.is_none_or(|closed| self.db.now() >= closed.plus_seconds(delay));
            if !due {
                continue;
            }
            if !self.all_older_ended().await? {
                // such as a dump of the database, which cannot be told from a ballot under way
                tracing::info!(campaign = %id, "the count waits for a transaction that is older than the closing");
                continue;
            }
            match self.count(id).await {
                Ok(()) => {}
                // nothing is counted rather than something else than was cast
                Err(Stop::Refused(refusal)) => tracing::error!(campaign = %id, ?refusal, "a vote cannot be counted"),
                Err(Stop::Failed(error)) => return Err(error),
            }
        }
        Ok(())
    }

    /// Waits until every transaction has ended that may have seen the vote open: the closing was read as committed, so
    /// whatever begins from now on sees it closed.
    async fn all_older_ended(&self) -> Result<bool, DbError> {
        let now = self.db.read(store::ballots::database_clock).await?;
        for _ in 0..WAITS {
            if self.db.read(move |conn| store::ballots::count_older_transactions(conn, now)).await? == 0 {
                return Ok(true);
            }
            tokio::time::sleep(WAIT).await;
        }
        Ok(false)
    }

    async fn count(&self, id: CampaignId) -> Outcome<()> {
        let (room, poll) = (self.clone(), self.poll(id).await?);
        poll.check_key()?;
        self.db
            .write(move |tx| {
                // held, so that of two servers one counts and the other finds it done
                store::hold(tx.conn, id)?.ok_or(Refusal::NoSuchCampaign)?;
                let stage = store::find_stage(tx.conn, id, CampaignStage::Vote)?.ok_or(Refusal::NoSuchStage)?;
                if stage.state != StageState::Closed || store::ballots::is_counted(tx.conn, id)? {
                    return Ok(());
                }
                let ballots = all_ballots(tx, &poll, id)?;
                let voided: HashSet<(MemberId, i32)> = store::ballots::list_voided(tx.conn, id)?.into_iter().collect();
                let cast = ballots.len();
                let valid: Vec<Ballot> =
                    ballots.into_iter().filter(|ballot| !voided.contains(&(ballot.member_id, ballot.period))).collect();
                let opened = room.opened(&valid)?;
                let tally = room.tally_of(tx, &poll, id, cast, &valid, &opened)?;
                store::ballots::insert_slips(tx.conn, &slips(id, opened))?;
                for (first, last) in spans(&poll) {
                    store::ballots::erase(tx.conn, id, first, last)?;
                }
                store::ballots::insert_tally(tx.conn, &tally)?;
                let detail = json!({
                    "electorate": tally.electorate, "ballots_cast": tally.ballots_cast,
                    "ballots_counted": tally.ballots_counted, "receipts_sha256": tally.receipts_sha256,
                });
                Ok(note(tx, None, "campaigns.count", id, detail)?)
            })
            .await
    }

    /// The choices of every ballot; a single one that does not open stops the counting.
    fn opened(&self, ballots: &[Ballot]) -> Result<Vec<Vec<u8>>, Refusal> {
        let opened: Vec<Vec<u8>> = ballots.iter().filter_map(|ballot| self.open_ballot(ballot)).collect();
        let unreadable = ballots.len() - opened.len();
        if unreadable > 0 { Err(Refusal::Unreadable { ballots: unreadable }) } else { Ok(opened) }
    }

    fn tally_of(
        &self,
        tx: &Tx,
        poll: &Poll,
        id: CampaignId,
        cast: usize,
        valid: &[Ballot],
        opened: &[Vec<u8>],
    ) -> Result<Tally, Refusal> {
        let totals = totals(poll, opened).ok_or(Refusal::Unreadable { ballots: valid.len() })?;
        let receipts = valid.iter().map(|ballot| self.receipt(id, voter(ballot))).collect();
        let receipts = rules::receipts_text(receipts);
        let voters: BTreeSet<MemberId> = valid.iter().map(|ballot| ballot.member_id).collect();
        let int = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
        Ok(Tally {
            campaign_id: id,
            electorate: int(poll.roll().lines().len()),
            voters: int(voters.len()),
            ballots_cast: int(cast),
            ballots_counted: int(valid.len()),
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
        // before the poll is looked at, which would take this server's key for that of a vote without any
        let tally = tally.ok_or(Refusal::NotCounted)?;
        let poll = self.poll(id).await?;
        poll.check_key()?;
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

/// The roll in pieces, each by its first and its last member: no statement takes longer for a vote of many days.
fn spans(poll: &Poll) -> impl Iterator<Item = (MemberId, MemberId)> + '_ {
    let ends = |lines: &[RollLine]| Some((lines.first()?.member, lines.last()?.member));
    poll.roll().lines().chunks(MEMBERS_AT_ONCE).filter_map(ends)
}

/// Every ballot of the vote; refused when there is one of somebody who is not on the roll.
fn all_ballots(tx: &mut Tx, poll: &Poll, id: CampaignId) -> Outcome<Vec<Ballot>> {
    let cast = usize::try_from(store::ballots::count(tx.conn, id)?).unwrap_or(usize::MAX);
    let mut ballots = Vec::with_capacity(cast.min(MOST_EXPECTED));
    for (first, last) in spans(poll) {
        ballots.extend(store::ballots::list_sealed(tx.conn, id, first, last)?);
    }
    let strange = cast.abs_diff(ballots.len());
    if strange > 0 { Err(Refusal::Unreadable { ballots: strange }.into()) } else { Ok(ballots) }
}

/// The ballots under random keys, in the order of the keys: a shuffle that leaves nothing to be ordered by.
fn slips(id: CampaignId, opened: Vec<Vec<u8>>) -> Vec<Slip> {
    let slip = |choices| Slip { campaign_id: id, slip_key: random_key().to_vec(), choices };
    let mut slips: Vec<Slip> = opened.into_iter().map(slip).collect();
    slips.sort_unstable_by(|one, other| one.slip_key.cmp(&other.slip_key));
    slips
}

fn voter(ballot: &Ballot) -> Voter {
    Voter { member_id: ballot.member_id, period: ballot.period, cast_at: ballot.cast_at }
}

/// Votes by entry, in the order of the numbers on the ballot; `None` when a slip is none of this vote.
fn totals(poll: &Poll, choices: &[Vec<u8>]) -> Option<Vec<Total>> {
    let known: HashSet<u16> = poll.numbers().collect();
    let counted = rules::count(choices.iter().map(Vec::as_slice), &known)?;
    counted.into_iter().map(|(number, votes)| Some(Total { entry_id: poll.entry_of(number)?, votes })).collect()
}
