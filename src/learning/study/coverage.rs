//! Coverage: how many of a unit a push has reached, how many read it, and why the others did not.
//!
//! Once the push's day is final its coverage is frozen, with the roster that the day was closed with: who moves or leaves
//! later, or reads it later, changes nothing of it. What was read later is shown beside it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use diesel::QueryResult;

use super::actions::{Outcome, Study};
use super::model::{FrozenCoverage, Push, PushId, Reason};
use super::rules::Refusal;
use super::store;
use crate::base::capability::Reach;
use crate::base::id::{MemberId, UnitId};
use crate::base::person::Person;
use crate::base::time::Timestamp;
use crate::db::{Conn, DbError, Never, Stop, Tx};
use crate::kernel::closing::{Digest, Roster};
use crate::people::members;
use crate::people::members::coverage::{self, Counts, Homes, Kept, Missing, OutOfCoverage};
use crate::people::members::directory::MemberCard;
use crate::people::members::model::MemberStatus;

/// Members that one query asks about; SQLite takes a bounded number of parameters.
const CHUNK: usize = 1000;

/// How long servings are kept once the coverage that was made of them is frozen.
const KEPT_SECONDS: i64 = 7 * 86_400;

impl Kept for Reason {
    fn code(self) -> u8 {
        match self {
            Reason::NotServed => 1,
            Reason::ServedNotOpened => 2,
            Reason::OpenedNotFinished => 3,
            Reason::Away => 4,
        }
    }

    fn of(code: u8) -> Option<Self> {
        Reason::EACH.iter().copied().find(|reason| reason.code() == code)
    }
}

/// Why somebody has not read, and when he did after it was frozen.
#[derive(Clone, Copy)]
pub(super) struct Missed {
    pub reason: Reason,
    read_later: Option<Timestamp>,
}

impl From<Reason> for Missed {
    fn from(reason: Reason) -> Self {
        Missed { reason, read_later: None }
    }
}

impl Kept for Missed {
    fn code(self) -> u8 {
        self.reason.code()
    }

    fn of(code: u8) -> Option<Self> {
        Reason::of(code).map(Missed::from)
    }
}

impl Missing for Missed {
    fn is_away(self) -> bool {
        self.reason == Reason::Away
    }

    fn is_reached(self) -> bool {
        self.reason != Reason::NotServed
    }

    fn is_made_up(self) -> bool {
        self.read_later.is_some()
    }
}

pub(super) type Progress = coverage::Progress<(), Missed>;

impl From<OutOfCoverage> for Refusal {
    fn from(out: OutOfCoverage) -> Self {
        match out {
            OutOfCoverage::NoSuchUnit => Refusal::NoSuchUnit,
            OutOfCoverage::OutOfReach => Refusal::OutOfReach,
            OutOfCoverage::TooFew => Refusal::TooFew,
        }
    }
}

/// A member who has not read a push.
pub(super) struct Unread {
    pub member: Arc<MemberCard>,
    pub unit: UnitId,
    pub reason: Reason,
    /// When he read it after the coverage was frozen.
    pub read_later: Option<Timestamp>,
}

/// The coverage of one push in one unit.
pub(super) struct Coverage {
    pub push: Push,
    pub unit: UnitId,
    /// Those who read it after it was published are `done`; before whose eyes it came is who was served by the feed on the
    /// day, or opened it then or later.
    pub counts: Counts,
    /// Of each child unit.
    pub children: Vec<(UnitId, Counts)>,
    /// Child units that are left out, since they have few members and the reader sees no names.
    pub few: usize,
    /// Whether the reader sees names.
    pub named: bool,
    /// Those who have not read after the cursor, in the order of their employee numbers; one more than was asked for.
    pub missing: Vec<Unread>,
    /// Since when it is frozen.
    pub frozen_at: Option<Timestamp>,
}

