//! Signing in by WeCom, through the stand-in platform: recognised, bound, refused.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use xianfeng::base::capability::Role;
use xianfeng::demo::platform::CodeKind;

use crate::support::platform::{Browser, PUBLIC, app_with, app_without_numbers, platform};
use crate::support::{PASSWORD, Reply, TestApp};

const USER: &str = "/cgi-bin/auth/getuserinfo";
const MINI_USER: &str = "/cgi-bin/miniprogram/jscode2session";
const TOKEN: &str = "/cgi-bin/gettoken";

async fn sign_in(app: &TestApp, code: &str, attempt: &str) -> Reply {
    app.post("/session/platforms/wecom", json!({ "code": code, "attempt": attempt })).await
}

/// What of a transcript differs from run to run, or must be told to nobody.
fn redacted(line: &str) -> String {
    let mut shown = line.to_owned();
    for name in ["code=", "state=", "ticket="] {
        if let Some((before, after)) = shown.clone().split_once(name) {
            let end = after.find(['&', '#']).unwrap_or(after.len());
            shown = format!("{before}{name}…{}", &after[end..]);
        }
    }
    shown
}

#[tokio::test]
async fn a_tap_in_wecom_opens_the_app_signed_in_without_any_form() {
    let platform = platform(5);
    let app = app_with(&platform).await;
    let (li, number) = app.member("李一").unregistered().await;
    let mut browser = Browser::new();
    let entry = format!("{PUBLIC}/api/v1/session/platforms/wecom/entry?to=/study/today");
    let (status, page) = browser.open(&app, &entry).await;
    assert_eq!(status, 302);
    let page = page.unwrap();
    assert!(page.starts_with(&format!("{}/connect/oauth2/authorize?appid=", platform.url)), "{page}");
    assert!(page.ends_with("#wechat_redirect") && page.contains("scope=snsapi_base"), "{page}");
    // on a phone that is somebody's the page answers by itself
    browser.open(&app, &format!("{}/phone?as={number}", platform.url)).await;
    let (status, back) = browser.open(&app, page.split('#').next().unwrap()).await;
    let back = back.unwrap();
    assert_eq!((status, back.starts_with(&format!("{PUBLIC}/api/v1/session/platforms/wecom/return?to="))), (302, true));
    let (status, opened) = browser.open(&app, &back).await;
    assert_eq!((status, opened.as_deref()), (303, Some("/m/#/study/today")));
    for line in &browser.seen {
        println!("{}", redacted(line));
    }
    let refresh = |browser: &Browser| {
        let request = app.request(reqwest::Method::POST, "/session/refresh").header("cookie", browser.cookie_header());
        crate::support::send(request.json(&json!({ "cookie": true })))
    };
    let tokens = refresh(&browser).await.ok(200);
    assert_eq!(tokens["member_id"], json!(li));
    println!("POST /api/v1/session/refresh {{\"cookie\":true}}\n  200 member {number}, access_token …");
    let me = app.with_session(li, &number, tokens);
    let sessions = me.get("/me/sessions").await.ok(200);
    assert_eq!(sessions["items"][0]["method"], "wecom");
    assert_eq!(sessions["items"][0]["device"], "企业微信（iPhone）");
    assert_eq!(me.get("/me/platforms").await.ok(200)["items"][0]["bound_by"], "employee_no");

    // the browser that asks for the same page again is told the same, and the platform is asked once
    let (status, again) = browser.open(&app, &back).await;
    assert_eq!(
        (status, again.as_deref()),
        (303, Some("/m/#/?refused=platforms.code_over&to=%2Fstudy%2Ftoday")),
        "its token was exchanged"
    );
    assert_eq!(platform.calls(USER), 1);
    // one who is signed in goes to his page at once
    let (status, to) = browser.open(&app, &entry).await;
    assert_eq!((status, to.as_deref()), (302, Some("/m/#/study/today")));
}

