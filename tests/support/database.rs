//! A database for one test: a SQLite file in a temporary folder, or a PostgreSQL database copied from a template.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use clap::Parser;
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use tempfile::TempDir;
use xianfeng::db::Conn;

use super::Arguments;

/// What the file of a test is called in its folder.
const SQLITE_FILE: &str = "test.db";

/// What a test's app is pointed at; dropped with the test.
pub struct Database {
    url: String,
    redis: Option<String>,
    folder: Arc<TempDir>,
    /// Removes the PostgreSQL database when its last user goes.
    _owned: Option<Arc<PgDatabase>>,
}

/// Whether this run is on PostgreSQL and Redis.
pub fn on_postgres() -> bool {
    match std::env::var("XIANFENG_TEST_DATABASE").as_deref() {
        Ok("postgres") => true,
        Ok("sqlite") | Err(_) => false,
        Ok(other) => panic!("XIANFENG_TEST_DATABASE must be sqlite or postgres, not {other}"),
    }
}

/// For a test of what only PostgreSQL and Redis have; `#[ignore]` keeps it from the other runs.
#[track_caller]
pub fn needs_postgres() {
    assert!(on_postgres(), "this is about PostgreSQL and Redis: scripts/test runs it there");
}

impl Database {
    pub fn fresh() -> Database {
        if on_postgres() {
            return Database::on(PgDatabase::copy_of_template());
        }
        let database = Database::sqlite();
        std::fs::copy(sqlite_template(), database.folder().join(SQLITE_FILE)).unwrap();
        database
    }

    /// A SQLite file, for what only SQLite has: such tests are the same in every run.
    pub fn sqlite() -> Database {
        let folder = Arc::new(TempDir::new().unwrap());
        let url = format!("sqlite://{}", folder.path().join(SQLITE_FILE).display());
        Database { url, redis: None, folder, _owned: None }
    }

    fn on(owned: PgDatabase) -> Database {
        let folder = Arc::new(TempDir::new().unwrap());
        let redis =
            std::env::var("TEST_REDIS_URL").expect("TEST_REDIS_URL is set with XIANFENG_TEST_DATABASE=postgres");
        let url = owned.url.clone();
        Database { url, redis: Some(redis), folder, _owned: Some(Arc::new(owned)) }
    }

    /// A place where nothing is yet: no SQLite file, or a PostgreSQL database without tables.
    pub fn empty() -> Database {
        if on_postgres() { Database::on(PgDatabase::new(None)) } else { Database::sqlite() }
    }

    /// A place where nothing is yet, with the same secrets.
    pub fn elsewhere(&self) -> Database {
        let there = Database::empty();
        std::fs::copy(self.folder.path().join("secrets.json"), there.folder.path().join("secrets.json")).unwrap();
        there
    }

    /// Runs SQL as the database's owner, many statements at once.
    pub fn run(&self, sql: &str) {
        self.connect().batch(sql).unwrap();
    }

    /// What an app here is told, with further arguments.
    pub fn config(&self, further: &[String]) -> xianfeng::config::Config {
        Arguments::parse_from(self.arguments().iter().chain(further)).config
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// A connection of the test's own, beside the apps.
    pub fn connect(&self) -> Conn {
        match self.url.strip_prefix("sqlite://") {
            Some(path) => Conn::Sqlite(SqliteConnection::establish(path).unwrap()),
            None => Conn::Pg(PgConnection::establish(&self.url).unwrap()),
        }
    }

    /// The secrets of the apps on this database.
    pub fn secrets(&self) -> xianfeng::config::Secrets {
        let text = std::fs::read_to_string(self.folder.path().join("secrets.json")).unwrap();
        xianfeng::config::Secrets::parse(&text).unwrap()
    }

    /// The same database for a second app.
    pub fn shared(&self) -> Database {
        Database {
            url: self.url.clone(),
            redis: self.redis.clone(),
            folder: self.folder.clone(),
            _owned: self._owned.clone(),
        }
    }

    /// Waits until the server that had the SQLite file for itself is gone.
    pub async fn wait_until_free(&self) {
        let Ok(lock) = std::fs::File::open(self.folder.path().join("test.lock")) else { return };
        while lock.try_lock().is_err() {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }

    pub fn redis_url(&self) -> Option<&str> {
        self.redis.as_deref()
    }

    /// A folder for the test's files, gone with the database.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// The command-line arguments that point an app here.
    pub fn arguments(&self) -> Vec<String> {
        let secrets = self.folder.path().join("secrets.json");
        if !secrets.exists() {
            std::fs::write(&secrets, xianfeng::config::Secrets::random().to_json()).unwrap();
        }
        let mut arguments = vec![
            "test".to_owned(),
            format!("--database-url={}", self.url),
            format!("--secrets-file={}", secrets.display()),
            format!("--vote-keys={}", self.folder.path().join("votes").display()),
            format!("--files={}", self.folder.path().join("files").display()),
            format!("--trail-anchors={}", self.folder.path().join("trail-anchors.log").display()),
        ];
        if let Some(redis) = &self.redis {
            arguments.push(format!("--redis-url={redis}"));
            let name = self.url.rsplit('/').next().unwrap_or_default();
            arguments.push(format!("--redis-prefix={name}"));
        }
        arguments
    }
}

struct PgDatabase {
    url: String,
    name: String,
}

fn server_url() -> String {
    std::env::var("TEST_DATABASE_URL").expect("TEST_DATABASE_URL is set with XIANFENG_TEST_DATABASE=postgres")
}

/// The server's URL with another database name.
fn url_of(name: &str) -> String {
    let server = server_url();
    let (base, query) = server.split_once('?').map_or((server.as_str(), ""), |(base, query)| (base, query));
    let host = base.rsplit_once('/').expect("a PostgreSQL URL ends with a database name").0;
    if query.is_empty() { format!("{host}/{name}") } else { format!("{host}/{name}?{query}") }
}

/// One statement at a time on the server's own database: a template must not be in use while it is copied.
fn administer(sql: &str) {
    static ADMIN: OnceLock<Mutex<PgConnection>> = OnceLock::new();
    let admin = ADMIN.get_or_init(|| Mutex::new(PgConnection::establish(&server_url()).unwrap()));
    admin.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).batch_execute(sql).unwrap();
}

impl PgDatabase {
    fn copy_of_template() -> PgDatabase {
        static TEMPLATE: OnceLock<String> = OnceLock::new();
        let process = std::process::id();
        let template = TEMPLATE.get_or_init(|| {
            let name = format!("xianfeng_template_{process}");
            administer(&format!("DROP DATABASE IF EXISTS {name}"));
            administer(&format!("CREATE DATABASE {name}"));
            migrate(&url_of(&name));
            name
        });
        PgDatabase::new(Some(template))
    }

