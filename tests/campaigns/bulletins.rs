//! The bulletin: drafted from the campaign, written on, reviewed, issued.

use reqwest::Method;
use serde_json::{Value, json};
use xianfeng::base::capability::Role;

use super::decision::{committee, counted, decided_by_committee, turned};
use super::{organiser, with};
use crate::support::{Person, TestApp, send};

pub fn frame(number: u32) -> Value {
    json!({
        "issuer": "组织部",
        "document_no": { "prefix": "金集组发", "year": 2026, "number": number },
        "addressees": "各单位党委（总支）",
        "signature": "“双创双争当”活动领导小组办公室（代）",
        "dated_on": "2026-07-13",
    })
}

/// A published campaign; its path and its entries.
pub async fn published<'a>(
    app: &'a TestApp,
    organiser: &Person<'a>,
    decider: &Person<'_>,
    title: &str,
) -> (String, Vec<String>) {
    let (campaign, entries) = counted(app, organiser, decided_by_committee(app, &[("/title", json!(title))])).await;
    decider.put(&format!("{campaign}/decision"), turned(&entries)).await.ok(201);
    organiser.post(&format!("{campaign}/publication"), json!({})).await.ok(200);
    (campaign, entries)
}

#[tokio::test]
async fn a_title_says_selection_once() {
    for (title, expected) in [
        ("十大优秀党建品牌", "关于十大优秀党建品牌评选结果的通报"),
        ("双十佳评选", "关于双十佳评选结果的通报"),
        ("《双十佳评选》", "关于《双十佳评选》结果的通报"),
    ] {
        let app = TestApp::start().await;
        let organiser = organiser(&app).await;
        let decider = committee(&app).await;
        let (campaign, _) = published(&app, &organiser, &decider, title).await;
        let draft = organiser.post(&format!("{campaign}/bulletin"), frame(7)).await.ok(201);
        assert_eq!(draft["sheet"]["title"], expected);
        app.drain().await;
    }
}

