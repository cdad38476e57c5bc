//! Appraisal 考评积分: the second book of points, base, bonuses and deductions of a year, of which pay, stars and titles may
//! be made. Nothing crosses between it and the book of activity (`points`).
//!
//! A scheme says what counts: dimensions, classes of members, rules and caps, as versioned data. What a rule gives or takes
//! is proposed by one person and approved by another within reach; a deduction never happens by itself, and its member may
//! answer first. The book is append-only: what is wrong is put right by an opposite entry, and a year begins with entries that
//! say what the one before came to and what of it is carried over. Every entry can be opened down
//! to its rule, evidence and approver, and be appealed against; somebody who had no part in it decides.
//!
//! Tables: `appraisal_schemes`, `appraisal_classes`, `appraisal_proposals`, `appraisal_causes`, `appraisal_replies`,
//! `appraisal_decisions`, `appraisal_entries`, `appraisal_appeals`, `appraisal_appeal_decisions`, `appraisal_reminders`.
//! Routes: `/appraisal…`, `/me/appraisal…`, `/members/{id}/appraisal…`, `/units/{id}/appraisal`, `/imports/appraisal…`,
//! `/exports/appraisal`. Lends [`Appraisal::suggest`] to rooms whose records make a rule propose, and
//! [`Appraisal::retract`] to those whose records may fall.

mod actions;
mod appeals;
mod book;
mod deciding;
mod desk;
mod import_rows;
mod imports;
mod lent;
mod openings;
mod personal;
mod proposing;
mod reminders;
mod retracting;
mod settings;
mod statements;
mod trials;
mod year_start;
mod api;
mod model;
mod rules;
mod store;
mod room;

pub use actions::Appraisal;
pub use api::routes;
pub use lent::totals;
pub use model::AppraisalRecord;
pub use proposing::Suggestion;
pub use retracting::Retraction;
pub use room::open;
