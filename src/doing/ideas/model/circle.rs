//! Everybody around an idea: who wrote it and carries it out, now and before, and whose ideas went into it.

use super::{Idea, IdeaId, IdeaPerson, Part};
use crate::base::id::{MemberId, UnitId};
use crate::base::own_case::{Involved, Involvement};
use crate::kernel::recusals::RecusalRequest;

/// An idea that was merged into another one, also by way of a third.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MergedIdea {
    pub id: IdeaId,
    pub title: String,
    pub author_id: MemberId,
    pub unit_id: UnitId,
    pub branch_id: UnitId,
    /// Who wrote it together with the author, now and before.
    pub people: Vec<IdeaPerson>,
}

impl MergedIdea {
    /// Those who wrote it.
    pub fn writers(&self) -> impl Iterator<Item = MemberId> + '_ {
        co_authors(&self.people).chain([self.author_id])
    }
}

/// Everybody around an idea besides its author.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Circle {
    pub people: Vec<IdeaPerson>,
    pub merged: Vec<MergedIdea>,
    /// Who asked to be kept out of it, or of what was merged into it.
    pub recused: Vec<RecusalRequest>,
}

impl Circle {
    /// Of an idea that nothing was merged into, and that nobody asked to be kept out of.
    pub fn of(people: Vec<IdeaPerson>) -> Circle {
        Circle { people, ..Circle::default() }
    }

    /// Those who wrote the idea together with its author.
    pub fn co_authors(&self) -> impl Iterator<Item = MemberId> + '_ {
        co_authors(&self.people)
    }

    /// Those who wrote what was merged into it.
    pub fn merged_writers(&self) -> impl Iterator<Item = MemberId> + '_ {
        self.merged.iter().flat_map(MergedIdea::writers)
    }

    /// How `member` is involved in the idea.
    pub fn involved(&self, idea: &Idea, member: MemberId) -> Involved {
        let author = (idea.author_id == member).then_some(Involvement::Author);
        let part =
            self.people.iter().filter(|person| person.member_id == member).map(|person| person.part.involvement());
        let wrote = |merged: &&MergedIdea| {
            merged.author_id == member || merged.people.iter().any(|person| person.member_id == member)
        };
        let merged = self.merged.iter().find(wrote).map(|_| Involvement::MergedAuthor);
        let recused = self.recused.iter().find(|asked| asked.member_id == member).map(|_| Involvement::Recused);
        author.into_iter().chain(part).chain(merged).chain(recused).collect()
    }

    /// Everybody who is involved in the idea or asked to be kept out of it, each once.
    pub fn everybody(&self, idea: &Idea) -> Vec<MemberId> {
        let merged = self.merged.iter().flat_map(|merged| merged.people.iter().map(|person| person.member_id));
        let authors = self.merged.iter().map(|merged| merged.author_id).chain([idea.author_id]);
        let mut all: Vec<MemberId> =
            self.people.iter().map(|person| person.member_id).chain(merged).chain(authors).collect();
        all.extend(self.recused.iter().map(|asked| asked.member_id));
        all.sort_unstable();
        all.dedup();
        all
    }
}

fn co_authors(people: &[IdeaPerson]) -> impl Iterator<Item = MemberId> + '_ {
    people.iter().filter(|person| person.part == Part::CoAuthor).map(|person| person.member_id)
}
