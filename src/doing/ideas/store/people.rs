//! Who besides the author is part of an idea.

use diesel::prelude::*;

use crate::db::Conn;
use crate::db::schema::idea_people;
use crate::doing::ideas::model::{IdeaId, IdeaPerson, Part};
use crate::on;

/// Everybody but the author, with their parts.
pub fn list_people(conn: &mut Conn, idea: IdeaId) -> QueryResult<Vec<IdeaPerson>> {
    on!(conn, c => idea_people::table
        .filter(idea_people::idea_id.eq(idea))
        .order((idea_people::member_id, idea_people::part))
        .select(IdeaPerson::as_select())
        .load(c))
}

/// The people of several ideas.
pub fn list_people_of(conn: &mut Conn, ideas: &[IdeaId]) -> QueryResult<Vec<IdeaPerson>> {
    on!(conn, c => idea_people::table
        .filter(idea_people::idea_id.eq_any(ideas))
        .order((idea_people::idea_id, idea_people::member_id))
        .select(IdeaPerson::as_select())
        .load(c))
}

pub fn insert_person(conn: &mut Conn, person: IdeaPerson) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(idea_people::table).values(person).on_conflict_do_nothing().execute(c)).map(drop)
}

/// Takes all co-authors of an idea away.
pub fn delete_co_authors(conn: &mut Conn, idea: IdeaId) -> QueryResult<()> {
    let theirs = idea_people::table.filter(idea_people::idea_id.eq(idea)).filter(idea_people::part.eq(Part::CoAuthor));
    on!(conn, c => diesel::delete(theirs).execute(c)).map(drop)
}
