//! What contests obey. Pure: no query, no clock.
//!
//! Source: `docs/domain.md`, "Questions and quizzes".

mod flow;
mod grading;
mod paper;
mod ranking;

use std::collections::HashSet;

use super::model::{ContestState, DrawLine, PaperRule, Prize, Reveal, Terms};
use crate::base::approval::NoAnswer;
use crate::base::id::UnitId;
use crate::base::time::{Day, Timestamp};
use crate::base::version::Outdated;
use crate::learning::quiz::{QuestionId, QuestionKind};

pub use flow::{ContestVerb, FLOW, Who};
pub use grading::{grade, speed_bonus};
pub use paper::{Chosen, Sheet, draw};
pub use ranking::{Entry, RankedUnit, band, choose, hundredths, points_of, prize_of, rank, rank_units, ranked_unit};

/// A no of this room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Somebody changed it since the caller saw it.
    Outdated(Outdated),
    /// No such contest, or none for the caller to know of.
    NoSuchContest,
    /// The unit is not within the caller's reach.
    OutOfReach,
    /// The contest is in another state than this needs.
    WrongState(ContestState),
    /// A field of the contest is not acceptable.
    BadRules(Flaw),
    /// The bank cannot fill the paper.
    BankShort(Vec<Shortage>),
    /// Others ask questions of the fixed paper, and would show their keys.
    QuestionsTaken(Taken),
    /// What was drawn was taken by somebody else a moment ago.
    DrawnTwice,
    /// No such meeting.
    NoSuchMeeting,
    /// The meeting is none of the audience's, or none of the caller's.
    WrongMeeting,
    /// The meeting is not held while the contest is open.
    MeetingOfAnotherDay,
    /// The contest has not opened yet.
    NotOpen,
    /// The contest is over.
    Over,
    /// The caller has moved away: what he began is finished, and nothing else is begun.
    NotInAudience,
    /// Every attempt that the contest allows was made.
    AttemptsUsed,
    /// No such attempt of the caller.
    NoSuchAttempt,
    /// The attempt was handed in, or ended by the clock.
    AttemptFinished,
    /// The time limit of the attempt has passed.
    TimeOver,
    /// The question is not one of the attempt's.
    NotDealt,
    /// The answer is none that the question has.
    BadAnswer(&'static str),
    /// The ranking is still being computed.
    NotRanked,
    /// The bank answers a question of the paper otherwise by now, in the same words.
    KeyChanged { version: i32, stem: String },
    /// Results are shown after publication.
    NotPublished,
    /// Somebody has proposed already to call the contest off.
    CancellationProposed,
    /// Nobody has proposed to call the contest off.
    NoCancellation,
    /// The caller may not answer the proposal to call the contest off, or no longer.
    NoAnswer(NoAnswer),
    /// The idempotency key was used for another request.
    KeyReused,
}

impl crate::db::Refusal for Refusal {}

impl From<NoAnswer> for Refusal {
    fn from(no: NoAnswer) -> Self {
        Refusal::NoAnswer(no)
    }
}

/// A field that cannot stand, by its JSON pointer, with a Chinese sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    pub pointer: String,
    pub message: String,
}

/// What the bank lacks for a paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shortage {
    /// The line at `index` finds `missing` questions too few.
    Line { index: usize, wanted: String, missing: usize },
    /// The question at `index` of a fixed paper does not exist or is retired.
    Question { index: usize },
}

impl std::fmt::Display for Shortage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Shortage::Line { index, wanted, missing } => {
                write!(f, "第 {} 条抽题规则（{wanted}）还缺 {missing} 道题", index + 1)
            }
            Shortage::Question { index } => write!(f, "第 {} 道指定题目不存在或已停用", index + 1),
        }
    }
}

/// Questions of a fixed paper that others ask, as indexes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    /// On a daily paper of these days: anyone who submits it is shown the key.
    pub on_papers: Vec<usize>,
    /// In another contest whose results are not published: its publication shows the key.
    pub in_contests: Vec<usize>,
}

