//! Files that prove an entry, by what they prove: measures, experience, data. Uploaded and fetched at `/files`.

use diesel::QueryResult;
use serde_json::json;
use uuid::Uuid;

use super::entries::{Writer, list_stages, lock_open};
use super::model::{Entry, EntryId, EntryState, EvidenceKind, evidence_thing};
use super::rules::{self, Refusal};
use super::{Outcome, store};
use crate::base::person::Person;
use crate::db::{Conn, DbError, Tx};
use crate::ground::files::{self, Addresses, FileId, FileView};
use crate::judging::campaigns::notices::note_of;
use crate::judging::campaigns::viewer::{SHOWN, Viewer};
use crate::judging::campaigns::{Campaigns, store as campaigns};

/// The kinds under which files belong to entries; the room vouches for them.
pub const EVIDENCE: [&str; 4] = ["entry_measure", "entry_experience", "entry_data", MARK];

/// The kind under which pictures are what a member proposed, as they stand on the ballot.
pub(super) const MARK: &str = "entry_mark";

/// An entry in a list.
#[derive(Clone, Debug)]
pub struct ListedEntry {
    pub entry: Entry,
    pub has_article: bool,
    /// How many files prove it.
    pub evidence: usize,
    /// The first picture among them, with its addresses.
    pub picture: Option<FileView>,
}

const fn file_kind(kind: EvidenceKind) -> &'static str {
    match kind {
        EvidenceKind::Measure => EVIDENCE[0],
        EvidenceKind::Experience => EVIDENCE[1],
        EvidenceKind::Data => EVIDENCE[2],
    }
}

impl Campaigns {
    /// Attaches the writer's own files to an entry of the unit, until the judging begins; those that are there stay.
    pub async fn attach_evidence(
        &self,
        writer: Writer,
        id: EntryId,
        kind: EvidenceKind,
        ids: Vec<FileId>,
    ) -> Outcome<()> {
        let (room, campaign) = (self.clone(), self.campaign_of(id).await?);
        self.db
            .write(move |tx| {
                lock_open(tx, campaign)?;
                let entry = room.still_written(tx, &writer, id)?;
                files::attach::<Refusal>(tx, &ids, writer.member, file_kind(kind), id.uuid())?;
                let campaign = entry.campaign_id;
                let detail = json!({ "campaign_id": campaign, "kind": kind, "file_ids": ids });
                let of = (evidence_thing(id), campaign);
                Ok(note_of(tx, Some(writer.member), "campaigns.attach_evidence", of, detail)?)
            })
            .await
    }

    /// Takes a file off an entry, until the judging begins: what is judged keeps what proves it.
    pub async fn detach_evidence(&self, writer: Writer, id: EntryId, file: FileId) -> Outcome<()> {
        let (room, campaign) = (self.clone(), self.campaign_of(id).await?);
        self.db
            .write(move |tx| {
                lock_open(tx, campaign)?;
                let entry = room.still_written(tx, &writer, id)?;
                let attached = list_evidence(tx.conn, id)?;
                let found = attached.iter().find(|(_, known)| known.id == file);
                let (kind, _) = found.ok_or(Refusal::NoSuchFile)?;
                files::detach(tx, &[file], file_kind(*kind), id.uuid())?;
                let campaign = entry.campaign_id;
                let detail = json!({ "campaign_id": campaign, "file_id": file });
                let of = (evidence_thing(id), campaign);
                Ok(note_of(tx, Some(writer.member), "campaigns.detach_evidence", of, detail)?)
            })
            .await
    }

    /// An entry within the writer's reach that is not judged yet; its campaign is held.
    fn still_written(&self, tx: &mut Tx, writer: &Writer, id: EntryId) -> Outcome<Entry> {
        let entry = self.written_by(tx, writer, id)?;
        if !matches!(entry.state, EntryState::Draft | EntryState::Submitted) {
            return Err(Refusal::WrongEntryState(entry.state).into());
        }
        rules::may_submit(&list_stages(tx, entry.campaign_id)?, tx.now())?;
        Ok(entry)
    }

