//! Reading ideas: who may see which, one with everything around it, and lists.

use std::collections::HashMap;
use std::sync::Arc;

use super::attachments::{self, Attached};
use super::holding::IDEA;
use super::model::{
    Circle, Due, Idea, IdeaId, IdeaOutcome, IdeaPerson, IdeaState, InForce, MergedIdea, OutcomeCorrection, OutcomeId,
    Verb,
};
use super::rules::{self, Refusal, SOON_DAYS};
use super::store::lists::{self, DueFilter, IdeaFilter, PRIVATE, Sight};
use super::store::{self, comments, likes};
use super::{Ideas, Outcome};
use crate::base::capability::{Capability, Reach};
use crate::base::id::{MemberId, UnitId};
use crate::base::person::Person;
use crate::ground::files::FileView;
use crate::people::texts::TextReview;

/// An idea as one member sees it.
pub struct Shown {
    pub idea: Idea,
    pub circle: Circle,
    /// Who brought it where it stands, when and why.
    pub in_force: InForce,
    pub outcomes: Vec<IdeaOutcome>,
    /// What was put right about them.
    pub corrections: Vec<OutcomeCorrection>,
    pub likes: i64,
    /// Likes that were given to a former text.
    pub former_likes: i64,
    /// Whether the member likes it.
    pub liked: bool,
    pub comments: i64,
    pub files: Attached,
    /// What the member may do to it now.
    pub may: Vec<Verb>,
    /// How it stands with a draft that was handed in and is held, or came back.
    pub review: Option<TextReview>,
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
    pub implementer: Option<MemberId>,
    pub due: Option<Due>,
}

impl Ideas {
    /// Whether `person` may know of the idea: his own, or one handed in within his branch or his scope. Who may know of an
    /// idea that was merged into it may know of it, too.
    pub(super) fn check_sight(&self, person: &Person, idea: &Idea, circle: &Circle) -> Result<(), Refusal> {
        let own = |part: &IdeaPerson| part.member_id == person.member && part.part.is_own();
        let mine = idea.author_id == person.member || circle.people.iter().any(own);
        let (branch, reach) = (person.branch.unwrap_or(person.unit()), person.reach(Capability::SeeIdeas));
        let near = |unit: UnitId, of_branch: UnitId| {
            of_branch == branch || reach.as_ref().is_some_and(|reach| reach.covers(&self.path(unit)))
        };
        let by_merged = |merged: &MergedIdea| {
            let wrote = merged.author_id == person.member || merged.people.iter().any(own);
            wrote || near(merged.unit_id, merged.branch_id)
        };
        let open = || near(idea.unit_id, idea.branch_id) || circle.merged.iter().any(by_merged);
        if mine || (!PRIVATE.contains(&idea.state) && open()) { Ok(()) } else { Err(Refusal::NoSuchIdea) }
    }

    /// An idea that `person` may see, with everybody around it.
    pub(super) async fn find_seen(&self, person: Arc<Person>, id: IdeaId) -> Outcome<(Idea, Circle)> {
        let found = self
            .db
            .read(move |conn| {
                let Some(idea) = store::find(conn, id)? else { return Ok(None) };
                Ok(Some((idea, store::people::find_circle(conn, id)?)))
            })
            .await?;
        let (idea, circle) = found.ok_or(Refusal::NoSuchIdea)?;
        self.check_sight(&person, &idea, &circle)?;
        Ok((idea, circle))
    }

    /// An idea with everything around it.
    pub async fn show(&self, person: Arc<Person>, id: IdeaId) -> Outcome<Shown> {
        let (idea, circle) = self.find_seen(person.clone(), id).await?;
        let may = rules::possible(&idea, &self.hand(&person, &idea, &circle), &circle);
        let (member, is_merged) = (person.member, idea.merged_into.is_some());
        // only those who wrote a draft come so far
        let (room, is_draft) = (self.clone(), idea.state == IdeaState::Draft);
        let (steps, (outcomes, corrections), likes, former_likes, liked, comments, files, review) = self
            .db
            .read(move |conn| {
                let review = match is_draft {
                    true => room.texts.reviews(conn, IDEA, &[id.uuid()])?.remove(&id.uuid()),
                    false => None,
                };
                let steps = store::steps::list_in_force(conn, &[id])?;
                let outcomes = store::outcomes::list_outcomes(conn, id)?;
                let ids: Vec<OutcomeId> = outcomes.iter().map(|outcome| outcome.id).collect();
                let corrections = store::outcomes::list_corrections(conn, &ids)?;
                let likes = likes::count_likes(conn, &[id])?.first().map_or(0, |(_, count)| *count);
                let count = if is_merged { comments::count_said_about } else { comments::count_comments };
                let comments = count(conn, &[id])?.first().map_or(0, |(_, count)| *count);
                let files = attachments::list_files(conn, id)?;
                let (former, liked) = (likes::count_former(conn, id)?, likes::has_liked(conn, id, member)?);
                Ok((steps, (outcomes, corrections), likes, former, liked, comments, files, review))
            })
            .await?;
        let files = files.addressed(&self.addresses, &idea, self.db.now());
        let in_force = InForce::of(steps);
        let is_held = review.as_ref().is_some_and(TextReview::is_open);
        let may = may.into_iter().filter(|verb| !is_held || *verb != Verb::Submit).collect();
        Ok(Shown {
            idea,
            circle,
            in_force,
            outcomes,
            corrections,
            likes,
            former_likes,
            liked,
            comments,
            files,
            may,
            review,
        })
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
        let (from, until) = (self.calendar.due_from(today), today.plus_days(SOON_DAYS + 1));
        Ok(IdeaFilter {
            state: wanted.state,
            units,
            category: wanted.category,
            author: wanted.author,
            implementer: wanted.implementer,
            due: wanted.due.map(|due| DueFilter { due, from, until }),
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
    let is_merged = |idea: &&Idea| idea.merged_into.is_some();
    let merged: Vec<IdeaId> = ideas.iter().filter(is_merged).map(|idea| idea.id).collect();
    let mut comments: HashMap<IdeaId, i64> = comments::count_comments(conn, &ids)?.into_iter().collect();
    comments.extend(comments::count_said_about(conn, &merged)?);
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
