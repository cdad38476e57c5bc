//! Signing in by a code that a client has itself, and binding.

use actix_web::{HttpRequest, HttpResponse, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::browser::{own_state, visit};
use super::user_agent;
use crate::base::crypto::digest;
use crate::base::text::Text;
use crate::people::platforms::Platforms;
use crate::people::platforms::binding::{BindAsk, ProofAsk};
use crate::people::platforms::model::Platform;
use crate::people::platforms::rules::device_of;
use crate::people::platforms::sign_in::{CodeAsk, SignedIn, Way};
use crate::people::sessions::{SessionTokens, Sessions, Signed, place_of, showing_of, signed_in};
use crate::web::{Body, Path, Problem, limits};

/// What a client signs in with that has a code of the platform.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PlatformSignInBody {
    /// The code: of `wx.login`, of `wx.qy.login`, or that the platform's page sent back.
    code: Text<512>,
    /// For a page: what the browser was sent away with (`…/entry`). Absent in a mini-program.
    state: Option<Text<128>>,
    /// For a mini-program: drawn by the client, and the same when it asks again because an answer was lost.
    attempt: Option<Text<64>>,
    /// What the member would call the device; by what it says of itself when absent.
    device: Option<Text<60>>,
    /// For pages in a browser: whether the refresh token comes in a cookie that no page can read, and not in the answer.
    #[serde(default)]
    cookie: bool,
}

/// That the platform has recognised somebody whose account is not bound yet.
#[derive(Serialize, ToSchema)]
struct BindingNeeded {
    /// For `POST /session/binding`, for 15 minutes.
    ticket: String,
    /// By what the account can be bound: `password`, `invite_code`, `phone_code`.
    #[schema(examples("password", "invite_code"))]
    ways: Vec<&'static str>,
}

/// 平台登录
///
/// Signs in anyone whom WeCom or WeChat recognises by the code. The same code asked with again within five minutes by the same
/// device gives the same session; the platform is asked once. An account that is not bound yet gets a ticket for binding.
#[utoipa::path(tag = "session", security(()), params(("platform" = Platform, Path)), request_body = PlatformSignInBody,
    responses((status = 201, description = "Signed in", body = SessionTokens),
        (status = 202, description = "Recognised, and still to be bound", body = BindingNeeded)))]
#[post("/session/platforms/{platform}")]
pub(super) async fn sign_in_by_platform(
    req: HttpRequest,
    platforms: web::Data<Platforms>,
    sessions: web::Data<Sessions>,
    platform: Path<Platform>,
    body: Body<PlatformSignInBody>,
) -> Result<HttpResponse, Problem> {
    limits::address(&req)?;
    let (platform, body) = (*platform, body.into_inner());
    let user_agent = user_agent(&req);
    // a code that came by an address is good only in the browser that was sent for it
    let (way, holder) = match (platform, body.state) {
        (Platform::Mini, _) | (Platform::Wecom, None) => {
            let attempt = body.attempt.map(Text::into_string).unwrap_or_default();
            (Way::MiniProgram, digest(format!("{attempt}\0{user_agent}").as_bytes()))
        }
        (_, state) => {
            let cookie = own_state(&req, &platforms, platform, state.as_deref()).map_err(Problem::from)?;
            (Way::Page, digest(cookie.as_bytes()))
        }
    };
    let ask = CodeAsk {
        platform,
        way,
        code: body.code.into_string(),
        holder: holder.to_vec(),
        device: body.device.map_or_else(|| device_of(platform, &user_agent), Text::into_string),
        replaces: visit(&req, &platforms),
    };
    match platforms.sign_in(ask).await? {
        SignedIn::Opened(opened) => Ok(signed_in(&req, &sessions, *opened, body.cookie)),
        SignedIn::Unbound(ticket) => {
            let ways = platforms.ways_to_bind(platform);
            Ok(HttpResponse::Accepted().json(BindingNeeded { ticket, ways }))
        }
    }
}

/// How somebody proves whose account it is: by one of the three.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BindBody {
    /// As it came with the sign-in.
    ticket: Text<1024>,
    /// Employee number, with the password or the invite code; a phone number is enough beside a password.
    account: Option<Text<64>>,
    /// The member's own password.
    password: Option<Text<256>>,
    /// A code that was issued for the member; it is used up.
    invite_code: Option<Text<32>>,
    /// A code of the mini-program that gives the phone number, where the enterprise has that.
    phone_code: Option<Text<512>>,
    /// What the member would call the device.
    device: Option<Text<60>>,
    /// `device_key` of an earlier session on this device.
    device_key: Option<Text<64>>,
    /// For pages in a browser: whether the refresh token comes in a cookie that no page can read, and not in the answer.
    #[serde(default)]
    cookie: bool,
}

/// 绑定平台账号
///
/// Binds a recognised account to the member who proves who he is, and signs in. The member is told, on every channel.
#[utoipa::path(tag = "session", security(()), request_body = BindBody,
    responses((status = 201, description = "Bound, and signed in", body = SessionTokens)))]
#[post("/session/binding")]
pub(super) async fn bind_platform(
    req: HttpRequest,
    platforms: web::Data<Platforms>,
    sessions: web::Data<Sessions>,
    body: Body<BindBody>,
) -> Result<HttpResponse, Problem> {
    limits::address(&req)?;
    let body = body.into_inner();
    let proof = match (body.account, body.password, body.invite_code, body.phone_code) {
        (Some(account), Some(password), None, None) => {
            ProofAsk::Password { account: account.into_string(), password: password.into_string() }
        }
        (Some(account), None, Some(code), None) => {
            ProofAsk::InviteCode { employee_no: account.into_string(), code: code.into_string() }
        }
        (None, None, None, Some(code)) => ProofAsk::PhoneCode { code: code.into_string() },
        _ => {
            let advice = "请填写工号和密码，或工号和邀请码，或手机号凭证，三者须且只能选其一";
            return Err(Problem::field("/account", "one_of", advice));
        }
    };
    let signed = Signed { device: body.device, device_key: body.device_key, cookie: body.cookie };
    let user_agent = user_agent(&req);
    let device = signed.device.as_ref().map(|device| device.to_string());
    let ask = BindAsk {
        ticket: body.ticket.into_string(),
        proof,
        device: device.unwrap_or_else(|| device_of(Platform::Wecom, &user_agent)),
        place: place_of(&req, signed.device_key.clone()),
        showing: showing_of(&req, &signed),
        replaces: visit(&req, &platforms),
    };
    let opened = platforms.bind_by(ask).await?;
    Ok(signed_in(&req, &sessions, opened, signed.cookie))
}
