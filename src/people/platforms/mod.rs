//! Platforms 平台: the accounts that members have in WeCom 企业微信 and WeChat 微信, signing in by them, and the one client by
//! which the program speaks to these platforms.
//!
//! Tables: `platform_accounts`, `platform_tokens`, `platform_codes`. Routes: `/session/{platform}…`, `/session/binding`,
//! `/me/platforms…`, `/platforms/wechat/…`. Lends [`Platforms`] to the room `channels`, which sends by the same client, and to
//! the page that says how members sign in. What the platforms answer, and which of it means what, is in
//! `docs/platforms.md`. Secrets come from the environment; tokens, account ids and session keys lie sealed in the database,
//! and none of them is ever in a log or an error.

mod actions;
mod api;
mod binding;
mod pages;
pub mod client;
pub mod model;
mod personal;
mod room;
pub mod rules;
mod sign_in;
mod store;

pub use actions::Platforms;
pub use api::routes;
pub use client::wechat::Suggestion;
pub use client::wecom::{Card, MiniNotice, Sent, Shape};
pub use model::Platform;
pub use room::open;
pub use rules::Fault;
