//! Judges' scores.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::base::id::MemberId;
use crate::base::text::Text;
use crate::base::time::Timestamp;
use crate::db::Json;
use crate::db::schema::campaign_scores;
use crate::judging::campaigns::entries::model::EntryId;
use crate::judging::campaigns::model::{CampaignId, Source};

crate::id!(
    /// Who judges: an expert, or the unit that scores others.
    JudgeId
);

/// What a judge gives for one criterion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// The criterion, by its code.
    pub criterion: Text<40>,
    /// From 0 to the criterion's full.
    pub points: u16,
    /// Why.
    pub comment: Option<Text<1000>>,
}

/// What one judge gives one entry.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = campaign_scores)]
pub struct Score {
    pub entry_id: EntryId,
    pub source: Source,
    pub judge_id: JudgeId,
    pub campaign_id: CampaignId,
    pub scored_by: MemberId,
    /// One mark for each criterion.
    pub marks: Json<Vec<Mark>>,
    /// All criteria by their weights, 0 to 10,000.
    pub total: i32,
    pub scored_at: Timestamp,
}

/// A score as results use it; judges are numbered, not named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Cell {
    pub source: Source,
    /// The same number is the same judge, within a source.
    pub judge: usize,
    pub entry_id: EntryId,
    /// All criteria by their weights, 0 to 10000.
    pub total: i64,
}

impl From<MemberId> for JudgeId {
    fn from(member: MemberId) -> Self {
        JudgeId::from(member.uuid())
    }
}

impl From<crate::base::id::UnitId> for JudgeId {
    fn from(unit: crate::base::id::UnitId) -> Self {
        JudgeId::from(unit.uuid())
    }
}

/// Numbers the judges of each source in the order that `order` gives them.
pub fn cells(scores: &[Score], order: impl Fn(&Score) -> [u8; 32]) -> Vec<Cell> {
    let mut keys: Vec<(Source, [u8; 32])> = scores.iter().map(|score| (score.source, order(score))).collect();
    keys.sort_unstable();
    keys.dedup();
    let judge = |score: &Score| {
        let first = keys.partition_point(|(source, _)| *source < score.source);
        keys.partition_point(|key| *key < (score.source, order(score))) - first + 1
    };
    let cell = |score: &Score| Cell {
        source: score.source,
        judge: judge(score),
        entry_id: score.entry_id,
        total: score.total.into(),
    };
    let mut cells: Vec<Cell> = scores.iter().map(cell).collect();
    cells.sort_unstable_by_key(|cell| (cell.source, cell.judge, cell.entry_id));
    cells
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn judges_are_numbered_in_the_given_order_and_not_by_their_ids() {
        let id = |n: u128| Uuid::from_u128(n);
        let score = |judge: u128, entry: u128| Score {
            entry_id: id(entry).into(),
            source: Source::Expert,
            judge_id: id(judge).into(),
            campaign_id: id(0).into(),
            scored_by: id(judge).into(),
            marks: Json(Vec::new()),
            total: i32::try_from(judge).unwrap(),
            scored_at: Timestamp::from_micros(0),
        };
        // the other way round
        let order = |score: &Score| [u8::MAX - u8::try_from(score.judge_id.uuid().as_u128()).unwrap(); 32];
        let numbered = cells(&[score(1, 7), score(2, 7), score(3, 7), score(1, 8)], order);
        let told: Vec<(usize, i64)> = numbered.iter().map(|cell| (cell.judge, cell.total)).collect();
        assert_eq!(told, [(1, 3), (2, 2), (3, 1), (3, 1)]);
    }
}
