//! Coverage: of the members of a unit, how many did what was asked, and why the others did not.
//!
//! Lent to rooms that ask something of everybody; what each member did they find in tables of their own. Once a day is final
//! they freeze its coverage with the roster that the day was closed with ([`written`], [`asked_then`]): who moves or leaves
//! later, or does it later, changes nothing of it.

use std::collections::HashMap;
use std::sync::Arc;

use super::directory::{Directory, MemberCard, UnitTree};
use super::model::MemberStatus;
use crate::base::capability::{Capability, Duty, Reach};
use crate::base::id::UnitId;
use crate::base::person::Person;
use crate::ground::presets::NamesAbove;
use crate::kernel::closing::Roster;

/// Why somebody has not done what was asked.
pub trait Missing: Copy {
    /// He was away on the day, and so is in no denominator.
    fn is_away(self) -> bool;
    /// It came before his eyes.
    fn is_reached(self) -> bool;
    /// He did it after it was frozen that he had not.
    fn is_made_up(self) -> bool {
        false
    }
}

/// Why somebody has not done what was asked, as it is kept once it is frozen.
pub trait Kept: Copy {
    /// What stands for it: not 0, and for ever the same.
    fn code(self) -> u8;
    /// What a code stands for.
    fn of(code: u8) -> Option<Self>;
}

/// What stands for somebody who did it.
const DONE: u8 = 0;
/// The number in the roster, and a code.
const LINE_BYTES: usize = 4 + 1;

/// What is kept of everybody who was asked: the number in the roster, and why not; `None` of those who did it.
pub fn written<R: Kept>(each: impl IntoIterator<Item = (u32, Option<R>)>) -> Vec<u8> {
    let line = |(number, reason): (u32, Option<R>)| {
        let [a, b, c, d] = number.to_le_bytes();
        [a, b, c, d, reason.map_or(DONE, R::code)]
    };
    each.into_iter().flat_map(line).collect()
}

/// What [`written`] wrote.
fn read<R: Kept>(lines: &[u8]) -> impl Iterator<Item = (u32, Option<R>)> {
    lines.chunks_exact(LINE_BYTES).filter_map(|line| {
        let (number, code) = line.split_at_checked(4)?;
        let reason = match code {
            [DONE] => None,
            [code] => Some(R::of(*code)?),
            _ => return None,
        };
        Some((u32::from_le_bytes(number.try_into().ok()?), reason))
    })
}

/// The numbers of one unit with everything below it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Those who could be expected to do it: not gone, not away on the day.
    pub members: u32,
    /// Before whose eyes it came, those who did it among them.
    pub reached: u32,
    pub done: u32,
    /// Not counted in `members`.
    pub away: u32,
    /// Of those who had not done it when it was frozen, who did later.
    pub made_up: u32,
}

impl Counts {
    /// Counts one more member.
    pub fn add<D, M: Missing>(&mut self, outcome: &Result<D, M>) {
        self.made_up += u32::from(outcome.as_ref().err().is_some_and(|missing| missing.is_made_up()));
        if outcome.as_ref().err().is_some_and(|missing| missing.is_away()) {
            self.away += 1;
            return;
        }
        self.members += 1;
        self.reached += u32::from(outcome.as_ref().err().is_none_or(|missing| missing.is_reached()));
        self.done += u32::from(outcome.is_ok());
    }

    /// The part that did it, in hundredths of a percent, rounded half up; `None` when nobody was expected to.
    pub fn share(&self) -> Option<u32> {
        (self.members > 0).then(|| (self.done * 20_000 + self.members) / (self.members * 2))
    }
}

/// A member with what he did, or why he did not.
pub struct Progress<D, M> {
    pub member: Arc<MemberCard>,
    /// At home there, today or when it was frozen.
    pub unit: UnitId,
    pub outcome: Result<D, M>,
}

/// Where members are at home: as the roster has it today, or as it had it when the coverage was frozen.
pub enum Homes {
    Now(Arc<UnitTree>),
    Then(Arc<Roster>),
}

impl Homes {
    /// The branch in which the unit lies.
    pub fn branch(&self, unit: UnitId) -> Option<UnitId> {
        match self {
            Homes::Now(tree) => tree.get(unit)?.branch,
            Homes::Then(roster) => roster.branch_from(unit),
        }
    }

