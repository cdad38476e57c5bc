//! Scores 评分: of experts, of branches that score each other, of secretaries who review other units' entries.
//!
//! `scores` takes them, `mine` shows them to the judge who gave them, `desk` says who owes any, `recusing`
//! keeps an expert out of an entry at his own wish.

mod api;
mod desk;
mod mine;
mod recusing;
mod scores;
mod store;
pub(super) mod model;
pub(super) mod rules;

use super::rules::CampaignRefusal;
use crate::db::Stop;
use crate::judging::campaigns::entries;

pub use api::routes;
pub(in crate::judging::campaigns) use rules::raw_values;
pub(in crate::judging::campaigns) use store::list;

type Outcome<T> = Result<T, Stop<rules::Refusal>>;

refusals!(rules::Refusal: Campaign(CampaignRefusal), Entries(entries::rules::Refusal));
