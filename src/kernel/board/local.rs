//! Boards in the process: every member's standing, and each board that someone looked at, kept up to date.
//!
//! A board is made when it is first looked at, from the standings in memory (about 15 ms for 60,000 members), and then
//! follows every award. Reading is one shared lock, the rank a walk down a counted B-tree; no reader waits for SQL.

use std::collections::HashMap;
use std::num::NonZeroU64;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use indexset::BTreeSet;

use super::key::{BoardKey, Entry, Top, View, around, enterprise, top};
use super::standing::Standing;
use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Period};

/// Entries per node of a board's tree; small, because most boards are those of small units.
const NODE: usize = 256;

/// Entries that all boards in memory may hold together, a node counted as full; about 30 MB.
const CAPACITY: usize = 600_000;

/// A member's path as the boards keep it; members of one unit share it. `None`: on no board (has left).
pub(super) type Home = Option<Arc<[UnitId]>>;

#[derive(Default)]
pub(super) struct Local {
    state: RwLock<State>,
    /// Ticks at every change and every look, so that a board's version never repeats.
    ticks: AtomicU64,
}

#[derive(Default)]
struct State {
    measures: HashMap<Arc<str>, Measured>,
}

/// Everything of one measure.
#[derive(Default)]
struct Measured {
    rows: HashMap<MemberId, Box<Row>>,
    boards: HashMap<Place, Board>,
}

/// Which board of its measure it is.
type Place = (Period, Day, UnitId);

struct Board {
    entries: BTreeSet<Entry>,
    version: u64,
    looked: AtomicU64,
}

/// What the boards need of a standing.
struct Row {
    version: i64,
    home: Home,
    marks: [Mark; 6],
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Mark {
    start: Day,
    order: Option<NonZeroU64>,
}

impl Row {
    fn new(standing: &Standing, home: Home) -> Row {
        let marks = standing.terms.map(|term| Mark { start: term.start, order: term.order() });
        Row { version: standing.version, home, marks }
    }

    /// The member's entry on the boards of the period that began on `start`.
    fn entry(&self, subject: MemberId, period: Period, start: Day) -> Option<Entry> {
        let mark = self.marks[period as usize];
        mark.order.filter(|_| mark.start == start).map(|order| Entry::at((period, start), order, subject))
    }

    fn belongs_to(&self, scope: UnitId) -> bool {
        self.home.as_ref().is_some_and(|path| scope == enterprise() || path.contains(&scope))
    }
}

/// The scopes on whose boards a member with this path stands.
fn scopes(home: &Home) -> impl Iterator<Item = UnitId> + '_ {
    home.iter().flat_map(|path| path.iter().copied().chain([enterprise()]))
}

impl Measured {
    /// Takes a standing in; what is older than what is known, or says nothing new, changes nothing.
    fn apply(&mut self, standing: &Standing, mut home: Home, ticks: &AtomicU64) {
        let old = self.rows.remove(&standing.member);
        if let Some(row) = old.as_ref() {
            let same_home = row.home == home;
            if row.version > standing.version || (row.version == standing.version && same_home) {
                self.rows.extend(old.map(|row| (standing.member, row)));
                return;
            }
            if same_home {
                home.clone_from(&row.home); // keep the shared one
            }
        }
        let new = Box::new(Row::new(standing, home));
        if !self.boards.is_empty() {
            self.move_entries(standing.member, old.as_deref(), &new, ticks);
        }
        self.rows.insert(standing.member, new);
    }

    /// Takes the entries of a member along to a new home.
    fn rehome(&mut self, member: MemberId, home: Home, ticks: &AtomicU64) {
        let Some(old) = self.rows.remove(&member) else { return };
        let new = Box::new(Row { home, ..*old });
        self.move_entries(member, Some(&old), &new, ticks);
        self.rows.insert(member, new);
    }

