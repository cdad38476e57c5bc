//! Alarms 告警: what somebody should look after, asked for by whoever operates the service and by its measurements; and
//! maintenance, while which the enterprise can be read only.
//!
//! Route: `GET /operations/alarms`. Owns no table: every room says what it sees
//! ([`Room::looks_out`](crate::room::RoomOf::looks_out)), and this one sees what belongs to no room. Lends the sentences of
//! `xianfeng doctor` to the operator.

mod actions;
mod api;
mod doctor;
mod room;

pub use actions::AlarmRoom;
pub use api::routes;
pub use room::open;
