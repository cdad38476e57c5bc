//! Everything that the API says in words has a name that people read.

use reqwest::Method;
use serde_json::Value;

use crate::support::{TestApp, send};

#[tokio::test]
async fn every_word_and_every_code_has_a_name_in_both_languages() {
    let app = TestApp::start().await;
    let labels = app.get("/labels").await;
    let tag = labels.header("etag").unwrap().to_owned();
    let labels = labels.ok(200);
    let known = send(app.request(Method::GET, "/labels").header("if-none-match", tag)).await;
    assert_eq!((known.status, known.bytes.len()), (304, 0));

    let document = serde_json::to_value(xianfeng::app::openapi()).unwrap();
    let mut nameless = Vec::new();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        for word in schema["enum"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            let label = &labels["words"][name][word];
            if !is_chinese(&label["zh"]) || label["en"].as_str().is_none_or(str::is_empty) {
                nameless.push(format!("{name}.{word}"));
            }
        }
    }
    assert!(nameless.is_empty(), "{nameless:?}");
    let codes = labels["codes"].as_object().unwrap();
    assert!(codes.len() > 240, "{}", codes.len());
    let silent: Vec<_> = codes.iter().filter(|(_, label)| !is_chinese(&label["zh"])).map(|(code, _)| code).collect();
    assert!(silent.is_empty(), "{silent:?}");
    assert_eq!(labels["words"]["ContestState"]["announced"]["zh"], "已公告");
    assert_eq!(labels["words"]["MeetingKind"]["party_committee"]["en"], "Party committee");
    assert_eq!(labels["codes"]["access.denied"]["zh"], "您没有进行此操作的权限");
}

/// PDF and JPEG read alike in both.
fn is_chinese(text: &Value) -> bool {
    text.as_str().is_some_and(|text| text.chars().any(|c| ('一'..='龥').contains(&c)))
}
