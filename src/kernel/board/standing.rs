//! What a member has earned in each running period: one row for each (member, measure), the table `standings`.
//!
//! An award touches the rows of its member only, so requests never meet on a shared row, and every board of a running
//! period can be derived from these rows at any time. A period that is over is ranked from the ledger's days instead.

use std::num::NonZeroU64;
use std::sync::Arc;

use diesel::dsl::not;
use diesel::prelude::*;
use diesel::upsert::excluded;

use super::key::{self, TOTAL};
use crate::base::id::MemberId;
use crate::base::time::{Day, Period, Timestamp};
use crate::db::schema::standings;
use crate::db::{Conn, Tx};
use crate::kernel::ledger;
use crate::{on, prepared};

/// The score of one period.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Term {
    /// The first day of the newest period in which something was earned.
    pub start: Day,
    pub score: i64,
    /// When the score was last changed.
    pub at: Timestamp,
}

impl Term {
    /// The order of this score on a board; `None` without points.
    pub fn order(&self) -> Option<NonZeroU64> {
        key::order(self.score, self.at)
    }
}

/// Points of a day, as the ledger adds them up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DayPoints {
    pub day: Day,
    pub points: i64,
    pub at: Timestamp,
}

/// A member's scores in one measure.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Standing {
    pub member: MemberId,
    /// [`TOTAL`], a dimension, or a [`Measure`](super::Measure) beside the ledger.
    pub measure: Arc<str>,
    /// Grows with every change; a board ignores what is older than what it knows.
    pub version: i64,
    /// In the order of [`Period::EACH`].
    pub terms: [Term; 6],
    /// The newest day ahead of the present one in which something was entered, by a clock that was wrong. Until it has come
    /// the terms are computed from the days.
    pub ahead_on: Option<Day>,
}

impl Standing {
    /// The standing of someone who has earned nothing yet.
    pub fn new(member: MemberId, measure: &str) -> Self {
        let never = Period::All.start(Timestamp::from_micros(0).day());
        let term = Term { start: never, score: 0, at: Timestamp::from_micros(0) };
        Standing { member, measure: measure.into(), version: 0, terms: [term; 6], ahead_on: None }
    }

    /// The standing that the days give on `today`, at version 0. Days that lie ahead count in no period but the one without
    /// an end.
    pub fn of_days(member: MemberId, measure: &str, days: impl IntoIterator<Item = DayPoints>, today: Day) -> Self {
        let mut standing = Standing::new(member, measure);
        for DayPoints { day, points, at } in days {
            if day > today {
                let all = &mut standing.terms[Period::All as usize];
                *all = Term { score: all.score + points, at: all.at.max(at), ..*all };
                standing.ahead_on = standing.ahead_on.max(Some(day));
            } else {
                standing.add(day, points, at);
            }
        }
        standing.version = 0;
        standing
    }

    /// Whether the terms tell nothing of the periods around `today`, because something was entered ahead of it.
    fn is_ahead(&self, today: Day) -> bool {
        self.ahead_on.is_some() || self.term(Period::Day).start > today
    }

    /// Adds `points` of `day`, changed `at`, to every period that is still the member's newest.
    ///
    /// A newer period begins anew; an older one is over and stays out (it is ranked from the ledger), while a late
    /// award for yesterday still counts for the week or month that it shares with today.
    pub fn add(&mut self, day: Day, points: i64, at: Timestamp) {
        for (period, term) in Period::EACH.iter().copied().zip(&mut self.terms) {
            let start = period.start(day);
            if start == term.start {
                *term = Term { start, score: term.score + points, at: term.at.max(at) };
            } else if start > term.start {
                *term = Term { start, score: points, at };
            }
        }
        self.version += 1;
    }

    pub fn term(&self, period: Period) -> &Term {
        &self.terms[period as usize]
    }

    /// The score in the period that began on `start`; 0 when nothing was earned in it.
    pub fn score(&self, period: Period, start: Day) -> i64 {
        let term = self.term(period);
        if term.start == start { term.score } else { 0 }
    }
}

/// A row as it is stored; `all` needs no start.
#[derive(Queryable, Selectable, Insertable, Clone)]
#[diesel(table_name = standings, treat_none_as_default_value = false)]
pub(super) struct Row {
    member_id: MemberId,
    measure: String,
    version: i64,
    changed: i64,
    day_on: Day,
    day_score: i64,
    day_at: Timestamp,
    week_on: Day,
    week_score: i64,
    week_at: Timestamp,
    month_on: Day,
    month_score: i64,
    month_at: Timestamp,
    quarter_on: Day,
    quarter_score: i64,
    quarter_at: Timestamp,
    year_on: Day,
    year_score: i64,
    year_at: Timestamp,
    all_score: i64,
    all_at: Timestamp,
    ahead_on: Option<Day>,
}