    /// A database like `template`, or without tables.
    fn new(template: Option<&str>) -> PgDatabase {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let name = format!("xianfeng_test_{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::SeqCst));
        administer(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        administer(&format!("CREATE DATABASE {name} TEMPLATE {}", template.unwrap_or("template0")));
        PgDatabase { url: url_of(&name), name }
    }
}

/// A PostgreSQL database without tables, with a role that owns it and another one that is to serve; all of it is gone
/// when dropped.
pub struct TwoRoles {
    database: PgDatabase,
    pub owner_url: String,
    pub serving_url: String,
    pub serving: String,
    owner: String,
}

impl TwoRoles {
    pub fn fresh() -> TwoRoles {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let mark = format!("{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::SeqCst));
        let (owner, serving, name) =
            (format!("xianfeng_owner_{mark}"), format!("xianfeng_serving_{mark}"), format!("xianfeng_roles_{mark}"));
        for role in [&owner, &serving] {
            administer(&format!("DROP ROLE IF EXISTS {role}"));
            administer(&format!("CREATE ROLE {role} LOGIN PASSWORD '{ROLE_PASSWORD}'"));
        }
        administer(&format!("CREATE DATABASE {name} OWNER {owner}"));
        let url = url_of(&name);
        let (owner_url, serving_url) = (url_as(&url, &owner), url_as(&url, &serving));
        TwoRoles { database: PgDatabase { url, name }, owner_url, serving_url, serving, owner }
    }

    /// A connection that may do everything.
    pub fn connect(&self) -> PgConnection {
        PgConnection::establish(&self.database.url).unwrap()
    }
}

impl Drop for TwoRoles {
    fn drop(&mut self) {
        // what a role has been granted goes with the database, and only then the role can
        administer(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.database.name));
        for role in [&self.serving, &self.owner] {
            administer(&format!("DROP ROLE IF EXISTS {role}"));
        }
    }
}

const ROLE_PASSWORD: &str = "0123456789abcdef";

/// The URL for another role.
fn url_as(url: &str, role: &str) -> String {
    let (scheme, rest) = url.split_once("://").expect("a URL has a scheme");
    let place = rest.split_once('@').map_or(rest, |(_, place)| place);
    format!("{scheme}://{role}:{ROLE_PASSWORD}@{place}")
}

/// A SQLite file with all tables and nothing in them, made once: migrating takes longer than most tests.
fn sqlite_template() -> &'static std::path::Path {
    static TEMPLATE: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    let make = || {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join(SQLITE_FILE);
        let mut conn = SqliteConnection::establish(&file.display().to_string()).unwrap();
        const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
        conn.run_pending_migrations(MIGRATIONS).unwrap();
        (folder, file)
    };
    &TEMPLATE.get_or_init(make).1
}

fn migrate(url: &str) {
    const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/postgres");
    PgConnection::establish(url).unwrap().run_pending_migrations(MIGRATIONS).unwrap();
}

impl Drop for PgDatabase {
    fn drop(&mut self) {
        administer(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
    }
}
