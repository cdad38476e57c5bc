//! From what was counted and averaged to the order of the entries.

use std::collections::HashMap;

use crate::base::rank::Place;
use crate::base::score::{self, Composite, Part};
use crate::judging::campaigns::entries::model::EntryId;
use crate::judging::campaigns::model::{Source, Terms};

/// An entry with the raw values that it has.
#[derive(Clone, Debug)]
pub struct Contender {
    pub entry: EntryId,
    pub category: String,
    pub raw: HashMap<Source, i64>,
    /// Sources in which it counts as 0 where it has no raw value; they take no part in leader, span, mean or deviation.
    pub noughts: Vec<Source>,
}

/// An entry with its total and its place among those of its category.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub entry: EntryId,
    pub category: String,
    pub composite: Composite<Source>,
    pub place: Place,
}

/// The outcomes of all contenders: category after category as the terms list them, best first, equals by entry id.
/// `full` is what a raw value is a share of: the ballots of the vote, the most that judges can give.
pub fn outcomes(terms: &Terms, contenders: &[Contender], full: impl Fn(Source) -> i64) -> Vec<Outcome> {
    let mut all = Vec::new();
    for category in &terms.categories {
        let group: Vec<&Contender> = contenders.iter().filter(|one| one.category == *category.code).collect();
        let composites = composites(terms, &group, &full);
        let places = score::places(&composites, &terms.tie_order);
        let mut found: Vec<Outcome> = group
            .iter()
            .zip(composites)
            .zip(places)
            .map(|((contender, composite), place)| Outcome {
                entry: contender.entry,
                category: contender.category.clone(),
                composite,
                place,
            })
            .collect();
        found.sort_by_key(|outcome| (outcome.place.rank, outcome.entry));
        all.extend(found);
    }
    all
}

/// A value of each contender, where there is one.
type Column = Vec<Option<i64>>;

fn composites(terms: &Terms, group: &[&Contender], full: &impl Fn(Source) -> i64) -> Vec<Composite<Source>> {
    let columns: Vec<(Column, Column)> = terms
        .sources
        .iter()
        .map(|rule| {
            let raw: Vec<Option<i64>> = group.iter().map(|one| one.raw.get(&rule.source).copied()).collect();
            let scores = score::normalise(rule.rule, &raw, full(rule.source));
            let nought = |one: &&Contender| one.noughts.contains(&rule.source).then_some(0);
            let scores = group.iter().zip(scores).map(|(one, score)| score.or_else(|| nought(one))).collect();
            (raw, scores)
        })
        .collect();
    let parts = |index: usize| {
        let part = |(rule, (raw, scores)): (&crate::judging::campaigns::model::SourceRule, &(Vec<_>, Vec<_>))| Part {
            source: rule.source,
            raw: raw[index],
            rule: rule.rule,
            score: scores[index],
            weight: rule.weight.into(),
            contribution: 0,
        };
        terms.sources.iter().zip(&columns).map(part).collect()
    };
    (0..group.len()).map(|index| score::compose(parts(index))).collect()
}
