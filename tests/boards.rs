//! Boards and points through their routes, with callers recognised by a name in place of a token.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use actix_web::dev::ServiceResponse;
use actix_web::{App, test, web};
use serde_json::{Value, json};
use utoipa_actix_web::{AppExt, scope};
use uuid::Uuid;
use xianfeng::base::capability::{Duty, Role};
use xianfeng::base::clock::Clock;
use xianfeng::base::id::{MemberId, SessionId, UnitId};
use xianfeng::boards::{self, BranchCard, People, PersonCard, Room, UnitCard};
use xianfeng::db::{Db, DbOptions, Never, Stop};
use xianfeng::kernel::board::{Boards, Directory};
use xianfeng::points::{self, Grant, Points, RuleName};
use xianfeng::web::caller::{Caller, Doorkeeper, Person};

fn unit(n: u128) -> UnitId {
    Uuid::from_u128(n).into()
}

/// Members 1 to 9: odd ones in the east branch (11), even ones in the west (12), all under the committee (1).
fn member(n: u128) -> MemberId {
    Uuid::from_u128(1_000 + n).into()
}

fn number(member: MemberId) -> u128 {
    member.uuid().as_u128() - 1_000
}

fn path(member: MemberId) -> Arc<[UnitId]> {
    [if number(member) % 2 == 1 { unit(11) } else { unit(12) }, unit(1)].into()
}

/// `3` is member 3; `3 administrator` has that duty on the whole enterprise, `3 secretary` on the east branch.
fn recognise(token: &str) -> Caller {
    let (n, role) = token.split_once(' ').unwrap_or((token, ""));
    let member = member(n.parse().unwrap());
    let at = if role == "secretary" { unit(11) } else { unit(1) };
    let duties = role.parse::<Role>().map(|role| Duty { role, unit: at }).into_iter().collect();
    let person = Person { member, path: path(member), branch: Some(path(member)[0]), duties };
    Caller { session: SessionId::from(Uuid::nil()), person: Arc::new(person) }
}

struct Stage {
    db: Db,
    clock: Clock,
    points: Points,
    room: web::Data<Room>,
    hidden: Arc<AtomicU64>,
    _folder: tempfile::TempDir,
}

impl Stage {
    async fn new() -> Stage {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::manual("2026-07-01T12:00:00+08:00".parse().unwrap());
        let url = format!("sqlite://{}", folder.path().join("xianfeng.db").display());
        let db = Db::open(&url, clock.clone(), DbOptions::default()).unwrap();
        db.migrate().await.unwrap();
        let directory = Directory {
            path: Box::new(|member| (1..=9).contains(&number(member)).then(|| path(member))),
            branch: Box::new(|member| Some(path(member)[0])),
        };
        let boards = Boards::local(db.clone(), directory).await.unwrap();
        let points = Points::open(db.clone(), boards.clone()).await.unwrap();
        let hidden = Arc::new(AtomicU64::new(0));
        let room = web::Data::new(Room::new(boards, people(hidden.clone())));
        Stage { db, clock, points, room, hidden, _folder: folder }
    }

    /// Answers `count` questions right, a second after the last event.
    async fn answer(&self, who: u128, count: i32) -> i32 {
        self.clock.set(self.clock.now().plus_seconds(1));
        let (points, day, source_id) = (self.points.clone(), self.db.today(), self.db.fresh_id::<MemberId>().uuid());
        self.db
            .write(move |tx| {
                let path = path(member(who));
                let grant = Grant {
                    rule: RuleName::QuizDaily,
                    member: member(who),
                    path: &path,
                    times: count,
                    day,
                    source_kind: "quiz_submission",
                    source_id,
                    reason: "每日一答",
                };
                Ok::<_, Stop<Never>>(points.award(tx, &grant)?)
            })
            .await
            .unwrap()
    }

