//! Nobody undoes what another one did meanwhile: what is shared is changed in the state in which it was seen.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};
use xianfeng::base::capability::Role;

use crate::campaigns::decision::{counted, decided_by_committee, turned};
use crate::contests;
use crate::ideas::text;
use crate::input::anybody;
use crate::openapi::operations;
use crate::support::{Person, Reply, TestApp, send};

/// Something shared, where its state is shown, and how it is changed; each number is another change.
struct Thing {
    /// The operation that changes it, as the document names it.
    operation: &'static str,
    shown: String,
    method: Method,
    path: String,
    change: Box<dyn Fn(usize) -> Value>,
}

impl Thing {
    fn patched(operation: &'static str, path: String, change: impl Fn(usize) -> Value + 'static) -> Thing {
        Thing { operation, shown: path.clone(), method: Method::PATCH, path, change: Box::new(change) }
    }

    fn put(operation: &'static str, path: String, change: impl Fn(usize) -> Value + 'static) -> Thing {
        Thing { method: Method::PUT, ..Thing::patched(operation, path, change) }
    }

    /// Of the state that bears `tag`.
    async fn change(&self, person: &Person<'_>, tag: &str, number: usize) -> Reply {
        let request = person.request(self.method.clone(), &self.path).header("if-match", tag);
        send(request.json(&(self.change)(number))).await
    }
}

fn retitled(field: &'static str) -> impl Fn(usize) -> Value {
    move |number| json!({ field: format!("改{number}") })
}

/// Something of each shared kind that has no timetable.
async fn things(app: &TestApp, person: &Person<'_>) -> Vec<Thing> {
    let made = async |path: &str, body: Value| {
        let reply = person.post(path, body).await;
        reply.ok(201);
        reply.header("location").unwrap().trim_start_matches("/api/v1").to_owned()
    };
    let question = |stem: &str| {
        json!({ "kind": "single", "stem": stem, "options": ["甲", "乙"], "answer": ["A"], "category": "类",
            "difficulty": "easy" })
    };
    let meeting = json!({ "kind": "lecture", "unit_id": app.unit("ZB1"), "held_on": "2026-07-01", "title": "党课" });
    let item =
        json!({ "title": "党章", "summary": "摘要", "body": "正文", "source": "人民日报", "minimum_seconds": 30 });
    let tasks = json!({ "kind": "month", "title": "月计划", "unit_id": app.unit("JT"), "year": 2026 });
    let tasks = made("/task-lists", tasks).await;
    let asked_of =
        |number: usize| json!({ "title": format!("任务{number}"), "standard": "标准", "due_on": "2026-12-31" });
    let first = format!("{tasks}/items/1");
    person.put(&first, asked_of(9)).await.ok(201);
    let unit = json!({ "code": "XZ99", "name": "新组", "kind": "党小组", "parent_id": app.unit("ZB1") });
    let mut asked = Vec::new();
    for number in 0..6 {
        let made = person.post("/questions", question(&format!("题{number}"))).await.ok(201);
        asked.push(made["id"].clone());
    }
    let paper = "/quiz/daily/2026-07-02".to_owned();
    person.put(&paper, json!({ "question_ids": asked })).await.ok(200);
    vec![
        Thing::patched("edit_task_list", tasks.clone(), retitled("title")),
        Thing::put("set_task_item", first, asked_of),
        Thing::patched("edit_meeting", made("/meetings", meeting).await, retitled("title")),
        Thing::patched("edit_question", made("/questions", question("题")).await, retitled("category")),
        Thing::patched("edit_study_item", made("/study/items", item).await, retitled("title")),
        Thing::patched("edit_contest", made("/contests", contests::body(app)).await, retitled("title")),
        Thing::patched("edit_campaign", made("/campaigns", crate::campaigns::body(app)).await, retitled("title")),
        Thing::patched("edit_unit", made("/units", unit).await, retitled("short_name")),
        Thing::patched("edit_member", format!("/members/{}", app.member("丁").sign_in().await.id), retitled("name")),
        Thing::put(
            "set_idea_categories",
            "/ideas/categories".into(),
            |number| json!({ "names": [format!("类{number}")] }),
        ),
        Thing::put("set_daily_paper", paper, move |number| json!({ "question_ids": asked[..=number] })),
        Thing::put(
            "set_setting",
            "/settings/study.push_at".into(),
            |number| json!({ "value": format!("07:1{number}"), "reason": "换班" }),
        ),
        Thing::put(
            "set_calendar",
            "/calendars/2027".into(),
            |number| json!({ "source": format!("国务院办公厅通知{number}"), "days": [{ "day": "2027-01-01", "name": "元旦", "is_off": true }] }),
        ),
    ]
}

