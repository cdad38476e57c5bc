//! What tests stand on: an app with a database and a clock of its own, people who sign in, replies to look at.
//!
//! `XIANFENG_TEST_DATABASE=postgres` with `TEST_DATABASE_URL` (and `TEST_REDIS_URL`) runs every test on PostgreSQL and
//! Redis; otherwise each test has a SQLite file.

pub mod bucket;
mod database;
pub mod document;
pub mod observed;
mod people;
pub mod platform;
pub mod process;
pub mod proxy;
pub mod redis;
pub mod trail;

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use clap::Parser;
use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use xianfeng::app::App;
use xianfeng::base::clock::Clock;
use xianfeng::base::time::Timestamp;
use xianfeng::config::Config;
use xianfeng::db::Db;
use xianfeng::kernel::outbox;
use xianfeng::oversight::operator::Operator;

pub use database::{Database, TwoRoles, needs_postgres, on_postgres};
pub use people::{PASSWORD, Person};

/// A Wednesday morning, ten minutes after the push.
pub const MORNING: &str = "2026-07-01T08:00:00+08:00";

/// A running server with a database of its own and a clock that stands still.
pub struct TestApp {
    pub app: App,
    pub clock: Clock,
    /// `http://127.0.0.1:port`
    pub base: String,
    client: reqwest::Client,
    server: actix_web::dev::ServerHandle,
    people_made: AtomicU32,
    /// Whether the clock was set back since the last tick.
    is_set_back: AtomicBool,
    database: Database,
}

#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    config: Config,
}

impl TestApp {
    /// An app over the sample organisation, at [`MORNING`].
    pub async fn start() -> TestApp {
        TestApp::start_with(&[]).await
    }

    /// An app with further command-line arguments.
    pub async fn start_with(arguments: &[&str]) -> TestApp {
        let app = TestApp::launch(Database::fresh(), TestApp::morning(), arguments).await;
        app.make_sample_units().await;
        app
    }

    /// An app over the sample organisation, on a database and with a clock of the test's choice.
    pub async fn over_sample(database: Database, clock: Clock) -> TestApp {
        let app = TestApp::launch(database, clock, &[]).await;
        app.make_sample_units().await;
        app
    }

    /// An app over a database without units.
    pub async fn start_empty() -> TestApp {
        TestApp::launch(Database::fresh(), TestApp::morning(), &[]).await
    }

    /// Stops the server and starts it again on the same database, with the clock where it is.
    pub async fn restarted(self) -> TestApp {
        let clock = self.clock.clone();
        TestApp::launch(self.stopped().await, clock, &[]).await
    }

    /// The service goes down now, with a last sign of life, and comes back at an instant.
    pub async fn down_until(self, at: &str) -> TestApp {
        self.tick().await;
        let clock = self.clock.clone();
        let database = self.stopped().await;
        clock.set(at.parse().unwrap());
        TestApp::launch(database, clock, &[]).await
    }

    /// A place where nothing is yet, for the same enterprise with the same secrets.
    pub fn elsewhere(&self) -> Database {
        self.database.elsewhere()
    }

    /// An app on what was put into `database`.
    pub async fn over(database: Database, clock: Clock) -> TestApp {
        TestApp::launch(database, clock, &[]).await
    }

    /// Stops the server and leaves its database to whatever comes next.
    pub async fn stopped(self) -> Database {
        let database = self.database.shared();
        self.server.stop(true).await;
        self.app.db.close();
        drop(self);
        database.wait_until_free().await;
        database
    }

    fn morning() -> Clock {
        Clock::manual(MORNING.parse().unwrap())
    }

    /// A second server on the same database, as another process would be; not for SQLite.
    pub async fn sibling(&self) -> TestApp {
        TestApp::launch(self.database.shared(), self.clock.clone(), &[]).await
    }

