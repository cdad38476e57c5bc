//! The tables of schemes and classes; those of proposals, of the book and of appeals have files of their own.

pub mod appeals;
pub mod book;
pub mod proposals;

use diesel::dsl::max;
use diesel::prelude::*;

use super::model::{AppraisalScheme, SchemeVersion};
use crate::base::id::MemberId;
use crate::base::time::{Day, Timestamp};
use crate::db::schema::{appraisal_classes, appraisal_schemes};
use crate::db::{Conn, Json};
use crate::on;

type SchemeRow = (i32, Json<AppraisalScheme>, String, Day, Option<MemberId>, Timestamp);

/// Every version that was not taken back, the oldest first.
pub fn list_schemes(conn: &mut Conn) -> QueryResult<Vec<SchemeVersion>> {
    let rows: Vec<SchemeRow> = on!(conn, c => appraisal_schemes::table
        .filter(appraisal_schemes::withdrawn_at.is_null())
        .order(appraisal_schemes::version)
        .select((
            appraisal_schemes::version,
            appraisal_schemes::content,
            appraisal_schemes::basis,
            appraisal_schemes::effective_on,
            appraisal_schemes::created_by,
            appraisal_schemes::created_at,
        ))
        .load(c))?;
    let version = |(version, Json(scheme), basis, effective_on, created_by, created_at): SchemeRow| SchemeVersion {
        version,
        scheme,
        basis,
        effective_on,
        created_by,
        created_at,
    };
    Ok(rows.into_iter().map(version).collect())
}

/// The highest number that a version has ever had.
pub fn highest_version(conn: &mut Conn) -> QueryResult<i32> {
    let highest: Option<i32> =
        on!(conn, c => appraisal_schemes::table.select(max(appraisal_schemes::version)).first(c))?;
    Ok(highest.unwrap_or(0))
}

/// Writes a version; false when there is one with this number.
pub fn insert_scheme(conn: &mut Conn, new: &SchemeVersion) -> QueryResult<bool> {
    let row = (
        appraisal_schemes::version.eq(new.version),
        appraisal_schemes::content.eq(Json(new.scheme.clone())),
        appraisal_schemes::basis.eq(&new.basis),
        appraisal_schemes::effective_on.eq(new.effective_on),
        appraisal_schemes::created_by.eq(new.created_by),
        appraisal_schemes::created_at.eq(new.created_at),
    );
    let written =
        on!(conn, c => diesel::insert_into(appraisal_schemes::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(written == 1)
}

/// Takes a version back; its number stays taken.
pub fn withdraw_scheme(conn: &mut Conn, version: i32, now: Timestamp) -> QueryResult<()> {
    let change = appraisal_schemes::withdrawn_at.eq(now);
    on!(conn, c => diesel::update(appraisal_schemes::table.find(version)).set(change).execute(c)).map(drop)
}

/// The class of each of `members` on a day, of those for whom one was set.
pub fn classes_of(conn: &mut Conn, members: &[MemberId], day: Day) -> QueryResult<Vec<(MemberId, String)>> {
    // the later row of a member comes later and so counts
    on!(conn, c => appraisal_classes::table
        .filter(appraisal_classes::member_id.eq_any(members))
        .filter(appraisal_classes::from_on.le(day))
        .order((appraisal_classes::from_on, appraisal_classes::id))
        .select((appraisal_classes::member_id, appraisal_classes::class))
        .load(c))
}

/// Every class that was set for `members`, with the day from which each holds; of one day the last one holds.
pub fn list_classes(conn: &mut Conn, members: &[MemberId]) -> QueryResult<Vec<(MemberId, Day, String)>> {
    on!(conn, c => appraisal_classes::table
        .filter(appraisal_classes::member_id.eq_any(members))
        .order((appraisal_classes::from_on, appraisal_classes::id))
        .select((appraisal_classes::member_id, appraisal_classes::from_on, appraisal_classes::class))
        .load(c))
}

/// A class of a member, as it was set.
pub struct NewClass<'a> {
    pub id: uuid::Uuid,
    pub member: MemberId,
    pub class: &'a str,
    pub from: Day,
    pub reason: &'a str,
    pub by: MemberId,
    pub at: Timestamp,
}

pub fn insert_class(conn: &mut Conn, new: &NewClass<'_>) -> QueryResult<()> {
    let row = (
        appraisal_classes::id.eq(new.id.as_bytes().as_slice()),
        appraisal_classes::member_id.eq(new.member),
        appraisal_classes::class.eq(new.class),
        appraisal_classes::from_on.eq(new.from),
        appraisal_classes::reason.eq(new.reason),
        appraisal_classes::set_by.eq(new.by),
        appraisal_classes::set_at.eq(new.at),
    );
    on!(conn, c => diesel::insert_into(appraisal_classes::table).values(row).execute(c)).map(drop)
}
