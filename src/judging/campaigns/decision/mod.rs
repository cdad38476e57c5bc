//! The decision 决定: who is awarded what, objections to it, its publication, the final awards.

mod adoption;
mod api;
mod awards;
mod decision;
mod objections;
mod publication;
mod recusing;
mod store;
pub(super) mod model;
pub(super) mod rules;

use super::rules::CampaignRefusal;
use crate::db::Stop;
use crate::judging::campaigns::entries;

pub(in crate::judging::campaigns) use api::RecusedName;
pub use api::routes;
pub(in crate::judging::campaigns) use awards::PublishedDecision;
pub(in crate::judging::campaigns) use rules::{check_decision, is_confirmation};
pub(in crate::judging::campaigns) use store::awards::list as list_awards;
pub(in crate::judging::campaigns) use store::decisions::list as list_decisions;
pub(in crate::judging::campaigns) use store::objections::list_outcomes;

type Outcome<T> = Result<T, Stop<rules::Refusal>>;

refusals!(rules::Refusal: Campaign(CampaignRefusal), Entries(entries::rules::Refusal));
