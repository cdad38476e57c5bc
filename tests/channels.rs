//! Messages beyond the inbox: by what policy they leave, what becomes of them when the platform fails, and whom they reached.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use diesel::prelude::*;
use serde_json::{Value, json};
use xianfeng::base::capability::Role;
use xianfeng::base::clock::Clock;
use xianfeng::base::id::Ids;
use xianfeng::db::schema::{channel_deliveries, outbox as outbox_table};
use xianfeng::demo::platform::{Arrived, CodeKind, FakePlatform};
use xianfeng::ground::notices::{self, NewNotice, NoticeKind, To};
use xianfeng::kernel::outbox::{self, MessageId};
use xianfeng::on;

use crate::study::{organiser, push};
use crate::support::platform::{PUBLIC, app_told, app_with, arguments, platform, setup};
use crate::support::process::Site;
use crate::support::proxy::{Proxy, Way};
use crate::support::{Person, TestApp, needs_postgres};

const SEND: &str = "/cgi-bin/message/send";

async fn tell(app: &TestApp, to: To, kind: NoticeKind, title: &'static str) {
    app.write(move |tx| {
        let link = Some("/ideas/1".to_owned());
        Ok(notices::tell(tx, NewNotice { to, kind, title: title.to_owned(), body: "内容".into(), link })?)
    })
    .await;
    app.tick().await;
}

fn titles(arrived: &[Arrived]) -> Vec<(&str, &str)> {
    arrived.iter().map(|one| (one.userid.as_str(), one.title.as_str())).collect()
}

/// How many messages stand in each state, with why.
async fn states(app: &TestApp) -> BTreeMap<(String, Option<String>), usize> {
    let rows: Vec<(String, Option<String>)> = app
        .db()
        .read(|conn| {
            on!(conn, c => channel_deliveries::table
                .select((
                    diesel::dsl::sql::<diesel::sql_types::Text>("state"),
                    diesel::dsl::sql::<diesel::sql_types::Nullable<diesel::sql_types::Text>>("reason"),
                ))
                .load(c))
        })
        .await
        .unwrap();
    let mut states = BTreeMap::new();
    for row in rows {
        *states.entry(row).or_default() += 1;
    }
    states
}

fn state(state: &str, why: Option<&str>) -> (String, Option<String>) {
    (state.to_owned(), why.map(str::to_owned))
}

#[tokio::test]
async fn a_push_comes_to_every_phone_once_and_its_link_opens_the_app() {
    let platform = platform(9);
    let app = app_with(&platform).await;
    let organiser = organiser(&app).await;
    let (_, li) = app.member("李一").unregistered().await;
    let (_, zhou) = app.member("周二").home("XZ31").unregistered().await;
    let (item, _) = push(&app, &organiser, "党章", "DW1", "2026-07-01").await;
    app.drain().await;
    app.drain().await;
    let arrived = platform.arrived();
    let mut to: Vec<&str> = arrived.iter().map(|one| one.userid.as_str()).collect();
    to.sort_unstable();
    assert_eq!(to, [organiser.employee_no.as_str(), li.as_str()], "not {zhou}, whose factory it is not");
    assert_eq!((arrived[0].title.as_str(), arrived[0].description.as_str()), ("今日学习：党章", "一段话。"));
    let link = format!("{PUBLIC}/api/v1/session/platforms/wecom/entry?to=%2Fstudy%2Fitems%2F{item}");
    assert_eq!((arrived[0].url.as_str(), platform.calls(SEND)), (link.as_str(), 1), "one call for all of them");
    assert_eq!(states(&app).await, BTreeMap::from([(state("sent", None), 2)]));
}

#[tokio::test]
async fn at_night_nothing_leaves_but_what_is_about_an_account() {
    let platform = platform(5);
    let app = app_with(&platform).await;
    let (li, number) = app.member("李一").unregistered().await;
    // other words each time, since the platform drops what it had half an hour before
    let nights = [("2026-07-01T21:45:00+08:00", "职务", "账号"), ("2026-12-31T23:59:00+08:00", "新职务", "新账号")];
    for (at, duty, account) in nights {
        app.set_clock(at);
        let before = platform.arrived().len();
        tell(&app, To::Member(li), NoticeKind::DUTY, duty).await;
        assert_eq!(platform.arrived().len() - before, 0, "{at}");
        tell(&app, To::Member(li), NoticeKind::SECURITY, account).await;
        assert_eq!(titles(&platform.arrived()).last(), Some(&(number.as_str(), account)), "{at}");
        // over midnight, and over New Year
        app.advance_seconds(9 * 3600 + 16 * 60);
        app.tick().await;
        assert_eq!(titles(&platform.arrived()).last(), Some(&(number.as_str(), duty)), "{at}");
    }
    app.drain().await;
}

