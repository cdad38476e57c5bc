//! Whether the process lives and can serve: told without a session, and at an address of its own without waiting for anybody.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use actix_web::web;
use serde_json::json;

use crate::support::process::{Site, free_address};
use crate::support::{Reply, TestApp};

/// Longer than any answer takes, and long enough to be told from one.
const BUSY: Duration = Duration::from_secs(3);

async fn ask(client: &reqwest::Client, address: &str, path: &str) -> Reply {
    let response = client.get(format!("http://{address}{path}")).send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Reply { status, headers, bytes: response.bytes().await.unwrap().to_vec() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn health_waits_neither_for_busy_workers_nor_for_busy_readers() {
    let app = TestApp::start_with(&["--workers=1"]).await;
    let busy = |cfg: &mut web::ServiceConfig| {
        let sleep = || async {
            std::thread::sleep(BUSY);
            "done"
        };
        cfg.route("/busy", web::get().to(sleep));
    };
    let [main, health] = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    let [main_at, health_at] = [&main, &health].map(|listener| listener.local_addr().unwrap().to_string());
    let servers =
        [app.app.clone().with_front(busy).listen(main).unwrap(), app.app.clone().listen_for_health(health).unwrap()];
    let handles = servers.each_ref().map(actix_web::dev::Server::handle);
    let _tasks = servers.map(tokio::spawn);
    let client = reqwest::Client::new();
    // before anybody comes the connection is made
    assert_eq!(ask(&client, &health_at, "/readyz").await.status, 200);

    let began = Instant::now();
    let asking = {
        let (client, at) = (client.clone(), main_at.clone());
        async move { ask(&client, &at, "/busy").await }
    };
    let worker = tokio::spawn(asking);
    let readers: Vec<_> = (0..16)
        .map(|_| {
            let db = app.db().clone();
            tokio::spawn(async move {
                db.read(|_| {
                    std::thread::sleep(BUSY);
                    Ok(())
                })
                .await
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let beside = {
        let (client, at) = (client.clone(), main_at.clone());
        async move { ask(&client, &at, "/healthz").await }
    };
    let beside = tokio::spawn(beside);
    let ready = ask(&client, &health_at, "/readyz").await;
    assert_eq!((ready.status, &ready.json()["database"]), (200, &json!("ok")));
    assert_eq!(ask(&client, &health_at, "/healthz").await.status, 200);
    assert_eq!(ask(&client, &health_at, "/metrics").await.status, 200);
    assert!(began.elapsed() < BUSY / 2, "it waited for {:?}", began.elapsed());
    assert!(!beside.is_finished(), "the one worker of the main address is not busy, so nothing was shown");
    assert!(readers.iter().all(|reader| !reader.is_finished()), "nor are the readers");
    assert_eq!((worker.await.unwrap().status, beside.await.unwrap().status), (200, 200));
    for reader in readers {
        let _ = reader.await.unwrap(); // those at the end of the queue have given up
    }
    for handle in handles {
        handle.stop(false).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_health_address_tells_nothing_else_and_says_that_the_server_stops() {
    let site = Site::open(1).await;
    let at = free_address().to_string();
    let mut server = site.serve_with(&[format!("--health-listen={at}")]).await;
    let client = reqwest::Client::new();
    let alive = ask(&client, &at, "/healthz").await;
    assert_eq!((alive.status, &alive.json()["status"]), (200, &json!("ok")));
    assert!(alive.header("x-request-id").is_some());
    assert_eq!(ask(&client, &at, "/readyz").await.json()["writes"], "ok");
    assert!(ask(&client, &at, "/metrics").await.text().contains("http_request_seconds"));
    for elsewhere in ["/api/v1/about", "/api/v1/me", "/docs/", "/openapi.json", "/"] {
        ask(&client, &at, elsewhere).await.refused(404, "route.not_found");
    }
    let head = client.head(format!("http://{at}/readyz")).send().await.unwrap();
    assert_eq!(head.status(), 200);
    let put = client.put(format!("http://{at}/healthz")).send().await.unwrap();
    assert_eq!((put.status().as_u16(), put.headers()["allow"].to_str().unwrap()), (405, "GET, HEAD, OPTIONS"));
    // the command asks there
    let command = |name: &str, address: &str| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_xianfeng"));
        command.arg("health").env_clear().env("XIANFENG_LISTEN", "127.0.0.1:1").env(name, address);
        command.status().unwrap().success()
    };
    assert!(command("XIANFENG_HEALTH_LISTEN", &at) && !command("UNUSED", ""));

    server.terminate();
    let began = Instant::now();
    // for the second in which clients are asked to leave
    while ask(&client, &at, "/readyz").await.status != 503 {
        assert!(began.elapsed() < Duration::from_millis(900), "nobody was told that the server stops");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(ask(&client, &at, "/healthz").await.status, 200, "the process lives to its end");
    assert!(server.exited(Duration::from_secs(30)).await.success());
}

#[test]
fn the_image_has_the_address_that_the_proxy_asks() {
    let image = std::fs::read_to_string("Dockerfile").unwrap();
    let proxy = std::fs::read_to_string("deploy/nginx.conf").unwrap();
    let port = image.split("XIANFENG_HEALTH_LISTEN=0.0.0.0:").nth(1).unwrap().split_whitespace().next().unwrap();
    let upstream = proxy.split("upstream health {").nth(1).unwrap().split('}').next().unwrap();
    for server in ["server-1", "server-2"] {
        assert!(upstream.contains(&format!("server {server}:{port} ")), "{upstream}");
    }
    let compose = std::fs::read_to_string("docker-compose.yml").unwrap();
    assert!(!compose.contains(&format!(":{port}\"]")), "the port is published");
}
