//! The routes of the room.

mod bulletins;
mod collected;
mod forms;
mod layouts;
mod presets;
mod reports;
mod requests;
mod views;

use utoipa_actix_web::service_config::ServiceConfig;

use super::rules::Refusal;
use crate::base::form::Fault;
use crate::web::approval::unanswerable;
use crate::web::caller::out_of_reach;
use crate::web::{FieldError, Problem};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.configure(presets::routes)
        .configure(forms::routes)
        .configure(layouts::routes)
        .configure(reports::routes)
        .configure(requests::routes)
        .configure(collected::routes)
        .configure(bulletins::routes);
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NoSuchForm => Problem::not_found("reports.form_not_found", "没有找到这项报送"),
            Refusal::NoSuchPeriod => Problem::not_found("reports.period_not_found", "没有找到这一期报送"),
            Refusal::NoSuchReport => Problem::not_found("reports.not_found", "没有找到这份报送"),
            Refusal::NoSuchRequest => Problem::not_found("reports.request_not_found", "没有找到这项申请"),
            Refusal::NoSuchCorrection => Problem::not_found("reports.correction_not_found", "没有找到这条数据说明"),
            Refusal::NoSuchPreset => Problem::not_found("reports.preset_not_found", "没有找到这个表单样式"),
            Refusal::NoSuchUnit => Problem::field("/unit_id", "no_such_unit", "没有这个组织"),
            Refusal::NoSuchOwner => Problem::field("/owner_id", "no_such_member", "没有找到这名党员"),
            Refusal::OutOfReach => out_of_reach(),
            Refusal::NobodyOwes => {
                Problem::field("/unit_kind", "reports.nobody_owes", "这个组织之下没有这类组织，不需要报送")
            }
            Refusal::BadForm(faults) => faulty("/form", faults),
            Refusal::BadAnswers(faults) => faulty("/answers", faults),
            Refusal::BadWindow { field, message } => Problem::field(field, "bad_window", message),
            Refusal::TooSoon { days } => Problem::conflict(
                "reports.too_soon",
                format!("从布置（或开始填报）到截止至少要隔 {days} 天，请推迟截止日期或从下一期开始"),
            ),
            Refusal::WrongFormState(state) => {
                Problem::conflict("reports.wrong_form_state", format!("这项报送{}，不能这样办理", state.title()))
            }
            Refusal::WrongState(state) => {
                Problem::conflict("reports.wrong_state", format!("这份报送{}，不能这样办理", state.title()))
            }
            Refusal::Outdated(outdated) => outdated.into(),
            Refusal::NoChangeUnknown => Problem::conflict("reports.no_change_unknown", "这项报送不能报无变化"),
            Refusal::ChangedNothingTooOften => {
                Problem::conflict("reports.no_change_too_often", "无变化最多连续报两期，本期请填写内容")
            }
            Refusal::OwnReport => Problem::forbidden("reports.own", "不能审核自己填写或提交的报送，请由其他人员办理"),
            Refusal::NoAnswer(no) => unanswerable(no),
            Refusal::PastDue => Problem::conflict("reports.past_due", "截止日期已过，缓报、免报须在截止之前申请"),
            Refusal::RequestWaits => Problem::conflict("reports.request_waits", "已有一项申请等待答复"),
            Refusal::BadDeferral { most } => Problem::field(
                "/until_on",
                "bad_deferral",
                format!("缓报须写明新的截止日期，晚于原截止日期，不超过 {most} 天"),
            ),
            Refusal::NotFilled => Problem::field("/field", "not_filled", "这一项不是系统填写的"),
            Refusal::Answered => Problem::conflict("reports.answered", "这条数据说明已经答复过"),
            Refusal::NotLate => Problem::conflict("reports.not_late", "这份报送没有迟报或未报，不需要转为任务"),
            Refusal::Task(refusal) => refusal.into(),
            Refusal::BadSpan => Problem::malformed("reports.bad_span", "时间段有误：开始须早于结束，最长 800 天"),
            Refusal::Bulletin(refusal) => refusal.into(),
            Refusal::BadBulletin(message) => Problem::field("/text", "bad_text", message),
            Refusal::Files(refusal) => refusal.into(),
            Refusal::BadLayout(error) => error.into(),
            Refusal::KeyReused => Problem::unprocessable("idempotency.reused", "这个 Idempotency-Key 已用于另一个请求"),
        }
    }
}

/// 422 about fields below `at`.
fn faulty(at: &str, faults: Vec<Fault>) -> Problem {
    let error = |Fault { pointer, code, message }: Fault| {
        let pointer = if pointer == "/" { at.to_owned() } else { format!("{at}{pointer}") };
        FieldError { pointer, code: code.into(), message }
    };
    let errors: Vec<FieldError> = faults.into_iter().map(error).collect();
    Problem::unprocessable("body.invalid", "请求内容有误，请检查标出的字段").with_errors(errors)
}
