//! Which unit holds which meeting, and who can have been there. Pure.

use std::collections::HashSet;

use super::model::MeetingKind;
use crate::base::id::{MemberId, UnitId};
use crate::base::time::Day;
use crate::base::version::Outdated;

/// A no of this room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Somebody changed it since the caller saw it.
    Outdated(Outdated),
    NoSuchMeeting,
    NoSuchUnit,
    /// The unit is not within the caller's reach.
    OutOfReach,
    /// Units of this place in the tree do not hold meetings of that kind.
    WrongKind {
        kind: MeetingKind,
    },
    /// Attendance names somebody twice.
    NamedTwice {
        index: usize,
    },
    /// Attendance names somebody whom the roster does not know.
    NoSuchMember {
        index: usize,
    },
    /// More than a year ahead.
    DayTooFar,
    /// Something was collected or decided at it, so it was held on the day that stands there.
    DayStands,
    /// Something was collected or decided at it, so somebody was there, and whoever put it down.
    PresenceStands,
    /// Something happened at it, or is part of it, so it stays.
    InUse,
    /// Somebody else has written in it, so it stays.
    OthersWrote,
    /// Only who wrote it down takes it back.
    NotAuthor,
    /// The idempotency key was used for another request.
    KeyReused,
}

impl crate::db::Refusal for Refusal {}

/// Members that one meeting lists.
pub const ATTENDANCE_LIMIT: usize = 1000;
/// How far ahead a meeting is planned.
const DAYS_AHEAD: u64 = 366;

/// Whether `unit`, which is or lies in `branch`, holds meetings of `kind`: groups lie below a branch, party committees
/// above all branches.
pub fn check_kind(kind: MeetingKind, unit: UnitId, branch: Option<UnitId>) -> Result<(), Refusal> {
    let fits = match kind {
        MeetingKind::Group => branch.is_some_and(|branch| branch != unit),
        MeetingKind::BranchCommittee | MeetingKind::Branch => branch == Some(unit),
        MeetingKind::PartyCommittee => branch.is_none(),
        MeetingKind::Lecture | MeetingKind::ThemeDay => true,
    };
    if fits { Ok(()) } else { Err(Refusal::WrongKind { kind }) }
}

/// Whether a meeting may be planned for that day.
pub fn check_day(held_on: Day, today: Day) -> Result<(), Refusal> {
    if held_on <= today.plus_days(DAYS_AHEAD) { Ok(()) } else { Err(Refusal::DayTooFar) }
}

/// Whether `members` may take the place of those who were `present` at a meeting where `actors` put down what was done.
pub fn check_still_present(actors: &[MemberId], present: &[MemberId], members: &[MemberId]) -> Result<(), Refusal> {
    let gone = |actor: &MemberId| present.contains(actor) && !members.contains(actor);
    let emptied = !actors.is_empty() && !present.is_empty() && members.is_empty();
    if emptied || actors.iter().any(gone) { Err(Refusal::PresenceStands) } else { Ok(()) }
}

/// Checks that nobody is named twice and that the roster knows everybody.
pub fn check_attendance(members: &[MemberId], known: impl Fn(MemberId) -> bool) -> Result<(), Refusal> {
    let mut seen = HashSet::new();
    for (index, member) in members.iter().enumerate() {
        if !seen.insert(*member) {
            return Err(Refusal::NamedTwice { index });
        }
        if !known(*member) {
            return Err(Refusal::NoSuchMember { index });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_meeting_has_its_place_in_the_tree() {
        let unit = |n: u128| UnitId::from(uuid::Uuid::from_u128(n));
        let (committee, branch, group) = ((unit(1), None), (unit(2), Some(unit(2))), (unit(3), Some(unit(2))));
        let holders = |kind| [committee, branch, group].map(|(unit, branch)| check_kind(kind, unit, branch).is_ok());
        assert_eq!(holders(MeetingKind::Group), [false, false, true]);
        assert_eq!(holders(MeetingKind::BranchCommittee), [false, true, false]);
        assert_eq!(holders(MeetingKind::Branch), [false, true, false]);
        assert_eq!(holders(MeetingKind::PartyCommittee), [true, false, false]);
        assert_eq!(holders(MeetingKind::Lecture), [true, true, true]);
        assert_eq!(holders(MeetingKind::ThemeDay), [true, true, true]);
    }

    #[test]
    fn who_put_down_what_was_decided_stays_present() {
        let [a, b, c] = [1, 2, 3].map(|n| MemberId::from(uuid::Uuid::from_u128(n)));
        let check = |actors: &[MemberId], members: &[MemberId]| check_still_present(actors, &[a, b], members);
        assert_eq!(check(&[], &[]), Ok(()), "nothing was done there");
        assert_eq!(check(&[a], &[a, c]), Ok(()));
        assert_eq!(check(&[a], &[b, c]), Err(Refusal::PresenceStands));
        assert_eq!(check(&[c], &[b]), Ok(()), "he was not there before");
        assert_eq!(check(&[c], &[]), Err(Refusal::PresenceStands));
    }

    #[test]
    fn nobody_attends_twice() {
        let [a, b] = [1, 2].map(|n| MemberId::from(uuid::Uuid::from_u128(n)));
        assert_eq!(check_attendance(&[a, b], |_| true), Ok(()));
        assert_eq!(check_attendance(&[a, b, a], |_| true), Err(Refusal::NamedTwice { index: 2 }));
        assert_eq!(check_attendance(&[a, b], |m| m == a), Err(Refusal::NoSuchMember { index: 1 }));
    }
}
