//! What two people change about a campaign that is open.

mod cancellation;
mod extensions;

pub use cancellation::CallOff;
pub use extensions::{Extension, ExtensionId};
