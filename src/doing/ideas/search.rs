//! Finding ideas by what they say: keeping the search index, and asking it.
//!
//! An idea belongs to the scopes of its people and, once handed in, of its unit and its branch: a search looks into the scopes
//! of the one who asks, so that a word which thousands of ideas hold is found among the few of his branch. What is found is
//! then looked at by the same rule of sight as every list.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::QueryResult;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::lists::{Listed, Wanted, look_around};
use super::model::{Idea, IdeaId, IdeaPerson, IdeaState};
use super::store::lists::{self, IdeaFilter, PRIVATE, Sight};
use super::{Ideas, Outcome, store};
use crate::base::id::UnitId;
use crate::base::person::Person;
use crate::db::{Conn, DbError, Tx};
use crate::kernel::search::{self, Place, Window};

/// What ideas are in the index.
const KIND: &str = "idea";

/// Scopes of one search; beyond it groups are left to the scopes of their branches.
const SHELVES: usize = 200;

/// Ideas that are looked at by the rule of sight at once, until there are enough for a page.
const SEEN_AT_ONCE: usize = 100;

/// Similar ideas that are shown at most, and that are looked at for them.
const SIMILAR: usize = 5;
const SIMILAR_ASKED: usize = 400;

/// How much of a text must stand in another idea for it to be shown as similar, in basis points.
const LIKENESS: u32 = 2_500;

/// An idea that resembles a text.
pub struct Resembling {
    pub idea: Idea,
    /// How much of the text stands in the idea, in basis points.
    pub likeness: u32,
}

/// How long one request looks through what fits the words for what passes its filters.
const PATIENCE: Duration = Duration::from_secs(1);

/// Where in what was found a page ended.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Mark {
    /// The window in which it did.
    #[serde(default)]
    window: Window,
    /// After so many ideas of the window, the last of which was this one; `None` before the first.
    last: Option<(usize, IdeaId)>,
}

/// A page of what was found.
pub struct FoundPage {
    pub items: Vec<(Mark, Listed)>,
    /// Where to go on if these are all that were found in time; `None` when there are no more.
    pub next: Option<Mark>,
}

impl Ideas {
    /// Ideas that `person` sees and in which every word of `text` stands, the most relevant first: of the newest thousand,
    /// then of the next ones, until there are `limit`.
    pub async fn search(
        &self,
        person: Arc<Person>,
        wanted: Wanted,
        text: String,
        mark: Option<Mark>,
        limit: usize,
    ) -> Outcome<FoundPage> {
        let filter = self.filter(wanted)?;
        let sight = self.sight(&person);
        let scopes = self.scopes(&sight);
        let (page, next) = self
            .db
            .read(move |conn| {
                let place = Place { kind: KIND, scopes: scopes.as_deref() };
                let (mut at, mut page, until) = (mark.unwrap_or_default(), Vec::new(), Instant::now() + PATIENCE);
                let next = loop {
                    let found = search::find_in(conn, place, &text, at.window)?;
                    let missing = limit - page.len();
                    for (number, id) in fitting(conn, (&sight, &filter), &found.subjects, at.last, missing)? {
                        page.push((Mark { window: at.window, last: Some((number, id)) }, id));
                    }
                    let Some(window) = found.next.filter(|_| page.len() < limit) else { break None };
                    at = Mark { window, last: None };
                    if Instant::now() > until {
                        break Some(at);
                    }
                };
                let ids: Vec<IdeaId> = page.iter().map(|(_, id)| *id).collect();
                let mut ideas: HashMap<IdeaId, Idea> =
                    store::find_some(conn, &ids)?.into_iter().map(|idea| (idea.id, idea)).collect();
                let found = ids.iter().filter_map(|id| ideas.remove(id)).collect();
                let mut listed: HashMap<IdeaId, Listed> = look_around(conn, found, sight.member)?
                    .into_iter()
                    .map(|listed| (listed.idea.id, listed))
                    .collect();
                let page: Vec<_> =
                    page.into_iter().filter_map(|(mark, id)| Some((mark, listed.remove(&id)?))).collect();
                Ok((page, next))
            })
            .await?;
        let items = page.into_iter().map(|(mark, listed)| (mark, self.addressed(listed))).collect();
        Ok(FoundPage { items, next })
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

/// Of what was ranked in one window the next `limit` that pass, each with its number among those that do. They come after
/// `last`, or after its number if it was taken back since: then it has left its place to the next one.
fn fitting(
    conn: &mut Conn,
    (sight, filter): (&Sight, &IdeaFilter),
    ranked: &[IdeaId],
    last: Option<(usize, IdeaId)>,
    limit: usize,
) -> QueryResult<Vec<(usize, IdeaId)>> {
    let mut passing: Vec<IdeaId> = Vec::new();
    let begin_in = |passing: &[IdeaId]| match last {
        None => Some(0),
        Some((_, last)) => passing.iter().position(|id| *id == last).map(|place| place + 1),
    };
    for some in ranked.chunks(SEEN_AT_ONCE) {
        let seen = lists::find_among(conn, sight, filter, some)?;
        passing.extend(some.iter().copied().filter(|id| seen.contains(id)));
        if begin_in(&passing).is_some_and(|begin| passing.len() >= begin + limit) {
            break;
        }
    }
    let begin = begin_in(&passing).or(last.map(|(number, _)| number.saturating_sub(1))).unwrap_or(0);
    Ok((begin + 1..).zip(passing.into_iter().skip(begin).take(limit)).collect())
}

/// Has the idea found by what it says from now on, by its people and, once handed in, by all who see it; an idea that was
/// taken back is found no more.
pub(super) fn index(tx: &mut Tx, idea: &Idea, people: &[IdeaPerson]) -> QueryResult<()> {
    if idea.state == IdeaState::Withdrawn {
        return search::remove(tx, KIND, idea.id.uuid());
    }
    let text = [&idea.title, &idea.problem, &idea.proposal, &idea.benefit].map(String::as_str).join("\n");
    search::put(tx, KIND, idea.id.uuid(), &text, &scopes_of(idea, people))
}

fn scopes_of(idea: &Idea, people: &[IdeaPerson]) -> Vec<Uuid> {
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
