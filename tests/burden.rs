//! The burden ledger: what plans ask of a member, in minutes a day and prompts a week.

use serde_json::{Value, json};
use xianfeng::base::capability::Role;

use crate::ideas::text;
use crate::support::{Person, TestApp};

async fn item(organiser: &Person<'_>, title: &str, minimum_seconds: i32) -> String {
    let item = json!({ "title": title, "summary": "摘要", "body": "正文", "source": "人民日报",
        "minimum_seconds": minimum_seconds });
    text(&organiser.post("/study/items", item).await.ok(201)["id"])
}

async fn pushed(app: &TestApp, organiser: &Person<'_>, unit: &str, day: &str, item: &str) {
    let push = json!({ "item_id": item, "unit_id": app.unit(unit), "day": day });
    organiser.post("/study/pushes", push).await.ok(201);
}

fn day<'a>(ledger: &'a Value, day: &str) -> &'a Value {
    ledger["days"].as_array().unwrap().iter().find(|one| one["day"] == day).unwrap()
}

#[tokio::test]
async fn the_ledger_adds_up_what_plans_ask_of_those_at_home_in_a_unit() {
    let app = TestApp::start().await;
    let organiser = crate::quiz::organiser(&app).await;
    let secretary = app.member("书记").role(Role::Secretary, "ZB1").sign_in().await;
    let li = app.member("李一").sign_in().await;
    let (short, long) = (item(&organiser, "短文", 90).await, item(&organiser, "长文", 3600).await);
    for (unit, day, item) in [("JT", "2026-07-01", &short), ("ZB1", "2026-07-01", &short), ("ZB2", "2026-07-02", &long)]
    {
        pushed(&app, &organiser, unit, day, item).await;
    }
    let contest = crate::contests::with(
        crate::contests::body(&app),
        &[
            ("/paper", json!({ "lines": [{ "count": 1 }] })),
            ("/opens_at", json!("2026-07-03T08:00:00+08:00")),
            ("/closes_at", json!("2026-07-03T09:00:00+08:00")),
        ],
    );
    crate::contests::announced(&organiser, contest).await;
    app.drain().await;

    li.get(&format!("/units/{}/burden", app.unit("ZB1"))).await.refused(403, "access.denied");
    let path = format!("/units/{}/burden", app.unit("ZB1"));
    let ledger = secretary.get(&path).await.ok(200);
    assert_eq!((&ledger["from"], &ledger["until"]), (&json!("2026-06-29"), &json!("2026-07-05")));
    let first = day(&ledger, "2026-07-01");
    // a minute and a half from above, as much of its own, five questions of half a minute
    assert_eq!((&first["study_minutes"], &first["quiz_minutes"], &first["minutes"]), (&json!(3), &json!(3), &json!(6)));
    // two items and a paper came out, and a contest was announced
    assert_eq!((&first["prompts"], &first["above_limit"]), (&json!(4), &json!(false)));
    let second = day(&ledger, "2026-07-02");
    assert_eq!((&second["minutes"], &second["prompts"]), (&json!(3), &json!(1)), "a paper will be drawn");
    assert_eq!(day(&ledger, "2026-07-03")["contest_minutes"], 5);
    assert_eq!(day(&ledger, "2026-06-30")["minutes"], 0);
    assert_eq!(ledger["weeks"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&ledger["weeks"][0]["from_on"], &ledger["weeks"][0]["prompts"]),
        (&json!("2026-06-29"), &ledger["prompts"])
    );

    // the other branch has an hour to read, which is above the limit
    let whole = organiser.get(&format!("/units/{}/burden", app.unit("DW1"))).await.ok(200);
    let sums: Vec<_> = whole["children"]
        .as_array()
        .unwrap()
        .iter()
        .map(|sum| {
            (sum["unit_name"].as_str().unwrap(), sum["busiest_minutes"].as_i64().unwrap(), sum["above_limit"] == true)
        })
        .collect();
    assert_eq!(sums, [("东支部", 8, false), ("西支部", 63, true)]);
    assert_eq!((&whole["above_limit"], &day(&whole, "2026-07-02")["minutes"]), (&json!(false), &json!(3)));
    // the limit is the enterprise's to set
    let change = json!({ "value": 7, "reason": "减负" });
    organiser.put("/settings/burden.minutes_per_day", change).await.ok(200);
    let later = secretary.get(&path).await.ok(200);
    assert_eq!((&later["limits"]["minutes_per_day"], &later["above_limit"]), (&json!(7), &json!(true)));
    secretary.get(&format!("{path}?from=2026-07-02&until=2026-07-01")).await.refused(400, "burden.bad_stretch");
    secretary.get(&format!("{path}?from=2026-01-01&until=2026-07-01")).await.refused(400, "burden.bad_stretch");
    secretary.get(&format!("/units/{}/burden", app.unit("ZB2"))).await.refused(403, "access.out_of_scope");
}

