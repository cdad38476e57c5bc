//! Routes of the challenge, and what its refusals mean over HTTP.

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::actions::Challenge;
use super::model::{Answered, DayRecord, EndedBecause, Grade, Run, RunId, State};
use super::review::Wanted;
use super::rules::{self, REVIVAL_SECONDS, Refusal};
use crate::base::id::{MemberId, UnitId};
use crate::base::text::Text;
use crate::base::time::{Day, Timestamp};
use crate::learning::quiz::{AskedQuestion, answer_parts};
use crate::people::members::Directory;
use crate::web::caller::{ContentReader, Member, out_of_reach};
use crate::web::page::{after, page_limit};
use crate::web::{Body, Page, PageQuery, Path, Problem, Query};

/// Hands the room's routes over; they need a `web::Data<Challenge>`.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(start_challenge_run)
        .service(get_current_challenge_run)
        .service(answer_challenge_question)
        .service(revive_challenge_run)
        .service(complete_challenge_run)
        .service(get_challenge_today)
        .service(list_my_challenge_runs)
        .service(list_reviewed_challenge_runs);
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NoSuchRun => Problem::not_found("challenge.run_not_found", "没有找到这次挑战"),
            Refusal::NoRunToday => Problem::not_found("challenge.no_run", "今天还没有开始挑战"),
            Refusal::BadAnswer(why) => Problem::field("/answer", "no_answer", why),
            Refusal::NotDealt => Problem::conflict("challenge.not_dealt", "这道题还没有出，不能作答"),
            Refusal::AlreadyAnswered => {
                Problem::conflict("challenge.already_answered", "这道题已经作答，以第一次的答案为准")
            }
            Refusal::RunOver => Problem::gone("challenge.run_over", "这次挑战已经结束"),
            Refusal::TooFast => Problem::new(
                StatusCode::TOO_MANY_REQUESTS,
                "challenge.too_fast",
                "作答过快，请先读题再作答；挑战仍在进行，此次作答不计",
            )
            .retry_after(1),
            Refusal::NoQuestions => Problem::conflict("challenge.no_questions", "题库中没有可以出的题目"),
            Refusal::StillRunning => Problem::conflict("challenge.still_running", "挑战还在进行，不需要复活"),
            Refusal::NotRevivable => {
                Problem::conflict("challenge.not_revivable", "只有当天最近一次因答错或超时而结束的挑战可以复活")
            }
            Refusal::RevivalUsed => Problem::conflict("challenge.revival_used", "当天的复活机会已经用过"),
            Refusal::RevivalOver => Problem::gone(
                "challenge.revival_over",
                format!("复活须在结束后 {} 分钟内进行，请开始新的挑战", REVIVAL_SECONDS / 60),
            ),
            Refusal::OutOfReach => out_of_reach(),
        }
    }
}

/// The question that waits for an answer.
#[derive(Serialize, ToSchema)]
struct WaitingQuestion<'a> {
    /// Its number in the run, from 1; the answer names it.
    seq: i32,
    /// Whole milliseconds left to answer it, on the server's clock; nothing is added for the way there.
    milliseconds_left: i64,
    /// Without its key.
    #[serde(flatten)]
    question: AskedQuestion<'a>,
}

/// How a run ended.
#[derive(Serialize, ToSchema)]
struct RunEnd {
    because: EndedBecause,
    /// When the time was up, or when the last answer came.
    at: Timestamp,
    /// Until when it can be revived; `null` when it cannot.
    revivable_until: Option<Timestamp>,
}

/// What a member's runs of a day come to.
#[derive(Serialize, ToSchema)]
struct ChallengeDay {
    day: Day,
    /// Right answers of the best run that has ended.
    best: i32,
    /// Runs that were begun.
    runs: i32,
    /// Whether the day's revival is still there.
    revival_left: bool,
}

impl From<&DayRecord> for ChallengeDay {
    fn from(day: &DayRecord) -> Self {
        ChallengeDay { day: day.day, best: day.best, runs: day.runs, revival_left: !day.revival_used }
    }
}

/// A run as its member sees it.
#[derive(Serialize, ToSchema)]
struct ChallengeRun<'a> {
    id: RunId,
    /// Right answers so far.
    right_count: i32,
    /// Points that it has earned, after the caps; given when it ends.
    points: i32,
    /// Whether it went on after an end.
    revived: bool,
    started_at: Timestamp,
    /// `null` once the run is over.
    question: Option<WaitingQuestion<'a>>,
    /// `null` while it is running.
    ended: Option<RunEnd>,
    /// The day on which it began, and for which it counts.
    of_day: ChallengeDay,
}

impl<'a> From<&'a State> for ChallengeRun<'a> {
    fn from(State { run, day, now }: &'a State) -> Self {
        let left = (run.due_at.micros() - now.micros()).max(0) / 1000;
        let waiting = |question| WaitingQuestion {
            seq: run.seq,
            milliseconds_left: left,
            question: AskedQuestion::from(question),
        };
        let revivable_until = rules::revivable_until(run, day).filter(|until| now < until);
        ChallengeRun {
            id: run.id,
            right_count: run.right_count,
            points: run.points,
            revived: run.revived,
            started_at: run.started_at,
            question: run.asked().map(waiting),
            ended: run.ended_because.zip(run.ended_at).map(|(because, at)| RunEnd { because, at, revivable_until }),
            of_day: day.into(),
        }
    }
}

