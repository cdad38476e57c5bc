//! Honours: who may give what, what is imported and told, what a stranger is told of a certificate.

mod grades;
mod insignia;
mod stars;
mod titles;

use reqwest::Method;
use serde_json::{Value, json};
use xianfeng::base::capability::Role;

use crate::campaigns::decision::{committee as campaign_committee, counted, decided_by_committee, turned};
use crate::ideas::{items, notices, text};
use crate::support::{Person, Reply, TestApp, send};

pub const HEADERS: &str = "获奖对象,工号,姓名或名称,组织编码,荣誉名称,荣誉性质,级别,年度,授予日期,依据文件,授予单位\n";

/// The people of most tests.
pub struct Cast<'a> {
    pub committee: Person<'a>,
    pub organiser: Person<'a>,
    pub secretary: Person<'a>,
    pub li: Person<'a>,
}

pub async fn cast(app: &TestApp) -> Cast<'_> {
    Cast {
        committee: app.member("党委").home("JT").role(Role::CommitteeMember, "JT").sign_in().await,
        organiser: app.member("组织部").home("JT").role(Role::Organiser, "JT").sign_in().await,
        secretary: app.member("书记").role(Role::Secretary, "ZB1").sign_in().await,
        li: app.member("李一二").sign_in().await,
    }
}

pub async fn import(by: &Person<'_>, query: &str, file: &str) -> Reply {
    send(by.request(Method::POST, &format!("/imports/honours{query}")).body(file.to_owned())).await
}

/// Imports rows, after a dry run that finds nothing wrong.
pub async fn imported(by: &Person<'_>, rows: &str) -> Value {
    let file = format!("{HEADERS}{rows}");
    let looked = import(by, "?dry_run=true", &file).await.ok(200);
    assert_eq!(looked["refused"], 0, "{looked}");
    import(by, &format!("?confirm={}", text(&looked["digest"])), &file).await.ok(200)
}

/// An honour of a member by a unit.
pub fn honour(app: &TestApp, of: &Person<'_>, by: &str, title: &str) -> Value {
    json!({
        "holder": { "kind": "member", "member_id": of.id }, "kind": "commendation", "title": title, "year": 2026,
        "awarded_on": "2026-07-01", "document": "集团党发〔2026〕5号", "unit_id": app.unit(by),
    })
}

