//! Coverage as it was frozen, and the servings that it was made of.

use diesel::dsl::min;
use diesel::prelude::*;

use super::super::model::{FrozenCoverage, ItemId, Push, PushId, ReadingId};
use crate::base::id::MemberId;
use crate::base::time::{Day, Timestamp};
use crate::db::Conn;
use crate::db::schema::{study_coverages, study_pushes, study_readings, study_servings};
use crate::on;

/// The oldest push whose day is over by `newest`, and which is not frozen yet.
pub fn find_unfrozen(conn: &mut Conn, newest: Day) -> QueryResult<Option<Push>> {
    on!(conn, c => study_pushes::table
        .filter(study_pushes::published_at.lt(newest.next().start()))
        .filter(study_pushes::cancelled_at.is_null())
        .filter(study_pushes::coverage_frozen_at.is_null())
        .filter(study_pushes::day.le(newest))
        .order((study_pushes::day, study_pushes::id))
        .select(Push::as_select())
        .first(c)
        .optional())
}

/// Keeps the coverage of a push; what is kept already stays as it is.
pub fn freeze(conn: &mut Conn, coverage: &FrozenCoverage) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(study_coverages::table).values(coverage).on_conflict_do_nothing().execute(c))?;
    let open = study_pushes::table
        .filter(study_pushes::id.eq(coverage.push_id))
        .filter(study_pushes::coverage_frozen_at.is_null());
    let frozen = study_pushes::coverage_frozen_at.eq(coverage.frozen_at);
    on!(conn, c => diesel::update(open).set(frozen).execute(c)).map(drop)
}

/// The coverage of a push as it was frozen.
pub fn find(conn: &mut Conn, push: PushId) -> QueryResult<Option<FrozenCoverage>> {
    on!(conn, c => study_coverages::table.find(push).select(FrozenCoverage::as_select()).first(c).optional())
}

/// Which of `members` finished the item after an instant, of what they opened on `from` or later, and when first.
pub fn list_finished_after(
    conn: &mut Conn,
    item: ItemId,
    from: Day,
    after: Timestamp,
    members: &[MemberId],
) -> QueryResult<Vec<(MemberId, Option<Timestamp>)>> {
    on!(conn, c => study_readings::table
        .filter(study_readings::member_id.eq_any(members))
        .filter(study_readings::item_id.eq(item))
        .filter(study_readings::day.ge(from))
        .filter(study_readings::finished_at.gt(after))
        .group_by(study_readings::member_id)
        .select((study_readings::member_id, min(study_readings::finished_at)))
        .load(c))
}

/// The first push after another one of which servings are kept.
pub fn next_served(conn: &mut Conn, after: Option<PushId>) -> QueryResult<Option<PushId>> {
    on!(conn, c => {
        let mut first = study_servings::table.order(study_servings::push_id).select(study_servings::push_id).into_boxed();
        if let Some(after) = after {
            first = first.filter(study_servings::push_id.gt(after));
        }
        first.limit(1).first(c).optional()
    })
}

/// Whether the coverage of the push was frozen before an instant, or never will be.
pub fn is_frozen_before(conn: &mut Conn, push: PushId, before: Timestamp) -> QueryResult<bool> {
    let frozen = study_pushes::table
        .filter(study_pushes::id.eq(push))
        .filter(study_pushes::coverage_frozen_at.lt(before).or(study_pushes::cancelled_at.is_not_null()));
    on!(conn, c => diesel::select(diesel::dsl::exists(frozen)).get_result(c))
}

/// Forgets readings that were opened before `day` and never finished, `limit` at most; how many.
pub fn delete_unfinished(conn: &mut Conn, day: Day, limit: i64) -> QueryResult<usize> {
    let old: Vec<ReadingId> = on!(conn, c => study_readings::table
        .filter(study_readings::finished_at.is_null())
        .filter(study_readings::day.lt(day))
        .order(study_readings::day)
        .limit(limit)
        .select(study_readings::id)
        .load(c))?;
    on!(conn, c => diesel::delete(study_readings::table.filter(study_readings::id.eq_any(&old))).execute(c))
}

/// Throws servings of a push away, as many as `limit` says; how many there were.
pub fn delete_servings(conn: &mut Conn, push: PushId, limit: i64) -> QueryResult<usize> {
    let members: Vec<MemberId> = on!(conn, c => study_servings::table
        .filter(study_servings::push_id.eq(push))
        .limit(limit)
        .select(study_servings::member_id)
        .load(c))?;
    let some = study_servings::table
        .filter(study_servings::push_id.eq(push))
        .filter(study_servings::member_id.eq_any(&members));
    on!(conn, c => diesel::delete(some).execute(c))
}
