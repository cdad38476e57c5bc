//! A stand-in for WeCom 企业微信 and WeChat 微信: a real HTTP server that answers as their documents say, so that signing in and
//! messages can be seen, and tested, without any account there.
//!
//! `demo` starts it beside the app, `xianfeng fake-platform` alone; `serve` knows nothing of it unless it is told its address.
//! Codes are used once and live five minutes, tokens are kept, rotated and revoked, the platforms' limits hold, and every
//! error code can be switched on for any interface, also slow answers. Each answer names the paragraph of
//! `docs/platforms.md` by which it goes (`X-Documented-In`). `/phone` looks like a member's phone and shows what arrived there.

mod answers;
mod pages;
mod world;

use std::net::TcpListener;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix_web::web::{self, Bytes, Data, PayloadConfig};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use serde::Deserialize;
use serde_json::{Value, json};

pub use world::{Arrived, CodeKind, Person, Setup};

use world::{Fault, World};

/// A running stand-in; it ends with its process, or when it is stopped.
pub struct FakePlatform {
    /// `http://127.0.0.1:port`
    pub url: String,
    world: Shared,
    server: actix_web::dev::ServerHandle,
}

type Shared = Arc<Mutex<World>>;

fn lock(world: &Shared) -> std::sync::MutexGuard<'_, World> {
    world.lock().unwrap_or_else(PoisonError::into_inner)
}

impl FakePlatform {
    /// Starts one on a free port of this machine.
    pub fn start(setup: Setup) -> std::io::Result<FakePlatform> {
        FakePlatform::listen(TcpListener::bind("127.0.0.1:0")?, setup)
    }

    /// Starts one on `listener`.
    pub fn listen(listener: TcpListener, setup: Setup) -> std::io::Result<FakePlatform> {
        let url = format!("http://{}", listener.local_addr()?);
        let world: Shared = Arc::new(Mutex::new(World::new(setup)));
        let shared = Data::from(world.clone());
        let server = HttpServer::new(move || {
            App::new()
                .app_data(shared.clone())
                .app_data(PayloadConfig::new(4 << 20))
                .route("/", web::get().to(pages::welcome))
                .route("/phone", web::get().to(pages::phone))
                .route("/connect/oauth2/authorize", web::get().to(pages::authorise))
                .route("/wwlogin/sso/login", web::get().to(pages::authorise))
                .route("/_faults", web::post().to(switch_fault))
                .route("/_faults", web::delete().to(clear_faults))
                .route("/_tokens", web::delete().to(revoke_tokens))
                .route("/_codes", web::post().to(make_code))
                .route("/_codes/all", web::post().to(make_codes))
                .route("/_calls", web::get().to(show_calls))
                .route("/_messages", web::get().to(show_messages))
                .route("/_counts", web::get().to(show_counts))
                .default_service(web::to(answer))
        });
        let server = server.workers(1).disable_signals().listen(listener)?.run();
        let handle = server.handle();
        tokio::spawn(server);
        Ok(FakePlatform { url, world, server: handle })
    }

    /// A fresh code of a person, as the phone would get it.
    pub fn code_of(&self, userid: &str, kind: CodeKind) -> String {
        lock(&self.world).make_code(userid, kind)
    }

    /// Answers calls to `path` with an error code, so many times; the empty path is every interface.
    pub fn fail(&self, path: &str, errcode: i64, times: u32) {
        lock(&self.world).faults.push(Fault::new(path, errcode, times));
    }

    /// Answers calls to `path` so much later.
    pub fn slow(&self, path: &str, delay: Duration) {
        lock(&self.world).faults.push(Fault { delay, errcode: None, ..Fault::new(path, 0, u32::MAX) });
    }

    /// Answers as it should again.
    pub fn recover(&self) {
        lock(&self.world).faults.clear();
    }

    /// Makes every token worthless that was given.
    pub fn revoke_tokens(&self) {
        lock(&self.world).revoke();
    }

    /// How often an interface was called.
    pub fn calls(&self, path: &str) -> usize {
        lock(&self.world).calls.get(path).copied().unwrap_or(0)
    }

    /// What has arrived on phones, oldest first.
    pub fn arrived(&self) -> Vec<Arrived> {
        lock(&self.world).arrived.clone()
    }

    /// Messages that came again within the time in which the platform drops them.
    pub fn dropped(&self) -> usize {
        lock(&self.world).dropped
    }

