//! Appeals, what became of them, and who was reminded of them.

use diesel::prelude::*;

use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Timestamp};
use crate::db::Conn;
use crate::db::schema::{appraisal_appeal_decisions, appraisal_appeals, appraisal_reminders};
use crate::honour::appraisal::model::{
    Appeal, AppealDecision, AppealId, AppealOccasion, AppealState, Appealed, AppraisalEntryId,
};
use crate::on;

macro_rules! appealed {
    () => {
        appraisal_appeals::table.left_join(
            appraisal_appeal_decisions::table.on(appraisal_appeal_decisions::appeal_id.eq(appraisal_appeals::id)),
        )
    };
}

macro_rules! columns {
    () => {
        (Appeal::as_select(), Option::<AppealDecision>::as_select())
    };
}

pub fn find(conn: &mut Conn, id: AppealId) -> QueryResult<Option<Appealed>> {
    on!(conn, c => appealed!().filter(appraisal_appeals::id.eq(id)).select(columns!()).first(c).optional())
}

/// The appeals against these entries.
pub fn list_against(conn: &mut Conn, entries: &[AppraisalEntryId]) -> QueryResult<Vec<Appealed>> {
    on!(conn, c => appealed!()
        .filter(appraisal_appeals::entry_id.eq_any(entries))
        .order(appraisal_appeals::id)
        .select(columns!())
        .load(c))
}

/// Which appeals a list shows.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Of members who were at home there; anywhere when `None`.
    pub units: Option<Vec<UnitId>>,
    pub member: Option<MemberId>,
    pub state: Option<AppealState>,
}

/// Appeals before `before`, newest first.
pub fn list(conn: &mut Conn, wanted: &Wanted, before: Option<AppealId>, limit: i64) -> QueryResult<Vec<Appealed>> {
    on!(conn, c => {
        let mut query = appealed!()
            .filter(appraisal_appeals::id.lt(before.unwrap_or_else(|| uuid::Uuid::max().into())))
            .into_boxed();
        if let Some(units) = &wanted.units {
            query = query.filter(appraisal_appeals::unit_id.eq_any(units));
        }
        if let Some(member) = wanted.member {
            query = query.filter(appraisal_appeals::member_id.eq(member));
        }
        query = match wanted.state {
            None => query,
            Some(AppealState::Open) => query.filter(appraisal_appeal_decisions::verdict.is_null()),
            Some(state) => query.filter(appraisal_appeal_decisions::verdict.eq(state)),
        };
        query.order(appraisal_appeals::id.desc()).limit(limit).select(columns!()).load(c)
    })
}

/// Appeals that wait, are due from a day, if one is named, until before another, and of which nobody was reminded on that
/// occasion; the longest due first.
pub fn list_due(
    conn: &mut Conn,
    occasion: AppealOccasion,
    (from, until): (Option<Day>, Day),
    limit: i64,
) -> QueryResult<Vec<Appeal>> {
    on!(conn, c => {
        let reminded = appraisal_reminders::table
            .filter(appraisal_reminders::appeal_id.eq(appraisal_appeals::id))
            .filter(appraisal_reminders::occasion.eq(occasion));
        let mut query = appealed!()
            .filter(appraisal_appeal_decisions::verdict.is_null())
            .filter(appraisal_appeals::due_on.lt(until))
            .filter(diesel::dsl::not(diesel::dsl::exists(reminded)))
            .into_boxed();
        if let Some(from) = from {
            query = query.filter(appraisal_appeals::due_on.ge(from));
        }
        query
            .order((appraisal_appeals::due_on, appraisal_appeals::id))
            .limit(limit)
            .select(Appeal::as_select())
            .load(c)
    })
}

/// Puts a reminder down; false when it was put down.
pub fn mark_reminded(conn: &mut Conn, appeal: AppealId, occasion: AppealOccasion, at: Timestamp) -> QueryResult<bool> {
    let row = (
        appraisal_reminders::appeal_id.eq(appeal),
        appraisal_reminders::occasion.eq(occasion),
        appraisal_reminders::reminded_at.eq(at),
    );
    let written = on!(conn, c => diesel::insert_into(appraisal_reminders::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(written == 1)
}

/// Writes an appeal; false when there is one against its entry.
pub fn insert(conn: &mut Conn, appeal: &Appeal) -> QueryResult<bool> {
    let written = on!(conn, c => diesel::insert_into(appraisal_appeals::table)
        .values(appeal)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(written == 1)
}

/// Writes what became of an appeal; false when that is decided.
pub fn insert_decision(conn: &mut Conn, decision: &AppealDecision) -> QueryResult<bool> {
    let written = on!(conn, c => diesel::insert_into(appraisal_appeal_decisions::table)
        .values(decision)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(written == 1)
}
