//! Rules, switches, entries, events, exemptions, and who was reminded.

use diesel::prelude::*;

use super::model::{
    Entry, Event, Exemption, ObligationEntryId, ObligationEventId, ObligationExemptionId, ObligationRuleId, RuleRow,
    Switch,
};
use crate::base::approval::ProposalState;
use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Timestamp};
use crate::db::Conn;
use crate::db::schema::{
    obligation_entries, obligation_events, obligation_exemptions, obligation_reminders, obligation_rules,
    obligation_switches,
};
use crate::on;

/// Every rule of the enterprise's own, in the order in which they were made.
pub fn list_rules(conn: &mut Conn) -> QueryResult<Vec<RuleRow>> {
    on!(conn, c => obligation_rules::table.order(obligation_rules::id).select(RuleRow::as_select()).load(c))
}

pub fn find_rule(conn: &mut Conn, code: &str) -> QueryResult<Option<RuleRow>> {
    on!(conn, c => obligation_rules::table
        .filter(obligation_rules::code.eq(code))
        .select(RuleRow::as_select())
        .first(c)
        .optional())
}

pub fn insert_rule(conn: &mut Conn, row: &RuleRow) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(obligation_rules::table).values(row).execute(c)).map(drop)
}

pub fn set_end(conn: &mut Conn, id: ObligationRuleId, until: Day, now: Timestamp) -> QueryResult<()> {
    let change = (obligation_rules::until_on.eq(until), obligation_rules::updated_at.eq(now));
    on!(conn, c => diesel::update(obligation_rules::table.find(id)).set(change).execute(c)).map(drop)
}

pub fn list_switches(conn: &mut Conn) -> QueryResult<Vec<Switch>> {
    on!(conn, c => obligation_switches::table.order(obligation_switches::id).select(Switch::as_select()).load(c))
}

pub fn insert_switch(conn: &mut Conn, switch: &Switch) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(obligation_switches::table).values(switch).execute(c)).map(drop)
}

/// What units wrote about these days and did not withdraw; of all units where none is named.
pub fn list_entries(conn: &mut Conn, units: Option<&[UnitId]>, (from, until): (Day, Day)) -> QueryResult<Vec<Entry>> {
    on!(conn, c => {
        let mut query = obligation_entries::table
            .filter(obligation_entries::done_on.between(from, until))
            .filter(obligation_entries::withdrawn_at.is_null())
            .into_boxed();
        if let Some(units) = units {
            query = query.filter(obligation_entries::unit_id.eq_any(units));
        }
        query.order(obligation_entries::id).select(Entry::as_select()).load(c)
    })
}

pub fn find_entry(conn: &mut Conn, id: ObligationEntryId) -> QueryResult<Option<Entry>> {
    on!(conn, c => obligation_entries::table.find(id).select(Entry::as_select()).first(c).optional())
}

pub fn insert_entry(conn: &mut Conn, entry: &Entry) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(obligation_entries::table).values(entry).execute(c)).map(drop)
}

/// Withdraws an entry; false when it was.
pub fn withdraw_entry(conn: &mut Conn, id: ObligationEntryId, by: MemberId, now: Timestamp) -> QueryResult<bool> {
    let change = (obligation_entries::withdrawn_by.eq(by), obligation_entries::withdrawn_at.eq(now));
    let its = obligation_entries::table.find(id).filter(obligation_entries::withdrawn_at.is_null());
    Ok(on!(conn, c => diesel::update(its).set(change).execute(c))? == 1)
}

/// Events on these days that were not withdrawn; of all units where none is named.
pub fn list_events(conn: &mut Conn, units: Option<&[UnitId]>, (from, until): (Day, Day)) -> QueryResult<Vec<Event>> {
    on!(conn, c => {
        let mut query = obligation_events::table
            .filter(obligation_events::happens_on.between(from, until))
            .filter(obligation_events::withdrawn_at.is_null())
            .into_boxed();
        if let Some(units) = units {
            query = query.filter(obligation_events::unit_id.eq_any(units));
        }
        query.order(obligation_events::id).select(Event::as_select()).load(c)
    })
}

pub fn find_event(conn: &mut Conn, id: ObligationEventId) -> QueryResult<Option<Event>> {
    on!(conn, c => obligation_events::table.find(id).select(Event::as_select()).first(c).optional())
}

pub fn insert_event(conn: &mut Conn, event: &Event) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(obligation_events::table).values(event).execute(c)).map(drop)
}

