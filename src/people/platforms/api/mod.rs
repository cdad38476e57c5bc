//! The routes of signing in by a platform, of binding and of bindings.

mod bindings;
mod pages;
mod browser;
mod cookies;
mod sign_in;

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::http::header::USER_AGENT;
use utoipa_actix_web::service_config::ServiceConfig;

use super::rules::Refusal;
use crate::web::Problem;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(browser::get_platform_page)
        .service(browser::get_platform_return)
        .service(sign_in::sign_in_by_platform)
        .service(sign_in::bind_platform)
        .service(bindings::list_my_platforms)
        .service(bindings::end_my_platform_binding)
        .service(pages::get_js_config)
        .service(pages::get_event_echo)
        .service(pages::take_event);
}

fn user_agent(req: &HttpRequest) -> String {
    let value = req.headers().get(USER_AGENT).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    value.unwrap_or_default().chars().take(400).collect()
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotUsed => Problem::not_found("platforms.not_used", "本企业没有启用这种登录方式"),
            Refusal::CodeOver => Problem::unauthenticated("platforms.code_over", "登录凭证已失效，请重新进入"),
            Refusal::Blocked => {
                Problem::forbidden("platforms.blocked", "微信判断该账号存在风险，暂时不能登录，请改用工号和密码登录")
            }
            Refusal::TooOften { seconds } => Problem::too_many("platforms.too_often", seconds),
            Refusal::Away => Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "platforms.away",
                "微信或企业微信暂时没有响应，请稍后重试，或用工号和密码登录",
            )
            .retry_after(5),
            Refusal::Misconfigured { code } => Problem::internal(format!("the platform refuses us: {code}")),
            Refusal::Outsider => Problem::forbidden(
                "platforms.outsider",
                "您不是本企业在企业微信中的成员，请用工号和密码登录，或联系管理员",
            ),
            Refusal::ForgedState => {
                Problem::forbidden("platforms.state_invalid", "登录请求已过期或不是从本设备发起，请返回后重新进入")
            }
            Refusal::TicketOver => Problem::unauthenticated("platforms.ticket_over", "绑定已超时，请重新进入后再绑定"),
            Refusal::AccountTaken => Problem::conflict(
                "platforms.account_taken",
                "这个微信或企业微信账号已绑定其他人员。如是您本人的账号，请联系党支部书记或管理员",
            ),
            Refusal::MemberBound => {
                Problem::conflict("platforms.member_bound", "您已绑定另一个账号，请先在“登录设备与绑定”中解除原绑定")
            }
            Refusal::NotBound => Problem::not_found("platforms.not_bound", "您没有绑定这个平台的账号"),
            Refusal::PhoneUnknown => {
                Problem::unprocessable("platforms.phone_unknown", "没有人员登记这个手机号，请改用邀请码或密码绑定")
            }
            Refusal::ForeignData => Problem::forbidden("platforms.foreign_data", "数据不属于本企业的应用，不能使用"),
            Refusal::Session(refusal) => refusal.into(),
        }
    }
}
