//! What stands in the way of anyone who guesses passwords or invite codes, and in nobody else's.

use diesel::prelude::*;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use xianfeng::base::capability::Role;
use xianfeng::base::id::MemberId;
use xianfeng::db::schema::members;
use xianfeng::on;
use xianfeng::people::members::phone_index;

use crate::support::process::Site;
use crate::support::{PASSWORD, Reply, TestApp, needs_postgres, send};

/// An app behind a proxy, which tells it where requests come from.
async fn start() -> TestApp {
    TestApp::start_with(&["--trusted-proxies=127.0.0.1"]).await
}

async fn post_from(app: &TestApp, address: &str, path: &str, body: Value) -> Reply {
    send(app.request(Method::POST, path).header("x-forwarded-for", address).json(&body)).await
}

fn wrong(account: &str) -> Value {
    json!({ "account": account, "password": "wrong-2026" })
}

fn right(account: &str) -> Value {
    json!({ "account": account, "password": PASSWORD })
}

fn tried(replies: &[Reply]) -> usize {
    replies.iter().filter(|reply| reply.status == 401).count()
}

async fn give_phone(app: &TestApp, member: MemberId, phone: &str) {
    let index = phone_index(&app.secrets().phone_key, phone);
    app.write(move |tx| {
        let row = members::table.filter(members::id.eq(member));
        on!(&mut *tx.conn, c => diesel::update(row).set(members::phone_index.eq(&index)).execute(c))?;
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn of_sixty_wrong_passwords_at_once_ten_are_tried() {
    let app = start().await;
    let li = app.member("李一").sign_in().await;
    let replies = join_all((0..60).map(|_| app.post("/session", wrong(&li.employee_no)))).await;
    assert_eq!(tried(&replies), 10);
    for locked in replies.iter().filter(|reply| reply.status != 401) {
        locked.refused(429, "sessions.locked_out");
        assert_eq!(locked.header("retry-after"), Some("1"));
    }
}

#[tokio::test]
async fn thirty_addresses_have_no_more_tries_at_one_account_than_one() {
    let app = start().await;
    let li = app.member("李一").sign_in().await;
    let mut replies = Vec::new();
    for n in 1..=30 {
        for _ in 0..3 {
            replies.push(post_from(&app, &format!("192.0.2.{n}"), "/session", wrong(&li.employee_no)).await);
        }
    }
    assert_eq!(tried(&replies), 10);
    let mut known = right(&li.employee_no);
    known["device_key"] = li.session["device_key"].clone();
    post_from(&app, "192.0.2.1", "/session", known).await.ok(201);
}

#[tokio::test]
async fn number_and_phone_are_one_account() {
    let app = start().await;
    let li = app.member("李一").sign_in().await;
    give_phone(&app, li.id, "19911112222").await;
    for typed in ["19911112222", "+86 199 1111 2222", "199-1111-2222", "１９９ １１１１ ２２２２", "8619911112222"]
    {
        app.post("/session", right(typed)).await.ok(201);
        app.post("/session", wrong(typed)).await.refused(401, "sessions.wrong_password");
    }
    for _ in 0..5 {
        app.post("/session", wrong(&li.employee_no)).await.refused(401, "sessions.wrong_password");
    }
    for account in ["199 1111 2222", li.employee_no.as_str()] {
        app.post("/session", wrong(account)).await.refused(429, "sessions.locked_out");
    }
}

#[tokio::test]
async fn an_account_that_nobody_has_is_locked_like_any_other() {
    let app = start().await;
    for _ in 0..10 {
        app.post("/session", wrong("nobody")).await.refused(401, "sessions.wrong_password");
    }
    app.post("/session", wrong(" NOBODY ")).await.refused(429, "sessions.locked_out");
    // in whatever spelling, or the count would tell which numbers somebody has
    for _ in 0..10 {
        app.post("/session", wrong("13312345678")).await.refused(401, "sessions.wrong_password");
    }
    app.post("/session", wrong("133 1234-5678")).await.refused(429, "sessions.locked_out");
}

#[tokio::test]
#[ignore = "needs PostgreSQL and Redis: scripts/test runs it there"]
async fn two_servers_do_not_double_the_tries() {
    needs_postgres();
    let app = start().await;
    let li = app.member("李一").sign_in().await;
    let sibling = app.sibling().await;
    let tries = (0..30).map(|n| if n % 2 == 0 { &app } else { &sibling }.post("/session", wrong(&li.employee_no)));
    assert_eq!(tried(&join_all(tries).await), 10);
}

#[tokio::test]
async fn an_address_that_sprays_accounts_is_stopped_and_stops_nobody_else() {
    let app = start().await;
    let secretary = app.member("王书记").role(Role::Secretary, "ZB1").sign_in().await;
    let li = app.member("李一").sign_in().await;
    let (new_member, number) = app.member("新人").unregistered().await;
    let mut replies = Vec::new();
    for n in 0..300 {
        // another address of the same line each time
        let address = format!("2001:db8:1:2::{:x}", n + 1);
        replies.push(post_from(&app, &address, "/session", wrong(&format!("X{n}"))).await);
    }
    assert_eq!(tried(&replies), 50);
    let locked = replies.last().unwrap();
    locked.refused(429, "sessions.locked_out");
    assert!(locked.header("retry-after").is_some());

    let mut known = right(&li.employee_no);
    post_from(&app, "2001:db8:1:2::9", "/session", known.clone()).await.refused(429, "sessions.locked_out");
    post_from(&app, "2001:db8:1:3::9", "/session", known.clone()).await.ok(201);
    known["device_key"] = li.session["device_key"].clone();
    post_from(&app, "2001:db8:1:2::9", "/session", known).await.ok(201);

    let issued = secretary.post("/invitations", json!({ "member_id": new_member })).await.ok(201);
    let redeem = json!({
        "employee_no": number, "invite_code": issued["items"][0]["invite_code"], "new_password": "xinren-2026",
    });
    post_from(&app, "2001:db8:1:2::9", "/session/invitation", redeem).await.ok(201);
}

#[tokio::test]
async fn a_genuine_code_works_whatever_was_tried_before() {
    let app = start().await;
    let secretary = app.member("王书记").role(Role::Secretary, "ZB1").sign_in().await;
    let (new_member, number) = app.member("新人").unregistered().await;
    let issued = secretary.post("/invitations", json!({ "member_id": new_member })).await.ok(201);
    let redeem = |code: &Value| json!({ "employee_no": number, "invite_code": code, "new_password": "xinren-2026" });
    let guess = redeem(&json!("0000-0000-0000"));
    for _ in 0..10 {
        app.post("/session/invitation", guess.clone()).await.refused(422, "invitations.invalid");
        app.post("/session", wrong(&number)).await.refused(401, "sessions.wrong_password");
    }
    app.post("/session/invitation", guess).await.refused(429, "sessions.locked_out");
    app.post("/session", wrong(&number)).await.refused(429, "sessions.locked_out");
    app.post("/session/invitation", redeem(&issued["items"][0]["invite_code"])).await.ok(201);
}

#[tokio::test]
async fn a_signed_in_member_changes_the_password_while_strangers_try_it() {
    let app = start().await;
    let li = app.member("李一").sign_in().await;
    for _ in 0..10 {
        app.post("/session", wrong(&li.employee_no)).await.refused(401, "sessions.wrong_password");
    }
    let change = |old: &str| json!({ "old_password": old, "new_password": "lianhua-2026" });
    li.put("/me/password", change(PASSWORD)).await.ok(200);
    for _ in 0..10 {
        li.put("/me/password", json!({ "old_password": PASSWORD, "new_password": "hehua-2026" }))
            .await
            .refused(401, "sessions.wrong_password");
    }
    li.put("/me/password", change("x")).await.refused(429, "sessions.locked_out");
}

/// A few hundred of the five thousand of `attempts_kernel`, through the front door.
#[tokio::test]
async fn a_plant_signs_in_for_the_first_time_behind_one_address() {
    let app = start().await;
    let mut numbers = Vec::new();
    for n in 0..200 {
        let (id, number) = app.member(&format!("工人{n}")).unregistered().await;
        app.give_password(id).await;
        numbers.push(number);
    }
    for (n, part) in numbers.chunks(8).enumerate() {
        if n % 2 == 0 {
            post_from(&app, "198.51.100.7", "/session", wrong(&part[0])).await.refused(401, "sessions.wrong_password");
        }
        let sign_ins = part.iter().map(|number| post_from(&app, "198.51.100.7", "/session", right(number)));
        for reply in join_all(sign_ins).await {
            reply.ok(201);
        }
    }
}

#[tokio::test]
async fn a_known_device_is_hashed_before_the_strangers_who_wait() {
    let app = start().await;
    let li = app.member("李一").sign_in().await;
    let mut known = right(&li.employee_no);
    known["device_key"] = li.session["device_key"].clone();
    let answered = std::sync::atomic::AtomicUsize::new(0);
    let strangers = join_all((0..40).map(async |n| {
        let reply = post_from(&app, "203.0.113.5", "/session", wrong(&format!("X{n}"))).await;
        answered.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        reply
    }));
    let known = async {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        app.post("/session", known).await.ok(201);
        answered.load(std::sync::atomic::Ordering::SeqCst)
    };
    let (_, answered_before) = futures_util::future::join(strangers, known).await;
    assert!(answered_before < 25, "{answered_before} of 40 strangers were answered before");
}

#[tokio::test]
async fn one_address_that_asks_for_everything_leaves_the_others_their_turns() {
    let app = start().await;
    let ask = |address: &'static str, number: usize| {
        join_all(
            (0..number)
                .map(|n| post_from(&app, address, "/session", wrong(&format!("{address}-{n}"))))
                .collect::<Vec<_>>(),
        )
    };
    let (greedy, modest) = futures_util::future::join(ask("203.0.113.5", 120), ask("203.0.113.6", 4)).await;
    assert!(modest.iter().all(|reply| reply.status == 401), "{modest:?}");
    let shed: Vec<&Reply> = greedy.iter().filter(|reply| reply.status != 401).collect();
    assert!(!shed.is_empty());
    for reply in shed {
        reply.refused(503, "service.unavailable");
        assert_eq!(reply.header("retry-after"), Some("1"));
    }
}

#[tokio::test]
async fn sign_in_goes_on_without_redis() {
    let app = TestApp::start_with(&["--redis-url=redis://127.0.0.1:1"]).await;
    let li = app.member("李一").sign_in().await;
    for _ in 0..10 {
        app.post("/session", wrong(&li.employee_no)).await.refused(401, "sessions.wrong_password");
    }
    app.post("/session", wrong(&li.employee_no)).await.refused(429, "sessions.locked_out");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_of_sign_ins_fills_the_queue_and_not_the_log() {
    let site = Site::open(1).await;
    let server = site.serve().await;
    let ask = (0..300).map(|n| server.client.post(server.url("/session")).json(&wrong(&format!("X{n}"))).send());
    let answers = join_all(ask).await;
    let busy = answers.iter().filter(|answer| answer.as_ref().is_ok_and(|answer| answer.status() == 503)).count();
    assert!(busy > 20, "{busy}");
    let log = server.log();
    assert!(log.contains("turned away with 503: too many sign-ins wait"), "{log}");
    let lines = log.lines().filter(|line| line.contains("WARN") || line.contains("ERROR")).count();
    assert!(lines <= 5, "{busy} were turned away, and {lines} lines say so:\n{log}");
}