#[tokio::test]
async fn a_members_own_quiet_hours_hold_also_for_what_was_told_before() {
    let platform = platform(5);
    let app = app_with(&platform).await;
    let li = app.member("李一").sign_in().await;
    let hours = json!({ "quiet_from": "07:00", "quiet_until": "12:30" });
    li.put("/me/settings", hours).await.ok(200);
    tell(&app, To::Member(li.id), NoticeKind::DUTY, "职务").await;
    assert!(platform.arrived().is_empty(), "it is eight in the morning");
    app.advance_seconds(4 * 3600 + 1800);
    app.drain().await;
    assert_eq!(platform.arrived().len(), 1);
}

async fn set(app: &TestApp, by: &Person<'_>, key: &str, value: &str) {
    by.put(&format!("/settings/{key}"), json!({ "value": value, "reason": "试用" })).await.ok(200);
    app.tick().await;
}

#[tokio::test]
async fn what_leaves_by_which_channel_is_the_enterprises_and_then_the_members_choice() {
    let platform = platform(9);
    let app = app_with(&platform).await;
    let (organiser, li) = (organiser(&app).await, app.member("李一").sign_in().await);
    let ways = li.get("/me/notice-settings").await.ok(200);
    let way = |ways: &Value, kind: &str| {
        ways["ways"].as_array().unwrap().iter().find(|way| way["kind"] == kind).cloned().unwrap_or(Value::Null)
    };
    let shown = json!({ "kind": "duty", "channel": "wecom", "leaving": "at_once", "may_choose": true, "wanted": true });
    assert_eq!(way(&ways, "duty"), shown);
    assert_eq!(way(&ways, "security")["may_choose"], false);
    assert_eq!(way(&ways, "setting"), Value::Null, "it stays in the inbox");

    let choice =
        |kind: &str, wanted: bool| json!({ "choices": [{ "kind": kind, "channel": "wecom", "wanted": wanted }] });
    li.put("/me/notice-settings", choice("security", false)).await.refused(422, "body.invalid");
    li.put("/me/notice-settings", choice("setting", false)).await.refused(422, "body.invalid");
    let chosen = li.put("/me/notice-settings", choice("duty", false)).await.ok(200);
    assert_eq!(way(&chosen, "duty")["wanted"], false);
    tell(&app, To::Member(li.id), NoticeKind::DUTY, "不要的").await;
    assert!(platform.arrived().is_empty());
    assert_eq!(states(&app).await, BTreeMap::from([(state("unreached", Some("switched_off")), 1)]));

    // the enterprise decides that it must come
    set(&app, &organiser, "channels.duty_by_wecom", "always").await;
    tell(&app, To::Member(li.id), NoticeKind::DUTY, "必须的").await;
    assert_eq!(titles(&platform.arrived()), [(li.employee_no.as_str(), "必须的")]);
    set(&app, &organiser, "channels.duty_by_wecom", "off").await;
    tell(&app, To::Member(li.id), NoticeKind::DUTY, "只在站内").await;
    assert_eq!(platform.arrived().len(), 1);
    // what is absent goes back
    let back = li.put("/me/notice-settings", json!({ "choices": [] })).await.ok(200);
    assert!(back["ways"].as_array().unwrap().iter().all(|way| way["wanted"] == true), "{back}");
}

#[tokio::test]
async fn a_message_in_wecom_opens_the_mini_program_where_the_enterprise_wants_it_so() {
    let platform = platform(9);
    let app = app_with(&platform).await;
    let (organiser, li) = (organiser(&app).await, app.member("李一").sign_in().await);
    tell(&app, To::Member(li.id), NoticeKind::DUTY, "一般的").await;
    assert!(platform.arrived()[0].url.starts_with(PUBLIC), "a page, unless told otherwise");
    set(&app, &organiser, "channels.wecom_shape", "mini").await;
    for title in ["短", "一个很长很长很长很长很长很长的标题"] {
        tell(&app, To::Member(li.id), NoticeKind::DUTY, title).await;
    }
    let arrived = platform.arrived();
    assert_eq!(arrived.len(), 3, "neither too short nor too long for the platform: {arrived:?}");
    assert_eq!((&*arrived[1].title, &*arrived[2].title), ("通知：短", "一个很长很长很长很长很…"));
    assert_eq!(arrived[2].description, "内容：一个很长很长很长很长很长很长的标题\n说明：内容。");
    assert_eq!(arrived[2].url, "pages/index/index?to=/ideas/1");
    assert_eq!(states(&app).await, BTreeMap::from([(state("sent", None), 3)]));
}

