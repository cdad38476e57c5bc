//! Entries 申报: a unit's plan in versions, handed in and taken back, with the article about it and what proves it.

mod api;
mod articles;
mod entries;
mod evidence;
mod facts;
mod involvement;
mod proposals;
mod store;
pub(super) mod model;
pub(super) mod rules;

use super::rules::CampaignRefusal;
use crate::db::Stop;

pub use api::routes;
pub use articles::{ARTICLE_PICTURE, ArticleDraft};
pub use entries::{NewEntry, Writer};
pub use evidence::{EVIDENCE, find_mark, is_draft, is_hidden};
pub(in crate::judging::campaigns) use facts::LATE;
pub(in crate::judging::campaigns) use involvement::{EntryPeople, handed_in};
pub use model::{EntryId, EntryState, Plan};
pub(in crate::judging::campaigns) use rules::Refusal;
pub use rules::{ENTRY_FLOW, EntryVerb};
pub(in crate::judging::campaigns) use store::articles::list_entries as list_with_article;
pub(in crate::judging::campaigns) use store::entries::{
    count_submitted, find, find_some, has_entry_of, list_judged_plans, list_submitted, update,
};

type Outcome<T> = Result<T, Stop<rules::Refusal>>;

refusals!(rules::Refusal: Campaign(CampaignRefusal));
