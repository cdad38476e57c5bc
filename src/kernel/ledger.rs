//! The ledger of points: append-only, the truth behind every board; owns `ledger_entries` and `ledger_days`.
//!
//! An award is one entry (unique for its member, rule and source, so nothing is earned twice), one sum of the day, and
//! the member's standings. It knows no rule by name: what earns how much, and up to which cap, comes with the award.
//!
//! What turns out otherwise later is never changed: an opposite entry, whose source is the entry that it takes back, and
//! a new one for what is right. Both are entries of the day on which they are made and count under the caps of the day
//! that they are about, so that nobody's present day pays for a mistake of another one.

use std::collections::BTreeMap;

use diesel::dsl::{case_when, max, min, sum};
use diesel::prelude::*;
use uuid::Uuid;

use super::board::{DayPoints, Standing, TOTAL, standing};
use super::glance::Look;
use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Period, Timestamp};
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

/// The source of an entry that takes back the entry which its id names.
const CORRECTION: &str = "correction";

/// The source of an entry in the place of the entry which its id names.
const REGRADED: &str = "regraded";

/// What a correction made of an award.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Corrected {
    /// What the member had for the source, after the caps.
    pub before: i32,
    /// What the member has now.
    pub after: i32,
    /// The standings that it changed, for the boards.
    pub standings: Vec<Standing>,
}

/// Brings what the member has for a source into line with `award`: an opposite entry and a new one of today, unless both
/// come to the same. `award.day` is the day that it is about, under whose caps it counts.
///
/// The same again changes nothing, and each entry is taken back once at most. Where the member has nothing for the source
/// yet, this is its award.
pub fn correct(tx: &mut Tx, award: &Award) -> QueryResult<Corrected> {
    tx.take_turn(award.member)?;
    let source = (award.source_kind, award.source_id);
    let place = find_place(tx.conn, award.member, &award.rule.rule, source)?;
    let before = place.present.as_ref().map_or(0, |present| present.points);
    let freed = rooms_left(tx.conn, award.member, award.rule, award.day, tx.today())?
        .into_iter()
        .map(|room| room + i64::from(before));
    let after = cut(award.points, &freed.collect::<Vec<_>>());
    let mut standings = Vec::new();
    if after == before {
        return Ok(Corrected { before, after, standings });
    }
    let (mut kind, mut id) = (place.kind, place.id);
    if let Some(present) = &place.present {
        let opposite = Award {
            rule: &present.rule(),
            points: -before,
            source_kind: CORRECTION,
            source_id: present.id.uuid(),
            ..award.clone()
        };
        standings.extend(enter_today(tx, &opposite, -before)?);
        (kind, id) = (REGRADED, present.id.uuid());
    }
    let right = Award { source_kind: kind, source_id: id, ..award.clone() };
    if after != 0 {
        standings.extend(enter_today(tx, &right, after)?);
    }
    Ok(Corrected { before, after, standings })
}

/// Appends an entry of today that is about `award.day`, and adds it up.
fn enter_today(tx: &mut Tx, award: &Award, points: i32) -> QueryResult<Vec<Standing>> {
    let today = tx.today();
    let caps_on = (award.day != today).then_some(award.day);
    let entry = Award { day: today, ..award.clone() };
    if !insert(tx, &entry, points, caps_on)? || points == 0 {
        return Ok(Vec::new());
    }
    add_to_day(tx, &entry, points)?;
    standing::record(tx, entry.member, &entry.rule.dimension, today, points.into())
}

/// Where a source stands after all of its corrections.
struct Place<'a> {
    /// The entry that has not been taken back.
    present: Option<Present>,
    /// What the next entry for the source bears as its own, while none is present.
    kind: &'a str,
    id: Uuid,
}

/// An entry that has not been taken back.
#[derive(Queryable)]
struct Present {
    id: LedgerEntryId,
    rule: String,
    rule_version: i32,
    dimension: String,
    points: i32,
}

impl Present {
    /// What gave the entry; what is taken back needs no caps.
    fn rule(&self) -> RuleTerms {
        RuleTerms {
            rule: self.rule.clone(),
            version: self.rule_version,
            dimension: self.dimension.clone(),
            caps: Caps::default(),
        }
    }
}

/// What the member has by a rule for a source, after all of its corrections.
pub fn points_of(conn: &mut Conn, member: MemberId, rule: &str, source: (&str, Uuid)) -> QueryResult<i32> {
    Ok(find_place(conn, member, rule, source)?.present.map_or(0, |present| present.points))
}

