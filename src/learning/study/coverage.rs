//! Coverage: how many of a unit a push has reached, how many read it, and why the others did not.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::actions::{Outcome, Study};
use super::model::{Push, PushId, Reason};
use super::rules::Refusal;
use super::store;
use crate::base::capability::Reach;
use crate::base::id::{MemberId, UnitId};
use crate::base::person::Person;
use crate::base::time::Day;
use crate::db::{Conn, DbError};
use crate::people::members;
use crate::people::members::coverage::{self, Counts, Missing, OutOfCoverage};
use crate::people::members::directory::MemberCard;
use crate::people::members::model::MemberStatus;

/// Members that one query asks about; SQLite takes a bounded number of parameters.
const CHUNK: usize = 1000;

impl Missing for Reason {
    fn is_away(self) -> bool {
        self == Reason::Away
    }

    fn is_reached(self) -> bool {
        self != Reason::NotServed
    }
}

impl From<OutOfCoverage> for Refusal {
    fn from(out: OutOfCoverage) -> Self {
        match out {
            OutOfCoverage::NoSuchUnit => Refusal::NoSuchUnit,
            OutOfCoverage::OutOfReach => Refusal::OutOfReach,
            OutOfCoverage::TooFew => Refusal::TooFew,
        }
    }
}

/// A member who has read, or why he has not.
type Progress = coverage::Progress<(), Reason>;

/// The coverage of one push in one unit.
pub(super) struct Coverage {
    pub push: Push,
    pub unit: UnitId,
    pub counts: Counts,
    /// Of each child unit.
    pub children: Vec<(UnitId, Counts)>,
    /// Child units that are left out, since they have few members and the reader sees no names.
    pub few: usize,
    /// Whether the reader sees names.
    pub named: bool,
    /// Those who have not read after the cursor, in the order of their employee numbers; one more than was asked for.
    pub missing: Vec<(Arc<MemberCard>, Reason)>,
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
        // what this process has served a moment ago; another process may be a second behind
        self.flush().await?;
        let progress = self.progress(&push, unit).await?;
        let (counts, mut children) = coverage::count(&tree, unit, &progress);
        let named = coverage::names(&tree, self.presets.names_above(), reader, unit);
        let mut few = 0;
        if !named {
            (children, few) = coverage::without_few(counts, children).map_err(Refusal::from)?;
        }
        let progress = if named { progress } else { Vec::new() };
        let limit = usize::try_from(limit + 1).unwrap_or(0);
        let missing = coverage::page(progress, Result::err, after.as_deref(), limit);
        Ok(Coverage { push, unit, counts, children, few, named, missing })
    }

    async fn progress(&self, push: &Push, unit: UnitId) -> Result<Vec<Progress>, DbError> {
        let members = coverage::asked(&self.directory, unit);
        let ids: Vec<MemberId> = members.iter().map(|member| member.id).collect();
        let (pushed, today) = (push.clone(), self.db.today());
        let seen = self.db.read(move |conn| Seen::load(conn, &pushed, &ids)).await?;
        let progress = |member: Arc<MemberCard>| {
            let missing = seen.reason(&member, push.day, today);
            Progress { outcome: missing.map_or(Ok(()), Err), member }
        };
        Ok(members.into_iter().map(progress).collect())
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
            for (member, finished) in store::readings::list_opened(conn, push.item_id, push.day, members)? {
                *seen.opened.entry(member).or_default() |= finished;
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
