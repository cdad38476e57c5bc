//! For the operator: whether the process lives, whether it can serve, what it measures.
//!
//! Asked on the main address or on one of its own (`XIANFENG_HEALTH_LISTEN`), where nothing else is served: there an answer
//! waits neither behind the requests of members nor, since it has a connection of its own, behind their questions to the
//! database. A balancer that asks there takes no server out because it is busy.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use ::metrics::gauge;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, web};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use serde::Serialize;
use subtle::ConstantTimeEq;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::time::Timestamp;
use crate::config::WebConfig;
use crate::db::Db;
use crate::kernel::board::Boards;
use crate::kernel::outbox;
use crate::web::Problem;
use crate::web::caller::bearer;
use crate::web::proxies::is_forwarded;
use crate::web::stopping::Stopping;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(healthz).service(readyz).service(metrics);
}

/// What these routes answer to.
pub const PATHS: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// Upper bounds of the request-time buckets, in seconds.
const BUCKETS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];

/// Starts measuring; call once in a process.
pub fn install_recorder() -> Result<PrometheusHandle, String> {
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Full("http_request_seconds".into()), &BUCKETS)
        .and_then(PrometheusBuilder::install_recorder)
        .map_err(|error| error.to_string())
}

/// How the process is.
#[derive(Serialize, ToSchema)]
struct Health {
    /// `ok`.
    status: &'static str,
    /// Of the program.
    version: &'static str,
}

/// 进程存活
///
/// Answers as long as the process lives.
#[utoipa::path(tag = "health", responses((status = 200, description = "Alive", body = Health)))]
#[get("/healthz")]
async fn healthz() -> web::Json<Health> {
    web::Json(Health { status: "ok", version: env!("CARGO_PKG_VERSION") })
}

/// Whether each dependency is there.
#[derive(Serialize, ToSchema)]
struct Readiness {
    /// `ok`, or `unavailable`.
    database: &'static str,
    /// `ok`; `failing` while the last change could not be written, though reading goes on; `refused` while the clock is
    /// doubted.
    writes: &'static str,
    /// `current`, or `pending` while the schema is older than the program.
    migrations: &'static str,
    /// `ok`, `degraded` while Redis is away (boards come from the database), or `off` without Redis.
    redis: &'static str,
}

/// 服务就绪
///
/// Whether requests can be served: the database answers and bears the program's schema, and the process is not about to
/// stop.
#[utoipa::path(tag = "health", responses(
    (status = 200, description = "Ready", body = Readiness),
    (status = 503, description = "Not ready, and why", body = Readiness)
))]
#[get("/readyz")]
async fn readyz(db: web::Data<Db>, boards: web::Data<Boards>, stopping: web::Data<Stopping>) -> HttpResponse {
    let (ready, database, migrations) = match db.is_migrated().await {
        Ok(true) => (true, "ok", "current"),
        Ok(false) => (false, "ok", "pending"),
        Err(_) => (false, "unavailable", "pending"),
    };
    let redis = match (boards.is_shared(), boards.is_degraded()) {
        (false, _) => "off",
        (true, false) => "ok",
        (true, true) => "degraded",
    };
    let writes = match (db.is_doubted(), db.is_failing()) {
        (true, _) => "refused",
        (false, true) => "failing",
        (false, false) => "ok",
    };
    let readiness = Readiness { database, writes, migrations, redis };
    let status = if ready && !stopping.has_begun() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    HttpResponse::build(status).json(readiness)
}

/// 运行指标
///
/// Measurements in the Prometheus text format; for the loopback interface, or with the operator's token.
#[utoipa::path(tag = "health", responses((status = 200, description = "Measurements", body = String)))]
#[get("/metrics")]
async fn metrics(
    req: HttpRequest,
    config: web::Data<WebConfig>,
    db: web::Data<Db>,
    recorder: Option<web::Data<PrometheusHandle>>,
) -> Result<HttpResponse, Problem> {
    if !may_measure(&req, &config) {
        return Err(Problem::forbidden("metrics.denied", "需要监控令牌"));
    }
    if let Ok(backlogs) = db.read_aside(outbox::backlogs).await {
        measure(&backlogs, db.now());
    }
    let text = recorder.map(|recorder| recorder.render()).unwrap_or_default();
    Ok(HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(text))
}

/// What waits in all, and lane by lane.
fn measure(backlogs: &[outbox::Backlog], now: Timestamp) {
    gauge!("outbox_waiting").set(backlogs.iter().map(|one| one.waiting).sum::<i64>() as f64);
    gauge!("outbox_parked").set(backlogs.iter().map(|one| one.parked).sum::<i64>() as f64);
    for outbox::Backlog { lane, waiting, parked, oldest_due_at } in backlogs {
        let lane = if lane.is_empty() { "main".to_owned() } else { lane.clone() };
        let age = oldest_due_at.map_or(0, |due| now.seconds_since(due).max(0));
        gauge!("outbox_lane_waiting", "lane" => lane.clone()).set(*waiting as f64);
        gauge!("outbox_lane_parked", "lane" => lane.clone()).set(*parked as f64);
        gauge!("outbox_lane_oldest_seconds", "lane" => lane).set(age as f64);
    }
}

fn may_measure(req: &HttpRequest, config: &WebConfig) -> bool {
    match config.metrics_token() {
        Some(token) => bearer(req).is_some_and(|sent| sent.as_bytes().ct_eq(token.as_bytes()).into()),
        // a proxy on this machine speaks for anyone who stands before it
        None => {
            let is_local = |peer: SocketAddr| peer.ip().to_canonical().is_loopback();
            req.peer_addr().is_some_and(is_local) && !is_forwarded(req.headers())
        }
    }
}

/// Asks the server that listens on `address`, by way of the loopback interface, whether it is ready.
pub async fn ask(address: SocketAddr) -> Result<(), String> {
    let target = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), address.port());
    let asking = async {
        let mut stream = TcpStream::connect(target).await?;
        stream.write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await?;
        let mut answer = String::new();
        stream.take(4096).read_to_string(&mut answer).await?;
        Ok::<String, std::io::Error>(answer)
    };
    match tokio::time::timeout(Duration::from_secs(4), asking).await {
        Ok(Ok(answer)) if answer.starts_with("HTTP/1.1 200") => Ok(()),
        Ok(Ok(answer)) => Err(format!("not ready: {}", answer.lines().next().unwrap_or_default())),
        Ok(Err(error)) => Err(format!("{target}: {error}")),
        Err(_) => Err(format!("{target}: no answer")),
    }
}