    async fn launch(database: Database, clock: Clock, arguments: &[&str]) -> TestApp {
        let mut all = database.arguments();
        for argument in [
            "--rate-per-account=1000000",
            "--rate-per-address=1000000",
            "--workers=1",
            "--pg-readers=4",
            "--pg-writers=4",
        ] {
            all.push(argument.to_owned());
        }
        let name = |argument: &str| argument.split('=').next().map(str::to_owned);
        all.retain(|usual| !arguments.iter().any(|given| name(given) == name(usual)));
        all.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        let config = Arguments::parse_from(all).config;
        let app = App::build(config, clock.clone()).await.unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let server = app.clone().listen(listener).unwrap();
        let handle = server.handle();
        tokio::spawn(server);
        let client = reqwest::Client::builder().timeout(std::time::Duration::from_secs(20)).build().unwrap();
        TestApp {
            app,
            clock,
            base,
            client,
            server: handle,
            people_made: AtomicU32::new(0),
            is_set_back: AtomicBool::new(false),
            database,
        }
    }

    pub fn db(&self) -> &Db {
        &self.app.db
    }

    /// The folder of the app's files.
    pub fn folder(&self) -> &std::path::Path {
        self.database.folder()
    }

    /// The app's keys, for anyone who forges a token.
    pub fn secrets(&self) -> xianfeng::config::Secrets {
        self.database.secrets()
    }

    /// Puts the clock to an instant such as `2026-07-01T08:00:00+08:00`. Where that goes back, a test speaks for the person
    /// who says that the clock is right.
    pub fn set_clock(&self, at: &str) {
        let at = at.parse().unwrap();
        self.is_set_back.fetch_or(at < self.clock.now(), Ordering::SeqCst);
        self.clock.set(at);
    }

    pub fn advance_seconds(&self, seconds: i64) {
        self.clock.set(self.clock.now().plus_seconds(seconds));
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Runs every background job once, as the server does each second.
    pub async fn tick(&self) {
        if self.is_set_back.swap(false, Ordering::SeqCst) {
            self.app.get::<Operator>().uptime.confirm().await.unwrap();
        }
        self.app.tick().await.unwrap();
    }

    /// Delivers the outbox and fails when something is left or parked.
    pub async fn drain(&self) {
        self.tick().await;
        let left = self.db().read(outbox::count).await.unwrap();
        assert_eq!(left, (0, 0), "messages left in the outbox (waiting, parked)");
    }

    /// A request to `/api/v1{path}` without a session.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}/api/v1{path}", self.base))
    }

    /// A request to `{path}` beside the API: health, measurements, documents.
    pub fn at_root(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    pub async fn get(&self, path: &str) -> Reply {
        send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Reply {
        send(self.request(Method::POST, path).json(&body)).await
    }

    fn next_person(&self) -> u32 {
        self.people_made.fetch_add(1, Ordering::SeqCst)
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        let stopping = self.server.stop(false);
        drop(stopping);
    }
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub bytes: Vec<u8>,
}

impl Reply {
    /// What a request gets: the whole answer, held against the API document; the error of a connection that broke.
    pub async fn of(request: RequestBuilder) -> reqwest::Result<Reply> {
        let (client, request) = request.build_split();
        let request = request?;
        let (method, url) = (request.method().clone(), request.url().clone());
        let body = request.body().and_then(|body| body.as_bytes()).map(<[u8]>::to_vec);
        let response = client.execute(request).await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let reply = Reply { status, headers, bytes: response.bytes().await?.to_vec() };
        document::check(&method, &url, body.as_deref(), &reply);
        Ok(reply)
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or(Value::Null)
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The body, after checking the status.
    #[track_caller]
    pub fn ok(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        self.json()
    }

    /// Checks that this is a problem document with that status and code, and a Chinese sentence.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) -> Value {
        let body = self.json();
        assert_eq!((self.status, body["code"].as_str()), (status, Some(code)), "{}", self.text());
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        assert_eq!(body["request_id"].as_str(), self.header("x-request-id"));
        assert!(body["detail"].as_str().unwrap().chars().any(|c| ('一'..='龥').contains(&c)), "{body}");
        body
    }
}

/// Sends a request, reads the whole answer and holds it against the API document.
pub async fn send(request: RequestBuilder) -> Reply {
    Reply::of(request).await.unwrap()
}
