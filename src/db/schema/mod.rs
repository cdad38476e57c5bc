//! The tables as diesel sees them, room by room; `tests/schema.rs` compares them with both databases.

mod kernel;
mod ground;
mod people;
mod honour;
mod learning;
mod doing;
mod judging;
mod voice;
mod oversight;

pub use doing::*;
pub use ground::*;
pub use honour::*;
pub use judging::*;
pub use kernel::*;
pub use learning::*;
pub use oversight::*;
pub use people::*;
pub use voice::*;
