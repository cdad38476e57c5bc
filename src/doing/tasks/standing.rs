//! How branches stand: of the tasks that were due in a month, what they closed and what in time. Kept when the month has
//! ended, so that what is told of it never moves.

use std::collections::BTreeMap;

use super::actions::{Outcome, Tasks};
use super::model::{Due, Standing, TaskState};
use super::rules::{self, Refusal};
use super::settings::TaskStandingSight;
use super::store;
use crate::base::capability::{Capability, Reach};
use crate::base::id::UnitId;
use crate::base::period::Span;
use crate::base::person::Person;
use crate::base::time::{Day, Period, Timestamp};
use crate::db::{DbError, Never, Stop};

/// What the agenda calls the end of a month.
pub(super) const STANDINGS: &str = "task_standings";

/// How branches stand, as a person may see it.
#[derive(Clone, Debug)]
pub(super) struct SeenStanding {
    pub first_on: Day,
    /// When it was kept; `None` while the month runs.
    pub made_at: Option<Timestamp>,
    /// Branches with their places, the best first; those that the reader may see.
    pub lines: Vec<(i64, Standing)>,
    /// How many branches there are.
    pub branches: usize,
    /// The reader's branch, with its place.
    pub own: Option<(i64, Standing)>,
}

impl Tasks {
    /// Keeps how branches stood in the month that has ended; says when the next one ends.
    pub(super) async fn keep_standings(&self) -> Result<Option<Timestamp>, DbError> {
        let today = self.db.today();
        let month = Span::of(Period::Month, Period::Month.start(today).previous());
        let kept = self.db.read(move |conn| store::standings::made_at(conn, month.first)).await?;
        if kept.is_none() {
            let standings = self.standings(month).await?;
            let written = self.db.write(move |tx| -> Result<bool, Stop<Never>> {
                let now = tx.now();
                Ok(store::standings::insert(tx.conn, month.first, now, &standings)?)
            });
            written.await?;
        }
        Ok(Some(Period::Month.end(today).start()))
    }

    /// How branches stand at present in a month.
    async fn standings(&self, month: Span) -> Result<Vec<Standing>, DbError> {
        let due = self.db.read(move |conn| store::tasks::list_due(conn, month.first, month.end.previous())).await?;
        let tree = self.directory.tree();
        let mut by_branch: BTreeMap<UnitId, Standing> = BTreeMap::new();
        for task in due.iter().filter(|task| counts(task.state)) {
            let branch = tree.get(task.unit_id).and_then(|card| card.branch).unwrap_or(task.unit_id);
            let standing = by_branch.entry(branch).or_insert(Standing {
                unit: branch,
                due: 0,
                closed: 0,
                on_time: 0,
                weight_due: 0,
                weight_closed: 0,
            });
            let is_closed = task.state == TaskState::Closed;
            standing.due += 1;
            standing.weight_due += i64::from(task.weight);
            standing.closed += i32::from(is_closed);
            standing.on_time += i32::from(is_closed && in_time(task));
            standing.weight_closed += if is_closed { i64::from(task.weight) } else { 0 };
        }
        Ok(by_branch.into_values().collect())
    }

    /// How branches stand in the month of a day: all of it for who sees tasks of the whole enterprise, else the own place and
    /// what the setting shows beside it.
    pub(super) async fn standing(&self, reader: &Person, day: Day) -> Outcome<SeenStanding> {
        let month = Span::of(Period::Month, day);
        let today = self.db.today();
        if month.first > today {
            return Err(Refusal::BadMonth.into());
        }
        let first = month.first;
        let (made_at, kept) = self
            .db
            .read(move |conn| Ok((store::standings::made_at(conn, first)?, store::standings::list(conn, first)?)))
            .await?;
        let standings = if made_at.is_some() { kept } else { self.standings(month).await? };
        let placed = rules::places(&standings);
        let branch = reader
            .branch
            .or_else(|| reader.duties.iter().find_map(|duty| self.directory.tree().get(duty.unit)?.branch));
        let own = placed.iter().find(|(_, standing)| Some(standing.unit) == branch).copied();
        let (lines, branches) = (self.shown(reader, &placed, own), placed.len());
        Ok(SeenStanding { first_on: month.first, made_at, lines, branches, own })
    }

    fn shown(&self, reader: &Person, placed: &[(i64, Standing)], own: Option<(i64, Standing)>) -> Vec<(i64, Standing)> {
        let root = self.directory.tree().root();
        let sees_all = match reader.reach(Capability::SeeTasks) {
            Some(Reach::Everything) => true,
            Some(Reach::Below(units)) => root.is_some_and(|root| units.contains(&root)),
            None => false,
        };
        let sight = if sees_all { TaskStandingSight::All } else { self.terms.sight() };
        let most = match sight {
            TaskStandingSight::All => placed.len(),
            TaskStandingSight::Third => placed.len().div_ceil(3),
            TaskStandingSight::Own => 0,
        };
        let mut lines: Vec<(i64, Standing)> = placed.iter().take(most).copied().collect();
        lines.extend(own.filter(|own| lines.iter().all(|line| line.1.unit != own.1.unit)));
        lines
    }
}

/// Whether a task counts in standings and facts: what was merged, struck off or rests does not.
pub(super) fn counts(state: TaskState) -> bool {
    !matches!(state, TaskState::Merged | TaskState::Cancelled | TaskState::Suspended)
}

/// Whether the unit handed in by the due day what was then closed.
pub(super) fn in_time(task: &Due) -> bool {
    task.submitted_on.is_some_and(|day| day <= task.due_on)
}
