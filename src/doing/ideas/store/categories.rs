//! What ideas may be about.

use diesel::prelude::*;

use crate::db::Conn;
use crate::db::schema::idea_categories;
use crate::on;

/// The categories in their order.
pub fn list_categories(conn: &mut Conn) -> QueryResult<Vec<String>> {
    on!(conn, c => idea_categories::table
        .order((idea_categories::position, idea_categories::name))
        .select(idea_categories::name)
        .load(c))
}

pub fn category_exists(conn: &mut Conn, name: &str) -> QueryResult<bool> {
    let found: Option<String> = on!(conn, c => idea_categories::table
        .find(name)
        .select(idea_categories::name)
        .first(c)
        .optional())?;
    Ok(found.is_some())
}

/// Puts `names` in the place of the categories; ideas keep the name that they were given.
pub fn replace_categories(conn: &mut Conn, names: &[String]) -> QueryResult<()> {
    on!(conn, c => diesel::delete(idea_categories::table).execute(c))?;
    for (position, name) in (1..).zip(names) {
        let row = (idea_categories::name.eq(name), idea_categories::position.eq::<i32>(position));
        on!(conn, c => diesel::insert_into(idea_categories::table).values(row).execute(c))?;
    }
    Ok(())
}
