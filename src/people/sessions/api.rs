//! The routes of signing in, staying signed in and inviting.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, LOCATION, SET_COOKIE, USER_AGENT};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, delete, get, post, put, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

mod cookies;
mod resets;
mod slips;

use super::actions::{Opened, Place, Sessions, SignIn};
use super::invitations::{Invitees, IssuedCode, Redeeming};
use super::model::{InvitationId, Method};
use super::openings::Showing;
use super::refreshing::Carrier;
use super::rules::{Refusal, Standing, Weakness};
use super::tokens::ACCESS_SECONDS;
use super::wording::said;
use crate::base::id::{MemberId, SessionId, UnitId};
use crate::base::text::Text;
use crate::base::time::Timestamp;
use crate::web::caller::{Inviter, Member};
use crate::web::headers::page;
use crate::web::{Body, Path, Problem, limits};

/// Characters of a user agent that are looked at.
const USER_AGENT_MAX: usize = 400;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(sign_in)
        .service(refresh_session)
        .service(redeem_invitation)
        .service(sign_out)
        .service(list_my_sessions)
        .service(end_session)
        .service(change_my_password)
        .service(issue_invitations)
        .configure(resets::routes);
}

/// What a member signs in with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SignInBody {
    /// Employee number or phone number.
    account: Text<64>,
    /// The member's own password.
    password: Text<256>,
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
    new_password: Text<256>,
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

/// A device on which the member is signed in.
#[derive(Serialize, ToSchema)]
struct SessionView {
    id: SessionId,
    /// What the member called it.
    device: String,
    method: Method,
    created_at: Timestamp,
    /// When it was last refreshed.
    last_used_at: Timestamp,
    expires_at: Timestamp,
    /// Whether it is the one that asks.
    current: bool,
}

/// The devices of a member.
#[derive(Serialize, ToSchema)]
struct SessionList {
    items: Vec<SessionView>,
}

/// 我的登录设备
///
/// The devices on which the member is signed in, newest first.
#[utoipa::path(tag = "session", responses((status = 200, description = "Sessions", body = SessionList)))]
#[get("/me/sessions")]
async fn list_my_sessions(caller: Member, sessions: web::Data<Sessions>) -> Result<web::Json<SessionList>, Problem> {
    let items = sessions
        .list(caller.member)
        .await?
        .into_iter()
        .map(|session| SessionView {
            id: session.id,
            device: session.device,
            method: session.method,
            created_at: session.created_at,
            last_used_at: session.rotated_at,
            expires_at: session.expires_at,
            current: session.id == caller.session,
        })
        .collect();
    Ok(web::Json(SessionList { items }))
}

/// 退出某台设备
///
/// Ends one of the member's own sessions.
#[utoipa::path(tag = "session", responses((status = 204, description = "Ended")))]
#[delete("/me/sessions/{id}")]
async fn end_session(
    caller: Member,
    id: Path<SessionId>,
    sessions: web::Data<Sessions>,
) -> Result<HttpResponse, Problem> {
    sessions.end(caller.member, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The old and the new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PasswordBody {
    /// The present password.
    old_password: Text<256>,
    /// 8 to 64 characters of at least two kinds, 10 at least for administrators, auditors, organisers, committee members
    /// and experts; nothing that others try first.
    new_password: Text<256>,
    /// Taken and not needed: anyone who is signed in is not locked out by others who try passwords.
    #[expect(dead_code, reason = "clients send it")]
    device_key: Option<Text<64>>,
}

/// What a changed password leaves on the device that changed it.
#[derive(Serialize, ToSchema)]
struct ChangedPassword {
    /// Takes the place of the device key that the device has: every device key from before the change is worth nothing.
    device_key: String,
}

/// 修改密码
///
/// Changes the password, ends the member's other sessions and makes all device keys worthless but the one it answers.
#[utoipa::path(tag = "session", request_body = PasswordBody,
    responses((status = 200, description = "Changed", body = ChangedPassword)))]
#[put("/me/password")]
async fn change_my_password(
    caller: Member,
    sessions: web::Data<Sessions>,
    body: Body<PasswordBody>,
) -> Result<web::Json<ChangedPassword>, Problem> {
    let body = body.into_inner();
    let (old, new) = (body.old_password.into_string(), body.new_password.into_string());
    let device_key = sessions.change_password(caller.member, caller.session, old, new).await?;
    Ok(web::Json(ChangedPassword { device_key }))
}

crate::words!(
    /// How the codes come back.
    SheetFormat {
        Json = "json" / "数据",
        /// An A4 page to print and cut.
        Html = "html" / "网页",
    }
);

