//! The operator of the machine: what the program's own command line does to an enterprise, and how it reaches a server
//! that holds the database.
//!
//! Owns no table and has no route, on purpose: anyone who may use these commands owns the data folder. A SQLite
//! database belongs to one process; while `serve` is that process, a command goes to it through a [`socket`] in the
//! data folder that only its owner may open. Else, and on PostgreSQL, the command opens the database itself. Either way
//! it is run by [`Operator::run`] and leaves a line in the trail.
//!
//! Uses `members`, `sessions`, `quiz`, `boards`, `campaigns` and `backup`.

mod commands;
mod model;
#[cfg(unix)]
pub mod socket;
mod room;

pub use commands::Operator;
pub use model::{Command, ImportKind, MessageCommand, Said, Via, Voice};
pub use room::open;
