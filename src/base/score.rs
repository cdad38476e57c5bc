//! Scores that explain themselves: raw values become integers from 0 to 10,000 by named rules, weighted in basis points.
//!
//! Whole numbers only, rounded half up after each named step (normalise, average, contribute), so that any program in any
//! language arrives at the same integers. A missing value is left out and counted, never taken for a zero.

use super::rank::{self, Place};

/// The highest score of a part and of a whole.
pub const FULL: i64 = 10_000;

/// All weights together, in basis points.
pub const ALL_WEIGHT: i64 = 10_000;

crate::words!(
    /// How raw values become scores from 0 to 10,000.
    ScoreRule {
        /// Raw value by the number of ballots.
        ShareOfBallots = "share_of_ballots" / "得票占比",
        /// Raw value by the highest that can be had.
        ShareOfFull = "share_of_full" / "满分占比",
        /// Raw value by the best raw value.
        ShareOfLeader = "share_of_leader" / "与最高者之比",
        /// The lowest raw value gives 0, the highest 10,000.
        MinMax = "min_max" / "最低与最高之间",
        /// 5,000 + 1,000 z, z by mean and standard deviation of all raw values, cut at 0 and 10,000.
        Z = "z" / "标准分",
    }
);

crate::words!(
    /// How the scores of several judges become one raw value.
    Averaging {
        /// The mean of all.
        Plain = "plain" / "平均",
        /// The mean without the highest and the lowest.
        Trimmed = "trimmed" / "去掉最高最低后平均",
        /// The mean of what each judge's scores are by that judge's own mean and spread.
        ZScore = "z_score" / "标准化后平均",
    }
);

/// `numerator / denominator`, rounded half up: 0.5 gives 1 and −0.5 gives 0. The denominator is positive.
pub fn round_half_up(numerator: i128, denominator: i128) -> i64 {
    debug_assert!(denominator > 0);
    clamp_to_i64((2 * numerator + denominator).div_euclid(2 * denominator))
}

fn clamp_to_i64(value: i128) -> i64 {
    i64::try_from(value).unwrap_or(if value < 0 { i64::MIN } else { i64::MAX })
}

/// The scores of `raw` values by `rule`, in the same order; `full` is the number of ballots, or the most that can be had.
///
/// What is missing stays missing and takes no part in leader, span, mean or deviation.
pub fn normalise(rule: ScoreRule, raw: &[Option<i64>], full: i64) -> Vec<Option<i64>> {
    let present: Vec<i64> = raw.iter().flatten().copied().collect();
    let score = |value: i64| match rule {
        ScoreRule::ShareOfBallots | ScoreRule::ShareOfFull => share(value, full),
        ScoreRule::ShareOfLeader => share(value, present.iter().copied().max().unwrap_or(0)),
        ScoreRule::MinMax => within(value, &present),
        ScoreRule::Z => z(value, &present),
    };
    raw.iter().map(|value| value.map(score)).collect()
}

/// 0 when there is nothing to have a share of.
fn share(value: i64, of: i64) -> i64 {
    if of <= 0 { 0 } else { round_half_up(i128::from(value) * i128::from(FULL), of.into()).clamp(0, FULL) }
}

/// All alike: nobody is ahead, and nobody behind.
fn within(value: i64, all: &[i64]) -> i64 {
    let least = i128::from(all.iter().copied().min().unwrap_or(value));
    let most = i128::from(all.iter().copied().max().unwrap_or(value));
    if most == least { FULL } else { round_half_up((i128::from(value) - least) * i128::from(FULL), most - least) }
}

/// 5,000 + 1,000 z with z = (n·x − S) / √(n·Q − S²), where S is the sum and Q the sum of squares of all n values (the
/// deviation of the whole population); 5,000 when all are alike. The root is never rounded by itself: the quotient is.
fn z(value: i64, all: &[i64]) -> i64 {
    let n = i128::try_from(all.len()).unwrap_or(i128::MAX);
    let sum: i128 = all.iter().copied().map(i128::from).sum();
    let squares: i128 = all.iter().map(|x| i128::from(*x) * i128::from(*x)).sum();
    let spread = n * squares - sum * sum;
    if spread <= 0 {
        return FULL / 2;
    }
    let distance = 1000 * (n * i128::from(value) - sum);
    (FULL / 2 + round_by_root(distance, spread)).clamp(0, FULL)
}

