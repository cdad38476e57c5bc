//! A year of a group company: 94 ideas become 5 results, 6 incubations, 4 topics and 3 patents.

use reqwest::Method;
use serde_json::{Value, json};
use xianfeng::base::capability::Role;

use super::{Scene, let_hand_in_many, submitted, text};
use crate::support::{Person, TestApp, send};

/// What came of the first ideas, one of each.
const OUTCOMES: [(&str, usize); 4] = [("result", 5), ("incubation", 6), ("topic", 4), ("patent", 3)];

#[tokio::test]
async fn ninety_four_ideas_give_the_numbers_of_the_year() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let_hand_in_many(&app).await;
    let kinds: Vec<&str> = OUTCOMES.iter().flat_map(|(kind, count)| vec![*kind; *count]).collect();
    for n in 0..94 {
        let author = if n % 2 == 0 { &scene.author } else { &scene.worker };
        let id = submitted(author, &format!("金点子{n}")).await;
        if n >= 60 {
            continue;
        }
        if n % 2 == 0 {
            scene.collect(&id).await;
        } else {
            let body = json!({ "meeting_id": scene.committee_meeting });
            scene.secretary.post(&format!("/ideas/{id}/collection"), body).await.ok(200);
        }
        scene.decide(&id, if n < 30 { "adopted" } else { "declined" }).await;
        let Some(kind) = kinds.get(n) else { continue };
        // anyone who did not write it carries it out
        let worker = if n % 2 == 0 { &scene.worker } else { &scene.author };
        scene.assign(&id, worker, "2026-07-31").await;
        scene.work(&id, worker).await;
        scene.committee.post(&format!("/ideas/{id}/acceptance"), json!({})).await.ok(200);
        let outcome = json!({ "kind": kind, "title": format!("成果{n}") });
        scene.committee.post(&format!("/ideas/{id}/outcomes"), outcome).await.ok(200);
        if n == 0 {
            let saved = json!({ "kind": "savings", "title": "备件费", "amount_fen": 80_000_001 });
            scene.committee.post(&format!("/ideas/{id}/outcomes"), saved).await.ok(200);
        }
    }
    let numbers = scene.secretary.get(&format!("/ideas/statistics?unit_id={}", app.unit("ZB1"))).await.ok(200);
    let counts: Vec<(String, i64)> = numbers["outcomes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|o| (text(&o["kind"]), o["count"].as_i64().unwrap()))
        .collect();
    let expected = [("result", 5), ("incubation", 6), ("topic", 4), ("patent", 3), ("savings", 1)];
    assert_eq!(counts, expected.map(|(kind, count)| (kind.to_owned(), count)));
    assert_eq!((&numbers["submitted"], &numbers["saved_fen"]), (&json!(94), &json!(80_000_001)));
    // two of the five members of the branch
    assert_eq!(
        (&numbers["authors"], &numbers["members"], &numbers["participation_bp"]),
        (&json!(2), &json!(5), &json!(4000))
    );
    assert_eq!((&numbers["decided"], &numbers["adopted_bp"]), (&json!(60), &json!(5000)));
    assert_eq!(numbers["lengths"][0]["count"], 60);
    assert_eq!(numbers["lengths"][4]["median_days"], 0.0);
    let none = scene.secretary.get("/ideas/statistics?from=2025-01-01&until=2025-12-31").await.ok(200);
    assert_eq!((&none["submitted"], &none["lengths"][0]["median_days"]), (&json!(0), &Value::Null));
    scene.secretary.get("/ideas/statistics?from=2026-02-01&until=2026-01-31").await.refused(400, "query.invalid");
    let elsewhere = format!("/ideas/statistics?unit_id={}", app.unit("ZB2"));
    scene.secretary.get(&elsewhere).await.refused(403, "access.out_of_scope");
    scene.author.get("/ideas/statistics").await.refused(403, "access.denied");

    let file = scene.secretary.get("/exports/ideas?format=csv").await;
    let csv = String::from_utf8(file.bytes).unwrap();
    let lines: Vec<&str> = csv.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(lines.len(), 95);
    assert!(lines[0].starts_with("\"标题\",\"类别\",\"提出人\""), "{}", lines[0]);
    assert!(lines[94].contains("金点子0") && lines[94].contains("800000.01"), "{}", lines[94]);
    let xlsx = scene.secretary.get("/exports/ideas").await;
    let mut book = calamine::open_workbook_auto_from_rs(std::io::Cursor::new(xlsx.bytes)).unwrap();
    let sheet = calamine::Reader::worksheet_range_at(&mut book, 0).unwrap().unwrap();
    assert_eq!((sheet.height(), sheet.width()), (95, 18));
    let heads: Vec<String> = (0..18).map(|column| sheet[(0, column)].to_string()).collect();
    assert_eq!((heads[0].as_str(), heads[5].as_str(), heads[17].as_str()), ("标题", "状态", "节约金额（元）"));
    assert_eq!(sheet[(94, 16)].to_string(), "技术创新成果：成果0；节约金额：备件费");
    check_summary(&app, &scene).await;
}

