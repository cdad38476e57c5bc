//! What is due.

use diesel::prelude::*;

use crate::base::id::MemberId;
use crate::base::time::Day;
use crate::db::Conn;
use crate::db::schema::ideas;
use crate::doing::ideas::model::{Idea, IdeaId, IdeaState};
use crate::on;

/// States in which work is under way.
pub const UNDER_WAY: [IdeaState; 2] = [IdeaState::Assigned, IdeaState::Implementing];

/// Ideas under way after `after` that are due before `until` and of which nobody was reminded on `today`.
pub fn list_to_remind(
    conn: &mut Conn,
    today: Day,
    until: Day,
    after: Option<IdeaId>,
    limit: i64,
) -> QueryResult<Vec<Idea>> {
    on!(conn, c => ideas::table
        .filter(ideas::state.eq_any(UNDER_WAY))
        .filter(ideas::due_on.lt(until))
        .filter(ideas::id.gt(after.unwrap_or_else(|| uuid::Uuid::nil().into())))
        .filter(ideas::reminded_on.is_null().or(ideas::reminded_on.lt(today)))
        .order(ideas::id)
        .limit(limit)
        .select(Idea::as_select())
        .load(c))
}

/// Ideas under way that the member carries out.
pub fn list_under_way_of(conn: &mut Conn, implementer: MemberId) -> QueryResult<Vec<IdeaId>> {
    on!(conn, c => ideas::table
        .filter(ideas::implementer_id.eq(implementer))
        .filter(ideas::state.eq_any(UNDER_WAY))
        .order(ideas::id)
        .select(ideas::id)
        .load(c))
}

/// Puts down that today's reminder goes out; false when another server was first, or it is needed no more.
pub fn mark_reminded(conn: &mut Conn, idea: &Idea, today: Day) -> QueryResult<bool> {
    let mine = ideas::table
        .filter(ideas::id.eq(idea.id))
        .filter(ideas::state.eq_any(UNDER_WAY))
        .filter(ideas::due_on.eq(idea.due_on))
        .filter(ideas::reminded_on.is_null().or(ideas::reminded_on.lt(today)));
    Ok(on!(conn, c => diesel::update(mine).set(ideas::reminded_on.eq(today)).execute(c))? == 1)
}