impl Row {
    /// `changed` is the SQLite transaction's serial; on PostgreSQL a trigger puts the transaction's id there.
    fn new(standing: &Standing, changed: i64) -> Row {
        let [day, week, month, quarter, year, all] = standing.terms;
        Row {
            member_id: standing.member,
            measure: standing.measure.to_string(),
            version: standing.version,
            changed,
            day_on: day.start,
            day_score: day.score,
            day_at: day.at,
            week_on: week.start,
            week_score: week.score,
            week_at: week.at,
            month_on: month.start,
            month_score: month.score,
            month_at: month.at,
            quarter_on: quarter.start,
            quarter_score: quarter.score,
            quarter_at: quarter.at,
            year_on: year.start,
            year_score: year.score,
            year_at: year.at,
            all_score: all.score,
            all_at: all.at,
            ahead_on: standing.ahead_on,
        }
    }
}

impl From<Row> for Standing {
    fn from(row: Row) -> Standing {
        let term = |start, score, at| Term { start, score, at };
        let terms = [
            term(row.day_on, row.day_score, row.day_at),
            term(row.week_on, row.week_score, row.week_at),
            term(row.month_on, row.month_score, row.month_at),
            term(row.quarter_on, row.quarter_score, row.quarter_at),
            term(row.year_on, row.year_score, row.year_at),
            term(Period::All.start(row.day_on), row.all_score, row.all_at),
        ];
        let (member, ahead_on) = (row.member_id, row.ahead_on);
        Standing { member, measure: row.measure.into(), version: row.version, terms, ahead_on }
    }
}

/// Adds `points` of `day` to the member's standings in the total and in `dimension`, and returns both as they are now.
///
/// The caller has locked the member, so reading and writing back is safe, and has added the points to the day.
pub fn record(tx: &mut Tx, member: MemberId, dimension: &str, day: Day, points: i64) -> QueryResult<Vec<Standing>> {
    let points = DayPoints { day, points, at: tx.now() };
    add(tx, member, &[TOTAL, dimension], points, |conn, measure| {
        let days = ledger::days_kept(conn, &[member])?.remove(&member).unwrap_or_default();
        let counts = |(_, of): &(Day, String)| measure == TOTAL || of == measure;
        Ok(days.into_iter().filter(|(key, _)| counts(key)).map(|(_, points)| points).collect())
    })
}

/// Adds points to the member's standings in just these measures, of which there are one or two; the caller has locked the
/// member. Where something was entered ahead of today, `days` tells of all days, these points included.
pub(super) fn add(
    tx: &mut Tx,
    member: MemberId,
    measures: &[&str],
    DayPoints { day, points, at }: DayPoints,
    days: impl Fn(&mut Conn, &str) -> QueryResult<Vec<DayPoints>>,
) -> QueryResult<Vec<Standing>> {
    let (Some(one), Some(other)) = (measures.first().copied(), measures.last().copied()) else { return Ok(Vec::new()) };
    // of "= one or = other" SQLite would build a table, and drop it, for each award
    let is_neither = standings::measure.ne(one).and(standings::measure.ne(other));
    let known = on!(tx.conn, c => standings::table
        .filter(standings::member_id.eq(member))
        .filter(not(is_neither))
        .select(Row::as_select())
        .load(c))?;
    let mut known: Vec<Standing> = known.into_iter().map(Standing::from).collect();
    let today = tx.today();
    let mut add = |&measure: &&str| {
        let found = known.iter().position(|standing| *standing.measure == *measure);
        let mut standing = found.map_or_else(|| Standing::new(member, measure), |at| known.swap_remove(at));
        if standing.is_ahead(today) {
            let version = standing.version + 1;
            let right = Standing::of_days(member, measure, days(&mut *tx.conn, measure)?, today);
            return Ok(Standing { version, ..right });
        }
        standing.add(day, points, at);
        Ok(standing)
    };
    let standings: Vec<Standing> = measures.iter().map(&mut add).collect::<QueryResult<_>>()?;
    put(tx, &standings)?;
    Ok(standings)
}

/// What an upsert writes over a row: each of these columns as the new row has it.
macro_rules! as_proposed {
    ($($column:ident),*) => { ($(standings::$column.eq(excluded(standings::$column))),*) };
}