/// What is shared in a campaign: an entry, the article about it, the bulletin. It ends before the session does.
async fn of_a_campaign(app: &TestApp, person: &Person<'_>) -> Vec<Thing> {
    let (campaign, entries) = counted(app, person, decided_by_committee(app, &[])).await;
    let entry = format!("/entries/{}", entries[0]);
    let article = |number: usize| json!({ "title": format!("甲{number}"), "body": "正文" });
    person.put(&format!("{entry}/article"), article(9)).await.ok(200);
    person.put(&format!("{campaign}/decision"), turned(&entries)).await.ok(201);
    person.post(&format!("{campaign}/publication"), json!({})).await.ok(200);
    let frame = json!({ "issuer": "组织部", "document_no": null, "addressees": "各单位", "signature": "办公室",
        "dated_on": "2026-07-13" });
    let bulletin = person.post(&format!("{campaign}/bulletin"), frame).await.ok(201)["text"].clone();
    let plan = person.get(&entry).await.ok(200)["plan"].clone();
    let with = |of: Value, field: &'static str| {
        move |number: usize| {
            let mut changed = of.clone();
            changed[field] = json!(format!("改{number}"));
            changed
        }
    };
    let (plan, text) = (with(plan, "slogan"), with(bulletin, "title"));
    vec![
        Thing::put("publish_article", format!("{entry}/article"), article),
        Thing::patched("edit_entry", entry, move |number| json!({ "plan": plan(number) })),
        Thing::put("edit_bulletin", format!("{campaign}/bulletin"), move |number| json!({ "text": text(number) })),
    ]
}

async fn seen(person: &Person<'_>, path: &str) -> String {
    let reply = person.get(path).await;
    reply.ok(200);
    reply.header("etag").unwrap_or_else(|| panic!("{path} says no state")).to_owned()
}

/// The state in a tag; the rest of it tells of the content, which may depend on who looks.
fn state(tag: &str) -> &str {
    tag.split_once('.').expect("a tag of a shared thing names its state").1
}

async fn nobody_is_undone(app: &TestApp, first: &Person<'_>, second: &Person<'_>, things: &[Thing]) {
    for thing in things {
        assert!(WITH.contains(&thing.operation), "{}", thing.operation);
        let (path, shown) = (&thing.path, &thing.shown);
        let tag = seen(first, shown).await;
        assert_eq!(state(&seen(second, shown).await), state(&tag), "{path}");
        let now = serde_json::to_value(app.now()).unwrap();
        assert_eq!(thing.change(second, &tag, 0).await.status, 200, "{path}");
        let refused = thing.change(first, &tag, 1).await.refused(409, "versions.outdated");
        let changed = &refused["changed"];
        assert_eq!((text(&changed["by"]), text(&changed["name"])), (second.id.to_string(), "万能".into()), "{path}");
        assert_eq!(changed["at"], now, "{path}");
        assert!(text(&refused["detail"]).starts_with("万能已于7月1日8时"), "{refused}");
        thing.change(first, "\"a-tag-of-another-make\"", 1).await.refused(409, "versions.outdated");

        let now = seen(first, shown).await;
        assert_ne!(state(&now), state(&tag), "{path}");
        for (number, tag) in [now.as_str(), "*"].into_iter().enumerate() {
            assert_eq!(thing.change(first, tag, 2 + number).await.status, 200, "{path} {tag}");
        }
        // who does not say what they saw is taken to have seen what they were shown last; having heard, they may go on
        let untold = async |person: &Person<'_>, number| {
            send(person.request(thing.method.clone(), path).json(&(thing.change)(number))).await
        };
        seen(second, shown).await;
        assert_eq!(thing.change(first, "*", 4).await.status, 200, "{path}");
        let refused = untold(second, 5).await.refused(409, "versions.outdated");
        assert_eq!(text(&refused["changed"]["by"]), first.id.to_string(), "{path}");
        assert_eq!(untold(second, 5).await.status, 200, "{path}");
        assert_eq!(untold(first, 0).await.status, 200, "who was shown nothing since is not held up: {path}");
        assert_eq!(untold(first, 1).await.status, 200, "nor by what they changed themselves: {path}");
    }
}