impl Study {
    /// The coverage of a published push in `unit`, or in the largest part of its audience that the caller may see.
    pub(super) async fn coverage(
        &self,
        reader: &Person,
        reach: &Reach,
        id: PushId,
        unit: Option<UnitId>,
        after: Option<String>,
        limit: i64,
    ) -> Outcome<Coverage> {
        let push = self.db.read(move |conn| store::find_push(conn, id)).await?.ok_or(Refusal::NoSuchPush)?;
        let tree = self.directory.tree();
        let unit = coverage::reported(&tree, reach, push.unit_id, unit).map_err(Refusal::from)?;
        if push.published_at.is_none() {
            return Err(Refusal::NotPublished.into());
        }
        let named = coverage::names(&tree, self.presets.names_above(), reader, unit);
        let (homes, progress, frozen_at) = match self.db.read(move |conn| store::coverage::find(conn, id)).await? {
            Some(frozen) => {
                let roster = self.closings.roster(Digest::read(&frozen.roster)?).await?;
                let progress = self.progress_then(&push, unit, &frozen, &roster).await?;
                (Homes::Then(roster), progress, Some(frozen.frozen_at))
            }
            None => {
                // what this process has served a moment ago; another process may be a second behind
                self.flush().await?;
                (Homes::Now(tree), self.progress(&push, unit).await?, None)
            }
        };
        let (counts, mut children) = coverage::count(&homes, unit, &progress);
        let mut few = 0;
        if !named {
            (children, few) = coverage::without_few(counts, children).map_err(Refusal::from)?;
        }
        let progress = if named { progress } else { Vec::new() };
        let missed = |outcome: Result<(), Missed>| outcome.err();
        let missing = coverage::page(progress, missed, after.as_deref(), usize::try_from(limit + 1).unwrap_or(0));
        let unread = |(member, unit, Missed { reason, read_later })| Unread { member, unit, reason, read_later };
        let missing = missing.into_iter().map(unread).collect();
        Ok(Coverage { push, unit, counts, children, few, named, missing, frozen_at })
    }

    pub(super) async fn progress(&self, push: &Push, unit: UnitId) -> Result<Vec<Progress>, DbError> {
        let members = coverage::asked(&self.directory, unit);
        let ids: Vec<MemberId> = members.iter().map(|member| member.id).collect();
        let (pushed, today, until) = (push.clone(), self.db.today(), self.closings.final_at(push.day));
        let seen = self.db.read(move |conn| Seen::load(conn, &pushed, until, &ids)).await?;
        // the status tells of today only; other days are known from the absences
        let is_away = |member: &MemberCard| push.day == today && member.status == MemberStatus::Away;
        let progress = |member: Arc<MemberCard>| {
            let reason = seen.reason(member.id, is_away(&member));
            let missed = reason.map(Missed::from);
            Progress { unit: member.unit, outcome: missed.map_or(Ok(()), Err), member }
        };
        Ok(members.into_iter().map(progress).collect())
    }

    /// As it was when it was frozen, with what was read since beside it.
    async fn progress_then(
        &self,
        push: &Push,
        unit: UnitId,
        frozen: &FrozenCoverage,
        roster: &Arc<Roster>,
    ) -> Result<Vec<Progress>, DbError> {
        let asked = coverage::asked_then::<Reason>(&self.directory, roster, unit, &frozen.lines);
        let open: Vec<MemberId> = asked.iter().filter(|one| one.2.is_some()).map(|one| one.0.id).collect();
        // what came after the end counts as late, also where a server that was down closed the day days later
        let (item, day, since) = (push.item_id, push.day, frozen.frozen_at.min(self.closings.final_at(push.day)));
        let later = self.db.read(move |conn| {
            let mut later = HashMap::new();
            for members in open.chunks(CHUNK) {
                let read = store::coverage::list_finished_after(conn, item, day, since, members)?;
                later.extend(read.into_iter().filter_map(|(member, at)| Some((member, at?))));
            }
            Ok(later)
        });
        let later: HashMap<MemberId, Timestamp> = later.await?;
        let progress = |(member, unit, reason): (Arc<MemberCard>, UnitId, Option<Reason>)| {
            let missed = reason.map(|reason| Missed { reason, read_later: later.get(&member.id).copied() });
            Progress { unit, outcome: missed.map_or(Ok(()), Err), member }
        };
        Ok(asked.into_iter().map(progress).collect())
    }

    /// Freezes the coverage of every published push whose day is final; each once, however many servers there are.
    pub(super) async fn freeze_coverage(&self) -> Result<Option<Timestamp>, DbError> {
        let newest = self.closings.newest_final_day(self.db.now());
        while let Some(push) = self.db.read(move |conn| store::coverage::find_unfrozen(conn, newest)).await? {
            let day = push.day;
            let Some((digest, roster)) = self.closings.roster_from(day).await? else {
                return Ok(None); // the day is not closed yet; its closing says so
            };
            let until = self.closings.final_at(day);
            let lines = self.db.read(move |conn| lines_of(conn, &push, until, &roster));
            let (id, lines) = lines.await?;
            let write = self.db.write(move |tx| -> Result<(), Stop<Never>> {
                let (roster, lines) = (digest.as_bytes().to_vec(), coverage::written(lines.iter().copied()));
                let frozen = FrozenCoverage { push_id: id, roster, frozen_at: tx.now(), lines };
                Ok(store::coverage::freeze(tx.conn, &frozen)?)
            });
            write.await.map_err(DbError::from)?;
        }
        Ok(None)
    }

