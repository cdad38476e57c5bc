//! The room's tables; here the ideas themselves, in files of their own what belongs to them.

pub mod lists;
pub mod outcomes;
pub mod people;
pub mod reminders;
pub mod statistics;
pub mod steps;
pub mod categories;
pub mod comments;
pub mod likes;

use std::collections::HashMap;

use diesel::prelude::*;

use super::model::{Idea, IdeaId, IdeaState, IdeaText};
use crate::base::time::Timestamp;
use crate::db::Conn;
use crate::db::schema::ideas;
use crate::kernel::glance::Look;
use crate::on;

/// The idea of the member's own that moved last.
pub const LATEST: Look = Look {
    kind: "ideas.latest",
    id: "id",
    at: "updated_at",
    word: "state",
    text: "title",
    from: "FROM ideas WHERE author_id = {member} ORDER BY updated_at DESC, id DESC LIMIT 1",
    ..Look::NOTHING
};

pub fn find(conn: &mut Conn, id: IdeaId) -> QueryResult<Option<Idea>> {
    on!(conn, c => ideas::table.find(id).select(Idea::as_select()).first(c).optional())
}

/// Those of `ids` that exist, in no order.
pub fn find_some(conn: &mut Conn, ids: &[IdeaId]) -> QueryResult<Vec<Idea>> {
    on!(conn, c => ideas::table.filter(ideas::id.eq_any(ids)).select(Idea::as_select()).load(c))
}

/// What those of `ids` that exist are called.
pub fn list_titles(conn: &mut Conn, ids: &[IdeaId]) -> QueryResult<HashMap<IdeaId, String>> {
    /// SQLite takes a bounded number of parameters.
    const AT_ONCE: usize = 1000;
    let mut titles = HashMap::new();
    for ids in ids.chunks(AT_ONCE) {
        let found: Vec<(IdeaId, String)> =
            on!(&mut *conn, c => ideas::table.filter(ideas::id.eq_any(ids)).select((ideas::id, ideas::title)).load(c))?;
        titles.extend(found);
    }
    Ok(titles)
}

/// The idea, held until the end of the transaction: others who act on it at the same time wait and then see the outcome.
pub fn lock_row(conn: &mut Conn, id: IdeaId) -> QueryResult<Option<Idea>> {
    match conn {
        Conn::Pg(c) => ideas::table.find(id).select(Idea::as_select()).for_update().first(c).optional(),
        // all writes go through one thread, one transaction after the other
        Conn::Sqlite(c) => ideas::table.find(id).select(Idea::as_select()).first(c).optional(),
    }
}

pub fn insert(conn: &mut Conn, idea: &Idea) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(ideas::table).values(idea).execute(c)).map(drop)
}

/// Writes what a draft says; false when it is no draft any more.
pub fn update_text(conn: &mut Conn, id: IdeaId, text: &IdeaText, now: Timestamp) -> QueryResult<bool> {
    let draft = ideas::table.filter(ideas::id.eq(id)).filter(ideas::state.eq(IdeaState::Draft));
    let changed = on!(conn, c => diesel::update(draft)
        .set((
            ideas::category.eq(&text.category),
            ideas::title.eq(&text.title),
            ideas::problem.eq(&text.problem),
            ideas::proposal.eq(&text.proposal),
            ideas::benefit.eq(&text.benefit),
            ideas::updated_at.eq(now),
        ))
        .execute(c))?;
    Ok(changed == 1)
}

/// Writes where the idea stands now, if it still stands in `from`; false when somebody else was first.
pub fn advance(conn: &mut Conn, from: IdeaState, idea: &Idea) -> QueryResult<bool> {
    let there = ideas::table.filter(ideas::id.eq(idea.id)).filter(ideas::state.eq(from));
    let advanced = on!(conn, c => diesel::update(there)
        .set((
                ideas::state.eq(idea.state),
                ideas::unit_id.eq(idea.unit_id),
                ideas::branch_id.eq(idea.branch_id),
                ideas::submitted_at.eq(idea.submitted_at),
                ideas::implementer_id.eq(idea.implementer_id),
                ideas::due_on.eq(idea.due_on),
                ideas::reminded_on.eq(idea.reminded_on),
                ideas::merged_into.eq(idea.merged_into),
                ideas::updated_at.eq(idea.updated_at),
        ))
        .execute(c))?;
    Ok(advanced == 1)
}
