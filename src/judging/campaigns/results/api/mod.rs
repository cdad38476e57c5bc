//! The routes of results, explanations and exports.

mod results;
mod explanation;
mod export;

use utoipa_actix_web::service_config::ServiceConfig;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.configure(results::routes).configure(explanation::routes).configure(export::routes);
}
