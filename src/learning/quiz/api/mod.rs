//! The routes of the room, and what its refusals mean over HTTP.

mod bank;
mod corrections;
mod coverage;
pub mod daily;
mod practice;
mod statistics;
mod voidings;

use utoipa_actix_web::service_config::ServiceConfig;

use super::rules::Refusal;
use crate::web::approval::unanswerable;
use crate::web::caller::out_of_reach;
use crate::web::{FieldError, Problem};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.configure(daily::routes)
        .configure(practice::routes)
        .configure(statistics::routes)
        .configure(bank::routes)
        .configure(corrections::routes)
        .configure(voidings::routes)
        .configure(coverage::routes);
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Outdated(outdated) => outdated.into(),
            Refusal::NoPaper => Problem::not_found("quiz.no_paper", "这一天没有已发布的答题"),
            Refusal::DayOver => Problem::gone("quiz.day_over", "这一天的答题已经截止"),
            Refusal::NotFetched => {
                Problem::gone("quiz.not_fetched", "这一天的答题已经截止：当天没有打开过试卷，不能补交")
            }
            Refusal::NotDealt { index } => Problem::conflict("quiz.not_dealt", "答案中有不属于这份试卷的题目")
                .with_errors(vec![answer_error(index, "not_dealt", "这份试卷没有这道题")]),
            Refusal::AnsweredTwice { index } => {
                Problem::unprocessable("body.invalid", "请求内容有误，请检查标出的字段")
                    .with_errors(vec![answer_error(index, "answered_twice", "同一道题只能回答一次")])
            }
            Refusal::AlreadySubmitted => {
                Problem::conflict("quiz.already_submitted", "这一天已经提交过答题，成绩以第一次提交为准")
            }
            Refusal::OnTodaysPaper => {
                Problem::conflict("quiz.on_todays_paper", "这道题在您还没有提交的每日一答中，请先完成答题")
            }
            Refusal::Guarded => Problem::conflict("quiz.guarded", "这道题正在用于知识竞赛，竞赛结束后可以练习"),
            Refusal::BeingAsked => Problem::conflict("quiz.being_asked", "您正在另一处回答这道题，请先答完"),
            Refusal::NoSuchQuestion => Problem::not_found("quiz.question_not_found", "没有找到这道题"),
            Refusal::BadQuestion(flaw) => Problem::field("", "questions.invalid", flaw.to_string()),
            Refusal::DuplicateQuestion => Problem::conflict("quiz.duplicate_question", "题库中已有相同的题目"),
            Refusal::PaperPublished => Problem::conflict("quiz.paper_published", "试卷已经发布，不能再修改"),
            Refusal::TooLateForUnit => Problem::conflict(
                "quiz.too_late_for_unit",
                "今天的答题可能已有人领取，下级组织的试卷只能为明天及以后设置",
            ),
            Refusal::DayTooFar => Problem::unprocessable("quiz.day_too_far", "试卷最多提前一年设置"),
            Refusal::DayPast => Problem::gone("quiz.day_past", "不能为已经过去的日子设置试卷"),
            Refusal::GuardedQuestion { index } => {
                question_error(index, "这道题正在用于知识竞赛，竞赛结束后才能出现在试卷中")
            }
            Refusal::UnknownQuestion { index } => question_error(index, "题库中没有这道题，或已停用"),
            Refusal::QuestionTwice { index } => question_error(index, "同一道题在试卷中只能出现一次"),
            Refusal::NoSuchVersion => Problem::field("/version", "no_such_version", "这道题没有这个版本"),
            Refusal::SameKey => Problem::conflict("quiz.same_key", "新答案与现有答案相同，无需更正"),
            Refusal::QuestionVoid => {
                Problem::conflict("quiz.question_void", "这道题的这个版本已经作废，不能更正，也不能再用；请改写题目")
            }
            Refusal::NeverAsked => {
                Problem::conflict("quiz.never_asked", "这道题还没有出过，无需作废；请直接修改或停用")
            }
            Refusal::VoidingProposed => {
                Problem::conflict("quiz.voiding_proposed", "已有人提议作废这道题，请先处理那项提议")
            }
            Refusal::NoSuchVoiding => Problem::not_found("quiz.voiding_not_found", "没有找到这项作废提议"),
            Refusal::ProposerGone => {
                Problem::conflict("proposals.proposer_gone", "提议人已不再有权提出此项变动，请重新提议")
            }
            Refusal::NoAnswer(no) => unanswerable(no),
            Refusal::PaperCorrected => Problem::conflict("quiz.paper_corrected", "试卷的答案刚刚更正，请重新提交一次"),
            Refusal::QuestionDealt => {
                Problem::conflict("quiz.question_dealt", "这道题已经用过，不能删除；可以停用它，或者更正它的答案")
            }
            Refusal::OutOfReach => out_of_reach(),
            Refusal::TooFew => {
                Problem::forbidden("quiz.too_few", "不足十人的组织由其书记了解，这里只看十人及以上的人数")
            }
            Refusal::BadSheet(error) => error.into(),
            Refusal::NoImport(no) => no.into(),
            Refusal::NotUnderstood { index, why } => {
                Problem::field(&format!("/answers/{index}/answer"), "no_answer", why)
            }
            Refusal::Unanswered { count } => Problem::conflict(
                "quiz.unanswered",
                format!("还有 {count} 道题没有作答。确定不答的，请再次确认提交（leave_unanswered）"),
            ),
            Refusal::KeyReused => Problem::unprocessable("idempotency.reused", "这个 Idempotency-Key 已用于另一个请求"),
        }
    }
}

fn answer_error(index: usize, code: &'static str, message: &str) -> FieldError {
    FieldError { pointer: format!("/answers/{index}"), code: code.into(), message: message.to_owned() }
}

fn question_error(index: usize, message: &str) -> Problem {
    Problem::field(&format!("/question_ids/{index}"), "question", message)
}
