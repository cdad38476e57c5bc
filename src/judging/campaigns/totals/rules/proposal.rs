//! Who would be awarded if nobody decided anything: the order of the entries, filled into headings and their quotas.

use std::collections::BTreeSet;

use crate::base::id::UnitId;
use crate::judging::campaigns::entries::model::EntryId;
use crate::judging::campaigns::model::{AwardHeading, Terms};
use crate::judging::campaigns::totals::model::{Edge, Proposal, Proposed};

/// An entry that was judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub entry: EntryId,
    pub unit: UnitId,
    /// As sentences name it, by its unit and title.
    pub name: String,
    pub category: String,
    /// The total, then the scores by which equals are told apart.
    pub key: Vec<i64>,
}

/// What is taken already.
#[derive(Default)]
struct Taken {
    entries: BTreeSet<EntryId>,
    units: BTreeSet<UnitId>,
}

/// Fills headings of a category first, then those that span categories, each group in its stated order. Equals at the
/// edge of a quota are shown and awarded nowhere: choosing among them is no computation.
pub fn propose(terms: &Terms, candidates: &[Candidate]) -> Proposal {
    let headings = terms.headings();
    let (own, spanning): (Vec<_>, Vec<_>) = headings.iter().partition(|heading| heading.category.is_some());
    let (mut proposal, mut taken) = (Proposal::default(), Taken::default());
    for heading in own.into_iter().chain(spanning) {
        fill(heading, candidates, terms.one_award_per_unit, &mut taken, &mut proposal);
    }
    proposal
}

fn fill(heading: &AwardHeading, all: &[Candidate], once: bool, taken: &mut Taken, proposal: &mut Proposal) {
    let fits = |one: &&Candidate| heading.category.as_ref().is_none_or(|category| **category == *one.category);
    let mut left: Vec<&Candidate> = all.iter().filter(fits).filter(|one| !taken.entries.contains(&one.entry)).collect();
    left.sort_by(|a, b| b.key.cmp(&a.key).then(a.entry.cmp(&b.entry)));
    let mut given: u16 = 0;
    for equals in left.chunk_by(|a, b| a.key == b.key) {
        let free: Vec<&Candidate> =
            equals.iter().copied().filter(|one| !once || !taken.units.contains(&one.unit)).collect();
        let units: BTreeSet<UnitId> = free.iter().map(|one| one.unit).collect();
        let most = count(if once { units.len() } else { free.len() });
        let places = most.min(heading.quota - given);
        if places == 0 {
            continue;
        }
        if places == count(free.len()) {
            let award = |one: &&Candidate| Proposed {
                entry_id: one.entry,
                heading: heading.code.to_string(),
                place: given + 1,
                shared: places > 1,
            };
            proposal.awards.extend(free.iter().map(award));
        } else {
            let entry_ids = free.iter().map(|one| one.entry).collect();
            proposal.edges.push(Edge { heading: heading.code.to_string(), places, entry_ids });
        }
        taken.entries.extend(free.iter().map(|one| one.entry));
        taken.units.extend(units);
        given += places;
    }
}

fn count(length: usize) -> u16 {
    u16::try_from(length).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    fn terms(awards: serde_json::Value, once: bool) -> Terms {
        let body = json!({
            "kind": "other", "electorate": { "kinds": ["full"] }, "timetable": [], "sources": [],
            "categories": [{ "code": "a", "title": "甲", "quota": 2 }, { "code": "b", "title": "乙", "quota": 1 }],
            "awards": awards, "one_award_per_unit": once,
        });
        serde_json::from_value(body).unwrap()
    }

    fn candidate(n: u128, unit: u128, category: &str, total: i64) -> Candidate {
        let (entry, unit) = (Uuid::from_u128(n).into(), Uuid::from_u128(100 + unit).into());
        Candidate { entry, unit, name: n.to_string(), category: category.into(), key: vec![total] }
    }

    /// Entry, heading and place of every award.
    fn awards(proposal: &Proposal) -> Vec<(u128, &str, u16)> {
        let number = |one: &Proposed| one.entry_id.uuid().as_u128();
        proposal.awards.iter().map(|one| (number(one), one.heading.as_str(), one.place)).collect()
    }

    /// Heading, places and entries of every edge.
    fn edges(proposal: &Proposal) -> Vec<(&str, u16, Vec<u128>)> {
        let numbers = |edge: &Edge| edge.entry_ids.iter().map(|entry| entry.uuid().as_u128()).collect();
        proposal.edges.iter().map(|edge| (edge.heading.as_str(), edge.places, numbers(edge))).collect()
    }

    #[test]
    fn each_category_has_a_heading_unless_told_otherwise() {
        let all = [candidate(1, 1, "a", 9), candidate(2, 2, "a", 8), candidate(3, 3, "a", 7), candidate(4, 4, "b", 1)];
        assert_eq!(awards(&propose(&terms(json!([]), true), &all)), [(1, "a", 1), (2, "a", 2), (4, "b", 1)]);
    }

    #[test]
    fn what_is_left_goes_to_the_heading_that_spans_categories_by_total() {
        let headings = json!([
            { "code": "more", "title": "表扬", "quota": 2 },
            { "code": "best", "title": "十佳", "quota": 1, "category": "a" },
        ]);
        let all = [candidate(1, 1, "a", 9), candidate(2, 2, "a", 5), candidate(3, 3, "b", 6), candidate(4, 4, "b", 5)];
        let proposal = propose(&terms(headings, true), &all);
        assert_eq!(awards(&proposal), [(1, "best", 1), (3, "more", 1)]);
        assert_eq!(edges(&proposal), [("more", 1, vec![2, 4])]);
    }

    #[test]
    fn a_unit_is_awarded_once_unless_the_rules_say_otherwise() {
        let all = [candidate(1, 1, "a", 9), candidate(2, 1, "a", 8), candidate(3, 2, "a", 7), candidate(4, 2, "b", 9)];
        assert_eq!(awards(&propose(&terms(json!([]), true), &all)), [(1, "a", 1), (3, "a", 2)]);
        let often = propose(&terms(json!([]), false), &all);
        assert_eq!(awards(&often), [(1, "a", 1), (2, "a", 2), (4, "b", 1)]);
        // two of one unit are equal: nothing computed says which
        let all = [candidate(1, 1, "a", 9), candidate(2, 1, "a", 9), candidate(3, 2, "a", 7)];
        let proposal = propose(&terms(json!([]), true), &all);
        assert_eq!((awards(&proposal), edges(&proposal)), (vec![(3, "a", 2)], vec![("a", 1, vec![1, 2])]));
    }

    #[test]
    fn equals_share_a_place_within_the_quota_and_are_shown_at_its_edge() {
        let all = [candidate(1, 1, "a", 9), candidate(2, 2, "a", 9), candidate(3, 3, "a", 8)];
        let proposal = propose(&terms(json!([]), true), &all);
        assert!(proposal.awards.iter().all(|one| one.place == 1 && one.shared));
        let all = [candidate(1, 1, "a", 9), candidate(2, 2, "a", 8), candidate(3, 3, "a", 8)];
        let proposal = propose(&terms(json!([]), true), &all);
        assert_eq!((awards(&proposal), edges(&proposal)), (vec![(1, "a", 1)], vec![("a", 1, vec![2, 3])]));
    }
}
