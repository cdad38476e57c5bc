//! What the room lends to others: attaching files to their things, and asking them who may read.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard};

use diesel::QueryResult;
use uuid::Uuid;

use super::actions::Files;
use super::model::{File, FileId, FileView, SubjectId};
use super::rules::MAX_PER_SUBJECT;
use super::store;
use crate::base::id::MemberId;
use crate::base::person::Person;
use crate::db::{Conn, Refusal, Stop, Tx};

/// Why files cannot be attached; becomes a [`Problem`](crate::web::Problem).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttachRefusal {
    /// There would be more than nine.
    TooMany,
    /// There is no such file of this owner, or it waited too long and was taken away.
    Unknown,
    /// It is attached to something else already.
    Elsewhere,
}

impl Refusal for AttachRefusal {}

/// Attaches `owner`'s files to the thing `subject` of a room; `kind` is the room's word, the one given to [`Files::let_read`].
/// What is attached to it already stays, so the same list may come again.
///
/// The caller has made sure that no twin attaches to the same subject meanwhile, or there might be more than nine.
pub fn attach<R>(tx: &mut Tx, ids: &[FileId], owner: MemberId, kind: &'static str, subject: Uuid) -> Result<(), Stop<R>>
where
    R: From<AttachRefusal> + Refusal,
{
    let refused = |refusal: AttachRefusal| Err(Stop::Refused(refusal.into()));
    let mut attached: Vec<FileId> = store::list_of(tx.conn, kind, subject)?.iter().map(|file| file.id).collect();
    for id in ids {
        if attached.contains(id) {
            continue;
        }
        if attached.len() == MAX_PER_SUBJECT {
            return refused(AttachRefusal::TooMany);
        }
        if !store::attach(tx.conn, *id, owner, kind, subject)? {
            let its = store::find(tx.conn, *id)?.filter(|file| file.owner_id == owner);
            return refused(its.map_or(AttachRefusal::Unknown, |_| AttachRefusal::Elsewhere));
        }
        attached.push(*id);
    }
    Ok(())
}

/// Takes files off their subject; those that are not attached to it are passed over. What is then attached to nothing
/// is taken away a day after it was uploaded, so at the earliest within the minute.
pub fn detach(tx: &mut Tx, ids: &[FileId], kind: &'static str, subject: Uuid) -> QueryResult<()> {
    ids.iter().try_for_each(|id| store::detach(tx.conn, *id, kind, subject).map(drop))
}

/// What is attached to a subject, in the order of uploading.
pub fn list_of(conn: &mut Conn, kind: &'static str, subject: Uuid) -> QueryResult<Vec<FileView>> {
    Ok(store::list_of(conn, kind, subject)?.iter().map(FileView::from).collect())
}

/// Several files that were not given up, each attached to whatever it is, in the order of uploading.
pub fn find_some(conn: &mut Conn, ids: &[FileId]) -> QueryResult<Vec<FileView>> {
    Ok(store::find_some(conn, ids)?.iter().map(FileView::from).collect())
}

/// What is attached to each of several subjects under one of `kinds`, with the subject, in the order of uploading: for
/// lists, which ask once.
pub fn list_of_each(conn: &mut Conn, kinds: &[&'static str], subjects: &[Uuid]) -> QueryResult<Vec<(Uuid, FileView)>> {
    let subjects: Vec<SubjectId> = subjects.iter().map(|id| SubjectId::from(*id)).collect();
    let found = store::list_of_each(conn, kinds, &subjects)?;
    Ok(found.iter().filter_map(|file| Some((file.subject()?.1, FileView::from(file)))).collect())
}

type Hidden = dyn Fn(&mut Conn, Uuid) -> QueryResult<bool> + Send + Sync;

type May = dyn Fn(&mut Conn, &Person, Uuid) -> QueryResult<bool> + Send + Sync;

/// Who may read what is attached to the things of other rooms, and when its owner may delete it; those rooms say so when
/// they are opened. Of a kind that nobody vouches for, only owners may read, and nobody may delete.
#[derive(Clone, Default)]
pub(super) struct Readers(Arc<RwLock<Kinds>>);

#[derive(Default)]
struct Kinds {
    may_read: HashMap<&'static str, Arc<May>>,
    may_delete: HashMap<&'static str, Arc<May>>,
    is_hidden: HashMap<&'static str, Arc<Hidden>>,
}

impl Files {
    /// Asks `may_read` about the things of `kind`: whether that person may see the thing with that id now.
    pub fn let_read(
        &self,
        kind: &'static str,
        may_read: impl Fn(&mut Conn, &Person, Uuid) -> QueryResult<bool> + Send + Sync + 'static,
    ) {
        self.readers.write().may_read.insert(kind, Arc::new(may_read));
    }

    /// Asks `may_delete` about the things of `kind`: whether what that person attached to the thing with that id is still
    /// his to delete. It is asked within the deleting transaction and holds the thing until its end.
    pub fn let_delete(
        &self,
        kind: &'static str,
        may_delete: impl Fn(&mut Conn, &Person, Uuid) -> QueryResult<bool> + Send + Sync + 'static,
    ) {
        self.readers.write().may_delete.insert(kind, Arc::new(may_delete));
    }

    /// Asks `is_hidden` about the things of `kind`: whether the one with that id is seen only by those who made it, such
    /// as a draft or what was withdrawn. Addresses of its pictures end when that changes.
    pub fn hide_when(
        &self,
        kind: &'static str,
        is_hidden: impl Fn(&mut Conn, Uuid) -> QueryResult<bool> + Send + Sync + 'static,
    ) {
        self.readers.write().is_hidden.insert(kind, Arc::new(is_hidden));
    }
}

impl Readers {
    fn write(&self) -> RwLockWriteGuard<'_, Kinds> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was said about a kind, taken out so that nothing is held while it is asked.
    fn about<T: ?Sized>(&self, find: impl Fn(&Kinds) -> Option<&Arc<T>>) -> Option<Arc<T>> {
        find(&self.0.read().unwrap_or_else(PoisonError::into_inner)).cloned()
    }

    /// Whether what `file` is attached to is hidden; a file that is attached to nothing is its owner's alone.
    pub(super) fn is_hidden(&self, conn: &mut Conn, file: &File) -> QueryResult<bool> {
        match file.subject().and_then(|(kind, id)| Some((self.about(|kinds| kinds.is_hidden.get(kind))?, id))) {
            Some((is_hidden, subject)) => is_hidden(conn, subject),
            None => Ok(true),
        }
    }

    /// Whether the owner of `file` may delete it.
    pub(super) fn may_delete(&self, conn: &mut Conn, owner: &Person, file: &File) -> QueryResult<bool> {
        match file.subject() {
            None => Ok(true),
            Some((kind, subject)) => {
                let may = self.about(|kinds| kinds.may_delete.get(kind));
                may.map_or(Ok(false), |may| may(conn, owner, subject))
            }
        }
    }

    pub(super) fn may_read(&self, conn: &mut Conn, person: &Person, file: &File) -> QueryResult<bool> {
        if file.owner_id == person.member {
            return Ok(true);
        }
        match file.subject().and_then(|(kind, id)| Some((self.about(|kinds| kinds.may_read.get(kind))?, id))) {
            Some((may_read, subject)) => may_read(conn, person, subject),
            None => Ok(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use diesel::{Connection, SqliteConnection};

    use super::*;
    use crate::ground::files::model::FileKind;

    const OWNER: u128 = 1;

    fn person(number: u128) -> Person {
        let member = MemberId::from(Uuid::from_u128(number));
        Person {
            member,
            path: Arc::from([]),
            branch: None,
            duties: Vec::new(),
            withheld: Vec::new(),
            withheld_because: None,
        }
    }

    fn file_on(kind: Option<&str>, subject: u128) -> File {
        File {
            id: Uuid::from_u128(7).into(),
            owner_id: Uuid::from_u128(OWNER).into(),
            name: "甲.pdf".into(),
            kind: FileKind::Pdf,
            size: 1,
            sha256: Vec::new(),
            stored_as: String::new(),
            has_thumbnail: false,
            created_at: "2026-07-01T08:00:00+08:00".parse().unwrap(),
            attached_to_kind: kind.map(str::to_owned),
            attached_to_id: kind.map(|_| Uuid::from_u128(subject).into()),
            deleted_at: None,
        }
    }

    #[test]
    fn the_room_of_a_subject_says_who_may_read_its_files() {
        let readers = Readers::default();
        let may_read = |_: &mut Conn, person: &Person, subject: Uuid| {
            Ok(subject == Uuid::from_u128(5) && person.member.uuid() != Uuid::from_u128(3))
        };
        readers.write().may_read.insert("thing", Arc::new(may_read));
        let mut conn = Conn::Sqlite(SqliteConnection::establish(":memory:").unwrap());
        for (who, file, may) in [
            (2, file_on(Some("thing"), 5), true),
            (3, file_on(Some("thing"), 5), false),
            (2, file_on(Some("thing"), 6), false),
            (2, file_on(Some("other"), 5), false),
            (2, file_on(None, 0), false),
            (OWNER, file_on(Some("thing"), 6), true),
            (OWNER, file_on(None, 0), true),
        ] {
            assert_eq!(readers.may_read(&mut conn, &person(who), &file).unwrap(), may, "{who} {file:?}");
        }
    }
}
