//! Quizzes: the question bank, the paper of the day, practice and the book of wrong answers.
//!
//! Every business day has a paper, set by an organiser or drawn from the bank by the date. A member submits it once; it
//! is graded at once against the questions *as they were when the paper was set*, earns points, keeps the streak alive
//! and puts what was wrong into a book that is left after two right answers. Papers are published by the clock.
//!
//! A question that was dealt keeps its former wordings as versions. How it fared is counted once a paper is over, by
//! version, and never on the way of an answer. A key that was wrong is corrected: what was answered is graded anew, in
//! all rooms, and points follow by opposite entries. One that has no right answer two people make void: full marks for all.
//!
//! Tables: `questions`, `question_versions`, `question_tallies`, `question_guards`, `question_corrections`,
//! `question_correction_members`, `question_voidings`, `quiz_papers`, `quiz_coverages`, `quiz_fetches`,
//! `quiz_submissions`, `quiz_wrong_answers`.
//! Routes: `/quiz/daily…`, `/me/quiz/…`, `/quiz/practice…`, `/questions…`, `/imports/questions…`,
//! `/exports/questions`.
//! Uses `points` (awards), `study` (the streak) and `members` (who belongs where); lends what [`lending`] holds.
//!
//! The way of a request: `api` reads and answers, [`Quiz`] (`daily`, `bank`, `versions`, `corrections`, `voidings`, `regrading`, `practice`, `tallies`, `clearing`) does one
//! thing in one transaction, `rules` decide without looking anything up, `store` asks the database.

mod api;
mod bank;
mod clearing;
mod corrections;
mod coverage;
mod daily;
mod facts;
mod glance;
mod import;
pub mod lending;
mod model;
mod moodle;
mod options;
mod papers;
mod practice;
mod published;
mod regrading;
mod rules;
mod store;
mod tallies;
mod timetable;
mod typed;
mod versions;
mod voidings;
mod personal;
mod room;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::base::hooks::Hooks;
use crate::base::time::{Day, Timestamp};
use crate::db::{Db, DbError};
use crate::ground::presets::Presets;
use crate::honour::points::Points;
use crate::kernel::closing::Closings;
use crate::kernel::lease::ProcessId;
use crate::people::members::{Desks, Directory};

pub use api::daily::{AnswerBody, AskedQuestion, answer_parts};
pub use api::routes;
pub use daily::PlannedPaper;
pub use glance::{LOOKS, PaperState, QuizToday};
pub use model::tally::{Tally, TallySource};
pub use model::{
    Candidate, Difficulty, Paper, PaperId, PaperQuestion, QUESTION_SECONDS, QuestionId, QuestionKind, QuestionText,
    SubmissionId,
};
pub use room::open;
pub use rules::{movable, understood};
pub use store::count_published;

use corrections::KeyUser;
use lending::{Asking, Stock};
use published::Published;
use timetable::Timetable;

/// What the agenda calls papers that are to be drawn or published.
const PAPERS: &str = "papers";

/// What the agenda calls coverage that is to be frozen.
const COVERAGE: &str = "quiz coverage";

/// The room's handle: everything its actions work with. Clones share it.
#[derive(Clone)]
pub struct Quiz {
    db: Db,
    directory: Directory,
    desks: Desks,
    points: Points,
    presets: Presets,
    closings: Closings,
    timetable: Timetable,
    published: Published,
    stock: Stock,
    /// Of other rooms: what they are asking a member at this moment.
    askers: Hooks<Asking>,
    /// Of other rooms: how keys are put right on papers of theirs.
    key_users: Hooks<KeyUser>,
    /// Under this name the process counts what is over.
    holder: ProcessId,
    /// Every question of the bank is known to have its text to search in.
    is_folded: Arc<AtomicBool>,
}

impl Quiz {
    pub fn new(
        db: Db,
        (directory, desks): (Directory, Desks),
        (points, presets): (Points, Presets),
        closings: Closings,
        timetable: Timetable,
    ) -> Self {
        let (published, stock) = (Published::new(db.clone()), Stock::new(db.clone()));
        let (holder, is_folded) = (db.fresh_id(), Arc::default());
        Quiz {
            db,
            directory,
            desks,
            points,
            presets,
            closings,
            timetable,
            published,
            stock,
            askers: Hooks::default(),
            key_users: Hooks::default(),
            holder,
            is_folded,
        }
    }

    /// The first day for which something can still be done at `now`.
    pub fn open_from(&self, now: Timestamp) -> Day {
        self.timetable.open_from(now)
    }

    /// What need not be done this second: counting papers that are over, preparing old questions for the search.
    pub async fn catch_up(&self) -> Result<(), DbError> {
        self.fold_search().await?;
        self.tally_due().await
    }
}
