//! What the page of the day shows of the day's paper and of the book of wrong answers.

use std::sync::Arc;

use super::model::{Paper, PaperId};
use super::store::glance::{FETCH, SUBMISSION, WRONG};
use super::{Quiz, rules};
use crate::base::id::UnitId;
use crate::base::time::Timestamp;
use crate::db::DbError;
use crate::kernel::glance::{Look, Seen};

/// What the room looks for.
pub const LOOKS: [Look; 3] = [SUBMISSION, FETCH, WRONG];

crate::words!(
    /// How far a member is with the paper of the day.
    PaperState {
        /// It has not been published yet, or there is none today.
        Waiting = "waiting" / "尚未发布",
        /// It waits for the member.
        New = "new" / "未作答",
        /// The member was handed it.
        Begun = "begun" / "已领取",
        /// The member has handed it in.
        Submitted = "submitted" / "已提交",
    }
);

/// The papers of a day, as those at home in one unit see them.
pub struct TodaysPapers {
    of_home: Option<Arc<Paper>>,
    /// Of every unit: who was handed one keeps it when he moves.
    all: Arc<Vec<Arc<Paper>>>,
}

/// A member's paper of the day.
#[derive(Clone, Debug)]
pub struct QuizToday {
    pub paper_id: Option<PaperId>,
    pub state: PaperState,
    pub question_count: i64,
    /// When the paper comes out; on a day for rest without one, when the next does.
    pub publishes_at: Timestamp,
    pub closes_at: Timestamp,
    pub right_count: Option<i64>,
    pub points: Option<i64>,
    /// Questions in the book of wrong answers.
    pub wrong_answers: i64,
}

impl Quiz {
    /// Today's papers, and the one of those at home at `path`, from memory.
    pub async fn todays_papers(&self, path: &[UnitId]) -> Result<TodaysPapers, DbError> {
        let all = self.published.papers(self.db.today()).await?;
        Ok(TodaysPapers { of_home: rules::nearest(&all, |paper| paper.unit_id, path).cloned(), all })
    }

    /// How far the member is with it. Looking at this is not being handed the paper.
    pub fn today_in(&self, papers: &TodaysPapers, seen: &Seen) -> QuizToday {
        let submission = seen.of(SUBMISSION.kind).next();
        let handed = seen.of(FETCH.kind).min_by_key(|line| line.at()).and_then(|line| line.id());
        let handed = papers.all.iter().find(|paper| Some(paper.id) == handed);
        let paper = handed.or(papers.of_home.as_ref());
        let state = match (submission, paper) {
            (Some(_), _) => PaperState::Submitted,
            (None, None) => PaperState::Waiting,
            (None, Some(_)) if handed.is_some() => PaperState::Begun,
            (None, Some(_)) => PaperState::New,
        };
        let asked = paper.and_then(|paper| i64::try_from(paper.questions.0.len()).ok());
        QuizToday {
            paper_id: submission.and_then(|line| line.id()).or(paper.map(|paper| paper.id)),
            state,
            question_count: submission.map(|line| line.total).or(asked).unwrap_or_default(),
            publishes_at: self.next_publishes_at(),
            closes_at: self.db.today().next().start(),
            right_count: submission.map(|line| line.count),
            points: submission.and_then(|line| line.word.parse().ok()),
            wrong_answers: seen.of(WRONG.kind).map(|line| line.count).sum(),
        }
    }
}
