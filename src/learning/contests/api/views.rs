//! What is sent of a contest, and of an attempt.

use serde::Serialize;
use utoipa::ToSchema;

use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Timestamp};
use crate::doing::meetings::{Meeting, MeetingId, MeetingKind};
use crate::learning::contests::Contests;
use crate::learning::contests::attempts::Sat;
use crate::learning::contests::model::{
    Attempt, AttemptId, AttemptState, Contest, ContestExtension, ContestId, ContestState, PaperRule, Terms,
};
use crate::learning::contests::rankings::Seen;
use crate::learning::contests::rules::{shows_key, shows_score};
use crate::learning::quiz::lending::is_right;
use crate::learning::quiz::{AskedQuestion, PaperQuestion, QuestionId, QuestionKind};

/// A contest in a list.
#[derive(Serialize, ToSchema)]
pub struct ContestLine {
    pub id: ContestId,
    /// In Chinese.
    pub title: String,
    /// The audience: this unit and everything below it.
    pub unit_id: UnitId,
    /// What that unit is called for short.
    pub unit_name: String,
    pub state: ContestState,
    pub opens_at: Timestamp,
    pub closes_at: Timestamp,
    /// Time limit of an attempt.
    pub minutes: u16,
    /// Questions of an attempt.
    pub question_count: usize,
    /// The meeting that it is part of.
    pub meeting_id: Option<MeetingId>,
    /// Attempts that a member may make.
    pub attempts_allowed: u8,
    /// Attempts that the caller has begun.
    pub attempts_made: usize,
    /// Whether one of them is going on.
    pub attempt_running: bool,
}

impl ContestLine {
    /// With how far the caller's attempts have come.
    pub fn new(contests: &Contests, contest: &Contest, attempts: &[AttemptState]) -> Self {
        ContestLine {
            id: contest.id,
            title: contest.title.clone(),
            unit_id: contest.unit_id,
            unit_name: contests.unit_name(contest),
            state: contest.state,
            opens_at: contest.opens_at,
            closes_at: contest.closes_at,
            minutes: contest.terms().minutes,
            question_count: Contests::question_count(&contest.rules.0.paper),
            meeting_id: contest.meeting_id,
            attempts_allowed: contest.terms().attempts,
            attempts_made: attempts.len(),
            attempt_running: attempts.contains(&AttemptState::Running),
        }
    }
}

/// A contest as one person sees it.
#[derive(Serialize, ToSchema)]
pub struct ContestView {
    #[serde(flatten)]
    pub line: ContestLine,
    /// What it is about; may be empty.
    pub description: String,
    /// Time, attempts, scoring, and what is earned.
    pub terms: Terms,
    /// The meeting that it is part of.
    pub meeting: Option<ContestMeeting>,
    /// When the ranking was complete; from then on the contest can be published.
    pub ranked_at: Option<Timestamp>,
    /// When it was over; before `closes_at` if it was closed early. `null` until then.
    pub closed_at: Option<Timestamp>,
    /// Later ends than the announced one, in the order in which they were set.
    pub extensions: Vec<ExtensionView>,
    /// Why it was called off; `null` as a rule.
    pub cancelled_because: Option<String>,
    /// When published results were published again because a key had been wrong; `null` as a rule.
    pub corrected_at: Option<Timestamp>,
    /// Why the key was wrong, in Chinese.
    pub correction_reason: Option<String>,
    /// Whether published results are being corrected at this moment.
    pub correcting: bool,
    /// The server's clock: the only one that counts.
    pub now: Timestamp,
    /// The caller's own attempts, in the order in which they were made.
    pub attempts: Vec<AttemptLine>,
    /// How it is run; only for who may run it or read it.
    pub managed: Option<Managed>,
}