#[tokio::test]
async fn what_is_not_urgent_is_one_message_of_the_day() {
    let platform = platform(9);
    let app = app_with(&platform).await;
    let (li, number) = app.member("李一").unregistered().await;
    for title in ["一", "二", "三", "四", "五"] {
        tell(&app, To::Unit(app.unit("JT")), NoticeKind::PUBLISHED, title).await;
    }
    assert!(platform.arrived().is_empty());
    assert_eq!(states(&app).await, BTreeMap::from([(state("collected", None), 5)]));
    app.set_clock("2026-07-01T17:20:00+08:00");
    app.drain().await;
    let arrived = platform.arrived();
    assert_eq!(titles(&arrived), [(number.as_str(), "您有 5 条新消息")]);
    assert!(arrived[0].description.contains("· 一") && arrived[0].description.contains("等 5 条"), "{arrived:?}");
    assert_eq!(states(&app).await, BTreeMap::from([(state("sent", None), 5)]));
    tell(&app, To::Member(li), NoticeKind::PUBLISHED, "六").await;
    app.set_clock("2026-07-02T17:20:00+08:00");
    app.drain().await;
    assert_eq!(platform.arrived().last().unwrap().title, "您有 1 条新消息");
}

#[tokio::test]
async fn whom_the_platform_does_not_know_is_read_out_of_an_answer_that_says_ok() {
    let platform = platform(1);
    let app = app_with(&platform).await;
    app.member("李一").unregistered().await;
    let (wang, _) = app.member("王二").unregistered().await;
    tell(&app, To::Unit(app.unit("JT")), NoticeKind::DUTY, "一").await;
    let expected = [(state("sent", None), 1), (state("unreached", Some("no_account")), 1)];
    assert_eq!(states(&app).await, BTreeMap::from(expected.clone()));
    tell(&app, To::Member(wang), NoticeKind::DUTY, "二").await;
    assert_eq!(states(&app).await[&state("unreached", Some("no_account"))], 2, "also where nobody else is named");
    app.drain().await;
}

/// A unit's notice on its way to so many members.
async fn told_to_many(app: &TestApp, members: u32) {
    for n in 0..members {
        app.member(&format!("党员{n}")).unregistered().await;
    }
    let to = To::Unit(app.unit("JT"));
    app.write(move |tx| {
        let (kind, title) = (NoticeKind::DUTY, "一".to_owned());
        Ok(notices::tell(tx, NewNotice { to, kind, title, body: "内容".into(), link: None })?)
    })
    .await;
}

async fn waiting(app: &TestApp) -> (i64, i64) {
    app.db().read(outbox::count).await.unwrap()
}

#[tokio::test]
async fn a_platform_that_is_busy_for_a_minute_loses_nothing_and_is_left_alone_longer_and_longer() {
    let platform = platform(40);
    let app = app_with(&platform).await;
    told_to_many(&app, 30).await;
    platform.fail(SEND, -1, u32::MAX);
    let mut asked = Vec::new();
    for second in 0..200 {
        if second == 60 {
            platform.recover();
        }
        let before = platform.calls(SEND);
        app.tick().await;
        if platform.calls(SEND) > before {
            asked.push(second);
        }
        app.advance_seconds(1);
    }
    println!("-1 for 60 seconds: asked after {asked:?} seconds, {} arrived", platform.arrived().len());
    // pauses of 1, 2, 4, 8, 16, 32 seconds; two batches that were under way together count as two failures
    let pauses: Vec<i32> = asked.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(pauses.is_sorted() && pauses.iter().all(|pause| (1..=60).contains(pause)), "{asked:?}");
    assert!((4..=7).contains(&asked.len()), "{asked:?}");
    assert_eq!((platform.arrived().len(), platform.dropped(), waiting(&app).await), (30, 0, (0, 0)));
}

#[tokio::test]
async fn a_quota_that_is_used_up_is_waited_for_and_nobody_is_parked() {
    let platform = platform(10);
    let app = app_with(&platform).await;
    told_to_many(&app, 5).await;
    platform.fail(SEND, 45009, 1);
    app.tick().await;
    app.advance_seconds(59);
    app.tick().await;
    assert_eq!((platform.arrived().len(), platform.calls(SEND)), (0, 1));
    app.advance_seconds(1);
    app.drain().await;
    assert_eq!(platform.arrived().len(), 5);
}

#[tokio::test]
async fn a_token_that_is_revoked_in_the_middle_is_fetched_once() {
    let platform = platform(500);
    let app = app_with(&platform).await;
    app.member("李一").unregistered().await;
    tell(&app, To::Unit(app.unit("JT")), NoticeKind::DUTY, "一").await;
    platform.revoke_tokens();
    told_to_many(&app, 450).await;
    app.drain().await;
    println!("token revoked: {} fetches, {} arrived", platform.calls("/cgi-bin/gettoken"), platform.arrived().len());
    assert_eq!((platform.calls("/cgi-bin/gettoken"), platform.arrived().len()), (2, 1 + 451));
}

