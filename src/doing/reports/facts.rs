//! What is told of reports: how many came on time, late, or not at all.

use super::model::{ReportHead, ReportStanding};
use super::{Reports, rules, store};
use crate::base::capability::Capability;
use crate::base::period::Span;
use crate::base::time::Day;
use crate::db::DbError;
use crate::kernel::facts::{About, FactMeasure, Record};

/// A standing with the fact that counts it.
pub(super) const TOLD: [(ReportStanding, About); 3] = [
    (ReportStanding::OnTime, told("reports.on_time", ("按期报送数", "Reports handed in on time"), true)),
    (ReportStanding::Late, told("reports.late", ("迟报数", "Reports handed in late"), false)),
    (ReportStanding::Missing, told("reports.missing", ("未报数", "Reports not handed in"), false)),
];

/// A shipped form with the fact that counts what came in by it, or by what an organiser made of it.
pub(super) const FILED: [(&str, About); 3] = [
    (
        "party_monthly",
        told("reports.party_monthly", ("党委工作月报报送数", "Monthly reports of committees handed in"), true),
    ),
    ("month_plan", told("reports.month_plan", ("月计划报送数", "Month plans handed in"), true)),
    ("positions", told("reports.positions", ("阵地自查报送数", "Checks of positions handed in"), true)),
];

const fn told(name: &'static str, title: (&'static str, &'static str), higher_is_better: bool) -> About {
    About {
        name,
        title,
        measure: FactMeasure::Count,
        higher_is_better,
        not_for_assessment: None,
        opened_with: Capability::ReadReports,
    }
}

/// The day on which it counts: its last one, or the day after it, on which it is late or missing.
fn day_of(report: &ReportHead, standing: ReportStanding) -> Day {
    if standing == ReportStanding::OnTime { report.due_on } else { report.due_on.next() }
}

impl Reports {
    /// What came in by a shipped form for the first time in the month, whether in time or not.
    pub(super) async fn filed(&self, preset: &'static str, month: Span) -> Result<Vec<Record>, DbError> {
        let instants = (month.first.start(), month.end.start());
        let found = self.db.read(move |conn| store::reports::list_filed(conn, preset, instants)).await?;
        let record = |(id, title, unit, at): store::reports::Filed| Record {
            kind: "report",
            id: id.to_string(),
            title,
            day: at.day(),
            unit,
            amount: 1,
            base: 0,
            entered_on: None,
        };
        Ok(found.into_iter().map(record).collect())
    }

    /// The reports of that standing whose day lies in the month, as they stand today.
    pub(super) async fn told(&self, standing: ReportStanding, month: Span) -> Result<Vec<Record>, DbError> {
        let today = self.db.today();
        let days = (month.first.previous(), month.end.previous());
        let found = self.db.read(move |conn| store::reports::list_told(conn, days)).await?;
        let record = |(report, title): (ReportHead, String)| {
            let day = day_of(&report, standing);
            let counts = rules::standing(&report, today) == standing && day >= month.first && day < month.end;
            counts.then(|| Record {
                kind: "report",
                id: report.id.to_string(),
                title,
                day,
                unit: report.unit_id,
                amount: 1,
                base: 0,
                entered_on: None,
            })
        };
        Ok(found.into_iter().filter_map(record).collect())
    }
}
