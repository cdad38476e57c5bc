//! Reports: what units owe and hand in, what is late and missing, what several people write at once.

mod asking;
mod bulletins;
mod drafts;
mod reviewing;
mod tasks;
mod time;

use serde_json::{Value, json};
use xianfeng::base::capability::Role;

use crate::ideas::{items, text};
use crate::support::{Person, TestApp};

/// The people of most tests.
pub struct Cast<'a> {
    pub organiser: Person<'a>,
    pub committee: Person<'a>,
    /// Of ZB1.
    pub secretary: Person<'a>,
    /// Of ZB2.
    pub west: Person<'a>,
    /// Of ZB3.
    pub south: Person<'a>,
}

pub async fn cast(app: &TestApp) -> Cast<'_> {
    Cast {
        organiser: app.member("组织部").home("JT").role(Role::Organiser, "JT").sign_in().await,
        committee: app.member("党委").home("JT").role(Role::CommitteeMember, "JT").sign_in().await,
        secretary: app.member("东书记").role(Role::Secretary, "ZB1").sign_in().await,
        west: app.member("西书记").home("XZ21").role(Role::Secretary, "ZB2").sign_in().await,
        south: app.member("南书记").home("XZ31").role(Role::Secretary, "ZB3").sign_in().await,
    }
}

impl<'a> Cast<'a> {
    /// Everybody with a session that holds at the present time of the clock.
    pub async fn anew(&self, app: &'a TestApp) -> Cast<'a> {
        Cast {
            organiser: app.sign_in_anew(&self.organiser).await,
            committee: app.sign_in_anew(&self.committee).await,
            secretary: app.sign_in_anew(&self.secretary).await,
            west: app.sign_in_anew(&self.west).await,
            south: app.sign_in_anew(&self.south).await,
        }
    }
}

/// Puts the clock to an instant and does what is due.
pub async fn at(app: &TestApp, at: &str) {
    app.set_clock(at);
    app.tick().await;
}

/// A form of a branch: a text that is needed, a number, and a number that the program knows.
pub fn fields() -> Value {
    json!({ "fields": [
        { "key": "done", "title": "本月工作", "kind": "text", "required": true },
        { "key": "people", "title": "参加人数", "kind": "number", "limits": { "unit": "人", "least": "0" } },
        { "key": "held", "title": "党员大会", "kind": "number", "fact": "meetings.branch" },
        { "key": "photo", "title": "照片", "kind": "photo" },
    ] })
}

/// What is asked of branches every month, from the 25th to the 5th.
pub fn body(app: &TestApp) -> Value {
    json!({
        "unit_id": app.unit("JT"), "title": "支部月报", "basis": "党委工作月报制度", "reader": "党委组织部", "unit_kind": "党支部",
        "cycle": "month", "opens_day": 25, "due_after": 5, "allows_no_change": true, "form": fields(),
    })
}

pub fn with(mut body: Value, changes: &[(&str, Value)]) -> Value {
    for (field, value) in changes {
        body[*field] = value.clone();
    }
    body
}

/// The report of a unit, of the newest period of its newest form.
pub async fn report_of(app: &TestApp, who: &Person<'_>, unit: &str) -> Value {
    let page = who.get(&format!("/reports?unit_id={}", app.unit(unit))).await.ok(200);
    let of_unit = |report: &&Value| report["unit_id"] == json!(app.unit(unit));
    items(&page).iter().find(of_unit).unwrap_or_else(|| panic!("nothing of {unit}: {page}")).clone()
}

pub fn path(report: &Value) -> String {
    format!("/reports/{}", text(&report["id"]))
}

/// The state of a report, as its tag tells it.
pub async fn tag(who: &Person<'_>, report: &Value) -> String {
    who.get(&path(report)).await.header("etag").unwrap().to_owned()
}

/// Writes a draft over what stands there.
pub async fn write(who: &Person<'_>, report: &Value, answers: Value) -> Value {
    let tag = tag(who, report).await;
    let request = who.request(reqwest::Method::PUT, &format!("{}/draft", path(report))).header("if-match", tag);
    crate::support::send(request.json(&json!({ "answers": answers }))).await.ok(200)
}

/// Writes a draft and hands it in.
pub async fn hand_in(who: &Person<'_>, report: &Value, done: &str) -> Value {
    write(who, report, json!({ "done": done })).await;
    who.post(&format!("{}/submission", path(report)), json!({})).await.ok(200)
}

/// The period of July, open since the 25th of it.
pub async fn in_july<'a>(app: &'a TestApp) -> (Cast<'a>, Value) {
    let people = cast(app).await;
    let form = people.organiser.post("/report-forms", body(app)).await.ok(201);
    at(app, "2026-07-27T09:00:00+08:00").await;
    (people.anew(app).await, form)
}

