//! The routes of signing in, staying signed in and inviting.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, LOCATION, SET_COOKIE, USER_AGENT};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, delete, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

mod consents;
mod cookies;
mod invitations;
mod mine;
mod refusals;
mod resets;
mod slips;

use super::actions::{Opened, Place, Sessions, SignIn};
use super::invitations::Redeeming;
use super::openings::Showing;
use super::refreshing::Carrier;
use super::tokens::ACCESS_SECONDS;
use crate::base::id::{MemberId, SessionId};
use crate::base::text::{Text, Verbatim};
use crate::base::time::Timestamp;
use crate::web::caller::Member;
use crate::web::{Body, Problem, limits};

/// Characters of a user agent that are looked at.
const USER_AGENT_MAX: usize = 400;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(sign_in)
        .service(refresh_session)
        .service(redeem_invitation)
        .service(sign_out)
        .configure(mine::routes)
        .configure(consents::routes)
        .configure(invitations::routes)
        .configure(resets::routes);
}

/// What a member signs in with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SignInBody {
    /// Employee number or phone number.
    account: Text<64>,
    /// The member's own password.
    password: Verbatim<256>,
    /// What the member would call the device, for the list of sessions.
    device: Option<Text<60>>,
    /// `device_key` of an earlier session on this device: it is not locked out by others who try passwords.
    device_key: Option<Text<64>>,
    /// For pages in a browser: whether the refresh token comes in a cookie that no page can read, and not in the answer.
    #[serde(default)]
    cookie: bool,
}

/// A session's tokens. Keep `refresh_token` and `device_key` in the device's secure storage.
#[derive(Serialize, ToSchema)]
pub struct SessionTokens {
    session_id: SessionId,
    member_id: MemberId,
    /// For the `Authorization: Bearer` header.
    access_token: String,
    /// Seconds until `access_token` ends.
    expires_in: i64,
    /// For `POST /session/refresh`, once; absent where it came in a cookie.
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    /// When the session ends unless it is refreshed before.
    refresh_expires_at: Timestamp,
    /// Proves at a later sign-in that this device had a session of the member since the password was last changed.
    device_key: String,
}

impl SessionTokens {
    /// The tokens as they are sent: without the refresh token where a cookie keeps it.
    fn of(opened: Opened, with_refresh: bool) -> SessionTokens {
        SessionTokens {
            session_id: opened.session.id,
            member_id: opened.session.member_id,
            access_token: opened.access_token,
            expires_in: ACCESS_SECONDS,
            refresh_token: with_refresh.then_some(opened.refresh_token),
            refresh_expires_at: opened.session.expires_at,
            device_key: opened.device_key,
        }
    }
}

/// The tokens of a session in an answer, with a cookie where the page asked for one.
fn with_tokens(
    mut response: HttpResponseBuilder,
    req: &HttpRequest,
    sessions: &Sessions,
    opened: Opened,
    cookie: bool,
) -> HttpResponse {
    if cookie {
        let until = opened.session.expires_at;
        response.insert_header((SET_COOKIE, cookies::keep(req, &opened.refresh_token, sessions.now(), until)));
    }
    response.json(SessionTokens::of(opened, !cookie))
}

fn created(req: &HttpRequest, sessions: &Sessions, opened: Opened, cookie: bool) -> HttpResponse {
    let mut response = HttpResponse::Created();
    response.insert_header((LOCATION, format!("/api/v1/me/sessions/{}", opened.session.id)));
    with_tokens(response, req, sessions, opened, cookie)
}

/// What a client says of itself when it signs in by another room's route.
#[derive(Clone, Debug, Default)]
pub struct Signed {
    /// What the member would call the device.
    pub device: Option<Text<60>>,
    pub device_key: Option<Text<64>>,
    /// Whether the refresh token comes in a cookie.
    pub cookie: bool,
}

/// The answer to a sign-in: the tokens, or the cookie and the rest of them.
pub fn signed_in(req: &HttpRequest, sessions: &Sessions, opened: Opened, cookie: bool) -> HttpResponse {
    created(req, sessions, opened, cookie)
}

