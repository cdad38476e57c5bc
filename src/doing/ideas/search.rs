//! Finding ideas by what they say: keeping the search index, and asking it.
//!
//! An idea belongs to the scopes of its people and, once handed in, of its unit and its branch: a search looks into the scopes
//! of the one who asks, so that a word which thousands of ideas hold is found among the few of his branch. What is found is
//! then looked at by the same rule of sight as every list.

use std::collections::HashMap;
use std::sync::Arc;

use diesel::QueryResult;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::lists::{Listed, Wanted, look_around};
use super::model::{Idea, IdeaId, IdeaPerson, IdeaState};
use super::store::lists::{self, IdeaFilter, PRIVATE, Sight};
use super::{Ideas, Outcome, store};
use crate::base::id::UnitId;
use crate::base::person::Person;
use crate::db::{DbError, Tx};
use crate::kernel::search::{self, MOST_FOUND, Place};

/// What ideas are in the index.
const KIND: &str = "idea";

/// Scopes of one search; beyond it groups are left to the scopes of their branches.
const SHELVES: usize = 200;

/// Ideas that are looked at by the rule of sight at once, until there are enough for a page.
const SEEN_AT_ONCE: usize = 100;

/// Similar ideas that are shown at most, and that are looked at for them.
const SIMILAR: usize = 5;
const SIMILAR_ASKED: usize = 20;

/// How much of a text must stand in another idea for it to be shown as similar, in basis points.
const LIKENESS: u32 = 2_500;

/// An idea that resembles a text.
pub struct Resembling {
    pub idea: Idea,
    /// How much of the text stands in the idea, in basis points.
    pub likeness: u32,
}

/// Where in what was found a page ended: after so many ideas, the last of which was this one.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Mark {
    after: usize,
    id: IdeaId,
}

impl Ideas {
    /// Ideas that `person` sees and in which every word of `text` stands, the most relevant first.
    pub async fn search(
        &self,
        person: Arc<Person>,
        wanted: Wanted,
        text: String,
        mark: Option<Mark>,
        limit: usize,
    ) -> Outcome<Vec<(Mark, Listed)>> {
        let filter = self.filter(wanted)?;
        let sight = self.sight(&person);
        let scopes = self.scopes(&sight);
        let page = self
            .db
            .read(move |conn| {
                let place = Place { kind: KIND, scopes: scopes.as_deref() };
                let ranked: Vec<IdeaId> = search::find(conn, place, &text, MOST_FOUND)?;
                let mut fitting: Vec<IdeaId> = Vec::new();
                let begin_in = |fitting: &[IdeaId]| match mark {
                    None => Some(0),
                    Some(mark) => fitting.iter().position(|id| *id == mark.id).map(|place| place + 1),
                };
                for some in ranked.chunks(SEEN_AT_ONCE) {
                    let seen = lists::find_among(conn, &sight, &filter, some)?;
                    fitting.extend(some.iter().copied().filter(|id| seen.contains(id)));
                    if begin_in(&fitting).is_some_and(|begin| fitting.len() >= begin + limit) {
                        break;
                    }
                }
                // an idea that was taken back since leaves its place to the next one
                let begin = begin_in(&fitting).or(mark.map(|mark| mark.after.saturating_sub(1))).unwrap_or(0);
                let page: Vec<IdeaId> = fitting.into_iter().skip(begin).take(limit).collect();
                let mut ideas: HashMap<IdeaId, Idea> =
                    store::find_some(conn, &page)?.into_iter().map(|idea| (idea.id, idea)).collect();
                let found = page.iter().filter_map(|id| ideas.remove(id)).collect();
                let listed = look_around(conn, found, sight.member)?;
                let marked = |(place, listed): (usize, Listed)| (Mark { after: place, id: listed.idea.id }, listed);
                Ok((begin + 1..).zip(listed).map(marked).collect::<Vec<_>>())
            })
            .await?;
        Ok(page.into_iter().map(|(mark, listed)| (mark, self.addressed(listed))).collect())
    }

