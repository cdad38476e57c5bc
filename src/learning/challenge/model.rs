//! What the room keeps: runs, what was dealt in them, and what a member's day comes to.

use diesel::prelude::*;

use crate::base::id::MemberId;
use crate::base::time::{Day, Timestamp};
use crate::db::Json;
use crate::db::schema::{challenge_answers, challenge_corrections, challenge_days, challenge_runs};
use crate::learning::quiz::lending::CorrectionId;
use crate::learning::quiz::{PaperQuestion, QuestionId};

crate::id!(
    /// A run of the challenge.
    RunId
);

crate::words!(
    /// Why a run is over.
    EndedBecause {
        /// The last answer was wrong.
        Wrong = "wrong" / "答错",
        /// The time for the last question was up.
        TimeOut = "time_out" / "超时",
        /// The member gave up.
        GivenUp = "given_up" / "主动结束",
        /// Every question of the bank was dealt.
        BankExhausted = "bank_exhausted" / "题目答完",
    }
);

/// What became of an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Grade {
    Right,
    Wrong,
    /// It came when the time was up and counts nothing.
    Late,
}

/// A run as stored. While it is running it has a question and no end.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = challenge_runs, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Run {
    pub id: RunId,
    pub member_id: MemberId,
    /// The business day on which it began, and for which it counts.
    pub day: Day,
    /// What the order of its questions is drawn from; never shown.
    pub seed: i64,
    /// The number of the question dealt last, from 1.
    pub seq: i32,
    /// The question that waits for an answer, as it was when it was dealt.
    pub question: Option<Json<PaperQuestion>>,
    /// The question before, for anyone who sends its answer again.
    pub last_question: Option<Json<PaperQuestion>>,
    pub dealt_at: Timestamp,
    /// An answer that comes now or later is too late.
    pub due_at: Timestamp,
    pub right_count: i32,
    /// When `right_count` was reached; decides between equals on the board.
    pub last_right_at: Option<Timestamp>,
    /// Answers that came faster than anybody reads; refused, and counted for review.
    pub too_fast_count: i32,
    /// Whether it went on after an end.
    pub revived: bool,
    /// Points that it has earned, after the caps.
    pub points: i32,
    pub started_at: Timestamp,
    /// When its time was up, even if nobody looked before later.
    pub ended_at: Option<Timestamp>,
    pub ended_because: Option<EndedBecause>,
}

impl Run {
    pub fn is_running(&self) -> bool {
        self.ended_at.is_none()
    }

    /// The question that waits for an answer.
    pub fn asked(&self) -> Option<&PaperQuestion> {
        self.question.as_ref().map(|question| &question.0)
    }

    /// The question that was closed last.
    pub fn closed(&self) -> Option<&PaperQuestion> {
        self.last_question.as_ref().map(|question| &question.0)
    }

    pub fn ask(&mut self, question: PaperQuestion) {
        self.question = Some(Json(question));
    }

    /// Closes the waiting question and hands it over.
    pub fn close(&mut self) -> Option<PaperQuestion> {
        self.last_question = Some(self.question.take()?);
        self.closed().cloned()
    }
}

/// What became of a question that was dealt.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = challenge_answers, treat_none_as_default_value = false)]
pub struct Answer {
    pub run_id: RunId,
    pub seq: i32,
    pub question_id: QuestionId,
    pub version: i32,
    /// As it was sent; `None` when none came in time.
    pub answer: Option<Json<Vec<String>>>,
    pub is_right: bool,
    pub dealt_at: Timestamp,
    pub answered_at: Option<Timestamp>,
}

impl Answer {
    /// What was sent and when, for the question that the run dealt last; `None` when nothing came in time.
    pub fn new(run: &Run, question: &PaperQuestion, sent: Option<(Vec<String>, Timestamp)>, is_right: bool) -> Self {
        Answer {
            run_id: run.id,
            seq: run.seq,
            question_id: question.id,
            version: question.version,
            is_right,
            dealt_at: run.dealt_at,
            answered_at: sent.as_ref().map(|(_, at)| *at),
            answer: sent.map(|(answer, _)| Json(answer)),
        }
    }

    pub fn given(&self) -> Option<&[String]> {
        self.answer.as_ref().map(|answer| answer.0.as_slice())
    }
}

/// What a member's runs of one day come to.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = challenge_days, primary_key(member_id, day))]
pub struct DayRecord {
    pub member_id: MemberId,
    pub day: Day,
    /// Right answers of the best run that has ended.
    pub best: i32,
    /// When the best run reached them; the day's first run begins it.
    pub reached_at: Timestamp,
    pub runs: i32,
    pub revival_used: bool,
}

impl DayRecord {
    /// A day without a run.
    pub fn new(member: MemberId, day: Day, now: Timestamp) -> Self {
        DayRecord { member_id: member, day, best: 0, reached_at: now, runs: 0, revival_used: false }
    }
}

/// What a correction of a key would have changed of a member's day.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = challenge_corrections, treat_none_as_default_value = false)]
pub struct DayCorrection {
    pub correction_id: CorrectionId,
    pub member_id: MemberId,
    pub day: Day,
    pub made_on: Day,
    /// By how much the best run would have come further; less than 0 when not as far.
    pub points: i32,
}

/// A run as its member sees it at an instant.
#[derive(Clone, Debug)]
pub struct State {
    pub run: Run,
    pub day: DayRecord,
    pub now: Timestamp,
}

/// What an answer led to.
#[derive(Clone, Debug)]
pub struct Answered {
    pub seq: i32,
    pub grade: Grade,
    /// The question that was answered, with its key.
    pub question: PaperQuestion,
    pub state: State,
}