impl Taken {
    /// Sorts out which of `ids` are taken; refuses when any is.
    pub fn check(
        ids: &[QuestionId],
        on_papers: &HashSet<QuestionId>,
        in_contests: &HashSet<QuestionId>,
    ) -> Result<(), Refusal> {
        let among = |asked: &HashSet<QuestionId>| -> Vec<usize> {
            ids.iter().enumerate().filter(|(_, id)| asked.contains(*id)).map(|(index, _)| index).collect()
        };
        let taken = Taken { on_papers: among(on_papers), in_contests: among(in_contests) };
        if taken == Taken::default() { Ok(()) } else { Err(Refusal::QuestionsTaken(taken)) }
    }
}

impl std::fmt::Display for Taken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let numbers = |indexes: &[usize]| {
            let numbers: Vec<String> = indexes.iter().map(|index| (index + 1).to_string()).collect();
            numbers.join("、")
        };
        let mut parts = Vec::new();
        if !self.on_papers.is_empty() {
            parts.push(format!("第 {} 题在近期或已安排的每日一答中", numbers(&self.on_papers)));
        }
        if !self.in_contests.is_empty() {
            parts.push(format!("第 {} 题在另一场尚未公布成绩的竞赛中", numbers(&self.in_contests)));
        }
        f.write_str(&parts.join("；"))
    }
}

/// Whether a meeting of the unit `holder`, to which the caller's duty reaches or not, can have a contest for the
/// audience at `path`: the audience is anyone who meets, or part of it.
pub fn check_meeting(holder: UnitId, path: &[UnitId], within_reach: bool) -> Result<(), Refusal> {
    if within_reach && path.contains(&holder) { Ok(()) } else { Err(Refusal::WrongMeeting) }
}

/// Whether a contest that is open from `opens_at` to `closes_at` can be sat at a meeting of that day.
pub fn check_meeting_day(held_on: Day, (opens_at, closes_at): (Timestamp, Timestamp)) -> Result<(), Refusal> {
    let within = opens_at.day() <= held_on && held_on <= closes_at.day();
    if within { Ok(()) } else { Err(Refusal::MeetingOfAnotherDay) }
}

/// Whether a contest may begin so late: what it asks is kept from everybody else until then.
pub fn check_ahead(opens_at: Timestamp, now: Timestamp) -> Result<(), Refusal> {
    demand(opens_at.seconds_since(now) <= OPEN_SECONDS_LIMIT, "/opens_at", "开始时间不能晚于一年之后")
}

/// Whether `verb` is to be done in `state`: `false` when it was done before, so that a request sent twice is one.
pub fn step(verb: ContestVerb, state: ContestState) -> Result<bool, Refusal> {
    FLOW.asks_for(state, verb).ok_or(Refusal::WrongState(state))
}

/// Whether a member may see the scores of his finished attempts.
pub fn shows_score(reveal: Reveal, state: ContestState) -> bool {
    match reveal {
        _ if state == ContestState::Cancelled => false,
        Reveal::Submission => true,
        Reveal::Close => matches!(state, ContestState::Closed | ContestState::Published),
        Reveal::Publication => state == ContestState::Published,
    }
}

/// Whether the key may be seen: with the score, and never before the contest is over.
pub fn shows_key(reveal: Reveal, state: ContestState) -> bool {
    let over = matches!(state, ContestState::Closed | ContestState::Published);
    over && shows_score(reveal, state)
}

/// Checks what is changed about a contest that has been announced: its audience was told, and it must still be to come.
pub fn check_announced((unit, new_unit): (UnitId, UnitId), opens_at: Timestamp, now: Timestamp) -> Result<(), Refusal> {
    demand(unit == new_unit, "/unit_id", "预告后不能更换参加范围，请撤回后重新预告")?;
    demand(opens_at > now, "/opens_at", "开始时间应晚于现在")
}

/// Checks a later end of an open contest.
pub fn check_extension(
    state: ContestState,
    opens_at: Timestamp,
    (closes_at, later): (Timestamp, Timestamp),
    now: Timestamp,
) -> Result<(), Refusal> {
    if state != ContestState::Open {
        return Err(Refusal::WrongState(state));
    }
    if now >= closes_at {
        return Err(Refusal::Over);
    }
    demand(later > closes_at, "/closes_at", "结束时间只能延后")?;
    demand(later.seconds_since(opens_at) <= OPEN_SECONDS_LIMIT, "/closes_at", "开放时间不能超过一年")
}

