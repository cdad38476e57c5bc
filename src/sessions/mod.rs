//! Sessions: how members sign in, stay signed in and are recognised.
//!
//! Tables: `credentials`, `sessions`, `invitations`. Routes: `/session`, `/session/refresh`, `/session/invitation`,
//! `/me/sessions`, `/me/password`, `/invitations`. Lends [`Sessions::gate`] to `app`, which hands it to `web::caller`,
//! and [`Sessions::set_password`] to the command line. WeChat and WeCom sign-in will add a [`model::Method`] and begin
//! their sessions with the same `open_session`.

mod actions;
mod api;
pub mod gate;
pub mod hasher;
mod invitations;
pub mod model;
pub mod rules;
mod store;
pub mod tokens;

pub use actions::{SESSION_TOPIC, Sessions, tidy};
pub use api::routes;
