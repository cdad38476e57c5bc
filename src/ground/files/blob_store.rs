//! Where the bytes lie: a folder on this machine, or a bucket that speaks S3.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt};

use crate::base::disk;
use crate::kernel::bucket::{self, within};

pub use crate::kernel::bucket::StoreError as BlobError;

/// Keeps bytes under names; clones share it.
#[derive(Clone)]
pub struct BlobStore(Arc<Place>);

enum Place {
    /// Made when the first file comes, so that a server that never sees one needs no folder.
    Folder(PathBuf, OnceLock<LocalFileSystem>),
    Bucket(Box<dyn ObjectStore>),
}

impl BlobStore {
    /// The blob store that `place` names: a folder, or `s3://bucket/prefix` with the usual `AWS_…` variables.
    pub fn open(place: &str) -> Result<BlobStore, String> {
        if let Some(complaint) = bucket::complaint(place) {
            return Err(complaint);
        }
        match bucket::parse(place) {
            Some((name, prefix)) => BlobStore::bucket(bucket::described_by_environment(name), prefix),
            None => Ok(BlobStore(Arc::new(Place::Folder(PathBuf::from(place), OnceLock::new())))),
        }
    }

    /// The blob store in the bucket that `builder` describes, under `prefix`.
    pub fn bucket(builder: AmazonS3Builder, prefix: &str) -> Result<BlobStore, String> {
        let store = bucket::open(builder, prefix).map_err(|error| format!("XIANFENG_FILES: {error}"))?;
        Ok(BlobStore(Arc::new(Place::Bucket(store))))
    }

    fn store(&self) -> Result<&dyn ObjectStore, BlobError> {
        match &*self.0 {
            Place::Bucket(store) => Ok(store.as_ref()),
            Place::Folder(folder, opened) => match opened.get() {
                Some(store) => Ok(store),
                None => {
                    let store = open_folder(folder).map_err(BlobError::Away)?;
                    Ok(opened.get_or_init(|| store))
                }
            },
        }
    }

    /// Bytes that are left on the disk; `None` for a bucket, and where the system does not tell.
    pub fn room(&self) -> Option<u64> {
        match &*self.0 {
            Place::Folder(folder, _) => disk::room(folder).ok().filter(|room| room.whole > 0).map(|room| room.free),
            Place::Bucket(_) => None,
        }
    }

    /// Keeps `bytes` under `key`; when this answers, they are safe.
    pub async fn put(&self, key: &str, bytes: impl Into<Bytes>) -> Result<(), BlobError> {
        let (store, key, bytes) = (self.store()?, Key::from(key), bytes.into());
        within(store.put(&key, bytes.into())).await.map(drop)
    }

    /// The bytes under `key`, with their number.
    pub async fn fetch(&self, key: &str) -> Result<(u64, BoxStream<'static, std::io::Result<Bytes>>), BlobError> {
        let (store, key) = (self.store()?, Key::from(key));
        let found = within(store.get(&key)).await?;
        let size = found.meta.size;
        Ok((size, found.into_stream().map_err(std::io::Error::other).boxed()))
    }

    /// Forgets the bytes under `key`, if there are any.
    pub async fn forget(&self, key: &str) -> Result<(), BlobError> {
        let (store, key) = (self.store()?, Key::from(key));
        match within(store.delete(&key)).await {
            Ok(()) | Err(BlobError::Missing) => Ok(()),
            Err(away) => Err(away),
        }
    }

    /// Every key in `folder`.
    pub async fn list(&self, folder: &str) -> Result<Vec<String>, BlobError> {
        if matches!(&*self.0, Place::Folder(place, _) if !place.exists()) {
            return Ok(Vec::new()); // nothing was ever put
        }
        let (store, folder) = (self.store()?, Key::from(folder));
        let keys = store.list(Some(&folder)).map_ok(|found| found.location.to_string());
        within(keys.try_collect()).await
    }
}

/// A folder that nobody but the server's user may look into; its files are synced before they count as written.
fn open_folder(folder: &Path) -> Result<LocalFileSystem, String> {
    let complaint = |error: String| format!("{}: {error}", folder.display());
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| complaint(error.to_string()))?;
    let store = LocalFileSystem::new_with_prefix(folder).map_err(|error| complaint(error.to_string()))?;
    Ok(store.with_fsync(true))
}
