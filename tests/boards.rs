//! Boards and points: who stands where, who sees which name, what a rule gives.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use xianfeng::base::capability::Role;
use xianfeng::base::id::MemberId;
use xianfeng::db::{Never, Stop};
use xianfeng::honour::points::{Grant, Points, RuleName};

use crate::support::{Person, TestApp, on_postgres, send};

/// `count` right answers of today, a second after the last event; the points that they gave.
pub async fn answer(app: &TestApp, member: MemberId, count: i32) -> i32 {
    app.advance_seconds(1);
    let (points, path) = (app.app.get::<Points>().clone(), app.directory().path(member).unwrap());
    app.write(move |tx| -> Result<i32, Stop<Never>> {
        let grant = Grant {
            rule: RuleName::QUIZ_DAILY,
            member,
            path: &path,
            times: count,
            day: tx.today(),
            source_kind: "quiz_submission",
            source_id: tx.fresh_id::<MemberId>().uuid(),
            reason: "每日一答",
        };
        Ok(points.award(tx, &grant)?)
    })
    .await
}

pub fn column<'a>(board: &'a Value, list: &str, name: &str) -> Vec<&'a Value> {
    board[list].as_array().unwrap_or_else(|| panic!("{board}")).iter().map(|line| &line[name]).collect()
}

/// Rank, name and points of each line; of a branch the hundredths per active member.
fn lines(board: &Value) -> Vec<(u64, &str, i64)> {
    let points = |line: &Value| line["score"].as_i64().or(line["average_hundredths"].as_i64()).unwrap();
    let items = board["items"].as_array().unwrap_or_else(|| panic!("{board}"));
    items.iter().map(|line| (line["rank"].as_u64().unwrap(), line["name"].as_str().unwrap(), points(line))).collect()
}

