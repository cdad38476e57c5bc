//! Casting a ballot: one row whose choices only the key of its vote opens.
//!
//! Choices never leave this file but as ciphertext: not into a log, the trail, the outbox, or an idempotency record. A
//! ballot that is sent again is recognised by opening the one that is there.

use std::collections::HashMap;
use std::sync::Arc;

use super::keys::KeyInMemory;
use super::model::{Ballot, Roll, RollLine, Voter};
use super::rules::{self, Candidate, OwnEntries, Refusal};
use super::{Outcome, store};
use crate::base::crypto::{Key, crockford};
use crate::base::id::{MemberId, UnitId};
use crate::base::time::Timestamp;
use crate::db::{DbError, Stop, Tx};
use crate::judging::campaigns::entries::EntryPeople;
use crate::judging::campaigns::entries::model::{Entry, EntryId};
use crate::judging::campaigns::model::{BallotRules, Campaign, CampaignId, CampaignStage, CampaignState, VotePeriod};
use crate::judging::campaigns::rules::{CampaignRefusal, takes};
use crate::judging::campaigns::{Campaigns, entries, store as campaigns};

/// What casting must know of a vote; none of it changes once the vote has opened.
#[derive(Debug)]
pub(in crate::judging::campaigns) struct Poll {
    rules: BallotRules,
    /// The most entries of a ballot.
    max: u16,
    candidates: HashMap<EntryId, Candidate>,
    roll: Roll,
    /// Seals and opens its ballots.
    pub(super) key: KeyInMemory,
}

impl Poll {
    pub(super) fn entry_of(&self, number: u16) -> Option<EntryId> {
        self.candidates.iter().find(|(_, candidate)| candidate.number == number).map(|(entry, _)| *entry)
    }

    pub(in crate::judging::campaigns) fn numbers(&self) -> impl Iterator<Item = u16> + '_ {
        self.candidates.values().map(|candidate| candidate.number)
    }

    pub(in crate::judging::campaigns) fn roll(&self) -> &Roll {
        &self.roll
    }

    pub(super) fn period(&self, now: Timestamp) -> i32 {
        match self.rules.period {
            VotePeriod::Whole => 0,
            VotePeriod::Daily => now.day().number(),
        }
    }
}

/// A cast ballot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cast {
    pub receipt: String,
    /// Whether this request cast it or changed it.
    pub is_new: bool,
}

/// That a member voted, with the receipt.
#[derive(Clone, Debug)]
pub struct MyBallot {
    pub voter: Voter,
    pub receipt: String,
}

impl Campaigns {
    /// Casts a ballot, or finds that it was cast already.
    pub async fn cast(&self, member: MemberId, id: CampaignId, chosen: &[EntryId]) -> Outcome<Cast> {
        let poll = self.poll(id).await?;
        let choices = self.choices(&poll, member, chosen)?;
        let key = self.casting_key(id, &poll).await?;
        let room = self.clone();
        self.db.write_about(member, move |tx| room.cast_within(tx, (&poll, &key), (id, member), &choices)).await
    }

    /// Whether a member has voted in each of these campaigns, whose vote is open: today, where one votes every day. Those in
    /// which he may choose nothing are left out.
    pub(in crate::judging::campaigns) async fn voted_in(
        &self,
        member: MemberId,
        ids: Vec<CampaignId>,
    ) -> Result<HashMap<CampaignId, bool>, DbError> {
        let (now, mut present) = (self.db.now(), Vec::new());
        for id in ids {
            // in memory, but for the first look at it
            match self.poll(id).await {
                Ok(poll) if self.bounds_of(&poll, member).is_some() => present.push((id, poll.period(now))),
                Ok(_) | Err(Stop::Refused(_)) => {}
                Err(Stop::Failed(error)) => return Err(error),
            }
        }
        if present.is_empty() {
            return Ok(HashMap::new());
        }
        let ids: Vec<CampaignId> = present.iter().map(|(id, _)| *id).collect();
        let cast = self.db.read(move |conn| store::ballots::list_periods_of_member(conn, &ids, member)).await?;
        Ok(present.into_iter().map(|one| (one.0, cast.contains(&one))).collect())
    }

