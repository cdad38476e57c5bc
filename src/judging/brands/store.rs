//! The room's table.

use diesel::prelude::*;

use super::model::{Brand, BrandId};
use crate::base::id::UnitId;
use crate::db::Conn;
use crate::db::schema::brands;
use crate::on;

/// A page of the brands of `units` (of all when `None`) in the order in which they came, after `after`.
pub fn list(conn: &mut Conn, units: Option<&[UnitId]>, after: Option<BrandId>, limit: i64) -> QueryResult<Vec<Brand>> {
    on!(conn, c => {
        let mut query = brands::table.into_boxed();
        if let Some(units) = units {
            query = query.filter(brands::unit_id.eq_any(units));
        }
        if let Some(after) = after {
            query = query.filter(brands::id.gt(after));
        }
        query.order(brands::id).limit(limit).select(Brand::as_select()).load(c)
    })
}

pub fn find_of(conn: &mut Conn, unit: UnitId) -> QueryResult<Option<Brand>> {
    on!(conn, c => brands::table.filter(brands::unit_id.eq(unit)).select(Brand::as_select()).first(c).optional())
}

pub fn find(conn: &mut Conn, id: BrandId) -> QueryResult<Option<Brand>> {
    on!(conn, c => brands::table.find(id).select(Brand::as_select()).first(c).optional())
}

/// A brand that nobody else changes until the end of the transaction.
pub fn lock_row(conn: &mut Conn, id: BrandId) -> QueryResult<Option<Brand>> {
    match conn {
        Conn::Pg(c) => brands::table.find(id).select(Brand::as_select()).for_no_key_update().first(c).optional(),
        // writes go one after the other
        Conn::Sqlite(c) => brands::table.find(id).select(Brand::as_select()).first(c).optional(),
    }
}

/// The brands that belong to one, in the order in which they came.
pub fn list_children(conn: &mut Conn, parent: BrandId) -> QueryResult<Vec<Brand>> {
    on!(conn, c => brands::table
        .filter(brands::parent_id.eq(parent))
        .order(brands::id)
        .select(Brand::as_select())
        .load(c))
}

/// Several brands.
pub fn find_some(conn: &mut Conn, ids: &[BrandId]) -> QueryResult<Vec<Brand>> {
    on!(conn, c => brands::table.filter(brands::id.eq_any(ids)).order(brands::id).select(Brand::as_select()).load(c))
}

/// Writes a brand; false when the unit has one.
pub fn insert_if_free(conn: &mut Conn, brand: &Brand) -> QueryResult<bool> {
    let inserted =
        on!(conn, c => diesel::insert_into(brands::table).values(brand).on_conflict_do_nothing().execute(c))?;
    Ok(inserted == 1)
}

/// Writes everything of a brand that is held.
pub fn put(conn: &mut Conn, brand: &Brand) -> QueryResult<()> {
    on!(conn, c => diesel::update(brands::table.filter(brands::id.eq(brand.id))).set(brand).execute(c)).map(drop)
}

/// Takes a brand back.
pub fn delete(conn: &mut Conn, id: BrandId) -> QueryResult<()> {
    on!(conn, c => diesel::delete(brands::table.find(id)).execute(c)).map(drop)
}

pub fn insert(conn: &mut Conn, brand: &Brand) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(brands::table).values(brand).execute(c)).map(drop)
}

/// Writes name and summary of a brand.
pub fn update(conn: &mut Conn, brand: &Brand) -> QueryResult<()> {
    on!(conn, c => diesel::update(brands::table.filter(brands::id.eq(brand.id)))
        .set((brands::name.eq(&brand.name), brands::summary.eq(&brand.summary), brands::updated_at.eq(brand.updated_at)))
        .execute(c))
    .map(drop)
}
