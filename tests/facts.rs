//! Facts: each number beside a count by hand, opened down to its records, frozen when its month is final.

use serde_json::{Value, json};
use xianfeng::base::capability::Role;

use crate::ideas::{Scene, items, meeting, submitted, text};
use crate::support::{Person, TestApp};

/// The number of a fact for a unit, in the month, quarter or year of a day.
async fn fact(app: &TestApp, who: &Person<'_>, name: &str, unit: &str, rest: &str) -> Value {
    who.get(&format!("/facts/{name}?unit_id={}{rest}", app.unit(unit))).await.ok(200)
}

/// The records behind it, page by page.
async fn records(app: &TestApp, who: &Person<'_>, name: &str, unit: &str, rest: &str) -> Vec<Value> {
    let path = format!("/facts/{name}/records?unit_id={}&limit=2{rest}", app.unit(unit));
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = who.get(&format!("{path}{cursor}")).await.ok(200);
        assert!(items(&page).len() <= 2);
        all.extend(items(&page).clone());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

/// The value, and that the records come to it.
async fn value(app: &TestApp, who: &Person<'_>, name: &str, unit: &str) -> Value {
    let number = fact(app, who, name, unit, "").await;
    let records = records(app, who, name, unit, "").await;
    let sum = |field: &str| records.iter().map(|record| record[field].as_i64().unwrap()).sum::<i64>();
    assert_eq!(sum("amount"), number["amount"], "{name} of {unit}: {records:?}");
    if number["base"].is_number() {
        assert_eq!(sum("base"), number["base"], "{name} of {unit}: {records:?}");
    }
    number["value"].clone()
}

#[tokio::test]
async fn numbers_of_ideas_and_meetings_are_what_a_count_by_hand_comes_to() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let above = app.member("党委委员").home("XZ31").role(Role::CommitteeMember, "DW1").sign_in().await;
    let west = app.member("西书记").home("XZ21").role(Role::Secretary, "ZB2").sign_in().await;
    let west_author = app.member("西一").home("XZ21").sign_in().await;
    // east: three handed in, one of them taken back and handed in again; two decided, one of them adopted and realised
    let mut ideas = Vec::new();
    for n in 0..3 {
        ideas.push(submitted(&scene.author, &format!("东{n}")).await);
    }
    scene.author.post(&format!("/ideas/{}/withdrawal", ideas[2]), json!({})).await.ok(200);
    for idea in &ideas[..2] {
        scene.collect(idea).await;
    }
    scene.decide(&ideas[0], "adopted").await;
    scene.decide(&ideas[1], "declined").await;
    scene.assign(&ideas[0], &scene.worker, "2026-07-31").await;
    scene.work(&ideas[0], &scene.worker).await;
    scene.committee.post(&format!("/ideas/{}/acceptance", ideas[0]), json!({})).await.ok(200);
    let saved = json!({ "kind": "savings", "title": "备件费", "amount_fen": 80_000_001 });
    scene.committee.post(&format!("/ideas/{}/outcomes", ideas[0]), saved).await.ok(200);
    submitted(&west_author, "西0").await;
    // a draft, and a meeting that is planned and one that nobody attended, count nowhere
    west_author.post("/ideas", crate::ideas::idea("草稿", false)).await.ok(201);
    meeting(&app, &west, "branch", "ZB2").await;
    let planned =
        json!({ "kind": "branch", "unit_id": app.unit("ZB2"), "held_on": "2026-07-20", "title": "七月党员大会" });
    west.post("/meetings", planned.clone()).await.ok(201);
    let mut empty = planned;
    empty["held_on"] = json!("2026-07-01");
    west.post("/meetings", empty).await.ok(201);

    for (name, east, both) in [
        ("ideas.submitted", json!(3), json!(4)),
        ("ideas.adopted", json!(1), json!(1)),
        ("ideas.realised", json!(1), json!(1)),
        ("ideas.savings", json!(80_000_001), json!(80_000_001)),
        // the author of five members of the branch; the east's and the west's one of two
        ("ideas.participation", json!(2000), json!(2857)),
        ("meetings.group", json!(1), json!(1)),
        ("meetings.branch_committee", json!(1), json!(1)),
        ("meetings.branch", json!(0), json!(1)),
        ("meetings.lecture", json!(0), json!(0)),
    ] {
        assert_eq!(value(&app, &scene.secretary, name, "ZB1").await, east, "{name}");
        assert_eq!(value(&app, &above, name, "DW1").await, both, "{name}");
    }
    let adopted = records(&app, &scene.secretary, "ideas.adopted", "ZB1", "").await;
    assert_eq!((&adopted[0]["kind"], &adopted[0]["id"]), (&json!("idea"), &json!(ideas[0])));
    assert_eq!((&adopted[0]["title"], &adopted[0]["unit_name"]), (&json!("东0"), &json!("东一组")));
    // a quarter and a year are their months
    let quarter = fact(&app, &scene.secretary, "ideas.submitted", "ZB1", "&period=quarter").await;
    assert_eq!(
        (&quarter["value"], &quarter["from"], &quarter["until"]),
        (&json!(3), &json!("2026-07-01"), &json!("2026-09-30"))
    );
    // who sees what
    scene.author.get("/facts").await.refused(403, "access.denied");
    let elsewhere = format!("/facts/ideas.submitted?unit_id={}", app.unit("ZB2"));
    scene.secretary.get(&elsewhere).await.refused(403, "access.out_of_scope");
    scene.secretary.get("/facts/ideas.nothing").await.refused(404, "facts.not_found");
    scene.secretary.get("/facts/ideas.submitted?period=week").await.refused(400, "facts.bad_period");
    scene.secretary.get("/facts/ideas.submitted/records?period=day").await.refused(400, "facts.bad_period");
    // a secretary sees how late entries are of his unit, not the entries themselves, which are the organiser's to see
    fact(&app, &scene.secretary, "campaigns.late_entries", "ZB1", "").await;
    let late = format!("/facts/campaigns.late_entries/records?unit_id={}", app.unit("ZB1"));
    scene.secretary.get(&late).await.refused(403, "access.denied");
}

