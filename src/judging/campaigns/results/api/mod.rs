//! The routes of results, explanations and exports.

mod results;
mod explanation;
mod export;

use utoipa_actix_web::service_config::ServiceConfig;

use crate::judging::campaigns::model::ResultsShown;
use crate::judging::campaigns::results::rules::Refusal;
use crate::web::Problem;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.configure(results::routes).configure(explanation::routes).configure(export::routes);
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Campaign(refusal) => refusal.into(),
            Refusal::Entries(refusal) => refusal.into(),
            Refusal::NotShown(when) => Problem::conflict("campaigns.not_shown", not_shown(when)),
            Refusal::Ineligible => {
                Problem::conflict("campaigns.ineligible", "这项申报没有列入选票，按评选规则不参加评选")
            }
        }
    }
}

const fn not_shown(when: ResultsShown) -> &'static str {
    match when {
        ResultsShown::Count => "评选结果在计票后显示",
        ResultsShown::Decision => "评选结果在作出决定后显示",
        ResultsShown::Publication => "评选结果在正式公布后显示",
    }
}
