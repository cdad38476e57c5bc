//! What goes along with somebody who moves or leaves, and what stays: the table in `docs/domain.md`.

use serde_json::{Value, json};
use xianfeng::base::capability::Role;
use xianfeng::ground::notices::{self as inbox, NewNotice, NoticeKind, To};

use crate::ideas::{Scene, items, notices, submitted, text};
use crate::support::{Person, TestApp};
use crate::{campaigns, contests};

async fn admin(app: &TestApp) -> Person<'_> {
    app.member("管理员").home("XZ31").role(Role::Administrator, "JT").sign_in().await
}

async fn to_unit(app: &TestApp, by: &Person<'_>, who: &Person<'_>, unit: &str) -> Value {
    by.patch(&format!("/members/{}", who.id), json!({ "unit_id": app.unit(unit) })).await.ok(200)
}

async fn leaves(by: &Person<'_>, who: &Person<'_>) -> Value {
    by.patch(&format!("/members/{}", who.id), json!({ "status": "left" })).await.ok(200)
}

/// Tells each of the units something that bears its code and `word`.
async fn tell(app: &TestApp, units: &[&str], word: &str) {
    for code in units {
        let (to, title) = (To::Unit(app.unit(code)), format!("{code}{word}"));
        app.write(move |tx| {
            let (kind, title, body) = (NoticeKind::PUBLISHED, title.clone(), "内容".to_owned());
            Ok(inbox::tell(tx, NewNotice { to, kind, title, body, link: None })?)
        })
        .await;
    }
    app.drain().await;
}

async fn unread(who: &Person<'_>) -> i64 {
    who.get("/me/notices/unread-count").await.ok(200)["unread"].as_i64().unwrap()
}

const BOTH: [&str; 3] = ["JT", "ZB1", "ZB2"];

#[tokio::test]
async fn an_inbox_keeps_what_one_received_and_is_not_flooded_with_the_new_units_past() {
    let app = TestApp::start().await;
    let (admin, li) = (admin(&app).await, app.member("李一").sign_in().await);
    tell(&app, &BOTH, "一").await;
    li.post("/me/notices/receipts", json!({ "all": true })).await.ok(200);
    tell(&app, &BOTH, "二").await;
    to_unit(&app, &admin, &li, "XZ21").await;
    assert_eq!(
        notices(&li).await,
        ["ZB1二", "JT二", "ZB1一", "JT一"],
        "what was told to him, and nothing of the new branch's past"
    );
    assert_eq!(unread(&li).await, 2);
    tell(&app, &BOTH, "三").await;
    assert_eq!(notices(&li).await[..2], ["ZB2三", "JT三"]);
    assert_eq!(unread(&li).await, 4);
    // he comes back
    to_unit(&app, &admin, &li, "XZ12").await;
    tell(&app, &["ZB1", "ZB2", "XZ11", "XZ12"], "四").await;
    let all = ["XZ12四", "ZB1四", "ZB2三", "JT三", "ZB1二", "JT二", "ZB1一", "JT一"];
    assert_eq!(notices(&li).await, all);
    let first = li.get("/me/notices?limit=3").await.ok(200);
    let rest = li.get(&format!("/me/notices?limit=9&cursor={}", text(&first["next_cursor"]))).await.ok(200);
    assert_eq!(items(&rest).len(), 5);
    assert_eq!(li.post("/me/notices/receipts", json!({ "all": true })).await.ok(200), json!({ "unread": 0 }));
    let today = li.get("/me/today").await.ok(200);
    assert_eq!(
        today["notices"].as_array().unwrap().iter().map(|one| text(&one["title"])).collect::<Vec<_>>(),
        all[..3]
    );
}

#[tokio::test]
async fn who_moves_within_a_branch_keeps_its_notices() {
    let app = TestApp::start().await;
    let (admin, li) = (admin(&app).await, app.member("李一").sign_in().await);
    tell(&app, &["ZB1", "XZ11", "XZ12"], "一").await;
    to_unit(&app, &admin, &li, "XZ12").await;
    tell(&app, &["ZB1", "XZ11", "XZ12"], "二").await;
    assert_eq!(notices(&li).await, ["XZ12二", "ZB1二", "XZ11一", "ZB1一"]);
}

