//! Assembles everything: the one file that names every feature.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::middleware::{Compress, from_fn};
use actix_web::web::{self, Data};
use actix_web::{App as ActixApp, HttpServer};
use metrics_exporter_prometheus::PrometheusHandle;
use utoipa::OpenApi;
use utoipa_actix_web::AppExt;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::audit;
use crate::backup::Backups;
use crate::base::clock::Clock;
use crate::boards::{self, BoardRoom};
use crate::brands::{self, Brands};
use crate::campaigns::{self, Campaigns};
use crate::challenge::{self, Challenge};
use crate::config::{Config, Secrets, SecretsConfig};
use crate::contests::{self, Contests};
use crate::db::{Conn, Db, DbError, Never, Stop};
use crate::files::{self, Addresses, Depot, Files, Readers};
use crate::health;
use crate::ideas::{self, Ideas};
use crate::kernel::attempts::{self, Attempts};
use crate::kernel::board::{self, Boards};
use crate::kernel::key_store::{KeyStore, KeyStoreError};
use crate::kernel::outbox::Handlers;
use crate::kernel::{changes, idempotency, lock, outbox, search, secret_checks};
use crate::meetings::{self, Meetings};
use crate::members::{self, Directory, Members};
use crate::notices;
use crate::operator::{self, Operator};
use crate::points::{self, Points};
use crate::quiz::{self, Quiz};
use crate::sessions::{self, Sessions};
use crate::study::{self, Study};
use crate::web::caller::{Doorkeeper, Person};
use crate::web::cors::cors;
use crate::web::head::head;
use crate::web::headers::Protection;
use crate::web::limits::Limits;
use crate::web::manual;
use crate::web::methods::{Methods, no_route};
use crate::web::openapi::CommonGround;
use crate::web::stopping::{self, Stopping};
use crate::web::trace::trace;

/// Seconds of one lease of the hourly tidying.
const TIDY_LEASE_SECONDS: i64 = 3000;

/// How much of the time the search index leaves to others, for each part that it takes; searches look at what waits.
const INDEXING_REST: u32 = 4;

/// Connections that may be open at once; a plant's phones come through few proxies.
const MAX_CONNECTIONS: usize = 20_000;

/// The whole program, assembled: rooms over one database.
#[derive(Clone)]
pub struct App {
    pub db: Db,
    pub directory: Directory,
    pub members: Members,
    pub sessions: Sessions,
    pub points: Points,
    pub study: Study,
    pub quiz: Quiz,
    pub challenge: Challenge,
    pub contests: Contests,
    pub board_room: BoardRoom,
    pub meetings: Meetings,
    pub ideas: Ideas,
    pub brands: Brands,
    pub campaigns: Campaigns,
    pub files: Files,
    /// The sealing keys of votes.
    pub vote_keys: KeyStore,
    /// What the operator's command line does.
    pub operator: Operator,
    addresses: Addresses,
    boards: Boards,
    handlers: Arc<Handlers>,
    recorder: Option<Data<PrometheusHandle>>,
    limits: Data<Limits>,
    stopping: Data<Stopping>,
    protection: Data<Protection>,
    holder: lock::HolderId,
    ear: Arc<changes::Ear>,
    /// Changes were heard of that could not be read: everything is read anew.
    missed: Arc<AtomicBool>,
    config: Arc<Config>,
}

impl App {
    /// Opens the database, migrates it, and fills what is kept in memory.
    pub async fn build(config: Config, clock: Clock) -> Result<App, String> {
        let db = Db::open(&config.database_url, clock, config.db_options()).map_err(|error| error.to_string())?;
        db.migrate().await.map_err(|error| error.to_string())?;
        let secrets = secrets_of(&db, &config).await?;
        let depot = Depot::open(&config.files.files_place)?;
        let vote_keys = open_vote_keys(&config).await?;
        App::over(db, (depot, vote_keys), config, &secrets).await.map_err(|error| error.to_string())
    }

