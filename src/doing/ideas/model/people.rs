//! Who else is part of an idea.

use diesel::prelude::*;

use super::IdeaId;
use crate::base::id::MemberId;
use crate::base::own_case::Involvement;
use crate::db::schema::idea_people;

crate::words!(
    /// What somebody besides the author has to do with an idea.
    Part {
        /// Wrote it together with the author.
        CoAuthor = "co_author" / "共同提出人",
        /// Was named so and taken off again: sees it like anybody else, and still does not handle it.
        FormerCoAuthor = "former_co_author" / "原共同提出人",
        /// Has been asked to carry it out, now or before.
        Implementer = "implementer" / "实施人",
    }
);

impl Part {
    /// How it keeps somebody from handling the idea.
    pub const fn involvement(self) -> Involvement {
        match self {
            Part::CoAuthor | Part::FormerCoAuthor => Involvement::CoAuthor,
            Part::Implementer => Involvement::Implementer,
        }
    }

    /// Whether the idea is somebody's own by it, to be seen while others do not.
    pub const fn is_own(self) -> bool {
        !matches!(self, Part::FormerCoAuthor)
    }
}

/// Somebody besides the author.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = idea_people)]
pub struct IdeaPerson {
    pub idea_id: IdeaId,
    pub member_id: MemberId,
    pub part: Part,
}
