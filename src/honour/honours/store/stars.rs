//! Schemes of stars, and what posts and zones lost.

use diesel::dsl::max;
use diesel::prelude::*;

use crate::base::id::MemberId;
use crate::base::time::{Day, Timestamp};
use crate::db::schema::{honour_falls, star_schemes};
use crate::db::{Conn, Json};
use crate::honour::honours::model::{HolderId, HonourFall, StarScheme, StarVersion};
use crate::on;

type Row = (i32, Json<StarScheme>, String, Day, Option<MemberId>, Timestamp);

/// Every version that was written and not taken back, the oldest first.
pub fn list(conn: &mut Conn) -> QueryResult<Vec<StarVersion>> {
    let rows: Vec<Row> = on!(conn, c => star_schemes::table
        .filter(star_schemes::withdrawn_at.is_null())
        .order(star_schemes::version)
        .select((
            star_schemes::version,
            star_schemes::content,
            star_schemes::basis,
            star_schemes::effective_on,
            star_schemes::created_by,
            star_schemes::created_at,
        ))
        .load(c))?;
    let version = |(version, Json(scheme), basis, effective_on, created_by, created_at): Row| StarVersion {
        version,
        scheme,
        basis,
        effective_on: Some(effective_on),
        created_by,
        created_at: Some(created_at),
    };
    Ok(rows.into_iter().map(version).collect())
}

/// The highest number that a version has ever had.
pub fn highest(conn: &mut Conn) -> QueryResult<i32> {
    let highest: Option<i32> = on!(conn, c => star_schemes::table.select(max(star_schemes::version)).first(c))?;
    Ok(highest.unwrap_or(0))
}

/// Writes a version; false when there is one with this number.
pub fn insert(
    conn: &mut Conn,
    (version, scheme): (i32, &StarScheme),
    (basis, from): (&str, Day),
    (by, now): (MemberId, Timestamp),
) -> QueryResult<bool> {
    let row = (
        star_schemes::version.eq(version),
        star_schemes::content.eq(Json(scheme.clone())),
        star_schemes::basis.eq(basis),
        star_schemes::effective_on.eq(from),
        star_schemes::created_by.eq(Some(by)),
        star_schemes::created_at.eq(now),
    );
    let written =
        on!(conn, c => diesel::insert_into(star_schemes::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(written == 1)
}

/// Takes a version back; its number stays taken.
pub fn withdraw(conn: &mut Conn, version: i32, now: Timestamp) -> QueryResult<()> {
    let change = star_schemes::withdrawn_at.eq(now);
    on!(conn, c => diesel::update(star_schemes::table.find(version)).set(change).execute(c)).map(drop)
}

pub fn insert_fall(conn: &mut Conn, fall: &HonourFall) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(honour_falls::table).values(fall).execute(c)).map(drop)
}

/// What these posts and zones lost, in the order of the days.
pub fn list_falls(conn: &mut Conn, holders: &[HolderId]) -> QueryResult<Vec<HonourFall>> {
    on!(conn, c => honour_falls::table
        .filter(honour_falls::holder_id.eq_any(holders))
        .order((honour_falls::day, honour_falls::id))
        .select(HonourFall::as_select())
        .load(c))
}