#[tokio::test]
async fn honours_come_from_a_file_that_is_looked_at_first_and_the_same_file_again_writes_nothing() {
    let app = TestApp::start().await;
    let Cast { committee, organiser, secretary, li } = cast(&app).await;
    let far = app.member("组织乙").home("DW2").role(Role::Organiser, "DW2").sign_in().await;
    let n = &li.employee_no;
    let file = format!(
        "{HEADERS}党员,{n},李一二,,优秀共产党员,,中央企业,2025,2025-07-01,国资党发〔2025〕3号,国资委党委\n\
         组织,,,ZB1,先进基层党组织,党内表彰,省级,2025,2025-07-01,省委〔2025〕7号,省委\n\
         党员示范岗,,主井提升机操作岗,ZB1,党员示范岗,荣誉称号,本企业,2025,2025-07-01,集团党发〔2025〕5号,集团党委\n\
         党员,E99999,,,优秀共产党员,,省级,2025,2025-07-01,省委〔2025〕7号,省委\n\
         组织,,,NONE,先进基层党组织,,省级,2025,2025-07-01,省委〔2025〕7号,省委\n\
         党员,{n},李一二,,优秀共产党员,,党支部,2025,2025-07-01,支部〔2025〕1号,东支部\n\
         党员,{n},李一二,,劳动标兵,党内表彰,本企业,2025,2025-07-01,党委会议,集团党委\n\
         党员,{n},王五,,优秀共产党员,,省级,2025,2025-07-01,省委〔2025〕7号,省委\n\
         党员,{n},李一二,,优秀共产党员,,星级,2025,2025-07-01,省委〔2025〕7号,省委\n\
         党员,{n},李一二,,优秀共产党员,,省级,2027,2025-07-01,省委〔2025〕7号,省委\n\
         党员,{n},李一二,,优秀共产党员,,省级,2025,去年,省委〔2025〕7号,省委\n\
         党员,{n},李一二,,优秀共产党员,,中央企业,2025,2025-07-01,国资党发〔2025〕3号,国资委党委\n"
    );
    secretary.get("/honours").await.ok(200);
    import(&secretary, "?dry_run=true", &file).await.refused(403, "access.denied");
    let looked = import(&organiser, "?dry_run=true", &file).await.ok(200);
    assert_eq!(
        (&looked["accepted"], &looked["refused"], &looked["unchanged"]),
        (&json!(3), &json!(8), &json!(1)),
        "{looked}"
    );
    let columns: Vec<String> = looked["problems"].as_array().unwrap().iter().map(|one| text(&one["column"])).collect();
    assert_eq!(columns, ["工号", "组织编码", "级别", "依据文件", "姓名或名称", "级别", "年度", "授予日期"], "{looked}");
    assert_eq!(items(&li.get("/honours").await.ok(200)).len(), 0, "a dry run writes nothing");
    let other = format!("{HEADERS}党员,{n},,,优秀共产党员,,省级,2025,2025-07-01,省委〔2025〕7号,省委\n");
    import(&organiser, &format!("?confirm={}", text(&looked["digest"])), &other).await.refused(409, "imports.stale");
    let done = import(&organiser, &format!("?confirm={}", text(&looked["digest"])), &file).await.ok(200);
    assert_eq!(done["accepted"], 3);
    let again = import(&organiser, "", &file).await.ok(200);
    assert_eq!((&again["accepted"], &again["unchanged"]), (&json!(0), &json!(4)));
    // beyond reach
    let beyond = import(&far, "?dry_run=true", &file).await.ok(200);
    assert_eq!(beyond["accepted"], 0, "{beyond}");

    app.drain().await;
    assert_eq!(notices(&li).await[0], "荣誉已登记");
    let list = |query: String| {
        let li = &li;
        async move { items(&li.get(&format!("/honours?{query}")).await.ok(200)).len() }
    };
    assert_eq!(list(format!("member_id={}", li.id)).await, 1);
    assert_eq!(list(format!("unit_id={}", app.unit("ZB1"))).await, 3);
    assert_eq!(list(format!("unit_id={}", app.unit("DW2"))).await, 0);
    assert_eq!((list("year=2025".into()).await, list("year=2024".into()).await), (3, 0));
    assert_eq!(list("level=province".into()).await, 1);
    assert_eq!(list("holder_kind=post".into()).await, 1);
    let holder = items(&li.get("/honour-holders?kind=post").await.ok(200))[0].clone();
    assert_eq!((&holder["name"], &holder["unit_name"]), (&json!("主井提升机操作岗"), &json!("东支部")));
    assert_eq!(list(format!("holder_id={}", text(&holder["id"]))).await, 1);
    let page = committee.get("/honours?limit=2").await.ok(200);
    let rest = committee.get(&format!("/honours?limit=2&cursor={}", text(&page["next_cursor"]))).await.ok(200);
    assert_eq!((items(&page).len(), items(&rest).len()), (2, 1));
    let first = items(&page)[0].clone();
    assert_eq!(committee.get(&format!("/honours/{}", text(&first["id"]))).await.ok(200), first);
    committee.get(&format!("/honours/{}", uuid::Uuid::nil())).await.refused(404, "honours.not_found");
}

