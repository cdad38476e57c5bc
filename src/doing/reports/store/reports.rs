//! Reports, and of what somebody was reminded.

use diesel::prelude::*;

use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Timestamp};
use crate::db::Conn;
use crate::db::schema::{report_forms, report_periods, report_reminders, reports};
use crate::doing::reports::model::{
    Report, ReportFormId, ReportHead, ReportId, ReportOccasion, ReportPeriodId, ReportState,
};
use crate::on;

/// Rows that one statement writes; SQLite takes a bounded number of parameters.
const AT_ONCE: usize = 200;

pub fn find(conn: &mut Conn, id: ReportId) -> QueryResult<Option<Report>> {
    on!(conn, c => reports::table.find(id).select(Report::as_select()).first(c).optional())
}

/// One report, for anyone who changes it.
pub fn lock_row(conn: &mut Conn, id: ReportId) -> QueryResult<Option<Report>> {
    match conn {
        Conn::Pg(c) => reports::table.find(id).select(Report::as_select()).for_update().first(c).optional(),
        // all writes go through one thread, one transaction after the other
        Conn::Sqlite(c) => reports::table.find(id).select(Report::as_select()).first(c).optional(),
    }
}

/// Writes reports that are new; a unit that has one for the period keeps it.
pub fn insert(conn: &mut Conn, rows: &[Report]) -> QueryResult<()> {
    for rows in rows.chunks(AT_ONCE) {
        match conn {
            Conn::Pg(c) => {
                diesel::insert_into(reports::table).values(rows).on_conflict_do_nothing().execute(c)?;
            }
            // a batch that ignores conflicts is for PostgreSQL alone
            Conn::Sqlite(c) => {
                for row in rows {
                    diesel::insert_into(reports::table).values(row).on_conflict_do_nothing().execute(c)?;
                }
            }
        }
    }
    Ok(())
}

pub fn update(conn: &mut Conn, report: &Report) -> QueryResult<()> {
    on!(conn, c => diesel::update(reports::table.find(report.id)).set(report).execute(c)).map(drop)
}

/// Which reports a list shows.
#[derive(Clone, Debug, Default)]
pub struct ReportFilter {
    /// Of these units; of any when `None`.
    pub units: Option<Vec<UnitId>>,
    pub form: Option<ReportFormId>,
    pub period: Option<ReportPeriodId>,
    pub state: Option<ReportState>,
    /// Those that were not handed in by a day before this one.
    pub missing_on: Option<Day>,
    pub due_from: Option<Day>,
    /// Included.
    pub due_until: Option<Day>,
}

/// Reports before `before`, what is due last first.
pub fn list(
    conn: &mut Conn,
    filter: &ReportFilter,
    before: Option<(Day, ReportId)>,
    limit: i64,
) -> QueryResult<Vec<ReportHead>> {
    on!(conn, c => {
        let mut query = reports::table.into_boxed();
        if let Some(units) = &filter.units {
            query = query.filter(reports::unit_id.eq_any(units));
        }
        if let Some(form) = filter.form {
            query = query.filter(reports::form_id.eq(form));
        }
        if let Some(period) = filter.period {
            query = query.filter(reports::period_id.eq(period));
        }
        if let Some(state) = filter.state {
            query = query.filter(reports::state.eq(state));
        }
        if let Some(today) = filter.missing_on {
            query = query.filter(reports::due_on.lt(today).and(reports::state.eq(ReportState::Due)));
        }
        if let Some(from) = filter.due_from {
            query = query.filter(reports::due_on.ge(from));
        }
        if let Some(until) = filter.due_until {
            query = query.filter(reports::due_on.le(until));
        }
        if let Some((day, id)) = before {
            query = query.filter(reports::due_on.lt(day).or(reports::due_on.eq(day).and(reports::id.lt(id))));
        }
        query.order((reports::due_on.desc(), reports::id.desc())).limit(limit).select(ReportHead::as_select()).load(c)
    })
}

