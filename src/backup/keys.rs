//! The keys of votes that are not counted yet. They are in no backup, since a backup outlives the count and would open
//! every ballot in it: they go into a file beside it, which is to be destroyed once the votes are counted.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::manifest::SealedVote;
use super::scratch::beside;
use crate::base::crypto::Key;
use crate::base::text::place_in_json;
use crate::kernel::key_store::{KeyName, KeyStore, KeyStoreError};
use crate::kernel::private_files;

/// What the name of such a file ends with.
pub const ENDING: &str = ".keys";

/// Keys by their names.
pub type Keys = BTreeMap<KeyName, Key>;

#[derive(Serialize, Deserialize)]
struct KeyFile {
    keys: Vec<Line>,
}

#[derive(Serialize, Deserialize)]
struct Line {
    name: String,
    key: String,
}

/// Where the keys lie that belong to the backup in `file`.
pub fn path_of(file: &Path) -> PathBuf {
    beside(file, ENDING)
}

/// Every key that is there now.
pub async fn read_store(store: &KeyStore) -> Result<Keys, KeyStoreError> {
    let mut keys = Keys::new();
    for name in store.list().await? {
        // one that was destroyed since is not needed
        if let Some(key) = store.load(name).await? {
            keys.insert(name, key);
        }
    }
    Ok(keys)
}

/// Those of `keys` that these votes need.
pub fn of_votes(mut keys: Keys, votes: &[SealedVote]) -> Keys {
    let owners: HashSet<Uuid> = votes.iter().map(|vote| vote.id).collect();
    keys.retain(|name, _| owners.contains(&name.owner));
    keys
}

/// The votes that cannot be counted with these keys.
pub fn without_key<'v>(votes: &'v [SealedVote], keys: &Keys) -> Vec<&'v SealedVote> {
    let owners: HashSet<Uuid> = keys.keys().map(|name| name.owner).collect();
    votes.iter().filter(|vote| !owners.contains(&vote.id)).collect()
}

/// Writes the keys into `path`, for its owner alone; when this answers, they are on disk.
pub fn write(path: &Path, keys: &Keys) -> io::Result<()> {
    let lines = keys.iter().map(|(name, key)| Line { name: name.to_string(), key: key.to_text() }).collect();
    private_files::write_whole(path, &serde_json::to_vec_pretty(&KeyFile { keys: lines })?)
}

/// The keys in `path`; none when there is no such file.
pub fn read(path: &Path) -> Result<Keys, String> {
    let complaint = |cause: &dyn std::fmt::Display| format!("{}: {cause}", path.display());
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Keys::new()),
        Err(error) => return Err(complaint(&error)),
    };
    let unreadable = |error| format!("不是选票密钥文件（{}）(not a file of keys)", place_in_json(&error));
    let file: KeyFile = serde_json::from_slice(&text).map_err(|error| complaint(&unreadable(error)))?;
    let key = |line: Line| Some((line.name.parse::<KeyName>().ok()?, Key::parse(&line.key)?));
    let keys = file.keys.into_iter().map(|line| key(line).filter(|(name, key)| KeyName::of(key, name.owner) == *name));
    keys.collect::<Option<Keys>>().ok_or_else(|| complaint(&"密钥文件已损坏 (the keys are damaged)"))
}

/// Takes the keys out of the files in `folder` whose votes are not among those that are `sealed` any more.
pub fn forget_spent(folder: &Path, sealed: &HashSet<Uuid>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if !path.to_string_lossy().ends_with(ENDING) {
            continue;
        }
        let Ok(keys) = read(&path) else { continue }; // not for us to judge
        let mut left = keys.clone();
        left.retain(|name, _| sealed.contains(&name.owner));
        if left.len() < keys.len() {
            let fresh = beside(&path, ".left");
            write(&fresh, &left)?;
            private_files::destroy(&path)?;
            match left.is_empty() {
                true => fs::remove_file(&fresh)?,
                false => fs::rename(&fresh, &path)?,
            }
        }
    }
    Ok(())
}