    /// The units directly below.
    fn children(&self, unit: UnitId) -> Vec<UnitId> {
        match self {
            Homes::Now(tree) => tree.get(unit).map(|card| card.children.clone()).unwrap_or_default(),
            Homes::Then(roster) => roster.children(unit),
        }
    }

    /// The unit and those above it.
    pub fn path(&self, unit: UnitId) -> Vec<UnitId> {
        match self {
            Homes::Now(tree) => tree.get(unit).map(|card| card.path.to_vec()).unwrap_or_default(),
            Homes::Then(roster) => roster.path_from(unit),
        }
    }
}

/// Those of whom something is kept and who were at home at or below `unit`, each with the home of that time and why not, in
/// the order of their employee numbers.
pub fn asked_then<R: Kept>(
    directory: &Directory,
    roster: &Roster,
    unit: UnitId,
    lines: &[u8],
) -> Vec<(Arc<MemberCard>, UnitId, Option<R>)> {
    let belongs = roster.belongs_to(unit);
    let of_line = |(number, reason)| {
        let then = roster.member(number).filter(|then| belongs(then.id))?;
        Some((directory.member(then.id)?, roster.home_of(then).id, reason))
    };
    let mut asked: Vec<_> = read::<R>(lines).filter_map(of_line).collect();
    asked.sort_unstable_by(|a, b| a.0.employee_no.cmp(&b.0.employee_no));
    asked
}

/// Those of a unit with everything below it of whom anything could be asked, in the order of their employee numbers.
pub fn asked(directory: &Directory, unit: UnitId) -> Vec<Arc<MemberCard>> {
    let mut members = directory.members_below(unit);
    members.retain(|member| member.status != MemberStatus::Left);
    members.sort_unstable_by(|a, b| a.employee_no.cmp(&b.employee_no));
    members
}

/// The unit to report on: `unit`, or as much of what lies below `top` as the caller may see. `None` when that is nothing, or
/// `unit` does not lie below `top`.
pub fn reported(tree: &UnitTree, reach: &Reach, top: UnitId, unit: Option<UnitId>) -> Result<UnitId, OutOfCoverage> {
    let is_below = |unit: UnitId| tree.get(unit).is_some_and(|card| card.path.contains(&top));
    let is_reached = |unit: UnitId| tree.is_within(reach, unit);
    match (unit, reach) {
        (Some(unit), _) if !is_below(unit) => Err(OutOfCoverage::NoSuchUnit),
        (Some(unit), _) if is_reached(unit) => Ok(unit),
        (None, _) if is_reached(top) => Ok(top),
        (None, Reach::Below(units)) => {
            units.iter().copied().find(|unit| is_below(*unit)).ok_or(OutOfCoverage::OutOfReach)
        }
        _ => Err(OutOfCoverage::OutOfReach),
    }
}

/// Of fewer members no numbers are told where names are not: they would tell of each.
pub const FEWEST: u32 = 10;

/// Whether `reader` sees by name who of `unit` has done what: where names are the branch's own business, by a duty on the
/// branch or in it.
pub fn names(tree: &UnitTree, above: NamesAbove, reader: &Person, unit: UnitId) -> bool {
    let path = tree.get(unit).map(|card| card.path.clone()).unwrap_or_else(|| Arc::from([]));
    let is_near = |duty: &&Duty| {
        let in_branch = tree.get(duty.unit).is_some_and(|card| card.branch.is_some());
        in_branch && duty.role.allows().contains(&Capability::SeeResults) && path.contains(&duty.unit)
    };
    above == NamesAbove::Names || reader.duties.iter().any(|duty| is_near(&duty))
}

/// The numbers as somebody sees them who sees no names: none of fewer than ten members, and of its parts not so many that
/// the rest could be worked out. Says how many parts were left out.
pub fn without_few(
    counts: Counts,
    mut children: Vec<(UnitId, Counts)>,
) -> Result<(Vec<(UnitId, Counts)>, usize), OutOfCoverage> {
    let size = |counts: &Counts| counts.members + counts.away;
    if size(&counts) < FEWEST {
        return Err(OutOfCoverage::TooFew);
    }
    let all = children.len();
    children.sort_by_key(|(_, counts)| size(counts));
    let mut left_out = 0;
    while let Some((_, smallest)) = children.first() {
        if size(smallest) >= FEWEST && (left_out == 0 || left_out >= FEWEST) {
            break;
        }
        left_out += size(smallest);
        children.remove(0);
    }
    let withheld = all - children.len();
    Ok((children, withheld))
}