/// Follows a source from its first entry over what took the place of each.
fn find_place<'a>(
    conn: &mut Conn,
    member: MemberId,
    rule: &str,
    (mut kind, mut id): (&'a str, Uuid),
) -> QueryResult<Place<'a>> {
    loop {
        let Some(entry) = find_by_source(conn, (member, rule), kind, id)? else {
            return Ok(Place { present: None, kind, id });
        };
        if find_by_source(conn, (member, rule), CORRECTION, entry.id.uuid())?.is_none() {
            return Ok(Place { present: Some(entry), kind, id });
        }
        (kind, id) = (REGRADED, entry.id.uuid());
    }
}

fn find_by_source(
    conn: &mut Conn,
    (member, rule): (MemberId, &str),
    kind: &str,
    id: Uuid,
) -> QueryResult<Option<Present>> {
    on!(conn, c => ledger_entries::table
        .filter(ledger_entries::member_id.eq(member))
        .filter(ledger_entries::rule.eq(rule))
        .filter(ledger_entries::source_kind.eq(kind))
        .filter(ledger_entries::source_id.eq(id.as_bytes().as_slice()))
        .select((
            ledger_entries::id,
            ledger_entries::rule,
            ledger_entries::rule_version,
            ledger_entries::dimension,
            ledger_entries::points,
        ))
        .first(c)
        .optional())
}

/// An entry as a member reads it.
#[derive(Queryable, Selectable, Clone, Debug)]
#[diesel(table_name = ledger_entries)]
pub struct Entry {
    pub id: LedgerEntryId,
    pub dimension: String,
    pub rule: String,
    pub rule_version: i32,
    pub points: i32,
    pub uncapped_points: i32,
    pub day: Day,
    pub source_kind: String,
    pub source_id: Vec<u8>,
    pub reason: String,
    pub created_at: Timestamp,
}

/// The member's entries, newest first, from below the entry `before`.
pub fn list(conn: &mut Conn, member: MemberId, before: Option<LedgerEntryId>, limit: i64) -> QueryResult<Vec<Entry>> {
    let before = before.unwrap_or(LedgerEntryId::from(Uuid::max()));
    on!(conn, c => ledger_entries::table
        .filter(ledger_entries::member_id.eq(member))
        .filter(ledger_entries::id.lt(before))
        .order(ledger_entries::id.desc())
        .limit(limit)
        .select(Entry::as_select())
        .load(c))
}

/// What each member earned in `measure` from the day `from` until the day before `until`, and when it last changed.
pub fn totals(conn: &mut Conn, measure: &str, from: Day, until: Day) -> QueryResult<Vec<(MemberId, i64, Timestamp)>> {
    type Sum = (MemberId, Option<i64>, Option<Timestamp>);
    let columns = || (ledger_days::member_id, sum(ledger_days::points), max(ledger_days::reached_at));
    let within = || ledger_days::day.ge(from).and(ledger_days::day.lt(until));
    let rows: Vec<Sum> = if measure == TOTAL {
        on!(conn, c => ledger_days::table.filter(within()).group_by(ledger_days::member_id).select(columns()).load(c))?
    } else {
        on!(conn, c => ledger_days::table
            .filter(within())
            .filter(ledger_days::dimension.eq(measure))
            .group_by(ledger_days::member_id)
            .select(columns())
            .load(c))?
    };
    Ok(rows.into_iter().filter_map(|(member, points, at)| Some((member, points?, at?))).collect())
}

/// What everybody earned on a day, by dimension, and when it last changed.
pub fn of_day(conn: &mut Conn, day: Day) -> QueryResult<Vec<(MemberId, String, i64, Timestamp)>> {
    let rows: Vec<(MemberId, String, i32, Timestamp)> = on!(conn, c => ledger_days::table
        .filter(ledger_days::day.eq(day))
        .select((ledger_days::member_id, ledger_days::dimension, ledger_days::points, ledger_days::reached_at))
        .load(c))?;
    Ok(rows.into_iter().map(|(member, dimension, points, at)| (member, dimension, points.into(), at)).collect())
}

/// The first day on which anybody earned anything.
pub fn first_day(conn: &mut Conn) -> QueryResult<Option<Day>> {
    on!(conn, c => ledger_days::table.select(min(ledger_days::day)).first(c))
}

/// Points that came to a member after a period, or went, by corrections that are about a day of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LaterPoints {
    pub member: MemberId,
    /// The day that bears them.
    pub made_on: Day,
    pub points: i64,
}

