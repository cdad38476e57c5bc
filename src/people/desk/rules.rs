//! Whose desk somebody may look at, and what of it may be given to others to prepare.

use crate::base::capability::{Capability, Reach, Role};
use crate::base::id::{MemberId, UnitId};
use crate::base::person::Person;

/// A no of this room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    NoSuchUnit,
    /// No duty of the caller's reaches the unit.
    OutOfReach,
    /// Nothing like that waits, or not on the caller's desk.
    NoSuchItem,
    NoSuchHandOver,
    /// It is about accounts, duties or what members say, or for one person alone to do.
    NotAssignable,
    /// Whoever has it prepares it anyhow.
    ToHimself,
    /// The member may have no part in it.
    Barred,
    /// The member does not belong to the unit with which it lies.
    NotOfUnit,
}

impl crate::db::Refusal for Refusal {}

/// What those who watch desks see, and what others may be asked to prepare: work, and nothing of accounts, duties, settings and what members say.
const WORK: [Capability; 12] = [
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
    let is_seen = |capability: &Capability| reaches(capability) || watches && WORK.contains(capability);
    let seen: Vec<Capability> = Capability::EACH.iter().copied().filter(is_seen).collect();
    if seen.is_empty() { Err(Refusal::OutOfReach) } else { Ok(seen) }
}

/// What of the work on desks is done by holders of a duty.
pub fn works_of(role: Role) -> Vec<Capability> {
    WORK.into_iter().filter(|capability| role.allows().contains(capability)).collect()
}

/// Where somebody does work of desks or watches it; `None` where nowhere.
pub fn reach_of_work(person: &Person) -> Option<Reach> {
    let each = WORK.into_iter().chain([Capability::WatchDesks]).filter_map(|capability| person.reach(capability));
    each.reduce(|one, other| match (one, other) {
        (Reach::Below(one), Reach::Below(other)) => Reach::Below([one, other].concat()),
        _ => Reach::Everything,
    })
}

/// Whether others may be asked to prepare what waits for holders of `capability`, if it waits for any.
pub fn is_assignable(capability: Option<Capability>) -> bool {
    capability.is_some_and(|capability| WORK.contains(&capability))
}

/// Whether `actor`, who has it, may have `member` prepare it, of whom `barred` have no part in it.
pub fn may_assign(
    capability: Option<Capability>,
    barred: &[MemberId],
    (actor, member): (MemberId, MemberId),
) -> Result<(), Refusal> {
    if !is_assignable(capability) {
        Err(Refusal::NotAssignable)
    } else if member == actor {
        Err(Refusal::ToHimself)
    } else if barred.contains(&member) {
        Err(Refusal::Barred)
    } else {
        Ok(())
    }
}
