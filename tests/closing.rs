//! Closed periods: who was where, who counted, scores and ranks stay as they were when the last day's grace was over.

use reqwest::Method;
use serde_json::{Value, json};
use xianfeng::base::capability::Role;
use xianfeng::base::id::MemberId;

use crate::boards::{answer, column};
use crate::corrections::{paper_of, path, to, with_first};
use crate::quiz::{TODAY, organiser};
use crate::support::{Person, TestApp, needs_postgres, send};

/// Lets everything be done that is due, and what follows from it.
async fn settle(app: &TestApp) {
    app.tick().await;
    app.tick().await;
}

/// Rank, name, unit and points of each line; of a branch rank, name, active members and hundredths.
fn lines(board: &Value) -> Vec<Value> {
    let items = board["items"].as_array().unwrap_or_else(|| panic!("{board}")).iter();
    items
        .map(|line| match line["average_hundredths"].is_null() {
            true => json!([line["rank"], line["name"], line["unit"], line["score"]]),
            false => json!([line["rank"], line["name"], line["active_members"], line["average_hundredths"]]),
        })
        .collect()
}

async fn board(viewer: &Person<'_>, uri: &str) -> Value {
    viewer.get(&format!("/boards/{uri}")).await.ok(200)
}

/// The board once it is frozen, for which a transaction that began before is waited for.
async fn frozen(app: &TestApp, viewer: &Person<'_>, uri: &str) -> Value {
    for _ in 0..8 {
        settle(app).await;
        let shown = board(viewer, uri).await;
        if shown["frozen_at"].is_string() {
            return shown;
        }
        app.advance_seconds(5);
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    }
    panic!("{uri} is not frozen");
}

struct December<'a> {
    admin: Person<'a>,
    /// The best of the eastern branch, the second of it, one of the western.
    east: [MemberId; 2],
    west: Person<'a>,
}

/// A December in which the eastern branch was first, looked at on the morning of January 4th.
async fn december(app: &TestApp) -> December<'_> {
    let admin = app.member("管理员").home("XZ31").role(Role::Administrator, "JT").sign_in().await;
    let west = app.member("赵西").home("XZ21").sign_in().await;
    let east = [app.member("李一").unregistered().await.0, app.member("王东").home("XZ12").unregistered().await.0];
    for day in ["2026-12-10", "2026-12-31"] {
        app.set_clock(&format!("{day}T09:00:00+08:00"));
        for (who, count) in [(east[0], 5), (east[1], 4), (west.id, 4)] {
            answer(app, who, count).await;
        }
    }
    app.set_clock("2027-01-04T09:00:00+08:00");
    settle(app).await;
    let admin = app.sign_in(admin.id, &admin.employee_no).await;
    let west = app.sign_in(west.id, &west.employee_no).await;
    December { admin, east, west }
}

const CLOSED: [&str; 5] = [
    "day=2026-12-31&period=day",
    "day=2026-12-31&period=week",
    "day=2026-12-10&period=month",
    "day=2026-11-02&period=quarter",
    "day=2026-06-30&period=year",
];

#[tokio::test]
async fn one_leave_and_one_move_in_january_leave_a_december_branch_at_rank_1() {
    let app = TestApp::start().await;
    let December { admin, east, west } = december(&app).await;
    let mut before = Vec::new();
    for period in CLOSED {
        for uri in [
            format!("enterprise/total?{period}"),
            format!("enterprise/learning?{period}"),
            format!("enterprise/total?by=branch&{period}"),
            format!("{}/total?{period}", app.unit("ZB1")),
            format!("{}/total?{period}", app.unit("XZ11")),
            format!("{}/total?by=branch&{period}", app.unit("DW1")),
            format!("{}/total?{period}", app.unit("ZB3")),
            format!("enterprise/total/mine?{period}"),
        ] {
            before.push((uri.clone(), board(&west, &uri).await));
        }
    }
    let month = board(&west, "enterprise/total?by=branch&period=month&day=2026-12-10").await;
    assert_eq!(
        lines(&month),
        [json!([1, "东支部", 2, 900]), json!([2, "西支部", 1, 800]), json!([3, "南支部", 1, 0]),]
    );
    let members = board(&west, "enterprise/total?period=year&day=2026-12-10").await;
    assert_eq!(
        lines(&members),
        [json!([1, "李*", "东一组", 10]), json!([2, "王*", "东二组", 8]), json!([3, "赵西", "西一组", 8]),]
    );
    assert_eq!((&members["frozen_at"], &members["size"]), (&json!("2027-01-04T09:00:00+08:00"), &json!(3)));

    // the best one leaves, the second moves to the west, and somebody without points comes to the east
    admin.patch(&format!("/members/{}", east[0]), json!({ "status": "left" })).await.ok(200);
    admin.patch(&format!("/members/{}", east[1]), json!({ "unit_id": app.unit("XZ21") })).await.ok(200);
    app.member("新来").home("XZ11").unregistered().await;
    admin.patch(&format!("/units/{}", app.unit("ZB3")), json!({ "parent_id": app.unit("DW1") })).await.ok(200);
    admin.patch(&format!("/units/{}", app.unit("ZB1")), json!({ "short_name": "东方支部" })).await.ok(200);
    settle(&app).await;
    for (uri, expected) in before {
        assert_eq!(board(&west, &uri).await, expected, "{uri}");
    }
    // running boards follow the roster of today
    let year = board(&west, "enterprise/total?by=branch&period=all").await;
    assert_eq!(year["items"][0]["name"], "西支部");
    assert_eq!(year["frozen_at"], Value::Null);
}

