//! The pages of the client: each is opened by the requests that docs/pages.md lists, no more, and shows what it should.

use std::collections::VecDeque;

use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;
use xianfeng::base::capability::Role;

use crate::campaigns::{self, at, entry};
use crate::contests;
use crate::files::{photograph, upload};
use crate::ideas::{Scene, idea, items, text};
use crate::support::{Person, TestApp, send};

const LISTED: &str = "docs/pages.md";

/// The pages of a chapter with their requests.
fn pages(chapter: &str) -> VecDeque<(String, Vec<String>)> {
    let document = std::fs::read_to_string(LISTED).unwrap();
    let chapter = document.split(&format!("\n## {chapter}\n")).nth(1).unwrap().split("\n## ").next().unwrap();
    let rows = chapter.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| page"));
    let page = |row: &str| {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let requests: Vec<String> =
            cells[2].split('`').filter(|one| one.contains(' ') && one.len() > 1).map(str::to_owned).collect();
        assert_eq!(cells[4], requests.len().to_string(), "{row}");
        (cells[1].to_owned(), requests)
    };
    rows.map(page).collect()
}

/// Somebody who opens one page after the other.
struct Walk<'a> {
    person: &'a Person<'a>,
    pages: VecDeque<(String, Vec<String>)>,
}

impl<'a> Walk<'a> {
    fn of(person: &'a Person<'a>, chapter: &str) -> Walk<'a> {
        Walk { person, pages: pages(chapter) }
    }

    /// Opens the next page, which is this one, by asking for `paths`; what came back.
    async fn open(&mut self, page: &str, paths: &[&str]) -> Vec<Value> {
        let (name, requests) = self.pages.pop_front().expect("a page that is not listed");
        assert_eq!(name, page);
        assert_eq!(paths.iter().map(|path| as_listed(path)).collect::<Vec<_>>(), requests, "{page}");
        let mut replies = Vec::new();
        for path in paths {
            let reply = self.person.get(path).await;
            assert_eq!(reply.status, 200, "{page}: {path} {}", reply.text());
            let is_json = reply.header("content-type").is_some_and(|kind| kind.starts_with("application/json"));
            replies.push(if is_json { reply.json() } else { Value::String(reply.text()) });
        }
        replies
    }

    fn done(self) {
        assert!(self.pages.is_empty(), "nobody opened {:?}", self.pages);
    }
}

/// A request as the page lists it: without what follows the question mark, and without ids.
fn as_listed(path: &str) -> String {
    let path = path.split('?').next().unwrap();
    let part = |part: &str| if part.parse::<Uuid>().is_ok() { "{id}".to_owned() } else { part.to_owned() };
    format!("GET {}", path.split('/').map(part).collect::<Vec<_>>().join("/"))
}

/// What stands on an item, field by field; each must be said, and what is not `null` here must be just so.
fn shows(item: &Value, expected: Value) {
    for (field, value) in expected.as_object().unwrap() {
        let shown = item.get(field).unwrap_or_else(|| panic!("{field} is not on {item}"));
        let fits = if value.is_null() { !shown.is_null() } else { shown == value };
        assert!(fits, "{field}: {shown} instead of {value}");
    }
}

/// An address of a picture opens it without a session.
async fn opens(app: &TestApp, url: &Value) {
    let url = url.as_str().unwrap_or_else(|| panic!("no address: {url}"));
    let reply = send(app.at_root(Method::GET, url)).await;
    assert_eq!((reply.status, reply.header("content-type")), (200, Some("image/jpeg")), "{url}");
}

/// An enterprise on a morning on which there is something of everything.
struct Morning<'a> {
    scene: Scene<'a>,
    idea: String,
    item: String,
    push: String,
    contest: String,
    campaign: String,
    entry: String,
}

