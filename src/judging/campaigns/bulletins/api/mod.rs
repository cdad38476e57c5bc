//! The routes of bulletins.

mod bulletins;

use utoipa_actix_web::service_config::ServiceConfig;

use crate::judging::campaigns::bulletins::rules::Refusal;
use crate::web::Problem;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.configure(bulletins::routes);
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Campaign(refusal) => refusal.into(),
            Refusal::Bulletin(refusal) => refusal.into(),
        }
    }
}
