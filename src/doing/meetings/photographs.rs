//! Photographs of a meeting: put on it and taken off by those who lead its unit, seen by whoever reads it. Uploaded and
//! fetched at `/files`.

use diesel::QueryResult;
use serde_json::json;
use uuid::Uuid;

use super::actions::{Meetings, Outcome};
use super::model::MeetingId;
use super::rules::Refusal;
use super::store;
use crate::base::capability::Reach;
use crate::base::id::MemberId;
use crate::base::person::Person;
use crate::db::{Conn, DbError, Tx};
use crate::ground::files::{self, Addresses, FileId, FileView};
use crate::kernel::trail::{self, Act};

/// The kind under which pictures belong to a meeting; the room vouches for it.
pub(super) const PHOTOGRAPH: &str = "meeting_photograph";

impl Meetings {
    /// Puts the actor's own pictures on a meeting within reach; those that are there stay.
    pub async fn attach_photographs(
        &self,
        actor: MemberId,
        reach: &Reach,
        id: MeetingId,
        ids: Vec<FileId>,
    ) -> Outcome<()> {
        self.find_led(reach, id).await?;
        self.db
            .write(move |tx| {
                store::lock_row_alone(tx.conn, id)?.ok_or(Refusal::NoSuchMeeting)?;
                files::attach::<Refusal>(tx, &ids, actor, PHOTOGRAPH, id.uuid())?;
                if !files::list_of(tx.conn, PHOTOGRAPH, id.uuid())?.iter().all(|file| file.kind.is_picture()) {
                    return Err(Refusal::NoPicture.into());
                }
                Ok(note(tx, actor, "meetings.attach_photographs", id, &ids)?)
            })
            .await
    }

    /// Takes a picture off a meeting within reach.
    pub async fn detach_photograph(&self, actor: MemberId, reach: &Reach, id: MeetingId, file: FileId) -> Outcome<()> {
        self.find_led(reach, id).await?;
        self.db
            .write(move |tx| {
                store::lock_row_alone(tx.conn, id)?.ok_or(Refusal::NoSuchMeeting)?;
                if !files::list_of(tx.conn, PHOTOGRAPH, id.uuid())?.iter().any(|known| known.id == file) {
                    return Err(Refusal::NoSuchFile.into());
                }
                files::detach(tx, &[file], PHOTOGRAPH, id.uuid())?;
                Ok(note(tx, actor, "meetings.detach_photograph", id, &[file])?)
            })
            .await
    }

    /// The photographs of a meeting with their addresses, for who reads it.
    pub async fn photographs(&self, id: MeetingId, addresses: &Addresses) -> Result<Vec<FileView>, DbError> {
        let found = self.db.read(move |conn| files::list_of(conn, PHOTOGRAPH, id.uuid())).await?;
        let now = self.db.now();
        Ok(found.into_iter().map(|file| addresses.put(file, false, now)).collect())
    }

    /// Whether `person` may read the meeting with that id, and so see its photographs.
    pub(super) fn may_see(&self, conn: &mut Conn, person: &Person, id: Uuid) -> QueryResult<bool> {
        let whole = store::find_whole(conn, id.into())?;
        Ok(whole.is_some_and(|whole| self.may_read(person, &whole)))
    }
}

/// Takes every photograph off a meeting that is taken back.
pub(super) fn detach_all(tx: &mut Tx, id: MeetingId) -> QueryResult<()> {
    let ids: Vec<FileId> = files::list_of(tx.conn, PHOTOGRAPH, id.uuid())?.iter().map(|file| file.id).collect();
    files::detach(tx, &ids, PHOTOGRAPH, id.uuid())
}

fn note(tx: &mut Tx, actor: MemberId, action: &str, id: MeetingId, files: &[FileId]) -> QueryResult<()> {
    let detail = json!({ "file_ids": files });
    // not of the minutes, whose last writer stays who he is
    let subject_kind = "meeting_photographs";
    trail::note(tx, Act { actor: Some(actor), action, subject_kind, subject_id: id.uuid(), detail })
}
