//! Coverage: how many of a unit a push has reached, how many read it, and why the others did not.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::actions::{Outcome, Study};
use super::model::{Push, PushId, Reason};
use super::rules::Refusal;
use super::store;
use crate::base::capability::Reach;
use crate::base::id::{MemberId, UnitId};
use crate::base::time::Day;
use crate::db::{Conn, DbError};
use crate::people::members;
use crate::people::members::directory::{MemberCard, UnitTree};
use crate::people::members::model::MemberStatus;

/// Members that one query asks about; SQLite takes a bounded number of parameters.
const CHUNK: usize = 1000;

/// The numbers of one unit with everything below it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Numbers {
    /// Those who could be expected to read: not gone, not away on the day.
    pub members: u32,
    /// Served by the feed on the day, or opened then or later.
    pub reached: u32,
    /// Finished it after it was published.
    pub read: u32,
    /// Not counted in `members`.
    pub away: u32,
}

impl Numbers {
    fn count(&mut self, progress: &Progress) {
        if progress.reason == Some(Reason::Away) {
            self.away += 1;
            return;
        }
        self.members += 1;
        self.reached += u32::from(progress.reason != Some(Reason::NotServed));
        self.read += u32::from(progress.reason.is_none());
    }

    /// The part that has read, in hundredths of a percent, rounded half up; `None` when nobody was expected to.
    pub fn share(&self) -> Option<u32> {
        (self.members > 0).then(|| (self.read * 20_000 + self.members) / (self.members * 2))
    }
}

/// A member, and why he has not read; `None` when he has.
struct Progress {
    member: Arc<MemberCard>,
    reason: Option<Reason>,
}

/// The coverage of one push in one unit.
pub(super) struct Coverage {
    pub push: Push,
    pub unit: UnitId,
    pub numbers: Numbers,
    /// Of each child unit.
    pub children: Vec<(UnitId, Numbers)>,
    /// Those who have not read after the cursor, in the order of their employee numbers; one more than was asked for.
    pub missing: Vec<(Arc<MemberCard>, Reason)>,
}

impl Study {
    /// The coverage of a published push in `unit`, or in the largest part of its audience that the caller may see.
    pub(super) async fn coverage(
        &self,
        reach: &Reach,
        id: PushId,
        unit: Option<UnitId>,
        after: Option<String>,
        limit: i64,
    ) -> Outcome<Coverage> {
        let push = self.db.read(move |conn| store::find_push(conn, id)).await?.ok_or(Refusal::NoSuchPush)?;
        let tree = self.directory.tree();
        let unit = audience(&tree, reach, push.unit_id, unit)?;
        if push.published_at.is_none() {
            return Err(Refusal::NotPublished.into());
        }
        // what this process has served a moment ago; another process may be a second behind
        self.flush().await?;
        let progress = self.progress(&push, unit).await?;
        let (numbers, children) = count(&tree, unit, &progress);
        let missing = missing(progress, after.as_deref(), usize::try_from(limit + 1).unwrap_or(0));
        Ok(Coverage { push, unit, numbers, children, missing })
    }

    async fn progress(&self, push: &Push, unit: UnitId) -> Result<Vec<Progress>, DbError> {
        let mut members = self.directory.members_below(unit);
        members.retain(|member| member.status != MemberStatus::Left);
        let ids: Vec<MemberId> = members.iter().map(|member| member.id).collect();
        let (pushed, today) = (push.clone(), self.db.today());
        let seen = self.db.read(move |conn| Seen::load(conn, &pushed, &ids)).await?;
        let progress = |member: Arc<MemberCard>| Progress { reason: seen.reason(&member, push.day, today), member };
        Ok(members.into_iter().map(progress).collect())
    }
}

/// The unit to report on: it lies within the push's audience and within the caller's reach.
fn audience(tree: &UnitTree, reach: &Reach, pushed_to: UnitId, unit: Option<UnitId>) -> Result<UnitId, Refusal> {
    let is_below = |unit: UnitId| tree.get(unit).is_some_and(|card| card.path.contains(&pushed_to));
    let is_reached = |unit: UnitId| tree.get(unit).is_some_and(|card| reach.covers(&card.path));
    match (unit, reach) {
        (Some(unit), _) if !is_below(unit) => Err(Refusal::NoSuchUnit),
        (Some(unit), _) if is_reached(unit) => Ok(unit),
        (None, _) if is_reached(pushed_to) => Ok(pushed_to),
        (None, Reach::Below(units)) => units.iter().copied().find(|unit| is_below(*unit)).ok_or(Refusal::OutOfReach),
        _ => Err(Refusal::OutOfReach),
    }
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
    fn load(conn: &mut Conn, push: &Push, members: &[MemberId]) -> diesel::QueryResult<Seen> {
        let mut seen =
            Seen { away: members::store::list_away_on(conn, push.day)?.into_iter().collect(), ..Seen::default() };
        for members in members.chunks(CHUNK) {
            seen.served.extend(store::readings::list_served(conn, push.id, members)?);
            // a reading that was opened before midnight may be finished after an early push
            for (member, day, finished_at) in
                store::readings::list_opened(conn, push.item_id, push.day.previous(), members)?
            {
                let is_read = finished_at.is_some() && finished_at >= push.published_at;
                if is_read || day >= push.day {
                    *seen.opened.entry(member).or_default() |= is_read;
                }
            }
        }
        Ok(seen)
    }

    fn reason(&self, member: &MemberCard, day: Day, today: Day) -> Option<Reason> {
        // the status tells of today only; other days are known from the absences
        let is_away = self.away.contains(&member.id) || (day == today && member.status == MemberStatus::Away);
        match self.opened.get(&member.id) {
            Some(true) => None,
            _ if is_away => Some(Reason::Away),
            Some(false) => Some(Reason::OpenedNotFinished),
            None if self.served.contains(&member.id) => Some(Reason::ServedNotOpened),
            None => Some(Reason::NotServed),
        }
    }
}

fn count(tree: &UnitTree, unit: UnitId, progress: &[Progress]) -> (Numbers, Vec<(UnitId, Numbers)>) {
    let children = tree.get(unit).map(|card| card.children.clone()).unwrap_or_default();
    let mut numbers = Numbers::default();
    let mut of_children: HashMap<UnitId, Numbers> = HashMap::new();
    for one in progress {
        numbers.count(one);
        let path = tree.get(one.member.unit).map(|card| card.path.clone());
        if let Some(child) = path.iter().flat_map(|path| path.iter()).find(|id| children.contains(id)) {
            of_children.entry(*child).or_default().count(one);
        }
    }
    (numbers, children.into_iter().map(|child| (child, of_children.remove(&child).unwrap_or_default())).collect())
}

fn missing(progress: Vec<Progress>, after: Option<&str>, limit: usize) -> Vec<(Arc<MemberCard>, Reason)> {
    let mut missing: Vec<(Arc<MemberCard>, Reason)> =
        progress.into_iter().filter_map(|one| Some((one.member, one.reason?))).collect();
    missing.retain(|(member, _)| after.is_none_or(|after| &*member.employee_no > after));
    missing.sort_unstable_by(|(a, _), (b, _)| a.employee_no.cmp(&b.employee_no));
    missing.truncate(limit);
    missing
}
