//! What a correction of a wrong key is, and how far it has come.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::{PaperId, QuestionId, QuestionText, SubmissionId};
use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::db::Json;
use crate::db::schema::{question_correction_members, question_corrections};

crate::id!(
    /// A correction of the key of a question.
    CorrectionId
);

crate::words!(
    /// How far what used the question has been graded anew. The right key holds from the first of these on.
    CorrectionStage {
        /// Waits for submissions that began before it.
        Waiting = "waiting" / "待处理",
        /// Daily papers are graded anew.
        Papers = "papers" / "更正每日答题",
        /// Answers of challenges are.
        Challenge = "challenge" / "更正挑战答题",
        /// Contests are.
        Contests = "contests" / "更正竞赛",
        /// Members are told what changed for them.
        Telling = "telling" / "通知人员",
        Done = "done" / "已完成",
    }
);

/// What the agenda calls daily papers that are to be graded anew.
pub const CORRECTIONS: &str = "corrections";
/// What it calls answers of the challenge that are to be marked anew.
pub const CHALLENGE_CORRECTIONS: &str = "challenge corrections";
/// What it calls contests that are to be brought up to date with a corrected key.
pub const CONTEST_CORRECTIONS: &str = "contest corrections";
/// What it calls members who are to be told of a correction.
pub const CORRECTION_NOTICES: &str = "correction notices";

impl CorrectionStage {
    /// What the agenda calls the work of this stage.
    pub const fn agenda_kind(self) -> Option<&'static str> {
        match self {
            CorrectionStage::Waiting | CorrectionStage::Papers => Some(CORRECTIONS),
            CorrectionStage::Challenge => Some(CHALLENGE_CORRECTIONS),
            CorrectionStage::Contests => Some(CONTEST_CORRECTIONS),
            CorrectionStage::Telling => Some(CORRECTION_NOTICES),
            CorrectionStage::Done => None,
        }
    }
}

/// A key that a question had on a paper before it was corrected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormerKey {
    /// The correction that took it away.
    pub correction: CorrectionId,
    /// The edition of the paper that began with that correction.
    pub edition: i32,
    pub answer: Vec<String>,
    /// Why it was wrong, in Chinese.
    pub reason: String,
    /// When it was corrected.
    pub at: Timestamp,
}

/// A correction as stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = question_corrections, treat_none_as_default_value = false)]
pub struct Correction {
    pub id: CorrectionId,
    pub question_id: QuestionId,
    /// The wording whose key was wrong.
    pub version: i32,
    /// The wrong key.
    pub former: Json<Vec<String>>,
    /// The right one; none when the question is void from here on.
    pub answer: Json<Vec<String>>,
    pub reason: String,
    pub made_by: MemberId,
    pub made_at: Timestamp,
    pub stage: CorrectionStage,
    /// The daily papers that bear the question.
    pub papers: Json<Vec<PaperId>>,
    /// How many of them have been graded anew.
    pub papers_done: i32,
    /// The last submission of the next one that was looked at; nil before the first.
    pub graded_through: SubmissionId,
    /// Contests whose papers bear the question.
    pub contest_count: i32,
    /// When everybody had been told.
    pub done_at: Option<Timestamp>,
}

impl Correction {
    /// Whether it says that there is no right answer: full marks for all.
    pub fn is_void(&self) -> bool {
        self.answer.0.is_empty()
    }
}

/// What a correction does to every paper that bears the question.
#[derive(Clone, Debug)]
pub struct KeyChange {
    pub correction: CorrectionId,
    pub question_id: QuestionId,
    pub version: i32,
    /// The wording with the wrong key.
    pub former: QuestionText,
    /// The right key.
    pub answer: Vec<String>,
    /// The explanation from now on.
    pub explanation: String,
    pub reason: String,
    pub at: Timestamp,
    /// Nothing that bears the question is older than this.
    pub dealt_from: Timestamp,
}

/// What a correction changed for a member.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effect {
    /// Daily results that changed.
    pub papers: i32,
    /// Contests in which a score or the points changed.
    pub contests: i32,
    /// Runs of the challenge that ended by a right answer.
    pub runs: i32,
    /// Points given less points taken.
    pub points: i32,
}

/// The same as stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = question_correction_members, treat_none_as_default_value = false)]
pub struct Concerned {
    pub correction_id: CorrectionId,
    pub member_id: MemberId,
    pub papers: i32,
    pub contests: i32,
    pub runs: i32,
    pub points: i32,
    /// When the member was told.
    pub told_at: Option<Timestamp>,
}

impl From<&Concerned> for Effect {
    fn from(concerned: &Concerned) -> Effect {
        let Concerned { papers, contests, runs, points, .. } = *concerned;
        Effect { papers, contests, runs, points }
    }
}

/// What a correction changed, for everybody together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Members for whom something changed.
    pub members: i64,
    /// Of them those who have been told.
    pub told: i64,
    /// Daily results that changed.
    pub papers: i64,
    /// Points given less points taken.
    pub points: i64,
}