    fn choices(&self, poll: &Poll, member: MemberId, chosen: &[EntryId]) -> Result<Vec<u8>, Refusal> {
        let line = poll.roll.find(member).ok_or(Refusal::NotOnRoll)?;
        let own = self.own_entries(&poll.rules, line);
        let numbers = rules::choose(&poll.candidates, (poll.rules.min, poll.max), &own, chosen)?;
        Ok(rules::slip_choices(&numbers, poll.max))
    }

    /// What somebody on the roll may not choose.
    fn own_entries(&self, rules: &BallotRules, line: &RollLine) -> OwnEntries {
        if rules.self_voting {
            return OwnEntries::default();
        }
        OwnEntries { voter: Some(line.member), units: self.up_to_branch(line.unit, line.branch) }
    }

    /// How many entries a member may choose, at least and at most; `None` for somebody who is not on the roll, and where
    /// every entry is his own.
    pub(in crate::judging::campaigns) fn bounds_of(&self, poll: &Poll, member: MemberId) -> Option<(u16, u16)> {
        let line = poll.roll.find(member)?;
        let own = self.own_entries(&poll.rules, line);
        rules::bounds(poll.candidates.values(), (poll.rules.min, poll.max), &own)
    }

    /// Whether anybody on the roll could choose anything, were the vote opened with these entries on the ballot.
    pub(in crate::judging::campaigns) fn can_be_cast(
        &self,
        campaign: &Campaign,
        roll: &Roll,
        (on_ballot, people): (&[Entry], &EntryPeople),
    ) -> bool {
        let rules = &campaign.terms.0.ballot;
        // numbered or not, what matters is whose they are
        let candidates: Vec<Candidate> = on_ballot.iter().map(|entry| candidate(entry, people, 0)).collect();
        roll.lines().iter().any(|line| {
            let own = self.own_entries(rules, line);
            rules::bounds(candidates.iter(), (1, 1), &own).is_some()
        })
    }

    /// The home unit and what lies above it, up to the branch; where units were moved since the opening, the branch is still
    /// the one of the roll.
    fn up_to_branch(&self, unit: UnitId, branch: UnitId) -> Vec<UnitId> {
        let path = self.path_of(unit);
        match path.iter().position(|above| *above == branch) {
            Some(end) => path[..=end].to_vec(),
            None => vec![unit, branch],
        }
    }

    /// Casts the ballot, which nearly always takes one statement; else says why not, finds it there, or replaces it. The
    /// member's turn is taken, so that of two equal requests one casts and the other finds.
    fn cast_within(
        &self,
        tx: &mut Tx,
        (poll, key): (&Poll, &Key),
        (id, member): (CampaignId, MemberId),
        choices: &[u8],
    ) -> Outcome<Cast> {
        // of the period in which this attempt of the transaction began, and whose instant that is
        let period = poll.period(tx.now());
        let sealed = key.seal_for(&place(id, member, period), choices);
        let ballot = Ballot { campaign_id: id, member_id: member, period, sealed, cast_at: tx.now() };
        let receipt = self.receipt_of(&ballot);
        if store::ballots::cast(tx.conn, &ballot)? {
            return Ok(Cast { receipt, is_new: true });
        }
        let campaign = campaigns::find(tx.conn, id)?.ok_or(CampaignRefusal::NoSuchCampaign)?;
        if campaign.state != CampaignState::Open {
            return Err(CampaignRefusal::WrongState(campaign.state).into());
        }
        let stage = campaigns::find_stage(tx.conn, id, CampaignStage::Vote)?.ok_or(CampaignRefusal::NoSuchStage)?;
        takes(&stage, tx.now())?;
        let first = store::ballots::find(tx.conn, id, member, ballot.period)?;
        let first = first.ok_or(CampaignRefusal::Over(CampaignStage::Vote))?;
        let same = open_ballot(key, &first).ok_or(Refusal::Unreadable { ballots: 1 })? == choices;
        if same {
            return Ok(Cast { receipt, is_new: false });
        }
        if !poll.rules.replacing {
            return Err(Refusal::AlreadyVoted.into());
        }
        if !store::ballots::replace(tx.conn, &ballot)? {
            return Err(CampaignRefusal::Over(CampaignStage::Vote).into());
        }
        Ok(Cast { receipt, is_new: true })
    }

    fn receipt_of(&self, ballot: &Ballot) -> String {
        receipt(&self.receipt_key, ballot.campaign_id, ballot.member_id, ballot.period)
    }

    pub(in crate::judging::campaigns) fn receipt(&self, id: CampaignId, voter: Voter) -> String {
        receipt(&self.receipt_key, id, voter.member_id, voter.period)
    }

