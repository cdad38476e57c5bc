//! The routes of bulletins.

mod bulletins;
mod sheet;

use utoipa_actix_web::service_config::ServiceConfig;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.configure(bulletins::routes);
}