    /// The files of an entry with what they prove; those that are pictures with their addresses.
    pub async fn evidence_of(
        &self,
        id: EntryId,
        addresses: &Addresses,
    ) -> Result<Vec<(EvidenceKind, FileView)>, DbError> {
        let read = move |conn: &mut Conn| Ok((list_evidence(conn, id)?, is_hidden(conn, id.uuid())?));
        let (files, hidden) = self.db.read(read).await?;
        let now = self.db.now();
        Ok(files.into_iter().map(|(kind, file)| (kind, addresses.put(file, hidden, now))).collect())
    }

    /// Entries of one campaign with what lists show around each.
    pub async fn entries_around(
        &self,
        entries: Vec<Entry>,
        addresses: &Addresses,
    ) -> Result<Vec<ListedEntry>, DbError> {
        let Some(campaign) = entries.first().map(|entry| entry.campaign_id) else { return Ok(Vec::new()) };
        let ids: Vec<EntryId> = entries.iter().map(|entry| entry.id).collect();
        let read = move |conn: &mut Conn| {
            let subjects: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
            let files = files::list_of_each(conn, &EVIDENCE, &subjects)?;
            Ok((campaigns::find(conn, campaign)?, store::articles::list_written(conn, &ids)?, files))
        };
        let (campaign, written, files) = self.db.read(read).await?;
        let (is_shown, now) = (campaign.is_some_and(|campaign| SHOWN.contains(&campaign.state)), self.db.now());
        let listed = |entry: Entry| {
            let its = || files.iter().filter(|(id, _)| *id == entry.id.uuid()).map(|(_, file)| file);
            let hidden = !is_shown || entry.state != EntryState::Submitted;
            let picture = its().find(|file| file.has_thumbnail).cloned();
            ListedEntry {
                has_article: written.contains(&entry.id),
                evidence: its().count(),
                picture: picture.map(|file| addresses.put(file, hidden, now)),
                entry,
            }
        };
        Ok(entries.into_iter().map(listed).collect())
    }

    /// Whether `person` may see the entry with that id, and so read what is attached to it.
    pub fn may_see(&self, conn: &mut Conn, person: &Person, id: Uuid) -> QueryResult<bool> {
        let Some(entry) = store::entries::find(conn, id.into())? else { return Ok(false) };
        let Some(campaign) = campaigns::find(conn, entry.campaign_id)? else { return Ok(false) };
        let viewer = Viewer::of(person);
        let (seen, managed) = self.may_see_campaign(conn, &viewer, &campaign)?;
        Ok(seen && self.may_see_entry(&viewer, &entry, managed))
    }
}

/// Whether the entry with that id is seen only by its unit and by those who run the selection.
pub fn is_hidden(conn: &mut Conn, id: Uuid) -> QueryResult<bool> {
    let Some(entry) = store::entries::find(conn, id.into())? else { return Ok(true) };
    let campaign = campaigns::find(conn, entry.campaign_id)?;
    let is_shown = campaign.is_some_and(|campaign| SHOWN.contains(&campaign.state));
    Ok(!is_shown || entry.state != EntryState::Submitted)
}

/// Whether the entry with that id is a draft, whose files their owners may delete; holds its campaign until the
/// transaction ends, as handing in does.
pub fn is_draft(conn: &mut Conn, id: Uuid) -> QueryResult<bool> {
    let Some(entry) = store::entries::find(conn, id.into())? else { return Ok(false) };
    campaigns::lock_row(conn, entry.campaign_id)?;
    Ok(store::entries::find(conn, id.into())?.is_some_and(|entry| entry.state == EntryState::Draft))
}

/// The picture that stands for an entry: a member's own, or the first one that proves a unit's.
pub fn find_mark(conn: &mut Conn, id: EntryId) -> QueryResult<Option<FileId>> {
    let files = files::list_of_each(conn, &EVIDENCE, &[id.uuid()])?;
    Ok(files.into_iter().map(|(_, file)| file).find(|file| file.has_thumbnail).map(|file| file.id))
}

fn list_evidence(conn: &mut Conn, id: EntryId) -> QueryResult<Vec<(EvidenceKind, FileView)>> {
    let mut found = Vec::new();
    for kind in EvidenceKind::EACH {
        let files = files::list_of(conn, file_kind(*kind), id.uuid())?;
        found.extend(files.into_iter().map(|file| (*kind, file)));
    }
    Ok(found)
}
