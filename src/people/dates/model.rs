//! What the room keeps, and what it hands to its routes.

use diesel::prelude::*;

use crate::base::dates::Days;
use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::db::schema::calendar_feeds;
use crate::kernel::dates::Told;

crate::id!(
    /// The address of a calendar feed.
    CalendarFeedId
);

/// An address under which a calendar outside reads a member's dates.
#[derive(Clone, Copy, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = calendar_feeds, treat_none_as_default_value = false)]
pub struct Feed {
    pub member_id: MemberId,
    pub id: CalendarFeedId,
    /// Whether things are called by their names, and not by what they are in general.
    pub is_detailed: bool,
    pub created_at: Timestamp,
}

/// What a feed tells.
pub struct Fed {
    pub feed: Feed,
    pub days: Days,
    pub told: Told,
}
