//! Ranking, publication, points, the wrong-answer book, and who sees what when.

use diesel::prelude::*;
use serde_json::{Value, json};
use xianfeng::base::capability::Role;
use xianfeng::db::schema::contests as contests_table;
use xianfeng::learning::contests::{ContestId, Contests};
use xianfeng::on;

use super::{announced, answer_all, body, opened, organiser, sit, start, submit, with};
use crate::support::{Person, TestApp, needs_postgres};

/// Closes a contest early and lets the server rank it.
async fn close(app: &TestApp, organiser: &Person<'_>, contest: &str) {
    organiser.post(&format!("{contest}/closing"), json!({})).await.ok(200);
    app.tick().await;
}

async fn publish(app: &TestApp, organiser: &Person<'_>, contest: &str) {
    assert_eq!(organiser.post(&format!("{contest}/publication"), json!({})).await.ok(200)["state"], "published");
    app.tick().await;
}

fn lines(reply: &Value, fields: &[&str]) -> Vec<Value> {
    let line = |item: &Value| Value::Array(fields.iter().map(|field| item[*field].clone()).collect());
    reply["items"].as_array().unwrap().iter().map(line).collect()
}

#[tokio::test]
async fn members_and_branches_are_ranked_as_counted_by_hand() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let points = json!([{ "from_rank": 1, "to_rank": 1, "points": 10 }, { "from_rank": 2, "to_rank": 3, "points": 5 }]);
    let terms = [("/terms/rank_points", points), ("/terms/participation_points", json!(1))];
    let contest = opened(&app, &organiser, with(body(&app), &terms)).await;
    // branch 东 ZB1 has four members, of whom two take part; 西 ZB2 has three, of whom two do; 南 ZB3 only the organiser
    let (li, wang) = (app.member("李一一").sign_in().await, app.member("王二二").home("XZ12").sign_in().await);
    app.member("东三").unregistered().await;
    app.member("东四").unregistered().await;
    let (zhao, qian) =
        (app.member("赵五五").home("XZ21").sign_in().await, app.member("钱六六").home("XZ21").sign_in().await);
    app.member("西三").home("XZ21").unregistered().await;
    sit(&app, &li, &contest, 9, 30).await;
    // both start and finish at the same instants with the same score
    let (a, b) = (start(&wang, &contest).await, start(&zhao, &contest).await);
    answer_all(&wang, &a, 8).await;
    answer_all(&zhao, &b, 8).await;
    app.advance_seconds(20);
    submit(&wang, &a).await.ok(200);
    submit(&zhao, &b).await.ok(200);
    sit(&app, &qian, &contest, 8, 21).await;
    close(&app, &organiser, &contest).await;
    publish(&app, &organiser, &contest).await;
    app.drain().await;

    let ranking = li.get(&format!("{contest}/rankings")).await.ok(200);
    let mut seen = lines(&ranking, &["rank", "name", "score_hundredths", "elapsed_millis", "me"]);
    seen[1..3].sort_by_key(Value::to_string);
    assert_eq!(
        seen,
        [
            json!([1, "李一一", 900, 30_000, true]),
            json!([2, "王二二", 800, 20_000, false]),
            json!([2, "赵**", 800, 20_000, false]),
            json!([4, "钱**", 800, 21_000, false]),
        ]
    );
    let first = li.get(&format!("{contest}/rankings?limit=2")).await.ok(200);
    let rest = li.get(&format!("{contest}/rankings?limit=2&cursor={}", first["next_cursor"].as_str().unwrap())).await;
    let rest = rest.ok(200);
    assert_eq!((rest["items"].as_array().unwrap().len(), &rest["next_cursor"]), (2, &Value::Null));
    assert_eq!(qian.get(&format!("{contest}/rankings/mine")).await.ok(200)["mine"]["rank"], 4);
    assert_eq!(organiser.get(&format!("{contest}/rankings/mine")).await.ok(200)["mine"], Value::Null);

    // 东 1700/4 = 425, 西 1600/3 = 533.33, 南 0/1
    let branches = zhao.get(&format!("{contest}/branch-rankings")).await.ok(200);
    assert_eq!(
        lines(&branches, &["rank", "name", "mean_hundredths", "active_members", "participants"]),
        [json!([1, "西支部", 533, 3, 2]), json!([2, "东支部", 425, 4, 2]), json!([3, "南支部", 0, 1, 0]),]
    );
    let results = li.get(&format!("{contest}/results")).await.ok(200);
    assert_eq!((&results["participants"], &results["audience"]), (&json!(4), &json!(8)));
    assert_eq!((&results["mean_hundredths"], &results["best_hundredths"]), (&json!(825), &json!(900)));
    assert_eq!(results["bands"], json!([0, 0, 0, 0, 0, 0, 0, 0, 3, 1]));
    let questions = results["questions"].as_array().unwrap();
    let right: i64 = questions.iter().map(|question| question["right"].as_i64().unwrap()).sum();
    assert_eq!((questions.len(), right), (10, 33));
    assert!(questions.iter().all(|question| question["shown"] == 4));
    assert!(!results.to_string().contains("因为"));

    let mut earned = Vec::new();
    for person in [&li, &wang, &zhao, &qian] {
        earned.push(person.get("/me/points").await.ok(200)["total"]["all"].as_i64().unwrap());
    }
    assert_eq!(earned, [11, 6, 6, 1]);
    let file = organiser.get(&format!("/exports{contest}?format=csv")).await;
    let text = file.text();
    assert!(
        text.contains("\"名次\",\"工号\",\"姓名\"")
            && text.contains("\"1\",\"E00002\",\"李一一\",\"东支部\",\"东一组\",\"9.00\",\"9\",\"0:30\""),
        "{text}"
    );
    assert_eq!(organiser.get(&format!("/exports{contest}")).await.status, 200);
}

