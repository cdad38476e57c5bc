//! Forms, their versions and their periods.

use diesel::prelude::*;

use crate::base::id::{MemberId, UnitId};
use crate::base::time::Day;
use crate::db::Conn;
use crate::db::schema::{report_form_versions, report_forms, report_periods};
use crate::doing::reports::model::{
    FormVersion, ReportCycle, ReportForm, ReportFormId, ReportFormState, ReportPeriod, ReportPeriodId,
};
use crate::on;

pub fn find(conn: &mut Conn, id: ReportFormId) -> QueryResult<Option<ReportForm>> {
    on!(conn, c => report_forms::table.find(id).select(ReportForm::as_select()).first(c).optional())
}

/// One form, for anyone who changes it or opens its periods.
pub fn lock_row(conn: &mut Conn, id: ReportFormId) -> QueryResult<Option<ReportForm>> {
    match conn {
        Conn::Pg(c) => report_forms::table.find(id).select(ReportForm::as_select()).for_update().first(c).optional(),
        // all writes go through one thread, one transaction after the other
        Conn::Sqlite(c) => report_forms::table.find(id).select(ReportForm::as_select()).first(c).optional(),
    }
}

/// Those of `ids` that exist.
pub fn find_some(conn: &mut Conn, ids: &[ReportFormId]) -> QueryResult<Vec<ReportForm>> {
    on!(conn, c => report_forms::table.filter(report_forms::id.eq_any(ids)).select(ReportForm::as_select()).load(c))
}

/// Which forms a list shows.
#[derive(Clone, Debug, Default)]
pub struct FormFilter {
    /// Asked by these units; by any when `None`.
    pub units: Option<Vec<UnitId>>,
    pub state: Option<ReportFormState>,
}

/// Forms before `before`, the newest first.
pub fn list(
    conn: &mut Conn,
    filter: &FormFilter,
    before: Option<ReportFormId>,
    limit: i64,
) -> QueryResult<Vec<ReportForm>> {
    on!(conn, c => {
        let mut query = report_forms::table.into_boxed();
        if let Some(units) = &filter.units {
            query = query.filter(report_forms::unit_id.eq_any(units));
        }
        if let Some(state) = filter.state {
            query = query.filter(report_forms::state.eq(state));
        }
        if let Some(before) = before {
            query = query.filter(report_forms::id.lt(before));
        }
        query.order(report_forms::id.desc()).limit(limit).select(ReportForm::as_select()).load(c)
    })
}

/// Forms that are asked, or wait for being asked; there are few, since each costs every unit its time.
pub fn list_open(conn: &mut Conn) -> QueryResult<Vec<ReportForm>> {
    on!(conn, c => report_forms::table
        .filter(report_forms::state.eq_any([ReportFormState::Active, ReportFormState::Proposed]))
        .order(report_forms::id)
        .select(ReportForm::as_select())
        .load(c))
}

/// Forms that are due once, within these days, the last one excluded, and were not refused.
pub fn list_once(conn: &mut Conn, (first, end): (Day, Day)) -> QueryResult<Vec<ReportForm>> {
    on!(conn, c => report_forms::table
        .filter(report_forms::cycle.eq(ReportCycle::Once))
        .filter(report_forms::state.ne(ReportFormState::Refused))
        .filter(report_forms::ends_on.ge(first))
        .filter(report_forms::ends_on.lt(end))
        .order(report_forms::id)
        .select(ReportForm::as_select())
        .load(c))
}

pub fn insert(conn: &mut Conn, form: &ReportForm) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(report_forms::table).values(form).execute(c)).map(drop)
}

/// Writes what a change makes of a form; its window and its audience stay.
pub fn update(conn: &mut Conn, form: &ReportForm) -> QueryResult<()> {
    let change = (
        report_forms::title.eq(&form.title),
        report_forms::basis.eq(&form.basis),
        report_forms::reader.eq(&form.reader),
        report_forms::owner_id.eq(form.owner_id),
        report_forms::allows_no_change.eq(form.allows_no_change),
        report_forms::opens_task.eq(form.opens_task),
        report_forms::state.eq(form.state),
        report_forms::version.eq(form.version),
        report_forms::ends_on.eq(form.ends_on),
        report_forms::next_on.eq(form.next_on),
        report_forms::answered_by.eq(form.answered_by),
        report_forms::answered_at.eq(form.answered_at),
        report_forms::answer.eq(&form.answer),
    );
    on!(conn, c => diesel::update(report_forms::table.find(form.id)).set(change).execute(c)).map(drop)
}