#[tokio::test]
async fn shares_of_study_papers_contests_and_votes_count_who_could_and_who_did() {
    let app = TestApp::start().await;
    let organiser = crate::contests::organiser(&app).await;
    let li = app.member("李一").sign_in().await;
    let wang = app.member("王二").home("XZ21").sign_in().await;
    let secretary = app.member("书记").home("XZ31").role(Role::Secretary, "ZB3").sign_in().await;
    // the branch ZB1 has one member, ZB2 another one, ZB3 two with the organiser
    let (item, _) = crate::study::push(&app, &organiser, "七一", "DW1", "2026-07-01").await;
    crate::study::read(&app, &li, &item).await;
    app.tick().await;
    let paper = li.get("/quiz/daily").await.ok(200);
    li.put(crate::quiz::TODAY, crate::quiz::answers(&paper, 1)).await.ok(201);
    assert_eq!(value(&app, &organiser, "study.coverage", "DW1").await, 5000);
    assert_eq!(value(&app, &organiser, "study.coverage", "ZB2").await, 0);
    assert_eq!(value(&app, &organiser, "study.coverage", "DW2").await, Value::Null, "nobody was asked");
    let everybody = app.directory().members_below(app.unit("JT")).len() as i64;
    let papers = fact(&app, &organiser, "quiz.participation", "JT", "").await;
    assert_eq!((&papers["amount"], &papers["base"]), (&json!(1), &json!(everybody)));
    assert!(papers["fact"]["not_for_assessment"].as_str().unwrap().contains("不得"));

    // the points of the east's one member, of seven on average
    let (east, points) = (value(&app, &organiser, "points.mean", "ZB1").await, li.get("/me/points").await.ok(200));
    let mine = points["total"]["all"].as_i64().unwrap();
    assert!(mine > 0);
    assert_eq!(east, json!(mine * 100));
    let all = fact(&app, &organiser, "points.mean", "JT", "").await;
    assert_eq!((&all["amount"], &all["base"]), (&json!(mine), &json!(everybody)));
    assert_eq!(value(&app, &organiser, "points.mean", "JT").await, all["value"]);

    // two selections: an entry in time, one late; a vote in which two of all cast
    let campaign = crate::campaigns::announced(&organiser, crate::campaigns::body(&app)).await;
    crate::campaigns::at(&app, "2026-07-01T08:01:00+08:00").await;
    let first = crate::campaigns::entry(&secretary, &app, &campaign, "ZB3", "准时").await;
    crate::campaigns::at(&app, "2026-07-01T08:02:00+08:00").await;
    let late = crate::campaigns::entry(&secretary, &app, &campaign, "ZB3", "迟交").await;
    crate::campaigns::at(&app, "2026-07-01T08:03:00+08:00").await;
    for voter in [&li, &wang] {
        crate::campaigns::cast(voter, &campaign, &[&first]).await.ok(201);
    }
    crate::campaigns::at(&app, "2026-07-01T08:10:00+08:00").await;
    app.tick().await;
    assert_eq!(value(&app, &organiser, "campaigns.late_entries", "ZB3").await, 1);
    assert_eq!(records(&app, &organiser, "campaigns.late_entries", "JT", "").await[0]["id"], json!(late));
    let turnout = fact(&app, &organiser, "campaigns.turnout", "JT", "").await;
    assert_eq!((&turnout["amount"], &turnout["base"]), (&json!(2), &json!(everybody)));
    assert_eq!(
        value(&app, &organiser, "campaigns.turnout", "ZB1").await,
        Value::Null,
        "never of which units voters are"
    );
}