/// The cookie that keeps a session in a browser which is led on to the pages of the app.
pub fn cookie_of(req: &HttpRequest, sessions: &Sessions, opened: &Opened) -> HeaderValue {
    cookies::keep(req, &opened.refresh_token, sessions.now(), opened.session.expires_at)
}

/// Whether the browser keeps a refresh token.
pub fn keeps_cookie(req: &HttpRequest) -> Option<SessionId> {
    let token = cookies::token(req)?;
    super::tokens::split_refresh_token(&token).map(|(session, _)| session)
}

/// Where a request comes from, for the limits of sign-in.
pub fn place_of(req: &HttpRequest, device_key: Option<Text<64>>) -> Place {
    place(req, device_key)
}

/// What a request shows of its device.
pub fn showing_of(req: &HttpRequest, signed: &Signed) -> Showing {
    showing(req, signed.device.as_ref(), signed.device_key.clone())
}

fn place(req: &HttpRequest, device_key: Option<Text<64>>) -> Place {
    Place { address: limits::client_address(req), device_key: device_key.map(Text::into_string) }
}

/// What a request shows of the device that it comes from; of a long user agent the beginning says enough.
fn showing(req: &HttpRequest, device: Option<&Text<60>>, device_key: Option<Text<64>>) -> Showing {
    let user_agent = req.headers().get(USER_AGENT).map(|value| String::from_utf8_lossy(value.as_bytes()));
    Showing {
        device_key: device_key.map(Text::into_string),
        address: limits::client_address(req),
        user_agent: user_agent.unwrap_or_default().chars().take(USER_AGENT_MAX).collect(),
        device: device.map(|device| device.to_string()),
    }
}

fn device_name(device: Option<Text<60>>) -> String {
    device.map_or_else(|| "未命名设备".to_owned(), Text::into_string)
}

/// Opens a session of `member` without a password and gives the cookie that keeps it in the browser: for the demo, where
/// anybody may be anybody. No route of the API calls it.
pub async fn open_for_browser(
    req: &HttpRequest,
    sessions: &Sessions,
    member: MemberId,
    device: &'static str,
) -> Result<HeaderValue, Problem> {
    let opened = sessions.open_without_password(member, device).await?;
    Ok(cookies::keep(req, &opened.refresh_token, sessions.now(), opened.session.expires_at))
}

/// 登录
///
/// Signs in with an employee or phone number and a password.
#[utoipa::path(tag = "session", security(()), request_body = SignInBody,
    responses((status = 201, description = "Signed in", body = SessionTokens)))]
#[post("/session")]
async fn sign_in(
    req: HttpRequest,
    sessions: web::Data<Sessions>,
    body: Body<SignInBody>,
) -> Result<HttpResponse, Problem> {
    limits::address(&req)?;
    let body = body.into_inner();
    let cookie = body.cookie;
    let ask = SignIn {
        account: body.account.into_string(),
        password: body.password.into_string(),
        device: device_name(body.device),
        place: place(&req, body.device_key),
    };
    let opened = sessions.sign_in(ask).await?;
    Ok(created(&req, &sessions, opened, cookie))
}

/// A refresh token: here, or in the cookie; one of the two.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RefreshBody {
    /// As it came with the session or with the last refresh.
    refresh_token: Option<Text<256>>,
    /// For pages in a browser: the token is in the cookie, and the next one comes there.
    #[serde(default)]
    cookie: bool,
}

/// 续期登录
///
/// Exchanges a refresh token for new tokens.
///
/// Where the answer was lost, asking again with the same token gives the same next one, for up to 48 hours and until the
/// server has seen either of the new tokens. From then on a token that was exchanged before ends its session. Of two
/// pages of a browser that refresh at the same moment both go on: the token that a cookie held before is answered for
/// some seconds more.
#[utoipa::path(tag = "session", security(()), request_body = RefreshBody,
    responses((status = 200, description = "The next tokens", body = SessionTokens)))]
