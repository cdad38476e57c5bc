//! What of an idea waits for whom: its item on the desk, written with every step.

use diesel::QueryResult;

use super::model::{Circle, Idea};
use super::rules::{self, Who};
use super::{Ideas, store};
use crate::base::capability::Capability;
use crate::base::id::UnitId;
use crate::base::text::in_quotes;
use crate::db::{DbError, Tx};
use crate::kernel::desk::{Due, Holder, NewItem, Post, Stay, Urgency, Whose};
use crate::people::members::Departure;

crate::kernel::desk::kinds! {
    /// What ideas are on the desk.
    pub(super) KIND = "idea" / "金点子",
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

    /// Has what somebody carries out who leaves, or moves away, wait for those who can name another one, and tells them.
    /// Who moves goes on with it until they do.
    pub(super) fn depart(&self, tx: &mut Tx, departure: &Departure) -> QueryResult<()> {
        for idea in store::reminders::list_under_way_of(tx.conn, departure.member)? {
            let Some(idea) = store::lock_row(tx.conn, idea)? else { continue };
            let circle = store::people::find_circle(tx.conn, idea.id)?;
            if departure.to.is_none() {
                self.desks.replace(tx, KIND, idea.id.uuid(), self.waiting_without_implementer(&idea, &circle))?;
            }
            let branch = self.branch_in(&departure.from);
            if departure.to.as_ref().is_none_or(|to| !to.contains(&branch)) {
                self.tell_departure(tx, &idea, &circle, departure)?;
            }
        }
        Ok(())
    }

    /// The branch on a path, the home unit itself where there is none.
    fn branch_in(&self, path: &[UnitId]) -> UnitId {
        let tree = self.directory.tree();
        let branch = path.first().and_then(|home| tree.get(*home)).and_then(|card| card.branch);
        branch.or(path.first().copied()).unwrap_or_else(|| uuid::Uuid::nil().into())
    }

    /// Whether nobody carries out any more what is under way.
    pub(super) fn lacks_implementer(&self, idea: &Idea) -> bool {
        let is_gone = |member| self.directory.path_unless_left(member).is_none();
        rules::whose_turn(idea) == Some(Who::Implementer) && idea.implementer_id.is_some_and(is_gone)
    }

    fn waiting(&self, idea: &Idea, circle: &Circle) -> Option<NewItem> {
        if self.lacks_implementer(idea) {
            return self.waiting_without_implementer(idea, circle);
        }
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
        Some(self.item(idea, circle, idea.state.task()?, to))
    }

    fn waiting_without_implementer(&self, idea: &Idea, circle: &Circle) -> Option<NewItem> {
        let post = Post { capability: Capability::DecideIdeas, unit: idea.unit_id };
        Some(self.item(idea, circle, idea.state.task()?, Whose::Holders(post)))
    }

    fn item(&self, idea: &Idea, circle: &Circle, task: &str, whose: Whose) -> NewItem {
        let is_work = rules::whose_turn(idea) == Some(Who::Implementer);
        NewItem {
            kind: KIND,
            subject: idea.id.uuid(),
            title: format!("{task}金点子{}", in_quotes(&idea.title)),
            link: format!("/ideas/{}", idea.id),
            due: idea.due_on.filter(|_| is_work).map(Due::On),
            urgency: Urgency::Normal,
            whose,
            barred: circle.everybody(idea),
        }
    }
}
