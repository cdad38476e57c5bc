//! What is stored where, for anyone who copies it elsewhere.

use std::io;

use bytes::Bytes;
use diesel::QueryResult;
use futures_util::stream::BoxStream;

use super::actions::{Files, key_of_thumbnail, thumbnail_of};
use super::model::FileId;
use super::store;
use crate::base::id::MemberId;
use crate::db::Conn;

/// Keys that one query asks for.
const KEYS_AT_ONCE: usize = 500;

/// Bytes that belong to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFile {
    pub id: FileId,
    /// Below the folder, or the bucket's prefix.
    pub key: String,
    /// In bytes.
    pub size: u64,
    /// In hexadecimal digits.
    pub sha256: String,
    /// Where the thumbnail lies, if there is one.
    pub thumbnail: Option<String>,
}

/// A file of a member's, under the name that it was uploaded with.
#[derive(Clone, Debug)]
pub struct OwnFile {
    pub id: FileId,
    pub name: String,
    key: String,
}

/// The files of `owner` after `after` that were not given up, `limit` at most.
pub fn list_own(conn: &mut Conn, owner: MemberId, after: Option<FileId>, limit: i64) -> QueryResult<Vec<OwnFile>> {
    let found = store::list_own(conn, owner, after, limit)?;
    Ok(found.into_iter().map(|file| OwnFile { id: file.id, name: file.name, key: file.stored_as }).collect())
}

impl Files {
    /// The bytes of a file, piece by piece.
    pub async fn fetch(&self, file: &OwnFile) -> io::Result<BoxStream<'static, io::Result<Bytes>>> {
        let found = self.blobs().fetch(&file.key).await;
        found.map(|(_, bytes)| bytes).map_err(|error| io::Error::other(format!("{error:?}")))
    }
}

/// The files after `after` that were not given up, `limit` at most.
pub fn list_stored(conn: &mut Conn, after: Option<FileId>, limit: i64) -> QueryResult<Vec<StoredFile>> {
    let files = store::list_kept(conn, after, limit)?.into_iter().map(|file| StoredFile {
        id: file.id,
        sha256: file.hash(),
        size: u64::try_from(file.size).unwrap_or(0),
        thumbnail: file.has_thumbnail.then(|| thumbnail_of(&file.stored_as)),
        key: file.stored_as,
    });
    Ok(files.collect())
}

/// Those of `keys` that belong to files which are not given up: their bytes should be there.
pub fn list_still_stored(conn: &mut Conn, keys: &[String]) -> QueryResult<Vec<String>> {
    let mut found = Vec::new();
    for chunk in keys.chunks(KEYS_AT_ONCE) {
        let whole: Vec<&str> = chunk.iter().map(|key| key_of_thumbnail(key).unwrap_or(key)).collect();
        let kept = store::list_kept_keys(conn, &whole)?;
        let is_kept = |(key, whole): &(&String, &str)| kept.iter().any(|kept| kept == whole).then(|| (*key).clone());
        found.extend(chunk.iter().zip(whole).filter_map(|pair| is_kept(&pair)));
    }
    Ok(found)
}
