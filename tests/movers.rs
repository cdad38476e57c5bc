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
    items(&crate::desk::page(who).await).iter().map(|item| text(&item["title"])).collect()
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

#[tokio::test]
async fn what_one_said_and_liked_stays_and_is_taken_back_from_wherever_one_is() {
    let app = TestApp::start().await;
    let (admin, scene) = (admin(&app).await, Scene::set(&app).await);
    let (zhao, other) = (app.member("赵").sign_in().await, app.member("钱").home("XZ21").sign_in().await);
    let id = submitted(&scene.author, "点子").await;
    let (like, comments) = (format!("/ideas/{id}/like"), format!("/ideas/{id}/comments"));
    zhao.put(&like, json!({})).await.ok(200);
    let said = zhao.post(&comments, json!({ "text": "可行" })).await.ok(201);
    to_unit(&app, &admin, &zhao, "XZ21").await;
    let seen = scene.author.get(&format!("/ideas/{id}")).await.ok(200);
    assert_eq!((&seen["likes"], &seen["comments"]), (&json!(1), &json!(1)), "they were given where he was");
    zhao.put(&like, json!({})).await.refused(404, "ideas.not_found");
    let comment = format!("{comments}/{}", text(&said["id"]));
    other.delete(&comment).await.refused(404, "ideas.not_found");
    other.delete(&like).await.refused(404, "ideas.not_found");
    assert_eq!(zhao.delete(&comment).await.status, 204);
    zhao.delete(&like).await.ok(200);
    zhao.delete(&like).await.refused(404, "ideas.not_found");
    let seen = scene.author.get(&format!("/ideas/{id}")).await.ok(200);
    assert_eq!((&seen["likes"], &seen["comments"]), (&json!(0), &json!(0)));
}

#[tokio::test]
async fn a_draft_goes_along_and_what_was_handed_in_stays_with_its_unit() {
    let app = TestApp::start().await;
    let (admin, scene) = (admin(&app).await, Scene::set(&app).await);
    let west = app.member("西书记").home("XZ21").role(Role::Secretary, "ZB2").sign_in().await;
    let draft = text(&scene.author.post("/ideas", crate::ideas::idea("草稿", false)).await.ok(201)["id"]);
    let handed_in = submitted(&scene.author, "已提交").await;
    to_unit(&app, &admin, &scene.author, "XZ21").await;
    let path = |id: &str, step: &str| format!("/ideas/{id}/{step}");
    scene.author.post(&path(&draft, "submission"), json!({})).await.ok(200);
    app.drain().await;
    assert_eq!(desk(&west).await, ["征集金点子“草稿”"], "where he is by then");
    assert_eq!(desk(&scene.leader).await, ["征集金点子“已提交”"]);
    let meeting = crate::ideas::meeting(&app, &west, "branch", "ZB2").await;
    west.post(&path(&draft, "collection"), json!({ "meeting_id": meeting })).await.ok(200);
    // he sees both, hears of both, and takes back what is not decided
    scene.collect(&handed_in).await;
    app.drain().await;
    assert_eq!(notices(&scene.author).await.iter().filter(|title| title.contains("征集")).count(), 2);
    scene.author.post(&path(&handed_in, "withdrawal"), json!({})).await.ok(200);
}

#[tokio::test]
async fn an_idea_whose_author_left_goes_on_and_its_co_authors_hear_of_it() {
    let app = TestApp::start().await;
    let (admin, scene) = (admin(&app).await, Scene::set(&app).await);
    let qian = app.member("钱").sign_in().await;
    let mut body = crate::ideas::idea("点子", true);
    body["co_author_ids"] = json!([qian.id]);
    let id = text(&scene.author.post("/ideas", body).await.ok(201)["id"]);
    app.drain().await;
    let before = notices(&qian).await.len();
    leaves(&admin, &scene.author).await;
    scene.collect(&id).await;
    scene.decide(&id, "adopted").await;
    app.drain().await;
    assert_eq!(notices(&qian).await.len(), before + 2);
    // nothing more is earned by whoever left
    let entries = admin.get(&format!("/members/{}", scene.author.id)).await.ok(200);
    assert_eq!(entries["status"], "left");
    assert_eq!(crate::ideas::earned(&qian).await.len(), 2);
}

