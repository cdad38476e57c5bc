//! A year of a group company: 94 ideas become 5 results, 6 incubations, 4 topics and 3 patents.

use serde_json::{Value, json};

use super::{Scene, submitted, text};
use crate::support::TestApp;

/// What came of the first ideas, one of each.
const OUTCOMES: [(&str, usize); 4] = [("result", 5), ("incubation", 6), ("topic", 4), ("patent", 3)];

#[tokio::test]
async fn ninety_four_ideas_give_the_numbers_of_the_year() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app).await;
    let kinds: Vec<&str> = OUTCOMES.iter().flat_map(|(kind, count)| vec![*kind; *count]).collect();
    for n in 0..94 {
        let author = if n % 2 == 0 { &scene.author } else { &scene.worker };
        let id = submitted(author, &format!("金点子{n}")).await;
        if n >= 60 {
            continue;
        }
        if n % 2 == 0 {
            scene.collect(&id).await;
        } else {
            let body = json!({ "meeting_id": scene.committee_meeting });
            scene.secretary.post(&format!("/ideas/{id}/collection"), body).await.ok(200);
        }
        scene.decide(&id, if n < 30 { "adopted" } else { "declined" }).await;
        let Some(kind) = kinds.get(n) else { continue };
        // whoever did not write it carries it out
        let worker = if n % 2 == 0 { &scene.worker } else { &scene.author };
        scene.assign(&id, worker, "2026-07-31").await;
        scene.work(&id, worker).await;
        scene.committee.post(&format!("/ideas/{id}/acceptance"), json!({})).await.ok(200);
        let outcome = json!({ "kind": kind, "title": format!("成果{n}") });
        scene.committee.post(&format!("/ideas/{id}/outcomes"), outcome).await.ok(200);
        if n == 0 {
            let saved = json!({ "kind": "savings", "title": "备件费", "amount_fen": 80_000_001 });
            scene.committee.post(&format!("/ideas/{id}/outcomes"), saved).await.ok(200);
        }
    }
    let numbers = scene.secretary.get(&format!("/ideas/statistics?unit={}", app.unit("ZB1"))).await.ok(200);
    let counts: Vec<(String, i64)> = numbers["outcomes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|o| (text(&o["kind"]), o["count"].as_i64().unwrap()))
        .collect();
    let expected = [("result", 5), ("incubation", 6), ("topic", 4), ("patent", 3), ("savings", 1)];
    assert_eq!(counts, expected.map(|(kind, count)| (kind.to_owned(), count)));
    assert_eq!((&numbers["submitted"], &numbers["saved_fen"]), (&json!(94), &json!(80_000_001)));
    // two of the five members of the branch
    assert_eq!(
        (&numbers["authors"], &numbers["members"], &numbers["participation_bp"]),
        (&json!(2), &json!(5), &json!(4000))
    );
    assert_eq!((&numbers["decided"], &numbers["adopted_bp"]), (&json!(60), &json!(5000)));
    assert_eq!(numbers["lengths"][0]["count"], 60);
    assert_eq!(numbers["lengths"][4]["median_days"], 0.0);
    let none = scene.secretary.get("/ideas/statistics?from=2025-01-01&to=2025-12-31").await.ok(200);
    assert_eq!((&none["submitted"], &none["lengths"][0]["median_days"]), (&json!(0), &Value::Null));
    scene.secretary.get("/ideas/statistics?from=2026-02-01&to=2026-01-31").await.refused(400, "query.invalid");
    let elsewhere = format!("/ideas/statistics?unit={}", app.unit("ZB2"));
    scene.secretary.get(&elsewhere).await.refused(403, "access.out_of_scope");
    scene.author.get("/ideas/statistics").await.refused(403, "access.denied");

    let file = scene.secretary.get("/exports/ideas?format=csv").await;
    let csv = String::from_utf8(file.bytes).unwrap();
    let lines: Vec<&str> = csv.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(lines.len(), 95);
    assert!(lines[0].starts_with("\"标题\",\"类别\",\"提出人\""), "{}", lines[0]);
    assert!(lines[94].contains("金点子0") && lines[94].contains("800000.01"), "{}", lines[94]);
    let xlsx = scene.secretary.get("/exports/ideas").await;
    assert_eq!((xlsx.status, &xlsx.bytes[..2]), (200, &b"PK"[..]));
}
