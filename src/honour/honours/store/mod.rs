//! The tables of honours, their holders, and who takes no part in a year; stars, grades, titles and insignia have files of
//! their own.

pub mod grades;
pub mod insignia;
pub mod stars;
pub mod titles;

use diesel::prelude::*;

use super::model::{
    Award, AwardId, AwardSource, AwardSourceId, Awarded, Bar, BarId, HolderId, HolderRow, HonourHolderKind,
    HonourLevel, Withdrawal,
};
use crate::base::id::{MemberId, UnitId};
use crate::db::Conn;
use crate::db::schema::{honour_awards, honour_bars, honour_holders, honour_withdrawals};
use crate::on;

/// Honours with what became of them and the names of brands, posts and zones.
macro_rules! awarded {
    () => {
        honour_awards::table
            .left_join(honour_withdrawals::table.on(honour_withdrawals::award_id.eq(honour_awards::id)))
            .left_join(honour_holders::table.on(honour_holders::id.nullable().eq(honour_awards::holder_id)))
    };
}

macro_rules! columns {
    () => {
        (Award::as_select(), Option::<Withdrawal>::as_select(), honour_holders::name.nullable())
    };
}

pub fn find(conn: &mut Conn, id: AwardId) -> QueryResult<Option<Awarded>> {
    on!(conn, c => awarded!().filter(honour_awards::id.eq(id)).select(columns!()).first(c).optional())
}

/// The honour whose certificate bears that code.
pub fn find_by_code(conn: &mut Conn, code: &str) -> QueryResult<Option<Awarded>> {
    on!(conn, c => awarded!().filter(honour_awards::code.eq(code)).select(columns!()).first(c).optional())
}

/// Which honours a list shows.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Of holders who belonged there; anywhere when `None`.
    pub units: Option<Vec<UnitId>>,
    pub member: Option<MemberId>,
    pub holder: Option<HolderId>,
    pub holder_kind: Option<HonourHolderKind>,
    pub year: Option<i32>,
    pub level: Option<HonourLevel>,
}

/// Honours before `before`, newest first.
pub fn list(conn: &mut Conn, wanted: &Wanted, before: Option<AwardId>, limit: i64) -> QueryResult<Vec<Awarded>> {
    on!(conn, c => {
        let mut query = awarded!()
            .filter(honour_awards::id.lt(before.unwrap_or_else(|| uuid::Uuid::max().into())))
            .into_boxed();
        if let Some(units) = &wanted.units {
            query = query.filter(honour_awards::unit_id.eq_any(units));
        }
        if let Some(member) = wanted.member {
            query = query.filter(honour_awards::member_id.eq(member));
        }
        if let Some(holder) = wanted.holder {
            query = query.filter(honour_awards::holder_id.eq(holder));
        }
        if let Some(kind) = wanted.holder_kind {
            query = query.filter(honour_awards::holder_kind.eq(kind));
        }
        if let Some(year) = wanted.year {
            query = query.filter(honour_awards::year.eq(year));
        }
        if let Some(level) = wanted.level {
            query = query.filter(honour_awards::level.eq(level));
        }
        query.order(honour_awards::id.desc()).limit(limit).select(columns!()).load(c)
    })
}

/// What came from a source, with whether it was taken away.
pub fn list_from(conn: &mut Conn, kind: AwardSource, source: AwardSourceId) -> QueryResult<Vec<Awarded>> {
    on!(conn, c => awarded!()
        .filter(honour_awards::source_kind.eq(kind))
        .filter(honour_awards::source_id.eq(source))
        .order(honour_awards::id)
        .select(columns!())
        .load(c))
}

/// Everything that these members were given, with whether it was taken away.
pub fn list_of_members(conn: &mut Conn, members: &[MemberId]) -> QueryResult<Vec<Awarded>> {
    on!(conn, c => awarded!()
        .filter(honour_awards::member_id.eq_any(members))
        .order(honour_awards::id)
        .select(columns!())
        .load(c))
}

/// Everything that these units themselves were given.
pub fn list_of_units(conn: &mut Conn, units: &[UnitId]) -> QueryResult<Vec<Awarded>> {
    on!(conn, c => awarded!()
        .filter(honour_awards::holder_kind.eq(HonourHolderKind::Unit))
        .filter(honour_awards::unit_id.eq_any(units))
        .order(honour_awards::id)
        .select(columns!())
        .load(c))
}

