//! Uploading, fetching, and taking away what nobody needs.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::Semaphore;

use super::addresses::{Address, Addresses};
use super::blob_store::{BlobError, BlobStore};
use super::hands::{Hands, Held};
use super::lending::Readers;
use super::model::{File, FileId, FileKind, FileView};
use super::picture::{self, Picture, Unfit};
use super::rules::{LOOSE_SECONDS, Memory, recognise, with_ending};
use super::store;
use crate::base::crypto::digest;
use crate::base::person::Person;
use crate::base::quota::Spent;
use crate::base::time::Day;

use crate::db::{Db, DbError, Never, Refusal, Stop, Tx};
use crate::kernel::idempotency::{self, IdempotencyKey, Reused};
use crate::kernel::settings::Setting;

/// How long an upload waits for its turn to be painted.
const PATIENCE: Duration = Duration::from_secs(8);

/// Days after which the blob store is searched for bytes without a row; by then no upload of that day is under way.
const STRAY_DAYS: u64 = 2;

/// Why an upload is not taken.
#[derive(Debug)]
pub(super) enum UploadRefusal {
    /// The content is none of the kinds that are accepted.
    Unsupported,
    /// It begins as a picture and cannot be read to its end.
    Broken,
    /// A picture of too many pixels; about so many millions would be taken.
    TooLarge {
        megapixels: u64,
    },
    /// The member has uploaded enough for today.
    AllowanceUsed(Spent),
    /// The disk has no room for uploads, as far as some is to be left for everything else.
    NoRoom,
    /// Too many uploads are under way, or they take too long.
    Busy,
    /// The blob store does not take it.
    Store(String),
    KeyReused,
}

impl Refusal for UploadRefusal {}

impl From<Reused> for UploadRefusal {
    fn from(_: Reused) -> Self {
        UploadRefusal::KeyReused
    }
}

impl From<BlobError> for UploadRefusal {
    fn from(error: BlobError) -> Self {
        UploadRefusal::Store(match error {
            BlobError::Missing => "the bucket or folder is missing".into(),
            BlobError::Away(cause) => cause,
        })
    }
}

type Outcome<T> = Result<T, Stop<UploadRefusal>>;

/// Why a file is not deleted.
#[derive(Debug)]
pub(super) enum DeleteRefusal {
    /// There is no such file of this owner.
    Unknown,
    /// What it is attached to needs it.
    InUse,
}

impl Refusal for DeleteRefusal {}

/// Why an address opens nothing.
#[derive(Debug)]
pub(super) enum AddressRefusal {
    /// Its time is over.
    Over,
    /// There is no such picture, or it was made for another state of it.
    Unknown,
}

impl Refusal for AddressRefusal {}

/// What is to be stored of an upload.
struct Prepared {
    kind: FileKind,
    bytes: Bytes,
    hash: [u8; 32],
    thumbnail: Option<Vec<u8>>,
}

/// The room's handle; clones share it.
#[derive(Clone)]
pub struct Files {
    db: Db,
    blobs: BlobStore,
    pub(super) readers: Readers,
    addresses: Addresses,
    hands: Hands,
    /// One picture is painted at a time: it takes a core and much memory.
    easel: Arc<Semaphore>,
    /// Bytes that one picture may take while it is painted.
    painting: u64,
    /// The last day whose strays were looked for.
    swept: Arc<Mutex<Option<Day>>>,
    settings: FileSettings,
}

/// What of uploads is set without a restart.
#[derive(Clone)]
pub struct FileSettings {
    /// Megabytes that one member may upload in a day.
    pub per_day: Setting,
    /// Megabytes of the disk that uploads leave to everything else.
    pub left_free: Setting,
}

impl Files {
    pub fn new(db: Db, blobs: BlobStore, addresses: Addresses, memory: Memory, settings: FileSettings) -> Self {
        Files {
            db,
            blobs,
            readers: Readers::default(),
            addresses,
            hands: Hands::of(memory.in_hand),
            easel: Arc::new(Semaphore::new(1)),
            painting: memory.painting,
            swept: Arc::default(),
            settings,
        }
    }

    /// Makes room for an upload of `owner`, of `bytes` at most, who may still upload today; taken before it is received.
    pub(super) async fn expect(&self, owner: &Person, bytes: usize) -> Outcome<Held> {
        let held = self.hands.take(owner.member, bytes).ok_or(UploadRefusal::Busy)?;
        let left_free = self.settings.left_free.get_as::<u64>() << 20;
        let room = self.blobs.room();
        if room.is_some_and(|room| room < left_free.saturating_add(bytes as u64)) {
            return Err(UploadRefusal::NoRoom.into());
        }
        let (member, since) = (owner.member, self.db.today().start());
        let stored = self.db.read(move |conn| store::sum_since(conn, member, since)).await?;
        self.may_store(owner, stored, 0)?;
        Ok(held)
    }