async fn morning(app: &TestApp) -> Morning<'_> {
    let organiser = campaigns::organiser(app).await;
    let scene = Scene::set(app).await;
    let mut asked = Vec::new();
    for number in 0..15 {
        let category = ["党章", "竞赛", "练习"][number / 5];
        let question = json!({ "kind": "judge", "stem": format!("{category}第{number}问"), "answer": ["true"],
            "category": category, "difficulty": "easy" });
        asked.push(organiser.post("/questions", question).await.ok(201)["id"].clone());
    }
    organiser.put("/quiz/daily/2026-07-01", json!({ "question_ids": asked[..5] })).await.ok(200);
    let item = json!({ "title": "七一讲话", "summary": "摘要", "body": "正文", "source": "人民日报", "minimum_seconds": 0,
        "cover_url": "https://example.org/cover.jpg" });
    let item = text(&organiser.post("/study/items", item).await.ok(201)["id"]);
    let push = json!({ "item_id": item, "unit_id": app.unit("ZB1"), "day": "2026-07-01" });
    let push = text(&organiser.post("/study/pushes", push).await.ok(201)["id"]);

    let photo = upload(&scene.author, "皮带.jpg", photograph()).await.ok(201)["id"].clone();
    let mut written = idea("皮带跑偏识别", true);
    written["file_ids"] = json!([photo]);
    let idea = text(&scene.author.post("/ideas", written).await.ok(201)["id"]);
    scene.secretary.put(&format!("/ideas/{idea}/like"), json!({})).await.ok(200);
    scene.secretary.post(&format!("/ideas/{idea}/comments"), json!({ "text": "好" })).await.ok(201);

    let contest = contests::announced(&organiser, contest(app)).await;
    let campaign = campaigns::announced(&organiser, campaigns::body(app)).await;
    at(app, "2026-07-01T08:01:00+08:00").await;
    let writer = app.member("厂书记").home("XZ31").role(Role::Secretary, "DW2").sign_in().await;
    let entry = entry(&writer, app, &campaign, "DW2", "铜花飞扬").await;
    let photo = upload(&writer, "车间.jpg", photograph()).await.ok(201)["id"].clone();
    let proof = json!({ "kind": "measure", "file_ids": [photo] });
    writer.post(&format!("/entries/{entry}/evidence"), proof).await.ok(200);
    let article = json!({ "title": "铜花飞扬", "body": "正文" });
    organiser.put(&format!("/entries/{entry}/article"), article).await.ok(200);
    at(app, "2026-07-01T08:02:00+08:00").await;
    at(app, "2026-07-01T08:03:00+08:00").await;
    Morning { scene, idea, item, push, contest, campaign, entry }
}

fn contest(app: &TestApp) -> Value {
    let line = json!({ "category": "竞赛", "kind": "judge", "count": 5 });
    contests::with(contests::body(app), &[("/paper/lines", json!([line]))])
}

#[tokio::test]
async fn a_member_opens_every_page_without_asking_once_per_row() {
    let app = TestApp::start().await;
    let Morning { scene, idea, item, contest, campaign, entry, .. } = morning(&app).await;
    let me = &scene.author;
    contests::start(me, &contest).await;
    let mut walk = Walk::of(me, "Member");

    let home = walk.open("首页", &["/me/today"]).await;
    shows(&home[0]["study"]["items"][0], json!({ "title": "七一讲话" }));
    shows(&home[0]["idea"], json!({ "state": "submitted", "title": "皮带跑偏识别" }));
    let open: Vec<&Value> = home[0]["open"].as_array().unwrap().iter().map(|thing| &thing["kind"]).collect();
    assert!(open.contains(&&json!("vote")), "{open:?}");
    let campaigns = walk.open("评选", &["/campaigns"]).await;
    let of_campaign = json!({ "voted": false, "entry_count": 1, "unit_name": null, "stages": null, "state": "open" });
    shows(&items(&campaigns[0])[0], of_campaign.clone());
    let sat = json!({ "attempts_made": 1, "attempts_allowed": 1, "attempt_running": true, "unit_name": null, "closes_at": null });

    walk.open("学习 今天", &["/study/today"]).await;
    let read = walk.open("学习 文章", &[&format!("/study/items/{item}")]).await;
    shows(&read[0], json!({ "body": "正文", "minimum_seconds": 0 }));
    let paper = walk.open("答题", &["/quiz/daily"]).await;
    assert_eq!(paper[0]["questions"].as_array().unwrap().len(), 5);
    let listed = walk.open("竞赛", &["/contests?state=open"]).await;
    shows(&items(&listed[0])[0], sat.clone());
    let shown = walk.open("竞赛 详情", &[&contest]).await;
    shows(&shown[0], json!({ "unit_name": null, "attempts": null, "now": null }));
    let practice = walk.open("练习", &["/quiz/practice/categories", "/quiz/practice/questions?category=练习"]).await;
    shows(&items(&practice[1])[0], json!({ "stem": null, "category": "练习" }));
    walk.open("错题本", &["/me/quiz/wrong-answers"]).await;
    let past = walk.open("往期", &["/study/feed", "/me/quiz/history"]).await;
    shows(&items(&past[0])[0], json!({ "title": "七一讲话", "state": null }));

    let ideas = walk.open("点子", &["/ideas"]).await;
    let line = &items(&ideas[0])[0];
    shows(
        line,
        json!({ "author": null, "unit_name": null, "likes": 1, "liked": false, "comments": 1, "attachment_count": 1 }),
    );
    opens(&app, &line["thumbnail_url"]).await;
    let path = format!("/ideas/{idea}");
    let one = walk.open("点子 详情", &[&path, &format!("{path}/timeline"), &format!("{path}/comments")]).await;
    shows(&one[0], json!({ "liked": false, "may": null, "unit_name": null }));
    shows(&items(&one[1])[0], json!({ "actor": null, "at": null }));
    shows(&items(&one[2])[0], json!({ "author": null, "text": "好", "can_delete": false }));
    walk.open("写点子", &["/ideas/categories"]).await;

    let vote = walk.open("投票", &[&campaign, &format!("{campaign}/entries")]).await;
    shows(&vote[0], json!({ "voted": false, "terms": null, "stages": null, "unit_name": null }));
    let candidate = &items(&vote[1])[0];
    let said = json!({ "title": "铜花飞扬", "unit_name": null, "owner_name": "厂书记", "has_article": true, "evidence_count": 1, "on_ballot": true });
    shows(candidate, said);
    opens(&app, &candidate["thumbnail_url"]).await;
    let path = format!("/entries/{entry}");
    let shown = walk.open("候选", &[&path, &format!("{path}/article"), &format!("{path}/evidence")]).await;
    shows(&shown[0], json!({ "owner_name": "厂书记", "plan": null }));
    shows(&shown[1], json!({ "title": "铜花飞扬", "views": 1 }));
    opens(&app, &items(&shown[2])[0]["file"]["url"]).await;
    campaigns::cast(me, &campaign, &[&entry]).await.ok(201);
    let receipts = walk.open("回执", &[&format!("{campaign}/ballots/mine")]).await;
    shows(&items(&receipts[0])[0], json!({ "receipt": null, "cast_at": null }));
    assert_eq!(items(&me.get("/campaigns").await.ok(200))[0]["voted"], true);

    let mine = walk.open("我的", &["/me", "/me/points"]).await;
    shows(&mine[0], json!({ "name": "李一", "branch": null, "units": null }));
    walk.open("积分明细", &["/me/points/entries"]).await;
    let branch = walk.open("我的支部", &[&format!("/units/{}", app.unit("ZB1"))]).await;
    assert_eq!(branch[0]["secretaries"], json!([{ "member_id": scene.secretary.id, "name": "书记" }]));
    let devices = walk.open("登录设备与绑定", &["/me/sessions", "/me/platforms"]).await;
    shows(&items(&devices[0])[0], json!({ "method": null, "current": true }));
    walk.open("通知", &["/me/notices"]).await;
    walk.open("支部榜", &["/boards/enterprise/total?period=all", "/boards/enterprise/total/mine?period=all"]).await;
    walk.open("学习时长", &["/me/study-hours"]).await;
    walk.open("大字版和提醒", &["/me/settings", "/me/notice-settings"]).await;
    walk.done();
    app.drain().await;
}

