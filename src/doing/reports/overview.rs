//! Who has handed in: units beside periods, in one look.

use std::collections::HashMap;

use super::actions::{Outcome, Reports};
use super::model::{ReportForm, ReportFormId, ReportHead, ReportPeriod, ReportPeriodId};
use super::rules;
use super::store;
use crate::base::capability::Reach;
use crate::base::id::UnitId;
use crate::base::period::Span;

/// Units beside periods.
#[derive(Clone, Debug)]
pub(super) struct Overview {
    pub form: ReportForm,
    /// The oldest first.
    pub periods: Vec<ReportPeriod>,
    /// Each with its reports in the order of the periods, in the order of the units' codes.
    pub rows: Vec<(UnitId, Vec<Option<ReportHead>>)>,
}

impl Reports {
    /// Who has handed in, of units within reach or below `unit`, for periods that begin within `span`.
    pub(super) async fn overview(
        &self,
        reach: &Reach,
        id: ReportFormId,
        (unit, span): (Option<UnitId>, Span),
    ) -> Outcome<Overview> {
        rules::check_span(span)?;
        let form = self.find_form_seen(reach, id).await?;
        let units = self.units(reach, unit)?;
        let days = (span.first, span.end);
        let (periods, reports) = self
            .db
            .read(move |conn| {
                let periods = store::forms::list_periods_within(conn, id, days)?;
                Ok((periods, store::reports::list_of_form(conn, id, days, units.as_deref())?))
            })
            .await?;
        let column: HashMap<ReportPeriodId, usize> =
            periods.iter().enumerate().map(|(at, period)| (period.id, at)).collect();
        let mut rows: HashMap<UnitId, Vec<Option<ReportHead>>> = HashMap::new();
        for report in reports {
            let Some(at) = column.get(&report.period_id) else { continue };
            let row = rows.entry(report.unit_id).or_insert_with(|| vec![None; periods.len()]);
            row[*at] = Some(report);
        }
        let tree = self.directory.tree();
        let code = |unit: &UnitId| tree.get(*unit).map(|card| card.unit.code.clone()).unwrap_or_default();
        let mut rows: Vec<(UnitId, Vec<Option<ReportHead>>)> = rows.into_iter().collect();
        rows.sort_by_cached_key(|(unit, _)| (code(unit), *unit));
        Ok(Overview { form, periods, rows })
    }
}