    async fn over(
        db: Db,
        (depot, vote_keys): (Depot, KeyStore),
        config: Config,
        secrets: &Secrets,
    ) -> Result<App, DbError> {
        let directory = Directory::default();
        let members = Members::new(db.clone(), directory.clone(), secrets.phone_key.clone())
            .unless_judging(campaigns::names_expert)
            .upon_leaving(sessions::end_for_leaving);
        let ear = changes::Ear::new(db.now());
        members.reload().await?;
        let redis = config.redis_url.as_deref().map(|url| (url, config.redis_prefix.as_str()));
        let attempts = Attempts::open(&db, redis).map_err(DbError::Unavailable)?;
        let sessions = Sessions::new(db.clone(), directory.clone(), secrets, config.resets, config.sessions, attempts);
        let boards = open_boards(&db, &directory, &config).await?;
        let points = Points::open(db.clone(), directory.clone(), boards.clone()).await?;
        let quiz = Quiz::new(db.clone(), directory.clone(), points.clone(), config.timetable)
            .unless_asked_by(challenge::is_asking)
            .used_by(contests::KEYS);
        let contests = Contests::new(db.clone(), directory.clone(), quiz.clone(), points.clone());
        let study = Study::new(db.clone(), directory.clone(), points.clone(), config.timetable);
        let challenge = Challenge::open(
            db.clone(),
            directory.clone(),
            quiz.clone(),
            points.clone(),
            boards.clone(),
            config.challenge,
        );
        let addresses = Addresses::new(&secrets.session_key);
        let ideas = Ideas::new(db.clone(), directory.clone(), points.clone(), addresses.clone());
        let mut handlers = Handlers::default();
        notices::handle(&mut handlers, &db);
        let keys_of_votes = (vote_keys.clone(), &secrets.ballot_key);
        let campaigns = Campaigns::new(db.clone(), directory.clone(), points.clone(), keys_of_votes, config.vote_watch);
        // rooms that attach files say here who may read them
        let files = Files::new(db.clone(), depot, readers(&ideas, &campaigns), addresses.clone(), &config.files);
        let board_room = BoardRoom::new(boards.clone(), directory.clone());
        let operator = Operator {
            db: db.clone(),
            members: members.clone(),
            sessions: sessions.clone(),
            quiz: quiz.clone(),
            board_room: board_room.clone(),
            campaigns: campaigns.clone(),
            backups: Backups::new(db.clone(), vote_keys.clone(), &config),
        };
        Ok(App {
            holder: db.fresh_id(),
            stopping: Data::default(),
            ear: Arc::new(ear),
            missed: Arc::default(),
            protection: Data::new(Protection::new(config.web.hsts_seconds)),
            limits: Data::new(Limits::new(config.web.rates(), config.web.trusted_proxies.clone())),
            handlers: Arc::new(handlers),
            recorder: None,
            config: Arc::new(config),
            directory: directory.clone(),
            members,
            sessions,
            points,
            study,
            quiz,
            challenge,
            contests,
            meetings: Meetings::new(db.clone(), directory.clone())
                .unless_cited(ideas::cites)
                .unless_part(contests::is_part_of),
            ideas,
            brands: Brands::new(db.clone(), directory),
            campaigns,
            files,
            vote_keys,
            operator,
            addresses,
            db,
            board_room,
            boards,
        })
    }

    /// Records measurements for `/metrics` from now on; once in a process.
    pub fn measured(mut self) -> Result<App, String> {
        self.recorder = Some(Data::new(health::install_recorder()?));
        Ok(self)
    }

    /// Every route, with what its handlers work with.
    fn configure(&self, cfg: &mut ServiceConfig) {
        let gate = self.sessions.gate.clone();
        let doorkeeper = Doorkeeper::new(move |token| {
            let (gate, token) = (gate.clone(), token.to_owned());
            async move { gate.recognise(&token).await }
        });
        if let Some(recorder) = &self.recorder {
            cfg.app_data(recorder.clone());
        }
        cfg.app_data(Data::new(doorkeeper))
            .app_data(Data::new(self.boards.clone()))
            .app_data(self.limits.clone())
            .app_data(self.stopping.clone())
            .app_data(self.protection.clone())
            .app_data(Data::new(self.db.clone()))
            .app_data(Data::new(self.directory.clone()))
            .app_data(Data::new(self.members.clone()))
            .app_data(Data::new(self.sessions.clone()))
            .app_data(Data::new(self.points.clone()))
            .app_data(Data::new(self.study.clone()))
            .app_data(Data::new(self.quiz.clone()))
            .app_data(Data::new(self.challenge.clone()))
            .app_data(Data::new(self.contests.clone()))
            .app_data(Data::new(self.meetings.clone()))
            .app_data(Data::new(self.ideas.clone()))
            .app_data(Data::new(self.brands.clone()))
            .app_data(Data::new(self.campaigns.clone()))
            .app_data(Data::new(self.files.clone()))
            .app_data(Data::new(self.addresses.clone()))
            .app_data(Data::new(self.board_room.clone()))
            .app_data(Data::new(self.config.web.clone()));
        routes(cfg);
    }

