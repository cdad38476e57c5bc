//! What was not handed in by its day, or came late, becomes a task to be put right: in one step, or by itself on the day after
//! where the form says so.

use std::sync::Arc;

use diesel::QueryResult;
use serde_json::json;

use super::actions::{Outcome, Reports, Whole, note, whole_of};
use super::desk::called;
use super::model::{ReportHead, ReportId, ReportStanding};
use super::rules::{self, Refusal};
use super::store;
use crate::base::capability::Capability;
use crate::base::id::MemberId;
use crate::base::person::Person;
use crate::base::time::Day;
use crate::db::{DbError, Stop, Tx};
use crate::doing::tasks::{self, Credit, Opener, Opening, Settled, TaskId, TaskListKind, TaskSource, TaskSourceId};

/// What tasks call a report.
const REPORT: &str = "report";
/// Days after its day for which a report is still looked at, should the service have been down.
const LOOKED_BACK_DAYS: u64 = 14;
/// What is asked where nothing is said.
const MISSING: &str = "补报并说明未报原因，避免再次发生。";
const LATE: &str = "说明迟报原因，避免再次发生。";

/// How a report is to be put right.
#[derive(Clone, Debug, Default)]
pub(super) struct Rectification {
    /// When it counts as done.
    pub standard: Option<String>,
    /// The lead time of reports from today where nothing is said.
    pub due_on: Option<Day>,
}

fn source(id: ReportId) -> TaskSource {
    TaskSource { kind: REPORT.to_owned(), id: TaskSourceId::from(id.uuid()), place: 1 }
}

impl Reports {
    /// Opens a task of a report that is missing or was late, of a form within the person's reach; one that was opened stays,
    /// whoever opened it and whichever of both it was for.
    pub(super) async fn open_task(&self, person: &Person, id: ReportId, how: Rectification) -> Outcome<TaskId> {
        self.find_whole_for(person, Capability::RunReports, id).await?;
        let (room, opener, by) = (self.clone(), Opener::of(person), person.member);
        self.db.write(move |tx| room.open_in(tx, &opener, (id, by), &how, Some(by))).await
    }

    /// What has become of the task of a report, if there is one that the reader may see.
    pub(super) async fn task_of(&self, reader: Arc<Person>, id: ReportId) -> Result<Option<Settled>, DbError> {
        let room = self.clone();
        let of = (REPORT, TaskSourceId::from(id.uuid()));
        self.db.read(move |conn| Ok(room.tasks.settled_for(conn, &reader, of)?.pop())).await
    }

    fn open_in(
        &self,
        tx: &mut Tx,
        opener: &Opener,
        (id, by): (ReportId, MemberId),
        how: &Rectification,
        actor: Option<MemberId>,
    ) -> Outcome<TaskId> {
        // held, so that it is not handed in meanwhile
        let report = store::reports::lock_row(tx.conn, id)?.ok_or(Refusal::NoSuchReport)?;
        let Whole { report, form, period, .. } = whole_of(tx.conn, report)?;
        let (verb, standard) = match rules::standing(&ReportHead::from(&report), tx.today()) {
            ReportStanding::Missing => ("补报", MISSING),
            ReportStanding::Late => ("说明迟报：", LATE),
            _ => return Err(Refusal::NotLate.into()),
        };
        let usual = self.calendar.working_day_from(tx.today().plus_days(self.terms.lead_days()));
        let opening = Opening {
            source: source(id),
            document: form.basis.clone(),
            owner: form.unit_id,
            list: TaskListKind::Rectification,
            unit: report.unit_id,
            title: format!("{verb}{}", called(&form, &period)),
            standard: how.standard.clone().unwrap_or_else(|| standard.to_owned()),
            due_on: how.due_on.unwrap_or(usual),
            by,
        };
        let task = self.tasks.open(tx, opener, &opening).map_err(of_tasks)?;
        note(tx, actor, "reports.open_task", id, json!({ "task_id": task, "unit_id": report.unit_id }))?;
        Ok(task)
    }

    /// Opens a task of what was not handed in by its day, of forms that say so; each once. Who answers for the form is who
    /// set it, and hears of its end.
    pub(super) async fn open_tasks(&self, today: Day) -> Result<(), DbError> {
        let from = today.minus_days(LOOKED_BACK_DAYS);
        let found = self.db.read(move |conn| {
            let mut fresh = Vec::new();
            for one in store::reports::list_to_open(conn, (from, today))? {
                if !tasks::came_of(conn, REPORT, TaskSourceId::from(one.0.uuid()))? {
                    fresh.push(one);
                }
            }
            Ok(fresh)
        });
        // one in a transaction, so that none holds others up
        for (id, owner, unit) in found.await? {
            let room = self.clone();
            let opener = Opener::by_rule(owner, unit);
            let opened =
                self.db.write(move |tx| room.open_in(tx, &opener, (id, owner), &Rectification::default(), None));
            match opened.await {
                // handed in meanwhile, or the unit is closed
                Ok(_) | Err(Stop::Refused(_)) => {}
                Err(Stop::Failed(error)) => return Err(error),
            }
        }
        Ok(())
    }
}

fn of_tasks(stop: Stop<tasks::Refusal>) -> Stop<Refusal> {
    match stop {
        Stop::Refused(refusal) => Stop::Refused(Refusal::Task(refusal)),
        Stop::Failed(error) => Stop::Failed(error),
    }
}

/// Writes down with a report that what was wrong with it was put right, or otherwise is over.
pub(super) fn note_settled(tx: &mut Tx, settled: &Settled) -> QueryResult<Credit> {
    if settled.source.kind != REPORT {
        return Ok(Credit::Open);
    }
    let detail = json!({ "task_id": settled.task, "state": settled.state });
    note(tx, None, "reports.settle_task", ReportId::from(settled.source.id.uuid()), detail)?;
    Ok(Credit::Open)
}
