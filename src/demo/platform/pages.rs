//! What people look at: the page on which a member says who he is, and a phone with what arrived on it.

use std::collections::HashMap;
use std::sync::Mutex;

use actix_web::http::StatusCode;
use actix_web::http::header::{COOKIE, LOCATION, SET_COOKIE};
use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};

use super::lock;
use super::world::{CodeKind, World};
use crate::base::text::escape_html;

/// Whose phone this browser is.
const PHONE: &str = "fake_phone";

type Asked = Query<HashMap<String, String>>;

fn shown(title: &str, body: &str) -> HttpResponse {
    let html = format!(
        "<!doctype html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{title}</title><style>{STYLE}</style>\
         </head><body><main>{body}</main></body></html>"
    );
    HttpResponse::build(StatusCode::OK).content_type("text/html; charset=utf-8").body(html)
}

const STYLE: &str = "*{box-sizing:border-box}body{font:1rem/1.6 -apple-system,'PingFang SC','Noto Sans CJK SC','Microsoft YaHei',sans-serif;\
margin:0;color:#191b1f;background:#ededed;overflow-wrap:anywhere}main{max-width:26rem;margin:0 auto;min-height:100vh;padding:0 1rem 2rem;\
background:#ededed}h1{font-size:1.125rem;margin:0;padding:1rem 0}h2{font-size:1rem;margin:1.5rem 0 .5rem}p{margin:.5rem 0}\
ul{list-style:none;margin:0;padding:0}li{margin:0 0 .75rem}a{color:#1d5fbf;text-decoration:none}small{color:#5f646c;display:block}\
header{position:sticky;top:0;z-index:1;display:flex;flex-wrap:wrap;align-items:center;justify-content:space-between;gap:0 1rem;\
margin:0 -1rem 1rem;padding:.5rem 1rem;background:#f7f7f7;border-bottom:1px solid #dcdee1}header b{font-size:1.0625rem}\
header small{line-height:1.4}nav{display:flex;flex-wrap:wrap;gap:0 1.25rem}nav a{display:inline-flex;align-items:center;min-height:2.75rem}\
.card,.person{display:block;background:#fff;border-radius:.5rem;padding:.75rem 1rem;color:inherit}\
.card:hover,.person:hover,.card:focus-visible,.person:focus-visible{outline:2px solid #1d5fbf}\
.card b{display:block}.card span{white-space:pre-line;color:#4f545c;font-size:.9375rem}.card em{display:block;margin-top:.5rem;\
padding-top:.5rem;border-top:1px solid #eee;color:#1d5fbf;font-style:normal}.person{min-height:2.75rem}\
.none{padding:3rem 1rem;text-align:center;color:#5f646c}@media(min-width:40rem){body{background:#d5d8dc;padding:2rem 0}\
main{min-height:calc(100vh - 4rem);border-radius:1.25rem;box-shadow:0 0 0 .5rem #2a2d32,0 1rem 3rem rgb(0 0 0/.25)}\
header{border-radius:1.25rem 1.25rem 0 0}}";

fn cookie(req: &HttpRequest) -> Option<String> {
    let lines = req.headers().get_all(COOKIE).filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == PHONE).map(|(_, value)| value.to_owned())
}

fn people(world: &World, address: impl Fn(&str) -> String) -> String {
    let line = |person: &super::Person| {
        format!(
            "<li><a class=\"person\" href=\"{}\">{}<small>{}　{}</small></a></li>",
            escape_html(&address(&person.userid)),
            escape_html(&person.name),
            escape_html(&person.title),
            escape_html(&person.userid)
        )
    };
    format!("<ul>{}</ul>", world.setup.people.iter().take(40).map(line).collect::<String>())
}

pub(super) async fn welcome(world: Data<Mutex<World>>) -> HttpResponse {
    let world = world.into_inner();
    let world = lock(&world);
    let phones = people(&world, |userid| format!("/phone?as={userid}"));
    let body = format!(
        "<h1>平台替身 stand-in platform</h1><p>这里代替企业微信和微信，仅供演示和测试，不连接任何真实平台。</p>\
         <h2>打开一部手机</h2>{phones}<h2>接口</h2><p>按 docs/platforms.md 作答；POST /_faults 可打开任一错误码，\
         DELETE /_tokens 使令牌失效，GET /_calls 与 /_messages 可查看调用和消息。</p><p><a href=\"{}\">打开应用</a></p>",
        escape_html(&world.setup.app)
    );
    shown("平台替身", &body)
}

