//! The room's tables: accounts, tokens, codes.

use diesel::prelude::*;

use super::model::{Account, Platform};
use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::db::Conn;
use crate::db::schema::{platform_accounts, platform_codes, platform_tokens};
use crate::on;

/// The account of that hash.
pub fn find(conn: &mut Conn, platform: Platform, hash: &[u8]) -> QueryResult<Option<Account>> {
    on!(conn, c => platform_accounts::table
        .find((platform, hash))
        .select(Account::as_select())
        .first(c)
        .optional())
}

/// An account of the same person in another application of the same owner.
pub fn find_by_union(conn: &mut Conn, union_hash: &[u8]) -> QueryResult<Option<MemberId>> {
    on!(conn, c => platform_accounts::table
        .filter(platform_accounts::union_hash.eq(union_hash))
        .order(platform_accounts::bound_at)
        .select(platform_accounts::member_id)
        .first(c)
        .optional())
}

/// The accounts of a member.
pub fn list(conn: &mut Conn, member: MemberId) -> QueryResult<Vec<Account>> {
    on!(conn, c => platform_accounts::table
        .filter(platform_accounts::member_id.eq(member))
        .order(platform_accounts::platform)
        .select(Account::as_select())
        .load(c))
}

/// The accounts that some members have on a platform.
pub fn list_on(conn: &mut Conn, platform: Platform, members: &[MemberId]) -> QueryResult<Vec<Account>> {
    on!(conn, c => platform_accounts::table
        .filter(platform_accounts::platform.eq(platform))
        .filter(platform_accounts::member_id.eq_any(members))
        .select(Account::as_select())
        .load(c))
}

/// Binds an account; false when the account or the member is bound already.
pub fn insert(conn: &mut Conn, account: &Account) -> QueryResult<bool> {
    let new = diesel::insert_into(platform_accounts::table).values(account).on_conflict_do_nothing();
    Ok(on!(conn, c => new.execute(c))? == 1)
}

/// Puts down what a sign-in brought anew.
pub fn renew(
    conn: &mut Conn,
    (platform, hash): (Platform, &[u8]),
    union_hash: Option<&[u8]>,
    session_key: Option<&[u8]>,
) -> QueryResult<()> {
    let account = platform_accounts::table.find((platform, hash));
    let change = (platform_accounts::union_hash.eq(union_hash), platform_accounts::session_key_sealed.eq(session_key));
    on!(conn, c => diesel::update(account).set(change).execute(c)).map(drop)
}

/// Unbinds an account; false when there was none.
pub fn delete(conn: &mut Conn, platform: Platform, member: MemberId) -> QueryResult<bool> {
    let account = platform_accounts::table
        .filter(platform_accounts::platform.eq(platform))
        .filter(platform_accounts::member_id.eq(member));
    Ok(on!(conn, c => diesel::delete(account).execute(c))? > 0)
}

/// Unbinds an account by its id there; gives its member.
pub fn delete_by_hash(conn: &mut Conn, platform: Platform, hash: &[u8]) -> QueryResult<Option<MemberId>> {
    let member = find(conn, platform, hash)?.map(|account| account.member_id);
    let account = platform_accounts::table.find((platform, hash));
    on!(conn, c => diesel::delete(account).execute(c))?;
    Ok(member)
}

/// How many members are bound on each platform.
pub fn count(conn: &mut Conn) -> QueryResult<Vec<(Platform, i64)>> {
    on!(conn, c => platform_accounts::table
        .group_by(platform_accounts::platform)
        .select((platform_accounts::platform, diesel::dsl::count_star()))
        .load(c))
}

/// A sealed token, and until when it is good.
pub fn find_token(conn: &mut Conn, name: &str) -> QueryResult<Option<(Vec<u8>, Timestamp)>> {
    let row: Option<(Option<Vec<u8>>, Timestamp)> = on!(conn, c => platform_tokens::table
        .find(name)
        .select((platform_tokens::token_sealed, platform_tokens::expires_at))
        .first(c)
        .optional())?;
    Ok(row.and_then(|(token, expires_at)| Some((token?, expires_at))))
}