#[tokio::test]
async fn what_a_unit_s_office_is_asked_in_a_month_is_added_up_from_forms_own_rules_and_notices() {
    let app = TestApp::start().await;
    let organiser = crate::quiz::organiser(&app).await;
    let committee = app.member("党委").home("JT").role(Role::CommitteeMember, "JT").sign_in().await;
    let secretary = app.member("书记").role(Role::Secretary, "ZB1").sign_in().await;
    let month = json!([{ "first": { "months": 0, "day": 1 }, "last": { "months": 0, "day": -1 } }]);
    let rule = |title: &str, minutes: i32, windows: &serde_json::Value| {
        json!({
            "unit_id": app.unit("DW1"), "title": title, "basis": "一厂党发〔2026〕3号", "standard": "每月一次",
            "audience": ["branch"], "cycle": "month", "windows": windows, "minutes": minutes,
            "from_on": "2026-07-01", "until_on": "2027-06-30",
        })
    };
    let twice = json!([
        { "first": { "months": 0, "day": 1 }, "last": { "months": 0, "day": 10 } },
        { "first": { "months": 0, "day": 11 }, "last": { "months": 0, "day": 20 } },
    ]);
    organiser.post("/obligation-rules", rule("巡查", 60, &month)).await.ok(201);
    organiser.post("/obligation-rules", rule("碰头会", 25, &twice)).await.ok(201);
    let mut asked = Vec::new();
    for title in ["甲表", "乙表", "丙表"] {
        let body = crate::reports::with(crate::reports::body(&app), &[("title", json!(title))]);
        asked.push(organiser.post("/report-forms", body).await.ok(201));
    }
    assert_eq!(asked[2]["state"], "proposed");
    let office = async |who: &Person<'_>, unit: &str, month: &str| {
        who.get(&format!("/units/{}/office-burden?month={month}", app.unit(unit))).await.ok(200)
    };
    // what is due in August is not opened yet, and what waits for those above is not asked
    let august = office(&secretary, "ZB1", "2026-08-15").await;
    assert_eq!(
        (&august["month"], &august["forms"], &august["forms_over_limit"]),
        (&json!("2026-08-01"), &json!(2), &json!(0))
    );
    assert_eq!(august["form_list"][0]["due_on"], "2026-08-05");
    assert_eq!((&august["rule_minutes"], &august["above_limit"]), (&json!(110), &json!(false)));
    assert_eq!(
        august["rule_list"],
        json!([
            { "code": "Z1", "title": "巡查", "times": 1, "minutes_each": 60, "minutes": 60 },
            { "code": "Z2", "title": "碰头会", "times": 2, "minutes_each": 25, "minutes": 50 },
        ])
    );
    // approved above the limit, it shows, and so does the limit of the ledger
    committee.post(&format!("/report-forms/{}/approval", text(&asked[2]["id"])), json!({})).await.ok(200);
    organiser.put("/settings/burden.forms_per_month", json!({ "value": 2, "reason": "减负" })).await.ok(200);
    let august = office(&secretary, "ZB1", "2026-08-01").await;
    assert_eq!(
        (&august["forms"], &august["forms_over_limit"], &august["above_limit"]),
        (&json!(3), &json!(1), &json!(true))
    );
    assert_eq!((&august["forms_per_month"], &august["form_list"][2]["over_limit"]), (&json!(2), &json!(true)));

    // opened they count once, and what need not come does not count
    app.set_clock("2026-07-27T09:00:00+08:00");
    app.tick().await;
    let (secretary, organiser) = (app.sign_in_anew(&secretary).await, app.sign_in_anew(&organiser).await);
    assert_eq!(office(&secretary, "ZB1", "2026-08-01").await["forms"], 3);
    assert_eq!(office(&secretary, "ZB1", "2026-09-01").await["forms"], 3);
    let report = crate::reports::report_of(&app, &secretary, "ZB1").await;
    let request = json!({ "kind": "exempt", "reason": "全员在外" });
    let list = secretary.post(&format!("/reports/{}/requests", text(&report["id"])), request).await.ok(201);
    let approval = format!("/report-requests/{}/approval", text(&list["items"][0]["id"]));
    organiser.post(&approval, json!({})).await.ok(200);
    assert_eq!(office(&secretary, "ZB1", "2026-08-01").await["forms"], 2);

    // the plant sees each of its branches, each with its own
    let whole = office(&organiser, "DW1", "2026-08-01").await;
    assert_eq!((&whole["forms"], &whole["rule_minutes"]), (&json!(0), &json!(0)));
    let sums: Vec<_> = whole["children"]
        .as_array()
        .unwrap()
        .iter()
        .map(|sum| (text(&sum["unit_name"]), sum["forms"].as_i64().unwrap(), sum["rule_minutes"].as_i64().unwrap()))
        .collect();
    assert_eq!(sums, [("东支部".to_owned(), 2, 110), ("西支部".to_owned(), 3, 110)]);
    let other = format!("/units/{}/office-burden", app.unit("ZB2"));
    secretary.get(&other).await.refused(403, "access.out_of_scope");
    organiser.get(&format!("{other}?month=2020-01-01")).await.refused(400, "burden.bad_month");
}
