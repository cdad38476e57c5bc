//! What is told of tasks: how many were closed, what of that which was due was done in time, what is late.

use super::actions::Tasks;
use super::model::{Due, TaskState};
use super::standing::counts;
use super::{rules, store};
use crate::base::capability::Capability;
use crate::base::period::Span;
use crate::base::time::Day;
use crate::db::DbError;
use crate::kernel::facts::{About, FactMeasure, Record};

const fn about(name: &'static str, title: (&'static str, &'static str), measure: FactMeasure, better: bool) -> About {
    About {
        name,
        title,
        measure,
        higher_is_better: better,
        not_for_assessment: None,
        opened_with: Capability::SeeTasks,
    }
}

pub(super) const CLOSED: About = about("tasks.closed", ("任务销号数", "Tasks closed"), FactMeasure::Count, true);
pub(super) const ON_TIME: About =
    about("tasks.on_time", ("任务按期销号率", "Tasks done in time"), FactMeasure::Share, true);
pub(super) const FIRST_ON_TIME: About = about(
    "tasks.first_on_time",
    ("任务按首次时限销号率", "Tasks done by the day that was set first"),
    FactMeasure::Share,
    true,
);
pub(super) const OVERDUE: About = about("tasks.overdue", ("任务逾期数", "Tasks overdue"), FactMeasure::Count, false);

impl Tasks {
    /// Tasks that were closed in the month.
    pub(super) async fn closed_in(&self, month: Span) -> Result<Vec<Record>, DbError> {
        let last = month.end.previous();
        let closed = self.db.read(move |conn| store::tasks::list_closed(conn, month.first, last)).await?;
        Ok(closed.iter().filter_map(|task| Some(record(task, task.closed_on?, 1, 0))).collect())
    }

    /// Tasks whose day lay in the month and is over, each with whether it was done in time.
    pub(super) async fn on_time_in(&self, month: Span) -> Result<Vec<Record>, DbError> {
        let (today, last) = (self.db.today(), month.end.previous());
        let due = self.db.read(move |conn| store::tasks::list_due(conn, month.first, last)).await?;
        Ok(judged(&due, today, |task| task.due_on))
    }

    /// The same by the day that was set first, before anything was put off.
    pub(super) async fn first_on_time_in(&self, month: Span) -> Result<Vec<Record>, DbError> {
        let (today, last) = (self.db.today(), month.end.previous());
        let due = self.db.read(move |conn| store::tasks::list_first_due(conn, month.first, last)).await?;
        Ok(judged(&due, today, |task| task.first_due_on))
    }

    /// Tasks whose day lay in the month and for which the unit was late, or is.
    pub(super) async fn overdue_in(&self, month: Span) -> Result<Vec<Record>, DbError> {
        let (today, last) = (self.db.today(), month.end.previous());
        let due = self.db.read(move |conn| store::tasks::list_due(conn, month.first, last)).await?;
        let late = due.iter().filter(|task| rules::is_overdue(task.state, task.due_on, task.submitted_on, today));
        Ok(late.map(|task| record(task, task.due_on, 1, 0)).collect())
    }
}

/// Tasks whose day is over or that are closed, with one for what was handed in by then and closed.
fn judged(due: &[Due], today: Day, day_of: impl Fn(&Due) -> Day) -> Vec<Record> {
    let is_over = |task: &&Due| counts(task.state) && (day_of(task) < today || task.state == TaskState::Closed);
    let judge = |task: &Due| {
        let day = day_of(task);
        let done = task.state == TaskState::Closed && task.submitted_on.is_some_and(|handed_in| handed_in <= day);
        record(task, day, i64::from(done), 1)
    };
    due.iter().filter(is_over).map(judge).collect()
}

fn record(task: &Due, day: Day, amount: i64, base: i64) -> Record {
    Record {
        kind: "task",
        id: task.id.to_string(),
        title: task.title.clone(),
        day,
        unit: task.unit_id,
        amount,
        base,
        entered_on: None,
    }
}
