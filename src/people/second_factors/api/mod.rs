//! The routes of second factors.

use utoipa_actix_web::service_config::ServiceConfig;

mod mine;
mod resets;

use super::rules::Refusal;
use crate::web::Problem;
use crate::web::approval::unanswerable;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.configure(mine::routes).configure(resets::routes);
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Off => Problem::conflict("second_factors.off", "本单位目前不使用动态口令"),
            Refusal::NoPrivilegedDuty => Problem::conflict(
                "second_factors.no_privileged_duty",
                "动态口令供管理员、审计、组织部、党委委员和评审专家使用，您目前没有这些职务",
            ),
            Refusal::Enrolled => Problem::conflict(
                "second_factors.enrolled_already",
                "您已启用动态口令；要换手机，请先用动态口令或恢复码停用，再重新启用",
            ),
            Refusal::NotEnrolled => Problem::conflict("second_factors.not_enrolled", "尚未启用动态口令"),
            Refusal::NothingBegun => {
                Problem::conflict("second_factors.begun_too_long_ago", "启用动态口令的时间已过，请重新开始")
            }
            Refusal::WrongCode => Problem::field(
                "/code",
                "second_factors.wrong_code",
                "动态口令不正确。请输入手机上当前显示的 6 位数字，并检查手机时间；也可以输入恢复码",
            ),
            Refusal::CodeUsed => Problem::field(
                "/code",
                "second_factors.code_used",
                "这个动态口令已经用过，请等手机显示下一个（最多 30 秒）再输入",
            ),
            Refusal::LockedOut { seconds } => Problem::too_many("second_factors.locked_out", seconds),
            Refusal::NoSuchMember => {
                Problem::field("/member_id", "no_such_member", "没有找到该人员，或不在您的职责范围之内")
            }
            Refusal::NoSuchAccount => Problem::not_found("second_factors.account_not_found", "没有这个工号"),
            Refusal::BeyondReach => Problem::forbidden(
                "second_factors.beyond_reach",
                "该人员担任的职务超出您的职责范围，请由上级管理员办理",
            ),
            Refusal::OwnFactor => Problem::forbidden(
                "second_factors.own_reset",
                "不能提议停用自己的动态口令；手机丢失的，请用恢复码，或请另外两名管理员办理",
            ),
            Refusal::ProposedAlready => {
                Problem::conflict("second_factors.already_proposed", "已有管理员提议停用该人员的动态口令，请先处理")
            }
            Refusal::NoSuchReset => Problem::not_found("second_factors.not_found", "没有这项提议"),
            Refusal::NoAnswer(no) => unanswerable(no),
            Refusal::ProposerGone => {
                Problem::conflict("proposals.proposer_gone", "提议人已不再有权提出此项变动，请重新提议")
            }
        }
    }
}