    /// Stores an upload: its bytes first, then its row.
    pub(super) async fn upload(
        &self,
        owner: Arc<Person>,
        name: &str,
        bytes: Bytes,
        key: Option<IdempotencyKey>,
    ) -> Outcome<FileView> {
        let prepared = self.prepare(bytes).await?;
        let id: FileId = self.db.fresh_id();
        let file = File {
            id,
            owner_id: owner.member,
            name: with_ending(name, prepared.kind),
            kind: prepared.kind,
            size: i32::try_from(prepared.bytes.len()).unwrap_or(i32::MAX),
            sha256: prepared.hash.to_vec(),
            stored_as: format!("{}/{id}", self.db.today()),
            has_thumbnail: prepared.thumbnail.is_some(),
            created_at: self.db.now(),
            attached_to_kind: None,
            attached_to_id: None,
            deleted_at: None,
        };
        self.put(&file, prepared).await.map_err(UploadRefusal::from)?;
        let (files, row) = (self.clone(), file.clone());
        let outcome = self.db.write(move |tx| files.record(tx, &owner, &row, key.as_ref())).await;
        let kept = match &outcome {
            Ok(view) => view.id == id,
            // whether it was committed is not known, so the bytes stay; strays are found later
            Err(Stop::Failed(_)) => true,
            Err(Stop::Refused(_)) => false,
        };
        if !kept && let Err(error) = self.forget(&file).await {
            tracing::warn!(?error, "the bytes of a refused upload stay for now");
        }
        Ok(self.addressed(outcome?).await?)
    }

    /// The view with addresses for the file as it is now: one that is answered again may have been attached meanwhile.
    async fn addressed(&self, view: FileView) -> Result<FileView, DbError> {
        let found = self.find_with_hiding(view.id).await?;
        let now = self.db.now();
        Ok(found.map_or(view, |(file, hidden)| self.addresses.put(FileView::from(&file), hidden, now)))
    }

    async fn find_with_hiding(&self, id: FileId) -> Result<Option<(File, bool)>, DbError> {
        let readers = self.readers.clone();
        self.db
            .read(move |conn| {
                let Some(file) = store::find(conn, id)? else { return Ok(None) };
                let hidden = readers.is_hidden(conn, &file)?;
                Ok(Some((file, hidden)))
            })
            .await
    }

    /// The picture that `address` opens, and the seconds for which it does.
    pub(super) async fn picture(&self, id: FileId, address: &Address) -> Result<(File, i64), Stop<AddressRefusal>> {
        let left = address.seconds_left(self.db.now()).ok_or(AddressRefusal::Over)?;
        let (file, hidden) = self.find_with_hiding(id).await?.ok_or(AddressRefusal::Unknown)?;
        match self.addresses.opens(address, &file, hidden) {
            true => Ok((file, left)),
            false => Err(AddressRefusal::Unknown.into()),
        }
    }

    async fn put(&self, file: &File, prepared: Prepared) -> Result<(), BlobError> {
        if let Some(thumbnail) = prepared.thumbnail {
            self.blobs.put(&thumbnail_of(&file.stored_as), thumbnail).await?;
        }
        self.blobs.put(&file.stored_as, prepared.bytes).await
    }

    fn record(&self, tx: &mut Tx, owner: &Person, file: &File, key: Option<&IdempotencyKey>) -> Outcome<FileView> {
        // the sum below must not be read by two at once
        tx.take_turn(file.owner_id)?;
        idempotency::once(tx, key, |tx| {
            let since = tx.today().start();
            self.may_store(owner, store::sum_since(tx.conn, file.owner_id, since)?, i64::from(file.size))?;
            store::insert(tx.conn, file)?;
            Ok(FileView::from(file))
        })
    }

    /// Whether so many bytes may follow those that a member has stored today. Whoever has a duty uploads for others.
    fn may_store(&self, owner: &Person, stored: i64, bytes: i64) -> Result<(), UploadRefusal> {
        let most = self.settings.per_day.get() << 20;
        if owner.has_duty() || stored + bytes <= most {
            return Ok(());
        }
        let left = (most - stored).max(0) >> 20;
        Err(UploadRefusal::AllowanceUsed(Spent::today(self.db.now(), most >> 20, left)))
    }

