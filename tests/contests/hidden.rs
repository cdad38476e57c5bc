//! Who hides from boards: nothing that is told of the others tells his score.

use serde_json::{Value, json};

use super::{announced, body, organiser, sit, with};
use crate::support::{Person, TestApp};

/// A contest of ten questions of one point, with the results of `rights` in that order, published.
async fn published<'a>(
    app: &'a TestApp,
    organiser: &Person<'_>,
    unit: &str,
    rights: &[usize],
) -> (String, Vec<Person<'a>>) {
    let path = announced(organiser, with(body(app), &[("/unit_id", json!(app.unit(unit)))])).await;
    app.set_clock("2026-07-01T08:01:00+08:00");
    app.tick().await;
    let mut people = Vec::new();
    for (n, right) in rights.iter().enumerate() {
        let home = if n % 2 == 0 { "XZ11" } else { "XZ12" };
        let who = app.member(&format!("第{n}")).home(home).sign_in().await;
        sit(app, &who, &path, *right, 1).await;
        people.push(who);
    }
    app.set_clock("2026-07-01T08:12:00+08:00");
    app.tick().await;
    organiser.post(&format!("{path}/publication"), json!({})).await.ok(200);
    app.tick().await;
    (path, people)
}

async fn hide(who: &Person<'_>, hidden: bool) {
    who.patch("/me", json!({ "hidden_from_boards": hidden })).await.ok(200);
}

/// Participants, left out, mean, best.
async fn figures(who: &Person<'_>, path: &str) -> [i64; 4] {
    let page = who.get(&format!("{path}/results")).await.ok(200);
    ["participants", "left_out", "mean_hundredths", "best_hundredths"].map(|name| page[name].as_i64().unwrap())
}

async fn bands(who: &Person<'_>, path: &str) -> Vec<i64> {
    let page = who.get(&format!("{path}/results")).await.ok(200);
    page["bands"].as_array().unwrap().iter().map(|band| band.as_i64().unwrap()).collect()
}

/// Over all questions: how often they were shown, and answered rightly.
async fn answers(who: &Person<'_>, path: &str) -> (i64, i64) {
    let page = who.get(&format!("{path}/results")).await.ok(200);
    let sum = |name: &str| page["questions"].as_array().unwrap().iter().map(|one| one[name].as_i64().unwrap()).sum();
    (sum("shown"), sum("right"))
}

#[tokio::test]
async fn best_mean_bands_and_questions_tell_nothing_of_few_who_hide() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let (path, people) = published(&app, &organiser, "ZB1", &[10, 5, 3, 2]).await;
    let viewer = &people[2];
    assert_eq!(figures(viewer, &path).await, [4, 0, 500, 1000]);
    assert_eq!((bands(viewer, &path).await.iter().sum::<i64>(), answers(viewer, &path).await), (4, (40, 20)));
    hide(&people[0], true).await;
    assert_eq!(figures(viewer, &path).await, [4, 1, 333, 500]);
    assert_eq!(bands(viewer, &path).await, [0, 0, 1, 1, 0, 1, 0, 0, 0, 0]);
    assert_eq!(answers(viewer, &path).await, (30, 10), "the right answers add up to those of the others");
    // the one who hides sees the same page, and who runs it sees all
    assert_eq!(figures(&people[0], &path).await, [4, 1, 333, 500]);
    assert_eq!(figures(&organiser, &path).await, [4, 0, 500, 1000]);
    // the last, the middle, all
    hide(&people[0], false).await;
    hide(&people[3], true).await;
    assert_eq!(figures(viewer, &path).await, [4, 1, 600, 1000]);
    hide(&people[1], true).await;
    assert_eq!(figures(viewer, &path).await, [4, 2, 650, 1000]);
    hide(&people[0], true).await;
    hide(&people[2], true).await;
    assert_eq!(figures(viewer, &path).await, [4, 4, 0, 0]);
    assert_eq!(bands(viewer, &path).await.iter().sum::<i64>(), 0);
}

