//! Assembles everything. `rooms` names the rooms; what each hands over is folded here, and nothing here knows of any.

mod docs;
mod jobs;
mod rooms;
mod secrets;
mod serve;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use actix_web::web::Data;
use metrics_exporter_prometheus::PrometheusHandle;
use utoipa_actix_web::service_config::ServiceConfig;

pub use docs::openapi;

use crate::base::clock::Clock;
use crate::config::Config;
use crate::db::Db;
use crate::kernel::outbox::Handlers;
use crate::kernel::{agenda, changes, lease, search};
use crate::oversight::health;
use crate::room::{CannotOpen, House, Room};
use crate::web::etag::Shown;
use crate::web::headers::Protection;
use crate::web::limits::Limits;
use crate::web::stopping::Stopping;
use secrets::{refuse_to_make_anew, secrets_of};

/// Routes beside the API.
type Front = Arc<dyn Fn(&mut actix_web::web::ServiceConfig) + Send + Sync>;

/// The whole program, assembled: rooms over one database.
#[derive(Clone)]
pub struct App {
    pub db: Db,
    config: Arc<Config>,
    house: Arc<House>,
    rooms: Arc<Vec<Room>>,
    handlers: Arc<Handlers>,
    /// What has no instant of its own: the waker's look asks whether there is any.
    watches: Arc<Vec<agenda::Watch>>,
    recorder: Option<Data<PrometheusHandle>>,
    /// Routes that stand before the pages of the app; the demo's alone.
    front: Option<Front>,
    limits: Data<Limits>,
    stopping: Data<Stopping>,
    protection: Data<Protection>,
    shown: Data<Shown>,
    holder: lease::ProcessId,
    ear: Arc<changes::Ear>,
    /// Changes were heard of that could not be read: everything is read anew.
    missed: Arc<AtomicBool>,
}

impl App {
    /// Opens the database, migrates it, and fills what is kept in memory.
    pub async fn build(config: Config, clock: Clock) -> Result<App, String> {
        config.keep_backups_apart()?;
        refuse_to_make_anew(&config)?;
        let db = Db::open(&config.database_url, clock, config.db_options()).map_err(|error| error.to_string())?;
        db.migrate().await.map_err(|error| error.to_string())?;
        let secrets = secrets_of(&db, &config).await.inspect_err(|_| db.close())?;
        let config = Arc::new(config);
        // from here on, so that nothing is missed that changes while rooms read
        let ear = changes::Ear::new(db.now());
        let mut house = House::new(db.clone(), config.clone(), secrets);
        let mut rooms = rooms::open(&mut house).await.map_err(|CannotOpen(why)| why)?;
        house.settings.load(&db).await.map_err(|error| error.to_string())?;
        let mut handlers = Handlers::default();
        rooms.iter_mut().for_each(|room| handlers.extend(std::mem::take(&mut room.delivers)));
        let app = App {
            holder: db.fresh_id(),
            stopping: Data::default(),
            ear: Arc::new(ear),
            missed: Arc::default(),
            protection: Data::new(Protection::new(config.web.hsts_seconds)),
            shown: Data::default(),
            limits: Data::new(Limits::new(
                config.web.rates(),
                config.web.trusted_proxies.clone(),
                config.web.public_url.as_deref(),
            )),
            watches: Arc::new([changes::WATCH, search::WATCH].into_iter().chain(handlers.watches()).collect()),
            handlers: Arc::new(handlers),
            rooms: Arc::new(rooms),
            house: Arc::new(house),
            recorder: None,
            front: None,
            config,
            db,
        };
        agenda::put_all(&app.db, app.kinds()).await.map_err(|error| error.to_string())?;
        // last, since a process whose clock is doubted can be looked at and told otherwise
        app.house.uptime.beat().await.map_err(|error| error.to_string())?;
        Ok(app)
    }

    /// The handle that a room lends, such as `app.get::<Members>()`.
    pub fn get<T: Clone + 'static>(&self) -> T {
        self.house.get()
    }

    /// Puts routes before the pages of the app.
    pub fn with_front(mut self, front: impl Fn(&mut actix_web::web::ServiceConfig) + Send + Sync + 'static) -> App {
        self.front = Some(Arc::new(front));
        self
    }

    /// Records measurements for `/metrics` from now on; once in a process.
    pub fn measured(mut self) -> Result<App, String> {
        self.recorder = Some(Data::new(health::install_recorder()?));
        Ok(self)
    }

    /// Every route, with what its handlers work with.
    fn configure(&self, cfg: &mut ServiceConfig) {
        self.lend(cfg);
        routes(cfg);
    }

    /// The routes about the process alone, with what their handlers work with.
    fn configure_health(&self, cfg: &mut ServiceConfig) {
        self.lend(cfg);
        cfg.configure(health::routes);
    }

    /// What handlers work with.
    fn lend(&self, cfg: &mut ServiceConfig) {
        if let Some(recorder) = &self.recorder {
            cfg.app_data(recorder.clone());
        }
        cfg.app_data(self.limits.clone())
            .app_data(self.stopping.clone())
            .app_data(self.protection.clone())
            .app_data(self.shown.clone())
            .app_data(Data::new(self.db.clone()))
            .app_data(Data::new(self.config.web.clone()));
        self.rooms.iter().for_each(|room| room.install(cfg));
    }
}

/// Brings the schema of the database that `config` names up to date, and grants `serving_role` what serving takes.
pub async fn migrate(config: &Config, serving_role: Option<String>) -> Result<(), String> {
    let db = Db::open(&config.database_url, Clock::System, config.db_options()).map_err(|error| error.to_string())?;
    db.migrate().await.map_err(|error| error.to_string())?;
    if let Some(role) = serving_role {
        db.grant(role).await.map_err(|error| error.to_string())?;
    }
    db.close();
    Ok(())
}

fn routes(cfg: &mut ServiceConfig) {
    cfg.configure(health::routes).service(utoipa_actix_web::scope("/api/v1").configure(rooms::routes));
}