#[tokio::test]
async fn nobody_sees_a_score_or_a_key_before_the_rules_allow() {
    // when scores are shown: at submission, at the close, at publication; and the key
    for (reveal, score, key) in [
        ("at_submit", [true, true, true], [false, true, true]),
        ("at_close", [false, true, true], [false, true, true]),
        ("at_publication", [false, false, true], [false, false, true]),
    ] {
        let app = TestApp::start().await;
        let organiser = organiser(&app).await;
        let contest = opened(&app, &organiser, with(body(&app), &[("/terms/reveal", json!(reveal))])).await;
        let li = app.member("李一").sign_in().await;
        let others = [
            app.member("王二").sign_in().await,
            app.member("书记").role(Role::Secretary, "ZB1").sign_in().await,
            app.member("组长").role(Role::GroupLeader, "XZ11").sign_in().await,
            app.member("管理员").role(Role::Administrator, "JT").sign_in().await,
        ];
        let attempt = start(&li, &contest).await;
        answer_all(&li, &attempt, 6).await;
        let submitted = submit(&li, &attempt).await.ok(200);
        assert_eq!(submitted["score_hundredths"].is_number(), score[0]);
        let path = format!("/attempts/{}", attempt["id"].as_str().unwrap());
        for phase in 0..3 {
            match phase {
                0 => app.tick().await,
                1 => close(&app, &organiser, &contest).await,
                _ => publish(&app, &organiser, &contest).await,
            }
            let seen = li.get(&path).await.ok(200);
            assert_eq!(seen["score_hundredths"].is_number(), score[phase], "{reveal} {phase}");
            assert_eq!(seen["questions"].is_array(), key[phase], "{reveal} {phase}");
            let all = li.get(&contest).await.ok(200);
            assert_eq!(all["attempts"][0]["score_hundredths"].is_number(), score[phase], "{reveal} {phase}");
            // wrong answers can be practised, which shows the key, only when the key may be seen
            let book = li.get("/me/quiz/wrong-answers").await.ok(200)["items"].as_array().unwrap().len();
            assert_eq!(book, if key[phase] { 4 } else { 0 }, "{reveal} {phase}");
            // the day's paper, which the first tick drew, may have one of the four
            let wrong = attempt["questions"].as_array().unwrap()[6..].iter().map(|question| &question["id"]);
            let daily = li.get("/quiz/daily").await.ok(200)["questions"].to_string();
            if let Some(id) = wrong.map(|id| id.as_str().unwrap()).find(|id| !daily.contains(id)) {
                let practised = li.post("/quiz/practice", json!({ "question_id": id, "answer": ["A"] })).await;
                assert_eq!(practised.status == 200, key[phase], "{reveal} {phase}: {}", practised.text());
            }
            for what in ["results", "rankings", "rankings/mine", "branch-rankings"] {
                let what = format!("{contest}/{what}");
                for other in others.iter().chain([&li]) {
                    let reply = other.get(&what).await;
                    if phase == 2 {
                        reply.ok(200);
                    } else {
                        reply.refused(409, "contests.not_published");
                    }
                }
                let reply = organiser.get(&what).await;
                if phase == 0 { drop(reply.refused(409, "contests.not_ranked")) } else { drop(reply.ok(200)) }
            }
            for other in &others {
                other.get(&path).await.refused(404, "contests.attempt_not_found");
                assert_eq!(other.get(&contest).await.ok(200)["attempts"], json!([]));
            }
            let export = format!("/exports{contest}");
            others[0].get(&export).await.refused(403, "access.denied");
            others[1].get(&export).await.refused(403, "access.out_of_scope");
            if phase == 2 {
                let shown = &seen["questions"][9];
                assert_eq!(
                    (&shown["right"], &shown["answer"]),
                    (&json!(false), &super::answer(&attempt["questions"][9], true))
                );
                assert_eq!(shown["given"], super::answer(&attempt["questions"][9], false));
                assert!(shown["explanation"].as_str().unwrap().starts_with("因为"));
            }
        }
    }
}

