//! What was written down about a meeting before: minutes are argued about, so every version of them stays, with its writer.

use diesel::QueryResult;
use serde_json::Value;

use super::actions::{Meetings, Outcome};
use super::model::{Meeting, MeetingId, Minutes, thing};
use super::store;
use crate::base::capability::Reach;
use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::db::{Conn, Json, Tx};
use crate::kernel::text_versions::{self, TextVersion, Written};
use crate::kernel::trail::Thing;

impl Meetings {
    /// Every version of what was written down about a meeting within the reader's reach, the first one first, after
    /// `after`.
    pub async fn versions(&self, reach: &Reach, id: MeetingId, after: i32, limit: i64) -> Outcome<Vec<TextVersion>> {
        let meeting = self.find_led(reach, id).await?;
        let found = self
            .db
            .read(move |conn| {
                let kept = text_versions::list(conn, named(id), after, limit)?;
                // one that was never changed is its only version
                let is_first = after == 0 && kept.is_empty();
                if !is_first {
                    return Ok(kept);
                }
                let attendance = store::list_attendance(conn, id)?;
                let decisions = store::record::list_decisions(conn, id)?;
                Ok(vec![only(conn, &meeting, Minutes::of(&meeting, &attendance, &decisions))?])
            })
            .await?;
        Ok(found)
    }
}

/// What the versions of a meeting are kept under.
fn named(id: MeetingId) -> (&'static str, uuid::Uuid) {
    let Thing { kind, id, .. } = thing(id);
    (kind, id)
}

/// Keeps what `actor` made of what was written down before.
pub(super) fn keep(
    tx: &mut Tx,
    id: MeetingId,
    (before, (by, at)): (&Minutes, (MemberId, Timestamp)),
    (now, actor): (&Minutes, MemberId),
) -> QueryResult<()> {
    let before = Written { content: before, by, at };
    let now = Written { content: now, by: actor, at: tx.now() };
    text_versions::keep(tx, named(id), (1, before), now)
}

/// Everybody who ever changed what was written down.
pub(super) fn list_writers(conn: &mut Conn, id: MeetingId) -> QueryResult<Vec<MemberId>> {
    text_versions::list_writers(conn, named(id))
}

/// Who wrote what stands there, and when.
pub(super) fn last_written(conn: &mut Conn, meeting: &Meeting) -> QueryResult<(MemberId, Timestamp)> {
    let last = thing(meeting.id).last(conn)?;
    let by = |last: crate::base::version::LastChange| Some((last.by?, last.at));
    Ok(last.and_then(by).unwrap_or((meeting.created_by, meeting.created_at)))
}

fn only(conn: &mut Conn, meeting: &Meeting, minutes: Minutes) -> QueryResult<TextVersion> {
    let (written_by, written_at) = last_written(conn, meeting)?;
    let content = serde_json::to_value(minutes).unwrap_or(Value::Null);
    Ok(TextVersion { version: 1, content: Json(content), written_by, written_at })
}
