//! Opening, finishing, streaks and study hours.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::actions::{Outcome, Study};
use super::model::{Item, ItemHead, ItemId, Reading, ReadingId};
use super::rules::streak::{Days, LOOK_BACK_DAYS, Streak, kept_from, may_break, streak};
use super::rules::{self, Refusal};
use super::store;
use crate::base::id::{MemberId, UnitId};
use crate::base::text::in_title_marks;
use crate::base::time::{Day, Timestamp};
use crate::db::{Conn, DbError, Never, Stop, Tx};
use crate::honour::points::{Grant, RuleName};
use crate::people::members::{self, Stay};

/// The part of the look-back that is looked at first; most streaks are shorter.
const USUAL_DAYS: u64 = 31;

/// Members whose old days are looked for by one query, and those whose old days go in one transaction: a month of each.
const MEMBERS_AT_ONCE: usize = 1000;
const CLEARED_AT_ONCE: usize = 50;

/// A reading as it stands at some instant.
pub(super) struct Opened {
    pub reading: Reading,
    pub seconds_needed: i32,
    pub seconds_read: i64,
    /// Whether it was opened just now, for the first time.
    pub is_new: bool,
}

/// What finishing gave.
pub(super) struct Finished {
    pub points: i32,
    pub streak: u32,
}

/// What was read on a day.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct DayHours {
    pub seconds: i64,
    pub items_finished: u32,
}

impl Study {
    /// An item that was pushed to the member; anyone who reads content sees every item.
    pub(super) async fn find_item(
        &self,
        member: MemberId,
        path: &Arc<[UnitId]>,
        reads_all: bool,
        id: ItemId,
    ) -> Outcome<Item> {
        if !reads_all && !self.is_open_to(member, path, id, self.open_from()).await? {
            return Err(Refusal::NoSuchItem.into());
        }
        Ok(self.db.read(move |conn| store::find_item(conn, id)).await?.ok_or(Refusal::NoSuchItem)?)
    }

    /// Whether the item was pushed to a unit of `path`, or the member has begun to read it on `first` or later: who has
    /// moved since reads it to its end.
    async fn is_open_to(
        &self,
        member: MemberId,
        path: &Arc<[UnitId]>,
        item: ItemId,
        first: Day,
    ) -> Result<bool, DbError> {
        if self.feed.shows(path, item).await? {
            return Ok(true);
        }
        self.db.read(move |conn| store::readings::has_opened_since(conn, member, item, first)).await
    }

    /// Lets the member's time on the item run; another item's time stops.
    pub(super) async fn open(&self, member: MemberId, path: &Arc<[UnitId]>, item: ItemId) -> Outcome<Opened> {
        if !self.is_open_to(member, path, item, self.db.today()).await? {
            return Err(Refusal::NoSuchItem.into());
        }
        self.db.write(move |tx| open(tx, member, item)).await
    }

    /// The member's own reading as it stands.
    pub(super) async fn find_reading(&self, member: MemberId, id: ReadingId) -> Outcome<Opened> {
        let now = self.db.now();
        let found = self
            .db
            .read(move |conn| {
                let Some(reading) = store::readings::find_reading(conn, member, id)? else { return Ok(None) };
                Ok(store::find_item_head(conn, reading.item_id)?.map(|head| (reading, head)))
            })
            .await?;
        let (reading, head) = found.ok_or(Refusal::NoSuchReading)?;
        Ok(Opened {
            seconds_needed: rules::seconds_needed(&reading, head.minimum_seconds),
            seconds_read: rules::seconds_read(&reading, now),
            reading,
            is_new: false,
        })
    }

    /// Finishes a reading whose time is up; a second time gives what the first gave.
    pub(super) async fn finish(&self, member: MemberId, path: &Arc<[UnitId]>, id: ReadingId) -> Outcome<Finished> {
        let (study, home) = (self.clone(), path.clone());
        let points = self.db.write_about(member, move |tx| study.finish_reading(tx, member, &home, id)).await?;
        Ok(Finished { points, streak: self.current_streak(member, path).await? })
    }