    async fn send(&self, request: test::TestRequest, token: &str) -> ServiceResponse {
        let doorkeeper = Doorkeeper::new(|token: &str| std::future::ready(Ok(recognise(token))));
        let (app, _) = App::new()
            .app_data(web::Data::new(doorkeeper))
            .app_data(web::Data::new(self.points.clone()))
            .app_data(self.room.clone())
            .into_utoipa_app()
            .service(scope("/api/v1").configure(boards::routes).configure(points::routes))
            .split_for_parts();
        let app = test::init_service(app).await;
        test::call_service(&app, request.insert_header(("authorization", format!("Bearer {token}"))).to_request()).await
    }

    async fn get(&self, uri: &str, token: &str) -> (u16, Value) {
        let request = test::TestRequest::get().uri(&format!("/api/v1{uri}"));
        body(self.send(request, token).await).await
    }

    async fn post(&self, uri: &str, token: &str, content: Value) -> (u16, Value) {
        let request = test::TestRequest::post().uri(&format!("/api/v1{uri}")).set_json(content);
        body(self.send(request, token).await).await
    }
}

async fn body(response: ServiceResponse) -> (u16, Value) {
    let status = response.status().as_u16();
    (status, serde_json::from_slice(&test::read_body(response).await).unwrap_or(Value::Null))
}

/// Nine people called 赵一… of whom `hidden` (when not 0) does not want to be seen.
fn people(hidden: Arc<AtomicU64>) -> People {
    let version = hidden.clone();
    People {
        person: Box::new(move |member| {
            Some(PersonCard {
                name: format!("赵{}", number(member)).into(),
                unit_name: if number(member) % 2 == 1 { "东" } else { "西" }.into(),
                branch: Some(path(member)[0]),
                hidden: u128::from(hidden.load(Ordering::Relaxed)) == number(member),
            })
        }),
        unit: Box::new(|id| [unit(1), unit(11), unit(12)].contains(&id).then(|| UnitCard { name: "组织".into() })),
        branches: Box::new(|scope| {
            let all = [(unit(11), 5), (unit(12), 4)].into_iter();
            all.filter(|(id, _)| scope.is_none_or(|scope| scope == unit(1) || scope == *id))
                .map(|(unit, active_members)| BranchCard { unit, name: "支部".into(), active_members })
                .collect()
        }),
        version: Box::new(move |()| version.load(Ordering::Relaxed)),
    }
}

fn column<'a>(board: &'a Value, list: &str, name: &str) -> Vec<&'a Value> {
    board[list].as_array().unwrap().iter().map(|line| &line[name]).collect()
}

#[actix_web::test]
async fn names_are_masked_beyond_the_viewers_branch() {
    let stage = Stage::new().await;
    for (who, count) in [(1, 3), (2, 5), (3, 3), (4, 1)] {
        stage.answer(who, count).await;
    }
    let (status, board) = stage.get("/boards/enterprise/total?period=day&limit=3", "5").await;
    assert_eq!(status, 200);
    assert_eq!(column(&board, "items", "name"), ["赵*", "赵1", "赵3"]);
    assert_eq!(column(&board, "items", "score"), [5, 3, 3]);
    assert_eq!(
        (&board["size"], &board["to"], &board["scope"]),
        (&json!(4), &json!("2026-07-01"), &json!("enterprise"))
    );
    let (_, board) = stage.get("/boards/enterprise/learning?period=all", "6").await;
    assert_eq!(column(&board, "items", "name"), ["赵2", "赵*", "赵*", "赵4"]);
    assert_eq!(board["to"], Value::Null);
    let (_, east) = stage.get(&format!("/boards/{}/total", unit(11)), "6").await;
    assert_eq!(column(&east, "items", "rank"), [1, 2]);
    // at once after an award, whoever looked before
    stage.answer(4, 4).await;
    let (_, board) = stage.get("/boards/enterprise/learning?period=all", "6").await;
    assert_eq!(column(&board, "items", "name"), ["赵2", "赵4", "赵*", "赵*"]);
}

