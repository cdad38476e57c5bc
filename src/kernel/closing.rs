//! Closed periods 定局: which days, weeks, months, quarters and years are final and frozen, and who was where by then.
//!
//! Tables: `frozen_rosters`, each kept once under the SHA-256 of what it says, so that days on which nobody moved share
//! one; `frozen_periods`, one row for each period that is closed, with its roster. Rows come and never change.
//!
//! [`board`](super::board) freezes days one after the other and closes the periods that end with each; other rooms that
//! publish something of a day ask here for its roster. When a day is final is known to a room, which says it by
//! [`final_at`](Closings::final_at_by).

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use diesel::dsl::{max, min};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::agenda;
use super::memo::{Memo, UNTIL_FORGOTTEN};
use crate::base::crypto;
use crate::base::hooks::Hooks;
use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Period, Timestamp};
use crate::db::schema::{frozen_periods, frozen_rosters};
use crate::db::{Conn, Db, DbError, Tx};
use crate::on;

/// Rosters that are remembered; about 2 MB each at 60,000 members.
const ROSTERS: usize = 4;

/// How long late entries for a day are taken where no room says so.
const USUAL_GRACE_SECONDS: i64 = 6 * 3600;

/// The first byte of the members of a roster: how they are written.
const FORMAT: u8 = 1;
const MEMBER_BYTES: usize = 16 + 4 + 1;

/// The SHA-256 of a roster.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Digest([u8; 32]);

impl Digest {
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// As a row keeps it.
    pub fn read(bytes: &[u8]) -> QueryResult<Digest> {
        bytes.try_into().map(Digest).map_err(|_| spoilt("a digest of a roster has another length"))
    }
}

/// Whether a member was there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Presence {
    /// Has left: is on no board.
    Left,
    /// Is on boards, and counts for no mean.
    Away,
    /// Is on boards, and counts for the mean of the branch.
    Active,
}

/// A unit as it was.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct UnitThen {
    pub id: UnitId,
    pub short_name: String,
    /// The number of the unit above, in the order of the roster.
    above: Option<u32>,
    pub is_branch: bool,
}

/// A member as he was.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MemberThen {
    pub id: MemberId,
    /// The number of the home unit, in the order of the roster.
    home: u32,
    pub presence: Presence,
}

/// Who was where at one moment, in the order of ids.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Roster {
    units: Vec<UnitThen>,
    members: Vec<MemberThen>,
}

/// A unit as a roster is made of it: itself, the one above, its short name, whether it is a branch.
pub type UnitNow = (UnitId, Option<UnitId>, String, bool);

impl Roster {
    /// A roster of these units and of the members who are at home in one of them.
    pub fn new(mut units: Vec<UnitNow>, members: impl IntoIterator<Item = (MemberId, UnitId, Presence)>) -> Roster {
        units.sort_unstable_by_key(|unit| unit.0);
        let numbers: HashMap<UnitId, u32> = (0..).zip(&units).map(|(number, unit)| (unit.0, number)).collect();
        let above = |unit: Option<UnitId>| unit.and_then(|unit| numbers.get(&unit).copied());
        let then = |(id, parent, short_name, is_branch)| UnitThen { id, short_name, above: above(parent), is_branch };
        let at_home = |(id, unit, presence)| numbers.get(&unit).map(|home| MemberThen { id, home: *home, presence });
        let mut members: Vec<MemberThen> = members.into_iter().filter_map(at_home).collect();
        members.sort_unstable_by_key(|member| member.id);
        Roster { units: units.into_iter().map(then).collect(), members }
    }

    /// The member's number and how he was; `None` for somebody who came later.
    pub fn find(&self, member: MemberId) -> Option<(u32, &MemberThen)> {
        let number = self.members.binary_search_by_key(&member, |then| then.id).ok()?;
        Some((u32::try_from(number).ok()?, &self.members[number]))
    }

    /// The member of that number.
    pub fn member(&self, number: u32) -> Option<&MemberThen> {
        self.members.get(number as usize)
    }

    /// Everybody, in the order of their numbers.
    pub fn each(&self) -> impl Iterator<Item = &MemberThen> {
        self.members.iter()
    }

