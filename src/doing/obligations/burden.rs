//! What the room lends to the burden ledger: what the enterprise's own rules cost a unit.

use super::actions::Obligations;
use super::model::ObligationState;
use crate::base::id::UnitId;
use crate::base::period::Span;
use crate::base::time::Day;
use crate::db::DbError;

/// Something that a rule of the enterprise's own asks of a unit, once.
#[derive(Clone, Debug)]
pub struct OwnCost {
    pub unit: UnitId,
    /// The rule's, such as Z1.
    pub code: String,
    pub title: String,
    pub due_on: Day,
    /// Minutes that one time costs; 0 where nobody has said so.
    pub minutes: i64,
}

impl Obligations {
    /// What the enterprise's own rules ask of each of `units` by days of a month, each time of its own; what does not apply is
    /// left out. What the Party's rules ask is nobody's to spare, and no part of it.
    pub async fn own_costs(&self, units: &[UnitId], month: Span) -> Result<Vec<OwnCost>, DbError> {
        let lines = self.lines(units, (month.first, month.end.previous())).await?;
        let asked = lines.into_iter().filter(|line| {
            line.rule.owner.is_some()
                && line.state != ObligationState::NotApplicable
                && (month.first..month.end).contains(&line.window.due)
        });
        let cost = asked.map(|line| OwnCost {
            unit: line.unit,
            code: line.rule.code.clone(),
            title: line.rule.title.clone(),
            due_on: line.window.due,
            minutes: line.rule.minutes.into(),
        });
        Ok(cost.collect())
    }
}