    /// Recognises an upload and paints pictures anew, beside the event loop.
    async fn prepare(&self, bytes: Bytes) -> Outcome<Prepared> {
        let seen = bytes.clone();
        let kind = beside(move || recognise(&seen)).await?.ok_or(UploadRefusal::Unsupported)?;
        if !kind.is_picture() {
            let (bytes, hash) = beside(move || (bytes.clone(), digest(&bytes))).await?;
            return Ok(Prepared { kind, hash, bytes, thumbnail: None });
        }
        let turn = tokio::time::timeout(PATIENCE, self.easel.clone().acquire_owned()).await;
        let turn = turn.ok().and_then(Result::ok).ok_or(UploadRefusal::Busy)?;
        let most = self.painting;
        let painted = beside(move || {
            // kept by the painter, who goes on when the caller has gone
            let _turn = turn;
            picture::repaint(&bytes, kind, most).map(|picture| (digest(&picture.bytes), picture))
        });
        let (hash, Picture { kind, bytes, thumbnail }) = painted.await?.map_err(|unfit| match unfit {
            Unfit::TooLarge { megapixels } => UploadRefusal::TooLarge { megapixels },
            Unfit::Broken => UploadRefusal::Broken,
        })?;
        Ok(Prepared { kind, hash, bytes: bytes.into(), thumbnail: Some(thumbnail) })
    }

    /// The file, if `person` may read it.
    pub(super) async fn find_for(&self, person: Arc<Person>, id: FileId) -> Result<Option<File>, DbError> {
        let readers = self.readers.clone();
        self.db
            .read(move |conn| {
                let Some(file) = store::find(conn, id)? else { return Ok(None) };
                Ok(readers.may_read(conn, &person, &file)?.then_some(file))
            })
            .await
    }

    /// Deletes a file of `owner` that nothing needs; its bytes go with the next tidying.
    pub(super) async fn delete(&self, owner: Arc<Person>, id: FileId) -> Result<(), Stop<DeleteRefusal>> {
        let readers = self.readers.clone();
        self.db
            .write(move |tx| {
                let file = store::find(tx.conn, id)?.filter(|file| file.owner_id == owner.member);
                let file = file.ok_or(DeleteRefusal::Unknown)?;
                let may = readers.may_delete(tx.conn, &owner, &file)?;
                // a twin may have attached it meanwhile
                if !may || !store::delete(tx.conn, &file, tx.now())? {
                    return Err(DeleteRefusal::InUse.into());
                }
                Ok(())
            })
            .await
    }

    pub(super) fn blobs(&self) -> &BlobStore {
        &self.blobs
    }

    /// Takes away what was uploaded a day ago and is attached to nothing: first its mark, then its bytes, then its row.
    /// Whatever is interrupted is taken up by the next call.
    pub async fn tidy(&self) -> Result<(), DbError> {
        self.db
            .write(|tx| -> Result<(), Stop<Never>> {
                let now = tx.now();
                Ok(store::give_up(tx.conn, now.plus_seconds(-LOOSE_SECONDS), now).map(drop)?)
            })
            .await?;
        for file in self.db.read(store::list_given_up).await? {
            self.forget(&file).await.map_err(away)?;
            let id = file.id;
            self.db.write(move |tx| -> Result<(), Stop<Never>> { Ok(store::delete_given_up(tx.conn, id)?) }).await?;
        }
        self.sweep().await
    }

    /// Takes away bytes that never got a row, because the server ended in between; once a day.
    async fn sweep(&self) -> Result<(), DbError> {
        let day = self.db.today().minus_days(STRAY_DAYS);
        if *self.swept.lock().unwrap_or_else(PoisonError::into_inner) == Some(day) {
            return Ok(());
        }
        for key in self.blobs.list(&day.to_string()).await.map_err(away)? {
            let stored_as = key.strip_suffix(THUMBNAIL).unwrap_or(&key).to_owned();
            if !self.db.read(move |conn| store::is_stored_as(conn, &stored_as)).await? {
                tracing::info!(key, "taking away bytes that belong to no file");
                self.blobs.forget(&key).await.map_err(away)?;
            }
        }
        *self.swept.lock().unwrap_or_else(PoisonError::into_inner) = Some(day);
        Ok(())
    }

    async fn forget(&self, file: &File) -> Result<(), BlobError> {
        self.blobs.forget(&thumbnail_of(&file.stored_as)).await?;
        self.blobs.forget(&file.stored_as).await
    }
}

const THUMBNAIL: &str = ".thumbnail";

/// Where the thumbnail lies of what lies under `key`.
pub(super) fn thumbnail_of(key: &str) -> String {
    format!("{key}{THUMBNAIL}")
}

/// Of which file a key holds the thumbnail; `None` when it holds none.
pub(super) fn key_of_thumbnail(key: &str) -> Option<&str> {
    key.strip_suffix(THUMBNAIL)
}

/// Runs `work` on a thread where it may take its time.
async fn beside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Outcome<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        // whatever a decoder stumbles over, the picture is at fault
        if error.is_panic() { UploadRefusal::Broken.into() } else { UploadRefusal::Busy.into() }
    })
}

/// For jobs, which try again.
fn away(error: BlobError) -> DbError {
    DbError::Unavailable(format!("{error:?}"))
}