/// The printable page shows the same numbers, to the same readers.
async fn check_summary(app: &TestApp, scene: &Scene<'_>) {
    let path = format!("/ideas/statistics/summary?unit_id={}", app.unit("ZB1"));
    let page = scene.secretary.get(&path).await;
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
    assert_eq!(page.header("content-security-policy"), Some(policy));
    let page = page.text();
    for part in [
        "<p>东支部　2026年1月1日至2026年7月1日</p>",
        "<td>提出</td><td>94 条</td>",
        "<td>参与率</td><td>40.00%</td>",
        "<td>采纳率</td><td>50.00%</td>",
        "<td>技术创新成果</td><td>5 项</td>",
        "<td>科研孵化项目</td><td>6 项</td>",
        "<td>攻关立题</td><td>4 项</td>",
        "<td>专利</td><td>3 项</td>",
        "<td>合计节约</td><td>800,000.01 元</td>",
        "<td>已征集 → 已讨论决定</td>",
        "<meta name=\"viewport\"",
        "@page{size:A4",
        "制表日期：2026年7月1日",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    assert!(!page.contains("<script"));
    // what WeChat adds to whatever is opened there, beside a period of ours and without one
    for added in ["&from=singlemessage&isappinstalled=0", "&from=2026-01-01&from=timeline"] {
        assert_eq!(scene.secretary.get(&format!("{path}{added}")).await.text(), page, "{added}");
    }
    scene.secretary.get(&format!("{path}&from=2026-13-01")).await.refused(400, "query.invalid");
    scene.author.get(&path).await.refused(403, "access.denied");
    let elsewhere = format!("/ideas/statistics/summary?unit_id={}", app.unit("ZB2"));
    scene.secretary.get(&elsewhere).await.refused(403, "access.out_of_scope");
    // names are text, whatever they hold
    let name = "<script>alert(\"东\")</script>";
    let unit = app.unit("ZB1");
    let administrator = app.member("管理员").home("XZ31").role(Role::Administrator, "JT").sign_in().await;
    administrator.patch(&format!("/units/{unit}"), serde_json::json!({ "name": name })).await.ok(200);
    let page = scene.secretary.get(&path).await.text();
    assert!(page.contains("&lt;script&gt;alert(&quot;东&quot;)") && !page.contains("<script"), "{page}");
}

/// The numbers of the eastern branch from one day to another.
async fn numbers(who: &Person<'_>, app: &TestApp, from: &str, until: &str) -> Value {
    let path = format!("/ideas/statistics?unit_id={}&from={from}&until={until}", app.unit("ZB1"));
    who.get(&path).await.ok(200)
}

fn counts(of: &Value) -> [i64; 6] {
    ["submitted", "authors", "collected", "decided", "adopted", "realised"].map(|field| of[field].as_i64().unwrap())
}

const FIRST: &str = "2026-07-01";
const SECOND: &str = "2026-07-02";

#[tokio::test]
async fn what_was_handed_in_or_decided_stays_counted_whatever_becomes_of_it() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let mut ids = Vec::new();
    for n in 0..4 {
        ids.push(submitted(&scene.author, &format!("金点子{n}")).await);
    }
    for id in &ids[..3] {
        scene.collect(id).await;
    }
    for id in &ids[..2] {
        scene.decide(id, "declined").await;
    }
    let before = numbers(&scene.secretary, &app, FIRST, FIRST).await;
    assert_eq!(counts(&before), [4, 1, 3, 2, 0, 0]);
    // one is reopened, one goes back to its author, one is taken back: all on the same day
    let reason = json!({ "reason": "再议" });
    scene.committee.post(&format!("/ideas/{}/reopening", ids[0]), reason.clone()).await.ok(200);
    scene.leader.post(&format!("/ideas/{}/return", ids[2]), reason).await.ok(200);
    scene.author.post(&format!("/ideas/{}/withdrawal", ids[3]), json!({})).await.ok(200);
    let after = numbers(&scene.secretary, &app, FIRST, FIRST).await;
    assert_eq!(counts(&after), counts(&before));
    let stands = |of: &Value| of["states"].clone();
    let one = |state: &str| json!({ "state": state, "count": 1 });
    assert_eq!(stands(&after), json!([one("draft"), one("collected"), one("declined"), one("withdrawn")]));

    // what comes of it on the next day counts there
    app.set_clock("2026-07-02T09:00:00+08:00");
    let secretary = app.sign_in(scene.secretary.id, &scene.secretary.employee_no).await;
    let author = app.sign_in(scene.author.id, &scene.author.employee_no).await;
    let meeting = super::meeting(&app, &secretary, "branch_committee", "ZB1").await;
    let adopted = json!({ "verdict": "adopted", "meeting_id": meeting, "reason": "条件已具备" });
    secretary.post(&format!("/ideas/{}/decision", ids[0]), adopted).await.ok(200);
    let again = author.request(Method::POST, &format!("/ideas/{}/submission", ids[2])).json(&json!({}));
    send(again.header("Idempotency-Key", "0197c000-0000-7000-8000-000000000001")).await.ok(200);
    let first = numbers(&secretary, &app, FIRST, FIRST).await;
    assert_eq!((counts(&first), stands(&first)), (counts(&before), stands(&after)));
    assert_eq!(first["lengths"], after["lengths"]);
    let second = numbers(&secretary, &app, SECOND, SECOND).await;
    assert_eq!(counts(&second), [0, 0, 0, 1, 1, 0], "handed in once, decided again");
    let both = numbers(&secretary, &app, FIRST, SECOND).await;
    assert_eq!(counts(&both), [4, 1, 3, 2, 1, 0], "an idea counts once in a period");
    assert_eq!(second["lengths"][1]["count"], 1, "from its collection to the new decision");
}