#[tokio::test]
async fn a_code_scanned_on_a_pc_opens_the_console_signed_in() {
    let platform = platform(5);
    let app = app_with(&platform).await;
    let (li, number) = app.member("李一").unregistered().await;
    let mut pc = Browser::on_pc();
    let entry = format!("{PUBLIC}/api/v1/session/platforms/wecom/entry?qr=true&to=/console/desk");
    let (status, page) = pc.open(&app, &entry).await;
    let page = page.unwrap();
    assert_eq!((status, page.starts_with(&format!("{}/wwlogin/sso/login?", platform.url))), (302, true), "{page}");
    let asked: Vec<(String, String)> = serde_urlencoded::from_str(page.split_once('?').unwrap().1).unwrap();
    let of = |name: &str| asked.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str());
    let setup = crate::support::platform::setup(0);
    assert_eq!((of("login_type"), of("appid"), of("agentid")), ("CorpApp", &*setup.corp, &*setup.agent.to_string()));
    assert!(of("redirect_uri").starts_with(&format!("{PUBLIC}/api/v1/session/platforms/wecom/return?to=")), "{page}");
    // whose phone scans it is told by the phone, whatever the PC's browser keeps
    pc.open(&app, &format!("{}/phone?as=E00004", platform.url)).await;
    assert_eq!(pc.open(&app, &page).await, (200, None), "it waits for a phone");
    let (status, back) = pc.open(&app, &format!("{page}&as={number}")).await;
    let back = back.unwrap();
    assert_eq!(status, 302);
    // one who has seen the address has not the browser: his is refused, and the code is still good
    let refused = Browser::on_pc().open(&app, &back).await;
    let told = format!("/m/#/?refused={}&to=%2Fconsole%2Fdesk", "platforms.state_invalid");
    assert_eq!(refused, (303, Some(told)));
    assert_eq!(platform.calls(USER), 0);
    let (status, opened) = pc.open(&app, &back).await;
    assert_eq!((status, opened.as_deref()), (303, Some("/m/#/console/desk")));
    let request = app.request(reqwest::Method::POST, "/session/refresh").header("cookie", pc.cookie_header());
    let tokens = crate::support::send(request.json(&json!({ "cookie": true }))).await.ok(200);
    assert_eq!(tokens["member_id"], json!(li));
    let sessions = app.with_session(li, &number, tokens).get("/me/sessions").await.ok(200);
    let session = &sessions["items"][0];
    assert_eq!((&session["method"], &session["device"]), (&json!("wecom"), &json!("企业微信（Windows 电脑）")));
    // the mini-program and the official account have no such page
    for platform in ["wechat", "mini"] {
        let path = format!("{PUBLIC}/api/v1/session/platforms/{platform}/entry?qr=true");
        let (_, to) = Browser::on_pc().open(&app, &path).await;
        assert!(to.is_none_or(|to| !to.contains("/wwlogin/")), "{platform}");
    }
}