/// What a fact comes to for a unit in the month of a day.
pub async fn fact(app: &TestApp, who: &Person<'_>, name: &str, unit: &str, day: &str) -> i64 {
    let query = format!("unit_id={}&day={day}", app.unit(unit));
    let number = who.get(&format!("/facts/{name}?{query}")).await.ok(200)["value"].as_i64().unwrap();
    let records = who.get(&format!("/facts/{name}/records?{query}&limit=100")).await.ok(200);
    assert_eq!(items(&records).len() as i64, number, "{name} opens down to its records");
    assert!(items(&records).iter().all(|record| record["kind"] == "report"));
    number
}

#[tokio::test]
async fn the_committee_s_monthly_report_in_four_parts_one_late_one_missing_is_found_again_as_facts() {
    let app = TestApp::start().await;
    let people = cast(&app).await;
    let first = app.member("一厂书记").home("DW1").role(Role::Secretary, "DW1").sign_in().await;
    let second = app.member("二厂书记").home("DW2").role(Role::Secretary, "DW2").sign_in().await;
    let presets = people.organiser.get("/report-presets").await.ok(200);
    let keys: Vec<String> = items(&presets).iter().map(|preset| text(&preset["key"])).collect();
    assert_eq!(keys, ["party_monthly", "group_three", "month_plan", "positions", "ledger"]);
    let preset = people.organiser.get("/report-presets/party_monthly").await.ok(200);
    people.organiser.get("/report-presets/nothing").await.refused(404, "reports.preset_not_found");
    let copied = |name: &str| (name.to_owned(), preset[name].clone());
    let names =
        ["title", "basis", "reader", "unit_kind", "cycle", "opens_day", "due_after", "allows_no_change", "form"];
    let mut asked: serde_json::Map<String, Value> = names.iter().map(|name| copied(name)).collect();
    asked.insert("unit_id".into(), json!(app.unit("JT")));
    asked.insert("preset".into(), json!("party_monthly"));
    let form = people.organiser.post("/report-forms", Value::Object(asked)).await.ok(201);
    assert_eq!((&form["state"], &form["unit_count"], &form["version"]), (&json!("active"), &json!(2), &json!(1)));
    at(&app, "2026-07-24T09:00:00+08:00").await;
    let organiser = app.sign_in_anew(&people.organiser).await;
    assert!(items(&organiser.get("/reports").await.ok(200)).is_empty(), "not before the 25th");

    // the 25th of July is a Saturday: it opens all the same, and is due on Wednesday, the 5th of August
    at(&app, "2026-07-25T09:00:00+08:00").await;
    let (first, second) = (app.sign_in_anew(&first).await, app.sign_in_anew(&second).await);
    let desk = crate::desk::page(&first).await;
    let item = &items(&desk)[0];
    assert_eq!((&item["title"], &item["due_on"]), (&json!("填报“党委工作月报”（2026年7月）"), &json!("2026-08-05")));
    let mine = report_of(&app, &first, "DW1").await;
    assert_eq!((&mine["state"], &mine["standing"], &mine["light"]), (&json!("due"), &json!("open"), &json!("grey")));

    // on the day after it is missing for both; one of them comes late
    at(&app, "2026-08-06T09:00:00+08:00").await;
    let organiser = app.sign_in_anew(&people.organiser).await;
    let (first, second) = (app.sign_in_anew(&first).await, app.sign_in_anew(&second).await);
    let missing = organiser.get("/reports?missing=true").await.ok(200);
    assert_eq!(items(&missing).len(), 2);
    let four = json!({ "measures": "建立台账", "progress": "完成两个节点", "results": "隐患由五项降为一项", "problems": "人手不足" });
    let mut three = four.clone();
    three.as_object_mut().unwrap().remove("problems");
    write(&first, &mine, three).await;
    let refused = first.post(&format!("{}/submission", path(&mine)), json!({})).await.refused(422, "body.invalid");
    assert_eq!(
        (&refused["errors"][0]["pointer"], &refused["errors"][0]["message"]),
        (&json!("/answers/problems"), &json!("请填写“存在的问题”"))
    );
    write(&first, &mine, four).await;
    let done = first.post(&format!("{}/submission", path(&mine)), json!({})).await.ok(200);
    assert_eq!((&done["state"], &done["standing"]), (&json!("submitted"), &json!("late")));
    assert!(items(&crate::desk::page(&first).await).is_empty());
    app.tick().await;
    for (name, all, one, two) in [("reports.on_time", 0, 0, 0), ("reports.late", 1, 1, 0), ("reports.missing", 1, 0, 1)]
    {
        let counted = [
            fact(&app, &organiser, name, "JT", "2026-08-06").await,
            fact(&app, &organiser, name, "DW1", "2026-08-06").await,
            fact(&app, &organiser, name, "DW2", "2026-08-06").await,
        ];
        assert_eq!(counted, [all, one, two], "{name}");
    }
    let line = second.get("/reports?missing=true").await.ok(200);
    assert_eq!((items(&line).len(), &items(&line)[0]["light"]), (1, &json!("red")));
    first.get(&path(&items(&line)[0])).await.refused(403, "access.out_of_scope");
}

