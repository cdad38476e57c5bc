//! Texts of members 成员文字: what a member writes for others to read, held until it may be seen.
//!
//! Tables: `held_texts`, `text_decisions`. Routes: `/texts…`, `/me/texts`. A room asks [`Texts::hold`] in the transaction in
//! which something is written, and shows nothing of what is held to anybody but its writers; it says by a [`TextKind`] who
//! they are and what happens once a text is let through. Where the setting `texts.review` is on, everything waits for
//! somebody of the author's branch, on the desk of those who decide. What was written in the WeChat mini-program is shown to
//! the platform's content check first ([`checking`]), which lets through or asks people, and never refuses. Nobody decides
//! about a text of his own. Rooms know nothing of platforms.

mod actions;
mod api;
mod checking;
mod deciding;
mod model;
mod personal;
mod room;
mod rules;
mod store;

pub use actions::{NewText, TextKind, Texts};
pub use api::routes;
pub use model::{HeldText, HeldTextId, TextReview, TextVerdict};
pub use room::open;
