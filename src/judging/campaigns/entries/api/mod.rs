//! The routes of entries, their articles and their evidence.

pub mod entries;
mod articles;
mod evidence;
pub mod views;

use utoipa_actix_web::service_config::ServiceConfig;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.configure(entries::routes).configure(articles::routes).configure(evidence::routes);
}