#[tokio::test]
async fn where_a_unit_moves_its_members_inboxes_go_along() {
    let app = TestApp::start().await;
    let admin = admin(&app).await;
    let (li, south) = (app.member("李一").sign_in().await, app.member("南").home("XZ31").sign_in().await);
    tell(&app, &["DW1", "DW2", "ZB1"], "一").await;
    let branch = format!("/units/{}", app.unit("ZB1"));
    admin.patch(&branch, json!({ "parent_id": app.unit("DW2") })).await.ok(200);
    tell(&app, &["DW1", "DW2", "ZB1"], "二").await;
    assert_eq!(notices(&li).await, ["ZB1二", "DW2二", "ZB1一", "DW1一"]);
    assert_eq!(notices(&south).await, ["DW2二", "DW2一"]);
}

#[tokio::test]
async fn a_roster_that_is_imported_moves_inboxes_as_well() {
    let app = TestApp::start().await;
    let (admin, li) = (admin(&app).await, app.member("李一").sign_in().await);
    tell(&app, &BOTH, "一").await;
    let csv = format!("工号,姓名,手机号,所属党小组编码,政治面貌,职务\n{},李一,,XZ21,党员,\n", li.employee_no);
    let import = admin.request(reqwest::Method::POST, "/imports/members").body(csv.into_bytes());
    let report = crate::support::send(import).await.ok(200);
    assert_eq!(report["changed"], 1, "{report}");
    tell(&app, &BOTH, "二").await;
    assert_eq!(notices(&li).await, ["ZB2二", "JT二", "ZB1一", "JT一"]);
}

/// An idea that `scene.worker` carries out until July 10th.
async fn under_way(scene: &Scene<'_>) -> String {
    let id = submitted(&scene.author, "点子").await;
    scene.collect(&id).await;
    scene.decide(&id, "adopted").await;
    scene.assign(&id, &scene.worker, "2026-07-10").await;
    scene.worker.post(&format!("/ideas/{id}/progress"), json!({ "text": "已完成方案设计" })).await.ok(200);
    id
}

async fn desk(who: &Person<'_>) -> Vec<String> {
    items(&who.get("/me/desk").await.ok(200)).iter().map(|item| text(&item["title"])).collect()
}

#[tokio::test]
async fn what_somebody_carried_out_who_left_lies_with_those_who_name_another_one() {
    let app = TestApp::start().await;
    let (admin, scene) = (admin(&app).await, Scene::set(&app).await);
    let id = under_way(&scene).await;
    assert_eq!(scene.secretary.get(&format!("/ideas/{id}")).await.ok(200)["implementer_left"], false);
    let answer = leaves(&admin, &scene.worker).await;
    let work = json!([{ "kind": "idea", "title": "实施金点子“点子”", "link": format!("/ideas/{id}"), "due_on": "2026-07-10" }]);
    assert_eq!(answer["open_work"], work);
    app.drain().await;
    for decider in [&scene.secretary, &scene.committee] {
        assert_eq!(desk(decider).await, ["实施金点子“点子”"]);
        assert_eq!(notices(decider).await[0], "金点子实施人已离开");
        assert_eq!(decider.get(&format!("/ideas/{id}")).await.ok(200)["may"], json!(["assign"]));
    }
    assert_eq!(notices(&scene.author).await[0], "金点子实施人已离开");
    let idea = scene.author.get(&format!("/ideas/{id}")).await.ok(200);
    assert_eq!((&idea["state"], &idea["implementer_left"]), (&json!("implementing"), &json!(true)));
    // those who decide are reminded in his place
    app.set_clock("2026-07-07T08:00:00+08:00");
    app.drain().await;
    let secretary = app.sign_in(scene.secretary.id, &scene.secretary.employee_no).await;
    assert_eq!(notices(&secretary).await[0], "金点子实施即将到期");
    let body = json!({ "implementer_id": scene.leader.id, "due_on": "2026-07-20" });
    secretary.post(&format!("/ideas/{id}/assignment"), body).await.ok(200);
    let leader = app.sign_in(scene.leader.id, &scene.leader.employee_no).await;
    assert_eq!((desk(&leader).await, desk(&secretary).await), (vec!["实施金点子“点子”".to_owned()], vec![]));
}

