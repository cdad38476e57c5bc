//! The room's tables. Here campaigns, stages and extensions; entries and ballots have files of their own.

pub mod ballots;
pub mod bulletins;
pub mod call_offs;
pub mod decisions;
pub mod entries;
pub mod rewards;
pub mod scores;
pub mod seals;
pub mod watch;

use diesel::dsl::min;
use diesel::prelude::*;

use super::model::{
    Campaign, CampaignId, CampaignStage, CampaignState, Extension, ExtensionId, Roll, StageRow, StageState, Terms,
};
use crate::base::id::{MemberId, UnitId};
use crate::base::time::Timestamp;
use crate::db::schema::{campaign_extensions, campaign_rolls, campaign_stages, campaigns};
use crate::db::{Conn, Json};
use crate::on;

pub fn find(conn: &mut Conn, id: CampaignId) -> QueryResult<Option<Campaign>> {
    on!(conn, c => campaigns::table.find(id).select(Campaign::as_select()).first(c).optional())
}

/// The campaign, held until the end of the transaction: stages, entries and proposals take turns on it. Ballots do not.
pub fn hold(conn: &mut Conn, id: CampaignId) -> QueryResult<Option<Campaign>> {
    match conn {
        Conn::Pg(c) => campaigns::table.find(id).select(Campaign::as_select()).for_update().first(c).optional(),
        // all writes go through one thread, one transaction after the other
        Conn::Sqlite(c) => campaigns::table.find(id).select(Campaign::as_select()).first(c).optional(),
    }
}

/// Campaigns of `units` in one of `states`, newest first, before `before`.
pub fn list(
    conn: &mut Conn,
    units: &[UnitId],
    states: &[CampaignState],
    before: Option<CampaignId>,
    limit: i64,
) -> QueryResult<Vec<Campaign>> {
    on!(conn, c => {
        let mut query = campaigns::table
            .filter(campaigns::unit_id.eq_any(units))
            .filter(campaigns::state.eq_any(states))
            .into_boxed();
        if let Some(before) = before {
            query = query.filter(campaigns::id.lt(before));
        }
        query.order(campaigns::id.desc()).limit(limit).select(Campaign::as_select()).load(c)
    })
}

/// The rules of campaigns that are announced or open and whose awards are not final.
pub fn list_running_terms(conn: &mut Conn) -> QueryResult<Vec<Json<Terms>>> {
    on!(conn, c => campaigns::table
        .filter(campaigns::state.eq_any([CampaignState::Announced, CampaignState::Open]))
        .filter(campaigns::published_at.is_null())
        .order(campaigns::id)
        .select(campaigns::terms)
        .load(c))
}

/// Stages that are open, with the titles of their campaigns, by when they close.
pub fn list_open_stages(conn: &mut Conn, limit: i64) -> QueryResult<Vec<(String, StageRow)>> {
    on!(conn, c => campaign_stages::table
        .inner_join(campaigns::table.on(campaigns::id.eq(campaign_stages::campaign_id)))
        .filter(campaign_stages::state.eq(StageState::Open))
        .order((campaign_stages::closes_at, campaign_stages::campaign_id, campaign_stages::stage))
        .limit(limit)
        .select((campaigns::title, StageRow::as_select()))
        .load(c))
}

pub fn insert(conn: &mut Conn, campaign: &Campaign) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(campaigns::table).values(campaign).execute(c)).map(drop)
}

/// Writes what an organiser may change of a campaign that has not opened.
pub fn update_draft(conn: &mut Conn, campaign: &Campaign) -> QueryResult<()> {
    let draft = campaigns::table
        .filter(campaigns::id.eq(campaign.id))
        .filter(campaigns::state.eq_any([CampaignState::Draft, CampaignState::Announced]));
    on!(conn, c => diesel::update(draft)
        .set((
            campaigns::title.eq(&campaign.title),
            campaigns::unit_id.eq(campaign.unit_id),
            campaigns::terms.eq(&campaign.terms),
            campaigns::updated_at.eq(campaign.updated_at),
        ))
        .execute(c))
    .map(drop)
}

/// Moves a campaign on, with its rules as they are frozen at the opening; false when it is not in `from` any more.
pub fn advance(conn: &mut Conn, from: CampaignState, campaign: &Campaign) -> QueryResult<bool> {
    let there = campaigns::table.filter(campaigns::id.eq(campaign.id)).filter(campaigns::state.eq(from));
    let advanced = on!(conn, c => diesel::update(there)
        .set((
            campaigns::state.eq(campaign.state),
            campaigns::terms.eq(&campaign.terms),
            campaigns::frozen.eq(&campaign.frozen),
            campaigns::frozen_sha256.eq(&campaign.frozen_sha256),
            campaigns::announced_at.eq(campaign.announced_at),
            campaigns::opened_at.eq(campaign.opened_at),
            campaigns::updated_at.eq(campaign.updated_at),
        ))
        .execute(c))?;
    Ok(advanced == 1)
}

