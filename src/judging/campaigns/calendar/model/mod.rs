//! What two people change about a campaign that is open.

mod cancellation;
mod extensions;

pub use cancellation::Cancellation;
pub use extensions::{Extension, ExtensionId};
