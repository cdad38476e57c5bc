//! Decisions and awards as they are published.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{Award, AwardLine, Decision, LeftOut};
use super::{Outcome, store};
use crate::base::time::Timestamp;
use crate::judging::campaigns::Campaigns;
use crate::judging::campaigns::model::CampaignId;
use crate::judging::campaigns::viewer::Viewer;

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

impl Campaigns {
    /// The final awards, heading after heading; none before the publication.
    pub async fn awards(&self, viewer: &Viewer<'_>, id: CampaignId) -> Outcome<Vec<Award>> {
        self.see(viewer, id).await?;
        Ok(self.db.read(move |conn| store::awards::list(conn, id)).await?)
    }
}
