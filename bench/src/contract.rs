//! Everything that the measurements assume of the product: its commands, settings, routes and bodies, and the
//! stored shapes of what is written past it. When the product changes, this file follows.

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// An authenticated JSON reply that asks the database nothing: what every answer costs at least.
pub const HELLO: &str = "/api/v1/boards";
pub const BOARD: &str = "/api/v1/boards/enterprise/total?period=day&limit=50";
pub const MY_RANK: &str = "/api/v1/boards/enterprise/total/mine?period=day";
/// Everything on a member's first page.
pub const TODAY: &str = "/api/v1/me/today";
pub const FEED: &str = "/api/v1/study/feed";
pub const PAPER: &str = "/api/v1/quiz/daily";
pub const REFRESH: &str = "/api/v1/session/refresh";
/// Answers 200 when the server can serve.
pub const READY: &str = "/readyz";
pub const ALIVE: &str = "/healthz";
/// Where attachments go.
pub const FILES: &str = "XIANFENG_FILES";
/// Where only these two and the measurements are answered.
pub const HEALTH_ADDRESS: &str = "XIANFENG_HEALTH_LISTEN";
/// Where the keys lie that votes are sealed with; each is destroyed when its vote is counted.
pub const VOTE_KEYS: &str = "XIANFENG_VOTE_KEYS";

/// In the head of a board that was read from the database, because Redis does not have it yet.
pub const NOT_BY_REDIS: &str = "x-board-source: database";

/// The table whose insertion is a daily submission.
pub const SUBMISSIONS: &str = "quiz_submissions";

pub const MIGRATE: &[&str] = &["migrate"];
pub const SERVE: &[&str] = &["serve"];
/// Makes every board anew from the ledger.
pub const REBUILD_BOARDS: &[&str] = &["rebuild-boards"];
pub const PRINT_SECRETS: &[&str] = &["secrets"];
/// Followed by the file.
pub const IMPORT_QUESTIONS: &[&str] = &["import", "questions"];

/// The dimension that the points of the prepared members lie in.
pub const DIMENSION: &str = "learning";

pub fn submission_path(day: &str) -> String {
    format!("/api/v1/quiz/daily/{day}/submission")
}

pub fn open_path(item: &str) -> String {
    format!("/api/v1/study/items/{item}/readings")
}

pub fn finish_path(reading: &str) -> String {
    format!("/api/v1/study/readings/{reading}/completion")
}

pub const CONTESTS: &str = "/api/v1/contests";
/// What follows the path of a contest.
pub const ANNOUNCE: &str = "/announcement";
pub const OPEN: &str = "/opening";
pub const CLOSE: &str = "/closing";
pub const PUBLISH: &str = "/publication";
pub const ATTEMPTS: &str = "/attempts";
const ATTEMPT: &str = "/api/v1/attempts";
pub const RANKING: &str = "/rankings?limit=50";
pub const MY_PLACE: &str = "/rankings/mine";

/// An answer to a single choice.
pub const ANSWER: &str = r#"{"answer":["A"]}"#;

/// The table that holds one row for each saved answer, and the order in which they were saved.
pub const ANSWERS: (&str, &str) = ("contest_answers", "saved_at, attempt_id");

pub const IDEAS: &str = "/api/v1/ideas";
/// The table whose insertion is handing an idea in.
pub const IDEAS_TABLE: &str = "ideas";
/// What ideas are in the search index.
pub const IDEA_KIND: &str = "idea";

/// An idea that is handed in at once.
pub fn idea(title: &str, problem: &str, proposal: &str) -> String {
    json!({"category": "智能化", "title": title, "problem": problem, "proposal": proposal, "submit": true}).to_string()
}

pub const CAMPAIGNS: &str = "/api/v1/campaigns";
pub const ENTRIES: &str = "/entries";
pub const BALLOTS: &str = "/ballots";
pub const RESULTS: &str = "/results";
/// The table that holds one row for each ballot, and the order in which they were cast.
pub const BALLOT_ROWS: (&str, &str) = ("campaign_ballots", "cast_at, member_id");
/// What ends every open vote, with its instant in microseconds, and has the server look at once.
pub const END_VOTES: &str = "UPDATE campaign_stages SET closes_at = {now} WHERE stage = 'vote' AND state = 'open'; \
                             UPDATE agenda SET due_at = {now}, held_until = NULL WHERE kind = 'campaigns'";
