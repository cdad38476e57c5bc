//! What judges may give, and how it is averaged.

use std::collections::{BTreeMap, HashMap};

use super::model::{Cell, Mark};
use crate::base::id::UnitId;
use crate::base::score::{self, Averaging, Part, ScoreRule};
use crate::judging::campaigns::entries::model::EntryId;
use crate::judging::campaigns::entries::rules as entries;
use crate::judging::campaigns::model::{Source, SourceRule, Terms};
use crate::judging::campaigns::rules::{CampaignRefusal, demand};

/// A no of scores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Of the campaign itself.
    Campaign(CampaignRefusal),
    /// Of entries.
    Entries(entries::Refusal),
    /// The caller does not judge in this stage, or not for that unit.
    NoJudge,
    /// Nobody scores his own.
    OwnScore,
    /// Who has scored an entry asks no more to be kept out of it.
    ScoredAlready,
}

/// The total of one judge's marks: every criterion once, each from 0 to its full.
pub fn total_of(terms: &Terms, marks: &[Mark]) -> Result<i32, CampaignRefusal> {
    for (index, mark) in marks.iter().enumerate() {
        let criterion = terms.criteria.iter().find(|criterion| criterion.code == mark.criterion);
        let pointer = format!("/marks/{index}");
        demand(criterion.is_some(), format!("{pointer}/criterion"), "没有这项评审标准")?;
        let fits = criterion.is_some_and(|criterion| mark.points <= criterion.full);
        demand(fits, format!("{pointer}/points"), "分数超过这项标准的满分")?;
    }
    let mut parts = Vec::new();
    for criterion in &terms.criteria {
        let mut given = marks.iter().filter(|mark| mark.criterion == criterion.code);
        let (Some(mark), None) = (given.next(), given.next()) else {
            demand(false, "/marks", "每项评审标准须给一次分")?;
            continue;
        };
        let raw = Some(i64::from(mark.points));
        let scores = score::normalise(ScoreRule::ShareOfFull, &[raw], criterion.full.into());
        parts.push(Part {
            source: (),
            raw,
            rule: ScoreRule::ShareOfFull,
            score: scores[0],
            weight: criterion.weight.into(),
            contribution: 0,
        });
    }
    Ok(i32::try_from(score::compose(parts).total.clamp(0, score::FULL)).unwrap_or(0))
}

/// Nobody scores his own: neither an entry of the unit itself, nor of one above or below it.
pub fn is_own(judge: &[UnitId], entry: &[UnitId]) -> bool {
    judge.first().is_some_and(|unit| entry.contains(unit)) || entry.first().is_some_and(|unit| judge.contains(unit))
}

/// The raw value of every entry that has any scores of the rule's source, in hundredths.
pub fn averages(rule: &SourceRule, cells: &[Cell]) -> HashMap<EntryId, i64> {
    let mut judges: BTreeMap<usize, BTreeMap<EntryId, i64>> = BTreeMap::new();
    for cell in cells.iter().filter(|cell| cell.source == rule.source) {
        judges.entry(cell.judge).or_default().insert(cell.entry_id, cell.total);
    }
    let mut given: HashMap<EntryId, Vec<i64>> = HashMap::new();
    for row in judges.into_values() {
        let (entries, scores): (Vec<EntryId>, Vec<Option<i64>>) =
            row.into_iter().map(|(entry, total)| (entry, Some(total))).unzip();
        // a judge who scored too few has no spread of his own, and is left out
        let scores = match rule.averaging {
            Averaging::ZScore => score::standardise(&scores, rule.least.into()),
            Averaging::Plain | Averaging::Trimmed => Some(scores),
        };
        for (entry, score) in entries.into_iter().zip(scores.unwrap_or_default()) {
            given.entry(entry).or_default().extend(score);
        }
    }
    let average = |(entry, scores): (EntryId, Vec<i64>)| {
        Some((entry, score::average(&scores, rule.averaging, rule.least.into())?))
    };
    given.into_iter().filter_map(average).collect()
}

