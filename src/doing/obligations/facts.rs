//! What is told of obligations: how much of what was due in a month was done, and what was late.

use super::Obligations;
use super::model::ObligationState;
use super::sheet::Line;
use crate::base::capability::Capability;
use crate::base::id::UnitId;
use crate::base::period::Span;
use crate::db::DbError;
use crate::kernel::facts::{About, FactMeasure, Record};

/// The part of what was due that was done in its window.
pub(super) const DONE: About = About {
    name: "obligations.done",
    title: ("规定动作完成率", "Obligations done in their windows"),
    measure: FactMeasure::Share,
    higher_is_better: true,
    not_for_assessment: None,
    opened_with: Capability::ReadObligations,
};

/// What was not done in its window.
pub(super) const LATE: About = About {
    name: "obligations.late",
    title: ("规定动作逾期项数", "Obligations not done in their windows"),
    measure: FactMeasure::Count,
    higher_is_better: false,
    not_for_assessment: None,
    opened_with: Capability::ReadObligations,
};

impl Obligations {
    /// What was due in a month and is over, or done before.
    async fn closed_lines(&self, month: Span) -> Result<Vec<Line>, DbError> {
        let units: Vec<UnitId> = self.directory.tree().each().map(|card| card.unit.id).collect();
        let mut lines = self.lines(&units, (month.first, month.end.previous())).await?;
        lines.retain(|line| {
            let due = line.window.due;
            let counts = line.state.is_done() || line.state == ObligationState::Late;
            month.first <= due && due < month.end && counts
        });
        Ok(lines)
    }

    pub(super) async fn tell_done(&self, month: Span) -> Result<Vec<Record>, DbError> {
        let lines = self.closed_lines(month).await?;
        Ok(lines.iter().map(|line| record(line, i64::from(line.state.is_done()), 1)).collect())
    }

    pub(super) async fn tell_late(&self, month: Span) -> Result<Vec<Record>, DbError> {
        let lines = self.closed_lines(month).await?;
        let late = lines.iter().filter(|line| line.state == ObligationState::Late);
        Ok(late.map(|line| record(line, 1, 0)).collect())
    }
}

fn record(line: &Line, amount: i64, base: i64) -> Record {
    let of_event = line.event.as_ref().map(|event| format!("-{}", event.id)).unwrap_or_default();
    Record {
        kind: "obligation",
        id: format!("{}-{}{of_event}", line.rule.code, line.window.days.first),
        title: line.rule.title.clone(),
        day: line.window.due,
        unit: line.unit,
        amount,
        base,
        entered_on: None,
    }
}
