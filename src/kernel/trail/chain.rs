//! The trail as a chain: each line is sealed by a keyed hash over itself and the seal before it.
//!
//! Lines are sealed seconds after they were written, in the order in which they are found: transactions end in another
//! order than they begin, and a seal in the writing transaction would have all writers wait for each other. Until then a
//! line stands in the queue `trail_unsealed`, which its own transaction fills. What is changed, removed, inserted, swapped
//! or cut off after that is found by [`walk`]; anyone who can write the database has no key, which lies with the secrets.

use diesel::prelude::*;

use uuid::Uuid;

use super::TrailId;
use crate::base::crypto::{Key, hex};
use crate::base::time::Timestamp;
use crate::db::schema::{trail, trail_seals, trail_unsealed};
use crate::db::{Conn, Tx};
use crate::on;

/// A seal: the place of a line in the chain, and the hash up to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal {
    /// From 1, without gaps.
    pub position: i64,
    pub hash: [u8; 32],
}

/// A line just as it lies in the database, whatever somebody may have made of it.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = trail)]
pub(super) struct Written {
    pub(super) id: Vec<u8>,
    pub(super) at: i64,
    pub(super) actor_id: Option<Vec<u8>>,
    pub(super) action: String,
    pub(super) subject_kind: String,
    pub(super) subject_id: Vec<u8>,
    pub(super) detail: String,
    pub(super) session_id: Option<Vec<u8>>,
    pub(super) address: Option<Vec<u8>>,
    pub(super) result: String,
}

impl Written {
    fn id(&self) -> TrailId {
        TrailId::from(Uuid::from_slice(&self.id).unwrap_or_default())
    }
}

impl Seal {
    /// Before the first line.
    pub const START: Seal = Seal { position: 0, hash: [0; 32] };

    /// The seal of `line` behind this one.
    pub(super) fn next(&self, key: &Key, line: &Written) -> Seal {
        let position = self.position + 1;
        let hash = key.mac(&[
            &self.hash,
            &position.to_be_bytes(),
            &line.id,
            &line.at.to_be_bytes(),
            line.actor_id.as_deref().unwrap_or_default(),
            line.action.as_bytes(),
            line.subject_kind.as_bytes(),
            &line.subject_id,
            line.detail.as_bytes(),
            line.session_id.as_deref().unwrap_or_default(),
            line.address.as_deref().unwrap_or_default(),
            line.result.as_bytes(),
        ]);
        Seal { position, hash }
    }

    /// The hash as text.
    pub fn text(&self) -> String {
        hex(&self.hash)
    }
}

/// The last seal.
pub fn last(conn: &mut Conn) -> QueryResult<Seal> {
    let seals =
        trail_seals::table.order(trail_seals::position.desc()).select((trail_seals::position, trail_seals::hash));
    let found: Option<(i64, Vec<u8>)> = on!(conn, c => seals.first(c).optional())?;
    Ok(found.map_or(Seal::START, |(position, hash)| Seal { position, hash: whole(&hash) }))
}

fn whole(hash: &[u8]) -> [u8; 32] {
    hash.try_into().unwrap_or_default()
}

/// Seals at most `limit` lines that wait; how many there were. One process at a time.
pub fn seal(tx: &mut Tx, key: &Key, limit: i64) -> QueryResult<usize> {
    let waiting: Vec<Written> = on!(tx.conn, c => trail::table
        .inner_join(trail_unsealed::table.on(trail_unsealed::line_id.eq(trail::id)))
        .order(trail::id)
        .limit(limit)
        .select(Written::as_select())
        .load(c))?;
    if waiting.is_empty() {
        return Ok(0);
    }
    let now = tx.now();
    let mut seal = last(tx.conn)?;
    for line in &waiting {
        seal = seal.next(key, line);
        let row = (
            trail_seals::position.eq(seal.position),
            trail_seals::line_id.eq(&line.id),
            trail_seals::hash.eq(seal.hash.as_slice()),
            trail_seals::sealed_at.eq(now),
        );
        on!(tx.conn, c => diesel::insert_into(trail_seals::table).values(row).execute(c))?;
    }
    let sealed: Vec<&[u8]> = waiting.iter().map(|line| line.id.as_slice()).collect();
    on!(tx.conn, c => diesel::delete(trail_unsealed::table.filter(trail_unsealed::line_id.eq_any(sealed.clone()))).execute(c))?;
    Ok(waiting.len())
}

/// What does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No seal stands at this position, though later ones do.
    SealMissing { position: i64 },
    /// The line that was sealed at this position is gone.
    LineMissing { position: i64 },
    /// The line at this position, or its seal, is another one than was sealed: it was changed, swapped or re-hung.
    Differs { position: i64, line: TrailId, at: Timestamp },
    /// A line that nobody wrote by way of the program: it was neither sealed nor does it wait for that.
    Inserted { line: TrailId, at: Timestamp },
}

/// A part of the chain from behind `seal` on, at most `limit` lines of it: the seals that fit, and the first fault.
pub fn walk(conn: &mut Conn, key: &Key, seal: &Seal, limit: i64) -> QueryResult<(Vec<Seal>, Option<Fault>)> {
    type Row = (i64, Vec<u8>, Option<Written>);
    let rows: Vec<Row> = on!(conn, c => trail_seals::table
        .left_join(trail::table.on(trail::id.eq(trail_seals::line_id)))
        .filter(trail_seals::position.gt(seal.position))
        .order(trail_seals::position)
        .limit(limit)
        .select((trail_seals::position, trail_seals::hash, Option::<Written>::as_select()))
        .load(c))?;
    let mut fitting: Vec<Seal> = Vec::with_capacity(rows.len());
    for (position, hash, line) in rows {
        let before = fitting.last().unwrap_or(seal).clone();
        if position != before.position + 1 {
            return Ok((fitting, Some(Fault::SealMissing { position: before.position + 1 })));
        }
        let Some(line) = line else { return Ok((fitting, Some(Fault::LineMissing { position }))) };
        let due = before.next(key, &line);
        if due.hash != whole(&hash) {
            return Ok((
                fitting,
                Some(Fault::Differs { position, line: line.id(), at: Timestamp::from_micros(line.at) }),
            ));
        }
        fitting.push(due);
    }
    Ok((fitting, None))
}

/// The first line that neither has a seal nor waits for one.
pub fn find_inserted(conn: &mut Conn) -> QueryResult<Option<Fault>> {
    let found: Option<(TrailId, Timestamp)> = on!(conn, c => trail::table
        .left_join(trail_seals::table.on(trail_seals::line_id.eq(trail::id)))
        .left_join(trail_unsealed::table.on(trail_unsealed::line_id.eq(trail::id)))
        .filter(trail_seals::position.is_null())
        .filter(trail_unsealed::line_id.is_null())
        .order(trail::id)
        .select((trail::id, trail::at))
        .first(c)
        .optional())?;
    Ok(found.map(|(line, at)| Fault::Inserted { line, at }))
}

/// The oldest line that waits for its seal.
pub fn find_oldest_waiting(conn: &mut Conn) -> QueryResult<Option<Timestamp>> {
    on!(conn, c => trail::table
        .inner_join(trail_unsealed::table.on(trail_unsealed::line_id.eq(trail::id)))
        .order(trail::id)
        .select(trail::at)
        .first(c)
        .optional())
}

/// How many lines wait for their seal.
pub fn count_waiting(conn: &mut Conn) -> QueryResult<i64> {
    on!(conn, c => trail_unsealed::table.count().get_result(c))
}