/// Whether it is this process's turn to fetch a token, until an instant: nobody else's has begun.
pub fn claim_token(conn: &mut Conn, name: &str, now: Timestamp, until: Timestamp) -> QueryResult<bool> {
    let row = (
        platform_tokens::name.eq(name),
        platform_tokens::expires_at.eq(Timestamp::from_micros(0)),
        platform_tokens::fetching_until.eq(Timestamp::from_micros(0)),
    );
    on!(&mut *conn, c => diesel::insert_into(platform_tokens::table).values(row).on_conflict_do_nothing().execute(c))?;
    let free = platform_tokens::table.find(name).filter(platform_tokens::fetching_until.le(now));
    let claimed = on!(conn, c => diesel::update(free).set(platform_tokens::fetching_until.eq(until)).execute(c))?;
    Ok(claimed == 1)
}

/// Puts down a token, and lets others fetch the next one.
pub fn put_token(conn: &mut Conn, name: &str, token: Option<(&[u8], Timestamp)>) -> QueryResult<()> {
    let row = platform_tokens::table.find(name);
    let free = platform_tokens::fetching_until.eq(Timestamp::from_micros(0));
    match token {
        Some((sealed, expires_at)) => {
            let change = (platform_tokens::token_sealed.eq(sealed), platform_tokens::expires_at.eq(expires_at), free);
            on!(conn, c => diesel::update(row).set(change).execute(c)).map(drop)
        }
        None => on!(conn, c => diesel::update(row).set(free).execute(c)).map(drop),
    }
}

/// A code that somebody asked with, and what it gave.
pub struct Code {
    pub holder: Vec<u8>,
    pub outcome_sealed: Option<Vec<u8>>,
    pub asked_at: Timestamp,
}

/// Puts a code down; false when it is there already.
pub fn insert_code(conn: &mut Conn, hash: &[u8], holder: &[u8], now: Timestamp) -> QueryResult<bool> {
    let row = (platform_codes::code_hash.eq(hash), platform_codes::holder.eq(holder), platform_codes::asked_at.eq(now));
    let new = diesel::insert_into(platform_codes::table).values(row).on_conflict_do_nothing();
    Ok(on!(conn, c => new.execute(c))? == 1)
}

/// A code, which nobody else changes until the transaction ends.
pub fn lock_code(conn: &mut Conn, hash: &[u8]) -> QueryResult<Option<Code>> {
    let columns = (platform_codes::holder, platform_codes::outcome_sealed, platform_codes::asked_at);
    let row: Option<(Vec<u8>, Option<Vec<u8>>, Timestamp)> = match conn {
        Conn::Pg(c) => platform_codes::table.find(hash).select(columns).for_update().first(c).optional()?,
        Conn::Sqlite(c) => platform_codes::table.find(hash).select(columns).first(c).optional()?,
    };
    Ok(row.map(|(holder, outcome_sealed, asked_at)| Code { holder, outcome_sealed, asked_at }))
}

/// Puts down what a code gave.
pub fn put_outcome(conn: &mut Conn, hash: &[u8], sealed: &[u8]) -> QueryResult<()> {
    let code = platform_codes::table.find(hash);
    on!(conn, c => diesel::update(code).set(platform_codes::outcome_sealed.eq(sealed)).execute(c)).map(drop)
}

/// Forgets a code, so that it may be asked with again.
pub fn delete_code(conn: &mut Conn, hash: &[u8]) -> QueryResult<()> {
    on!(conn, c => diesel::delete(platform_codes::table.find(hash)).execute(c)).map(drop)
}

/// Forgets codes that were asked with before an instant.
pub fn delete_old_codes(conn: &mut Conn, before: Timestamp) -> QueryResult<usize> {
    on!(conn, c => diesel::delete(platform_codes::table.filter(platform_codes::asked_at.lt(before))).execute(c))
}
