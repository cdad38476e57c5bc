//! What statistics are counted from.

use diesel::prelude::*;

use super::{IdeaState, Verdict};
use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::db::schema::ideas;

/// When an idea passed where, for statistics.
#[derive(Clone, Copy, Debug, Queryable, Selectable)]
#[diesel(table_name = ideas)]
pub struct Passage {
    pub author_id: MemberId,
    pub state: IdeaState,
    pub verdict: Option<Verdict>,
    pub submitted_at: Option<Timestamp>,
    pub collected_at: Option<Timestamp>,
    pub decided_at: Option<Timestamp>,
    pub delivered_at: Option<Timestamp>,
    pub accepted_at: Option<Timestamp>,
}
