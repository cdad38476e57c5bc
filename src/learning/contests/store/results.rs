//! The ranking, as it was computed once.

use diesel::prelude::*;

use crate::base::id::{MemberId, UnitId};
use crate::base::time::Timestamp;
use crate::db::Conn;
use crate::db::schema::{contest_branch_results, contest_results, contests};
use crate::learning::contests::model::{BranchResult, ContestId, MemberResult};
use crate::{on, prepared};

/// Writes results, or writes them again: a computation that was broken off starts anew and comes to the same.
pub fn put(conn: &mut Conn, results: &[MemberResult]) -> QueryResult<()> {
    for result in results {
        // one by one: SQLite takes no batch with nullable columns
        let new = diesel::insert_into(contest_results::table)
            .values(result)
            .on_conflict((contest_results::contest_id, contest_results::member_id));
        let again = (
            contest_results::attempt_id.eq(result.attempt_id),
            contest_results::unit_id.eq(result.unit_id),
            contest_results::score.eq(result.score),
            contest_results::right_count.eq(result.right_count),
            contest_results::elapsed_micros.eq(result.elapsed_micros),
            contest_results::finished_at.eq(result.finished_at),
            contest_results::rank.eq(result.rank),
        );
        on!(conn, c => prepared!(new.do_update().set(again)).execute(c))?;
    }
    Ok(())
}

/// For which unit each member with a result counts, as it was when the ranking was first made.
pub fn list_units(conn: &mut Conn, contest: ContestId) -> QueryResult<Vec<(MemberId, Option<UnitId>)>> {
    on!(conn, c => contest_results::table
        .filter(contest_results::contest_id.eq(contest))
        .select((contest_results::member_id, contest_results::unit_id))
        .load(c))
}

/// How many of a unit took part in a contest.
#[derive(Clone, Debug)]
pub struct Participation {
    pub contest: ContestId,
    pub title: String,
    pub published_at: Timestamp,
    pub unit: UnitId,
    pub participants: i32,
    pub active_members: i32,
}

/// Of every contest that was published from `from` until before `until`, each ranked unit with active members.
pub fn list_participation(conn: &mut Conn, from: Timestamp, until: Timestamp) -> QueryResult<Vec<Participation>> {
    type Row = (ContestId, String, Option<Timestamp>, UnitId, i32, i32);
    let rows: Vec<Row> = on!(conn, c => contest_branch_results::table
        .inner_join(contests::table.on(contests::id.eq(contest_branch_results::contest_id)))
        .filter(contests::published_at.ge(from))
        .filter(contests::published_at.lt(until))
        .filter(contest_branch_results::active_members.gt(0))
        .order((contests::id, contest_branch_results::unit_id))
        .select((
            contests::id,
            contests::title,
            contests::published_at,
            contest_branch_results::unit_id,
            contest_branch_results::participants,
            contest_branch_results::active_members,
        ))
        .load(c))?;
    let participation = |(contest, title, published_at, unit, participants, active_members): Row| {
        Some(Participation { contest, title, published_at: published_at?, unit, participants, active_members })
    };
    Ok(rows.into_iter().filter_map(participation).collect())
}

/// How many active members each ranked unit had when the ranking was first made.
pub fn list_actives(conn: &mut Conn, contest: ContestId) -> QueryResult<Vec<(UnitId, i32)>> {
    on!(conn, c => contest_branch_results::table
        .filter(contest_branch_results::contest_id.eq(contest))
        .select((contest_branch_results::unit_id, contest_branch_results::active_members))
        .load(c))
}

/// Puts the branches of a contest in the place of what was written before.
pub fn put_branches(conn: &mut Conn, contest: ContestId, branches: &[BranchResult]) -> QueryResult<()> {
    let old = contest_branch_results::table.filter(contest_branch_results::contest_id.eq(contest));
    on!(conn, c => diesel::delete(old).execute(c))?;
    for branch in branches {
        on!(conn, c => diesel::insert_into(contest_branch_results::table).values(branch).execute(c))?;
    }
    Ok(())
}

/// A page of the ranking, best first, after a rank and a member.
pub fn list(
    conn: &mut Conn,
    contest: ContestId,
    after: Option<(i32, MemberId)>,
    limit: i64,
) -> QueryResult<Vec<MemberResult>> {
    let (rank, member) = after.unwrap_or((0, MemberId::from(uuid::Uuid::nil())));
    // `rank >= ?` is what the index is searched by; the rest only skips those of the same rank
    on!(conn, c => contest_results::table
        .filter(contest_results::contest_id.eq(contest))
        .filter(contest_results::rank.ge(rank))
        .filter(contest_results::rank.gt(rank).or(contest_results::member_id.gt(member)))
        .order((contest_results::rank, contest_results::member_id))
        .limit(limit)
        .select(MemberResult::as_select())
        .load(c))
}

