//! Configuration from the environment, one small struct per concern. The README holds the complete table.

mod lasting;
mod platforms;
mod secrets;

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use chrono::NaiveTime;

use crate::base::memory;
use crate::db::DbOptions;
use crate::kernel::calendar::DaysOff;
use crate::web::cors::Origins;
use crate::web::limits::RateLimits;
use crate::web::proxies::TrustedProxies;

pub use platforms::{Application, PlatformsConfig};
pub use secrets::{Secrets, SecretsConfig};

/// The command with the rule that an empty variable counts as absent: compose files and service managers set variables
/// that nobody has filled in.
pub fn without_empty_variables(command: clap::Command) -> clap::Command {
    let is_empty = |arg: &clap::Arg| {
        let set = arg.get_env().and_then(std::env::var_os);
        set.is_some_and(|value| value.to_string_lossy().trim().is_empty())
    };
    let command = command.mut_args(|arg| if is_empty(&arg) { arg.env(None::<&str>) } else { arg });
    command.mut_subcommands(without_empty_variables)
}

/// A variable that is read before or beside the command line, unless it is empty.
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

/// Everything that `serve` can be told. Each field's environment variable is named beside it.
#[derive(Clone, Debug, clap::Args)]
pub struct Config {
    /// sqlite://path or postgres://user:password@host/database
    #[arg(long, env = "DATABASE_URL", default_value = "sqlite://data/xianfeng.db", hide_env_values = true)]
    pub database_url: String,

    /// Connections to PostgreSQL for reading, each with a thread of its own
    #[arg(long, env = "XIANFENG_PG_READERS", default_value = "8", value_parser = clap::value_parser!(u16).range(1..=200))]
    pub pg_readers: u16,

    /// Connections to PostgreSQL for transactions, each with a thread of its own
    #[arg(long, env = "XIANFENG_PG_WRITERS", default_value = "2", value_parser = clap::value_parser!(u16).range(1..=200))]
    pub pg_writers: u16,

    /// redis://host:port/0; boards live in Redis when set, in the process otherwise
    #[arg(long, env = "REDIS_URL", hide_env_values = true)]
    pub redis_url: Option<String>,

    /// What the keys in Redis begin with, so that several enterprises can share one
    #[arg(long, env = "XIANFENG_REDIS_PREFIX", default_value = "xianfeng")]
    pub redis_prefix: String,

    /// Address and port to listen on
    #[arg(long, env = "XIANFENG_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,

    /// The port alone, overriding that of --listen
    #[arg(long)]
    pub port: Option<u16>,

    /// Megabytes of memory that the server may take, by which it goes when pictures are painted; what the machine or the
    /// container has by default
    #[arg(long, env = "XIANFENG_MEMORY_MB", value_parser = clap::value_parser!(u32).range(384..))]
    pub memory_mb: Option<u32>,

    /// A second address and port where only /healthz, /readyz and /metrics are answered, by a thread that does nothing
    /// else; for balancers and monitors, not for members
    #[arg(long, env = "XIANFENG_HEALTH_LISTEN")]
    pub health_listen: Option<SocketAddr>,

    #[command(flatten)]
    pub secrets: SecretsConfig,

    #[command(flatten)]
    pub vote_keys: VoteKeysConfig,

    #[command(flatten)]
    pub files: FilesConfig,

    /// A file for the daily anchors of the trail, best on another disk than the database; beside it by default
    #[arg(long, env = "XIANFENG_TRAIL_ANCHORS")]
    pub trail_anchors: Option<PathBuf>,

    #[command(flatten)]
    pub backup: BackupConfig,

    #[command(flatten)]
    pub web: WebConfig,

    #[command(flatten)]
    pub platforms: PlatformsConfig,

    #[command(flatten)]
    pub resets: ResetTerms,

    #[command(flatten)]
    pub sessions: SessionTerms,

    #[command(flatten)]
    pub timetable: Timetable,

    #[command(flatten)]
    pub challenge: ChallengeTerms,

    #[command(flatten)]
    pub vote_watch: VoteWatch,

    /// Whether this is the demonstration; only its own command says so
    #[arg(skip)]
    pub is_demo: bool,
}

impl Config {
    /// Where the anchors of the trail are written; an empty setting is none.
    pub fn trail_anchors(&self) -> PathBuf {
        let named = self.trail_anchors.clone().filter(|file| !file.as_os_str().is_empty());
        named.unwrap_or_else(|| match self.database_url.strip_prefix("sqlite://") {
            Some(database) => Path::new(database).with_extension("trail-anchors.log"),
            None => Path::new(DATA).join("trail-anchors.log"),
        })
    }

    /// Where to listen, with `--port` applied.
    pub fn address(&self) -> SocketAddr {
        let mut address = self.listen;
        if let Some(port) = self.port {
            address.set_port(port);
        }
        address
    }

