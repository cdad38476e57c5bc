//! What the page of the day shows of contests.

use std::time::Duration;

use super::model::{AttemptId, AttemptState, Contest, ContestId};
use super::{Contests, store};
use crate::base::id::UnitId;
use crate::base::time::Timestamp;
use crate::db::DbError;
use crate::kernel::glance::{Line, Look, Seen};

/// What the room looks for.
pub const LOOKS: [Look; 1] = [store::attempts::ATTEMPTS];

/// How long it is remembered which contests are open.
const FRESH: Duration = Duration::from_secs(1);
/// Contests that are open at the same time, at most.
const OPEN_AT_ONCE: i64 = 200;

/// A contest that is open to a member.
#[derive(Clone, Debug)]
pub struct OpenContest {
    pub id: ContestId,
    pub title: String,
    pub closes_at: Timestamp,
    pub question_count: usize,
    attempts: usize,
    unit: UnitId,
}

/// What a member did at it.
#[derive(Clone, Copy, Debug)]
pub struct Attempted {
    /// The attempt that runs.
    pub running: Option<RunningAttempt>,
    /// Whether no attempt is left.
    pub is_done: bool,
}

/// An attempt that takes answers.
#[derive(Clone, Copy, Debug)]
pub struct RunningAttempt {
    pub id: AttemptId,
    pub answer_count: i64,
    pub due_at: Timestamp,
}

impl Contests {
    /// The contests that are open, by when they close; from memory.
    pub async fn open_now(&self) -> Result<Vec<OpenContest>, DbError> {
        let read = async || self.db.read(|conn| store::list_open(conn, OPEN_AT_ONCE)).await;
        let open = self.open.get(&(), FRESH, read).await?;
        let now = self.db.now();
        let shown = |contest: &Contest| OpenContest {
            id: contest.id,
            title: contest.title.clone(),
            closes_at: contest.closes_at,
            question_count: Contests::question_count(&contest.rules.0.paper),
            attempts: contest.terms().attempts.into(),
            unit: contest.unit_id,
        };
        Ok(open.iter().filter(|contest| contest.closes_at > now).map(shown).collect())
    }
}

/// What a member at home at `path` did at `contest`; `None` if it is not for him: he is not of its audience, and no attempt
/// of his runs from before he moved.
pub fn attempted_in(seen: &Seen, path: &[UnitId], contest: &OpenContest, now: Timestamp) -> Option<Attempted> {
    let its = || seen.of(store::attempts::ATTEMPTS.kind).filter(|line| line.about() == Some(contest.id));
    let running = |line: &Line| {
        let is_running = line.word == AttemptState::Running.as_str() && line.at()? > now;
        is_running.then_some(RunningAttempt { id: line.id()?, answer_count: line.count, due_at: line.at()? })
    };
    let running = its().find_map(running);
    let attempted = Attempted { running, is_done: running.is_none() && its().count() >= contest.attempts };
    (path.contains(&contest.unit) || running.is_some()).then_some(attempted)
}