#[tokio::test]
async fn twenty_mornings_on_one_phone_are_one_device() {
    let platform = platform(2);
    let app = app_with(&platform).await;
    let (li, number) = app.member("李一").unregistered().await;
    let mut browser = Browser::new();
    browser.open(&app, &format!("{}/phone?as={number}", platform.url)).await;
    for morning in 0..4 {
        browser.cookies.retain(|(name, _)| name != "xianfeng_refresh"); // as when another site leads here
        let (_, page) = browser.open(&app, &format!("{PUBLIC}/api/v1/session/platforms/wecom/entry")).await;
        let (_, back) = browser.open(&app, page.unwrap().split('#').next().unwrap()).await;
        let (status, opened) = browser.open(&app, &back.unwrap()).await;
        assert_eq!((status, opened.as_deref()), (303, Some("/m/#/")), "morning {morning}");
    }
    let code = platform.code_of(&number, CodeKind::WecomMini);
    let session = sign_in(&app, &code, "1").await.ok(201);
    let sessions = app.with_session(li, &number, session).get("/me/sessions").await.ok(200);
    assert_eq!(sessions["items"].as_array().unwrap().len(), 2, "the browser, and the mini-program: {sessions}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_64_identical_sign_ins_the_platform_is_asked_once_and_one_session_opens() {
    let platform = platform(3);
    let app = app_with(&platform).await;
    let (li, number) = app.member("李一").unregistered().await;
    platform.slow(MINI_USER, Duration::from_millis(200));
    let code = platform.code_of(&number, CodeKind::WecomMini);
    let replies = join_all((0..64).map(|_| sign_in(&app, &code, "phone-1"))).await;
    let sessions: BTreeSet<String> =
        replies.iter().map(|reply| reply.ok(201)["session_id"].as_str().unwrap().to_owned()).collect();
    assert_eq!((sessions.len(), platform.calls(MINI_USER), platform.calls(TOKEN)), (1, 1, 1));
    let me = app.with_session(li, &number, replies[0].json());
    assert_eq!(me.get("/me/sessions").await.ok(200)["items"].as_array().unwrap().len(), 1);
    // anyone else who has seen the code gets nothing by it, and neither does anybody after five minutes
    sign_in(&app, &code, "phone-2").await.refused(401, "platforms.code_over");
    app.advance_seconds(301);
    sign_in(&app, &code, "phone-1").await.refused(401, "platforms.code_over");
    assert_eq!(platform.calls(MINI_USER), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_is_revoked_is_fetched_once_and_not_sixty_times() {
    let platform = platform(70);
    let app = app_with(&platform).await;
    let mut numbers = Vec::new();
    for n in 0..61 {
        numbers.push(app.member(&format!("党员{n}")).unregistered().await.1);
    }
    sign_in(&app, &platform.code_of(&numbers[60], CodeKind::WecomMini), "1").await.ok(201);
    assert_eq!(platform.calls(TOKEN), 1);
    platform.revoke_tokens();
    let codes: Vec<String> = numbers[..60].iter().map(|of| platform.code_of(of, CodeKind::WecomMini)).collect();
    let replies = join_all(codes.iter().map(|code| sign_in(&app, code, "1"))).await;
    replies.iter().for_each(|reply| drop(reply.ok(201)));
    println!(
        "token revoked under 60 sign-ins: {} fetches of a token, {} calls",
        platform.calls(TOKEN),
        platform.calls(MINI_USER)
    );
    assert_eq!(platform.calls(TOKEN), 2, "one refresh for all of them");
    assert!(platform.calls(MINI_USER) <= 1 + 2 * 60, "each call is made once more at most");
    // a token that is refused again is not fetched again and again
    platform.fail(MINI_USER, 40014, u32::MAX);
    let before = platform.calls(MINI_USER);
    let code = platform.code_of(&numbers[0], CodeKind::WecomMini);
    assert_eq!(sign_in(&app, &code, "1").await.status, 500);
    assert!(platform.calls(MINI_USER) - before <= 2, "exactly one retry");
}

#[tokio::test]
async fn what_the_platform_answers_is_told_in_plain_words() {
    let platform = platform(3);
    let app = app_with(&platform).await;
    let (_, number) = app.member("李一").unregistered().await;
    let fresh = || platform.code_of(&number, CodeKind::WecomMini);
    sign_in(&app, "never issued", "1").await.refused(401, "platforms.code_over");
    let outsider = platform.code_of("E99999", CodeKind::WecomMini);
    sign_in(&app, &outsider, "1").await.refused(403, "platforms.outsider");
    for (errcode, status, code) in [
        (40029, 401, "platforms.code_over"),
        (40163, 401, "platforms.code_over"),
        (40226, 403, "platforms.blocked"),
        (45011, 429, "platforms.too_often"),
        (45009, 503, "platforms.away"),
    ] {
        let before = platform.calls(MINI_USER);
        platform.fail(MINI_USER, errcode, 1);
        let reply = sign_in(&app, &fresh(), "1").await;
        println!("{errcode}: {status} {code}");
        reply.refused(status, code);
        assert_eq!(reply.header("retry-after").is_some(), status == 429 || status == 503);
        assert_eq!(platform.calls(MINI_USER) - before, 1, "{errcode} is not asked again");
        app.advance_seconds(120);
    }
    // busy for a moment: asked again
    platform.fail(MINI_USER, -1, 1);
    sign_in(&app, &fresh(), "1").await.ok(201);
    // our own settings are wrong: a fault of ours, and nothing of a secret in it
    app.advance_seconds(120);
    platform.fail(MINI_USER, 60020, 1);
    let fault = sign_in(&app, &fresh(), "1").await;
    assert_eq!(fault.status, 500);
    assert!(!fault.text().contains("secret") && !fault.text().contains("203.0.113"), "{}", fault.text());
    sign_in(&app, &fresh(), "1").await.ok(201);
}

#[tokio::test]
async fn a_platform_that_is_away_costs_no_more_than_five_seconds() {
    let platform = platform(2);
    let app = app_with(&platform).await;
    let (_, number) = app.member("李一").unregistered().await;
    sign_in(&app, &platform.code_of(&number, CodeKind::WecomMini), "1").await.ok(201);
    platform.slow(MINI_USER, Duration::from_secs(30));
    let began = std::time::Instant::now();
    let code = platform.code_of(&number, CodeKind::WecomMini);
    sign_in(&app, &code, "2").await.refused(503, "platforms.away");
    assert!(began.elapsed() < Duration::from_secs(6), "{:?}", began.elapsed());
    platform.recover();
    app.advance_seconds(10);
    // the code was not looked at, as far as anybody knows, so it may be shown again
    sign_in(&app, &platform.code_of(&number, CodeKind::WecomMini), "2").await.ok(201);
}

#[tokio::test]
async fn a_browser_that_was_not_sent_for_a_code_gets_nothing_by_it() {
    let platform = platform(2);
    let app = app_with(&platform).await;
    let (_, number) = app.member("李一").unregistered().await;
    let state_of = |page: &str| page.split("state=").nth(1).unwrap().split(['&', '#']).next().unwrap().to_owned();
    let entry = format!("{PUBLIC}/api/v1/session/platforms/wecom/entry");
    let (mut own, mut other) = (Browser::new(), Browser::new());
    let own_state = state_of(&own.open(&app, &entry).await.1.unwrap());
    let other_state = state_of(&other.open(&app, &entry).await.1.unwrap());
    let code = platform.code_of(&number, CodeKind::WecomPage);
    let back = |state: &str| format!("{PUBLIC}/api/v1/session/platforms/wecom/return?code={code}&state={state}");
    for (browser, state) in [(&mut own, other_state.as_str()), (&mut other, own_state.as_str())] {
        let (_, to) = browser.open(&app, &back(state)).await;
        assert_eq!(to.as_deref(), Some("/m/#/?refused=platforms.state_invalid"));
    }
    let (start, last) = own_state.split_at(own_state.len() - 1);
    let forged = format!("{start}{}", if last == "0" { '1' } else { '0' });
    assert_eq!(own.open(&app, &back(&forged)).await.1.as_deref(), Some("/m/#/?refused=platforms.state_invalid"));
    let none = format!("{PUBLIC}/api/v1/session/platforms/wecom/return?code={code}");
    assert_eq!(own.open(&app, &none).await.1.as_deref(), Some("/m/#/?refused=platforms.state_invalid"));
    let wished = format!("{none}&to=/study/today");
    let refused = own.open(&app, &wished).await.1;
    assert_eq!(refused.as_deref(), Some("/m/#/?refused=platforms.state_invalid&to=%2Fstudy%2Ftoday"));
    let without_cookie = app.post("/session/platforms/wecom", json!({ "code": code, "state": own_state })).await;
    without_cookie.refused(403, "platforms.state_invalid");
    assert_eq!(platform.calls(USER), 0, "the platform was not even asked");
    app.advance_seconds(601);
    assert_eq!(own.open(&app, &back(&own_state)).await.1.as_deref(), Some("/m/#/?refused=platforms.state_invalid"));
    app.set_clock(crate::support::MORNING);
    app.tick().await;
    assert_eq!(own.open(&app, &back(&own_state)).await.1.as_deref(), Some("/m/#/"));
}

/// A ticket of somebody on the platform whom we do not know.
async fn ticket(app: &TestApp, code: &str) -> String {
    let recognised = sign_in(app, code, "1").await.ok(202);
    assert_eq!(recognised["ways"], json!(["password", "invite_code"]));
    recognised["ticket"].as_str().unwrap().to_owned()
}

fn by_password(ticket: &str, account: &str, password: &str) -> Value {
    json!({ "ticket": ticket, "account": account, "password": password })
}

#[tokio::test]
async fn an_account_that_nobody_knows_is_bound_by_password_told_and_unbound() {
    let platform = platform(9);
    let app = app_without_numbers(&platform).await;
    let (li, wang) = (app.member("李一").sign_in().await, app.member("王二").sign_in().await);
    let code = |userid: &str| platform.code_of(userid, CodeKind::WecomMini);
    let one = ticket(&app, &code("E00007")).await;
    let refused = app.post("/session/binding", by_password(&one, &li.employee_no, "wrong-password-1")).await;
    refused.refused(401, "sessions.wrong_password");
    app.post("/session/binding", json!({ "ticket": one })).await.refused(422, "body.invalid");
    let session = app.post("/session/binding", by_password(&one, &li.employee_no, PASSWORD)).await.ok(201);
    assert_eq!(session["member_id"], json!(li.id));
    app.drain().await;
    let told = li.get("/me/notices").await.ok(200);
    assert!(told.to_string().contains("您的账号已绑定企业微信"), "{told}");
    // from now on without a form
    assert_eq!(sign_in(&app, &code("E00007"), "1").await.ok(201)["member_id"], json!(li.id));
    // neither another account for him, nor this account for another
    let two = ticket(&app, &code("E00008")).await;
    let second = app.post("/session/binding", by_password(&two, &li.employee_no, PASSWORD)).await;
    second.refused(409, "platforms.member_bound");
    let taken = app.post("/session/binding", by_password(&one, &wang.employee_no, PASSWORD)).await;
    taken.refused(409, "platforms.account_taken");
    li.delete("/me/platforms/wecom").await.ok(204);
    li.delete("/me/platforms/wecom").await.refused(404, "platforms.not_bound");
    assert_eq!(li.get("/me/platforms").await.ok(200)["items"][0]["bound"], false);
    sign_in(&app, &code("E00007"), "1").await.ok(202);
    app.post("/session/binding", by_password(&two, &wang.employee_no, PASSWORD)).await.ok(201);
    // a ticket has its time, and is nothing that anybody else could make
    let late = ticket(&app, &code("E00009")).await;
    app.advance_seconds(901);
    let over = app.post("/session/binding", by_password(&late, &li.employee_no, PASSWORD)).await;
    over.refused(401, "platforms.ticket_over");
    let forged = app.post("/session/binding", by_password("AAAA", &li.employee_no, PASSWORD)).await;
    forged.refused(401, "platforms.ticket_over");
}

#[tokio::test]
async fn guessing_passwords_by_way_of_binding_has_the_limits_of_signing_in() {
    let platform = platform(3);
    let app = app_without_numbers(&platform).await;
    let li = app.member("李一").sign_in().await;
    let one = ticket(&app, &platform.code_of("E00002", CodeKind::WecomMini)).await;
    let guess = async || app.post("/session/binding", by_password(&one, &li.employee_no, "wrong-password-1")).await;
    for _ in 0..10 {
        guess().await.refused(401, "sessions.wrong_password");
    }
    guess().await.refused(429, "sessions.locked_out");
}

#[tokio::test]
async fn an_invite_code_binds_who_never_had_a_password() {
    let platform = platform(3);
    let app = app_without_numbers(&platform).await;
    let secretary = app.member("书记").role(Role::Secretary, "ZB1").sign_in().await;
    let (li, number) = app.member("李一").unregistered().await;
    let sheet = secretary.post("/invitations", json!({ "member_id": li })).await.ok(201);
    let invite = sheet["items"][0]["invite_code"].as_str().unwrap();
    let one = ticket(&app, &platform.code_of("E00003", CodeKind::WecomMini)).await;
    let bind = |code: &str| json!({ "ticket": one, "account": number, "invite_code": code });
    app.post("/session/binding", bind("0000-0000-0000")).await.refused(422, "invitations.invalid");
    let session = app.post("/session/binding", bind(invite)).await.ok(201);
    assert_eq!(session["member_id"], json!(li));
    app.post("/session/binding", bind(invite)).await.refused(422, "invitations.invalid");
    let code = platform.code_of("E00003", CodeKind::WecomMini);
    assert_eq!(sign_in(&app, &code, "1").await.ok(201)["member_id"], json!(li));
}

#[tokio::test]
async fn who_has_left_comes_in_by_no_platform() {
    let platform = platform(3);
    let app = app_with(&platform).await;
    let admin = app.member("管理员").role(Role::Administrator, "JT").sign_in().await;
    let (li, number) = app.member("李一").unregistered().await;
    let code = || platform.code_of(&number, CodeKind::WecomMini);
    sign_in(&app, &code(), "1").await.ok(201);
    admin.patch(&format!("/members/{li}"), json!({ "status": "left" })).await.ok(200);
    sign_in(&app, &code(), "1").await.ok(202);
}

#[tokio::test]
async fn nothing_of_a_platform_is_used_that_the_operator_has_not_named() {
    let app = TestApp::start().await;
    app.post("/session/platforms/wecom", json!({ "code": "1" })).await.refused(404, "platforms.not_used");
    app.get("/session/platforms/wecom/entry").await.refused(404, "platforms.not_used");
    app.get("/session/platforms/wecom/return").await.refused(404, "platforms.not_used");
    app.get("/session/platforms/other/entry").await.refused(404, "route.not_found");
    let li = app.member("李一").sign_in().await;
    assert_eq!(li.get("/me/platforms").await.ok(200), json!({ "items": [] }));
    assert_eq!(li.get("/me/notice-settings").await.ok(200), json!({ "ways": [] }));
}

#[tokio::test]
async fn no_secret_lies_in_the_database_as_it_is() {
    let platform = platform(2);
    let app = app_with(&platform).await;
    let (_, number) = app.member("李一").unregistered().await;
    sign_in(&app, &platform.code_of(&number, CodeKind::WecomMini), "1").await.ok(201);
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::Binary)]
        bytes: Vec<u8>,
    }
    let rows = app.db().read(|conn| {
        use diesel::RunQueryDsl;
        let sql = "SELECT token_sealed AS bytes FROM platform_tokens UNION ALL \
            SELECT account_sealed FROM platform_accounts UNION ALL SELECT session_key_sealed FROM platform_accounts \
            UNION ALL SELECT outcome_sealed FROM platform_codes";
        xianfeng::on!(conn, c => diesel::sql_query(sql).load::<Row>(c))
    });
    let rows = rows.await.unwrap();
    assert_eq!(rows.len(), 4);
    for row in rows {
        let text = String::from_utf8_lossy(&row.bytes).into_owned();
        assert!(row.bytes.len() > 28 && !text.contains(&number) && !text.contains("session_key"), "{text}");
    }
    // codes are forgotten once nobody may ask with them again
    app.advance_seconds(3_700);
    app.tick().await;
    let left = app.db().read(|conn| {
        use diesel::{QueryDsl, RunQueryDsl};
        let codes = xianfeng::db::schema::platform_codes::table.count();
        xianfeng::on!(conn, c => codes.get_result::<i64>(c))
    });
    assert_eq!(left.await.unwrap(), 0);
}

