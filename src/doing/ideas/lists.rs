//! Reading ideas: who may see which, one with everything around it, and lists.

use std::collections::HashMap;
use std::sync::Arc;

use super::attachments::{self, Attached};
use super::model::{Due, Idea, IdeaId, IdeaOutcome, IdeaPerson, IdeaState, InForce, Verb};
use super::rules::{self, Refusal, SOON_DAYS};
use super::store::lists::{self, DueFilter, IdeaFilter, PRIVATE, Sight};
use super::store::{self, comments, likes};
use super::{Ideas, Outcome};
use crate::base::capability::{Capability, Reach};
use crate::base::id::{MemberId, UnitId};
use crate::base::person::Person;
use crate::ground::files::FileView;

/// An idea as one member sees it.
pub struct Shown {
    pub idea: Idea,
    pub people: Vec<IdeaPerson>,
    /// Who brought it where it stands, when and why.
    pub in_force: InForce,
    pub outcomes: Vec<IdeaOutcome>,
    pub likes: i64,
    /// Whether the member likes it.
    pub liked: bool,
    pub comments: i64,
    pub files: Attached,
    /// What the member may do to it now.
    pub may: Vec<Verb>,
}

/// An idea in a list.
pub struct Listed {
    pub idea: Idea,
    pub likes: i64,
    /// Whether the member likes it.
    pub liked: bool,
    pub comments: i64,
    /// What those who wrote it attached.
    pub attachments: Vec<FileView>,
}

/// What a list is asked for.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    pub state: Option<IdeaState>,
    pub unit: Option<UnitId>,
    pub category: Option<String>,
    pub author: Option<MemberId>,
    pub due: Option<Due>,
}

impl Ideas {
    /// Whether `person` may know of the idea: his own, or one handed in within his branch or his scope.
    pub(super) fn check_sight(&self, person: &Person, idea: &Idea, people: &[IdeaPerson]) -> Result<(), Refusal> {
        let mine = idea.author_id == person.member || people.iter().any(|part| part.member_id == person.member);
        let near = || {
            let branch = person.branch.unwrap_or(person.unit());
            let reach = person.reach(Capability::SeeIdeas);
            idea.branch_id == branch || reach.is_some_and(|reach| reach.covers(&self.path(idea.unit_id)))
        };
        if mine || (!PRIVATE.contains(&idea.state) && near()) { Ok(()) } else { Err(Refusal::NoSuchIdea) }
    }

    /// An idea that `person` may see, with its people.
    pub(super) async fn find_seen(&self, person: Arc<Person>, id: IdeaId) -> Outcome<(Idea, Vec<IdeaPerson>)> {
        let found = self
            .db
            .read(move |conn| {
                let Some(idea) = store::find(conn, id)? else { return Ok(None) };
                Ok(Some((idea, store::people::list_people(conn, id)?)))
            })
            .await?;
        let (idea, people) = found.ok_or(Refusal::NoSuchIdea)?;
        self.check_sight(&person, &idea, &people)?;
        Ok((idea, people))
    }

    /// An idea with everything around it.
    pub async fn show(&self, person: Arc<Person>, id: IdeaId) -> Outcome<Shown> {
        let (idea, people) = self.find_seen(person.clone(), id).await?;
        let may = rules::possible(idea.state, &self.hand(&person, &idea, &people));
        let member = person.member;
        let (steps, outcomes, likes, liked, comments, files) = self
            .db
            .read(move |conn| {
                let steps = store::steps::list_in_force(conn, &[id])?;
                let outcomes = store::outcomes::list_outcomes(conn, id)?;
                let likes = likes::count_likes(conn, &[id])?.first().map_or(0, |(_, count)| *count);
                let comments = comments::count_comments(conn, &[id])?.first().map_or(0, |(_, count)| *count);
                let files = attachments::list_files(conn, id)?;
                Ok((steps, outcomes, likes, likes::has_liked(conn, id, member)?, comments, files))
            })
            .await?;
        let files = files.addressed(&self.addresses, &idea, self.db.now());
        Ok(Shown { idea, people, in_force: InForce::of(steps), outcomes, likes, liked, comments, files, may })
    }

    /// Ideas that `person` sees, newest first.
    pub async fn list(
        &self,
        person: Arc<Person>,
        wanted: Wanted,
        before: Option<IdeaId>,
        limit: i64,
    ) -> Outcome<Vec<Listed>> {
        let filter = self.filter(wanted)?;
        let sight = self.sight(&person);
        let listed = self
            .db
            .read(move |conn| {
                let ideas = lists::list(conn, &sight, &filter, before, limit)?;
                look_around(conn, ideas, sight.member)
            })
            .await?;
        Ok(listed.into_iter().map(|one| self.addressed(one)).collect())
    }

    /// With the addresses of its pictures.
    pub(super) fn addressed(&self, listed: Listed) -> Listed {
        let files = Attached { attachments: listed.attachments, evidence: Vec::new() };
        let files = files.addressed(&self.addresses, &listed.idea, self.db.now());
        Listed { attachments: files.attachments, ..listed }
    }

    /// What is asked for, in the words of the store.
    pub(super) fn filter(&self, wanted: Wanted) -> Result<IdeaFilter, Refusal> {
        let tree = self.directory.tree();
        let root = tree.root();
        let units = match wanted.unit {
            // everything lies below the top
            Some(unit) if Some(unit) == root => None,
            Some(unit) if tree.get(unit).is_some() => Some(tree.subtree(unit)),
            Some(_) => return Err(Refusal::NoSuchUnit),
            None => None,
        };
        let today = self.db.today();
        let until = today.plus_days(SOON_DAYS + 1);
        Ok(IdeaFilter {
            state: wanted.state,
            units,
            category: wanted.category,
            author: wanted.author,
            due: wanted.due.map(|due| DueFilter { due, today, until }),
        })
    }

    /// What `person` sees.
    pub(super) fn sight(&self, person: &Person) -> Sight {
        let tree = self.directory.tree();
        let units = match person.reach(Capability::SeeIdeas) {
            Some(Reach::Everything) => None,
            Some(Reach::Below(units)) if tree.root().is_some_and(|root| units.contains(&root)) => None,
            Some(Reach::Below(units)) => Some(units.iter().flat_map(|unit| tree.subtree(*unit)).collect()),
            None => Some(Vec::new()),
        };
        Sight { member: person.member, branch: person.branch.unwrap_or(person.unit()), units }
    }
}

/// What a list shows around each of `ideas`, as `member` sees it.
pub(super) fn look_around(
    conn: &mut crate::db::Conn,
    ideas: Vec<Idea>,
    member: MemberId,
) -> diesel::QueryResult<Vec<Listed>> {
    let ids: Vec<IdeaId> = ideas.iter().map(|idea| idea.id).collect();
    let likes: HashMap<IdeaId, i64> = likes::count_likes(conn, &ids)?.into_iter().collect();
    let liked = likes::list_liked(conn, &ids, member)?;
    let comments: HashMap<IdeaId, i64> = comments::count_comments(conn, &ids)?.into_iter().collect();
    let mut attached = attachments::list_of_each(conn, &ids)?;
    let of = |counts: &HashMap<IdeaId, i64>, idea: &Idea| counts.get(&idea.id).copied().unwrap_or(0);
    let listed = |idea: Idea| Listed {
        likes: of(&likes, &idea),
        liked: liked.contains(&idea.id),
        comments: of(&comments, &idea),
        attachments: attached.remove(&idea.id).unwrap_or_default(),
        idea,
    };
    Ok(ideas.into_iter().map(listed).collect())
}