/// Whom to invite: one member, or everybody of a unit.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct InviteBody {
    member_id: Option<MemberId>,
    unit_id: Option<UnitId>,
    /// With `unit_id`: also those who signed in before; each of these codes is a reset.
    #[serde(default)]
    registered_too: bool,
    /// `json` when absent.
    format: Option<SheetFormat>,
}

/// A code, shown only in this answer.
#[derive(Serialize, ToSchema)]
struct CodeView {
    member_id: MemberId,
    /// The employee number to redeem it with.
    employee_no: String,
    /// The member's name.
    name: String,
    /// The member's home unit.
    unit_id: UnitId,
    /// Three groups of four characters.
    invite_code: String,
    expires_at: Timestamp,
    /// For somebody who ever signed in: the reset that the code is, and how it stands.
    reset: Option<ResetStanding>,
}

/// How a reset stands.
#[derive(Serialize, ToSchema)]
struct ResetStanding {
    /// For `POST /resets/{id}/approval`.
    id: InvitationId,
    state: ResetState,
    /// When it works without an approval, where nobody else could give one and nobody refuses.
    waits_until: Option<Timestamp>,
}

impl From<(InvitationId, Standing)> for ResetStanding {
    fn from((id, standing): (InvitationId, Standing)) -> Self {
        let waits_until = if let Standing::Waits { until } = standing { Some(until) } else { None };
        ResetStanding { id, state: standing.into(), waits_until }
    }
}

crate::words!(
    /// Whether a code that resets a password works.
    ResetState {
        /// It works.
        Effective = "effective" / "可使用",
        /// A second person, or the member himself, must approve it.
        NeedsApproval = "needs_approval" / "待他人同意",
        /// Nobody else could approve it: it works from `waits_until` on unless the member refuses.
        Waits = "waits" / "等待生效",
        /// The member refused it.
        Refused = "refused" / "已拒绝",
    }
);

impl From<Standing> for ResetState {
    fn from(standing: Standing) -> Self {
        match standing {
            Standing::Effective { .. } => ResetState::Effective,
            Standing::NeedsApproval => ResetState::NeedsApproval,
            Standing::Waits { .. } => ResetState::Waits,
            Standing::Refused { .. } => ResetState::Refused,
        }
    }
}

/// The codes of one sheet.
#[derive(Serialize, ToSchema)]
struct CodeSheet {
    items: Vec<CodeView>,
}

/// 发放邀请码
///
/// Issues invite codes within the inviter's scope; earlier unused codes of the same members stop working. A code for
/// somebody who ever signed in is a reset: its member or a second person must approve it, where nobody else could it works
/// after a while, and the member is told at once.
#[utoipa::path(tag = "session", request_body = InviteBody,
    responses((status = 201, description = "The codes, shown this once: no `Location`",
        content((CodeSheet = "application/json"), (String = "text/html")))))]
#[post("/invitations")]
async fn issue_invitations(
    inviter: Inviter,
    sessions: web::Data<Sessions>,
    body: Body<InviteBody>,
) -> Result<HttpResponse, Problem> {
    let invitees = match (body.member_id, body.unit_id) {
        (Some(member), None) => Invitees::One(member),
        (None, Some(unit)) => Invitees::Unit { unit, registered_too: body.registered_too },
        _ => return Err(Problem::field("/member_id", "one_of", "member_id 与 unit_id 须且只能填写一个")),
    };
    let codes = sessions.invite(inviter.member, inviter.reach.clone(), invitees).await?;
    if body.format == Some(SheetFormat::Html) {
        return Ok(page(StatusCode::CREATED, slips::page(&codes)));
    }
    let items = codes.into_iter().map(view).collect();
    Ok(HttpResponse::Created().json(CodeSheet { items }))
}