    /// Ideas handed in that `person` sees and that resemble `text`, the most similar first: what is shown before another
    /// one is handed in.
    pub async fn similar(&self, person: Arc<Person>, text: String) -> Outcome<Vec<Resembling>> {
        let sight = self.sight(&person);
        let scopes = self.scopes(&sight);
        let found = self
            .db
            .read(move |conn| {
                let place = Place { kind: KIND, scopes: scopes.as_deref() };
                let found: Vec<search::Similar<IdeaId>> = search::similar(conn, place, &text, SIMILAR_ASKED)?;
                let near: Vec<_> = found.into_iter().filter(|similar| similar.likeness >= LIKENESS).collect();
                let ids: Vec<IdeaId> = near.iter().map(|similar| similar.id).collect();
                let seen = lists::find_among(conn, &sight, &IdeaFilter::default(), &ids)?;
                let ids: Vec<IdeaId> = ids.into_iter().filter(|id| seen.contains(id)).collect();
                let mut ideas: HashMap<IdeaId, Idea> =
                    store::find_some(conn, &ids)?.into_iter().map(|idea| (idea.id, idea)).collect();
                let resembling = |similar: search::Similar<IdeaId>| {
                    let idea = ideas.remove(&similar.id)?;
                    Some(Resembling { idea, likeness: similar.likeness })
                };
                Ok(near.into_iter().filter_map(resembling).collect::<Vec<_>>())
            })
            .await?;
        // what goes on as another idea is shown as that one
        let goes_on =
            |found: &Resembling| !PRIVATE.contains(&found.idea.state) && found.idea.state != IdeaState::Merged;
        Ok(found.into_iter().filter(goes_on).take(SIMILAR).collect())
    }

    /// Has those ideas found that were written before there was a search.
    pub(super) async fn index_old(&self) -> Result<(), DbError> {
        self.unindexed
            .work_off(&self.db, |tx, id| {
                let Some(idea) = store::lock_row(tx.conn, id.into())? else { return Ok(()) };
                let people = store::people::list_people(tx.conn, idea.id)?;
                index(tx, &idea, &people)
            })
            .await
    }

    /// The scopes to which everything belongs that `sight` covers; `None` for everything.
    fn scopes(&self, sight: &Sight) -> Option<Vec<Uuid>> {
        let units = sight.units.as_ref()?;
        let tree = self.directory.tree();
        let has_shelf_above = |unit: &UnitId| {
            let branch = tree.get(*unit).and_then(|card| card.branch);
            branch.is_some_and(|branch| branch != *unit && units.contains(&branch))
        };
        let few = units.len() <= SHELVES;
        let units = units.iter().filter(|unit| few || !has_shelf_above(unit)).map(|unit| unit.uuid());
        let mut scopes: Vec<Uuid> = units.chain([sight.member.uuid(), sight.branch.uuid()]).collect();
        scopes.sort_unstable();
        scopes.dedup();
        Some(scopes)
    }
}

/// Has the idea found by what it says from now on, by its people and, once handed in, by all who see it; an idea that was
/// taken back is found no more.
pub(super) fn index(tx: &mut Tx, idea: &Idea, people: &[IdeaPerson]) -> QueryResult<()> {
    if idea.state == IdeaState::Withdrawn {
        return search::remove(tx, KIND, idea.id.uuid());
    }
    let text = [&idea.title, &idea.problem, &idea.proposal, &idea.benefit].map(String::as_str).join("\n");
    search::put(tx, KIND, idea.id.uuid(), &text, &shelves_of(idea, people))
}

fn shelves_of(idea: &Idea, people: &[IdeaPerson]) -> Vec<Uuid> {
    let own = people.iter().filter(|person| person.part.is_own());
    let mut scopes: Vec<Uuid> = own.map(|person| person.member_id.uuid()).collect();
    scopes.push(idea.author_id.uuid());
    if !PRIVATE.contains(&idea.state) {
        scopes.extend([idea.unit_id.uuid(), idea.branch_id.uuid()]);
    }
    scopes.sort_unstable();
    scopes.dedup();
    scopes
}