/// Announced campaigns one of whose stages is due.
pub fn list_to_open(conn: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<Vec<CampaignId>> {
    on!(conn, c => campaigns::table
        .inner_join(campaign_stages::table.on(campaign_stages::campaign_id.eq(campaigns::id)))
        .filter(campaigns::state.eq(CampaignState::Announced))
        .filter(campaign_stages::position.eq(0))
        .filter(campaign_stages::opens_at.le(now))
        .order(campaigns::id)
        .limit(limit)
        .select(campaigns::id)
        .load(c))
}

// ── stages ──

pub fn list_stages(conn: &mut Conn, id: CampaignId) -> QueryResult<Vec<StageRow>> {
    on!(conn, c => campaign_stages::table
        .filter(campaign_stages::campaign_id.eq(id))
        .order(campaign_stages::position)
        .select(StageRow::as_select())
        .load(c))
}

pub fn find_stage(conn: &mut Conn, id: CampaignId, stage: CampaignStage) -> QueryResult<Option<StageRow>> {
    on!(conn, c => campaign_stages::table.find((id, stage)).select(StageRow::as_select()).first(c).optional())
}

/// Stages of open campaigns whose time has come or is over, in the order of the timetable; without those that wait for a
/// decision, so that these do not fill the list.
pub fn list_due_stages(conn: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<Vec<StageRow>> {
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

/// The next instant after `now` at which a stage of a campaign begins or ends, or a vote is counted that waited.
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
        on!(&mut *conn, c => campaign_stages::table.filter(ends).select(min(campaign_stages::closes_at)).first(c))?;
    Ok([begins, ends, watch::next_count(conn, now)?].into_iter().flatten().min())
}

/// Replaces the timetable of a campaign that has not opened.
pub fn put_stages(conn: &mut Conn, id: CampaignId, stages: &[StageRow]) -> QueryResult<()> {
    let mine = campaign_stages::table.filter(campaign_stages::campaign_id.eq(id));
    on!(conn, c => diesel::delete(mine).execute(c))?;
    for stage in stages {
        on!(conn, c => diesel::insert_into(campaign_stages::table).values(stage).execute(c))?;
    }
    Ok(())
}

/// Opens a planned stage; false when it is planned no more.
pub fn open_stage(conn: &mut Conn, id: CampaignId, stage: CampaignStage, now: Timestamp) -> QueryResult<bool> {
    let planned = campaign_stages::table.find((id, stage)).filter(campaign_stages::state.eq(StageState::Planned));
    let change = (campaign_stages::state.eq(StageState::Open), campaign_stages::opened_at.eq(now));
    Ok(on!(conn, c => diesel::update(planned).set(change).execute(c))? == 1)
}

/// Closes an open stage; false when it is open no more.
pub fn close_stage(conn: &mut Conn, id: CampaignId, stage: CampaignStage, now: Timestamp) -> QueryResult<bool> {
    let open = campaign_stages::table.find((id, stage)).filter(campaign_stages::state.eq(StageState::Open));
    let change = (campaign_stages::state.eq(StageState::Closed), campaign_stages::closed_at.eq(now));
    Ok(on!(conn, c => diesel::update(open).set(change).execute(c))? == 1)
}

/// Moves the end of a stage.
pub fn put_closes_at(conn: &mut Conn, id: CampaignId, stage: CampaignStage, closes_at: Timestamp) -> QueryResult<()> {
    let change = campaign_stages::closes_at.eq(closes_at);
    on!(conn, c => diesel::update(campaign_stages::table.find((id, stage))).set(change).execute(c)).map(drop)
}

// ── extensions ──

pub fn insert_extension(conn: &mut Conn, extension: &Extension) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(campaign_extensions::table).values(extension).execute(c)).map(drop)
}

pub fn find_extension(conn: &mut Conn, campaign: CampaignId, id: ExtensionId) -> QueryResult<Option<Extension>> {
    on!(conn, c => campaign_extensions::table
        .find(id)
        .filter(campaign_extensions::campaign_id.eq(campaign))
        .select(Extension::as_select())
        .first(c)
        .optional())
}

pub fn list_extensions(conn: &mut Conn, id: CampaignId) -> QueryResult<Vec<Extension>> {
    on!(conn, c => campaign_extensions::table
        .filter(campaign_extensions::campaign_id.eq(id))
        .order(campaign_extensions::id)
        .select(Extension::as_select())
        .load(c))
}

/// Confirms a proposal; the caller holds the campaign.
pub fn confirm_extension(conn: &mut Conn, id: ExtensionId, by: MemberId, now: Timestamp) -> QueryResult<()> {
    let change = (campaign_extensions::confirmed_by.eq(by), campaign_extensions::confirmed_at.eq(now));
    on!(conn, c => diesel::update(campaign_extensions::table.find(id)).set(change).execute(c)).map(drop)
}

/// Takes a proposal away that nobody has confirmed.
pub fn delete_extension(conn: &mut Conn, id: ExtensionId) -> QueryResult<()> {
    let waiting = campaign_extensions::table.find(id).filter(campaign_extensions::confirmed_at.is_null());
    on!(conn, c => diesel::delete(waiting).execute(c)).map(drop)
}

// ── the roll ──

pub fn insert_roll(conn: &mut Conn, id: CampaignId, bytes: &[u8]) -> QueryResult<()> {
    let row = (campaign_rolls::campaign_id.eq(id), campaign_rolls::lines.eq(bytes));
    on!(conn, c => diesel::insert_into(campaign_rolls::table).values(row).execute(c)).map(drop)
}

pub fn find_roll(conn: &mut Conn, id: CampaignId) -> QueryResult<Option<Roll>> {
    let bytes: Option<Vec<u8>> =
        on!(conn, c => campaign_rolls::table.find(id).select(campaign_rolls::lines).first(c).optional())?;
    Ok(bytes.map(|bytes| Roll::from_bytes(&bytes)))
}
