//! From what was counted and given to totals, places and proposed awards.

mod composite;
mod missing;
mod proposal;

pub use composite::{Contender, Outcome, outcomes};
pub use missing::{Given, is_eligible, noughts};
pub use proposal::{Candidate as Judged, propose};