/// 开始挑战
///
/// Begins a run, or returns the one that is running: its clock runs on, no matter who asks.
#[utoipa::path(tag = "challenge", responses(
    (status = 201, description = "Begun, with its first question", body = ChallengeRun<'static>),
    (status = 200, description = "Running already", body = ChallengeRun<'static>),
))]
#[post("/challenge/runs")]
async fn start_challenge_run(me: Member, room: web::Data<Challenge>) -> Result<HttpResponse, Problem> {
    let (state, begun) = room.start(me.member, me.path.clone()).await?;
    let mut response = if begun { HttpResponse::Created() } else { HttpResponse::Ok() };
    response.insert_header((LOCATION, "/api/v1/challenge/runs/current"));
    Ok(response.json(ChallengeRun::from(&state)))
}

/// 正在进行的挑战
///
/// The run that is running; when none is, the newest of today.
#[utoipa::path(tag = "challenge",
    responses((status = 200, description = "The run", body = ChallengeRun<'static>)))]
#[get("/challenge/runs/current")]
async fn get_current_challenge_run(me: Member, room: web::Data<Challenge>) -> Result<HttpResponse, Problem> {
    let state = room.current(me.member, me.path.clone()).await?;
    Ok(HttpResponse::Ok().json(ChallengeRun::from(&state)))
}

/// An answer to the question that waits.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChallengeAnswerBody {
    /// The number of the question in its run.
    #[schema(minimum = 1)]
    seq: i32,
    /// Letters (`["B"]`, `["A","C"]`), `["true"]` or `["false"]`, or the words for the blank. 12 parts at most.
    answer: Vec<Text<300>>,
}

/// What an answer led to.
#[derive(Serialize, ToSchema)]
struct ChallengeResult<'a> {
    /// The number of the question that was answered.
    seq: i32,
    /// Whether the answer was right, and in time.
    right: bool,
    /// The time was up: the answer counts nothing.
    late: bool,
    /// The right answer; for a blank, every accepted wording; empty when the question is void.
    answer: &'a [String],
    /// Whether it is void: whatever was said is right.
    void: bool,
    /// Why it is right; may be empty.
    explanation: &'a str,
    /// The document that the question rests on; may be empty.
    source: &'a str,
    /// The run with its next question, or with its end.
    run: ChallengeRun<'a>,
}

impl<'a> From<&'a Answered> for ChallengeResult<'a> {
    fn from(answered: &'a Answered) -> Self {
        let text = &answered.question.text;
        ChallengeResult {
            seq: answered.seq,
            right: answered.grade == Grade::Right,
            late: answered.grade == Grade::Late,
            answer: &text.answer,
            void: text.is_void(),
            explanation: &text.explanation,
            source: &text.source,
            run: ChallengeRun::from(&answered.state),
        }
    }
}

