//! Likes, and which ideas are open to them and to comments.

use std::sync::Arc;

use super::model::{Circle, Idea, IdeaId};
use super::rules::Refusal;
use super::store::{self, likes, lists};
use super::{Ideas, Outcome};
use crate::base::own_case::Judgement;
use crate::base::person::Person;
use crate::db::{Stop, Tx};

impl Ideas {
    /// Likes an idea, or takes the like back; doing it again changes nothing. Says how many like it now.
    pub async fn like(&self, person: Arc<Person>, id: IdeaId, liked: bool) -> Outcome<i64> {
        let room = self.clone();
        self.db
            .write(move |tx| {
                let had = !liked && likes::has_liked(tx.conn, id, person.member)?;
                match liked {
                    // first, so that a merge which runs at the same time either moves this like or is seen below
                    true => {
                        room.find_open(tx, &person, id)?;
                        likes::insert_like(tx.conn, id, person.member, tx.now())?;
                    }
                    false => likes::delete_like(tx.conn, id, person.member)?,
                }
                let (idea, circle) = match room.find_open(tx, &person, id) {
                    // his to take back, also where he may look no more
                    Err(Stop::Refused(Refusal::NoSuchIdea)) if had => return Ok(0),
                    found => found?,
                };
                if liked {
                    let involved = circle.involved(&idea, person.member);
                    Judgement::LikeIdea.check(involved).map_err(|_| Refusal::OwnLike)?;
                }
                Ok(likes::count_likes(tx.conn, &[id])?.first().map_or(0, |(_, count)| *count))
            })
            .await
    }

    /// An idea that is talked about: seen by `person`, handed in, and not merged into another.
    pub(super) fn find_open(&self, tx: &mut Tx, person: &Person, id: IdeaId) -> Outcome<(Idea, Circle)> {
        let idea = store::find(tx.conn, id)?.ok_or(Refusal::NoSuchIdea)?;
        let circle = store::people::find_circle(tx.conn, id)?;
        self.check_sight(person, &idea, &circle)?;
        match idea.merged_into {
            Some(into) => Err(Refusal::Merged { into }.into()),
            None if lists::PRIVATE.contains(&idea.state) => Err(Refusal::WrongState { state: idea.state }.into()),
            None => Ok((idea, circle)),
        }
    }
}
