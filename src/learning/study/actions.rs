//! The room itself, and the writing of items.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::json;
use uuid::Uuid;

use super::feed::Feed;
use super::model::{Item, ItemId, LinkedQuestionId, PushId, thing};
use super::pictures::{self, COVER, PICTURE};
use super::rules::{self, Refusal};
use super::servings::Servings;
use super::store;
use super::timetable::Timetable;
use super::versions;
use crate::base::capability::Capability;
use crate::base::hooks::Hooks;
use crate::base::id::{MemberId, UnitId};
use crate::base::idempotency::IdempotencyKey;
use crate::base::person::Person;
use crate::base::time::Day;
use crate::base::version::SeenState;
use crate::db::{Conn, Db, DbError, Json, Stop, Tx};
use crate::ground::files::{Addresses, FileId};
use crate::ground::presets::Presets;
use crate::honour::points::Points;
use crate::kernel::changes;
use crate::kernel::closing::Closings;
use crate::kernel::idempotency::{self, Reused};
use crate::kernel::memo::Memo;
use crate::kernel::trail::{self, Act};
use crate::people::channels::Channels;
use crate::people::members::Directory;

/// The topic of `kernel::changes` under which servers tell each other that the feed has changed.
pub const STUDY_TOPIC: &str = "study";

/// Home units whose days are remembered: every group of a large enterprise.
const KEPT_HOMES: usize = 16_384;

pub(super) type Outcome<T> = Result<T, Stop<Refusal>>;

/// Of questions those that are not in the bank, or out of use.
pub type Unlinkable = fn(&mut Conn, &[Uuid]) -> diesel::QueryResult<Vec<Uuid>>;

/// The study room; clones share it.
#[derive(Clone)]
pub struct Study {
    pub(super) db: Db,
    pub(super) directory: Directory,
    pub(super) points: Points,
    pub(super) presets: Presets,
    pub(super) closings: Closings,
    pub(super) timetable: Timetable,
    pub(super) feed: Feed,
    pub(super) servings: Servings,
    pub(super) channels: Channels,
    pub(super) addresses: Addresses,
    /// Of another room: which questions of the bank may not belong to an item.
    pub(super) unlinkable: Hooks<Unlinkable>,
    /// Days on which something was out for those at home in a unit, by the present day.
    pub(super) open_days: Arc<Memo<(Day, UnitId), BTreeSet<Day>>>,
}

impl From<Reused> for Refusal {
    fn from(_: Reused) -> Self {
        Refusal::KeyReused
    }
}

/// An item as its author sends it.
#[derive(Clone, Debug)]
pub struct Draft {
    pub title: String,
    pub summary: String,
    pub body: String,
    pub source: String,
    pub cover_url: Option<String>,
    pub minimum_seconds: i32,
    pub question_ids: Vec<LinkedQuestionId>,
    pub category: Option<String>,
    pub cover: Option<FileId>,
    /// Pictures that stand in the text.
    pub pictures: Vec<FileId>,
}

/// What an author changes; `None` leaves a field as it is.
#[derive(Clone, Debug, Default)]
pub(super) struct Amendment {
    pub title: Option<String>,
    pub summary: Option<String>,
    pub body: Option<String>,
    pub source: Option<String>,
    /// `Some(None)` takes the cover away.
    pub cover_url: Option<Option<String>>,
    pub minimum_seconds: Option<i32>,
    pub question_ids: Option<Vec<LinkedQuestionId>>,
    pub retired: Option<bool>,
    /// `Some(None)` takes it away.
    pub category: Option<Option<String>>,
    /// `Some(None)` takes the uploaded cover away.
    pub cover: Option<Option<FileId>>,
    /// The pictures that stand in the text, all of them.
    pub pictures: Option<Vec<FileId>>,
}

impl Study {
    pub fn new(
        db: Db,
        directory: Directory,
        (points, presets, channels, addresses): (Points, Presets, Channels, Addresses),
        closings: Closings,
        timetable: Timetable,
    ) -> Study {
        let (feed, servings) = (Feed::new(db.clone(), addresses.clone()), Servings::new(db.clone()));
        let open_days = Arc::new(Memo::new(KEPT_HOMES));
        let unlinkable = Hooks::default();
        Study {
            db,
            directory,
            points,
            presets,
            closings,
            timetable,
            feed,
            servings,
            channels,
            addresses,
            unlinkable,
            open_days,
        }
    }

    /// Has questions that are to belong to an item looked at; for the assembly of the rooms.
    pub fn link_unless(&self, unlinkable: Unlinkable) {
        self.unlinkable.add(unlinkable);
    }

    /// The questions that belong to an item which the member sees; to who chooses content every item's.
    pub async fn linked_questions(&self, person: &Person, id: ItemId) -> Outcome<Vec<LinkedQuestionId>> {
        let reads_all = person.reach(Capability::ChooseContent).is_some();
        Ok(self.find_item(person.member, &person.path, reads_all, id).await?.question_ids.0)
    }

    /// Refuses questions that nobody could be asked.
    fn check_linked(&self, tx: &mut Tx, questions: &[LinkedQuestionId]) -> Outcome<()> {
        let ids: Vec<Uuid> = questions.iter().map(|question| question.uuid()).collect();
        for unlinkable in self.unlinkable.each() {
            let unknown = unlinkable(tx.conn, &ids)?;
            if let Some(index) = ids.iter().position(|id| unknown.contains(id)) {
                return Err(Refusal::UnknownQuestion { index }.into());
            }
        }
        Ok(())
    }

    /// The items that may be pushed, oldest first.
    pub async fn item_ids(&self) -> Result<Vec<ItemId>, DbError> {
        self.db.read(store::list_item_ids).await
    }

