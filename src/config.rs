//! Configuration from the environment, one small struct per concern. The README holds the complete table.

use std::io::Write;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use chrono::NaiveTime;
use serde::{Deserialize, Serialize};

use crate::base::crypto::Key;
use crate::db::DbOptions;
use crate::web::limits::RateLimits;

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

    #[command(flatten)]
    pub secrets: SecretsConfig,

    #[command(flatten)]
    pub vote_keys: VoteKeysConfig,

    #[command(flatten)]
    pub files: FilesConfig,

    #[command(flatten)]
    pub web: WebConfig,

    #[command(flatten)]
    pub resets: ResetTerms,

    #[command(flatten)]
    pub timetable: Timetable,

    #[command(flatten)]
    pub challenge: ChallengeTerms,

    #[command(flatten)]
    pub vote_watch: VoteWatch,
}

impl Config {
    /// Where to listen, with `--port` applied.
    pub fn address(&self) -> SocketAddr {
        let mut address = self.listen;
        if let Some(port) = self.port {
            address.set_port(port);
        }
        address
    }

    pub fn db_options(&self) -> DbOptions {
        DbOptions { pg_readers: self.pg_readers.into(), pg_writers: self.pg_writers.into(), ..DbOptions::default() }
    }

    pub fn is_postgres(&self) -> bool {
        self.database_url.starts_with("postgres")
    }
}

/// Where the keys come from.
#[derive(Clone, Debug, clap::Args)]
pub struct SecretsConfig {
    /// The secrets themselves, as `xianfeng secrets` prints them
    #[arg(long = "secrets", env = "XIANFENG_SECRETS", hide_env_values = true)]
    pub secrets: Option<RedactedText>,

    /// A file that holds them; made with mode 0600 when missing (SQLite only). Keep it out of database backups
    #[arg(long, env = "XIANFENG_SECRETS_FILE", default_value = "data/secrets.json")]
    pub secrets_file: PathBuf,
}

/// Text that must not appear in a log.
#[derive(Clone)]
pub struct RedactedText(String);

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
    #[arg(long = "vote-keys", env = "XIANFENG_VOTE_KEYS", default_value = "secrets/votes")]
    pub vote_keys_place: String,
}

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

/// How the server meets the network.
#[derive(Clone, Debug, clap::Args)]
pub struct WebConfig {
    /// Proxies whose X-Forwarded-For is believed, separated by commas
    #[arg(long, env = "XIANFENG_TRUSTED_PROXIES", value_delimiter = ',')]
    pub trusted_proxies: Vec<IpAddr>,

    /// Origins of browsers that may call the API, separated by commas; none by default
    #[arg(long, env = "XIANFENG_CORS_ORIGINS", value_delimiter = ',')]
    pub cors_origins: Vec<String>,

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
    pub fn rates(&self) -> RateLimits {
        RateLimits { per_account: self.rate_per_account, per_address: self.rate_per_address }
    }

    pub fn metrics_token(&self) -> Option<&str> {
        self.metrics_token.as_ref().map(|token| token.0.as_str())
    }
}

/// How passwords are set anew.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct ResetTerms {
    /// Hours after which a code resets a password where nobody else could approve it and no device of the member refused
    #[arg(long, env = "XIANFENG_RESET_WAIT_HOURS", default_value = "24", value_parser = clap::value_parser!(u16).range(1..=168))]
    pub reset_wait_hours: u16,
}

/// When things happen, on the enterprise's clock (+08:00).
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Timetable {
    /// When study pushes are published, HH:MM. Avoid minute 00 and 30: messaging platforms are busy then
    #[arg(long, env = "XIANFENG_PUSH_AT", default_value = "07:50", value_parser = parse_time)]
    pub push_at: NaiveTime,

    /// When the daily paper is published, HH:MM
    #[arg(long, env = "XIANFENG_PAPER_AT", default_value = "07:50", value_parser = parse_time)]
    pub paper_at: NaiveTime,

    /// Hours after midnight within which yesterday's fetched paper and opened reading still count
    #[arg(long, env = "XIANFENG_OFFLINE_GRACE_HOURS", default_value = "6", value_parser = clap::value_parser!(u8).range(0..=18))]
    pub offline_grace_hours: u8,

    /// Questions in a drawn daily paper
    #[arg(long, env = "XIANFENG_PAPER_QUESTIONS", default_value = "5", value_parser = clap::value_parser!(u8).range(1..=20))]
    pub paper_questions: u8,
}

impl Timetable {
    pub fn grace_seconds(&self) -> i64 {
        i64::from(self.offline_grace_hours) * 3600
    }
}

/// What a run of the challenge gives to think, and what it takes for a machine.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct ChallengeTerms {
    /// Seconds for one question of the challenge, on the server's clock; the network has no allowance of its own
    #[arg(long, env = "XIANFENG_CHALLENGE_SECONDS", default_value = "20", value_parser = clap::value_parser!(u16).range(5..=600))]
    pub challenge_seconds: u16,

    /// Milliseconds within which nobody can have read a question; answers that are faster are refused and counted
    #[arg(long, env = "XIANFENG_CHALLENGE_FLOOR_MS", default_value = "400", value_parser = clap::value_parser!(u16).range(0..=3000))]
    pub challenge_floor_ms: u16,
}

