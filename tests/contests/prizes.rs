//! Prizes: honours by themselves once the results are published, put right when these are corrected.

use serde_json::{Value, json};
use xianfeng::base::capability::Role;

use super::changes::{close, correct, of_two, say};
use super::{body, organiser, with};
use crate::appraisal::adopted;
use crate::ideas::{items, notices, text};
use crate::support::{Person, TestApp};

fn prizes() -> Value {
    json!([
        { "from_rank": 1, "to_rank": 1, "title": "一等奖" },
        { "from_rank": 2, "to_rank": 3, "title": "二等奖" },
        { "from_rank": 1, "to_rank": 3, "title": "优秀组织奖", "for_units": true },
    ])
}

/// Title, whose it is, and whether it was taken away, of every honour of a contest.
async fn honours(who: &Person<'_>) -> Vec<(String, String, bool)> {
    let page = who.get("/honours?limit=100").await.ok(200);
    let mut found: Vec<(String, String, bool)> = items(&page)
        .iter()
        .map(|one| {
            assert_eq!(
                (&one["source"], &one["level"], &one["year"]),
                (&json!("contest"), &json!("enterprise"), &json!(2026))
            );
            assert_eq!((&one["document"], &one["issuer"]), (&json!("知识竞赛《党章知识竞赛》"), &json!("集团党委")));
            (text(&one["title"]), text(&one["holder_name"]), !one["withdrawn"].is_null())
        })
        .collect();
    found.sort();
    found
}

/// What the rule of prizes is proposed to give, in hundredths.
async fn proposed(who: &Person<'_>) -> Vec<i64> {
    let found = who.get("/me/appraisal/proposals").await.ok(200);
    items(&found)
        .iter()
        .filter(|one| one["rule"] == "P06" && one["state"] == "open")
        .map(|one| one["points"].as_i64().unwrap())
        .collect()
}

fn line(title: &str, name: &str, withdrawn: bool) -> (String, String, bool) {
    (title.into(), name.into(), withdrawn)
}

#[tokio::test]
async fn prizes_of_a_published_contest_are_honours_and_follow_a_corrected_key() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let (contest, ids) = of_two(&app, &organiser, &[("/terms/prizes", prizes())]).await;
    let (li, wang) = (app.member("李一").sign_in().await, app.member("王二").home("XZ12").sign_in().await);
    let committee = app.member("党委").home("JT").role(Role::CommitteeMember, "JT").sign_in().await;
    adopted(&committee).await;
    assert_eq!(li.get(&contest).await.ok(200)["terms"]["prizes"][0]["title"], "一等奖");
    say(&li, &contest, &ids[0], true).await;
    app.advance_seconds(1);
    say(&wang, &contest, &ids[0], false).await;
    close(&app, &organiser, &contest).await;
    app.drain().await;
    assert_eq!(honours(&li).await, [], "before the publication");
    organiser.post(&format!("{contest}/publication"), json!({})).await.ok(200);
    for _ in 0..2 {
        app.tick().await;
        app.drain().await;
    }
    let first = [line("一等奖", "李一", false), line("二等奖", "王二", false), line("优秀组织奖", "东支部", false)];
    assert_eq!(honours(&li).await, first);
    assert!(notices(&li).await.contains(&"荣誉已登记".to_owned()));
    let codes = li.get(&format!("/honours?member_id={}", li.id)).await.ok(200);
    let code = text(&items(&codes)[0]["code"]);
    assert_eq!(app.get(&format!("/certificates/{code}")).await.ok(200)["state"], "valid");

    // the book of appraisal hears of prizes of members, by the prize
    assert_eq!((proposed(&li).await, proposed(&wang).await), (vec![300], vec![200]));
    let secretary = app.member("书记").role(Role::Secretary, "ZB1").sign_in().await;
    let first = li.get("/me/appraisal/proposals").await.ok(200);
    crate::appraisal::approve(&secretary, &items(&first)[0]).await.ok(200);

    correct(&organiser, &ids[0]).await;
    for _ in 0..3 {
        app.tick().await;
        app.drain().await;
    }
    let corrected = [
        line("一等奖", "李一", true),
        line("一等奖", "王二", false),
        line("二等奖", "李一", false),
        line("二等奖", "王二", true),
        line("优秀组织奖", "东支部", false),
    ];
    assert_eq!(honours(&li).await, corrected);
    assert_eq!(app.get(&format!("/certificates/{code}")).await.ok(200)["state"], "withdrawn");
    let mine = li.get(&format!("/honours?member_id={}", li.id)).await.ok(200);
    let taken = items(&mine).iter().find(|one| one["title"] == "一等奖").unwrap();
    assert_eq!(taken["withdrawn"]["document"], "知识竞赛《党章知识竞赛》成绩更正：条例已经修订");
    assert!(notices(&li).await.contains(&"荣誉已撤销".to_owned()));
    // what was proposed for a prize that was taken away goes with it; of what was entered the opposite is proposed
    assert_eq!((proposed(&li).await, proposed(&wang).await), (vec![200], vec![300]));
    let corrections = li.get("/me/appraisal/proposals").await.ok(200);
    let of_first: Vec<_> = items(&corrections).iter().filter(|one| one["rule"] == "P32").collect();
    assert_eq!((of_first.len(), &of_first[0]["points"]), (1, &json!(-300)));
}

#[tokio::test]
async fn prizes_lie_within_ranks_that_do_not_overlap() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    for (at, field, value) in [(1, "from_rank", 1), (1, "to_rank", 501), (0, "from_rank", 0), (2, "to_rank", 0)] {
        let mut wrong = prizes();
        wrong[at][field] = json!(value);
        organiser.post("/contests", with(body(&app), &[("/terms/prizes", wrong)])).await.refused(422, "body.invalid");
    }
    let many: Vec<Value> = (1..=21).map(|n| json!({ "from_rank": n, "to_rank": n, "title": "奖" })).collect();
    organiser.post("/contests", with(body(&app), &[("/terms/prizes", json!(many))])).await.refused(422, "body.invalid");
    organiser.post("/contests", with(body(&app), &[("/terms/prizes", prizes())])).await.ok(201);
}