/// The duty that writes entries.
pub const SECRETARY: &str = "secretary";

/// A vote of everybody on ten of the entries, which are taken for `seconds` from now on.
pub fn campaign(root: Uuid, seconds: i64) -> String {
    let now = chrono::Utc::now();
    let at = |seconds| (now + chrono::TimeDelta::seconds(seconds)).to_rfc3339();
    json!({
        "title": "测试评选", "unit_id": root,
        "terms": {
            "kind": "brand_top_ten",
            "notice": {"document_no": "测试通知", "text": "通知"},
            "categories": [{"code": "brand", "title": "品牌", "quota": 10}],
            "electorate": {"kinds": ["full"]},
            "timetable": [
                {"stage": "entry", "opens_at": at(-60), "closes_at": at(seconds)},
                {"stage": "vote", "opens_at": at(seconds), "closes_at": at(24 * 3600)},
            ],
            "sources": [{"source": "vote", "rule": "share_of_ballots", "weight": 10_000}],
            "ballot": {"min": 1, "max": 10},
        },
    })
    .to_string()
}

pub fn campaign_path(written: &[u8]) -> Result<String> {
    Ok(format!("{CAMPAIGNS}/{}", text(written, &["/id"])?))
}

/// An entry of the enterprise itself.
pub fn entry(unit: Uuid, owner: Uuid, n: usize) -> String {
    json!({
        "unit_id": unit, "category": "brand",
        "plan": {
            "title": format!("品牌{n}"), "owner_id": owner, "goals": [{"name": "指标"}],
            "measures": [{"text": "措施"}], "expected_effects": ["提升"],
        },
    })
    .to_string()
}

pub fn entry_id(written: &[u8]) -> Result<String> {
    text(written, &["/id"])
}

pub fn hand_in_entry_path(entry: &str) -> String {
    format!("/api/v1/entries/{entry}/submission")
}

pub fn ballot(entries: &[&String]) -> String {
    json!({ "entries": entries }).to_string()
}

/// Whether the stage `name` of a campaign is open.
pub fn is_open(campaign: &[u8], name: &str) -> Result<bool> {
    let campaign: Value = serde_json::from_slice(campaign)?;
    let stages = campaign.get("stages").and_then(Value::as_array).context("the campaign has no stages")?;
    Ok(stages.iter().any(|stage| stage["stage"] == name && stage["state"] == "open"))
}

/// How many ballots were counted, once they were.
pub fn counted(results: &[u8]) -> Result<Option<u64>> {
    let results: Value = serde_json::from_slice(results)?;
    Ok(results.get("vote").context("the results do not speak of a vote")?["ballots_counted"].as_u64())
}

/// The duty of the first member, who runs the contest.
pub const ORGANISER: &str = "organiser";

/// A contest of ten single choices for everybody, announced for later and to be opened by hand.
pub fn contest(root: Uuid) -> String {
    let now = chrono::Utc::now();
    let (opens_at, closes_at) = (now + chrono::TimeDelta::hours(1), now + chrono::TimeDelta::hours(3));
    json!({
        "title": "测试竞赛", "unit_id": root, "opens_at": opens_at.to_rfc3339(), "closes_at": closes_at.to_rfc3339(),
        "paper": {"lines": [{"kind": "single", "count": 10}]},
        "terms": {
            "minutes": 60, "attempts": 1, "counts": "best", "reveal": "at_publication",
            "scoring": {"single": 2, "multiple": 4, "judge": 1, "fill": 2, "partial": "none"},
        },
    })
    .to_string()
}

pub fn contest_path(written: &[u8]) -> Result<String> {
    Ok(format!("{CONTESTS}/{}", text(written, &["/id"])?))
}

/// A started attempt, and the first question that it asks.
pub struct Attempt {
    id: String,
    question: String,
}

pub fn attempt(reply: &[u8]) -> Result<Attempt> {
    Ok(Attempt { id: text(reply, &["/id"])?, question: text(reply, &["/questions/0/id"])? })
}

