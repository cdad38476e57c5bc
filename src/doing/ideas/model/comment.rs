//! What is said about an idea.

use diesel::prelude::*;

use super::IdeaId;
use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::db::schema::idea_comments;

crate::id!(
    /// What somebody said about an idea.
    CommentId
);
/// What somebody said about an idea; a reply names what it replies to.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = idea_comments, treat_none_as_default_value = false)]
pub struct Comment {
    pub id: CommentId,
    pub idea_id: IdeaId,
    pub parent_id: Option<CommentId>,
    pub author_id: MemberId,
    /// Empty once it was taken back.
    pub text: String,
    pub created_at: Timestamp,
    /// When its author took it back; it stays as a gap while replies depend on it.
    pub deleted_at: Option<Timestamp>,
    /// The idea that it was said about, where that one was merged into this one since.
    pub said_about: Option<IdeaId>,
    /// Since when nobody but its author sees it; `None` for what everybody sees.
    pub held_at: Option<Timestamp>,
}
