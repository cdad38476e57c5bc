//! Which unit holds which meeting, and who can have been there. Pure.

use std::collections::HashSet;

use super::model::{DecisionRow, ExcuseReason, Meeting, MeetingKind, NewDecision};
use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Timestamp, WallTime};
use crate::base::version::Outdated;
use crate::doing::tasks;
use crate::ground::files::AttachRefusal;

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
    /// The list of those who were excused names somebody twice.
    ExcusedTwice {
        index: usize,
    },
    /// It names somebody whom the roster does not know.
    NoSuchExcused {
        index: usize,
    },
    /// It names somebody who was there.
    ExcusedAndThere {
        index: usize,
    },
    /// An end without a beginning, or not after it.
    BadEnd,
    /// Something was collected or decided at it, so its minutes stay.
    MinutesStand,
    /// A photograph is a picture.
    NoPicture,
    /// The meeting has no such photograph.
    NoSuchFile,
    /// Files cannot be attached.
    Files(AttachRefusal),
    /// Somebody entered its code, so it was held.
    Attended,
    /// The code is shown and taken on the meeting's day and in its hours only.
    NotInHours {
        opens_at: Timestamp,
        closes_at: Timestamp,
    },
    /// Not the code that stands.
    WrongCode,
    /// Too many wrong codes.
    TooManyTries {
        seconds: u32,
    },
    /// Nobody of that id attended it.
    NotThere,
    /// Only a theme day has a form and belongs to a series; which of both was sent.
    NoThemeDay {
        field: &'static str,
    },
    /// Who led it or kept the record is nobody of the roster; which of both.
    NoSuchHand {
        field: &'static str,
    },
    /// The agenda names a thing that is none, or that the caller may not see.
    NotLinkable {
        index: usize,
    },
    /// A decision of which a task was made stays as it is resolved.
    DecisionStands {
        index: usize,
    },
    /// The meeting has no such decision.
    NoSuchDecision,
    /// What the tasks room says to a task of a decision.
    Task(tasks::Refusal),
    /// Who was there or excused was not absent, and who does not belong to the unit was not expected.
    NotAbsent {
        index: usize,
    },
    /// It has not been held yet.
    NotHeld,
    /// The idempotency key was used for another request.
    KeyReused,
}

impl crate::db::Refusal for Refusal {}

impl From<AttachRefusal> for Refusal {
    fn from(refusal: AttachRefusal) -> Self {
        Refusal::Files(refusal)
    }
}

impl From<tasks::Refusal> for Refusal {
    fn from(refusal: tasks::Refusal) -> Self {
        Refusal::Task(refusal)
    }
}

/// Members that one meeting lists.
pub const ATTENDANCE_LIMIT: usize = 1000;
/// From how long before its beginning on people are taken for present.
const EARLY_SECONDS: i64 = 30 * 60;
/// How long a meeting lasts that does not say when it ends.
const LASTS_SECONDS: i64 = 4 * 3600;
/// How far ahead a meeting is planned.
const DAYS_AHEAD: u64 = 366;

/// Whether `unit`, which is or lies in `branch`, holds meetings of `kind`: groups lie below a branch, party committees
/// above all branches.
pub fn check_kind(kind: MeetingKind, unit: UnitId, branch: Option<UnitId>) -> Result<(), Refusal> {
    let fits = match kind {
        MeetingKind::Group => branch.is_some_and(|branch| branch != unit),
        MeetingKind::BranchCommittee | MeetingKind::Branch => branch == Some(unit),
        MeetingKind::PartyCommittee => branch.is_none(),
        MeetingKind::OrganisationalLife => branch.is_some(),
        MeetingKind::Lecture | MeetingKind::ThemeDay => true,
    };
    if fits { Ok(()) } else { Err(Refusal::WrongKind { kind }) }
}

