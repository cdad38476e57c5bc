//! The start of a year: what the year before came to, and what of it is carried over, as entries.

use super::*;

async fn given(by: &Person<'_>, approver: &Person<'_>, mut body: Value, day: &str) -> Value {
    body["day"] = json!(day);
    let made = by.post("/appraisal/proposals", body).await.ok(201);
    approve(approver, &made).await.ok(200)["entry_id"].clone()
}

async fn open(by: &Person<'_>, body: Value) -> Reply {
    send(by.request(Method::POST, "/appraisal/openings").json(&body)).await
}

/// The entries of the start of a year: dimension, what the year before came to, what is carried over.
async fn start_of(who: &Person<'_>, year: i32) -> Vec<(String, i64, i64)> {
    let page = who.get(&format!("/me/appraisal/entries?year={year}&limit=100")).await.ok(200);
    let of_start = items(&page).iter().filter(|entry| entry["kind"] == "carry").map(|entry| {
        let number = |field: &str| entry[field].as_i64().unwrap();
        (text(&entry["dimension"]).to_owned(), number("wanted"), number("points"))
    });
    let mut found: Vec<_> = of_start.collect();
    found.sort();
    found
}

fn line(dimension: &str, before: i64, carried: i64) -> (String, i64, i64) {
    (dimension.to_owned(), before, carried)
}

#[tokio::test]
async fn a_year_begins_at_zero_with_entries_that_say_what_the_one_before_came_to() {
    let app = TestApp::start().await;
    let Cast { committee, secretary, leader, li } = cast(&app).await;
    adopted(&committee).await;
    for (rule, matter) in [("P02", "第一课"), ("P02", "第二课"), ("P09", "主持党日")] {
        given(&leader, &secretary, proposal(li.id, rule, matter), "2026-06-20").await;
    }
    let late = proposed(&leader, li.id, "P28", "月报逾期").await;
    li.put(&format!("/appraisal/proposals/{}/reply", text(&late["id"])), json!({ "text": "属实" })).await.ok(200);
    approve(&secretary, &late).await.ok(200);
    open(&committee, json!({ "year": 2027 })).await.refused(409, "appraisals.opening_ahead");
    secretary.post("/appraisal/openings", json!({ "year": 2026 })).await.refused(403, "access.denied");

    app.set_clock("2027-01-04T09:00:00+08:00");
    let (committee, secretary) = (app.sign_in_anew(&committee).await, app.sign_in_anew(&secretary).await);
    let (leader, li) = (app.sign_in_anew(&leader).await, app.sign_in_anew(&li).await);
    assert_eq!(start_of(&li, 2027).await, []);
    let both = [json!({ "year": 2027 }), json!({ "year": 2027 })].map(|body| open(&committee, body));
    let both = futures_util::future::join_all(both).await;
    let written: i64 = both.iter().map(|reply| reply.ok(200)["year_start"].as_i64().unwrap()).sum();
    assert_eq!(written, 3, "two at once write it once");
    let none = json!({ "members": 0, "entries": 0, "withheld": 0, "year_start": 0 });
    assert_eq!(open(&committee, json!({ "year": 2027 })).await.ok(200), none);
    let begun = [line("duty", -50, 0), line("meetings", 100, 0), line("politics", 400, 0)];
    assert_eq!(start_of(&li, 2027).await, begun);
    assert_eq!(total(&li).await, json!({ "base": 0, "bonus": 0, "deduction": 0, "carried": 0, "total": 0, "cut": 0 }));
    assert_eq!(li.get("/me/appraisal?year=2026").await.ok(200)["total"]["total"], 450, "the year before stays");
    let page = li.get("/me/appraisal/entries?year=2027").await.ok(200);
    let entry = items(&page).iter().find(|entry| entry["dimension"] == "politics").unwrap();
    assert_eq!(
        (&entry["reason"], &entry["rule_name"], &entry["rule_in_words"]),
        (&json!("2026 年末得分"), &json!("年初结转"), &json!("上年末得分清零，本年从零计起"))
    );
    assert_eq!(
        (&entry["day"], &entry["approved_by_name"], &entry["may_appeal"], &entry["source_link"]),
        (&json!("2027-01-01"), &json!("党委"), &json!(false), &Value::Null)
    );
    let path = format!("/appraisal/entries/{}/appeal", text(&entry["id"]));
    li.post(&path, json!({ "text": "应结转" })).await.refused(409, "appraisals.follows_others");
    let mut correcting = proposal(li.id, "P32", "更正");
    correcting["corrects_entry_id"] = entry["id"].clone();
    leader.post("/appraisal/proposals", correcting).await.refused(409, "appraisals.follows_others");
    let sheet = li.get("/me/appraisal/sheet").await.text();
    for words in ["年初结转", "上年末为 4", "上年末得分清零"] {
        assert!(sheet.contains(words), "{words}: {sheet}");
    }

    // what is entered for the year before afterwards is followed, and said by which entry
    let caused = given(&leader, &secretary, proposal(li.id, "P09", "十二月党日"), "2026-12-20").await;
    let followed = [line("duty", -50, 0), line("meetings", 100, 0), line("meetings", 100, 0), line("politics", 400, 0)];
    assert_eq!(start_of(&li, 2027).await, followed);
    let newest = items(&li.get("/me/appraisal/entries?year=2027&limit=1").await.ok(200))[0].clone();
    assert_eq!(newest["source_link"], json!(format!("/appraisal/entries/{}", text(&caused))));
    assert_eq!(newest["reason"], "2026 年末得分有变动：支部会议记录");
    assert_eq!(open(&committee, json!({ "year": 2027 })).await.ok(200), none, "it is said already");
}

