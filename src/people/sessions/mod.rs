//! Sessions: how members sign in, stay signed in and are recognised.
//!
//! Tables: `credentials`, `sessions`, `invitations`, `reset_requests`, `account_openings`,
//! `privacy_consents`. Routes: `/session`,
//! `/session/refresh`, `/session/invitation`, `/session/reset-request`, `/me/sessions`, `/me/password`, `/me/resets`, `/me/consents`,
//! `/me/reset-request`, `/invitations`, `/resets`. Lends [`Sessions::gate`] to `app`, which hands it to `web::caller`,
//! [`Sessions::set_password`] to the command line, [`opened_accounts`] to anyone who asks how accounts came about, and
//! [`end_restored`] and [`withdraw_codes`] to backups. The room `platforms` begins
//! sessions of members whom WeCom or WeChat has recognised, and binds accounts there to members who prove who they are
//! ([`lending`]). [`find_method`] tells how a session began.

mod actions;
mod guessing;
mod beginning;
mod refreshing;
mod ending;
mod factors;
mod api;
pub mod gate;
pub mod hasher;
mod invitations;
mod lending;
mod consents;
pub mod model;
mod openings;
mod resets;
mod restoring;
mod settings;
pub mod rules;
mod store;
pub mod tokens;
mod wording;
mod personal;
mod room;

pub use actions::{Opened, Place, Proof, Sessions, SignIn, tidy};
pub use api::{
    SessionTokens, Signed, cookie_of, keeps_cookie, open_for_browser, place_of, routes, showing_of, signed_in,
};
pub use beginning::Begun;
pub use ending::end_for_leaving;
pub use factors::FactorTerms;
pub use lending::find_method;
pub use model::{FactorPolicy, Method, OpenedAccount, OpeningKind, PrivacyNotice};
pub use openings::Showing;
pub use openings::opened_accounts;
pub use restoring::{end_restored, withdraw_codes};
pub use room::open;
