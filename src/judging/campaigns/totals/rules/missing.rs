//! What holds where an entry has nothing from a source: whether it takes part at all, and where it counts as 0.
//!
//! To leave a source out gives its weight to the others, which is just only where nobody could have given anything. An
//! entry that was not on the ballot, or that its judges passed over, would otherwise gain by it.

use std::collections::{HashMap, HashSet};

use crate::judging::campaigns::entries::model::EntryId;
use crate::judging::campaigns::model::{OffBallot, Source, Terms, Unscored};
use crate::judging::campaigns::scores::model::Cell;

/// Which entries have something from which source.
pub struct Given {
    cells: HashSet<(Source, EntryId)>,
    sources: HashSet<Source>,
}

impl Given {
    /// `votes` has every entry that was on the ballot.
    pub fn of(votes: &HashMap<EntryId, i64>, cells: &[Cell]) -> Given {
        let voted = votes.keys().map(|entry| (Source::Vote, *entry));
        let cells: HashSet<_> = voted.chain(cells.iter().map(|cell| (cell.source, cell.entry_id))).collect();
        Given { sources: cells.iter().map(|(source, _)| *source).collect(), cells }
    }
}

/// Whether an entry that was judged takes part in the result.
pub fn is_eligible(terms: &Terms, on_ballot: bool) -> bool {
    let voted = terms.sources.iter().any(|rule| rule.source == Source::Vote);
    let barred = terms.missing.is_some_and(|rules| rules.off_ballot == OffBallot::Ineligible);
    on_ballot || !voted || !barred
}

/// The sources in which an entry counts as 0: the vote, where it was not on the ballot, and judges who could have scored it
/// and did not. Judges who scored nothing at all put nobody behind anybody; scores that were left out by the rule of
/// averaging were given.
pub fn noughts(terms: &Terms, given: &Given, entry: EntryId, exempt: &[Source]) -> Vec<Source> {
    let Some(rules) = terms.missing else { return Vec::new() };
    let lost = |source: &Source| match source {
        Source::Vote => true,
        source => rules.unscored == Unscored::Zero && given.sources.contains(source) && !exempt.contains(source),
    };
    let sources = terms.sources.iter().map(|rule| rule.source);
    sources.filter(|source| !given.cells.contains(&(*source, entry)) && lost(source)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    fn terms(missing: serde_json::Value) -> Terms {
        let source = |name: &str| json!({ "source": name, "rule": "z", "weight": 2500 });
        let sources = ["vote", "peer", "open_review", "expert"].map(source);
        let mut body = json!({
            "kind": "other", "electorate": { "kinds": ["full"] }, "timetable": [], "categories": [],
            "sources": sources,
        });
        if !missing.is_null() {
            body["missing"] = missing;
        }
        serde_json::from_value(body).unwrap()
    }

    fn entry(n: u128) -> EntryId {
        Uuid::from_u128(n).into()
    }

    #[test]
    fn what_could_have_been_given_and_was_not_counts_as_nought() {
        let cell = |source, n| Cell { source, judge: 1, entry_id: entry(n), total: 1 };
        let votes = HashMap::from([(entry(1), 0)]);
        let given = Given::of(&votes, &[cell(Source::Peer, 1), cell(Source::Expert, 2)]);
        let noughts = |missing, n, exempt: &[Source]| noughts(&terms(missing), &given, entry(n), exempt);
        assert_eq!(noughts(json!({}), 1, &[]), [Source::Expert], "nobody was given anything in the open review");
        assert_eq!(noughts(json!({}), 1, &[Source::Expert]), []);
        assert_eq!(noughts(json!({}), 2, &[]), [Source::Vote, Source::Peer]);
        assert_eq!(noughts(json!({ "unscored": "left_out" }), 2, &[]), [Source::Vote]);
        assert_eq!(noughts(json!(null), 2, &[]), [], "frozen before there was such a rule");
    }

    #[test]
    fn an_entry_off_the_ballot_is_barred_only_where_the_rules_say_so() {
        assert!(is_eligible(&terms(json!({})), false));
        assert!(!is_eligible(&terms(json!({ "off_ballot": "ineligible" })), false));
        assert!(is_eligible(&terms(json!({ "off_ballot": "ineligible" })), true));
        assert!(is_eligible(&terms(json!(null)), false));
    }
}
