//! The desk: ideas on which somebody must act now.

use std::sync::Arc;

use super::lists::{Listed, count_around};
use super::model::{IdeaId, IdeaPerson, IdeaState, Verb};
use super::store::lists::{self, Posts};
use super::{Ideas, rules, store};
use crate::base::capability::Capability;
use crate::base::id::UnitId;
use crate::base::person::Person;
use crate::db::DbError;

impl Ideas {
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
        let deciding: Vec<IdeaState> = IdeaState::EACH
            .iter()
            .copied()
            .filter(|state| rules::next_post(*state) == Some(rules::Who::Decider))
            .collect();
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
            let may = rules::possible(listed.idea.state, &self.hand(&person, &listed.idea, &part));
            (listed, may)
        };
        Ok(listed.into_iter().map(with_verbs).collect())
    }
}