#[tokio::test]
async fn what_comes_late_counts_until_the_grace_is_over_and_the_board_is_frozen_then() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let paper = paper_of(&app, &organiser, 5).await;
    let (li, wang) = (app.member("李一").sign_in().await, app.member("王二").sign_in().await);
    for who in [&li, &wang] {
        who.get("/quiz/daily").await.ok(200);
    }
    wang.put(TODAY, with_first(&paper, "C")).await.ok(201);
    let uri = "enterprise/total?period=day&day=2026-07-01";
    app.set_clock("2026-07-02T05:59:59+08:00");
    settle(&app).await;
    let li = app.sign_in(li.id, &li.employee_no).await;
    assert_eq!(board(&li, uri).await["frozen_at"], Value::Null);
    li.put(TODAY, with_first(&paper, "B")).await.ok(201);

    app.set_clock("2026-07-02T06:00:00+08:00");
    let frozen = frozen(&app, &li, uri).await;
    assert_eq!(lines(&frozen), [json!([1, "李一", "东一组", 5]), json!([2, "王二", "东一组", 4])]);
    let frozen_at = frozen["frozen_at"].as_str().unwrap();
    assert!(frozen_at.starts_with("2026-07-02T06:00:"), "{frozen_at}");
    // the week runs on
    assert_eq!(board(&li, "enterprise/total?day=2026-07-01").await["frozen_at"], Value::Null);
}

#[tokio::test]
async fn a_correction_after_the_freeze_is_shown_beside_the_board_and_never_in_it() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let paper = paper_of(&app, &organiser, 5).await;
    let (li, wang) = (app.member("李一").sign_in().await, app.member("王二").home("XZ21").sign_in().await);
    li.put(TODAY, with_first(&paper, "B")).await.ok(201);
    wang.put(TODAY, with_first(&paper, "C")).await.ok(201);
    app.set_clock("2026-07-03T09:00:00+08:00");
    settle(&app).await;
    let (li, wang) = (app.sign_in(li.id, &li.employee_no).await, app.sign_in(wang.id, &wang.employee_no).await);
    let organiser = app.sign_in(organiser.id, &organiser.employee_no).await;
    let uris = [
        "enterprise/total?period=day&day=2026-07-01",
        "enterprise/learning?period=day&day=2026-07-01",
        "enterprise/total?by=branch&period=day&day=2026-07-01",
    ];
    let mut before = Vec::new();
    for uri in uris {
        before.push(board(&li, uri).await);
    }
    assert_eq!(lines(&before[0]), [json!([1, "李一", "东一组", 5]), json!([2, "王*", "西一组", 4])]);
    assert_eq!(before.iter().map(|board| &board["corrections"]).collect::<Vec<_>>(), [&json!([]); 3]);

    organiser.post(&format!("{}/correction", path(&paper)), to("C")).await.ok(201);
    app.drain().await;
    app.drain().await;
    settle(&app).await;
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    for (uri, before) in uris.iter().zip(&before) {
        let after = board(&li, uri).await;
        assert_eq!((lines(&after), &after["frozen_at"]), (lines(before), &before["frozen_at"]), "{uri}");
    }
    let made = |rank: i64, name: &str, unit: &str, points: i64| json!({ "made_on": "2026-07-03", "rank": rank, "name": name, "unit": unit, "points": points });
    let mut beside = board(&li, uris[0]).await["corrections"].as_array().unwrap().clone();
    beside.sort_by_key(|one| one["rank"].as_i64());
    assert_eq!(beside, [made(1, "李一", "东一组", -1), made(2, "王*", "西一组", 1)]);
    let of_branches = board(&li, uris[2]).await;
    let mut beside: Vec<Value> = column(&of_branches, "corrections", "name").into_iter().cloned().collect();
    beside.sort_by_key(|name| name.as_str().map(str::to_owned));
    assert_eq!(beside, ["东支部", "西支部"]);
    let of_group = board(&li, &format!("{}/total?period=day&day=2026-07-01", app.unit("XZ11"))).await;
    assert_eq!(of_group["corrections"], json!([made(1, "李一", "东一组", -1)]));
    let mine = board(&wang, "enterprise/total/mine?period=day&day=2026-07-01").await;
    assert_eq!((&mine["rank"], &mine["score"]), (&json!(2), &json!(4)));
    assert_eq!(mine["corrections"], json!([{ "made_on": "2026-07-03", "points": 1 }]));
    // the day on which it was made bears it
    let today = board(&li, "enterprise/total?period=day").await;
    assert_eq!((lines(&today), &today["corrections"]), (vec![json!([1, "王*", "西一组", 1])], &json!([])));
}

