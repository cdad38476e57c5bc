//! Notices: what the program tells a member or a unit, kept in an inbox with an unread count.
//!
//! Tables: `notices`, `notice_reads`, `inbox_moves`. Routes: `/me/notices`, `/me/notices/unread-count`, `/me/notices/receipts`. Rooms call
//! [`tell`] inside their transaction; the notice leaves by the outbox after the commit and [`handle`] puts it into the
//! inbox, where what is told by [`tell_growing`] of one thing several times on a day becomes one. A unit's notice is one row, no matter who reads
//! it: it is in the inbox of those who belonged to the unit then, which [`moved`] keeps; [`tidy`] throws away what is too old to be shown, but
//! never what was told by [`tell_for_good`]. Each room brings its kinds by `notice_kinds!`, with how they
//! leave the house; [`Onward`] leads what has come into an inbox on to the channels.

pub mod model;
mod store;

mod kinds;
mod actions;
mod api;
mod personal;
mod room;

pub use actions::{
    LOOKS, Muting, Newest, Onward, announce, handle, moved, newest, tell, tell_for_good, tell_growing, tidy,
};
pub use api::routes;
pub use model::{
    KIND_TERMS, KindTerms, LastingText, Leaving, NOTICE_KINDS, NewNotice, Notice, NoticeId, NoticeKind, To,
};
pub use room::open;
pub use store::{find as find_notice, list_sent_to_units};
