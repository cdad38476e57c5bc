//! The routes of bulletins.

mod bulletins;
mod findings;

use utoipa_actix_web::service_config::ServiceConfig;

use crate::judging::campaigns::bulletins::rules::Refusal;
use crate::web::Problem;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.configure(bulletins::routes).configure(findings::routes);
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Campaign(refusal) => refusal.into(),
            Refusal::Bulletin(refusal) => refusal.into(),
            Refusal::Task(refusal) => refusal.into(),
            Refusal::NoSuchFinding => Problem::not_found("bulletins.finding_not_found", "通报中没有这一条"),
            Refusal::NotAProblem => Problem::conflict("bulletins.not_a_problem", "只有存在的问题可以转为整改任务"),
            Refusal::NotIssued => Problem::conflict("bulletins.not_issued", "通报印发之后才能转为整改任务"),
            Refusal::NoUnit => {
                Problem::field("/unit_id", "bulletins.no_unit", "这一条没有对应的材料，请指定整改的组织")
            }
        }
    }
}
