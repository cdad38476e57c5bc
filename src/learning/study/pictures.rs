//! Pictures of items: an uploaded cover, and pictures that stand in the text. Uploaded and fetched at `/files`.

use diesel::QueryResult;
use uuid::Uuid;

use super::actions::{Outcome, Study};
use super::model::{FeedPush, Item, ItemId, ShownItem};
use super::rules::Refusal;
use super::store;
use crate::base::capability::Capability;
use crate::base::id::MemberId;
use crate::base::person::Person;
use crate::base::time::Timestamp;
use crate::db::{Conn, DbError, Tx};
use crate::ground::files::{self, Addresses, FileId, FileView};

/// The kind under which a picture is an item's cover; the room vouches for it.
pub const COVER: &str = "study_cover";

/// The kind under which pictures stand in an item's text.
pub const PICTURE: &str = "study_picture";

impl Study {
    /// An item with its pictures and their addresses.
    pub(super) async fn shown(&self, item: Item) -> Result<ShownItem, DbError> {
        let id = item.id.uuid();
        let read = move |conn: &mut Conn| Ok((files::list_of(conn, COVER, id)?, files::list_of(conn, PICTURE, id)?));
        let (covers, pictures) = self.db.read(read).await?;
        let now = self.db.now();
        let put = |file: FileView| self.addresses.put(file, false, now);
        let cover = covers.into_iter().find(|file| Some(file.id) == item.cover_file_id).map(put);
        Ok(ShownItem { cover, pictures: pictures.into_iter().map(put).collect(), item })
    }

    /// Whether `person` may see the item with that id, and so its pictures.
    pub(super) fn may_see(&self, conn: &mut Conn, person: &Person, id: Uuid) -> QueryResult<bool> {
        let reads_all = person.reach(Capability::ChooseContent).is_some();
        Ok(reads_all || store::is_pushed(conn, ItemId::from(id), &person.path)?)
    }
}

/// Makes exactly `ids` the pictures of that kind: the actor's own, and those that are there already.
pub(super) fn put(tx: &mut Tx, actor: MemberId, item: ItemId, kind: &'static str, ids: &[FileId]) -> Outcome<()> {
    let there = files::list_of(tx.conn, kind, item.uuid())?;
    let off: Vec<FileId> = there.iter().map(|file| file.id).filter(|id| !ids.contains(id)).collect();
    files::detach(tx, &off, kind, item.uuid())?;
    files::attach::<Refusal>(tx, ids, actor, kind, item.uuid())?;
    let is_picture = |file: &FileView| file.kind.is_picture();
    if files::list_of(tx.conn, kind, item.uuid())?.iter().all(is_picture) {
        Ok(())
    } else {
        Err(Refusal::NoPicture.into())
    }
}

/// Gives pushes the addresses of their uploaded covers as of `now`.
pub(super) fn put_covers(
    conn: &mut Conn,
    mut pushes: Vec<FeedPush>,
    addresses: &Addresses,
    now: Timestamp,
) -> QueryResult<Vec<FeedPush>> {
    let ids: Vec<FileId> = pushes.iter().filter_map(|push| push.cover_file_id).collect();
    if ids.is_empty() {
        return Ok(pushes);
    }
    let covers: Vec<FileView> =
        files::find_some(conn, &ids)?.into_iter().map(|file| addresses.put(file, false, now)).collect();
    for push in &mut pushes {
        let cover = covers.iter().find(|file| Some(file.id) == push.cover_file_id);
        push.cover_url = cover.and_then(|file| file.url.clone()).or(push.cover_url.take());
    }
    Ok(pushes)
}
