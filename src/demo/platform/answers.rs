//! What each interface answers. The numbers are paragraphs of `docs/platforms.md`.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::Answer;
use super::world::{Arrived, CODE_SECONDS, CodeKind, World, message_of, openid_of, unionid_of};
use crate::base::crypto::random_token;

type Query = HashMap<String, String>;

/// What the platform's application is called among the tokens.
const WECOM: &str = "wecom";
const WECHAT: &str = "wechat";
const MINI: &str = "mini";

fn refuse(source: &'static str, errcode: i64) -> Answer {
    Answer::error(source, errcode, message_of(errcode))
}

/// The code that somebody signs in with, if the call bears one.
pub(super) fn code_in(query: &str) -> Option<String> {
    let mut query: Query = serde_urlencoded::from_str(query).ok()?;
    query.remove("code").or_else(|| query.remove("js_code"))
}

pub(super) fn answer(world: &mut World, path: &str, query: &str, body: &[u8]) -> Answer {
    let query: Query = serde_urlencoded::from_str(query).unwrap_or_default();
    let body: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    match path {
        "/cgi-bin/gettoken" => wecom_token(world, &query),
        "/cgi-bin/agent/get" => agent(world, &query),
        "/cgi-bin/auth/getuserinfo" | "/cgi-bin/user/getuserinfo" => {
            wecom_user(world, &query, "code", CodeKind::WecomPage)
        }
        "/cgi-bin/miniprogram/jscode2session" => wecom_user(world, &query, "js_code", CodeKind::WecomMini),
        "/cgi-bin/get_jsapi_ticket" => ticket(world, WECOM, &query),
        // one path, two hosts in the wild; the shape of the message tells them apart
        "/cgi-bin/message/send" => send_card(world, &query, &body),
        "/cgi-bin/token" => wechat_token(world, &query, true),
        "/cgi-bin/stable_token" => stable_token(world, &body),
        "/cgi-bin/ticket/getticket" => ticket(world, WECHAT, &query),
        "/sns/jscode2session" => wechat_user(world, &query, "js_code", CodeKind::Mini),
        "/sns/oauth2/access_token" => wechat_user(world, &query, "code", CodeKind::WechatPage),
        "/cgi-bin/message/subscribe/send" => send_subscribed(world, &query, &body),
        "/cgi-bin/message/template/send" => send_template(world, &query, &body),
        "/wxa/business/getuserphonenumber" => phone(world, &query, &body),
        "/wxa/msg_sec_check" => check_text(world, &query, &body),
        _ => refuse("docs/platforms.md 8", 404),
    }
}

fn wecom_token(world: &mut World, query: &Query) -> Answer {
    const SOURCE: &str = "docs/platforms.md 3.1";
    if query.get("corpid") != Some(&world.setup.corp) {
        return refuse(SOURCE, 40013);
    }
    if query.get("corpsecret") != Some(&world.setup.wecom_secret) {
        return refuse(SOURCE, 40001);
    }
    let (token, seconds) = world.token(WECOM, false);
    Answer::ok(SOURCE, json!({ "access_token": token, "expires_in": seconds }))
}

fn agent(world: &mut World, query: &Query) -> Answer {
    const SOURCE: &str = "docs/platforms.md 3.5";
    if !world.lets_in(WECOM, query.get("access_token")) {
        return refuse(SOURCE, 40014);
    }
    if query.get("agentid") != Some(&world.setup.agent.to_string()) {
        return refuse(SOURCE, 301_002);
    }
    Answer::ok(SOURCE, json!({ "agentid": world.setup.agent, "name": "先锋", "redirect_domain": world.setup.trusted }))
}

/// Whose code it is, which is used up by that.
fn use_code(world: &mut World, code: Option<&String>, kind: CodeKind) -> Result<String, i64> {
    let code = code.and_then(|code| world.codes.get_mut(code)).ok_or(40029)?;
    if code.kind != kind || code.made.elapsed() > Duration::from_secs(CODE_SECONDS) {
        return Err(40029);
    }
    if std::mem::replace(&mut code.used, true) {
        return Err(40163);
    }
    Ok(code.userid.clone())
}

