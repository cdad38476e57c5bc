//! Merging loses nobody: supporters and comments go over to the idea that is kept, those who wrote the other one support it
//! and hear of its way, and it names what went into it.

use diesel::QueryResult;

use super::model::{Circle, Idea};
use super::rules::{self, Refusal};
use super::store::{self, comments, likes};
use super::{Ideas, Outcome};
use crate::base::id::MemberId;
use crate::base::own_case::Judgement;
use crate::base::person::Person;
use crate::db::Tx;

impl Ideas {
    /// The idea that is kept, with everybody around it: one that `person` sees, is not involved in, and that is under way.
    pub(super) fn check_kept(&self, tx: &mut Tx, person: &Person, idea: &Idea, kept: Idea) -> Outcome<(Idea, Circle)> {
        let circle = store::people::find_circle(tx.conn, kept.id)?;
        self.check_sight(person, &kept, &circle).map_err(|_| Refusal::BadMerge)?;
        let involved = circle.involved(&kept, person.member);
        Judgement::MergeIdea.check(involved).map_err(Refusal::from)?;
        rules::check_merge(idea, &kept)?;
        Ok((kept, circle))
    }

    /// Takes an idea that was merged into the one that is kept: its comments, and all who support it or wrote it. Who went
    /// unheard as a supporter because he wrote it is heard as one of those who wrote it, so that likes travel through
    /// chains.
    pub(super) fn take_in(
        &self,
        tx: &mut Tx,
        actor: MemberId,
        (idea, around): (&Idea, &Circle),
        (kept, circle): (Idea, Circle),
    ) -> QueryResult<()> {
        let mut supporters = likes::list_likers(tx.conn, idea.id)?;
        supporters.extend(around.co_authors().chain([idea.author_id]));
        for member in supporters {
            if Judgement::LikeIdea.check(circle.involved(&kept, member)).is_ok() {
                likes::insert_like(tx.conn, kept.id, member, tx.now())?;
            }
        }
        comments::move_comments(tx.conn, idea.id, kept.id)?;
        // who may act on it has changed
        let circle = store::people::find_circle(tx.conn, kept.id)?;
        self.lay_on_desk(tx, &kept, &circle)?;
        self.tell_kept(tx, actor, idea, (&kept, &circle))
    }
}