#[tokio::test]
async fn five_who_hide_are_told_by_no_difference() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let (path, people) = published(&app, &organiser, "ZB1", &[10, 9, 8, 7, 6, 2]).await;
    for who in &people[..4] {
        hide(who, true).await;
    }
    assert_eq!(figures(&people[5], &path).await, [6, 4, 400, 600]);
    hide(&people[4], true).await;
    assert_eq!(figures(&people[5], &path).await, [6, 0, 700, 1000]);
}

#[tokio::test]
async fn the_mean_of_a_small_group_is_not_told_where_one_of_it_hides() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let (path, people) = published(&app, &organiser, "ZB1", &[10, 5, 3, 2]).await;
    let means = async |who: &Person<'_>| {
        let page = who.get(&format!("{path}/branch-rankings")).await.ok(200);
        let line = |line: &Value| (line["rank"].as_i64().unwrap(), line["mean_hundredths"].as_i64());
        page["items"].as_array().unwrap().iter().map(line).collect::<Vec<_>>()
    };
    assert_eq!(means(&people[2]).await, [(1, Some(650)), (2, Some(350))]);
    hide(&people[0], true).await;
    assert_eq!(means(&people[2]).await, [(1, None), (2, Some(350))], "the place is by all");
    assert_eq!(means(&organiser).await, [(1, Some(650)), (2, Some(350))]);
    hide(&people[0], false).await;
    hide(&people[3], true).await;
    assert_eq!(means(&people[2]).await, [(1, Some(650)), (2, None)]);
    // and in the ranking of members he is left out, with no score beside
    let ranking = people[2].get(&format!("{path}/rankings")).await.ok(200);
    let scores: Vec<_> =
        ranking["items"].as_array().unwrap().iter().map(|line| line["score_hundredths"].clone()).collect();
    assert_eq!(scores, [1000, 500, 300]);
}

#[tokio::test]
async fn a_bonus_for_speed_is_by_ones_own_time_and_rounded_half_up() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let bonus = ("/terms/speed_bonus", json!({ "points": 1, "right_percent": 0 }));
    let path = announced(&organiser, with(body(&app), &[bonus])).await;
    app.set_clock("2026-07-01T08:01:00+08:00");
    app.tick().await;
    let mut people = Vec::new();
    // one at the beginning and one three minutes before the end, both as quick, then one two thirds of a minute slower
    for (at, seconds) in [("08:01:00", 60), ("08:09:00", 60), ("08:10:10", 100)] {
        app.set_clock(&format!("2026-07-01T{at}+08:00"));
        let who = app.member(at).sign_in().await;
        sit(&app, &who, &path, 5, seconds).await;
        people.push(who);
    }
    app.set_clock("2026-07-01T08:12:00+08:00");
    app.tick().await;
    organiser.post(&format!("{path}/publication"), json!({})).await.ok(200);
    let mut scores = Vec::new();
    for who in &people {
        let mine = who.get(&format!("{path}/rankings/mine")).await.ok(200);
        scores.push(mine["mine"]["score_hundredths"].as_i64().unwrap());
    }
    // 240 and 200 of 300 seconds were left: 80 and 66.67 hundredths
    assert_eq!(scores, [580, 580, 567]);
}

#[tokio::test]
async fn parts_of_questions_are_rounded_one_by_one() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    // four multiple choices with two right letters each: half of five points, twice
    let paper = json!({ "lines": [{ "category": "党史", "kind": "multiple", "count": 4 }] });
    for (points, partial, expected) in [(5, "per_option", 1000), (1, "half", 200), (3, "per_option", 600)] {
        let changes = [
            ("/paper", paper.clone()),
            ("/terms/scoring/multiple", json!(points)),
            ("/terms/scoring/partial", json!(partial)),
            ("/terms/reveal", json!("at_submit")),
        ];
        app.set_clock("2026-07-01T08:00:00+08:00");
        let path = announced(&organiser, with(body(&app), &changes)).await;
        app.set_clock("2026-07-01T08:01:00+08:00");
        app.tick().await;
        let who = app.member("李一").sign_in().await;
        let result = sit(&app, &who, &path, 0, 1).await;
        assert_eq!(result["score_hundredths"], expected, "{result}");
        app.set_clock("2026-07-01T08:12:00+08:00");
        app.tick().await;
        organiser.post(&format!("{path}/publication"), json!({})).await.ok(200);
        app.tick().await;
    }
}