#[tokio::test]
async fn who_moves_goes_on_with_what_he_carries_out_until_another_one_is_named() {
    let app = TestApp::start().await;
    let (admin, scene) = (admin(&app).await, Scene::set(&app).await);
    let id = under_way(&scene).await;
    let answer = to_unit(&app, &admin, &scene.worker, "XZ21").await;
    assert_eq!(answer["open_work"].as_array().unwrap().len(), 1);
    app.drain().await;
    assert_eq!(desk(&scene.secretary).await, ["实施金点子“点子”"]);
    for told in [&scene.secretary, &scene.author] {
        assert_eq!(notices(told).await[0], "金点子实施人已调动");
    }
    scene.worker.post(&format!("/ideas/{id}/delivery"), json!({ "evidence": "记录" })).await.ok(200);
    assert_eq!(desk(&scene.secretary).await, ["验收金点子“点子”"]);
}

#[tokio::test]
async fn a_move_within_the_branch_changes_nothing_about_work() {
    let app = TestApp::start().await;
    let (admin, scene) = (admin(&app).await, Scene::set(&app).await);
    under_way(&scene).await;
    to_unit(&app, &admin, &scene.worker, "XZ11").await;
    app.drain().await;
    assert_eq!(desk(&scene.worker).await, ["实施金点子“点子”"]);
    assert!(desk(&scene.secretary).await.is_empty());
    assert!(!notices(&scene.author).await.contains(&"金点子实施人已调动".to_owned()));
}

#[tokio::test]
async fn where_the_branchs_own_are_involved_the_next_unit_up_hears_of_it() {
    let app = TestApp::start().await;
    let (admin, scene) = (admin(&app).await, Scene::set(&app).await);
    let above = app.member("党委委员").home("DW1").role(Role::CommitteeMember, "DW1").sign_in().await;
    let mut body = crate::ideas::idea("点子", true);
    body["co_author_ids"] = json!([scene.secretary.id, scene.committee.id]);
    let id = text(&scene.author.post("/ideas", body).await.ok(201)["id"]);
    scene.collect(&id).await;
    let committee = crate::ideas::meeting(&app, &above, "party_committee", "DW1").await;
    let verdict = json!({ "verdict": "adopted", "meeting_id": committee, "reason": "可行" });
    above.post(&format!("/ideas/{id}/decision"), verdict).await.ok(200);
    let body = json!({ "implementer_id": scene.worker.id, "due_on": "2026-07-10" });
    above.post(&format!("/ideas/{id}/assignment"), body).await.ok(200);
    leaves(&admin, &scene.worker).await;
    app.drain().await;
    assert_eq!(desk(&above).await, ["实施金点子“点子”"]);
    assert_eq!(notices(&above).await, ["金点子实施人已离开"]);
    assert!(desk(&scene.secretary).await.is_empty());
}

#[tokio::test]
async fn those_who_decide_are_reminded_of_overdue_work_whenever_its_implementer_is() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    under_way(&scene).await;
    // due on a Friday: the day after and a week later are said on the Mondays
    for (day, count) in [("2026-07-10", 0), ("2026-07-11", 0), ("2026-07-13", 1), ("2026-07-17", 1), ("2026-07-20", 2)]
    {
        app.set_clock(&format!("{day}T08:00:00+08:00"));
        app.drain().await;
        for who in [&scene.secretary, &scene.committee, &scene.leader] {
            let again = app.sign_in(who.id, &who.employee_no).await;
            let told = notices(&again).await.into_iter().filter(|title| title.contains("超期")).count();
            assert_eq!(told, if who.id == scene.leader.id { 0 } else { count }, "{day}: each is told once");
        }
    }
}