/// What is worth a look in a vote; hints for people, nothing more.
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
}

fn parse_time(text: &str) -> Result<NaiveTime, String> {
    NaiveTime::parse_from_str(text, "%H:%M").map_err(|_| "a time looks like 07:50".to_owned())
}

/// The keys of an enterprise. They live outside the database and its backups.
#[derive(Clone, Debug)]
pub struct Secrets {
    /// Keys of access tokens by id; the first signs, all verify, so that keys can be rotated.
    pub token_keys: Vec<(String, Key)>,
    /// Derives refresh tokens and device keys.
    pub session_key: Key,
    /// Seals phone numbers and makes their index.
    pub phone_key: Key,
    /// Seals ballots until they are counted and makes their receipts. Must not change while a vote is open.
    pub ballot_key: Key,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SecretsFile {
    token_keys: Vec<TokenKey>,
    session_key: String,
    phone_key: String,
    /// Absent in files from before there were votes: then derived from the phone key, which never changes either.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ballot_key: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenKey {
    kid: String,
    key: String,
}

impl Secrets {
    pub fn random() -> Secrets {
        Secrets {
            token_keys: vec![("1".into(), Key::random())],
            session_key: Key::random(),
            phone_key: Key::random(),
            ballot_key: Key::random(),
        }
    }

    /// The secrets that `config` names. On SQLite a missing file is made; on PostgreSQL, where several servers must
    /// share them, their absence is an error.
    pub fn load(config: &SecretsConfig, may_make: bool) -> Result<Secrets, String> {
        if let Some(text) = &config.secrets {
            return Secrets::parse(&text.0);
        }
        match std::fs::read_to_string(&config.secrets_file) {
            Ok(text) => Secrets::parse(&text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && may_make => {
                let secrets = Secrets::random();
                secrets.save(&config.secrets_file)?;
                Ok(secrets)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(format!(
                "servers on PostgreSQL must share their secrets: set XIANFENG_SECRETS or XIANFENG_SECRETS_FILE \
                 (`xianfeng secrets` prints fresh ones); {} does not exist",
                config.secrets_file.display()
            )),
            Err(error) => Err(format!("{}: {error}", config.secrets_file.display())),
        }
    }

    pub fn parse(text: &str) -> Result<Secrets, String> {
        let file: SecretsFile = serde_json::from_str(text).map_err(|error| format!("the secrets: {error}"))?;
        let key = |text: &str| Key::parse(text).ok_or("the secrets: a key is not 32 bytes of base64url".to_owned());
        let token_keys = file
            .token_keys
            .iter()
            .map(|entry| key(&entry.key).map(|key| (entry.kid.clone(), key)))
            .collect::<Result<Vec<_>, _>>()?;
        if token_keys.is_empty() {
            return Err("the secrets: token_keys is empty".into());
        }
        let phone_key = key(&file.phone_key)?;
        let ballot_key = match &file.ballot_key {
            Some(text) => key(text)?,
            None => phone_key.derive(b"ballots"),
        };
        Ok(Secrets { token_keys, session_key: key(&file.session_key)?, phone_key, ballot_key })
    }

    pub fn to_json(&self) -> String {
        let file = SecretsFile {
            token_keys: self
                .token_keys
                .iter()
                .map(|(kid, key)| TokenKey { kid: kid.clone(), key: key.to_text() })
                .collect(),
            session_key: self.session_key.to_text(),
            phone_key: self.phone_key.to_text(),
            ballot_key: Some(self.ballot_key.to_text()),
        };
        serde_json::to_string(&file).unwrap_or_default()
    }

    fn save(&self, path: &Path) -> Result<(), String> {
        let complaint = |error: std::io::Error| format!("{}: {error}", path.display());
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(complaint)?;
        }
        let mut options = std::fs::File::options();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(path).and_then(|mut file| file.write_all(self.to_json().as_bytes())).map_err(complaint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_survive_their_file_and_are_never_printed() {
        let secrets = Secrets::random();
        let again = Secrets::parse(&secrets.to_json()).unwrap();
        assert_eq!(again.phone_key, secrets.phone_key);
        assert_eq!(again.ballot_key, secrets.ballot_key);
        let older = format!(
            "{{\"token_keys\":[{{\"kid\":\"1\",\"key\":\"{0}\"}}],\"session_key\":\"{0}\",\"phone_key\":\"{0}\"}}",
            Key::random().to_text()
        );
        assert_eq!(Secrets::parse(&older).unwrap().ballot_key, Secrets::parse(&older).unwrap().ballot_key);
        assert!(!format!("{secrets:?}").contains(&secrets.phone_key.to_text()));
        assert!(Secrets::parse("{\"token_keys\":[],\"session_key\":\"\",\"phone_key\":\"\"}").is_err());
    }
}
