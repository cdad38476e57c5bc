//! Whose desk somebody may look at.

use crate::base::capability::Capability;
use crate::base::id::UnitId;
use crate::base::person::Person;

/// A no of this room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    NoSuchUnit,
    /// No duty of the caller's reaches the unit.
    OutOfReach,
}

impl crate::db::Refusal for Refusal {}

/// What those who watch desks see: work of others, and nothing of accounts, duties, settings and what members say.
const WATCHED: [Capability; 12] = [
    Capability::CollectIdeas,
    Capability::DecideIdeas,
    Capability::RunContests,
    Capability::ConfirmContests,
    Capability::RunCampaigns,
    Capability::DecideCampaigns,
    Capability::WriteEntries,
    Capability::FillReports,
    Capability::RunReports,
    Capability::KeepObligations,
    Capability::IssueTasks,
    Capability::DoTasks,
];

/// What of the desk of a unit with that path somebody may see: what he could do himself by a duty on it or above it, or
/// watches.
pub fn seen_of(person: &Person, path: &[UnitId]) -> Result<Vec<Capability>, Refusal> {
    let reaches = |capability: &Capability| person.reach(*capability).is_some_and(|reach| reach.covers(path));
    let watches = reaches(&Capability::WatchDesks);
    let is_seen = |capability: &Capability| reaches(capability) || watches && WATCHED.contains(capability);
    let seen: Vec<Capability> = Capability::EACH.iter().copied().filter(is_seen).collect();
    if seen.is_empty() { Err(Refusal::OutOfReach) } else { Ok(seen) }
}
