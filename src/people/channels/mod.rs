//! Channels 渠道: by what notices leave the house, beyond the inbox.
//!
//! Tables: `channel_deliveries`, `channel_choices`, `channel_quotas`. Routes: `/me/notice-settings`,
//! `/me/wechat/subscriptions`. The inbox is the truth, and a message by a
//! channel a reminder of what lies there. What comes into an inbox is led here ([`expanding`]): by the policy of the
//! enterprise and the choices of members it becomes one message for each member whom a channel can reach, in chunks, and waits
//! in the lane of its channel in the outbox. [`sending`] hands it to the platform and writes down what became of it.
//! Lends [`Channels`] to rooms that must know whom they reached, and that remind those who have not read.

mod actions;
mod api;
mod carriers;
pub mod checking;
mod digests;
mod expanding;
mod quotas;
mod templates;
pub mod model;
mod personal;
mod room;
mod rules;
mod sending;
mod settings;
mod store;

pub use actions::{Channels, Delivered};
pub use api::routes;
pub use carriers::{Channel, Receiver, Sent, Text};
pub use model::{ChannelName, DeliveryState, Nature, Unreached};
pub use room::open;
