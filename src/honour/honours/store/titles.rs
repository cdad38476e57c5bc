//! Titles, nominations and their steps.

use diesel::prelude::*;

use crate::base::id::{MemberId, UnitId};
use crate::base::time::Day;
use crate::db::Conn;
use crate::db::schema::{title_nominations, title_rounds, title_steps};
use crate::honour::honours::model::{
    NominationId, NominationState, TitleNomination, TitleRound, TitleRoundId, TitleStep,
};
use crate::on;

pub fn insert_round(conn: &mut Conn, round: &TitleRound) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(title_rounds::table).values(round).execute(c)).map(drop)
}

pub fn find_round(conn: &mut Conn, id: TitleRoundId) -> QueryResult<Option<TitleRound>> {
    on!(conn, c => title_rounds::table.find(id).select(TitleRound::as_select()).first(c).optional())
}

/// Titles before `before`, newest first.
pub fn list_rounds(
    conn: &mut Conn,
    year: Option<i32>,
    before: Option<TitleRoundId>,
    limit: i64,
) -> QueryResult<Vec<TitleRound>> {
    on!(conn, c => {
        let mut query = title_rounds::table
            .filter(title_rounds::id.lt(before.unwrap_or_else(|| uuid::Uuid::max().into())))
            .into_boxed();
        if let Some(year) = year {
            query = query.filter(title_rounds::year.eq(year));
        }
        query.order(title_rounds::id.desc()).limit(limit).select(TitleRound::as_select()).load(c)
    })
}

pub fn insert(conn: &mut Conn, nomination: &TitleNomination) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(title_nominations::table).values(nomination).execute(c)).map(drop)
}

pub fn find(conn: &mut Conn, id: NominationId) -> QueryResult<Option<TitleNomination>> {
    on!(conn, c => title_nominations::table.find(id).select(TitleNomination::as_select()).first(c).optional())
}

/// Whether somebody was nominated for a title and not refused.
pub fn is_nominated(conn: &mut Conn, round: TitleRoundId, member: Option<MemberId>, unit: UnitId) -> QueryResult<bool> {
    let found: Option<NominationId> = on!(conn, c => {
        let mut query = title_nominations::table
            .filter(title_nominations::round_id.eq(round))
            .filter(title_nominations::state.ne(NominationState::Refused))
            .into_boxed();
        query = match member {
            Some(member) => query.filter(title_nominations::member_id.eq(member)),
            None => query.filter(title_nominations::unit_id.eq(unit)),
        };
        query.select(title_nominations::id).first(c).optional()
    })?;
    Ok(found.is_some())
}

/// Which nominations a list shows.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub round: TitleRoundId,
    /// Of holders who belong there; anywhere when `None`.
    pub units: Option<Vec<UnitId>>,
    pub state: Option<NominationState>,
}

/// Nominations after `after`, in the order in which they came.
pub fn list(
    conn: &mut Conn,
    wanted: &Wanted,
    after: Option<NominationId>,
    limit: i64,
) -> QueryResult<Vec<TitleNomination>> {
    on!(conn, c => {
        let mut query = title_nominations::table
            .filter(title_nominations::round_id.eq(wanted.round))
            .filter(title_nominations::id.gt(after.unwrap_or_else(|| uuid::Uuid::nil().into())))
            .into_boxed();
        if let Some(units) = &wanted.units {
            query = query.filter(title_nominations::unit_id.eq_any(units));
        }
        if let Some(state) = wanted.state {
            query = query.filter(title_nominations::state.eq(state));
        }
        query.order(title_nominations::id).limit(limit).select(TitleNomination::as_select()).load(c)
    })
}

/// Moves a nomination on, if it still stands where it stood; false when somebody else was quicker.
pub fn advance(
    conn: &mut Conn,
    from: &TitleNomination,
    (state, at, shown_until): (NominationState, UnitId, Option<Day>),
) -> QueryResult<bool> {
    let those = title_nominations::table
        .filter(title_nominations::id.eq(from.id))
        .filter(title_nominations::state.eq(from.state))
        .filter(title_nominations::at_unit_id.eq(from.at_unit_id));
    let change = (
        title_nominations::state.eq(state),
        title_nominations::at_unit_id.eq(at),
        title_nominations::shown_until.eq(shown_until),
    );
    Ok(on!(conn, c => diesel::update(those).set(change).execute(c))? == 1)
}

pub fn insert_step(conn: &mut Conn, step: &TitleStep) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(title_steps::table).values(step).execute(c)).map(drop)
}

/// The steps of these nominations, in their order.
pub fn list_steps(conn: &mut Conn, nominations: &[NominationId]) -> QueryResult<Vec<TitleStep>> {
    on!(conn, c => title_steps::table
        .filter(title_steps::nomination_id.eq_any(nominations))
        .order(title_steps::id)
        .select(TitleStep::as_select())
        .load(c))
}