    /// Has a member of the mini-program allow so many messages of a template.
    pub fn allow(&self, userid: &str, template: &str, messages: u32) {
        let mut world = lock(&self.world);
        let openid = world::openid_of(&world.setup.mini_app, userid);
        *world.allowed.entry((openid, template.to_owned())).or_default() += messages;
    }

    /// The id of a person for one application.
    pub fn openid_of(&self, app: &str, userid: &str) -> String {
        world::openid_of(app, userid)
    }

    /// Has phone numbers bear the mark of another application.
    pub fn watermark(&self, app: &str) {
        lock(&self.world).watermark = Some(app.to_owned());
    }

    /// Stops it, as if the platform were away.
    pub async fn stop(&self) {
        self.server.stop(false).await;
    }
}

/// One answer of an interface, with the paragraph by which it goes.
struct Answer {
    body: Value,
    source: &'static str,
}

impl Answer {
    fn ok(source: &'static str, mut body: Value) -> Answer {
        if body["errcode"].is_null() {
            body["errcode"] = json!(0);
            body["errmsg"] = json!("ok");
        }
        Answer { body, source }
    }

    fn error(source: &'static str, errcode: i64, errmsg: &str) -> Answer {
        Answer { body: json!({ "errcode": errcode, "errmsg": errmsg }), source }
    }
}

async fn answer(req: HttpRequest, body: Bytes, world: Data<Mutex<World>>) -> HttpResponse {
    let world = world.into_inner();
    let path = req.path().to_owned();
    let (delay, fault) = lock(&world).begin(&path, answers::code_in(req.query_string()).as_ref());
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    let answer = match fault {
        Some(errcode) => Answer::error("docs/platforms.md 8", errcode, world::message_of(errcode)),
        None => answers::answer(&mut lock(&world), &path, req.query_string(), &body),
    };
    // WeChat says text/plain where it sends JSON
    HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .insert_header(("X-Documented-In", answer.source))
        .body(answer.body.to_string())
}

/// A fault as it is switched on from outside.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FaultBody {
    /// Every interface when empty.
    #[serde(default)]
    path: String,
    errcode: Option<i64>,
    times: Option<u32>,
    delay_ms: Option<u64>,
}

async fn switch_fault(body: web::Json<FaultBody>, world: Data<Mutex<World>>) -> HttpResponse {
    let FaultBody { path, errcode, times, delay_ms } = body.into_inner();
    let delay = Duration::from_millis(delay_ms.unwrap_or(0));
    let fault = Fault { delay, errcode, ..Fault::new(&path, 0, times.unwrap_or(u32::MAX)) };
    lock(&world.into_inner()).faults.push(fault);
    HttpResponse::NoContent().finish()
}

async fn clear_faults(world: Data<Mutex<World>>) -> HttpResponse {
    lock(&world.into_inner()).faults.clear();
    HttpResponse::NoContent().finish()
}

async fn revoke_tokens(world: Data<Mutex<World>>) -> HttpResponse {
    lock(&world.into_inner()).revoke();
    HttpResponse::NoContent().finish()
}

/// For whom a code is, and of what kind.
#[derive(Deserialize)]
struct CodeBody {
    userid: String,
    kind: CodeKind,
}

async fn make_code(body: web::Json<CodeBody>, world: Data<Mutex<World>>) -> HttpResponse {
    let code = lock(&world.into_inner()).make_code(&body.userid, body.kind);
    HttpResponse::Created().json(json!({ "code": code }))
}

async fn show_calls(world: Data<Mutex<World>>) -> HttpResponse {
    HttpResponse::Ok().json(&lock(&world.into_inner()).calls)
}

async fn show_messages(world: Data<Mutex<World>>) -> HttpResponse {
    HttpResponse::Ok().json(&lock(&world.into_inner()).arrived)
}

/// How many messages arrived, and how many came twice and were dropped.
async fn show_counts(world: Data<Mutex<World>>) -> HttpResponse {
    let world = world.into_inner();
    let world = lock(&world);
    HttpResponse::Ok().json(json!({ "arrived": world.arrived.len(), "dropped": world.dropped }))
}

/// Of what kind.
#[derive(Deserialize)]
struct CodesBody {
    kind: CodeKind,
}

/// A code of everybody, in the order of the people.
async fn make_codes(body: web::Json<CodesBody>, world: Data<Mutex<World>>) -> HttpResponse {
    let world = world.into_inner();
    let mut world = lock(&world);
    let people: Vec<String> = world.setup.people.iter().map(|person| person.userid.clone()).collect();
    let codes: Vec<String> = people.iter().map(|userid| world.make_code(userid, body.kind)).collect();
    HttpResponse::Created().json(codes)
}
