//! Drafts: several people write at once, and nothing that was written is lost; what the program knows; files.

use futures_util::future::join_all;
use reqwest::Method;

use super::*;
use crate::files::{photograph, upload};
use crate::support::{Reply, send};

async fn save(who: &Person<'_>, report: &Value, tag: Option<&str>, answers: Value) -> Reply {
    let request = who.request(Method::PUT, &format!("{}/draft", path(report))).json(&json!({ "answers": answers }));
    send(match tag {
        Some(tag) => request.header("if-match", tag),
        None => request,
    })
    .await
}

#[tokio::test]
async fn what_another_one_wrote_meanwhile_is_told_with_who_and_when_instead_of_being_lost() {
    let app = TestApp::start().await;
    let (people, _) = in_july(&app).await;
    let deputy = app.member("支委").role(Role::BranchCommittee, "ZB1").sign_in().await;
    let report = report_of(&app, &people.secretary, "ZB1").await;
    let seen = tag(&people.secretary, &report).await;
    let first = save(&deputy, &report, Some(&seen), json!({ "done": "支委写的" })).await;
    assert_eq!(first.ok(200)["draft"], json!({ "done": "支委写的" }));
    let refused = save(&people.secretary, &report, Some(&seen), json!({ "done": "书记写的" })).await;
    let refused = refused.refused(409, "versions.outdated");
    assert_eq!(
        (&refused["changed"]["name"], &refused["changed"]["at"]),
        (&json!("支委"), &json!("2026-07-27T09:00:00+08:00"))
    );
    // without a state nothing is written over either
    save(&people.secretary, &report, None, json!({ "done": "书记写的" })).await.refused(409, "versions.outdated");
    // the same again is no conflict, also where the answer was lost on its way
    assert_eq!(save(&deputy, &report, Some(&seen), json!({ "done": "支委写的" })).await.status, 200);
    // nor are the writer's own savings one after the other; on another device he hears of himself
    let next = first.header("etag").unwrap().to_owned();
    let second = save(&deputy, &report, Some(&next), json!({ "done": "支委又写的" })).await;
    assert_eq!(second.status, 200);
    let refused = save(&deputy, &report, Some(&next), json!({ "done": "旧手机写的" })).await;
    assert_eq!(refused.refused(409, "versions.outdated")["changed"]["name"], "支委");
    // what is handed in is what was seen
    let submit = |tag: &str| {
        send(
            people
                .secretary
                .request(Method::POST, &format!("{}/submission", path(&report)))
                .header("if-match", tag.to_owned()),
        )
    };
    submit(&next).await.refused(409, "versions.outdated");
    submit(second.header("etag").unwrap()).await.ok(200);
    let whole = people.secretary.get(&path(&report)).await.ok(200);
    assert_eq!((&whole["submitted"]["done"], &whole["edited_by"]["name"]), (&json!("支委又写的"), &json!("支委")));
    let late = save(&deputy, &report, second.header("etag"), json!({ "done": "晚了" })).await;
    late.refused(409, "reports.wrong_state");
    // a draft may be incomplete, but not of another form
    let west = report_of(&app, &people.west, "ZB2").await;
    let unseen = tag(&people.west, &west).await;
    let refused = save(&people.west, &west, Some(&unseen), json!({ "nothing": 1, "people": [] })).await;
    assert_eq!(refused.refused(422, "body.invalid")["errors"].as_array().unwrap().len(), 2);
    save(&people.west, &report, Some(&seen), json!({})).await.refused(403, "access.out_of_scope");
    let member = app.member("党员").sign_in().await;
    save(&member, &report, Some(&seen), json!({})).await.refused(403, "access.out_of_scope");
    // who writes is in the trail once, not with each saving
    let auditor = app.member("审计").home("JT").role(Role::Auditor, "JT").sign_in().await;
    let trail = auditor.get("/audit?action=reports.draft").await.ok(200);
    assert_eq!(items(&trail).len(), 1);
}

#[tokio::test]
async fn of_thirty_two_people_who_write_in_one_report_at_once_none_loses_what_was_acknowledged() {
    let app = TestApp::start().await;
    let (people, _) = in_july(&app).await;
    let report = report_of(&app, &people.secretary, "ZB1").await;
    let mut writers = Vec::new();
    for n in 0..32 {
        writers.push(app.member(&format!("支委{n:02}")).role(Role::BranchCommittee, "ZB1").sign_in().await);
    }
    let (conflicts, saved) = (std::sync::atomic::AtomicUsize::new(0), std::sync::atomic::AtomicUsize::new(0));
    let write_in = async |n: usize, who: &Person<'_>| {
        for round in 0..3 {
            let mark = format!("[{n:02}:{round}]");
            loop {
                let now = who.get(&path(&report)).await;
                let tag = now.header("etag").unwrap().to_owned();
                let stands = now.ok(200)["draft"]["done"].as_str().unwrap_or_default().to_owned();
                let reply = save(who, &report, Some(&tag), json!({ "done": format!("{stands}{mark}") })).await;
                if reply.status == 200 {
                    saved.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    break;
                }
                let refused = reply.refused(409, "versions.outdated");
                assert!(refused["changed"]["name"].as_str().unwrap().starts_with("支委"), "{refused}");
                conflicts.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            }
        }
    };
    join_all(writers.iter().enumerate().map(|(n, who)| write_in(n, who))).await;
    let whole = people.secretary.get(&path(&report)).await.ok(200);
    let stands = text(&whole["draft"]["done"]);
    let marks: Vec<String> = (0..32).flat_map(|n| (0..3).map(move |round| format!("[{n:02}:{round}]"))).collect();
    let lost: Vec<&String> = marks.iter().filter(|mark| !stands.contains(*mark)).collect();
    assert!(lost.is_empty(), "lost: {lost:?}");
    assert_eq!(stands.matches('[').count(), 96, "each once");
    assert_eq!(saved.into_inner(), 96);
    assert!(conflicts.into_inner() > 0, "they were at it together");
}