impl ContestView {
    pub fn new(contests: &Contests, seen: &Seen) -> ContestView {
        let (contest, now) = (&seen.contest, contests.now());
        let states: Vec<AttemptState> = seen.attempts.iter().map(|attempt| attempt.state).collect();
        ContestView {
            line: ContestLine::new(contests, contest, &states),
            description: contest.description.clone(),
            terms: contest.terms().clone(),
            meeting: seen.meeting.as_ref().map(ContestMeeting::from),
            ranked_at: contest.ranked_at,
            closed_at: contest.closed_at,
            extensions: seen.extensions.iter().map(ExtensionView::from).collect(),
            cancelled_because: seen.cancelled_because(),
            corrected_at: contest.corrected_at,
            correction_reason: contest.correction_reason.clone(),
            correcting: contest.state == ContestState::Published && contest.is_regrading(),
            now,
            attempts: seen.attempts.iter().map(|attempt| AttemptLine::new(attempt, contest)).collect(),
            managed: seen.managed.then(|| contest.into()),
        }
    }
}

/// A later end of a contest.
#[derive(Serialize, ToSchema)]
pub struct ExtensionView {
    /// The end until then.
    pub closed_before: Timestamp,
    pub closes_at: Timestamp,
    /// In Chinese.
    pub reason: String,
    pub made_at: Timestamp,
}

impl From<&ContestExtension> for ExtensionView {
    fn from(extension: &ContestExtension) -> Self {
        ExtensionView {
            closed_before: extension.closed_before,
            closes_at: extension.closes_at,
            reason: extension.reason.clone(),
            made_at: extension.made_at,
        }
    }
}

/// The meeting 三会一课 that a contest is part of.
#[derive(Serialize, ToSchema)]
pub struct ContestMeeting {
    pub id: MeetingId,
    pub kind: MeetingKind,
    /// In Chinese.
    pub title: String,
    pub held_on: Day,
}

impl From<&Meeting> for ContestMeeting {
    fn from(meeting: &Meeting) -> Self {
        ContestMeeting { id: meeting.id, kind: meeting.kind, title: meeting.title.clone(), held_on: meeting.held_on }
    }
}

/// How a contest is run.
#[derive(Serialize, ToSchema)]
pub struct Managed {
    /// Which questions are asked.
    pub paper: PaperRule,
    pub created_by: MemberId,
    pub created_at: Timestamp,
    pub announced_at: Option<Timestamp>,
    /// What the bank lacked when the contest was to open, in Chinese.
    pub shortage: Option<String>,
    pub opened_at: Option<Timestamp>,
    pub closed_at: Option<Timestamp>,
    pub published_at: Option<Timestamp>,
    pub published_by: Option<MemberId>,
    /// When all points were given.
    pub awarded_at: Option<Timestamp>,
}

impl From<&Contest> for Managed {
    fn from(contest: &Contest) -> Self {
        Managed {
            paper: contest.rules.0.paper.clone(),
            created_by: contest.created_by,
            created_at: contest.created_at,
            announced_at: contest.announced_at,
            shortage: contest.shortage.clone(),
            opened_at: contest.opened_at,
            closed_at: contest.closed_at,
            published_at: contest.published_at,
            published_by: contest.published_by,
            awarded_at: contest.awarded_at,
        }
    }
}

/// An attempt in short.
#[derive(Serialize, ToSchema)]
pub struct AttemptLine {
    pub id: AttemptId,
    /// 1, 2, 3 …
    pub number: i32,
    /// Whether answers are still taken.
    pub running: bool,
    pub started_at: Timestamp,
    /// From this instant on no answer is taken.
    pub due_at: Timestamp,
    pub finished_at: Option<Timestamp>,
    /// Handed in, rather than ended by the clock.
    pub submitted: bool,
    /// Hundredths of a point; `null` until the contest's rules show it.
    pub score_hundredths: Option<i32>,
    /// Wholly right answers; `null` until the contest's rules show it.
    pub right_count: Option<i32>,
}

impl AttemptLine {
    pub fn new(attempt: &Attempt, contest: &Contest) -> AttemptLine {
        let shown = !attempt.is_running() && shows_score(contest.terms().reveal, contest.state);
        AttemptLine {
            id: attempt.id,
            number: attempt.number,
            running: attempt.is_running(),
            started_at: attempt.started_at,
            due_at: attempt.due_at,
            finished_at: attempt.finished_at,
            submitted: attempt.submitted,
            score_hundredths: shown.then_some(attempt.score),
            right_count: shown.then_some(attempt.right_count),
        }
    }
}