/// Questions that one attempt may have.
pub const QUESTIONS_LIMIT: usize = 100;
const LINES_LIMIT: usize = 20;
const MINUTES_LIMIT: u16 = 600;
const ATTEMPTS_LIMIT: u8 = 5;
const SCORE_LIMIT: u16 = 100;
const POINTS_LIMIT: u16 = 1000;
const RANKS_LIMIT: usize = 20;
const PRIZE_RANK_LIMIT: u32 = 500;
/// A contest may be open for so many days.
const OPEN_SECONDS_LIMIT: i64 = 366 * 24 * 3600;

/// Checks what an organiser wrote.
pub fn check(opens_at: Timestamp, closes_at: Timestamp, paper: &PaperRule, terms: &Terms) -> Result<(), Refusal> {
    let length = closes_at.seconds_since(opens_at);
    demand(length > 0, "/closes_at", "结束时间应晚于开始时间")?;
    demand(length <= OPEN_SECONDS_LIMIT, "/closes_at", "开放时间不能超过一年")?;
    check_paper(paper)?;
    check_terms(terms)
}

fn demand(holds: bool, pointer: &str, message: &str) -> Result<(), Refusal> {
    if holds {
        return Ok(());
    }
    Err(Refusal::BadRules(Flaw { pointer: pointer.to_owned(), message: message.to_owned() }))
}

fn check_paper(paper: &PaperRule) -> Result<(), Refusal> {
    let (fixed, lines) = (&paper.question_ids, &paper.lines);
    demand(fixed.is_empty() != lines.is_empty(), "/paper", "请指定题目或抽题规则，二者选一")?;
    demand(fixed.is_empty() || !paper.per_attempt, "/paper/per_attempt", "指定题目时不能每次另行抽题")?;
    demand(fixed.len() <= QUESTIONS_LIMIT, "/paper/question_ids", "试卷不能超过 100 道题")?;
    demand(lines.len() <= LINES_LIMIT, "/paper/lines", "抽题规则不能超过 20 条")?;
    let total: usize = lines.iter().map(|line| usize::from(line.count)).sum();
    demand(total <= QUESTIONS_LIMIT, "/paper/lines", "试卷不能超过 100 道题")?;
    for (index, line) in lines.iter().enumerate() {
        demand(line.count > 0, &format!("/paper/lines/{index}/count"), "题数至少为 1")?;
    }
    let mut seen = HashSet::<QuestionId>::new();
    for (index, id) in fixed.iter().enumerate() {
        demand(seen.insert(*id), &format!("/paper/question_ids/{index}"), "同一道题在试卷中只能出现一次")?;
    }
    Ok(())
}

fn check_terms(terms: &Terms) -> Result<(), Refusal> {
    demand((1..=MINUTES_LIMIT).contains(&terms.minutes), "/terms/minutes", "时限应为 1 至 600 分钟")?;
    demand((1..=ATTEMPTS_LIMIT).contains(&terms.attempts), "/terms/attempts", "作答次数应为 1 至 5")?;
    let scoring = &terms.scoring;
    let scores = [scoring.single, scoring.multiple, scoring.judge, scoring.fill];
    demand(scores.iter().all(|score| *score <= SCORE_LIMIT), "/terms/scoring", "每题分值应为 0 至 100")?;
    if let Some(bonus) = &terms.speed_bonus {
        demand((1..=SCORE_LIMIT).contains(&bonus.points), "/terms/speed_bonus/points", "速度加分应为 1 至 100")?;
        demand(bonus.right_percent <= 100, "/terms/speed_bonus/right_percent", "应为 0 至 100")?;
    }
    demand(terms.participation_points <= POINTS_LIMIT, "/terms/participation_points", "积分不能超过 1000")?;
    demand(terms.rank_points.len() <= RANKS_LIMIT, "/terms/rank_points", "名次奖励不能超过 20 段")?;
    let mut last = 0;
    for (index, ranks) in terms.rank_points.iter().enumerate() {
        let pointer = format!("/terms/rank_points/{index}");
        demand(ranks.from_rank > last && ranks.to_rank >= ranks.from_rank, &pointer, "名次应从小到大，各段不重叠")?;
        demand(ranks.points <= POINTS_LIMIT, &pointer, "积分不能超过 1000")?;
        last = ranks.to_rank;
    }
    check_prizes(&terms.prizes)
}

