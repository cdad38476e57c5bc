//! Tasks 任务: what units owe, from the list that asks it to the closing 销号 by somebody who had no part in it.
//!
//! A list holds items; an item laid on units is a task of each. A unit accepts or answers, tells how far it is and hands in;
//! another one than who did it looks at it and closes it with a line of effect. More time, striking off and other ways out
//! take a reason, and some a second person. How a task stands on a day (blue, yellow, red) is computed from its days.
//!
//! Tables: `task_lists`, `task_items`, `task_layings`, `tasks`, `task_people`, `task_assistants`, `task_nodes`, `task_steps`,
//! `task_reports`, `task_requests`, `task_hand_overs`, `task_standings`, `task_standing_months`. Routes: `/task-lists…`,
//! `/task-layings/{id}`, `/task-hand-overs…`, `/tasks…`, `/imports/task-lists/{id}`, `/exports/task-lists/{id}`. Lends
//! [`Tasks::open`] to rooms whose findings are to be put right; closing the task tells them ([`Tasks::told_by`]).

mod actions;
mod appraised;
mod boards;
mod desk;
mod exports;
mod facts;
mod hand_overs;
mod import_rows;
mod imports;
mod laying;
mod layouts;
mod openings;
mod parts;
mod personal;
mod reminders;
mod requests;
mod settings;
mod standing;
mod steps;
mod api;
mod model;
mod rules;
mod store;
mod room;

pub use actions::Tasks;
pub use api::routes;
pub use model::{Credit, Opening, Settled, TaskId, TaskListKind, TaskSource, TaskSourceId, TaskState, TaskVerb};
pub use openings::{Opener, came_of};
pub use room::open;
pub use rules::{FLOW, Refusal, Who, whose};
