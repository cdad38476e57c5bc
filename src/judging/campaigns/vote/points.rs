//! Points for taking part in a vote, to every voter once.
//!
//! Not in the transaction of a ballot: an award takes the member's turn and writes three rows, which would cost a ballot
//! several times what it costs now in the minutes when everybody votes. A job gives them after the count, some voters at a
//! time, from the rows that say who voted. All of a vote are given for the day of the count and name the campaign, so an
//! entry of the ledger says that its member took part and nothing else: not when, and not how often. A voided ballot
//! earns nothing.

use super::model::Tally;
use super::store;
use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::db::{DbError, Never, Stop, Tx};
use crate::honour::points::{Grant, RuleName};
use crate::judging::campaigns::Campaigns;
use crate::judging::campaigns::model::{Campaign, CampaignId};
use crate::judging::campaigns::store as campaigns;

/// Voters who share a transaction: as short as any other, so that nobody waits long behind it.
const REWARDED_AT_ONCE: i64 = 25;
/// Transactions of one pass, so that a large vote leaves room for everything else.
const CHUNKS_A_PASS: usize = 40;
/// Campaigns looked at in one pass.
const CAMPAIGNS_AT_ONCE: i64 = 20;

/// What the ledger names as the source.
const SOURCE: &str = "campaign";

impl Campaigns {
    /// Gives points to voters of counted votes who have none; goes on where it, or another server, stopped.
    pub async fn reward(&self) -> Result<(), DbError> {
        for id in self.db.read(|conn| store::points::list_due(conn, CAMPAIGNS_AT_ONCE)).await? {
            for _ in 0..CHUNKS_A_PASS {
                let room = self.clone();
                let chunk = move |tx: &mut Tx| -> Result<bool, Stop<Never>> { Ok(room.reward_some(tx, id)?) };
                if !self.db.write(chunk).await? {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Now, while voters are still to be rewarded.
    pub(in crate::judging::campaigns) async fn next_reward(&self) -> Result<Option<Timestamp>, DbError> {
        let now = self.db.now();
        self.db.read(move |conn| Ok(store::points::list_due(conn, 1)?.first().map(|_| now))).await
    }

    /// Rewards the next voters; false when there is nothing more to do here.
    fn reward_some(&self, tx: &mut Tx, id: CampaignId) -> diesel::QueryResult<bool> {
        let (campaign, tally) = (campaigns::find(tx.conn, id)?, store::tallies::find(tx.conn, id)?);
        let (Some(campaign), Some(tally)) = (campaign, tally) else { return Ok(false) };
        let Some(through) = store::points::find(tx.conn, id)? else { return Ok(false) };
        let voters = store::ballots::list_next_voters(tx.conn, id, through, REWARDED_AT_ONCE)?;
        // turns come before every other lock
        tx.take_turns(voters.iter().copied())?;
        // the server that has locked the row does this part; another server goes on from there later
        if store::points::lock_row(tx.conn, id)? != Some(through) {
            return Ok(false);
        }
        let Some(last) = voters.last().copied() else {
            store::points::finish(tx.conn, id, tx.now())?;
            return Ok(false);
        };
        let voided: Vec<(MemberId, i32)> = store::voidings::list_voided(tx.conn, id)?;
        for member in voters {
            if counts(tx, id, member, &voided)? {
                self.reward_one(tx, &campaign, &tally, member)?;
            }
        }
        store::points::put_through(tx.conn, id, last)?;
        Ok(true)
    }

    fn reward_one(&self, tx: &mut Tx, campaign: &Campaign, tally: &Tally, member: MemberId) -> diesel::QueryResult<()> {
        let Some(path) = self.directory.path_unless_left(member) else { return Ok(()) };
        let reason = format!("参加投票：{}", campaign.title);
        // the day of the count, also when the work goes on after midnight, until that day is final
        let counted = tally.counted_at.day();
        let day = if self.closings.final_at(counted) <= tx.now() { tx.today() } else { counted };
        let grant = Grant {
            rule: RuleName::BALLOT_CAST,
            member,
            path: &path,
            times: 1,
            day,
            source_kind: SOURCE,
            source_id: campaign.id.uuid(),
            reason: &reason,
        };
        self.points.award(tx, &grant).map(drop)
    }
}

/// Whether a ballot of the member counts.
fn counts(tx: &mut Tx, id: CampaignId, member: MemberId, voided: &[(MemberId, i32)]) -> diesel::QueryResult<bool> {
    if !voided.iter().any(|(whose, _)| *whose == member) {
        return Ok(true);
    }
    let ballots = store::ballots::list_of_member(tx.conn, id, member)?;
    Ok(ballots.iter().any(|voter| !voided.contains(&(member, voter.period))))
}