#[tokio::test]
async fn the_numbers_of_a_closed_period_follow_neither_moves_nor_leaves_nor_the_tree() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let admin = app.member("管理员").home("XZ31").role(Role::Administrator, "JT").sign_in().await;
    let text = super::idea("两人提的", false);
    let mut body = text.clone();
    body["co_author_ids"] = json!([scene.worker.id]);
    let id = super::text(&scene.author.post("/ideas", body).await.ok(201)["id"]);
    scene.author.post(&format!("/ideas/{id}/submission"), json!({})).await.ok(200);
    app.set_clock("2026-07-02T09:00:00+08:00");
    app.tick().await;
    app.tick().await;
    let secretary = app.sign_in(scene.secretary.id, &scene.secretary.employee_no).await;
    let admin = app.sign_in(admin.id, &admin.employee_no).await;
    let before = numbers(&secretary, &app, FIRST, FIRST).await;
    assert_eq!((counts(&before), &before["members"]), ([1, 2, 0, 0, 0, 0], &json!(5)));
    admin.patch(&format!("/members/{}", scene.author.id), json!({ "status": "left" })).await.ok(200);
    admin.patch(&format!("/members/{}", scene.worker.id), json!({ "unit_id": app.unit("XZ31") })).await.ok(200);
    admin.patch(&format!("/units/{}", app.unit("XZ11")), json!({ "parent_id": app.unit("ZB2") })).await.ok(200);
    app.tick().await;
    assert_eq!(numbers(&secretary, &app, FIRST, FIRST).await, before);
    assert_eq!(numbers(&secretary, &app, FIRST, SECOND).await["members"], json!(2), "today's roster of a running one");
}

