//! Finding ideas: who may see which, lists, the timeline, the desk.

use std::collections::HashMap;
use std::sync::Arc;

use super::attachments::{self, Attached};
use super::model::{Due, Idea, IdeaId, IdeaOutcome, IdeaPerson, IdeaStep, Stage, StepId, Verb};
use super::rules::{self, Refusal, SOON_DAYS};
use super::store::lists::{self, DueFilter, IdeaFilter, PRIVATE, Posts, Sight};
use super::store::{self, talk};
use super::{Ideas, Outcome};
use crate::base::capability::{Capability, Reach};
use crate::base::id::{MemberId, UnitId};
use crate::base::person::Person;
use crate::db::DbError;
use crate::doing::meetings::{self, Meeting, MeetingId};
use crate::kernel::trail::{self, Act};

/// An idea as one member sees it.
pub struct Shown {
    pub idea: Idea,
    pub people: Vec<IdeaPerson>,
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
    pub comments: i64,
}

/// What a list is asked for.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    pub stage: Option<Stage>,
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
        if mine || (!PRIVATE.contains(&idea.stage) && near()) { Ok(()) } else { Err(Refusal::NoSuchIdea) }
    }

    /// An idea that `person` may see, with its people.
    pub(super) async fn find_seen(&self, person: Arc<Person>, id: IdeaId) -> Outcome<(Idea, Vec<IdeaPerson>)> {
        let found = self
            .db
            .read(move |conn| {
                let Some(idea) = store::find(conn, id)? else { return Ok(None) };
                Ok(Some((idea, store::list_people(conn, id)?)))
            })
            .await?;
        let (idea, people) = found.ok_or(Refusal::NoSuchIdea)?;
        self.check_sight(&person, &idea, &people)?;
        Ok((idea, people))
    }

    /// An idea with everything around it.
    pub async fn show(&self, person: Arc<Person>, id: IdeaId) -> Outcome<Shown> {
        let (idea, people) = self.find_seen(person.clone(), id).await?;
        let may = rules::possible(idea.stage, &self.hand(&person, &idea, &people));
        let member = person.member;
        let (outcomes, likes, liked, comments, files) = self
            .db
            .read(move |conn| {
                let outcomes = store::list_outcomes(conn, id)?;
                let likes = talk::count_likes(conn, &[id])?.first().map_or(0, |(_, count)| *count);
                let comments = talk::count_comments(conn, &[id])?.first().map_or(0, |(_, count)| *count);
                let files = attachments::list_files(conn, id)?;
                Ok((outcomes, likes, talk::has_liked(conn, id, member)?, comments, files))
            })
            .await?;
        let files = files.addressed(&self.addresses, &idea, self.db.now());
        Ok(Shown { idea, people, outcomes, likes, liked, comments, files, may })
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
                count_around(conn, ideas)
            })
            .await?;
        Ok(listed)
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
            stage: wanted.stage,
            units,
            category: wanted.category,
            author: wanted.author,
            due: wanted.due.map(|due| DueFilter { due, today, until }),
        })
    }

    /// Ideas on which `person` must act now, oldest first.
    pub async fn desk(
        &self,
        person: Arc<Person>,
        after: Option<IdeaId>,
        limit: i64,
    ) -> Result<Vec<(Listed, Vec<Verb>)>, DbError> {
        let holds = |capability: Capability| -> Vec<UnitId> {
            let duties = person.duties.iter().filter(|duty| duty.role.allows().contains(&capability));
            duties.map(|duty| duty.unit).collect()
        };
        let posts = Posts {
            member: person.member,
            collects: holds(Capability::CollectIdeas),
            decides: holds(Capability::DecideIdeas),
        };
        let deciding: Vec<Stage> =
            Stage::EACH.iter().copied().filter(|stage| rules::next_post(*stage) == Some(rules::Who::Decider)).collect();
        let (listed, people) = self
            .db
            .read(move |conn| {
                let ideas = lists::list_desk(conn, &posts, &deciding, after, limit)?;
                let ids: Vec<IdeaId> = ideas.iter().map(|idea| idea.id).collect();
                let people = store::list_people_of(conn, &ids)?;
                Ok((count_around(conn, ideas)?, people))
            })
            .await?;
        let with_verbs = |listed: Listed| {
            let part: Vec<IdeaPerson> = people.iter().copied().filter(|part| part.idea_id == listed.idea.id).collect();
            let may = rules::possible(listed.idea.stage, &self.hand(&person, &listed.idea, &part));
            (listed, may)
        };
        Ok(listed.into_iter().map(with_verbs).collect())
    }

    /// The steps of an idea, oldest first, with the meetings at which some were taken.
    pub async fn timeline(
        &self,
        person: Arc<Person>,
        id: IdeaId,
        after: Option<StepId>,
        limit: i64,
    ) -> Outcome<(Vec<IdeaStep>, HashMap<MeetingId, Meeting>)> {
        self.find_seen(person, id).await?;
        let found = self
            .db
            .read(move |conn| {
                let steps = store::page_steps(conn, id, after, limit)?;
                let ids: Vec<MeetingId> = steps.iter().filter_map(|step| step.meeting_id).collect();
                let meetings = meetings::find_some(conn, &ids)?;
                Ok((steps, meetings.into_iter().map(|meeting| (meeting.id, meeting)).collect()))
            })
            .await?;
        Ok(found)
    }

    /// What an idea may be about.
    pub async fn categories(&self) -> Result<Vec<String>, DbError> {
        self.db.read(store::list_categories).await
    }

    /// Puts other categories in the place of the present ones; ideas keep theirs.
    pub async fn set_categories(&self, actor: MemberId, names: Vec<String>) -> Outcome<Vec<String>> {
        rules::check_categories(&names)?;
        self.db
            .write(move |tx| {
                store::replace_categories(tx.conn, &names)?;
                let act = Act {
                    actor: Some(actor),
                    action: "ideas.set_categories",
                    subject_kind: "idea_categories", // which have no id; the detail names them
                    subject_id: uuid::Uuid::nil(),
                    detail: names.clone(),
                };
                trail::note(tx, act)?;
                Ok(names.clone())
            })
            .await
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

pub(super) fn count_around(conn: &mut crate::db::Conn, ideas: Vec<Idea>) -> diesel::QueryResult<Vec<Listed>> {
    let ids: Vec<IdeaId> = ideas.iter().map(|idea| idea.id).collect();
    let likes: HashMap<IdeaId, i64> = talk::count_likes(conn, &ids)?.into_iter().collect();
    let comments: HashMap<IdeaId, i64> = talk::count_comments(conn, &ids)?.into_iter().collect();
    let of = |counts: &HashMap<IdeaId, i64>, idea: &Idea| counts.get(&idea.id).copied().unwrap_or(0);
    let listed = |idea: Idea| Listed { likes: of(&likes, &idea), comments: of(&comments, &idea), idea };
    Ok(ideas.into_iter().map(listed).collect())
}
