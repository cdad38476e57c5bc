//! Coverage of a day's paper: how many of a unit answered it, who did, and why the others did not.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::Quiz;
use super::model::{Answered, Paper, Unanswered};
use super::rules::{self, Refusal};
use super::store;
use crate::base::capability::Reach;
use crate::base::id::{MemberId, UnitId};
use crate::base::person::Person;
use crate::base::time::Day;
use crate::db::{Conn, Stop};
use crate::people::members;
use crate::people::members::coverage::{self, Counts, Missing, OutOfCoverage};
use crate::people::members::directory::MemberCard;
use crate::people::members::model::MemberStatus;

type Outcome<T> = Result<T, Stop<Refusal>>;

/// Members that one query asks about; SQLite takes a bounded number of parameters.
const CHUNK: usize = 1000;

impl Missing for Unanswered {
    fn is_away(self) -> bool {
        self == Unanswered::Away
    }

    fn is_reached(self) -> bool {
        self != Unanswered::NotOpened
    }
}

impl From<OutOfCoverage> for Refusal {
    fn from(out: OutOfCoverage) -> Self {
        match out {
            OutOfCoverage::NoSuchUnit | OutOfCoverage::OutOfReach => Refusal::OutOfReach,
            OutOfCoverage::TooFew => Refusal::TooFew,
        }
    }
}

/// Of whom a page of names is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Listing {
    Answered,
    Missing,
}

/// The coverage of one day's paper in one unit.
pub(super) struct Coverage {
    pub unit: UnitId,
    pub counts: Counts,
    /// Of each child unit.
    pub children: Vec<(UnitId, Counts)>,
    /// Child units that are left out, since they have few members and the reader sees no names.
    pub few: usize,
    /// Whether the reader sees names.
    pub named: bool,
    /// Those who were asked for, after the cursor, in the order of their employee numbers; one more than was asked for.
    pub people: Vec<(Arc<MemberCard>, Result<Answered, Unanswered>)>,
}

impl Quiz {
    /// How a day's published papers fared in `unit`, or in the largest part of the enterprise that the caller may see. Each
    /// member is asked by the paper of the nearest unit above him that has one.
    pub(super) async fn coverage(
        &self,
        (reader, reach): (&Person, &Reach),
        day: Day,
        unit: Option<UnitId>,
        listing: Listing,
        (after, limit): (Option<String>, i64),
    ) -> Outcome<Coverage> {
        let tree = self.directory.tree();
        let top = tree.root().ok_or(Refusal::OutOfReach)?;
        let unit = coverage::reported(&tree, reach, top, unit).map_err(Refusal::from)?;
        let papers = self.db.read(move |conn| store::list_published(conn, day)).await?;
        if papers.is_empty() {
            return Err(Refusal::NoPaper.into());
        }
        let is_asked = |member: &Arc<MemberCard>| {
            let path = tree.get(member.unit).map(|card| card.path.clone()).unwrap_or_else(|| Arc::from([]));
            rules::nearest(&papers, |paper| paper.unit_id, &path).is_some()
        };
        let mut members = coverage::asked(&self.directory, unit);
        members.retain(is_asked);
        let ids: Vec<MemberId> = members.iter().map(|member| member.id).collect();
        let (papers, today): (Arc<[Paper]>, Day) = (papers.into(), self.db.today());
        let seen = self.db.read(move |conn| Seen::load(conn, day, &papers, &ids)).await?;
        let progress: Vec<_> = members
            .into_iter()
            .map(|member| coverage::Progress { outcome: seen.outcome(&member, day, today), member })
            .collect();
        let (counts, mut children) = coverage::count(&tree, unit, &progress);
        let named = coverage::names(&tree, self.presets.names_above(), reader, unit);
        let mut few = 0;
        if !named {
            (children, few) = coverage::without_few(counts, children).map_err(Refusal::from)?;
        }
        let progress = if named { progress } else { Vec::new() };
        let wanted = |outcome: Result<Answered, Unanswered>| match listing {
            Listing::Answered => outcome.is_ok().then_some(outcome),
            Listing::Missing => outcome.is_err().then_some(outcome),
        };
        let limit = usize::try_from(limit + 1).unwrap_or(0);
        let people = coverage::page(progress, wanted, after.as_deref(), limit);
        Ok(Coverage { unit, counts, children, few, named, people })
    }
}

/// What the database knows of a day's papers and some members.
#[derive(Default)]
struct Seen {
    answered: HashMap<MemberId, Answered>,
    opened: HashSet<MemberId>,
    away: HashSet<MemberId>,
}

impl Seen {
    fn load(conn: &mut Conn, day: Day, papers: &[Paper], members: &[MemberId]) -> diesel::QueryResult<Seen> {
        let away = members::store::list_away_on(conn, day)?.into_iter().collect();
        let mut seen = Seen { away, ..Seen::default() };
        for members in members.chunks(CHUNK) {
            seen.answered.extend(store::list_answered(conn, day, members)?);
            for paper in papers {
                seen.opened.extend(store::list_fetched(conn, paper.id, members)?);
            }
        }
        Ok(seen)
    }

    fn outcome(&self, member: &MemberCard, day: Day, today: Day) -> Result<Answered, Unanswered> {
        if let Some(answered) = self.answered.get(&member.id) {
            return Ok(*answered);
        }
        // the status tells of today only; other days are known from the absences
        let is_away = self.away.contains(&member.id) || (day == today && member.status == MemberStatus::Away);
        Err(match self.opened.contains(&member.id) {
            _ if is_away => Unanswered::Away,
            true => Unanswered::Opened,
            false => Unanswered::NotOpened,
        })
    }
}