#[tokio::test]
async fn the_numbers_are_parted_by_branch_and_by_category_and_add_up() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let west = app.member("西员").home("XZ21").sign_in().await;
    let organiser = app.member("组织部").home("JT").role(Role::Organiser, "JT").sign_in().await;
    let of = |category: &str| {
        let mut body = super::idea(&format!("{category}的点子"), true);
        body["category"] = json!(category);
        body
    };
    for (who, category) in [(&scene.author, "智能化"), (&scene.author, "创新"), (&west, "创新"), (&organiser, "作风")]
    {
        who.post("/ideas", of(category)).await.ok(201);
    }
    let adopted = submitted(&scene.author, "采纳的").await;
    scene.collect(&adopted).await;
    scene.decide(&adopted, "adopted").await;
    let groups = async |who: &Person<'_>, by: &str| {
        let found = who.get(&format!("/ideas/statistics/groups?by={by}")).await.ok(200);
        let items = found["items"].as_array().unwrap().clone();
        let number = |item: &Value, field: &str| item[field].as_i64().unwrap();
        items
            .iter()
            .map(|item| {
                (text(&item["name"]), number(item, "submitted"), number(item, "authors"), number(item, "adopted"))
            })
            .collect::<Vec<_>>()
    };
    let named = |expected: &[(&str, i64, i64, i64)]| -> Vec<(String, i64, i64, i64)> {
        expected.iter().map(|(name, a, b, c)| ((*name).to_owned(), *a, *b, *c)).collect()
    };
    let by_branch = [("东支部", 3, 1, 1), ("西支部", 1, 1, 0), ("不属于党支部的组织", 1, 1, 0)];
    assert_eq!(groups(&organiser, "branch").await, named(&by_branch));
    let by_category = [("创新", 2, 2, 0), ("智能化", 2, 1, 1), ("作风", 1, 1, 0)];
    assert_eq!(groups(&organiser, "category").await, named(&by_category));
    // within the scope of who asks
    assert_eq!(groups(&scene.secretary, "branch").await, named(&by_branch[..1]));
    assert_eq!(groups(&scene.secretary, "category").await, named(&[("智能化", 2, 1, 1), ("创新", 1, 1, 0)]));
    organiser.get("/ideas/statistics/groups?by=unit").await.refused(400, "query.invalid");
    let elsewhere = format!("/ideas/statistics/groups?by=branch&unit_id={}", app.unit("ZB2"));
    scene.secretary.get(&elsewhere).await.refused(403, "access.out_of_scope");
    let past = organiser.get("/ideas/statistics/groups?by=branch&from=2025-01-01&until=2025-12-31").await.ok(200);
    assert_eq!(past["items"], json!([]));
}

#[tokio::test]
async fn ones_own_work_is_listed_and_exports_take_the_filters_of_the_list() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let mut ids = Vec::new();
    for n in 0..3 {
        ids.push(submitted(&scene.author, &format!("点子{n}")).await);
    }
    submitted(&scene.worker, "王工的").await;
    for id in &ids[..2] {
        scene.collect(id).await;
        scene.decide(id, "adopted").await;
    }
    scene.assign(&ids[0], &scene.worker, "2026-07-10").await;
    scene.assign(&ids[1], &scene.leader, "2026-07-10").await;
    let titles = async |who: &Person<'_>, query: &str| -> Vec<String> {
        let page = who.get(&format!("/ideas?{query}")).await.ok(200);
        page["items"].as_array().unwrap().iter().map(|idea| text(&idea["title"])).collect()
    };
    assert_eq!(titles(&scene.worker, "implementer_id=me").await, ["点子0"]);
    assert_eq!(titles(&scene.author, "implementer_id=me").await, Vec::<String>::new());
    let of_leader = format!("implementer_id={}", scene.leader.id);
    assert_eq!(titles(&scene.secretary, &of_leader).await, ["点子1"]);
    assert_eq!(titles(&scene.secretary, &format!("{of_leader}&q=%E7%82%B9%E5%AD%90")).await, ["点子1"]);
    let exported = async |query: &str| -> Vec<String> {
        let request = scene.secretary.request(Method::GET, &format!("/exports/ideas?format=csv&{query}"));
        let reply = send(request).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply.text().lines().skip(1).map(|line| line.split(',').next().unwrap().trim_matches('"').to_owned()).collect()
    };
    assert_eq!(exported("").await, ["王工的", "点子2", "点子1", "点子0"]);
    assert_eq!(exported("state=submitted").await, ["王工的", "点子2"]);
    assert_eq!(exported(&of_leader).await, ["点子1"]);
    assert_eq!(exported(&format!("author_id={}", scene.worker.id)).await, ["王工的"]);
    assert_eq!(exported("category=%E4%BD%9C%E9%A3%8E").await, Vec::<String>::new());
    app.set_clock("2026-07-11T08:00:00+08:00");
    let secretary = app.sign_in_anew(&scene.secretary).await;
    assert_eq!(titles(&secretary, "due=overdue").await, ["点子1", "点子0"]);
}

