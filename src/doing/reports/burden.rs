//! What the room lends to the burden ledger: which reports a unit owes in a month, those of periods to come among them.

use std::collections::{HashMap, HashSet};

use super::actions::Reports;
use super::asking::audience;
use super::model::{ReportForm, ReportFormId, ReportFormState, ReportHead, ReportState};
use super::rules::periods;
use super::store;
use crate::base::id::UnitId;
use crate::base::period::Span;
use crate::base::time::Day;
use crate::db::{Conn, DbError};

/// Periods of one form that are looked at for a month: weeks at most.
const PERIODS: usize = 8;

/// A report that a unit owes.
#[derive(Clone, Debug)]
pub struct Owed {
    pub unit: UnitId,
    pub form: ReportFormId,
    /// What the form is called.
    pub title: String,
    pub due_on: Day,
    /// It is asked beyond the limits.
    pub over_limit: bool,
}

impl Reports {
    /// What each of `units` owes in a month, by its day: what was opened, except where nobody waits for it, and what will be.
    pub async fn owed_in(&self, units: Vec<UnitId>, month: Span) -> Result<Vec<Owed>, DbError> {
        let days = (month.first, month.end.previous());
        let of = units.clone();
        let (opened, open, forms) = self
            .db
            .read(move |conn: &mut Conn| {
                let opened = store::reports::list_due_of(conn, &of, days)?;
                let ids: HashSet<ReportFormId> = opened.iter().map(|report| report.form_id).collect();
                let ids: Vec<ReportFormId> = ids.into_iter().collect();
                Ok((opened, store::forms::list_open(conn)?, store::forms::find_some(conn, &ids)?))
            })
            .await?;
        let forms: HashMap<ReportFormId, ReportForm> = forms.into_iter().map(|form| (form.id, form)).collect();
        let waited = |report: &&ReportHead| !matches!(report.state, ReportState::Exempt | ReportState::Void);
        let owed = |report: &ReportHead| {
            let form = forms.get(&report.form_id)?;
            Some(owed_by(report.unit_id, form, report.due_on))
        };
        let mut all: Vec<Owed> = opened.iter().filter(waited).filter_map(owed).collect();
        let tree = self.directory.tree();
        for form in open.iter().filter(|form| form.state == ReportFormState::Active) {
            let coming = self.coming(form, days);
            if coming.is_empty() {
                continue;
            }
            let asked: HashSet<UnitId> = audience(&tree, (form.unit_id, &form.unit_kind)).collect();
            for unit in units.iter().filter(|unit| asked.contains(unit)) {
                all.extend(coming.iter().map(|due_on| owed_by(*unit, form, *due_on)));
            }
        }
        all.sort_by_key(|one| (one.due_on, one.form, one.unit));
        Ok(all)
    }

    /// On which of these days a form is due for periods that are not opened yet.
    fn coming(&self, form: &ReportForm, (from, until): (Day, Day)) -> Vec<Day> {
        let mut coming = Vec::new();
        let mut span = periods::span(form, form.next_on);
        for _ in 0..PERIODS {
            let due = self.due_day(form, span);
            if span.first > form.ends_on || due > until {
                break;
            }
            if due >= from {
                coming.push(due);
            }
            let next = periods::span(form, span.end);
            if next.first <= span.first {
                break;
            }
            span = next;
        }
        coming
    }
}

fn owed_by(unit: UnitId, form: &ReportForm, due_on: Day) -> Owed {
    Owed { unit, form: form.id, title: form.title.clone(), due_on, over_limit: form.over_limit }
}