#[tokio::test]
async fn what_the_platform_takes_no_message_of_is_parked_with_the_reason_and_goes_on_when_released() {
    let platform = platform(5);
    let app = app_with(&platform).await;
    app.member("李一").unregistered().await;
    platform.fail(SEND, 40033, u32::MAX);
    tell(&app, To::Unit(app.unit("JT")), NoticeKind::DUTY, "一").await;
    for _ in 0..10 {
        app.advance_seconds(700);
        app.tick().await;
    }
    assert_eq!(waiting(&app).await, (0, 1));
    assert_eq!(states(&app).await, BTreeMap::from([(state("unreached", Some("failed")), 1)]));
    let admin = app.member("管理员").role(Role::Administrator, "JT").sign_in().await;
    let seen = admin.get("/operations/outbox").await.ok(200);
    let reason = seen["parked"]["items"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("40033") && seen["lanes"][0]["lane"] == "wecom", "{seen}");
}

#[tokio::test]
async fn what_is_of_a_day_is_not_sent_on_the_next() {
    let platform = platform(5);
    let app = app_with(&platform).await;
    let organiser = organiser(&app).await;
    platform.fail(SEND, -1, u32::MAX);
    push(&app, &organiser, "党章", "JT", "2026-07-01").await;
    app.set_clock("2026-07-02T00:00:01+08:00");
    platform.recover();
    app.set_clock("2026-07-02T07:30:00+08:00");
    app.drain().await;
    assert!(platform.arrived().is_empty());
    assert_eq!(states(&app).await, BTreeMap::from([(state("unreached", Some("expired")), 1)]));
}

#[tokio::test]
async fn who_has_not_read_is_reminded_once_in_the_afternoon_and_the_report_says_how_it_came_to_each() {
    let platform = platform(3);
    let app = app_with(&platform).await;
    let organiser = organiser(&app).await;
    let (li, wang) = (app.member("李一").sign_in().await, app.member("王二").sign_in().await);
    let (_, number) = app.member("未绑定").unregistered().await;
    let away = app.member("休假").home("XZ12").sign_in().await;
    crate::study::leave(&app, away.id, "2026-07-01", "2026-07-03").await;
    let (item, push) = push(&app, &organiser, "党章", "DW1", "2026-07-01").await;
    app.drain().await;
    crate::study::read(&app, &li, &item).await;
    let path = format!("/study/pushes/{push}/reminder");
    for too_early in ["07:40", "00:10"] {
        organiser.post(&path, json!({ "remind_time": too_early })).await.refused(422, "body.invalid");
    }
    let planned = organiser.post(&path, json!({ "remind_time": "15:31" })).await.ok(202);
    assert_eq!(planned["remind_at"], "2026-07-01T15:31:00+08:00");
    let before = platform.arrived().len();
    app.set_clock("2026-07-01T15:31:00+08:00");
    app.drain().await;
    app.drain().await;
    let arrived = platform.arrived();
    let mut reminded: Vec<&str> = arrived[before..].iter().map(|one| one.userid.as_str()).collect();
    reminded.sort_unstable();
    assert_eq!(reminded, [organiser.employee_no.as_str(), wang.employee_no.as_str()], "not who has read it or is away");
    assert_eq!(arrived[before].title, "提醒：今日学习：党章");
    let organiser = app.sign_in_anew(&organiser).await;
    organiser.post(&path, json!({})).await.refused(409, "study.already_reminded");

    let report = organiser.get(&format!("/study/pushes/{push}/deliveries?limit=100")).await.ok(200);
    println!("{}", serde_json::to_string_pretty(&report).unwrap());
    let count = |state: &str| {
        let states = report["total"]["states"].as_array().unwrap();
        states.iter().find(|one| one["state"] == state).map_or(0, |one| one["members"].as_u64().unwrap())
    };
    assert_eq!((count("read"), count("reached_unread"), count("no_account"), count("away")), (1, 2, 1, 1));
    assert_eq!(report["total"]["channels"], json!([{ "channel": "wecom", "members": 3 }]));
    assert_eq!((&report["total"]["reminded"], &report["total"]["members"]), (&json!(2), &json!(5)));
    let line = report["members"]["items"].as_array().unwrap().iter().find(|one| one["employee_no"] == number.as_str());
    assert_eq!(line.unwrap()["state"], "no_account");
    let only = organiser.get(&format!("/study/pushes/{push}/deliveries?state=read")).await.ok(200);
    assert_eq!(only["members"]["items"][0]["name"], "李一");
    let sheet = organiser.get(&format!("/exports/study-deliveries?push_id={push}&format=csv")).await;
    assert!(sheet.status == 200 && sheet.text().contains("\"已送达未学习\",\"企业微信\",\"是\""), "{}", sheet.text());
    let li = app.sign_in_anew(&li).await;
    li.get(&format!("/study/pushes/{push}/deliveries")).await.refused(403, "access.denied");
}

