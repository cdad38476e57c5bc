//! The routes of the room.

mod hand_overs;
mod imports;
mod items;
mod layings;
mod layouts;
mod lists;
mod printed;
mod requests;
mod standing;
mod steps;
mod tasks;
mod views;

use utoipa_actix_web::service_config::ServiceConfig;

use super::rules::Refusal;
use crate::base::own_case::Involvement;
use crate::web::Problem;
use crate::web::approval::unanswerable;
use crate::web::caller::{not_allowed, out_of_reach};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.configure(lists::routes)
        .configure(items::routes)
        .configure(layings::routes)
        .configure(imports::routes)
        .configure(layouts::routes)
        .configure(hand_overs::routes)
        // fixed names before `{id}`
        .configure(standing::routes)
        .configure(printed::routes)
        .configure(tasks::routes)
        .configure(steps::routes)
        .configure(requests::routes);
}

fn at(pointer: &str, code: &'static str, message: impl Into<String>) -> Problem {
    Problem::field(pointer, code, message)
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NoSuchList => Problem::not_found("tasks.list_not_found", "没有找到这份任务清单"),
            Refusal::NoSuchItem => Problem::not_found("tasks.item_not_found", "清单中没有这一项"),
            Refusal::NoSuchTask => Problem::not_found("tasks.not_found", "没有找到这项任务"),
            Refusal::NoSuchLaying => Problem::not_found("tasks.laying_not_found", "没有找到这次下发"),
            Refusal::NoSuchNode => Problem::not_found("tasks.node_not_found", "任务没有这个节点"),
            Refusal::NoSuchUnit(pointer) => at(&pointer, "tasks.no_such_unit", "没有这个组织"),
            Refusal::UnitBeyond(pointer) => {
                at(&pointer, "tasks.unit_beyond", "任务只能下发给清单所属组织及其下级，且组织未撤销")
            }
            Refusal::NoSuchMember(pointer) => at(&pointer, "tasks.no_such_member", "没有找到该人员，或不属于承办单位"),
            Refusal::OutOfReach => out_of_reach(),
            Refusal::NotAllowed => not_allowed(),
            Refusal::ItemLaid => Problem::conflict("tasks.item_laid", "这一项已经下发，不能修改或删除；请在任务中调整"),
            Refusal::TooManyItems => Problem::conflict("tasks.too_many_items", "一份清单最多 500 项"),
            Refusal::NothingToLay => Problem::conflict("tasks.nothing_to_lay", "清单中还没有可以下发的任务"),
            Refusal::NoUnit(number) => {
                at("/unit_ids", "tasks.no_unit", format!("第 {number} 项没有牵头单位，请指定下发的组织"))
            }
            Refusal::TooManyTasks => at("/unit_ids", "tasks.too_many_tasks", "一次最多下发 200000 项任务，请分批下发"),
            Refusal::WrongState(state) => {
                Problem::conflict("tasks.wrong_state", format!("任务目前是“{}”，不能这样办理", state.title()))
            }
            Refusal::OwnCase(how) => own_case(how),
            Refusal::BadDueDay => at("/due_on", "tasks.bad_due_day", "完成时限须在今年之内或以后，最远五年"),
            Refusal::BadNode(index) => {
                at(&format!("/nodes/{index}/due_on"), "tasks.bad_node", "节点应按日期先后，且不晚于完成时限")
            }
            Refusal::BadUntil => at("/until", "tasks.bad_until", "日期应晚于今天和当前时限，最远五年"),
            Refusal::ExtensionTooLate => {
                Problem::conflict("tasks.extension_too_late", "已过完成时限，不能再申请延期；原时限不变")
            }
            Refusal::ExtensionsSpent(most) => {
                Problem::conflict("tasks.extensions_spent", format!("一项任务最多延期 {most} 次"))
            }
            Refusal::RequestOpen => Problem::conflict("tasks.request_open", "已有一份申请待批准"),
            Refusal::NoRequest => Problem::not_found("tasks.request_not_found", "没有这样的申请"),
            Refusal::LeaderNext => Problem::forbidden("tasks.leader_next", "重点任务的延期还须由责任领导批准"),
            Refusal::NoAnswer(no) => unanswerable(no),
            Refusal::EvidenceMissing(why) => at("/file_ids", "tasks.evidence_missing", format!("请附佐证材料：{why}")),
            Refusal::NothingReworded => at("/title", "tasks.nothing_reworded", "请写明调整后的任务或完成标准"),
            Refusal::AlreadyThere => at("/unit_id", "tasks.already_there", "该组织已有这一项任务"),
            Refusal::BadMerge => at("/into", "tasks.bad_merge", "只能并入同一单位尚未办结的另一项任务"),
            Refusal::NodeSettled => Problem::conflict("tasks.node_settled", "这个节点已经登记过，不能再改"),
            Refusal::NodeNoteMissing => at("/note", "tasks.node_note_missing", "请写明完成情况或取消的原因"),
            Refusal::BadMonth => Problem::malformed("tasks.bad_month", "月份不能在将来"),
            Refusal::Outdated(outdated) => outdated.into(),
            Refusal::Files(refusal) => refusal.into(),
            Refusal::BadSheet(error) => error.into(),
            Refusal::BadLayout(error) => error.into(),
            Refusal::NoImport(no) => no.into(),
            Refusal::KeyReused => Problem::unprocessable("idempotency.reused", "这个 Idempotency-Key 已用于另一个请求"),
        }
    }
}

fn own_case(how: Involvement) -> Problem {
    let why = match how {
        Involvement::Implementer => "您是这项任务的承办人",
        Involvement::Proposer => "这是您提交或提出的",
        _ => "您属于承办单位",
    };
    Problem::forbidden("tasks.own_case", format!("{why}，请由其他人员审核"))
}
