//! Notices: what the program tells a member or a unit, kept in an inbox with an unread count.
//!
//! Rooms call [`tell`] inside their transaction; the notice leaves by the outbox after the commit. Channels beyond the
//! inbox (WeChat, WeCom) will hang on the same messages.

pub mod model;

use diesel::QueryResult;

use crate::db::Tx;
use crate::kernel::outbox;

pub use model::{NewNotice, NoticeKind, To};

/// The outbox topic under which notices travel.
pub const TOPIC: &str = "notice";

/// Tells somebody something once this transaction has committed.
pub fn tell(tx: &mut Tx, notice: NewNotice) -> QueryResult<()> {
    outbox::send(tx, TOPIC, notice).map(drop)
}
