//! Bulletins 通报.

mod api;
mod bulletins;
mod rules;
mod store;
mod model;

use super::rules::CampaignRefusal;
use crate::db::Stop;

pub use api::routes;

type Outcome<T> = Result<T, Stop<rules::Refusal>>;

refusals!(rules::Refusal: Campaign(CampaignRefusal));
