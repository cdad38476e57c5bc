//! What the room keeps: questions, papers, submissions, wrong answers.

pub mod correction;
pub mod tally;
pub mod voiding;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use correction::FormerKey;

use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Timestamp};
use crate::db::Json;
use crate::db::schema::{
    question_versions, questions, quiz_coverages, quiz_papers, quiz_submissions, quiz_wrong_answers,
};
use crate::kernel::trail::Thing;

crate::id!(
    /// A question of the bank.
    QuestionId
);
crate::id!(
    /// The paper of a day for a unit.
    PaperId
);
crate::id!(
    /// What a member answered on a day.
    SubmissionId
);

crate::words!(
    /// The type of a question 题型.
    QuestionKind {
        /// 单选题: one letter.
        Single = "single" / "单选题",
        /// 多选题: all the right letters and no other.
        Multiple = "multiple" / "多选题",
        /// 判断题: `true` or `false`.
        Judge = "judge" / "判断题",
        /// 填空题: the missing words.
        Fill = "fill" / "填空题",
    }
);

crate::words!(
    /// How hard a question is 难度.
    Difficulty {
        Easy = "easy" / "易",
        Medium = "medium" / "中",
        Hard = "hard" / "难",
    }
);

crate::words!(
    /// Why a member has not answered the paper of a day.
    Unanswered {
        /// It was never opened.
        NotOpened = "not_opened" / "未打开",
        /// It was opened and not handed in.
        Opened = "opened" / "已打开未提交",
        /// Away on that day, and therefore in no denominator.
        Away = "away" / "请假外出",
    }
);

/// That a member answered the paper of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answered {
    pub at: Timestamp,
    /// After its day, within the offline grace.
    pub late: bool,
}

/// The coverage of the papers of a day as it was when the day was final.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = quiz_coverages, treat_none_as_default_value = false)]
pub struct FrozenCoverage {
    pub day: Day,
    /// The digest of the roster that tells who was where.
    pub roster: Vec<u8>,
    pub frozen_at: Timestamp,
    /// What became of it for everybody who was asked; see [`crate::people::members::coverage`].
    pub lines: Vec<u8>,
}

/// Seconds that a question takes, as far as plans are added up.
pub const QUESTION_SECONDS: i64 = 30;

/// Questions on one paper.
pub const PAPER_LIMIT: usize = 20;

/// What makes up a question, checked by [`super::rules::check_question`]; the part that members never see before
/// grading is `answer` and `explanation`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuestionText {
    pub kind: QuestionKind,
    pub stem: String,
    /// In the order of the letters A, B, C …; empty for judge and fill.
    pub options: Vec<String>,
    /// Letters, sorted; `["true"]` or `["false"]`; or every accepted wording of a blank.
    pub answer: Vec<String>,
    pub explanation: String,
    pub category: String,
    pub difficulty: Difficulty,
    /// The document that the question rests on.
    pub source: String,
    /// The options keep their places when a contest shuffles.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub keep_order: bool,
    /// 不定项: one option may be the whole answer of a multiple choice.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub any_number: bool,
}

impl QuestionText {
    /// Void 作废: with no key at all, so that whatever was said to it is right. No question of the bank is, only what was
    /// asked of one.
    pub fn is_void(&self) -> bool {
        self.answer.is_empty()
    }
}

/// A question as stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = questions, treat_none_as_default_value = false)]
pub struct Question {
    pub id: QuestionId,
    /// Hash of stem and options without white space: the same question is kept once.
    pub fingerprint: Vec<u8>,
    pub kind: QuestionKind,
    pub stem: String,
    pub options: Json<Vec<String>>,
    pub answer: Json<Vec<String>>,
    pub explanation: String,
    pub category: String,
    pub difficulty: Difficulty,
    pub source: String,
    /// Grows when the wording of a question changes that was dealt before.
    pub version: i32,
    /// When it was first put on a paper or asked; until then an edit changes it in place.
    pub first_dealt_at: Option<Timestamp>,
    /// Stem and options, folded, to search in.
    pub search: String,
    /// A retired question is in no new paper.
    pub retired_at: Option<Timestamp>,
    pub created_by: Option<MemberId>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// The options keep their places when a contest shuffles.
    pub keep_order: bool,
    /// One option may be the whole answer of a multiple choice.
    pub any_number: bool,
}

