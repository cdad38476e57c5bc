//! What the room keeps: contests with their rules and frozen papers, attempts, answers, ranked results.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::base::approval::{self, ProposalState};
use crate::base::id::{MemberId, UnitId};
use crate::base::text::Text;
use crate::base::time::Timestamp;
use crate::db::Json;
use crate::db::schema::{
    contest_answers, contest_attempts, contest_branch_results, contest_cancellations, contest_extensions,
    contest_results, contests,
};
use crate::doing::meetings::MeetingId;
use crate::kernel::trail::Thing;
use crate::learning::quiz::lending::CorrectionId;
use crate::learning::quiz::{Difficulty, PaperQuestion, QuestionId, QuestionKind};

crate::id!(
    /// A knowledge contest 知识竞赛.
    ContestId
);
crate::id!(
    /// One attempt of a member at a contest.
    AttemptId
);

crate::id!(
    /// A later end of a contest.
    ContestExtensionId
);

crate::words!(
    /// How far a contest has come.
    ContestState {
        /// Being written; only who runs it sees it.
        Draft = "draft" / "草稿",
        /// Told to its audience; opens by the clock.
        Announced = "announced" / "已公告",
        /// Attempts can be made.
        Open = "open" / "进行中",
        /// No answer is taken any more.
        Closed = "closed" / "已结束",
        /// Ranking and results are shown.
        Published = "published" / "已公布",
        /// Taken back before it opened.
        Withdrawn = "withdrawn" / "已撤销",
        /// Called off after it had opened: never ranked, without points.
        Cancelled = "cancelled" / "已取消",
    }
);

crate::words!(
    /// How far an attempt has come.
    AttemptState {
        /// Answers are taken until it is due.
        Running = "running" / "作答中",
        /// Submitted, or over with what it had.
        Finished = "finished" / "已交卷",
        /// Finished, and its wrong answers are in the member's book.
        Booked = "booked" / "已记入错题本",
    }
);

impl AttemptState {
    /// The states of an attempt that is over.
    pub const OVER: [AttemptState; 2] = [AttemptState::Finished, AttemptState::Booked];
}

crate::words!(
    /// Which of several attempts counts.
    Counting {
        Best = "best" / "取最好成绩",
        Last = "last" / "取最后成绩",
    }
);

crate::words!(
    /// What a multiple choice gives when some right letters are missing; with a wrong letter it never gives anything.
    Partial {
        /// Nothing.
        None = "none" / "不给分",
        /// Half of its points.
        Half = "half" / "给一半分",
        /// The share of the right letters that were given.
        PerOption = "per_option" / "按选项给分",
    }
);

crate::words!(
    /// When a member sees the score of an attempt. The key comes with it, but never before the contest is over.
    Reveal {
        Submission = "at_submit" / "交卷后公开",
        Close = "at_close" / "结束后公开",
        Publication = "at_publication" / "公布后公开",
    }
);

/// Which questions are asked: a list of questions, or lines to draw by; one of the two.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PaperRule {
    /// The questions themselves; 100 at most.
    #[serde(default)]
    pub question_ids: Vec<QuestionId>,
    /// What to draw from the bank when the contest opens; 20 lines and 100 questions at most.
    #[serde(default)]
    pub lines: Vec<DrawLine>,
    /// Whether every attempt has a draw of its own, out of a pool that is kept when the contest opens.
    #[serde(default)]
    pub per_attempt: bool,
}

/// So many questions of a category, a type and a difficulty; what is absent does not matter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DrawLine {
    /// The subject.
    pub category: Option<Text<200>>,
    pub kind: Option<QuestionKind>,
    pub difficulty: Option<Difficulty>,
    /// How many questions.
    pub count: u16,
}

/// What the members are told: time, attempts, scoring, when scores are shown, what is earned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ContestTerms)]
pub struct Terms {
    /// Time limit of an attempt; 1 to 600.
    pub minutes: u16,
    /// Attempts that a member may make; 1 to 5.
    pub attempts: u8,
    pub counts: Counting,
    pub scoring: Scoring,
    /// Points for being quick; none when absent.
    pub speed_bonus: Option<SpeedBonus>,
    pub reveal: Reveal,
    /// Points 积分 by rank; ranks that are not named earn none.
    #[serde(default)]
    pub rank_points: Vec<RankPoints>,
    /// Honours 荣誉 by rank, given when the results are published; 20 at most.
    #[serde(default)]
    pub prizes: Vec<Prize>,
    /// Points 积分 for everybody with a result, beside those for the rank; 1000 at most.
    #[serde(default)]
    pub participation_points: u16,
}