#[tokio::test]
async fn party_committees_commend_branches_praise_and_nobody_honours_himself() {
    let app = TestApp::start().await;
    let Cast { committee, organiser, secretary, li } = cast(&app).await;
    let lower = app.member("基层委员").home("DW1").role(Role::CommitteeMember, "DW1").sign_in().await;
    let other = app.member("别的委员").home("DW2").role(Role::CommitteeMember, "DW2").sign_in().await;
    let given = committee.post("/honours", honour(&app, &li, "JT", "优秀共产党员")).await;
    let location = given.header("location").unwrap().to_owned();
    let given = given.ok(201);
    assert_eq!(location, format!("/api/v1/honours/{}", text(&given["id"])));
    assert_eq!(
        (&given["level"], &given["holder_name"], &given["issuer"], &given["source"]),
        (&json!("enterprise"), &json!("李一二"), &json!("集团党委"), &json!("decision"))
    );
    committee.post("/honours", honour(&app, &li, "JT", " 优秀 共产党员")).await.refused(409, "honours.known");
    let by_lower = lower.post("/honours", honour(&app, &li, "DW1", "优秀党务工作者")).await.ok(201);
    assert_eq!(by_lower["level"], "committee");
    // a branch does not commend, and may praise
    lower.post("/honours", honour(&app, &li, "ZB1", "优秀共产党员")).await.refused(409, "honours.may_not_commend");
    let mut praise = honour(&app, &li, "ZB1", "党员之星");
    praise["kind"] = json!("praise");
    assert_eq!(lower.post("/honours", praise).await.ok(201)["level"], "branch");
    // other names need the number of the document that allows them
    let mut other_name = honour(&app, &li, "JT", "标杆共产党员");
    other_name["document"] = json!("党委会 6 月会议");
    committee.post("/honours", other_name.clone()).await.refused(422, "body.invalid");
    other_name["document"] = json!("集团党发〔2026〕6号");
    committee.post("/honours", other_name).await.ok(201);
    // reach, days, holders
    other.post("/honours", honour(&app, &li, "DW1", "优秀共产党员")).await.refused(403, "access.out_of_scope");
    other.post("/honours", honour(&app, &li, "DW2", "优秀共产党员")).await.refused(403, "access.out_of_scope");
    secretary.post("/honours", honour(&app, &li, "ZB1", "优秀共产党员")).await.refused(403, "access.denied");
    organiser.post("/honours", honour(&app, &li, "JT", "优秀共产党员")).await.refused(403, "access.denied");
    committee.post("/honours", honour(&app, &committee, "JT", "优秀共产党员")).await.refused(403, "honours.own");
    for (field, value) in [
        ("year", json!(2027)),
        ("awarded_on", json!("2026-07-02")),
        ("holder", json!({ "kind": "member" })),
        ("holder", json!({ "kind": "unit", "member_id": li.id })),
        ("holder", json!({ "kind": "post", "unit_id": app.unit("ZB1") })),
    ] {
        let mut body = honour(&app, &li, "JT", "优秀共产党员");
        body[field] = value;
        committee.post("/honours", body).await.refused(422, "body.invalid");
    }
    // sent twice, given once
    let body = json!({
        "holder": { "kind": "unit", "unit_id": app.unit("ZB1") }, "kind": "commendation", "title": "先进基层党组织",
        "year": 2026, "awarded_on": "2026-07-01", "document": "集团党发〔2026〕5号", "unit_id": app.unit("JT"),
    });
    let keyed = || committee.request(Method::POST, "/honours").header("idempotency-key", "honour").json(&body);
    let first = send(keyed()).await.ok(201);
    assert_eq!(send(keyed()).await.ok(201), first);
    app.drain().await;
    assert_eq!(notices(&secretary).await[0], "荣誉已登记");
}

