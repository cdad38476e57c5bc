//! Notices: what the program tells a member or a unit, kept in an inbox with an unread count.
//!
//! Tables: `notices`, `notice_reads`. Routes: `/me/notices`, `/me/notices/unread-count`, `/me/notices/receipts`. Rooms call
//! [`tell`] inside their transaction; the notice leaves by the outbox after the commit and [`handle`] puts it into the
//! inbox. A unit's notice is one row, no matter who reads it; [`tidy`] throws away what is too old to be shown, but
//! never what was told by [`tell_for_good`]. Channels beyond the inbox (WeChat, WeCom) will hang on the same messages.

pub mod model;
mod store;

mod actions;
mod api;
mod room;

pub use actions::{Muting, Newest, handle, newest, tell, tell_for_good, tidy};
pub use api::routes;
pub use model::{LastingText, NOTICE_KINDS, NewNotice, Notice, NoticeId, NoticeKind, To};
pub use room::open;
pub use store::list_sent_to_units;