#[tokio::test]
async fn who_hides_later_keeps_the_rank_and_is_shown_to_nobody() {
    let app = TestApp::start().await;
    let December { west, .. } = december(&app).await;
    let uri = "enterprise/total?period=month&day=2026-12-01";
    assert_eq!(column(&board(&west, uri).await, "items", "rank"), [1, 2, 3]);
    west.patch("/me", json!({ "hidden_from_boards": true })).await.ok(200);
    let shown = board(&west, uri).await;
    assert_eq!((column(&shown, "items", "rank"), &shown["size"]), (vec![&json!(1), &json!(2)], &json!(3)));
    let mine = board(&west, "enterprise/total/mine?period=month&day=2026-12-01").await;
    assert_eq!(
        (&mine["rank"], column(&mine, "neighbours", "me")),
        (&json!(3), vec![&json!(false), &json!(false), &json!(true)])
    );
}

#[tokio::test]
async fn the_coverage_of_a_day_that_is_final_stays_as_it_was() {
    let app = TestApp::start().await;
    let admin = app.member("管理员").home("XZ31").role(Role::Administrator, "JT").sign_in().await;
    let organiser = crate::study::organiser(&app).await;
    let (item, push) = crate::study::push(&app, &organiser, "党章", "JT", "2026-07-01").await;
    let mut people = Vec::new();
    for (name, home) in [("读完", "XZ11"), ("没读", "XZ11"), ("后读", "XZ12")] {
        people.push(app.member(name).home(home).sign_in().await);
    }
    crate::study::read(&app, &people[0], &item).await;
    let uri = format!("/study/pushes/{push}/coverage?unit_id={}", app.unit("ZB1"));
    let running = organiser.get(&uri).await.ok(200);
    assert_eq!((&running["frozen_at"], &running["members"], &running["read"]), (&Value::Null, &json!(4), &json!(1)));

    app.set_clock("2026-07-02T09:00:00+08:00");
    settle(&app).await;
    let organiser = app.sign_in(organiser.id, &organiser.employee_no).await;
    let admin = app.sign_in(admin.id, &admin.employee_no).await;
    let frozen = organiser.get(&uri).await.ok(200);
    assert_eq!(frozen["frozen_at"], "2026-07-02T09:00:00+08:00");
    for field in ["members", "reached", "read", "read_share", "away", "children"] {
        assert_eq!(frozen[field], running[field], "{field}");
    }
    // one who read it leaves, one who had not moves, and one reads it a day late
    admin.patch(&format!("/members/{}", people[0].id), json!({ "status": "left" })).await.ok(200);
    admin.patch(&format!("/members/{}", people[1].id), json!({ "unit_id": app.unit("XZ31") })).await.ok(200);
    app.member("新来").home("XZ11").unregistered().await;
    let late = app.sign_in(people[2].id, &people[2].employee_no).await;
    crate::study::read(&app, &late, &item).await;
    // what it was made of is thrown away a week later
    for day in 3..=11 {
        app.set_clock(&format!("2026-07-{day:02}T09:00:00+08:00"));
        settle(&app).await;
    }
    let organiser = app.sign_in(organiser.id, &organiser.employee_no).await;
    let after = organiser.get(&uri).await.ok(200);
    for field in ["frozen_at", "members", "reached", "read", "read_share", "away"] {
        assert_eq!(after[field], frozen[field], "{field}");
    }
    let missing = |of: &Value| column(&of["missing"], "items", "name").into_iter().cloned().collect::<Vec<_>>();
    assert_eq!(missing(&after), missing(&frozen));
    assert_eq!((&frozen["read_later"], &after["read_later"]), (&json!(0), &json!(1)));
    let read_late = after["missing"]["items"].as_array().unwrap().iter().find(|one| one["name"] == "后读").unwrap();
    assert!(read_late["read_later_at"].as_str().unwrap().starts_with("2026-07-02"), "{read_late}");
    let left: i64 = app
        .app
        .db
        .read(|conn| {
            use diesel::prelude::*;
            use xianfeng::db::schema::study_servings;
            xianfeng::on!(conn, c => study_servings::table.count().get_result(c))
        })
        .await
        .unwrap();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn the_coverage_of_a_paper_that_is_final_stays_as_it_was() {
    let app = TestApp::start().await;
    let admin = app.member("管理员").home("XZ31").role(Role::Administrator, "JT").sign_in().await;
    let organiser = organiser(&app).await;
    let paper = paper_of(&app, &organiser, 5).await;
    let mut people = Vec::new();
    for (name, home) in [("答完", "XZ11"), ("没开", "XZ11"), ("打开", "XZ12"), ("晚交", "XZ12"), ("休假", "XZ12")]
    {
        people.push(app.member(name).home(home).sign_in().await);
    }
    crate::study::leave(&app, people[4].id, "2026-06-20", "2026-07-10").await;
    for who in [&people[0], &people[2], &people[3]] {
        who.get("/quiz/daily").await.ok(200);
    }
    people[0].put(TODAY, with_first(&paper, "B")).await.ok(201);
    app.set_clock("2026-07-02T05:00:00+08:00");
    let late = app.sign_in(people[3].id, &people[3].employee_no).await;
    late.put(TODAY, with_first(&paper, "B")).await.ok(201);
    let path = format!("/quiz/daily/2026-07-01/coverage?unit_id={}", app.unit("ZB1"));
    let asked = |answered: bool| format!("{path}&answered={answered}");
    let leader = app.sign_in(organiser.id, &organiser.employee_no).await;
    let before = [leader.get(&asked(true)).await.ok(200), leader.get(&asked(false)).await.ok(200)];
    let numbers = |of: &Value| ["members", "opened", "answered", "away"].map(|field| of[field].as_i64().unwrap());
    // the organiser has opened it too
    assert_eq!((numbers(&before[0]), &before[0]["frozen_at"]), ([5, 4, 2, 1], &Value::Null));

    app.set_clock("2026-07-02T09:00:00+08:00");
    settle(&app).await;
    // everybody moves or leaves, somebody comes, the leave is taken back, and what it was made of is thrown away
    let admin = app.sign_in(admin.id, &admin.employee_no).await;
    admin.patch(&format!("/members/{}", people[0].id), json!({ "status": "left" })).await.ok(200);
    for who in [&people[1], &people[2], &people[4]] {
        admin.patch(&format!("/members/{}", who.id), json!({ "unit_id": app.unit("XZ31") })).await.ok(200);
    }
    admin.patch(&format!("/units/{}", app.unit("XZ12")), json!({ "parent_id": app.unit("ZB2") })).await.ok(200);
    app.member("新来").home("XZ11").unregistered().await;
    for day in [3, 6, 12] {
        app.set_clock(&format!("2026-07-{day:02}T09:00:00+08:00"));
        settle(&app).await;
    }
    let leader = app.sign_in(organiser.id, &organiser.employee_no).await;
    for (before, answered) in before.iter().zip([true, false]) {
        let after = leader.get(&asked(answered)).await.ok(200);
        assert_eq!(after["frozen_at"], "2026-07-02T09:00:00+08:00");
        assert_eq!((numbers(&after), &after["answered_share"]), (numbers(before), &before["answered_share"]));
        for field in ["name", "reason", "submitted_at", "late", "unit_name"] {
            assert_eq!(column(&after["people"], "items", field), column(&before["people"], "items", field), "{field}");
        }
        let children = |of: &Value| of["children"].as_array().unwrap().iter().map(numbers).collect::<Vec<_>>();
        assert_eq!(children(&after), children(before));
    }
    // a day whose paper came out after it asked nobody
    app.write(|tx| {
        let sql = "UPDATE quiz_papers SET published_at = publish_at + 100000000000 WHERE day = '2026-07-06'";
        Ok(tx.conn.batch(sql)?)
    })
    .await;
    leader.get("/quiz/daily/2026-07-06/coverage").await.refused(404, "quiz.no_paper");
}

#[tokio::test]
async fn a_correction_of_a_past_challenge_is_shown_beside_its_board_and_never_in_it() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let (li, wang) = (app.member("李一").sign_in().await, app.member("王二").home("XZ21").sign_in().await);
    // one run of three right answers and a wrong one; one of four, of which another key would leave fewer
    let mut last = Value::Null;
    for (who, right) in [(&li, 3), (&wang, 4)] {
        let mut run = who.post("/challenge/runs", json!({})).await.ok(201);
        for seq in 1..=right + 1 {
            app.advance_seconds(1);
            last = run["question"]["id"].clone();
            let letter = if seq <= right { "B" } else { "A" };
            let path = format!("/challenge/runs/{}/answers", run["id"].as_str().unwrap());
            run = who.post(&path, json!({ "seq": seq, "answer": [letter] })).await.ok(200)["run"].clone();
        }
    }
    let lost = last;
    app.set_clock("2026-07-03T09:00:00+08:00");
    settle(&app).await;
    let (li, wang) = (app.sign_in(li.id, &li.employee_no).await, app.sign_in(wang.id, &wang.employee_no).await);
    let organiser = app.sign_in(organiser.id, &organiser.employee_no).await;
    let uri = "enterprise/challenge?period=day&day=2026-07-01";
    let before = board(&li, uri).await;
    assert_eq!(lines(&before), [json!([1, "王*", "西一组", 4]), json!([2, "李一", "东一组", 3])]);
    assert_eq!(before["corrections"], json!([]));
    // the question by which the second run ended: A was right
    organiser.post(&format!("/questions/{}/correction", lost.as_str().unwrap()), to("A")).await.ok(201);
    app.drain().await;
    app.drain().await;
    settle(&app).await;
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    let after = board(&li, uri).await;
    assert_eq!((lines(&after), &after["frozen_at"]), (lines(&before), &before["frozen_at"]));
    let of_wang = json!({ "made_on": "2026-07-03", "rank": 1, "name": "王*", "unit": "西一组", "points": 1 });
    let beside = after["corrections"].as_array().unwrap();
    assert!(beside.contains(&of_wang), "{beside:?}");
    let mine = board(&wang, "enterprise/challenge/mine?period=day&day=2026-07-01").await;
    assert_eq!((&mine["score"], &mine["corrections"]), (&json!(4), &json!([{ "made_on": "2026-07-03", "points": 1 }])));
    // a day of the running week is beside the day alone; points stay as they are
    assert_eq!(board(&wang, "enterprise/challenge?day=2026-07-01").await["corrections"], json!([]));
    let total = board(&wang, "enterprise/total?period=day&day=2026-07-01").await;
    assert_eq!(total["corrections"], json!([]));
    // the first key after all: nothing is left to be shown
    organiser.post(&format!("/questions/{}/correction", lost.as_str().unwrap()), to("B")).await.ok(201);
    app.drain().await;
    app.drain().await;
    settle(&app).await;
    let mine = board(&wang, "enterprise/challenge/mine?period=day&day=2026-07-01").await;
    assert_eq!((&mine["score"], &mine["corrections"]), (&json!(4), &json!([])));
}

#[tokio::test]
#[ignore = "needs PostgreSQL and Redis: scripts/test runs it there"]
async fn two_servers_freeze_once() {
    needs_postgres();
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    for day in 1..=28 {
        app.set_clock(&format!("2026-07-{day:02}T09:00:00+08:00"));
        answer(&app, li.id, 2).await;
    }
    let sibling = app.sibling().await;
    app.set_clock("2026-08-03T06:00:00+08:00");
    let (one, other) = tokio::join!(app.app.tick(), sibling.app.tick());
    assert!(one.is_ok() && other.is_ok(), "{one:?} {other:?}");
    let li = app.sign_in(li.id, &li.employee_no).await;
    let uri = "/boards/enterprise/total?period=month&day=2026-07-01";
    let mut seen = Vec::new();
    for app in [&app, &sibling] {
        let request = app.request(Method::GET, uri).bearer_auth(li.token());
        seen.push(send(request).await.ok(200));
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!((lines(&seen[0]), seen[0]["frozen_at"].is_string()), (vec![json!([1, "李一", "东一组", 56])], true));
}
