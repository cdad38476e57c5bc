//! Settings 运行设置: what the enterprise changes without a restart, by whom, and with whom.
//!
//! The settings themselves are the rooms' ([`crate::kernel::settings`], whose table `setting_changes` keeps them and their
//! history); here they are listed, changed, and where they are delicate proposed by one person and approved by another.
//! Whose a setting is follows the separation of duties: what members study and answer is the organisers', accounts and
//! storage are the administrators'.
//!
//! Routes: `/settings…`, `/setting-proposals/{id}…`.

mod api;
mod actions;
mod rules;
mod room;

pub use api::routes;
pub use room::open;

use crate::db::Db;
use crate::kernel::backlog::Backlog;
use crate::kernel::settings::Settings;
use crate::people::members::{Desks, Directory};

/// The room's handle; clones share it.
#[derive(Clone)]
pub struct SettingRoom {
    db: Db,
    settings: Settings,
    directory: Directory,
    desks: Desks,
    /// What waited before it was on the desk.
    unlaid: Backlog,
}