#[tokio::test]
async fn a_secretary_opens_every_page_without_asking_once_per_row() {
    let app = TestApp::start().await;
    let Morning { scene, push, campaign, entry, .. } = morning(&app).await;
    let (me, branch) = (&scene.secretary, app.unit("ZB1"));
    let mut walk = Walk::of(me, "Secretary");

    walk.open("待办", &["/me/desk"]).await;
    let unit = walk.open("支部", &[&format!("/units/{branch}"), &format!("/units/{branch}/members")]).await;
    shows(&items(&unit[1])[0], json!({ "name": null, "unit_name": null, "duties": null, "employee_no": null }));
    let studied = walk.open("学习情况", &["/study/pushes", &format!("/study/pushes/{push}/coverage")]).await;
    shows(&items(&studied[0])[0], json!({ "item_title": "七一讲话", "unit_name": null }));
    shows(&studied[1], json!({ "unit_name": null, "missing": null, "members": null }));
    let ideas = walk.open("点子 待处理", &[&format!("/ideas?unit_id={branch}&state=submitted")]).await;
    let line = &items(&ideas[0])[0];
    shows(line, json!({ "liked": true, "author": null, "unit_name": null, "attachment_count": 1 }));
    opens(&app, &line["thumbnail_url"]).await;
    let meetings = walk.open("会议", &[&format!("/meetings?unit_id={branch}")]).await;
    let held = items(&meetings[0]).iter().find(|meeting| meeting["id"] == scene.committee_meeting.as_str()).unwrap();
    shows(held, json!({ "unit_name": null, "attendee_count": 2, "attended": true, "has_minutes": false }));
    let meeting = walk.open("会议 详情", &[&format!("/meetings/{}", scene.committee_meeting)]).await;
    assert_eq!(
        meeting[0]["attendees"],
        json!([
            { "id": me.id, "name": "书记", "entered_at": null },
            { "id": scene.committee.id, "name": "支委", "entered_at": null },
        ])
    );
    walk.open("品牌", &["/brands"]).await;
    let entered = walk.open("申报", &["/campaigns", &format!("{campaign}/entries")]).await;
    shows(&items(&entered[1])[0], json!({ "evidence_count": 1, "has_article": true, "owner_name": "厂书记" }));
    let path = format!("/entries/{entry}");
    let proof = walk.open("佐证", &[&path, &format!("{path}/evidence")]).await;
    shows(&items(&proof[1])[0], json!({ "kind": "measure", "file": null }));
    let month = walk.open("月报", &["/ideas/statistics/summary"]).await;
    assert!(month[0].as_str().unwrap().contains("<html"), "{}", month[0]);
    walk.done();
    app.drain().await;
}