/// `numerator / √square`, rounded half up, exactly.
fn round_by_root(numerator: i128, square: i128) -> i64 {
    // the largest k with 2k − 1 ≤ 2·numerator / √square; everything is compared squared
    let four = 4 * numerator * numerator;
    let root = (four / square).isqrt();
    if numerator >= 0 {
        return clamp_to_i64((root + 1) / 2);
    }
    let up = if root * root * square == four { root } else { root + 1 };
    clamp_to_i64(-(up / 2))
}

/// The raw value that judges' scores make together, in hundredths; `None` when nobody scored.
///
/// A trimmed mean leaves out one highest and one lowest, from `least` judges on (three at the least); with fewer it is the
/// plain one. Z-scores come here already standardised, see [`standardise`].
pub fn average(scores: &[i64], averaging: Averaging, least: usize) -> Option<i64> {
    let mut sorted = scores.to_vec();
    sorted.sort_unstable();
    let trims = averaging == Averaging::Trimmed && sorted.len() >= least.max(3);
    let kept = if trims { &sorted[1..sorted.len() - 1] } else { &sorted[..] };
    let count = i128::try_from(kept.len()).ok().filter(|count| *count > 0)?;
    Some(round_half_up(kept.iter().copied().map(i128::from).sum::<i128>() * 100, count))
}

/// The standard deviation of all `values` (of the whole population), in hundredths, rounded half up; `None` without any.
pub fn spread(values: &[i64]) -> Option<i64> {
    let n = i128::try_from(values.len()).ok().filter(|n| *n > 0)?;
    let sum: i128 = values.iter().copied().map(i128::from).sum();
    let squares: i128 = values.iter().map(|x| i128::from(*x) * i128::from(*x)).sum();
    // 100·√(n·Q − S²) / n; the root is cut at a whole number only where that cannot change the rounding
    let doubled = (40_000 * (n * squares - sum * sum)).isqrt();
    Some(clamp_to_i64((doubled + n) / (2 * n)))
}

/// One judge's scores by that judge's own mean and spread; `None` when there are fewer than `least` of them.
pub fn standardise(scores: &[Option<i64>], least: usize) -> Option<Vec<Option<i64>>> {
    let given = scores.iter().flatten().count();
    (given >= least.max(2)).then(|| normalise(ScoreRule::Z, scores, FULL))
}

/// One source's share in a total, with everything that explains it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part<S> {
    pub source: S,
    /// What was counted or averaged; `None` when there is nothing.
    pub raw: Option<i64>,
    pub rule: ScoreRule,
    /// 0 to 10,000 by the rule.
    pub score: Option<i64>,
    /// Basis points, as the rules of the campaign say.
    pub weight: i64,
    /// What it adds to the total: score × weight / weights that are present.
    pub contribution: i64,
}

/// A total with its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Composite<S> {
    pub parts: Vec<Part<S>>,
    /// Parts without a value; their weight is shared by the others in proportion.
    pub missing: usize,
    /// 0 to 10,000, give or take the rounding of contributions.
    pub total: i64,
}

/// Adds parts up; their contributions are computed here.
pub fn compose<S>(mut parts: Vec<Part<S>>) -> Composite<S> {
    let present: i64 = parts.iter().filter(|part| part.score.is_some()).map(|part| part.weight).sum();
    for part in &mut parts {
        part.contribution = match part.score {
            Some(score) if present > 0 => {
                round_half_up(i128::from(score) * i128::from(part.weight), i128::from(present))
            }
            _ => 0,
        };
    }
    let missing = parts.iter().filter(|part| part.score.is_none()).count();
    let total = parts.iter().map(|part| part.contribution).sum();
    Composite { parts, missing, total }
}

/// The places of `all`, in the same order: by total, then by the scores of the sources in `tie_order`.
pub fn places<S: PartialEq>(all: &[Composite<S>], tie_order: &[S]) -> Vec<Place> {
    rank::places(&all.iter().map(|composite| key(composite, tie_order)).collect::<Vec<_>>())
}

