//! Live updates: what a page that is open hears of, and when its stream ends.

use std::time::Duration;

use reqwest::{Method, Response};
use xianfeng::base::capability::Role;
use xianfeng::ground::notices::{self, NewNotice, NoticeKind, To};

use crate::support::{Person, TestApp, needs_postgres};

/// A stream that is open, with what it has said so far.
struct Listening {
    response: Response,
    said: String,
}

impl Listening {
    async fn to(person: &Person<'_>, topics: &str, last: Option<&str>) -> Listening {
        let mut request = person.request(Method::GET, &format!("/events?topics={topics}"));
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = request.header("accept-encoding", "gzip, br").send().await.unwrap();
        assert_eq!(response.status(), 200);
        let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(header("content-type").as_deref(), Some("text/event-stream"));
        assert_eq!(header("x-accel-buffering").as_deref(), Some("no"));
        assert!(header("content-encoding").is_none_or(|coding| coding == "identity"), "it is not compressed");
        let mut listening = Listening { response, said: String::new() };
        listening.hear("retry:").await;
        listening
    }

    /// Waits until it has said something; fails after some seconds.
    async fn hear(&mut self, what: &str) {
        let began = std::time::Instant::now();
        while !self.said.contains(what) {
            let limit = Duration::from_secs(8).saturating_sub(began.elapsed());
            let chunk = tokio::time::timeout(limit, self.response.chunk()).await;
            let chunk = chunk.unwrap_or_else(|_| panic!("never heard {what}: {}", self.said)).unwrap();
            self.said.push_str(&String::from_utf8_lossy(&chunk.unwrap_or_else(|| panic!("ended: {}", self.said))));
        }
    }

    /// Waits for its end.
    async fn ends(mut self) {
        let ending = async { while self.response.chunk().await.unwrap().is_some() {} };
        tokio::time::timeout(Duration::from_secs(8), ending).await.expect("the stream should have ended");
    }
}

async fn tell(app: &TestApp, to: To) {
    app.write(move |tx| {
        let (kind, title, body) = (NoticeKind::PUBLISHED, "一条".to_owned(), "内容".to_owned());
        Ok(notices::tell(tx, NewNotice { to, kind, title, body, link: None })?)
    })
    .await;
    app.tick().await;
    app.tick().await; // what the first one did is heard by the second
}

fn id_in(said: &str) -> String {
    said.split("id: ").last().unwrap().lines().next().unwrap().to_owned()
}

#[tokio::test]
async fn a_page_hears_that_something_is_new_and_not_what() {
    let app = TestApp::start().await;
    let (li, zhou) = (app.member("李一").sign_in().await, app.member("周二").home("XZ31").sign_in().await);
    let mut of_li = Listening::to(&li, "notices", None).await;
    let mut of_zhou = Listening::to(&zhou, "notices,study", None).await;
    tell(&app, To::Unit(app.unit("DW1"))).await;
    of_li.hear("event: notices").await;
    assert!(!of_li.said.contains("内容") && of_li.said.contains("\"subject\""), "{}", of_li.said);
    let last = id_in(&of_li.said);
    tell(&app, To::Member(zhou.id)).await;
    of_zhou.hear("event: notices").await;
    assert_eq!(of_zhou.said.matches("event: notices").count(), 1, "not what is another unit's: {}", of_zhou.said);
    // a page that was away asks for what it missed
    drop(of_li);
    tell(&app, To::Member(li.id)).await;
    let mut again = Listening::to(&li, "notices", Some(&last)).await;
    again.hear(&li.id.to_string()).await;
    app.advance_seconds(3 * 3600);
    let li = app.sign_in_anew(&li).await;
    Listening::to(&li, "notices", Some(&last)).await.hear("event: resync").await;
    Listening::to(&li, "notices", Some("nonsense")).await.hear("event: resync").await;
}

#[tokio::test]
async fn a_stream_ends_with_its_session() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    let open = Listening::to(&li, "notices", None).await;
    li.delete("/session").await.ok(204);
    app.tick().await;
    open.ends().await;
    assert_eq!(li.get("/events?topics=notices").await.status, 401);
}

