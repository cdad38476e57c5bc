//! Two servers on one PostgreSQL and one Redis behave as one.

use std::time::{Duration, Instant};

use diesel::prelude::*;
use tokio::task::JoinSet;
use tokio::time::sleep;
use xianfeng::db::schema::{notices, outbox, quiz_papers, study_days};
use xianfeng::on;

use super::alone;
use super::load::Books;
use crate::support::process::{Server, Site};
use crate::support::{needs_postgres, send};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL and Redis: scripts/test runs it there"]
async fn two_servers_are_one() {
    needs_postgres();
    let _turn = alone().await;
    let site = Site::without_paper(QUORUM).await;
    let early = ["--paper-at=00:00".to_owned()];
    let (one, two) = tokio::join!(site.serve_with(&early), site.serve_with(&early));
    for server in [&one, &two] {
        wait_for_paper(server, &site).await;
    }
    published_once(&site).await;
    one_result(&site, &one, &two).await;
    an_ended_session_is_over(&site, &one, &two).await;
}

const QUORUM: usize = 4;

async fn wait_for_paper(server: &Server, site: &Site) {
    let began = Instant::now();
    while get(server, "/quiz/daily", &site.token(0)).await != 200 {
        assert!(began.elapsed() < Duration::from_secs(10), "no paper came");
        sleep(Duration::from_millis(50)).await;
    }
}

async fn get(server: &Server, path: &str, token: &str) -> u16 {
    server.get(path, token).await.unwrap().status
}

/// One paper, one day to study, one notice, though both servers have a scheduler.
async fn published_once(site: &Site) {
    sleep(Duration::from_secs(2)).await; // the outbox delivers each second
    let mut conn = site.connect();
    let papers: i64 = on!(&mut conn, c => quiz_papers::table.count().get_result(c)).unwrap();
    let days: i64 = on!(&mut conn, c => study_days::table.count().get_result(c)).unwrap();
    let told: i64 = on!(&mut conn, c => notices::table.count().get_result(c)).unwrap();
    let untold: i64 = on!(&mut conn, c => outbox::table.count().get_result(c)).unwrap();
    assert_eq!((papers, days, told, untold), (1, 1, 1, 0), "papers, days, notices, messages left");
}

/// The same submission through both servers at once gives one result and its points once.
async fn one_result(site: &Site, one: &Server, two: &Server) {
    const TIMES: usize = 64;
    let path = format!("/quiz/daily/{}/submission", site.day);
    let mut requests = JoinSet::new();
    for n in 0..TIMES {
        let server = if n % 2 == 0 { one } else { two };
        let request = server.client.put(server.url(&path)).bearer_auth(site.token(1)).json(&site.answers(3));
        requests.spawn(async move {
            let reply = send(request).await;
            (reply.status, reply.bytes)
        });
    }
    let answers = requests.join_all().await;
    let fresh = answers.iter().filter(|(status, _)| *status == 201).count();
    let again = answers.iter().filter(|(status, _)| *status == 200).count();
    assert_eq!((fresh, again), (1, TIMES - 1));
    assert!(answers.iter().all(|(_, body)| *body == answers[0].1), "everybody is told the same");
    let books = Books::read(site);
    assert_eq!(books.len(), 1);
    assert_eq!(books.best(10), [3]);
    books.agree();
    println!("two servers: {TIMES} identical submissions, {fresh} result, {again} repeats, 3 points once");
}

/// A session that is ended on one server is refused by the other within two seconds, though it knows it well.
async fn an_ended_session_is_over(site: &Site, one: &Server, two: &Server) {
    let token = site.token(2);
    for server in [one, two] {
        assert_eq!(get(server, "/me/sessions", &token).await, 200);
    }
    let ended = send(one.client.delete(one.url("/session")).bearer_auth(&token)).await;
    let began = Instant::now();
    assert!(ended.status < 300, "{}", ended.text());
    assert_eq!(get(one, "/me/sessions", &token).await, 401, "at once where it was ended");
    while get(two, "/me/sessions", &token).await != 401 {
        assert!(began.elapsed() < Duration::from_secs(2), "still welcome on the other server");
        sleep(Duration::from_millis(20)).await;
    }
    println!("two servers: a session ended on one was refused by the other after {:.2?}", began.elapsed());
}