// WeChat: the mini-program and the official account

async fn sign_in_mini(app: &TestApp, code: &str) -> Reply {
    app.post("/session/platforms/mini", json!({ "code": code, "attempt": "1" })).await
}

#[tokio::test]
async fn the_mini_program_knows_its_member_and_so_does_the_official_account_of_the_same_owner() {
    let platform = platform(9);
    let app = app_with(&platform).await;
    let li = app.member("李一").sign_in().await;
    let code = |kind| platform.code_of("E00009", kind);
    let recognised = sign_in_mini(&app, &code(CodeKind::Mini)).await.ok(202);
    let one = recognised["ticket"].as_str().unwrap();
    app.post("/session/binding", by_password(one, &li.employee_no, PASSWORD)).await.ok(201);
    let session = sign_in_mini(&app, &code(CodeKind::Mini)).await.ok(201);
    assert_eq!(session["member_id"], json!(li.id));
    assert!(!session.to_string().contains("session_key"));
    // the page of the official account recognises him by the id that both have
    let mut browser = Browser::new();
    let (_, page) = browser.open(&app, &format!("{PUBLIC}/api/v1/session/platforms/wechat/entry")).await;
    browser.open(&app, &format!("{}/phone?as=E00009", platform.url)).await;
    let (_, back) = browser.open(&app, page.unwrap().split('#').next().unwrap()).await;
    let (status, opened) = browser.open(&app, &back.unwrap()).await;
    assert_eq!((status, opened.as_deref()), (303, Some("/m/#/")));
    let bound = li.get("/me/platforms").await.ok(200);
    let by = |name: &str| {
        let items = bound["items"].as_array().unwrap();
        items.iter().find(|item| item["platform"] == name).map(|item| item["bound_by"].clone()).unwrap()
    };
    assert_eq!((by("mini"), by("wechat")), (json!("password"), json!("union")));
}