    fn finish_reading(&self, tx: &mut Tx, member: MemberId, path: &[UnitId], id: ReadingId) -> Outcome<i32> {
        tx.take_turn(member)?;
        let reading = store::readings::find_reading(tx.conn, member, id)?.ok_or(Refusal::NoSuchReading)?;
        if reading.finished_at.is_some() {
            return Ok(reading.points);
        }
        let head = store::find_item_head(tx.conn, reading.item_id)?.ok_or(Refusal::NoSuchReading)?;
        let seconds_needed = rules::seconds_needed(&reading, head.minimum_seconds);
        rules::check_finish(&reading, seconds_needed, tx.now(), self.timetable.grace.open_from(tx.now()))?;
        let points = self.award(tx, path, &reading, &head)?;
        let finished = Reading { points, ..rules::finished(&reading, head.minimum_seconds, tx.now()) };
        store::readings::update_reading(tx.conn, &finished)?;
        super::mark_day(tx, member, reading.day)?;
        Ok(points)
    }

    /// Points for the first reading of an item; an item earns once, whenever it is read again.
    fn award(&self, tx: &mut Tx, path: &[UnitId], reading: &Reading, head: &ItemHead) -> diesel::QueryResult<i32> {
        if store::readings::has_finished(tx.conn, reading.member_id, reading.item_id)? {
            return Ok(0);
        }
        let grant = Grant {
            rule: RuleName::STUDY_READ,
            member: reading.member_id,
            path,
            times: 1,
            day: reading.day,
            source_kind: "study_item",
            source_id: reading.item_id.uuid(),
            reason: &format!("完成学习{}", in_title_marks(&head.title)),
        };
        self.points.award(tx, &grant)
    }

    /// The member's streak with the longest one of the look-back.
    pub(super) async fn streak(&self, member: MemberId, path: &Arc<[UnitId]>) -> Result<Streak, DbError> {
        let days = self.days(member, path, LOOK_BACK_DAYS).await?;
        Ok(streak(&days, self.db.today(), self.open_from()))
    }

    /// The length of the streak; looks no further back than it must.
    async fn current_streak(&self, member: MemberId, path: &Arc<[UnitId]>) -> Result<u32, DbError> {
        let usual = self.days(member, path, USUAL_DAYS).await?;
        if usual.breaks(self.open_from()) {
            return Ok(streak(&usual, self.db.today(), self.open_from()).current);
        }
        Ok(self.streak(member, path).await?.current)
    }

    async fn days(&self, member: MemberId, path: &Arc<[UnitId]>, look_back: u64) -> Result<Days, DbError> {
        let (study, path, from) = (self.clone(), path.clone(), self.db.today().minus_days(look_back));
        self.db.read(move |conn| study.load_days(conn, member, &path, from)).await
    }

    /// The first day that can still be done: today, or one whose grace is not over.
    pub(super) fn open_from(&self) -> Day {
        self.timetable.grace.open_from(self.db.now())
    }

    /// What the streak of a member, at home at `path` today, is made of from `from` on.
    pub(super) fn load_days(
        &self,
        conn: &mut Conn,
        member: MemberId,
        path: &[UnitId],
        from: Day,
    ) -> diesel::QueryResult<Days> {
        let tree = self.directory.tree();
        let stays = match path.first() {
            Some(home) => members::stays_of(conn, &tree, (member, *home), from)?,
            None => Vec::new(),
        };
        let absences = members::store::list_absences(conn, member)?;
        Ok(Days {
            done: store::readings::list_done_days(conn, member, from)?.into_iter().collect(),
            open: self.open_days_of(conn, &stays)?,
            away: absences.into_iter().map(|absence| (absence.from_on, absence.to_on)).collect(),
        })
    }

