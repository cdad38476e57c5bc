//! What the page of the day shows of a member's ideas.

use super::model::{IdeaId, IdeaState};
use super::store;
use crate::base::time::Timestamp;
use crate::kernel::glance::{Line, Look, Seen};

/// What the room looks for.
pub const LOOKS: [Look; 1] = [store::LATEST];

/// The idea of a member's own that moved last.
#[derive(Clone, Debug)]
pub struct LatestIdea {
    pub id: IdeaId,
    pub title: String,
    pub state: IdeaState,
    pub moved_at: Timestamp,
}

pub fn latest_in(seen: &Seen) -> Option<LatestIdea> {
    let idea = |line: &Line| {
        Some(LatestIdea {
            id: line.id()?,
            title: line.text.clone(),
            state: line.word.parse().ok()?,
            moved_at: line.at()?,
        })
    };
    seen.of(store::LATEST.kind).find_map(idea)
}