#[tokio::test]
async fn a_phone_number_binds_where_it_is_paid_for_and_only_of_our_own_application() {
    let platform = platform(9);
    let mut told = crate::support::platform::arguments(&platform);
    told.push("--mini-phone=true".into());
    let app = crate::support::platform::app_told(&told).await;
    let admin = app.member("管理员").role(Role::Administrator, "JT").sign_in().await;
    let body = json!({
        "employee_no": "M1", "name": "李一", "unit_id": app.unit("XZ11"), "kind": "full", "phone": "13800000007",
    });
    let made = admin.post("/members", body).await.ok(201);
    let ticket_of = async |userid: &str| {
        let recognised = sign_in_mini(&app, &platform.code_of(userid, CodeKind::Mini)).await.ok(202);
        assert_eq!(recognised["ways"], json!(["password", "invite_code", "phone_code"]));
        recognised["ticket"].as_str().unwrap().to_owned()
    };
    let bind = async |ticket: &str, code: String| {
        app.post("/session/binding", json!({ "ticket": ticket, "phone_code": code })).await
    };
    let seven = ticket_of("E00007").await;
    let unknown = bind(&seven, platform.code_of("E00008", CodeKind::Phone)).await;
    unknown.refused(422, "platforms.phone_unknown");
    let login_code = bind(&seven, platform.code_of("E00007", CodeKind::Mini)).await;
    login_code.refused(401, "platforms.code_over");
    let session = bind(&seven, platform.code_of("E00007", CodeKind::Phone)).await.ok(201);
    assert_eq!(session["member_id"], made["id"]);

    // numbers that were given to another application are none of ours
    let mut other = crate::support::platform::setup(9);
    other.mini_app = "wx000000000000000f".into();
    let foreign = xianfeng::demo::platform::FakePlatform::start(other).unwrap();
    foreign.watermark("wx00000000000000ff");
    let mut told = crate::support::platform::arguments(&foreign);
    told.retain(|argument| !argument.starts_with("--mini-app-id"));
    told.extend(["--mini-app-id=wx000000000000000f".to_owned(), "--mini-phone=true".to_owned()]);
    let app = crate::support::platform::app_told(&told).await;
    let recognised =
        app.post("/session/platforms/mini", json!({ "code": foreign.code_of("E00007", CodeKind::Mini) })).await;
    let ticket = recognised.ok(202)["ticket"].as_str().unwrap().to_owned();
    let code = foreign.code_of("E00007", CodeKind::Phone);
    let reply = app.post("/session/binding", json!({ "ticket": ticket, "phone_code": code })).await;
    reply.refused(403, "platforms.foreign_data");
}

