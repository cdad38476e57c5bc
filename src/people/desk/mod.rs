//! The desk: what waits for somebody, of all rooms, in one list by due day.
//!
//! Routes: `/me/desk`, `/units/{id}/desk`. The table is the kernel's ([`kernel::desk`](crate::kernel::desk)); rooms write
//! and clear their items there, through what `members` lends ([`Desks`](crate::people::members::Desks)). This room shows
//! the items, knows no kind of them, and hands them on when a duty ends or begins and when a member moves or leaves.

mod api;
mod actions;
mod dates;
mod rules;
mod room;

pub use actions::first_of;
pub use api::routes;
pub use room::open;
