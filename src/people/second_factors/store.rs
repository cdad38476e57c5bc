//! The room's tables: factors and recovery codes. Resets have a file of their own.

pub mod resets;

use diesel::prelude::*;

use super::model::Factor;
use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::db::Conn;
use crate::db::schema::{second_factor_codes, second_factors};
use crate::on;

pub fn find(conn: &mut Conn, member: MemberId) -> QueryResult<Option<Factor>> {
    on!(conn, c => second_factors::table.find(member).select(Factor::as_select()).first(c).optional())
}

/// Whether the member has a factor that a first code has confirmed.
pub fn is_enrolled(conn: &mut Conn, member: MemberId) -> QueryResult<bool> {
    let confirmed = second_factors::table.find(member).filter(second_factors::confirmed_at.is_not_null());
    on!(conn, c => diesel::select(diesel::dsl::exists(confirmed)).get_result(c))
}

pub fn insert(conn: &mut Conn, factor: &Factor) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(second_factors::table).values(factor).execute(c)).map(drop)
}

pub fn confirm(conn: &mut Conn, member: MemberId, now: Timestamp) -> QueryResult<()> {
    let factor = second_factors::table.find(member);
    on!(conn, c => diesel::update(factor).set(second_factors::confirmed_at.eq(now)).execute(c)).map(drop)
}

/// Takes the code of a step; false when it, or a later one, was taken by somebody who was faster.
pub fn use_step(conn: &mut Conn, member: MemberId, step: i64) -> QueryResult<bool> {
    let unused = second_factors::member_id
        .eq(member)
        .and(second_factors::last_step.is_null().or(second_factors::last_step.lt(step)));
    let used = on!(conn, c => diesel::update(second_factors::table.filter(unused))
        .set(second_factors::last_step.eq(step))
        .execute(c))?;
    Ok(used == 1)
}

/// Takes everything of a member's factor away; false when there was none.
pub fn delete(conn: &mut Conn, member: MemberId) -> QueryResult<bool> {
    delete_codes(conn, member)?;
    Ok(on!(conn, c => diesel::delete(second_factors::table.find(member)).execute(c))? == 1)
}

pub fn delete_codes(conn: &mut Conn, member: MemberId) -> QueryResult<()> {
    let codes = second_factor_codes::table.filter(second_factor_codes::member_id.eq(member));
    on!(conn, c => diesel::delete(codes).execute(c)).map(drop)
}

pub fn insert_codes(conn: &mut Conn, member: MemberId, hashes: &[[u8; 32]]) -> QueryResult<()> {
    for hash in hashes {
        let row = (second_factor_codes::member_id.eq(member), second_factor_codes::code_hash.eq(hash.as_slice()));
        on!(&mut *conn, c => diesel::insert_into(second_factor_codes::table).values(row).execute(c))?;
    }
    Ok(())
}

/// Uses up a recovery code; false when there is none like it, or it was used.
pub fn use_recovery_code(conn: &mut Conn, member: MemberId, hash: &[u8], now: Timestamp) -> QueryResult<bool> {
    let unused = second_factor_codes::table
        .filter(second_factor_codes::member_id.eq(member))
        .filter(second_factor_codes::code_hash.eq(hash))
        .filter(second_factor_codes::used_at.is_null());
    let used = on!(conn, c => diesel::update(unused).set(second_factor_codes::used_at.eq(now)).execute(c))?;
    Ok(used == 1)
}

/// How many recovery codes of a member are left.
pub fn count_codes(conn: &mut Conn, member: MemberId) -> QueryResult<usize> {
    let unused = second_factor_codes::table
        .filter(second_factor_codes::member_id.eq(member))
        .filter(second_factor_codes::used_at.is_null());
    let count: i64 = on!(conn, c => unused.count().get_result(c))?;
    Ok(usize::try_from(count).unwrap_or(0))
}

/// Deletes factors that were begun before an instant and never confirmed, some at a time.
pub fn delete_unconfirmed(conn: &mut Conn, before: Timestamp) -> QueryResult<()> {
    let old: Vec<MemberId> = on!(conn, c => second_factors::table
        .filter(second_factors::confirmed_at.is_null())
        .filter(second_factors::begun_at.lt(before))
        .limit(200)
        .select(second_factors::member_id)
        .load(c))?;
    let old = second_factors::member_id.eq_any(old).and(second_factors::confirmed_at.is_null());
    on!(conn, c => diesel::delete(second_factors::table.filter(old)).execute(c)).map(drop)
}
