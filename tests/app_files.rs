//! The pages of the app: where they lie, how long they are kept, and what is not there.

use reqwest::Method;
use reqwest::redirect::Policy;

use crate::support::{Reply, TestApp, send};

async fn get(app: &TestApp, path: &str) -> Reply {
    let client = reqwest::Client::builder().redirect(Policy::none()).build().unwrap();
    send(client.get(format!("{}{path}", app.base))).await
}

#[tokio::test]
async fn a_browser_is_led_to_the_app() {
    let app = TestApp::start_empty().await;
    for (path, place) in [("/", "m/"), ("/m", "m/"), ("/console", "console/")] {
        let reply = get(&app, path).await;
        assert_eq!((reply.status, reply.header("location")), (302, Some(place)), "{path}");
    }
    let entry = get(&app, "/m/").await;
    assert_eq!((entry.status, entry.header("content-type")), (200, Some("text/html; charset=utf-8")));
    assert_eq!(entry.header("cache-control"), Some("no-cache"));
    assert!(entry.header("vary").unwrap().starts_with("accept-encoding"));
    let policy = "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; \
                  frame-ancestors 'none'; base-uri 'none'";
    assert_eq!(entry.header("content-security-policy"), Some(policy));
    assert!(entry.text().contains("<html"));
    assert_eq!(get(&app, "/m/index.html").await.bytes, entry.bytes);

    let tag = entry.header("etag").unwrap().to_owned();
    let again = send(app.at_root(Method::GET, "/m/").header("if-none-match", &tag)).await;
    assert_eq!((again.status, again.bytes.len(), again.header("etag")), (304, 0, Some(tag.as_str())));
    assert_eq!(get(&app, "/console/").await.status, 200);
}

#[tokio::test]
async fn what_is_not_there_is_told_so_that_a_page_of_before_begins_anew() {
    let app = TestApp::start_empty().await;
    for path in ["/m/assets/index-0000.js", "/m/none.css", "/m/../Cargo.toml", "/m/%2e%2e/%2e%2e/Cargo.toml", "/n/"] {
        let reply = get(&app, path).await;
        reply.refused(404, "route.not_found");
    }
    send(app.at_root(Method::POST, "/m/")).await.refused(405, "route.method_not_allowed");
    send(app.at_root(Method::POST, "/demo/session")).await.refused(404, "route.not_found");
}
