//! The routes of the room, and what its refusals mean over HTTP.

mod changes;
mod rankings;
mod calendar;
mod attempts;
mod views;

use utoipa_actix_web::service_config::ServiceConfig;

use super::model::ContestState;
use super::rules::{Refusal, Shortage, Taken};
use crate::base::approval::NoAnswer;
use crate::base::text::cut;
use crate::web::caller::out_of_reach;
use crate::web::{FieldError, Problem};

/// Characters of a question that a refusal shows.
const STEM_CHARS: usize = 40;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.configure(calendar::routes).configure(changes::routes).configure(attempts::routes).configure(rankings::routes);
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Outdated(outdated) => outdated.into(),
            Refusal::NoSuchContest => Problem::not_found("contests.not_found", "没有找到这场竞赛"),
            Refusal::OutOfReach => out_of_reach(),
            Refusal::WrongState(ContestState::Cancelled) => {
                Problem::gone("contests.cancelled", "这场竞赛已经取消，理由见竞赛页面")
            }
            Refusal::WrongState(state) => {
                Problem::conflict("contests.wrong_state", format!("竞赛{}，不能进行此操作", said(state)))
            }
            Refusal::BadRules(flaw) => Problem::field(&flaw.pointer, "contests.rule", flaw.message),
            Refusal::BankShort(short) => {
                Problem::unprocessable("contests.bank_short", "题库不能满足这份试卷的要求，请看各项说明")
                    .with_errors(short.iter().map(missing).collect())
            }
            Refusal::QuestionsTaken(taken) => {
                let message = format!("{taken}。请更换这些题目：它们的答案会在别处公布");
                Problem::conflict("contests.questions_taken", message).with_errors(taken_errors(&taken))
            }
            Refusal::DrawnTwice => {
                Problem::conflict("contests.drawn_twice", "刚才抽到的题目被另一场竞赛占用，请稍后重试")
            }
            Refusal::NoSuchMeeting => Problem::field("/meeting_id", "no_such_meeting", "没有找到这次会议"),
            Refusal::WrongMeeting => Problem::field(
                "/meeting_id",
                "wrong_meeting",
                "会议应由竞赛范围所在的组织或其上级组织召开，并且在您的职责范围之内",
            ),
            Refusal::MeetingOfAnotherDay => {
                Problem::field("/meeting_id", "other_day", "这次会议不在竞赛开放的日期之内召开")
            }
            Refusal::NotOpen => Problem::conflict("contests.not_open", "竞赛还没有开始"),
            Refusal::Over => Problem::gone("contests.over", "竞赛已经结束"),
            Refusal::NotInAudience => {
                Problem::forbidden("contests.not_in_audience", "您已调离这场竞赛的参加范围，不能再开始新的作答")
            }
            Refusal::AttemptsUsed => Problem::conflict("contests.attempts_used", "作答次数已经用完"),
            Refusal::NoSuchAttempt => Problem::not_found("contests.attempt_not_found", "没有找到这次作答"),
            Refusal::AttemptFinished => Problem::conflict("contests.attempt_finished", "这次作答已经结束"),
            Refusal::TimeOver => Problem::gone("contests.time_over", "作答时间已到"),
            Refusal::NotDealt => Problem::conflict("contests.not_dealt", "这次作答中没有这道题"),
            Refusal::BadAnswer(message) => Problem::field("/answer", "contests.answer", message),
            Refusal::NotRanked => Problem::conflict("contests.not_ranked", "成绩还没有统计完成"),
            Refusal::KeyChanged { version, stem } => Problem::conflict(
                "contests.key_changed",
                format!(
                    "题库中“{}”的答案已经修改，与试卷（第 {version} 版）不同：如试卷答案有误，请先更正该版答案，成绩会重新计算；否则请恢复题库答案",
                    cut(&stem, STEM_CHARS)
                ),
            ),
            Refusal::NotPublished => Problem::conflict("contests.not_published", "成绩还没有公布"),
            Refusal::CancellationProposed => {
                Problem::conflict("contests.cancellation_proposed", "已有人提出取消这场竞赛，请等待另一位负责人确认")
            }
            Refusal::NoCancellation => Problem::not_found("contests.cancellation_not_found", "没有人提出取消这场竞赛"),
            Refusal::NoAnswer(NoAnswer::OwnProposal | NoAnswer::AboutYourself) => {
                Problem::forbidden("contests.own_proposal", "取消竞赛须由提出人以外的另一位负责人确认")
            }
            Refusal::NoAnswer(NoAnswer::NotYours) => {
                Problem::conflict("contests.not_proposer", "只有提出人可以收回取消竞赛的提议")
            }
            // it is answered by calling the contest off, and by nothing else
            Refusal::NoAnswer(NoAnswer::Over(_)) => Refusal::WrongState(ContestState::Cancelled).into(),
            Refusal::KeyReused => Problem::unprocessable("idempotency.reused", "这个 Idempotency-Key 已用于另一个请求"),
        }
    }
}

fn said(state: ContestState) -> &'static str {
    match state {
        ContestState::Draft => "还是草稿",
        ContestState::Announced => "已经预告",
        ContestState::Open => "正在进行",
        ContestState::Closed => "已经结束",
        ContestState::Published => "已经公布成绩",
        ContestState::Withdrawn => "已经撤回",
        ContestState::Cancelled => "已经取消",
    }
}

fn taken_errors(taken: &Taken) -> Vec<FieldError> {
    let error = |code: &'static str, message: &str, index: &usize| FieldError {
        pointer: format!("/paper/question_ids/{index}"),
        code: code.into(),
        message: message.to_owned(),
    };
    let on_papers =
        taken.on_papers.iter().map(|index| error("on_daily_paper", "这道题在近期或已安排的每日一答中", index));
    let in_contests =
        taken.in_contests.iter().map(|index| error("in_contest", "这道题在另一场尚未公布成绩的竞赛中", index));
    on_papers.chain(in_contests).collect()
}

fn missing(shortage: &Shortage) -> FieldError {
    let pointer = match shortage {
        Shortage::Line { index, .. } => format!("/paper/lines/{index}"),
        Shortage::Question { index } => format!("/paper/question_ids/{index}"),
    };
    FieldError { pointer, code: "missing".into(), message: shortage.to_string() }
}
