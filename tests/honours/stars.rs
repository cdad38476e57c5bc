//! Stars: of posts and zones from yearly honours, of members and branches from points, each with its reasons.

use std::fmt::Write;

use super::*;
use crate::appraisal::{approve, scheme_body};

/// Imports yearly honours: so many holders of a kind with so many years each.
async fn with_years(by: &Person<'_>, kind: &str, title: &str, holders: &[(usize, usize)]) {
    let mut rows = String::new();
    let mut number = 0;
    for (count, years) in holders {
        for _ in 0..*count {
            number += 1;
            let unit = ["ZB1", "ZB2", "ZB3"][number % 3];
            for back in 0..*years {
                let year = 2026 - back;
                let _ = writeln!(
                    rows,
                    "{kind},,{kind}{number}号,{unit},{title},荣誉称号,本企业,{year},{year}-07-01,集团党发〔{year}〕5号,集团党委"
                );
            }
        }
    }
    let all: usize = holders.iter().map(|(count, years)| count * years).sum();
    assert_eq!(imported(by, &rows).await["accepted"], json!(all));
}

#[tokio::test]
async fn fifty_seven_posts_and_thirty_five_zones_have_their_stars_from_yearly_honours() {
    let app = TestApp::start().await;
    let Cast { committee, organiser, li, .. } = cast(&app).await;
    with_years(&organiser, "党员示范岗", "党员示范岗", &[(2, 3), (12, 2), (43, 1)]).await;
    with_years(&organiser, "党员责任区", "优秀党员责任区", &[(2, 3), (7, 2), (26, 1)]).await;
    let posts = li.get("/star-levels?subject=post&limit=100").await.ok(200);
    assert_eq!(
        posts["counts"],
        json!([{ "stars": 3, "count": 2 }, { "stars": 2, "count": 12 }, { "stars": 1, "count": 43 }])
    );
    assert_eq!(items(&posts).len(), 57);
    let zones = li.get("/star-levels?subject=zone&limit=10").await.ok(200);
    assert_eq!(
        zones["counts"],
        json!([{ "stars": 3, "count": 2 }, { "stars": 2, "count": 7 }, { "stars": 1, "count": 26 }])
    );
    let (mut seen, mut cursor) = (items(&zones).len(), zones["next_cursor"].clone());
    while let Some(next) = cursor.as_str() {
        let page = li.get(&format!("/star-levels?subject=zone&limit=10&cursor={next}")).await.ok(200);
        seen += items(&page).len();
        cursor = page["next_cursor"].clone();
    }
    assert_eq!(seen, 35);
    let before = li.get("/star-levels?subject=post&as_of=2025-06-30").await.ok(200);
    assert_eq!(before["counts"], json!([{ "stars": 1, "count": 2 }, { "stars": 0, "count": 55 }]));

    // each star is an honour
    let best = items(&posts)[0].clone();
    let path = format!("/star-levels/post/{}/explanation", text(&best["id"]));
    let why = li.get(&path).await.ok(200);
    let lines = why["lines"].as_array().unwrap();
    assert_eq!((&why["stars"], lines.len(), &why["scheme_version"]), (&json!(3), 3, &json!(0)));
    assert_eq!(
        (&lines[0]["year"], &lines[0]["stars"], &lines[0]["text"]),
        (&json!(2024), &json!(1), &json!("“党员示范岗”（集团党发〔2024〕5号），加一星"))
    );
    let award = li.get(&format!("/honours/{}", text(&lines[0]["award_id"]))).await.ok(200);
    assert_eq!((&award["year"], &award["holder_name"]), (&json!(2024), &best["name"]));

    // taken away, one star less, the plate
    let taken = format!("/honours/{}/withdrawal", text(&lines[0]["award_id"]));
    committee.post(&taken, json!({ "document": "集团党发〔2026〕9号" })).await.ok(200);
    assert_eq!(li.get(&path).await.ok(200)["stars"], 2);
    let falls = format!("/honour-holders/{}/falls", text(&best["id"]));
    let fall = |fall: &str, day: &str| json!({ "fall": fall, "day": day, "document": "集团党发〔2026〕10号" });
    organiser.post(&falls, fall("star", "2026-07-01")).await.refused(403, "access.denied");
    committee.post(&falls, fall("star", "2026-07-02")).await.refused(422, "body.invalid");
    assert_eq!(
        committee.post(&falls, fall("star", "2026-07-01")).await.ok(200)["stars"],
        1,
        "before that day's honour"
    );
    assert_eq!(committee.post(&falls, fall("plate", "2026-06-01")).await.ok(200)["stars"], 0);
    let why = li.get(&path).await.ok(200);
    let told = why["lines"].to_string();
    assert!(told.contains("已撤销") && told.contains("摘牌") && told.contains("12 个月内，不计星"), "{told}");
    let nobody = format!("/honour-holders/{}/falls", uuid::Uuid::nil());
    committee.post(&nobody, fall("star", "2026-07-01")).await.refused(404, "honours.holder_not_found");
    li.get(&format!("/star-levels/post/{}/explanation", li.id)).await.refused(404, "honours.holder_not_found");
    li.get("/star-levels?subject=post&year=2025").await.refused(422, "body.invalid");
    li.get("/star-levels").await.refused(400, "query.invalid");
}

