//! Coverage of a day's paper: how many of a unit answered it, who did, and why the others did not.
//!
//! Once the day is final its coverage is frozen, with the roster that the day was closed with: nothing can be handed in for
//! it any more, and who moves or leaves later changes nothing of it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::Quiz;
use super::model::{Answered, FrozenCoverage, Paper, Unanswered};
use super::rules::{self, Refusal};
use super::store;
use crate::base::capability::Reach;
use crate::base::id::{MemberId, UnitId};
use crate::base::person::Person;
use crate::base::time::{Day, Timestamp};
use crate::db::{Conn, DbError, Never, Stop};
use crate::kernel::closing::{Digest, Presence, Roster};
use crate::people::members;
use crate::people::members::coverage::{self, Counts, Homes, Kept, Missing, OutOfCoverage};
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

impl Kept for Unanswered {
    fn code(self) -> u8 {
        match self {
            Unanswered::NotOpened => 1,
            Unanswered::Opened => 2,
            Unanswered::Away => 3,
        }
    }

    fn of(code: u8) -> Option<Self> {
        Unanswered::EACH.iter().copied().find(|reason| reason.code() == code)
    }
}

/// What somebody has handed in, or why not.
type Answer = Result<Option<Answered>, Unanswered>;
type Progress = coverage::Progress<Option<Answered>, Unanswered>;

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
    /// Those who were asked for, after the cursor, each with the home of that time, in the order of their employee numbers;
    /// one more than was asked for.
    pub people: Vec<(Arc<MemberCard>, UnitId, Answer)>,
    /// Since when it is frozen.
    pub frozen_at: Option<Timestamp>,
}