/// What was corrected after a period that lasted from `from` until the day before `until`, newest first; of one member, or
/// of everybody.
pub fn list_later_points(
    conn: &mut Conn,
    measure: &str,
    from: Day,
    until: Day,
    member: Option<MemberId>,
) -> QueryResult<Vec<LaterPoints>> {
    let rows: Vec<(MemberId, Day, Option<i64>)> = on!(conn, c => {
        let mut query = ledger_entries::table
            .filter(ledger_entries::caps_on.ge(from))
            .filter(ledger_entries::caps_on.lt(until))
            .filter(ledger_entries::day.ge(until))
            .group_by((ledger_entries::member_id, ledger_entries::day))
            .select((ledger_entries::member_id, ledger_entries::day, sum(ledger_entries::points)))
            .into_boxed();
        if measure != TOTAL {
            query = query.filter(ledger_entries::dimension.eq(measure));
        }
        if let Some(member) = member {
            query = query.filter(ledger_entries::member_id.eq(member));
        }
        query.order((ledger_entries::day.desc(), ledger_entries::member_id)).load(c)
    })?;
    let changed = |(member, made_on, points): (MemberId, Day, Option<i64>)| {
        points.filter(|points| *points != 0).map(|points| LaterPoints { member, made_on, points })
    };
    Ok(rows.into_iter().filter_map(changed).collect())
}

/// The days of one member, as they are kept or as the entries give them: (day, dimension) → points.
pub type Days = BTreeMap<(Day, String), DayPoints>;

/// What the entries say: the truth that days and standings are derived from.
pub fn days_of_entries(conn: &mut Conn, members: &[MemberId]) -> QueryResult<BTreeMap<MemberId, Days>> {
    type Sum = (MemberId, Day, String, Option<i64>, Option<Timestamp>);
    let rows: Vec<Sum> = on!(conn, c => ledger_entries::table
        .filter(ledger_entries::member_id.eq_any(members))
        .filter(ledger_entries::points.ne(0))
        .group_by((ledger_entries::member_id, ledger_entries::day, ledger_entries::dimension))
        .select((
            ledger_entries::member_id,
            ledger_entries::day,
            ledger_entries::dimension,
            sum(ledger_entries::points),
            max(ledger_entries::created_at),
        ))
        .load(c))?;
    let whole = |(member, day, dimension, points, at): Sum| Some((member, day, dimension, points?, at?));
    Ok(by_member(rows.into_iter().filter_map(whole)))
}

/// What `ledger_days` says.
pub fn days_kept(conn: &mut Conn, members: &[MemberId]) -> QueryResult<BTreeMap<MemberId, Days>> {
    let rows: Vec<(MemberId, Day, String, i32, Timestamp)> = on!(conn, c => ledger_days::table
        .filter(ledger_days::member_id.eq_any(members))
        .select((
            ledger_days::member_id,
            ledger_days::day,
            ledger_days::dimension,
            ledger_days::points,
            ledger_days::reached_at,
        ))
        .load(c))?;
    Ok(by_member(
        rows.into_iter().map(|(member, day, dimension, points, at)| (member, day, dimension, points.into(), at)),
    ))
}

fn by_member(rows: impl Iterator<Item = (MemberId, Day, String, i64, Timestamp)>) -> BTreeMap<MemberId, Days> {
    let mut all: BTreeMap<MemberId, Days> = BTreeMap::new();
    for (member, day, dimension, points, at) in rows {
        all.entry(member).or_default().insert((day, dimension), DayPoints { day, points, at });
    }
    all
}

/// Puts `days` in the place of what is kept of a member; the caller has taken the member's turn.
pub fn replace_days(conn: &mut Conn, member: MemberId, days: &Days) -> QueryResult<()> {
    on!(conn, c => diesel::delete(ledger_days::table.filter(ledger_days::member_id.eq(member))).execute(c))?;
    for ((day, dimension), DayPoints { points, at, .. }) in days {
        let points = i32::try_from(*points).unwrap_or(i32::MAX);
        on!(conn, c => diesel::insert_into(ledger_days::table)
            .values((
                ledger_days::member_id.eq(member),
                ledger_days::day.eq(day),
                ledger_days::dimension.eq(dimension),
                ledger_days::points.eq(points),
                ledger_days::reached_at.eq(at),
            ))
            .execute(c))?;
    }
    Ok(())
}

/// Members with entries, by id, after `after`.
pub fn members(conn: &mut Conn, after: MemberId, limit: i64) -> QueryResult<Vec<MemberId>> {
    on!(conn, c => ledger_entries::table
        .filter(ledger_entries::member_id.gt(after))
        .select(ledger_entries::member_id)
        .distinct()
        .order(ledger_entries::member_id)
        .limit(limit)
        .load(c))
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
