//! Bulletins.

use diesel::prelude::*;

use super::model::{About, BulletinRow};
use crate::db::Conn;
use crate::db::schema::bulletins;
use crate::on;

pub fn find(conn: &mut Conn, about: About) -> QueryResult<Option<BulletinRow>> {
    on!(conn, c => bulletins::table
        .find((about.kind, about.id))
        .select(BulletinRow::as_select())
        .first(c)
        .optional())
}

pub fn insert(conn: &mut Conn, row: &BulletinRow) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(bulletins::table).values(row).execute(c)).map(drop)
}

/// Writes a bulletin as it is now; the caller holds what it is about.
pub fn update(conn: &mut Conn, row: &BulletinRow) -> QueryResult<()> {
    on!(conn, c => diesel::update(bulletins::table.find((&row.about_kind, row.about_id))).set(row).execute(c)).map(drop)
}