    /// Bytes of memory that the server may take, as far as anybody says so.
    pub fn memory(&self) -> Option<u64> {
        self.memory_mb.map(|megabytes| u64::from(megabytes) << 20).or_else(memory::limit)
    }

    pub fn db_options(&self) -> DbOptions {
        DbOptions { pg_readers: self.pg_readers.into(), pg_writers: self.pg_writers.into(), ..DbOptions::default() }
    }

    pub fn is_postgres(&self) -> bool {
        self.database_url.starts_with("postgres")
    }

    /// Refuses a folder for backups in which secrets or keys of votes lie: a copy of the one would take the other along,
    /// and nothing that a backup keeps sealed would be.
    pub fn keep_backups_apart(&self) -> Result<(), String> {
        let Some(folder) = self.backup.folder() else { return Ok(()) };
        let among_secrets = self.secrets.secrets.is_none() && self.secrets.lies_in(&folder);
        let among_keys = lies_within(&folder, Path::new(&self.vote_keys.vote_keys_place));
        let what = match (among_secrets, among_keys) {
            (true, _) => "密钥",
            (_, true) => "选票密钥",
            _ => return Ok(()),
        };
        Err(format!(
            "XIANFENG_BACKUP_FOLDER: {} 在{what}的目录里，备份须与密钥分开存放，请另选位置 (backups lie apart from keys)",
            folder.display()
        ))
    }

    /// Warns where somebody has put the keys of votes among the data: anyone who copies it can open every ballot.
    pub fn warn_of_keys_among_data(&self) {
        let place = Path::new(&self.vote_keys.vote_keys_place);
        let beside = self.database_url.strip_prefix("sqlite://").and_then(|file| Path::new(file).parent());
        // a folder that holds the secrets as well is not one of data
        let beside = beside.filter(|folder| !lies_within(&self.secrets.secrets_file, folder));
        let among = [Some(Path::new(DATA)), beside].into_iter().flatten().find(|folder| lies_within(place, folder));
        if let Some(folder) = among {
            tracing::warn!(
                "XIANFENG_VOTE_KEYS: {} lies among the data in {}, where a copy of the data takes the keys along and \
                 opens every ballot of an open vote. Give the keys a place of their own",
                place.display(),
                folder.display()
            );
        }
    }
}

/// Whether `place` is `folder` or lies below it, whatever links lead there.
pub fn lies_within(place: &Path, folder: &Path) -> bool {
    resolved(place).zip(resolved(folder)).is_some_and(|(place, folder)| place.starts_with(folder))
}

/// The whole path without links, as far as it exists.
fn resolved(path: &Path) -> Option<PathBuf> {
    let full = std::path::absolute(path).ok()?;
    let (there, real) = full.ancestors().find_map(|path| Some((path, path.canonicalize().ok()?)))?;
    Some(real.join(full.strip_prefix(there).ok()?))
}

/// Text that must not appear in a log.
#[derive(Clone)]
pub struct RedactedText(String);

impl RedactedText {
    /// The text itself, for whom it is meant.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for RedactedText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

impl std::str::FromStr for RedactedText {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(RedactedText(text.to_owned()))
    }
}

/// Where the sealing keys of votes are kept until their count.
#[derive(Clone, Debug, clap::Args)]
pub struct VoteKeysConfig {
    /// A folder, or s3://bucket/prefix without versioning; shared by all servers, and in no backup
    #[arg(long = "vote-keys", env = "XIANFENG_VOTE_KEYS", default_value = DEFAULT_VOTE_KEYS)]
    pub vote_keys_place: String,
}

const DEFAULT_VOTE_KEYS: &str = "secrets/votes";

/// Where keys of votes lie while the usual place would not outlast the next start.
const PASSING_VOTE_KEYS: &str = "data/vote-keys";

impl VoteKeysConfig {
    /// Where to keep the keys of votes, and where others may lie that are to be brought there. A key that is lost costs a
    /// vote, so where the usual folder would not last they lie beside the data, and the operator is warned.
    pub fn places(&self) -> (&str, Option<&'static str>) {
        if self.vote_keys_place != DEFAULT_VOTE_KEYS {
            return (&self.vote_keys_place, None);
        }
        match lasting::doubt(Path::new(DEFAULT_VOTE_KEYS), Path::new(DATA)) {
            None => (DEFAULT_VOTE_KEYS, Some(PASSING_VOTE_KEYS)),
            Some(doubt) => {
                tracing::warn!(
                    "{DEFAULT_VOTE_KEYS} {doubt}: until XIANFENG_VOTE_KEYS names a lasting place, the sealing keys of \
                     votes lie in {PASSING_VOTE_KEYS}, beside the data, where a copy of it takes them along"
                );
                (PASSING_VOTE_KEYS, None)
            }
        }
    }
}

