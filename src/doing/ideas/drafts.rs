//! Writing ideas: drafts, and handing them in at once. Submitting is on the way of every member, so its writes are few.

use std::sync::Arc;

use super::attachments::ATTACHMENT;
use super::model::{Circle, Idea, IdeaId, IdeaPerson, IdeaState, IdeaText, Move, Part, Verb, thing};
use super::rules::{self, FLOW, Refusal};
use super::{Ideas, Outcome, attachments, search, store};
use crate::base::id::MemberId;
use crate::base::idempotency::IdempotencyKey;
use crate::base::person::Person;
use crate::base::version::SeenState;
use crate::db::Tx;
use crate::ground::files::FileId;
use crate::kernel::idempotency::{self, Reused};
use crate::kernel::trail::{self, Act, Thing};

impl From<Reused> for Refusal {
    fn from(_: Reused) -> Self {
        Refusal::KeyReused
    }
}

/// An idea as its author writes it.
#[derive(Clone, Debug)]
pub struct NewIdea {
    pub text: IdeaText,
    pub co_authors: Vec<MemberId>,
    /// The author's own files.
    pub files: Vec<FileId>,
    /// Handed in at once instead of kept as a draft.
    pub submit: bool,
}

/// What changes about a draft; `None` stays.
#[derive(Clone, Debug, Default)]
pub struct IdeaChange {
    pub category: Option<String>,
    pub title: Option<String>,
    pub problem: Option<String>,
    pub proposal: Option<String>,
    pub benefit: Option<String>,
    pub co_authors: Option<Vec<MemberId>>,
}

impl IdeaChange {
    fn apply(self, idea: &Idea) -> IdeaText {
        IdeaText {
            category: self.category.unwrap_or_else(|| idea.category.clone()),
            title: self.title.unwrap_or_else(|| idea.title.clone()),
            problem: self.problem.unwrap_or_else(|| idea.problem.clone()),
            proposal: self.proposal.unwrap_or_else(|| idea.proposal.clone()),
            benefit: self.benefit.unwrap_or_else(|| idea.benefit.clone()),
        }
    }
}

impl Ideas {
    /// Writes an idea, as a draft or handed in; the same key again returns the first one.
    pub async fn create(&self, person: Arc<Person>, new: NewIdea, key: Option<IdempotencyKey>) -> Outcome<IdeaId> {
        self.check_co_authors(person.member, &new.co_authors)?;
        let room = self.clone();
        let author = person.member;
        let write = move |tx: &mut Tx| idempotency::once(tx, key.as_ref(), |tx| room.insert(tx, &person, &new));
        self.db.write_about(author, write).await
    }

    fn insert(&self, tx: &mut Tx, person: &Person, new: &NewIdea) -> Outcome<IdeaId> {
        if !store::categories::category_exists(tx.conn, &new.text.category)? {
            return Err(Refusal::NoSuchCategory.into());
        }
        let quota = if new.submit { &self.quotas.hand_ins } else { &self.quotas.drafts };
        let spent = if new.submit { Refusal::HandInsSpent } else { Refusal::DraftsSpent };
        quota.take(tx, person)?.map_err(spent)?;
        let draft = drafted(tx, person, &new.text);
        let people: Vec<IdeaPerson> = new.co_authors.iter().map(|member| co_author(draft.id, *member)).collect();
        if !new.submit {
            self.write_down(tx, &draft, &people, new)?;
            return Ok(draft.id);
        }
        let submission = Move::new(Verb::Submit);
        if self.texts.will_hold(tx, person.member)? {
            self.write_down(tx, &draft, &people, new)?;
            self.hold_idea(tx, person, &draft, &submission)?;
            return Ok(draft.id);
        }
        let step = FLOW.step(IdeaState::Draft, Verb::Submit).ok_or(Refusal::WrongState { state: IdeaState::Draft })?;
        let idea = rules::stepped(&draft, step, &submission, tx.now());
        self.write_down(tx, &idea, &people, new)?;
        self.note_step(tx, (person.member, Some(person.member)), step, &idea, &submission)?;
        let circle = Circle::of(people);
        self.lay_new_on_desk(tx, &idea, &circle)?;
        self.tell_people(tx, person.member, &draft, &idea, &circle, &submission)?;
        Ok(idea.id)
    }

