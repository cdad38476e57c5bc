//! What the page of the day shows of the challenge.

use super::model::RunId;
use super::store;
use crate::base::time::Timestamp;
use crate::kernel::glance::{Look, Seen};

/// What the room looks for.
pub const LOOKS: [Look; 1] = [store::RUNNING];

/// A run that waits for an answer.
#[derive(Clone, Copy, Debug)]
pub struct RunningRun {
    pub id: RunId,
    pub right_count: i64,
    /// The number of the question that waits.
    pub seq: i64,
    /// When the time for it is up.
    pub due_at: Timestamp,
}

/// The run that the member can go on with at `now`.
pub fn running_in(seen: &Seen, now: Timestamp) -> Option<RunningRun> {
    let run = |line: &crate::kernel::glance::Line| {
        Some(RunningRun { id: line.id()?, right_count: line.count, seq: line.total, due_at: line.at()? })
    };
    seen.of(store::RUNNING.kind).find_map(run).filter(|run| run.due_at > now)
}
