//! Titles: who may be nominated, the way up the tree, the opinions, the committee, the naming.

use super::*;

const DEEDS: &str = "带头攻关，全年完成技改三项";

fn round(app: &TestApp, subject: &str, title: &str, quota: i32) -> Value {
    json!({
        "unit_id": app.unit("JT"), "year": 2026, "title": title, "document": "集团党发〔2026〕5号",
        "terms": {
            "subject": subject, "kind": "commendation", "criteria": ["政治坚定", "业绩突出"], "eligibility": {}, "quota": quota,
        },
    })
}

fn nomination(kind: &str, id: impl serde::Serialize) -> Value {
    json!({ kind: id, "deeds": DEEDS, "meeting": "支部党员大会 2026-06-12，赞成 18 票" })
}

struct Way<'a> {
    committee: Person<'a>,
    organiser: Person<'a>,
    /// Recommends for branches below DW1, and for those below DW2.
    secretaries: [Person<'a>; 2],
    /// Sends them on.
    above: [Person<'a>; 2],
}

impl<'a> Way<'a> {
    async fn set(app: &'a TestApp) -> Way<'a> {
        let secretary = async |unit: &str| app.member("书记").home("JT").role(Role::Secretary, unit).sign_in().await;
        let above =
            async |unit: &str| app.member("厂党委").home("JT").role(Role::CommitteeMember, unit).sign_in().await;
        Way {
            committee: app.member("党委").home("JT").role(Role::CommitteeMember, "JT").sign_in().await,
            organiser: app.member("组织部").home("JT").role(Role::Organiser, "JT").sign_in().await,
            secretaries: [secretary("DW1").await, secretary("DW2").await],
            above: [above("DW1").await, above("DW2").await],
        }
    }

    /// From the recommendation to the committee's desk.
    async fn up(&self, round: &str, at: usize, body: Value, offices: &[&str]) -> String {
        let made = self.secretaries[at].post(&format!("{round}/nominations"), body).await.ok(201);
        assert_eq!(made["state"], "recommended");
        let path = format!("/title-nominations/{}", text(&made["id"]));
        let sent = send(self.above[at].request(Method::POST, &format!("{path}/forwarding"))).await.ok(200);
        assert_eq!((&sent["state"], &sent["at_unit_name"]), (&json!("opinions"), &json!("集团党委")));
        for office in offices {
            let body = json!({ "agrees": true });
            self.organiser.put(&format!("{path}/opinions/{office}"), body).await.ok(200);
        }
        assert_eq!(self.organiser.get(&path).await.ok(200)["state"], "committee");
        text(&made["id"])
    }
}

#[tokio::test]
async fn thirty_branches_and_fifty_three_members_are_named_through_layered_nomination() {
    let app = TestApp::start().await;
    let way = Way::set(&app).await;
    let admin = app.member("管理员").home("JT").role(Role::Administrator, "JT").sign_in().await;
    let branches = way.committee.post("/title-rounds", round(&app, "unit", "标杆党支部", 30)).await.ok(201);
    let members = way.committee.post("/title-rounds", round(&app, "member", "标杆共产党员", 53)).await.ok(201);
    let branches = format!("/title-rounds/{}", text(&branches["id"]));
    let members = format!("/title-rounds/{}", text(&members["id"]));
    let mut chosen = Vec::new();
    for n in 0..31 {
        let (code, at) = (format!("BG{n}"), n % 2);
        let parent = app.unit(["DW1", "DW2"][at]);
        let body = json!({ "code": code, "name": format!("标杆{n}支部"), "kind": "党支部", "parent_id": parent });
        admin.post("/units", body).await.ok(201);
        let offices = ["discipline", "personnel", "safety", "production", "audit"];
        chosen.push(way.up(&branches, at, nomination("unit_id", app.unit(&code)), &offices).await);
    }
    let over = way.committee.post(&format!("{branches}/decision"), json!({ "nomination_ids": chosen })).await;
    over.refused(409, "honours.over_quota");
    let thirty = json!({ "nomination_ids": &chosen[..30] });
    assert_eq!(way.committee.post(&format!("{branches}/decision"), thirty).await.ok(200), json!({ "shown": 30 }));
    let mut chosen = Vec::new();
    for n in 0..53 {
        let at = n % 2;
        let (id, _) = app.member(&format!("标杆{n}")).home(["XZ11", "XZ31"][at]).unregistered().await;
        chosen.push(way.up(&members, at, nomination("member_id", id), &["discipline", "personnel", "safety"]).await);
    }
    let all = json!({ "nomination_ids": chosen });
    assert_eq!(way.committee.post(&format!("{members}/decision"), all).await.ok(200), json!({ "shown": 53 }));
    let shown = way.secretaries[0].get(&format!("{members}/shown?limit=100")).await.ok(200);
    assert_eq!((items(&shown).len(), &items(&shown)[0]["deeds"]), (53, &json!(DEEDS)));
    let naming = json!({ "document": "集团党发〔2026〕8号" });
    way.committee.post(&format!("{members}/naming"), naming.clone()).await.refused(409, "honours.still_shown");

    app.set_clock("2026-07-08T08:00:00+08:00");
    let committee = app.sign_in_anew(&way.committee).await;
    let unnumbered = json!({ "document": "党委会 7 月会议" });
    committee.post(&format!("{members}/naming"), unnumbered).await.refused(422, "body.invalid");
    assert_eq!(committee.post(&format!("{branches}/naming"), naming.clone()).await.ok(200)["named"], 30);
    assert_eq!(committee.post(&format!("{members}/naming"), naming.clone()).await.ok(200)["named"], 53);
    assert_eq!(committee.post(&format!("{members}/naming"), naming).await.ok(200)["named"], 0, "again");
    let count = async |kind: &str| {
        let page = committee.get(&format!("/honours?year=2026&holder_kind={kind}&limit=100")).await.ok(200);
        assert!(items(&page).iter().all(|one| one["source"] == "title" && one["kind"] == "commendation"));
        items(&page).len()
    };
    assert_eq!((count("unit").await, count("member").await), (30, 53));
    let organiser = app.sign_in_anew(&way.organiser).await;
    assert_eq!(items(&committee.get("/me/desk").await.ok(200)).len(), 1, "the branch that was not chosen");
    let left = organiser.get(&format!("{branches}/nominations?state=committee")).await.ok(200);
    let path = format!("/title-nominations/{}/refusal", text(&items(&left)[0]["id"]));
    organiser.post(&path, json!({ "reason": "quota" })).await.refused(403, "access.denied");
    let refused = committee.post(&path, json!({ "reason": "quota" })).await.ok(200);
    let last = refused["steps"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&refused["state"], &last["reason"]), (&json!("refused"), &json!("quota")));
    assert_eq!(items(&committee.get("/me/desk").await.ok(200)).len(), 0);
}

#[tokio::test]
async fn a_nomination_goes_up_one_unit_at_a_time_by_other_hands_and_an_objection_holds_it() {
    let app = TestApp::start().await;
    let way = Way::set(&app).await;
    let secretary = app.member("东书记").role(Role::Secretary, "ZB1").sign_in().await;
    let li = app.member("李一").sign_in().await;
    let mut body = round(&app, "member", "标杆共产党员", 1);
    body["document"] = json!("党委会议");
    way.committee.post("/title-rounds", body).await.refused(422, "body.invalid");
    let mut body = round(&app, "member", "标杆共产党员", 0);
    way.committee.post("/title-rounds", body.clone()).await.refused(422, "body.invalid");
    body["terms"]["quota"] = json!(1);
    secretary.post("/title-rounds", body.clone()).await.refused(403, "access.denied");
    let mut branch = body.clone();
    branch["unit_id"] = json!(app.unit("ZB1"));
    way.committee.post("/title-rounds", branch).await.refused(409, "honours.may_not_commend");
    let made = way.committee.post("/title-rounds", body).await.ok(201);
    let path = format!("/title-rounds/{}", text(&made["id"]));
    assert_eq!(li.get(&path).await.ok(200), made);
    assert_eq!(items(&li.get("/title-rounds?year=2026").await.ok(200)).len(), 1);
    let nominations = format!("{path}/nominations");
    li.post(&nominations, nomination("member_id", li.id)).await.refused(403, "access.denied");
    secretary.post(&nominations, nomination("member_id", secretary.id)).await.refused(403, "honours.own");
    secretary.post(&nominations, nomination("unit_id", app.unit("ZB1"))).await.refused(422, "body.invalid");
    let far = app.member("远").home("XZ31").unregistered().await.0;
    secretary.post(&nominations, nomination("member_id", far)).await.refused(403, "access.out_of_scope");
    let keyed = || {
        let body = nomination("member_id", li.id);
        secretary.request(Method::POST, &nominations).header("idempotency-key", "n").json(&body)
    };
    let one = send(keyed()).await.ok(201);
    assert_eq!(send(keyed()).await.ok(201), one);
    secretary.post(&nominations, nomination("member_id", li.id)).await.refused(409, "honours.nominated");
    assert_eq!((&one["state"], &one["at_unit_name"]), (&json!("recommended"), &json!("一厂党委")));
    let nominated = format!("/title-nominations/{}", text(&one["id"]));
    let forward = |by: &Person<'_>| send(by.request(Method::POST, &format!("{nominated}/forwarding")));
    forward(&secretary).await.refused(403, "access.out_of_scope");
    forward(&way.above[1]).await.refused(403, "access.out_of_scope");
    li.get(&nominated).await.refused(404, "honours.nomination_not_found");
    let desk = way.above[0].get("/me/desk").await.ok(200);
    assert_eq!((&items(&desk)[0]["kind"], &items(&desk)[0]["link"]), (&json!("honour_nomination"), &json!(path)));
    forward(&way.above[0]).await.ok(200);
    forward(&way.above[0]).await.refused(409, "honours.wrong_nomination_state");
    let say = async |office: &str, agrees: bool| {
        way.organiser.put(&format!("{nominated}/opinions/{office}"), json!({ "agrees": agrees })).await
    };
    say("audit", true).await.refused(422, "body.invalid");
    secretary
        .put(&format!("{nominated}/opinions/safety"), json!({ "agrees": true }))
        .await
        .refused(403, "access.denied");
    say("discipline", true).await.ok(200);
    say("personnel", true).await.ok(200);
    assert_eq!(say("safety", false).await.ok(200)["state"], "opinions", "an objection holds it");
    let choose = json!({ "nomination_ids": [one["id"]] });
    let decision = format!("{path}/decision");
    way.committee.post(&decision, choose.clone()).await.refused(409, "honours.wrong_nomination_state");
    assert_eq!(say("safety", true).await.ok(200)["state"], "committee", "what it said last counts");
    way.committee.post(&decision, json!({ "nomination_ids": [] })).await.refused(422, "body.invalid");
    way.committee
        .post(&decision, json!({ "nomination_ids": [li.id] }))
        .await
        .refused(404, "honours.nomination_not_found");
    way.committee.post(&decision, choose).await.ok(200);
    assert_eq!(li.get(&nominated).await.ok(200)["state"], "shown");
    app.drain().await;
    assert_eq!(notices(&li).await[0], "表彰人选公示");
    way.committee.post(&format!("{nominated}/refusal"), json!({ "reason": "objection" })).await.ok(200);
    assert_eq!(items(&li.get(&format!("{path}/shown")).await.ok(200)).len(), 0);
    // free again; who nominated takes it back himself
    let again = secretary.post(&nominations, nomination("member_id", li.id)).await.ok(201);
    let back = format!("/title-nominations/{}/refusal", text(&again["id"]));
    secretary.post(&back, json!({ "reason": "quota" })).await.refused(403, "access.out_of_scope");
    assert_eq!(secretary.post(&back, json!({ "reason": "own" })).await.ok(200)["state"], "refused");
    assert_eq!(items(&secretary.get(&nominations).await.ok(200)).len(), 2);
}

#[tokio::test]
async fn nobody_decides_about_himself_or_what_he_nominated() {
    let app = TestApp::start().await;
    let way = Way::set(&app).await;
    let himself = app.member("委员本人").home("JT").role(Role::CommitteeMember, "JT").sign_in().await;
    let made = way.committee.post("/title-rounds", round(&app, "member", "优秀共产党员", 5)).await.ok(201);
    let path = format!("/title-rounds/{}", text(&made["id"]));
    // at the top itself it goes to the opinions at once
    let of = |id| nomination("member_id", id);
    let one = way.committee.post(&format!("{path}/nominations"), of(himself.id)).await.ok(201);
    assert_eq!(one["state"], "opinions");
    let nominated = format!("/title-nominations/{}", text(&one["id"]));
    for office in ["discipline", "personnel", "safety"] {
        way.organiser.put(&format!("{nominated}/opinions/{office}"), json!({ "agrees": true })).await.ok(200);
    }
    let choose = json!({ "nomination_ids": [one["id"]] });
    himself.post(&format!("{path}/decision"), choose.clone()).await.refused(403, "honours.own");
    way.committee.post(&format!("{path}/decision"), choose.clone()).await.refused(403, "honours.own");
    let third = app.member("另一委员").home("JT").role(Role::CommitteeMember, "JT").sign_in().await;
    third.post(&format!("{path}/decision"), choose).await.ok(200);
}

#[tokio::test]
async fn eligibility_is_looked_up_in_points_stars_and_honours() {
    let app = TestApp::start().await;
    let way = Way::set(&app).await;
    let secretary = app.member("东书记").role(Role::Secretary, "ZB1").sign_in().await;
    let li = app.member("李一").sign_in().await;
    let mut body = round(&app, "member", "旗帜党员", 5);
    body["terms"]["eligibility"] =
        json!({ "least_points": 100, "least_stars": 1, "awards": [{ "title": "优秀共产党员", "years": 3 }] });
    let made = way.committee.post("/title-rounds", body).await.ok(201);
    let path = format!("/title-rounds/{}", text(&made["id"]));
    let candidates = secretary.get(&format!("{path}/candidates")).await.ok(200);
    assert_eq!(items(&candidates).len(), 2, "of his branch");
    let of_li = items(&candidates).iter().find(|one| one["member_id"] == json!(li.id)).unwrap().clone();
    assert_eq!(of_li["may_be_nominated"], false);
    let lacking = of_li["lacking"].to_string();
    for words in ["上年考评积分 0 分，须达到 1 分", "上年 0 星，须达到 1 星", "近 3 年未获得“优秀共产党员”"]
    {
        assert!(lacking.contains(words), "{lacking}");
    }
    let refused = secretary.post(&format!("{path}/nominations"), nomination("member_id", li.id)).await;
    let refused = refused.refused(409, "honours.not_reached");
    assert!(text(&refused["detail"]).contains("优秀共产党员"), "{refused}");
    li.get(&format!("{path}/candidates")).await.refused(403, "access.denied");

    // by honours alone
    let mut body = round(&app, "member", "旗帜党员", 5);
    body["terms"]["eligibility"] = json!({ "awards": [{ "title": "优秀共产党员", "years": 3 }] });
    let made = way.committee.post("/title-rounds", body).await.ok(201);
    let path = format!("/title-rounds/{}", text(&made["id"]));
    way.committee.post("/honours", honour(&app, &li, "JT", "优秀共产党员")).await.ok(201);
    let page = secretary.get(&format!("{path}/candidates?limit=1")).await.ok(200);
    let rest = secretary.get(&format!("{path}/candidates?limit=1&cursor={}", text(&page["next_cursor"]))).await.ok(200);
    let may: Vec<Value> =
        items(&page).iter().chain(items(&rest)).filter(|one| one["may_be_nominated"] == true).cloned().collect();
    assert_eq!((may.len(), &may[0]["name"]), (1, &json!("李一")));
    // who takes no part in the year may not
    let bar = json!({ "member_id": li.id, "year": 2026, "document": "集团党发〔2026〕9号" });
    way.committee.post("/honour-bars", bar).await.ok(201);
    let refused = secretary.post(&format!("{path}/nominations"), nomination("member_id", li.id)).await;
    assert!(text(&refused.refused(409, "honours.not_reached")["detail"]).contains("本年度不参评"));
}

#[tokio::test]
async fn eligibility_is_looked_up_in_the_numbers_of_the_year_before() {
    let app = TestApp::start().await;
    let way = Way::set(&app).await;
    let secretary = app.member("东书记").role(Role::Secretary, "ZB1").sign_in().await;
    let li = app.member("李一").sign_in().await;
    let theme_day = json!({
        "kind": "theme_day", "unit_id": app.unit("ZB1"), "held_on": "2026-07-01", "title": "主题党日", "attendance": [li.id],
    });
    secretary.post("/meetings", theme_day).await.ok(201);
    let asks = |subject: &str, fact: &str, bound: i64| {
        let mut body = round(&app, subject, "旗帜", 5);
        body["terms"]["eligibility"] = json!({ "facts": [{ "fact": fact, "bound": bound }] });
        body
    };
    // reading, answering and voting are no input of an honour
    let refused = way.committee.post("/title-rounds", asks("unit", "study.coverage", 9000)).await;
    let refused = refused.refused(422, "body.invalid");
    assert_eq!(refused["errors"][0]["pointer"], "/terms/eligibility/facts", "{refused}");
    let refused = way.committee.post("/title-rounds", asks("unit", "no.such", 1)).await.refused(422, "body.invalid");
    assert!(text(&refused["errors"][0]["message"]).contains("no.such"), "{refused}");

    // the year has ended and its months are frozen
    app.set_clock("2027-02-10T09:00:00+08:00");
    app.tick().await;
    let committee = app.sign_in_anew(&way.committee).await;
    let above = app.sign_in_anew(&way.secretaries[0]).await;
    let mut body = asks("unit", "meetings.theme_day", 1);
    body["year"] = json!(2027);
    let made = committee.post("/title-rounds", body.clone()).await.ok(201);
    let path = format!("/title-rounds/{}", text(&made["id"]));
    let candidates = above.get(&format!("{path}/candidates")).await.ok(200);
    let of =
        |unit: &str| items(&candidates).iter().find(|one| one["unit_id"] == json!(app.unit(unit))).unwrap().clone();
    assert_eq!((&of("ZB1")["may_be_nominated"], &of("ZB1")["lacking"]), (&json!(true), &json!([])));
    assert_eq!(of("ZB2")["lacking"], json!(["上年主题党日次数 0，须达到 1"]));
    let refused = above.post(&format!("{path}/nominations"), nomination("unit_id", app.unit("ZB2"))).await;
    refused.refused(409, "honours.not_reached");

    // a member by his branch
    body["terms"]["subject"] = json!("member");
    let made = committee.post("/title-rounds", body).await.ok(201);
    let path = format!("/title-rounds/{}", text(&made["id"]));
    let candidates = above.get(&format!("{path}/candidates")).await.ok(200);
    let li = items(&candidates).iter().find(|one| one["member_id"] == json!(li.id)).unwrap().clone();
    assert_eq!(li["may_be_nominated"], true, "{li}");
}
