//! Writing items, planning pushes, and publishing them when their time has come.

use chrono::NaiveTime;
use serde_json::json;

use super::feed::Feed;
use super::model::{Item, ItemId, LinkedQuestionId, Push, PushId};
use super::rules::{self, Refusal};
use super::servings::Servings;
use super::store;
use crate::base::capability::Reach;
use crate::base::id::{MemberId, UnitId};
use crate::base::time::Day;
use crate::config::Timetable;
use crate::db::{Db, DbError, Json, Never, Stop, Tx};
use crate::kernel::changes::{self, Change};
use crate::kernel::idempotency::{self, IdempotencyKey, Reused};
use crate::kernel::trail::{self, Act};
use crate::members::Directory;
use crate::notices::{self, NewNotice, NoticeKind, To};
use crate::points::Points;

/// The topic of `kernel::changes` under which servers tell each other that the feed has changed.
pub const STUDY_TOPIC: &str = "study";

/// Pushes published by one transaction.
const PUBLISHED_AT_ONCE: i64 = 50;

pub(super) type Outcome<T> = Result<T, Stop<Refusal>>;

/// The study room; clones share it.
#[derive(Clone)]
pub struct Study {
    pub(super) db: Db,
    pub(super) directory: Directory,
    pub(super) points: Points,
    pub(super) timetable: Timetable,
    pub(super) feed: Feed,
    pub(super) servings: Servings,
}

impl From<Reused> for Refusal {
    fn from(_: Reused) -> Self {
        Refusal::KeyReused
    }
}

/// An item as its author sends it.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub title: String,
    pub summary: String,
    pub body: String,
    pub source: String,
    pub cover_url: Option<String>,
    pub minimum_seconds: i32,
    pub question_ids: Vec<LinkedQuestionId>,
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
}

/// A push as its planner sends it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    pub item: ItemId,
    pub unit: UnitId,
    pub day: Day,
    /// On the wall clock; the timetable's when absent.
    pub time: Option<NaiveTime>,
}

impl Study {
    pub fn new(db: Db, directory: Directory, points: Points, timetable: Timetable) -> Study {
        let (feed, servings) = (Feed::new(db.clone()), Servings::new(db.clone()));
        Study { db, directory, points, timetable, feed, servings }
    }

    pub(super) async fn write_item(&self, actor: MemberId, key: Option<IdempotencyKey>, draft: Draft) -> Outcome<Item> {
        self.db
            .write(move |tx| {
                let id = idempotency::once(tx, key.as_ref(), |tx| insert_item(tx, actor, &draft))?;
                store::find_item(tx.conn, id)?.ok_or(Stop::Refused(Refusal::NoSuchItem))
            })
            .await
    }

    pub(super) async fn change_item(&self, actor: MemberId, id: ItemId, amendment: Amendment) -> Outcome<Item> {
        let study = self.clone();
        self.db
            .write(move |tx| {
                let before = store::find_item(tx.conn, id)?.ok_or(Refusal::NoSuchItem)?;
                let item = amended(tx, before, &amendment);
                rules::check_item(item.minimum_seconds, item.cover_url.as_deref(), item.question_ids.0.len())?;
                store::update_item(tx.conn, &item)?;
                note(tx, Some(actor), "study.change_item", "study_item", id.uuid(), json!({ "title": item.title }))?;
                study.changed(tx)?;
                Ok(item)
            })
            .await
    }

    /// Plans a push, within the planner's reach.
    pub(super) async fn plan(
        &self,
        actor: MemberId,
        reach: &Reach,
        key: Option<IdempotencyKey>,
        plan: Plan,
    ) -> Outcome<(Push, String)> {
        self.check_unit(reach, plan.unit)?;
        let study = self.clone();
        self.db
            .write(move |tx| {
                let id = idempotency::once(tx, key.as_ref(), |tx| study.insert_push(tx, actor, plan))?;
                let push = store::find_push(tx.conn, id)?.ok_or(Refusal::NoSuchPush)?;
                titled(tx, push)
            })
            .await
    }

    /// Takes a push back before its publication; taking it back again changes nothing.
    pub(super) async fn cancel(&self, actor: MemberId, reach: &Reach, id: PushId) -> Outcome<()> {
        let push = self.find_push(reach, id).await?.0;
        let study = self.clone();
        self.db
            .write(move |tx| {
                if store::cancel(tx.conn, id, tx.now())? {
                    let detail = json!({ "unit": push.unit_id, "day": push.day });
                    note(tx, Some(actor), "study.cancel_push", "study_push", id.uuid(), detail)?;
                    return Ok(study.changed(tx)?);
                }
                match store::find_push(tx.conn, id)?.is_some_and(|push| push.published_at.is_some()) {
                    true => Err(Refusal::AlreadyPublished.into()),
                    false => Ok(()),
                }
            })
            .await
    }

    /// A push within the reach of who asks, with its item's title.
    pub(super) async fn find_push(&self, reach: &Reach, id: PushId) -> Outcome<(Push, String)> {
        let push = self.db.read(move |conn| store::find_push(conn, id)).await?.ok_or(Refusal::NoSuchPush)?;
        let covered = self.directory.tree().get(push.unit_id).is_some_and(|card| reach.covers(&card.path));
        if !covered {
            return Err(Refusal::OutOfReach.into());
        }
        let item = push.item_id;
        let head = self.db.read(move |conn| store::find_item_head(conn, item)).await?;
        Ok((push, head.map(|head| head.title).unwrap_or_default()))
    }