/// Writes one row, or a certain number of them, new or changed.
macro_rules! upsert {
    ($rows:expr) => {
        prepared!(
            diesel::insert_into(standings::table)
                .values($rows)
                .on_conflict((standings::member_id, standings::measure))
                .do_update()
                .set(as_proposed!(
                    version,
                    changed,
                    day_on,
                    day_score,
                    day_at,
                    week_on,
                    week_score,
                    week_at,
                    month_on,
                    month_score,
                    month_at,
                    quarter_on,
                    quarter_score,
                    quarter_at,
                    year_on,
                    year_score,
                    year_at,
                    all_score,
                    all_at,
                    ahead_on
                ))
        )
    };
}

/// Writes a few standings, new or changed.
pub(super) fn put(tx: &mut Tx, standings: &[Standing]) -> QueryResult<()> {
    let rows: Vec<Row> = standings.iter().map(|standing| Row::new(standing, tx.serial())).collect();
    match tx.conn {
        // an award has two, in one journey to the server
        Conn::Pg(c) => rows.chunks(2).try_for_each(|rows| match rows {
            [one, other] => upsert!([one, other]).execute(c).map(drop),
            rows => rows.iter().try_for_each(|row| upsert!(row).execute(c).map(drop)),
        }),
        // diesel has no batch with a conflict clause for SQLite, where a row costs little anyway
        Conn::Sqlite(c) => rows.iter().try_for_each(|row| upsert!(row).execute(c).map(drop)),
    }
}

/// Every standing of one member.
pub fn of_member(conn: &mut Conn, member: MemberId) -> QueryResult<Vec<Standing>> {
    let rows = on!(conn, c => standings::table
        .filter(standings::member_id.eq(member))
        .order(standings::measure)
        .select(Row::as_select())
        .load(c))?;
    Ok(rows.into_iter().map(Standing::from).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn scores(standing: &Standing) -> [i64; 6] {
        standing.terms.map(|term| term.score)
    }

    #[test]
    fn a_standing_follows_the_calendar() {
        let mut standing = Standing::new(MemberId::from(Uuid::nil()), TOTAL);
        let cases = [
            // day, points, scores in day, week, month, quarter, year, all
            ("2026-09-30", 5, [5, 5, 5, 5, 5, 5]),
            ("2026-09-30", 1, [6, 6, 6, 6, 6, 6]),
            ("2026-10-01", 2, [2, 8, 2, 2, 8, 8]), // a Thursday: the same week, a new month and quarter
            ("2026-09-30", 3, [2, 11, 2, 2, 11, 11]), // late: the day, month and quarter are over, the week is not
            ("2026-10-05", 1, [1, 1, 3, 3, 12, 12]), // a Monday
            ("2027-01-01", -4, [-4, -4, -4, -4, -4, 8]),
        ];
        for (version, (on, points, expected)) in (1..).zip(cases) {
            let at = Timestamp::from_micros(version);
            standing.add(day(on), points, at);
            assert_eq!(scores(&standing), expected, "{on} {points}");
            assert_eq!(standing.version, version);
        }
        assert_eq!(standing.score(Period::Month, day("2027-01-01")), -4);
        assert_eq!(standing.score(Period::Month, day("2026-10-01")), 0);
    }

    #[test]
    fn what_the_days_give_does_not_depend_on_their_order() {
        let days = [("2026-09-30", 9, 4), ("2026-10-01", 2, 3), ("2026-10-05", 1, 5)]
            .map(|(on, points, at)| DayPoints { day: day(on), points, at: Timestamp::from_micros(at) });
        let member = MemberId::from(Uuid::nil());
        let today = day("2026-10-05");
        let forward = Standing::of_days(member, TOTAL, days, today);
        let backward = Standing::of_days(member, TOTAL, days.into_iter().rev(), today);
        assert_eq!(forward, backward);
        assert_eq!(scores(&forward), [1, 1, 3, 3, 12, 12]);
    }

    #[test]
    fn what_lies_ahead_hides_nothing() {
        let days = [("2026-09-30", 9), ("2026-10-01", 2), ("2027-03-01", 5)].map(|(on, points)| DayPoints {
            day: day(on),
            points,
            at: Timestamp::from_micros(1),
        });
        let of = |today| Standing::of_days(MemberId::from(Uuid::nil()), TOTAL, days, day(today));
        let before = of("2026-10-01");
        assert_eq!((scores(&before), before.ahead_on), ([2, 11, 2, 2, 11, 16], Some(day("2027-03-01"))));
        assert!(before.is_ahead(day("2026-10-01")));
        let then = of("2027-03-01");
        assert_eq!((scores(&then), then.ahead_on), ([5, 5, 5, 5, 5, 16], None));
        assert!(!then.is_ahead(day("2027-03-01")) && then.is_ahead(day("2027-02-28")));
    }
}