/// Whether decisions may take the place of those that were there; of those at `with_task` came tasks, so their words stay.
pub fn check_decisions(before: &[DecisionRow], after: &[NewDecision], with_task: &[i32]) -> Result<(), Refusal> {
    for old in before.iter().filter(|old| with_task.contains(&old.place)) {
        let index = usize::try_from(old.place - 1).unwrap_or(usize::MAX);
        if after.get(index).is_none_or(|new| new.text != old.body) {
            return Err(Refusal::DecisionStands { index });
        }
    }
    Ok(())
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

/// Checks those who were excused against those who were there.
pub fn check_excused(
    excused: &[(MemberId, ExcuseReason)],
    there: &[MemberId],
    known: impl Fn(MemberId) -> bool,
) -> Result<(), Refusal> {
    let mut seen = HashSet::new();
    for (index, (member, _)) in excused.iter().enumerate() {
        if !seen.insert(*member) {
            return Err(Refusal::ExcusedTwice { index });
        }
        if !known(*member) {
            return Err(Refusal::NoSuchExcused { index });
        }
        if there.contains(member) {
            return Err(Refusal::ExcusedAndThere { index });
        }
    }
    Ok(())
}

/// When a meeting of `day` begins and ends.
pub fn hours_on(
    day: Day,
    begins: Option<WallTime>,
    ends: Option<WallTime>,
) -> Result<(Option<Timestamp>, Option<Timestamp>), Refusal> {
    if ends.is_some_and(|ends| begins.is_none_or(|begins| ends.0 <= begins.0)) {
        return Err(Refusal::BadEnd);
    }
    Ok((begins.map(|time| day.at(time.0)), ends.map(|time| day.at(time.0))))
}

/// From when until when people are taken for present: from half an hour before the beginning to the end (four hours later
/// where none is said), all day where no time is said, and on the meeting's own day alone.
pub fn attendance_hours(meeting: &Meeting) -> (Timestamp, Timestamp) {
    let (day, night) = (meeting.held_on.start(), meeting.held_on.next().start());
    let Some(begins_at) = meeting.begins_at else { return (day, night) };
    let closes_at = meeting.ends_at.unwrap_or(begins_at.plus_seconds(LASTS_SECONDS));
    (begins_at.plus_seconds(-EARLY_SECONDS).max(day), closes_at.min(night))
}

/// Whether people are taken for present at `now`.
pub fn check_hours(meeting: &Meeting, now: Timestamp) -> Result<(), Refusal> {
    let (opens_at, closes_at) = attendance_hours(meeting);
    if opens_at <= now && now < closes_at { Ok(()) } else { Err(Refusal::NotInHours { opens_at, closes_at }) }
}

/// Whether somebody at home at `path`, in `branch`, belongs to those for whom a unit holds its meetings: the branch in which
/// the unit lies or, above all branches, everybody below.
pub fn belongs(path: &[UnitId], branch: Option<UnitId>, unit: UnitId, branch_of_unit: Option<UnitId>) -> bool {
    match branch_of_unit {
        Some(of_unit) => branch == Some(of_unit),
        None => path.contains(&unit),
    }
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
        assert_eq!(holders(MeetingKind::OrganisationalLife), [false, true, true]);
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
    fn a_decision_of_which_a_task_came_keeps_its_words_and_its_place() {
        let old = |place, body: &str| DecisionRow {
            meeting_id: uuid::Uuid::nil().into(),
            place,
            body: body.into(),
            in_favour: None,
            against: None,
            abstained: None,
        };
        let new = |text: &str| NewDecision { text: text.into(), votes: None };
        let before = [old(1, "甲"), old(2, "乙")];
        let stands = Err(Refusal::DecisionStands { index: 1 });
        assert_eq!(check_decisions(&before, &[], &[]), Ok(()));
        assert_eq!(check_decisions(&before, &[new("改"), new("乙"), new("丙")], &[2]), Ok(()));
        assert_eq!(check_decisions(&before, &[new("乙")], &[2]), stands);
        assert_eq!(check_decisions(&before, &[new("甲"), new("改")], &[2]), stands);
    }

    #[test]
    fn nobody_attends_twice() {
        let [a, b] = [1, 2].map(|n| MemberId::from(uuid::Uuid::from_u128(n)));
        assert_eq!(check_attendance(&[a, b], |_| true), Ok(()));
        assert_eq!(check_attendance(&[a, b, a], |_| true), Err(Refusal::NamedTwice { index: 2 }));
        assert_eq!(check_attendance(&[a, b], |m| m == a), Err(Refusal::NoSuchMember { index: 1 }));
    }

    fn meeting(begins: Option<&str>, ends: Option<&str>) -> Meeting {
        let time = |text: &str| WallTime(text.parse().unwrap());
        let day: Day = "2026-07-01".parse().unwrap();
        let (begins_at, ends_at) = hours_on(day, begins.map(time), ends.map(time)).unwrap();
        let (nil, now) = (uuid::Uuid::nil(), day.start());
        Meeting {
            id: nil.into(),
            kind: MeetingKind::Branch,
            unit_id: nil.into(),
            held_on: day,
            title: String::new(),
            minutes: String::new(),
            created_by: nil.into(),
            created_at: now,
            updated_at: now,
            begins_at,
            ends_at,
            place: None,
            form: None,
            series: None,
            host_id: None,
            keeper_id: None,
            guest_count: 0,
        }
    }

    #[test]
    fn a_code_holds_in_the_hours_of_its_meeting() {
        for (begins, ends, from, until) in [
            (Some("14:00:00"), Some("15:30:00"), "2026-07-01T13:30:00+08:00", "2026-07-01T15:30:00+08:00"),
            (Some("14:00:00"), None, "2026-07-01T13:30:00+08:00", "2026-07-01T18:00:00+08:00"),
            (Some("00:10:00"), None, "2026-07-01T00:00:00+08:00", "2026-07-01T04:10:00+08:00"),
            (Some("22:00:00"), None, "2026-07-01T21:30:00+08:00", "2026-07-02T00:00:00+08:00"),
            (None, None, "2026-07-01T00:00:00+08:00", "2026-07-02T00:00:00+08:00"),
        ] {
            let (meeting, from, until) = (meeting(begins, ends), from.parse().unwrap(), until.parse().unwrap());
            assert_eq!(attendance_hours(&meeting), (from, until), "{begins:?} {ends:?}");
            assert!(check_hours(&meeting, from).is_ok() && check_hours(&meeting, until.plus_seconds(-1)).is_ok());
            assert!(check_hours(&meeting, until).is_err() && check_hours(&meeting, from.plus_seconds(-1)).is_err());
        }
    }

    #[test]
    fn a_meeting_ends_after_it_begins() {
        let day: Day = "2026-07-01".parse().unwrap();
        let time = |text: &str| Some(WallTime(text.parse().unwrap()));
        assert_eq!(hours_on(day, None, time("15:00:00")), Err(Refusal::BadEnd));
        assert_eq!(hours_on(day, time("15:00:00"), time("15:00:00")), Err(Refusal::BadEnd));
        assert_eq!(hours_on(day, time("15:00:00"), None), Ok((Some(day.at("15:00:00".parse().unwrap())), None)));
    }
}
