//! Leaderboards 排行榜: what members see of the boards that [`kernel::board`](crate::kernel::board) keeps.
//!
//! Owns no table; has closed periods frozen. Routes: `GET /boards`, `GET /boards/{scope}/{measure}`, `GET /boards/{scope}/{measure}/mine`,
//! `POST /boards/rebuild`, `GET /exports/points-proof`. Adds names, hides anyone who wishes to be hidden, masks names beyond the viewer's branch,
//! and ranks branches by points per active member. Uses `members` (who is where) and `points` (dimensions).
//!
//! [`BoardRoom`] puts a board together; `api` keeps the pages that it sent for as long as nothing changes.

mod actions;
mod api;
mod facts;
mod glance;
mod model;
mod proof;
mod rules;
mod verification;
mod room;

pub use actions::BoardRoom;
pub use api::routes;
pub use glance::BranchPlace;
pub use room::open;
pub use verification::{Verified, verify};

/// What the agenda calls the freezing of what has become final.
const FREEZING: &str = "boards.freezing";
