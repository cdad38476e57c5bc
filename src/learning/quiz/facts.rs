//! What is told of daily papers: how many of those who were asked handed in.

use super::{Quiz, store};
use crate::base::capability::Capability;
use crate::base::id::UnitId;
use crate::base::period::Span;
use crate::base::time::Day;
use crate::db::DbError;
use crate::kernel::facts::{About, FactMeasure, Record};
use crate::people::members::coverage::Counts;

pub(super) const ANSWERED: About = About {
    name: "quiz.participation",
    title: ("每日一答参与率", "Participation in daily papers"),
    measure: FactMeasure::Share,
    higher_is_better: true,
    not_for_assessment: Some("答题情况只用于了解，不得作为考评依据"),
    opened_with: Capability::SeeResults,
};

impl Quiz {
    /// Each day of the month with a paper, with every branch that was asked: how many handed in.
    pub(super) async fn answered_in(&self, month: Span) -> Result<Vec<Record>, DbError> {
        let until = self.db.today().min(month.end.previous());
        let mut records = Vec::new();
        for day in self.db.read(move |conn| store::list_days_out(conn, month.first, until)).await? {
            records.extend(self.answered_on(day).await?);
        }
        Ok(records)
    }

    async fn answered_on(&self, day: Day) -> Result<Vec<Record>, DbError> {
        let record = |(unit, counts): (UnitId, Counts)| Record {
            kind: "paper",
            id: day.to_string(),
            title: format!("{} 每日一答", day.in_chinese()),
            day,
            unit,
            amount: counts.done.into(),
            base: counts.members.into(),
            entered_on: None,
        };
        Ok(self.branches_on(day).await?.into_iter().map(record).collect())
    }
}
