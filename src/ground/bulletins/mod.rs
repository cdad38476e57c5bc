//! Bulletins 通报: what an office issues under a number. One person writes it, another reviews it, and once it is issued it
//! stays as it is.
//!
//! Knows nothing of what a bulletin tells: that is a thing of another room, and its text is whatever that room writes
//! ([`Written`]). So the room has no routes; who may do what, what a draft says and whom an issued one is told to are the
//! other room's, which calls this one in its own transactions and holds its thing meanwhile.
//!
//! Table: `bulletins`. Lends [`find`], [`draft`], [`edit`], [`review`], [`issue`], [`list_versions`], and a sheet's two forms.

mod actions;
mod api;
mod personal;
mod room;
mod rules;
mod store;
pub mod model;

pub use actions::{draft, edit, find, issue, list_versions, list_writers, review};
pub use api::sheet;
pub use model::{About, Bulletin, BulletinState, Paragraph, Sheet, SheetPart, Written};
pub use room::open;
pub use rules::{Refusal, may_edit};
