//! Golden ideas from the first draft to the outcomes of a year.

mod attachments;
mod desk;
mod search;
mod steps;
mod comments;
mod merging;
pub mod verbs;
mod statistics;

use serde_json::{Value, json};
use xianfeng::base::capability::Role;

use crate::members::administrator;
use crate::support::{Person, TestApp};

/// One idea's worth of people, and the meetings at which it is handled.
pub struct Scene<'a> {
    pub author: Person<'a>,
    pub leader: Person<'a>,
    pub secretary: Person<'a>,
    pub committee: Person<'a>,
    pub worker: Person<'a>,
    pub group_meeting: String,
    pub committee_meeting: String,
}

impl<'a> Scene<'a> {
    pub async fn set(app: &'a TestApp) -> Scene<'a> {
        let leader = app.member("组长").role(Role::GroupLeader, "XZ11").sign_in().await;
        let secretary = app.member("书记").home("XZ12").role(Role::Secretary, "ZB1").sign_in().await;
        let committee = app.member("支委").home("XZ12").role(Role::BranchCommittee, "ZB1").sign_in().await;
        let group_meeting = meeting(app, &leader, "group", "XZ11").await;
        let committee_meeting =
            meeting_of(app, &secretary, ("branch_committee", "ZB1"), &[&secretary, &committee]).await;
        Scene {
            author: app.member("李一").sign_in().await,
            committee,
            worker: app.member("王工").home("XZ12").sign_in().await,
            leader,
            secretary,
            group_meeting,
            committee_meeting,
        }
    }

    /// Collected by the group's leader.
    pub async fn collect(&self, id: &str) -> Value {
        self.leader.post(&format!("/ideas/{id}/collection"), json!({ "meeting_id": self.group_meeting })).await.ok(200)
    }

    pub fn decision(&self, verdict: &str) -> Value {
        json!({ "verdict": verdict, "meeting_id": self.committee_meeting, "reason": format!("经讨论：{verdict}") })
    }

    /// Decided by the secretary.
    pub async fn decide(&self, id: &str, verdict: &str) -> Value {
        self.secretary.post(&format!("/ideas/{id}/decision"), self.decision(verdict)).await.ok(200)
    }

    /// Assigned to `worker` by the secretary, due on that day.
    pub async fn assign(&self, id: &str, worker: &Person<'_>, due_on: &str) -> Value {
        let body = json!({ "implementer_id": worker.id, "due_on": due_on });
        self.secretary.post(&format!("/ideas/{id}/assignment"), body).await.ok(200)
    }

    /// From the first note of progress to delivered work.
    pub async fn work(&self, id: &str, worker: &Person<'_>) -> Value {
        worker.post(&format!("/ideas/{id}/progress"), json!({ "text": "已完成方案设计" })).await.ok(200);
        worker.post(&format!("/ideas/{id}/delivery"), json!({ "evidence": "运行记录三份" })).await.ok(200)
    }
}

/// A meeting of a unit, held today by who writes it down; its id.
pub async fn meeting(app: &TestApp, who: &Person<'_>, kind: &str, unit: &str) -> String {
    meeting_of(app, who, (kind, unit), &[who]).await
}

/// A meeting of a unit, held today, that `present` attended; its id.
pub async fn meeting_of(
    app: &TestApp,
    who: &Person<'_>,
    (kind, unit): (&str, &str),
    present: &[&Person<'_>],
) -> String {
    let attendance: Vec<Value> = present.iter().map(|person| json!(person.id)).collect();
    let body = json!({
        "kind": kind, "unit_id": app.unit(unit), "held_on": app.now().day(), "title": "七月例会",
        "attendance": attendance,
    });
    text(&who.post("/meetings", body).await.ok(201)["id"])
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// The body of an idea.
pub fn idea(title: &str, submit: bool) -> Value {
    json!({
        "category": "智能化", "title": title, "problem": "皮带跑偏靠人工巡检", "proposal": "加装视觉识别并自动报警",
        "benefit": "减少停机", "submit": submit,
    })
}

/// Hands an idea in; its id.
pub async fn submitted(author: &Person<'_>, title: &str) -> String {
    text(&author.post("/ideas", idea(title, true)).await.ok(201)["id"])
}

/// Lets one member hand in more in a day than anybody means to.
pub async fn let_hand_in_many(app: &TestApp) {
    let many_a_day = json!({ "value": 2_000, "reason": "集中征集" });
    administrator(app).await.put("/settings/ideas.hand_ins_per_day", many_a_day).await.ok(200);
}

pub fn items(page: &Value) -> &Vec<Value> {
    page["items"].as_array().unwrap()
}

/// The titles of somebody's notices, newest first.
pub async fn notices(person: &Person<'_>) -> Vec<String> {
    let page = person.get("/me/notices?limit=100").await.ok(200);
    items(&page).iter().map(|notice| text(&notice["title"])).collect()
}

/// The rules by which somebody earned points, with the points, oldest first.
pub async fn earned(person: &Person<'_>) -> Vec<(String, i64)> {
    let page = person.get("/me/points/entries?limit=100").await.ok(200);
    let entry = |entry: &Value| (text(&entry["rule"]), entry["points"].as_i64().unwrap());
    items(&page).iter().rev().map(entry).collect()
}
