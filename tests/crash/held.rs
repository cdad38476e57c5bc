//! Another program holds the SQLite file: a backup, or somebody's shell.

use std::time::{Duration, Instant};

use super::alone;
use super::load::Load;
use crate::support::process::Site;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_another_program_holds_is_an_outage() {
    let _turn = alone().await;
    let site = Site::on_sqlite(4).await;
    let server = site.serve().await;
    let load = Load::new(&site);
    assert_eq!(load.submit(&server, 0).await.unwrap().status, 201);
    let path = site.database_url().trim_start_matches("sqlite://");
    let holder = rusqlite::Connection::open(path).unwrap();
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    let asked = Instant::now();
    let (first, second) = tokio::join!(load.submit(&server, 1), load.submit(&server, 2));
    let refused = asked.elapsed();
    for reply in [first.unwrap(), second.unwrap()] {
        reply.refused(503, "service.unavailable");
        assert!(reply.header("retry-after").is_some());
    }
    assert!(refused < Duration::from_secs(5), "{refused:?}");
    // a day's first fetch writes, a result only reads
    let read = server.get("/me/points", &site.token(0)).await.unwrap();
    assert_eq!(read.status, 200, "reading goes on");
    // longer than SQLite itself waits, so that the writer has met the lock as an error
    tokio::time::sleep(Duration::from_secs(8)).await;
    let late = load.submit(&server, 1).await.unwrap();
    late.refused(503, "service.unavailable");
    // a balancer leaves the server in, since it can be read from; an operator is told
    let readiness = async || {
        let reply = server.client.get(format!("http://{}/readyz", server.address)).send().await.unwrap();
        (reply.status().as_u16(), reply.json::<serde_json::Value>().await.unwrap()["writes"].clone())
    };
    assert_eq!(readiness().await, (200, "failing".into()));
    assert_eq!(server.get("/me/points", &site.token(0)).await.unwrap().status, 200, "reading still goes on");
    holder.execute_batch("ROLLBACK").unwrap();
    let returned = Instant::now();
    while load.submit(&server, 3).await.unwrap().status != 201 {
        assert!(returned.elapsed() < Duration::from_secs(2), "too slow to come back");
    }
    assert_eq!(readiness().await, (200, "ok".into()));
    println!("SQLite held: refused after {refused:.2?}, first good write {:.2?} after the return", returned.elapsed());
    load.resend(&server).await;
    load.check(&super::load::Books::read(&site));
}