#[tokio::test]
async fn what_the_scheme_carries_over_counts_for_the_new_year_and_follows_what_is_put_right() {
    let app = TestApp::start().await;
    let Cast { committee, secretary, leader, li } = cast(&app).await;
    let mut scheme = committee.get("/appraisal/presets/five").await.ok(200);
    for (percent, most) in [(101, Value::Null), (-1, Value::Null), (50, json!(-1)), (50, json!(100_001))] {
        scheme["carry_over"] = json!({ "percent": percent, "most": most });
        committee.post("/appraisal/schemes", scheme_body(&scheme, "2026-01-01")).await.refused(422, "body.invalid");
    }
    let mut wrong = scheme.clone();
    wrong["rules"][1]["kind"] = json!("carry");
    wrong["carry_over"] = json!({ "percent": 0, "most": null });
    committee.post("/appraisal/schemes", scheme_body(&wrong, "2026-01-01")).await.refused(422, "body.invalid");
    scheme["carry_over"] = json!({ "percent": 50, "most": 150 });
    scheme["base_rhythm"] = json!("year");
    committee.post("/appraisal/schemes", scheme_body(&scheme, "2026-01-01")).await.ok(201);
    for (rule, matter) in [("P02", "第一课"), ("P02", "第二课")] {
        given(&leader, &secretary, proposal(li.id, rule, matter), "2026-06-20").await;
    }
    let hosted = given(&leader, &secretary, proposal(li.id, "P09", "主持党日"), "2026-06-20").await;
    // the next year has other dimensions: what is counted no more is left behind
    let mut next = scheme.clone();
    next["dimensions"][2]["key"] = json!("gatherings");
    for rule in next["rules"].as_array_mut().unwrap().iter_mut().filter(|rule| rule["dimension"] == "meetings") {
        rule["dimension"] = json!("gatherings");
    }

    app.set_clock("2027-01-04T09:00:00+08:00");
    let (committee, secretary) = (app.sign_in_anew(&committee).await, app.sign_in_anew(&secretary).await);
    let (leader, li) = (app.sign_in_anew(&leader).await, app.sign_in_anew(&li).await);
    let opened = open(&committee, json!({ "year": 2027 })).await.ok(200);
    assert_eq!((&opened["entries"], &opened["year_start"]), (&json!(20), &json!(2)));
    assert_eq!(start_of(&li, 2027).await, [line("meetings", 100, 50), line("politics", 400, 150)]);
    let year = total(&li).await;
    assert_eq!((&year["carried"], &year["base"], &year["total"]), (&json!(200), &json!(6000), &json!(6200)));
    assert_eq!(year["cut"], 0, "what is left behind is not cut by a cap");
    let quarters = li.get("/me/appraisal").await.ok(200)["quarters"].clone();
    assert_eq!(quarters[0]["total"]["carried"], 200);
    // caps of the new year know nothing of it, and the pay department does not pay it again
    given(&leader, &secretary, proposal(li.id, "P02", "新年第一课"), "2027-01-04").await;
    assert_eq!(total(&li).await["bonus"], 200);
    let sheet = format!("/exports/appraisal?unit_id={}&from=2027-01-01&until=2027-01-31&format=csv", app.unit("ZB1"));
    let sheet = secretary.get(&sheet).await.text().replace('"', "");
    assert!(sheet.contains(&format!("{},李一,东一组,14,12,12,12,12,62", li.employee_no)), "{sheet}");

    let mut correcting = proposal(li.id, "P32", "更正");
    correcting["corrects_entry_id"] = hosted;
    let made = leader.post("/appraisal/proposals", correcting).await.ok(201);
    approve(&secretary, &made).await.ok(200);
    assert_eq!(
        start_of(&li, 2027).await,
        [line("meetings", -100, -50), line("meetings", 100, 50), line("politics", 400, 150)]
    );
    assert_eq!(total(&li).await["carried"], 150);
    let table = secretary.get(&format!("/units/{}/appraisal?year=2027&limit=100", app.unit("ZB1"))).await.ok(200);
    let of_li = items(&table).iter().find(|line| line["member_name"] == "李一").unwrap();
    assert_eq!(of_li["total"], total(&li).await, "the table of the unit says the same");

    // two years on, what is put right in the first one goes through the second into the third
    committee.post("/appraisal/schemes", scheme_body(&next, "2028-01-01")).await.ok(201);
    app.set_clock("2028-01-04T09:00:00+08:00");
    let (committee, li) = (app.sign_in_anew(&committee).await, app.sign_in_anew(&li).await);
    let organiser = app.member("组织部").home("JT").role(Role::Organiser, "JT").sign_in().await;
    open(&committee, json!({ "year": 2028 })).await.ok(200);
    let before = start_of(&li, 2028).await;
    assert!(before.contains(&line("meetings", 1200, 0)) && before.contains(&line("politics", 1550, 150)), "{before:?}");
    let entries = li.get("/me/appraisal/entries?year=2026&limit=100").await.ok(200);
    let lesson = items(&entries).iter().find(|entry| entry["rule"] == "P02").unwrap();
    let mut correcting = proposal(li.id, "P32", "更正");
    correcting["corrects_entry_id"] = lesson["id"].clone();
    correcting["day"] = json!("2028-01-04");
    let made = organiser.post("/appraisal/proposals", correcting).await.ok(201);
    approve(&committee, &made).await.ok(200);
    assert!(start_of(&li, 2027).await.contains(&line("politics", -200, -50)));
    assert!(start_of(&li, 2028).await.contains(&line("politics", -50, 0)));
}
