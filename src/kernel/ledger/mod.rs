//! The ledger of points: append-only, the truth behind every board; owns `ledger_entries` and `ledger_days`.
//!
//! An award is one entry (unique for its member, rule and source, so nothing is earned twice), one sum of the day, and
//! the member's standings. It knows no rule by name: what earns how much, and up to which cap, comes with the award.
//!
//! What turns out otherwise later is never changed: an opposite entry, whose source is the entry that it takes back, and
//! a new one for what is right. Both are entries of the day on which they are made and count under the caps of the day
//! that they are about, so that nobody's present day pays for a mistake of another one.

mod correcting;
mod days;
mod reading;

use diesel::dsl::{case_when, sum};
use diesel::prelude::*;
use uuid::Uuid;

pub use self::correcting::{Corrected, correct, points_of};
pub use self::days::{Days, days_kept, days_of_entries, members, replace_days};
pub use self::reading::{
    Entry, LaterPoints, ProvenEntry, first_day, list, list_later_points, list_proven, of_day, totals,
};
use super::board::{Standing, standing};
use super::glance::Look;
use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Period};
use crate::db::schema::{ledger_days, ledger_entries};
use crate::db::{Conn, Tx};
use crate::{on, prepared};

crate::id!(
    /// An entry of the ledger.
    LedgerEntryId
);

/// What the member's present day comes to.
pub const DAY: Look = Look {
    kind: "ledger.day",
    count: "sum(points)",
    from: "FROM ledger_days WHERE member_id = {member} AND day = {today}",
    ..Look::NOTHING
};

/// What each rule gave the member today under its caps of the day, of the newest entries; nobody has more in a day.
pub const RULES_TODAY: Look = Look {
    kind: "ledger.rule",
    count: "sum(points)",
    word: "rule",
    from: "FROM (SELECT rule, points, day FROM ledger_entries WHERE member_id = {member} \
           AND caps_on IS NULL ORDER BY id DESC LIMIT 60) AS newest WHERE day = {today} GROUP BY rule",
    ..Look::NOTHING
};

/// The member's newest entry.
pub const LAST: Look = Look {
    kind: "ledger.last",
    at: "created_at",
    count: "points",
    text: "reason",
    from: "FROM ledger_entries WHERE member_id = {member} ORDER BY id DESC LIMIT 1",
    ..Look::NOTHING
};

/// How much a rule may give a member in a period; `None` is without limit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Caps {
    pub day: Option<i32>,
    pub week: Option<i32>,
    pub month: Option<i32>,
    pub year: Option<i32>,
}

impl Caps {
    /// The caps that are set, with their periods.
    pub fn each(&self) -> impl Iterator<Item = (Period, i32)> {
        [(Period::Day, self.day), (Period::Week, self.week), (Period::Month, self.month), (Period::Year, self.year)]
            .into_iter()
            .filter_map(|(period, cap)| cap.map(|cap| (period, cap)))
    }
}

/// A rule in one version, as far as the ledger needs it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RuleTerms {
    pub rule: String,
    pub version: i32,
    pub dimension: String,
    pub caps: Caps,
}

/// Points that a member is to get.
#[derive(Clone, Debug)]
pub struct Award<'a> {
    pub member: MemberId,
    /// The member's home unit at this time.
    pub unit: UnitId,
    pub rule: &'a RuleTerms,
    /// As many as are wanted; caps may cut them. Negative for a correction, which no cap touches.
    pub points: i32,
    /// The business day that they count for: today, or an earlier one.
    pub day: Day,
    /// What earned them: `quiz_submission`, `study_reading`, …
    pub source_kind: &'a str,
    pub source_id: Uuid,
    /// A Chinese sentence that the member reads.
    pub reason: &'a str,
    pub approved_by: Option<MemberId>,
}

/// What became of an award.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Awarded {
    /// What was given; after a duplicate, what was given the first time.
    pub points: i32,
    /// What was wanted before the caps.
    pub wanted: i32,
    /// Whether this member had this award already; then nothing was changed.
    pub duplicate: bool,
    /// The standings that it changed, for the boards; none when it changed nothing.
    pub standings: Vec<Standing>,
}

/// Enters an award: takes the member's turn, cuts by the caps, writes entry, day and standings; a duplicate writes nothing.
///
/// An award of which the caps leave nothing is entered with 0 points, so that the member sees why.
pub fn award(tx: &mut Tx, award: &Award) -> QueryResult<Awarded> {
    tx.take_turn(award.member)?;
    let points = cut(award.points, &rooms_left(tx.conn, award.member, award.rule, award.day, tx.today())?);
    if !insert(tx, award, points, None)? {
        let (points, wanted) = find(tx.conn, award)?;
        return Ok(Awarded { points, wanted, duplicate: true, standings: Vec::new() });
    }
    let standings = if points == 0 {
        Vec::new()
    } else {
        add_to_day(tx, award, points)?;
        standing::record(tx, award.member, &award.rule.dimension, award.day, points.into())?
    };
    Ok(Awarded { points, wanted: award.points, duplicate: false, standings })
}

/// How many of the `wanted` points the caps allow, given what each of them has left.
pub fn cut(wanted: i32, rooms_left: &[i64]) -> i32 {
    if wanted <= 0 {
        return wanted; // a correction takes back what was given, whatever the caps say
    }
    let allowed = rooms_left.iter().copied().fold(i64::from(wanted), i64::min).max(0);
    i32::try_from(allowed).unwrap_or(wanted)
}

