//! Knowledge contests 知识竞赛: a window, an audience, a paper, attempts under a time limit, a ranking, its publication.
//!
//! A contest goes draft → announced → open → closed → published, moved by who runs it and by the clock. Its questions are
//! its own from the announcement (a fixed paper) or the opening (a drawn one) on until its keys may be seen: nobody else
//! asks them. When it opens its paper is frozen; an attempt is a seed, from which the questions dealt and the order of their options follow, so
//! nothing about it is lost with a server. Answers are saved one by one, each as one small row, until the attempt is due
//! by the server's clock. The close commits first; then the attempts that still run are ended with what they have, the
//! ranking is computed in chunks and stored, and the contest waits for its publication, which gives the points.
//!
//! Tables: `contests`, `contest_attempts`, `contest_answers`, `contest_results`, `contest_branch_results`.
//! Routes: `/contests…`, `/exports/contests/{id}`.
//! Uses `quiz` (questions, the wrong-answer book, statistics), `meetings` (that a contest is part of), `points` (awards),
//! `members` (who belongs where) and `notices`.
//!
//! `organising` is what who runs a contest does, `opening` and `settling` what the clock does before and after it,
//! `sitting` what a member does, `looking` what is read afterwards.

mod api;
mod looking;
mod model;
mod opening;
mod organising;
mod rules;
mod settling;
mod sitting;
mod store;

use std::sync::Arc;

use moka::sync::Cache;

use crate::db::{Db, DbError};
use crate::kernel::lock::HolderId;
use crate::members::Directory;
use crate::points::Points;
use crate::quiz::Quiz;

pub use api::routes;
pub use model::{AttemptId, ContestId, ContestState, Rules};
pub use organising::Draft;
pub use store::list_open;

use model::{Paper, Terms};

/// Opened contests whose papers are kept in memory.
const REMEMBERED_PAPERS: u64 = 64;

/// What does not change any more once a contest has opened.
#[derive(Debug)]
struct Frozen {
    paper: Paper,
    terms: Terms,
}

/// The room's handle; clones share it.
#[derive(Clone)]
pub struct Contests {
    db: Db,
    directory: Directory,
    quiz: Quiz,
    points: Points,
    papers: Cache<ContestId, Arc<Frozen>>,
    /// Under this name the process settles contests that are over.
    holder: HolderId,
}

impl Contests {
    pub fn new(db: Db, directory: Directory, quiz: Quiz, points: Points) -> Self {
        let (papers, holder) = (Cache::new(REMEMBERED_PAPERS), db.fresh_id());
        Contests { db, directory, quiz, points, papers, holder }
    }

    /// Paper and terms of a contest that has opened; `None` before.
    async fn frozen(&self, id: ContestId) -> Result<Option<Arc<Frozen>>, DbError> {
        if let Some(known) = self.papers.get(&id) {
            return Ok(Some(known));
        }
        let found = self.db.read(move |conn| Ok((store::find(conn, id)?, store::find_paper(conn, id)?))).await?;
        let (Some(contest), Some(paper)) = found else { return Ok(None) };
        let frozen = Arc::new(Frozen { paper, terms: contest.rules.0.terms });
        self.papers.insert(id, frozen.clone());
        Ok(Some(frozen))
    }
}
