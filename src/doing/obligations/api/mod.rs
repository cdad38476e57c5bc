//! The routes of the room, by what they are about.

mod exemptions;
mod lines;
mod meetings;
mod paper;
mod rules;
mod sheets;

use utoipa_actix_web::service_config::ServiceConfig;

use super::rules::{ENTRY_DAYS, MOST_RULES, Refusal};
use crate::web::Problem;
use crate::web::approval::unanswerable;
use crate::web::caller::{not_allowed, out_of_reach};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.configure(sheets::routes)
        .configure(lines::routes)
        .configure(exemptions::routes)
        .configure(rules::routes)
        .configure(meetings::routes);
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NoSuchUnit => Problem::not_found("units.not_found", "没有找到这个组织"),
            Refusal::NoSuchRule => Problem::not_found("obligations.rule_not_found", "没有这项规定动作"),
            Refusal::NoSuchEntry => Problem::not_found("obligations.entry_not_found", "没有找到这条登记"),
            Refusal::NoSuchEvent => Problem::not_found("obligations.event_not_found", "没有找到这个事项"),
            Refusal::NoSuchExemption => Problem::not_found("obligations.exemption_not_found", "没有找到这项申请"),
            Refusal::OutOfReach => out_of_reach(),
            Refusal::NotYours => not_allowed(),
            Refusal::NotAsked => {
                Problem::conflict("obligations.not_asked", "这项规定动作不适用于该组织，或该时段没有这一项")
            }
            Refusal::TickedByRecords => Problem::conflict(
                "obligations.ticked_by_records",
                "这一项按会议等记录自动认定，不能手工登记；请补录相应的记录",
            ),
            Refusal::DayOutOfRange => Problem::field(
                "/done_on",
                "obligations.day_out_of_range",
                format!("完成日期不能晚于今天，也不能早于 {ENTRY_DAYS} 天之前"),
            ),
            Refusal::EventOutOfRange => {
                Problem::field("/happens_on", "obligations.event_out_of_range", "日期须在一年之前到五年之后之间")
            }
            Refusal::NoEvents => Problem::conflict("obligations.no_events", "这一项按时间办理，不按事项登记"),
            Refusal::Withdrawn => Problem::gone("obligations.withdrawn", "这条登记已经撤销"),
            Refusal::Exempted => Problem::conflict("obligations.exempted", "这一项已申请不适用，或已确认不适用"),
            Refusal::AlreadyDone => Problem::conflict("obligations.already_done", "这一项已经完成，不必申请不适用"),
            Refusal::Unanswerable(no) => unanswerable(no),
            Refusal::NoSuchFact => Problem::field("/fact", "obligations.no_such_fact", "没有这项数据"),
            Refusal::WrongWindow { index } => Problem::field(
                &format!("/windows/{index}"),
                "obligations.wrong_window",
                "时间窗须从早到晚、互不重叠，起止日期须存在；按事项的只能有一个",
            ),
            Refusal::EndOutOfRange => Problem::field(
                "/until_on",
                "obligations.end_out_of_range",
                "截止日期不能早于开始日期和今天，自设的规定动作最长一年，到期由负责人续期",
            ),
            Refusal::Shipped => {
                Problem::conflict("obligations.shipped", "这是随产品提供的规定动作，不设截止日期，可以停用")
            }
            Refusal::Begun => {
                Problem::field("/from_on", "obligations.already_begun", "须从今天或以后开始；已经开始的时段不再改变")
            }
            Refusal::TooManyRules => {
                Problem::conflict("obligations.too_many_rules", format!("同时生效的自设规定动作最多 {MOST_RULES} 项"))
            }
            Refusal::KeyReused => Problem::unprocessable("idempotency.reused", "这个 Idempotency-Key 已用于另一个请求"),
        }
    }
}