#[tokio::test]
async fn what_another_one_changed_meanwhile_is_told_instead_of_being_undone() {
    let app = TestApp::start().await;
    let (first, second) = (anybody(&app).await, anybody(&app).await);
    let things = things(&app, &first).await;
    nobody_is_undone(&app, &first, &second, &things).await;
}

#[tokio::test]
async fn what_another_one_changed_of_a_campaign_is_told_instead_of_being_undone() {
    let app = TestApp::start().await;
    let (first, second) = (anybody(&app).await, anybody(&app).await);
    let things = of_a_campaign(&app, &first).await;
    nobody_is_undone(&app, &first, &second, &things).await;
    app.drain().await;
}

#[tokio::test]
async fn an_idea_that_its_author_changed_elsewhere_is_told_instead_of_being_undone() {
    let app = TestApp::start().await;
    let phone = app.member("作者").sign_in().await;
    let desktop = app.sign_in_anew(&phone).await;
    let draft = json!({ "category": "智能化", "title": "点子", "problem": "问题", "proposal": "办法" });
    let path = format!("/ideas/{}", text(&phone.post("/ideas", draft).await.ok(201)["id"]));
    let idea = Thing::patched("edit_idea", path.clone(), retitled("title"));
    let tag = seen(&phone, &path).await;
    assert_eq!(idea.change(&desktop, &tag, 0).await.status, 200);
    let refused = idea.change(&phone, &tag, 1).await.refused(409, "versions.outdated");
    assert_eq!(refused["changed"]["name"], "作者");
    assert_eq!(phone.get(&path).await.ok(200)["title"], "改0");
    let now = seen(&phone, &path).await;
    assert_eq!(idea.change(&phone, &now, 1).await.status, 200);
}

#[tokio::test]
async fn a_decision_upon_results_that_another_one_has_decided_is_told_so() {
    let app = TestApp::start().await;
    let (first, second) = (anybody(&app).await, anybody(&app).await);
    let (campaign, entries) = counted(&app, &first, decided_by_committee(&app, &[])).await;
    let results = format!("{campaign}/results");
    let (path, as_computed) = (format!("{campaign}/decision"), json!({}));
    let of_committee = turned(&entries);
    let tag = seen(&first, &results).await;
    let decide = async |person: &Person<'_>, body: &Value| {
        send(person.request(Method::PUT, &path).header("if-match", &tag).json(body)).await
    };
    decide(&second, &of_committee).await.ok(201);
    let refused = decide(&first, &as_computed).await.refused(409, "versions.outdated");
    assert_eq!(refused["changed"]["by"], json!(second.id));
    decide(&first, &of_committee).await.ok(200);
    assert_ne!(state(&seen(&first, &results).await), state(&tag));
    app.drain().await;
}

#[tokio::test]
async fn of_two_changes_of_one_state_at_once_one_is_made() {
    let app = TestApp::start().await;
    let (first, second) = (anybody(&app).await, anybody(&app).await);
    for thing in things(&app, &first).await {
        let tag = seen(&first, &thing.shown).await;
        let both = tokio::join!(thing.change(&first, &tag, 0), thing.change(&second, &tag, 1));
        let mut statuses = [both.0.status, both.1.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "{}", thing.path);
    }
}

#[tokio::test]
async fn what_nobody_has_changed_yet_has_a_state_too_and_of_several_tags_the_newest_counts() {
    let app = TestApp::start().await;
    let admin = anybody(&app).await;
    // of the sample organisation, which is put into the table: an import would have written a line of the trail
    let path = format!("/units/{}", app.unit("ZB2"));
    let unit = Thing::patched("edit_unit", path.clone(), |_| json!({ "short_name": "改" }));
    let change = async |tag: &str| unit.change(&admin, tag, 0).await;
    let first = seen(&admin, &path).await;
    for strange in ["\"garbage\"", "W/\"deadbeef.01a21804465d71e7aaa81d79e6ecaa71\""] {
        let refused = change(strange).await.refused(409, "versions.outdated");
        assert_eq!(refused["detail"], "这里的内容与您看到的不一致，请刷新后再修改", "{strange}");
    }
    assert_eq!(change(&first).await.status, 200);
    let second = seen(&admin, &path).await;
    change(&first).await.refused(409, "versions.outdated");
    for list in [format!("\"x\", {first}, {second}"), format!("{second}, \"x\"")] {
        let tag = seen(&admin, &path).await;
        let list = list.replace(&second, &tag);
        assert_eq!(change(&list).await.status, 200, "{list}");
    }
}

