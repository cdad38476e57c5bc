//! Knowledge contests 知识竞赛: a window, an audience, a paper, attempts under a time limit, a ranking, its publication.
//!
//! A contest goes draft → announced → open → closed → published, moved by who runs it and by the clock. Its questions are
//! its own from the announcement (a fixed paper) or the opening (a drawn one) on until its keys may be seen: nobody else
//! asks them. When it opens its paper is frozen; an attempt is a seed, from which the questions dealt and the order of their options follow, so
//! nothing about it is lost with a server. Answers are saved one by one, each as one small row, until the attempt is due
//! by the server's clock. The close commits first; then the attempts that still run are ended with what they have, the
//! ranking is computed in chunks and stored, and the contest waits for its publication, which gives the points and the prizes.
//!
//! Tables: `contests`, `contest_extensions`, `contest_cancellations`, `contest_attempts`, `contest_answers`, `contest_results`, `contest_branch_results`.
//! Routes: `/contests…`, `/exports/contests/{id}`.
//! Uses `quiz` (questions, the wrong-answer book, statistics), `meetings` (that a contest is part of), `points` (awards), `honours` (prizes),
//! `members` (who belongs where) and `notices`.
//!
//! `calendar` writes them and moves them on, `changes` is what is done to one that is open, `opening` and `results` what the
//! clock does before and after it, `attempts` what a member does, `rankings` what is read afterwards, `corrections` what a
//! wrong key that was put right changes.

mod api;
mod changes;
mod corrections;
mod facts;
mod dates;
mod glance;
mod rankings;
mod model;
mod opening;
mod prizes;
mod calendar;
mod rules;
mod results;
mod attempts;
mod store;
mod personal;
mod room;

use std::sync::Arc;

use moka::sync::Cache;
use tokio::sync::Mutex;

use crate::base::id::MemberId;
use crate::db::{Db, DbError};
use crate::ground::presets::Presets;
use crate::honour::honours::Honours;
use crate::honour::points::Points;
use crate::kernel::backlog::Backlog;
use crate::kernel::lease::ProcessId;
use crate::kernel::memo::Memo;
use crate::learning::quiz::Quiz;
use crate::people::members::{Desks, Directory};

pub use api::routes;
pub use calendar::Draft;
pub use corrections::KEYS;
pub use glance::{Attempted, LOOKS, OpenContest, RunningAttempt, attempted_in};
pub use model::{AttemptId, ContestId, ContestState, Rules};
pub use room::open;
pub use rules::{ContestVerb, FLOW, Who};
pub use store::{is_part_of, list_open, list_planned};

use model::{Contest, Paper, Terms};

/// Opened contests whose papers are kept in memory.
const REMEMBERED_PAPERS: u64 = 64;
/// Attempts of which it is remembered whose they are: two for each of 60,000 members.
const REMEMBERED_ATTEMPTS: u64 = 120_000;

/// What the agenda calls contests that open or close, and attempts that end.
const CLOCK: &str = "contests";
/// What it calls contests that are to be ranked, booked or rewarded.
const RESULTS: &str = "contest results";

/// What does not change any more once a contest has opened, save for a key that is corrected.
#[derive(Debug)]
struct Frozen {
    paper: Paper,
    terms: Terms,
    /// Of the paper.
    edition: i32,
}

/// The room's handle; clones share it.
#[derive(Clone)]
pub struct Contests {
    db: Db,
    directory: Directory,
    desks: Desks,
    quiz: Quiz,
    points: Points,
    honours: Arc<Honours>,
    presets: Presets,
    /// What waited before it was on the desk.
    unlaid: Backlog,
    papers: Cache<ContestId, Arc<Frozen>>,
    /// Whose an attempt is, and at which contest.
    attempts: Cache<AttemptId, (MemberId, ContestId)>,
    /// Under this name the process settles contests that are over.
    holder: ProcessId,
    /// Those that are open, for the page of the day.
    open: Arc<Memo<(), Vec<Contest>>>,
    /// Held by whichever job of this process ranks, books or gives points.
    results_turn: Arc<Mutex<()>>,
}

impl Contests {
    pub fn new(
        db: Db,
        (directory, desks): (Directory, Desks),
        quiz: Quiz,
        (points, honours): (Points, Honours),
        presets: Presets,
    ) -> Self {
        let (papers, attempts) = (Cache::new(REMEMBERED_PAPERS), Cache::new(REMEMBERED_ATTEMPTS));
        let holder = db.fresh_id();
        let (unlaid, open) = (Backlog::new("contests.desk"), Arc::new(Memo::new(1)));
        Contests {
            db,
            directory,
            desks,
            quiz,
            points,
            honours: Arc::new(honours),
            presets,
            unlaid,
            papers,
            attempts,
            holder,
            open,
            results_turn: Arc::default(),
        }
    }

    /// Paper and terms of a contest that has opened, perhaps before a key was corrected a moment ago; `None` before.
    async fn frozen(&self, id: ContestId) -> Result<Option<Arc<Frozen>>, DbError> {
        match self.papers.get(&id) {
            Some(known) => Ok(Some(known)),
            None => self.freeze(id).await,
        }
    }

    /// Paper and terms of a contest with the keys that held when `contest` was read.
    async fn frozen_of(&self, contest: &Contest) -> Result<Option<Arc<Frozen>>, DbError> {
        match self.papers.get(&contest.id).filter(|known| known.edition >= contest.edition) {
            Some(known) => Ok(Some(known)),
            None => self.freeze(contest.id).await,
        }
    }

    async fn freeze(&self, id: ContestId) -> Result<Option<Arc<Frozen>>, DbError> {
        let Some((contest, Some(paper))) = self.db.read(move |conn| store::find_with_paper(conn, id)).await? else {
            return Ok(None);
        };
        let frozen = Arc::new(Frozen { paper, terms: contest.rules.0.terms, edition: contest.edition });
        self.papers.insert(id, frozen.clone());
        Ok(Some(frozen))
    }
}
