//! Who else is part of an idea.

use diesel::prelude::*;

use super::IdeaId;
use crate::base::id::MemberId;
use crate::db::schema::idea_people;

crate::words!(
    /// What somebody besides the author has to do with an idea.
    Part {
        /// Wrote it together with the author.
        CoAuthor = "co_author" / "共同提出人",
        /// Has been asked to carry it out, now or before.
        Implementer = "implementer" / "实施人",
    }
);

/// Somebody besides the author.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = idea_people)]
pub struct IdeaPerson {
    pub idea_id: IdeaId,
    pub member_id: MemberId,
    pub part: Part,
}
