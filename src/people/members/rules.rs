//! What units, members and duties obey. Pure.

use super::model::{Absence, MemberSettings, RoleRow};
use crate::base::approval::NoAnswer;
use crate::base::capability::{Reach, Role};
use crate::base::id::UnitId;
use crate::base::imports::NoImport;
use crate::base::phone;
use crate::base::sheet::SheetError;
use crate::base::text::fold;
use crate::base::time::Day;
use crate::base::version::Outdated;
use crate::ground::notices::NoticeKind;

/// A no of this room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Somebody changed it since the caller saw it.
    Outdated(Outdated),
    /// There is no such unit.
    NoSuchUnit,
    /// There is no such member.
    NoSuchMember,
    /// The member has no such duty, or it has ended.
    NoSuchDuty,
    /// The unit or member lies outside the part of the enterprise that the caller looks after.
    OutOfReach,
    /// Another unit bears the code.
    CodeTaken,
    /// Another member bears the employee number.
    NumberTaken,
    /// Another member who has not left signs in with the phone number.
    PhoneTaken,
    /// The same, told to the one who confirms a number: whose it is, if that member is within reach.
    PhoneHeld { by: Option<String> },
    /// The member has given as many numbers today as one may.
    TooManyNumbers,
    /// That is no mobile phone number.
    BadPhone,
    /// A code or employee number has letters, digits and hyphens, at most 32 of them.
    BadNumber,
    /// The unit would come to lie below itself.
    Circle,
    /// The tree would have more than [`MAX_LEVELS`] levels.
    TooDeep,
    /// The unit is closed and takes nobody and nothing.
    UnitClosed,
    /// No such unit as the body names.
    UnknownUnit { pointer: &'static str },
    /// The unit still has open units or members.
    UnitNotEmpty,
    /// The member has left.
    MemberLeft,
    /// The member has not left.
    NotLeft,
    /// Nothing is known any more of who the member was.
    Anonymised,
    /// Everything is as the member says already.
    NothingToCorrect,
    /// The member has asked for another correction that waits.
    CorrectionOpen,
    /// The member has asked as often today as one may.
    TooManyCorrections,
    /// There is no such correction, or it is somebody else's.
    NoSuchCorrection,
    /// The duty belongs to a branch, and the unit has branches below it.
    TooHigh { role: Role },
    /// A duty of branches, or of those above, in a group.
    TooLow { role: Role },
    /// Nobody grants a duty to himself.
    OwnDuty,
    /// The member holds that duty on that unit already.
    DutyHeld,
    /// The last day lies before the first.
    BadDays,
    /// Nobody enters his own leave.
    OwnLeave,
    /// The last day of leave lies before the first, or it is about a time too far away.
    BadLeave,
    /// The member is on leave on some of the days already.
    LeaveOverlaps,
    /// The member has no such leave.
    NoSuchLeave,
    /// The enterprise would be without an administrator.
    LastAdministrator,
    /// Nobody holds both duties at the same time.
    Separation { wanted: Role, other: Role },
    /// The member judges a selection that is not over, which does not go with the duty.
    NamedExpert { wanted: Role },
    /// The move would let a privileged duty, held on the named unit, reach further.
    WidensDuty { role: Role, unit: String },
    /// There is no such proposal.
    NoSuchProposal,
    /// Somebody proposed to change that duty already.
    ProposedAlready,
    /// The proposer may not propose this any more.
    ProposerGone,
    /// The last day of the proposed duty is over.
    DaysOver,
    /// Hours without reminders begin and do not end, or the other way round.
    HalfQuiet,
    /// Notices about the account are always counted.
    AlwaysCounted,
    /// The caller may not give this answer.
    NoAnswer(NoAnswer),
    /// The file cannot be read as a sheet of the kind.
    BadSheet(SheetError),
    /// The import as a whole is not written, or not taken back.
    NoImport(NoImport),
    /// The idempotency key was used for another request.
    KeyReused,
}

impl crate::db::Refusal for Refusal {}

impl From<NoImport> for Refusal {
    fn from(no: NoImport) -> Self {
        Refusal::NoImport(no)
    }
}

impl From<NoAnswer> for Refusal {
    fn from(no: NoAnswer) -> Self {
        Refusal::NoAnswer(no)
    }
}

/// The longest code or employee number.
const MAX_NUMBER: usize = 32;

/// A unit's code or an employee number as it is compared and stored: letters, digits and hyphens, in capitals.
pub fn normal_number(typed: &str) -> Result<String, Refusal> {
    let number = fold(typed).to_ascii_uppercase();
    let well_formed =
        (1..=MAX_NUMBER).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if well_formed { Ok(number) } else { Err(Refusal::BadNumber) }
}

/// A mobile phone number as it is stored: eleven digits, without separators and country code.
pub fn normal_phone(typed: &str) -> Result<String, Refusal> {
    phone::normal(typed).ok_or(Refusal::BadPhone)
}