/// A scheme of points without caps, so that a few entries give what a year gives.
async fn with_points(app: &TestApp, committee: &Person<'_>, secretary: &Person<'_>, points: &[(&Person<'_>, i64)]) {
    let mut scheme = committee.get("/appraisal/presets/five").await.ok(200);
    scheme["bonus_cap"] = json!(100_000);
    scheme["dimensions"][0]["bonus_cap"] = Value::Null;
    let rule = &mut scheme["rules"][1];
    (rule["least"], rule["most"]) = (json!(1), json!(100_000));
    (rule["cap_half"], rule["cap_year"]) = (Value::Null, Value::Null);
    committee.post("/appraisal/schemes", scheme_body(&scheme, "2026-01-01")).await.ok(201);
    let _ = app;
    for (who, hundredths) in points.iter().filter(|(_, points)| *points > 0) {
        let body = json!({
            "member_id": who.id, "rule": "P02", "points": hundredths, "day": "2026-06-20", "matter": "全年",
            "reason": "台账",
        });
        let made = who.post("/appraisal/proposals", body).await.ok(201);
        approve(secretary, &made).await.ok(200);
    }
}

#[tokio::test]
async fn star_members_follow_from_points_by_thresholds_and_shares_and_each_may_read_why() {
    let app = TestApp::start().await;
    let Cast { committee, secretary, li, .. } = cast(&app).await;
    let mut others = Vec::new();
    for n in 0..7 {
        others.push(app.member(&format!("党员{n}")).sign_in().await);
    }
    let far = app.member("赵西").home("XZ21").sign_in().await;
    let points = [(&li, 9700), (&others[0], 9600), (&others[1], 9100), (&others[2], 9000), (&others[3], 8000)];
    let points = [&points[..], &[(&others[4], 7000), (&others[5], 6000), (&others[6], 5999)]].concat();
    with_points(&app, &committee, &secretary, &points).await;
    let unit = app.unit("ZB1");
    // nine in the branch: a tenth of them is nobody, three of ten are two
    let levels = secretary.get(&format!("/star-levels?subject=member&year=2026&unit_id={unit}")).await.ok(200);
    let stars: Vec<i64> = items(&levels).iter().map(|one| one["stars"].as_i64().unwrap()).collect();
    assert_eq!(stars, [4, 4, 3, 3, 3, 2, 1, 0, 0], "{levels}");
    let mine = format!("/star-levels/member/{}/explanation?year=2026", li.id);
    let why = li.get(&mine).await.ok(200);
    let told = why["lines"].to_string();
    assert_eq!(why["stars"], 4);
    assert!(told.contains("97 分，达到五星的 95 分") && told.contains("不超过 10%（9 个中至多 0 个）"), "{told}");
    far.get(&mine).await.refused(404, "honours.holder_not_found");
    assert_eq!(secretary.get(&mine).await.ok(200), why);
    li.get(&format!("/star-levels?subject=member&year=2026&unit_id={unit}")).await.refused(403, "access.denied");
    secretary.get("/star-levels?subject=member&year=2026").await.refused(404, "units.not_found");
    secretary.get(&format!("/star-levels?subject=member&year=2027&unit_id={unit}")).await.refused(422, "body.invalid");

    // by a scheme of its own without shares, from tomorrow
    let mut scheme = committee.get("/star-scheme").await.ok(200)["scheme"].clone();
    scheme["members"] = json!({ "thresholds": [5000, 6000, 7000, 8000, 9000], "shares": [], "barred_most": 0 });
    let body = |from: &str| json!({ "scheme": scheme, "effective_on": from, "basis": "党委会纪要〔2026〕12号" });
    secretary.post("/star-schemes", body("2026-07-02")).await.refused(403, "access.denied");
    let lower = app.member("基层委员").home("DW1").role(Role::CommitteeMember, "DW1").sign_in().await;
    lower.post("/star-schemes", body("2026-07-02")).await.refused(403, "access.out_of_scope");
    committee.post("/star-schemes", body("2026-07-01")).await.refused(422, "body.invalid");
    let mut broken = body("2026-07-02");
    broken["scheme"]["members"]["thresholds"] = json!([7000, 6000]);
    committee.post("/star-schemes", broken).await.refused(422, "body.invalid");
    let keyed =
        || committee.request(Method::POST, "/star-schemes").header("idempotency-key", "s").json(&body("2026-07-02"));
    let made = send(keyed()).await.ok(201);
    assert_eq!(send(keyed()).await.ok(201), made);
    assert_eq!(committee.post("/star-schemes", body("2026-07-03")).await.ok(201)["version"], 2);
    committee.delete("/star-schemes/2").await.ok(204);
    committee.delete("/star-schemes/2").await.refused(404, "honours.version_not_found");
    committee.delete("/star-schemes/0").await.refused(409, "honours.scheme_in_force");
    assert_eq!(li.get("/star-scheme").await.ok(200)["version"], 0);
    assert_eq!(li.get("/star-scheme?day=2026-07-02").await.ok(200)["version"], 1);
    let all = secretary.get("/star-schemes").await.ok(200);
    assert_eq!(items(&all).iter().map(|one| one["version"].as_i64().unwrap()).collect::<Vec<_>>(), [1, 0]);

    // who takes no part has none, and the year is counted by the scheme that holds by then
    let bar = json!({ "member_id": others[0].id, "year": 2026, "document": "集团党发〔2026〕9号" });
    committee.post("/honour-bars", bar).await.ok(201);
    app.set_clock("2026-07-02T08:00:00+08:00");
    let secretary = app.sign_in_anew(&secretary).await;
    let levels = secretary.get(&format!("/star-levels?subject=member&year=2026&unit_id={unit}")).await.ok(200);
    let stars: Vec<i64> = items(&levels).iter().map(|one| one["stars"].as_i64().unwrap()).collect();
    assert_eq!((stars, &levels["scheme_version"]), (vec![5, 5, 5, 4, 3, 2, 1, 0, 0], &json!(1)));
}

#[tokio::test]
async fn star_branches_follow_from_the_mean_of_their_members() {
    let app = TestApp::start().await;
    let committee = app.member("党委").home("JT").role(Role::CommitteeMember, "JT").sign_in().await;
    let secretary = app.member("书记").home("JT").role(Role::Secretary, "DW1").sign_in().await;
    let (one, two) = (app.member("甲").sign_in().await, app.member("乙").sign_in().await);
    let three = app.member("丙").home("XZ21").sign_in().await;
    with_points(&app, &committee, &secretary, &[(&one, 9000), (&two, 7100), (&three, 6500)]).await;
    let levels = committee.get("/star-levels?subject=branch&year=2026").await.ok(200);
    let found: Vec<(String, i64)> =
        items(&levels).iter().map(|one| (text(&one["name"]), one["stars"].as_i64().unwrap())).collect();
    assert_eq!(found, [("东支部".to_owned(), 3), ("西支部".to_owned(), 1), ("南支部".to_owned(), 0)]);
    let why = format!("/star-levels/branch/{}/explanation?year=2026", app.unit("ZB1"));
    let told = one.get(&why).await.ok(200)["lines"].to_string();
    assert!(told.contains("80.5 分，达到三星的 80 分"), "{told}");
    three.get(&why).await.refused(404, "honours.holder_not_found");
}
