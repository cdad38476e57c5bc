//! Keys that are destroyed one day, so that whatever they sealed can never be opened again: each is a file or an object of
//! its own, in a place that is neither the database, nor the attachments, nor Redis.
//!
//! A key's name says whose it is and what it gives for a [check](check_of), so every key ever made has a name of its own:
//! none is overwritten, servers that make keys for one owner at once do not meet, and a key that was torn or mistaken for
//! another does not load. Which of an owner's keys is in use is written down by who uses it, in the transaction that
//! begins to; the others are of beginnings that came to nothing.

use std::fmt;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use futures_util::TryStreamExt;
use object_store::aws::AmazonS3Builder;
use object_store::path::Path as ObjectPath;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::bucket::{self, PATIENCE, StoreError, within};
use super::private_files;
use crate::base::crypto::{Key, hex};

/// By what a key is recognised without being told.
pub type Check = [u8; 32];

/// The extension of every name.
const EXTENSION: &str = ".key";

/// What overwrites a key; as long as the text of one.
const ZEROS: [u8; 43] = [0; 43];

/// What a key gives for a check; nobody gets from it to the key.
pub fn check_of(key: &Key, owner: Uuid) -> Check {
    key.mac(&[b"check", owner.as_bytes()])
}

/// The name of one key: `<owner>.<check in hexadecimal>.key`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyName {
    pub owner: Uuid,
    pub check: Check,
}

impl KeyName {
    pub fn of(key: &Key, owner: Uuid) -> KeyName {
        KeyName { owner, check: check_of(key, owner) }
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}{EXTENSION}", self.owner, hex(&self.check))
    }
}

/// That a text is no name of a key.
#[derive(Debug, PartialEq, Eq)]
pub struct NoKeyName;

impl FromStr for KeyName {
    type Err = NoKeyName;

    fn from_str(text: &str) -> Result<Self, NoKeyName> {
        let (owner, check) = text.strip_suffix(EXTENSION).and_then(|name| name.split_once('.')).ok_or(NoKeyName)?;
        let byte = |n: usize| check.get(2 * n..2 * n + 2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        let bytes: Option<Vec<u8>> = (0..check.len().div_ceil(2)).map(byte).collect();
        let check = bytes.and_then(|bytes| bytes.try_into().ok()).ok_or(NoKeyName)?;
        Ok(KeyName { owner: owner.parse().map_err(|_| NoKeyName)?, check })
    }
}

/// Why a key could not be put, read or destroyed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum KeyStoreError {
    #[error("the place of the keys cannot be used: {0}")]
    Away(String),
    /// What is destroyed there would still be there.
    #[error(
        "the bucket of the keys keeps old versions of its objects, so that no key could ever be destroyed: name one \
         without versioning (存放密钥的存储桶开启了版本控制，密钥无法真正销毁，请换一个未开启版本控制的存储桶)"
    )]
    Versioned,
}

/// Where keys are kept; clones share it.
#[derive(Clone)]
pub struct KeyStore(Arc<Place>);

enum Place {
    Folder(PathBuf),
    Bucket(Box<dyn ObjectStore>),
}

impl KeyStore {
    /// The store at `place`: a folder, or `s3://bucket/prefix` with the usual `AWS_…` variables.
    pub fn open(place: &str) -> Result<KeyStore, String> {
        if let Some(complaint) = bucket::complaint(place) {
            return Err(complaint);
        }
        match bucket::parse(place) {
            Some((name, prefix)) => KeyStore::bucket(bucket::described_by_environment(name), prefix),
            None => Ok(KeyStore(Arc::new(Place::Folder(PathBuf::from(place))))),
        }
    }

    /// The store in the bucket that `builder` describes, under `prefix`.
    pub fn bucket(builder: AmazonS3Builder, prefix: &str) -> Result<KeyStore, String> {
        let store = bucket::open(builder, prefix).map_err(|error| error.to_string())?;
        Ok(KeyStore(Arc::new(Place::Bucket(store))))
    }

    /// Finds out whether keys can be kept and destroyed here, by doing so once.
    pub async fn probe(&self) -> Result<(), KeyStoreError> {
        let (name, _) = self.create(Uuid::nil()).await?;
        self.destroy(name).await
    }