/// What every version says of one field, with who wrote it.
async fn versions(person: &Person<'_>, path: &str, field: &str, writer: &str) -> Vec<(i64, String, String)> {
    let page = person.get(&format!("{path}/versions")).await.ok(200);
    let items = page["items"].as_array().unwrap().iter();
    items.map(|one| (one["version"].as_i64().unwrap(), text(&one[field]), text(&one[writer]))).collect()
}

fn told(versions: &[(i64, &str, &str)]) -> Vec<(i64, String, String)> {
    versions.iter().map(|(number, said, by)| (*number, (*said).to_owned(), (*by).to_owned())).collect()
}

#[tokio::test]
async fn a_study_item_keeps_what_it_said_before_with_who_wrote_it_and_when() {
    let app = TestApp::start().await;
    let one = app.member("甲").home("XZ31").role(Role::Organiser, "JT").sign_in().await;
    let two = app.member("乙").home("XZ31").role(Role::Organiser, "JT").sign_in().await;
    let item =
        json!({ "title": "一稿", "summary": "摘要", "body": "正文", "source": "人民日报", "minimum_seconds": 30 });
    let path = format!("/study/items/{}", text(&one.post("/study/items", item).await.ok(201)["id"]));
    let of = async |person: &Person<'_>| versions(person, &path, "title", "writer").await;
    assert_eq!(of(&one).await, told(&[(1, "一稿", "甲")]), "never changed, it is its only version");
    app.advance_seconds(60);
    two.patch(&path, json!({ "title": "二稿", "minimum_seconds": 60 })).await.ok(200);
    // the same again, and that it is offered no more, make no version
    two.patch(&path, json!({ "title": "二稿" })).await.ok(200);
    two.patch(&path, json!({ "retired": true })).await.ok(200);
    app.advance_seconds(60);
    one.patch(&path, json!({ "title": "三稿", "body": "新的正文" })).await.ok(200);
    assert_eq!(of(&two).await, told(&[(1, "一稿", "甲"), (2, "二稿", "乙"), (3, "三稿", "甲")]));
    let page = two.get(&format!("{path}/versions?limit=2")).await.ok(200);
    let items = page["items"].as_array().unwrap();
    assert_eq!((&items[0]["minimum_seconds"], &items[1]["minimum_seconds"]), (&json!(30), &json!(60)));
    assert_eq!(items[0]["body"], "正文");
    assert!(items[0]["written_at"].as_str().unwrap() < items[1]["written_at"].as_str().unwrap());
    let rest = two.get(&format!("{path}/versions?limit=2&cursor={}", text(&page["next_cursor"]))).await.ok(200);
    assert_eq!((rest["items"].as_array().unwrap().len(), &rest["next_cursor"]), (1, &Value::Null));
    // of two who write at once without saying what they saw neither is lost
    let both = tokio::join!(one.patch(&path, json!({ "title": "甲的" })), two.patch(&path, json!({ "title": "乙的" })));
    both.0.ok(200);
    both.1.ok(200);
    let all: BTreeSet<(String, String)> = of(&one).await.into_iter().skip(3).map(|(_, said, by)| (said, by)).collect();
    assert_eq!(all, [("甲的", "甲"), ("乙的", "乙")].map(|(said, by)| (said.to_owned(), by.to_owned())).into());
    let li = app.member("李一").sign_in().await;
    li.get(&format!("{path}/versions")).await.refused(403, "access.denied");
    let nothing = format!("/study/items/{}/versions", uuid::Uuid::nil());
    one.get(&nothing).await.refused(404, "study.item_not_found");
}

