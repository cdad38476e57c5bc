//! Freezing 定局: what has become final is written down once, day by day, and never changes again.
//!
//! Each final day is frozen from the ledger's days, and the week, month, quarter and year that end with it from the boards
//! that were frozen before: no question scans more than a day. The work goes in chunks, by one process at a time: the roster
//! first, then board after board, and at last the periods are closed, in one transaction with the last of their boards. Until
//! then nobody reads what is there of them.
//!
//! Days that became final while no server ran are frozen with the roster that is found, since nobody moved meanwhile. So are,
//! once, all days from before there was any freezing.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::time::{Duration, Instant};

use diesel::QueryResult;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::closed::{self, Sums};
use super::{Boards, TOTAL};
use crate::base::period::Span;
use crate::base::time::{Day, Period, Timestamp};
use crate::db::{Conn, DbError, Tx};
use crate::kernel::chunks::{Work, Worked};
use crate::kernel::closing::{self, Closings, Digest, Roster};
use crate::kernel::lease::Lease;
use crate::kernel::ledger;

/// How long others wait for a process that freezes; more than any chunk takes.
const LEASE_SECONDS: i64 = 15;

/// A chunk ends with the board that passes one of these: less than 2 MB, and less than a reader may be away.
const LINES_AT_ONCE: usize = 60_000;
const LONGEST: Duration = Duration::from_millis(700);

/// When to look again while somebody else, or a transaction that began before, is in the way.
const AGAIN_SECONDS: i64 = 5;

/// Periods that end, each made of the boards of one before it.
const LONGER: [(Period, Period); 4] = [
    (Period::Week, Period::Day),
    (Period::Month, Period::Day),
    (Period::Quarter, Period::Month),
    (Period::Year, Period::Quarter),
];

/// How far freezing has come.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
struct Cursor {
    /// The day that is being frozen.
    day: Day,
    /// The roster that it is frozen with, and the last day that it holds for: what was final when it was taken.
    roster: Option<(Digest, Day)>,
    /// How many boards of the day are done.
    done: usize,
}

/// What one transaction writes.
#[derive(Default)]
struct Chunk {
    rosters: Vec<Roster>,
    boards: Vec<(Period, Day, String, Vec<u8>)>,
    closed: Vec<(Period, Day, Digest)>,
    lines: usize,
}

impl Chunk {
    fn add(&mut self, period: Period, start: Day, measure: String, sums: Sums) {
        self.lines += sums.len();
        if sums.len() > 0 {
            self.boards.push((period, start, measure, sums.written((period, start))));
        }
    }

    fn write(&self, tx: &mut Tx, closings: &Closings) -> QueryResult<()> {
        self.rosters.iter().try_for_each(|roster| closing::put_roster(tx.conn, roster))?;
        for (period, start, measure, lines) in &self.boards {
            closed::put(tx.conn, *period, *start, measure, lines)?;
        }
        closings.close(tx, &self.closed)
    }

    /// The lines of a board that is frozen, be it in this chunk.
    fn find(&self, conn: &mut Conn, period: Period, start: Day, measure: &str) -> QueryResult<Option<Vec<u8>>> {
        let here = self.boards.iter().find(|board| (board.0, board.1, board.2.as_str()) == (period, start, measure));
        here.map_or_else(|| closed::find(conn, period, start, measure), |board| Ok(Some(board.3.clone())))
    }
}

impl Boards {
    /// Freezes what has become final; says when to look next.
    pub async fn freeze(&self) -> Result<Option<Timestamp>, DbError> {
        let (now, closings) = (self.0.db.now(), &self.0.closings);
        let newest = closings.newest_final_day(now);
        let next = closings.final_at(newest.next());
        let again = now.plus_seconds(AGAIN_SECONDS);
        let day = self.0.db.read(move |conn| first_open_day(conn, newest)).await?;
        if day > newest {
            return Ok(Some(next));
        }
        // what was handed in at the last moment may not have been committed yet
        if !self.0.db.older_have_ended().await? {
            return Ok(Some(again));
        }
        let lease = Lease { name: "boards.freeze", holder: self.0.process, seconds: LEASE_SECONDS };
        let work = Work { name: "boards.freeze", subject: Uuid::nil(), lease };
        let read = |at: Cursor| {
            let boards = self.clone();
            self.0.db.read(move |conn| boards.next_chunk(conn, at, newest))
        };
        let (start, closed_by) = (Cursor { day, roster: None, done: 0 }, closings.clone());
        match work.each(&self.0.db, start, read, move |tx, chunk: &Chunk| chunk.write(tx, &closed_by)).await? {
            Worked::Done => Ok(Some(next)),
            Worked::Elsewhere => Ok(Some(again)),
        }
    }

