//! Serving until somebody asks to stop.

use std::time::Duration;

use actix_web::middleware::{Compress, from_fn};
use actix_web::web::{self, Data};
use actix_web::{App as ActixApp, HttpServer};
use utoipa_actix_web::AppExt;

use super::App;
use super::docs::{docs, openapi};
use crate::oversight::audit::{Privileged, witness};
use crate::oversight::{health, operator};
use crate::web::cors::cors;
use crate::web::head::head;
use crate::web::maintenance::refuse_changes;
use crate::web::methods::{Methods, no_route};
use crate::web::parameters::{Parameters, refuse_unknown};
use crate::web::stopping::{self, Stopping};
use crate::web::trace::{trace, trace_preflight};
use crate::web::verification;

/// Connections that may be open at once; a plant's phones come through few proxies.
const MAX_CONNECTIONS: usize = 20_000;

/// Connections of those who ask how the process is: a balancer or two, Prometheus, a container's own check.
const MAX_HEALTH_CONNECTIONS: usize = 256;

impl App {
    /// Serves until a signal asks to stop; then finishes what was accepted. Whether the process lives and can serve is also
    /// told at `health`, to the end.
    pub async fn serve(
        self,
        listener: std::net::TcpListener,
        health: Option<std::net::TcpListener>,
    ) -> std::io::Result<()> {
        let door = listener.try_clone()?;
        let server = self.clone().listen(listener)?;
        let health = self.tell_health(health)?;
        let mut jobs = self.start_jobs();
        jobs.extend(self.open_to_operator());
        tokio::spawn(stop_when_asked(server.handle(), door, self.stopping.clone()));
        let outcome = server.await;
        jobs.iter().for_each(|job| job.abort());
        self.end().await;
        if let Some(health) = health {
            health.stop(false).await;
        }
        self.db.close();
        outcome
    }

    /// Tells at `listener`, if there is one, how the process is, until its handle is told to stop.
    fn tell_health(
        &self,
        listener: Option<std::net::TcpListener>,
    ) -> std::io::Result<Option<actix_web::dev::ServerHandle>> {
        let Some(listener) = listener else { return Ok(None) };
        let server = self.clone().listen_for_health(listener)?;
        let handle = server.handle();
        tokio::spawn(server);
        Ok(Some(handle))
    }

    /// An HTTP server on `listener` for those who ask how the process is, with a thread of its own; not yet running.
    pub fn listen_for_health(self, listener: std::net::TcpListener) -> std::io::Result<actix_web::dev::Server> {
        let methods = Data::new(Methods::default().with_readable(&health::PATHS));
        let server = HttpServer::new(move || {
            let (app, methods) = (self.clone(), methods.clone());
            ActixApp::new()
                .wrap(from_fn(head))
                .wrap(from_fn(trace))
                .into_utoipa_app()
                .configure(|cfg| app.configure_health(cfg))
                .into_app()
                .app_data(methods)
                .default_service(web::to(no_route))
        });
        Ok(server
            .workers(1)
            .max_connections(MAX_HEALTH_CONNECTIONS)
            .client_request_timeout(Duration::from_secs(10))
            .disable_signals()
            .listen(listener)?
            .run())
    }

    /// Takes commands from other processes of the machine's operator, since the SQLite file belongs to this one.
    #[cfg(unix)]
    fn open_to_operator(&self) -> Option<tokio::task::JoinHandle<()>> {
        match operator::socket::Door::open(self.db.file()?) {
            Ok(door) => Some(tokio::spawn(door.serve(self.get()))),
            Err(error) => {
                tracing::warn!(%error, "the operator's socket cannot be opened; commands must wait for the server to stop");
                None
            }
        }
    }

    #[cfg(not(unix))]
    fn open_to_operator(&self) -> Option<tokio::task::JoinHandle<()>> {
        None
    }

    /// What stands beside the API for anyone who comes with a browser: the front of the demo before the pages themselves.
    fn front(&self, cfg: &mut web::ServiceConfig) {
        if let Some(front) = &self.front {
            front(cfg);
        }
        if let Some(folder) = self.config.platforms.verification_files() {
            verification::routes(cfg, folder);
        }
        #[cfg(feature = "web")]
        cfg.configure(crate::web::app_files::routes);
    }

    /// Does the background work until a signal asks to stop; several processes may, beside servers or alone. How the
    /// process is, it tells at `health`.
    pub async fn work(self, health: Option<std::net::TcpListener>) -> std::io::Result<()> {
        let health = self.tell_health(health)?;
        let jobs = self.start_jobs();
        asked_to_stop().await;
        jobs.iter().for_each(|job| job.abort());
        if let Some(health) = health {
            health.stop(false).await;
        }
        self.db.close();
        Ok(())
    }

    /// An HTTP server on `listener`, not yet running.
    pub fn listen(self, listener: std::net::TcpListener) -> std::io::Result<actix_web::dev::Server> {
        let workers =
            self.config.web.workers.unwrap_or_else(|| std::thread::available_parallelism().map_or(2, usize::from));
        let app = self.clone();
        let document = openapi();
        let parameters = Data::new(Parameters::of(document));
        let privileged = Data::new(Privileged::of(document));
        let methods = Methods::of(document).with_readable(&["/openapi.json", "/docs", "/docs/{tail}*"]);
        #[cfg(feature = "web")]
        let methods = methods.with_readable(&crate::web::app_files::PATHS);
        let methods = Data::new(methods);
        let server = HttpServer::new(move || {
            let (app, methods, parameters) = (app.clone(), methods.clone(), parameters.clone());
            let privileged = privileged.clone();
            ActixApp::new()
                .wrap(from_fn(witness))
                .wrap(from_fn(refuse_unknown))
                .wrap(from_fn(refuse_changes))
                .wrap(Compress::default())
                .wrap(from_fn(head))
                .wrap(from_fn(trace))
                .wrap(cors(&app.config.web.cors_origins))
                .wrap(from_fn(trace_preflight))
                .into_utoipa_app()
                .configure(|cfg| app.configure(cfg))
                .into_app()
                .configure(docs)
                .configure(|cfg| app.front(cfg))
                .app_data(methods)
                .app_data(parameters)
                .app_data(privileged)
                .default_service(web::to(no_route))
        });
        Ok(server
            .workers(workers)
            .max_connections(MAX_CONNECTIONS)
            .client_request_timeout(Duration::from_secs(10))
            .client_disconnect_timeout(Duration::from_secs(2))
            .keep_alive(Duration::from_secs(75))
            .shutdown_timeout(20)
            // anyone who has left is not worked for: a password that nobody waits for is not hashed
            .h1_allow_half_closed(false)
            .disable_signals()
            .listen(listener)?
            .run())
    }
}

/// Once asked to: refuses new connections, asks those that are open to leave, then closes what is left.
async fn stop_when_asked(server: actix_web::dev::ServerHandle, door: std::net::TcpListener, stopping: Data<Stopping>) {
    asked_to_stop().await;
    tracing::info!("stopping: finishing what was accepted");
    server.pause().await;
    stopping::refuse_connections(door);
    stopping.begin(); // only now, so that nobody who leaves is let in again
    tokio::time::sleep(stopping::NOTICE).await;
    server.stop(true).await;
}

/// Resolves when the process is asked to stop: Ctrl-C, or SIGTERM from a service manager.
async fn asked_to_stop() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => return,
                _ = tokio::signal::ctrl_c() => return,
            }
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}
