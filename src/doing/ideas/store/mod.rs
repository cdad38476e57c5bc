//! The room's tables: ideas, their people and their steps. What is said about them lies in [`comments`], lists in [`lists`].

pub mod lists;
pub mod statistics;
pub mod comments;
pub mod likes;

use diesel::prelude::*;

use super::model::{Idea, IdeaId, IdeaOutcome, IdeaPerson, IdeaState, IdeaStep, IdeaText, Part, StepId, Verb};
use crate::base::time::{Day, Timestamp};
use crate::db::Conn;
use crate::db::schema::{idea_categories, idea_outcomes, idea_people, idea_steps, ideas};
use crate::doing::meetings::MeetingId;
use crate::on;

pub fn find(conn: &mut Conn, id: IdeaId) -> QueryResult<Option<Idea>> {
    on!(conn, c => ideas::table.find(id).select(Idea::as_select()).first(c).optional())
}

/// Those of `ids` that exist, in no order.
pub fn find_some(conn: &mut Conn, ids: &[IdeaId]) -> QueryResult<Vec<Idea>> {
    on!(conn, c => ideas::table.filter(ideas::id.eq_any(ids)).select(Idea::as_select()).load(c))
}

/// Whether an idea was collected or decided at that meeting.
pub fn cites(conn: &mut Conn, meeting: MeetingId) -> QueryResult<bool> {
    let step: Option<StepId> = on!(conn, c => idea_steps::table
        .filter(idea_steps::meeting_id.eq(meeting))
        .select(idea_steps::id)
        .first(c)
        .optional())?;
    Ok(step.is_some())
}

/// The idea, held until the end of the transaction: others who act on it at the same time wait and then see the outcome.
pub fn hold(conn: &mut Conn, id: IdeaId) -> QueryResult<Option<Idea>> {
    match conn {
        Conn::Pg(c) => ideas::table.find(id).select(Idea::as_select()).for_update().first(c).optional(),
        // all writes go through one thread, one transaction after the other
        Conn::Sqlite(c) => ideas::table.find(id).select(Idea::as_select()).first(c).optional(),
    }
}

pub fn insert(conn: &mut Conn, idea: &Idea) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(ideas::table).values(idea).execute(c)).map(drop)
}

/// Writes what a draft says; false when it is no draft any more.
pub fn update_text(conn: &mut Conn, id: IdeaId, text: &IdeaText, now: Timestamp) -> QueryResult<bool> {
    let draft = ideas::table.filter(ideas::id.eq(id)).filter(ideas::state.eq(IdeaState::Draft));
    let changed = on!(conn, c => diesel::update(draft)
        .set((
            ideas::category.eq(&text.category),
            ideas::title.eq(&text.title),
            ideas::problem.eq(&text.problem),
            ideas::proposal.eq(&text.proposal),
            ideas::benefit.eq(&text.benefit),
            ideas::updated_at.eq(now),
        ))
        .execute(c))?;
    Ok(changed == 1)
}

/// Writes where the idea stands now, if it still stands in `from`; false when somebody else was first.
pub fn advance(conn: &mut Conn, from: IdeaState, idea: &Idea) -> QueryResult<bool> {
    let there = ideas::table.filter(ideas::id.eq(idea.id)).filter(ideas::state.eq(from));
    let advanced = on!(conn, c => diesel::update(there)
        .set((
                ideas::state.eq(idea.state),
                ideas::unit_id.eq(idea.unit_id),
                ideas::branch_id.eq(idea.branch_id),
                ideas::submitted_at.eq(idea.submitted_at),
                ideas::implementer_id.eq(idea.implementer_id),
                ideas::due_on.eq(idea.due_on),
                ideas::reminded_on.eq(idea.reminded_on),
                ideas::merged_into.eq(idea.merged_into),
                ideas::updated_at.eq(idea.updated_at),
        ))
        .execute(c))?;
    Ok(advanced == 1)
}

// ── people ──

/// Everybody but the author, with their parts.
pub fn list_people(conn: &mut Conn, idea: IdeaId) -> QueryResult<Vec<IdeaPerson>> {
    on!(conn, c => idea_people::table
        .filter(idea_people::idea_id.eq(idea))
        .order((idea_people::member_id, idea_people::part))
        .select(IdeaPerson::as_select())
        .load(c))
}

/// The people of several ideas.
pub fn list_people_of(conn: &mut Conn, ideas: &[IdeaId]) -> QueryResult<Vec<IdeaPerson>> {
    on!(conn, c => idea_people::table
        .filter(idea_people::idea_id.eq_any(ideas))
        .order((idea_people::idea_id, idea_people::member_id))
        .select(IdeaPerson::as_select())
        .load(c))
}

pub fn insert_person(conn: &mut Conn, person: IdeaPerson) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(idea_people::table).values(person).on_conflict_do_nothing().execute(c)).map(drop)
}

/// Takes all co-authors of an idea away.
pub fn delete_co_authors(conn: &mut Conn, idea: IdeaId) -> QueryResult<()> {
    let theirs = idea_people::table.filter(idea_people::idea_id.eq(idea)).filter(idea_people::part.eq(Part::CoAuthor));
    on!(conn, c => diesel::delete(theirs).execute(c)).map(drop)
}

