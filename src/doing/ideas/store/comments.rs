//! Comments on ideas.

use diesel::dsl::count_star;
use diesel::prelude::*;

use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::db::Conn;
use crate::db::schema::idea_comments;
use crate::doing::ideas::model::{Comment, CommentId, IdeaId};
use crate::on;

/// How many comments each of `ideas` has; those without any are left out. What goes on under another idea counts there, and
/// what is held nowhere.
pub fn count_comments(conn: &mut Conn, ideas: &[IdeaId]) -> QueryResult<Vec<(IdeaId, i64)>> {
    on!(conn, c => idea_comments::table
        .filter(idea_comments::idea_id.eq_any(ideas))
        .filter(idea_comments::deleted_at.is_null())
        .filter(idea_comments::held_at.is_null())
        .group_by(idea_comments::idea_id)
        .select((idea_comments::idea_id, count_star()))
        .load(c))
}

/// Has the comments of an idea go on under the one that is kept, each with the idea that it was first said about.
pub fn move_comments(conn: &mut Conn, from: IdeaId, kept: IdeaId) -> QueryResult<()> {
    let its = idea_comments::table.filter(idea_comments::idea_id.eq(from));
    let unmarked = its.filter(idea_comments::said_about.is_null());
    on!(conn, c => diesel::update(unmarked).set(idea_comments::said_about.eq(from)).execute(c))?;
    on!(conn, c => diesel::update(its).set(idea_comments::idea_id.eq(kept)).execute(c)).map(drop)
}

pub fn insert_comment(conn: &mut Conn, comment: &Comment) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(idea_comments::table).values(comment).execute(c)).map(drop)
}

pub fn find_comment(conn: &mut Conn, id: CommentId) -> QueryResult<Option<Comment>> {
    on!(conn, c => idea_comments::table.find(id).select(Comment::as_select()).first(c).optional())
}

/// A comment that is replied to: it is not taken back until the end of the transaction.
pub fn find_comment_to_reply(conn: &mut Conn, id: CommentId) -> QueryResult<Option<Comment>> {
    match conn {
        Conn::Pg(c) => idea_comments::table.find(id).select(Comment::as_select()).for_share().first(c).optional(),
        // all writes go through one thread, one transaction after the other
        Conn::Sqlite(c) => idea_comments::table.find(id).select(Comment::as_select()).first(c).optional(),
    }
}

/// A comment that is taken back: nobody replies to it until the end of the transaction.
pub fn lock_comment(conn: &mut Conn, id: CommentId) -> QueryResult<Option<Comment>> {
    match conn {
        Conn::Pg(c) => idea_comments::table.find(id).select(Comment::as_select()).for_update().first(c).optional(),
        Conn::Sqlite(c) => idea_comments::table.find(id).select(Comment::as_select()).first(c).optional(),
    }
}

/// Whether somebody replied to a comment of an idea.
pub fn has_replies(conn: &mut Conn, idea: IdeaId, comment: CommentId) -> QueryResult<bool> {
    let replies =
        idea_comments::table.filter(idea_comments::idea_id.eq(idea)).filter(idea_comments::parent_id.eq(comment));
    on!(conn, c => diesel::select(diesel::dsl::exists(replies)).get_result(c))
}

pub fn delete_comment(conn: &mut Conn, id: CommentId) -> QueryResult<()> {
    on!(conn, c => diesel::delete(idea_comments::table.find(id)).execute(c)).map(drop)
}

/// Has everybody see a comment from now on.
pub fn show_comment(conn: &mut Conn, id: CommentId) -> QueryResult<()> {
    let shown = idea_comments::held_at.eq(None::<Timestamp>);
    on!(conn, c => diesel::update(idea_comments::table.find(id)).set(shown).execute(c)).map(drop)
}

/// Leaves a gap where a comment was.
pub fn blank_comment(conn: &mut Conn, id: CommentId, now: Timestamp) -> QueryResult<()> {
    let blank = (idea_comments::text.eq(""), idea_comments::deleted_at.eq(now));
    on!(conn, c => diesel::update(idea_comments::table.find(id)).set(blank).execute(c)).map(drop)
}

/// How many comments were said about each of `ideas`, which were merged, and go on under another one.
pub fn count_said_about(conn: &mut Conn, ideas: &[IdeaId]) -> QueryResult<Vec<(IdeaId, i64)>> {
    if ideas.is_empty() {
        return Ok(Vec::new());
    }
    let counted: Vec<(Option<IdeaId>, i64)> = on!(conn, c => idea_comments::table
        .filter(idea_comments::said_about.eq_any(ideas))
        .filter(idea_comments::deleted_at.is_null())
        .filter(idea_comments::held_at.is_null())
        .group_by(idea_comments::said_about)
        .select((idea_comments::said_about, count_star()))
        .load(c))?;
    Ok(counted.into_iter().filter_map(|(idea, count)| Some((idea?, count))).collect())
}

/// A page of what `reader` sees of what was said about an idea that was merged, and goes on under another one.
pub fn list_said_about(
    conn: &mut Conn,
    (idea, reader): (IdeaId, MemberId),
    after: Option<CommentId>,
    limit: i64,
) -> QueryResult<Vec<Comment>> {
    let after = after.unwrap_or_else(|| uuid::Uuid::nil().into());
    on!(conn, c => idea_comments::table
        .filter(idea_comments::said_about.eq(idea))
        .filter(idea_comments::held_at.is_null().or(idea_comments::author_id.eq(reader)))
        .filter(idea_comments::id.gt(after))
        .order(idea_comments::id)
        .limit(limit)
        .select(Comment::as_select())
        .load(c))
}

/// A page of the comments on an idea that `reader` sees, replies among them, oldest first, after `after`: of what is held his
/// own.
pub fn list_comments(
    conn: &mut Conn,
    (idea, reader): (IdeaId, MemberId),
    after: Option<CommentId>,
    limit: i64,
) -> QueryResult<Vec<Comment>> {
    let after = after.unwrap_or_else(|| uuid::Uuid::nil().into());
    on!(conn, c => idea_comments::table
        .filter(idea_comments::idea_id.eq(idea))
        .filter(idea_comments::held_at.is_null().or(idea_comments::author_id.eq(reader)))
        .filter(idea_comments::id.gt(after))
        .order(idea_comments::id)
        .limit(limit)
        .select(Comment::as_select())
        .load(c))
}