/// What is compared; a missing score is below every other.
fn key<S: PartialEq>(composite: &Composite<S>, tie_order: &[S]) -> Vec<i64> {
    let score = |source: &S| {
        let part = composite.parts.iter().find(|part| part.source == *source);
        part.and_then(|part| part.score).unwrap_or(-1)
    };
    std::iter::once(composite.total).chain(tie_order.iter().map(score)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn scores(rule: ScoreRule, raw: &[i64], full: i64) -> Vec<i64> {
        let raw: Vec<Option<i64>> = raw.iter().copied().map(Some).collect();
        normalise(rule, &raw, full).into_iter().flatten().collect()
    }

    #[test]
    fn a_spread_is_the_deviation_in_hundredths() {
        assert_eq!(spread(&[]), None);
        assert_eq!(spread(&[5000]), Some(0));
        assert_eq!(spread(&[2, 4, 4, 4, 5, 5, 7, 9]), Some(200));
        assert_eq!(spread(&[0, 1]), Some(50));
        assert_eq!(spread(&[0, 0, 1]), Some(47), "√2 / 3 = 0.4714…");
        assert_eq!(spread(&[0, 10_000]), Some(500_000));
    }

    #[test]
    fn halves_are_rounded_up_on_both_sides_of_zero() {
        let cases = [(1, 2, 1), (-1, 2, 0), (3, 2, 2), (-3, 2, -1), (1, 3, 0), (2, 3, 1), (-2, 3, -1), (0, 5, 0)];
        for (numerator, denominator, rounded) in cases {
            assert_eq!(round_half_up(numerator, denominator), rounded, "{numerator}/{denominator}");
        }
    }

    #[test]
    fn every_rule_gives_what_a_pocket_calculator_gives() {
        assert_eq!(scores(ScoreRule::ShareOfBallots, &[1, 2, 3], 3), [3333, 6667, 10_000]);
        assert_eq!(scores(ScoreRule::ShareOfBallots, &[1, 2], 0), [0, 0]);
        assert_eq!(scores(ScoreRule::ShareOfFull, &[8550, 10_000], 10_000), [8550, 10_000]);
        assert_eq!(scores(ScoreRule::ShareOfLeader, &[7, 6, 0], 99), [10_000, 8571, 0]);
        assert_eq!(scores(ScoreRule::ShareOfLeader, &[0, 0], 9), [0, 0]);
        assert_eq!(scores(ScoreRule::MinMax, &[10, 13, 16], 0), [0, 5000, 10_000]);
        assert_eq!(scores(ScoreRule::MinMax, &[4, 4], 0), [10_000, 10_000]);
        // mean 5, deviation 2: the textbook's eight values
        assert_eq!(
            scores(ScoreRule::Z, &[2, 4, 4, 4, 5, 5, 7, 9], 0),
            [3500, 4500, 4500, 4500, 5000, 5000, 6000, 7000]
        );
        assert_eq!(scores(ScoreRule::Z, &[3, 3, 3], 0), [5000, 5000, 5000]);
        let mut far = vec![0; 99];
        far.push(1_000_000);
        assert_eq!(scores(ScoreRule::Z, &far, 0)[99], 10_000, "cut at the top");
    }

    #[test]
    fn what_is_missing_takes_no_part() {
        let raw = [Some(2), None, Some(4)];
        assert_eq!(normalise(ScoreRule::ShareOfLeader, &raw, 0), [Some(5000), None, Some(10_000)]);
        assert_eq!(normalise(ScoreRule::MinMax, &raw, 0), [Some(0), None, Some(10_000)]);
        assert_eq!(normalise(ScoreRule::Z, &raw, 0), [Some(4000), None, Some(6000)]);
    }

    #[test]
    fn averages_are_in_hundredths_and_trim_only_from_the_declared_number_on() {
        assert_eq!(average(&[], Averaging::Plain, 1), None);
        assert_eq!(average(&[80, 81, 81], Averaging::Plain, 1), Some(8067));
        assert_eq!(average(&[10, 80, 84, 100], Averaging::Trimmed, 4), Some(8200));
        assert_eq!(average(&[10, 80, 84, 100], Averaging::Trimmed, 5), Some(6850));
        assert_eq!(average(&[10, 80], Averaging::Trimmed, 0), Some(4500));
        assert_eq!(standardise(&[Some(90), Some(80), None], 2), Some(vec![Some(6000), Some(4000), None]));
        assert_eq!(standardise(&[Some(90), None], 2), None);
    }

    fn part(source: &'static str, score: Option<i64>, weight: i64) -> Part<&'static str> {
        Part { source, raw: score, rule: ScoreRule::ShareOfFull, score, weight, contribution: 0 }
    }

    #[test]
    fn a_total_is_the_sum_of_its_explained_parts() {
        let whole = compose(vec![part("vote", Some(6667), 6000), part("expert", Some(8001), 4000)]);
        let parts: Vec<i64> = whole.parts.iter().map(|part| part.contribution).collect();
        assert_eq!((parts, whole.total, whole.missing), (vec![4000, 3200], 7200, 0));
        let without = compose(vec![part("vote", Some(6667), 6000), part("expert", None, 4000)]);
        assert_eq!((without.total, without.missing), (6667, 1));
        assert_eq!(compose(vec![part("vote", None, 10_000)]).total, 0);
    }

    #[test]
    fn ties_are_broken_in_the_stated_order_and_then_shown() {
        let of = |vote, expert| compose(vec![part("vote", Some(vote), 5000), part("expert", Some(expert), 5000)]);
        let all = [of(6000, 8000), of(8000, 6000), of(8000, 6000), of(1000, 1000)];
        let ranks = |order: &[&'static str]| {
            places(&all, order).iter().map(|place| (place.rank, place.tied)).collect::<Vec<_>>()
        };
        assert_eq!(ranks(&["vote"]), [(3, false), (1, true), (1, true), (4, false)]);
        assert_eq!(ranks(&["expert"]), [(1, false), (2, true), (2, true), (4, false)]);
        assert_eq!(ranks(&[]), [(1, true), (1, true), (1, true), (4, false)]);
    }

    const RULES: [ScoreRule; 5] =
        [ScoreRule::ShareOfBallots, ScoreRule::ShareOfFull, ScoreRule::ShareOfLeader, ScoreRule::MinMax, ScoreRule::Z];

    proptest! {
        #[test]
        fn a_score_stays_within_its_bounds_and_keeps_the_order(
            raw in proptest::collection::vec(proptest::option::of(0i64..1_000_000), 0..40), full in 0i64..1_000_000,
        ) {
            for rule in RULES {
                let scores = normalise(rule, &raw, full);
                for (mine, score) in raw.iter().zip(&scores) {
                    prop_assert_eq!(mine.is_some(), score.is_some());
                    prop_assert!(score.is_none_or(|score| (0..=FULL).contains(&score)));
                    for (other, theirs) in raw.iter().zip(&scores) {
                        if mine > other && other.is_some() {
                            prop_assert!(score >= theirs, "{rule}: {mine:?} {other:?}");
                        }
                    }
                }
            }
        }

        #[test]
        fn the_order_of_entries_does_not_matter(mut raw in proptest::collection::vec(0i64..1000, 1..20), turn in 0usize..20) {
            let turn = turn % raw.len();
            for rule in RULES {
                let mut expected = scores(rule, &raw, 1000);
                expected.rotate_left(turn);
                raw.rotate_left(turn);
                prop_assert_eq!(scores(rule, &raw, 1000), expected);
                raw.rotate_right(turn);
            }
        }

        #[test]
        fn weights_that_sum_to_the_whole_lose_nothing(
            cells in proptest::collection::vec((0i64..=FULL, 1i64..5000), 1..6),
        ) {
            let weights: i64 = cells.iter().map(|(_, weight)| weight).sum();
            let full = compose(cells.iter().map(|(_, weight)| part("x", Some(FULL), *weight)).collect());
            let slack = i64::try_from(cells.len()).unwrap();
            prop_assert!((full.total - FULL).abs() <= slack);
            let whole = compose(cells.iter().map(|(score, weight)| part("x", Some(*score), *weight)).collect());
            let exact: i128 = cells.iter().map(|(score, weight)| i128::from(score * weight)).sum();
            prop_assert!((i128::from(whole.total) * i128::from(weights) - exact).abs() <= i128::from(slack * weights));
            let mut turned = cells.clone();
            turned.reverse();
            let turned = compose(turned.into_iter().map(|(score, weight)| part("x", Some(score), weight)).collect());
            prop_assert_eq!(turned.total, whole.total);
        }

        #[test]
        fn z_is_the_nearest_integer_to_the_real_one(raw in proptest::collection::vec(0i64..10_000, 2..30)) {
            let n = raw.len() as f64;
            let mean = raw.iter().sum::<i64>() as f64 / n;
            let deviation = (raw.iter().map(|x| (*x as f64 - mean).powi(2)).sum::<f64>() / n).sqrt();
            prop_assume!(deviation > 0.0);
            for (x, score) in raw.iter().zip(scores(ScoreRule::Z, &raw, 0)) {
                let real = (5000.0 + 1000.0 * (*x as f64 - mean) / deviation).clamp(0.0, 10_000.0);
                prop_assert!((real - score as f64).abs() < 0.501, "{x}: {score} for {real}");
            }
        }
    }
}