/// A unit on which nothing is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutOfCoverage {
    /// Too few belong to it for numbers without names.
    TooFew,
    /// It is not among those of whom it was asked.
    NoSuchUnit,
    /// The caller may not see it.
    OutOfReach,
}

/// The numbers of `unit` and of each unit directly below it.
pub fn count<D, M: Missing>(
    homes: &Homes,
    unit: UnitId,
    progress: &[Progress<D, M>],
) -> (Counts, Vec<(UnitId, Counts)>) {
    let children = homes.children(unit);
    let mut counts = Counts::default();
    let mut of_children: HashMap<UnitId, Counts> = HashMap::new();
    for one in progress {
        counts.add(&one.outcome);
        if let Some(child) = homes.path(one.unit).iter().find(|id| children.contains(id)) {
            of_children.entry(*child).or_default().add(&one.outcome);
        }
    }
    (counts, children.into_iter().map(|child| (child, of_children.remove(&child).unwrap_or_default())).collect())
}

/// How many of each branch did it; those of no branch count for their home.
pub fn count_by_branch<D, M: Missing>(homes: &Homes, progress: &[Progress<D, M>]) -> Vec<(UnitId, Counts)> {
    let mut of_branch: HashMap<UnitId, Counts> = HashMap::new();
    for one in progress {
        of_branch.entry(homes.branch(one.unit).unwrap_or(one.unit)).or_default().add(&one.outcome);
    }
    let mut counts: Vec<_> = of_branch.into_iter().filter(|(_, counts)| counts.members > 0).collect();
    counts.sort_unstable_by_key(|(unit, _)| *unit);
    counts
}

/// The same of what was frozen: those at or below `unit`, in the branches of that time.
pub fn count_by_branch_then<R: Kept + Missing>(
    directory: &Directory,
    roster: Arc<Roster>,
    unit: UnitId,
    lines: &[u8],
) -> Vec<(UnitId, Counts)> {
    let asked = asked_then::<R>(directory, &roster, unit, lines);
    let each =
        asked.into_iter().map(|(member, unit, reason)| Progress { member, unit, outcome: reason.map_or(Ok(()), Err) });
    count_by_branch(&Homes::Then(roster), &each.collect::<Vec<_>>())
}

/// A page of those of whom `wanted` says something, after the employee number `after`.
pub fn page<D, M, T>(
    progress: Vec<Progress<D, M>>,
    wanted: impl Fn(Result<D, M>) -> Option<T>,
    after: Option<&str>,
    limit: usize,
) -> Vec<(Arc<MemberCard>, UnitId, T)> {
    let later = progress.into_iter().filter(|one| after.is_none_or(|after| &*one.member.employee_no > after));
    later.filter_map(|one| Some((one.member, one.unit, wanted(one.outcome)?))).take(limit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_as_it_was_written() {
        #[derive(Clone, Copy, PartialEq, Debug)]
        struct Why(u8);
        impl Kept for Why {
            fn code(self) -> u8 {
                self.0
            }
            fn of(code: u8) -> Option<Self> {
                (code > 0).then_some(Why(code))
            }
        }
        let each = [(7, None), (70_000, Some(Why(3))), (0, Some(Why(1)))];
        let lines = written(each);
        assert_eq!((lines.len(), read::<Why>(&lines).collect::<Vec<_>>()), (3 * LINE_BYTES, each.to_vec()));
    }

    #[test]
    fn of_few_nothing_is_told_nor_can_it_be_worked_out() {
        let unit = |n: u128| UnitId::from(uuid::Uuid::from_u128(n));
        let of = |members| Counts { members, ..Counts::default() };
        let told = |sizes: &[u32]| {
            let children = (0..).zip(sizes).map(|(n, size)| (unit(n), of(*size))).collect();
            without_few(of(sizes.iter().sum()), children).map(|(shown, withheld)| (shown.len(), withheld))
        };
        assert_eq!(told(&[20, 30]), Ok((2, 0)));
        assert_eq!(told(&[20, 3, 4, 5]), Ok((1, 3)), "twelve are left out together");
        assert_eq!(told(&[20, 30, 3]), Ok((1, 2)), "three would be what is missing from the whole");
        assert_eq!(told(&[20, 3]), Ok((0, 2)));
        assert_eq!(told(&[5, 4]), Err(OutOfCoverage::TooFew));
        assert_eq!(told(&[20, 0]), Ok((1, 1)), "an empty unit is told of as little");
    }
}
