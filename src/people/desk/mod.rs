//! The desk: what waits for somebody, of all rooms, in one list by due day.
//!
//! Tables: `desk_assignments`, `desk_hand_overs`, `desk_hand_over_items`. Routes: `/me/desk`, `/units/{id}/desk`,
//! `/desk-items`, `/desk-hand-overs`. What waits is a table of the kernel's ([`kernel::desk`](crate::kernel::desk)); rooms
//! write and clear their items there, through what `members` lends ([`Desks`](crate::people::members::Desks)). This room
//! shows the items, knows no kind of them, hands them on when a duty ends or begins and when a member moves or leaves, keeps
//! what lay with a duty that ended as a list, and lets holders have a member of their unit prepare an item.

mod actions;
mod api;
mod assignments;
mod dates;
mod hand_overs;
mod model;
mod personal;
mod room;
mod rules;
mod store;

pub use actions::{First, first_of};
pub use api::routes;
pub use room::open;