/// Where the answer to the first question goes.
pub fn answer_path(attempt: &Attempt) -> String {
    format!("{ATTEMPT}/{}/answers/{}", attempt.id, attempt.question)
}

pub fn hand_in_path(attempt: &Attempt) -> String {
    format!("{ATTEMPT}/{}/submission", attempt.id)
}

pub fn is_ranked(contest: &[u8]) -> Result<bool> {
    let contest: Value = serde_json::from_slice(contest)?;
    Ok(contest.get("ranked_at").context("the contest does not say whether it is ranked")?.is_string())
}

/// The settings of a server under measurement, beside where its database is.
pub fn settings(secrets: &str) -> Vec<(&'static str, String)> {
    vec![
        ("XIANFENG_SECRETS", secrets.to_owned()),
        // Paper and pushes of the day are out, whatever the time is.
        ("XIANFENG_PAPER_AT", "00:00".into()),
        ("XIANFENG_PUSH_AT", "00:00".into()),
        // On every day of the week.
        ("XIANFENG_DAYS_OFF", "as_usual".into()),
        ("XIANFENG_LOG", "warn".into()),
        // 60,000 phones behind one address.
        ("XIANFENG_RATE_PER_ADDRESS", "1000000".into()),
        ("XIANFENG_RATE_PER_ACCOUNT", "1000".into()),
        // Everybody votes within seconds, at whatever hour, and is not to keep the count waiting for people to look.
        ("XIANFENG_WATCH_BALLOTS", u16::MAX.to_string()),
        ("XIANFENG_WATCH_NIGHT_FROM", "00:00".into()),
        ("XIANFENG_WATCH_NIGHT_UNTIL", "00:00".into()),
        // Who signs in says where from.
        ("XIANFENG_TRUSTED_PROXIES", "127.0.0.1".into()),
    ]
}

/// A JPEG that a member uploads.
pub fn upload(token: &str, picture: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST /api/v1/files?name=a.jpg HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: image/jpeg\r\nContent-Length: {}\r\n\r\n",
        picture.len()
    );
    [head.as_bytes(), picture].concat()
}

/// Everybody's password where members sign in, and what the database keeps of it.
pub const PASSWORD: &str = "lianhua-2026";
pub const PASSWORD_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c2l4dGVlbiBieXRlcyEhIQ$ge5ymQv5cYaUz+4LZwosa2P1GQ1Wv5+clbBivCLRn10";
/// Followed by the member's id and the hash.
pub const INSERT_PASSWORD: &str = "INSERT INTO credentials (member_id, password_hash, changed_at) VALUES (?, ?, 0)";