    /// The pushes of a day within reach.
    pub(super) async fn list_pushes(
        &self,
        reach: &Reach,
        day: Day,
        after: Option<PushId>,
        limit: i64,
    ) -> Result<Vec<(Push, String)>, DbError> {
        let tree = self.directory.tree();
        let units: Vec<UnitId> = tree.each().filter(|card| reach.covers(&card.path)).map(|card| card.unit.id).collect();
        self.db.read(move |conn| store::list_pushes(conn, &units, day, after, limit)).await
    }

    /// Publishes what is due; says how many pushes this server published.
    ///
    /// Exactly one of several servers publishes a push: it compares and sets. What became due while every server was
    /// down is published late, so that the feed is complete. A push whose own day is over by then sends no notice and
    /// makes the day none that breaks a streak, because nobody could study it in time.
    pub async fn publish_due(&self) -> Result<usize, DbError> {
        let mut total = 0;
        loop {
            let now = self.db.now();
            if self.db.read(move |conn| store::list_due(conn, now, 1)).await?.is_empty() {
                return Ok(total);
            }
            let study = self.clone();
            let published: Result<usize, Stop<Never>> = self.db.write(move |tx| Ok(study.publish_some(tx)?)).await;
            total += published?;
        }
    }

    fn publish_some(&self, tx: &mut Tx) -> diesel::QueryResult<usize> {
        let mut published = 0;
        for (push, title, summary) in store::list_due(tx.conn, tx.now(), PUBLISHED_AT_ONCE)? {
            if !store::publish(tx.conn, push.id, tx.now())? {
                continue; // another server was first
            }
            published += 1;
            let late = push.day < tx.today();
            let detail = json!({ "unit": push.unit_id, "day": push.day, "late": late });
            note(tx, None, "study.publish", "study_push", push.id.uuid(), detail)?;
            if !late {
                super::open_day(tx, push.unit_id, push.day)?;
                notices::tell(tx, announcement(&push, &title, summary))?;
            }
        }
        if published > 0 {
            self.changed(tx)?;
        }
        Ok(published)
    }

    /// Lets every server look at the feed's tables again once this transaction has committed.
    fn changed(&self, tx: &mut Tx) -> diesel::QueryResult<()> {
        let occasion: PushId = tx.fresh_id();
        changes::announce(tx, STUDY_TOPIC, occasion.uuid())?;
        let feed = self.feed.clone();
        tx.after_commit(move || feed.forget());
        Ok(())
    }

    /// Another server changed the feed.
    pub fn heard(&self, change: &Change) {
        if let Some(occasion) = change.subject() {
            self.feed.heard(occasion);
        }
    }

    fn insert_push(&self, tx: &mut Tx, actor: MemberId, plan: Plan) -> Outcome<PushId> {
        rules::check_day(plan.day, tx.today())?;
        let item = store::find_item(tx.conn, plan.item)?.ok_or(Refusal::NoSuchItem)?;
        if item.retired_at.is_some() {
            return Err(Refusal::ItemRetired.into());
        }
        let push = Push {
            id: tx.fresh_id(),
            item_id: plan.item,
            unit_id: plan.unit,
            day: plan.day,
            publish_at: plan.day.at(plan.time.unwrap_or(self.timetable.push_at)),
            published_at: None,
            cancelled_at: None,
            created_by: Some(actor),
            created_at: tx.now(),
        };
        if !store::insert_push(tx.conn, &push)? {
            return Err(Refusal::PushTaken.into());
        }
        let detail = json!({ "item": plan.item, "unit": plan.unit, "day": plan.day });
        note(tx, Some(actor), "study.plan_push", "study_push", push.id.uuid(), detail)?;
        self.changed(tx)?;
        Ok(push.id)
    }

    fn check_unit(&self, reach: &Reach, unit: UnitId) -> Result<(), Refusal> {
        let tree = self.directory.tree();
        let card = tree.get(unit).filter(|card| card.unit.closed_on.is_none()).ok_or(Refusal::NoSuchUnit)?;
        if reach.covers(&card.path) { Ok(()) } else { Err(Refusal::OutOfReach) }
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
    };
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
        ..item
    }
}

fn titled(tx: &mut Tx, push: Push) -> Outcome<(Push, String)> {
    let head = store::find_item_head(tx.conn, push.item_id)?.ok_or(Refusal::NoSuchItem)?;
    Ok((push, head.title))
}

fn announcement(push: &Push, title: &str, summary: String) -> NewNotice {
    NewNotice {
        to: To::Unit(push.unit_id),
        kind: NoticeKind::Published,
        title: format!("今日学习：{title}"),
        body: summary,
        link: Some(format!("/study/items/{}", push.item_id)),
    }
}

fn note(
    tx: &mut Tx,
    actor: Option<MemberId>,
    action: &str,
    subject_kind: &str,
    subject_id: uuid::Uuid,
    detail: serde_json::Value,
) -> diesel::QueryResult<()> {
    trail::note(tx, Act { actor, action, subject_kind, subject_id, detail })
}
