//! Totals 得分: from ballots and scores to the order of the entries, and who would be awarded by it alone. Nothing is stored:
//! the same follows from the database and from an export.

mod totals;
pub(super) mod model;
pub(super) mod rules;

pub(in crate::judging::campaigns) use totals::{
    ExplainedEntry, ExplainedPart, NamedEntry, Totals, explain_all, judged, proposal,
};