#[tokio::test]
async fn nobody_is_told_what_is_said_where_he_may_no_longer_look() {
    let app = TestApp::start().await;
    let (admin, scene) = (admin(&app).await, Scene::set(&app).await);
    let (zhao, qian) = (app.member("赵").sign_in().await, app.member("钱").sign_in().await);
    let mut body = crate::ideas::idea("点子", true);
    body["co_author_ids"] = json!([qian.id]);
    let id = text(&scene.author.post("/ideas", body).await.ok(201)["id"]);
    let comments = format!("/ideas/{id}/comments");
    let comment = zhao.post(&comments, json!({ "text": "可行" })).await.ok(201);
    to_unit(&app, &admin, &zhao, "XZ21").await;
    to_unit(&app, &admin, &qian, "XZ21").await;
    zhao.get(&format!("/ideas/{id}")).await.refused(404, "ideas.not_found");
    let reply = json!({ "text": "内部情况", "parent_id": comment["id"] });
    scene.leader.post(&comments, reply).await.ok(201);
    app.drain().await;
    assert!(notices(&zhao).await.is_empty());
    // who helped to write it sees it wherever he is, and hears of it
    assert!(notices(&qian).await[0].starts_with("金点子有新评论"));
    // back again he hears of what is said from then on
    to_unit(&app, &admin, &zhao, "XZ12").await;
    scene.leader.post(&comments, json!({ "text": "再议", "parent_id": comment["id"] })).await.ok(201);
    app.drain().await;
    assert_eq!(notices(&zhao).await, ["您的评论有新回复"]);
    // who has left hears nothing
    leaves(&admin, &zhao).await;
    scene.leader.post(&comments, json!({ "text": "三议", "parent_id": comment["id"] })).await.ok(201);
    app.drain().await;
}

/// A contest for the east branch that is open.
async fn contest(app: &TestApp, organiser: &Person<'_>, attempts: u8) -> String {
    let changes = [("/unit_id", json!(app.unit("ZB1"))), ("/terms/attempts", json!(attempts))];
    let path = contests::announced(organiser, contests::with(contests::body(app), &changes)).await;
    app.set_clock("2026-07-01T08:01:00+08:00");
    app.tick().await;
    path
}

async fn listed(who: &Person<'_>, path: &str) -> bool {
    let list = who.get(path.rsplit_once('/').unwrap().0).await.ok(200);
    items(&list).iter().any(|one| path.ends_with(one["id"].as_str().unwrap()))
}

#[tokio::test]
async fn an_attempt_begun_before_a_move_is_finished_and_counts() {
    let app = TestApp::start().await;
    let (admin, organiser) = (admin(&app).await, contests::organiser(&app).await);
    let (li, wang) = (app.member("李一").sign_in().await, app.member("王二").home("XZ12").sign_in().await);
    let idle = app.member("赵三").sign_in().await;
    let path = contest(&app, &organiser, 2).await;
    let attempt = contests::start(&li, &path).await;
    contests::sit(&app, &wang, &path, 4, 1).await;
    for who in [&li, &idle] {
        to_unit(&app, &admin, who, "XZ31").await;
    }
    // as if the page were loaded anew
    assert_eq!(li.get(&path).await.ok(200)["state"], "open");
    assert!(listed(&li, &path).await);
    assert_eq!(li.get(&format!("{path}/attempts/current")).await.ok(200)["id"], attempt["id"]);
    assert_eq!(contests::start(&li, &path).await["id"], attempt["id"]);
    let running = li.get("/me/today").await.ok(200);
    assert_eq!(running["unfinished"][0]["kind"], "contest", "{}", running["unfinished"]);
    contests::answer_all(&li, &attempt, 6).await;
    contests::submit(&li, &attempt).await.ok(200);
    // and nothing else is begun
    li.post(&format!("{path}/attempts"), json!({})).await.refused(403, "contests.not_in_audience");
    idle.get(&path).await.refused(404, "contests.not_found");
    idle.post(&format!("{path}/attempts"), json!({})).await.refused(404, "contests.not_found");
    assert!(!listed(&idle, &path).await);

    app.set_clock("2026-07-01T08:12:00+08:00");
    app.tick().await;
    organiser.post(&format!("{path}/publication"), json!({})).await.ok(200);
    app.drain().await;
    assert!(listed(&li, &path).await);
    let mine = li.get(&format!("{path}/rankings/mine")).await.ok(200);
    assert_eq!((&mine["mine"]["rank"], &mine["mine"]["score_hundredths"]), (&json!(1), &json!(600)));
    // for the group where he began it, among those who could: two of the first group, one of them without a result
    let branches = li.get(&format!("{path}/branch-rankings")).await.ok(200);
    let line = |name: &str| items(&branches).iter().find(|line| line["name"] == name).unwrap().clone();
    let first = line("东一组");
    assert_eq!(
        (&first["participants"], &first["active_members"], &first["mean_hundredths"]),
        (&json!(1), &json!(1), &json!(600))
    );
    assert_eq!(line("东二组")["participants"], 1);
}

