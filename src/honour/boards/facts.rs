//! What is told of points: what the active members of a branch have on average in a month.

use super::actions::BoardRoom;
use crate::base::capability::Capability;
use crate::base::period::Span;
use crate::base::time::Period;
use crate::db::DbError;
use crate::kernel::board::{BoardKey, TOTAL, enterprise};
use crate::kernel::facts::{About, FactMeasure, Record};

pub(super) const MEAN: About = About {
    name: "points.mean",
    title: ("人均活力分", "Points for each active member"),
    measure: FactMeasure::Mean,
    higher_is_better: true,
    not_for_assessment: Some("活力分只用于鼓励参与，不得作为考评依据"),
    opened_with: Capability::SeeResults,
};

impl BoardRoom {
    /// Each branch with its points and its active members, as the board of the month has it. A branch in which few hide is left
    /// out, here as there; where branches are not compared, nothing is told.
    pub(super) async fn mean_in(&self, month: Span) -> Result<Vec<Record>, DbError> {
        if !self.compares_branches() {
            return Ok(Vec::new());
        }
        let key = BoardKey::new(TOTAL, Period::Month, month.first, enterprise());
        let day = month.end.previous().min(self.boards.db().today());
        let lines = self.branch_lines(&key).await?;
        let told = lines.into_iter().filter_map(|line| Some((line.total?, line)));
        Ok(told
            .map(|(amount, line)| Record {
                kind: "board",
                id: line.unit_id.to_string(),
                title: format!("{}活力分", line.name),
                day,
                unit: line.unit_id,
                amount,
                base: line.active_members,
                entered_on: None,
            })
            .collect())
    }
}
