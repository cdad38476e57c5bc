//! Bulletins 通报 of campaigns: what a draft says, who sees it and who is told. Their life is that of every bulletin
//! (`ground/bulletins`).

mod api;
mod bulletins;
mod findings;
mod rules;
mod model;

use super::rules::CampaignRefusal;
use crate::db::Stop;
use crate::doing::tasks;
use crate::ground::bulletins as bulletin;

pub use api::routes;
pub(super) use findings::note_settled;

type Outcome<T> = Result<T, Stop<rules::Refusal>>;

refusals!(rules::Refusal: Campaign(CampaignRefusal), Bulletin(bulletin::Refusal), Task(tasks::Refusal));