#[tokio::test]
async fn a_bulletin_goes_from_draft_to_issued_through_two_hands() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let decider = committee(&app).await;
    let both = app.member("两职").role(Role::Organiser, "JT").role(Role::CommitteeMember, "JT").sign_in().await;
    let member = app.member("某甲").sign_in().await;
    let (campaign, entries) = published(&app, &organiser, &decider, "十大优秀党建品牌").await;
    let path = format!("{campaign}/bulletin");
    organiser.get(&path).await.refused(404, "bulletins.not_found");
    let mut unnumbered = frame(7);
    unnumbered["document_no"] = Value::Null;
    let draft = organiser.post(&path, unnumbered.clone()).await.ok(201);
    assert_eq!(organiser.post(&path, unnumbered).await.ok(200)["version"], 1, "one that is there stays");
    assert_eq!((&draft["state"], &draft["text"]["highlights"].as_array().unwrap().len()), (&json!("draft"), &5));
    let findings = draft["text"]["findings"].as_array().unwrap();
    assert!(findings.iter().all(|finding| finding["excerpt"].as_str().unwrap().len() > 3), "{findings:?}");
    assert_eq!(draft["sheet"]["parts"][0]["paragraphs"][0]["text"], "南支部《乙》、西支部《甲》。");
    member.get(&path).await.refused(404, "bulletins.not_found");
    let review = format!("{path}/review");
    let issue = format!("{path}/issuance");
    decider.post(&review, json!({ "version": 1 })).await.refused(422, "body.invalid");
    for format in ["html", "md"] {
        let unissued = organiser.get(&format!("{path}?format={format}")).await.text();
        assert!(unissued.contains("草稿（未印发）"), "{unissued}");
    }

    let mut text = draft["text"].clone();
    text["document_no"] = json!({ "prefix": "金集组发", "year": 2026, "number": 3 });
    let tag = organiser.get(&path).await.header("etag").unwrap().to_owned();
    let write = async |who: &Person<'_>, tag: &str, text: &Value| {
        send(who.request(Method::PUT, &path).header("if-match", tag).json(&json!({ "text": text }))).await
    };
    write(&organiser, &tag, &text).await.refused(409, "bulletins.number_taken");
    text["document_no"]["number"] = json!(7);
    text["title"] = json!("关于<script>评选</script>结果的通报");
    let finding = json!({
        "kind": "problem", "dimension": "载体单一，空而不实", "entry_id": entries[3], "excerpt": "载体只有一种",
    });
    text["findings"].as_array_mut().unwrap().push(finding.clone());
    assert_eq!(write(&both, &tag, &text).await.ok(200)["version"], 2);
    assert_eq!(write(&both, &tag, &text).await.ok(200)["version"], 2, "the same again");
    write(&organiser, &tag, &draft["text"]).await.refused(409, "versions.outdated");
    for (pointer, value) in [
        ("/findings/0/dimension", json!("没有列出")),
        ("/findings/0/entry_id", Value::Null),
        ("/findings/0/entry_id", json!(app.unit("JT"))),
        ("/document_no/number", json!(0)),
        ("/document_no/year", json!(22)),
        ("/highlights", json!(["同", "同"])),
    ] {
        let mut wrong = text.clone();
        *wrong.pointer_mut(pointer).unwrap() = value;
        write(&organiser, "*", &wrong).await.refused(422, "body.invalid");
    }
    organiser.post(&issue, json!({ "version": 2 })).await.refused(409, "bulletins.not_reviewed");
    both.post(&review, json!({ "version": 2 })).await.refused(403, "bulletins.own");
    decider.post(&review, json!({ "version": 1 })).await.refused(409, "bulletins.changed");
    assert_eq!(decider.post(&review, json!({ "version": 2 })).await.ok(200)["state"], "reviewed");
    decider.post(&review, json!({ "version": 2 })).await.ok(200);
    assert_eq!(organiser.post(&issue, json!({ "version": 2 })).await.ok(200)["state"], "issued");
    assert_eq!(organiser.post(&issue, json!({ "version": 2 })).await.ok(200)["state"], "issued");
    write(&organiser, "*", &draft["text"]).await.refused(409, "bulletins.issued");

    let seen = member.get(&path).await.ok(200);
    assert_eq!(seen["text"]["document_no"]["number"], 7);
    let problem = |seen: &Value| seen["text"]["findings"].as_array().unwrap().last().unwrap()["entry_id"].clone();
    assert_eq!(problem(&seen), Value::Null, "whom a problem is about is not for everybody");
    let own = app.member("西一组").home("XZ21").sign_in().await;
    assert_eq!(problem(&own.get(&path).await.ok(200)), json!(entries[3]));
    let page = member.get(&format!("{path}?format=html")).await;
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    assert!(page.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
    let page = page.text();
    assert!(!page.contains("<script") && page.contains("&lt;script&gt;") && page.contains("@page{size:A4"), "{page}");
    assert!(page.contains("name=\"viewport\"") && !page.contains("草稿"), "{page}");
    let markdown = member.get(&format!("{path}?format=md")).await;
    assert_eq!(markdown.header("content-type"), Some("text/markdown; charset=utf-8"));
    let markdown = markdown.text();
    assert!(markdown.contains("金集组发〔2026〕7号") && markdown.ends_with("二〇二六年七月十三日\n"), "{markdown}");
    assert!(!markdown.contains("草稿"), "{markdown}");
    assert!(markdown.contains("载体只有一种") && !markdown.contains("西一组"), "{markdown}");
    member.get(&format!("{path}?format=docx")).await.refused(400, "query.invalid");
    app.drain().await;
    assert!(member.get("/me/notices").await.ok(200)["items"].to_string().contains("评选通报"));
}

#[tokio::test]
async fn a_number_is_borne_by_one_document_of_its_year() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let decider = committee(&app).await;
    let (first, _) = published(&app, &organiser, &decider, "甲评选").await;
    organiser.post(&format!("{first}/bulletin"), frame(7)).await.ok(201);
    app.set_clock("2026-07-01T08:00:00+08:00");
    let (second, _) = published(&app, &organiser, &decider, "乙评选").await;
    let path = format!("{second}/bulletin");
    organiser.post(&path, frame(7)).await.refused(409, "bulletins.number_taken");
    organiser.post(&path, frame(3)).await.refused(409, "bulletins.number_taken");
    let next_year = with(frame(7), &[("/document_no/year", json!(2027))]);
    let text = organiser.post(&path, next_year).await.ok(201)["text"].clone();
    let text = with(text, &[("/document_no/year", json!(2026)), ("/document_no/number", json!(8))]);
    organiser.put(&path, json!({ "text": text })).await.ok(200);
    // what the second gave back is free again
    let path = format!("{first}/bulletin");
    let text = organiser.get(&path).await.ok(200)["text"].clone();
    let taken = with(text.clone(), &[("/document_no/number", json!(8))]);
    organiser.put(&path, json!({ "text": taken })).await.refused(409, "bulletins.number_taken");
    assert_eq!(organiser.get(&path).await.ok(200)["text"]["document_no"]["number"], 7, "nothing changed");
    let free = with(text, &[("/document_no/year", json!(2027))]);
    organiser.put(&path, json!({ "text": free })).await.ok(200);
    app.drain().await;
}