    /// What to write next, and how far that comes; `None` when `newest` and all days before it are frozen.
    fn next_chunk(&self, conn: &mut Conn, mut at: Cursor, newest: Day) -> QueryResult<Option<(Chunk, Cursor)>> {
        let (began, mut chunk) = (Instant::now(), Chunk::default());
        if at.day > newest {
            return Ok(None);
        }
        while at.day <= newest && chunk.lines < LINES_AT_ONCE && began.elapsed() < LONGEST {
            let Some((roster, _)) = at.roster.filter(|(_, until)| at.day <= *until) else {
                let roster = self.0.closings.take(conn)?;
                at = Cursor { roster: Some((roster.digest(), newest)), ..at };
                chunk.rosters.push(roster);
                continue;
            };
            let boards = boards_of(conn, &chunk, at.day)?;
            match boards.get(at.done) {
                None => {
                    chunk.closed.extend(ending_with(at.day).map(|period| (period, period.start(at.day), roster)));
                    at = Cursor { day: at.day.next(), done: 0, ..at };
                    continue;
                }
                Some(None) => self.add_day(conn, &mut chunk, at.day)?,
                Some(Some((period, measure))) => {
                    let start = period.start(at.day);
                    let sums = self.sums_at_end(conn, &chunk, *period, start, measure)?;
                    chunk.add(*period, start, measure.clone(), sums);
                }
            }
            at.done += 1;
        }
        Ok(Some((chunk, at)))
    }

    /// The day itself, in every measure.
    fn add_day(&self, conn: &mut Conn, chunk: &mut Chunk, day: Day) -> QueryResult<()> {
        let mut sums: BTreeMap<String, Sums> = BTreeMap::new();
        for (member, dimension, points, at) in ledger::of_day(conn, day)? {
            sums.entry(TOTAL.to_owned()).or_default().add(member, points, at);
            sums.entry(dimension).or_default().add(member, points, at);
        }
        for measure in self.measures() {
            let beside = sums.entry(measure.name.to_owned()).or_default();
            beside.add_all((measure.totals)(conn, day, day.next())?);
        }
        sums.into_iter().for_each(|(measure, sums)| chunk.add(Period::Day, day, measure, sums));
        Ok(())
    }

    /// What members have in a period that ends with the day which is being frozen, and whose shorter periods are done.
    fn sums_at_end(
        &self,
        conn: &mut Conn,
        chunk: &Chunk,
        period: Period,
        start: Day,
        measure: &str,
    ) -> QueryResult<Sums> {
        let end = period.end(start);
        let mut frozen: HashSet<(Period, Day)> = closing::list_closed(conn, start, end)?.into_iter().collect();
        frozen.extend(chunk.closed.iter().map(|(period, start, _)| (*period, *start)));
        let done = ending_with(end.previous()).filter(|shorter| *shorter < period);
        frozen.extend(done.map(|shorter| (shorter, shorter.start(end.previous()))));
        self.sums(conn, chunk, &frozen, period, start, measure)
    }

    /// What members have in a period that is over and not frozen yet.
    pub(super) fn sums_so_far(&self, conn: &mut Conn, period: Period, start: Day, measure: &str) -> QueryResult<Sums> {
        let frozen = closing::list_closed(conn, start, period.end(start))?.into_iter().collect();
        self.sums(conn, &Chunk::default(), &frozen, period, start, measure)
    }

    /// Adds up what is `frozen` of a period, and the days of which nothing is.
    fn sums(
        &self,
        conn: &mut Conn,
        chunk: &Chunk,
        frozen: &HashSet<(Period, Day)>,
        period: Period,
        start: Day,
        measure: &str,
    ) -> QueryResult<Sums> {
        let (mut sums, mut parts) = (Sums::default(), Vec::new());
        divide(period, start, frozen, &mut parts);
        for part in parts {
            match part {
                Part::Frozen(period, start) => {
                    let lines = chunk.find(conn, period, start, measure)?;
                    sums.add_all(lines.map_or(Ok(Vec::new()), |lines| closed::read(&lines))?);
                }
                Part::Days(days) => sums.add_all(match self.measure(measure) {
                    Some(beside) => (beside.totals)(conn, days.first, days.end)?,
                    None => ledger::totals(conn, measure, days.first, days.end)?,
                }),
            }
        }
        Ok(sums)
    }
}

