//! Feedback 意见: what a member has to say about the app or about work, and its answer within a term.
//!
//! Tables: `feedback`, `feedback_answers`. Routes: `/me/feedback`, `/feedback`, `/feedback/{id}`, `/feedback/{id}/answer`. It
//! lies on the desk of those who may answer it, the nearest ones first, with its last day by the setting
//! `feedback.answer_days`; its member is told of the answer. Nobody answers himself.

mod actions;
mod api;
mod model;
mod rules;
mod settings;
mod store;
mod personal;
mod room;

pub use actions::FeedbackRoom;
pub use api::routes;
pub use room::open;
