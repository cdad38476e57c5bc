//! The routes of desks.

mod assignments;
mod desk;
mod hand_overs;

use utoipa_actix_web::service_config::ServiceConfig;

use super::rules::Refusal;
use crate::web::Problem;
use crate::web::caller::out_of_reach;

pub fn routes(cfg: &mut ServiceConfig) {
    desk::routes(cfg);
    assignments::routes(cfg);
    hand_overs::routes(cfg);
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NoSuchUnit => Problem::not_found("units.not_found", "没有找到这个组织"),
            Refusal::OutOfReach => out_of_reach(),
            Refusal::NoSuchItem => Problem::not_found("desk.not_found", "没有找到这项待办，可能已经办完或转给他人"),
            Refusal::NoSuchHandOver => Problem::not_found("desk.hand_over_not_found", "没有找到这份移交清单"),
            Refusal::NotAssignable => {
                Problem::conflict("desk.not_assignable", "这项待办涉及账号、职务或个人意见，或只能由本人办理，不能交办")
            }
            Refusal::ToHimself => Problem::field("/member_id", "desk.to_oneself", "不用交办给自己，请直接办理"),
            Refusal::Barred => Problem::field("/member_id", "desk.barred", "此人应当回避这项工作，请另选他人"),
            Refusal::NotOfUnit => Problem::field("/member_id", "desk.not_of_unit", "只能交办给这项工作所在组织的党员"),
        }
    }
}