#[post("/session/refresh")]
async fn refresh_session(
    req: HttpRequest,
    sessions: web::Data<Sessions>,
    body: Body<RefreshBody>,
) -> Result<HttpResponse, Problem> {
    limits::address(&req)?;
    match body.into_inner() {
        RefreshBody { refresh_token: Some(token), cookie: false } => {
            let opened = sessions.refresh(&token, Carrier::Body).await?;
            Ok(with_tokens(HttpResponse::Ok(), &req, &sessions, opened, false))
        }
        RefreshBody { refresh_token: None, cookie: true } => refresh_by_cookie(&req, &sessions).await,
        _ => Err(Problem::field("/refresh_token", "one_of", "refresh_token 与 cookie: true 须且只能填写一个")),
    }
}

/// A session that is over takes its cookie along, so that a page asks once and not again and again.
async fn refresh_by_cookie(req: &HttpRequest, sessions: &Sessions) -> Result<HttpResponse, Problem> {
    let token = cookies::token(req).ok_or_else(no_cookie)?;
    match sessions.refresh(&token, Carrier::Cookie).await {
        Ok(opened) => Ok(with_tokens(HttpResponse::Ok(), req, sessions, opened, true)),
        Err(stop) => {
            let problem = Problem::from(stop);
            let is_over = problem.status() == StatusCode::UNAUTHORIZED;
            Err(if is_over { problem.with_cookie(cookies::forget(req)) } else { problem })
        }
    }
}

fn no_cookie() -> Problem {
    Problem::unauthenticated("sessions.required", "请先登录")
}

/// What a member sets a password with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RedeemBody {
    /// The member that the code was issued for.
    employee_no: Text<64>,
    /// As printed, with or without hyphens.
    invite_code: Text<32>,
    /// 8 to 64 characters of at least two kinds, 10 at least for administrators, auditors, organisers, committee members
    /// and experts; nothing that others try first.
    new_password: Verbatim<256>,
    /// What the member would call the device, for the list of sessions.
    device: Option<Text<60>>,
    /// `device_key` of an earlier session on this device, whosever it was: several accounts that are opened on one device
    /// are worth a look when they vote.
    device_key: Option<Text<64>>,
    /// For pages in a browser: whether the refresh token comes in a cookie that no page can read, and not in the answer.
    #[serde(default)]
    cookie: bool,
}

/// 用邀请码开通
///
/// Sets the first or a forgotten password with an invite code; ends all sessions and signs in. A code for somebody who
/// ever signed in answers 409 until it was approved.
#[utoipa::path(tag = "session", security(()), request_body = RedeemBody,
    responses((status = 201, description = "Signed in", body = SessionTokens)))]
#[post("/session/invitation")]
async fn redeem_invitation(
    req: HttpRequest,
    sessions: web::Data<Sessions>,
    body: Body<RedeemBody>,
) -> Result<HttpResponse, Problem> {
    limits::address(&req)?;
    let body = body.into_inner();
    let cookie = body.cookie;
    let ask = Redeeming {
        employee_no: body.employee_no.into_string(),
        code: body.invite_code.into_string(),
        new_password: body.new_password.into_string(),
        showing: showing(&req, body.device.as_ref(), body.device_key),
        device: device_name(body.device),
        place: place(&req, None),
    };
    let opened = sessions.redeem(ask).await?;
    Ok(created(&req, &sessions, opened, cookie))
}

/// 退出登录
///
/// Signs out: ends the present session, and takes its cookie away.
#[utoipa::path(tag = "session", responses((status = 204, description = "Signed out")))]
#[delete("/session")]
async fn sign_out(caller: Member, req: HttpRequest, sessions: web::Data<Sessions>) -> Result<HttpResponse, Problem> {
    sessions.end(caller.member, caller.session).await?;
    let mut response = HttpResponse::NoContent();
    if cookies::token(&req).is_some() {
        response.insert_header((SET_COOKIE, cookies::forget(&req)));
    }
    Ok(response.finish())
}
