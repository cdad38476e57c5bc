//! What comes in as a whole: the sheet of a period, and its bulletin.

use reqwest::Method;

use super::*;
use crate::support::{Reply, send};

fn frame(number: u16) -> Value {
    json!({
        "issuer": "集团党委组织部", "document_no": { "prefix": "集组发", "year": 2026, "number": number }, "addressees": "各党支部",
        "signature": "集团党委组织部", "dated_on": "2026-08-10",
    })
}

async fn period_of(who: &Person<'_>, form: &Value) -> String {
    let page = who.get(&format!("/report-forms/{}/periods", text(&form["id"]))).await.ok(200);
    text(&items(&page)[0]["id"])
}

#[tokio::test]
async fn what_units_handed_in_is_one_sheet() {
    let app = TestApp::start().await;
    let (people, form) = in_july(&app).await;
    let period = period_of(&people.organiser, &form).await;
    let report = report_of(&app, &people.secretary, "ZB1").await;
    write(&people.secretary, &report, json!({ "done": "=1+1", "people": "12" })).await;
    people.secretary.post(&format!("{}/submission", path(&report)), json!({})).await.ok(200);
    let at_sheet = format!("/exports/reports?period_id={period}&format=csv");
    let sheet = people.organiser.get(&at_sheet).await;
    let lines: Vec<String> =
        sheet.text().trim_start_matches('\u{feff}').replace('"', "").lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 4, "{lines:?}");
    assert!(lines[0].ends_with("本月工作,参加人数（人）,党员大会,照片"), "{}", lines[0]);
    assert!(lines[1].starts_with("东支部,已提交,按期,2026-08-05") && lines[1].contains("12"), "{}", lines[1]);
    assert!(lines[2].starts_with("西支部,待填报,未到期"), "{}", lines[2]);
    let of_branch = people.secretary.get(&at_sheet).await.text();
    assert_eq!(of_branch.lines().count(), 2, "his own alone");
    let book = people.organiser.get(&format!("/exports/reports?period_id={period}")).await;
    assert!(book.status == 200 && book.bytes.starts_with(b"PK"));
    people
        .organiser
        .get("/exports/reports?period_id=0197c000-0000-7000-8000-000000000000")
        .await
        .refused(404, "reports.period_not_found");
}

