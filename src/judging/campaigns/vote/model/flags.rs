//! What is worth a look about who voted when.

use chrono::NaiveTime;
use diesel::prelude::*;

use crate::base::id::{MemberId, UnitId};
use crate::base::time::Timestamp;
use crate::db::schema::{campaign_flag_checks, campaign_flag_looks};
use crate::judging::campaigns::model::CampaignId;
use crate::judging::campaigns::vote::model::Voter;

crate::words!(
    /// Why ballots are worth a look.
    FlagKind {
        /// Many of one unit within a short time, many more than elsewhere.
        Velocity = "velocity" / "短时集中投票",
        /// Cast at night.
        UnusualHours = "unusual_hours" / "异常时段投票",
        /// Of accounts whose passwords were set anew after the announcement, before the ballot.
        ResetAccount = "reset_account" / "密码重置后投票",
        /// Of accounts that were first opened after the announcement, before the ballot.
        NewAccount = "new_account" / "新开通账号投票",
        /// Of several accounts that were opened on one device.
        SharedDevice = "shared_device" / "共用设备投票",
    }
);

/// From where on ballots are worth a look.
#[derive(Clone, Copy, Debug)]
pub struct Watch {
    /// Minutes within which many ballots of one unit stand out.
    pub minutes: u16,
    /// How many are many.
    pub ballots: u16,
    /// How many times as many for each member as elsewhere meanwhile.
    pub times: u16,
    /// The night on the clock of the enterprise; over midnight when it ends before it begins, none when it ends as it
    /// begins.
    pub night_from: NaiveTime,
    pub night_until: NaiveTime,
    /// How many accounts opened on one device are several.
    pub accounts: u16,
    /// Hours from the closing to the counting when something is worth a look and the rules set no delay.
    pub delay_hours: u16,
}

/// A device on which several accounts were opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SharedDevice {
    /// The same wherever it appears in one vote.
    pub number: usize,
    /// How many accounts were opened on it, whether or not they voted.
    pub accounts: usize,
}

/// Ballots of one unit that are worth a look; computed, never stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flag {
    pub kind: FlagKind,
    /// The home unit of everybody here.
    pub unit: UnitId,
    /// The first and the last of the ballots.
    pub from: Timestamp,
    pub until: Timestamp,
    /// Ballots of everybody else within the same window, for [`FlagKind::Velocity`]; else 0.
    pub elsewhere: u64,
    /// Whose they are, in the order of casting.
    pub voters: Vec<Voter>,
    /// On which device the accounts were opened, for [`FlagKind::SharedDevice`].
    pub device: Option<SharedDevice>,
    /// Who issued or approved the codes that opened the accounts, for flags about accounts.
    pub openers: Vec<MemberId>,
}

impl Flag {
    /// A flag on `voters`, one at least, in the order of casting.
    pub fn new(kind: FlagKind, unit: UnitId, elsewhere: u64, voters: &[Voter]) -> Flag {
        let at = |voter: Option<&Voter>| voter.map_or(Timestamp::from_micros(0), |voter| voter.cast_at);
        let (from, until) = (at(voters.first()), at(voters.last()));
        Flag { kind, unit, from, until, elsewhere, voters: voters.to_vec(), device: None, openers: Vec::new() }
    }

    /// Whether it is about a ballot of `member`, or an account that he opened: then others must look at it.
    pub fn concerns(&self, member: MemberId) -> bool {
        self.voters.iter().any(|voter| voter.member_id == member) || self.openers.contains(&member)
    }

    /// What lists are ordered by.
    pub fn key(&self) -> (i64, String) {
        (self.from.micros(), self.name())
    }

    /// The same for the same ballots, so that a proposal can name it.
    pub fn name(&self) -> String {
        let device = self.device.map(|device| format!("-{}", device.number)).unwrap_or_default();
        format!("{}-{}-{}{device}", self.kind, self.unit, self.from.micros())
    }

    pub fn ballots(&self) -> usize {
        self.voters.len()
    }
}

/// What was found once after the closing.
#[derive(Clone, Copy, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = campaign_flag_checks)]
pub struct FlagCheck {
    pub campaign_id: CampaignId,
    pub flags: i32,
    pub checked_at: Timestamp,
    /// From then on the vote is counted; earlier once two people have looked.
    pub counts_from: Timestamp,
}

/// That somebody has looked at the flags of a vote.
#[derive(Clone, Copy, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = campaign_flag_looks)]
pub struct FlagLook {
    pub campaign_id: CampaignId,
    pub member_id: MemberId,
    pub looked_at: Timestamp,
}
