//! A part of the trail outside the database: lines with their seals, which anyone with the key can check again.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::chain::{Seal, Written};
use crate::base::crypto::{Key, hex};
use crate::base::time::Timestamp;
use crate::db::Conn;
use crate::db::schema::{trail, trail_seals};
use crate::on;

/// A sealed line as it leaves the house. Text is as it was sealed: `detail` is the very text that lies in the database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedLine {
    /// Its place in the chain, from 1.
    pub position: i64,
    pub id: Uuid,
    pub at: Timestamp,
    pub actor_id: Option<Uuid>,
    pub action: String,
    pub subject_kind: String,
    pub subject_id: Uuid,
    pub detail: String,
    pub session_id: Option<Uuid>,
    /// In hexadecimal digits.
    pub address_hash: Option<String>,
    pub result: String,
    /// The seal up to this line, in hexadecimal digits.
    pub hash: String,
}

impl SealedLine {
    fn of(position: i64, hash: &[u8], line: Written) -> SealedLine {
        let id = |bytes: &[u8]| Uuid::from_slice(bytes).unwrap_or_default();
        SealedLine {
            position,
            id: id(&line.id),
            at: Timestamp::from_micros(line.at),
            actor_id: line.actor_id.as_deref().map(id),
            action: line.action,
            subject_kind: line.subject_kind,
            subject_id: id(&line.subject_id),
            detail: line.detail,
            session_id: line.session_id.as_deref().map(id),
            address_hash: line.address.as_deref().map(hex),
            result: line.result,
            hash: hex(hash),
        }
    }

    /// The seal of this line behind `before`, if it is the one that it bears.
    pub fn check(&self, key: &Key, before: &Seal) -> Option<Seal> {
        let bytes = |id: Uuid| id.as_bytes().to_vec();
        let line = Written {
            id: bytes(self.id),
            at: self.at.micros(),
            actor_id: self.actor_id.map(bytes),
            action: self.action.clone(),
            subject_kind: self.subject_kind.clone(),
            subject_id: bytes(self.subject_id),
            detail: self.detail.clone(),
            session_id: self.session_id.map(bytes),
            address: match &self.address_hash {
                Some(text) => Some(unhex(text)?),
                None => None,
            },
            result: self.result.clone(),
        };
        let due = before.next(key, &line);
        (due.position == self.position && due.text() == self.hash).then_some(due)
    }
}

/// The bytes that hexadecimal digits say.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok().filter(|_| pair.len() == 2)).collect()
}

/// The first and the last position of sealed lines that were written from `from` on and before `until`; `None` for no line.
/// What lies between them may be a little older or younger: lines are sealed in the order in which they were found.
pub fn find_range(conn: &mut Conn, from: Timestamp, until: Timestamp) -> QueryResult<Option<(i64, i64)>> {
    use diesel::dsl::{max, min};
    let within = trail_seals::table
        .inner_join(trail::table.on(trail::id.eq(trail_seals::line_id)))
        .filter(trail::at.ge(from))
        .filter(trail::at.lt(until))
        .select((min(trail_seals::position), max(trail_seals::position)));
    let (first, last): (Option<i64>, Option<i64>) = on!(conn, c => within.first(c))?;
    Ok(first.zip(last))
}

/// The seal at `position`; before the first line where it is 0, or missing.
pub fn find_seal(conn: &mut Conn, position: i64) -> QueryResult<Seal> {
    let found: Option<Vec<u8>> = on!(conn, c => trail_seals::table
        .filter(trail_seals::position.eq(position))
        .select(trail_seals::hash)
        .first(c)
        .optional())?;
    let hash = found.and_then(|hash| hash.try_into().ok());
    Ok(hash.map_or(Seal::START, |hash| Seal { position, hash }))
}

/// Sealed lines behind `after` up to `last`, in the order of the chain, at most `limit`.
pub fn list_sealed(conn: &mut Conn, after: i64, last: i64, limit: i64) -> QueryResult<Vec<SealedLine>> {
    type Row = (i64, Vec<u8>, Written);
    let rows: Vec<Row> = on!(conn, c => trail_seals::table
        .inner_join(trail::table.on(trail::id.eq(trail_seals::line_id)))
        .filter(trail_seals::position.gt(after))
        .filter(trail_seals::position.le(last))
        .order(trail_seals::position)
        .limit(limit)
        .select((trail_seals::position, trail_seals::hash, Written::as_select()))
        .load(c))?;
    Ok(rows.into_iter().map(|(position, hash, line)| SealedLine::of(position, &hash, line)).collect())
}
