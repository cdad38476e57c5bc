//! Leaderboards 排行榜: what members see of the boards that [`kernel::board`](crate::kernel::board) keeps.
//!
//! Owns no table. Routes: `GET /boards`, `GET /boards/{scope}/{measure}`, `GET /boards/{scope}/{measure}/me`,
//! `POST /boards/rebuild`. Adds names, hides whoever wishes to be hidden, masks names beyond the viewer's branch, and
//! ranks branches by points per active member.

mod model;
mod rules;

mod api;

pub use api::{Room, routes};
pub use model::{BranchCard, People, PersonCard, UnitCard};