    /// The days on which there was something to do, in time, for anyone who stayed there.
    pub(super) fn open_days_of(&self, conn: &mut Conn, stays: &[Stay]) -> diesel::QueryResult<BTreeSet<Day>> {
        let mut open = BTreeSet::new();
        for stay in stays.iter().filter(|stay| !stay.path.is_empty()) {
            let found = store::list_open_days(conn, &stay.path, (stay.first, stay.last))?;
            let in_time = |(day, opened_at): &(Day, Timestamp)| {
                may_break(self.timetable.uptime.seconds_up((*opened_at).max(day.start()), day.next().start()))
            };
            open.extend(found.iter().filter(|found| in_time(found)).map(|(day, _)| *day));
        }
        Ok(open)
    }

    /// Throws away the days from before those that a streak can look back to. There are some of each member once a month;
    /// where there are none, that is found out member by member by the key of the table.
    pub(super) async fn clear_done_days(&self) -> Result<(), DbError> {
        let (before, mut members) = (kept_from(self.db.today()), Vec::new());
        self.directory.each_member(|member, _| members.push(member.id));
        for members in members.chunks(MEMBERS_AT_ONCE) {
            let asked = members.to_vec();
            let old = self.db.read(move |conn| store::readings::list_with_days_before(conn, &asked, before)).await?;
            for old in old.chunks(CLEARED_AT_ONCE) {
                let old = old.to_vec();
                let delete = move |tx: &mut Tx| -> Result<(), Stop<Never>> {
                    Ok(store::readings::delete_days_before(tx.conn, &old, before)?)
                };
                self.db.write(delete).await.map_err(DbError::from)?;
            }
        }
        Ok(())
    }

    /// What the member has finished of what he opened between two days, both included; other days are left out.
    pub(super) async fn hours(&self, member: MemberId, from: Day, to: Day) -> Result<BTreeMap<Day, DayHours>, DbError> {
        let readings = self.db.read(move |conn| store::readings::list_finished(conn, member, from, to)).await?;
        let mut days: BTreeMap<Day, DayHours> = BTreeMap::new();
        for reading in &readings {
            let day = days.entry(reading.day).or_default();
            day.seconds += reading.read_micros / 1_000_000;
            day.items_finished += 1;
        }
        Ok(days)
    }
}

fn open(tx: &mut Tx, member: MemberId, item: ItemId) -> Outcome<Opened> {
    tx.take_turn(member)?;
    let head = store::find_item_head(tx.conn, item)?.ok_or(Refusal::NoSuchItem)?;
    let (now, today) = (tx.now(), tx.today());
    let found = store::readings::find_reading_of(tx.conn, member, item, today)?;
    let is_new = found.is_none();
    let mut reading = found.unwrap_or_else(|| Reading {
        id: tx.fresh_id(),
        member_id: member,
        item_id: item,
        day: today,
        opened_at: now,
        running_since: None,
        read_micros: 0,
        finished_at: None,
        points: 0,
        minimum_seconds: head.minimum_seconds,
    });
    pause_others(tx, member, reading.id)?;
    if reading.finished_at.is_none() && reading.running_since.is_none() {
        reading.running_since = Some(now);
        match is_new {
            true => store::readings::insert_reading(tx.conn, &reading)?,
            false => store::readings::update_reading(tx.conn, &reading)?,
        }
    }
    let seconds_read = rules::seconds_read(&reading, now);
    let seconds_needed = rules::seconds_needed(&reading, head.minimum_seconds);
    Ok(Opened { reading, seconds_needed, seconds_read, is_new })
}

/// One reading runs at a time.
fn pause_others(tx: &mut Tx, member: MemberId, spared: ReadingId) -> diesel::QueryResult<()> {
    match store::readings::find_running(tx.conn, member)?.filter(|running| running.id != spared) {
        Some(running) => store::readings::update_reading(tx.conn, &rules::paused(&running, tx.now())),
        None => Ok(()),
    }
}