/// Every raw value by source: votes, and averages of what judges gave.
pub fn raw_values(
    terms: &Terms,
    votes: &HashMap<EntryId, i64>,
    cells: &[Cell],
) -> HashMap<EntryId, HashMap<Source, i64>> {
    let mut raw: HashMap<EntryId, HashMap<Source, i64>> = HashMap::new();
    for rule in &terms.sources {
        let values = if rule.source == Source::Vote { votes.clone() } else { averages(rule, cells) };
        for (entry, value) in values {
            raw.entry(entry).or_default().insert(rule.source, value);
        }
    }
    raw
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    fn entry(n: u128) -> EntryId {
        Uuid::from_u128(n).into()
    }

    fn rule(averaging: Averaging, least: u16) -> SourceRule {
        SourceRule { source: Source::Expert, rule: ScoreRule::ShareOfFull, weight: 10_000, averaging, least }
    }

    fn cells(rows: &[(usize, &[i64])]) -> Vec<Cell> {
        let cell =
            |judge, (n, total): (u128, &i64)| Cell { source: Source::Expert, judge, entry_id: entry(n), total: *total };
        rows.iter().flat_map(|(judge, row)| (0..).zip(row.iter()).map(move |one| cell(*judge, one))).collect()
    }

    #[test]
    fn averages_are_plain_trimmed_or_by_each_judges_own_measure() {
        let given = cells(&[(1, &[9000, 8000]), (2, &[6000, 4000]), (3, &[100, 9000])]);
        let of = |averaging, least| {
            let found = averages(&rule(averaging, least), &given);
            [found.get(&entry(0)).copied(), found.get(&entry(1)).copied()]
        };
        assert_eq!(of(Averaging::Plain, 0), [Some(503_333), Some(700_000)]);
        assert_eq!(of(Averaging::Trimmed, 3), [Some(600_000), Some(800_000)]);
        assert_eq!(of(Averaging::Trimmed, 4), [Some(503_333), Some(700_000)]);
        assert_eq!(of(Averaging::ZScore, 2), [Some(533_333), Some(466_667)]);
        assert_eq!(of(Averaging::ZScore, 3), [None, None], "too few scores of any judge");
    }

    #[test]
    fn a_judge_marks_every_criterion_once_within_its_full() {
        let terms: Terms = serde_json::from_value(json!({
            "kind": "other", "categories": [], "electorate": { "kinds": [] }, "timetable": [], "sources": [],
            "criteria": [
                { "code": "a", "title": "甲", "full": 100, "weight": 7000 },
                { "code": "b", "title": "乙", "full": 30, "weight": 3000 },
            ],
        }))
        .unwrap();
        let marks = |marks: &[(&str, u16)]| {
            let mark = |(code, points): &(&str, u16)| Mark {
                criterion: crate::base::text::Text::new(code).unwrap(),
                points: *points,
                comment: None,
            };
            total_of(&terms, &marks.iter().map(mark).collect::<Vec<_>>())
        };
        assert_eq!(marks(&[("b", 20), ("a", 85)]), Ok(5950 + 2000));
        for bad in [&[("a", 85)][..], &[("a", 101), ("b", 1)], &[("a", 1), ("b", 1), ("c", 1)], &[("a", 1), ("a", 1)]] {
            assert!(matches!(marks(bad), Err(CampaignRefusal::BadField(_))), "{bad:?}");
        }
    }

    #[test]
    fn nobody_scores_what_is_his_own() {
        let unit = |n: u128| UnitId::from(Uuid::from_u128(n));
        assert!(is_own(&[unit(3), unit(2), unit(1)], &[unit(3), unit(2), unit(1)]));
        assert!(is_own(&[unit(3), unit(2), unit(1)], &[unit(2), unit(1)]));
        assert!(is_own(&[unit(2), unit(1)], &[unit(3), unit(2), unit(1)]));
        assert!(!is_own(&[unit(3), unit(2), unit(1)], &[unit(4), unit(2), unit(1)]));
    }
}