#[tokio::test]
async fn a_challenge_begun_before_a_move_goes_on_and_counts() {
    let app = TestApp::start().await;
    let (admin, organiser) =
        (admin(&app).await, app.member("组织部").home("XZ31").role(Role::Organiser, "JT").sign_in().await);
    let mut csv = String::from("题型,题干,选项A,选项B,答案,解析,分类\n");
    (0..6).for_each(|n| csv += &format!("单选题,第{n}道题,甲,乙,B,因为{n},类{}\n", n % 3));
    crate::support::send(organiser.request(reqwest::Method::POST, "/imports/questions").body(csv)).await.ok(200);
    let (li, wang) = (app.member("李一").sign_in().await, app.member("王二").sign_in().await);
    let mut runs = Vec::new();
    for who in [&li, &wang] {
        runs.push(who.post("/challenge/runs", json!({})).await.ok(201));
    }
    to_unit(&app, &admin, &li, "XZ31").await;
    leaves(&admin, &wang).await;
    let answers = format!("/challenge/runs/{}/answers", text(&runs[0]["id"]));
    assert_eq!(li.get("/challenge/runs/current").await.ok(200)["id"], runs[0]["id"]);
    for (seq, letter) in [(1, "B"), (2, "B"), (3, "A")] {
        app.advance_seconds(1);
        li.post(&answers, json!({ "seq": seq, "answer": [letter] })).await.ok(200);
    }
    let today = li.get("/challenge/today").await.ok(200);
    assert_eq!(today["best"], 2, "{today}");
    assert_eq!(li.get("/me/points").await.ok(200)["total"]["all"], 2);
    // who has left plays no more
    let reply = wang
        .post(&format!("/challenge/runs/{}/answers", text(&runs[1]["id"])), json!({ "seq": 1, "answer": ["B"] }))
        .await;
    assert_eq!(reply.status, 401, "{}", reply.text());
}

#[tokio::test]
async fn who_attended_a_meeting_reads_it_wherever_he_belongs_by_then() {
    let app = TestApp::start().await;
    let (admin, secretary) =
        (admin(&app).await, app.member("书记").home("XZ12").role(Role::Secretary, "ZB1").sign_in().await);
    let (li, absent) = (app.member("李一").sign_in().await, app.member("王二").sign_in().await);
    let new = app.member("新来的").home("XZ21").sign_in().await;
    let held = crate::ideas::meeting_of(&app, &secretary, ("branch", "ZB1"), &[&secretary, &li]).await;
    let path = format!("/meetings/{held}");
    for who in [&li, &absent] {
        to_unit(&app, &admin, who, "XZ21").await;
    }
    to_unit(&app, &admin, &new, "XZ11").await;
    let seen = li.get(&path).await.ok(200);
    assert!(seen["attendees"].as_array().unwrap().iter().any(|one| one["id"] == json!(li.id)), "{seen}");
    absent.get(&path).await.refused(403, "access.out_of_scope");
    assert_eq!(new.get(&path).await.status, 200, "the branch's minutes are the branch's");
    // who has left stays written down
    leaves(&admin, &li).await;
    let seen = secretary.get(&path).await.ok(200);
    assert!(seen["attendees"].as_array().unwrap().iter().any(|one| one["name"] == "李一"), "{seen}");
}

