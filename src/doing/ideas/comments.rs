//! Comments on ideas, and replies to them.

use std::sync::Arc;

use serde_json::json;

use super::holding::{COMMENT, SeenComment};
use super::model::{Comment, CommentId, IdeaId};
use super::rules::Refusal;
use super::store::{self, comments};
use super::{Ideas, Outcome};
use crate::base::id::MemberId;
use crate::base::idempotency::IdempotencyKey;
use crate::base::person::Person;
use crate::db::Tx;
use crate::kernel::idempotency;
use crate::kernel::trail::{self, Act};

impl Ideas {
    /// Says something about an idea, or replies to what somebody said.
    pub async fn comment(
        &self,
        person: Arc<Person>,
        id: IdeaId,
        parent: Option<CommentId>,
        text: String,
        key: Option<IdempotencyKey>,
    ) -> Outcome<SeenComment> {
        let room = self.clone();
        self.db
            .write(move |tx| {
                let made = idempotency::once(tx, key.as_ref(), |tx| {
                    room.find_open(tx, &person, id)?;
                    let replied_to = check_parent(tx, id, parent)?;
                    room.quotas.comments.take(tx, &person)?.map_err(Refusal::CommentsSpent)?;
                    let id_of_comment: CommentId = tx.fresh_id();
                    let is_held = room.hold_comment(tx, &person, (id, id_of_comment), &text)?;
                    let comment = Comment {
                        id: id_of_comment,
                        idea_id: id,
                        parent_id: parent,
                        author_id: person.member,
                        text: text.clone(),
                        created_at: tx.now(),
                        deleted_at: None,
                        said_about: None,
                        held_at: is_held.then(|| tx.now()),
                    };
                    comments::insert_comment(tx.conn, &comment)?;
                    // again: a merge that runs at the same time either takes this comment along or is seen here
                    let (idea, circle) = room.find_open(tx, &person, id)?;
                    if !is_held {
                        room.tell_comment(tx, &idea, &circle, replied_to, &comment)?;
                    }
                    Ok(comment.id)
                })?;
                let made = comments::find_comment(tx.conn, made)?.ok_or(Refusal::NoSuchComment)?;
                let mut seen = room.with_reviews(tx.conn, vec![made])?;
                Ok(seen.pop().ok_or(Refusal::NoSuchComment)?)
            })
            .await
    }

    /// Takes back one's own comment. While somebody's reply depends on it, a gap stays; the gap goes with its last reply.
    pub async fn delete_comment(&self, person: Arc<Person>, id: IdeaId, comment: CommentId) -> Outcome<()> {
        let room = self.clone();
        self.db
            .write(move |tx| {
                let idea = store::find(tx.conn, id)?.ok_or(Refusal::NoSuchIdea)?;
                let circle = store::people::find_circle(tx.conn, id)?;
                let found = comments::find_comment(tx.conn, comment)?.filter(|found| found.idea_id == id);
                // what he said is his to take back, also where he may look no more
                if found.as_ref().is_none_or(|found| found.author_id != person.member) {
                    room.check_sight(&person, &idea, &circle)?;
                }
                // a gap before what depends on it, as everybody takes them
                let parent = found.and_then(|found| found.parent_id);
                let parent = parent.map(|parent| comments::lock_comment(tx.conn, parent)).transpose()?.flatten();
                let found = comments::lock_comment(tx.conn, comment)?;
                let is_seen = |found: &Comment| found.held_at.is_none() || found.author_id == person.member;
                let found = found.filter(|found| found.idea_id == id && found.deleted_at.is_none());
                let found = found.filter(is_seen).ok_or(Refusal::NoSuchComment)?;
                if found.author_id != person.member {
                    return Err(Refusal::NotAuthor.into());
                }
                room.texts.take_back(tx, COMMENT, comment.uuid())?;
                if comments::has_replies(tx.conn, id, comment)? {
                    comments::blank_comment(tx.conn, comment, tx.now())?;
                } else {
                    comments::delete_comment(tx.conn, comment)?;
                }
                if let Some(gap) = parent.filter(|parent| parent.deleted_at.is_some())
                    && !comments::has_replies(tx.conn, id, gap.id)?
                {
                    comments::delete_comment(tx.conn, gap.id)?;
                }
                trail::note(
                    tx,
                    Act {
                        actor: Some(person.member),
                        action: "ideas.delete_comment",
                        subject_kind: "idea_comment", // it changes nothing of the idea
                        subject_id: id.uuid(),
                        detail: json!({ "comment_id": comment }),
                    },
                )?;
                Ok(())
            })
            .await
    }

    /// The comments on an idea, replies among them, oldest first; of one that was merged, what was said about it before. With
    /// each of the reader's own that others do not see, how it stands with it.
    pub async fn comments(
        &self,
        person: Arc<Person>,
        id: IdeaId,
        after: Option<CommentId>,
        limit: i64,
    ) -> Outcome<Vec<SeenComment>> {
        let reader = person.member;
        let (idea, _) = self.find_seen(person, id).await?;
        let list = if idea.merged_into.is_some() { comments::list_said_about } else { comments::list_comments };
        let room = self.clone();
        let seen = self.db.read(move |conn| {
            let found = list(conn, (id, reader), after, limit)?;
            room.with_reviews(conn, found)
        });
        Ok(seen.await?)
    }
}

/// Who said what is replied to.
fn check_parent(tx: &mut Tx, idea: IdeaId, parent: Option<CommentId>) -> Outcome<Option<MemberId>> {
    let Some(parent) = parent else { return Ok(None) };
    let parent = comments::find_comment_to_reply(tx.conn, parent)?;
    let is_shown = |parent: &Comment| parent.deleted_at.is_none() && parent.held_at.is_none();
    let parent = parent.filter(|parent| parent.idea_id == idea && is_shown(parent));
    let parent = parent.ok_or(Refusal::NoSuchParent)?;
    if parent.parent_id.is_some() { Err(Refusal::ReplyTooDeep.into()) } else { Ok(Some(parent.author_id)) }
}