/// What each cap of the rule leaves to the member in the periods around `day`, `today` or an earlier one; negative when a
/// cap was lowered since.
pub fn rooms_left(conn: &mut Conn, member: MemberId, rule: &RuleTerms, day: Day, today: Day) -> QueryResult<Vec<i64>> {
    let room = |(period, cap): (Period, i32)| {
        let mut earned = earned(conn, member, &rule.rule, period, day)?;
        if period.end(day) <= today {
            earned += corrected_later(conn, member, &rule.rule, period, day)?;
        }
        Ok(i64::from(cap) - earned)
    };
    rule.caps.each().map(room).collect()
}

/// What the member earned by a rule in the period around `day`, as far as it was entered within that period.
fn earned(conn: &mut Conn, member: MemberId, rule: &str, period: Period, day: Day) -> QueryResult<i64> {
    let (start, end) = (period.start(day), period.end(day));
    // no date of a correction lies before the day that it is about: only its own period can hold one of another
    let of_period = ledger_entries::caps_on.is_null().or(ledger_entries::caps_on.ge(start));
    let points: Option<i64> = on!(conn, c => ledger_entries::table
        .filter(ledger_entries::member_id.eq(member))
        .filter(ledger_entries::rule.eq(rule))
        .filter(ledger_entries::day.ge(start))
        .filter(ledger_entries::day.lt(end))
        .filter(of_period)
        .select(sum(ledger_entries::points))
        .first(c))?;
    Ok(points.unwrap_or(0))
}

/// What corrections that were made after the period around `day` changed in it.
fn corrected_later(conn: &mut Conn, member: MemberId, rule: &str, period: Period, day: Day) -> QueryResult<i64> {
    let (start, end) = (period.start(day), period.end(day));
    let points: Option<i64> = on!(conn, c => ledger_entries::table
        .filter(ledger_entries::member_id.eq(member))
        .filter(ledger_entries::rule.eq(rule))
        .filter(ledger_entries::day.ge(end))
        .filter(ledger_entries::caps_on.ge(start))
        .filter(ledger_entries::caps_on.lt(end))
        .select(sum(ledger_entries::points))
        .first(c))?;
    Ok(points.unwrap_or(0))
}

/// What a duplicate of `award` gave, and what it wanted.
fn find(conn: &mut Conn, award: &Award) -> QueryResult<(i32, i32)> {
    on!(conn, c => ledger_entries::table
        .filter(ledger_entries::member_id.eq(award.member))
        .filter(ledger_entries::rule.eq(&award.rule.rule))
        .filter(ledger_entries::source_kind.eq(award.source_kind))
        .filter(ledger_entries::source_id.eq(award.source_id.as_bytes().as_slice()))
        .select((ledger_entries::points, ledger_entries::uncapped_points))
        .first(c))
}

/// Appends the entry; `false` when the member has it already. It counts under the caps of `caps_on`, if not of its own
/// day.
fn insert(tx: &mut Tx, award: &Award, points: i32, caps_on: Option<Day>) -> QueryResult<bool> {
    let (id, now): (LedgerEntryId, _) = (tx.fresh_id(), tx.now());
    let row = (
        ledger_entries::id.eq(id),
        ledger_entries::member_id.eq(award.member),
        ledger_entries::unit_id.eq(award.unit),
        ledger_entries::dimension.eq(&award.rule.dimension),
        ledger_entries::rule.eq(&award.rule.rule),
        ledger_entries::rule_version.eq(award.rule.version),
        ledger_entries::points.eq(points),
        ledger_entries::uncapped_points.eq(award.points),
        ledger_entries::day.eq(award.day),
        ledger_entries::source_kind.eq(award.source_kind),
        ledger_entries::source_id.eq(award.source_id.as_bytes().as_slice()),
        ledger_entries::reason.eq(award.reason),
        ledger_entries::approved_by.eq(award.approved_by),
        ledger_entries::created_at.eq(now),
        ledger_entries::caps_on.eq(caps_on),
    );
    let new = diesel::insert_into(ledger_entries::table).values(row);
    let written = on!(tx.conn, c => prepared!(new.on_conflict_do_nothing()).execute(c))?;
    Ok(written > 0)
}

/// Adds to the member's day in the rule's dimension, whose turn this is.
fn add_to_day(tx: &mut Tx, award: &Award, points: i32) -> QueryResult<()> {
    let now = tx.now();
    let row = (
        ledger_days::member_id.eq(award.member),
        ledger_days::day.eq(award.day),
        ledger_days::dimension.eq(&award.rule.dimension),
        ledger_days::points.eq(points),
        ledger_days::reached_at.eq(now),
    );
    let later = case_when(ledger_days::reached_at.gt(now), ledger_days::reached_at).otherwise(now);
    let added = (ledger_days::points.eq(ledger_days::points + points), ledger_days::reached_at.eq(later));
    let new = diesel::insert_into(ledger_days::table).values(row).on_conflict((
        ledger_days::member_id,
        ledger_days::day,
        ledger_days::dimension,
    ));
    on!(tx.conn, c => prepared!(new.do_update().set(added)).execute(c)).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_award_is_cut_by_the_narrowest_cap() {
        let cases: &[(i32, &[i64], i32)] = &[
            (5, &[], 5),
            (5, &[5], 5),
            (5, &[3], 3),
            (5, &[9, 2, 7], 2),
            (5, &[0], 0),
            (5, &[-4, 8], 0),
            (0, &[3], 0),
            (-5, &[0], -5),
            (i32::MAX, &[i64::MAX], i32::MAX),
        ];
        for (wanted, left, given) in cases {
            assert_eq!(cut(*wanted, left), *given, "{wanted} of {left:?}");
        }
    }

    #[test]
    fn only_caps_that_are_set_count() {
        let caps = Caps { day: Some(5), month: Some(100), ..Caps::default() };
        assert_eq!(caps.each().collect::<Vec<_>>(), [(Period::Day, 5), (Period::Month, 100)]);
    }
}