    /// The caller's own ballots: that they were cast, never what they say.
    pub async fn my_ballots(&self, member: MemberId, id: CampaignId) -> Outcome<Vec<MyBallot>> {
        let voters = self.db.read(move |conn| store::ballots::list_of_member(conn, id, member)).await?;
        if voters.is_empty() {
            return Err(Refusal::NoBallot.into());
        }
        Ok(voters.into_iter().map(|voter| MyBallot { voter, receipt: self.receipt(id, voter) }).collect())
    }

    /// The vote of a campaign, from memory once it has opened. A roll of 60,000 takes 3 MB, several times as much while it
    /// is read, so of all who come first when the vote opens one reads it.
    pub(super) async fn poll(&self, id: CampaignId) -> Outcome<Arc<Poll>> {
        if let Some(known) = self.polls.get(&id) {
            return Ok(known);
        }
        let (campaign, stage) = self
            .db
            .read(move |conn| Ok((campaigns::find(conn, id)?, campaigns::find_stage(conn, id, CampaignStage::Vote)?)))
            .await?;
        let campaign = campaign.filter(|campaign| campaign.state != CampaignState::Draft);
        let campaign = campaign.ok_or(CampaignRefusal::NoSuchCampaign)?;
        if campaign.state == CampaignState::Cancelled {
            return Err(CampaignRefusal::WrongState(campaign.state).into());
        }
        let stage = stage.ok_or(CampaignRefusal::NoSuchStage)?;
        if campaign.state != CampaignState::Open || stage.opened_at.is_none() {
            return Err(CampaignRefusal::NotOpen(CampaignStage::Vote).into());
        }
        let _turn = self.polls_loading.lock().await;
        if let Some(known) = self.polls.get(&id) {
            return Ok(known);
        }
        let ((entries, people), roll) =
            self.db.read(move |conn| Ok((entries::handed_in(conn, id)?, store::rolls::find(conn, id)?))).await?;
        let numbered = |entry: &Entry| {
            let number = entry.number.and_then(|number| u16::try_from(number).ok()).filter(|number| *number > 0)?;
            Some((entry.id, candidate(entry, &people, number)))
        };
        let on_ballot = entries.iter().filter(|entry| entry.on_ballot);
        let poll = Arc::new(Poll {
            rules: campaign.terms.0.ballot,
            max: campaign.terms.0.most_choices(),
            candidates: on_ballot.filter_map(numbered).collect(),
            roll: roll.unwrap_or_default(),
            key: KeyInMemory::default(),
        });
        self.polls.insert(id, poll.clone());
        Ok(poll)
    }
}

fn candidate(entry: &Entry, people: &EntryPeople, number: u16) -> Candidate {
    Candidate { number, unit: entry.unit_id, people: people.of_entry(entry.id) }
}

/// The choices of a ballot; `None` when it was sealed under another key, or for another row.
pub(super) fn open_ballot(key: &Key, ballot: &Ballot) -> Option<Vec<u8>> {
    key.open_for(&place(ballot.campaign_id, ballot.member_id, ballot.period), &ballot.sealed)
}

/// To which row a ciphertext belongs; in another one it does not open.
fn place(id: CampaignId, member: MemberId, period: i32) -> Vec<u8> {
    [id.uuid().as_bytes().as_slice(), member.uuid().as_bytes(), &period.to_be_bytes()].concat()
}

/// Twelve Crockford digits that follow from who voted in what and when, and not from what was chosen.
fn receipt(key: &Key, id: CampaignId, member: MemberId, period: i32) -> String {
    let mac = key.mac(&[id.uuid().as_bytes(), member.uuid().as_bytes(), &period.to_be_bytes()]);
    let mut bits = [0; 8];
    bits.copy_from_slice(&mac[..8]);
    crockford(u64::from_be_bytes(bits))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_receipt_follows_from_who_and_when_alone() {
        let key = Key::random();
        let (id, member) = (CampaignId::from(Uuid::from_u128(1)), MemberId::from(Uuid::from_u128(2)));
        let first = receipt(&key, id, member, 0);
        assert_eq!(first.len(), 12);
        assert_eq!(first, receipt(&key, id, member, 0));
        assert_ne!(first, receipt(&key, id, member, 1));
        assert_ne!(first, receipt(&Key::random(), id, member, 0));
    }
}