#[tokio::test]
async fn an_entry_stays_with_its_unit_when_its_leader_moves_or_leaves() {
    let app = TestApp::start().await;
    let (admin, organiser) = (admin(&app).await, campaigns::organiser(&app).await);
    let secretary = app.member("书记").home("XZ21").role(Role::Secretary, "ZB2").sign_in().await;
    let owner = app.member("牵头人").home("XZ21").sign_in().await;
    let path = campaigns::announced(&organiser, campaigns::body(&app)).await;
    campaigns::at(&app, "2026-07-01T08:01:00+08:00").await;
    let plan = |owner: &Person<'_>| {
        json!({ "title": "品牌", "owner_id": owner.id,
        "goals": [{ "name": "精矿品位", "target": "83.3%" }], "measures": [{ "text": "每周攻关" }], "expected_effects": ["提升"] })
    };
    let body = json!({ "unit_id": app.unit("ZB2"), "category": "brand", "plan": plan(&owner) });
    let entry = format!("/entries/{}", text(&secretary.post(&format!("{path}/entries"), body).await.ok(201)["id"]));
    secretary.post(&format!("{entry}/submission"), json!({})).await.ok(200);
    to_unit(&app, &admin, &owner, "XZ31").await;
    let seen = owner.get(&entry).await.ok(200);
    assert_eq!((&seen["unit_id"], &seen["plan"]["owner_id"]), (&json!(app.unit("ZB2")), &json!(owner.id)));
    leaves(&admin, &owner).await;
    let seen = secretary.get(&entry).await.ok(200);
    assert_eq!(
        (&seen["state"], &seen["plan"]["owner_id"]),
        (&json!("submitted"), &json!(owner.id)),
        "as it was handed in"
    );
    // who writes it on names somebody who is here
    secretary.patch(&entry, json!({ "plan": plan(&secretary) })).await.ok(200);
    app.drain().await;
}

#[tokio::test]
async fn what_one_said_to_those_who_answer_stays_with_them_and_the_answer_comes() {
    let app = TestApp::start().await;
    let admin = admin(&app).await;
    let (first, second) = (
        app.member("一厂组织").home("DW1").role(Role::Organiser, "DW1").sign_in().await,
        app.member("二厂组织").home("DW2").role(Role::Organiser, "DW2").sign_in().await,
    );
    let (li, gone) = (app.member("李一").sign_in().await, app.member("王二").sign_in().await);
    let mut said = Vec::new();
    for who in [&li, &gone] {
        said.push(text(&who.post("/me/feedback", json!({ "text": "错题本里的字太小" })).await.ok(201)["id"]));
    }
    to_unit(&app, &admin, &li, "XZ31").await;
    leaves(&admin, &gone).await;
    let answer = |id: &str| format!("/feedback/{id}/answer");
    let words = || json!({ "text": "请打开大字版" });
    second.put(&answer(&said[0]), words()).await.refused(404, "feedback.not_found");
    for id in &said {
        first.put(&answer(id), words()).await.ok(200);
    }
    app.drain().await;
    assert_eq!(notices(&li).await[0], "您的意见已答复");
    assert_eq!(li.get(&format!("/feedback/{}", said[0])).await.ok(200)["answer"]["text"], "请打开大字版");
}

#[tokio::test]
async fn what_somebody_proposed_that_takes_two_waits_only_while_he_may_propose_it() {
    let app = TestApp::start().await;
    let administrator = async |name: &str| app.member(name).home("JT").role(Role::Administrator, "JT").sign_in().await;
    let (one, two, three) = (administrator("甲").await, administrator("乙").await, administrator("丙").await);
    let li = app.member("李一").sign_in().await;
    let duty = json!({ "role": "organiser", "unit_id": app.unit("JT") });
    let proposal = one.post(&format!("/members/{}/roles", li.id), duty).await.ok(202);
    let setting = one.put("/settings/sessions.days", json!({ "value": 90, "reason": "议定" })).await.ok(202);
    let seen = two.get(&format!("/members/{}", one.id)).await.ok(200);
    let end = format!("/members/{}/roles/{}", one.id, text(&seen["duties"][0]["id"]));
    let ended = two.delete(&end).await.ok(202);
    three.post(&format!("/duty-proposals/{}/approval", text(&ended["id"])), json!({})).await.ok(200);
    let path = format!("/duty-proposals/{}/approval", text(&proposal["id"]));
    two.post(&path, json!({})).await.refused(409, "proposals.proposer_gone");
    let path = format!("/setting-proposals/{}/approval", text(&setting["id"]));
    two.post(&path, json!({})).await.refused(409, "proposals.proposer_gone");
    app.drain().await;
}