fn wecom_user(world: &mut World, query: &Query, parameter: &str, kind: CodeKind) -> Answer {
    const SOURCE: &str = "docs/platforms.md 3.2";
    if !world.lets_in(WECOM, query.get("access_token")) {
        return refuse(SOURCE, 40014);
    }
    let userid = match use_code(world, query.get(parameter), kind) {
        Ok(userid) => userid,
        // WeCom knows one code for both
        Err(_) => return refuse(SOURCE, 40029),
    };
    match (world.person(&userid), kind) {
        (Some(person), CodeKind::WecomMini) => Answer::ok(
            SOURCE,
            json!({ "userid": person.userid, "corpid": world.setup.corp, "session_key": random_token() }),
        ),
        (Some(person), _) => Answer::ok(SOURCE, json!({ "userid": person.userid })),
        // somebody outside of the enterprise has no userid
        (None, _) => Answer::ok(SOURCE, json!({ "openid": openid_of(&world.setup.corp, &userid) })),
    }
}

fn send_card(world: &mut World, query: &Query, body: &Value) -> Answer {
    const SOURCE: &str = "docs/platforms.md 3.3";
    if !world.lets_in(WECOM, query.get("access_token")) {
        return refuse(SOURCE, 42001);
    }
    if body["agentid"].as_u64() != Some(world.setup.agent.into()) {
        return refuse(SOURCE, 301_002);
    }
    let text = |of: &str, name: &str| body[of][name].as_str().unwrap_or_default().to_owned();
    let (title, description, url) = match body["msgtype"].as_str() {
        Some("textcard") => (text("textcard", "title"), text("textcard", "description"), text("textcard", "url")),
        Some("miniprogram_notice") => {
            if text("miniprogram_notice", "appid") != world.setup.mini_app {
                return refuse(SOURCE, 40013);
            }
            let title = text("miniprogram_notice", "title");
            if !(4..=12).contains(&title.chars().count()) {
                return refuse(SOURCE, 40008);
            }
            let items = body["miniprogram_notice"]["content_item"].as_array().into_iter().flatten();
            let line = |item: &Value| {
                let of = |name: &str| item[name].as_str().unwrap_or_default().to_owned();
                format!("{}：{}", of("key"), of("value"))
            };
            (title, items.map(line).collect::<Vec<_>>().join("\n"), text("miniprogram_notice", "page"))
        }
        _ => return refuse(SOURCE, 40008),
    };
    let to = body["touser"].as_str().unwrap_or_default();
    let (mut known, mut invalid) = (Vec::new(), Vec::new());
    for userid in to.split('|').filter(|userid| !userid.is_empty()) {
        match world.person(userid) {
            Some(person) => known.push(person.userid.clone()),
            None => invalid.push(userid.to_owned()),
        }
    }
    if known.len() + invalid.len() > 1000 {
        return refuse(SOURCE, 40063);
    }
    if known.is_empty() {
        return refuse(SOURCE, 81013);
    }
    let interval = body["duplicate_check_interval"].as_u64().unwrap_or(1800);
    let once = (body["enable_duplicate_check"].as_u64() == Some(1)).then(|| Duration::from_secs(interval));
    for userid in known {
        let (title, description, url) = (title.clone(), description.clone(), url.clone());
        let message = Arrived { platform: "wecom", userid, title, description, url };
        world.deliver(message, once);
    }
    // taken as a whole, also where it does not reach everybody
    Answer::ok(SOURCE, json!({ "invaliduser": invalid.join("|"), "invalidparty": "", "msgid": random_token() }))
}

