//! A browser's way to the platform and back, without any form: a message in WeCom leads here, the platform's page says who it
//! is, and the app opens signed in.

use actix_web::http::header::{CACHE_CONTROL, HeaderValue, LOCATION, SET_COOKIE};
use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{cookies, user_agent};
use crate::base::crypto::{digest, random_token};
use crate::config::WebConfig;
use crate::db::Stop;
use crate::people::platforms::Platforms;
use crate::people::platforms::model::Platform;
use crate::people::platforms::rules::{Refusal, device_of, page_of};
use crate::people::platforms::sign_in::{CodeAsk, SignedIn, Way};
use crate::people::sessions::{Sessions, cookie_of, keeps_cookie};
use crate::web::{Path, Problem, Query, limits};

/// Where a browser wants to go.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct EntryQuery {
    /// The page of the app to open, by its path there or in the API; the first page when absent.
    #[param(example = "/study/today")]
    to: Option<String>,
    /// On a PC: a code to scan instead of a page inside the platform (WeCom only).
    #[serde(default)]
    qr: bool,
}

/// 去平台登录
///
/// Leads a browser to the page on which WeCom or WeChat says who it is; one that is signed in goes to its page at once.
#[utoipa::path(tag = "session", security(()), params(("platform" = Platform, Path), EntryQuery),
    responses((status = 302, description = "To the platform's page, or to the app")))]
#[get("/session/platforms/{platform}/entry")]
pub(super) async fn get_platform_page(
    req: HttpRequest,
    platforms: web::Data<Platforms>,
    sessions: web::Data<Sessions>,
    platform: Path<Platform>,
    query: Query<EntryQuery>,
) -> Result<HttpResponse, Problem> {
    limits::address(&req)?;
    let (platform, query) = (*platform, query.0);
    if let Some(session) = keeps_cookie(&req)
        && sessions.is_live(session).await?
    {
        return Ok(lead(page_of(query.to.as_deref()), Vec::new()));
    }
    let cookie = cookies::find(&req, cookies::STATE).unwrap_or_else(random_token);
    let back = format!("{}/api/v1/session/platforms/{platform}/return", own_address(&req));
    let back = match query.to {
        Some(to) => {
            format!("{back}?{}", form_urlencoded::Serializer::new(String::new()).append_pair("to", &to).finish())
        }
        None => back,
    };
    let address = platforms.page_address(platform, &back, &cookie, query.qr).map_err(Problem::from)?;
    Ok(lead(address, vec![cookies::keep(&req, cookies::STATE, &cookie, cookies::STATE_SECONDS)]))
}

/// What the platform sends a browser back with.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ReturnQuery {
    /// The code; absent when the member said no.
    code: Option<String>,
    /// What the browser was sent away with.
    state: Option<String>,
    /// The page of the app to open.
    to: Option<String>,
    /// Sent along by WeCom's page for a PC.
    #[expect(dead_code, reason = "the platform sends it")]
    appid: Option<String>,
}

/// 从平台返回
///
/// Signs a browser in by the code that it came back with, and leads it to the app: to its page, to the page for binding with a
/// ticket, or to the page for signing in with the code of what was refused.
#[utoipa::path(tag = "session", security(()), params(("platform" = Platform, Path), ReturnQuery),
    responses((status = 303, description = "To the app")))]
#[get("/session/platforms/{platform}/return")]
pub(super) async fn get_platform_return(
    req: HttpRequest,
    platforms: web::Data<Platforms>,
    sessions: web::Data<Sessions>,
    platform: Path<Platform>,
    query: Query<ReturnQuery>,
) -> Result<HttpResponse, Problem> {
    limits::address(&req)?;
    let (platform, query) = (*platform, query.0);
    if !platforms.uses(platform) {
        return Err(Refusal::NotUsed.into());
    }
    let page = page_of(query.to.as_deref());
    // whoever has to bind or to sign in first comes to the page of the message all the same
    let then = match page.strip_prefix("/m/#").filter(|page| *page != "/") {
        Some(page) => format!("&to={}", form_urlencoded::byte_serialize(page.as_bytes()).collect::<String>()),
        None => String::new(),
    };
    match come_back(&req, &platforms, platform, query).await {
        Ok(SignedIn::Opened(opened)) => {
            let visit = platforms.visit(opened.session.id);
            let kept = vec![
                cookie_of(&req, &sessions, &opened),
                cookies::keep(&req, cookies::VISIT, &visit, cookies::VISIT_SECONDS),
            ];
            Ok(lead_on(page, kept))
        }
        Ok(SignedIn::Unbound(ticket)) => {
            Ok(lead_on(format!("/m/#/binding?platform={platform}&ticket={ticket}{then}"), Vec::new()))
        }
        Err(stop) => {
            let problem = Problem::from(stop);
            if problem.status().is_server_error() && problem.code() == "service.internal" {
                return Err(problem);
            }
            Ok(lead_on(format!("/m/#/?refused={}{then}", problem.code()), Vec::new()))
        }
    }
}

async fn come_back(
    req: &HttpRequest,
    platforms: &Platforms,
    platform: Platform,
    query: ReturnQuery,
) -> Result<SignedIn, Stop<Refusal>> {
    let cookie = own_state(req, platforms, platform, query.state.as_deref())?;
    let code = query.code.filter(|code| !code.is_empty()).ok_or(Refusal::CodeOver)?;
    let ask = CodeAsk {
        platform,
        way: Way::Page,
        code,
        holder: digest(cookie.as_bytes()).to_vec(),
        device: device_of(platform, &user_agent(req)),
        replaces: visit(req, platforms),
    };
    platforms.sign_in(ask).await
}

/// The cookie with which the state is good.
pub(super) fn own_state(
    req: &HttpRequest,
    platforms: &Platforms,
    platform: Platform,
    state: Option<&str>,
) -> Result<String, Refusal> {
    let cookie = cookies::find(req, cookies::STATE).ok_or(Refusal::ForgedState)?;
    match state.is_some_and(|state| platforms.is_own_state(platform, &cookie, state)) {
        true => Ok(cookie),
        false => Err(Refusal::ForgedState),
    }
}

/// The session that this browser has by a platform.
pub(super) fn visit(req: &HttpRequest, platforms: &Platforms) -> Option<crate::base::id::SessionId> {
    platforms.open_visit(&cookies::find(req, cookies::VISIT)?)
}

/// Where the platform is to send the browser back to.
fn own_address(req: &HttpRequest) -> String {
    let public = req.app_data::<web::Data<WebConfig>>().and_then(|web| web.public_url.clone());
    let public = public.map(|url| url.trim().trim_end_matches('/').to_owned()).filter(|url| !url.is_empty());
    public.unwrap_or_else(|| {
        let scheme = if cookies::is_https(req) { "https" } else { "http" };
        format!("{scheme}://{}", req.connection_info().host())
    })
}

fn lead(to: String, kept: Vec<HeaderValue>) -> HttpResponse {
    answer(HttpResponse::Found(), to, kept)
}

fn lead_on(to: String, kept: Vec<HeaderValue>) -> HttpResponse {
    answer(HttpResponse::SeeOther(), to, kept)
}

fn answer(mut response: actix_web::HttpResponseBuilder, to: String, kept: Vec<HeaderValue>) -> HttpResponse {
    response.insert_header((LOCATION, to)).insert_header((CACHE_CONTROL, "no-store"));
    for cookie in kept {
        response.append_header((SET_COOKIE, cookie));
    }
    response.finish()
}
