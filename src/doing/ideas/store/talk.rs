//! What is said about ideas: likes and comments.

use diesel::dsl::count_star;
use diesel::prelude::*;

use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::db::Conn;
use crate::db::schema::{idea_comments, idea_likes};
use crate::doing::ideas::model::{Comment, CommentId, IdeaId};
use crate::on;

/// Puts a like down; one that is there stays as it is.
pub fn insert_like(conn: &mut Conn, idea: IdeaId, member: MemberId, now: Timestamp) -> QueryResult<()> {
    let row = (idea_likes::idea_id.eq(idea), idea_likes::member_id.eq(member), idea_likes::created_at.eq(now));
    on!(conn, c => diesel::insert_into(idea_likes::table).values(row).on_conflict_do_nothing().execute(c)).map(drop)
}

pub fn delete_like(conn: &mut Conn, idea: IdeaId, member: MemberId) -> QueryResult<()> {
    on!(conn, c => diesel::delete(idea_likes::table.find((idea, member))).execute(c)).map(drop)
}

pub fn has_liked(conn: &mut Conn, idea: IdeaId, member: MemberId) -> QueryResult<bool> {
    let found: Option<MemberId> = on!(conn, c => idea_likes::table
        .find((idea, member))
        .select(idea_likes::member_id)
        .first(c)
        .optional())?;
    Ok(found.is_some())
}

/// Everybody who likes an idea.
pub fn list_likers(conn: &mut Conn, idea: IdeaId) -> QueryResult<Vec<MemberId>> {
    on!(conn, c => idea_likes::table
        .filter(idea_likes::idea_id.eq(idea))
        .order(idea_likes::member_id)
        .select(idea_likes::member_id)
        .load(c))
}

/// How many like each of `ideas`; those whom nobody likes are left out.
pub fn count_likes(conn: &mut Conn, ideas: &[IdeaId]) -> QueryResult<Vec<(IdeaId, i64)>> {
    on!(conn, c => idea_likes::table
        .filter(idea_likes::idea_id.eq_any(ideas))
        .group_by(idea_likes::idea_id)
        .select((idea_likes::idea_id, count_star()))
        .load(c))
}

/// How many comments each of `ideas` has; those without any are left out.
pub fn count_comments(conn: &mut Conn, ideas: &[IdeaId]) -> QueryResult<Vec<(IdeaId, i64)>> {
    on!(conn, c => idea_comments::table
        .filter(idea_comments::idea_id.eq_any(ideas))
        .filter(idea_comments::deleted_at.is_null())
        .group_by(idea_comments::idea_id)
        .select((idea_comments::idea_id, count_star()))
        .load(c))
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
pub fn hold_comment(conn: &mut Conn, id: CommentId) -> QueryResult<Option<Comment>> {
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

/// Leaves a gap where a comment was.
pub fn blank_comment(conn: &mut Conn, id: CommentId, now: Timestamp) -> QueryResult<()> {
    let blank = (idea_comments::text.eq(""), idea_comments::deleted_at.eq(now));
    on!(conn, c => diesel::update(idea_comments::table.find(id)).set(blank).execute(c)).map(drop)
}

/// A page of the comments on an idea, replies among them, oldest first, after `after`.
pub fn list_comments(conn: &mut Conn, idea: IdeaId, after: Option<CommentId>, limit: i64) -> QueryResult<Vec<Comment>> {
    let after = after.unwrap_or_else(|| uuid::Uuid::nil().into());
    on!(conn, c => idea_comments::table
        .filter(idea_comments::idea_id.eq(idea))
        .filter(idea_comments::id.gt(after))
        .order(idea_comments::id)
        .limit(limit)
        .select(Comment::as_select())
        .load(c))
}