#[tokio::test]
async fn the_bulletin_counts_who_was_late_and_names_nobody_without_the_signer_s_tick() {
    let app = TestApp::start().await;
    let (people, form) = in_july(&app).await;
    let period = period_of(&people.organiser, &form).await;
    let at_bulletin = format!("/report-periods/{period}/bulletin");
    let east = report_of(&app, &people.secretary, "ZB1").await;
    hand_in(&people.secretary, &east, "建立台账，隐患由五项降为一项").await;
    at(&app, "2026-08-10T09:00:00+08:00").await;
    let people = people.anew(&app).await;
    let west = report_of(&app, &people.west, "ZB2").await;
    hand_in(&people.west, &west, "补报").await;
    people.organiser.get(&at_bulletin).await.refused(404, "bulletins.not_found");
    let drafted = people.organiser.post(&at_bulletin, frame(7)).await.ok(201);
    assert_eq!(people.organiser.post(&at_bulletin, frame(8)).await.ok(200)["version"], drafted["version"], "it stays");
    let numbers = &drafted["sheet"]["parts"][0]["paragraphs"][0]["text"];
    assert_eq!(numbers, "应报 3 个单位，按期 1 个，迟报 1 个，未报 1 个。");
    assert_eq!(drafted["text"]["extracts"][0]["excerpt"], "建立台账，隐患由五项降为一项");
    let all = drafted["sheet"].to_string();
    assert!(!all.contains("西支部") && !all.contains("南支部") && !all.contains("东支部"), "{all}");
    people.secretary.get(&at_bulletin).await.refused(404, "bulletins.not_found");

    // edited by an organiser who has seen the state that stands
    let other = app.member("组织部二").home("JT").role(Role::Organiser, "JT").sign_in().await;
    let seen = people.organiser.get(&at_bulletin).await.header("etag").unwrap().to_owned();
    let edit = |who: &Person<'_>, text: Value| {
        send(who.request(Method::PUT, &at_bulletin).header("if-match", seen.clone()).json(&json!({ "text": text })))
    };
    let mut named = drafted["text"].clone();
    named["names_units"] = json!(true);
    edit(&other, named.clone()).await.ok(200);
    let mut mine = drafted["text"].clone();
    mine["title"] = json!("另一个标题");
    let refused: Reply = edit(&people.organiser, mine.clone()).await;
    assert_eq!(refused.refused(409, "versions.outdated")["changed"]["name"], "组织部二");
    mine["extracts"][0]["report_id"] = json!("0197c000-0000-7000-8000-000000000000");
    let foreign = people.organiser.put(&at_bulletin, json!({ "text": mine })).await;
    foreign.refused(422, "body.invalid");
    let versions = people.organiser.get(&format!("{at_bulletin}/versions")).await.ok(200);
    assert_eq!(items(&versions).len(), 2);

    let desk = crate::desk::page(&people.committee).await;
    assert_eq!((&items(&desk)[0]["kind"], &items(&desk)[0]["link"]), (&json!("report_bulletin"), &json!(at_bulletin)));
    let issue = json!({ "version": 2 });
    people
        .organiser
        .post(&format!("{at_bulletin}/issuance"), issue.clone())
        .await
        .refused(409, "bulletins.not_reviewed");
    let review = format!("{at_bulletin}/review");
    people.organiser.post(&review, issue.clone()).await.refused(403, "access.denied");
    let unticked = people.committee.post(&review, issue.clone()).await.ok(200);
    assert!(unticked["names_ticked_by"].is_null() && !unticked["sheet"].to_string().contains("西支部"));
    // another version takes the review away, and the next one is ticked
    let mut third = named.clone();
    third["requirements"] = json!(["请按时报送。"]);
    people.organiser.put(&at_bulletin, json!({ "text": third })).await.ok(200);
    let ticked = people.committee.post(&review, json!({ "version": 3, "names_units": true })).await.ok(200);
    assert_eq!(ticked["names_ticked_by"]["name"], "党委");
    let lines = ticked["sheet"]["parts"][0]["paragraphs"].as_array().unwrap();
    assert_eq!((&lines[1]["text"], &lines[2]["text"]), (&json!("西支部。"), &json!("南支部。")));
    let both =
        app.member("兼任").home("JT").role(Role::Organiser, "JT").role(Role::CommitteeMember, "JT").sign_in().await;
    both.put(&at_bulletin, json!({ "text": named })).await.ok(200);
    both.post(&review, json!({ "version": 4 })).await.refused(403, "bulletins.own");
    people.committee.post(&review, json!({ "version": 4, "names_units": true })).await.ok(200);
    let issued = people.organiser.post(&format!("{at_bulletin}/issuance"), json!({ "version": 4 })).await.ok(200);
    assert_eq!(issued["state"], "issued");
    people.organiser.put(&at_bulletin, json!({ "text": drafted["text"] })).await.refused(409, "bulletins.issued");
    app.drain().await;
    let told = crate::ideas::notices(&people.secretary).await;
    assert!(told.iter().any(|title| title == "报送通报：支部月报"), "{told:?}");
    let page = people.secretary.get(&format!("{at_bulletin}?format=html")).await;
    assert!(page.text().contains("南支部") && page.text().contains("集组发〔2026〕7号"), "{}", page.text());
    let plain = people.secretary.get(&format!("{at_bulletin}?format=md")).await;
    assert!(plain.text().contains("# 关于"), "{}", plain.text());
    // as it was issued it stays, whatever comes in later
    let south = report_of(&app, &people.south, "ZB3").await;
    hand_in(&people.south, &south, "更晚").await;
    assert_eq!(people.secretary.get(&at_bulletin).await.ok(200)["sheet"], issued["sheet"]);
}
