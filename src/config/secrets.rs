//! The keys of an enterprise, and where they lie: beside the data, not in it, so that a copy of the one does not open the
//! other.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Once;

use serde::{Deserialize, Serialize};

use super::{DATA, RedactedText, lasting};
use crate::base::crypto::Key;
use crate::base::text::place_in_json;
use crate::kernel::private_files;

const DEFAULT_FILE: &str = "secrets/secrets.json";

/// Where the file lay before it had a folder of its own, and where it stays while that folder would not last.
const FILE_IN_DATA: &str = "data/secrets.json";

/// Where the keys come from.
#[derive(Clone, Debug, clap::Args)]
pub struct SecretsConfig {
    /// The secrets themselves, as `xianfeng secrets` prints them
    #[arg(long = "secrets", env = "XIANFENG_SECRETS", hide_env_values = true)]
    pub secrets: Option<RedactedText>,

    /// A file that holds them; made with mode 0600 for a new database (SQLite only). Keep it out of database backups
    #[arg(long, env = "XIANFENG_SECRETS_FILE", default_value = DEFAULT_FILE)]
    pub secrets_file: PathBuf,
}

impl SecretsConfig {
    /// The file in use. One that still lies among the data is moved to the usual place, if what lies there lasts.
    fn file(&self) -> Result<PathBuf, String> {
        let (usual, former) = (self.secrets_file.as_path(), Path::new(FILE_IN_DATA));
        if usual != Path::new(DEFAULT_FILE) {
            return Ok(usual.to_owned());
        }
        if !usual.exists()
            && let Some(doubt) = lasting::doubt(Path::new("secrets"), Path::new(DATA))
        {
            static SAID: Once = Once::new();
            SAID.call_once(|| {
                tracing::warn!(
                    "the folder secrets {doubt}: the secrets lie in {FILE_IN_DATA}, beside the data that they protect. \
                     Give the program a lasting folder secrets, or XIANFENG_SECRETS_FILE"
                );
            });
            return Ok(former.to_owned());
        }
        move_file(former, usual).map_err(|error| format!("{FILE_IN_DATA} → {DEFAULT_FILE}: {error}"))?;
        Ok(usual.to_owned())
    }

    /// Whether the file lies in `folder`, or `folder` in the folder that is for secrets alone.
    pub(super) fn lies_in(&self, folder: &Path) -> bool {
        let own = self.secrets_file.parent().unwrap_or(Path::new(""));
        let same = super::lies_within(folder, own) && super::lies_within(own, folder);
        same || self.secrets_file == Path::new(DEFAULT_FILE) && super::lies_within(folder, own)
    }

    /// What to tell somebody whose secrets are missing: the file that was looked for.
    pub fn missing(&self) -> String {
        if self.secrets_file == Path::new(DEFAULT_FILE) {
            format!("{DEFAULT_FILE} ({FILE_IN_DATA})")
        } else {
            self.secrets_file.display().to_string()
        }
    }
}

/// What the name of the file goes on with that says of the secrets that an enterprise uses them.
const IN_USE: &str = ".in-use";

/// Where it is said of `file`.
fn in_use(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(IN_USE);
    name.into()
}

