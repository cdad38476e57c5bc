//! Who besides the author is part of an idea.

use diesel::prelude::*;

use crate::base::id::MemberId;
use crate::db::Conn;
use crate::db::schema::{idea_people, ideas};
use crate::doing::ideas::model::{Circle, Idea, IdeaId, IdeaPerson, MergedIdea, Part, thing};
use crate::kernel::recusals;
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

/// Takes all co-authors of an idea off; that they were named stays.
pub fn take_off_co_authors(conn: &mut Conn, idea: IdeaId) -> QueryResult<()> {
    let named = idea_people::table.filter(idea_people::idea_id.eq(idea)).filter(idea_people::part.eq(Part::CoAuthor));
    let members: Vec<MemberId> = on!(conn, c => named.select(idea_people::member_id).load(c))?;
    for member_id in members {
        insert_person(conn, IdeaPerson { idea_id: idea, member_id, part: Part::FormerCoAuthor })?;
    }
    on!(conn, c => diesel::delete(named).execute(c)).map(drop)
}

/// Everybody around an idea, with what was merged into it, and who asked to be kept out of it.
pub fn find_circle(conn: &mut Conn, idea: IdeaId) -> QueryResult<Circle> {
    let (people, mut level, mut merged) = (list_people(conn, idea)?, vec![idea], Vec::new());
    loop {
        let next: Vec<Idea> = on!(conn, c => ideas::table
            .filter(ideas::merged_into.eq_any(&level))
            .order(ideas::id)
            .select(Idea::as_select())
            .load(c))?;
        if next.is_empty() {
            break;
        }
        level = next.iter().map(|idea| idea.id).collect();
        merged.extend(next);
    }
    let ids: Vec<IdeaId> = merged.iter().map(|idea| idea.id).collect();
    let subjects: Vec<uuid::Uuid> = ids.iter().chain([&idea]).map(|idea| idea.uuid()).collect();
    let recused = recusals::list_requests(conn, thing(idea).kind, &subjects)?;
    if merged.is_empty() {
        return Ok(Circle { recused, ..Circle::of(people) });
    }
    let theirs = list_people_of(conn, &ids)?;
    let with_people = |idea: Idea| MergedIdea {
        people: theirs.iter().filter(|person| person.idea_id == idea.id).copied().collect(),
        id: idea.id,
        title: idea.title,
        author_id: idea.author_id,
        unit_id: idea.unit_id,
        branch_id: idea.branch_id,
    };
    Ok(Circle { people, merged: merged.into_iter().map(with_people).collect(), recused })
}
