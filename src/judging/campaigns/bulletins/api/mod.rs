//! The routes of bulletins.

mod bulletins;
mod sheet;

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
            Refusal::NoBulletin => Problem::not_found("campaigns.bulletin_not_found", "还没有通报"),
            Refusal::BulletinIssued => Problem::conflict("campaigns.bulletin_issued", "通报已经印发，不能再改动"),
            Refusal::BulletinChanged { version } => Problem::conflict(
                "campaigns.bulletin_changed",
                format!("通报已被改动，现为第 {version} 稿，请重新查看后再操作"),
            ),
            Refusal::OwnBulletin => {
                Problem::forbidden("campaigns.own_bulletin", "不能审核自己起草的通报，须由另一人审核")
            }
            Refusal::NotReviewed => Problem::conflict("campaigns.not_reviewed", "通报还没有审核"),
            Refusal::NoNumber => Problem::field("/text/document_no", "campaigns.no_number", "审核前须填写文号"),
            Refusal::NumberTaken => Problem::conflict("campaigns.number_taken", "这个文号已被使用"),
        }
    }
}
