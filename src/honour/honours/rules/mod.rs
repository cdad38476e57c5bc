//! Who may give what, and what stars, grades and titles follow from.

pub mod grades;
pub mod stars;
pub mod titles;

use super::model::{GradeState, HonourKind, HonourLevel, NominationState};
use crate::base::imports::NoImport;
use crate::base::sheet::SheetError;
use crate::base::text::squeeze;
use crate::base::time::Day;

/// 两优一先: the names that every Party committee may give; others need the number of the document that allows them.
pub const USUAL_NAMES: [&str; 3] = ["优秀共产党员", "优秀党务工作者", "先进基层党组织"];
/// The first year of which honours are kept.
pub const FIRST_YEAR: i32 = 1949;

/// A no of this room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    NoSuchAward,
    /// The holder in a body: what is wrong with it.
    BadHolder(&'static str),
    NoSuchHolder,
    NoSuchMember,
    NoSuchUnit,
    OutOfReach,
    NotAllowed,
    /// Nobody honours, names or inspects himself.
    Own,
    /// The unit is no Party committee.
    MayNotCommend,
    /// A name beyond the usual three without the number of the document that allows it.
    NumberNeeded,
    /// What is to be the number of a document is none: no matter is kept.
    NoNumber,
    /// It was given before.
    Known,
    Withdrawn,
    BadYear,
    BadDay,
    NoSuchCertificate,
    /// Too many codes from one place.
    TooMany {
        seconds: u32,
    },
    BadSheet(SheetError),
    NoImport(NoImport),
    KeyReused,
    NoSuchVersion,
    /// It may have counted already.
    InForce,
    BadEffectiveDay,
    /// The scheme or the terms contradict themselves: the place, and why.
    Contradiction(&'static str, String),
    ChangedMeanwhile,
    NotABranch,
    NoSuchCase,
    /// The branch has assessed itself in that year.
    CaseThere,
    WrongGradeState(GradeState),
    /// What is asked for is not reached: why.
    NotReached(String),
    /// Findings without the day by which they are put right.
    DueMissing,
    NoSuchRound,
    NoSuchNomination,
    Nominated,
    WrongNominationState(NominationState),
    /// An office objects.
    Objected,
    OverQuota(i32),
    /// Nothing is named before everybody has seen it.
    StillShown(Day),
    NoSuchInsigne,
    InsigneThere,
    HasIt,
}

impl crate::db::Refusal for Refusal {}

impl From<SheetError> for Refusal {
    fn from(error: SheetError) -> Self {
        Refusal::BadSheet(error)
    }
}

/// What is given, as the rule looks at it.
#[derive(Clone, Copy, Debug)]
pub struct Giving<'a> {
    pub kind: HonourKind,
    pub level: HonourLevel,
    pub title: &'a str,
    /// Whether the unit that gives it is a Party committee.
    pub by_committee: bool,
    /// Whether the document is named by its number.
    pub is_numbered: bool,
}

/// Whether it may be given: in-Party commendation only by Party committees, and by other names only with the number of the
/// document that allows them. What comes from above the enterprise was allowed there.
pub fn may_give(giving: &Giving<'_>) -> Result<(), Refusal> {
    if giving.kind != HonourKind::Commendation {
        return Ok(());
    }
    let is_below = matches!(giving.level, HonourLevel::Branch | HonourLevel::GeneralBranch);
    if giving.level.is_internal() && (is_below || !giving.by_committee) {
        return Err(Refusal::MayNotCommend);
    }
    let is_usual = USUAL_NAMES.iter().any(|name| squeeze(giving.title).ends_with(&squeeze(name)));
    if is_usual || giving.is_numbered { Ok(()) } else { Err(Refusal::NumberNeeded) }
}

/// The level at which a unit gives something.
pub fn level_of(is_top: bool, kind: &str) -> HonourLevel {
    match kind {
        _ if is_top => HonourLevel::Enterprise,
        kind if kind.contains("总支") => HonourLevel::GeneralBranch,
        kind if kind.contains("支部") || kind.contains("小组") => HonourLevel::Branch,
        _ => HonourLevel::Committee,
    }
}