#[tokio::test]
async fn an_article_keeps_what_it_said_before_for_everybody_who_reads_it() {
    let app = TestApp::start().await;
    let organiser = crate::campaigns::organiser(&app).await;
    let writer = app.member("南书记").home("XZ31").role(Role::Secretary, "ZB3").sign_in().await;
    let campaign = crate::campaigns::announced(&organiser, crate::campaigns::body(&app)).await;
    crate::campaigns::at(&app, "2026-07-01T08:01:00+08:00").await;
    let entry = crate::campaigns::entry(&writer, &app, &campaign, "ZB3", "南").await;
    let (article, li) = (format!("/entries/{entry}/article"), app.member("李一").sign_in().await);
    li.get(&format!("{article}/versions")).await.refused(404, "campaigns.entry_not_found");
    let says = |title: &str| json!({ "title": title, "body": "正文" });
    writer.put(&article, says("一稿")).await.ok(200);
    let of = async |person: &Person<'_>| versions(person, &article, "title", "written_by").await;
    assert_eq!(of(&li).await, told(&[(1, "一稿", "南书记")]));
    organiser.put(&article, says("二稿")).await.ok(200);
    organiser.put(&article, says("二稿")).await.ok(200);
    writer.put(&article, says("三稿")).await.ok(200);
    let all = told(&[(1, "一稿", "南书记"), (2, "二稿", "组织部"), (3, "三稿", "南书记")]);
    for reader in [&li, &writer, &organiser] {
        assert_eq!(of(reader).await, all);
    }
    app.drain().await;
}

/// Changes that name the state that was seen, each tried above.
const WITH: [&str; 24] = [
    "edit_task_list",
    "set_task_item",
    // both in tests/brands.rs
    "edit_brand",
    "put_brand_picture",
    // all four in tests/reports
    "edit_report_form",
    "save_report_draft",
    "submit_report",
    "edit_report_bulletin",
    "edit_meeting",
    "edit_question",
    "edit_study_item",
    "edit_contest",
    "edit_campaign",
    "edit_unit",
    "edit_member",
    "set_idea_categories",
    "set_daily_paper",
    "set_setting",
    "set_calendar",
    "publish_article",
    "edit_entry",
    "edit_bulletin",
    "edit_idea",
    "decide_campaign",
];

/// Changes that name no state, and why nobody undoes anything by them.
const WITHOUT: [(&str, &str); 26] = [
    ("put_my_calendar_feed", "one's own; the address stays"),
    ("set_task_people", "the unit's own; who was named stays in the record"),
    ("set_task_node", "said once: another word is 409 tasks.node_settled"),
    ("submit_score_recusal", "one's own; what was asked first stands"),
    ("put_my_consent", "one's own; the first time stands"),
    ("submit_idea_recusal", "one's own; what was asked first stands"),
    ("submit_campaign_recusal", "one's own; what was asked first stands"),
    ("submit_objection_recusal", "one's own; what was asked first stands"),
    ("edit_me", "one's own; fields that are not sent stay"),
    ("change_my_password", "one's own; it names the present password"),
    ("save_contest_answer", "one's own attempt, which one device holds"),
    ("submit_daily_paper", "one's own; the first submission holds"),
    ("put_my_scores", "one's own; closed with the stage"),
    ("like_idea", "one's own; it is there or not"),
    ("answer_objection", "given once: another answer is 409 campaigns.answered_already"),
    ("answer_appraisal_proposal", "one's own; what was said first stands"),
    ("decide_appraisal_appeal", "given once: another decision is refused"),
    ("put_nomination_opinion", "what an office said last counts; what it said before stays in the record"),
    ("set_appraisal_class", "a class from a day; the one before stays in the record"),
    ("set_task_list_layout", "a file that takes the place of another; who sent it stays in the trail"),
    ("set_report_form_layout", "a file that takes the place of another; who sent it stays in the trail"),
    ("set_desk_preparation", "one's own; what was said last counts"),
    ("answer_feedback", "given once: another answer is refused"),
    ("submit_attendance_code", "one's own; who is there stays"),
    ("set_my_settings", "one's own, all of them at once"),
    ("set_my_notice_settings", "one's own, all of them at once"),
];

#[test]
fn every_change_of_a_shared_thing_names_the_state_that_was_seen() {
    let document = serde_json::to_value(xianfeng::app::openapi()).unwrap();
    let mut taking = BTreeSet::new();
    for (method, path, operation) in operations(&document) {
        let name = operation["operationId"].as_str().unwrap();
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let takes = parameters.iter().any(|parameter| parameter["name"] == "If-Match");
        let reason = WITHOUT.iter().find(|(exempt, _)| *exempt == name);
        if takes {
            taking.insert(name.to_owned());
        }
        if ["PUT", "PATCH"].contains(&method.as_str()) {
            assert!(takes != reason.is_some(), "{method} {path}: If-Match, or a reason why not");
        }
    }
    assert_eq!(taking, WITH.map(str::to_owned).into(), "each is tried above");
}