    fn write_down(&self, tx: &mut Tx, idea: &Idea, people: &[IdeaPerson], new: &NewIdea) -> Outcome<()> {
        store::insert(tx.conn, idea)?;
        insert_people(tx, people)?;
        attachments::attach(tx, &new.files, idea.author_id, ATTACHMENT, idea.id)?;
        Ok(search::index(tx, idea, people)?)
    }

    /// Changes a draft of the author's.
    pub async fn edit(
        &self,
        person: Arc<Person>,
        id: IdeaId,
        seen: Option<SeenState>,
        change: IdeaChange,
    ) -> Outcome<()> {
        if let Some(co_authors) = &change.co_authors {
            self.check_co_authors(person.member, co_authors)?;
        }
        let room = self.clone();
        self.db
            .write(move |tx| {
                let idea = store::lock_row(tx.conn, id)?.ok_or(Refusal::NoSuchIdea)?;
                let circle = store::people::find_circle(tx.conn, id)?;
                room.check_sight(&person, &idea, &circle)?;
                if idea.author_id != person.member {
                    return Err(Refusal::NotAuthor.into());
                }
                thing(id).changed_since(tx.conn, seen)?.map_err(Refusal::Outdated)?;
                // what somebody decides about is what he has read
                room.take_back_draft(tx, &idea, &circle)?;
                let text = change.clone().apply(&idea);
                if text.category != idea.category && !store::categories::category_exists(tx.conn, &text.category)? {
                    return Err(Refusal::NoSuchCategory.into());
                }
                if !store::update_text(tx.conn, id, &text, tx.now())? {
                    return Err(Refusal::WrongState { state: idea.state }.into());
                }
                if rules::is_rewritten(&idea, &text) {
                    store::likes::put_behind(tx.conn, id)?;
                }
                if let Some(co_authors) = &change.co_authors {
                    store::people::take_off_co_authors(tx.conn, id)?;
                    let people: Vec<IdeaPerson> = co_authors.iter().map(|member| co_author(id, *member)).collect();
                    insert_people(tx, &people)?;
                    // nobody supports what is his own by now
                    co_authors.iter().try_for_each(|member| store::likes::delete_like(tx.conn, id, *member))?;
                }
                trail::note(tx, edited(person.member, id))?;
                let circle = store::people::find_circle(tx.conn, id)?;
                let idea = with_text(idea, text);
                if idea.submitted_at.is_some() {
                    // it waits for its author, under its title
                    room.lay_on_desk(tx, &idea, &circle)?;
                }
                Ok(search::index(tx, &idea, &circle.people)?)
            })
            .await
    }

    fn check_co_authors(&self, author: MemberId, co_authors: &[MemberId]) -> Result<(), Refusal> {
        rules::check_co_authors(author, co_authors, |member| self.directory.path_unless_left(member).is_some())
    }
}

fn edited<'a>(author: MemberId, id: IdeaId) -> Act<'a, ()> {
    let Thing { kind, id, .. } = thing(id);
    Act { actor: Some(author), action: "ideas.edit", subject_kind: kind, subject_id: id, detail: () }
}

fn with_text(idea: Idea, text: IdeaText) -> Idea {
    let IdeaText { category, title, problem, proposal, benefit } = text;
    Idea { category, title, problem, proposal, benefit, ..idea }
}

fn co_author(idea_id: IdeaId, member_id: MemberId) -> IdeaPerson {
    IdeaPerson { idea_id, member_id, part: Part::CoAuthor }
}

fn insert_people(tx: &mut Tx, people: &[IdeaPerson]) -> diesel::QueryResult<()> {
    people.iter().try_for_each(|person| store::people::insert_person(tx.conn, *person))
}

fn drafted(tx: &Tx, person: &Person, text: &IdeaText) -> Idea {
    let text = text.clone();
    Idea {
        id: tx.fresh_id(),
        author_id: person.member,
        unit_id: person.unit(),
        branch_id: person.branch.unwrap_or(person.unit()),
        category: text.category,
        title: text.title,
        problem: text.problem,
        proposal: text.proposal,
        benefit: text.benefit,
        state: IdeaState::Draft,
        submitted_at: None,
        implementer_id: None,
        due_on: None,
        merged_into: None,
        reminded_on: None,
        created_at: tx.now(),
        updated_at: tx.now(),
    }
}
