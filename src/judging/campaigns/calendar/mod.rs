//! The way of a campaign: written, announced, opened, its stages one after the other by the clock, its ends moved to later,
//! called off.
//!
//! `campaigns` writes and announces, `stages` opens and closes by the clock, `extensions` moves ends to later, `cancellation`
//! calls off.

mod api;
mod campaigns;
mod dates;
mod stages;
mod extensions;
mod cancellation;
mod rules;
mod store;
pub(super) mod model;

use super::rules::CampaignRefusal;
use crate::db::Stop;
use crate::judging::campaigns::vote;

pub(in crate::judging::campaigns) use api::campaigns::shown;
pub use api::routes;
pub(in crate::judging::campaigns) use api::views::CampaignView;
pub use campaigns::{Draft, names_expert};
pub(in crate::judging::campaigns) use store::extensions::list as list_extensions;

type Outcome<T> = Result<T, Stop<rules::Refusal>>;

refusals!(rules::Refusal: Campaign(CampaignRefusal), Vote(vote::rules::Refusal));
