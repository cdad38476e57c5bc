//! What the page of the day shows of a branch's place.

use std::collections::HashMap;
use std::time::Duration;

use super::actions::BoardRoom;
use super::model::{Board, By, ENTERPRISE};
use crate::base::id::UnitId;
use crate::base::time::Period;
use crate::db::DbError;
use crate::kernel::board::TOTAL;

/// How long the places of branches are remembered.
const FRESH: Duration = Duration::from_secs(5);

/// Where a branch stands among all branches of the enterprise this week.
#[derive(Clone, Copy, Debug)]
pub struct BranchPlace {
    pub rank: usize,
    /// Branches with active members.
    pub size: usize,
    /// Hundredths of a point per active member, as far as the board tells.
    pub average_hundredths: Option<i64>,
}

impl BoardRoom {
    /// The place of a branch this week; `None` without active members, and where branches are not compared. From memory.
    pub async fn branch_place(&self, branch: UnitId) -> Result<Option<BranchPlace>, DbError> {
        if !self.compares_branches() {
            return Ok(None);
        }
        let read = async || {
            let Some(key) = self.key(ENTERPRISE, TOTAL, Some(Period::Week), None) else { return Ok(HashMap::new()) };
            let Board::Branches(board) = self.show(&key, By::Branch, usize::MAX, None).await?.board else {
                return Ok(HashMap::new());
            };
            let place = |line: &super::model::BranchLine| BranchPlace {
                rank: line.rank,
                size: board.size,
                average_hundredths: line.average_hundredths,
            };
            Ok::<_, DbError>(board.items.iter().map(|line| (line.unit_id, place(line))).collect())
        };
        Ok(self.places.get(&(), FRESH, read).await?.get(&branch).copied())
    }
}
