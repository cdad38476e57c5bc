//! Branches on their way to grades, and the grades they have.

use diesel::prelude::*;

use crate::base::id::UnitId;
use crate::base::time::Day;
use crate::db::Conn;
use crate::db::schema::{grade_cases, grade_steps, unit_grades};
use crate::honour::honours::model::{GradeCase, GradeCaseId, GradeState, GradeStep, UnitGrade};
use crate::on;

/// Writes a case; false when the branch has one in that year.
pub fn insert(conn: &mut Conn, case: &GradeCase) -> QueryResult<bool> {
    let written =
        on!(conn, c => diesel::insert_into(grade_cases::table).values(case).on_conflict_do_nothing().execute(c))?;
    Ok(written == 1)
}

pub fn find(conn: &mut Conn, id: GradeCaseId) -> QueryResult<Option<GradeCase>> {
    on!(conn, c => grade_cases::table.find(id).select(GradeCase::as_select()).first(c).optional())
}

/// Cases of units before `before`, newest first.
pub fn list(
    conn: &mut Conn,
    units: Option<&[UnitId]>,
    (year, state): (Option<i32>, Option<GradeState>),
    before: Option<GradeCaseId>,
    limit: i64,
) -> QueryResult<Vec<GradeCase>> {
    on!(conn, c => {
        let mut query = grade_cases::table
            .filter(grade_cases::id.lt(before.unwrap_or_else(|| uuid::Uuid::max().into())))
            .into_boxed();
        if let Some(units) = units {
            query = query.filter(grade_cases::unit_id.eq_any(units));
        }
        if let Some(year) = year {
            query = query.filter(grade_cases::year.eq(year));
        }
        if let Some(state) = state {
            query = query.filter(grade_cases::state.eq(state));
        }
        query.order(grade_cases::id.desc()).limit(limit).select(GradeCase::as_select()).load(c)
    })
}

/// Moves a case on, if it still stands where it stood; false when somebody else was quicker.
pub fn advance(
    conn: &mut Conn,
    id: GradeCaseId,
    from: GradeState,
    to: GradeState,
    due: Option<Day>,
) -> QueryResult<bool> {
    let those = grade_cases::table.filter(grade_cases::id.eq(id)).filter(grade_cases::state.eq(from));
    let change = (grade_cases::state.eq(to), grade_cases::due_on.eq(due));
    Ok(on!(conn, c => diesel::update(those).set(change).execute(c))? == 1)
}

pub fn insert_step(conn: &mut Conn, step: &GradeStep) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(grade_steps::table).values(step).execute(c)).map(drop)
}

/// The steps of these cases, in their order.
pub fn list_steps(conn: &mut Conn, cases: &[GradeCaseId]) -> QueryResult<Vec<GradeStep>> {
    on!(conn, c => grade_steps::table
        .filter(grade_steps::case_id.eq_any(cases))
        .order(grade_steps::id)
        .select(GradeStep::as_select())
        .load(c))
}

pub fn insert_grade(conn: &mut Conn, grade: &UnitGrade) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(unit_grades::table).values(grade).execute(c)).map(drop)
}

/// Every grade that these units had by a day, in the order of days; of all units when `None`.
pub fn list_grades(conn: &mut Conn, units: Option<&[UnitId]>, by: Day) -> QueryResult<Vec<UnitGrade>> {
    on!(conn, c => {
        let mut query = unit_grades::table.filter(unit_grades::from_on.le(by)).into_boxed();
        if let Some(units) = units {
            query = query.filter(unit_grades::unit_id.eq_any(units));
        }
        query.order((unit_grades::from_on, unit_grades::id)).select(UnitGrade::as_select()).load(c)
    })
}