    /// Serves until a signal asks to stop; then finishes what was accepted.
    pub async fn serve(self, listener: std::net::TcpListener) -> std::io::Result<()> {
        let door = listener.try_clone()?;
        let server = self.clone().listen(listener)?;
        let mut jobs = self.start_jobs();
        jobs.extend(self.open_to_operator());
        tokio::spawn(stop_when_asked(server.handle(), door, self.stopping.clone()));
        let outcome = server.await;
        jobs.iter().for_each(|job| job.abort());
        if let Err(error) = self.sessions.gate.write_notes().await {
            tracing::warn!(%error, "which new tokens were seen could not be written");
        }
        if let Err(error) = self.study.flush().await {
            tracing::warn!(%error, "the last servings could not be written");
        }
        self.db.close();
        outcome
    }

    /// Takes commands from other processes of the machine's operator, since the SQLite file belongs to this one.
    #[cfg(unix)]
    fn open_to_operator(&self) -> Option<tokio::task::JoinHandle<()>> {
        match operator::socket::Door::open(self.db.file()?) {
            Ok(door) => Some(tokio::spawn(door.serve(self.operator.clone()))),
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

    /// Does the background work until a signal asks to stop; several processes may, beside servers or alone.
    pub async fn work(self) {
        let jobs = self.start_jobs();
        asked_to_stop().await;
        jobs.iter().for_each(|job| job.abort());
        self.db.close();
    }

    /// An HTTP server on `listener`, not yet running.
    pub fn listen(self, listener: std::net::TcpListener) -> std::io::Result<actix_web::dev::Server> {
        let workers =
            self.config.web.workers.unwrap_or_else(|| std::thread::available_parallelism().map_or(2, usize::from));
        let app = self.clone();
        let methods = Data::new(Methods::of(&openapi()).with_readable(&["/openapi.json", "/docs/{tail}*"]));
        let server = HttpServer::new(move || {
            let (app, methods) = (app.clone(), methods.clone());
            ActixApp::new()
                .wrap(Compress::default())
                .wrap(from_fn(head))
                .wrap(from_fn(trace))
                .wrap(cors(&app.config.web.cors_origins))
                .into_utoipa_app()
                .configure(|cfg| app.configure(cfg))
                .into_app()
                .configure(docs)
                .app_data(methods)
                .default_service(web::to(no_route))
        });
        Ok(server
            .workers(workers)
            .max_connections(MAX_CONNECTIONS)
            .client_request_timeout(Duration::from_secs(10))
            .client_disconnect_timeout(Duration::from_secs(2))
            .keep_alive(Duration::from_secs(75))
            .shutdown_timeout(20)
            // whoever has left is not worked for: a password that nobody waits for is not hashed
            .h1_allow_half_closed(false)
            .disable_signals()
            .listen(listener)?
            .run())
    }

    /// Starts the background work of this process; each job runs at its own pace for as long as the process lives.
    pub fn start_jobs(&self) -> Vec<tokio::task::JoinHandle<()>> {
        self.jobs()
            .into_iter()
            .map(|job| {
                tokio::spawn(async move {
                    let mut pace = tokio::time::interval(job.every);
                    pace.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
                    loop {
                        pace.tick().await;
                        if let Err(error) = (job.run)().await {
                            tracing::warn!(job = job.name, %error, "a background job failed and will be tried again");
                        }
                    }
                })
            })
            .collect()
    }

    /// Runs every job once: what tests call after moving the clock.
    pub async fn tick(&self) -> Result<(), DbError> {
        for job in self.jobs() {
            (job.run)().await?;
        }
        Ok(())
    }

    fn jobs(&self) -> Vec<Job> {
        let second = Duration::from_secs(1);
        vec![
            self.job("changes", second, |app| async move { app.hear_changes().await }),
            self.job("sessions", second, |app| async move { app.sessions.gate.write_notes().await }),
            self.job("study", second, |app| async move { app.study.publish_due().await.map(drop) }),
            self.job("servings", second, |app| async move { app.study.flush().await }),
            self.job("quiz", second, |app| async move { app.quiz.publish_due().await }),
            self.job("corrections", second, |app| async move { app.quiz.regrade().await }),
            self.job("challenge corrections", second, |app| async move { app.challenge.regrade().await }),
            self.job("contest corrections", second, |app| async move { app.contests.regrade().await }),
            self.job("tallies", Duration::from_secs(60), |app| async move { app.quiz.keep_up().await }),
            self.job("challenge tallies", Duration::from_secs(60), |app| async move { app.challenge.keep_up().await }),
            self.job("challenge", second, |app| async move { app.challenge.end_overdue().await }),
            self.job("contests", second, |app| async move { app.contests.keep_up().await }),
            self.job("contest_results", second, |app| async move { app.contests.settle().await }),
            self.job("campaigns", second, |app| async move { app.campaigns.keep_up().await }),
            self.job(
                "vote keys",
                Duration::from_secs(10),
                |app| async move { app.campaigns.destroy_spent_keys().await },
            ),
            self.job("campaign points", second, |app| async move { app.campaigns.reward().await }),
            self.job("ideas", Duration::from_secs(60), |app| async move { app.ideas.keep_up().await }),
            self.job("search", second, |app| async move { search::index_waiting(&app.db, INDEXING_REST).await }),
            self.job("boards", second, |app| async move { app.board_room.keep_up().await }),
            self.job("correction notices", second, |app| async move { app.quiz.tell_corrected().await }),
            self.job("outbox", second, |app| async move {
                while outbox::deliver_due(&app.db, &app.handlers).await? > 0 {}
                Ok(())
            }),
            self.job("backup", Duration::from_secs(30), |app| async move {
                app.operator.backups.keep_up().await;
                Ok(())
            }),
            self.job("tidy", Duration::from_secs(60), |app| async move { app.tidy().await }),
        ]
    }

    fn job<F>(&self, name: &'static str, every: Duration, run: impl Fn(App) -> F + Send + Sync + 'static) -> Job
    where
        F: Future<Output = Result<(), DbError>> + Send + 'static,
    {
        let app = self.clone();
        Job { name, every, run: Box::new(move || Box::pin(run(app.clone()))) }
    }

    /// Learns of what other processes changed.
    async fn hear_changes(&self) -> Result<(), DbError> {
        let (now, asked) = (self.db.now(), self.ear.last_asked());
        let was_deaf = self.ear.was_deaf(now) || self.missed.swap(false, Ordering::AcqRel);
        let heard = self.db.read(move |conn| changes::since(conn, asked)).await?;
        let heard = self.ear.hear(heard, now);
        self.sessions.hear(&heard).await;
        if was_deaf || heard.iter().any(|change| change.topic == study::STUDY_TOPIC) {
            self.study.forget();
        }
        let rules = match was_deaf || heard.iter().any(|change| change.topic == points::RULES_TOPIC) {
            true => self.points.hear().await,
            false => Ok(()),
        };
        // a SQLite file has only this process, whose actions have put in already what they changed
        let members = match (self.db.is_postgres(), was_deaf) {
            (false, _) => Ok(()),
            (true, false) => self.members.hear(&heard).await,
            (true, true) => self.members.reload().await,
        };
        // a change is heard of once: what could not be read of it now is read with everything else the next time
        let all = rules.and(members);
        if all.is_err() {
            self.missed.store(true, Ordering::Release);
        }
        all
    }

    /// Throws away what nobody will ask for again; one process at a time.
    async fn tidy(&self) -> Result<(), DbError> {
        self.limits.tidy();
        let (holder, members) = (self.holder, self.members.clone());
        let held = self
            .db
            .write(move |tx| -> Result<bool, Stop<Never>> {
                let held = lock::hold(tx, "tidy", holder, TIDY_LEASE_SECONDS)?;
                if held {
                    changes::tidy(tx)?;
                    idempotency::tidy(tx)?;
                    sessions::tidy(tx)?;
                    members.expire(tx)?;
                    attempts::tidy(tx)?;
                }
                Ok(held)
            })
            .await?;
        if held {
            notices::tidy(&self.db).await?;
            self.files.tidy().await?;
        }
        Ok(())
    }
}

type Running = Pin<Box<dyn Future<Output = Result<(), DbError>> + Send>>;

struct Job {
    name: &'static str,
    every: Duration,
    run: Box<dyn Fn() -> Running + Send + Sync>,
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

/// The secrets that belong to the database; made for one that is new.
async fn secrets_of(db: &Db, config: &Config) -> Result<Secrets, String> {
    let known = db.read(secret_checks::list).await.map_err(|error| error.to_string())?;
    let secrets = match Secrets::find(&config.secrets)? {
        Some(secrets) => secrets,
        None => {
            let is_new = known.is_empty() && !db.read(members::any).await.map_err(|error| error.to_string())?;
            match (is_new, config.is_postgres()) {
                (true, false) => Secrets::make(&config.secrets)?,
                (true, true) => return Err(no_shared_secrets(&config.secrets)),
                (false, _) => return Err(missing_secrets(&config.secrets)),
            }
        }
    };
    let mut differing = secret_checks::differing(&known, &secrets.lasting_keys());
    if known.is_empty() {
        // a database from before there were checks: what is in it tells whether the keys are the right ones
        let (phone_key, ballot_key) = (secrets.phone_key.clone(), secrets.ballot_key.clone());
        let phones = db.read(move |conn| members::proves_phone_key(conn, &phone_key)).await;
        let ballots = db.read(move |conn| campaigns::proves_ballot_key(conn, &ballot_key)).await;
        let doubted = [("phone_key", phones), ("ballot_key", ballots)];
        for (name, proven) in doubted {
            if proven.map_err(|error| error.to_string())? == Some(false) {
                differing.push(name);
            }
        }
        if differing.is_empty() {
            let known = secret_checks::put(db, &secrets.lasting_keys()).await.map_err(|error| error.to_string())?;
            differing = secret_checks::differing(&known, &secrets.lasting_keys());
        }
    }
    if differing.is_empty() { Ok(secrets) } else { Err(other_secrets(&differing)) }
}

fn no_shared_secrets(config: &SecretsConfig) -> String {
    format!(
        "使用 PostgreSQL 的各服务器须共用一组密钥：请设置 XIANFENG_SECRETS 或 XIANFENG_SECRETS_FILE（`xianfeng secrets` 可打印\
         一组新的）；文件 {0} 不存在 (servers on PostgreSQL must share their secrets: set XIANFENG_SECRETS or \
         XIANFENG_SECRETS_FILE; {0} does not exist)",
        config.missing()
    )
}

fn missing_secrets(config: &SecretsConfig) -> String {
    format!(
        "数据库中已有数据，但找不到它的密钥文件 {0}。请从另行保管的副本恢复该文件，或设置 XIANFENG_SECRETS；不会另建新密钥，\
         因为新密钥打不开已有的手机号和会话 (the database has data, but its secrets are missing: put {0} back from the copy \
         that was kept apart, or set XIANFENG_SECRETS; no new ones are made)",
        config.missing()
    )
}

fn other_secrets(differing: &[&str]) -> String {
    let names = differing.join("、");
    format!(
        "密钥与这个数据库不符：{names}。请换回原来的 secrets.json（或 XIANFENG_SECRETS），或检查 DATABASE_URL 是否指向正确的数据库；\
         token_keys 可以更换，其余密钥不能 (these secrets are not those of the database, they differ in {names}: use those \
         that it began with, or check DATABASE_URL; only token_keys may be changed)"
    )
}

/// Whether `place` is `folder` or lies below it.
fn lies_within(place: &str, folder: &str) -> bool {
    let absolute = |place: &str| std::path::absolute(place).ok();
    absolute(place).zip(absolute(folder)).is_some_and(|(place, folder)| place.starts_with(folder))
}

/// Where the sealing keys of votes are kept. A place that cannot be used now may be later, and only votes need it; one
/// where no key can be destroyed, or that is taken for attachments, is refused at once.
async fn open_vote_keys(config: &Config) -> Result<KeyStore, String> {
    let (place, former) = config.vote_keys.places();
    if lies_within(place, &config.files.files_place) || lies_within(&config.files.files_place, place) {
        return Err(format!(
            "XIANFENG_VOTE_KEYS: {place} 与附件目录重叠，请另选位置 (keys of votes lie apart from files)"
        ));
    }
    let open = |place| KeyStore::open(place).map_err(|error| format!("XIANFENG_VOTE_KEYS: {error}"));
    let store = open(place)?;
    let brought = match former {
        Some(former) => store.take_over(&open(former)?).await,
        None => Ok(()),
    };
    match brought.and(store.probe().await) {
        Ok(()) => {}
        Err(error @ KeyStoreError::Away(_)) => {
            tracing::warn!(place, %error, "no vote can open until its key can be kept");
        }
        Err(error @ KeyStoreError::Versioned) => return Err(format!("XIANFENG_VOTE_KEYS: {error}")),
    }
    Ok(store)
}

/// The boards, in Redis or in this process, with what they must know of the roster.
async fn open_boards(db: &Db, directory: &Directory, config: &Config) -> Result<Boards, DbError> {
    let (paths, branches) = (directory.clone(), directory.clone());
    let known = board::Directory {
        path: Box::new(move |member| paths.path_unless_left(member)),
        branch: Box::new(move |member| branches.branch_of_active(member)),
    };
    match &config.redis_url {
        Some(url) => Boards::redis(db.clone(), known, url, &config.redis_prefix).await,
        None => Boards::local(db.clone(), known).await,
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

/// Who may read what is attached to the things of rooms, and delete it again.
fn readers(ideas: &Ideas, campaigns: &Campaigns) -> Readers {
    let see = |ideas: &Ideas| {
        let ideas = ideas.clone();
        move |conn: &mut Conn, person: &Person, id| ideas.may_see(conn, person, id)
    };
    let readers = campaigns::EVIDENCE.into_iter().fold(Readers::default(), |readers, kind| {
        let campaigns = campaigns.clone();
        readers
            .with(kind, move |conn, person, id| campaigns.may_see(conn, person, id))
            .with_deletion(kind, |conn, _, id| campaigns::is_draft(conn, id))
            .with_hiding(kind, campaigns::is_hidden)
    });
    readers
        .with(ideas::ATTACHMENT, see(ideas))
        .with(ideas::EVIDENCE, see(ideas))
        .with_deletion(ideas::ATTACHMENT, |conn, _, id| ideas::is_draft(conn, id))
        .with_hiding(ideas::ATTACHMENT, ideas::is_hidden)
        .with_hiding(ideas::EVIDENCE, ideas::is_hidden)
}

fn routes(cfg: &mut ServiceConfig) {
    cfg.configure(health::routes).service(utoipa_actix_web::scope("/api/v1").configure(|cfg| {
        members::routes(cfg);
        sessions::routes(cfg);
        points::routes(cfg);
        boards::routes(cfg);
        study::routes(cfg);
        quiz::routes(cfg);
        challenge::routes(cfg);
        contests::routes(cfg);
        meetings::routes(cfg);
        ideas::routes(cfg);
        brands::routes(cfg);
        campaigns::routes(cfg);
        notices::routes(cfg);
        files::routes(cfg);
        audit::routes(cfg);
    }));
}

/// The API document and the page to try it out, both served from the binary.
fn docs(cfg: &mut web::ServiceConfig) {
    let document = openapi();
    let text = Data::new(OpenApiText(document.to_json().unwrap_or_default()));
    cfg.app_data(text)
        .app_data(Data::new(manual::config("/openapi.json")))
        .route("/openapi.json", web::get().to(openapi_json))
        .route("/docs/{file:.*}", web::get().to(manual::show));
}

struct OpenApiText(String);

async fn openapi_json(text: Data<OpenApiText>) -> actix_web::HttpResponse {
    actix_web::HttpResponse::Ok().content_type("application/json").body(text.0.clone())
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Xianfeng 先锋",
        description = "The mobile backend that carries an enterprise's year of Party-building work.",
        license(name = "MIT"),
    ),
    components(schemas(crate::web::error::ProblemBody<'static>, crate::web::FieldError)),
    modifiers(&CommonGround)
)]
struct Document;

/// The API document, made from the code.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let (_, mut document) =
        ActixApp::new().into_utoipa_app().openapi(Document::openapi()).configure(routes).split_for_parts();
    utoipa::Modify::modify(&CommonGround, &mut document);
    document
}
