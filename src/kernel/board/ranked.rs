//! A sorted board: as one query gave it, or as it was frozen.

use super::key::{BoardKey, Entry, Place, Top, View, around, top};
use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Period, Timestamp};

/// A sorted board that follows no award.
#[derive(Debug)]
pub(super) struct Ranked(Vec<Entry>);

impl Ranked {
    /// Ranks those rows whose member `belongs` to the board.
    pub(super) fn new(
        key: &BoardKey,
        rows: Vec<(MemberId, i64, Timestamp)>,
        belongs: impl Fn(MemberId) -> bool,
    ) -> Self {
        let mut entries: Vec<Entry> = rows
            .into_iter()
            .filter(|(member, ..)| belongs(*member))
            .filter_map(|(member, score, at)| Entry::new((key.period, key.start), member, score, at))
            .collect();
        entries.sort_unstable();
        Ranked(entries)
    }

    /// A board whose order was settled before.
    pub(super) fn in_order(entries: Vec<Entry>) -> Self {
        Ranked(entries)
    }

    pub(super) fn top(&self, n: usize) -> Top {
        top(self.0.iter().copied(), n, self.0.len())
    }

    pub(super) fn around(&self, subject: MemberId, k: usize) -> View {
        let size = self.0.len();
        let index = self.0.iter().position(|entry| entry.subject == subject).unwrap_or(size);
        around(index, size, k, |i| self.0.get(i).copied())
    }

    /// 1 is the best; `None` for anyone who is not on the board.
    pub(super) fn rank_of(&self, subject: MemberId) -> Option<usize> {
        self.0.iter().position(|entry| entry.subject == subject).map(|index| index + 1)
    }

    /// Each member with its score.
    pub(super) fn scores(&self) -> impl Iterator<Item = (MemberId, i64)> + '_ {
        self.0.iter().map(|entry| (entry.subject, entry.score()))
    }
}

/// A branch on a board of branches.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BranchTotal {
    pub branch: UnitId,
    /// The points of its active members.
    pub total: i64,
    /// Active members who have points.
    pub participants: i64,
    /// Those of them whose own points nobody is shown.
    pub hidden: usize,
}

/// Places of members by what they have and when they had it, on the boards of the period that began on that day.
pub fn rank((period, start): (Period, Day), rows: impl Iterator<Item = (MemberId, i64, Timestamp)>) -> Vec<Place> {
    let mut entries: Vec<Entry> =
        rows.filter_map(|(member, score, at)| Entry::new((period, start), member, score, at)).collect();
    entries.sort_unstable();
    Ranked(entries).top(usize::MAX).places
}

/// Adds members' scores up by their branch; members without one, or not active, count nowhere.
pub fn by_branch(
    scores: impl Iterator<Item = (MemberId, i64)>,
    branch_of: impl Fn(MemberId) -> Option<UnitId>,
    hides: impl Fn(MemberId) -> bool,
) -> Vec<BranchTotal> {
    let mut totals = std::collections::HashMap::new();
    for (member, score) in scores {
        let Some(branch) = branch_of(member) else { continue };
        let none = BranchTotal { branch, total: 0, participants: 0, hidden: 0 };
        let sum: &mut BranchTotal = totals.entry(branch).or_insert(none);
        sum.total += score;
        sum.participants += 1;
        sum.hidden += usize::from(hides(member));
    }
    totals.into_values().collect()
}
