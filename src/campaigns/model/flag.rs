//! What is worth a look about who voted when.

use chrono::NaiveTime;

use super::Voter;
use crate::base::id::UnitId;
use crate::base::time::Timestamp;

crate::words!(
    /// Why ballots are worth a look.
    FlagKind {
        /// Many of one unit within a short time, many more than elsewhere.
        Velocity = "velocity",
        /// Cast at night.
        UnusualHours = "unusual_hours",
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
}

/// Ballots of one unit that are worth a look; computed each time, never stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flag {
    pub kind: FlagKind,
    /// The home unit of everybody here.
    pub unit: UnitId,
    /// The first and the last of the ballots.
    pub from: Timestamp,
    pub until: Timestamp,
    /// Ballots of everybody else within the same window; 0 for unusual hours.
    pub elsewhere: u64,
    /// Whose they are, in the order of casting.
    pub voters: Vec<Voter>,
}

impl Flag {
    /// A flag on `voters`, one at least, in the order of casting.
    pub fn new(kind: FlagKind, unit: UnitId, elsewhere: u64, voters: &[Voter]) -> Flag {
        let at = |voter: Option<&Voter>| voter.map_or(Timestamp::from_micros(0), |voter| voter.cast_at);
        let (from, until) = (at(voters.first()), at(voters.last()));
        Flag { kind, unit, from, until, elsewhere, voters: voters.to_vec() }
    }

    /// What lists are ordered by.
    pub fn key(&self) -> (i64, String) {
        (self.from.micros(), self.name())
    }

    /// The same for the same ballots, so that a proposal can name it.
    pub fn name(&self) -> String {
        format!("{}-{}-{}", self.kind, self.unit, self.from.micros())
    }

    pub fn ballots(&self) -> usize {
        self.voters.len()
    }
}
