//! Planning pushes, and publishing them when their time has come.

use chrono::NaiveTime;
use serde_json::json;

use super::actions::{Outcome, Study, note};
use super::model::{ItemId, Place, Push, PushFilter, PushId};
use super::rules::{self, Refusal};
use super::store;
use crate::base::capability::Reach;
use crate::base::id::{MemberId, UnitId};
use crate::base::idempotency::IdempotencyKey;
use crate::base::time::{Day, Timestamp, off_the_half_hour};
use crate::db::{DbError, Never, Stop, Tx};
use crate::ground::notices::{self, NewNotice, NoticeKind, To};
use crate::kernel::{agenda, idempotency};

/// Pushes published by one transaction.
const PUBLISHED_AT_ONCE: i64 = 50;

/// A push as its planner sends it.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub item: ItemId,
    pub unit: UnitId,
    pub day: Day,
    /// On the wall clock, some minutes later on the hour and the half hour; the timetable's when absent.
    pub time: Option<NaiveTime>,
}

impl Study {
    /// Plans a push, within the planner's reach.
    pub async fn plan(
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
        let covered = self.directory.tree().is_within(reach, push.unit_id);
        if !covered {
            return Err(Refusal::OutOfReach.into());
        }
        let item = push.item_id;
        let head = self.db.read(move |conn| store::find_item_head(conn, item)).await?;
        Ok((push, head.map(|head| head.title).unwrap_or_default()))
    }

    /// The pushes within reach that a planner asks for.
    pub(super) async fn list_pushes(
        &self,
        reach: &Reach,
        filter: PushFilter,
        after: Option<Place>,
        limit: i64,
    ) -> Outcome<Vec<(Push, String)>> {
        rules::check_span(filter.from, filter.until)?;
        let tree = self.directory.tree();
        let units: Vec<UnitId> = tree.each().filter(|card| reach.covers(&card.path)).map(|card| card.unit.id).collect();
        Ok(self.db.read(move |conn| store::list_pushes(conn, &units, &filter, after, limit)).await?)
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

    /// When the next push is due.
    pub(super) async fn next_due(&self) -> Result<Option<Timestamp>, DbError> {
        self.db.read(store::next_due).await
    }

    /// Publishes today's pushes at once, whatever their hour; for the demo.
    pub async fn publish_today(&self) -> Result<usize, DbError> {
        self.db
            .write(|tx| -> Result<(), Stop<Never>> { Ok(store::bring_forward(tx.conn, tx.today(), tx.now())?) })
            .await?;
        self.publish_due().await
    }

    /// Whether the unit has its push of that day.
    pub async fn has_push(&self, unit: UnitId, day: Day) -> Result<bool, DbError> {
        self.db.read(move |conn| store::has_push(conn, unit, day)).await
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
                super::open_day(tx, &self.timetable.calendar, push.unit_id, push.day)?;
                let notice = notices::announce(tx, announcement(&push, &title, summary))?;
                store::put_notice(tx.conn, push.id, notice)?;
            }
        }
        if published > 0 {
            self.changed(tx)?;
        }
        Ok(published)
    }

    fn insert_push(&self, tx: &mut Tx, actor: MemberId, plan: Plan) -> Outcome<PushId> {
        rules::check_day(plan.day, tx.today())?;
        let item = store::find_item(tx.conn, plan.item)?.ok_or(Refusal::NoSuchItem)?;
        if item.retired_at.is_some() {
            return Err(Refusal::ItemRetired.into());
        }
        let lot = format!("{} {}", plan.unit, plan.day);
        let time = plan.time.map_or_else(|| self.timetable.push_at(), |time| off_the_half_hour(time, lot.as_bytes()));
        let push = Push {
            id: tx.fresh_id(),
            item_id: plan.item,
            unit_id: plan.unit,
            day: plan.day,
            publish_at: plan.day.at(time),
            published_at: None,
            cancelled_at: None,
            created_by: Some(actor),
            created_at: tx.now(),
        };
        if !store::insert_push(tx.conn, &push)? {
            return Err(Refusal::PushTaken.into());
        }
        agenda::put(tx, super::PUSHES, push.id.uuid(), push.publish_at)?;
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

fn titled(tx: &mut Tx, push: Push) -> Outcome<(Push, String)> {
    let head = store::find_item_head(tx.conn, push.item_id)?.ok_or(Refusal::NoSuchItem)?;
    Ok((push, head.title))
}

fn announcement(push: &Push, title: &str, summary: String) -> NewNotice {
    NewNotice {
        to: To::Unit(push.unit_id),
        kind: NoticeKind::STUDY,
        title: format!("今日学习：{title}"),
        body: summary,
        link: Some(format!("/study/items/{}", push.item_id)),
    }
}