    /// The home unit.
    pub fn home_of(&self, member: &MemberThen) -> &UnitThen {
        &self.units[member.home as usize]
    }

    /// The branch that the member belonged to.
    pub fn branch_of(&self, member: &MemberThen) -> Option<&UnitThen> {
        self.path(member.home).map(|number| &self.units[number as usize]).find(|unit| unit.is_branch)
    }

    /// The member's home unit and those above it, nearest first.
    pub fn path_of(&self, member: &MemberThen) -> impl Iterator<Item = &UnitThen> {
        self.path(member.home).map(|number| &self.units[number as usize])
    }

    /// The unit and those above it, nearest first; nothing of a unit that came later.
    pub fn path_from(&self, unit: UnitId) -> Vec<UnitId> {
        let number = self.units.binary_search_by_key(&unit, |then| then.id).ok().and_then(|n| u32::try_from(n).ok());
        number.into_iter().flat_map(|number| self.path(number)).map(|above| self.units[above as usize].id).collect()
    }

    /// The branch in which the unit lay; `None` of one outside of branches and of one that came later.
    pub fn branch_from(&self, unit: UnitId) -> Option<UnitId> {
        let number = self.units.binary_search_by_key(&unit, |then| then.id).ok()?;
        let path = self.path(u32::try_from(number).ok()?);
        path.map(|number| &self.units[number as usize]).find(|unit| unit.is_branch).map(|unit| unit.id)
    }

    /// The units directly below `unit`.
    pub fn children(&self, unit: UnitId) -> Vec<UnitId> {
        let number = self.units.binary_search_by_key(&unit, |then| then.id).ok();
        let below = |then: &&UnitThen| number.is_some() && then.above.map(|above| above as usize) == number;
        self.units.iter().filter(below).map(|then| then.id).collect()
    }

    /// Of each unit, by its number, whether it or one above it `is_top`.
    fn below_any(&self, is_top: impl Fn(UnitId) -> bool) -> Vec<bool> {
        let lies_below = |number| self.path(number).any(|above| is_top(self.units[above as usize].id));
        (0..self.units.len() as u32).map(lies_below).collect()
    }

    /// Of each unit, by its number, whether it lies within the scope of a board.
    fn within(&self, scope: UnitId) -> Vec<bool> {
        self.below_any(|unit| scope.uuid().is_nil() || unit == scope)
    }

    /// Tells of each member whether he was on boards of `scope`: had not left, and was at home in its subtree. The nil
    /// unit is the whole enterprise.
    pub fn belongs_to(&self, scope: UnitId) -> impl Fn(MemberId) -> bool {
        let within = self.within(scope);
        move |member| {
            let then = self.find(member).map(|(_, then)| *then);
            then.is_some_and(|then| then.presence != Presence::Left && within[then.home as usize])
        }
    }

    /// The branches within `scope`, each with how many counted for its mean.
    pub fn branches(&self, scope: UnitId) -> Vec<(&UnitThen, i64)> {
        let mut counted: HashMap<UnitId, i64> = HashMap::new();
        for member in self.members.iter().filter(|member| member.presence == Presence::Active) {
            self.branch_of(member).iter().for_each(|branch| *counted.entry(branch.id).or_default() += 1);
        }
        let within = self.within(scope);
        let branches = self.units.iter().zip(within).filter(|(unit, within)| unit.is_branch && *within);
        branches.map(|(unit, _)| (unit, counted.get(&unit.id).copied().unwrap_or(0))).collect()
    }

    /// The units at or below one of `tops`.
    pub fn below(&self, tops: &[UnitId]) -> Vec<UnitId> {
        let below = self.below_any(|unit| tops.contains(&unit));
        self.units.iter().zip(below).filter(|(_, below)| *below).map(|(unit, _)| unit.id).collect()
    }

    /// How many counted at or below one of `tops`; in the whole enterprise when `None`.
    pub fn counted(&self, tops: Option<&[UnitId]>) -> u32 {
        let below = self.below_any(|unit| tops.is_none_or(|tops| tops.contains(&unit)));
        let counts = |member: &&MemberThen| member.presence == Presence::Active && below[member.home as usize];
        self.members.iter().filter(counts).count() as u32
    }

