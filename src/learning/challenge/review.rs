//! Looking back: a member at his day and his runs, an organiser at runs with answers that no reader gives.

use std::sync::Arc;

use super::Challenge;
use super::model::{DayRecord, Run, RunId, State};
use super::rules::{self, Refusal};
use super::store;
use crate::base::capability::Reach;
use crate::base::id::{MemberId, UnitId};
use crate::db::{DbError, Stop};
use crate::people::members::directory::MemberCard;

/// Runs that one question of the review reads, of which some may be out of reach.
const CHUNK: i64 = 500;

/// Which runs are reviewed.
pub struct Wanted {
    /// Of members below this unit; of everybody within reach when absent.
    pub unit: Option<UnitId>,
    /// Answers that were too fast, at least.
    pub minimum: i32,
}

impl Challenge {
    /// The run that is running, else the newest that began today or can still be revived.
    pub(super) async fn current(&self, member: MemberId, path: Arc<[UnitId]>) -> Result<State, Stop<Refusal>> {
        let today = self.db.today();
        let is_current = |state: &State| {
            let revivable = rules::revivable_until(&state.run, &state.day).is_some_and(|until| state.now < until);
            state.run.is_running() || state.run.day == today || revivable
        };
        self.latest(member, path).await?.filter(is_current).ok_or_else(|| Refusal::NoRunToday.into())
    }

    /// What the member's runs of today come to so far.
    pub(super) async fn today(&self, member: MemberId, path: Arc<[UnitId]>) -> Result<DayRecord, DbError> {
        let (today, now) = (self.db.today(), self.db.now());
        let latest = self.latest(member, path).await?.filter(|state| state.run.day == today);
        Ok(latest.map_or_else(|| DayRecord::new(member, today, now), |state| state.day))
    }

    /// A member's runs, newest first.
    pub(super) async fn history(
        &self,
        member: MemberId,
        before: Option<RunId>,
        limit: i64,
    ) -> Result<Vec<Run>, DbError> {
        self.db.read(move |conn| store::list_runs(conn, member, before, limit)).await
    }

    /// Runs with answers that were too fast, newest first, of members within reach.
    pub(super) async fn review(
        &self,
        reach: &Reach,
        wanted: Wanted,
        before: Option<RunId>,
        limit: usize,
    ) -> Result<Vec<(Run, Arc<MemberCard>)>, Stop<Refusal>> {
        let tree = self.directory.tree();
        let covered = |unit: UnitId| tree.is_within(reach, unit);
        if wanted.unit.is_some_and(|unit| !covered(unit)) {
            return Err(Refusal::OutOfReach.into());
        }
        let within = |member: &MemberCard| {
            let below = |unit| tree.get(member.unit).is_some_and(|card| card.path.contains(&unit));
            covered(member.unit) && wanted.unit.is_none_or(below)
        };
        let (mut found, mut before) = (Vec::new(), before.unwrap_or(uuid::Uuid::max().into()));
        loop {
            let minimum = wanted.minimum;
            let runs = self.db.read(move |conn| store::list_too_fast(conn, minimum, before, CHUNK)).await?;
            let is_last = i64::try_from(runs.len()).unwrap_or(0) < CHUNK;
            before = runs.last().map_or(before, |run| run.id);
            let named = runs.into_iter().filter_map(|run| Some((self.directory.member(run.member_id)?, run)));
            found.extend(named.filter(|(member, _)| within(member)).map(|(member, run)| (run, member)));
            if is_last || found.len() >= limit {
                found.truncate(limit);
                return Ok(found);
            }
        }
    }
}