/// 提交挑战答案
///
/// Answers the question that waits; graded at once. The same answer again gets the same outcome.
///
/// 429 `challenge.too_fast` when it came before anybody could have read the question: the run goes on. 409
/// `challenge.not_dealt` for a question that has not been dealt. An answer that comes when the time is up counts nothing
/// and ends the run.
#[utoipa::path(tag = "challenge", params(("id" = RunId, Path, description = "The run")),
    request_body = ChallengeAnswerBody,
    responses((status = 200, description = "Graded", body = ChallengeResult<'static>)))]
#[post("/challenge/runs/{id}/answers")]
async fn answer_challenge_question(
    me: Member,
    id: Path<RunId>,
    room: web::Data<Challenge>,
    body: Body<ChallengeAnswerBody>,
) -> Result<HttpResponse, Problem> {
    let ChallengeAnswerBody { seq, answer } = body.into_inner();
    let answer = answer_parts(answer, "/answer")?;
    let answered = room.answer(me.member, me.path.clone(), *id, seq, answer).await?;
    Ok(HttpResponse::Ok().json(ChallengeResult::from(&answered)))
}

/// 复活继续挑战
///
/// Goes on with a run after a wrong answer or a time-out, with a new question; once a day, for the newest run, within
/// five minutes of its end. Sent again, it returns the run as it is.
#[utoipa::path(tag = "challenge", params(("id" = RunId, Path, description = "The run")),
    responses((status = 200, description = "It goes on", body = ChallengeRun<'static>)))]
#[post("/challenge/runs/{id}/revival")]
async fn revive_challenge_run(
    me: Member,
    id: Path<RunId>,
    room: web::Data<Challenge>,
) -> Result<HttpResponse, Problem> {
    let state = room.revive(me.member, me.path.clone(), *id).await?;
    Ok(HttpResponse::Ok().json(ChallengeRun::from(&state)))
}

/// 结束挑战
///
/// Gives a run up: what it has reached counts. One that is over stays as it is.
#[utoipa::path(tag = "challenge", params(("id" = RunId, Path, description = "The run")),
    responses((status = 200, description = "It is over", body = ChallengeRun<'static>)))]
#[post("/challenge/runs/{id}/completion")]
async fn complete_challenge_run(
    me: Member,
    id: Path<RunId>,
    room: web::Data<Challenge>,
) -> Result<HttpResponse, Problem> {
    let state = room.give_up(me.member, me.path.clone(), *id).await?;
    Ok(HttpResponse::Ok().json(ChallengeRun::from(&state)))
}

/// 今日挑战
///
/// What one's runs of today come to so far.
#[utoipa::path(tag = "challenge", responses((status = 200, description = "Today", body = ChallengeDay)))]
#[get("/challenge/today")]
async fn get_challenge_today(me: Member, room: web::Data<Challenge>) -> Result<web::Json<ChallengeDay>, Problem> {
    Ok(web::Json((&room.today(me.member, me.path.clone()).await?).into()))
}

/// A run in short.
#[derive(Serialize, ToSchema)]
struct ChallengeRunSummary {
    id: RunId,
    /// The business day for which it counts.
    day: Day,
    /// Right answers so far.
    right_count: i32,
    /// Points that it has earned, after the caps.
    points: i32,
    /// Whether it went on after an end.
    revived: bool,
    started_at: Timestamp,
    /// `null` while it is running.
    ended_at: Option<Timestamp>,
    /// `null` while it is running.
    ended_because: Option<EndedBecause>,
}

impl From<Run> for ChallengeRunSummary {
    fn from(run: Run) -> Self {
        ChallengeRunSummary {
            id: run.id,
            day: run.day,
            right_count: run.right_count,
            points: run.points,
            revived: run.revived,
            started_at: run.started_at,
            ended_at: run.ended_at,
            ended_because: run.ended_because,
        }
    }
}

/// 我的挑战记录
///
/// One's own runs, newest first.
#[utoipa::path(tag = "challenge", params(PageQuery),
    responses((status = 200, description = "Runs", body = Page<ChallengeRunSummary>)))]
#[get("/me/challenge/runs")]
async fn list_my_challenge_runs(
    me: Member,
    page: Query<PageQuery>,
    room: web::Data<Challenge>,
) -> Result<web::Json<Page<ChallengeRunSummary>>, Problem> {
    let limit = page.limit()?;
    let runs = room.history(me.member, page.after()?, limit + 1).await?;
    Ok(web::Json(Page::new(runs, limit, |run| run.id).map(ChallengeRunSummary::from)))
}

/// Which runs to review.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ReviewQuery {
    /// Of members of this unit and below it; of everybody within reach when absent.
    #[param(value_type = Option<String>, format = "uuid")]
    unit_id: Option<UnitId>,
    /// Answers that were too fast, at least; 3 when absent.
    #[param(minimum = 1, maximum = 1000)]
    minimum: Option<i32>,
    /// 20 when absent, 100 at most.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// `next_cursor` of the page before; absent for the first page.
    cursor: Option<String>,
}

/// Answers that were too fast, at least, unless the reviewer says otherwise: one or two may be a slip of the finger.
const NOTABLE: i32 = 3;

/// A run in which answers came faster than anybody reads.
#[derive(Serialize, ToSchema)]
struct ReviewedRun {
    member_id: MemberId,
    /// The member's employee number.
    employee_no: String,
    /// The member's name.
    name: String,
    /// The member's home unit.
    unit_id: UnitId,
    /// What it is called for short.
    unit_name: String,
    /// Answers that were refused because they came too fast.
    too_fast_count: i32,
    /// The run itself.
    #[serde(flatten)]
    run: ChallengeRunSummary,
}

/// 挑战答题异常复核
///
/// Runs with many answers that came faster than anybody reads, newest first, within the reader's reach.
#[utoipa::path(tag = "challenge", params(ReviewQuery),
    responses((status = 200, description = "Runs to look at", body = Page<ReviewedRun>)))]
#[get("/challenge/review")]
async fn list_reviewed_challenge_runs(
    reader: ContentReader,
    query: Query<ReviewQuery>,
    room: web::Data<Challenge>,
    directory: web::Data<Directory>,
) -> Result<web::Json<Page<ReviewedRun>>, Problem> {
    let (limit, before) = (page_limit(query.limit)?, after::<RunId>(query.cursor.as_deref())?);
    let minimum = match query.minimum.unwrap_or(NOTABLE) {
        minimum @ 1..=1000 => minimum,
        _ => return Err(Problem::malformed("query.invalid", "minimum 须在 1 到 1000 之间")),
    };
    let wanted = Wanted { unit: query.unit_id, minimum };
    let runs = room.review(&reader.reach, wanted, before, usize::try_from(limit + 1).unwrap_or(0)).await?;
    Ok(web::Json(Page::new(runs, limit, |(run, _)| run.id).map(|(run, member)| ReviewedRun {
        member_id: member.id,
        employee_no: member.employee_no.to_string(),
        name: member.name.to_string(),
        unit_id: member.unit,
        unit_name: directory.unit_name(member.unit),
        too_fast_count: run.too_fast_count,
        run: run.into(),
    })))
}
