//! Tables of the wing `doing`.

mod ideas;
mod meetings;
mod obligations;
mod reports;
mod tasks;

pub use ideas::*;
pub use meetings::*;
pub use obligations::*;
pub use reports::*;
pub use tasks::*;