    fn path(&self, number: u32) -> impl Iterator<Item = u32> {
        // no path is longer than there are units, however they were put
        std::iter::successors(Some(number), |number| self.units[*number as usize].above).take(self.units.len())
    }

    /// What it is called by.
    pub fn digest(&self) -> Digest {
        let (units, members) = self.written();
        Digest(crypto::digest(&[units.as_bytes(), &members].concat()))
    }

    /// The units as JSON, the members as 21 bytes each: id, number of the home, presence.
    fn written(&self) -> (String, Vec<u8>) {
        let mut members = Vec::with_capacity(1 + self.members.len() * MEMBER_BYTES);
        members.push(FORMAT);
        for MemberThen { id, home, presence } in &self.members {
            members.extend(id.uuid().as_bytes());
            members.extend(home.to_le_bytes());
            members.push(match presence {
                Presence::Left => 0,
                Presence::Away => 1,
                Presence::Active => 2,
            });
        }
        (serde_json::to_string(&self.units).unwrap_or_default(), members)
    }

    fn read(units: &str, members: &[u8]) -> QueryResult<Roster> {
        let units: Vec<UnitThen> = serde_json::from_str(units).map_err(|_| spoilt("units of a roster"))?;
        let Some((&FORMAT, rows)) = members.split_first() else { return Err(spoilt("members of a roster")) };
        let member = |row: &[u8]| {
            let (id, rest) = row.split_at_checked(16)?;
            let (home, presence) = rest.split_at_checked(4)?;
            let home = u32::from_le_bytes(home.try_into().ok()?);
            let presence = match presence {
                [0] => Presence::Left,
                [1] => Presence::Away,
                [2] => Presence::Active,
                _ => return None,
            };
            let id = Uuid::from_slice(id).ok()?.into();
            ((home as usize) < units.len()).then_some(MemberThen { id, home, presence })
        };
        let members: Option<Vec<MemberThen>> = rows.chunks(MEMBER_BYTES).map(member).collect();
        members.map(|members| Roster { units, members }).ok_or_else(|| spoilt("members of a roster"))
    }
}

/// What was frozen is not as it was written.
pub(super) fn spoilt(what: &str) -> diesel::result::Error {
    diesel::result::Error::DeserializationError(format!("frozen: {what}").into())
}

/// Who tells the roster as it is in the database.
pub type TakeRoster = Box<dyn Fn(&mut Conn) -> QueryResult<Roster> + Send + Sync>;

/// Who knows until when late entries for a day are taken.
pub type FinalAt = Box<dyn Fn(Day) -> Timestamp + Send + Sync>;

/// The closed periods; clones share what they remember.
#[derive(Clone)]
pub struct Closings(Arc<Inner>);

struct Inner {
    db: Db,
    take: TakeRoster,
    final_at: OnceLock<FinalAt>,
    /// Kinds of the agenda that have something to do once a day is closed.
    followers: Hooks<&'static str>,
    rosters: Memo<Digest, Roster>,
}

/// How a period was closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Closing {
    pub roster: Digest,
    pub frozen_at: Timestamp,
}

impl Closings {
    /// Periods that are closed with the roster that `take` reads.
    pub fn new(db: Db, take: TakeRoster) -> Closings {
        Closings(Arc::new(Inner {
            db,
            take,
            final_at: OnceLock::new(),
            followers: Hooks::default(),
            rosters: Memo::new(ROSTERS),
        }))
    }

    /// Lets a room say when a day is final; the first one that does.
    pub fn final_at_by(&self, says: impl Fn(Day) -> Timestamp + Send + Sync + 'static) {
        let _ = self.0.final_at.set(Box::new(says));
    }

    /// Has a kind of the agenda looked at whenever a day has been closed.
    pub fn then_look_at(&self, kind: &'static str) {
        self.0.followers.add(kind);
    }

