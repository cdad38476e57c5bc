//! The challenge 挑战答题: one question after the other until the first wrong answer, or until the time is up.
//!
//! A run lives on the server: it holds the question that it has dealt and the instant at which its time is up, so a lost
//! connection or a restart loses nothing and gives no extra time. Only the server's clock counts, and the network has no
//! allowance of its own; a phone shows the milliseconds that it is told are left. No question comes twice in a run. Once
//! a day a run goes on after its end. The day's best run counts for the board `challenge`, and what a run adds to that
//! best earns points.
//!
//! Tables: `challenge_runs`, `challenge_answers`, `challenge_days`, `challenge_corrections`, `challenge_tallied_days`.
//! Routes: `/challenge/runs…`, `/challenge/today`, `/me/challenge/runs`, `/challenge/review`.
//! Uses `quiz` (questions, the wrong-answer book, statistics), `points` (awards) and `members` (who belongs where); lends
//! [`is_asking`] to anyone who would show the key of a question.
//!
//! Every action takes the member's turn first, so identical requests find what the first of them left.

mod actions;
mod api;
mod corrections;
mod glance;
mod model;
mod regrading;
mod review;
mod rules;
mod settings;
mod store;
mod tallies;
mod personal;
mod room;

pub use actions::Challenge;
pub use api::routes;
pub use glance::{LOOKS, RunningRun, running_in};
pub use model::RunId;
pub use room::open;

use crate::base::id::MemberId;
use crate::db::Conn;
use crate::kernel::board::Measure;
use crate::learning::quiz::QuestionId;

/// What the agenda calls runs whose time is up.
const RUNS: &str = "challenge";

/// Whether the question waits for the member's answer in a run.
pub fn is_asking(conn: &mut Conn, member: MemberId, question: QuestionId) -> diesel::QueryResult<bool> {
    let run = store::find_latest(conn, member)?;
    Ok(run.is_some_and(|run| run.asked().is_some_and(|asked| asked.id == question)))
}

/// The board of the challenge: a day's score is its best run, longer periods add the days up.
const MEASURE: Measure = Measure {
    name: "challenge",
    title: "挑战答题",
    members: store::list_members,
    days: store::list_days,
    totals: store::total_days,
    later: store::corrections::list_later,
};