#[tokio::test]
async fn a_member_has_five_streams_and_topics_that_there_are() {
    let app = TestApp::start().await;
    let li = app.member("李一").sign_in().await;
    for bad in ["", "?topics=", "?topics=secrets", "?topics=notices,other"] {
        li.get(&format!("/events{bad}")).await.refused(400, "query.invalid");
    }
    let mut open = Vec::new();
    for _ in 0..5 {
        open.push(Listening::to(&li, "notices", None).await);
    }
    let sixth = li.get("/events?topics=notices").await;
    sixth.refused(429, "events.too_many");
    open.pop();
    // the server notices at the latest when it sends something
    tell(&app, To::Member(li.id)).await;
    tell(&app, To::Member(li.id)).await;
    let mut tried = 0;
    while li.request(Method::GET, "/events?topics=notices").send().await.unwrap().status() == 429 {
        tried += 1;
        assert!(tried < 50, "a place that is free is given again");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn an_import_says_how_far_it_has_come() {
    let app = TestApp::start().await;
    let admin = app.member("管理员").role(Role::Administrator, "JT").sign_in().await;
    let other = app.member("另一").role(Role::Administrator, "JT").sign_in().await;
    let mut open = Listening::to(&admin, "imports", None).await;
    let mut theirs = Listening::to(&other, "imports,notices", None).await;
    let rows: String = (0..30).map(|n| format!("M{n:04},人员{n},,XZ11,党员,\n")).collect();
    let file = format!("工号,姓名,手机号,所属党小组编码,政治面貌,职务\n{rows}");
    let request = admin.request(Method::POST, "/imports/members").body(file);
    crate::support::send(request).await.ok(200);
    open.hear("\"total\":30").await;
    assert!(open.said.contains("event: imports") && open.said.contains("\"what\":\"members\""), "{}", open.said);
    tell(&app, To::Member(other.id)).await;
    theirs.hear("event: notices").await;
    assert!(!theirs.said.contains("imports"), "{}", theirs.said);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL and Redis: scripts/test runs it there"]
async fn what_happens_at_one_server_is_heard_at_the_other_and_a_stream_goes_on_at_either() {
    needs_postgres();
    let one = TestApp::start().await;
    let li = one.member("李一").sign_in().await;
    let two = one.sibling().await;
    let there = two.with_session(li.id, &li.employee_no, li.session.clone());
    let mut at_two = Listening::to(&there, "notices", None).await;
    let mut at_one = Listening::to(&li, "notices", None).await;
    tell(&one, To::Member(li.id)).await;
    two.tick().await;
    for open in [&mut at_one, &mut at_two] {
        open.hear("event: notices").await;
    }
    let last = id_in(&at_two.said);
    assert_eq!(last, id_in(&at_one.said), "the id is the change's, wherever it is heard");
    // the page loses its server; what happens meanwhile is known to the other one, and nothing of what was heard comes again
    drop((at_one, at_two));
    tell(&two, To::Member(li.id)).await;
    tell(&two, To::Member(li.id)).await;
    for at in [&li, &there] {
        let mut again = Listening::to(at, "notices", Some(&last)).await;
        let began = std::time::Instant::now();
        while again.said.matches("event: notices").count() < 2 {
            assert!(began.elapsed() < Duration::from_secs(8), "{}", again.said);
            let chunk = tokio::time::timeout(Duration::from_secs(8), again.response.chunk()).await;
            again.said.push_str(&String::from_utf8_lossy(&chunk.expect("more is told").unwrap().unwrap()));
        }
        assert!(!again.said.contains(&last) && !again.said.contains("resync"), "{}", again.said);
    }
    // a session that is ended at one server ends the stream that the other one holds
    let open = Listening::to(&there, "notices", None).await;
    li.delete("/session").await.ok(204);
    two.tick().await;
    open.ends().await;
}