#[tokio::test]
async fn leave_goes_along_with_who_moves_and_sessions_end_with_who_leaves() {
    let app = TestApp::start().await;
    let admin = admin(&app).await;
    let secretary = app.member("书记").home("XZ12").role(Role::Secretary, "ZB1").sign_in().await;
    let west = app.member("西书记").home("XZ21").role(Role::Secretary, "ZB2").sign_in().await;
    let li = app.member("李一").sign_in().await;
    let leave = format!("/members/{}/absences", li.id);
    let body = json!({ "from_on": "2026-07-02", "to_on": "2026-07-03", "reason": "休假" });
    let entered = secretary.post(&leave, body).await.ok(201);
    to_unit(&app, &admin, &li, "XZ21").await;
    assert_eq!(items(&west.get(&leave).await.ok(200))[0]["id"], entered["id"]);
    secretary.get(&leave).await.refused(403, "access.out_of_scope");
    let me = li.get("/me").await.ok(200);
    assert!(me["units"].to_string().contains(&app.unit("XZ21").to_string()), "he stays signed in: {me}");
    leaves(&admin, &li).await;
    assert_eq!(li.get("/me").await.status, 401);
}

#[tokio::test]
async fn what_one_attached_stays_with_the_thing() {
    let app = TestApp::start().await;
    let (admin, scene) = (admin(&app).await, Scene::set(&app).await);
    let upload = scene.author.request(reqwest::Method::POST, "/files?name=a.pdf").body("%PDF-1.4 test");
    let file = text(&crate::support::send(upload).await.ok(201)["id"]);
    let mut body = crate::ideas::idea("点子", true);
    body["file_ids"] = json!([file]);
    let id = text(&scene.author.post("/ideas", body).await.ok(201)["id"]);
    let path = format!("/files/{file}");
    to_unit(&app, &admin, &scene.author, "XZ21").await;
    for who in [&scene.author, &scene.secretary, &scene.worker] {
        assert_eq!(who.get(&path).await.status, 200);
    }
    app.member("新邻居").home("XZ21").sign_in().await.get(&path).await.refused(404, "files.not_found");
    leaves(&admin, &scene.author).await;
    assert_eq!(scene.secretary.get(&path).await.status, 200);
    let seen = scene.secretary.get(&format!("/ideas/{id}")).await.ok(200);
    assert_eq!(seen["attachments"].as_array().unwrap().len(), 1);
}

#[test]
fn every_row_of_the_table_names_a_test_that_is_there() {
    let page = include_str!("../docs/domain.md");
    let (_, from) = page.split_once("| what | who moves to another unit |").unwrap();
    let (table, _) = from.split_once("\n\n").unwrap();
    let sources = crate::access::test_sources();
    let is_there = |file: &str, name: &str| {
        sources.iter().any(|(path, text)| {
            let is_file = path.ends_with(&format!("/{file}.rs")) || path.ends_with(&format!("/{file}/mod.rs"));
            is_file && text.contains(&format!("async fn {name}"))
        })
    };
    let rows: Vec<&str> = table.lines().skip(2).collect();
    assert!(rows.len() > 20, "{}", rows.len());
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [what, _, _, tests] = cells[..] else { panic!("four cells: {row}") };
        for test in tests.split(", ") {
            let test = test.trim_matches('`').trim_end_matches('…');
            let (file, name) = test.split_once("::").unwrap_or(("movers", test));
            assert!(name.len() > 4 && is_there(file, name), "{what}: no test {file}::{name}");
        }
    }
}

#[tokio::test]
async fn an_entry_that_one_proposed_stays_with_its_unit_and_is_his_wherever_he_moves() {
    let app = TestApp::start().await;
    let (admin, organiser) = (admin(&app).await, campaigns::organiser(&app).await);
    let li = app.member("李一").sign_in().await;
    let mut body = campaigns::body(&app);
    body["terms"]["entries"] = json!({ "by_members": true });
    let campaign = campaigns::announced(&organiser, body).await;
    campaigns::at(&app, "2026-07-01T08:01:00+08:00").await;
    let proposal = json!({ "category": "brand", "title": "飞扬", "description": "红色代表党建引领" });
    let id = text(&li.post(&format!("{campaign}/proposals"), proposal).await.ok(201)["id"]);
    to_unit(&app, &admin, &li, "XZ31").await;
    assert_eq!(li.get(&format!("/entries/{id}")).await.ok(200)["unit_id"], json!(app.unit("XZ11")));
    let back = li.post(&format!("/entry-proposals/{id}/withdrawal"), json!({})).await.ok(200);
    assert_eq!(back["state"], "withdrawn");
    app.drain().await;
}
