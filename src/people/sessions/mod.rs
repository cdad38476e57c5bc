//! Sessions: how members sign in, stay signed in and are recognised.
//!
//! Tables: `credentials`, `sessions`, `invitations`, `reset_requests`, `account_openings`. Routes: `/session`,
//! `/session/refresh`, `/session/invitation`, `/session/reset-request`, `/me/sessions`, `/me/password`, `/me/resets`,
//! `/me/reset-request`, `/invitations`, `/resets`. Lends [`Sessions::gate`] to `app`, which hands it to `web::caller`,
//! [`Sessions::set_password`] to the command line, [`opened_accounts`] to anyone who asks how accounts came about, and
//! [`end_restored`] and [`withdraw_codes`] to backups. WeChat and WeCom sign-in will add a [`model::Method`] and begin
//! their sessions with the same [`Sessions::open_session`].

mod actions;
mod guessing;
mod beginning;
mod refreshing;
mod ending;
mod api;
pub mod gate;
pub mod hasher;
mod invitations;
pub mod model;
mod openings;
mod resets;
mod restoring;
mod settings;
pub mod rules;
mod store;
pub mod tokens;
mod wording;
mod room;

pub use actions::{Sessions, tidy};
pub use api::{open_for_browser, routes};
pub use ending::end_for_leaving;
pub use model::{OpenedAccount, OpeningKind};
pub use openings::opened_accounts;
pub use restoring::{end_restored, withdraw_codes};
pub use room::open;
