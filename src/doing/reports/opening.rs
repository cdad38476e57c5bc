//! What time brings: periods are opened for the units that are there, also after the service was down; units that come or are closed
//! meanwhile; forms whose end has come.

use std::collections::{HashMap, HashSet};

use diesel::QueryResult;
use serde_json::json;

use super::actions::{Reports, note, note_form};
use super::asking::audience;
use super::model::{
    Report, ReportCycle, ReportForm, ReportFormId, ReportFormState, ReportHead, ReportPeriod, ReportState, RevisionId,
};
use super::rules::periods;
use super::store;
use crate::base::form::Answers;
use crate::base::id::UnitId;
use crate::base::time::{Day, Timestamp};
use crate::db::{Conn, DbError, Json, Never, Stop, Tx};
use crate::kernel::trail::{self, Act};

/// Of this kind stands in the agenda when a period may have to be opened.
pub(super) const OPENING: &str = "reports";

/// Days after its day for which a report that nobody handed in is still looked at, should its unit have been closed by then.
const LOOKED_BACK_DAYS: u64 = 14;
/// Days before its end from which somebody is asked whether a form goes on.
const RENEWAL_DAYS: u64 = 30;

impl Reports {
    /// Opens every period that is due, and follows the tree. Says when to look next: when the next day begins.
    pub(super) async fn open_due(&self) -> Result<Option<Timestamp>, DbError> {
        let today = self.db.today();
        let forms = self.db.read(store::forms::list_open).await?;
        for form in forms.iter().filter(|form| form.state == ReportFormState::Active) {
            let id = form.id;
            // one period in a transaction, so that none holds others up
            while self.open_one(id).await? {}
        }
        self.follow_tree(today).await?;
        self.open_tasks(today).await?;
        Ok(Some(today.next().start()))
    }

    async fn open_one(&self, id: ReportFormId) -> Result<bool, DbError> {
        let room = self.clone();
        let opened = self.db.write(move |tx| -> Result<bool, Stop<Never>> { Ok(room.open_next(tx, id)?) });
        opened.await.map_err(DbError::from)
    }

    /// Opens the next period of a form, if it is time; true when there may be another one.
    fn open_next(&self, tx: &mut Tx, id: ReportFormId) -> QueryResult<bool> {
        let today = tx.today();
        let Some(form) = store::forms::lock_row(tx.conn, id)?.filter(|form| form.state == ReportFormState::Active)
        else {
            return Ok(false);
        };
        if form.next_on > form.ends_on {
            if today > form.ends_on {
                let form = ReportForm { state: ReportFormState::Ended, ..form };
                store::forms::update(tx.conn, &form)?;
                self.lay_renewal(tx, &form)?;
                note_form(tx, None, "reports.end_form", id, json!({ "ends_on": form.ends_on }))?;
            } else if form.ends_on <= today.plus_days(RENEWAL_DAYS) {
                self.lay_renewal(tx, &form)?;
            }
            return Ok(false);
        }
        if form.cycle != ReportCycle::Once && form.ends_on <= today.plus_days(RENEWAL_DAYS) {
            self.lay_renewal(tx, &form)?;
        }
        let span = periods::span(&form, form.next_on);
        if periods::opens_on(&form, span) > today {
            return Ok(false);
        }
        let due = self.due_day(&form, span);
        // what nobody could hand in, since the service was down, gets its days
        let is_over = due < today;
        let due = if is_over { self.calendar.working_day_from(today.plus_days(self.terms.lead_days())) } else { due };
        let period = ReportPeriod {
            id: tx.fresh_id(),
            form_id: id,
            version: form.version,
            first_on: span.first,
            last_on: span.end.previous(),
            due_on: due,
            opened_at: tx.now(),
            names_by: None,
        };
        if store::forms::insert_period(tx.conn, &period)? {
            let units = self.owing(&form, &period);
            let count = units.len();
            self.insert_reports(tx, (&form, &period), units)?;
            let detail = json!({ "form_id": id, "first_on": period.first_on, "due_on": due, "units": count });
            // of the period, not of the form, which an organiser may be changing
            let (action, subject_kind, subject_id) = ("reports.open_period", "report_period", period.id.uuid());
            trail::note(tx, Act { actor: None, action, subject_kind, subject_id, detail })?;
        }
        store::forms::update(tx.conn, &ReportForm { next_on: span.end, ..form })?;
        Ok(true)
    }