/// Every report of periods of a form that begin within these days, the last one excluded: one query for an overview.
pub fn list_of_form(
    conn: &mut Conn,
    form: ReportFormId,
    (first, end): (Day, Day),
    units: Option<&[UnitId]>,
) -> QueryResult<Vec<ReportHead>> {
    let within = report_periods::first_on.ge(first).and(report_periods::first_on.lt(end));
    on!(conn, c => {
        let mut query = reports::table
            .inner_join(report_periods::table)
            .filter(reports::form_id.eq(form))
            .filter(within)
            .into_boxed();
        if let Some(units) = units {
            query = query.filter(reports::unit_id.eq_any(units));
        }
        query.order((report_periods::first_on, reports::unit_id)).select(ReportHead::as_select()).load(c)
    })
}

/// Every report of a period, with what was handed in.
pub fn list_whole(conn: &mut Conn, period: ReportPeriodId, units: Option<&[UnitId]>) -> QueryResult<Vec<Report>> {
    on!(conn, c => {
        let mut query = reports::table.filter(reports::period_id.eq(period)).into_boxed();
        if let Some(units) = units {
            query = query.filter(reports::unit_id.eq_any(units));
        }
        query.order(reports::id).select(Report::as_select()).load(c)
    })
}

/// Which units have a report of a period.
pub fn list_units(conn: &mut Conn, period: ReportPeriodId) -> QueryResult<Vec<UnitId>> {
    on!(conn, c => reports::table.filter(reports::period_id.eq(period)).select(reports::unit_id).load(c))
}

/// Reports that nobody has handed in, due from this day on.
pub fn list_due(conn: &mut Conn, from: Day) -> QueryResult<Vec<ReportHead>> {
    on!(conn, c => reports::table
        .filter(reports::state.eq(ReportState::Due))
        .filter(reports::due_on.ge(from))
        .order(reports::id)
        .select(ReportHead::as_select())
        .load(c))
}

/// A report with who answers for its form and the unit that asks.
pub type ToOpen = (ReportId, MemberId, UnitId);

/// Reports that nobody has handed in, due on the days from the first to the second, which is not included, of forms that
/// have tasks opened of them.
pub fn list_to_open(conn: &mut Conn, (from, today): (Day, Day)) -> QueryResult<Vec<ToOpen>> {
    on!(conn, c => reports::table
        .inner_join(report_forms::table)
        .filter(report_forms::opens_task.eq(true))
        .filter(reports::state.eq(ReportState::Due))
        .filter(reports::due_on.ge(from))
        .filter(reports::due_on.lt(today))
        .order(reports::id)
        .select((reports::id, report_forms::owner_id, report_forms::unit_id))
        .load(c))
}

/// Whether something of a period waits for its review.
pub fn any_submitted(conn: &mut Conn, period: ReportPeriodId) -> QueryResult<bool> {
    let waiting = reports::table
        .filter(reports::period_id.eq(period))
        .filter(reports::state.eq(ReportState::Submitted))
        .select(reports::id);
    let found: Option<ReportId> = on!(conn, c => waiting.first(c).optional())?;
    Ok(found.is_some())
}

/// What a unit handed in for the periods of a form before a day, the newest first: whether it was without a change.
pub fn list_unchanged(
    conn: &mut Conn,
    (form, unit): (ReportFormId, UnitId),
    before: Day,
    limit: i64,
) -> QueryResult<Vec<bool>> {
    on!(conn, c => reports::table
        .inner_join(report_periods::table)
        .filter(reports::form_id.eq(form))
        .filter(reports::unit_id.eq(unit))
        .filter(report_periods::first_on.lt(before))
        .filter(reports::first_submitted_at.is_not_null())
        .order(report_periods::first_on.desc())
        .limit(limit)
        .select(reports::no_change)
        .load(c))
}

/// What a unit handed in last with answers, before a day.
pub fn find_previous(
    conn: &mut Conn,
    (form, unit): (ReportFormId, UnitId),
    before: Day,
) -> QueryResult<Option<Report>> {
    on!(conn, c => reports::table
        .inner_join(report_periods::table)
        .filter(reports::form_id.eq(form))
        .filter(reports::unit_id.eq(unit))
        .filter(report_periods::first_on.lt(before))
        .filter(reports::submitted.is_not_null())
        .filter(reports::no_change.eq(false))
        .order(report_periods::first_on.desc())
        .select(Report::as_select())
        .first(c)
        .optional())
}

