//! What the room keeps: ideas, their people, their steps, what is said about them and what came of them.

mod state;
mod step;
mod decision;
mod people;
mod circle;
mod comment;
mod outcome;
mod statistics;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Timestamp};
use crate::db::schema::ideas;
use crate::kernel::trail::Thing;

pub use circle::{Circle, MergedIdea};
pub use comment::{Comment, CommentId};
pub use decision::Verdict;
pub use outcome::{IdeaOutcome, NewOutcome, OutcomeCorrection, OutcomeId, OutcomeKind, RightOutcome};
pub use people::{IdeaPerson, Part};
pub use state::IdeaState;
pub use statistics::{Recorded, Taken};
pub use step::{IdeaStep, InForce, Move, StepId, Verb};

crate::id!(
    /// A golden idea.
    IdeaId
);
/// What an idea says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdeaText {
    pub category: String,
    pub title: String,
    pub problem: String,
    pub proposal: String,
    pub benefit: String,
}

/// An idea as stored: where it stands. Who brought it there, when and why are its steps in force, [`InForce`].
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = ideas, treat_none_as_default_value = false)]
pub struct Idea {
    pub id: IdeaId,
    pub author_id: MemberId,
    /// The author's home unit when it was submitted; its scope follows the tree from there.
    pub unit_id: UnitId,
    /// The branch of that unit, whose members see it; the unit itself where there is no branch.
    pub branch_id: UnitId,
    pub category: String,
    pub title: String,
    pub problem: String,
    pub proposal: String,
    pub benefit: String,
    pub state: IdeaState,
    /// When it was handed in, last; the day by which it is listed and counted.
    pub submitted_at: Option<Timestamp>,
    /// Who carries it out at present.
    pub implementer_id: Option<MemberId>,
    /// The last day on which delivering it is not late.
    pub due_on: Option<Day>,
    pub merged_into: Option<IdeaId>,
    pub reminded_on: Option<Day>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

crate::words!(
    /// Which ideas under way a list shows by their due day.
    Due {
        /// Past their due day.
        Overdue = "overdue" / "逾期",
        /// Due today or within the next three days.
        Soon = "soon" / "临期",
    }
);

/// An idea, as its trail knows it.
pub fn thing(id: IdeaId) -> Thing {
    Thing { room: "ideas", kind: "idea", id: id.uuid() }
}
