//! The table `point_rules`. A version that was taken back stays there for its number alone.

use diesel::dsl::max;
use diesel::prelude::*;

use super::model::{Rule, RuleName};
use crate::base::time::Timestamp;
use crate::db::Conn;
use crate::db::schema::point_rules;
use crate::on;

/// Every version of every rule.
pub fn list_all(conn: &mut Conn) -> QueryResult<Vec<Rule>> {
    on!(conn, c => point_rules::table.filter(point_rules::withdrawn_at.is_null()).select(Rule::as_select()).load(c))
}

/// The newest version, in force or not yet.
pub fn newest(conn: &mut Conn, rule: RuleName) -> QueryResult<Option<Rule>> {
    on!(conn, c => point_rules::table
        .filter(point_rules::rule.eq(rule))
        .filter(point_rules::withdrawn_at.is_null())
        .order(point_rules::version.desc())
        .select(Rule::as_select())
        .first(c)
        .optional())
}

/// The highest number that a version of the rule has ever had, also one that was taken back.
pub fn highest_version(conn: &mut Conn, rule: RuleName) -> QueryResult<Option<i32>> {
    on!(conn, c => point_rules::table.filter(point_rules::rule.eq(rule)).select(max(point_rules::version)).first(c))
}

/// A version, if there is one with that number that was not taken back.
pub fn find(conn: &mut Conn, rule: RuleName, version: i32) -> QueryResult<Option<Rule>> {
    on!(conn, c => point_rules::table
        .find((rule, version))
        .filter(point_rules::withdrawn_at.is_null())
        .select(Rule::as_select())
        .first(c)
        .optional())
}

/// Takes a version back; its number stays taken, since somebody may still ask for it.
pub fn withdraw(conn: &mut Conn, rule: RuleName, version: i32, now: Timestamp) -> QueryResult<()> {
    let change = point_rules::withdrawn_at.eq(now);
    on!(conn, c => diesel::update(point_rules::table.find((rule, version))).set(change).execute(c)).map(drop)
}

/// Every version of every rule after `after`, by rule and version.
pub fn list(conn: &mut Conn, after: Option<(String, i32)>, limit: i64) -> QueryResult<Vec<Rule>> {
    let (rule, version) = after.unwrap_or_default();
    on!(conn, c => point_rules::table
        .filter(point_rules::rule.gt(&rule).or(point_rules::rule.eq(&rule).and(point_rules::version.gt(version))))
        .filter(point_rules::withdrawn_at.is_null())
        .order((point_rules::rule, point_rules::version))
        .limit(limit)
        .select(Rule::as_select())
        .load(c))
}

/// The names of all versions, for showing entries that were made by them.
pub fn names(conn: &mut Conn) -> QueryResult<Vec<(String, i32, String)>> {
    on!(conn, c => point_rules::table
        .select((point_rules::rule, point_rules::version, point_rules::name))
        .load(c))
}

/// Writes a version; `false` when there is one with this number already.
pub fn insert(conn: &mut Conn, rule: &Rule) -> QueryResult<bool> {
    let written = on!(conn, c => diesel::insert_into(point_rules::table)
        .values((
            point_rules::rule.eq(rule.rule),
            point_rules::version.eq(rule.version),
            point_rules::name.eq(&rule.name),
            point_rules::dimension.eq(rule.dimension),
            point_rules::points.eq(rule.points),
            point_rules::cap_day.eq(rule.cap_day),
            point_rules::cap_week.eq(rule.cap_week),
            point_rules::cap_month.eq(rule.cap_month),
            point_rules::cap_year.eq(rule.cap_year),
            point_rules::effective_on.eq(rule.effective_on),
            point_rules::created_by.eq(rule.created_by),
            point_rules::created_at.eq(rule.created_at),
        ))
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(written > 0)
}