    /// Units that owe a report for a period: of the kind, not closed, and there before it ended.
    fn owing(&self, form: &ReportForm, period: &ReportPeriod) -> Vec<UnitId> {
        let tree = self.directory.tree();
        let last = period.last_on;
        let was_there = |id: &UnitId| tree.get(*id).is_some_and(|card| card.unit.created_at.day() <= last);
        audience(&tree, (form.unit_id, &form.unit_kind)).filter(was_there).collect()
    }

    fn insert_reports(
        &self,
        tx: &mut Tx,
        (form, period): (&ReportForm, &ReportPeriod),
        units: Vec<UnitId>,
    ) -> QueryResult<()> {
        let created_at = tx.now();
        let row = |unit| Report {
            id: tx.fresh_id(),
            period_id: period.id,
            form_id: form.id,
            unit_id: unit,
            version: period.version,
            state: ReportState::Due,
            draft: Json(Answers::new()),
            revision: tx.fresh_id::<RevisionId>(),
            edited_by: None,
            edited_at: None,
            submitted: None,
            submitted_by: None,
            submitted_at: None,
            first_submitted_at: None,
            no_change: false,
            due_on: period.due_on,
            first_due_on: period.due_on,
            reviewed_by: None,
            reviewed_at: None,
            return_reason: None,
            created_at,
        };
        let reports: Vec<Report> = units.into_iter().map(row).collect();
        store::reports::insert(tx.conn, &reports)?;
        for report in &reports {
            self.lay_due(tx, report, (form, period))?;
        }
        Ok(())
    }

    /// Has units that came before the end of a period owe it too, and lets go of those that were closed before its day.
    async fn follow_tree(&self, today: Day) -> Result<(), DbError> {
        let room = self.clone();
        let find = move |conn: &mut Conn| {
            let running = store::forms::list_running(conn, today)?;
            let ids: Vec<ReportFormId> = running.iter().map(|period| period.form_id).collect();
            let forms: HashMap<ReportFormId, ReportForm> =
                store::forms::find_some(conn, &ids)?.into_iter().map(|form| (form.id, form)).collect();
            let mut came = Vec::new();
            for period in running {
                let Some(form) = forms.get(&period.form_id) else { continue };
                // few periods run at a time
                let known: HashSet<UnitId> = store::reports::list_units(conn, period.id)?.into_iter().collect();
                let units: Vec<UnitId> =
                    room.owing(form, &period).into_iter().filter(|unit| !known.contains(unit)).collect();
                if !units.is_empty() && form.state == ReportFormState::Active {
                    came.push((form.clone(), period, units));
                }
            }
            let mut closed = store::reports::list_due(conn, today.minus_days(LOOKED_BACK_DAYS))?;
            closed.retain(|report| room.is_closed(report));
            Ok((came, closed))
        };
        let (came, closed) = self.db.read(find).await?;
        if came.is_empty() && closed.is_empty() {
            return Ok(());
        }
        let room = self.clone();
        let written = self.db.write(move |tx| -> Result<(), Stop<Never>> {
            for (form, period, units) in &came {
                store::forms::lock_row(tx.conn, form.id)?;
                let known: HashSet<UnitId> = store::reports::list_units(tx.conn, period.id)?.into_iter().collect();
                let units = units.iter().copied().filter(|unit| !known.contains(unit)).collect();
                room.insert_reports(tx, (form, period), units)?;
            }
            for head in &closed {
                let Some(report) = store::reports::lock_row(tx.conn, head.id)? else { continue };
                if report.state == ReportState::Due && room.is_closed(&ReportHead::from(&report)) {
                    let report = Report { state: ReportState::Void, ..report };
                    store::reports::update(tx.conn, &report)?;
                    room.clear_report(tx, report.id)?;
                    note(tx, None, "reports.drop", report.id, json!({ "unit_id": report.unit_id }))?;
                }
            }
            Ok(())
        });
        written.await.map_err(DbError::from)
    }

    /// Whether the unit of a report was closed by the day on which it is due.
    fn is_closed(&self, report: &ReportHead) -> bool {
        let tree = self.directory.tree();
        let closed_on = tree.get(report.unit_id).and_then(|card| card.unit.closed_on);
        closed_on.is_some_and(|day| day <= report.due_on)
    }
}
