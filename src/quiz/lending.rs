//! What the room lends to challenge and contests: the questions in use, questions as they stand, the wrong-answer book.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use super::Quiz;
use super::model::{Candidate, PaperQuestion, Question, QuestionId};
use super::{rules, store};
use crate::base::id::{MemberId, UnitId};
use crate::base::time::Day;
use crate::db::{Conn, Db, DbError, Tx};

pub use super::rules::is_right;

/// How old the list of questions in use may be: an edit on another server is seen within this time.
const FRESH: Duration = Duration::from_secs(5);

struct Snapshot {
    read_at: Instant,
    candidates: Arc<[Candidate]>,
}

/// The questions in use, kept in memory without their texts; clones share them.
#[derive(Clone)]
pub(super) struct Stock {
    db: Db,
    snapshot: Arc<RwLock<Option<Snapshot>>>,
}

impl Stock {
    pub fn new(db: Db) -> Self {
        Stock { db, snapshot: Arc::default() }
    }

    /// Reads the bank again when it is next asked for, once `tx` has changed it.
    pub fn forget_after(&self, tx: &mut Tx) {
        let snapshot = self.snapshot.clone();
        tx.after_commit(move || *snapshot.write().unwrap_or_else(PoisonError::into_inner) = None);
    }

    async fn candidates(&self) -> Result<Arc<[Candidate]>, DbError> {
        if let Some(candidates) = self.remembered() {
            return Ok(candidates);
        }
        let candidates: Arc<[Candidate]> = self.db.read(store::list_candidates).await?.into();
        let snapshot = Snapshot { read_at: Instant::now(), candidates: candidates.clone() };
        *self.snapshot.write().unwrap_or_else(PoisonError::into_inner) = Some(snapshot);
        Ok(candidates)
    }

    fn remembered(&self) -> Option<Arc<[Candidate]>> {
        let snapshot = self.snapshot.read().unwrap_or_else(PoisonError::into_inner);
        snapshot.as_ref().filter(|snapshot| snapshot.read_at.elapsed() < FRESH).map(|found| found.candidates.clone())
    }
}

impl Quiz {
    /// Every question in use, by id, from memory.
    pub async fn candidates(&self) -> Result<Arc<[Candidate]>, DbError> {
        self.stock.candidates().await
    }

    /// What is on the paper that the member at `path` has today, from memory; nothing before it is published.
    pub async fn on_todays_paper(&self, path: &[UnitId]) -> Result<Vec<QuestionId>, DbError> {
        let paper = self.published.paper(self.db.today(), path).await?;
        Ok(paper.iter().flat_map(|paper| &paper.questions.0).map(|question| question.id).collect())
    }
}

/// Whether the member has submitted the paper of `day`; until then nothing may show the key of a question on it.
pub fn has_submitted(conn: &mut Conn, member: MemberId, day: Day) -> diesel::QueryResult<bool> {
    Ok(store::find_submission(conn, member, day)?.is_some())
}

/// Writes into the member's wrong-answer book what these answers changed; `marks` are in the order of `questions`.
///
/// The caller has taken the member's turn, so reading before writing is safe.
pub fn keep_book(
    tx: &mut Tx,
    member: MemberId,
    questions: &[PaperQuestion],
    marks: &[bool],
) -> diesel::QueryResult<()> {
    let ids: Vec<QuestionId> = questions.iter().map(|question| question.id).collect();
    let mut before = store::list_wrong_about(tx.conn, member, &ids)?;
    // a handful of lines at most, and SQLite cannot take an upsert of several rows with nullable columns
    for (id, right) in ids.into_iter().zip(marks) {
        let line = before.iter().position(|line| line.question_id == id).map(|at| before.swap_remove(at));
        if let Some(line) = rules::after_answer(line, member, id, *right, tx.now()) {
            store::put_wrong(tx.conn, &line)?;
        }
    }
    Ok(())
}

/// One question as it stands now; `None` when it does not exist or is retired.
pub fn freeze_one(conn: &mut Conn, id: QuestionId) -> diesel::QueryResult<Option<PaperQuestion>> {
    let found = store::find_question(conn, id)?.filter(|question| question.retired_at.is_none());
    Ok(found.map(|question| PaperQuestion { id, version: question.version, text: question.text() }))
}

/// The questions `ids` as they stand now, in that order; those that do not exist or are retired are left out.
pub fn freeze(conn: &mut Conn, ids: &[QuestionId]) -> diesel::QueryResult<Vec<PaperQuestion>> {
    let found = store::find_questions(conn, ids)?;
    let in_use = |id: &QuestionId| found.iter().find(|question| question.id == *id && question.retired_at.is_none());
    let frozen =
        |question: &Question| PaperQuestion { id: question.id, version: question.version, text: question.text() };
    Ok(ids.iter().filter_map(in_use).map(frozen).collect())
}