/// A sign-in that a proxy on this machine passes on from `address`.
pub fn sign_in(account: &str, password: &str, address: &str) -> Vec<u8> {
    let body = json!({"account": account, "password": password}).to_string();
    format!(
        "POST /api/v1/session HTTP/1.1\r\nHost: bench\r\nX-Forwarded-For: {address}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// What signs access tokens.
pub struct TokenKey {
    kid: String,
    key: Vec<u8>,
}

impl TokenKey {
    /// The signing key among the secrets that the product printed.
    pub fn of(secrets: &str) -> Result<TokenKey> {
        let secrets: Value = serde_json::from_str(secrets)?;
        let text = |pointer| secrets.pointer(pointer).and_then(Value::as_str).context("the secrets have another shape");
        let key = URL_SAFE_NO_PAD.decode(text("/token_keys/0/key")?)?;
        Ok(TokenKey { kid: text("/token_keys/0/kid")?.to_owned(), key })
    }

    /// An access token, good for a quarter of an hour from `now` (seconds since 1970).
    pub fn access_token(&self, member: Uuid, session: Uuid, now: i64) -> String {
        let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let header = part(json!({"typ": "JWT", "alg": "HS256", "kid": self.kid}));
        let claims = part(json!({"sub": member, "sid": session, "iss": "xianfeng", "aud": "xianfeng",
            "iat": now, "nbf": now, "exp": now + 900}));
        let signed = format!("{header}.{claims}");
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes keys of any length");
        mac.update(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    }
}

/// The refresh token of a session and what the database keeps of it.
pub fn refresh_token(session: Uuid) -> (String, Vec<u8>) {
    let secret = URL_SAFE_NO_PAD.encode(Sha256::digest(session.as_bytes()));
    (format!("{session}.{secret}"), Sha256::digest(secret.as_bytes()).to_vec())
}

/// The access token in the answer to a refresh.
pub fn refreshed(reply: &[u8]) -> Result<String> {
    text(reply, &["/access_token"])
}

/// The newest study item on a member's first page.
pub fn newest_item(reply: &[u8]) -> Result<String> {
    text(reply, &["/study/items/0/item_id"])
}

/// The reading that opening an item began.
pub fn reading(reply: &[u8]) -> Result<String> {
    text(reply, &["/id"])
}

/// The questions of a paper, in its order.
pub fn questions(reply: &[u8]) -> Result<Vec<String>> {
    let paper: Value = serde_json::from_slice(reply)?;
    let questions = paper.pointer("/questions").and_then(Value::as_array).context("the paper has no questions")?;
    let id = |question: &Value| question.get("id").or(question.get("question_id"))?.as_str().map(str::to_owned);
    questions.iter().map(|question| id(question).context("a question has no id")).collect()
}

/// An answer that may be given to the question with the answer key, and is wrong.
pub fn wrong(key: &Value) -> Value {
    match key.pointer("/0").and_then(Value::as_str) {
        Some("true") => json!(["false"]),
        Some("false") => json!(["true"]),
        Some("A") => json!(["B"]),
        _ => json!(["A"]),
    }
}

/// A submission of these answers.
pub fn submission<'a>(answers: impl Iterator<Item = (&'a str, Value)>) -> String {
    let answers: Vec<Value> =
        answers.map(|(question, answer)| json!({"question_id": question, "answer": answer})).collect();
    json!({"answers": answers}).to_string()
}

fn text(reply: &[u8], pointers: &[&str]) -> Result<String> {
    let reply: Value = serde_json::from_slice(reply)?;
    let found = pointers.iter().find_map(|pointer| reply.pointer(pointer)?.as_str());
    found.map(str::to_owned).with_context(|| format!("nothing at {pointers:?} in {reply}"))
}

/// What a server is told of a stand-in platform at `url`, on which accounts are called like members.
pub fn platform_settings(url: &str) -> Vec<(&'static str, String)> {
    vec![
        ("XIANFENG_WECOM_CORP_ID", "ww0000000000000001".into()),
        ("XIANFENG_WECOM_AGENT_ID", "1000002".into()),
        ("XIANFENG_WECOM_SECRET", "wecom-secret".into()),
        ("XIANFENG_WECOM_API", url.to_owned()),
        ("XIANFENG_WECHAT_PAGES", url.to_owned()),
        ("XIANFENG_WECOM_USERID_IS_EMPLOYEE_NO", "true".into()),
        ("XIANFENG_PUBLIC_URL", "https://bench.invalid".into()),
    ]
}

/// What the stand-in counts, and where it gives a code of everybody.
pub const PLATFORM_COUNTS: &str = "/_counts";
pub const PLATFORM_CODES: &str = "/_codes/all";
pub const PLATFORM_CODES_BODY: &str = r#"{"kind":"wecom_mini"}"#;

/// A notice of a kind that leaves at any hour, to a unit with everything below it.
pub fn notice(unit: &str) -> String {
    serde_json::json!({
        "to": { "unit": unit }, "kind": "security", "title": "今日学习：党章", "body": "请在今天完成学习。",
        "link": "/study/today",
    })
    .to_string()
}

/// The message by which it waits to be told: its id, its payload, and now.
pub const INSERT_MESSAGE: &str =
    "INSERT INTO outbox (id, topic, payload, available_at, created_at) VALUES (?1, 'notice', ?2, ?3, ?3)";

pub const COUNT_DELIVERIES: &str = "SELECT count(*) FROM channel_deliveries";

pub const SIGN_IN_BY_CODE: &str = "/api/v1/session/platforms/wecom";

/// What a client of the mini-program signs in with.
pub fn code_body(code: &str) -> String {
    serde_json::json!({ "code": code, "attempt": "1", "device": "bench" }).to_string()
}

pub const EVENTS: &str = "/api/v1/events?topics=notices";
