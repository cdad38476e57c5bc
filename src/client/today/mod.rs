//! The page of the day 首页: everything that a member sees first, in one request.
//!
//! Route: `GET /me/today`. Owns no table. Every room lends what of it belongs on the page: what is the same for many is
//! taken from memory, and what is the member's own from one hop to a reader, most of it by one statement
//! ([`kernel::glance`](crate::kernel::glance)). [`Page`] is what was found; `api` says how it looks.

mod api;
mod page;
mod room;

pub use api::routes;
pub use room::open;
