//! How much of something one member may do in a day: a bound to what one account can leave behind.

use reqwest::Method;
use serde_json::{Value, json};
use xianfeng::base::capability::Role;

use crate::ideas::{Scene, idea, submitted};
use crate::members::administrator;
use crate::support::{Person, Reply, TestApp, send};

async fn set(admin: &Person<'_>, what: &str, most: i64) {
    let change = json!({ "value": most, "reason": "防止刷屏" });
    admin.put(&format!("/settings/ideas.{what}_per_day"), change).await.ok(200);
}

/// Checks that a quota of so many is used up until midnight.
#[track_caller]
fn used_up(reply: &Reply, code: &str, most: i64) -> Value {
    let told = reply.refused(429, code);
    assert_eq!(told["quota"], json!({ "most": most, "left": 0, "again_at": "2026-07-02T00:00:00+08:00" }));
    assert_eq!(reply.header("retry-after"), Some("57600"), "from eight in the morning on");
    told
}

#[tokio::test]
async fn a_member_begins_and_hands_in_only_so_many_ideas_a_day() {
    let app = TestApp::start().await;
    let admin = administrator(&app).await;
    let (li, wang) = (app.member("李一").sign_in().await, app.member("王二").sign_in().await);
    let listed = admin.get("/settings").await.ok(200);
    let default = |key: &str| {
        let found = listed["items"].as_array().unwrap().iter().find(|setting| setting["key"] == key);
        found.unwrap()["default"].as_i64().unwrap()
    };
    let defaults = ["ideas.drafts_per_day", "ideas.hand_ins_per_day", "ideas.comments_per_day"].map(default);
    assert_eq!(defaults, [50, 20, 200]);
    set(&admin, "drafts", 3).await;
    set(&admin, "hand_ins", 2).await;
    let mut drafts = Vec::new();
    for n in 0..3 {
        let draft = li.post("/ideas", idea(&format!("草稿{n}"), false)).await.ok(201);
        drafts.push(draft["id"].as_str().unwrap().to_owned());
    }
    let told = used_up(&li.post("/ideas", idea("第四条", false)).await, "ideas.too_many_drafts", 3);
    assert_eq!(told["detail"], "每人每天最多新建金点子草稿 3 条，今天还剩 0 条，请在7月2日0时后再试");
    // what is handed in is counted for itself, at once or from a draft
    submitted(&li, "直接提交").await;
    li.post(&format!("/ideas/{}/submission", drafts[0]), json!({})).await.ok(200);
    used_up(&li.post("/ideas", idea("第三条", true)).await, "ideas.too_many_hand_ins", 2);
    let again = li.post(&format!("/ideas/{}/submission", drafts[1]), json!({})).await;
    used_up(&again, "ideas.too_many_hand_ins", 2);
    assert_eq!(li.get(&format!("/ideas/{}", drafts[1])).await.ok(200)["state"], "draft", "nothing was left half done");
    // of others nothing is taken, and whoever has a duty acts for them
    submitted(&wang, "王二的").await;
    let secretary = app.member("书记").role(Role::Secretary, "ZB1").sign_in().await;
    for n in 0..5 {
        secretary.post("/ideas", idea(&format!("支部{n}"), n % 2 == 0)).await.ok(201);
    }
    // a new day, a new quota
    app.set_clock("2026-07-02T08:00:00+08:00");
    let li = app.sign_in(li.id, &li.employee_no).await;
    li.post(&format!("/ideas/{}/submission", drafts[1]), json!({})).await.ok(200);
    li.post("/ideas", idea("新的一天", false)).await.ok(201);
}

#[tokio::test]
async fn comments_are_counted_also_when_they_are_taken_back_and_a_retry_is_not() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let admin = administrator(&app).await;
    let li = app.member("评论人").sign_in().await;
    let id = submitted(&scene.author, "可以评论的").await;
    let path = format!("/ideas/{id}/comments");
    set(&admin, "comments", 2).await;
    let say = async |key: &str| {
        let request = li.request(Method::POST, &path).header("idempotency-key", key);
        send(request.json(&json!({ "text": "好" }))).await
    };
    let first = say("k-000001").await.ok(201);
    assert_eq!(say("k-000001").await.ok(201)["id"], first["id"]);
    li.delete(&format!("{path}/{}", first["id"].as_str().unwrap())).await.ok(204);
    say("k-000002").await.ok(201);
    used_up(&say("k-000003").await, "ideas.too_many_comments", 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_at_once_no_more_are_let_through() {
    let app = TestApp::start().await;
    let admin = administrator(&app).await;
    let li = app.member("李一").sign_in().await;
    set(&admin, "hand_ins", 5).await;
    let all = (0..20).map(|n| {
        let li = &li;
        async move { li.post("/ideas", idea(&format!("一起{n}"), true)).await.status }
    });
    let mut statuses = futures_util::future::join_all(all).await;
    statuses.sort_unstable();
    assert_eq!(statuses, [[201; 5].to_vec(), [429; 15].to_vec()].concat());
}