impl Quiz {
    /// How a day's papers fared in `unit`, or in the largest part of the enterprise that the caller may see. Each member is
    /// asked by the paper of the nearest unit above him that has one; what came out after its day asks nobody.
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
        let papers = self.db.read(move |conn| store::list_out_on(conn, day)).await?;
        if papers.is_empty() {
            return Err(Refusal::NoPaper.into());
        }
        let named = coverage::names(&tree, self.presets.names_above(), reader, unit);
        let (homes, progress, frozen_at) = match self.db.read(move |conn| store::coverage::find(conn, day)).await? {
            Some(frozen) => {
                let roster = self.closings.roster(Digest::read(&frozen.roster)?).await?;
                let progress = self.progress_then(unit, &frozen, &roster).await?;
                (Homes::Then(roster), progress, Some(frozen.frozen_at))
            }
            None => {
                let homes = Homes::Now(tree);
                let progress = self.progress(&homes, unit, day, papers).await?;
                (homes, progress, None)
            }
        };
        let (counts, mut children) = coverage::count(&homes, unit, &progress);
        let mut few = 0;
        if !named {
            (children, few) = coverage::without_few(counts, children).map_err(Refusal::from)?;
        }
        let progress = if named { progress } else { Vec::new() };
        let wanted = |outcome: Answer| match listing {
            Listing::Answered => outcome.is_ok().then_some(outcome),
            Listing::Missing => outcome.is_err().then_some(outcome),
        };
        let people = coverage::page(progress, wanted, after.as_deref(), usize::try_from(limit + 1).unwrap_or(0));
        Ok(Coverage { unit, counts, children, few, named, people, frozen_at })
    }

    async fn progress(
        &self,
        homes: &Homes,
        unit: UnitId,
        day: Day,
        papers: Vec<Paper>,
    ) -> Result<Vec<Progress>, DbError> {
        let mut members = coverage::asked(&self.directory, unit);
        members.retain(|member| is_asked(&papers, &homes.path(member.unit)));
        let ids: Vec<MemberId> = members.iter().map(|member| member.id).collect();
        let today = self.db.today();
        let seen = self.db.read(move |conn| Seen::load(conn, day, &papers, &ids)).await?;
        let progress = |member: Arc<MemberCard>| {
            // the status tells of today only; other days are known from the absences
            let is_away = day == today && member.status == MemberStatus::Away;
            Progress { unit: member.unit, outcome: seen.outcome(member.id, is_away), member }
        };
        Ok(members.into_iter().map(progress).collect())
    }

    /// As it was when it was frozen; when something was handed in is what the submissions say, which do not change.
    async fn progress_then(
        &self,
        unit: UnitId,
        frozen: &FrozenCoverage,
        roster: &Roster,
    ) -> Result<Vec<Progress>, DbError> {
        let asked = coverage::asked_then::<Unanswered>(&self.directory, roster, unit, &frozen.lines);
        let done: Vec<MemberId> = asked.iter().filter(|one| one.2.is_none()).map(|one| one.0.id).collect();
        let day = frozen.day;
        let answered = self.db.read(move |conn| {
            let mut answered = HashMap::new();
            for members in done.chunks(CHUNK) {
                answered.extend(store::list_answered(conn, day, members)?);
            }
            Ok(answered)
        });
        let answered: HashMap<MemberId, Answered> = answered.await?;
        let progress = |(member, unit, reason): (Arc<MemberCard>, UnitId, Option<Unanswered>)| {
            let outcome = reason.map_or_else(|| Ok(answered.get(&member.id).copied()), Err);
            Progress { unit, outcome, member }
        };
        Ok(asked.into_iter().map(progress).collect())
    }

    /// How many of each branch handed a day's paper in, as it was frozen or as it is now.
    pub(super) async fn branches_on(&self, day: Day) -> Result<Vec<(UnitId, Counts)>, DbError> {
        let tree = self.directory.tree();
        let Some(top) = tree.root() else { return Ok(Vec::new()) };
        match self.db.read(move |conn| store::coverage::find(conn, day)).await? {
            Some(frozen) => {
                let roster = self.closings.roster(Digest::read(&frozen.roster)?).await?;
                let directory = &self.directory;
                Ok(coverage::count_by_branch_then::<Unanswered>(directory, roster, top, &frozen.lines))
            }
            None => {
                let papers = self.db.read(move |conn| store::list_out_on(conn, day)).await?;
                let homes = Homes::Now(tree);
                let progress = self.progress(&homes, top, day, papers).await?;
                Ok(coverage::count_by_branch(&homes, &progress))
            }
        }
    }

    /// Freezes the coverage of every day with a paper that is final; each once, however many servers there are.
    pub(super) async fn freeze_coverage(&self) -> Result<Option<Timestamp>, DbError> {
        let newest = self.closings.newest_final_day(self.db.now());
        while let Some(day) = self.db.read(move |conn| store::coverage::find_unfrozen(conn, newest)).await? {
            let Some((digest, roster)) = self.closings.roster_from(day).await? else {
                return Ok(None); // the day is not closed yet; its closing says so
            };
            let lines = self.db.read(move |conn| lines_of(conn, day, &roster)).await?;
            let write = self.db.write(move |tx| -> Result<(), Stop<Never>> {
                let roster = digest.as_bytes().to_vec();
                let frozen = FrozenCoverage { day, roster, frozen_at: tx.now(), lines: lines.clone() };
                Ok(store::coverage::freeze(tx.conn, &frozen)?)
            });
            write.await.map_err(DbError::from)?;
        }
        Ok(None)
    }
}

/// Whether a member at home at `path` is asked by one of the papers.
fn is_asked(papers: &[Paper], path: &[UnitId]) -> bool {
    rules::nearest(papers, |paper| paper.unit_id, path).is_some()
}

/// What is kept of everybody who was asked on a day.
fn lines_of(conn: &mut Conn, day: Day, roster: &Roster) -> diesel::QueryResult<Vec<u8>> {
    let papers = store::list_out_on(conn, day)?;
    let mut asked = Vec::new();
    for (number, then) in (0..).zip(roster.each()).filter(|(_, then)| then.presence != Presence::Left) {
        let path: Vec<UnitId> = roster.path_of(then).map(|unit| unit.id).collect();
        if is_asked(&papers, &path) {
            asked.push((number, then.id));
        }
    }
    let ids: Vec<MemberId> = asked.iter().map(|(_, member)| *member).collect();
    let seen = Seen::load(conn, day, &papers, &ids)?;
    Ok(coverage::written(asked.into_iter().map(|(number, member)| (number, seen.outcome(member, false).err()))))
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
                seen.opened.extend(store::list_who_fetched(conn, paper.id, members)?);
            }
        }
        Ok(seen)
    }

    fn outcome(&self, member: MemberId, is_away_today: bool) -> Answer {
        if let Some(answered) = self.answered.get(&member) {
            return Ok(Some(*answered));
        }
        let is_away = self.away.contains(&member) || is_away_today;
        Err(match self.opened.contains(&member) {
            _ if is_away => Unanswered::Away,
            true => Unanswered::Opened,
            false => Unanswered::NotOpened,
        })
    }
}
