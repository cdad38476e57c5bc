//! Results 结果: what members see of totals, decisions and awards, the explanation of one entry, the export from which
//! anybody recomputes it, and its recomputation.

mod api;
mod export;
mod results;
mod rules;
mod verification;

pub use api::routes;
pub(in crate::judging::campaigns) use results::Results;
pub use verification::{Verified, verify};
