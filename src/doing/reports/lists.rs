//! Lists of reports.

use std::collections::HashMap;

use super::actions::{Outcome, Reports};
use super::model::{ReportForm, ReportFormId, ReportHead, ReportId, ReportPeriod, ReportPeriodId};
use super::store::{self, reports::ReportFilter};
use crate::base::capability::Reach;
use crate::base::id::UnitId;
use crate::base::time::Day;
use crate::db::Conn;

/// A page of reports, with what they are about.
#[derive(Clone, Debug)]
pub(super) struct Listed {
    pub reports: Vec<ReportHead>,
    pub forms: HashMap<ReportFormId, ReportForm>,
    pub periods: HashMap<ReportPeriodId, ReportPeriod>,
}

impl Reports {
    /// Reports of units within reach, or below `unit`, what is due last first.
    pub(super) async fn list(
        &self,
        reach: &Reach,
        unit: Option<UnitId>,
        filter: ReportFilter,
        before: Option<(Day, ReportId)>,
        limit: i64,
    ) -> Outcome<Listed> {
        let filter = ReportFilter { units: self.units(reach, unit)?, ..filter };
        let listed = self.db.read(move |conn: &mut Conn| {
            let reports = store::reports::list(conn, &filter, before, limit)?;
            let mut forms: Vec<ReportFormId> = reports.iter().map(|report| report.form_id).collect();
            forms.sort_unstable();
            forms.dedup();
            let mut periods: Vec<ReportPeriodId> = reports.iter().map(|report| report.period_id).collect();
            periods.sort_unstable();
            periods.dedup();
            let forms = store::forms::find_some(conn, &forms)?;
            let periods = store::forms::find_periods(conn, &periods)?;
            Ok(Listed {
                reports,
                forms: forms.into_iter().map(|form| (form.id, form)).collect(),
                periods: periods.into_iter().map(|period| (period.id, period)).collect(),
            })
        });
        Ok(listed.await?)
    }
}
