//! The routes of campaigns, their stages, extensions and cancellations.

mod campaigns;
mod stages;
mod extensions;
mod cancellation;
pub mod views;

use utoipa_actix_web::service_config::ServiceConfig;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.configure(campaigns::routes)
        .configure(stages::routes)
        .configure(extensions::routes)
        .configure(cancellation::routes);
}
