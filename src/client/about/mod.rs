//! What the app must know before anybody signs in: whose it is, how to sign in, what is switched on, what it may send.
//!
//! Route: `GET /config`. Owns no table: what an enterprise may change are [settings](crate::kernel::settings) of this room.

mod api;
mod settings;
mod room;

pub use api::routes;
pub use room::open;
