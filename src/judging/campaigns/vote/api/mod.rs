//! The routes of the vote.

mod ballots;
mod participation;
mod flags;
mod flag_review;
mod voidings;

use utoipa_actix_web::service_config::ServiceConfig;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.configure(ballots::routes)
        .configure(participation::routes)
        .configure(flags::routes)
        .configure(flag_review::routes)
        .configure(voidings::routes);
}
