//! The routes of decisions, objections, publication and awards.

mod decision;
mod objections;
mod publication;
mod awards;

use utoipa_actix_web::service_config::ServiceConfig;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.configure(decision::routes)
        .configure(objections::routes)
        .configure(publication::routes)
        .configure(awards::routes);
}