/// Waits until the board is as expected: a moment in Redis and by branch, up to a second when its period is over.
async fn shows(app: &TestApp, viewer: &Person<'_>, uri: &str, expected: &[(u64, &str, i64)]) -> Value {
    let since = Instant::now();
    loop {
        app.tick().await;
        let board = viewer.get(&format!("/boards/{uri}")).await.ok(200);
        if lines(&board) == expected {
            return board;
        }
        assert!(since.elapsed() < Duration::from_secs(4), "{uri}: {:?} is not {expected:?}", lines(&board));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn every_period_of_every_scope_ranks_members_and_branches() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let east = app.member("王东东").home("XZ12").unregistered().await.0;
    let west = app.member("赵西").home("XZ21").unregistered().await.0;
    let south = app.member("钱南").home("XZ31").unregistered().await.0;
    // on the day, in the week (from Monday), in the month, in the year, before it
    for (day, who, count) in [
        ("2025-12-31", south, 5),
        ("2026-06-30", south, 5),
        ("2026-06-27", east, 5),
        ("2026-06-30", li.id, 4),
        ("2026-07-01", west, 4),
        ("2026-07-01", li.id, 2),
        ("2026-07-01", east, 3),
    ] {
        app.set_clock(&format!("{day}T09:00:00+08:00"));
        answer(&app, who, count).await;
    }
    let li = app.sign_in(li.id, &li.employee_no).await;
    let (dw1, zb1) = (app.unit("DW1"), app.unit("ZB1"));
    let today = [(1, "赵*", 4), (2, "王东东", 3), (3, "李一", 2)];
    let week = [(1, "李一", 6), (2, "钱*", 5), (3, "赵*", 4), (4, "王东东", 3)];
    let year = [(1, "王东东", 8), (2, "李一", 6), (3, "钱*", 5), (4, "赵*", 4)];
    let ever = [(1, "钱*", 10), (2, "王东东", 8), (3, "李一", 6), (4, "赵*", 4)];
    for (uri, expected) in [
        ("enterprise/total?period=day".to_owned(), &today[..]),
        ("enterprise/total".to_owned(), &week),
        ("enterprise/total?period=month".to_owned(), &today),
        ("enterprise/learning?period=quarter".to_owned(), &today),
        ("enterprise/total?period=year".to_owned(), &year),
        ("enterprise/total?period=all".to_owned(), &ever),
        ("enterprise/political?period=all".to_owned(), &[]),
        ("enterprise/total?period=all&limit=2".to_owned(), &ever[..2]),
        (format!("{dw1}/total?period=day"), &today),
        (format!("{zb1}/total?period=day"), &[(1, "王东东", 3), (2, "李一", 2)]),
        (format!("{zb1}/total?period=week"), &[(1, "李一", 6), (2, "王东东", 3)]),
        (format!("{zb1}/total?period=all&day=2030-01-01"), &[(1, "王东东", 8), (2, "李一", 6)]),
        // three periods that are over, one of them in another year
        ("enterprise/total?period=month&day=2026-06-01".to_owned(), &[(1, "王东东", 5), (2, "钱*", 5), (3, "李一", 4)]),
        ("enterprise/total?period=day&day=2026-06-30".to_owned(), &[(1, "钱*", 5), (2, "李一", 4)]),
        ("enterprise/total?period=year&day=2025-01-01".to_owned(), &[(1, "钱*", 5)]),
        // by branch: two members in ZB1, one in each of the others
        (
            "enterprise/total?by=branch&period=day".to_owned(),
            &[(1, "西支部", 400), (2, "东支部", 250), (3, "南支部", 0)],
        ),
        ("enterprise/total?by=branch".to_owned(), &[(1, "南支部", 500), (2, "东支部", 450), (3, "西支部", 400)]),
        ("enterprise/total?by=branch&period=all&limit=1".to_owned(), &[(1, "南支部", 1000)]),
        (format!("{dw1}/total?by=branch&period=year"), &[(1, "东支部", 700), (2, "西支部", 400)]),
        (format!("{dw1}/total?by=branch&period=day&day=2026-06-30"), &[(1, "东支部", 200), (2, "西支部", 0)]),
    ] {
        shows(&app, &li, &uri, expected).await;
    }
    let branches = li.get("/boards/enterprise/total?by=branch&period=day").await.ok(200);
    assert_eq!(column(&branches, "items", "participants"), [1, 2, 0]);
    assert_eq!(column(&branches, "items", "total"), [4, 5, 0]);
    assert_eq!(column(&branches, "items", "active_members"), [1, 2, 1]);
    let all = li.get("/boards").await.ok(200);
    assert_eq!(column(&all, "scopes", "name"), ["全集团", "集团党委", "一厂党委", "东支部", "东一组"]);
    assert_eq!(all["periods"], json!(["day", "week", "month", "quarter", "year", "all"]));
    assert_eq!((column(&all, "measures", "id").len(), &all["by"]), (7, &json!(["member", "branch"])));
}

#[tokio::test]
async fn names_are_masked_beyond_the_viewers_branch() {
    let app = TestApp::start().await;
    let east = app.member("李东").sign_in().await;
    let west = app.member("王西").home("XZ21").sign_in().await;
    let east_too = app.member("赵东东").home("XZ12").unregistered().await.0;
    for (who, count) in [(east.id, 3), (west.id, 5), (east_too, 3)] {
        answer(&app, who, count).await;
    }
    let uri = "enterprise/total?period=day&limit=3";
    let board = shows(&app, &east, uri, &[(1, "王*", 5), (2, "李东", 3), (3, "赵东东", 3)]).await;
    assert_eq!(
        (&board["size"], &board["from"], &board["to"], &board["scope"], &board["measure"]),
        (&json!(3), &json!("2026-07-01"), &json!("2026-07-01"), &json!("enterprise"), &json!("total"))
    );
    let board = shows(&app, &west, uri, &[(1, "王西", 5), (2, "李*", 3), (3, "赵**", 3)]).await;
    assert_eq!(column(&board, "items", "unit"), ["西一组", "东一组", "东二组"]);
    assert_eq!(
        shows(&app, &west, "enterprise/total?period=all", &[(1, "王西", 5), (2, "李*", 3), (3, "赵**", 3)]).await["to"],
        Value::Null
    );
    answer(&app, east_too, 1).await;
    if !on_postgres() {
        // in the process at once after an award, anyone who looked before
        let board = west.get(&format!("/boards/{uri}")).await.ok(200);
        assert_eq!(lines(&board), [(1, "王西", 5), (2, "赵**", 4), (3, "李*", 3)]);
    }
}

#[tokio::test]
async fn a_member_finds_his_place_and_whoever_is_hidden_keeps_it() {
    let app = TestApp::start().await;
    let first = app.member("李一").sign_in().await;
    let second = app.member("王二").home("XZ12").sign_in().await;
    let third = app.member("赵三").home("XZ21").sign_in().await;
    let nobody = app.member("钱四").sign_in().await;
    for (who, count) in [(first.id, 5), (second.id, 4), (third.id, 2)] {
        answer(&app, who, count).await;
    }
    let uri = "/boards/enterprise/total/mine?period=month";
    shows(&app, &nobody, "enterprise/total?period=month", &[(1, "李一", 5), (2, "王二", 4), (3, "赵*", 2)]).await;
    let mine = second.get(uri).await.ok(200);
    assert_eq!((&mine["rank"], &mine["score"], &mine["distance_to_next"]), (&json!(2), &json!(4), &json!(1)));
    assert_eq!(column(&mine, "neighbours", "name"), ["李一", "王二", "赵*"]);
    assert_eq!(column(&mine, "neighbours", "me"), [false, true, false]);
    let top = first.get(uri).await.ok(200);
    assert_eq!((&top["rank"], &top["distance_to_next"], &top["size"]), (&json!(1), &Value::Null, &json!(3)));

    second.patch("/me", json!({ "hidden_from_boards": true })).await.ok(200);
    shows(&app, &nobody, "enterprise/total?period=month", &[(1, "李一", 5), (3, "赵*", 2)]).await;
    let mine = second.get(uri).await.ok(200);
    assert_eq!(
        (&mine["rank"], column(&mine, "neighbours", "rank")),
        (&json!(2), vec![&json!(1), &json!(2), &json!(3)])
    );
    assert_eq!(column(&third.get(uri).await.ok(200), "neighbours", "rank"), [1, 3]);
    let none = nobody.get(uri).await.ok(200);
    assert_eq!((&none["rank"], &none["score"], &none["size"]), (&Value::Null, &json!(0), &json!(3)));
    assert_eq!(none["neighbours"], json!([]));
    // another branch's board is no place for him
    let west = format!("/boards/{}/total/mine?period=day", app.unit("ZB2"));
    assert_eq!(second.get(&west).await.ok(200)["rank"], Value::Null);
    assert_eq!(third.get(&west).await.ok(200)["rank"], 1);
}

/// Has a member hide.
async fn hide(who: &Person<'_>) {
    who.patch("/me", json!({ "hidden_from_boards": true })).await.ok(200);
}

#[tokio::test]
async fn a_distance_is_to_the_next_one_who_is_shown() {
    let app = TestApp::start().await;
    let mut people = Vec::new();
    for (n, points) in (0..8).zip([5, 5, 4, 4, 4, 3, 3, 1]) {
        let who = app.member(&format!("第{n}")).sign_in().await;
        answer(&app, who.id, points).await;
        people.push(who);
    }
    app.tick().await;
    let uri = "/boards/enterprise/total/mine?period=day";
    let distance = async |who: &Person<'_>| who.get(uri).await.ok(200)["distance_to_next"].clone();
    assert_eq!(distance(&people[7]).await, 2);
    // the next one, then all between him and the first
    hide(&people[6]).await;
    assert_eq!(distance(&people[7]).await, 2, "the one before has as many");
    for who in &people[1..6] {
        hide(who).await;
    }
    assert_eq!(distance(&people[7]).await, 4, "six are hidden in between");
    assert_eq!(people[7].get(uri).await.ok(200)["rank"], 8);
    // nobody above is shown
    hide(&people[0]).await;
    assert_eq!(distance(&people[7]).await, Value::Null);
    assert_eq!(distance(&people[0]).await, Value::Null);
    assert_eq!(distance(&people[3]).await, Value::Null, "who hides himself learns no more");
}

#[tokio::test]
async fn what_a_branch_has_does_not_tell_what_its_hidden_members_have() {
    let app = TestApp::start().await;
    let uri = "/boards/enterprise/total?by=branch&period=day";
    let mut east = Vec::new();
    for n in 0..6 {
        let who = app.member(&format!("东{n}")).sign_in().await;
        answer(&app, who.id, 5).await;
        east.push(who);
    }
    let west = app.member("西").home("XZ21").sign_in().await;
    answer(&app, west.id, 2).await;
    let line = async |hidden: usize| {
        for who in &east[..hidden] {
            hide(who).await;
        }
        app.tick().await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        let board = west.get(uri).await.ok(200);
        let (first, second) = (&board["items"][0], &board["items"][1]);
        assert_eq!((&first["name"], &first["participants"]), (&json!("东支部"), &json!(6)));
        assert_eq!((&second["average_hundredths"], &second["total"]), (&json!(200), &json!(2)));
        (first["average_hundredths"].clone(), first["total"].clone())
    };
    assert_eq!(line(0).await, (json!(500), json!(30)));
    for hidden in 1..5 {
        assert_eq!(line(hidden).await, (Value::Null, Value::Null), "{hidden}");
    }
    assert_eq!(line(5).await, (json!(500), json!(30)));
}

#[tokio::test]
async fn only_three_neighbours_are_shown_on_each_side() {
    let app = TestApp::start().await;
    let mut ids = Vec::new();
    for n in 0..9 {
        ids.push(app.member(&format!("第{n}")).unregistered().await.0);
    }
    let me = app.member("李一").sign_in().await;
    ids.insert(4, me.id);
    for who in ids {
        answer(&app, who, 2).await;
    }
    app.tick().await;
    let mine = me.get("/boards/enterprise/total/mine?period=day").await.ok(200);
    assert_eq!((&mine["rank"], &mine["distance_to_next"]), (&json!(5), &json!(0)));
    assert_eq!(column(&mine, "neighbours", "rank"), [2, 3, 4, 5, 6, 7, 8]);
}

#[tokio::test]
async fn who_moves_takes_the_points_along_and_who_leaves_is_gone() {
    let app = TestApp::start().await;
    let admin = app.member("管理员").role(Role::Administrator, "JT").sign_in().await;
    let mover = app.member("李一").unregistered().await.0;
    let leaver = app.member("王二").unregistered().await.0;
    let stayer = app.member("赵三").home("XZ31").unregistered().await.0;
    for (who, count) in [(mover, 5), (leaver, 4), (stayer, 3)] {
        answer(&app, who, count).await;
    }
    let (east, south) = (format!("{}/total?period=day", app.unit("XZ11")), format!("{}/total", app.unit("DW2")));
    shows(&app, &admin, &east, &[(1, "李一", 5), (2, "王二", 4)]).await;
    shows(&app, &admin, &south, &[(1, "赵*", 3)]).await;

    let unit = app.unit("XZ31");
    admin.patch(&format!("/members/{mover}"), json!({ "unit_id": unit })).await.ok(200);
    shows(&app, &admin, &east, &[(1, "王二", 4)]).await;
    shows(&app, &admin, &south, &[(1, "李*", 5), (2, "赵*", 3)]).await;
    let by_branch = [(1, "南支部", 400), (2, "东支部", 200), (3, "西支部", 0)];
    // the administrator is active too, and west has nobody
    shows(&app, &admin, "enterprise/total?by=branch", &by_branch[..2]).await;

    admin.patch(&format!("/members/{mover}"), json!({ "name": "李改" })).await.ok(200);
    admin.patch(&format!("/members/{stayer}"), json!({ "status": "away" })).await.ok(200);
    shows(&app, &admin, &south, &[(1, "李*", 5), (2, "赵*", 3)]).await;
    shows(&app, &admin, "enterprise/total?by=branch", &[(1, "南支部", 500), (2, "东支部", 200)]).await;

    admin.patch(&format!("/members/{leaver}"), json!({ "status": "left" })).await.ok(200);
    let board = shows(&app, &admin, "enterprise/total?period=all", &[(1, "李*", 5), (2, "赵*", 3)]).await;
    assert_eq!(board["size"], 2);
    shows(&app, &admin, &east, &[]).await;

    let south_branch = app.unit("ZB3");
    admin.patch(&format!("/units/{south_branch}"), json!({ "parent_id": app.unit("DW1") })).await.ok(200);
    shows(&app, &admin, &format!("{}/total", app.unit("DW1")), &[(1, "李*", 5), (2, "赵*", 3)]).await;
    shows(&app, &admin, &south, &[]).await;
}

#[tokio::test]
async fn a_new_name_is_on_the_next_page() {
    let app = TestApp::start().await;
    let admin = app.member("管理员").role(Role::Administrator, "JT").sign_in().await;
    let li = app.member("李一").unregistered().await.0;
    answer(&app, li, 2).await;
    shows(&app, &admin, "enterprise/total", &[(1, "李一", 2)]).await;
    admin.patch(&format!("/members/{li}"), json!({ "name": "李改" })).await.ok(200);
    assert_eq!(lines(&admin.get("/boards/enterprise/total").await.ok(200)), [(1, "李改", 2)]);
    admin.patch(&format!("/units/{}", app.unit("XZ11")), json!({ "short_name": "新一组" })).await.ok(200);
    let board = admin.get("/boards/enterprise/total").await.ok(200);
    assert_eq!(board["items"][0]["unit"], "新一组");
}

#[tokio::test]
async fn a_day_that_is_over_still_takes_what_comes_late() {
    let app = TestApp::start().await;
    let organiser = app.member("组织部").role(Role::Organiser, "JT").sign_in().await;
    let mut csv = String::from("题型,题干,选项A,选项B,答案,分类\n");
    (0..5).for_each(|n| csv += &format!("单选题,第{n}道题,甲,乙,B,类\n"));
    send(organiser.request(Method::POST, "/imports/questions").body(csv)).await.ok(200);
    app.tick().await;
    let li = app.member("李一").sign_in().await;
    let wang = app.member("王二").unregistered().await.0;
    let paper = li.get("/quiz/daily").await.ok(200);
    let questions = paper["questions"].as_array().unwrap();
    let answers = questions.iter().map(|question| json!({ "question_id": question["id"], "answer": ["B"] }));
    let body = json!({ "answers": answers.collect::<Vec<_>>() });
    answer(&app, wang, 3).await;
    shows(&app, &li, "enterprise/total?period=day", &[(1, "王二", 3)]).await;

    app.set_clock("2026-07-02T00:00:00+08:00");
    let li = app.sign_in(li.id, &li.employee_no).await;
    shows(&app, &li, "enterprise/total?period=day", &[]).await;
    let yesterday = "enterprise/total?period=day&day=2026-07-01";
    let board = shows(&app, &li, yesterday, &[(1, "王二", 3)]).await;
    assert_eq!((&board["from"], &board["to"]), (&json!("2026-07-01"), &json!("2026-07-01")));

    let result = li.put("/quiz/daily/2026-07-01/submission", body).await.ok(201);
    assert_eq!((&result["late"], &result["points"]), (&json!(true), &json!(5)));
    shows(&app, &li, yesterday, &[(1, "李一", 5), (2, "王二", 3)]).await;
    shows(&app, &li, &format!("{}/total?period=day&day=2026-07-01&by=branch", app.unit("ZB1")), &[(1, "东支部", 267)])
        .await;
    let mine = li.get("/boards/enterprise/total/mine?period=day&day=2026-07-01").await.ok(200);
    assert_eq!((&mine["rank"], &mine["score"]), (&json!(1), &json!(5)));
    shows(&app, &li, "enterprise/total?period=day", &[]).await;
    shows(&app, &li, "enterprise/total?period=week", &[(1, "李一", 5), (2, "王二", 3)]).await;
}

#[tokio::test]
async fn an_unchanged_board_costs_no_bytes() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    answer(&app, li.id, 1).await;
    shows(&app, &li, "enterprise/total", &[(1, "李一", 1)]).await;
    let first = li.get("/boards/enterprise/total").await;
    let tag = first.header("etag").unwrap();
    let again = || send(li.request(Method::GET, "/boards/enterprise/total").header("if-none-match", tag));
    let unchanged = again().await;
    assert_eq!((unchanged.status, unchanged.bytes.len(), unchanged.header("etag")), (304, 0, Some(tag)));
    answer(&app, li.id, 1).await;
    shows(&app, &li, "enterprise/total", &[(1, "李一", 2)]).await;
    assert_eq!(again().await.status, 200);
}