fn check_prizes(prizes: &[Prize]) -> Result<(), Refusal> {
    demand(prizes.len() <= RANKS_LIMIT, "/terms/prizes", "奖项不能超过 20 个")?;
    for for_units in [false, true] {
        let mut last = 0;
        for (index, prize) in prizes.iter().enumerate().filter(|(_, prize)| prize.for_units == for_units) {
            let pointer = format!("/terms/prizes/{index}");
            demand(
                prize.from_rank > last && prize.to_rank >= prize.from_rank,
                &pointer,
                "名次应从小到大，各奖项不重叠",
            )?;
            demand(prize.to_rank <= PRIZE_RANK_LIMIT, &pointer, "奖项的名次不能超过 500")?;
            last = prize.to_rank;
        }
    }
    Ok(())
}

/// That the line at `index` lacks `missing` questions.
pub fn line_shortage(index: usize, line: &DrawLine, missing: usize) -> Shortage {
    Shortage::Line { index, wanted: wanted(line), missing }
}

/// What a line asks for, in Chinese.
fn wanted(line: &DrawLine) -> String {
    use crate::learning::quiz::Difficulty;
    let kind = line.kind.map(|kind| match kind {
        QuestionKind::Single => "单选题",
        QuestionKind::Multiple => "多选题",
        QuestionKind::Judge => "判断题",
        QuestionKind::Fill => "填空题",
    });
    let difficulty = line.difficulty.map(|difficulty| match difficulty {
        Difficulty::Easy => "易",
        Difficulty::Medium => "中",
        Difficulty::Hard => "难",
    });
    let parts: Vec<&str> = [line.category.as_deref(), kind, difficulty].into_iter().flatten().collect();
    let what = if parts.is_empty() { "任意题目".to_owned() } else { parts.join("·") };
    format!("{what} {} 道", line.count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verb_has_its_states() {
        use ContestState::*;
        let cases = [
            (ContestVerb::Announce, [Some(true), Some(false), None, None, None, None, None]),
            (ContestVerb::Open, [None, Some(true), Some(false), None, None, None, None]),
            (ContestVerb::Close, [None, None, Some(true), Some(false), None, None, None]),
            (ContestVerb::Publish, [None, None, None, Some(true), Some(false), None, None]),
            (ContestVerb::Withdraw, [Some(true), Some(true), None, None, None, Some(false), None]),
            (ContestVerb::Cancel, [None, None, Some(true), Some(true), None, None, Some(false)]),
        ];
        for (verb, expected) in cases {
            let seen =
                [Draft, Announced, Open, Closed, Published, Withdrawn, Cancelled].map(|state| step(verb, state).ok());
            assert_eq!(seen, expected, "{verb:?}");
        }
    }

    #[test]
    fn an_open_contest_only_lasts_longer() {
        let at = |hour: i64| Timestamp::from_micros(hour * 3_600_000_000);
        let check = |state, later, now| check_extension(state, at(0), (at(10), at(later)), at(now));
        assert_eq!(check(ContestState::Open, 11, 9), Ok(()));
        assert_eq!(check(ContestState::Open, 11, 10), Err(Refusal::Over));
        assert_eq!(check(ContestState::Closed, 11, 9), Err(Refusal::WrongState(ContestState::Closed)));
        assert!(matches!(check(ContestState::Open, 10, 9), Err(Refusal::BadRules(_))));
        assert!(matches!(check(ContestState::Open, 9000, 9), Err(Refusal::BadRules(_))));
    }

    #[test]
    fn a_key_is_never_seen_while_answers_are_taken() {
        use ContestState::*;
        let seen =
            |reveal| [Open, Closed, Published].map(|state| (shows_score(reveal, state), shows_key(reveal, state)));
        assert_eq!(seen(Reveal::Submission), [(true, false), (true, true), (true, true)]);
        assert_eq!(seen(Reveal::Close), [(false, false), (true, true), (true, true)]);
        assert_eq!(seen(Reveal::Publication), [(false, false), (false, false), (true, true)]);
        assert!(!shows_score(Reveal::Submission, Cancelled) && !shows_key(Reveal::Submission, Cancelled));
    }
}