/// What a right answer scores, by type; 0 to 100 each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Scoring {
    /// 单选题
    pub single: u16,
    /// 多选题
    pub multiple: u16,
    /// 判断题
    pub judge: u16,
    /// 填空题
    pub fill: u16,
    pub partial: Partial,
}

/// Up to so much on top, in proportion to what a submitted attempt left of the time limit, counted from its own start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SpeedBonus {
    /// The most that there is, for all of the time; 1 to 100.
    pub points: u16,
    /// Only from this share of wholly right answers on, in percent.
    pub right_percent: u8,
}

/// What the ranks from one to another earn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RankPoints {
    /// The first of these ranks; 1 is the best.
    pub from_rank: u32,
    /// The last of these ranks.
    pub to_rank: u32,
    /// Points 积分 for each; 1000 at most.
    pub points: u16,
}

/// An honour for the ranks from one to another. Equals share a rank, and so a prize.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ContestPrize)]
pub struct Prize {
    /// The first of these ranks; 1 is the best.
    pub from_rank: u32,
    /// The last of these ranks; 500 at most.
    pub to_rank: u32,
    /// What it is called, such as 一等奖.
    pub title: Text<40>,
    /// Whether it is for branches rather than for members; for groups where the audience is one branch.
    #[serde(default)]
    pub for_units: bool,
}

/// Everything that an organiser decides, frozen when the contest opens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    pub paper: PaperRule,
    pub terms: Terms,
}

/// The questions as they were when the contest opened: what each line may deal, line after line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paper {
    pub questions: Vec<PaperQuestion>,
    pub lines: Vec<Pool>,
}

/// The next `size` questions of a paper, of which every attempt has `count`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pool {
    pub count: usize,
    pub size: usize,
}

/// A contest as stored, without its paper and its summary.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = contests)]
pub struct Contest {
    pub id: ContestId,
    pub title: String,
    pub description: String,
    /// The audience: this unit and everything below it.
    pub unit_id: UnitId,
    pub state: ContestState,
    pub opens_at: Timestamp,
    pub closes_at: Timestamp,
    pub rules: Json<Rules>,
    /// Why it could not open, in Chinese; for who runs it.
    pub shortage: Option<String>,
    pub created_by: MemberId,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub announced_at: Option<Timestamp>,
    pub opened_at: Option<Timestamp>,
    pub closed_at: Option<Timestamp>,
    /// When the ranking was complete.
    pub ranked_at: Option<Timestamp>,
    /// When all wrong answers were in the members' books.
    pub booked_at: Option<Timestamp>,
    pub published_at: Option<Timestamp>,
    pub published_by: Option<MemberId>,
    /// When all points were given.
    pub awarded_at: Option<Timestamp>,
    /// The last member who was given points, by id.
    pub awarded_through: Option<MemberId>,
    /// The meeting that it is part of.
    pub meeting_id: Option<MeetingId>,
    /// How often a key on its paper has been corrected.
    pub edition: i32,
    /// The edition by which attempts, ranking and points have all been brought up to date.
    pub graded_edition: i32,
    /// When its published results were published again, because a key had been wrong.
    pub corrected_at: Option<Timestamp>,
    /// The correction that this was for.
    pub correction_id: Option<CorrectionId>,
    /// Why the key was wrong, in Chinese.
    pub correction_reason: Option<String>,
}

impl Contest {
    pub fn terms(&self) -> &Terms {
        &self.rules.0.terms
    }

    /// Whether a key was corrected that its results do not follow yet.
    pub fn is_regrading(&self) -> bool {
        self.graded_edition < self.edition
    }

    /// Whether no answer can come any more.
    pub fn is_over(&self) -> bool {
        matches!(self.state, ContestState::Closed | ContestState::Published)
    }
}

/// A later end of an open contest.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = contest_extensions)]
pub struct ContestExtension {
    pub id: ContestExtensionId,
    pub contest_id: ContestId,
    /// The end until then.
    pub closed_before: Timestamp,
    pub closes_at: Timestamp,
    /// In Chinese; the audience reads it.
    pub reason: String,
    pub made_by: MemberId,
    pub made_at: Timestamp,
}