#[tokio::test]
async fn an_honour_that_is_taken_away_stays_with_the_number_of_the_document_and_nothing_of_the_matter() {
    let app = TestApp::start().await;
    let Cast { committee, secretary, li, .. } = cast(&app).await;
    let given = committee.post("/honours", honour(&app, &li, "JT", "优秀共产党员")).await.ok(201);
    let path = format!("/honours/{}/withdrawal", text(&given["id"]));
    let number = json!({ "document": "集团党发[2026]9号" });
    secretary.post(&path, number.clone()).await.refused(403, "access.denied");
    committee.post(&path, json!({ "document": "因违反纪律" })).await.refused(422, "body.invalid");
    let other = app.member("别的委员").home("DW2").role(Role::CommitteeMember, "DW2").sign_in().await;
    other.post(&path, number.clone()).await.refused(403, "access.out_of_scope");
    let himself = app.member("委员本人").home("JT").role(Role::CommitteeMember, "JT").sign_in().await;
    let own = committee.post("/honours", honour(&app, &himself, "JT", "优秀共产党员")).await.ok(201);
    himself
        .post(&format!("/honours/{}/withdrawal", text(&own["id"])), number.clone())
        .await
        .refused(403, "honours.own");
    let taken = committee.post(&path, number.clone()).await.ok(200);
    assert_eq!(taken["withdrawn"]["document"], "集团党发〔2026〕9号");
    assert_eq!(committee.post(&path, json!({ "document": "集团党发〔2026〕10号" })).await.ok(200), taken, "again");
    assert_eq!(items(&li.get(&format!("/honours?member_id={}", li.id)).await.ok(200))[0], taken);
    app.drain().await;
    assert_eq!(notices(&li).await[0], "荣誉已撤销");
    // the same is not given again by the same document
    committee.post("/honours", honour(&app, &li, "JT", "优秀共产党员")).await.refused(409, "honours.known");
    li.get(&format!("/honours/{}/certificate", text(&given["id"]))).await.refused(409, "honours.withdrawn");
    let checked = app.get(&format!("/certificates/{}", text(&given["code"]))).await.ok(200);
    assert_eq!(checked["state"], "withdrawn");
    let auditor = app.member("审计").home("JT").role(Role::Auditor, "JT").sign_in().await;
    let trail = auditor.get("/audit?action=honours.withdraw").await.ok(200);
    assert_eq!((items(&trail).len(), &items(&trail)[0]["subject_id"]), (1, &given["id"]));
}