#[actix_web::test]
async fn whoever_is_hidden_keeps_his_rank_and_sees_it() {
    let stage = Stage::new().await;
    for (who, count) in [(1, 5), (3, 4), (5, 2)] {
        stage.answer(who, count).await;
    }
    let uri = "/boards/enterprise/total?period=month";
    assert_eq!(column(&stage.get(uri, "9").await.1, "items", "rank"), [1, 2, 3]);
    stage.hidden.store(3, Ordering::Relaxed);
    assert_eq!(column(&stage.get(uri, "9").await.1, "items", "rank"), [1, 3]);
    let (_, mine) = stage.get("/boards/enterprise/total/me?period=month", "3").await;
    assert_eq!((&mine["rank"], &mine["score"], &mine["distance_to_next"]), (&json!(2), &json!(4), &json!(1)));
    assert_eq!(column(&mine, "neighbours", "me"), [false, true, false]);
    let (_, below) = stage.get("/boards/enterprise/total/me?period=month", "5").await;
    assert_eq!(column(&below, "neighbours", "rank"), [1, 3]);
    let (status, nobody) = stage.get("/boards/enterprise/total/me?period=month", "7").await;
    assert_eq!((status, &nobody["rank"], &nobody["size"]), (200, &Value::Null, &json!(3)));
}

#[actix_web::test]
async fn branches_are_ranked_by_points_per_active_member() {
    let stage = Stage::new().await;
    for (who, count) in [(1, 5), (3, 2), (2, 6)] {
        stage.answer(who, count).await;
    }
    let (_, board) = stage.get("/boards/enterprise/total?by=branch&period=week", "1").await;
    assert_eq!(column(&board, "items", "average_hundredths"), [140, 125]);
    assert_eq!(column(&board, "items", "participants"), [2, 1]);
    let (_, part) = stage.get(&format!("/boards/{}/total?by=branch", unit(12)), "1").await;
    assert_eq!(column(&part, "items", "total"), [5], "6 right answers are cut by the cap of 5");
}

#[actix_web::test]
async fn an_unchanged_board_costs_no_bytes() {
    let stage = Stage::new().await;
    stage.answer(1, 1).await;
    let uri = "/api/v1/boards/enterprise/total";
    let first = stage.send(test::TestRequest::get().uri(uri), "1").await;
    let tag = first.headers().get("etag").unwrap().clone();
    let again = || test::TestRequest::get().uri(uri).insert_header(("if-none-match", tag.clone()));
    assert_eq!(stage.send(again(), "1").await.status(), 304);
    stage.answer(2, 1).await;
    assert_eq!(stage.send(again(), "1").await.status(), 200);
}

#[actix_web::test]
async fn a_board_that_does_not_exist_is_not_found() {
    let stage = Stage::new().await;
    for (uri, expected) in [
        ("/boards/nowhere/total", 404),
        (&*format!("/boards/{}/total", unit(99)), 404),
        ("/boards/enterprise/luck", 404),
        ("/boards/enterprise/total/me?limit=3", 400),
        ("/boards/enterprise/total?period=hour", 400),
        ("/boards/enterprise/total?limit=101", 400),
        ("/boards/enterprise/total?limit=0", 400),
        ("/boards/enterprise/total?date=2999-12-31", 200),
        ("/boards/enterprise/total?date=1900-01-01&period=year", 200),
        ("/boards/enterprise/total?date=2999-12-31&period=all&by=branch", 200),
        ("/boards", 200),
    ] {
        assert_eq!(stage.get(uri, "1").await.0, expected, "{uri}");
    }
}

#[actix_web::test]
async fn only_an_operator_rebuilds() {
    let stage = Stage::new().await;
    stage.answer(1, 2).await;
    assert_eq!(stage.post("/boards/rebuild?dry_run=true", "1", json!({})).await.0, 403);
    let (status, report) = stage.post("/boards/rebuild?dry_run=true", "1 administrator", json!({})).await;
    assert_eq!((status, &report["members"], &report["differing"]), (200, &json!(1), &json!(0)));
}