#[tokio::test]
async fn an_outcome_is_put_right_by_a_second_person_and_counts_so_from_that_day_on() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let id = submitted(&scene.author, "点子").await;
    scene.collect(&id).await;
    scene.decide(&id, "adopted").await;
    scene.assign(&id, &scene.worker, "2026-07-31").await;
    scene.work(&id, &scene.worker).await;
    scene.committee.post(&format!("/ideas/{id}/acceptance"), json!({})).await.ok(200);
    let record = async |body: Value| scene.committee.post(&format!("/ideas/{id}/outcomes"), body).await.ok(200);
    record(json!({ "kind": "savings", "title": "备件费", "amount_fen": 1_000_000 })).await;
    let seen = record(json!({ "kind": "patent", "title": "一种巡检装置" })).await;
    let path = |n: usize| format!("/outcomes/{}/correction", text(&seen["outcomes"][n]["id"]));
    let points = async |who: &Person<'_>| who.get("/me/points").await.ok(200)["total"]["all"].as_i64().unwrap();
    let (author, worker) = (points(&scene.author).await, points(&scene.worker).await);
    app.set_clock("2026-08-01T08:00:00+08:00");
    let secretary = app.sign_in_anew(&scene.secretary).await;
    let less = json!({ "amount_fen": 100_000, "reason": "多写了一个零" });
    for bad in [json!({ "amount_fen": 0, "reason": "错" }), json!({ "amount_fen": -5, "reason": "错" })] {
        secretary.post(&path(0), bad).await.refused(422, "body.invalid");
    }
    secretary.post(&path(1), json!({ "amount_fen": 5, "reason": "错" })).await.refused(422, "body.invalid");
    secretary.post(&path(1), json!({ "reason": "没有变化" })).await.refused(409, "ideas.same_outcome");
    let corrected = secretary.post(&path(0), less.clone()).await.ok(200);
    assert_eq!(secretary.post(&path(0), less).await.ok(200)["outcomes"], corrected["outcomes"], "again");
    let outcome = &corrected["outcomes"][0];
    assert_eq!((&outcome["amount_fen"], &outcome["struck"]), (&json!(100_000), &json!(false)));
    assert_eq!(
        (&outcome["corrections"][0]["former_amount_fen"], &outcome["corrections"][0]["corrected_by"]),
        (&json!(1_000_000), &json!("书记"))
    );
    let struck = secretary.post(&path(1), json!({ "struck": true, "reason": "没有授权" })).await.ok(200);
    assert_eq!(struck["outcomes"][1]["struck"], true);
    secretary.post(&path(1), json!({ "title": "改", "reason": "再改" })).await.refused(409, "ideas.outcome_struck");
    // what was counted stays; the correction counts in its own month
    let of = async |query: &str| {
        let numbers = secretary.get(&format!("/ideas/statistics?{query}")).await.ok(200);
        let patents =
            numbers["outcomes"].as_array().unwrap().iter().find(|one| one["kind"] == "patent").unwrap()["count"]
                .clone();
        (numbers["saved_fen"].clone(), patents)
    };
    assert_eq!(of("from=2026-07-01&until=2026-07-31").await, (json!(1_000_000), json!(1)));
    assert_eq!(of("from=2026-08-01&until=2026-08-31").await, (json!(-900_000), json!(0)));
    assert_eq!(of("from=2026-01-01&until=2026-08-31").await, (json!(100_000), json!(0)));
    let (author_now, worker_now) = (app.sign_in_anew(&scene.author).await, app.sign_in_anew(&scene.worker).await);
    assert_eq!((points(&author_now).await, points(&worker_now).await), (author - 10, worker - 10), "the patent's");
    app.drain().await;
    let titles = super::notices(&author_now).await;
    assert_eq!(titles[..2], ["金点子成果已撤销", "金点子成果已更正"]);
    let csv = secretary.request(Method::GET, "/exports/ideas?format=csv");
    let text = send(csv).await.text();
    assert!(text.contains("备件费") && text.contains("1000.00") && !text.contains("一种巡检装置"), "{text}");
}