    /// Throws away what only the day and its coverage needed, a week after, and days that no streak looks back to.
    pub(super) async fn clear(&self) -> Result<(), DbError> {
        self.clear_servings().await?;
        self.clear_done_days().await?;
        let day = self.db.now().plus_seconds(-KEPT_SECONDS).day().previous();
        loop {
            let delete = move |tx: &mut Tx| -> Result<usize, Stop<Never>> {
                Ok(store::coverage::delete_unfinished(tx.conn, day, CHUNK.cast_signed() as i64)?)
            };
            if self.db.write(delete).await.map_err(DbError::from)? < CHUNK {
                return Ok(());
            }
        }
    }

    /// The servings of pushes whose coverage was frozen a week ago.
    async fn clear_servings(&self) -> Result<(), DbError> {
        let before = self.db.now().plus_seconds(-KEPT_SECONDS);
        let mut after = None;
        while let Some(push) = self.db.read(move |conn| store::coverage::next_served(conn, after)).await? {
            after = Some(push);
            if !self.db.read(move |conn| store::coverage::is_frozen_before(conn, push, before)).await? {
                continue;
            }
            loop {
                let delete = move |tx: &mut Tx| -> Result<usize, Stop<Never>> {
                    Ok(store::coverage::delete_servings(tx.conn, push, CHUNK.cast_signed() as i64)?)
                };
                if self.db.write(delete).await.map_err(DbError::from)? < CHUNK {
                    break;
                }
            }
        }
        Ok(())
    }
}

/// A member's number in the roster, and why he has not read; `None` when he has.
type Line = (u32, Option<Reason>);

/// The push's id, and the line of each member of its audience, by what was read until its day was final.
fn lines_of(conn: &mut Conn, push: &Push, until: Timestamp, roster: &Roster) -> QueryResult<(PushId, Vec<Line>)> {
    let belongs = roster.belongs_to(push.unit_id);
    let audience: Vec<MemberId> = roster.each().map(|then| then.id).filter(|id| belongs(*id)).collect();
    let seen = Seen::load(conn, push, until, &audience)?;
    let line = |member: &MemberId| Some((roster.find(*member)?.0, seen.reason(*member, false)));
    Ok((push.id, audience.iter().filter_map(line).collect()))
}

/// What the database knows of a push and some members.
#[derive(Default)]
struct Seen {
    served: HashSet<MemberId>,
    /// Whether who opened it has finished it.
    opened: HashMap<MemberId, bool>,
    away: HashSet<MemberId>,
}

impl Seen {
    fn load(conn: &mut Conn, push: &Push, until: Timestamp, members: &[MemberId]) -> QueryResult<Seen> {
        let mut seen =
            Seen { away: members::store::list_away_on(conn, push.day)?.into_iter().collect(), ..Seen::default() };
        for members in members.chunks(CHUNK) {
            seen.served.extend(store::readings::list_served(conn, push.id, members)?);
            // a reading that was opened before midnight may be finished after an early push
            let days = (push.day.previous(), until.day().max(push.day));
            for (member, day, finished_at) in store::readings::list_opened(conn, push.item_id, days, members)? {
                let is_read = finished_at.is_some_and(|at| Some(at) >= push.published_at && at < until);
                if is_read || day >= push.day {
                    *seen.opened.entry(member).or_default() |= is_read;
                }
            }
        }
        Ok(seen)
    }

    fn reason(&self, member: MemberId, is_away_today: bool) -> Option<Reason> {
        let is_away = self.away.contains(&member) || is_away_today;
        match self.opened.get(&member) {
            Some(true) => None,
            _ if is_away => Some(Reason::Away),
            Some(false) => Some(Reason::OpenedNotFinished),
            None if self.served.contains(&member) => Some(Reason::ServedNotOpened),
            None => Some(Reason::NotServed),
        }
    }
}
