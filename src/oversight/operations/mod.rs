//! Operations 运行: what waits to leave the house, for administrators, what becomes of messages that failed for good, and
//! whether the channels by which they leave are set up.
//!
//! Owns no table: messages are the kernel's ([`crate::kernel::outbox`]). Routes: `/operations/outbox…`,
//! `/operations/channels`. What a message says is
//! shown to nobody here, since it may be somebody's; its topic, its lane and why it waits are enough to act on.

mod api;
mod actions;
mod room;

pub use api::routes;
pub use room::open;

use crate::db::Db;
use crate::people::channels::Channels;

/// The room's handle; clones share it.
#[derive(Clone)]
pub struct Operations {
    db: Db,
    channels: Channels,
}