    pub async fn write_item(&self, actor: MemberId, key: Option<IdempotencyKey>, draft: Draft) -> Outcome<Item> {
        let study = self.clone();
        self.db
            .write(move |tx| {
                let id = idempotency::once(tx, key.as_ref(), |tx| {
                    study.check_linked(tx, &draft.question_ids)?;
                    insert_item(tx, actor, &draft)
                })?;
                store::find_item(tx.conn, id)?.ok_or(Stop::Refused(Refusal::NoSuchItem))
            })
            .await
    }

    pub(super) async fn change_item(
        &self,
        actor: MemberId,
        id: ItemId,
        seen: Option<SeenState>,
        amendment: Amendment,
    ) -> Outcome<Item> {
        let study = self.clone();
        self.db
            .write(move |tx| {
                let before = store::lock_item(tx.conn, id)?.ok_or(Refusal::NoSuchItem)?;
                thing(id).changed_since(tx.conn, seen)?.map_err(Refusal::Outdated)?;
                let written = versions::last_written(tx.conn, &before)?;
                let item = amended(tx, before.clone(), &amendment);
                rules::check_item(item.minimum_seconds, item.cover_url.as_deref(), item.question_ids.0.len())?;
                if let Some(questions) = &amendment.question_ids {
                    study.check_linked(tx, questions)?;
                }
                if let Some(cover) = item.cover_file_id.filter(|cover| Some(*cover) != before.cover_file_id) {
                    pictures::put(tx, actor, id, COVER, &[cover])?;
                } else if item.cover_file_id.is_none() {
                    pictures::put(tx, actor, id, COVER, &[])?;
                }
                if let Some(ids) = &amendment.pictures {
                    pictures::put(tx, actor, id, PICTURE, ids)?;
                }
                store::update_item(tx.conn, &item)?;
                versions::keep(tx, (&before, written), (&item, actor))?;
                note(tx, Some(actor), "study.change_item", "study_item", id.uuid(), json!({ "title": item.title }))?;
                study.changed(tx)?;
                Ok(item)
            })
            .await
    }

    /// Takes back an item that was never pushed.
    pub(super) async fn delete_item(&self, actor: MemberId, id: ItemId) -> Outcome<()> {
        let study = self.clone();
        self.db
            .write(move |tx| {
                let item = store::find_item(tx.conn, id)?.ok_or(Refusal::NoSuchItem)?;
                if !store::delete_item(tx.conn, id)? {
                    return Err(Refusal::ItemPushed.into());
                }
                note(tx, Some(actor), "study.delete_item", "study_item", id.uuid(), json!({ "title": item.title }))?;
                Ok(study.changed(tx)?)
            })
            .await
    }

    /// Lets every server look at the feed's tables again once this transaction has committed.
    pub(super) fn changed(&self, tx: &mut Tx) -> diesel::QueryResult<()> {
        let occasion: PushId = tx.fresh_id();
        changes::announce(tx, STUDY_TOPIC, occasion.uuid())?;
        let feed = self.feed.clone();
        tx.after_commit(move || feed.forget());
        Ok(())
    }

    /// Reads the feed's tables again: another server has changed them, or may have.
    pub fn forget(&self) {
        self.feed.forget();
    }
}

fn insert_item(tx: &mut Tx, actor: MemberId, draft: &Draft) -> Outcome<ItemId> {
    rules::check_item(draft.minimum_seconds, draft.cover_url.as_deref(), draft.question_ids.len())?;
    let item = Item {
        id: tx.fresh_id(),
        title: draft.title.clone(),
        summary: draft.summary.clone(),
        body: draft.body.clone(),
        source: draft.source.clone(),
        cover_url: draft.cover_url.clone(),
        minimum_seconds: draft.minimum_seconds,
        question_ids: Json(draft.question_ids.clone()),
        retired_at: None,
        created_by: Some(actor),
        created_at: tx.now(),
        updated_at: tx.now(),
        category: draft.category.clone(),
        cover_file_id: draft.cover,
    };
    pictures::put(tx, actor, item.id, COVER, draft.cover.as_slice())?;
    pictures::put(tx, actor, item.id, PICTURE, &draft.pictures)?;
    store::insert_item(tx.conn, &item)?;
    note(tx, Some(actor), "study.write_item", "study_item", item.id.uuid(), json!({ "title": item.title }))?;
    Ok(item.id)
}

fn amended(tx: &Tx, item: Item, change: &Amendment) -> Item {
    let change = change.clone();
    let retired_at = match change.retired {
        Some(true) => item.retired_at.or(Some(tx.now())),
        Some(false) => None,
        None => item.retired_at,
    };
    // another address goes in the place of what was uploaded
    let cover_file_id = match (change.cover, &change.cover_url) {
        (Some(cover), _) => cover,
        (None, Some(_)) => None,
        (None, None) => item.cover_file_id,
    };
    Item {
        title: change.title.unwrap_or(item.title),
        summary: change.summary.unwrap_or(item.summary),
        body: change.body.unwrap_or(item.body),
        source: change.source.unwrap_or(item.source),
        cover_url: change.cover_url.unwrap_or(item.cover_url),
        minimum_seconds: change.minimum_seconds.unwrap_or(item.minimum_seconds),
        question_ids: change.question_ids.map_or(item.question_ids, Json),
        retired_at,
        updated_at: tx.now(),
        category: change.category.unwrap_or(item.category),
        cover_file_id,
        ..item
    }
}

pub(super) fn note(
    tx: &mut Tx,
    actor: Option<MemberId>,
    action: &str,
    subject_kind: &str,
    subject_id: uuid::Uuid,
    detail: serde_json::Value,
) -> diesel::QueryResult<()> {
    trail::note(tx, Act { actor, action, subject_kind, subject_id, detail })
}
