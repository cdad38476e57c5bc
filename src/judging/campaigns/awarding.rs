//! From results to awards: who was judged, what follows from the order, and decisions as they are published.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{AwardLine, Decision, EntryId, LeftOut, Proposal, Source, Terms};
use super::resulting::{ExplainedEntry, NamedEntry};
use super::rules::{self, Judged};
use crate::base::text::in_title_marks;
use crate::base::time::Timestamp;

/// A decision as it is published: no member is named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PublishedDecision {
    /// From 1 on; the last one holds.
    pub version: i32,
    /// Heading after heading, best first.
    pub awards: Vec<AwardLine>,
    /// Awarded by the computed proposal and not by the decision, with the reason.
    pub left_out: Vec<LeftOut>,
    /// Why it was made so as a whole; always there from the second version on.
    pub reason: Option<String>,
    pub decided_at: Timestamp,
}

impl From<&Decision> for PublishedDecision {
    fn from(decision: &Decision) -> Self {
        PublishedDecision {
            version: decision.version,
            awards: decision.lines.0.clone(),
            left_out: decision.left_out.0.clone(),
            reason: decision.reason.clone(),
            decided_at: decision.decided_at,
        }
    }
}

/// Everybody who was judged, with what the order follows from; the same from the database and from an export.
pub(super) fn judged(terms: &Terms, explained: &[ExplainedEntry], entries: &[NamedEntry]) -> Vec<Judged> {
    let explained: HashMap<EntryId, &ExplainedEntry> = explained.iter().map(|entry| (entry.entry_id, entry)).collect();
    let judged = |entry: &NamedEntry| Judged {
        entry: entry.id,
        unit: entry.unit_id,
        name: format!("{}{}", entry.unit, in_title_marks(&entry.title)),
        category: entry.category.clone(),
        key: explained.get(&entry.id).map(|explained| key(terms, explained)).unwrap_or_default(),
    };
    entries.iter().filter(|entry| entry.contends(terms)).map(judged).collect()
}

/// The total, then the scores by which equals are told apart; a missing score is below every other.
fn key(terms: &Terms, explained: &ExplainedEntry) -> Vec<i64> {
    let score = |source: &Source| {
        let part = explained.parts.iter().find(|part| part.source == *source);
        part.and_then(|part| part.score).unwrap_or(-1)
    };
    std::iter::once(explained.total).chain(terms.tie_order.iter().map(score)).collect()
}

/// What would be awarded if nobody decided anything; `None` where nothing is computed or may be shown.
pub(super) fn proposal(terms: &Terms, explained: &[ExplainedEntry], judged: &[Judged]) -> Option<Proposal> {
    (!explained.is_empty()).then(|| rules::propose(terms, judged))
}
