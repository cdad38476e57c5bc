//! The grammar of HTTP: how every room reads requests, says no, pages lists and names its callers.
//!
//! Knows actix and the ground floor, no feature.

#[cfg(feature = "web")]
pub mod app_files;
pub mod approval;
pub mod body;
pub mod caller;
mod complaint;
pub mod cors;
mod crowding;
pub mod error;
pub mod etag;
pub mod head;
pub mod headers;
pub mod idempotency;
pub mod limits;
pub mod manual;
pub mod methods;
pub mod openapi;
pub mod page;
pub mod parameters;
pub mod print;
pub mod proxies;
pub mod recusal;
pub mod second_factor;
pub mod sheet;
pub mod maintenance;
pub mod stopping;
pub mod trace;
pub mod unread;
pub mod upload;
pub mod verification;

pub use body::{Body, Path, Query, nullable};
pub use error::{FieldError, Problem};
pub use idempotency::OptionalKey;
pub use page::{Page, PageQuery};