#[tokio::test]
async fn a_stranger_checks_a_certificate_and_sees_a_masked_name() {
    let app = TestApp::start().await;
    let Cast { committee, secretary, li, .. } = cast(&app).await;
    let given = committee.post("/honours", honour(&app, &li, "JT", "优秀共产党员")).await.ok(201);
    let code = text(&given["code"]);
    let page = secretary.get(&format!("/honours/{}/certificate", text(&given["id"]))).await;
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    let page = page.text();
    for words in
        ["荣誉证书", "李一二 同志（东一组）", "优秀共产党员", "集团党委", "二〇二六年七月一日", code.as_str(), "<svg"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    app.get(&format!("/honours/{}/certificate", text(&given["id"]))).await.refused(401, "sessions.required");
    let checked = app.get(&format!("/certificates/{code}")).await.ok(200);
    assert_eq!(
        checked,
        json!({
            "code": code, "state": "valid", "title": "优秀共产党员", "year": 2026, "level": "enterprise", "issuer": "集团党委",
            "awarded_on": "2026-07-01", "holder_kind": "member", "name": "李**", "unit_name": "东一组",
        })
    );
    // as people type it
    let typed = code.replace('-', "").to_lowercase();
    assert_eq!(app.get(&format!("/certificates/{typed}")).await.ok(200), checked);
    // whoever guesses waits; who has a code is not counted
    for _ in 0..30 {
        app.get(&format!("/certificates/{code}")).await.ok(200);
    }
    let mut refused = 0;
    for n in 0..40 {
        let reply = app.get(&format!("/certificates/0000-0000-{n:04}")).await;
        match reply.status {
            404 => reply.refused(404, "honours.certificate_not_found"),
            _ => {
                refused += 1;
                assert!(reply.header("retry-after").is_some());
                reply.refused(429, "honours.too_many_codes")
            }
        };
    }
    assert!(refused > 10, "{refused}");
    app.advance_seconds(3_600);
    app.get("/certificates/nothing").await.refused(404, "honours.certificate_not_found");

    // a plaque, and the list for the ceremony
    let body = json!({
        "holder": { "kind": "zone", "unit_id": app.unit("ZB1"), "name": "一号<皮带>" }, "kind": "honour",
        "title": "优秀党员责任区", "year": 2026, "awarded_on": "2026-07-01", "document": "集团党发〔2026〕5号",
        "unit_id": app.unit("JT"),
    });
    let committee = app.sign_in_anew(&committee).await;
    let plaque = committee.post("/honours", body).await.ok(201);
    let page = committee.get(&format!("/honours/{}/certificate", text(&plaque["id"]))).await.text();
    assert!(page.contains("东支部 一号&lt;皮带&gt;") && page.contains("plaque"), "{page}");
    let checked = app.get(&format!("/certificates/{}", text(&plaque["code"]))).await.ok(200);
    assert_eq!((&checked["name"], &checked["unit_name"]), (&json!("一号<皮带>"), &json!("东支部")));
    let list = committee.get("/ceremonies/2026").await.text();
    for words in ["2026 年度表彰名单", "共 2 项", "李一二", "优秀党员责任区（本企业，1 个）"] {
        assert!(list.contains(words), "{words}: {list}");
    }
    let secretary = app.sign_in_anew(&secretary).await;
    let of_branch = format!("/ceremonies/2025?unit_id={}", app.unit("ZB1"));
    assert!(secretary.get(&of_branch).await.text().contains("还没有登记荣誉"));
    let beyond = format!("/ceremonies/2026?unit_id={}", app.unit("ZB3"));
    secretary.get(&beyond).await.refused(403, "access.out_of_scope");
}

#[tokio::test]
async fn what_a_selection_awards_becomes_honours_by_itself() {
    let app = TestApp::start().await;
    let organiser = crate::campaigns::organiser(&app).await;
    let decider = campaign_committee(&app).await;
    let (campaign, entries) = counted(&app, &organiser, decided_by_committee(&app, &[])).await;
    decider.put(&format!("{campaign}/decision"), turned(&entries)).await.ok(201);
    assert_eq!(items(&decider.get("/honours").await.ok(200)).len(), 0, "before the publication");
    for _ in 0..2 {
        organiser.post(&format!("{campaign}/publication"), json!({})).await.ok(200);
    }
    let page = decider.get("/honours?year=2026").await.ok(200);
    let mut lines: Vec<(String, String, String, String)> = items(&page)
        .iter()
        .map(|one| {
            assert_eq!((&one["source"], &one["level"]), (&json!("campaign"), &json!("enterprise")));
            let field = |name: &str| text(&one[name]);
            (field("title"), field("holder_kind"), field("holder_name"), field("unit_name"))
        })
        .collect();
    lines.sort();
    let line = |title: &str, name: &str, unit: &str| (title.into(), "brand".into(), name.into(), unit.into());
    assert_eq!(
        lines,
        [line("十佳", "乙", "南支部"), line("十佳", "甲", "西支部"), line("通报表扬", "丙", "二厂党委")],
        "once, although it was published twice"
    );
    assert_eq!(items(&page)[0]["document"], "金集组发〔2026〕3号");
    let code = text(&items(&page)[0]["code"]);
    assert_eq!(app.get(&format!("/certificates/{code}")).await.ok(200)["state"], "valid");
}

#[tokio::test]
async fn who_takes_no_part_in_a_year_is_known_by_the_number_of_a_document_alone() {
    let app = TestApp::start().await;
    let Cast { committee, secretary, li, .. } = cast(&app).await;
    let bar = json!({ "member_id": li.id, "year": 2026, "document": "集团党发〔2026〕9号" });
    secretary.post("/honour-bars", bar.clone()).await.refused(403, "access.denied");
    let made = committee.post("/honour-bars", bar.clone()).await.ok(201);
    assert_eq!((&made["name"], &made["year"]), (&json!("李一二"), &json!(2026)));
    for (field, value) in [
        ("document", json!("受处分")),
        ("year", json!(2020)),
        ("unit_id", json!(app.unit("ZB1"))),
        ("member_id", Value::Null),
    ] {
        let mut body = bar.clone();
        body[field] = value;
        committee.post("/honour-bars", body).await.refused(422, "body.invalid");
    }
    let mut own = bar;
    own["member_id"] = json!(committee.id);
    committee.post("/honour-bars", own).await.refused(403, "honours.own");
    assert_eq!(items(&committee.get("/honour-bars").await.ok(200))[0], made);
    secretary.get("/honour-bars").await.refused(403, "access.denied");
    let unit = json!({ "unit_id": app.unit("ZB2"), "year": 2026, "document": "集团党发〔2026〕9号" });
    assert_eq!(committee.post("/honour-bars", unit).await.ok(201)["name"], "西支部");
}

#[tokio::test]
async fn what_a_member_is_given_this_year_is_proposed_for_the_book_of_appraisal_by_its_level() {
    let app = TestApp::start().await;
    let Cast { committee, organiser, li, .. } = cast(&app).await;
    crate::appraisal::adopted(&committee).await;
    let lower = app.member("基层委员").home("DW1").role(Role::CommitteeMember, "DW1").sign_in().await;
    committee.post("/honours", honour(&app, &li, "JT", "优秀共产党员")).await.ok(201);
    lower.post("/honours", honour(&app, &li, "DW1", "优秀党务工作者")).await.ok(201);
    // praise and what was given in an earlier year count for nothing, a unit has no such book
    let mut praise = honour(&app, &li, "DW1", "党员之星");
    praise["kind"] = json!("praise");
    lower.post("/honours", praise).await.ok(201);
    let n = &li.employee_no;
    let rows = format!(
        "党员,{n},,,优秀共产党员,,省级,2025,2025-07-01,省委〔2025〕7号,省委\n\
         党员,{n},,,劳动模范,荣誉称号,国家级,2026,2026-05-01,国发〔2026〕8号,国务院\n\
         组织,,,ZB1,先进基层党组织,党内表彰,省级,2026,2026-06-30,省委〔2026〕7号,省委\n"
    );
    imported(&organiser, &rows).await;
    let mine = li.get("/me/appraisal/proposals").await.ok(200);
    let found: Vec<_> = items(&mine).iter().map(|one| (text(&one["rule"]), one["points"].clone())).collect();
    let of = |points: i32| ("P22".to_owned(), json!(points));
    assert_eq!(found, [of(800), of(100), of(300)]);
    let newest = &items(&mine)[0];
    assert_eq!(
        (text(&newest["reason"]), text(&newest["day"])),
        ("获得 2026 年度“劳动模范”（国发〔2026〕8号）".into(), "2026-05-01".into())
    );
    // against the document, by the organiser; the year takes eight at most
    let withdraw = async |level: &str| {
        let all = li.get(&format!("/honours?member_id={}&level={level}", li.id)).await.ok(200);
        let given = items(&all).iter().find(|one| one["kind"] != "praise").unwrap();
        let document = json!({ "document": "集团党发〔2026〕9号" });
        committee.post(&format!("/honours/{}/withdrawal", text(&given["id"])), document).await.ok(200);
    };
    // what waits goes with its honour
    withdraw("committee").await;
    crate::appraisal::approve(&organiser, &items(&mine)[1]).await.refused(409, "proposals.over");
    for one in [&items(&mine)[0], &items(&mine)[2]] {
        crate::appraisal::approve(&organiser, one).await.ok(200);
    }
    let year = crate::appraisal::total(&li).await;
    assert_eq!((&year["bonus"], &year["cut"]), (&json!(800), &json!(300)));

    // an honour that is taken away takes nothing from the book by itself: its opposite is proposed, once, for another to decide
    for _ in 0..2 {
        withdraw("national").await;
    }
    let mine = li.get("/me/appraisal/proposals").await.ok(200);
    let open: Vec<_> = items(&mine).iter().filter(|one| one["state"] == "open").collect();
    let [correction] = open.try_into().unwrap();
    assert_eq!((&correction["rule"], &correction["points"]), (&json!("P32"), &json!(-800)));
    assert_eq!(text(&correction["reason"]), "2026 年度“劳动模范”已撤销（集团党发〔2026〕9号）");
    assert_eq!(crate::appraisal::total(&li).await["total"], year["total"]);
    crate::appraisal::approve(&committee, correction).await.refused(403, "proposals.own");
    let secretary = app.member("书记甲").role(Role::Secretary, "ZB1").sign_in().await;
    crate::appraisal::approve(&secretary, correction).await.ok(200);
    assert_eq!(crate::appraisal::total(&li).await["bonus"], 0);
}