/// The folder of everything that a server keeps unless it is told otherwise.
const DATA: &str = "data";

/// Where attachments are kept, and how many.
#[derive(Clone, Debug, clap::Args)]
pub struct FilesConfig {
    /// A folder, or s3://bucket/prefix with the usual AWS_… variables; several servers need a place that they share
    #[arg(long = "files", env = "XIANFENG_FILES", default_value = "data/files")]
    pub files_place: String,

    /// Megabytes that one member may upload in a day
    #[arg(long, env = "XIANFENG_FILES_MB_PER_DAY", default_value = "200")]
    pub files_mb_per_day: u32,
}

/// Backups that the server takes by itself.
#[derive(Clone, Debug, clap::Args)]
pub struct BackupConfig {
    /// A folder for a backup a day; none are taken without it. On one server of several
    #[arg(long, env = "XIANFENG_BACKUP_FOLDER")]
    pub backup_folder: Option<PathBuf>,

    /// When the day's backup is taken, HH:MM
    #[arg(long, env = "XIANFENG_BACKUP_AT", default_value = "02:30", value_parser = parse_time)]
    pub backup_at: NaiveTime,

    /// How many of these backups are kept
    #[arg(long, env = "XIANFENG_BACKUP_COPIES", default_value = "7", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub backup_copies: u16,

    /// The folder of pg_dump and pg_restore, when they are not on the PATH
    #[arg(long, env = "XIANFENG_PG_BIN")]
    pub pg_bin: Option<PathBuf>,
}

impl BackupConfig {
    /// Where the schedule puts its backups; an empty setting is none.
    pub fn folder(&self) -> Option<PathBuf> {
        self.backup_folder.clone().filter(|folder| !folder.as_os_str().is_empty())
    }

    /// Where PostgreSQL's tools lie, unless they are on the PATH.
    pub fn pg_bin(&self) -> Option<PathBuf> {
        self.pg_bin.clone().filter(|folder| !folder.as_os_str().is_empty())
    }
}

/// How the server meets the network.
#[derive(Clone, Debug, clap::Args)]
pub struct WebConfig {
    /// Proxies whose X-Forwarded-For is believed: addresses and ranges such as 172.31.0.0/16, separated by commas
    #[arg(long, env = "XIANFENG_TRUSTED_PROXIES", default_value = "", hide_default_value = true)]
    pub trusted_proxies: TrustedProxies,

    /// Origins of web pages that may call the API, such as https://party.example.com, separated by commas; * for all of
    /// them, none by default
    #[arg(long, env = "XIANFENG_CORS_ORIGINS", default_value = "", hide_default_value = true)]
    pub cors_origins: Origins,

    /// Where members reach the app, such as https://party.example.com
    #[arg(long, env = "XIANFENG_PUBLIC_URL")]
    pub public_url: Option<String>,

    /// Seconds for which browsers shall ask over HTTPS only (Strict-Transport-Security), up to two years; 0 says nothing
    /// about it. Set it once HTTPS works for good
    #[arg(long, env = "XIANFENG_HSTS_SECONDS", default_value = "0", value_parser = clap::value_parser!(u32).range(0..=63_072_000))]
    pub hsts_seconds: u32,

    /// The bearer token that /metrics asks for; without it /metrics answers only on the loopback interface
    #[arg(long, env = "XIANFENG_METRICS_TOKEN", hide_env_values = true)]
    pub metrics_token: Option<RedactedText>,

    /// Requests per second of one account, with bursts of ten times as many
    #[arg(long, env = "XIANFENG_RATE_PER_ACCOUNT", default_value = "20")]
    pub rate_per_account: NonZeroU32,

    /// Sign-ins and refreshes per second from one address, with bursts of ten times as many
    #[arg(long, env = "XIANFENG_RATE_PER_ADDRESS", default_value = "200")]
    pub rate_per_address: NonZeroU32,

    /// Worker threads of the HTTP server; the number of cores when absent
    #[arg(long, env = "XIANFENG_WORKERS")]
    pub workers: Option<usize>,
}

impl WebConfig {
    /// Whether members reach the app over HTTPS, as far as the operator says so.
    pub fn is_https(&self) -> bool {
        self.hsts_seconds > 0 || self.public_url.as_deref().is_some_and(|url| url.trim().starts_with("https://"))
    }

    pub fn rates(&self) -> RateLimits {
        RateLimits { per_account: self.rate_per_account, per_address: self.rate_per_address }
    }

    pub fn metrics_token(&self) -> Option<&str> {
        self.metrics_token.as_ref().map(|token| token.0.as_str())
    }
}

/// How passwords are set anew, where no [setting](crate::kernel::settings) says otherwise.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct ResetTerms {
    /// Hours after which a code resets a password where nobody else could approve it and no device of the member refused
    #[arg(long, env = "XIANFENG_RESET_WAIT_HOURS", default_value = "24", value_parser = clap::value_parser!(u16).range(1..=168))]
    pub reset_wait_hours: u16,
}