/// What a commendation or an honour is worth in the book of appraisal, in hundredths of a point; `None` where it is worth
/// nothing. Source: the scheme that ships, P22.
pub const fn worth_of(kind: HonourKind, level: HonourLevel) -> Option<i32> {
    match (kind, level) {
        (HonourKind::Praise, _) | (_, HonourLevel::Branch | HonourLevel::GeneralBranch) => None,
        (_, HonourLevel::Committee) => Some(100),
        (_, HonourLevel::Enterprise | HonourLevel::City) => Some(300),
        (_, HonourLevel::Province | HonourLevel::CentralSoe) => Some(500),
        (_, HonourLevel::National) => Some(800),
    }
}

/// What a prize of a contest is worth there, by its usual names. Source: P06.
pub fn worth_of_prize(title: &str) -> i32 {
    let is_called = |words: &[&str]| words.iter().any(|word| title.contains(word));
    match title {
        _ if is_called(&["特等", "一等", "第一名", "冠军", "金奖"]) => 300,
        _ if is_called(&["二等", "第二名", "亚军", "银奖"]) => 200,
        _ => 100,
    }
}

/// Whether units of that kind are Party committees, by the words of the setting.
pub fn is_committee(kind: &str, words: &str) -> bool {
    words.split(['、', ',', '，', ' ']).filter(|word| !word.is_empty()).any(|word| kind.contains(word))
}

/// An honour is of a year that is not ahead, and was given on a day that is not.
pub fn check_days(year: i32, awarded_on: Day, today: Day) -> Result<(), Refusal> {
    if !(FIRST_YEAR..=today.parts().0).contains(&year) {
        return Err(Refusal::BadYear);
    }
    let given_in = awarded_on.parts().0;
    if awarded_on > today || !(year..=year + 1).contains(&given_in) { Err(Refusal::BadDay) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_party_committees_commend_and_other_names_need_a_number() {
        let ask = |kind, level, title, by_committee, is_numbered| {
            may_give(&Giving { kind, level, title, by_committee, is_numbered })
        };
        use HonourKind::{Commendation, Praise};
        use HonourLevel::{Branch, CentralSoe, Committee, Enterprise, GeneralBranch};
        assert_eq!(ask(Commendation, Enterprise, "优秀共产党员", true, false), Ok(()));
        assert_eq!(ask(Commendation, Committee, "2026 年度优秀党务工作者", true, false), Ok(()));
        assert_eq!(ask(Commendation, Branch, "优秀共产党员", false, true), Err(Refusal::MayNotCommend));
        assert_eq!(ask(Commendation, GeneralBranch, "优秀共产党员", true, true), Err(Refusal::MayNotCommend));
        assert_eq!(ask(Commendation, Enterprise, "标杆共产党员", true, false), Err(Refusal::NumberNeeded));
        assert_eq!(ask(Commendation, Enterprise, "标杆共产党员", true, true), Ok(()));
        assert_eq!(ask(Commendation, CentralSoe, "优秀共产党员", false, false), Ok(()));
        assert_eq!(ask(Praise, Branch, "党员之星", false, false), Ok(()));
    }

    #[test]
    fn a_unit_gives_at_its_own_level() {
        assert_eq!(level_of(true, "集团党委"), HonourLevel::Enterprise);
        assert_eq!(level_of(false, "基层党委"), HonourLevel::Committee);
        assert_eq!(level_of(false, "党总支"), HonourLevel::GeneralBranch);
        assert_eq!(level_of(false, "党支部"), HonourLevel::Branch);
        assert!(is_committee("基层党委", "党委") && !is_committee("党总支", "党委、党组"));
        assert!(is_committee("党组", "党委、党组") && !is_committee("党支部", ""));
    }

    #[test]
    fn a_year_is_honoured_in_itself_or_early_in_the_next() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        let today = day("2026-07-01");
        assert_eq!(check_days(2026, day("2026-07-01"), today), Ok(()));
        assert_eq!(check_days(2025, day("2026-01-20"), today), Ok(()));
        assert_eq!(check_days(2024, day("2026-01-20"), today), Err(Refusal::BadDay));
        assert_eq!(check_days(2027, day("2026-07-01"), today), Err(Refusal::BadYear));
        assert_eq!(check_days(2026, day("2026-07-02"), today), Err(Refusal::BadDay));
    }
}