/// What of `units` is due from `from` to `until`, both included.
pub fn list_due_of(conn: &mut Conn, units: &[UnitId], (from, until): (Day, Day)) -> QueryResult<Vec<ReportHead>> {
    on!(conn, c => reports::table
        .filter(reports::unit_id.eq_any(units))
        .filter(reports::due_on.between(from, until))
        .order((reports::due_on, reports::id))
        .select(ReportHead::as_select())
        .load(c))
}

/// A report with what it is called, for facts.
pub type Told = (ReportHead, String);

/// Reports due from `from` to `until`, both included, with the titles of their forms.
pub fn list_told(conn: &mut Conn, (from, until): (Day, Day)) -> QueryResult<Vec<Told>> {
    on!(conn, c => reports::table
        .inner_join(report_forms::table)
        .filter(reports::due_on.ge(from))
        .filter(reports::due_on.le(until))
        .order(reports::id)
        .select((ReportHead::as_select(), report_forms::title))
        .load(c))
}

/// A report that came in: its id, the title of its form, whose it is, and when it came first.
pub type Filed = (ReportId, String, UnitId, Timestamp);

/// What came in first between two instants, the second not included, by forms that were made of a preset.
pub fn list_filed(conn: &mut Conn, preset: &str, (from, until): (Timestamp, Timestamp)) -> QueryResult<Vec<Filed>> {
    on!(conn, c => reports::table
        .inner_join(report_forms::table)
        .filter(report_forms::preset.eq(preset))
        .filter(reports::first_submitted_at.ge(from))
        .filter(reports::first_submitted_at.lt(until))
        .order(reports::id)
        .select((reports::id, report_forms::title, reports::unit_id, reports::first_submitted_at.assume_not_null()))
        .load(c))
}

/// What waits for a unit and is due from `from` to `until`, both included, with what was reminded of it.
pub fn list_to_remind(
    conn: &mut Conn,
    (from, until): (Day, Day),
    limit: i64,
) -> QueryResult<Vec<(ReportHead, String)>> {
    on!(conn, c => reports::table
        .inner_join(report_forms::table)
        .filter(reports::state.eq_any([ReportState::Due, ReportState::Returned]))
        .filter(reports::first_submitted_at.is_null())
        .filter(reports::due_on.ge(from))
        .filter(reports::due_on.le(until))
        .order((reports::due_on, reports::id))
        .limit(limit)
        .select((ReportHead::as_select(), report_forms::title))
        .load(c))
}

/// Of what somebody was reminded among reports that are due from `from` on.
pub fn list_reminded(conn: &mut Conn, from: Day) -> QueryResult<Vec<(ReportId, ReportOccasion)>> {
    on!(conn, c => report_reminders::table
        .inner_join(reports::table.on(reports::id.eq(report_reminders::report_id)))
        .filter(reports::due_on.ge(from))
        .select((report_reminders::report_id, report_reminders::occasion))
        .load(c))
}

/// Writes down that somebody is reminded; false when it was done.
pub fn mark_reminded(conn: &mut Conn, id: ReportId, occasion: ReportOccasion, at: Timestamp) -> QueryResult<bool> {
    let row = (
        report_reminders::report_id.eq(id),
        report_reminders::occasion.eq(occasion),
        report_reminders::reminded_at.eq(at),
    );
    let written = on!(conn, c => diesel::insert_into(report_reminders::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(written == 1)
}

/// Forgets of what was reminded about reports that were due before a day.
pub fn forget_reminders(conn: &mut Conn, before: Day) -> QueryResult<()> {
    let old = reports::table.filter(reports::due_on.lt(before)).select(reports::id);
    let reminders = report_reminders::table.filter(report_reminders::report_id.eq_any(old));
    on!(conn, c => diesel::delete(reminders).execute(c)).map(drop)
}