fn view(code: IssuedCode) -> CodeView {
    CodeView {
        member_id: code.member,
        employee_no: code.employee_no,
        name: code.name,
        unit_id: code.unit,
        invite_code: code.code,
        expires_at: code.expires_at,
        reset: code.reset.map(ResetStanding::from),
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::WrongPassword => Problem::unauthenticated("sessions.wrong_password", "账号或密码不正确"),
            Refusal::WrongOldPassword => Problem::unauthenticated("sessions.wrong_password", "原密码不正确"),
            Refusal::LockedOut { seconds } => Problem::too_many("sessions.locked_out", seconds),
            Refusal::Busy => Problem::crowded("too many sign-ins wait"),
            Refusal::SessionOver => Problem::unauthenticated("sessions.over", "登录已失效，请重新登录"),
            Refusal::TokenReused => {
                Problem::unauthenticated("sessions.token_reused", "登录凭证已被使用过，为安全起见请重新登录")
            }
            Refusal::SessionCrowdedOut => Problem::unauthenticated(
                "sessions.too_many",
                "同一账号最多同时在 20 台设备上登录，这台设备最久未使用，已自动退出，请重新登录；如非本人在其他设备登录，请修改密码",
            ),
            Refusal::SessionReset { at, by } => Problem::unauthenticated(
                "sessions.reset",
                format!(
                    "您的登录密码于{}被重设（{by}），这个设备已退出。请用新密码登录；如果不是您本人所为，请立即联系上级党组织或管理员",
                    said(at)
                ),
            ),
            Refusal::SessionRestored => {
                Problem::unauthenticated("sessions.restored", "系统已从备份恢复，所有设备都已退出，请重新登录")
            }
            Refusal::NoSuchSession => Problem::not_found("sessions.not_found", "没有找到这个登录设备"),
            Refusal::BadInvitation => {
                Problem::unprocessable("invitations.invalid", "邀请码不正确、已使用或已过期，请向支部书记重新申请")
            }
            Refusal::WeakPassword(weakness) => Problem::field("/new_password", "passwords.weak", advice(weakness)),
            Refusal::NoSuchMember => {
                Problem::field("/member_id", "no_such_member", "没有找到该人员，或不在您的职责范围之内")
            }
            Refusal::NoSuchUnit => Problem::field("/unit_id", "no_such_unit", "没有找到该组织，或不在您的职责范围之内"),
            Refusal::BeyondReach => Problem::forbidden(
                "invitations.beyond_reach",
                "该人员担任的职务超出您的职责范围，请由上级或管理员发放邀请码",
            ),
            Refusal::ResetNotEffective { standing, issuer, issued_at } => not_effective(standing, &issuer, issued_at),
            Refusal::NoSuchReset => {
                Problem::not_found("resets.not_found", "没有找到这项密码重设，可能已使用、已过期或已重新发码")
            }
            Refusal::IssuersAccount => Problem::forbidden(
                "resets.issuers_account",
                "您的账号是由发放这个邀请码的人开通的，不能由您确认，请由其他有权发码的人或本人确认",
            ),
            Refusal::OwnReset => {
                Problem::forbidden("resets.own", "不能确认自己发放的邀请码，须由另一位有权发码的人确认")
            }
            Refusal::ResetRefused { at } => {
                Problem::conflict("resets.refused", format!("本人已于{}拒绝这项密码重设，不能再确认", said(at)))
            }
            Refusal::NoResetRequest => Problem::not_found("resets.not_requested", "您没有申请重设密码"),
            Refusal::NobodyToInvite => Problem::conflict("invitations.nobody", "该组织没有需要发放邀请码的人员"),
            Refusal::SheetTooLong => {
                Problem::unprocessable("invitations.sheet_too_long", "一次最多发放 500 个邀请码，请按下级组织分别发放")
            }
        }
    }
}

/// Only anyone who has the code hears this.
fn not_effective(standing: Standing, issuer: &str, issued_at: Timestamp) -> Problem {
    let whose = format!("这个用于重设密码的邀请码由{issuer}于{}发放", said(issued_at));
    match standing {
        Standing::Refused { at } => {
            Problem::conflict("resets.refused", format!("{whose}，本人已于{}拒绝，不能使用", said(at)))
        }
        Standing::Waits { until } => Problem::conflict(
            "resets.waits",
            format!("{whose}，将于{}生效；您也可以在已登录的设备上确认，确认后即可使用", said(until)),
        ),
        // one that is effective is not refused
        Standing::NeedsApproval | Standing::Effective { .. } => Problem::conflict(
            "resets.needs_approval",
            format!(
                "{whose}，尚未生效：须由另一位有权发码的人（包括上级组织和管理员）确认，或由您在已登录的设备上确认"
            ),
        ),
    }
}

fn advice(weakness: Weakness) -> &'static str {
    match weakness {
        Weakness::TooShort => "密码至少 8 个字符",
        Weakness::TooShortForDuty => "您担任重要职务，密码至少 10 个字符",
        Weakness::TooLong => "密码最多 64 个字符",
        Weakness::OneKind => "密码须包含数字、小写字母、大写字母、其他字符中的至少两类",
        Weakness::ContainsAccount => "密码不能包含工号",
        Weakness::ContainsName => "密码不能包含您的姓名",
        Weakness::ContainsPhone => "密码不能包含您的手机号",
        Weakness::Common => "这个密码过于常见，容易被猜到，请换一个",
        Weakness::Guessable => "密码不能只由单位名称、常用词、年份和简单数字组成，请加入别人想不到的内容",
        Weakness::Unchanged => "新密码不能与原密码相同",
    }
}
