//! Who likes which idea.

use diesel::dsl::count_star;
use diesel::prelude::*;

use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::db::Conn;
use crate::db::schema::idea_likes;
use crate::doing::ideas::model::IdeaId;
use crate::on;

/// Puts a like down; one that is there stays as it is, and one that was given to a former text is given anew.
pub fn insert_like(conn: &mut Conn, idea: IdeaId, member: MemberId, now: Timestamp) -> QueryResult<()> {
    let row = (
        idea_likes::idea_id.eq(idea),
        idea_likes::member_id.eq(member),
        idea_likes::created_at.eq(now),
        idea_likes::former_text.eq(false),
    );
    let inserted =
        on!(conn, c => diesel::insert_into(idea_likes::table).values(row).on_conflict_do_nothing().execute(c))?;
    if inserted == 1 {
        return Ok(());
    }
    let former = idea_likes::table
        .filter(idea_likes::idea_id.eq(idea))
        .filter(idea_likes::member_id.eq(member))
        .filter(idea_likes::former_text);
    let anew = (idea_likes::created_at.eq(now), idea_likes::former_text.eq(false));
    on!(conn, c => diesel::update(former).set(anew).execute(c)).map(drop)
}

/// Has every like of an idea be one that was given to its former text.
pub fn put_behind(conn: &mut Conn, idea: IdeaId) -> QueryResult<()> {
    let its = idea_likes::table.filter(idea_likes::idea_id.eq(idea)).filter(idea_likes::former_text.eq(false));
    on!(conn, c => diesel::update(its).set(idea_likes::former_text.eq(true)).execute(c)).map(drop)
}

/// How many liked an idea before its text was written anew, and have not done so since.
pub fn count_former(conn: &mut Conn, idea: IdeaId) -> QueryResult<i64> {
    on!(conn, c => idea_likes::table
        .filter(idea_likes::idea_id.eq(idea))
        .filter(idea_likes::former_text)
        .select(count_star())
        .get_result(c))
}

pub fn delete_like(conn: &mut Conn, idea: IdeaId, member: MemberId) -> QueryResult<()> {
    on!(conn, c => diesel::delete(idea_likes::table.find((idea, member))).execute(c)).map(drop)
}

pub fn has_liked(conn: &mut Conn, idea: IdeaId, member: MemberId) -> QueryResult<bool> {
    let found: Option<MemberId> = on!(conn, c => idea_likes::table
        .find((idea, member))
        .filter(idea_likes::former_text.eq(false))
        .select(idea_likes::member_id)
        .first(c)
        .optional())?;
    Ok(found.is_some())
}

/// Which of `ideas` a member likes.
pub fn list_liked(conn: &mut Conn, ideas: &[IdeaId], member: MemberId) -> QueryResult<Vec<IdeaId>> {
    on!(conn, c => idea_likes::table
        .filter(idea_likes::idea_id.eq_any(ideas))
        .filter(idea_likes::member_id.eq(member))
        .filter(idea_likes::former_text.eq(false))
        .select(idea_likes::idea_id)
        .load(c))
}

/// Everybody who likes an idea.
pub fn list_likers(conn: &mut Conn, idea: IdeaId) -> QueryResult<Vec<MemberId>> {
    on!(conn, c => idea_likes::table
        .filter(idea_likes::idea_id.eq(idea))
        .filter(idea_likes::former_text.eq(false))
        .order(idea_likes::member_id)
        .select(idea_likes::member_id)
        .load(c))
}

/// How many like each of `ideas`; those whom nobody likes are left out.
pub fn count_likes(conn: &mut Conn, ideas: &[IdeaId]) -> QueryResult<Vec<(IdeaId, i64)>> {
    on!(conn, c => idea_likes::table
        .filter(idea_likes::idea_id.eq_any(ideas))
        .filter(idea_likes::former_text.eq(false))
        .group_by(idea_likes::idea_id)
        .select((idea_likes::idea_id, count_star()))
        .load(c))
}
