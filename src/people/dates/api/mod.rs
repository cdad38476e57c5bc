//! The routes of the calendar and of its address.

mod calendar;
mod feeds;

use utoipa_actix_web::service_config::ServiceConfig;

use super::rules::Refusal;
use crate::web::Problem;

pub fn routes(cfg: &mut ServiceConfig) {
    calendar::routes(cfg);
    feeds::routes(cfg);
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::BadSpan => {
                Problem::unprocessable("dates.bad_span", "截止日期不能早于起始日期，一次最多查看 92 天，请缩短范围")
            }
            Refusal::NoSuchYear => Problem::unprocessable("dates.no_such_year", "只能查看 2020 年至 2099 年的日程"),
            Refusal::NoFeed => Problem::not_found("dates.feed_not_found", "这个日程订阅地址不存在或已停用"),
        }
    }
}