#[tokio::test]
async fn two_organisers_who_publish_at_once_publish_once() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let second = app.member("组织部二").role(Role::Organiser, "JT").sign_in().await;
    let contest = opened(&app, &organiser, with(body(&app), &[("/terms/participation_points", json!(3))])).await;
    let li = app.member("李一").sign_in().await;
    sit(&app, &li, &contest, 5, 10).await;
    close(&app, &organiser, &contest).await;
    let path = format!("{contest}/publication");
    let both =
        (0..32).map(|n| if n % 2 == 0 { organiser.post(&path, json!({})) } else { second.post(&path, json!({})) });
    let replies = futures_util::future::join_all(both).await;
    let by: Vec<Value> = replies.iter().map(|reply| reply.ok(200)["managed"]["published_by"].clone()).collect();
    assert!(by.iter().all(|one| *one == by[0]), "{by:?}");
    app.tick().await;
    app.drain().await;
    assert_eq!(li.get("/me/points").await.ok(200)["total"]["all"], 3);
    let notices = li.get("/me/notices").await.ok(200);
    let told = notices["items"].as_array().unwrap().iter();
    assert_eq!(told.filter(|n| n["title"].as_str().unwrap().starts_with("知识竞赛成绩公布")).count(), 1);
    let auditor = app.member("审计").role(Role::Auditor, "JT").sign_in().await;
    let acts = auditor.get("/audit?action=contests.publish").await.ok(200);
    assert_eq!(acts["items"].as_array().unwrap().len(), 1, "{acts}");
}

#[tokio::test]
async fn questions_of_a_running_contest_are_kept_from_everybody_and_their_figures_follow() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let paper = json!({ "lines": [{ "category": "党章", "count": 12 }] });
    let contest = opened(&app, &organiser, with(body(&app), &[("/paper", paper.clone())])).await;
    // nothing of that category is left for another contest until the first one is published
    let later = [("/paper", paper), ("/closes_at", json!("2026-07-01T09:00:00+08:00"))];
    let second = organiser.post("/contests", with(body(&app), &later)).await.ok(201);
    let verb = format!("/contests/{}/announcement", second["id"].as_str().unwrap());
    organiser.post(&verb, json!({})).await.refused(422, "contests.bank_short");
    let mut first = None;
    for n in 0..4 {
        let member = app.member(&format!("某{n}")).sign_in().await;
        let attempt = start(&member, &contest).await;
        answer_all(&member, &attempt, 12 - 4 * n).await;
        first.get_or_insert(attempt["questions"][0]["id"].as_str().unwrap().to_owned());
        submit(&member, &attempt).await.ok(200);
    }
    close(&app, &organiser, &contest).await;
    publish(&app, &organiser, &contest).await;
    let figures = organiser.get(&format!("/questions/{}/statistics", first.unwrap())).await.ok(200);
    assert!(figures.to_string().contains("\"shown\":4"), "{figures}");
    organiser.post(&verb, json!({})).await.ok(200);
}

#[tokio::test]
async fn ranking_and_points_go_on_where_a_crash_broke_them_off() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let contest = announced(&organiser, with(body(&app), &[("/terms/participation_points", json!(3))])).await;
    app.set_clock("2026-07-01T08:01:00+08:00");
    app.tick().await;
    let li = app.member("李一").sign_in().await;
    sit(&app, &li, &contest, 5, 10).await;
    organiser.post(&format!("{contest}/closing"), json!({})).await.ok(200);
    // the server goes down after the close and before the ranking
    let (member, boss) = ((li.id, li.employee_no.clone()), (organiser.id, organiser.employee_no.clone()));
    drop((li, organiser));
    let app = app.restarted().await;
    app.tick().await;
    let organiser = app.sign_in(boss.0, &boss.1).await;
    organiser.post(&format!("{contest}/publication"), json!({})).await.ok(200);
    // and again after the publication and before the points; the lease of the dead server runs out
    drop(organiser);
    let app = app.restarted().await;
    app.advance_seconds(61);
    app.tick().await;
    let li = app.sign_in(member.0, &member.1).await;
    assert_eq!(li.get("/me/points").await.ok(200)["total"]["all"], 3);
    assert_eq!(li.get(&format!("{contest}/rankings/mine")).await.ok(200)["mine"]["rank"], 1);
    app.drain().await;
}