/// A phone: what arrived on it, each with a link that opens the app signed in.
pub(super) async fn phone(req: HttpRequest, world: Data<Mutex<World>>, asked: Asked) -> HttpResponse {
    let world = world.into_inner();
    let world = lock(&world);
    let Some(userid) = asked.get("as").cloned().or_else(|| cookie(&req)) else {
        return shown(
            "手机",
            &format!("<h1>这是谁的手机？</h1>{}", people(&world, |userid| format!("/phone?as={userid}"))),
        );
    };
    let name = world.person(&userid).map_or_else(|| userid.clone(), |person| person.name.clone());
    let cards = world.arrived.iter().rev().filter(|message| message.userid.eq_ignore_ascii_case(&userid)).take(50);
    let card = |message: &super::Arrived| {
        // WeCom reads a description as HTML, of which we only send what is escaped
        format!(
            "<li><a class=\"card\" href=\"{}\"><b>{}</b><span>{}</span><em>查看</em></a></li>",
            escape_html(&message.url),
            escape_html(&message.title),
            escape_html(&message.description.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
        )
    };
    let cards: String = cards.map(card).collect();
    let cards = if cards.is_empty() {
        "<p class=\"none\">还没有消息。<br>有新消息时这里自动显示，不用刷新。</p>".to_owned()
    } else {
        format!("<ul>{cards}</ul>")
    };
    let body = format!(
        "<meta http-equiv=\"refresh\" content=\"5\"><header><span><b>先锋</b><small>{}的手机</small></span>\
         <nav aria-label=\"手机\"><a href=\"{}/api/v1/session/platforms/wecom/entry\">打开应用</a><a href=\"/\">换一部</a></nav>\
         </header>{cards}<p><small>点开消息，就以{0}的身份登录进入应用。这个浏览器里已经登录为别人的，请先在应用里退出登录，\
         或用无痕窗口打开这部手机。</small></p>",
        escape_html(&name),
        escape_html(&world.setup.app)
    );
    let mut response = shown("手机", &body);
    let kept = format!("{PHONE}={userid}; Path=/; SameSite=Lax");
    if let Ok(value) = kept.parse() {
        response.headers_mut().insert(SET_COOKIE, value);
    }
    response
}

/// The page on which the platform says who it is: silently on a phone that is somebody's, and by a tap elsewhere.
pub(super) async fn authorise(req: HttpRequest, world: Data<Mutex<World>>, asked: Asked) -> HttpResponse {
    let world = world.into_inner();
    let mut world = lock(&world);
    let asked = asked.into_inner();
    let text = |name: &str| asked.get(name).cloned().unwrap_or_default();
    let (app, back, state) = (text("appid"), text("redirect_uri"), text("state"));
    let kind = match app {
        app if app == world.setup.corp => CodeKind::WecomPage,
        app if app == world.setup.wechat_app => CodeKind::WechatPage,
        _ => return shown("出错了", "<h1>40013</h1><p>appid 不正确</p>"),
    };
    let is_trusted = world.setup.trusted.as_ref().is_none_or(|trusted| back.starts_with(trusted.as_str()));
    if !is_trusted || !back.starts_with("http") {
        return shown("出错了", "<h1>50001</h1><p>redirect_uri 的域名不可信</p>");
    }
    if state.len() > 128 || !state.chars().all(|c| c.is_ascii_alphanumeric()) {
        return shown("出错了", "<h1>10003</h1><p>state 只能是 128 个以内的字母和数字</p>");
    }
    let is_scan = req.path().starts_with("/wwlogin");
    let who = asked.get("as").cloned().or_else(|| cookie(&req).filter(|_| !is_scan));
    match who {
        Some(userid) => {
            let code = world.make_code(&userid, kind);
            let pairs = form_urlencoded::Serializer::new(String::new())
                .append_pair("code", &code)
                .append_pair("state", &state)
                .finish();
            let mark = if back.contains('?') { '&' } else { '?' };
            HttpResponse::Found().insert_header((LOCATION, format!("{back}{mark}{pairs}"))).finish()
        }
        None => {
            let (path, query) = (req.path().to_owned(), req.query_string().to_owned());
            let title = if is_scan { "用手机扫码登录：您是谁？" } else { "授权登录：您是谁？" };
            let list = people(&world, |userid| format!("{path}?{query}&as={userid}"));
            shown("授权登录", &format!("<h1>{title}</h1>{list}"))
        }
    }
}