    /// When the day is final: nothing is taken for it from then on.
    pub fn final_at(&self, day: Day) -> Timestamp {
        match self.0.final_at.get() {
            Some(says) => says(day),
            None => day.next().start().plus_seconds(USUAL_GRACE_SECONDS),
        }
    }

    /// The newest day that is final at `now`.
    pub fn newest_final_day(&self, now: Timestamp) -> Day {
        let mut day = now.day().previous();
        while self.final_at(day) > now && day != day.previous() {
            day = day.previous();
        }
        day
    }

    /// The roster as the database has it.
    pub(super) fn take(&self, conn: &mut Conn) -> QueryResult<Roster> {
        (self.0.take)(conn)
    }

    /// Closes periods, and has those look who wait for it.
    pub(super) fn close(&self, tx: &mut Tx, periods: &[(Period, Day, Digest)]) -> QueryResult<()> {
        periods.iter().try_for_each(|(period, start, roster)| close(tx, *period, *start, *roster))?;
        let followers = if periods.is_empty() { Vec::new() } else { self.0.followers.each() };
        followers.into_iter().try_for_each(|kind| agenda::put_now(tx, kind, Uuid::nil()))
    }

    /// How the period that begins on `start` was closed; `None` while it is not.
    pub async fn find(&self, period: Period, start: Day) -> Result<Option<Closing>, DbError> {
        self.0.db.read(move |conn| find(conn, period, start)).await
    }

    /// The roster that the first closed day from `day` on was closed with; `None` while none is.
    pub async fn roster_from(&self, day: Day) -> Result<Option<(Digest, Arc<Roster>)>, DbError> {
        let Some(digest) = self.0.db.read(move |conn| find_roster_from(conn, day)).await? else { return Ok(None) };
        Ok(Some((digest, self.roster(digest).await?)))
    }

    /// The roster of that digest.
    pub async fn roster(&self, digest: Digest) -> Result<Arc<Roster>, DbError> {
        let read = async || self.0.db.read(move |conn| find_roster(conn, digest)).await;
        self.0.rosters.get(&digest, UNTIL_FORGOTTEN, read).await
    }
}

/// How a period was closed; `None` while it is not.
pub(super) fn find(conn: &mut Conn, period: Period, start: Day) -> QueryResult<Option<Closing>> {
    let row: Option<(Vec<u8>, Timestamp)> = on!(conn, c => frozen_periods::table
        .find((period, start))
        .select((frozen_periods::roster, frozen_periods::frozen_at))
        .first(c)
        .optional())?;
    row.map(|(roster, frozen_at)| Ok(Closing { roster: Digest::read(&roster)?, frozen_at })).transpose()
}

/// The roster of the first closed day from `day` on. Of a day before the first one that was frozen nothing better is known.
fn find_roster_from(conn: &mut Conn, day: Day) -> QueryResult<Option<Digest>> {
    let row: Option<Vec<u8>> = on!(conn, c => frozen_periods::table
        .filter(frozen_periods::period.eq(Period::Day))
        .filter(frozen_periods::start.ge(day))
        .order(frozen_periods::start)
        .select(frozen_periods::roster)
        .first(c)
        .optional())?;
    row.as_deref().map(Digest::read).transpose()
}

/// The roster of that digest, which some row names.
pub(super) fn find_roster(conn: &mut Conn, digest: Digest) -> QueryResult<Roster> {
    let (units, members): (String, Vec<u8>) = on!(conn, c => frozen_rosters::table
        .find(digest.as_bytes())
        .select((frozen_rosters::units, frozen_rosters::members))
        .first(c))?;
    Roster::read(&units, &members)
}

/// The newest day that is closed.
pub(super) fn newest_closed_day(conn: &mut Conn) -> QueryResult<Option<Day>> {
    on!(conn, c => frozen_periods::table
        .filter(frozen_periods::period.eq(Period::Day))
        .select(max(frozen_periods::start))
        .first(c))
}

/// The oldest day that is closed.
pub fn oldest_closed_day(conn: &mut Conn) -> QueryResult<Option<Day>> {
    on!(conn, c => frozen_periods::table
        .filter(frozen_periods::period.eq(Period::Day))
        .select(min(frozen_periods::start))
        .first(c))
}

