//! Assembles everything: the one folder that names every feature.

mod docs;
mod jobs;
mod secrets;
mod serve;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use actix_web::web::Data;

use metrics_exporter_prometheus::PrometheusHandle;
use utoipa_actix_web::service_config::ServiceConfig;

pub use docs::openapi;

use secrets::secrets_of;

use crate::audit;
use crate::backup::Backups;
use crate::base::clock::Clock;
use crate::boards::{self, BoardRoom};
use crate::brands::{self, Brands};
use crate::campaigns::{self, Campaigns};
use crate::challenge::{self, Challenge};
use crate::config::{Config, Secrets};
use crate::contests::{self, Contests};
use crate::db::{Conn, Db, DbError};
use crate::files::{self, Addresses, Depot, Files, Readers};
use crate::health;
use crate::ideas::{self, Ideas};
use crate::kernel::attempts::Attempts;
use crate::kernel::board::{self, Boards};
use crate::kernel::key_store::{KeyStore, KeyStoreError};
use crate::kernel::outbox::Handlers;
use crate::kernel::{changes, lock};
use crate::meetings::{self, Meetings};
use crate::members::{self, Directory, Members};
use crate::notices;
use crate::operator::Operator;
use crate::points::{self, Points};
use crate::quiz::{self, Quiz};
use crate::sessions::{self, Sessions};
use crate::study::{self, Study};
use crate::web::caller::{Doorkeeper, Person};
use crate::web::headers::Protection;
use crate::web::limits::Limits;
use crate::web::stopping::Stopping;

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
