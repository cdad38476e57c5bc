//! Reports 报送: what units owe every week, month, quarter, half-year or year, or once, and what they handed in.
//!
//! A form is due from every unit of a kind below the unit that asks, in a window. Its fields are data
//! ([`Form`](crate::base::form::Form)) in versions that never change; a period keeps the version with which it was opened.
//! One report is one unit's for one period: written by several people at once without losing what another one wrote, handed
//! in, reviewed by another person or returned. Late counts from what was handed in first; missing is a fact on the day after.
//!
//! Tables: `report_forms`, `report_form_versions`, `report_periods`, `reports`, `report_requests`, `report_corrections`,
//! `report_reminders`. Routes: `/report-presets…`, `/report-forms…`, `/report-periods…`, `/reports…`, `/report-requests…`,
//! `/report-corrections…`, `/exports/reports`.

mod actions;
mod asking;
mod burden;
mod bulletins;
mod corrections;
mod desk;
mod exports;
mod facts;
mod filled;
mod filling;
mod layouts;
mod lists;
mod opening;
mod overview;
mod personal;
mod reminders;
mod requests;
mod reviewing;
mod settings;
mod tasks;
mod api;
mod model;
mod rules;
mod store;
mod room;

pub use actions::Reports;
pub use api::routes;
pub use burden::Owed;
pub use model::{ReportFormId, ReportId, ReportPeriodId, ReportState};
pub use room::open;
pub use rules::flow::{FLOW, ReportVerb};