#[tokio::test]
async fn questions_stay_guarded_until_the_results_are_published_however_late() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let paper = json!({ "lines": [{ "category": "党章", "count": 12 }] });
    let contest = opened(&app, &organiser, with(body(&app), &[("/paper", paper.clone())])).await;
    let li = app.member("李一").sign_in().await;
    let question = start(&li, &contest).await["questions"][0]["id"].clone();
    close(&app, &organiser, &contest).await;
    app.set_clock("2027-03-01T08:00:00+08:00");
    app.tick().await;
    app.tick().await;
    let (li, organiser) =
        (app.sign_in(li.id, &li.employee_no).await, app.sign_in(organiser.id, &organiser.employee_no).await);
    let practise = json!({ "question_id": question, "answer": ["A"] });
    li.post("/quiz/practice", practise.clone()).await.refused(409, "quiz.guarded");
    let offered = li.get("/quiz/practice/questions?limit=50").await.ok(200);
    assert!(!offered.to_string().contains(question.as_str().unwrap()));
    let paper = json!({ "question_ids": [question] });
    organiser.put("/quiz/daily/2027-03-02", paper.clone()).await.refused(422, "body.invalid");
    assert_eq!(li.get("/me/quiz/wrong-answers").await.ok(200)["items"], json!([]), "the book waits too");
    publish(&app, &organiser, &contest).await;
    li.post("/quiz/practice", practise).await.ok(200);
    organiser.put("/quiz/daily/2027-03-02", paper).await.ok(200);
}

#[tokio::test]
async fn ones_own_place_comes_with_two_neighbours_on_each_side() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let contest = opened(&app, &organiser, body(&app)).await;
    let mut people = Vec::new();
    for (n, home) in ["XZ21", "XZ11", "XZ12", "XZ21", "XZ11", "XZ21"].into_iter().enumerate() {
        let person = app.member(&format!("名{n}甲")).home(home).sign_in().await;
        sit(&app, &person, &contest, 9 - n, 10).await;
        people.push(person);
    }
    let idle = app.member("没参加").sign_in().await;
    close(&app, &organiser, &contest).await;
    people[2].get(&format!("{contest}/rankings/mine")).await.refused(409, "contests.not_published");
    publish(&app, &organiser, &contest).await;
    let around = async |person: &Person<'_>| {
        let mine = person.get(&format!("{contest}/rankings/mine")).await.ok(200);
        mine["neighbours"]
            .as_array()
            .unwrap()
            .iter()
            .map(|line| format!("{} {} {}", line["rank"], line["name"].as_str().unwrap(), line["me"]))
            .collect::<Vec<_>>()
    };
    // names beyond the branch are masked
    assert_eq!(
        around(&people[2]).await,
        ["1 名** false", "2 名1甲 false", "3 名2甲 true", "4 名** false", "5 名4甲 false"]
    );
    assert_eq!(around(&people[0]).await, ["1 名0甲 true", "2 名** false", "3 名** false"]);
    assert_eq!(around(&people[5]).await, ["4 名3甲 false", "5 名** false", "6 名5甲 true"]);
    let none = idle.get(&format!("{contest}/rankings/mine")).await.ok(200);
    assert_eq!(none, json!({ "mine": null, "neighbours": [] }));
    // who hides is seen by nobody but himself
    people[3].patch("/me", json!({ "hidden_from_boards": true })).await.ok(200);
    assert_eq!(around(&people[2]).await, ["1 名** false", "2 名1甲 false", "3 名2甲 true", "5 名4甲 false"]);
    assert_eq!(around(&people[3]).await.len(), 5);
}