#[tokio::test]
async fn a_reminder_of_a_kind_comes_once_a_day() {
    let platform = platform(3);
    let app = app_with(&platform).await;
    let organiser = organiser(&app).await;
    let mut pushes = Vec::new();
    for unit in ["JT", "DW1"] {
        pushes.push(push(&app, &organiser, "一篇", unit, "2026-07-01").await.1);
    }
    app.drain().await;
    let before = platform.arrived().len();
    app.advance_seconds(60);
    for push in pushes {
        organiser.post(&format!("/study/pushes/{push}/reminder"), json!({})).await.ok(202);
        app.drain().await;
    }
    assert_eq!(platform.arrived().len() - before, 1);
}

#[tokio::test]
async fn a_notice_to_thousands_is_expanded_in_chunks_and_a_chunk_done_twice_doubles_nobody() {
    let platform = platform(0);
    let app = app_with(&platform).await;
    let began = Instant::now();
    insert_members(&app, 2_500).await;
    app.write(|tx| {
        let to = To::Unit(notices_root(tx));
        let (kind, title) = (NoticeKind::DUTY, "一".to_owned());
        Ok(notices::tell(tx, NewNotice { to, kind, title, body: "内容".into(), link: None })?)
    })
    .await;
    println!("2,500 members after {:.1?}", began.elapsed());
    let expanded = Instant::now();
    app.tick().await;
    println!("expanded and sent after {:.1?}", expanded.elapsed());
    assert_eq!(states(&app).await.values().sum::<usize>(), 2_500);
    assert_eq!(platform.calls(SEND), 13, "of 200 each");
}

fn notices_root(tx: &mut xianfeng::db::Tx) -> xianfeng::base::id::UnitId {
    use xianfeng::db::schema::units;
    on!(&mut *tx.conn, c => units::table.filter(units::code.eq("JT")).select(units::id).first(c)).unwrap()
}

/// Many members at once, at home in XZ11.
async fn insert_members(app: &TestApp, count: u32) {
    for n in 0..count {
        app.member(&format!("党员{n}")).unregistered().await;
    }
}

#[tokio::test]
async fn the_self_check_says_what_is_missing_and_what_to_do() {
    let platform = platform(3);
    let app = app_with(&platform).await;
    let admin = app.member("管理员").role(Role::Administrator, "JT").sign_in().await;
    let check = async || {
        let steps = admin.get("/operations/channels").await.ok(200);
        let steps = steps["steps"].as_array().unwrap().clone();
        move |title: &str| steps.iter().find(|step| step["title"] == title).cloned().unwrap_or(Value::Null)
    };
    let step = check().await;
    assert_eq!(step("企业微信：应用凭证")["state"], "done");
    assert_eq!(step("企业微信：可信 IP")["state"], "done");
    assert_eq!(step("访问地址")["found"], PUBLIC);
    assert_eq!(step("微信公众号：应用凭证")["state"], "done");
    platform.fail("/cgi-bin/agent/get", 60020, 1);
    let step = check().await;
    let fault = step("企业微信：可信 IP");
    assert_eq!(fault["state"], "fault");
    assert!(fault["advice"].as_str().unwrap().contains("203.0.113.9"), "{fault}");

    let mut wrong = arguments(&platform);
    wrong.retain(|argument| !argument.starts_with("--wecom-secret") && !argument.starts_with("--public-url"));
    wrong.push("--wecom-secret=not-the-one".into());
    let app = app_told(&wrong).await;
    let admin = app.member("管理员").role(Role::Administrator, "JT").sign_in().await;
    let steps = admin.get("/operations/channels").await.ok(200).to_string();
    assert!(steps.contains("Secret 不正确") && steps.contains("XIANFENG_PUBLIC_URL"), "{steps}");
    assert!(!steps.contains("not-the-one"));
}

#[tokio::test]
async fn templates_that_cannot_be_read_are_an_alarm_until_they_are_put_right() {
    let platform = platform(3);
    let app = app_with(&platform).await;
    let admin = app.member("管理员").role(Role::Administrator, "JT").sign_in().await;
    let of_templates = async |admin: &Person<'_>| {
        let alarms = admin.get("/operations/alarms").await.ok(200);
        let alarms = alarms["items"].as_array().unwrap().clone();
        alarms.into_iter().find(|alarm| alarm["kind"] == "templates_unreadable")
    };
    assert_eq!(of_templates(&admin).await, None);
    let organiser = organiser(&app).await;
    set(&app, &organiser, "channels.mini_templates", "study=T1(thing1:nonsense)").await;
    let alarm = of_templates(&admin).await.expect("nobody has to send a message first");
    assert!(alarm["message"].as_str().unwrap().contains("微信小程序：消息模板"), "{alarm}");
    set(&app, &organiser, "channels.mini_templates", "study=T1(thing1:title)").await;
    assert_eq!(of_templates(&admin).await, None);
}