/// Brings `from` to `to`, if there is any: copied and on disk before it is removed. After a crash in between both are
/// there and equal; of two different ones neither is touched.
fn move_file(from: &Path, to: &Path) -> std::io::Result<()> {
    let bytes = match std::fs::read(from) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    if !to.exists() {
        private_files::write_whole(to, &bytes)?;
        tracing::info!("the secrets were moved from {} to {}", from.display(), to.display());
    }
    if std::fs::read(to)? == bytes {
        private_files::destroy(from)
    } else {
        tracing::warn!("{} is used; {} holds other secrets", to.display(), from.display());
        Ok(())
    }
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
    /// Makes the receipts of ballots. It also sealed those of votes that opened before each had a key of its own.
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

    /// The secrets that `config` names; `None` where its file does not exist.
    pub fn find(config: &SecretsConfig) -> Result<Option<Secrets>, String> {
        if let Some(text) = &config.secrets {
            return Secrets::parse(&text.0).map(Some);
        }
        let file = config.file()?;
        match std::fs::read_to_string(&file) {
            Ok(text) => {
                let destroyed = private_files::destroy_unfinished(&file);
                destroyed.map_err(|error| format!("{}: {error}", file.display()))?;
                Secrets::parse(&text).map(Some).map_err(|complaint| format!("{}: {complaint}", file.display()))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(format!("{}: {error}", file.display())),
        }
    }

    /// Makes secrets for a new database, in the file that `config` names.
    pub fn make(config: &SecretsConfig) -> Result<Secrets, String> {
        let (secrets, file) = (Secrets::random(), config.file()?);
        let written = private_files::write_whole(&file, secrets.to_json().as_bytes());
        written.map_err(|error| format!("{}: {error}", file.display()))?;
        Ok(secrets)
    }

    /// The file with the secrets that were used by an enterprise before, if that is known of them: a database without
    /// anybody is then not a new one, but one that was lost or is looked for in the wrong place.
    pub fn used_before(config: &SecretsConfig) -> Result<Option<PathBuf>, String> {
        if config.secrets.is_some() {
            return Ok(None);
        }
        let file = config.file()?;
        Ok(in_use(&file).exists().then_some(file))
    }

    /// Puts down that an enterprise uses these secrets. Where nothing can be written beside them, nobody will know.
    pub fn note_use(config: &SecretsConfig) {
        let Ok(Some(file)) = config.secrets.is_none().then(|| config.file()).transpose() else { return };
        let mark = in_use(&file);
        if mark.exists() || !file.exists() {
            return;
        }
        let text = "这里的密钥已有数据库在用。只有确实要用这组密钥新建企业时，才删除本文件。\n\
                    A database uses these secrets. Remove this file only to begin a new enterprise with them.\n";
        if let Err(error) = private_files::write(&mark, text.as_bytes()) {
            tracing::debug!(%error, "{} cannot be written", mark.display());
        }
    }

    /// The keys that must stay what they are for as long as a database lives. Those of access tokens may be changed.
    pub fn lasting_keys(&self) -> [(&'static str, &Key); 3] {
        [("phone_key", &self.phone_key), ("session_key", &self.session_key), ("ballot_key", &self.ballot_key)]
    }

    pub fn parse(text: &str) -> Result<Secrets, String> {
        let file: SecretsFile = serde_json::from_str(text).map_err(|error| {
            format!(
                "密钥不是 xianfeng secrets 打印的格式（{}）(not what `xianfeng secrets` prints)",
                place_in_json(&error)
            )
        })?;
        let key = |text: &str| Key::parse(text).ok_or("有密钥不是 32 字节的 base64url (a key is damaged)".to_owned());
        let token_keys = file
            .token_keys
            .iter()
            .map(|entry| key(&entry.key).map(|key| (entry.kid.clone(), key)))
            .collect::<Result<Vec<_>, _>>()?;
        if token_keys.is_empty() {
            return Err("token_keys 为空 (it is empty)".into());
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_moved_once_and_never_over_another() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("data.json"), folder.path().join("secrets/secrets.json"));
        move_file(&from, &to).unwrap();
        assert!(!to.exists(), "there is nothing to move");
        std::fs::write(&from, "one").unwrap();
        move_file(&from, &to).unwrap();
        assert_eq!((std::fs::read_to_string(&to).unwrap(), from.exists()), ("one".into(), false));
        std::fs::write(&from, "one").unwrap(); // a crash before it was removed
        move_file(&from, &to).unwrap();
        assert!(!from.exists());
        std::fs::write(&from, "other").unwrap();
        move_file(&from, &to).unwrap();
        assert_eq!((std::fs::read_to_string(&to).unwrap(), from.exists()), ("one".into(), true));
    }

    #[test]
    fn secrets_that_a_killed_process_had_not_put_in_their_place_are_destroyed() {
        let folder = tempfile::tempdir().unwrap();
        let config = SecretsConfig { secrets: None, secrets_file: folder.path().join("secrets.json") };
        Secrets::make(&config).unwrap();
        let (unfinished, witness) = (folder.path().join("secrets.json.new"), folder.path().join("witness"));
        std::fs::write(&unfinished, "half of them").unwrap();
        std::fs::hard_link(&unfinished, &witness).unwrap();
        assert!(Secrets::find(&config).unwrap().is_some());
        assert!(!unfinished.exists());
        assert_eq!(std::fs::read(&witness).unwrap(), [0; 12]);
    }

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