/// Everything that these brands, posts and zones were given.
pub fn list_of_holders(conn: &mut Conn, holders: &[HolderId]) -> QueryResult<Vec<Awarded>> {
    on!(conn, c => awarded!()
        .filter(honour_awards::holder_id.eq_any(holders))
        .order(honour_awards::id)
        .select(columns!())
        .load(c))
}

/// Which of these causes are known.
pub fn list_known(conn: &mut Conn, causes: &[String]) -> QueryResult<Vec<String>> {
    on!(conn, c => honour_awards::table
        .filter(honour_awards::cause.eq_any(causes))
        .select(honour_awards::cause)
        .load(c))
}

/// Writes an honour; false when the same was given before.
pub fn insert(conn: &mut Conn, award: &Award) -> QueryResult<bool> {
    let written = on!(conn, c => diesel::insert_into(honour_awards::table)
        .values(award)
        .on_conflict(honour_awards::cause)
        .do_nothing()
        .execute(c))?;
    Ok(written == 1)
}

/// Writes that an honour was taken away; false when it was before.
pub fn insert_withdrawal(conn: &mut Conn, withdrawal: &Withdrawal) -> QueryResult<bool> {
    let written = on!(conn, c => diesel::insert_into(honour_withdrawals::table)
        .values(withdrawal)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(written == 1)
}

pub fn find_holder(conn: &mut Conn, id: HolderId) -> QueryResult<Option<HolderRow>> {
    on!(conn, c => honour_holders::table.find(id).select(HolderRow::as_select()).first(c).optional())
}

/// The brand, post or zone of a unit by its name.
pub fn find_named(conn: &mut Conn, kind: HonourHolderKind, unit: UnitId, name: &str) -> QueryResult<Option<HolderRow>> {
    on!(conn, c => honour_holders::table
        .filter(honour_holders::kind.eq(kind))
        .filter(honour_holders::unit_id.eq(unit))
        .filter(honour_holders::name.eq(name))
        .select(HolderRow::as_select())
        .first(c)
        .optional())
}

/// Writes a brand, a post or a zone; false when the unit has one of that name.
pub fn insert_holder(conn: &mut Conn, holder: &HolderRow) -> QueryResult<bool> {
    let written = on!(conn, c => diesel::insert_into(honour_holders::table)
        .values(holder)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(written == 1)
}

/// Brands, posts and zones of units after `after`, in the order in which they came.
pub fn list_holders(
    conn: &mut Conn,
    kind: Option<HonourHolderKind>,
    units: Option<&[UnitId]>,
    after: Option<HolderId>,
    limit: i64,
) -> QueryResult<Vec<HolderRow>> {
    on!(conn, c => {
        let mut query = honour_holders::table
            .filter(honour_holders::id.gt(after.unwrap_or_else(|| uuid::Uuid::nil().into())))
            .into_boxed();
        if let Some(kind) = kind {
            query = query.filter(honour_holders::kind.eq(kind));
        }
        if let Some(units) = units {
            query = query.filter(honour_holders::unit_id.eq_any(units));
        }
        query.order(honour_holders::id).limit(limit).select(HolderRow::as_select()).load(c)
    })
}

pub fn insert_bar(conn: &mut Conn, bar: &Bar) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(honour_bars::table).values(bar).execute(c)).map(drop)
}

/// Everybody who takes no part in a year.
pub fn list_bars_of(conn: &mut Conn, year: i32) -> QueryResult<Vec<Bar>> {
    on!(conn, c => honour_bars::table.filter(honour_bars::year.eq(year)).select(Bar::as_select()).load(c))
}

/// Who takes no part in some year, of units, before `before`, newest first.
pub fn list_bars(
    conn: &mut Conn,
    units: Option<&[UnitId]>,
    before: Option<BarId>,
    limit: i64,
) -> QueryResult<Vec<Bar>> {
    on!(conn, c => {
        let mut query = honour_bars::table
            .filter(honour_bars::id.lt(before.unwrap_or_else(|| uuid::Uuid::max().into())))
            .into_boxed();
        if let Some(units) = units {
            query = query.filter(honour_bars::unit_id.eq_any(units));
        }
        query.order(honour_bars::id.desc()).limit(limit).select(Bar::as_select()).load(c)
    })
}