#[actix_web::test]
async fn a_member_sees_every_entry_and_what_the_caps_leave() {
    let stage = Stage::new().await;
    assert_eq!((stage.answer(1, 4).await, stage.answer(1, 3).await, stage.answer(1, 2).await), (4, 1, 0));
    let (_, mine) = stage.get("/me/points", "1").await;
    assert_eq!((&mine["total"]["day"], &mine["total"]["all"]), (&json!(5), &json!(5)));
    assert_eq!((&mine["dimensions"][1]["name"], &mine["dimensions"][1]["week"]), (&json!("学习培训"), &json!(5)));
    assert_eq!(column(&mine, "rules", "left"), [0, 6]);
    let (_, page) = stage.get("/me/points/entries?limit=2", "1").await;
    assert_eq!(column(&page, "items", "points"), [0, 1]);
    assert_eq!(column(&page, "items", "wanted"), [2, 3]);
    assert_eq!(page["items"][0]["rule_name"], "每日一答");
    let cursor = page["next_cursor"].as_str().unwrap();
    let (_, rest) = stage.get(&format!("/me/points/entries?limit=2&cursor={cursor}"), "1").await;
    assert_eq!((column(&rest, "items", "points"), &rest["next_cursor"]), (vec![&json!(4)], &Value::Null));
    stage.clock.set("2026-07-02T00:00:00+08:00".parse().unwrap());
    let (_, mine) = stage.get("/me/points", "1").await;
    assert_eq!((&mine["total"]["day"], &mine["total"]["week"]), (&json!(0), &json!(5)));
    assert_eq!(column(&mine, "rules", "left"), [5, 6]);
}

#[actix_web::test]
async fn members_points_are_for_those_who_answer_for_them() {
    let stage = Stage::new().await;
    stage.answer(1, 4).await;
    let of = |n| format!("/members/{}/points", member(n));
    for (who, whose, expected) in [
        ("1", 1, 200),
        ("3", 1, 403),
        ("3 secretary", 1, 200),
        ("3 secretary", 2, 403),
        ("3 auditor", 2, 200),
        ("3 auditor", 99, 404),
        ("3", 99, 403),
    ] {
        assert_eq!(stage.get(&of(whose), who).await.0, expected, "{who} looks at {whose}");
    }
}

#[actix_web::test]
async fn a_new_version_of_a_rule_holds_from_its_day() {
    let stage = Stage::new().await;
    let rule = |points: i32, on: &str| {
        json!({"rule": "quiz.daily", "name": "每日一答", "dimension": "learning", "points": points,
               "caps": {"day": 20}, "effective_on": on})
    };
    assert_eq!(stage.post("/points/rules", "3", rule(2, "2026-07-02")).await.0, 403);
    assert_eq!(stage.post("/points/rules", "3 committee_member", rule(2, "2026-06-30")).await.0, 422);
    assert_eq!(stage.post("/points/rules", "3 committee_member", rule(-1, "2026-07-02")).await.0, 422);
    let (status, made) = stage.post("/points/rules", "3 committee_member", rule(2, "2026-07-02")).await;
    assert_eq!((status, &made["version"]), (201, &json!(2)));
    let (status, same) = stage.post("/points/rules", "3 committee_member", rule(2, "2026-07-02")).await;
    assert_eq!((status, &same["version"]), (200, &json!(2)));
    assert_eq!(stage.answer(1, 3).await, 3);
    stage.clock.set("2026-07-02T08:00:00+08:00".parse().unwrap());
    assert_eq!(stage.answer(1, 3).await, 6);
    let (_, in_force) = stage.get("/points/rules", "1").await;
    assert_eq!(column(&in_force, "items", "version"), [2, 1]);
    assert_eq!(stage.get("/points/rules?all=true", "1").await.0, 403);
    let (_, all) = stage.get("/points/rules?all=true&limit=2", "3 auditor").await;
    assert_eq!(column(&all, "items", "version"), [1, 2]);
    let cursor = all["next_cursor"].as_str().unwrap();
    let (_, rest) = stage.get(&format!("/points/rules?all=true&cursor={cursor}"), "3 auditor").await;
    assert_eq!(column(&rest, "items", "rule"), ["study.read"]);
}