#[tokio::test]
async fn a_contest_counts_where_its_ranking_stands_once_it_is_published() {
    let app = TestApp::start().await;
    let organiser = crate::contests::organiser(&app).await;
    let li = app.member("李一").sign_in().await;
    app.member("王二").sign_in().await;
    let contest = crate::contests::announced(&organiser, crate::contests::body(&app)).await;
    crate::campaigns::at(&app, "2026-07-01T08:01:00+08:00").await;
    crate::contests::sit(&app, &li, &contest, 7, 30).await;
    crate::campaigns::at(&app, "2026-07-01T08:12:00+08:00").await;
    app.tick().await;
    assert_eq!(value(&app, &organiser, "contests.participation", "ZB1").await, Value::Null, "not published yet");
    organiser.post(&format!("{contest}/publication"), json!({})).await.ok(200);
    app.set_clock("2026-07-01T08:13:00+08:00");
    let counted = fact(&app, &organiser, "contests.participation", "ZB1", "&period=year").await;
    // what was asked for a moment ago may be ten seconds old
    let counted = if counted["base"] == 0 { wait(&app, &organiser).await } else { counted };
    let ranked = organiser.get(&format!("{contest}/branch-rankings")).await.ok(200);
    let east = items(&ranked).iter().find(|line| line["unit_id"] == json!(app.unit("ZB1"))).unwrap();
    assert_eq!((&counted["amount"], &counted["base"]), (&east["participants"], &east["active_members"]));
    assert_eq!(counted["amount"], 1);
}

/// The number of the contest once what is remembered is old.
async fn wait(app: &TestApp, organiser: &Person<'_>) -> Value {
    for _ in 0..30 {
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        let counted = fact(app, organiser, "contests.participation", "ZB1", "&period=year").await;
        if counted["base"] != 0 {
            return counted;
        }
    }
    panic!("still the number of a moment ago");
}

#[tokio::test]
async fn a_month_is_frozen_after_its_closing_days_and_what_comes_later_stands_beside_it() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let idea = submitted(&scene.author, "七月").await;
    scene.collect(&idea).await;
    scene.decide(&idea, "adopted").await;
    let held = meeting(&app, &scene.secretary, "branch", "ZB1").await;
    // into August: the days close one after the other, the month stays open until its fifth day is over
    crate::campaigns::at(&app, "2026-08-05T12:00:00+08:00").await;
    for _ in 0..40 {
        app.tick().await;
    }
    let secretary = app.sign_in_anew(&scene.secretary).await;
    let july = "&day=2026-07-15";
    let open = fact(&app, &secretary, "meetings.branch", "ZB1", july).await;
    assert_eq!((&open["value"], &open["frozen_at"]), (&json!(1), &Value::Null));
    crate::campaigns::at(&app, "2026-08-06T00:00:01+08:00").await;
    for _ in 0..5 {
        app.tick().await;
    }
    let secretary = app.sign_in_anew(&secretary).await;
    let frozen = fact(&app, &secretary, "meetings.branch", "ZB1", july).await;
    assert_eq!((&frozen["value"], &frozen["now"]), (&json!(1), &Value::Null));
    assert!(text(&frozen["frozen_at"]).starts_with("2026-08-06T00:00"), "{frozen}");
    assert_eq!(frozen["series"].as_array().unwrap().len(), 1, "nothing is known of the months before");
    // a lecture of July is put down in August: shown beside, never in it
    let secretary = app.sign_in_anew(&secretary).await;
    let made_up = json!({
        "kind": "branch", "unit_id": app.unit("ZB1"), "held_on": "2026-07-20", "title": "补录",
        "attendance": [secretary.id],
    });
    let made_up = text(&secretary.post("/meetings", made_up).await.ok(201)["id"]);
    let mut later = Value::Null;
    for _ in 0..30 {
        later = fact(&app, &secretary, "meetings.branch", "ZB1", july).await;
        if later["now"].is_object() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }
    assert_eq!((&later["value"], &later["now"]["value"]), (&json!(1), &json!(2)));
    let behind: Vec<String> =
        records(&app, &secretary, "meetings.branch", "ZB1", july).await.iter().map(|one| text(&one["id"])).collect();
    assert_eq!(behind, [held, made_up]);
    let year = fact(&app, &secretary, "meetings.branch", "ZB1", "&period=year&day=2026-07-15").await;
    assert_eq!((&year["value"], &year["frozen_at"]), (&json!(1), &Value::Null), "the year runs, its July is frozen");
}

#[tokio::test]
async fn each_fact_has_a_name_of_its_own_and_says_whether_it_may_be_assessed() {
    let app = TestApp::start().await;
    let organiser = app.member("组织").role(Role::Organiser, "JT").sign_in().await;
    let list = organiser.get("/facts").await.ok(200);
    let names: Vec<String> = items(&list).iter().map(|fact| text(&fact["name"])).collect();
    let mut unique = names.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), names.len(), "{names:?}");
    // what nobody may be measured by: reading, quizzes, votes
    for (name, allowed) in [
        ("study.coverage", false),
        ("quiz.participation", false),
        ("points.mean", false),
        ("contests.participation", false),
        ("campaigns.turnout", false),
        ("meetings.branch", true),
        ("ideas.adopted", true),
    ] {
        let fact = items(&list).iter().find(|fact| fact["name"] == name).unwrap_or_else(|| panic!("no {name}"));
        assert_eq!(fact["not_for_assessment"].is_null(), allowed, "{name}");
    }
}