#[tokio::test]
async fn what_came_of_contests_and_selections_is_opened_without_asking_once_per_row() {
    let app = TestApp::start().await;
    let organiser = contests::organiser(&app).await;
    let (li, wang) = (app.member("李一").sign_in().await, app.member("王二").home("XZ12").sign_in().await);
    let contest = contests::announced(&organiser, contests::body(&app)).await;
    at(&app, "2026-07-01T08:01:00+08:00").await;
    for (member, right) in [(&li, 9), (&wang, 8)] {
        contests::sit(&app, member, &contest, right, 30).await;
    }
    organiser.post(&format!("{contest}/closing"), json!({})).await.ok(200);
    app.tick().await;
    organiser.post(&format!("{contest}/publication"), json!({})).await.ok(200);
    app.tick().await;
    let mut walk = Walk::of(&li, "Results");
    let ranked = walk
        .open(
            "竞赛 排名",
            &[
                &format!("{contest}/results"),
                &format!("{contest}/rankings"),
                &format!("{contest}/rankings/mine"),
                &format!("{contest}/branch-rankings"),
            ],
        )
        .await;
    shows(&items(&ranked[1])[1], json!({ "rank": 2, "name": "王二", "unit": "东二组", "right_count": 8, "me": false }));
    shows(&ranked[2]["mine"], json!({ "rank": 1, "name": "李一" }));
    shows(&items(&ranked[3])[0], json!({ "rank": 1, "name": null }));

    let app = TestApp::start().await;
    let organiser = campaigns::organiser(&app).await;
    let decider = campaigns::decision::committee(&app).await;
    let li = app.member("李一").sign_in().await;
    let (campaign, entries) = campaigns::decision::counted(&app, &organiser, campaigns::objections::heard(&app)).await;
    decider.put(&format!("{campaign}/decision"), campaigns::decision::turned(&entries)).await.ok(201);
    at(&app, campaigns::decision::COMMITTEE_END).await;
    app.tick().await;
    campaigns::objections::object(&li, &campaign, &entries[0], "数据不实").await.ok(201);
    let mut walk = Walk { person: &li, pages: walk.pages };
    let results = walk.open("评选 结果", &[&format!("{campaign}/results")]).await;
    shows(&items_of(&results[0], "results")[0], json!({ "entry_id": null, "total": null, "parts": null }));
    shows(&items_of(&results[0], "entries")[0], json!({ "id": null, "title": null, "unit": null }));
    shows(&items_of(&results[0], "decisions")[0], json!({ "decided_by": "赵委员" }));
    let one = walk.open("评选 结果 一项", &[&format!("/entries/{}/explanation", entries[0])]).await;
    shows(&one[0], json!({ "parts": null }));
    let own = walk.open("评选 我的异议", &[&format!("{campaign}/objections")]).await;
    shows(&items(&own[0])[0], json!({ "entry_title": "甲", "unit_name": null, "text": "数据不实" }));

    let app = TestApp::start().await;
    let organiser = campaigns::organiser(&app).await;
    let east = app.member("东书记").role(Role::Secretary, "ZB1").sign_in().await;
    let west = app.member("西书记").home("XZ21").role(Role::Secretary, "ZB2").sign_in().await;
    let expert = app.member("专家").role(Role::Expert, "JT").sign_in().await;
    let campaign = campaigns::announced(&organiser, campaigns::scores::judged(&app, &[&expert])).await;
    at(&app, "2026-07-01T08:01:00+08:00").await;
    let of_west = entry(&west, &app, &campaign, "ZB2", "西").await;
    entry(&east, &app, &campaign, "ZB1", "东").await;
    at(&app, "2026-07-01T08:02:00+08:00").await;
    at(&app, "2026-07-01T08:03:00+08:00").await;
    let unit = Some(json!(app.unit("ZB1")));
    campaigns::scores::score(&east, &of_west, "peer", unit, (60, 30)).await.ok(200);
    let mut walk = Walk { person: &east, pages: walk.pages };
    let scores = walk.open("评分", &[&format!("{campaign}/scores/mine"), &format!("{campaign}/entries")]).await;
    shows(&items(&scores[0])[0], json!({ "name": "东支部", "done": 1, "left": 0 }));
    shows(&items(&scores[1])[0], json!({ "title": null, "unit_name": null, "owner_name": null }));
    walk.done();
}

fn items_of<'a>(page: &'a Value, list: &str) -> &'a Vec<Value> {
    page[list].as_array().unwrap()
}