#[tokio::test]
async fn within_one_branch_its_groups_are_ranked() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let secretary = app.member("书记").home("ZB1").role(Role::Secretary, "ZB1").sign_in().await;
    let of_branch = with(body(&app), &[("/unit_id", json!(app.unit("ZB1")))]);
    let contest = opened(&app, &secretary, of_branch).await;
    // 东一组: 900 of three; 东二组: 800 of two; the branch itself: the secretary, who takes no part
    let (li, wang) = (app.member("李一").sign_in().await, app.member("王二").home("XZ12").sign_in().await);
    for name in ["东三", "东四"] {
        app.member(name).unregistered().await;
    }
    app.member("东五").home("XZ12").unregistered().await;
    app.member("西六").home("XZ21").unregistered().await;
    sit(&app, &li, &contest, 9, 30).await;
    sit(&app, &wang, &contest, 8, 20).await;
    close(&app, &secretary, &contest).await;
    publish(&app, &secretary, &contest).await;
    let fields = ["rank", "name", "mean_hundredths", "active_members", "participants"];
    let ranking = li.get(&format!("{contest}/branch-rankings")).await.ok(200);
    assert_eq!(
        lines(&ranking, &fields),
        [json!([1, "东二组", 400, 2, 1]), json!([2, "东一组", 300, 3, 1]), json!([3, "东支部", 0, 1, 0])]
    );

    // the contest of a group has one line, and that of a committee the branches below it alone
    for (unit, expected) in [
        ("XZ11", vec![json!([1, "东一组", 0, 3, 0])]),
        ("DW1", vec![json!([1, "东支部", 0, 6, 0]), json!([1, "西支部", 0, 1, 0])]),
    ] {
        let changes = [
            ("/unit_id", json!(app.unit(unit))),
            ("/paper/lines", json!([{ "category": "党史", "count": 1 }])),
            ("/closes_at", json!("2026-07-01T10:00:00+08:00")),
        ];
        let contest = super::announced(&organiser, with(body(&app), &changes)).await;
        organiser.post(&format!("{contest}/opening"), json!({})).await;
        close(&app, &organiser, &contest).await;
        publish(&app, &organiser, &contest).await;
        let mut seen = lines(&organiser.get(&format!("{contest}/branch-rankings")).await.ok(200), &fields);
        seen.sort_by_key(Value::to_string);
        assert_eq!(seen, expected, "{unit}");
    }
}

#[tokio::test]
async fn a_contest_that_cannot_be_settled_keeps_no_other_one_waiting() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let lines = |category: &str| json!([{ "category": category, "count": 2 }]);
    let broken = announced(&organiser, with(body(&app), &[("/paper/lines", lines("党章"))])).await;
    let sound = opened(&app, &organiser, with(body(&app), &[("/paper/lines", lines("安全"))])).await;
    for contest in [&broken, &sound] {
        organiser.post(&format!("{contest}/closing"), json!({})).await.ok(200);
    }
    let id: ContestId = broken.rsplit('/').next().unwrap().parse().unwrap();
    app.write(move |tx| {
        let broken = contests_table::table.find(id);
        Ok(on!(tx.conn, c => diesel::update(broken).set(contests_table::paper.eq("{")).execute(c)).map(drop)?)
    })
    .await;
    // without what the process remembers of it
    let (id, number) = (organiser.id, organiser.employee_no.clone());
    let app = app.restarted().await;
    app.app.get::<Contests>().settle().await.unwrap_err();
    let organiser = app.sign_in(id, &number).await;
    organiser.post(&format!("{broken}/publication"), json!({})).await.refused(409, "contests.not_ranked");
    organiser.post(&format!("{sound}/publication"), json!({})).await.ok(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL and Redis: scripts/test runs it there"]
async fn who_edits_a_question_and_who_opens_a_contest_of_it_never_wait_for_each_other() {
    needs_postgres();
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let bank = organiser.get("/questions?limit=12").await.ok(200)["items"].as_array().unwrap().clone();
    let mut contests = Vec::new();
    for question in &bank {
        let paper = json!({ "question_ids": [question["id"]] });
        contests.push(announced(&organiser, with(body(&app), &[("/paper", paper)])).await);
    }
    let at_once = contests.iter().zip(&bank).map(async |(contest, question)| {
        let (opening, question) =
            (format!("{contest}/opening"), format!("/questions/{}", question["id"].as_str().unwrap()));
        let edit = json!({ "explanation": "另一种说明" });
        tokio::join!(organiser.post(&opening, json!({})), organiser.patch(&question, edit))
    });
    for (opened, edited) in futures_util::future::join_all(at_once).await {
        opened.ok(200);
        edited.ok(200);
    }
    // which the server counts once its processes are at rest
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    const DEADLOCKS: &str = "SELECT deadlocks AS n FROM pg_stat_database WHERE datname = current_database()";
    let found: Vec<Count> = app.db().read(|conn| on!(conn, c => diesel::sql_query(DEADLOCKS).load(c))).await.unwrap();
    assert_eq!(found[0].n, 0);
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    n: i64,
}
