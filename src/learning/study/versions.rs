//! What a study item said before: members were asked to read it, so every version of it stays, with its writer.

use diesel::QueryResult;
use serde_json::Value;

use super::actions::{Outcome, Study};
use super::model::{Item, ItemId, ItemText, thing};
use super::rules::Refusal;
use super::store;
use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::db::{Conn, Json, Tx};
use crate::kernel::text_versions::{self, TextVersion, Written};

impl Study {
    /// Every version of an item after `after`, the first one first.
    pub async fn versions(&self, id: ItemId, after: i32, limit: i64) -> Outcome<Vec<TextVersion>> {
        let found = self
            .db
            .read(move |conn| {
                let Some(item) = store::find_item(conn, id)? else { return Ok(None) };
                let kept = text_versions::list(conn, named(id), after, limit)?;
                // one that was never changed is its only version
                let is_first = after == 0 && kept.is_empty();
                if !is_first {
                    return Ok(Some(kept));
                }
                let (written_by, written_at) = last_written(conn, &item)?;
                let content = Json(serde_json::to_value(ItemText::of(&item)).unwrap_or(Value::Null));
                Ok(Some(vec![TextVersion { version: 1, content, written_by, written_at }]))
            })
            .await?;
        found.ok_or_else(|| Refusal::NoSuchItem.into())
    }
}

/// Keeps what `actor` made of `before`, which `written` so.
pub(super) fn keep(
    tx: &mut Tx,
    (before, (by, at)): (&Item, (MemberId, Timestamp)),
    (now, actor): (&Item, MemberId),
) -> QueryResult<()> {
    let (old, new) = (ItemText::of(before), ItemText::of(now));
    let before = Written { content: &old, by, at };
    let written = Written { content: &new, by: actor, at: tx.now() };
    text_versions::keep(tx, named(now.id), (1, before), written)
}

/// Who wrote what stands there, and when.
pub(super) fn last_written(conn: &mut Conn, item: &Item) -> QueryResult<(MemberId, Timestamp)> {
    let last = thing(item.id).last(conn)?.and_then(|last| Some((last.by?, last.at)));
    // what no member wrote came with the program's own commands
    let first = || (item.created_by.unwrap_or_else(|| uuid::Uuid::nil().into()), item.created_at);
    Ok(last.unwrap_or_else(first))
}

/// What the versions of an item are kept under.
fn named(id: ItemId) -> (&'static str, uuid::Uuid) {
    (thing(id).kind, id.uuid())
}
