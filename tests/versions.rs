//! Nobody undoes what another one did meanwhile: what is shared is changed in the state in which it was seen.

use reqwest::Method;
use serde_json::{Value, json};

use crate::contests;
use crate::ideas::text;
use crate::input::anybody;
use crate::support::{Person, Reply, TestApp, send};

/// Something of each shared kind: its address, and a change of it.
async fn things(app: &TestApp, person: &Person<'_>) -> Vec<(String, Value)> {
    let made = async |path: &str, body: Value| {
        let reply = person.post(path, body).await;
        reply.ok(201);
        reply.header("location").unwrap().trim_start_matches("/api/v1").to_owned()
    };
    let meeting = json!({ "kind": "lecture", "unit_id": app.unit("ZB1"), "held_on": "2026-07-01", "title": "党课" });
    let question = json!({ "kind": "single", "stem": "题", "options": ["甲", "乙"], "answer": ["A"], "category": "类",
        "difficulty": "easy" });
    let item =
        json!({ "title": "党章", "summary": "摘要", "body": "正文", "source": "人民日报", "minimum_seconds": 30 });
    let unit = json!({ "code": "XZ99", "name": "新组", "kind": "党小组", "parent_id": app.unit("ZB1") });
    vec![
        (made("/meetings", meeting).await, json!({ "title": "改" })),
        (made("/questions", question).await, json!({ "category": "改" })),
        (made("/study/items", item).await, json!({ "title": "改" })),
        (made("/contests", contests::body(app)).await, json!({ "title": "改" })),
        (made("/units", unit).await, json!({ "short_name": "改" })),
        (format!("/members/{}", app.member("丁").sign_in().await.id), json!({ "name": "改" })),
    ]
}

async fn seen(person: &Person<'_>, path: &str) -> String {
    let reply = person.get(path).await;
    reply.ok(200);
    reply.header("etag").unwrap_or_else(|| panic!("{path} says no state")).to_owned()
}

async fn change(person: &Person<'_>, path: &str, tag: &str, change: &Value) -> Reply {
    let request = person.request(Method::PATCH, path).header("if-match", tag).json(change);
    send(request).await
}

#[tokio::test]
async fn what_another_one_changed_meanwhile_is_told_instead_of_being_undone() {
    let app = TestApp::start().await;
    let (first, second) = (anybody(&app).await, anybody(&app).await);
    for (path, body) in things(&app, &first).await {
        let tag = seen(&first, &path).await;
        assert_eq!(seen(&second, &path).await, tag, "{path}");
        assert_eq!(change(&second, &path, &tag, &body).await.status, 200, "{path}");
        let refused = change(&first, &path, &tag, &body).await.refused(409, "versions.outdated");
        let changed = &refused["changed"];
        assert_eq!((text(&changed["by"]), text(&changed["name"])), (second.id.to_string(), "万能".into()), "{path}");
        assert_eq!(changed["at"], "2026-07-01T08:00:00+08:00", "{path}");
        assert_eq!(refused["detail"], "万能已于7月1日8时修改过这里的内容，请刷新后再修改", "{path}");
        change(&first, &path, "\"a-tag-of-another-make\"", &body).await.refused(409, "versions.outdated");

        let now = seen(&first, &path).await;
        assert_ne!(now, tag, "{path}");
        for tag in [now.as_str(), "*"] {
            assert_eq!(change(&first, &path, tag, &body).await.status, 200, "{path} {tag}");
        }
        // anyone who does not say what they saw is not held up
        assert_eq!(second.patch(&path, body).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn of_two_changes_of_one_state_at_once_one_is_made() {
    let app = TestApp::start().await;
    let (first, second) = (anybody(&app).await, anybody(&app).await);
    for (path, body) in things(&app, &first).await {
        let tag = seen(&first, &path).await;
        let both = tokio::join!(change(&first, &path, &tag, &body), change(&second, &path, &tag, &body));
        let mut statuses = [both.0.status, both.1.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "{path}");
    }
}

#[tokio::test]
async fn what_nobody_has_changed_yet_has_a_state_too_and_of_several_tags_the_newest_counts() {
    let app = TestApp::start().await;
    let admin = anybody(&app).await;
    // imported with the sample organisation: no line of the trail tells of it
    let (path, body) = (format!("/units/{}", app.unit("ZB2")), json!({ "short_name": "改" }));
    let first = seen(&admin, &path).await;
    for strange in ["\"garbage\"", "W/\"deadbeef.01a21804465d71e7aaa81d79e6ecaa71\""] {
        let refused = change(&admin, &path, strange, &body).await.refused(409, "versions.outdated");
        assert_eq!(refused["detail"], "这里的内容与您看到的不一致，请刷新后再修改", "{strange}");
    }
    assert_eq!(change(&admin, &path, &first, &body).await.status, 200);
    let second = seen(&admin, &path).await;
    change(&admin, &path, &first, &body).await.refused(409, "versions.outdated");
    for list in [format!("\"x\", {first}, {second}"), format!("{second}, \"x\"")] {
        let tag = seen(&admin, &path).await;
        let list = list.replace(&second, &tag);
        assert_eq!(change(&admin, &path, &list, &body).await.status, 200, "{list}");
    }
}
