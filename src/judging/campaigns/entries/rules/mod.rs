//! What holds for entries and their versions.

mod entries;
mod versions;

pub use entries::{check_plan, may_edit, may_submit, may_withdraw};
pub use versions::{Difference, differences};
