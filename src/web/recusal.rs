//! Asking to be kept out of a thing 自行回避, as every room that takes it says it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::base::id::MemberId;
use crate::base::text::Text;
use crate::base::time::Timestamp;

/// Why somebody asks to be kept out of a thing.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecusalBody {
    /// In Chinese; those who see how the thing is dealt with read it.
    pub reason: Text<200>,
}

/// That somebody asked to be kept out of a thing, and since when he is.
#[derive(Serialize, ToSchema)]
pub struct OwnRecusal {
    pub member_id: MemberId,
    /// The member's name.
    pub name: String,
    /// Why, in his own words.
    pub reason: String,
    pub at: Timestamp,
}
