//! The routes of the room, by what they are about.

mod appeals;
mod imports;
mod proposals;
mod schemes;
mod sheet;
mod statements;
mod units;

use utoipa_actix_web::service_config::ServiceConfig;

use super::model::shown_points;
use super::rules::Refusal;
use crate::web::Problem;
use crate::web::approval::unanswerable;
use crate::web::caller::{not_allowed, out_of_reach};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.configure(schemes::routes)
        .configure(proposals::routes)
        .configure(statements::routes)
        .configure(units::routes)
        .configure(appeals::routes)
        .configure(imports::routes);
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NoScheme => {
                Problem::conflict("appraisals.no_scheme", "这一天还没有生效的考评积分办法，请先由党委制定")
            }
            Refusal::NoSuchVersion => {
                Problem::not_found("appraisals.version_not_found", "没有找到这个版本的考评积分办法")
            }
            Refusal::InForce => {
                Problem::conflict("appraisals.scheme_in_force", "这个版本已经生效，不能撤回；请写一个新的版本")
            }
            Refusal::BadDay => Problem::field(
                "/effective_on",
                "appraisals.bad_effective_day",
                "生效日期最早为明天，最晚为一年之后；首个版本可从今年 1 月 1 日起",
            ),
            Refusal::DimensionsMidYear => Problem::field(
                "/effective_on",
                "appraisals.dimensions_mid_year",
                "维度的增减须从 1 月 1 日起生效，因为上限和合计都按年计算",
            ),
            Refusal::BadScheme(place, why) => Problem::field(place, "appraisals.bad_scheme", why),
            Refusal::ChangedMeanwhile => {
                Problem::conflict("appraisals.scheme_changed", "考评积分办法刚刚被他人修改，请刷新后重试")
            }
            Refusal::NoSuchMember => {
                Problem::field("/member_id", "appraisals.no_such_member", "没有找到该人员，或已离开")
            }
            Refusal::UnknownMember => Problem::not_found("members.not_found", "没有找到该人员"),
            Refusal::NoSuchCorrected => {
                Problem::field("/corrects_entry_id", "appraisals.no_such_entry", "没有找到要更正的积分记录")
            }
            Refusal::NoSuchUnit => Problem::not_found("units.not_found", "没有找到该组织"),
            Refusal::OutOfReach => out_of_reach(),
            Refusal::NotAllowed => not_allowed(),
            Refusal::NoSuchClass => {
                Problem::field("/class", "appraisals.no_such_class", "考评积分办法中没有这一类党员")
            }
            Refusal::OwnClass => Problem::forbidden("appraisals.own_class", "不能确定本人的考评类别，请由其他人员办理"),
            Refusal::NoSuchRule => Problem::field("/rule", "appraisals.no_such_rule", "考评积分办法中没有这一项"),
            Refusal::NotProposed(why) => Problem::field("/rule", "appraisals.not_proposed", why),
            Refusal::BadDimension => Problem::field("/rule", "appraisals.bad_dimension", "这一项没有对应的维度"),
            Refusal::PointsOutOfRange(least, most) => {
                let (least, most) = (shown_points(least.into()), shown_points(most.into()));
                Problem::field("/points", "appraisals.points_out_of_range", format!("分值须在 {least} 到 {most} 之间"))
            }
            Refusal::BadEventDay => Problem::field(
                "/day",
                "appraisals.bad_event_day",
                "发生日期须在今年之内，且不能晚于今天；1 月可以补记上一年",
            ),
            Refusal::EvidenceMissing(what) => {
                Problem::field("/file_ids", "appraisals.evidence_missing", format!("请附上{what}"))
            }
            Refusal::Exempt => Problem::field("/rule", "appraisals.exempt", "这一项不适用于该党员所属的类别"),
            Refusal::CauseTaken => {
                Problem::conflict("appraisals.cause_taken", "同一事项已经提出过，加分只加一次，扣分只扣一次")
            }
            Refusal::NoSuchProposal => Problem::not_found("appraisals.proposal_not_found", "没有找到这条积分申报"),
            Refusal::NoAnswer(no) => unanswerable(no),
            Refusal::BadApproval(most) => {
                let most = shown_points(most.into());
                Problem::field(
                    "/points",
                    "appraisals.bad_approval",
                    format!("认定的分值须大于 0，且不超过提出的 {most} 分"),
                )
            }
            Refusal::ReasonMissing => {
                Problem::field("/reason", "appraisals.reason_missing", "减轻、免予或不予认定时，请写明理由")
            }
            Refusal::MayStillAnswer(until) => {
                let day = until.in_chinese();
                Problem::conflict(
                    "appraisals.may_still_answer",
                    format!("本人在{day}前可以说明情况，说明之后或期满才能确认扣分"),
                )
            }
            Refusal::NoReply => Problem::conflict("appraisals.no_reply", "这条申报不需要说明，或说明的时间已过"),
            Refusal::Replied => Problem::conflict("appraisals.replied", "您已经说明过，不能再改"),
            Refusal::NoSuchEntry => Problem::not_found("appraisals.entry_not_found", "没有找到这条积分记录"),
            Refusal::Corrected => Problem::conflict("appraisals.corrected", "这条记录已经更正，或本身就是更正"),
            Refusal::CarriedOver => Problem::conflict(
                "appraisals.follows_others",
                "年初结转随上一年的记录而定，请对上一年的记录提出申诉或更正",
            ),
            Refusal::AppealTooLate => Problem::conflict("appraisals.appeal_too_late", "申诉的时间已过"),
            Refusal::Appealed => Problem::conflict("appraisals.appealed", "这条记录已经申诉过，一条记录只能申诉一次"),
            Refusal::NoSuchAppeal => Problem::not_found("appraisals.appeal_not_found", "没有找到这条申诉"),
            Refusal::OwnAppeal => Problem::forbidden(
                "appraisals.own_appeal",
                "提出、审定这条记录的人和本人都不能处理申诉，请由其他人员办理",
            ),
            Refusal::AppealOver => Problem::conflict("appraisals.appeal_settled", "这条申诉已经答复或撤回"),
            Refusal::OpeningAhead => {
                Problem::conflict("appraisals.opening_ahead", "基础分按年的从 1 月 1 日起记入，按季的在季度结束后记入")
            }
            Refusal::BadQuarter => Problem::field(
                "/quarter",
                "appraisals.bad_quarter",
                "按年记入基础分的不写季度，按季记入的写第 1 到第 4 季度；只做年初结转的不写季度",
            ),
            Refusal::BadPeriod => {
                Problem::malformed("appraisals.bad_period", "时间段有误：开始不能晚于结束，最长 400 天")
            }
            Refusal::TrialAhead => Problem::field("/day", "appraisals.trial_ahead", "试算的月份不能在将来"),
            Refusal::BadSheet(error) => error.into(),
            Refusal::NoImport(no) => no.into(),
            Refusal::Files(refusal) => refusal.into(),
            Refusal::KeyReused => Problem::unprocessable("idempotency.reused", "这个 Idempotency-Key 已用于另一个请求"),
        }
    }
}