#[tokio::test]
async fn a_reading_begun_before_a_move_is_finished() {
    let app = TestApp::start().await;
    let (admin, organiser) =
        (admin(&app).await, app.member("组织部").home("XZ31").role(Role::Organiser, "JT").sign_in().await);
    let (li, idle) = (app.member("李一").sign_in().await, app.member("赵三").sign_in().await);
    let item =
        json!({ "title": "学习", "summary": "一段话", "body": "全文", "source": "人民日报", "minimum_seconds": 30 });
    let item = text(&organiser.post("/study/items", item).await.ok(201)["id"]);
    let push = json!({ "item_id": item, "unit_id": app.unit("ZB1"), "day": "2026-07-01", "publish_time": "07:50" });
    organiser.post("/study/pushes", push).await.ok(201);
    app.tick().await;
    let path = format!("/study/items/{item}");
    let reading = li.post(&format!("{path}/readings"), json!({})).await.ok(201);
    for who in [&li, &idle] {
        to_unit(&app, &admin, who, "XZ31").await;
    }
    assert_eq!(li.get(&path).await.ok(200)["body"], "全文");
    app.advance_seconds(10);
    li.post(&format!("{path}/readings"), json!({})).await.ok(200);
    app.advance_seconds(20);
    let finish = format!("/study/readings/{}/completion", text(&reading["id"]));
    assert_eq!(li.post(&finish, json!({})).await.ok(200)["points"], 1);
    idle.get(&path).await.refused(404, "study.item_not_found");
    idle.post(&format!("{path}/readings"), json!({})).await.refused(404, "study.item_not_found");
    app.set_clock("2026-07-02T08:00:00+08:00");
    let li = app.sign_in(li.id, &li.employee_no).await;
    li.post(&format!("{path}/readings"), json!({})).await.refused(404, "study.item_not_found");
}

#[tokio::test]
async fn who_stands_on_the_roll_votes_wherever_he_is_at_home_by_then() {
    let app = TestApp::start().await;
    let (admin, organiser) = (admin(&app).await, campaigns::organiser(&app).await);
    let (li, idle) = (app.member("李一").sign_in().await, app.member("南").home("XZ31").sign_in().await);
    let writer = app.member("书记").home("XZ21").role(Role::Secretary, "ZB2").sign_in().await;
    let body = campaigns::with(campaigns::body(&app), &[("/unit_id", json!(app.unit("DW1")))]);
    let path = campaigns::announced(&organiser, body).await;
    campaigns::at(&app, "2026-07-01T08:01:00+08:00").await;
    let entry = campaigns::entry(&writer, &app, &path, "ZB2", "品牌").await;
    for at in ["2026-07-01T08:02:00+08:00", "2026-07-01T08:03:00+08:00"] {
        campaigns::at(&app, at).await;
    }
    for who in [&li, &writer] {
        to_unit(&app, &admin, who, "XZ31").await;
    }
    assert_eq!(li.get(&path).await.ok(200)["voted"], false);
    assert!(listed(&li, &path).await);
    li.post(&format!("{path}/ballots"), json!({ "entries": [entry] })).await.ok(201);
    assert_eq!(li.get(&path).await.ok(200)["voted"], true);
    // who leads an entry sees what becomes of it; who came later does not
    assert_eq!(writer.get(&path).await.status, 200);
    idle.get(&path).await.refused(404, "campaigns.not_found");
}