    fn move_entries(&mut self, member: MemberId, old: Option<&Row>, new: &Row, ticks: &AtomicU64) {
        for period in Period::EACH.iter().copied() {
            let mark = new.marks[period as usize];
            if let Some(old) = old {
                let before = old.marks[period as usize];
                if before == mark && old.home == new.home {
                    continue;
                }
                for scope in scopes(&old.home) {
                    let Some(board) = self.boards.get_mut(&(period, before.start, scope)) else { continue };
                    if let Some(order) = before.order {
                        board.entries.remove(&Entry::at((period, before.start), order, member));
                        board.version = ticks.fetch_add(1, Ordering::Relaxed);
                    }
                }
            }
            for scope in scopes(&new.home) {
                let Some(board) = self.boards.get_mut(&(period, mark.start, scope)) else { continue };
                if let Some(order) = mark.order {
                    board.entries.insert(Entry::at((period, mark.start), order, member));
                    board.version = ticks.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
    }

    fn materialise(&self, (period, start, scope): Place, version: u64) -> Board {
        let mut sorted: Vec<Entry> = self
            .rows
            .iter()
            .filter_map(|(member, row)| row.entry(*member, period, start).filter(|_| row.belongs_to(scope)))
            .collect();
        sorted.sort_unstable();
        let mut entries = BTreeSet::with_maximum_node_size(NODE);
        for entry in sorted {
            entries.insert(entry);
        }
        Board { entries, version, looked: AtomicU64::new(version) }
    }
}

impl Board {
    fn weight(&self) -> usize {
        // filled in ascending order, the nodes are half full
        2 * self.entries.len() + NODE
    }
}

impl State {
    fn board(&self, key: &BoardKey) -> Option<(&Measured, &Board)> {
        let measured = self.measures.get(&key.measure)?;
        Some((measured, measured.boards.get(&(key.period, key.start, key.scope))?))
    }

    fn measured(&mut self, measure: &Arc<str>) -> &mut Measured {
        if !self.measures.contains_key(measure) {
            self.measures.insert(measure.clone(), Measured::default());
        }
        self.measures.get_mut(measure).expect("it was just put there")
    }

    /// Lets the boards go that nobody looked at for longest, until `weight` more fits.
    fn make_room(&mut self, weight: usize) {
        let mut boards: Vec<(u64, usize, Arc<str>, Place)> = self
            .measures
            .iter()
            .flat_map(|(measure, measured)| measured.boards.iter().map(move |(place, board)| (measure, place, board)))
            .map(|(m, place, board)| (board.looked.load(Ordering::Relaxed), board.weight(), m.clone(), *place))
            .collect();
        let mut held = weight + boards.iter().map(|(_, weight, ..)| weight).sum::<usize>();
        if held <= CAPACITY {
            return;
        }
        boards.sort_unstable();
        for (_, weight, measure, place) in boards {
            if held <= CAPACITY {
                break;
            }
            self.measured(&measure).boards.remove(&place);
            held -= weight;
        }
    }
}

impl Local {
    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn tick(&self) -> u64 {
        self.ticks.fetch_add(1, Ordering::Relaxed)
    }

    /// Takes a standing in; an older version than is known is ignored.
    pub(super) fn apply(&self, standing: &Standing, home: Home) {
        self.write().measured(&standing.measure).apply(standing, home, &self.ticks);
    }

    /// Puts members who have moved where they belong now. Anyone who reads meanwhile waits only for these.
    pub(super) fn rehome(&self, home_of: impl Fn(MemberId) -> Home) {
        let mut moved: Vec<(Arc<str>, MemberId, Home)> = Vec::new();
        for (measure, measured) in &self.read().measures {
            let homes = measured.rows.iter().map(|(member, row)| (*member, &row.home, home_of(*member)));
            moved.extend(
                homes.filter(|(_, old, new)| *old != new).map(|(member, _, new)| (measure.clone(), member, new)),
            );
        }
        for (measure, member, home) in moved {
            self.write().measured(&measure).rehome(member, home, &self.ticks);
        }
    }

    /// Reads a board, making it first when nobody has looked at it yet.
    fn look<T>(&self, key: &BoardKey, read: impl Fn(&Measured, &Board) -> T) -> T {
        let now = self.tick();
        let seen = |(measured, board): (&Measured, &Board)| {
            board.looked.store(now, Ordering::Relaxed);
            read(measured, board)
        };
        if let Some(found) = self.read().board(key).map(&seen) {
            return found;
        }
        let mut state = self.write();
        if state.board(key).is_none() {
            let place = (key.period, key.start, key.scope);
            let board = state.measured(&key.measure).materialise(place, now);
            state.make_room(board.weight());
            state.measured(&key.measure).boards.insert(place, board);
        }
        state.board(key).map(seen).expect("it was just put there")
    }

    /// A number that changes whenever the board does.
    pub(super) fn version(&self, key: &BoardKey) -> u64 {
        self.look(key, |_, board| board.version)
    }

    pub(super) fn top(&self, key: &BoardKey, n: usize) -> Top {
        self.look(key, |_, board| top(board.entries.iter().copied(), n, board.entries.len()))
    }

    pub(super) fn around(&self, key: &BoardKey, subject: MemberId, k: usize) -> View {
        self.look(key, |measured, board| {
            let size = board.entries.len();
            let mine = measured
                .rows
                .get(&subject)
                .filter(|row| row.belongs_to(key.scope))
                .and_then(|row| row.entry(subject, key.period, key.start));
            let index = mine.map_or(size, |entry| board.entries.rank(&entry));
            // the tree counts from its root only for what is there
            around(index, size, k, |i| if i < size { board.entries.get_index(i).copied() } else { None })
        })
    }

    /// Hands the board's members with their scores to `fold`.
    pub(super) fn scores<T>(&self, key: &BoardKey, fold: impl Fn(&mut dyn Iterator<Item = (MemberId, i64)>) -> T) -> T {
        self.look(key, |_, board| fold(&mut board.entries.iter().map(|entry| (entry.subject, entry.score()))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Timestamp;
    use crate::kernel::board::{TOTAL, lot};
    use proptest::prelude::*;
    use uuid::Uuid;

    fn unit(n: u8) -> UnitId {
        Uuid::from_u128(n.into()).into()
    }

    fn member(n: u16) -> MemberId {
        Uuid::from_u128(n.into()).into()
    }

    /// Three groups in two branches under one committee.
    fn home(group: u8) -> Home {
        let branch = if group < 2 { 10 } else { 11 };
        Some([unit(group + 20), unit(branch), unit(1)].into())
    }

    fn key(period: Period, scope: UnitId) -> BoardKey {
        BoardKey::new(TOTAL, period, "2026-07-01".parse().unwrap(), scope)
    }

    /// The board by plain sorting.
    fn sorted(standings: &HashMap<u16, (Standing, u8)>, key: &BoardKey) -> Vec<(MemberId, i64)> {
        let belongs = |group: u8| key.scope == enterprise() || home(group).unwrap().contains(&key.scope);
        let mut lines: Vec<_> = standings
            .values()
            .filter(|(standing, group)| belongs(*group) && standing.score(key.period, key.start) > 0)
            .map(|(standing, _)| {
                let score = standing.score(key.period, key.start);
                let lot = lot(key.period, key.start, standing.member.uuid());
                (std::cmp::Reverse(score), standing.term(key.period).at, lot, standing.member)
            })
            .collect();
        lines.sort();
        lines.into_iter().map(|(score, _, _, member)| (member, score.0)).collect()
    }

    fn agree(local: &Local, standings: &HashMap<u16, (Standing, u8)>, key: &BoardKey) -> Result<(), TestCaseError> {
        let expected = sorted(standings, key);
        let top = local.top(key, expected.len() + 1);
        prop_assert_eq!(top.size, expected.len());
        let found: Vec<_> = top.places.iter().map(|place| (place.subject, place.score)).collect();
        prop_assert_eq!(&found, &expected);
        for (index, (subject, score)) in expected.iter().enumerate() {
            let around = local.around(key, *subject, 2).around.unwrap();
            prop_assert_eq!((around.place.rank, around.place.score), (index + 1, *score));
            let first = index.saturating_sub(2);
            let last = expected.len().min(index + 3);
            let neighbours: Vec<_> = around.neighbours.iter().map(|place| (place.subject, place.score)).collect();
            prop_assert_eq!(&neighbours, &expected[first..last]);
        }
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn a_board_in_memory_is_what_sorting_gives(
            awards in prop::collection::vec((0u16..400, 0u8..3, -3i64..9, 0u64..3, any::<bool>()), 0..900),
            looked_early in any::<bool>(),
        ) {
            let local = Local::default();
            let keys: Vec<_> = [Period::Day, Period::Week, Period::All]
                .into_iter()
                .flat_map(|period| [enterprise(), unit(11), unit(20)].map(|scope| key(period, scope)))
                .collect();
            if looked_early {
                keys.iter().for_each(|key| drop(local.top(key, 1)));
            }
            let today: Day = "2026-07-01".parse().unwrap();
            let mut standings = HashMap::new();
            for (n, (who, group, points, days_ago, repeated)) in (0..).zip(awards) {
                let (standing, _) = standings
                    .remove(&who)
                    .unwrap_or_else(|| (Standing::new(member(who), TOTAL), group));
                let old = standing.clone();
                let mut standing = standing;
                // four awards fall into the same tenth of a second, so that ties come before the ids
                let at = today.start().micros() + n / 4 * 100_000;
                standing.add(today.minus_days(days_ago), points, Timestamp::from_micros(at));
                local.apply(&standing, home(group));
                if repeated {
                    local.apply(&old, home(group)); // an older version, too late
                }
                standings.insert(who, (standing, group));
            }
            for key in &keys {
                agree(&local, &standings, key)?;
            }
        }
    }

    #[test]
    fn boards_that_nobody_looks_at_make_room() {
        let local = Local::default();
        let mut standing = Standing::new(member(1), TOTAL);
        standing.add("2026-07-01".parse().unwrap(), 1, Timestamp::from_micros(1));
        local.apply(&standing, home(0));
        for n in 0..u128::try_from(CAPACITY / NODE + 10).unwrap() {
            local.top(&key(Period::Day, Uuid::from_u128(n).into()), 1);
        }
        let held: usize = local.read().measures.values().map(|measured| measured.boards.len()).sum();
        assert!(held <= CAPACITY / NODE, "{held}");
        assert_eq!(local.top(&key(Period::Day, enterprise()), 9).size, 1);
    }
}