/// A running attempt: its questions in its own order, and what was answered so far.
#[derive(Serialize, ToSchema)]
pub struct AttemptSheet<'a> {
    #[serde(flatten)]
    pub line: AttemptLine,
    /// The server's clock: the only one that counts.
    pub now: Timestamp,
    /// In the order of this attempt, options included.
    pub questions: Vec<AskedQuestion<'a>>,
    /// What is saved so far.
    pub answers: Vec<GivenView>,
}

impl<'a> AttemptSheet<'a> {
    /// `shown` is what the attempt's sheet shows.
    pub fn new(sat: &Sat, shown: &'a [PaperQuestion], now: Timestamp) -> AttemptSheet<'a> {
        let sheet = sat.sheet();
        let given = |question: &PaperQuestion| {
            let canonical = sat.answers.get(&question.id)?;
            Some(GivenView { question_id: question.id, answer: sheet.given(question.id, canonical)? })
        };
        AttemptSheet {
            line: AttemptLine::new(&sat.attempt, &sat.contest),
            now,
            questions: shown.iter().map(AskedQuestion::from).collect(),
            answers: shown.iter().filter_map(given).collect(),
        }
    }
}

/// A saved answer.
#[derive(Serialize, ToSchema)]
pub struct GivenView {
    pub question_id: QuestionId,
    /// In the letters that the attempt shows.
    pub answer: Vec<String>,
}

/// A member's own attempt after its end.
#[derive(Serialize, ToSchema)]
pub struct AttemptResult {
    #[serde(flatten)]
    pub line: AttemptLine,
    /// Questions with their keys; `null` until the contest is over and its rules show them.
    pub questions: Option<Vec<GradedView>>,
}

/// A graded question of an attempt.
#[derive(Serialize, ToSchema)]
pub struct GradedView {
    pub id: QuestionId,
    pub kind: QuestionKind,
    /// The question itself.
    pub stem: String,
    /// As the attempt showed them.
    pub options: Vec<String>,
    /// What the member answered; empty when nothing was.
    pub given: Vec<String>,
    /// The right answer in the letters that the attempt showed; for a blank, every accepted wording; empty when the
    /// question is void.
    pub answer: Vec<String>,
    /// Whether it is void: full marks for all, whatever they answered, and for those who did not.
    pub void: bool,
    /// Whether the member answered wholly rightly.
    pub right: bool,
    /// Why the right answer is right; may be empty.
    pub explanation: String,
    /// The document that the question rests on; may be empty.
    pub source: String,
    /// When its key was corrected; `null` as a rule.
    pub corrected_at: Option<Timestamp>,
    /// Why the key was wrong, in Chinese.
    pub correction_reason: Option<String>,
}

impl From<&Sat> for AttemptResult {
    fn from(sat: &Sat) -> Self {
        let may = !sat.attempt.is_running() && shows_key(sat.terms().reveal, sat.contest.state);
        AttemptResult { line: AttemptLine::new(&sat.attempt, &sat.contest), questions: may.then(|| graded(sat)) }
    }
}

fn graded(sat: &Sat) -> Vec<GradedView> {
    let sheet = sat.sheet();
    let view = |question: PaperQuestion| {
        let canonical = sat.answers.get(&question.id).cloned().unwrap_or_default();
        let given = sheet.given(question.id, &canonical).unwrap_or_default();
        let correction = question.corrections.last();
        GradedView {
            id: question.id,
            corrected_at: correction.map(|former| former.at),
            correction_reason: correction.map(|former| former.reason.clone()),
            right: is_right(&question.text, &given),
            given,
            void: question.text.is_void(),
            kind: question.text.kind,
            stem: question.text.stem,
            options: question.text.options,
            answer: question.text.answer,
            explanation: question.text.explanation,
            source: question.text.source,
        }
    };
    sheet.shown().into_iter().map(view).collect()
}
