//! Which meeting comes next, for the page of the day.

use std::time::Duration;

use super::actions::Meetings;
use super::model::Coming;
use super::store;
use crate::base::id::UnitId;
use crate::db::DbError;

/// How long it is remembered which meetings are to come.
const FRESH: Duration = Duration::from_secs(10);
/// Meetings that are remembered, the earliest ones.
const REMEMBERED: i64 = 20_000;

impl Meetings {
    /// The next meeting, today's among them, of one of `units`: of a kind for all members, or also of the committee. From
    /// memory.
    pub async fn next_of(&self, units: &[UnitId], with_committee: bool) -> Result<Option<Coming>, DbError> {
        let today = self.db.today();
        let read = async || self.db.read(move |conn| store::list_coming(conn, today, REMEMBERED)).await;
        let coming = self.coming.get(&today, FRESH, read).await?;
        let now = self.db.now();
        let concerns = |meeting: &&Coming| {
            let is_over = meeting.ends_at.is_some_and(|ends_at| ends_at <= now);
            units.contains(&meeting.unit_id) && (with_committee || meeting.kind.is_for_all()) && !is_over
        };
        // of one day the one that begins first; what says no time comes last
        let order = |meeting: &&Coming| (meeting.held_on, meeting.begins_at.is_none(), meeting.begins_at, meeting.id);
        Ok(coming.iter().filter(concerns).min_by_key(order).cloned())
    }
}