pub fn insert_version(conn: &mut Conn, version: &FormVersion) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(report_form_versions::table).values(version).execute(c)).map(drop)
}

pub fn find_version(conn: &mut Conn, form: ReportFormId, version: i32) -> QueryResult<Option<FormVersion>> {
    on!(conn, c => report_form_versions::table
        .find((form, version))
        .select(FormVersion::as_select())
        .first(c)
        .optional())
}

/// Versions after `after`, the first one first.
pub fn list_versions(conn: &mut Conn, form: ReportFormId, after: i32, limit: i64) -> QueryResult<Vec<FormVersion>> {
    on!(conn, c => report_form_versions::table
        .filter(report_form_versions::form_id.eq(form))
        .filter(report_form_versions::version.gt(after))
        .order(report_form_versions::version)
        .limit(limit)
        .select(FormVersion::as_select())
        .load(c))
}

/// Opens a period; false when it was opened before.
pub fn insert_period(conn: &mut Conn, period: &ReportPeriod) -> QueryResult<bool> {
    let written = on!(conn, c => diesel::insert_into(report_periods::table)
        .values(period)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(written == 1)
}

pub fn find_period(conn: &mut Conn, id: ReportPeriodId) -> QueryResult<Option<ReportPeriod>> {
    on!(conn, c => report_periods::table.find(id).select(ReportPeriod::as_select()).first(c).optional())
}

/// One period, for anyone who writes its bulletin.
pub fn lock_period(conn: &mut Conn, id: ReportPeriodId) -> QueryResult<Option<ReportPeriod>> {
    match conn {
        Conn::Pg(c) => {
            report_periods::table.find(id).select(ReportPeriod::as_select()).for_update().first(c).optional()
        }
        Conn::Sqlite(c) => report_periods::table.find(id).select(ReportPeriod::as_select()).first(c).optional(),
    }
}

/// Those of `ids` that exist.
pub fn find_periods(conn: &mut Conn, ids: &[ReportPeriodId]) -> QueryResult<Vec<ReportPeriod>> {
    on!(conn, c => report_periods::table
        .filter(report_periods::id.eq_any(ids))
        .select(ReportPeriod::as_select())
        .load(c))
}

/// Periods of a form before `before`, the newest first.
pub fn list_periods(
    conn: &mut Conn,
    form: ReportFormId,
    before: Option<Day>,
    limit: i64,
) -> QueryResult<Vec<ReportPeriod>> {
    on!(conn, c => report_periods::table
        .filter(report_periods::form_id.eq(form))
        .filter(report_periods::first_on.lt(before.unwrap_or(Day::LAST)))
        .order(report_periods::first_on.desc())
        .limit(limit)
        .select(ReportPeriod::as_select())
        .load(c))
}

/// Periods of a form that begin within these days, the last one excluded, the oldest first.
pub fn list_periods_within(
    conn: &mut Conn,
    form: ReportFormId,
    (first, end): (Day, Day),
) -> QueryResult<Vec<ReportPeriod>> {
    on!(conn, c => report_periods::table
        .filter(report_periods::form_id.eq(form))
        .filter(report_periods::first_on.ge(first))
        .filter(report_periods::first_on.lt(end))
        .order(report_periods::first_on)
        .select(ReportPeriod::as_select())
        .load(c))
}

/// Periods that can still be handed in on time on `today`, with their forms.
pub fn list_running(conn: &mut Conn, today: Day) -> QueryResult<Vec<ReportPeriod>> {
    on!(conn, c => report_periods::table
        .filter(report_periods::due_on.ge(today))
        .order(report_periods::id)
        .select(ReportPeriod::as_select())
        .load(c))
}

/// Says who ticked that the bulletin of a period names units; nobody with `None`.
pub fn set_names(conn: &mut Conn, id: ReportPeriodId, by: Option<MemberId>) -> QueryResult<()> {
    let period = report_periods::table.find(id);
    on!(conn, c => diesel::update(period).set(report_periods::names_by.eq(by)).execute(c)).map(drop)
}