/// The closed periods that begin between two days, the second excluded.
pub(super) fn list_closed(conn: &mut Conn, from: Day, until: Day) -> QueryResult<Vec<(Period, Day)>> {
    on!(conn, c => frozen_periods::table
        .filter(frozen_periods::start.ge(from))
        .filter(frozen_periods::start.lt(until))
        .select((frozen_periods::period, frozen_periods::start))
        .load(c))
}

/// Keeps a roster; one that is known already stays as it is.
pub(super) fn put_roster(conn: &mut Conn, roster: &Roster) -> QueryResult<()> {
    let (digest, (units, members)) = (roster.digest(), roster.written());
    let row = (
        frozen_rosters::digest.eq(digest.as_bytes()),
        frozen_rosters::units.eq(units),
        frozen_rosters::members.eq(members),
    );
    on!(conn, c => diesel::insert_into(frozen_rosters::table).values(&row).on_conflict_do_nothing().execute(c))
        .map(drop)
}

/// Closes a period; one that is closed already stays as it is.
fn close(tx: &mut Tx, period: Period, start: Day, roster: Digest) -> QueryResult<()> {
    let now = tx.now();
    let row = (
        frozen_periods::period.eq(period),
        frozen_periods::start.eq(start),
        frozen_periods::roster.eq(roster.as_bytes()),
        frozen_periods::frozen_at.eq(now),
    );
    on!(tx.conn, c => diesel::insert_into(frozen_periods::table).values(&row).on_conflict_do_nothing().execute(c))
        .map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn unit(n: u128) -> UnitId {
        Uuid::from_u128(n).into()
    }

    fn member(n: u128) -> MemberId {
        Uuid::from_u128(1000 + n).into()
    }

    fn sample() -> Roster {
        let units = vec![
            (unit(9), None, "集团".to_owned(), false),
            (unit(1), Some(unit(9)), "东支部".to_owned(), true),
            (unit(2), Some(unit(9)), "西支部".to_owned(), true),
            (unit(3), Some(unit(1)), "东一组".to_owned(), false),
        ];
        let people =
            [(2, 3, Presence::Active), (1, 1, Presence::Away), (3, 2, Presence::Left), (4, 3, Presence::Active)];
        Roster::new(units, people.map(|(id, home, presence)| (member(id), unit(home), presence)))
    }

    #[test]
    fn a_roster_is_read_as_it_was_written() {
        let roster = sample();
        let (units, members) = roster.written();
        assert_eq!(Roster::read(&units, &members).unwrap(), roster);
        assert!(Roster::read(&units, &members[..members.len() - 1]).is_err());
        assert!(Roster::read("[]", &members).is_err());
        assert!(Roster::read(&units, &[]).is_err());
        assert_eq!(roster.digest(), sample().digest());
        assert_ne!(roster.digest(), Roster::default().digest());
    }

    #[test]
    fn a_roster_tells_who_belonged_where_and_who_counted() {
        let roster = sample();
        let counts = |scope| roster.branches(scope).iter().map(|(unit, n)| (unit.id, *n)).collect::<Vec<_>>();
        assert_eq!(counts(Uuid::nil().into()), [(unit(1), 2), (unit(2), 0)]);
        assert_eq!(counts(unit(2)), [(unit(2), 0)]);
        assert_eq!(counts(unit(3)), []);
        let on = |scope| [1, 2, 3, 4, 5].map(member).map(roster.belongs_to(scope));
        assert_eq!(on(Uuid::nil().into()), [true, true, false, true, false]);
        assert_eq!(on(unit(3)), [false, true, false, true, false]);
        let (_, two) = roster.find(member(2)).unwrap();
        assert_eq!(roster.path_of(two).map(|unit| unit.id).collect::<Vec<_>>(), [unit(3), unit(1), unit(9)]);
        assert_eq!(roster.branch_of(two).map(|unit| unit.id), Some(unit(1)));
        assert_eq!((roster.children(unit(9)), roster.children(unit(3))), (vec![unit(1), unit(2)], vec![]));
    }
}
