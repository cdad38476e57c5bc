//! Boards of closed periods, as the table `frozen_boards` keeps them: one row for each period and measure.
//!
//! A row holds a line of 25 bytes for everybody who had something in the period, in the order of the board, whatever the
//! scope: who belonged to a scope is what the roster of the closing says, and leaving the others out changes no order. Those
//! whose points come to nothing or less stand on no board; their lines follow, since longer periods add them up.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use diesel::prelude::*;
use uuid::Uuid;

use super::key::{BoardKey, Entry, Top, View};
use super::ranked::{BranchTotal, Ranked, by_branch};
use super::{Boards, NotClosed};
use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Period, Timestamp};
use crate::db::schema::frozen_boards;
use crate::db::{Conn, DbError};
use crate::kernel::closing::{Presence, Roster, spoilt};
use crate::kernel::ledger::{self, LaterPoints};
use crate::kernel::memo::UNTIL_FORGOTTEN;
use crate::on;

/// The first byte of the lines of a board: how they are written.
const FORMAT: u8 = 1;
/// Id, points, tenths of a second.
const LINE_BYTES: usize = 16 + 4 + 5;

/// How old what was corrected may be that is shown beside a frozen board.
const LATER_POINTS_AGE: Duration = Duration::from_secs(1);

/// Boards tell instants apart by a tenth of a second.
const TENTH: i64 = 100_000;

/// What members have in one measure, and when it last changed.
#[derive(Default)]
pub(super) struct Sums(HashMap<MemberId, (i64, Timestamp)>);

impl Sums {
    pub(super) fn add(&mut self, member: MemberId, points: i64, at: Timestamp) {
        let sum = self.0.entry(member).or_insert((0, at));
        *sum = (sum.0 + points, sum.1.max(at));
    }

    pub(super) fn add_all(&mut self, rows: impl IntoIterator<Item = (MemberId, i64, Timestamp)>) {
        rows.into_iter().for_each(|(member, points, at)| self.add(member, points, at));
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn rows(self) -> Vec<(MemberId, i64, Timestamp)> {
        self.0.into_iter().map(|(member, (points, at))| (member, points, at)).collect()
    }

    /// The lines as they are kept of the period that began on that day.
    pub(super) fn written(self, of: (Period, Day)) -> Vec<u8> {
        let on_board = |row: &(MemberId, i64, Timestamp)| Entry::new(of, row.0, row.1, row.2);
        let mut rows = self.rows();
        rows.sort_unstable_by_key(|row| (on_board(row).is_none(), on_board(row), row.0));
        let mut lines = Vec::with_capacity(1 + rows.len() * LINE_BYTES);
        lines.push(FORMAT);
        for (member, points, at) in rows {
            let points = points.clamp(i32::MIN.into(), i32::MAX.into()) as i32;
            lines.extend(member.uuid().as_bytes());
            lines.extend(points.to_le_bytes());
            lines.extend(&(at.micros() / TENTH).to_le_bytes()[..5]);
        }
        lines
    }
}

/// The rows that lines were written of, in the order of the board.
pub(super) fn read(lines: &[u8]) -> QueryResult<Vec<(MemberId, i64, Timestamp)>> {
    let row = |line: &[u8]| {
        let (id, rest) = line.split_at_checked(16)?;
        let (points, at) = rest.split_at_checked(4)?;
        let mut tenths = [0; 8];
        tenths.get_mut(..at.len()).filter(|_| at.len() == 5)?.copy_from_slice(at);
        let points = i32::from_le_bytes(points.try_into().ok()?);
        let at = Timestamp::from_micros(i64::from_le_bytes(tenths) * TENTH);
        Some((MemberId::from(Uuid::from_slice(id).ok()?), i64::from(points), at))
    };
    match lines.split_first() {
        Some((&FORMAT, lines)) => lines.chunks(LINE_BYTES).map(row).collect::<Option<_>>(),
        _ => None,
    }
    .ok_or_else(|| spoilt("lines of a board"))
}

/// The lines of a board that is kept; `None` when nobody had anything, or nothing is kept.
pub(super) fn find(conn: &mut Conn, period: Period, start: Day, measure: &str) -> QueryResult<Option<Vec<u8>>> {
    on!(conn, c => frozen_boards::table
        .find((period, start, measure))
        .select(frozen_boards::lines)
        .first(c)
        .optional())
}

/// The measures of which boards of that period are kept that begin between two days, the second excluded.
pub(super) fn list_measures(conn: &mut Conn, period: Period, from: Day, until: Day) -> QueryResult<Vec<String>> {
    on!(conn, c => frozen_boards::table
        .filter(frozen_boards::period.eq(period))
        .filter(frozen_boards::start.ge(from))
        .filter(frozen_boards::start.lt(until))
        .select(frozen_boards::measure)
        .distinct()
        .order(frozen_boards::measure)
        .load(c))
}

/// Keeps the lines of a board; what is kept already stays as it is.
pub(super) fn put(conn: &mut Conn, period: Period, start: Day, measure: &str, lines: &[u8]) -> QueryResult<()> {
    let row = (
        frozen_boards::period.eq(period),
        frozen_boards::start.eq(start),
        frozen_boards::measure.eq(measure),
        frozen_boards::lines.eq(lines),
    );
    on!(conn, c => diesel::insert_into(frozen_boards::table).values(row).on_conflict_do_nothing().execute(c)).map(drop)
}

/// A board that no longer changes, of one scope.
#[derive(Debug)]
pub struct Closed {
    pub roster: Arc<Roster>,
    pub frozen_at: Timestamp,
    board: Ranked,
}

impl Closed {
    pub(super) fn new(
        key: &BoardKey,
        roster: Arc<Roster>,
        frozen_at: Timestamp,
        lines: Option<&[u8]>,
    ) -> QueryResult<Self> {
        let rows = lines.map_or(Ok(Vec::new()), read)?;
        let belongs = roster.belongs_to(key.scope);
        let of = (key.period, key.start);
        let entries =
            rows.into_iter().filter(|row| belongs(row.0)).filter_map(|(id, points, at)| Entry::new(of, id, points, at));
        let board = Ranked::in_order(entries.collect());
        drop(belongs);
        Ok(Closed { roster, frozen_at, board })
    }

