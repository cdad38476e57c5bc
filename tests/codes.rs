//! Every code that a refusal may bear, read from the source: one spelling, one meaning, one page that lists them all.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use serde::{Deserialize, Serialize};

/// For the program, which tells of them in `GET /labels`.
const LIST: &str = "openapi/codes.json";
/// For people.
const PAGE: &str = "docs/codes.md";

/// How far behind a code its sentence stands at most, in bytes.
const NEAR: usize = 400;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Code {
    status: u16,
    /// The sentence that people read; what is filled in stands in braces.
    zh: String,
    en: String,
}

/// Where refusals become problems.
fn is_spoken(file: &str) -> bool {
    let inside = file.trim_start_matches("src/");
    inside.starts_with("web/")
        || inside.ends_with("/api.rs")
        || inside.contains("/api/")
        || inside.ends_with("/health.rs")
        || inside.starts_with("people/sessions/")
}

fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
    for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            found.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
        }
    }
}

/// The text's string literals with their places; comments and tests are left out.
fn literals(text: &str) -> Vec<(usize, String)> {
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    let mut found = Vec::new();
    let mut rest = text.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        match c {
            '/' if rest.peek().is_some_and(|(_, next)| *next == '/') => {
                while rest.next().is_some_and(|(_, c)| c != '\n') {}
            }
            '\'' => {
                // a letter, or the name of a lifetime
                let escaped = rest.peek().is_some_and(|(_, next)| *next == '\\');
                let ends = text[at + 1..].char_indices().nth(if escaped { 2 } else { 1 });
                if ends.is_some_and(|(_, end)| end == '\'') {
                    (0..if escaped { 3 } else { 2 }).for_each(|_| {
                        rest.next();
                    });
                }
            }
            '"' => {
                let mut literal = String::new();
                while let Some((_, c)) = rest.next() {
                    match c {
                        '"' => break,
                        '\\' => {
                            rest.next();
                        }
                        c => literal.push(c),
                    }
                }
                found.push((at, literal));
            }
            _ => {}
        }
    }
    found
}

fn is_code(text: &str) -> bool {
    let is_word = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    text.split_once('.').is_some_and(|(family, reason)| is_word(family) && is_word(reason))
}

fn is_chinese(text: &str) -> bool {
    text.chars().any(|c| ('一'..='龥').contains(&c))
}

/// The status of the problem that is being made where a code stands.
fn status(before: &str) -> Option<u16> {
    let (_, made) = before.rsplit_once("Problem::")?;
    // it stands among what the problem is made from, not somewhere behind it
    if made.len() > 200 || [";", "=>", "}"].iter().any(|end| made.contains(end)) {
        return None;
    }
    Some(match made.split('(').next()? {
        "malformed" => 400,
        "unauthenticated" => 401,
        "forbidden" => 403,
        "not_found" => 404,
        "method_not_allowed" => 405,
        "conflict" => 409,
        "gone" => 410,
        "unprocessable" | "field" => 422,
        "too_many" => 429,
        "new" => match made {
            made if made.contains("METHOD_NOT_ALLOWED") => 405,
            made if made.contains("REQUEST_TIMEOUT") => 408,
            made if made.contains("PAYLOAD_TOO_LARGE") => 413,
            made if made.contains("UNSUPPORTED_MEDIA_TYPE") => 415,
            made if made.contains("INTERNAL_SERVER_ERROR") => 500,
            made if made.contains("SERVICE_UNAVAILABLE") => 503,
            made if made.contains("FORBIDDEN") => 403,
            made if made.contains("UNPROCESSABLE_ENTITY") => 422,
            _ => return None,
        },
        _ => return None,
    })
}

