//! The keys of votes that are not counted yet. They are in no backup, since a backup outlives the count and would open
//! every ballot in it: they go into a file beside it, which is to be destroyed once the votes are counted.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zeroize::{Zeroize, Zeroizing};

use super::manifest::SealedVote;
use super::scratch::{beside, sync_folder_of};
use crate::base::crypto::Key;
use crate::base::text::place_in_json;
use crate::kernel::key_store::{KeyName, KeyStore, KeyStoreError};
use crate::kernel::private_files::{self, UNFINISHED};

/// What the name of such a file ends with.
pub const ENDING: &str = ".keys";

/// What is added to it while spent keys are taken out.
const LEFT: &str = ".left";

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

/// The text of a key is as good as the key.
impl Drop for Line {
    fn drop(&mut self) {
        self.key.zeroize();
    }
}

/// What a line takes in a file, and more: a text that has to grow leaves its former bytes in memory.
const LINE_BYTES: usize = 512;

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
    let mut text = Zeroizing::new(Vec::with_capacity((keys.len() + 1) * LINE_BYTES));
    serde_json::to_writer_pretty(&mut *text, &KeyFile { keys: lines })?;
    private_files::write_whole(path, &text)
}

/// The keys in `path`; none when there is no such file.
pub fn read(path: &Path) -> Result<Keys, String> {
    let complaint = |cause: &dyn std::fmt::Display| format!("{}: {cause}", path.display());
    let text = match fs::read(path) {
        Ok(text) => Zeroizing::new(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Keys::new()),
        Err(error) => return Err(complaint(&error)),
    };
    let unreadable = |error| format!("不是选票密钥文件（{}）(not a file of keys)", place_in_json(&error));
    let file: KeyFile = serde_json::from_slice(&text).map_err(|error| complaint(&unreadable(error)))?;
    let key = |line: &Line| Some((line.name.parse::<KeyName>().ok()?, Key::parse(&line.key)?));
    let keys = file.keys.iter().map(|line| key(line).filter(|(name, key)| KeyName::of(key, name.owner) == *name));
    keys.collect::<Option<Keys>>().ok_or_else(|| complaint(&"密钥文件已损坏 (the keys are damaged)"))
}

/// The votes of which there are keys in the files in `folder`.
pub fn list_owners(folder: &Path) -> io::Result<HashSet<Uuid>> {
    let files = list_files(folder, ENDING)?;
    // what cannot be read is not for us to judge
    Ok(files.iter().filter_map(|path| read(path).ok()).flatten().map(|(name, _)| name.owner).collect())
}

/// Takes the keys of the votes that have `ended` out of the files in `folder`. Keys of votes that this database does not
/// know stay: it may be an empty one, or an older one, and these the only copies.
pub fn forget_spent(folder: &Path, ended: &HashSet<Uuid>) -> io::Result<()> {
    for path in list_files(folder, ENDING)? {
        let Ok(keys) = read(&path) else { continue };
        let mut left = keys.clone();
        left.retain(|name, _| !ended.contains(&name.owner));
        if left.len() < keys.len() {
            write(&beside(&path, LEFT), &left)?;
            put_left(&path)?;
        }
    }
    Ok(())
}

/// Finishes what a process had begun that died while it took keys out of a file in `folder`.
pub fn finish_forgetting(folder: &Path) -> io::Result<()> {
    let ending = format!("{ENDING}{LEFT}");
    for path in list_files(folder, &format!("{ending}{UNFINISHED}"))? {
        private_files::destroy(&path)?;
    }
    for left in list_files(folder, &ending)? {
        put_left(&left.with_extension(""))?;
    }
    Ok(())
}

/// Puts what is left of a file's keys in its place, and overwrites what was there.
fn put_left(path: &Path) -> io::Result<()> {
    let left = beside(path, LEFT);
    let keys = read(&left).map_err(io::Error::other)?;
    private_files::destroy(path)?;
    match keys.is_empty() {
        true => fs::remove_file(&left)?,
        false => fs::rename(&left, path)?,
    }
    sync_folder_of(path)
}

fn list_files(folder: &Path, ending: &str) -> io::Result<Vec<PathBuf>> {
    let paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path()));
    let paths = paths.collect::<io::Result<Vec<PathBuf>>>()?;
    Ok(paths.into_iter().filter(|path| path.to_string_lossy().ends_with(ending)).collect())
}
