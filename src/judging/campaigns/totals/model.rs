//! What follows from the order of the entries: who would be awarded if nobody decided anything.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::judging::campaigns::entries::model::EntryId;

/// An entry under a heading, as computed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct Proposed {
    pub entry_id: EntryId,
    /// The heading, by its code.
    pub heading: String,
    /// The place under the heading; equals share one.
    pub place: u16,
    /// 并列: somebody else has the same place.
    pub shared: bool,
}

/// Equals at the edge of a quota, among whom nothing computed decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Edge {
    /// The heading, by its code.
    pub heading: String,
    /// How many of them may be awarded.
    pub places: u16,
    /// More entries than places; no other heading counts on them.
    pub entry_ids: Vec<EntryId>,
}

/// What follows from the order of the entries, the headings and their quotas.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Proposal {
    /// Heading after heading, best first.
    pub awards: Vec<Proposed>,
    /// Ties at the edge of a quota.
    pub edges: Vec<Edge>,
}
