//! Whose turn it is: the lowest unit above an idea on which somebody who is not part of it holds the post.
//!
//! Built from the roster in memory and kept while neither roster nor day changes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::model::{Idea, IdeaPerson};
use super::rules::{self, Who};
use crate::base::capability::{Capability, Role};
use crate::base::id::{MemberId, UnitId};
use crate::base::time::Day;
use crate::people::members::Directory;
use crate::people::members::model::MemberStatus;

/// Active members who hold a post, by the unit on which they hold it.
type ByUnit = HashMap<UnitId, Vec<(MemberId, Role)>>;

/// What the roster was when the posts were looked up.
pub(super) type Edition = (u64, Day);

/// The posts as they were looked up last.
type Kept = Option<(Edition, Arc<ByUnit>)>;

/// Who holds which post; clones share it.
#[derive(Clone)]
pub(super) struct Holders {
    directory: Directory,
    kept: Arc<Mutex<Kept>>,
    /// The edition by which the ideas in the database were last looked through.
    seen: Arc<Mutex<Option<Edition>>>,
}

/// The capability by which somebody does what is `who`'s.
pub(super) fn capability(who: Who) -> Capability {
    match who {
        Who::Collector => Capability::CollectIdeas,
        _ => Capability::DecideIdeas,
    }
}

impl Holders {
    pub fn new(directory: Directory) -> Self {
        Holders { directory, kept: Arc::default(), seen: Arc::default() }
    }

    /// The unit whose post acts next on `idea`; `None` while no post has to, or none is filled.
    pub fn next_unit(&self, idea: &Idea, people: &[IdeaPerson], today: Day) -> Option<UnitId> {
        let capability = capability(rules::next_post(idea.state)?);
        let holders = self.by_unit(today);
        let acts = |(member, role): &(MemberId, Role)| {
            let involved = *member == idea.author_id || people.iter().any(|person| person.member_id == *member);
            role.allows().contains(&capability) && !involved
        };
        let tree = self.directory.tree();
        let path = tree.get(idea.unit_id)?.path.clone();
        path.iter().copied().find(|unit| holders.get(unit).is_some_and(|holders| holders.iter().any(acts)))
    }

    /// The present edition, unless the ideas were looked through by it already.
    pub fn unseen(&self, today: Day) -> Option<Edition> {
        let edition = (self.directory.version(), today);
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        (*seen != Some(edition)).then_some(edition)
    }

    /// Puts down that every idea was looked through by `edition`.
    pub fn saw(&self, edition: Edition) {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(edition);
    }

    fn by_unit(&self, today: Day) -> Arc<ByUnit> {
        let edition = (self.directory.version(), today);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, holders)) = kept.as_ref().filter(|(known, _)| *known == edition) {
            return holders.clone();
        }
        let mut holders = ByUnit::new();
        self.directory.each_member(|member, _| {
            let duties = member.duties.iter().filter(|duty| {
                member.status == MemberStatus::Active
                    && duty.holds_on(today)
                    && duty.role.allows().contains(&Capability::CollectIdeas)
            });
            for duty in duties {
                holders.entry(duty.unit_id).or_default().push((member.id, duty.role));
            }
        });
        let holders = Arc::new(holders);
        *kept = Some((edition, holders.clone()));
        holders
    }
}
