//! What holds for the way of a campaign from its draft to its end.

mod campaigns;
mod cancellation;
mod stages;
mod terms;

pub use campaigns::{changes, may_announce};
pub use cancellation::may_call_off;
pub use stages::{canonical, decision_allows, may_close_early, may_extend, may_open};
pub use terms::check;
