//! Honours 荣誉: what members, units, brands, posts and zones were given, and what follows from it: stars, grades, titles,
//! flags that move, certificates that a stranger can check.
//!
//! Honours are append-only: one that is taken away stays, with the number of the document and nothing of the matter. They
//! come from decisions of units, from files of what was given from above, from titles that were named, and from the
//! published results of selections and contests, whose rooms tell of them. In-Party commendation is for Party committees alone. Stars
//! are not kept but derived, by rules in versions: of posts and zones from their honours year after year, of members and
//! branches from the book of appraisal, with each reason. Branches climb the ladder of three grades by self-assessment,
//! inspection, rectification and decision; titles go up the tree one unit at a time.
//!
//! Tables: `honour_holders`, `honour_awards`, `honour_withdrawals`, `honour_bars`, `star_schemes`, `honour_falls`,
//! `grade_cases`, `grade_steps`, `unit_grades`, `title_rounds`, `title_nominations`, `title_steps`, `insignia`,
//! `insignia_holdings`. Routes: `/honours…`, `/honour-holders…`, `/honour-bars`, `/certificates…`, `/ceremonies…`,
//! `/star-schemes…`, `/star-levels…`, `/grades`, `/grade-cases…`, `/title-rounds…`, `/title-nominations…`, `/insignia…`,
//! `/imports/honours`. Uses `appraisal` (points of years). Lends [`Honours::record_selection`] and
//! [`Honours::record_prizes`].

mod actions;
mod awards;
mod certificates;
mod grades;
mod grading;
mod import_rows;
mod imports;
mod insignia;
mod naming;
mod nominations;
mod numbers;
mod prizes;
mod settings;
mod stars;
mod titles;
mod api;
mod model;
mod rules;
mod store;
mod personal;
mod room;

pub use actions::Honours;
pub use api::routes;
pub use awards::{CampaignAward, CampaignHolder};
pub use prizes::{ContestHolder, ContestPrize, ContestPrizes, PrizeCorrection};
pub use room::open;