    pub(super) fn top(&self, n: usize) -> Top {
        self.board.top(n)
    }

    pub(super) fn around(&self, member: MemberId, k: usize) -> View {
        self.board.around(member, k)
    }

    /// The member's rank.
    pub fn rank_of(&self, member: MemberId) -> Option<usize> {
        self.board.rank_of(member)
    }

    /// The branch for whose mean the member counted.
    pub fn counted_for(&self, member: MemberId) -> Option<UnitId> {
        let (_, then) = self.roster.find(member)?;
        let branch = self.roster.branch_of(then).map(|branch| branch.id);
        branch.filter(|_| then.presence == Presence::Active)
    }

    /// The points of each branch, of those who counted; whether one `hides` is as it is today.
    pub(super) fn branch_totals(&self, hides: impl Fn(MemberId) -> bool) -> Vec<BranchTotal> {
        by_branch(self.board.scores(), |member| self.counted_for(member), hides)
    }
}

impl Boards {
    /// The board as it was frozen; `None` while it is not.
    pub async fn closed(&self, key: &BoardKey) -> Result<Option<Arc<Closed>>, DbError> {
        if key.period == Period::All || self.0.closings.final_at(key.end().previous()) > self.0.db.now() {
            return Ok(None);
        }
        let read = async || {
            let closing = self.0.closings.find(key.period, key.start).await?.ok_or(NotClosed::Yet)?;
            let roster = self.0.closings.roster(closing.roster).await?;
            let asked = key.clone();
            let board = self.0.db.read(move |conn| {
                let lines = find(conn, asked.period, asked.start, &asked.measure)?;
                Closed::new(&asked, roster.clone(), closing.frozen_at, lines.as_deref())
            });
            Ok::<_, NotClosed>(board.await?)
        };
        match self.0.closed.get(key, UNTIL_FORGOTTEN, read).await {
            Ok(closed) => Ok(Some(closed)),
            Err(NotClosed::Yet) => Ok(None),
            Err(NotClosed::Db(error)) => Err(error),
        }
    }

    /// The last day of the newest period of that length that is over for good.
    pub fn newest_closed(&self, period: Period) -> Day {
        let day = self.0.closings.newest_final_day(self.0.db.now());
        if period.end(day) == day.next() { day } else { period.start(day).previous() }
    }

    /// What was corrected after the period of a board and is shown beside it, newest first, whatever the scope; at most a
    /// second old.
    pub async fn later_points(&self, key: &BoardKey) -> Result<Arc<Vec<LaterPoints>>, DbError> {
        let about = (key.measure.clone(), key.period, key.start);
        let read = async || self.read_later_points(key, None).await;
        self.0.later_points.get(&about, LATER_POINTS_AGE, read).await
    }

    /// [`later_points`](Self::later_points) of one member.
    pub async fn later_points_of(&self, key: &BoardKey, member: MemberId) -> Result<Vec<LaterPoints>, DbError> {
        self.read_later_points(key, Some(member)).await
    }

    async fn read_later_points(&self, key: &BoardKey, member: Option<MemberId>) -> Result<Vec<LaterPoints>, DbError> {
        let (asked, measure) = (key.clone(), self.measure(&key.measure));
        let read = move |conn: &mut Conn| match measure {
            Some(measure) => (measure.later)(conn, asked.start, asked.end(), member),
            None => ledger::list_later_points(conn, &asked.measure, asked.start, asked.end(), member),
        };
        self.0.db.read(read).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_they_were_written_in_the_order_of_the_board() {
        let member = |n: u128| MemberId::from(Uuid::from_u128(n));
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let (noon, later) = (at("2026-07-01T12:00:00+08:00"), at("2026-07-01T12:00:00.3+08:00"));
        let mut sums = Sums::default();
        sums.add_all([(member(1), 3, later), (member(2), 3, noon), (member(3), -4, noon), (member(4), 0, noon)]);
        sums.add_all([(member(3), 1, later), (member(5), 9, later)]);
        let written = sums.written((Period::Day, "2026-07-01".parse().unwrap()));
        let expected = [
            (member(5), 9, later),
            (member(2), 3, noon),
            (member(1), 3, later),
            (member(3), -3, later),
            (member(4), 0, noon),
        ];
        assert_eq!(read(&written).unwrap(), expected);
        assert_eq!(written.len(), 1 + 5 * LINE_BYTES);
        assert!(read(&written[..written.len() - 1]).is_err());
        assert!(read(&[]).is_err());
    }
}