/// Withdraws an event; false when it was.
pub fn withdraw_event(conn: &mut Conn, id: ObligationEventId, by: MemberId, now: Timestamp) -> QueryResult<bool> {
    let change = (obligation_events::withdrawn_by.eq(by), obligation_events::withdrawn_at.eq(now));
    let its = obligation_events::table.find(id).filter(obligation_events::withdrawn_at.is_null());
    Ok(on!(conn, c => diesel::update(its).set(change).execute(c))? == 1)
}

/// Exemptions for windows that begin on these days and hold; of all units where none is named.
pub fn list_exempted(
    conn: &mut Conn,
    units: Option<&[UnitId]>,
    (from, until): (Day, Day),
) -> QueryResult<Vec<Exemption>> {
    on!(conn, c => {
        let mut query = obligation_exemptions::table
            .filter(obligation_exemptions::window_on.between(from, until))
            .filter(obligation_exemptions::state.eq_any([ProposalState::Approved, ProposalState::Open]))
            .into_boxed();
        if let Some(units) = units {
            query = query.filter(obligation_exemptions::unit_id.eq_any(units));
        }
        query.order(obligation_exemptions::id).select(Exemption::as_select()).load(c)
    })
}

/// Exemptions of units, newest first.
pub fn list_exemptions(
    conn: &mut Conn,
    units: Option<&[UnitId]>,
    state: Option<ProposalState>,
    before: Option<ObligationExemptionId>,
    limit: i64,
) -> QueryResult<Vec<Exemption>> {
    on!(conn, c => {
        let mut query = obligation_exemptions::table
            .filter(obligation_exemptions::id.lt(before.unwrap_or_else(|| uuid::Uuid::max().into())))
            .into_boxed();
        if let Some(units) = units {
            query = query.filter(obligation_exemptions::unit_id.eq_any(units));
        }
        if let Some(state) = state {
            query = query.filter(obligation_exemptions::state.eq(state));
        }
        query.order(obligation_exemptions::id.desc()).limit(limit).select(Exemption::as_select()).load(c)
    })
}

pub fn find_exemption(conn: &mut Conn, id: ObligationExemptionId) -> QueryResult<Option<Exemption>> {
    on!(conn, c => obligation_exemptions::table.find(id).select(Exemption::as_select()).first(c).optional())
}

/// Writes an exemption; false when one waits or holds for that window.
pub fn insert_exemption(conn: &mut Conn, row: &Exemption) -> QueryResult<bool> {
    let written = on!(conn, c => diesel::insert_into(obligation_exemptions::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(written == 1)
}

/// Answers an exemption that waits.
pub fn answer_exemption(
    conn: &mut Conn,
    id: ObligationExemptionId,
    (state, answer): (ProposalState, Option<&str>),
    (by, now): (MemberId, Timestamp),
) -> QueryResult<bool> {
    let change = (
        obligation_exemptions::state.eq(state),
        obligation_exemptions::answer.eq(answer),
        obligation_exemptions::answered_by.eq(by),
        obligation_exemptions::answered_at.eq(now),
    );
    let its = obligation_exemptions::table.find(id).filter(obligation_exemptions::state.eq(ProposalState::Open));
    Ok(on!(conn, c => diesel::update(its).set(change).execute(c))? == 1)
}

/// Puts down that a unit was reminded on a day; false when it was.
pub fn mark_reminded(conn: &mut Conn, unit: UnitId, day: Day) -> QueryResult<bool> {
    let row = (obligation_reminders::unit_id.eq(unit), obligation_reminders::day.eq(day));
    let written = on!(conn, c => diesel::insert_into(obligation_reminders::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(written == 1)
}

/// Forgets who was reminded before a day, some at a time.
pub fn delete_reminders(conn: &mut Conn, before: Day, limit: i64) -> QueryResult<usize> {
    let old: Vec<(UnitId, Day)> = on!(&mut *conn, c => obligation_reminders::table
        .filter(obligation_reminders::day.lt(before))
        .order((obligation_reminders::day, obligation_reminders::unit_id))
        .limit(limit)
        .select((obligation_reminders::unit_id, obligation_reminders::day))
        .load(c))?;
    let Some((_, last)) = old.last() else { return Ok(0) };
    let units: Vec<UnitId> = old.iter().map(|(unit, _)| *unit).collect();
    let its = obligation_reminders::table
        .filter(obligation_reminders::day.le(*last))
        .filter(obligation_reminders::unit_id.eq_any(units));
    on!(conn, c => diesel::delete(its).execute(c))
}