/// How long members stay signed in, where no setting says otherwise.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct SessionTerms {
    /// Days after which a session ends however often it is used; one that is not used ends after 30 days
    #[arg(long, env = "XIANFENG_SESSION_DAYS", default_value = "180", value_parser = clap::value_parser!(u16).range(1..=3650))]
    pub session_days: u16,
}

/// When things happen, on the enterprise's clock (+08:00), where no setting says otherwise.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Timetable {
    /// When study pushes are published, HH:MM. Minute 00 and 30 are moved by one: messaging platforms are busy then
    #[arg(long, env = "XIANFENG_PUSH_AT", default_value = "07:50", value_parser = parse_time)]
    pub push_at: NaiveTime,

    /// When the daily paper is published, HH:MM; minute 00 and 30 are moved by one
    #[arg(long, env = "XIANFENG_PAPER_AT", default_value = "07:50", value_parser = parse_time)]
    pub paper_at: NaiveTime,

    /// Hours after midnight within which yesterday's fetched paper and opened reading still count
    #[arg(long, env = "XIANFENG_OFFLINE_GRACE_HOURS", default_value = "6", value_parser = clap::value_parser!(u8).range(0..=18))]
    pub offline_grace_hours: u8,

    /// Questions in a drawn daily paper
    #[arg(long, env = "XIANFENG_PAPER_QUESTIONS", default_value = "5", value_parser = clap::value_parser!(u8).range(1..=20))]
    pub paper_questions: u8,

    /// What Saturdays, Sundays and holidays are to members: rest (no paper is drawn, no streak is broken) or as_usual
    #[arg(long, env = "XIANFENG_DAYS_OFF", default_value = "rest", value_parser = parse_days_off)]
    pub days_off: DaysOff,
}

/// What a run of the challenge gives to think, and what it takes for a machine, where no setting says otherwise.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct ChallengeTerms {
    /// Seconds for one question of the challenge, on the server's clock; the network has no allowance of its own
    #[arg(long, env = "XIANFENG_CHALLENGE_SECONDS", default_value = "20", value_parser = clap::value_parser!(u16).range(5..=600))]
    pub challenge_seconds: u16,

    /// Milliseconds within which nobody can have read a question; answers that are faster are refused and counted
    #[arg(long, env = "XIANFENG_CHALLENGE_FLOOR_MS", default_value = "400", value_parser = clap::value_parser!(u16).range(0..=3000))]
    pub challenge_floor_ms: u16,
}

/// What is worth a look in a vote, where no setting says otherwise.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct VoteWatch {
    /// Minutes within which many ballots of one unit are worth a look
    #[arg(long, env = "XIANFENG_WATCH_MINUTES", default_value = "1", value_parser = clap::value_parser!(u16).range(1..=120))]
    pub watch_minutes: u16,

    /// How many ballots of one unit are many
    #[arg(long, env = "XIANFENG_WATCH_BALLOTS", default_value = "10", value_parser = clap::value_parser!(u16).range(2..))]
    pub watch_ballots: u16,

    /// How many times as many they must be, for each member, as elsewhere at the same time
    #[arg(long, env = "XIANFENG_WATCH_TIMES", default_value = "5", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub watch_times: u16,

    /// From when on ballots are cast at night
    #[arg(long, env = "XIANFENG_WATCH_NIGHT_FROM", default_value = "00:00", value_parser = parse_time)]
    pub watch_night_from: NaiveTime,

    /// Until when ballots are cast at night; the same time as the beginning means never
    #[arg(long, env = "XIANFENG_WATCH_NIGHT_UNTIL", default_value = "05:00", value_parser = parse_time)]
    pub watch_night_until: NaiveTime,

    /// From how many accounts on, opened on one device, their ballots are worth a look
    #[arg(long, env = "XIANFENG_WATCH_ACCOUNTS", default_value = "3", value_parser = clap::value_parser!(u16).range(2..=1000))]
    pub watch_accounts: u16,

    /// Hours from the closing to the counting of a vote in which something is worth a look, unless its rules set a delay or
    /// two people have looked before
    #[arg(long, env = "XIANFENG_WATCH_DELAY_HOURS", default_value = "24", value_parser = clap::value_parser!(u16).range(1..=168))]
    pub watch_delay_hours: u16,
}

fn parse_days_off(text: &str) -> Result<DaysOff, String> {
    text.parse().map_err(|_| "rest or as_usual".to_owned())
}

fn parse_time(text: &str) -> Result<NaiveTime, String> {
    NaiveTime::parse_from_str(text, "%H:%M").map_err(|_| "a time looks like 07:50".to_owned())
}
