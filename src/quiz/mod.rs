//! Quizzes: the question bank, the paper of the day, and the book of wrong answers.
//!
//! Every business day has a paper, set by an organiser or drawn from the bank by the date. A member submits it once; it
//! is graded at once against the questions *as they were when the paper was set*, earns points, keeps the streak alive
//! and puts what was wrong into a book that is left after two right answers. Papers are published by the clock.
//!
//! Tables: `questions`, `quiz_papers`, `quiz_fetches`, `quiz_submissions`, `quiz_wrong_answers`.
//! Routes: `/quiz/daily…`, `/me/quiz/…`, `/quiz/practice`, `/questions…`, `/imports/questions`, `/exports/questions`.
//! Uses `points` (awards), `study` (the streak) and `members` (who belongs where); lends what [`lending`] holds.
//!
//! The way of a request: `api` reads and answers, [`Quiz`] (`daily`, `bank`, `practice`) does one thing in one
//! transaction, `rules` decide without looking anything up, `store` asks the database.

mod api;
mod bank;
mod daily;
mod import;
pub mod lending;
mod model;
mod practice;
mod published;
mod rules;
mod store;

use crate::config::Timetable;
use crate::db::Db;
use crate::members::Directory;
use crate::points::Points;

pub use api::daily::{AnswerBody, AskedQuestion, answer_parts};
pub use api::routes;
pub use model::{Candidate, Difficulty, PaperQuestion, QuestionId, QuestionKind, QuestionText, SubmissionId};

use lending::Stock;
use published::Published;

/// The room's handle: everything its actions work with. Clones share it.
#[derive(Clone)]
pub struct Quiz {
    db: Db,
    directory: Directory,
    points: Points,
    timetable: Timetable,
    published: Published,
    stock: Stock,
}

impl Quiz {
    pub fn new(db: Db, directory: Directory, points: Points, timetable: Timetable) -> Self {
        Quiz { published: Published::new(db.clone()), stock: Stock::new(db.clone()), db, directory, points, timetable }
    }
}
