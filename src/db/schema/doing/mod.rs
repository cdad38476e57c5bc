//! Tables of the wing `doing`. A module that is called as a table of its own would hide the table.

#[path = "ideas.rs"]
mod of_ideas;
#[path = "meetings.rs"]
mod of_meetings;
#[path = "obligations.rs"]
mod of_obligations;
#[path = "reports.rs"]
mod of_reports;
#[path = "tasks.rs"]
mod of_tasks;

pub use of_ideas::*;
pub use of_meetings::*;
pub use of_obligations::*;
pub use of_reports::*;
pub use of_tasks::*;
