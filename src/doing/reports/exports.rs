//! What was handed in for a period as a sheet: one line for each unit.

use super::actions::{Outcome, Reports};
use super::desk::called;
use super::model::{Report, ReportFormId, ReportHead, ReportPeriodId};
use super::rules::{self, Refusal, periods};
use super::store;
use crate::base::capability::Reach;
use crate::base::form::{Answers, Form, headers, row};
use crate::base::text::cut;

/// What stands before the fields of a form.
const HEADERS: [&str; 7] = ["单位", "状态", "是否按期", "截止日期", "提交时间", "提交人", "本期无变化"];

/// A sheet before it is a file.
#[derive(Clone, Debug)]
pub(super) struct Collected {
    pub name: String,
    /// By which form, and what that is called.
    pub form: (ReportFormId, String),
    /// Who asks it.
    pub unit: String,
    /// What the period is called.
    pub period: String,
    pub headers: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// What a line tells of a unit that owes a form with these fields.
pub(super) fn columns(fields: &Form) -> Vec<String> {
    HEADERS.iter().map(|header| (*header).to_owned()).chain(headers(fields)).collect()
}

impl Reports {
    /// What units within reach handed in for a period.
    pub(super) async fn collected(&self, reach: &Reach, id: ReportPeriodId) -> Outcome<Collected> {
        let period =
            self.db.read(move |conn| store::forms::find_period(conn, id)).await?.ok_or(Refusal::NoSuchPeriod)?;
        let form = self.find_form_seen(reach, period.form_id).await?;
        let units = self.units(reach, None)?;
        let (form_id, number) = (form.id, period.version);
        let (version, mut reports) = self
            .db
            .read(move |conn| {
                let version = store::forms::find_version(conn, form_id, number)?;
                Ok((version, store::reports::list_whole(conn, id, units.as_deref())?))
            })
            .await?;
        let fields = version.ok_or(Refusal::NoSuchForm)?.fields.0;
        let (tree, today) = (self.directory.tree(), self.db.today());
        reports.sort_by_cached_key(|report| tree.get(report.unit_id).map(|card| card.unit.code.clone()));
        let none = Answers::new();
        let line = |report: &Report| {
            let head = ReportHead::from(report);
            let submitted = report.submitted_at.map(|at| at.in_sheet()).unwrap_or_default();
            let by = report.submitted_by.map(|by| self.directory.name_of(by)).unwrap_or_default();
            let unchanged = if report.no_change { "是" } else { "" };
            let mut cells = vec![
                self.directory.unit_name(report.unit_id),
                report.state.title().to_owned(),
                rules::standing(&head, today).title().to_owned(),
                report.due_on.to_string(),
                submitted,
                by,
                unchanged.to_owned(),
            ];
            let answers = report.submitted.as_ref().map_or(&none, |answers| &answers.0);
            cells.extend(self.with_names(&[], |lookup| row(&fields, answers, lookup)));
            cells
        };
        let rows: Vec<Vec<String>> = reports.iter().map(line).collect();
        let name = cut(&called(&form, &period).replace(['“', '”'], ""), 80);
        Ok(Collected {
            name,
            unit: self.directory.unit_name(form.unit_id),
            period: periods::label(form.cycle, period.first_on, period.last_on),
            form: (form.id, form.title),
            headers: columns(&fields),
            rows,
        })
    }
}
