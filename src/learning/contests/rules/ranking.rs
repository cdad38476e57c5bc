//! Which attempt of a member counts, and the ranks of members and of units.

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::base::id::{MemberId, UnitId};
use crate::base::rank;
use crate::base::time::Timestamp;
use crate::learning::contests::model::{AttemptId, BANDS, Counting, Prize, Terms};

/// A finished attempt, as far as a ranking needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    pub member: MemberId,
    pub attempt: AttemptId,
    pub number: i32,
    /// In hundredths of a point.
    pub score: i32,
    pub right_count: i32,
    pub elapsed_micros: i64,
    pub finished_at: Timestamp,
}

impl Entry {
    /// What is compared: a higher score, then less time, then the earlier finish. Less is better.
    fn merit(&self) -> (Reverse<i32>, i64, Timestamp) {
        (Reverse(self.score), self.elapsed_micros, self.finished_at)
    }
}

/// Keeps of each member the attempt that counts.
pub fn choose(counting: Counting, best: &mut HashMap<MemberId, Entry>, entry: Entry) {
    let better = |before: &Entry| match counting {
        Counting::Best => entry.merit() < before.merit(),
        Counting::Last => entry.number > before.number,
    };
    if best.get(&entry.member).is_none_or(better) {
        best.insert(entry.member, entry);
    }
}

/// Orders the entries and gives them ranks; equals share one and stand in the order of their members.
pub fn rank(mut entries: Vec<Entry>) -> Vec<(i32, Entry)> {
    entries.sort_unstable_by_key(|entry| entry.member);
    rank::ranked(entries, |one, other| one.merit().cmp(&other.merit()))
}

/// The unit for which anyone who is at home at `path` (nearest first, in `branch`) counts in the ranking of units;
/// `None` beyond the audience, and for anyone who is in no branch.
///
/// Branches are ranked against each other. Within the audience of one branch there is but one, so there the units
/// directly below the audience are: the groups of a branch; anyone who is at home in the audience itself counts for it.
pub fn ranked_unit(
    audience: UnitId,
    is_within_branch: bool,
    path: &[UnitId],
    branch: Option<UnitId>,
) -> Option<UnitId> {
    let at = path.iter().position(|unit| *unit == audience)?;
    if is_within_branch { Some(path[at.saturating_sub(1)]) } else { branch }
}

/// A unit before it is ranked: its active members, and of those with a result how many and their sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RankedUnit {
    pub unit: UnitId,
    pub active: i64,
    pub participants: i64,
    pub sum: i64,
}

/// Ranks units by the mean over all of their active members, compared exactly; a unit without members has no rank.
///
/// `sums` are (participants, sum of scores) by unit.
pub fn rank_units(actives: &HashMap<UnitId, i64>, sums: &HashMap<UnitId, (i64, i64)>) -> Vec<(i32, RankedUnit)> {
    let unit = |(unit, active): (&UnitId, &i64)| {
        let (participants, sum) = sums.get(unit).copied().unwrap_or_default();
        RankedUnit { unit: *unit, active: *active, participants, sum }
    };
    let mut units: Vec<RankedUnit> = actives.iter().filter(|(_, active)| **active > 0).map(unit).collect();
    // sum/active against sum/active, without division
    let compare = |a: &RankedUnit, b: &RankedUnit| {
        let crossed = |x: &RankedUnit, y: &RankedUnit| i128::from(x.sum) * i128::from(y.active);
        crossed(b, a).cmp(&crossed(a, b))
    };
    units.sort_unstable_by_key(|unit| unit.unit);
    rank::ranked(units, compare)
}

/// `sum / count` of hundredths, half up; 0 when there is nobody.
pub fn hundredths(sum: i64, count: i64) -> i64 {
    if count <= 0 { 0 } else { (2 * sum + count).div_euclid(2 * count) }
}

/// The tenth of the full score that `score` lies in; a full score, or more by a bonus, lies in the last.
pub fn band(score: i32, full: i32) -> usize {
    let tenth = i64::from(score) * BANDS as i64 / i64::from(full.max(1));
    usize::try_from(tenth).unwrap_or(0).min(BANDS - 1)
}

