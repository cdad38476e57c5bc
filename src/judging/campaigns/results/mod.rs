//! Results 结果: what members see of totals, decisions and awards, the explanation of one entry, the export from which
//! anybody recomputes it, and its recomputation.

mod api;
mod export;
mod results;
mod rules;
mod verification;

use super::rules::CampaignRefusal;
use crate::db::Stop;
use crate::judging::campaigns::entries;

pub use api::routes;
pub use verification::{Verified, verify};

type Outcome<T> = Result<T, Stop<rules::Refusal>>;

refusals!(rules::Refusal: Campaign(CampaignRefusal), Entries(entries::rules::Refusal));