    /// Makes a key for `owner`, beside those it may have; when this answers, the key is on disk.
    pub async fn create(&self, owner: Uuid) -> Result<(KeyName, Key), KeyStoreError> {
        let key = Key::random();
        let name = KeyName::of(&key, owner);
        self.put(name, &key).await?;
        Ok((name, key))
    }

    /// Keeps a key that was made elsewhere, such as one from a backup. Putting it again changes nothing.
    pub async fn put(&self, name: KeyName, key: &Key) -> Result<(), KeyStoreError> {
        if self.load(name).await?.is_some() {
            return Ok(());
        }
        let text = Zeroizing::new(key.to_text());
        match &*self.0 {
            Place::Folder(_) => {
                self.on_folder(move |folder| private_files::write(&file_path(folder, name), text.as_bytes())).await
            }
            Place::Bucket(store) => {
                let bytes = PutPayload::from(text.as_bytes().to_vec());
                let put = within(store.put(&object_path(name), bytes)).await.map_err(away)?;
                // a bucket whose versioning was suspended calls its only version "null"
                if put.version.is_some_and(|version| version != "null") {
                    within(store.delete(&object_path(name))).await.map_err(away)?;
                    return Err(KeyStoreError::Versioned);
                }
                Ok(())
            }
        }
    }

    /// The key called so; `None` where there is none, or not a whole one.
    pub async fn load(&self, name: KeyName) -> Result<Option<Key>, KeyStoreError> {
        let found = match &*self.0 {
            Place::Folder(_) => self.on_folder(move |folder| read_file(folder, name)).await?,
            Place::Bucket(store) => match within(async { store.get(&object_path(name)).await?.bytes().await }).await {
                Ok(bytes) => Some(Zeroizing::new(bytes.to_vec())),
                Err(StoreError::Missing) => None,
                Err(error) => return Err(away(error)),
            },
        };
        let key = found.and_then(|bytes| std::str::from_utf8(&bytes).ok().and_then(|text| Key::parse(text.trim())));
        Ok(key.filter(|key| KeyName::of(key, name.owner) == name))
    }

    /// Brings every key of `other` here, and destroys it there.
    pub async fn take_over(&self, other: &KeyStore) -> Result<(), KeyStoreError> {
        for name in other.list().await? {
            if let Some(key) = other.load(name).await? {
                self.put(name, &key).await?;
            }
            other.destroy(name).await?;
        }
        Ok(())
    }

    /// Overwrites the key and removes it; when this answers, that is on disk. Without such a key nothing happens.
    pub async fn destroy(&self, name: KeyName) -> Result<(), KeyStoreError> {
        match &*self.0 {
            Place::Folder(_) => self.on_folder(move |folder| private_files::destroy(&file_path(folder, name))).await,
            Place::Bucket(store) => {
                let path = object_path(name);
                match within(store.head(&path)).await {
                    Ok(_) => {}
                    Err(StoreError::Missing) => return Ok(()),
                    Err(error) => return Err(away(error)),
                }
                within(store.put(&path, PutPayload::from_static(&ZEROS))).await.map_err(away)?;
                match within(store.delete(&path)).await {
                    Ok(()) | Err(StoreError::Missing) => Ok(()),
                    Err(error) => Err(away(error)),
                }
            }
        }
    }

    /// The names of all keys, in their order.
    pub async fn list(&self) -> Result<Vec<KeyName>, KeyStoreError> {
        let mut names: Vec<KeyName> = match &*self.0 {
            Place::Folder(_) => self.on_folder(list_files).await?,
            Place::Bucket(store) => {
                let objects = within(store.list(None).try_collect::<Vec<_>>()).await.map_err(away)?;
                let name = |path: &ObjectPath| path.filename().and_then(|name| name.parse().ok());
                objects.iter().filter_map(|object| name(&object.location)).collect()
            }
        };
        names.sort_unstable();
        Ok(names)
    }

    /// Runs `work` where it may wait for the disk; a folder on a network may also be silent.
    async fn on_folder<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
    ) -> Result<T, KeyStoreError> {
        let place = self.0.clone();
        let working = tokio::task::spawn_blocking(move || match &*place {
            Place::Folder(folder) => {
                work(folder).map_err(|error| KeyStoreError::Away(format!("{}: {error}", folder.display())))
            }
            Place::Bucket(_) => Err(KeyStoreError::Away("it is no folder".into())),
        });
        match tokio::time::timeout(PATIENCE, working).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(error)) => Err(KeyStoreError::Away(error.to_string())),
            Err(_) => Err(KeyStoreError::Away("no answer within the time limit".into())),
        }
    }
}

