//! What other rooms of the wing are told: the points of a year.

use std::collections::HashMap;

use diesel::QueryResult;

use super::store;
use super::store::book::SumsOf;
use crate::base::id::MemberId;
use crate::db::Conn;

/// Members whose sums are read in one query.
const CHUNK: usize = 500;

/// The points of each of `members` in a year, in hundredths; those who have none are left out.
pub fn totals(conn: &mut Conn, members: &[MemberId], year: i32) -> QueryResult<HashMap<MemberId, i64>> {
    let mut found: HashMap<MemberId, i64> = HashMap::new();
    for some in members.chunks(CHUNK) {
        for (member, _, _, points) in store::book::sums(conn, some, SumsOf::Year(year))? {
            *found.entry(member).or_default() += points.unwrap_or(0);
        }
    }
    Ok(found)
}