#[tokio::test]
async fn groups_tell_progress_gap_and_measures_and_who_is_overdue_is_listed_on_the_first_of_the_next_month() {
    let app = TestApp::start().await;
    let people = cast(&app).await;
    let leader = app.member("组长").role(Role::GroupLeader, "XZ11").sign_in().await;
    let preset = people.organiser.get("/report-presets/group_three").await.ok(200);
    let asked = with(
        body(&app),
        &[
            ("title", preset["title"].clone()),
            ("unit_kind", preset["unit_kind"].clone()),
            ("opens_day", preset["opens_day"].clone()),
            ("due_after", preset["due_after"].clone()),
            ("allows_no_change", json!(false)),
            ("form", preset["form"].clone()),
        ],
    );
    let form = people.organiser.post("/report-forms", asked).await.ok(201);
    assert_eq!(form["unit_count"], 4);
    app.tick().await;
    let mine = report_of(&app, &leader, "XZ11").await;
    assert_eq!((&mine["due_on"], &mine["period_label"]), (&json!("2026-07-31"), &json!("2026年7月")));
    let topic = json!({ "topic": "皮带跑偏", "progress": "完成方案", "gap": "缺传感器", "measures": "本周到货安装", "responsible": leader.id });
    write(&leader, &mine, json!({ "topics": [topic, { "topic": " " }] })).await;
    leader.post(&format!("{}/no-change", path(&mine)), json!({})).await.refused(409, "reports.no_change_unknown");
    let done = leader.post(&format!("{}/submission", path(&mine)), json!({})).await.ok(200);
    assert_eq!(done["standing"], "on_time");
    let sheet = leader.get(&format!("{}/sheet", path(&mine))).await;
    let page = sheet.text();
    assert!(
        page.contains("皮带跑偏") && page.contains("亮差距") && page.contains("组长") && page.contains("单位（盖章）"),
        "{page}"
    );

    at(&app, "2026-08-01T08:00:00+08:00").await;
    let people = people.anew(&app).await;
    let overdue = people.organiser.get(&format!("/reports?missing=true&form_id={}", text(&form["id"]))).await.ok(200);
    let names: Vec<String> = items(&overdue).iter().map(|report| text(&report["unit_name"])).collect();
    let mut sorted = names.clone();
    sorted.sort();
    assert_eq!(sorted, ["东二组", "南一组", "西一组"]);
    assert_eq!(fact(&app, &people.organiser, "reports.missing", "JT", "2026-08-01").await, 3);
    assert_eq!(fact(&app, &people.organiser, "reports.on_time", "JT", "2026-07-31").await, 1);
    // the secretary sees his own groups alone
    let of_branch = people.secretary.get("/reports?missing=true").await.ok(200);
    assert_eq!(items(&of_branch).len(), 1);
    let overview = people.secretary.get(&format!("/report-forms/{}/overview", text(&form["id"]))).await.ok(200);
    let lights: Vec<&Value> =
        overview["rows"].as_array().unwrap().iter().map(|row| &row["cells"][0]["light"]).collect();
    assert_eq!(lights, ["blue", "red"]);
    app.drain().await;
}
