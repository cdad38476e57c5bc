//! What is attached to an idea: the files of those who wrote it, and the evidence of those who carry it out.

use std::collections::HashMap;
use std::sync::Arc;

use diesel::QueryResult;
use uuid::Uuid;

use super::holding::IDEA;
use super::model::{Idea, IdeaId, IdeaState};
use super::rules::{self, FILE_LIMIT, Refusal};
use super::store::lists::PRIVATE;
use super::{Ideas, Outcome, store};
use crate::base::id::MemberId;
use crate::base::person::Person;
use crate::base::time::Timestamp;
use crate::db::{Conn, Tx};
use crate::ground::files::{self, Addresses, AttachRefusal, FileId, FileView};

/// The kind under which files belong to the text of an idea; the room vouches for it.
pub const ATTACHMENT: &str = "idea";

/// The kind under which files show that the work is done.
pub const EVIDENCE: &str = "idea_evidence";

/// The files of an idea.
pub struct Attached {
    pub attachments: Vec<FileView>,
    pub evidence: Vec<FileView>,
}

impl Ideas {
    /// Attaches the caller's own files to an idea that he wrote or helped to write; those that are there stay.
    pub async fn attach(&self, person: Arc<Person>, id: IdeaId, ids: Vec<FileId>) -> Outcome<()> {
        let room = self.clone();
        self.db
            .write(move |tx| {
                let idea = room.lock_seen(tx, &person, id)?;
                rules::check_attaching(idea.state, &room.hand_of(tx, &person, &idea)?)?;
                let circle = store::people::find_circle(tx.conn, id)?;
                room.take_back_draft(tx, &idea, &circle)?;
                attach(tx, &ids, person.member, ATTACHMENT, id)
            })
            .await
    }

    /// Takes a file off an idea: an attachment by those who wrote it, evidence by the implementer.
    pub async fn detach(&self, person: Arc<Person>, id: IdeaId, file: FileId) -> Outcome<()> {
        let room = self.clone();
        self.db
            .write(move |tx| {
                let idea = room.lock_seen(tx, &person, id)?;
                let hand = room.hand_of(tx, &person, &idea)?;
                let Attached { attachments, evidence } = list_files(tx.conn, id)?;
                if attachments.iter().any(|known| known.id == file) {
                    rules::check_attaching(idea.state, &hand)?;
                    let circle = store::people::find_circle(tx.conn, id)?;
                    room.take_back_draft(tx, &idea, &circle)?;
                    return Ok(files::detach(tx, &[file], ATTACHMENT, id.uuid())?);
                }
                if !evidence.iter().any(|known| known.id == file) {
                    return Err(Refusal::NoSuchFile.into());
                }
                rules::check_evidence(idea.state, &hand)?;
                Ok(files::detach(tx, &[file], EVIDENCE, id.uuid())?)
            })
            .await
    }

    fn lock_seen(&self, tx: &mut Tx, person: &Person, id: IdeaId) -> Outcome<Idea> {
        let idea = store::lock_row(tx.conn, id)?.ok_or(Refusal::NoSuchIdea)?;
        let circle = store::people::find_circle(tx.conn, id)?;
        self.check_sight(person, &idea, &circle)?;
        Ok(idea)
    }

    fn hand_of(&self, tx: &mut Tx, person: &Person, idea: &Idea) -> QueryResult<rules::Hand> {
        Ok(self.hand(person, idea, &store::people::find_circle(tx.conn, idea.id)?))
    }

    /// Whether `person` may see the idea with that id, and so read what is attached to it.
    pub fn may_see(&self, conn: &mut Conn, person: &Person, id: Uuid) -> QueryResult<bool> {
        let id = IdeaId::from(id);
        let Some(idea) = store::find(conn, id)? else { return Ok(false) };
        let circle = store::people::find_circle(conn, id)?;
        // who decides about a text sees its pictures, too
        Ok(self.check_sight(person, &idea, &circle).is_ok() || self.texts.may_review(conn, person, IDEA, id.uuid())?)
    }
}

/// Whether the idea with that id is a draft, whose files their owners may delete; holds it until the transaction ends.
pub fn is_draft(conn: &mut Conn, id: Uuid) -> QueryResult<bool> {
    Ok(store::lock_row(conn, id.into())?.is_some_and(|idea| idea.state == IdeaState::Draft))
}

/// Whether the idea with that id is seen only by those who wrote it, or by nobody.
pub fn is_hidden(conn: &mut Conn, id: Uuid) -> QueryResult<bool> {
    Ok(store::find(conn, id.into())?.is_none_or(|idea| PRIVATE.contains(&idea.state)))
}

impl Attached {
    /// With the addresses of its pictures as of `now`.
    pub fn addressed(self, addresses: &Addresses, idea: &Idea, now: Timestamp) -> Attached {
        let hidden = PRIVATE.contains(&idea.state);
        let put = |files: Vec<FileView>| files.into_iter().map(|file| addresses.put(file, hidden, now)).collect();
        Attached { attachments: put(self.attachments), evidence: put(self.evidence) }
    }
}

/// Everything that is attached to an idea.
pub(super) fn list_files(conn: &mut Conn, id: IdeaId) -> QueryResult<Attached> {
    let attachments = files::list_of(conn, ATTACHMENT, id.uuid())?;
    Ok(Attached { attachments, evidence: files::list_of(conn, EVIDENCE, id.uuid())? })
}

/// What those who wrote each of `ideas` attached to it.
pub(super) fn list_of_each(conn: &mut Conn, ideas: &[IdeaId]) -> QueryResult<HashMap<IdeaId, Vec<FileView>>> {
    let ids: Vec<Uuid> = ideas.iter().map(|id| id.uuid()).collect();
    let mut attached: HashMap<IdeaId, Vec<FileView>> = HashMap::new();
    for (id, file) in files::list_of_each(conn, &[ATTACHMENT], &ids)? {
        attached.entry(id.into()).or_default().push(file);
    }
    Ok(attached)
}

/// Attaches `owner`'s files under one of the two kinds; an idea has [`FILE_LIMIT`] at most, evidence included. The idea
/// is held.
pub(super) fn attach(tx: &mut Tx, ids: &[FileId], owner: MemberId, kind: &'static str, id: IdeaId) -> Outcome<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let Attached { attachments, evidence } = list_files(tx.conn, id)?;
    let known: Vec<FileId> = attachments.iter().chain(&evidence).map(|file| file.id).collect();
    let added = ids.iter().filter(|id| !known.contains(id)).count();
    if known.len() + added > FILE_LIMIT {
        return Err(Refusal::Files(AttachRefusal::TooMany).into());
    }
    files::attach(tx, ids, owner, kind, id.uuid())
}