fn away(error: StoreError) -> KeyStoreError {
    KeyStoreError::Away(match error {
        StoreError::Missing => "the bucket is missing".into(),
        StoreError::Away(cause) => cause,
    })
}

fn file_path(folder: &Path, name: KeyName) -> PathBuf {
    folder.join(name.to_string())
}

fn object_path(name: KeyName) -> ObjectPath {
    ObjectPath::from(name.to_string())
}

fn read_file(folder: &Path, name: KeyName) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
    match std::fs::read(file_path(folder, name)) {
        Ok(bytes) => Ok(Some(Zeroizing::new(bytes))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn list_files(folder: &Path) -> io::Result<Vec<KeyName>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let name =
        |entry: io::Result<std::fs::DirEntry>| Ok(entry?.file_name().to_str().and_then(|name| name.parse().ok()));
    entries.map(name).filter_map(io::Result::transpose).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_name_survives_its_text() {
        let name = KeyName::of(&Key::random(), Uuid::from_u128(7));
        assert_eq!(name.to_string().parse(), Ok(name));
        for text in ["", ".key", "x.key", &format!("{}.0é0.key", Uuid::nil()), &name.to_string()[1..]] {
            assert_eq!(text.parse::<KeyName>(), Err(NoKeyName), "{text}");
        }
    }

    #[tokio::test]
    async fn a_key_is_kept_until_it_is_destroyed_and_nothing_is_left_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("secrets/votes");
        let store = KeyStore::open(place.to_str().unwrap()).unwrap();
        let owner = Uuid::from_u128(7);
        assert!(store.list().await.unwrap().is_empty(), "a folder that was never written to is an empty one");
        let (name, key) = store.create(owner).await.unwrap();
        let (other_name, other) = store.create(owner).await.unwrap();
        assert!(key != other && name != other_name, "a second key does not touch the first");
        assert!(store.load(name).await.unwrap() == Some(key.clone()));
        assert_eq!(store.list().await.unwrap().len(), 2);
        // a second name keeps the bytes of the file in sight
        let witness = folder.path().join("witness");
        std::fs::hard_link(place.join(name.to_string()), &witness).unwrap();
        assert_eq!(std::fs::read(&witness).unwrap(), key.to_text().as_bytes());
        for _ in 0..2 {
            store.destroy(name).await.unwrap();
        }
        assert_eq!(std::fs::read(&witness).unwrap(), ZEROS);
        assert!(store.load(name).await.unwrap().is_none());
        assert_eq!(names(&place), [other_name.to_string()]);
        store.put(name, &key).await.unwrap();
        assert!(store.load(name).await.unwrap() == Some(key), "a key from a backup is put back");
    }

    #[tokio::test]
    async fn a_torn_or_mistaken_key_does_not_load_and_can_be_put_again() {
        let folder = tempfile::tempdir().unwrap();
        let store = KeyStore::open(folder.path().to_str().unwrap()).unwrap();
        let (name, key) = store.create(Uuid::from_u128(7)).await.unwrap();
        let path = folder.path().join(name.to_string());
        for bytes in [&key.to_text().as_bytes()[..20], b"", &ZEROS, Key::random().to_text().as_bytes()] {
            std::fs::write(&path, bytes).unwrap();
            assert!(store.load(name).await.unwrap().is_none());
        }
        store.put(name, &key).await.unwrap();
        assert!(store.load(name).await.unwrap() == Some(key));
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn only_the_servers_user_may_look_at_keys() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("secrets/votes");
        let store = KeyStore::open(place.to_str().unwrap()).unwrap();
        let (name, _) = store.create(Uuid::from_u128(7)).await.unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&place), mode(&folder.path().join("secrets"))), (0o700, 0o700));
        assert_eq!(mode(&place.join(name.to_string())), 0o600);
        store.probe().await.unwrap();
        assert_eq!(names(&place), [name.to_string()]);
        let nowhere = KeyStore::open("/proc/nowhere").unwrap();
        assert!(matches!(nowhere.probe().await, Err(KeyStoreError::Away(_))));
    }
}