fn wechat_app(world: &World, id: Option<&str>, secret: Option<&str>) -> Result<&'static str, i64> {
    let setup = &world.setup;
    let known = [(&setup.wechat_app, &setup.wechat_secret, WECHAT), (&setup.mini_app, &setup.mini_secret, MINI)];
    let (_, right, name) = known.into_iter().find(|(app, ..)| Some(app.as_str()) == id).ok_or(40013)?;
    if secret == Some(right.as_str()) { Ok(name) } else { Err(40125) }
}

fn wechat_token(world: &mut World, query: &Query, always_fresh: bool) -> Answer {
    const SOURCE: &str = "docs/platforms.md 2";
    let text = |name: &str| query.get(name).map(String::as_str);
    match wechat_app(world, text("appid"), text("secret")) {
        Ok(name) => {
            let (token, seconds) = world.token(&format!("{name}/old"), always_fresh);
            Answer::ok(SOURCE, json!({ "access_token": token, "expires_in": seconds }))
        }
        Err(errcode) => refuse(SOURCE, errcode),
    }
}

fn stable_token(world: &mut World, body: &Value) -> Answer {
    const SOURCE: &str = "docs/platforms.md 2";
    match wechat_app(world, body["appid"].as_str(), body["secret"].as_str()) {
        Ok(name) => {
            let (token, seconds) = world.token(name, body["force_refresh"] == json!(true));
            Answer::ok(SOURCE, json!({ "access_token": token, "expires_in": seconds }))
        }
        Err(errcode) => refuse(SOURCE, errcode),
    }
}

fn ticket(world: &mut World, application: &str, query: &Query) -> Answer {
    const SOURCE: &str = "docs/platforms.md 6";
    if !world.lets_in(application, query.get("access_token")) {
        return refuse(SOURCE, 42001);
    }
    let (ticket, seconds) = world.token(&format!("{application}/ticket"), false);
    Answer::ok(SOURCE, json!({ "ticket": ticket, "expires_in": seconds }))
}

fn wechat_user(world: &mut World, query: &Query, parameter: &str, kind: CodeKind) -> Answer {
    const SOURCE: &str = "docs/platforms.md 1";
    let text = |name: &str| query.get(name).map(String::as_str);
    if let Err(errcode) = wechat_app(world, text("appid"), text("secret")) {
        return refuse(SOURCE, errcode);
    }
    let app = text("appid").unwrap_or_default().to_owned();
    match use_code(world, query.get(parameter), kind) {
        // on success there is no errcode
        Ok(userid) => Answer {
            body: json!({
                "openid": openid_of(&app, &userid), "unionid": unionid_of(&userid), "session_key": random_token(),
                "scope": "snsapi_base",
            }),
            source: SOURCE,
        },
        Err(errcode) => refuse(SOURCE, errcode),
    }
}

fn send_subscribed(world: &mut World, query: &Query, body: &Value) -> Answer {
    const SOURCE: &str = "docs/platforms.md 4";
    if !world.lets_in(MINI, query.get("access_token")) {
        return refuse(SOURCE, 40001);
    }
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    let (openid, template) = (text("touser"), text("template_id"));
    let app = world.setup.mini_app.clone();
    let Some(userid) = world.person_of(&app, &openid).map(|person| person.userid.clone()) else {
        return refuse(SOURCE, 40003);
    };
    let left = world.allowed.entry((openid, template)).or_default();
    if *left == 0 {
        return refuse(SOURCE, 43101);
    }
    let too_long = |(name, field): (&String, &Value)| {
        let value = field["value"].as_str().unwrap_or_default();
        value.is_empty() || name.starts_with("thing") && value.chars().count() > 20
    };
    if body["data"].as_object().is_none_or(|data| data.iter().any(too_long)) {
        return refuse(SOURCE, 47003);
    }
    *left -= 1;
    let values: Vec<&str> =
        body["data"].as_object().into_iter().flatten().filter_map(|(_, field)| field["value"].as_str()).collect();
    let message = Arrived {
        platform: "mini",
        userid,
        title: values.first().copied().unwrap_or_default().to_owned(),
        description: values.join("\n"),
        url: text("page"),
    };
    world.deliver(message, None);
    Answer::ok(SOURCE, json!({}))
}

