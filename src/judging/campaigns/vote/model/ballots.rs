//! The roll, ballots while they are sealed, slips once they are counted, and the tally.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::base::id::{MemberId, UnitId};
use crate::base::time::Timestamp;
use crate::db::Json;
use crate::db::schema::{campaign_ballots, campaign_slips, campaign_tallies};
use crate::judging::campaigns::entries::model::EntryId;
use crate::judging::campaigns::model::CampaignId;

/// A member of the electorate, as at the opening.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RollLine {
    pub member: MemberId,
    /// The home unit.
    pub unit: UnitId,
    /// The branch, the home unit itself where there is none.
    pub branch: UnitId,
}

/// The electorate, sorted by member.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roll(Vec<RollLine>);

/// Bytes of a line: three ids.
const LINE: usize = 48;

impl Roll {
    pub fn new(mut lines: Vec<RollLine>) -> Roll {
        lines.sort_unstable();
        lines.dedup_by_key(|line| line.member);
        Roll(lines)
    }

    pub fn find(&self, member: MemberId) -> Option<&RollLine> {
        self.0.binary_search_by_key(&member, |line| line.member).ok().map(|index| &self.0[index])
    }

    pub fn lines(&self) -> &[RollLine] {
        &self.0
    }

    /// As it is stored and hashed: member, home unit and branch of every line.
    pub fn to_bytes(&self) -> Vec<u8> {
        let ids = self.0.iter().flat_map(|line| [line.member.uuid(), line.unit.uuid(), line.branch.uuid()]);
        ids.flat_map(Uuid::into_bytes).collect()
    }

    /// Reads what [`Roll::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Roll {
        let id = |part: &[u8]| Uuid::from_slice(part).unwrap_or_default();
        let line = |line: &[u8]| RollLine {
            member: id(&line[..16]).into(),
            unit: id(&line[16..32]).into(),
            branch: id(&line[32..]).into(),
        };
        Roll(bytes.chunks_exact(LINE).map(line).collect())
    }
}

/// A cast ballot as stored: who and when, and what only the server's key opens.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = campaign_ballots)]
pub struct Ballot {
    pub campaign_id: CampaignId,
    pub member_id: MemberId,
    /// 0 for the whole vote, else the day.
    pub period: i32,
    /// Empty once it has been counted.
    pub sealed: Vec<u8>,
    pub cast_at: Timestamp,
}

/// That somebody voted, without what is sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = campaign_ballots)]
pub struct Voter {
    pub member_id: MemberId,
    pub period: i32,
    pub cast_at: Timestamp,
}

/// A counted ballot under a random key: the numbers of the chosen entries, sorted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Queryable, Selectable, Insertable)]
#[diesel(table_name = campaign_slips)]
pub struct Slip {
    pub campaign_id: CampaignId,
    pub slip_key: Vec<u8>,
    pub choices: Vec<u8>,
}

/// How many ballots name an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Total {
    pub entry_id: EntryId,
    /// Ballots that name it.
    pub votes: i64,
}

/// What was counted, once.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = campaign_tallies)]
pub struct Tally {
    pub campaign_id: CampaignId,
    /// Members on the roll.
    pub electorate: i32,
    /// Different members whose ballots count.
    pub voters: i32,
    pub ballots_cast: i32,
    /// Without those that two people voided.
    pub ballots_counted: i32,
    pub totals: Json<Vec<Total>>,
    /// Sorted, each with a line break after it.
    pub receipts: String,
    /// SHA-256 of exactly that text.
    pub receipts_sha256: String,
    pub counted_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_roll_survives_its_bytes_and_finds_everybody() {
        let id = |n: u128| Uuid::from_u128(n);
        let line = |n: u128| RollLine { member: id(n).into(), unit: id(100 + n).into(), branch: id(200).into() };
        let roll = Roll::new(vec![line(3), line(1), line(2), line(1)]);
        assert_eq!(Roll::from_bytes(&roll.to_bytes()), roll);
        assert_eq!(roll.lines().len(), 3);
        assert_eq!(roll.find(id(2).into()), Some(&line(2)));
        assert_eq!(roll.find(id(4).into()), None);
    }
}