#[tokio::test]
async fn what_the_program_knows_is_filled_in_and_locked_and_can_be_said_to_be_wrong() {
    let app = TestApp::start().await;
    let (people, _) = in_july(&app).await;
    crate::ideas::meeting(&app, &people.secretary, "branch", "ZB1").await;
    let report = report_of(&app, &people.secretary, "ZB1").await;
    let whole = people.secretary.get(&path(&report)).await.ok(200);
    let filled = &whole["filled"][0];
    assert_eq!(
        (&filled["key"], &filled["value"], &filled["fact_title"]),
        (&json!("held"), &json!("1"), &json!("党员大会次数"))
    );
    let number = people.secretary.get(text(&filled["link"]).trim_start_matches("/api/v1")).await.ok(200);
    assert_eq!(number["value"], 1, "the link opens the number");
    // whoever sends another number is not heard
    write(&people.secretary, &report, json!({ "done": "开了会", "held": "99" })).await;
    let at_corrections = format!("{}/corrections", path(&report));
    let wrong = json!({ "field": "held", "note": "6 月的会记在 7 月" });
    let noted = people.secretary.post(&at_corrections, wrong).await.ok(201);
    assert_eq!((&noted["items"][0]["shown"], &noted["items"][0]["answer"]), (&json!("1"), &Value::Null));
    let typed = json!({ "field": "done", "note": "不是系统填的" });
    people.secretary.post(&at_corrections, typed).await.refused(422, "body.invalid");
    let desk = crate::desk::page(&people.organiser).await;
    assert_eq!(items(&desk)[0]["kind"], "report_correction");
    let at_answer = format!("/report-corrections/{}/answer", text(&noted["items"][0]["id"]));
    let answered = people.organiser.post(&at_answer, json!({ "answer": "按会议日期计入" })).await.ok(200);
    assert_eq!(answered["items"][0]["answered_by"]["name"], "组织部");
    people.organiser.post(&at_answer, json!({ "answer": "按会议日期计入" })).await.ok(200);
    people.organiser.post(&at_answer, json!({ "answer": "另一个说法" })).await.refused(409, "reports.answered");
    assert!(items(&crate::desk::page(&people.organiser).await).is_empty());
    people.secretary.post(&format!("{}/submission", path(&report)), json!({})).await.ok(200);
    let whole = people.secretary.get(&path(&report)).await.ok(200);
    assert_eq!(whole["submitted"], json!({ "done": "开了会", "held": "1" }));
    // what was handed in keeps the number of then
    crate::ideas::meeting(&app, &people.secretary, "branch", "ZB1").await;
    let whole = people.secretary.get(&path(&report)).await.ok(200);
    assert_eq!(whole["submitted"]["held"], "1");
    app.drain().await;
}

#[tokio::test]
async fn photographs_belong_to_the_report_and_are_seen_by_those_who_read_it() {
    let app = TestApp::start().await;
    let (people, _) = in_july(&app).await;
    let report = report_of(&app, &people.secretary, "ZB1").await;
    let picture = upload(&people.secretary, "会场.jpg", photograph()).await.ok(201);
    let paper = upload(&people.secretary, "名单.pdf", &b"%PDF-1.4\n%%EOF"[..]).await.ok(201);
    let seen = tag(&people.secretary, &report).await;
    let refused = save(&people.secretary, &report, Some(&seen), json!({ "photo": [paper["id"]] })).await;
    assert_eq!(refused.refused(422, "body.invalid")["errors"][0]["code"], "no_picture");
    let done = write(&people.secretary, &report, json!({ "done": "开会", "photo": [picture["id"]] })).await;
    assert_eq!(done["draft"]["photo"], json!([picture["id"]]));
    let whole = people.secretary.get(&path(&report)).await.ok(200);
    assert_eq!(whole["files"][0]["id"], picture["id"]);
    let at_file = format!("/files/{}", text(&picture["id"]));
    assert_eq!(people.organiser.get(&at_file).await.status, 200);
    assert_eq!(people.west.get(&at_file).await.status, 404);
    // somebody else's file is nobody's to attach
    let theirs = upload(&people.west, "别人的.jpg", photograph()).await.ok(201);
    let seen = tag(&people.secretary, &report).await;
    let stolen = save(&people.secretary, &report, Some(&seen), json!({ "photo": [theirs["id"]] })).await;
    stolen.refused(422, "files.unknown");
    write(&people.secretary, &report, json!({ "done": "开会" })).await;
    assert!(people.secretary.get(&path(&report)).await.ok(200)["files"].as_array().unwrap().is_empty());
}