/// Everybody up to a rank.
pub fn list_until(conn: &mut Conn, contest: ContestId, last: i32) -> QueryResult<Vec<MemberResult>> {
    on!(conn, c => contest_results::table
        .filter(contest_results::contest_id.eq(contest))
        .filter(contest_results::rank.le(last))
        .order((contest_results::rank, contest_results::member_id))
        .select(MemberResult::as_select())
        .load(c))
}

/// The last `limit` results before that rank and member, best first.
pub fn list_before(
    conn: &mut Conn,
    contest: ContestId,
    (rank, member): (i32, MemberId),
    limit: i64,
) -> QueryResult<Vec<MemberResult>> {
    let mut found: Vec<MemberResult> = on!(conn, c => contest_results::table
        .filter(contest_results::contest_id.eq(contest))
        .filter(contest_results::rank.le(rank))
        .filter(contest_results::rank.lt(rank).or(contest_results::member_id.lt(member)))
        .order((contest_results::rank.desc(), contest_results::member_id.desc()))
        .limit(limit)
        .select(MemberResult::as_select())
        .load(c))?;
    found.reverse();
    Ok(found)
}

/// Results by member, after `after`: the order in which points are given.
pub fn list_by_member(
    conn: &mut Conn,
    contest: ContestId,
    after: Option<MemberId>,
    limit: i64,
) -> QueryResult<Vec<MemberResult>> {
    let after = after.unwrap_or(MemberId::from(uuid::Uuid::nil()));
    on!(conn, c => contest_results::table
        .filter(contest_results::contest_id.eq(contest))
        .filter(contest_results::member_id.gt(after))
        .order(contest_results::member_id)
        .limit(limit)
        .select(MemberResult::as_select())
        .load(c))
}

/// The results of some members.
pub fn list_of(conn: &mut Conn, contest: ContestId, members: &[MemberId]) -> QueryResult<Vec<MemberResult>> {
    on!(conn, c => contest_results::table
        .filter(contest_results::contest_id.eq(contest))
        .filter(contest_results::member_id.eq_any(members))
        .select(MemberResult::as_select())
        .load(c))
}

/// All scores together.
pub fn sum_of_scores(conn: &mut Conn, contest: ContestId) -> QueryResult<i64> {
    let sum: Option<i64> = on!(conn, c => contest_results::table
        .filter(contest_results::contest_id.eq(contest))
        .select(diesel::dsl::sum(contest_results::score))
        .get_result(c))?;
    Ok(sum.unwrap_or(0))
}

pub fn find(conn: &mut Conn, contest: ContestId, member: MemberId) -> QueryResult<Option<MemberResult>> {
    on!(conn, c => contest_results::table
        .find((contest, member))
        .select(MemberResult::as_select())
        .first(c)
        .optional())
}

/// Every branch up to a rank.
pub fn list_branches_until(conn: &mut Conn, contest: ContestId, last: i32) -> QueryResult<Vec<BranchResult>> {
    on!(conn, c => contest_branch_results::table
        .filter(contest_branch_results::contest_id.eq(contest))
        .filter(contest_branch_results::rank.le(last))
        .order((contest_branch_results::rank, contest_branch_results::unit_id))
        .select(BranchResult::as_select())
        .load(c))
}

/// A page of the branches, best first, after a rank and a unit.
pub fn list_branches(
    conn: &mut Conn,
    contest: ContestId,
    after: Option<(i32, UnitId)>,
    limit: i64,
) -> QueryResult<Vec<BranchResult>> {
    let (rank, unit) = after.unwrap_or((0, UnitId::from(uuid::Uuid::nil())));
    on!(conn, c => contest_branch_results::table
        .filter(contest_branch_results::contest_id.eq(contest))
        .filter(contest_branch_results::rank.ge(rank))
        .filter(contest_branch_results::rank.gt(rank).or(contest_branch_results::unit_id.gt(unit)))
        .order((contest_branch_results::rank, contest_branch_results::unit_id))
        .limit(limit)
        .select(BranchResult::as_select())
        .load(c))
}
