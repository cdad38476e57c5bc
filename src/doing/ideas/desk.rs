//! What of an idea waits for whom: its item on the desk, written with every step.

use diesel::QueryResult;

use super::model::{Circle, Idea};
use super::rules::{self, Who};
use super::{Ideas, store};
use crate::base::capability::Capability;
use crate::base::text::in_quotes;
use crate::db::{DbError, Tx};
use crate::kernel::desk::{Due, Holder, NewItem, Post, Stay, Urgency, Whose};

crate::kernel::desk::kinds! {
    /// What ideas are on the desk.
    KIND = "idea" / "金点子",
}

impl Ideas {
    /// Has the idea wait for those whose turn it is now, and for nobody else.
    pub(super) fn lay_on_desk(&self, tx: &mut Tx, idea: &Idea, circle: &Circle) -> QueryResult<()> {
        self.desks.replace(tx, KIND, idea.id.uuid(), self.waiting(idea, circle))
    }

    /// The same for an idea that was not there before.
    pub(super) fn lay_new_on_desk(&self, tx: &mut Tx, idea: &Idea, circle: &Circle) -> QueryResult<()> {
        self.waiting(idea, circle).map_or(Ok(()), |item| self.desks.put(tx, item))
    }

    /// Lays out what waited before there was a desk of all rooms.
    pub(super) async fn lay_old_on_desk(&self) -> Result<(), DbError> {
        let room = self.clone();
        self.unlaid
            .work_off(&self.db, move |tx, id| {
                let Some(idea) = store::lock_row(tx.conn, id.into())? else { return Ok(()) };
                let circle = store::people::find_circle(tx.conn, idea.id)?;
                room.lay_on_desk(tx, &idea, &circle)
            })
            .await
    }

    fn waiting(&self, idea: &Idea, circle: &Circle) -> Option<NewItem> {
        let post = |capability| Post { capability, unit: idea.unit_id };
        let to = match rules::whose_turn(idea)? {
            Who::Author => Whose::Member(idea.author_id),
            Who::Collector => Whose::Holders(post(Capability::CollectIdeas)),
            Who::Decider => Whose::Holders(post(Capability::DecideIdeas)),
            // once the implementer is gone, they name another one
            Who::Implementer => {
                let member = idea.implementer_id?;
                let home =
                    self.directory.person(member, self.db.today()).map(|person| person.branch.unwrap_or(person.unit()));
                Whose::Either(Holder { member, stay: Stay::Home, home }, post(Capability::DecideIdeas))
            }
        };
        let is_work = matches!(to, Whose::Either(..));
        Some(NewItem {
            kind: KIND,
            subject: idea.id.uuid(),
            title: format!("{}金点子{}", idea.state.task()?, in_quotes(&idea.title)),
            link: format!("/ideas/{}", idea.id),
            due: idea.due_on.filter(|_| is_work).map(Due::On),
            urgency: Urgency::Normal,
            whose: to,
            barred: circle.everybody(idea),
        })
    }
}