/// Levels of the tree: every unit carries its path in memory.
pub const MAX_LEVELS: usize = 12;

/// Whether `unit`, which has `height` levels with itself, may come to lie directly below the unit whose path (itself and
/// its ancestors) is `parent`.
pub fn check_parent(unit: UnitId, height: usize, parent: &[UnitId]) -> Result<(), Refusal> {
    if parent.contains(&unit) {
        return Err(Refusal::Circle);
    }
    if parent.len() + height > MAX_LEVELS { Err(Refusal::TooDeep) } else { Ok(()) }
}

/// Whether a manager with `reach` may grant or end `role` on the unit at `unit_path`, for a member at `member_path`.
///
/// A duty that reaches everything whatever its unit may only be handed out by anyone who looks after everything.
pub fn check_grant(
    reach: &Reach,
    role: Role,
    unit_path: &[UnitId],
    member_path: &[UnitId],
    root: &[UnitId],
) -> Result<(), Refusal> {
    let widest = if role.reaches_everything() { root } else { unit_path };
    let covered = reach.covers(unit_path) && reach.covers(member_path) && reach.covers(widest);
    if covered { Ok(()) } else { Err(Refusal::OutOfReach) }
}

/// Whether a duty from `from` to `to` fits beside those that the member holds.
pub fn check_days(held: &[RoleRow], role: Role, unit: UnitId, from: Day, to: Option<Day>) -> Result<(), Refusal> {
    if to.is_some_and(|to| to < from) {
        return Err(Refusal::BadDays);
    }
    match held.iter().any(|duty| duty.role == role && duty.unit_id == unit && overlaps(duty, from, to)) {
        true => Err(Refusal::DutyHeld),
        false => Ok(()),
    }
}

/// Whether `duty` holds on one of the days from `from` to `to`; one that was ended before its first day holds on none.
fn overlaps(duty: &RoleRow, from: Day, to: Option<Day>) -> bool {
    let holds_at_all = duty.to_on.is_none_or(|end| duty.from_on <= end);
    holds_at_all && duty.to_on.is_none_or(|end| from <= end) && to.is_none_or(|to| duty.from_on <= to)
}

/// How far back and ahead leave is entered, and how long it is at most.
const LEAVE_DAYS: u64 = 366;

/// Whether leave from `from` to `to`, both included, may be entered beside what is `known`.
pub fn check_leave(known: &[Absence], from: Day, to: Day, today: Day) -> Result<(), Refusal> {
    if to < from || from < today.minus_days(LEAVE_DAYS) || to > today.plus_days(LEAVE_DAYS) {
        return Err(Refusal::BadLeave);
    }
    let overlaps = |known: &Absence| known.from_on <= to && known.to_on.is_none_or(|last| from <= last);
    if known.iter().any(overlaps) { Err(Refusal::LeaveOverlaps) } else { Ok(()) }
}

/// Why a unit may not move below another one while `role` is held on `unit`, which lies above there.
pub fn widens_duty(role: Role, unit: &str) -> String {
    let title = role.title_on(unit);
    format!("调整后，{title}的职务范围会扩大到该组织，而扩大范围须两名管理员同意。请先终止该职务，调整后再任命")
}

/// Whether a duty from `from` to `to` goes with those that the member holds at the same time.
pub fn check_separation(held: &[RoleRow], role: Role, from: Day, to: Option<Day>) -> Result<(), Refusal> {
    match held.iter().find(|duty| !role.goes_with(duty.role) && overlaps(duty, from, to)) {
        Some(duty) => Err(Refusal::Separation { wanted: role, other: duty.role }),
        None => Ok(()),
    }
}

/// Those of a member's duties that do not go with another one of the same time.
pub fn conflicting(duties: &[RoleRow]) -> Vec<&RoleRow> {
    let conflicts = |duty: &&RoleRow| check_separation(duties, duty.role, duty.from_on, duty.to_on).is_err();
    duties.iter().filter(conflicts).collect()
}

/// Whether among everybody who ever was an administrator are two different people by `today`.
pub fn had_second_administrator(administrators: &[RoleRow], today: Day) -> bool {
    let mut begun = administrators.iter().filter(|duty| duty.has_begun(today)).map(|duty| duty.member_id);
    begun.next().is_some_and(|first| begun.any(|member| member != first))
}