/// The prize of a rank, of members or of units.
pub fn prize_of(terms: &Terms, rank: i32, for_units: bool) -> Option<&Prize> {
    let rank = u32::try_from(rank).unwrap_or(u32::MAX);
    let its = |prize: &&Prize| prize.for_units == for_units && (prize.from_rank..=prize.to_rank).contains(&rank);
    terms.prizes.iter().find(its)
}

/// The points 积分 that a result earns.
pub fn points_of(terms: &Terms, rank: i32) -> i32 {
    let rank = u32::try_from(rank).unwrap_or(u32::MAX);
    let of_rank = terms.rank_points.iter().find(|ranks| (ranks.from_rank..=ranks.to_rank).contains(&rank));
    i32::from(terms.participation_points) + of_rank.map_or(0, |ranks| ranks.points.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn entry(member: u128, number: i32, score: i32, elapsed_micros: i64, finished: i64) -> Entry {
        Entry {
            member: Uuid::from_u128(member).into(),
            attempt: Uuid::from_u128(member * 100 + number as u128).into(),
            number,
            score,
            right_count: 0,
            elapsed_micros,
            finished_at: Timestamp::from_micros(finished),
        }
    }

    #[test]
    fn a_higher_score_then_less_time_then_the_earlier_finish_and_equals_share_a_rank() {
        let entries = vec![
            entry(1, 1, 80, 50, 9),
            entry(2, 1, 90, 70, 9),
            entry(3, 1, 90, 60, 9),
            entry(4, 1, 80, 50, 8),
            entry(5, 1, 80, 50, 9),
            entry(6, 1, 10, 1, 1),
        ];
        let ranked = rank(entries);
        let seen: Vec<(i32, u128)> = ranked.iter().map(|(rank, e)| (*rank, e.member.uuid().as_u128())).collect();
        assert_eq!(seen, [(1, 3), (2, 2), (3, 4), (4, 1), (4, 5), (6, 6)]);
    }

    #[test]
    fn the_best_or_the_last_attempt_counts() {
        let attempts = [entry(1, 1, 50, 9, 9), entry(1, 2, 90, 9, 9), entry(1, 3, 70, 9, 9)];
        for (counting, number) in [(Counting::Best, 2), (Counting::Last, 3)] {
            let mut best = HashMap::new();
            attempts.iter().for_each(|entry| choose(counting, &mut best, *entry));
            assert_eq!(best.values().next().unwrap().number, number);
        }
    }

    #[test]
    fn branches_compete_and_within_a_branch_its_groups() {
        let unit = |n: u128| UnitId::from(Uuid::from_u128(n));
        let (top, branch, group, team) = (unit(1), unit(2), unit(3), unit(4));
        let homes = [vec![top], vec![branch, top], vec![group, branch, top], vec![team, group, branch, top]];
        let counts_for = |audience, within| {
            homes.clone().map(|path| ranked_unit(audience, within, &path, path.contains(&branch).then_some(branch)))
        };
        assert_eq!(counts_for(top, false), [None, Some(branch), Some(branch), Some(branch)]);
        assert_eq!(counts_for(branch, true), [None, Some(branch), Some(group), Some(group)]);
        assert_eq!(counts_for(group, true), [None, None, Some(group), Some(team)]);
        assert_eq!(counts_for(unit(9), true), [None; 4]);
    }

    #[test]
    fn units_are_ranked_by_the_exact_mean_over_everybody() {
        let unit = |n: u128| UnitId::from(Uuid::from_u128(n));
        // 10/3 against 20/6 are equal; 1000/301 is a little less
        let actives = HashMap::from([(unit(1), 3), (unit(2), 6), (unit(3), 301), (unit(4), 2), (unit(5), 0)]);
        let sums = HashMap::from([(unit(1), (1, 10)), (unit(2), (2, 20)), (unit(3), (9, 1000))]);
        let ranked = rank_units(&actives, &sums);
        let seen: Vec<_> = ranked.iter().map(|(rank, u)| (*rank, u.unit, u.participants)).collect();
        assert_eq!(seen, [(1, unit(1), 1), (1, unit(2), 2), (3, unit(3), 9), (4, unit(4), 0)]);
        assert_eq!([hundredths(10, 3), hundredths(5, 2), hundredths(0, 0)], [3, 3, 0]);
        assert_eq!(
            [band(0, 1000), band(99, 1000), band(100, 1000), band(1000, 1000), band(1200, 1000)],
            [0, 0, 1, 9, 9]
        );
    }
}
