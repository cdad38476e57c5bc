//! A creation that is sent twice happens once: the `Idempotency-Key` and the first answer commit with it.

use diesel::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::db::schema::idempotency_keys;
use crate::db::{DbError, Refusal, Stop, Tx};
use crate::on;

pub use crate::base::idempotency::IdempotencyKey;

/// How long a key is remembered.
const KEPT_SECONDS: i64 = 48 * 3600;

/// The key was used before, for another request.
#[derive(Debug, PartialEq, Eq)]
pub struct Reused;

impl Refusal for Reused {}

/// Runs `create` unless `key` already did; then its first answer comes back. Without a key it simply runs.
pub fn once<T, R>(
    tx: &mut Tx,
    key: Option<&IdempotencyKey>,
    create: impl FnOnce(&mut Tx) -> Result<T, Stop<R>>,
) -> Result<T, Stop<R>>
where
    T: Serialize + DeserializeOwned,
    R: From<Reused> + Refusal,
{
    let Some(key) = key else { return create(tx) };
    if !claim(tx, key)? {
        return replay(tx, key);
    }
    let answer = create(tx)?;
    let text = serde_json::to_string(&answer)
        .map_err(|e| DbError::Query(diesel::result::Error::SerializationError(e.into())))?;
    let mine = idempotency_keys::member_id.eq(key.member).and(idempotency_keys::key.eq(&key.key));
    on!(tx.conn, c => diesel::update(idempotency_keys::table.filter(mine))
        .set(idempotency_keys::response.eq(&text))
        .execute(c))?;
    Ok(answer)
}

/// Puts the key down; false when it is there already. On PostgreSQL this waits for a twin that is still running.
fn claim(tx: &mut Tx, key: &IdempotencyKey) -> QueryResult<bool> {
    let row = (
        idempotency_keys::member_id.eq(key.member),
        idempotency_keys::key.eq(&key.key),
        idempotency_keys::request_hash.eq(key.request_hash.as_slice()),
        idempotency_keys::response.eq(""),
        idempotency_keys::created_at.eq(tx.now()),
    );
    let inserted = on!(tx.conn, c => diesel::insert_into(idempotency_keys::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(inserted == 1)
}

fn replay<T: DeserializeOwned, R: From<Reused> + Refusal>(tx: &mut Tx, key: &IdempotencyKey) -> Result<T, Stop<R>> {
    let mine = idempotency_keys::member_id.eq(key.member).and(idempotency_keys::key.eq(&key.key));
    let (hash, response): (Vec<u8>, String) = on!(tx.conn, c => idempotency_keys::table
        .filter(mine)
        .select((idempotency_keys::request_hash, idempotency_keys::response))
        .first(c))?;
    if hash != key.request_hash {
        return Err(Stop::Refused(Reused.into()));
    }
    serde_json::from_str(&response)
        .map_err(|e| DbError::Query(diesel::result::Error::DeserializationError(e.into())).into())
}

/// Forgets keys that no phone will send again.
pub fn tidy(tx: &mut Tx) -> QueryResult<usize> {
    let before = tx.now().plus_seconds(-KEPT_SECONDS);
    on!(tx.conn, c => diesel::delete(idempotency_keys::table.filter(idempotency_keys::created_at.lt(before))).execute(c))
}
