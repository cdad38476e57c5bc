//! What a document said before: every version of a text that may be argued about, with who wrote it and when.
//!
//! Table: `text_versions`, append-only. A room keeps the versions of its texts here, with each change in its transaction,
//! while it holds the thing; who may read them is the room's to say. A text that was never changed has none here: the
//! thing itself is its only version.

use diesel::prelude::*;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::db::schema::text_versions;
use crate::db::{Conn, Json, Tx};
use crate::on;

/// A version of a text; never changed.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = text_versions)]
pub struct TextVersion {
    /// From 1 on; the last one holds.
    pub version: i32,
    /// What the room wrote, as JSON.
    pub content: Json<Value>,
    pub written_by: MemberId,
    pub written_at: Timestamp,
}

/// What a text says, and who wrote it so.
#[derive(Clone, Copy, Debug)]
pub struct Written<'a, T> {
    pub content: &'a T,
    pub by: MemberId,
    pub at: Timestamp,
}

/// Keeps what a thing says from now on. With the first change what it said `before` is kept, too, which was its version
/// `number`. What says the same makes no version. The caller holds the thing.
pub fn keep<T: Serialize>(
    tx: &mut Tx,
    thing: (&str, Uuid),
    (number, before): (i32, Written<'_, T>),
    now: Written<'_, T>,
) -> QueryResult<()> {
    let (old, new) = (in_json(before.content)?, in_json(now.content)?);
    if old == new {
        return Ok(());
    }
    let newest = match newest(tx.conn, thing)? {
        Some(newest) => newest,
        None => {
            insert(tx.conn, thing, number, (old, before.by, before.at))?;
            number
        }
    };
    insert(tx.conn, thing, newest + 1, (new, now.by, now.at))
}

fn in_json<T: Serialize>(content: &T) -> QueryResult<Value> {
    serde_json::to_value(content).map_err(|error| diesel::result::Error::SerializationError(error.into()))
}

fn newest(conn: &mut Conn, (kind, thing): (&str, Uuid)) -> QueryResult<Option<i32>> {
    on!(conn, c => text_versions::table
        .filter(text_versions::thing_kind.eq(kind))
        .filter(text_versions::thing_id.eq(thing.as_bytes().as_slice()))
        .order(text_versions::version.desc())
        .select(text_versions::version)
        .first(c)
        .optional())
}

fn insert(
    conn: &mut Conn,
    (kind, thing): (&str, Uuid),
    version: i32,
    (content, by, at): (Value, MemberId, Timestamp),
) -> QueryResult<()> {
    let content = Json(content);
    let row = (
        text_versions::thing_kind.eq(kind),
        text_versions::thing_id.eq(thing.as_bytes().as_slice()),
        text_versions::version.eq(version),
        text_versions::content.eq(&content),
        text_versions::written_by.eq(by),
        text_versions::written_at.eq(at),
    );
    on!(conn, c => diesel::insert_into(text_versions::table).values(row).execute(c)).map(drop)
}

/// Every version of a text after `after`, the first one first; none of one that was never changed.
pub fn list(conn: &mut Conn, (kind, thing): (&str, Uuid), after: i32, limit: i64) -> QueryResult<Vec<TextVersion>> {
    on!(conn, c => text_versions::table
        .filter(text_versions::thing_kind.eq(kind))
        .filter(text_versions::thing_id.eq(thing.as_bytes().as_slice()))
        .filter(text_versions::version.gt(after))
        .order(text_versions::version)
        .limit(limit)
        .select(TextVersion::as_select())
        .load(c))
}

/// Everybody who ever wrote a version of a text.
pub fn list_writers(conn: &mut Conn, (kind, thing): (&str, Uuid)) -> QueryResult<Vec<MemberId>> {
    on!(conn, c => text_versions::table
        .filter(text_versions::thing_kind.eq(kind))
        .filter(text_versions::thing_id.eq(thing.as_bytes().as_slice()))
        .select(text_versions::written_by)
        .distinct()
        .order(text_versions::written_by)
        .load(c))
}
