//! Live updates 实时更新: what changed, told to pages that are open, as server-sent events.
//!
//! Owns no table. Route: `/events`. Every event says only what changed; the page reads it anew. What the database knows of is
//! heard from the changes that every process listens to, so that it does not matter which server a page is connected to; its
//! id is the change's, and `Last-Event-ID` asks for what was missed. Phones poll instead.

mod api;
mod hearing;
mod model;
mod room;

pub use api::routes;
pub use room::open;

pub use hearing::Events;
