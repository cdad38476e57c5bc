//! Placeholder until the room is merged.
use crate::base::id::{MemberId, UnitId};
use crate::base::time::Day;
use crate::db::Tx;
pub fn mark_day(_: &mut Tx, _: MemberId, _: Day) -> diesel::QueryResult<()> {
    Ok(())
}
pub fn open_day(_: &mut Tx, _: UnitId, _: Day) -> diesel::QueryResult<()> {
    Ok(())
}