/// The first day that is not frozen: after the newest that is, or the first one on which there were points. Where there
/// never were any it is the newest that is final.
fn first_open_day(conn: &mut Conn, newest: Day) -> QueryResult<Day> {
    match closing::newest_closed_day(conn)? {
        Some(closed) => Ok(closed.next()),
        None => Ok(ledger::first_day(conn)?.map_or(newest, |first| first.min(newest))),
    }
}

/// The periods that end with `day`, the shortest first.
fn ending_with(day: Day) -> impl Iterator<Item = Period> {
    let ends = move |period: &Period| period.end(day) == day.next();
    std::iter::once(Period::Day).chain(LONGER.map(|(period, _)| period)).filter(ends)
}

/// The boards that end with `day`, in the order in which they are frozen: first the day itself, which is done for all
/// measures at once (`None`), then longer periods, each in the measures of what it is made of.
fn boards_of(conn: &mut Conn, chunk: &Chunk, day: Day) -> QueryResult<Vec<Option<(Period, String)>>> {
    let mut boards = vec![None];
    for (period, part) in LONGER.into_iter().filter(|(period, _)| period.end(day) == day.next()) {
        let (start, end) = (period.start(day), day.next());
        let here = chunk.boards.iter().filter(|board| board.0 == part && board.1 >= start).map(|board| board.2.clone());
        let measures: BTreeSet<String> =
            closed::list_measures(conn, part, start, end)?.into_iter().chain(here).collect();
        boards.extend(measures.into_iter().map(|measure| Some((period, measure))));
    }
    Ok(boards)
}

/// What a period is made of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Part {
    /// A period that is frozen.
    Frozen(Period, Day),
    /// Days on end that are not.
    Days(Span),
}

/// Divides a period into as few parts as there can be.
fn divide(period: Period, start: Day, frozen: &HashSet<(Period, Day)>, parts: &mut Vec<Part>) {
    if frozen.contains(&(period, start)) {
        return parts.push(Part::Frozen(period, start));
    }
    let Some((_, of)) = LONGER.into_iter().find(|(longer, _)| *longer == period) else {
        let day = Span { first: start, end: start.next() };
        return match parts.last_mut() {
            Some(Part::Days(days)) if days.end == start => days.end = day.end,
            _ => parts.push(Part::Days(day)),
        };
    };
    let mut each = start;
    while each < period.end(start) {
        divide(of, each, frozen, parts);
        each = of.end(each);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn the_last_of_the_year_ends_everything_that_it_can() {
        let ending = |text| ending_with(day(text)).collect::<Vec<_>>();
        assert_eq!(ending("2026-12-31"), [Period::Day, Period::Month, Period::Quarter, Period::Year]);
        assert_eq!(ending("2028-12-31"), [Period::Day, Period::Week, Period::Month, Period::Quarter, Period::Year]);
        assert_eq!(ending("2026-11-29"), [Period::Day, Period::Week]);
        assert_eq!(ending("2028-02-29"), [Period::Day, Period::Month]);
        assert_eq!(ending("2026-11-30"), [Period::Day, Period::Month]);
        assert_eq!(ending("2026-11-26"), [Period::Day]);
    }

    #[test]
    fn a_period_is_added_up_from_the_longest_parts_that_are_frozen() {
        let frozen: HashSet<(Period, Day)> = [
            (Period::Quarter, day("2026-01-01")),
            (Period::Month, day("2026-04-01")),
            (Period::Day, day("2026-05-03")),
            (Period::Week, day("2026-05-04")),
        ]
        .into();
        let mut parts = Vec::new();
        divide(Period::Year, day("2026-01-01"), &frozen, &mut parts);
        let days = |first, end| Part::Days(Span { first: day(first), end: day(end) });
        assert_eq!(
            parts,
            [
                Part::Frozen(Period::Quarter, day("2026-01-01")),
                Part::Frozen(Period::Month, day("2026-04-01")),
                days("2026-05-01", "2026-05-03"),
                Part::Frozen(Period::Day, day("2026-05-03")),
                days("2026-05-04", "2027-01-01"),
            ]
        );
    }
}
