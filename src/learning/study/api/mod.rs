//! The routes of the room, and what its refusals mean over HTTP.

mod feed;
mod readings;
mod items;
mod pushes;
mod deliveries;

use utoipa_actix_web::service_config::ServiceConfig;

use super::rules::{LONGEST_SECONDS, MOST_QUESTIONS, Refusal};
use crate::web::Problem;
use crate::web::caller::out_of_reach;

/// Hands the room's routes over; they need a `web::Data<Study>`.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.configure(feed::routes)
        .configure(readings::routes)
        .configure(items::routes)
        .configure(pushes::routes)
        .configure(deliveries::routes);
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Outdated(outdated) => outdated.into(),
            Refusal::TooFew => {
                Problem::forbidden("study.too_few", "不足十人的组织由其书记了解，这里只看十人及以上的人数")
            }
            Refusal::NoSuchItem => Problem::not_found("study.item_not_found", "没有找到该学习内容"),
            Refusal::NoSuchUnit => Problem::not_found("study.unit_not_found", "没有找到该组织，或不在推送范围之内"),
            Refusal::NoSuchPush => Problem::not_found("study.push_not_found", "没有找到该推送"),
            Refusal::NoSuchReading => Problem::not_found("study.reading_not_found", "没有找到该学习记录"),
            Refusal::OutOfReach => out_of_reach(),
            Refusal::MinimumOutOfRange => Problem::field(
                "/minimum_seconds",
                "study.minimum_out_of_range",
                format!("最短学习时长须在 0 到 {LONGEST_SECONDS} 秒之间"),
            ),
            Refusal::BadCover => {
                Problem::field("/cover_url", "study.bad_cover", "封面须为 https 网址，且不超过 500 个字符")
            }
            Refusal::UnknownQuestion { index } => {
                Problem::field(&format!("/question_ids/{index}"), "question", "题库中没有这道题，或已停用")
            }
            Refusal::TooManyQuestions => Problem::field(
                "/question_ids",
                "study.too_many_questions",
                format!("关联题目不能超过 {MOST_QUESTIONS} 道"),
            ),
            Refusal::ItemRetired => Problem::conflict("study.item_retired", "该学习内容已停用，不能再推送"),
            Refusal::DayOver => Problem::field("/day", "study.day_over", "推送日期不能早于今天"),
            Refusal::TooFarAhead => Problem::field("/day", "study.too_far_ahead", "推送日期最多提前一年"),
            Refusal::PushTaken => Problem::conflict("study.push_taken", "该组织当天已有推送"),
            Refusal::ItemPushed => {
                Problem::conflict("study.item_pushed", "这篇学习内容已经推送或被阅读过，不能删除；可以停用它")
            }
            Refusal::AlreadyPublished => Problem::conflict("study.already_published", "该推送已经发布，不能撤销"),
            Refusal::NotPublished => Problem::conflict("study.not_published", "该推送尚未发布，还没有学习情况"),
            Refusal::AlreadyReminded => {
                Problem::conflict("study.already_reminded", "当天已提醒过尚未学习的人员，每天只提醒一次")
            }
            Refusal::ReminderTooEarly => Problem::field(
                "/remind_time",
                "study.reminder_too_early",
                "提醒时间须在推送当天、发布之后，且不早于现在",
            ),
            Refusal::TooSoon { seconds_left, paused } => too_soon(seconds_left, paused),
            Refusal::ReadingOver => Problem::gone("study.reading_over", "已超过该次学习的完成期限，请重新打开学习内容"),
            Refusal::BadSpan => {
                Problem::malformed("query.invalid", "查询参数有误：截止日期不能早于起始日期，且一次最多查看两年")
            }
            Refusal::NoPicture => Problem::field("/picture_ids", "study.no_picture", "封面和正文配图须是图片"),
            Refusal::Files(refusal) => refusal.into(),
            Refusal::KeyReused => {
                Problem::unprocessable("idempotency.reused", "同一个 Idempotency-Key 不能用于内容不同的请求")
            }
        }
    }
}

fn too_soon(seconds_left: u32, paused: bool) -> Problem {
    let detail = match paused {
        true => format!("学习计时已暂停，请重新打开该内容，还需阅读 {seconds_left} 秒"),
        false => format!("还需阅读 {seconds_left} 秒才能完成"),
    };
    Problem::conflict("study.too_soon", detail).retry_after(seconds_left)
}