impl Question {
    pub fn text(&self) -> QuestionText {
        QuestionText {
            kind: self.kind,
            stem: self.stem.clone(),
            options: self.options.0.clone(),
            answer: self.answer.0.clone(),
            explanation: self.explanation.clone(),
            category: self.category.clone(),
            difficulty: self.difficulty,
            source: self.source.clone(),
            keep_order: self.keep_order,
            any_number: self.any_number,
        }
    }
}

/// A former wording of a question, as stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = question_versions)]
pub struct FormerVersion {
    pub question_id: QuestionId,
    pub version: i32,
    pub text: Json<QuestionText>,
    /// Who changed the question, so that this version became a former one.
    pub replaced_by: MemberId,
    pub replaced_at: Timestamp,
}

/// A question that could be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub id: QuestionId,
    pub kind: QuestionKind,
    pub category: String,
    pub difficulty: Difficulty,
}

/// A question as it was when the paper was set: later edits of the bank change no result, only a correction of its key does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperQuestion {
    pub id: QuestionId,
    /// Papers that were set before questions had versions hold the first.
    #[serde(default = "first_version")]
    pub version: i32,
    #[serde(flatten)]
    pub text: QuestionText,
    /// Keys that it had on this paper before they were corrected, in that order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub corrections: Vec<FormerKey>,
}

impl PaperQuestion {
    pub fn new(id: QuestionId, version: i32, text: QuestionText) -> PaperQuestion {
        PaperQuestion { id, version, text, corrections: Vec::new() }
    }

    /// The question with the key that it had in that edition of its paper.
    pub fn in_edition(&self, edition: i32) -> PaperQuestion {
        let mut question = self.clone();
        question.text.answer = self.key_in(edition).to_vec();
        question
    }

    /// The key that the question had in that edition of its paper.
    pub fn key_in(&self, edition: i32) -> &[String] {
        let later = self.corrections.iter().find(|former| former.edition > edition);
        later.map_or(&self.text.answer, |former| &former.answer)
    }
}

fn first_version() -> i32 {
    1
}

/// The paper of a day for a unit's subtree.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = quiz_papers, treat_none_as_default_value = false)]
pub struct Paper {
    pub id: PaperId,
    pub unit_id: UnitId,
    pub day: Day,
    pub questions: Json<Vec<PaperQuestion>>,
    pub publish_at: Timestamp,
    pub published_at: Option<Timestamp>,
    /// Who set it; `None` when it was drawn.
    pub created_by: Option<MemberId>,
    pub created_at: Timestamp,
    /// How often a key on it has been corrected.
    pub edition: i32,
}

/// One answer of a submission: to which question, and what. Letters, `true`/`false`, or the words for a blank.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenAnswer {
    pub question_id: QuestionId,
    pub answer: Vec<String>,
}

/// What a member submitted for a day, with its result.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = quiz_submissions)]
pub struct Submission {
    pub id: SubmissionId,
    pub member_id: MemberId,
    pub day: Day,
    pub paper_id: PaperId,
    pub answers: Json<Vec<GivenAnswer>>,
    pub right_count: i32,
    pub question_count: i32,
    /// Points earned, after the caps.
    pub points: i32,
    /// Sent after its day, within the offline grace.
    pub late: bool,
    pub submitted_at: Timestamp,
    /// The edition of the paper by which it is graded.
    pub edition: i32,
    /// When a correction last changed its result.
    pub corrected_at: Option<Timestamp>,
}

/// A question that a member got wrong; cleared after two right answers in a row.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = quiz_wrong_answers, treat_none_as_default_value = false)]
pub struct WrongAnswer {
    pub member_id: MemberId,
    pub question_id: QuestionId,
    pub times_wrong: i32,
    pub right_in_a_row: i32,
    pub last_answered_at: Timestamp,
    pub cleared_at: Option<Timestamp>,
}

/// A question, as its trail knows it.
pub fn thing(id: QuestionId) -> Thing {
    Thing { room: "quiz", kind: "question", id: id.uuid() }
}

/// A paper, as its trail knows it.
pub fn paper_thing(id: PaperId) -> Thing {
    Thing { room: "quiz", kind: "quiz_paper", id: id.uuid() }
}