/// What a member may set for himself.
pub fn check_settings(settings: &MemberSettings) -> Result<(), Refusal> {
    if settings.quiet_from.is_some() != settings.quiet_until.is_some() {
        return Err(Refusal::HalfQuiet);
    }
    match settings.muted_notices.contains(&NoticeKind::SECURITY) {
        true => Err(Refusal::AlwaysCounted),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::id::{Ids, MemberId};
    use crate::base::time::Timestamp;

    fn fresh(n: usize) -> Vec<UnitId> {
        let now: Timestamp = "2026-07-01T08:00:00+08:00".parse().unwrap();
        let ids = Ids::default();
        (0..n).map(|_| ids.fresh(now)).collect()
    }

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn duty(role: Role, unit: UnitId, from: &str, to: Option<&str>) -> RoleRow {
        RoleRow {
            id: super::super::model::RoleId::from(uuid::Uuid::nil()),
            member_id: MemberId::from(uuid::Uuid::nil()),
            role,
            unit_id: unit,
            from_on: day(from),
            to_on: to.map(day),
            granted_by: None,
            created_at: Timestamp::from_micros(0),
        }
    }

    #[test]
    fn duties_of_two_groups_do_not_overlap_by_a_day() {
        let unit = fresh(1)[0];
        let held = [duty(Role::Auditor, unit, "2026-07-10", Some("2026-07-20"))];
        let conflict = Err(Refusal::Separation { wanted: Role::Organiser, other: Role::Auditor });
        for (from, to, expected) in [
            ("2026-07-01", None, conflict.clone()),
            ("2026-07-20", None, conflict),
            ("2026-07-01", Some("2026-07-09"), Ok(())),
            ("2026-07-21", None, Ok(())),
        ] {
            assert_eq!(check_separation(&held, Role::Organiser, day(from), to.map(day)), expected, "{from} {to:?}");
        }
        let both = [held[0].clone(), duty(Role::Secretary, unit, "2026-07-01", None)];
        assert_eq!(conflicting(&both).len(), 2);
        assert!(conflicting(&held).is_empty());
    }

    #[test]
    fn a_second_administrator_is_another_person_who_really_was_one() {
        let (unit, today) = (fresh(1)[0], day("2026-07-01"));
        let of = |n: u128, from: &str, to: Option<&str>| RoleRow {
            member_id: MemberId::from(uuid::Uuid::from_u128(n)),
            ..duty(Role::Administrator, unit, from, to)
        };
        let first = of(1, "2026-01-01", None);
        for (other, expected) in [
            (of(1, "2026-02-01", None), false),
            (of(2, "2026-02-01", None), true),
            (of(2, "2026-02-01", Some("2026-02-02")), true),
            (of(2, "2026-02-01", Some("2026-01-31")), true),
            (of(2, "2026-02-01", Some("2026-01-15")), false),
            (of(2, "2026-07-02", None), false),
        ] {
            let shown = format!("{other:?}");
            assert_eq!(had_second_administrator(&[first.clone(), other], today), expected, "{shown}");
        }
        assert!(!had_second_administrator(&[], today));
    }

    #[test]
    fn a_unit_is_moved_neither_below_itself_nor_too_deep() {
        let ids = fresh(13);
        assert_eq!(check_parent(ids[0], 1, &ids[1..12]), Ok(()));
        assert_eq!(check_parent(ids[0], 2, &ids[1..12]), Err(Refusal::TooDeep));
        assert_eq!(check_parent(ids[0], 1, &ids[0..3]), Err(Refusal::Circle));
    }

    #[test]
    fn a_duty_is_not_held_twice_at_a_time() {
        let ids = fresh(2);
        let held = duty(Role::Secretary, ids[0], "2026-03-01", Some("2026-06-30"));
        let held = [held];
        for (unit, from, to, expected) in [
            (0, "2026-07-01", None, Ok(())),
            (0, "2026-06-30", None, Err(Refusal::DutyHeld)),
            (0, "2026-01-01", Some("2026-02-28"), Ok(())),
            (0, "2026-01-01", Some("2026-03-01"), Err(Refusal::DutyHeld)),
            (1, "2026-06-30", None, Ok(())),
            (1, "2026-06-30", Some("2026-06-29"), Err(Refusal::BadDays)),
        ] {
            assert_eq!(
                check_days(&held, Role::Secretary, ids[unit], day(from), to.map(day)),
                expected,
                "{from} {to:?}"
            );
        }
        assert_eq!(check_days(&held, Role::GroupLeader, ids[0], day("2026-06-30"), None), Ok(()));
    }

    #[test]
    fn whoever_reads_everything_is_appointed_by_whoever_looks_after_everything() {
        let ids = fresh(3);
        let (unit, root) = (&ids[..], &ids[2..]);
        let local = Reach::Below(vec![ids[1]]);
        assert_eq!(check_grant(&local, Role::Secretary, unit, unit, root), Ok(()));
        assert_eq!(check_grant(&local, Role::Auditor, unit, unit, root), Err(Refusal::OutOfReach));
        assert_eq!(check_grant(&local, Role::Secretary, root, unit, root), Err(Refusal::OutOfReach));
        assert_eq!(check_grant(&Reach::Below(vec![ids[2]]), Role::Auditor, unit, unit, root), Ok(()));
    }
}
