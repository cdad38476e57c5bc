//! Facts 事实: named numbers of a unit and a month, quarter or year, each of which opens down to the records that made it.
//!
//! Routes: `GET /facts`, `GET /facts/{name}`, `GET /facts/{name}/records`. Owns no table: rooms tell
//! ([`RoomOf::tells`](crate::room::RoomOf::tells)), [`kernel::facts`](crate::kernel::facts) keeps what is frozen. A month is
//! frozen once its closing days are over; what comes later is shown beside it.

mod actions;
mod api;
mod rules;
mod room;

pub use api::routes;
pub use room::open;
