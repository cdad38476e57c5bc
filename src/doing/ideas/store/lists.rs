//! Which ideas somebody sees.

use std::cmp::Reverse;
use std::collections::HashSet;

use diesel::prelude::*;

use crate::base::id::{MemberId, UnitId};
use crate::base::time::Day;
use crate::db::Conn;
use crate::db::schema::{idea_people, ideas};
use crate::doing::ideas::model::{Due, Idea, IdeaId, IdeaState, Part};
use crate::doing::ideas::store::reminders::UNDER_WAY;
use crate::on;

/// What a member sees: his own ideas, and what others of his branch and his scope have submitted.
#[derive(Clone, Debug)]
pub struct Sight {
    pub member: MemberId,
    pub branch: UnitId,
    /// Units within the scope of his duties; `None` is all of them.
    pub units: Option<Vec<UnitId>>,
}

/// States that only the people of an idea see.
pub const PRIVATE: [IdeaState; 2] = [IdeaState::Draft, IdeaState::Withdrawn];

/// What a list of ideas is narrowed by.
#[derive(Clone, Debug, Default)]
pub struct IdeaFilter {
    pub state: Option<IdeaState>,
    /// Only ideas of these units.
    pub units: Option<Vec<UnitId>>,
    pub category: Option<String>,
    pub author: Option<MemberId>,
    /// Who carries it out.
    pub implementer: Option<MemberId>,
    pub due: Option<DueFilter>,
}

/// Ideas under way by their due day.
#[derive(Clone, Copy, Debug)]
pub struct DueFilter {
    pub due: Due,
    /// The first day of which the term has not passed.
    pub from: Day,
    /// The first day that is not soon.
    pub until: Day,
}

/// Adds the filter, but for the state, to a boxed query; a macro, since two backends want two boxed types.
macro_rules! narrowed {
    ($query:expr, $filter:expr) => {{
        let (mut query, filter) = ($query, $filter);
        if let Some(units) = &filter.units {
            query = query.filter(ideas::unit_id.eq_any(units));
        }
        if let Some(category) = &filter.category {
            query = query.filter(ideas::category.eq(category));
        }
        if let Some(author) = filter.author {
            query = query.filter(ideas::author_id.eq(author));
        }
        if let Some(implementer) = filter.implementer {
            query = query.filter(ideas::implementer_id.eq(implementer));
        }
        if let Some(DueFilter { due, from, until }) = filter.due {
            query = query.filter(ideas::state.eq_any(UNDER_WAY));
            query = match due {
                Due::Overdue => query.filter(ideas::due_on.lt(from)),
                Due::Soon => query.filter(ideas::due_on.ge(from)).filter(ideas::due_on.lt(until)),
            };
        }
        query
    }};
}

/// The idea stands in a state; so written that no index of states fits, which SQLite would prefer to that of a branch or
/// an author: half of all ideas are closed.
macro_rules! is_in {
    ($state:expr) => {
        ideas::state.concat("").eq($state.as_str())
    };
}

/// Ideas in `sight`, newest first, below `before`.
///
/// Each reason for which an idea is seen has an index of its own; asked for by one condition, the database would walk
/// through everybody's ideas until it has found enough of few.
pub fn list(
    conn: &mut Conn,
    sight: &Sight,
    filter: &IdeaFilter,
    before: Option<IdeaId>,
    limit: i64,
) -> QueryResult<Vec<Idea>> {
    let Some(units) = &sight.units else { return page(conn, Seen::All(sight.member), filter, before, limit) };
    let mut reasons = vec![Seen::Wrote(sight.member), Seen::Part(sight.member), Seen::Branch(sight.branch)];
    if !units.is_empty() {
        reasons.push(Seen::Units(units));
    }
    let mut found = Vec::new();
    for reason in reasons {
        found.extend(page(conn, reason, filter, before, limit)?);
    }
    found.sort_unstable_by_key(|idea| Reverse(idea.id));
    found.dedup_by_key(|idea| idea.id);
    found.truncate(usize::try_from(limit).unwrap_or(0));
    Ok(found)
}

/// Which of `ids` are in `sight` and pass the filter.
pub fn find_among(conn: &mut Conn, sight: &Sight, filter: &IdeaFilter, ids: &[IdeaId]) -> QueryResult<HashSet<IdeaId>> {
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let found: Vec<IdeaId> = on!(conn, c => {
        let part = idea_people::table
            .filter(idea_people::member_id.eq(sight.member))
            .filter(idea_people::part.ne(Part::FormerCoAuthor))
            .select(idea_people::idea_id);
        let mine = ideas::author_id.eq(sight.member).or(ideas::id.eq_any(part));
        let open = ideas::state.ne_all(PRIVATE);
        let query = match &sight.units {
            None => ideas::table.filter(mine.or(open)).into_boxed(),
            Some(units) => {
                let near = ideas::branch_id.eq(sight.branch).or(ideas::unit_id.eq_any(units));
                ideas::table.filter(mine.or(open.and(near))).into_boxed()
            }
        };
        let mut query = narrowed!(query, filter).filter(ideas::id.eq_any(ids));
        if let Some(state) = filter.state {
            query = query.filter(ideas::state.eq(state));
        }
        query.select(ideas::id).load(c)
    })?;
    Ok(found.into_iter().collect())
}

/// Why a member sees an idea.
enum Seen<'a> {
    /// He is its author.
    Wrote(MemberId),
    /// He helped to write it or carries it out.
    Part(MemberId),
    /// It was handed in, in his branch.
    Branch(UnitId),
    /// It was handed in, within his scope.
    Units(&'a [UnitId]),
    /// His scope is everything; drafts are still their people's.
    All(MemberId),
}

/// A page of what is seen for one reason.
fn page(
    conn: &mut Conn,
    seen: Seen<'_>,
    filter: &IdeaFilter,
    before: Option<IdeaId>,
    limit: i64,
) -> QueryResult<Vec<Idea>> {
    on!(conn, c => {
        let part = |member: MemberId| {
            idea_people::table
                .filter(idea_people::member_id.eq(member))
                .filter(idea_people::part.ne(Part::FormerCoAuthor))
                .select(idea_people::idea_id)
        };
        let open = ideas::state.ne_all(PRIVATE);
        let mut query = narrowed!(ideas::table.into_boxed(), filter);
        query = match &seen {
            Seen::Wrote(member) => query.filter(ideas::author_id.eq(*member)),
            Seen::Part(member) => query.filter(ideas::id.eq_any(part(*member))),
            Seen::Branch(branch) => query.filter(ideas::branch_id.eq(*branch)).filter(open),
            Seen::Units(units) => query.filter(ideas::unit_id.eq_any(*units)).filter(open),
            Seen::All(member) => {
                query.filter(ideas::author_id.eq(*member).or(ideas::id.eq_any(part(*member))).or(open))
            }
        };
        query = match (filter.state, &seen) {
            (Some(state), Seen::All(_)) => query.filter(ideas::state.eq(state)),
            (Some(state), _) => query.filter(is_in!(state)),
            (None, _) => query,
        };
        if let Some(before) = before {
            query = query.filter(ideas::id.lt(before));
        }
        query.order(ideas::id.desc()).limit(limit).select(Idea::as_select()).load(c)
    })
}
