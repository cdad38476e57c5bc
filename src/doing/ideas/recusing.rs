//! Who collects or decides by duty may ask to be kept out of an idea 自行回避, for a reason that nobody else knows of: a
//! relative's, a rival's. From then on it lies with the others, or with the next unit up.

use std::sync::Arc;

use super::model::{IdeaId, thing};
use super::rules::Refusal;
use super::{Ideas, Outcome, store};
use crate::base::person::Person;
use crate::kernel::recusals::{self, RecusalRequest};

impl Ideas {
    /// Keeps somebody out of everything that is done to an idea by duty; what he asked first stands.
    pub async fn recuse(&self, person: Arc<Person>, id: IdeaId, reason: String) -> Outcome<RecusalRequest> {
        let room = self.clone();
        self.db
            .write(move |tx| {
                let idea = store::lock_row(tx.conn, id)?.ok_or(Refusal::NoSuchIdea)?;
                let circle = store::people::find_circle(tx.conn, id)?;
                room.check_sight(&person, &idea, &circle)?;
                let hand = room.hand(&person, &idea, &circle);
                if !hand.collects && !hand.decides {
                    return Err(Refusal::OutOfReach.into());
                }
                let asked = recusals::ask(tx, thing(id).kind, id.uuid(), person.member, &reason)?;
                let circle = store::people::find_circle(tx.conn, id)?;
                room.lay_on_desk(tx, &idea, &circle)?;
                Ok(asked)
            })
            .await
    }
}