#[tokio::test]
async fn a_board_that_does_not_exist_is_not_found() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let stranger = li.id;
    for uri in ["nowhere/total", &format!("{stranger}/total"), "enterprise/luck"] {
        li.get(&format!("/boards/{uri}")).await.refused(404, "boards.not_found");
        li.get(&format!("/boards/{uri}/mine")).await.refused(404, "boards.not_found");
    }
    for uri in ["total/mine?limit=3", "total?period=hour", "total?limit=101", "total?limit=0", "total?day=2026-02-30"] {
        li.get(&format!("/boards/enterprise/{uri}")).await.refused(400, "query.invalid");
    }
    for uri in ["day=2999-12-31", "day=1900-01-01&period=year", "day=2999-12-31&period=all&by=branch"] {
        li.get(&format!("/boards/enterprise/total?{uri}")).await.ok(200);
    }
}

#[tokio::test]
async fn an_operator_has_the_boards_compared_with_the_ledger() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let admin = app.member("管理员").role(Role::Administrator, "JT").sign_in().await;
    let auditor = app.member("审计").role(Role::Auditor, "JT").sign_in().await;
    answer(&app, li.id, 2).await;
    answer(&app, admin.id, 1).await;
    let uri = "enterprise/total?period=day";
    shows(&app, &li, uri, &[(1, "李一", 2), (2, "管理员", 1)]).await;
    li.post("/boards/rebuild", json!({})).await.refused(403, "access.denied");

    app.write(|tx| {
        Ok(tx.conn.batch("UPDATE standings SET day_score = 9, version = version + 1 WHERE day_score = 1")?)
    })
    .await;
    let report = admin.post("/boards/rebuild?dry_run=true", json!({})).await.ok(200);
    assert_eq!((&report["members"], &report["differing"], &report["written"]), (&json!(2), &json!(1), &json!(0)));
    let report = admin.post("/boards/rebuild", json!({})).await.ok(200);
    assert_eq!((&report["differing"], &report["written"], &report["next"]), (&json!(1), &json!(1), &Value::Null));
    shows(&app, &li, uri, &[(1, "李一", 2), (2, "管理员", 1)]).await;
    let last = li.id.max(admin.id);
    let rest = admin.post(&format!("/boards/rebuild?after={last}"), json!({})).await.ok(200);
    assert_eq!((&rest["members"], &rest["next"]), (&json!(0), &Value::Null));

    let trail = auditor.get("/audit?action=boards.rebuild").await.ok(200);
    assert_eq!(
        column(&trail, "items", "detail"),
        [&json!({ "members": 0, "written": 0 }), &json!({ "members": 2, "written": 1 })]
    );
}