#[tokio::test]
async fn verification_files_are_served_at_the_root_and_nothing_else_of_their_folder() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("WW_verify_AbC123.txt"), "AbC123").unwrap();
    std::fs::write(folder.path().join("secrets.json"), "{}").unwrap();
    let argument = format!("--verification-files={}", folder.path().display());
    let app = TestApp::start_with(&[&argument]).await;
    let get = async |path: &str| crate::support::Reply::of(app.at_root(reqwest::Method::GET, path)).await.unwrap();
    assert_eq!(get("/WW_verify_AbC123.txt").await.text(), "AbC123");
    for other in ["/MP_verify_other.txt", "/secrets.json", "/..%2Fsecrets.txt", "/WW_verify_AbC123.txt.txt"] {
        assert_eq!(get(other).await.status, 404, "{other}");
    }
}

/// Everybody of a site, called as the site numbers them.
fn platform_of_site(people: u32) -> FakePlatform {
    let mut known = setup(0);
    known.people = (0..people)
        .map(|n| xianfeng::demo::platform::Person {
            userid: format!("E{n:05}"),
            name: format!("党员{n}"),
            title: String::new(),
            phone: None,
        })
        .collect();
    FakePlatform::start(known).unwrap()
}

/// Writes a message to everybody of a site beside its servers, of a kind that leaves at any hour.
fn tell_everybody(site: &Site, title: &str) {
    let notice = NewNotice {
        to: To::Unit(site.root()),
        kind: NoticeKind::SECURITY,
        title: title.into(),
        body: "内容".into(),
        link: None,
    };
    // the notice bears the id, and so the instant of the message: who came later than it is told nothing of it
    let (now, id) = (site.day.start().micros(), Ids::default().fresh::<MessageId>(Clock::System.now()).uuid());
    let row = (
        outbox_table::id.eq(id.as_bytes().as_slice()),
        outbox_table::topic.eq("notice"),
        outbox_table::payload.eq(serde_json::to_string(&notice).unwrap()),
        outbox_table::available_at.eq(now),
        outbox_table::created_at.eq(now),
        outbox_table::lane.eq(""),
    );
    on!(&mut site.connect(), c => diesel::insert_into(outbox_table::table).values(row).execute(c)).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_is_killed_while_it_sends_2000_leaves_nobody_out() {
    const PEOPLE: u32 = 2_000;
    let platform = platform_of_site(PEOPLE);
    let site = Site::open(PEOPLE as usize).await;
    tell_everybody(&site, "演练");
    platform.slow(SEND, Duration::from_millis(300));
    let told = arguments(&platform);
    let mut server = site.serve_with(&told).await;
    let began = Instant::now();
    while platform.arrived().len() < 300 {
        assert!(began.elapsed() < Duration::from_secs(60), "nothing leaves:\n{}", server.log());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    server.kill();
    let (before, calls) = (platform.arrived().len(), platform.calls(SEND));
    assert!(before < PEOPLE as usize, "it was killed in the middle");
    platform.recover();
    let server = site.serve_with(&told).await;
    let left = || {
        // what is collected for the day's message waits for its hour
        let waiting = outbox_table::table.filter(outbox_table::topic.ne("channels.digest")).count();
        on!(&mut site.connect(), c => waiting.get_result::<i64>(c)).unwrap()
    };
    let again = Instant::now();
    while left() > 0 {
        // what the one that was killed had taken along belongs to it for a minute
        assert!(again.elapsed() < Duration::from_secs(150), "{} left:\n{}", left(), server.log());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let mut times: BTreeMap<String, u32> = BTreeMap::new();
    for message in platform.arrived() {
        *times.entry(message.userid).or_default() += 1;
    }
    println!(
        "killed after {before} of {PEOPLE} ({calls} calls); all after {:.1?} more, {} sent twice and dropped by the platform",
        again.elapsed(),
        platform.dropped()
    );
    assert_eq!(times.len(), PEOPLE as usize, "each at least once");
    assert!(times.values().all(|times| *times == 1), "none twice, since the platform drops what it had");
    assert!(platform.dropped() <= 4 * 200, "no more than was under way");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL and Redis: scripts/test runs it there"]
async fn redis_may_go_away_while_messages_leave_and_members_sign_in_by_code() {
    needs_postgres();
    const PEOPLE: usize = 1_600;
    const LONGEST: Duration = Duration::from_secs(5);
    let platform = platform_of_site(PEOPLE as u32);
    let site = Site::open(PEOPLE - 1).await; // the last one is nobody's here
    let redis_url = site.redis_url().expect("on PostgreSQL there is Redis as well");
    let redis = Proxy::to(redis_url).await;
    let mut told = arguments(&platform);
    told.push(format!("--redis-url={}", redis.instead_of(redis_url)));
    let server = site.serve_with(&told).await;
    platform.slow(SEND, Duration::from_millis(400));
    let post = async |path: &str, body: Value| {
        let asked = Instant::now();
        let reply = crate::support::send(server.client.post(server.url(path)).json(&body)).await;
        assert!(asked.elapsed() < LONGEST, "{path} took {:?}", asked.elapsed());
        reply
    };
    for (round, way) in [Way::Refusing, Way::Silent].into_iter().enumerate() {
        let events = server.client.get(server.url("/events?topics=notices")).bearer_auth(site.token(7 + round));
        let mut events = events.timeout(Duration::from_secs(90)).send().await.unwrap();
        tell_everybody(&site, &format!("Redis {way:?}"));
        let expected = (round + 1) * (PEOPLE - 1);
        let began = Instant::now();
        while platform.arrived().len() <= round * (PEOPLE - 1) {
            assert!(began.elapsed() < Duration::from_secs(30), "nothing leaves:\n{}", server.log());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        redis.set(way);
        let sent = platform.arrived().len();
        assert!(sent < expected, "it goes away in the middle");
        // everybody comes in, once by each code, and wrong ones hear so
        for n in round * 40..round * 40 + 40 {
            let code = platform.code_of(&format!("E{n:05}"), CodeKind::WecomMini);
            let ask = json!({ "code": code, "attempt": "1" });
            let first = post("/session/platforms/wecom", ask.clone()).await.ok(201);
            assert_eq!(post("/session/platforms/wecom", ask).await.ok(201)["session_id"], first["session_id"]);
        }
        post("/session/platforms/wecom", json!({ "code": "nobody's", "attempt": "1" }))
            .await
            .refused(401, "platforms.code_over");
        // what is counted so that nobody guesses is counted by the process meanwhile
        let stranger = platform.code_of(&format!("E{:05}", PEOPLE - 1), CodeKind::Mini);
        let recognised = post("/session/platforms/mini", json!({ "code": stranger })).await.ok(202);
        let account = format!("E{:05}", 100 + round);
        let guess = json!({ "ticket": recognised["ticket"], "account": account, "password": "wrong-password-1" });
        let mut statuses = Vec::new();
        for _ in 0..11 {
            let reply = post("/session/binding", guess.clone()).await;
            match reply.status {
                401 => reply.refused(401, "sessions.wrong_password"),
                _ => reply.refused(429, "sessions.locked_out"),
            };
            statuses.push(reply.status);
        }
        assert_eq!((statuses[0], statuses[10]), (401, 429), "{statuses:?}");
        // a page that is open hears of it all the same
        let heard = async {
            let mut said = String::new();
            while !said.contains("event: notices") {
                said.push_str(&String::from_utf8_lossy(&events.chunk().await.unwrap().expect("the stream goes on")));
            }
        };
        tokio::time::timeout(Duration::from_secs(20), heard).await.expect("the stream says that something is new");
        while platform.arrived().len() < expected {
            assert!(began.elapsed() < Duration::from_secs(60), "{} left:\n{}", platform.arrived().len(), server.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        println!("Redis {way:?} from the {sent}th message on: {expected} arrived, after {:.1?}", began.elapsed());
        redis.set(Way::Open);
    }
    let mut times: BTreeMap<(String, String), u32> = BTreeMap::new();
    for message in platform.arrived() {
        *times.entry((message.userid, message.title)).or_default() += 1;
    }
    assert_eq!(times.len(), 2 * (PEOPLE - 1), "each at least once");
    assert!(times.values().all(|times| *times == 1), "and none twice");
    let log = server.log();
    assert!(!log.contains("panicked") && !log.contains(" ERROR "), "{log}");
}

/// Somebody whose account in the mini-program, and so in the official account, is bound.
async fn bound<'a>(app: &'a TestApp, platform: &FakePlatform, name: &str) -> Person<'a> {
    let person = app.member(name).sign_in().await;
    let number = person.employee_no.clone();
    let code = platform.code_of(&number, CodeKind::Mini);
    let recognised = app.post("/session/platforms/mini", json!({ "code": code })).await.ok(202);
    let ask = json!({ "ticket": recognised["ticket"], "account": number, "password": crate::support::PASSWORD });
    app.post("/session/binding", ask).await.ok(201);
    app.drain().await;
    person
}

#[tokio::test]
async fn one_accept_of_a_subscribe_message_is_one_message_and_a_refusal_ends_them() {
    const PATH: &str = "/me/wechat/subscriptions";
    let platform = platform(9);
    let mut told = arguments(&platform);
    told.retain(|argument| !argument.starts_with("--wecom"));
    let app = app_told(&told).await;
    let organiser = organiser(&app).await;
    let li = bound(&app, &platform, "李一").await;
    assert_eq!(li.get(PATH).await.ok(200), json!({ "items": [] }));
    set(&app, &organiser, "channels.mini_templates", "duty=T1(thing1:title,thing2:body,time3:time)").await;
    assert_eq!(li.get(PATH).await.ok(200)["items"][0], json!({ "template": "T1", "remaining": 0, "kinds": ["duty"] }));
    tell(&app, To::Member(li.id), NoticeKind::DUTY, "没有授权").await;
    let no_quota = state("unreached", Some("no_quota"));
    assert_eq!((states(&app).await[&no_quota], platform.calls("/cgi-bin/message/subscribe/send")), (1, 0));

    li.post(PATH, json!({ "accepted": ["T2"] })).await.refused(422, "body.invalid");
    li.post(PATH, json!({ "accepted": ["T1"] })).await.ok(200);
    platform.allow(&li.employee_no, "T1", 1);
    let accepted = li.post(PATH, json!({ "accepted": ["T1"] })).await.ok(200);
    assert_eq!(accepted["items"][0]["remaining"], 2);
    // we believe in two, and the platform in one
    for title in ["一个很长很长很长很长很长很长很长很长的标题", "第二条", "第三条"] {
        tell(&app, To::Member(li.id), NoticeKind::DUTY, title).await;
    }
    let arrived = platform.arrived();
    assert_eq!((arrived.len(), arrived[0].platform, arrived[0].title.chars().count()), (1, "mini", 20));
    assert_eq!(states(&app).await[&no_quota], 3);
    assert_eq!(li.get(PATH).await.ok(200)["items"][0]["remaining"], 0, "43101 says that nothing is left");
    app.drain().await;
}

#[tokio::test]
async fn what_was_not_sent_for_the_platforms_sake_is_not_spent() {
    let platform = platform(9);
    let mut told = arguments(&platform);
    told.retain(|argument| !argument.starts_with("--wecom"));
    let app = app_told(&told).await;
    let organiser = organiser(&app).await;
    let li = bound(&app, &platform, "李一").await;
    set(&app, &organiser, "channels.mini_templates", "*=T1(thing1:title)").await;
    li.post("/me/wechat/subscriptions", json!({ "accepted": ["T1"] })).await.ok(200);
    platform.allow(&li.employee_no, "T1", 1);
    platform.fail("/cgi-bin/message/subscribe/send", -1, 1);
    tell(&app, To::Member(li.id), NoticeKind::DUTY, "一").await;
    assert_eq!(li.get("/me/wechat/subscriptions").await.ok(200)["items"][0]["remaining"], 1);
    app.advance_seconds(2);
    app.drain().await;
    assert_eq!(platform.arrived().len(), 1);
    assert_eq!(li.get("/me/wechat/subscriptions").await.ok(200)["items"][0]["remaining"], 0);
}

#[tokio::test]
async fn a_follower_of_the_official_account_is_told_there_and_others_are_named() {
    let platform = platform(9);
    let app = app_with(&platform).await;
    let organiser = organiser(&app).await;
    set(&app, &organiser, "channels.wechat_templates", "duty=T1(thing1:title,time2:time)").await;
    set(&app, &organiser, "channels.duty_by_wecom", "off").await;
    let li = bound(&app, &platform, "李一").await;
    // the official account recognises him by the id that both have
    let mut browser = crate::support::platform::Browser::new();
    browser.open(&app, &format!("{}/phone?as={}", platform.url, li.employee_no)).await;
    let (_, page) = browser.open(&app, &format!("{PUBLIC}/api/v1/session/platforms/wechat/entry")).await;
    let (_, back) = browser.open(&app, page.unwrap().split('#').next().unwrap()).await;
    browser.open(&app, &back.unwrap()).await;
    let before = platform.arrived().len();
    tell(&app, To::Unit(app.unit("JT")), NoticeKind::DUTY, "一").await;
    let arrived = platform.arrived();
    assert_eq!((arrived.len() - before, arrived.last().unwrap().platform), (1, "wechat"));
    assert!(arrived.last().unwrap().url.contains("/session/platforms/wechat/entry?to="), "{arrived:?}");
    platform.fail("/cgi-bin/message/template/send", 43004, 1);
    tell(&app, To::Member(li.id), NoticeKind::DUTY, "二").await;
    assert_eq!(states(&app).await[&state("unreached", Some("refused"))], 1);
    app.drain().await;
}