/// That a contest is called off: proposed by one person, and done once another has confirmed it.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = contest_cancellations, treat_none_as_default_value = false)]
pub struct ContestCancellation {
    pub contest_id: ContestId,
    /// In Chinese; the audience reads it once it is confirmed.
    pub reason: String,
    pub proposed_by: MemberId,
    pub proposed_at: Timestamp,
    pub confirmed_by: Option<MemberId>,
    pub confirmed_at: Option<Timestamp>,
}

impl ContestCancellation {
    /// The proposal as the two-person rule looks at it: to be answered as long as it can still be done.
    pub fn rule(&self) -> approval::Proposal {
        let state = if self.confirmed_at.is_some() { ProposalState::Approved } else { ProposalState::Open };
        approval::Proposal { state, proposed_by: Some(self.proposed_by), about: None, expires_at: None }
    }
}

/// An attempt as stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = contest_attempts)]
pub struct Attempt {
    pub id: AttemptId,
    pub contest_id: ContestId,
    pub member_id: MemberId,
    /// The home unit when it was started.
    pub unit_id: UnitId,
    pub branch_id: Option<UnitId>,
    /// 1, 2, 3 …
    pub number: i32,
    /// Any 64 bits.
    pub seed: i64,
    pub state: AttemptState,
    pub started_at: Timestamp,
    /// From this instant on no answer is taken.
    pub due_at: Timestamp,
    pub finished_at: Option<Timestamp>,
    /// Handed in by the member, rather than ended by the clock.
    pub submitted: bool,
    /// In hundredths of a point.
    pub score: i32,
    pub right_count: i32,
    pub elapsed_micros: i64,
    /// The edition of the paper by which it was graded.
    pub edition: i32,
}

impl Attempt {
    pub fn is_running(&self) -> bool {
        self.state == AttemptState::Running
    }
}

/// A saved answer in canonical letters; empty when it was taken back.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = contest_answers)]
pub struct SavedAnswer {
    pub attempt_id: AttemptId,
    pub question_id: QuestionId,
    pub answer: Json<Vec<String>>,
    pub saved_at: Timestamp,
}

/// The attempt of a member that counts, ranked.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = contest_results, treat_none_as_default_value = false)]
pub struct MemberResult {
    pub contest_id: ContestId,
    pub member_id: MemberId,
    pub attempt_id: AttemptId,
    /// The unit for which the score counts; `None` for who was not active at the ranking.
    pub unit_id: Option<UnitId>,
    /// In hundredths of a point.
    pub score: i32,
    pub right_count: i32,
    pub elapsed_micros: i64,
    pub finished_at: Timestamp,
    /// 1 is the best; equals share a rank.
    pub rank: i32,
}

/// A branch, or a group where the audience is one branch, ranked by its mean over all of its active members.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = contest_branch_results)]
pub struct BranchResult {
    pub contest_id: ContestId,
    pub unit_id: UnitId,
    pub active_members: i32,
    /// Active members with a result.
    pub participants: i32,
    /// Of the participants, in hundredths of a point.
    pub score_sum: i64,
    /// In hundredths of a point, half up.
    pub mean_hundredths: i32,
    /// By the exact mean; equals share a rank.
    pub rank: i32,
}

/// Bands of the score distribution, each a tenth of the full score.
pub const BANDS: usize = 10;

/// What the result page says, counted once with the ranking.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Members with a result.
    pub participants: i64,
    /// Active members of the audience.
    pub audience: i64,
    pub mean_hundredths: i64,
    pub best_hundredths: i64,
    /// Participants who hide and of whom the figures below tell nothing, since there are few of them.
    #[serde(skip)]
    pub left_out: i64,
    /// Participants by the share of the full score that they reached.
    pub bands: [i64; BANDS],
    pub questions: Vec<QuestionShare>,
}

/// How a question fared in the attempts that count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuestionShare {
    pub question_id: QuestionId,
    pub shown: i64,
    pub right: i64,
}

/// A contest, as its trail knows it.
pub fn thing(id: ContestId) -> Thing {
    Thing { room: "contests", kind: "contest", id: id.uuid() }
}