fn english(code: &str) -> String {
    let reason = code.split('.').next_back().unwrap_or_default().replace('_', " ");
    let mut letters = reason.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Codes whose sentences are put together in a function, and what these say.
const MADE_ELSEWHERE: [(&str, &str); 21] = [
    ("appraisals.bad_scheme", "考评积分办法有误，请检查标出的部分"),
    ("appraisals.not_proposed", "这一项不能这样提出"),
    ("honours.bad_holder", "获奖对象填写有误，请检查标出的字段"),
    ("honours.contradiction", "办法或条件有误，请检查标出的字段"),
    ("honours.not_reached", "不符合规定的条件"),
    ("campaigns.rule", "评选规则有误，请检查标出的字段"),
    ("contests.answer", "答案的格式不对"),
    ("contests.rule", "竞赛规则有误，请检查标出的字段"),
    ("campaigns.not_shown", "结果要到评选规则写明的时候才公开"),
    ("contests.questions_taken", "所选题目已用于其他竞赛或每日答题"),
    ("files.bad_name", "文件名或类型不符合要求"),
    ("ideas.wrong_state", "金点子当前的状态不能进行此项操作"),
    ("passwords.weak", "密码不符合要求"),
    ("questions.invalid", "试题内容有误"),
    ("route.method_not_allowed", "该接口不支持这种请求方法"),
    ("sessions.password_too_short", "您的职务要求登录密码不少于 10 个字符，请先修改密码"),
    ("service.maintenance", "系统维护中，暂时只能查看"),
    ("settings.bad_value", "设置的取值不符合要求"),
    ("study.too_soon", "阅读时间不足，请继续学习"),
    ("texts.not_waiting", "这条文字目前为“{状态}”，无须再审核"),
    ("units.widens_duty", "移动该组织会扩大某项职务的管辖范围，请先终止该职务"),
];

/// Every code of the source, with where it is first spoken.
fn found() -> BTreeMap<String, Code> {
    let mut files = Vec::new();
    sources(Path::new("src"), &mut files);
    files.sort();
    let mut codes: BTreeMap<String, Code> = BTreeMap::new();
    for (file, text) in files.iter().filter(|(file, _)| is_spoken(file)) {
        let literals = literals(text);
        for (n, (at, code)) in literals.iter().enumerate().filter(|(_, (_, text))| is_code(text)) {
            let Some(status) = status(&text[..*at]) else { continue };
            let near = literals[n + 1..].iter().take_while(|(place, text)| place - at < NEAR && !is_code(text));
            let sentence = near.map(|(_, text)| text.clone()).find(|text| is_chinese(text));
            let known = codes.entry(code.clone()).or_insert(Code { status, zh: String::new(), en: english(code) });
            assert_eq!(known.status, status, "{file}: {code} has two statuses");
            if let Some(sentence) = sentence.filter(|_| known.zh.is_empty()) {
                known.zh = sentence;
            }
        }
    }
    for (code, sentence, status) in of_sheets(&files) {
        codes.insert(code.clone(), Code { status, zh: sentence, en: english(&code) });
    }
    for (code, known) in &mut codes {
        if known.zh.is_empty() && known.status == 429 {
            known.zh = "操作过于频繁，请稍后再试".into();
        }
        if let Some((_, zh)) = MADE_ELSEWHERE.iter().find(|(other, _)| other == code) {
            known.zh = (*zh).to_owned();
        }
    }
    let silent: Vec<&String> = codes.iter().filter(|(_, known)| known.zh.is_empty()).map(|(code, _)| code).collect();
    assert!(silent.is_empty(), "these stand far from their sentences: {silent:?}");
    codes
}

/// Sheets are refused with sentences of their own: each variant's stands above it, its code in the table below.
fn of_sheets(files: &[(String, String)]) -> Vec<(String, String, u16)> {
    let text = &files.iter().find(|(file, _)| file.ends_with("base/sheet/error.rs")).unwrap().1;
    let literals = literals(text);
    let sentences = literals.iter().filter(|(_, text)| is_chinese(text)).map(|(_, text)| text.clone());
    let codes = literals.iter().filter(|(_, text)| is_code(text)).map(|(_, text)| text.clone());
    let is_large = |code: &str| ["large", "many", "bomb"].iter().any(|word| code.contains(word));
    let is_strange = |code: &str| ["legacy", "encoding", "not_a_sheet"].iter().any(|word| code.contains(word));
    let status = |code: &str| {
        if is_large(code) {
            413
        } else if is_strange(code) {
            415
        } else {
            422
        }
    };
    codes.zip(sentences).map(|(code, sentence)| (code.clone(), sentence, status(&code))).collect()
}

fn page(codes: &BTreeMap<String, Code>) -> String {
    let mut page = "# 错误代码 · Codes\n\n\
        A program switches on `code`, a person reads `detail`. This page is made from the source by `scripts/observe`; a test\n\
        compares it. Which operation answers with which code stands in the API document.\n"
        .to_owned();
    let mut family = "";
    for (code, Code { status, zh, .. }) in codes {
        let (here, _) = code.split_once('.').unwrap();
        if here != family {
            family = here;
            write!(page, "\n## {family}\n\n| code | status | 说明 |\n|---|---|---|\n").unwrap();
        }
        writeln!(page, "| `{code}` | {status} | {} |", zh.replace('|', "\\|")).unwrap();
    }
    page
}

#[test]
fn one_page_lists_every_code() {
    let codes = found();
    assert!(codes.len() > 240, "{}", codes.len());
    let (list, page) = (serde_json::to_string_pretty(&codes).unwrap() + "\n", page(&codes));
    if std::env::var("XIANFENG_OBSERVE").is_ok() {
        std::fs::write(LIST, list).unwrap();
        std::fs::write(PAGE, page).unwrap();
        return;
    }
    for (file, made) in [(LIST, list), (PAGE, page)] {
        let kept = std::fs::read_to_string(file).unwrap_or_default();
        assert!(kept == made, "{file} is out of date: XIANFENG_OBSERVE=1 cargo test --test main one_page_lists");
    }
}

/// Families of the grammar itself, which no room speaks.
const OF_THE_GRAMMAR: [&str; 15] = [
    "access",
    "body",
    "cors",
    "idempotency",
    "imports",
    "limits",
    "metrics",
    "query",
    "route",
    "service",
    "versions",
    "passwords",
    // a room that others call, and that has no routes
    "bulletins",
    // workbooks of things of several rooms
    "layouts",
    // held as roles, spoken of as duties
    "duties",
];

#[test]
fn a_code_begins_with_a_room_or_a_thing_in_the_plural() {
    let document = serde_json::to_value(xianfeng::app::openapi()).unwrap();
    let mut nouns: Vec<String> = Vec::new();
    for (_, path, operation) in crate::openapi::operations(&document) {
        nouns.extend(path.split('/').filter(|part| !part.starts_with('{')).map(|part| part.replace('-', "_")));
        nouns.extend(
            operation["tags"].as_array().into_iter().flatten().filter_map(|tag| tag.as_str()).map(str::to_owned),
        );
    }
    let known = |family: &str| {
        let is_noun = nouns.iter().any(|noun| noun == family || noun.ends_with(&format!("_{family}")));
        is_noun || OF_THE_GRAMMAR.contains(&family)
    };
    let strange: Vec<String> = found().into_keys().filter(|code| !known(code.split('.').next().unwrap())).collect();
    assert!(strange.is_empty(), "{strange:?}");
}

/// What is over, and therefore 410; what merely stands at another stage is 409.
const OVER: [(&str, &str); 17] = [
    ("campaigns.cancelled", "the campaign, for everybody"),
    ("campaigns.counted", "looking at flags, by the count"),
    ("campaigns.counted_already", "cancelling, by the count"),
    ("campaigns.over", "the stage"),
    ("challenge.revival_over", "the day of the run"),
    ("challenge.run_over", "the run"),
    ("contests.cancelled", "the contest, for everybody"),
    ("contests.over", "the contest's time"),
    ("contests.time_over", "the attempt's time"),
    ("files.address_over", "the address"),
    ("imports.too_late", "the days for taking one back"),
    ("obligations.withdrawn", "it was withdrawn before"),
    ("points.rule_withdrawn", "the version of the rule"),
    ("quiz.day_over", "the day and its grace"),
    ("quiz.day_past", "the day"),
    ("quiz.not_fetched", "the day, and the grace holds only for who had the paper"),
    ("study.reading_over", "the reading's day and its grace"),
];

/// Called over and yet not 410, with the reason.
const ENDED_OTHERWISE: [(&str, u16, &str); 3] = [
    ("proposals.over", 409, "somebody has answered it: it stands at another stage"),
    ("proposals.days_over", 409, "the term that it names is, while it can be proposed anew"),
    ("study.day_over", 422, "the body names a day that is"),
];

/// 404 that is called by another name, with the reason.
const NOTHING_THERE: [&str; 8] = [
    "campaigns.no_ballot",  // of the caller
    "challenge.no_run",     // of the caller, today
    "files.no_thumbnail",   // of that file
    "platforms.not_bound",  // by the caller
    "platforms.not_used",   // by the enterprise
    "quiz.no_paper",        // of that day
    "resets.not_requested", // by the caller
    "settings.no_proposal", // of that id
];

#[test]
fn what_is_over_is_gone_what_is_not_there_is_not_found_and_a_wrong_stage_is_a_conflict() {
    let codes = found();
    let with = |status: u16| codes.iter().filter(move |(_, code)| code.status == status).map(|(code, _)| code.as_str());
    assert_eq!(with(410).collect::<Vec<_>>(), OVER.map(|(code, _)| code));
    let is_over =
        |code: &str| code.rsplit(['.', '_']).next().is_some_and(|end| ["over", "expired", "cancelled"].contains(&end));
    // who was signed in is to sign in anew
    for (code, known) in codes.iter().filter(|(code, known)| is_over(code) && known.status != 401) {
        let exempt = ENDED_OTHERWISE.iter().find(|(name, ..)| name == code);
        assert_eq!(known.status, exempt.map_or(410, |(_, status, _)| *status), "{code}");
    }
    for code in with(404).filter(|code| !code.ends_with("not_found")) {
        assert!(NOTHING_THERE.contains(&code), "{code}");
    }
    let missing = codes.iter().filter(|(code, _)| code.ends_with("not_found") && !code.starts_with("metrics."));
    missing.for_each(|(code, known)| assert_eq!(known.status, 404, "{code}"));
    let stage = codes.iter().filter(|(code, _)| {
        let reason = code.split('.').next_back().unwrap();
        reason.starts_with("wrong_") && reason.ends_with("state") || reason.ends_with("_taken") || reason == "not_open"
    });
    stage.for_each(|(code, known)| assert_eq!(known.status, 409, "{code}"));
}

#[test]
fn problems_speak_to_people_politely() {
    let mut files = Vec::new();
    sources(Path::new("src"), &mut files);
    // common passwords are not said to anybody
    let spoken = files.iter().filter(|(file, _)| !file.ends_with("rules/passwords.rs"));
    let rude = spoken.filter(|(_, text)| literals(text).iter().any(|(_, said)| said.contains('你')));
    assert_eq!(rude.map(|(file, _)| file.as_str()).collect::<Vec<_>>(), Vec::<&str>::new(), "say 您");
}

#[tokio::test]
async fn a_body_that_names_what_is_not_there_is_unprocessable() {
    use serde_json::json;

    let app = crate::support::TestApp::start().await;
    let all = crate::input::anybody(&app).await;
    let other = app.member("某甲").sign_in().await;
    let unit = |code: &str| format!("/units/{}", app.unit(code));
    let nothing = crate::input::NOTHING;
    let idea = crate::ideas::submitted(&other, "点子").await;
    let member = format!("/members/{}", other.id);
    let meeting = json!({ "kind": "lecture", "unit_id": nothing, "held_on": "2026-07-01", "title": "党课" });
    let attended = json!({ "kind": "lecture", "unit_id": app.unit("ZB1"), "held_on": "2026-07-01", "title": "党课",
        "attendance": [nothing] });
    let push = |item: &str, unit: &str| json!({ "item_id": item, "unit_id": unit, "day": "2026-07-02" });
    let item =
        json!({ "title": "党章", "summary": "摘要", "body": "正文", "source": "人民日报", "minimum_seconds": 30 });
    let item = all.post("/study/items", item).await.ok(201)["id"].as_str().unwrap().to_owned();
    let mut contest = crate::contests::body(&app);
    contest["meeting_id"] = json!(nothing);
    let written = |field: &str, value: serde_json::Value| {
        let mut idea = crate::ideas::idea("点子", false);
        idea[field] = value;
        idea
    };
    let new = json!({ "employee_no": "T900", "name": "新人", "kind": "full", "unit_id": nothing });
    let below = json!({ "code": "XZ98", "name": "新组", "kind": "党小组", "parent_id": nothing });
    let table = [
        ("POST", "/meetings".into(), meeting, "/unit_id"),
        ("POST", "/meetings".into(), attended, "/attendance/0"),
        ("POST", "/members".into(), new, "/unit_id"),
        ("PATCH", member.clone(), json!({ "unit_id": nothing }), "/unit_id"),
        ("POST", format!("{member}/roles"), json!({ "role": "secretary", "unit_id": nothing }), "/unit_id"),
        ("POST", "/units".into(), below, "/parent_id"),
        ("PATCH", unit("ZB2"), json!({ "parent_id": nothing }), "/parent_id"),
        ("POST", "/invitations".into(), json!({ "member_id": nothing }), "/member_id"),
        ("POST", "/invitations".into(), json!({ "unit_id": nothing }), "/unit_id"),
        ("POST", "/study/pushes".into(), push(nothing, &app.unit("ZB1").to_string()), "/item_id"),
        ("POST", "/study/pushes".into(), push(&item, nothing), "/unit_id"),
        ("POST", "/quiz/practice".into(), json!({ "question_id": nothing, "answer": ["A"] }), "/question_id"),
        ("PUT", "/quiz/daily/2026-07-02".into(), json!({ "question_ids": [nothing] }), "/question_ids/0"),
        ("POST", "/contests".into(), contest, "/meeting_id"),
        ("POST", "/ideas".into(), written("category", json!("没有")), "/category"),
        ("POST", "/ideas".into(), written("co_author_ids", json!([nothing])), "/co_author_ids/0"),
        ("POST", format!("/ideas/{idea}/comments"), json!({ "text": "好", "parent_id": nothing }), "/parent_id"),
    ];
    for (method, path, body, pointer) in table {
        let request = all.request(method.parse().unwrap(), &path).json(&body);
        let refused = crate::support::send(request).await.refused(422, "body.invalid");
        assert_eq!(refused["errors"][0]["pointer"], pointer, "{method} {path} {body}: {refused}");
    }
    // what the address names is not found
    all.get(&format!("/ideas/{nothing}")).await.refused(404, "ideas.not_found");
}