fn send_template(world: &mut World, query: &Query, body: &Value) -> Answer {
    const SOURCE: &str = "docs/platforms.md 5";
    if !world.lets_in(WECHAT, query.get("access_token")) {
        return refuse(SOURCE, 40001);
    }
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    let app = world.setup.wechat_app.clone();
    let Some(userid) = world.person_of(&app, &text("touser")).map(|person| person.userid.clone()) else {
        return refuse(SOURCE, 43004);
    };
    let values: Vec<&str> =
        body["data"].as_object().into_iter().flatten().filter_map(|(_, field)| field["value"].as_str()).collect();
    let message = Arrived {
        platform: "wechat",
        userid,
        title: values.first().copied().unwrap_or_default().to_owned(),
        description: values.join("\n"),
        url: text("url"),
    };
    world.deliver(message, Some(Duration::from_secs(60)));
    Answer::ok(SOURCE, json!({ "msgid": 1 }))
}

fn phone(world: &mut World, query: &Query, body: &Value) -> Answer {
    const SOURCE: &str = "docs/platforms.md 1";
    if !world.lets_in(MINI, query.get("access_token")) {
        return refuse(SOURCE, 40001);
    }
    let code = body["code"].as_str().map(str::to_owned);
    match use_code(world, code.as_ref(), CodeKind::Phone) {
        Ok(userid) => {
            let phone = world.person(&userid).and_then(|person| person.phone.clone()).unwrap_or_default();
            let app = world.watermark.as_ref().unwrap_or(&world.setup.mini_app);
            // the documents say text, their example shows a number
            let info = json!({
                "phoneNumber": phone, "purePhoneNumber": phone, "countryCode": 86,
                "watermark": { "timestamp": 0, "appid": app },
            });
            Answer::ok(SOURCE, json!({ "phone_info": info }))
        }
        Err(errcode) => refuse(SOURCE, errcode),
    }
}

fn check_text(world: &mut World, query: &Query, body: &Value) -> Answer {
    const SOURCE: &str = "docs/platforms.md 7";
    if !world.lets_in(MINI, query.get("access_token")) {
        return refuse(SOURCE, 40001);
    }
    let (Some(content), Some(2)) = (body["content"].as_str(), body["version"].as_i64()) else {
        return refuse(SOURCE, 47001);
    };
    if content.is_empty() {
        return refuse(SOURCE, 44002);
    }
    if content.chars().count() > CHECKED_CHARS {
        return refuse(SOURCE, 47001);
    }
    if !(1..=4).contains(&body["scene"].as_i64().unwrap_or(0)) {
        return refuse(SOURCE, 40129);
    }
    let openid = body["openid"].as_str().unwrap_or_default();
    let (mini, wechat) = (world.setup.mini_app.clone(), world.setup.wechat_app.clone());
    if world.person_of(&mini, openid).is_none() {
        // an openid of another application of the same owner is one, but not here
        return refuse(SOURCE, if world.person_of(&wechat, openid).is_some() { 43104 } else { 40003 });
    }
    let (suggest, label) = WORDS.iter().find(|(word, ..)| content.contains(word)).map_or(("pass", 100), |found| {
        let (_, suggest, label) = *found;
        (suggest, label)
    });
    let detail = json!([{ "strategy": "content_model", "errcode": 0, "suggest": suggest, "label": label, "prob": 90 }]);
    let result = json!({ "suggest": suggest, "label": label });
    Answer::ok(SOURCE, json!({ "result": result, "detail": detail, "trace_id": random_token() }))
}

/// Characters that the content check takes at once.
const CHECKED_CHARS: usize = 2500;

/// What the stand-in has doubts about: words that a test or a visitor writes to see it.
const WORDS: [(&str, &str, i64); 3] =
    [("违规", "risky", 20_006), ("广告", "review", 10_001), ("时政", "review", 20_001)];
