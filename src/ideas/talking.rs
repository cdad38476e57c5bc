//! Likes and comments.

use std::sync::Arc;

use super::model::{Comment, CommentId, Idea, IdeaId, Part};
use super::rules::Refusal;
use super::store::{self, lists, talk};
use super::{Ideas, Outcome};
use crate::base::id::MemberId;
use crate::base::idempotency::IdempotencyKey;
use crate::db::Tx;
use crate::kernel::idempotency;
use crate::web::caller::Person;

impl Ideas {
    /// Likes an idea, or takes the like back; doing it again changes nothing. Says how many like it now.
    pub async fn like(&self, person: Arc<Person>, id: IdeaId, liked: bool) -> Outcome<i64> {
        let room = self.clone();
        self.db
            .write(move |tx| {
                match liked {
                    // first, so that a merge which runs at the same time either moves this like or is seen below
                    true => {
                        room.find_open(tx, &person, id)?;
                        talk::insert_like(tx.conn, id, person.member, tx.now())?;
                    }
                    false => talk::delete_like(tx.conn, id, person.member)?,
                }
                let idea = room.find_open(tx, &person, id)?;
                let people = store::list_people(tx.conn, id)?;
                let co_author = people.iter().any(|p| p.member_id == person.member && p.part == Part::CoAuthor);
                if liked && (idea.author_id == person.member || co_author) {
                    return Err(Refusal::OwnLike.into());
                }
                Ok(talk::count_likes(tx.conn, &[id])?.first().map_or(0, |(_, count)| *count))
            })
            .await
    }

    /// Says something about an idea, or replies to what somebody said.
    pub async fn comment(
        &self,
        person: Arc<Person>,
        id: IdeaId,
        parent: Option<CommentId>,
        text: String,
        key: Option<IdempotencyKey>,
    ) -> Outcome<Comment> {
        let room = self.clone();
        self.db
            .write(move |tx| {
                let made = idempotency::once(tx, key.as_ref(), |tx| {
                    let idea = room.find_open(tx, &person, id)?;
                    let replied_to = check_parent(tx, id, parent)?;
                    let comment = Comment {
                        id: tx.fresh_id(),
                        idea_id: id,
                        parent_id: parent,
                        author_id: person.member,
                        text: text.clone(),
                        created_at: tx.now(),
                    };
                    talk::insert_comment(tx.conn, &comment)?;
                    let people = store::list_people(tx.conn, id)?;
                    room.tell_comment(tx, &idea, &people, replied_to, &comment)?;
                    Ok(comment.id)
                })?;
                Ok(talk::find_comment(tx.conn, made)?.ok_or(Refusal::NoSuchComment)?)
            })
            .await
    }

    /// The comments on an idea, replies among them, oldest first.
    pub async fn comments(
        &self,
        person: Arc<Person>,
        id: IdeaId,
        after: Option<CommentId>,
        limit: i64,
    ) -> Outcome<Vec<Comment>> {
        self.find_seen(person, id).await?;
        Ok(self.db.read(move |conn| talk::list_comments(conn, id, after, limit)).await?)
    }

    /// An idea that is talked about: seen by `person`, handed in, and not merged into another.
    fn find_open(&self, tx: &mut Tx, person: &Person, id: IdeaId) -> Outcome<Idea> {
        let idea = store::find(tx.conn, id)?.ok_or(Refusal::NoSuchIdea)?;
        let people = store::list_people(tx.conn, id)?;
        self.check_sight(person, &idea, &people)?;
        match idea.merged_into {
            Some(into) => Err(Refusal::Merged { into }.into()),
            None if lists::PRIVATE.contains(&idea.stage) => Err(Refusal::WrongStage { stage: idea.stage }.into()),
            None => Ok(idea),
        }
    }
}

/// Who said what is replied to.
fn check_parent(tx: &mut Tx, idea: IdeaId, parent: Option<CommentId>) -> Outcome<Option<MemberId>> {
    let Some(parent) = parent else { return Ok(None) };
    let parent = talk::find_comment(tx.conn, parent)?.filter(|parent| parent.idea_id == idea);
    let parent = parent.ok_or(Refusal::NoSuchComment)?;
    if parent.parent_id.is_some() { Err(Refusal::ReplyTooDeep.into()) } else { Ok(Some(parent.author_id)) }
}
