//! By what a database knows the keys that must not change under it: what each gives for a check.

use diesel::prelude::*;

use crate::base::crypto::Key;
use crate::db::schema::secret_checks;
use crate::db::{Conn, Db, DbError, Never, Stop};
use crate::on;

/// The name of a key, and what it gives for a check.
pub type Known = (String, Vec<u8>);

/// What a key gives for a check; nobody gets from it to the key.
fn check_of(key: &Key) -> Vec<u8> {
    key.mac(&[b"this key belongs to this database"]).to_vec()
}

/// What is known of keys; nothing in a new database, or in one from before there were checks.
pub fn list(conn: &mut Conn) -> QueryResult<Vec<Known>> {
    on!(conn, c => secret_checks::table
        .order(secret_checks::name)
        .select((secret_checks::name, secret_checks::key_check))
        .load(c))
}

/// The keys that are others than the database knows.
pub fn differing(known: &[Known], keys: &[(&'static str, &Key)]) -> Vec<&'static str> {
    let differs = |(name, key): &&(&'static str, &Key)| {
        known.iter().any(|(known, check)| known == name && *check != check_of(key))
    };
    keys.iter().filter(differs).map(|(name, _)| *name).collect()
}

/// Puts down what the keys give, and answers what is known then: of servers that do so at once the first one stays.
pub async fn put(db: &Db, keys: &[(&'static str, &Key)]) -> Result<Vec<Known>, DbError> {
    let checks: Vec<(&'static str, Vec<u8>)> = keys.iter().map(|(name, key)| (*name, check_of(key))).collect();
    let known = db.write(move |tx| -> Result<Vec<Known>, Stop<Never>> {
        let made_at = secret_checks::made_at.eq(tx.now());
        for (name, check) in &checks {
            let row = (secret_checks::name.eq(*name), secret_checks::key_check.eq(check), made_at);
            on!(&mut *tx.conn, c => diesel::insert_into(secret_checks::table)
                .values(row)
                .on_conflict_do_nothing()
                .execute(c))?;
        }
        Ok(list(tx.conn)?)
    });
    Ok(known.await?)
}