// ── steps ──

pub fn insert_step(conn: &mut Conn, step: &IdeaStep) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(idea_steps::table).values(step).execute(c)).map(drop)
}

/// Ends what earlier steps of an idea with one of `verbs` have shown until now.
pub fn end_steps(conn: &mut Conn, idea: IdeaId, verbs: &[Verb]) -> QueryResult<()> {
    if verbs.is_empty() {
        return Ok(());
    }
    let ended = idea_steps::table
        .filter(idea_steps::idea_id.eq(idea))
        .filter(idea_steps::in_force)
        .filter(idea_steps::verb.eq_any(verbs));
    on!(conn, c => diesel::update(ended).set(idea_steps::in_force.eq(false)).execute(c)).map(drop)
}

/// The steps in force of several ideas.
pub fn list_in_force(conn: &mut Conn, ideas: &[IdeaId]) -> QueryResult<Vec<IdeaStep>> {
    on!(conn, c => idea_steps::table
        .filter(idea_steps::idea_id.eq_any(ideas))
        .filter(idea_steps::in_force)
        .order(idea_steps::id)
        .select(IdeaStep::as_select())
        .load(c))
}

/// Every step of an idea, in the order in which they were taken.
pub fn list_steps(conn: &mut Conn, idea: IdeaId) -> QueryResult<Vec<IdeaStep>> {
    on!(conn, c => idea_steps::table
        .filter(idea_steps::idea_id.eq(idea))
        .order(idea_steps::id)
        .select(IdeaStep::as_select())
        .load(c))
}

/// A page of the steps of an idea, oldest first, after `after`.
pub fn page_steps(conn: &mut Conn, idea: IdeaId, after: Option<StepId>, limit: i64) -> QueryResult<Vec<IdeaStep>> {
    let after = after.unwrap_or_else(|| uuid::Uuid::nil().into());
    on!(conn, c => idea_steps::table
        .filter(idea_steps::idea_id.eq(idea))
        .filter(idea_steps::id.gt(after))
        .order(idea_steps::id)
        .limit(limit)
        .select(IdeaStep::as_select())
        .load(c))
}

// ── outcomes ──

pub fn insert_outcome(conn: &mut Conn, outcome: &IdeaOutcome) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(idea_outcomes::table).values(outcome).execute(c)).map(drop)
}

pub fn list_outcomes(conn: &mut Conn, idea: IdeaId) -> QueryResult<Vec<IdeaOutcome>> {
    on!(conn, c => idea_outcomes::table
        .filter(idea_outcomes::idea_id.eq(idea))
        .order(idea_outcomes::id)
        .select(IdeaOutcome::as_select())
        .load(c))
}

// ── categories ──

/// The categories in their order.
pub fn list_categories(conn: &mut Conn) -> QueryResult<Vec<String>> {
    on!(conn, c => idea_categories::table
        .order((idea_categories::position, idea_categories::name))
        .select(idea_categories::name)
        .load(c))
}

pub fn category_exists(conn: &mut Conn, name: &str) -> QueryResult<bool> {
    let found: Option<String> = on!(conn, c => idea_categories::table
        .find(name)
        .select(idea_categories::name)
        .first(c)
        .optional())?;
    Ok(found.is_some())
}

/// Puts `names` in the place of the categories; ideas keep the name that they were given.
pub fn replace_categories(conn: &mut Conn, names: &[String]) -> QueryResult<()> {
    on!(conn, c => diesel::delete(idea_categories::table).execute(c))?;
    for (position, name) in (1..).zip(names) {
        let row = (idea_categories::name.eq(name), idea_categories::position.eq::<i32>(position));
        on!(conn, c => diesel::insert_into(idea_categories::table).values(row).execute(c))?;
    }
    Ok(())
}

// ── what is due ──

/// States in which work is under way.
pub const UNDER_WAY: [IdeaState; 2] = [IdeaState::Assigned, IdeaState::Implementing];

/// Ideas under way that are due before `until` and whose implementer was not reminded on `today`.
pub fn list_to_remind(conn: &mut Conn, today: Day, until: Day, limit: i64) -> QueryResult<Vec<Idea>> {
    on!(conn, c => ideas::table
        .filter(ideas::state.eq_any(UNDER_WAY))
        .filter(ideas::due_on.lt(until))
        .filter(ideas::reminded_on.is_null().or(ideas::reminded_on.lt(today)))
        .order(ideas::id)
        .limit(limit)
        .select(Idea::as_select())
        .load(c))
}

/// Puts down that today's reminder goes out; false when another server was first, or it is needed no more.
pub fn mark_reminded(conn: &mut Conn, idea: &Idea, today: Day) -> QueryResult<bool> {
    let mine = ideas::table
        .filter(ideas::id.eq(idea.id))
        .filter(ideas::state.eq_any(UNDER_WAY))
        .filter(ideas::due_on.eq(idea.due_on))
        .filter(ideas::reminded_on.is_null().or(ideas::reminded_on.lt(today)));
    Ok(on!(conn, c => diesel::update(mine).set(ideas::reminded_on.eq(today)).execute(c))? == 1)
}