#[tokio::test]
async fn a_page_in_wechat_is_signed_with_one_ticket_for_all() {
    let platform = platform(2);
    let app = app_with(&platform).await;
    let li = app.member("李一").sign_in().await;
    let url = "https%3A%2F%2Fapp.test%2Fm%2F%23%2Fhome";
    for name in ["wecom", "wechat", "wechat"] {
        let signed = li.get(&format!("/platforms/{name}/js-config?url={url}")).await.ok(200);
        let (nonce, at) = (signed["nonce"].as_str().unwrap(), signed["timestamp"].as_i64().unwrap());
        assert_eq!((signed["signature"].as_str().unwrap().len(), at), (40, app.now().seconds()));
        assert!(!nonce.is_empty());
    }
    assert_eq!(platform.calls("/cgi-bin/ticket/getticket"), 1);
    li.get("/platforms/mini/js-config?url=x").await.refused(404, "platforms.not_used");
}

#[tokio::test]
async fn who_withdraws_his_consent_in_wechat_is_forgotten_here() {
    let platform = platform(9);
    let mut told = crate::support::platform::arguments(&platform);
    told.push("--wechat-event-token=event-token".into());
    let app = crate::support::platform::app_told(&told).await;
    let li = app.member("李一").sign_in().await;
    let recognised = sign_in_mini(&app, &platform.code_of("E00009", CodeKind::Mini)).await.ok(202);
    let one = recognised["ticket"].as_str().unwrap();
    app.post("/session/binding", by_password(one, &li.employee_no, PASSWORD)).await.ok(201);
    let openid = platform.openid_of(&crate::support::platform::setup(0).mini_app, "E00009");
    let event = format!(
        "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[{openid}]]></FromUserName><MsgType>\
         <![CDATA[event]]></MsgType><Event><![CDATA[user_authorization_revoke]]></Event></xml>"
    );
    let signature = {
        let mut parts = ["event-token", "1782864000", "n1"];
        parts.sort_unstable();
        xianfeng::base::crypto::sha1_hex(parts.concat().as_bytes())
    };
    let send = |signature: &str| {
        let path = format!("/platforms/wechat/events?signature={signature}&timestamp=1782864000&nonce=n1");
        let request = app.request(reqwest::Method::POST, &path).header("content-type", "text/xml").body(event.clone());
        crate::support::send(request)
    };
    send("0000000000000000000000000000000000000000").await.refused(422, "platforms.not_signed");
    assert_eq!(li.get("/me/platforms").await.ok(200).to_string().matches("\"bound\":true").count(), 1);
    assert_eq!(send(&signature).await.text(), "success");
    assert_eq!(li.get("/me/platforms").await.ok(200).to_string().matches("\"bound\":true").count(), 0);
    let echo = format!("/platforms/wechat/events?signature={signature}&timestamp=1782864000&nonce=n1&echostr=abc123");
    assert_eq!(app.get(&echo).await.text(), "abc123");
}
