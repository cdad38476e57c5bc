//! Bulletins 通报 of campaigns: what a draft says, who sees it and who is told. Their life is that of every bulletin
//! (`ground/bulletins`).

mod api;
mod bulletins;
mod rules;
mod model;

use super::rules::CampaignRefusal;
use crate::db::Stop;
use crate::ground::bulletins as bulletin;

pub use api::routes;

type Outcome<T> = Result<T, Stop<rules::Refusal>>;

refusals!(rules::Refusal: Campaign(CampaignRefusal), Bulletin(bulletin::Refusal));
