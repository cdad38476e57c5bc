//! Ranks 名次 with ties 并列: equals share one, and the next rank counts them all (1, 2, 2, 4).

use std::cmp::Ordering;

/// A place in an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// 1 is the best; equals share a rank, and the next one is left out (1, 1, 3).
    pub rank: usize,
    /// 并列: somebody else has the same rank.
    pub tied: bool,
}

/// Orders `all`, what `compare` calls less first, and gives each its rank. Equals keep the order in which they came, so
/// who wants one among them sorts before.
pub fn ranked<T>(mut all: Vec<T>, compare: impl Fn(&T, &T) -> Ordering) -> Vec<(i32, T)> {
    all.sort_by(&compare);
    let mut ranked: Vec<(i32, T)> = Vec::with_capacity(all.len());
    for (place, one) in (1..).zip(all) {
        let rank = match ranked.last() {
            Some((rank, before)) if compare(before, &one).is_eq() => *rank,
            _ => place,
        };
        ranked.push((rank, one));
    }
    ranked
}

/// The places of `keys`, in their own order; the greatest key has the best.
pub fn places<K: Ord>(keys: &[K]) -> Vec<Place> {
    let mut sorted: Vec<&K> = keys.iter().collect();
    sorted.sort_unstable();
    let place = |key: &K| {
        let (worse, not_better) =
            (sorted.partition_point(|other| *other < key), sorted.partition_point(|other| *other <= key));
        Place { rank: 1 + keys.len() - not_better, tied: not_better - worse > 1 }
    };
    keys.iter().map(place).collect()
}

/// Hidden members of a group beyond which their scores follow from nothing that is told of the group: by what is shown of
/// the others one learns no more than the sum of so many.
const HIDDEN_TOGETHER: usize = 5;

/// Whether the scores of so many hidden members of a group follow, or nearly do, from a figure of the whole group.
pub fn are_told_by_difference(hidden: usize) -> bool {
    (1..HIDDEN_TOGETHER).contains(&hidden)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn equals_share_a_rank_and_the_next_counts_them_all() {
        let ranks = |scores: Vec<i32>| -> Vec<(i32, i32)> { ranked(scores, |a, b| b.cmp(a)) };
        assert_eq!(ranks(vec![70, 90, 80, 80]), [(1, 90), (2, 80), (2, 80), (4, 70)]);
        assert_eq!(ranks(vec![5, 5, 5]), [(1, 5), (1, 5), (1, 5)]);
        assert_eq!(ranks(Vec::new()), []);
    }

    #[test]
    fn equals_stay_in_the_order_in_which_they_came() {
        let found = ranked(vec![(2, 'b'), (1, 'x'), (2, 'a')], |one, other| one.0.cmp(&other.0));
        assert_eq!(found, [(1, (1, 'x')), (2, (2, 'b')), (2, (2, 'a'))]);
    }

    #[test]
    fn few_who_hide_are_told_by_the_difference_and_many_are_not() {
        assert_eq!([0, 1, 4, 5, 60].map(are_told_by_difference), [false, true, true, false, false]);
    }

    #[test]
    fn places_say_who_shares_them() {
        let found: Vec<_> = places(&[3, 9, 3, 1]).iter().map(|place| (place.rank, place.tied)).collect();
        assert_eq!(found, [(2, true), (1, false), (2, true), (4, false)]);
    }

    proptest! {
        #[test]
        fn both_ways_of_ranking_agree(keys in proptest::collection::vec(0u8..6, 0..12)) {
            let placed = places(&keys);
            for (rank, (index, key)) in ranked(keys.iter().copied().enumerate().collect(), |a, b| b.1.cmp(&a.1)) {
                prop_assert_eq!(placed[index].rank, rank as usize);
                prop_assert_eq!(placed[index].tied, keys.iter().filter(|other| **other == key).count() > 1);
            }
        }
    }
}
