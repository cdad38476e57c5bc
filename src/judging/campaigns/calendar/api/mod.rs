//! The routes of campaigns, their stages, extensions and cancellations.

pub mod campaigns;
mod stages;
mod extensions;
mod cancellation;
pub mod views;

use utoipa_actix_web::service_config::ServiceConfig;

use crate::judging::campaigns::calendar::rules::Refusal;
use crate::judging::campaigns::rules::CampaignRefusal;
use crate::web::Problem;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.configure(campaigns::routes)
        .configure(stages::routes)
        .configure(extensions::routes)
        .configure(cancellation::routes);
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            // here the body names it
            Refusal::Campaign(CampaignRefusal::NoSuchStage) => {
                Problem::field("/stage", "no_such_stage", "这次评选没有这个阶段")
            }
            Refusal::Campaign(refusal) => refusal.into(),
            Refusal::Vote(refusal) => refusal.into(),
            Refusal::NoSuchExtension => Problem::not_found("campaigns.extension_not_found", "没有找到这项延期提议"),
            Refusal::NoNotice => Problem::field("/terms/notice", "campaigns.no_notice", "发布前须填写评选通知及其文号"),
            Refusal::NoticeNumberTaken => {
                Problem::conflict("campaigns.notice_number_taken", "评选通知的文号已被另一份文件使用，请改用其他文号")
            }
            Refusal::NobodyVotes => Problem::conflict("campaigns.nobody_votes", "选民范围内没有人，评选不能开始"),
            Refusal::ClockOnly(stage) => Problem::conflict(
                "campaigns.clock_only",
                format!("{}阶段只能按公布的时间结束，不能提前", stage.title()),
            ),
            Refusal::NotLater => Problem::field(
                "/closes_at",
                "campaigns.not_later",
                "结束时间只能推迟；申报不能晚于评选开始的时间，整个评选不能超过两年",
            ),
            Refusal::NoCancellation => Problem::not_found("campaigns.cancellation_not_found", "没有人提议终止这次评选"),
            Refusal::CancellationProposed => {
                Problem::conflict("campaigns.cancellation_proposed", "已经有人提议终止这次评选，请先确认或撤回该提议")
            }
            Refusal::CountedAlready => Problem::gone("campaigns.counted_already", "已经计票，评选不能再终止"),
        }
    }
}
