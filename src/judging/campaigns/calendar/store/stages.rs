//! Timetables and what is due of them.

use diesel::dsl::min;
use diesel::prelude::*;

use crate::base::time::Timestamp;
use crate::db::Conn;
use crate::db::schema::{campaign_stages, campaigns};
use crate::judging::campaigns::model::{CampaignId, CampaignStage, CampaignState, StageRow, StageState};
use crate::on;

/// Stages of open campaigns whose time has come or is over, in the order of the timetable; without those that wait for a
/// decision, so that these do not fill the list.
pub fn list_due(conn: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<Vec<StageRow>> {
    let heard = campaigns::decided_at.is_not_null().and(campaign_stages::closes_at.gt(now));
    let to_open = campaign_stages::state
        .eq(StageState::Planned)
        .and(campaign_stages::opens_at.le(now))
        .and(campaign_stages::stage.ne(CampaignStage::Objection).or(heard));
    let to_close = campaign_stages::state
        .eq(StageState::Open)
        .and(campaign_stages::closes_at.le(now))
        .and(campaign_stages::stage.ne(CampaignStage::Committee).or(campaigns::decided_at.is_not_null()));
    on!(conn, c => campaign_stages::table
        .inner_join(campaigns::table.on(campaign_stages::campaign_id.eq(campaigns::id)))
        .filter(campaigns::state.eq(CampaignState::Open))
        .filter(to_open.or(to_close))
        .order((campaign_stages::campaign_id, campaign_stages::position))
        .limit(limit)
        .select(StageRow::as_select())
        .load(c))
}

/// The next instant after `now` at which a stage of a campaign begins or ends.
pub fn next_instant(conn: &mut Conn, now: Timestamp) -> QueryResult<Option<Timestamp>> {
    let live = campaigns::state.eq_any([CampaignState::Announced, CampaignState::Open]);
    let begins = campaign_stages::state.eq(StageState::Planned).and(campaign_stages::opens_at.gt(now));
    let ends = campaign_stages::state.eq(StageState::Open).and(campaign_stages::closes_at.gt(now));
    let begins: Option<Timestamp> = on!(&mut *conn, c => campaign_stages::table
        .inner_join(campaigns::table.on(campaign_stages::campaign_id.eq(campaigns::id)))
        .filter(live)
        .filter(begins)
        .select(min(campaign_stages::opens_at))
        .first(c))?;
    let ends: Option<Timestamp> =
        on!(conn, c => campaign_stages::table.filter(ends).select(min(campaign_stages::closes_at)).first(c))?;
    Ok([begins, ends].into_iter().flatten().min())
}

/// Replaces the timetable of a campaign that has not opened.
pub fn put(conn: &mut Conn, id: CampaignId, stages: &[StageRow]) -> QueryResult<()> {
    let mine = campaign_stages::table.filter(campaign_stages::campaign_id.eq(id));
    on!(conn, c => diesel::delete(mine).execute(c))?;
    for stage in stages {
        on!(conn, c => diesel::insert_into(campaign_stages::table).values(stage).execute(c))?;
    }
    Ok(())
}

/// Opens a planned stage; false when it is planned no more.
pub fn open(conn: &mut Conn, id: CampaignId, stage: CampaignStage, now: Timestamp) -> QueryResult<bool> {
    let planned = campaign_stages::table.find((id, stage)).filter(campaign_stages::state.eq(StageState::Planned));
    let change = (campaign_stages::state.eq(StageState::Open), campaign_stages::opened_at.eq(now));
    Ok(on!(conn, c => diesel::update(planned).set(change).execute(c))? == 1)
}

/// Moves the end of a stage.
pub fn put_closes_at(conn: &mut Conn, id: CampaignId, stage: CampaignStage, closes_at: Timestamp) -> QueryResult<()> {
    let change = campaign_stages::closes_at.eq(closes_at);
    on!(conn, c => diesel::update(campaign_stages::table.find((id, stage))).set(change).execute(c)).map(drop)
}
