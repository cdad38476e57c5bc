//! Entries and their versions.

use diesel::prelude::*;

use crate::base::id::{MemberId, UnitId};
use crate::base::time::Timestamp;
use crate::db::schema::{campaign_entries, campaign_entry_versions};
use crate::db::{Conn, Json};
use crate::judging::campaigns::entries::model::{Entry, EntryId, EntryState, EntryVersion, Plan};
use crate::judging::campaigns::model::CampaignId;
use crate::on;

pub fn find(conn: &mut Conn, id: EntryId) -> QueryResult<Option<Entry>> {
    on!(conn, c => campaign_entries::table.find(id).select(Entry::as_select()).first(c).optional())
}

pub fn find_some(conn: &mut Conn, ids: &[EntryId]) -> QueryResult<Vec<Entry>> {
    on!(conn, c => campaign_entries::table.filter(campaign_entries::id.eq_any(ids)).select(Entry::as_select()).load(c))
}

/// Whether the member leads or wrote an entry of the campaign.
pub fn has_entry_of(conn: &mut Conn, campaign: CampaignId, member: MemberId) -> QueryResult<bool> {
    let theirs = campaign_entries::owner_id.eq(member).or(campaign_entries::created_by.eq(member));
    let found = campaign_entries::table.filter(campaign_entries::campaign_id.eq(campaign)).filter(theirs);
    on!(conn, c => diesel::select(diesel::dsl::exists(found)).get_result(c))
}

/// How many entries of each of `campaigns` were handed in; those without any are left out.
pub fn count_submitted(conn: &mut Conn, campaigns: &[CampaignId]) -> QueryResult<Vec<(CampaignId, i64)>> {
    on!(conn, c => campaign_entries::table
        .filter(campaign_entries::campaign_id.eq_any(campaigns))
        .filter(campaign_entries::state.eq(EntryState::Submitted))
        .group_by(campaign_entries::campaign_id)
        .select((campaign_entries::campaign_id, diesel::dsl::count_star()))
        .load(c))
}

pub fn insert(conn: &mut Conn, entry: &Entry) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(campaign_entries::table).values(entry).execute(c)).map(drop)
}

/// Writes an entry as it is now; the caller holds its campaign.
pub fn update(conn: &mut Conn, entry: &Entry) -> QueryResult<()> {
    on!(conn, c => diesel::update(campaign_entries::table.find(entry.id))
        .set((
            campaign_entries::category.eq(&entry.category),
            campaign_entries::title.eq(&entry.title),
            campaign_entries::owner_id.eq(entry.owner_id),
            campaign_entries::state.eq(entry.state),
            campaign_entries::version.eq(entry.version),
            campaign_entries::late.eq(entry.late),
            campaign_entries::judged_version.eq(entry.judged_version),
            campaign_entries::number.eq(entry.number),
            campaign_entries::on_ballot.eq(entry.on_ballot),
            campaign_entries::exempt.eq(&entry.exempt),
            campaign_entries::updated_at.eq(entry.updated_at),
            campaign_entries::submitted_at.eq(entry.submitted_at),
        ))
        .execute(c))
    .map(drop)
}

/// Every entry of a campaign that was handed in, by its number, then by id.
pub fn list_submitted(conn: &mut Conn, id: CampaignId) -> QueryResult<Vec<Entry>> {
    on!(conn, c => campaign_entries::table
        .filter(campaign_entries::campaign_id.eq(id))
        .filter(campaign_entries::state.eq(EntryState::Submitted))
        .order((campaign_entries::number, campaign_entries::id))
        .select(Entry::as_select())
        .load(c))
}

/// Entries of a campaign, handed in or of one of `units`, after `after`.
pub fn list(
    conn: &mut Conn,
    id: CampaignId,
    units: &[UnitId],
    after: Option<EntryId>,
    limit: i64,
) -> QueryResult<Vec<Entry>> {
    on!(conn, c => {
        let of_units = campaign_entries::unit_id.eq_any(units).and(campaign_entries::by_member.eq(false));
        let visible = campaign_entries::state.eq(EntryState::Submitted).or(of_units);
        let mut query = campaign_entries::table
            .filter(campaign_entries::campaign_id.eq(id))
            .filter(visible)
            .into_boxed();
        if let Some(after) = after {
            query = query.filter(campaign_entries::id.gt(after));
        }
        query.order(campaign_entries::id).limit(limit).select(Entry::as_select()).load(c)
    })
}

/// What members proposed themselves (that of `member` alone when set), after `after`.
pub fn list_proposed(
    conn: &mut Conn,
    id: CampaignId,
    member: Option<MemberId>,
    after: Option<EntryId>,
    limit: i64,
) -> QueryResult<Vec<Entry>> {
    on!(conn, c => {
        let mut query = campaign_entries::table
            .filter(campaign_entries::campaign_id.eq(id))
            .filter(campaign_entries::by_member.eq(true))
            .into_boxed();
        if let Some(member) = member {
            query = query.filter(campaign_entries::created_by.eq(member));
        }
        if let Some(after) = after {
            query = query.filter(campaign_entries::id.gt(after));
        }
        query.order(campaign_entries::id).limit(limit).select(Entry::as_select()).load(c)
    })
}

/// Proposals of a campaign that nobody has answered.
pub fn list_waiting(conn: &mut Conn, id: CampaignId) -> QueryResult<Vec<Entry>> {
    on!(conn, c => campaign_entries::table
        .filter(campaign_entries::campaign_id.eq(id))
        .filter(campaign_entries::by_member.eq(true))
        .filter(campaign_entries::state.eq(EntryState::Proposed))
        .order(campaign_entries::id)
        .select(Entry::as_select())
        .load(c))
}

/// How many entries a member has proposed and not taken back.
pub fn count_proposed(conn: &mut Conn, id: CampaignId, member: MemberId) -> QueryResult<i64> {
    on!(conn, c => campaign_entries::table
        .filter(campaign_entries::campaign_id.eq(id))
        .filter(campaign_entries::by_member.eq(true))
        .filter(campaign_entries::created_by.eq(member))
        .filter(campaign_entries::state.ne(EntryState::Withdrawn))
        .count()
        .get_result(c))
}

// ── versions ──

/// An entry that was late: its id, title, when it was handed in, its unit.
pub type Late = (EntryId, String, Option<Timestamp>, UnitId);

/// The entries that were handed in late from `from` until before `until`.
pub fn list_late(conn: &mut Conn, from: Timestamp, until: Timestamp) -> QueryResult<Vec<Late>> {
    on!(conn, c => campaign_entries::table
        .filter(campaign_entries::late.eq(true))
        .filter(campaign_entries::state.eq(EntryState::Submitted))
        .filter(campaign_entries::submitted_at.ge(from))
        .filter(campaign_entries::submitted_at.lt(until))
        .order(campaign_entries::id)
        .select((campaign_entries::id, campaign_entries::title, campaign_entries::submitted_at, campaign_entries::unit_id))
        .load(c))
}

pub fn insert_version(conn: &mut Conn, version: &EntryVersion) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(campaign_entry_versions::table).values(version).execute(c)).map(drop)
}

pub fn find_version(conn: &mut Conn, id: EntryId, version: i32) -> QueryResult<Option<EntryVersion>> {
    on!(conn, c => campaign_entry_versions::table
        .find((id, version))
        .select(EntryVersion::as_select())
        .first(c)
        .optional())
}

/// Versions of an entry, oldest first.
pub fn list_versions(conn: &mut Conn, id: EntryId) -> QueryResult<Vec<EntryVersion>> {
    on!(conn, c => campaign_entry_versions::table
        .filter(campaign_entry_versions::entry_id.eq(id))
        .order(campaign_entry_versions::version)
        .select(EntryVersion::as_select())
        .load(c))
}

/// Who wrote a version of each of `ids`, and who led it then; in no order.
pub fn list_people(conn: &mut Conn, ids: &[EntryId]) -> QueryResult<Vec<(EntryId, MemberId, Option<MemberId>)>> {
    on!(conn, c => campaign_entry_versions::table
        .filter(campaign_entry_versions::entry_id.eq_any(ids))
        .select((
            campaign_entry_versions::entry_id,
            campaign_entry_versions::edited_by,
            campaign_entry_versions::owner_id,
        ))
        .distinct()
        .load(c))
}

/// The judged plan of every entry that has one.
pub fn list_judged_plans(conn: &mut Conn, id: CampaignId) -> QueryResult<Vec<(EntryId, Json<Plan>)>> {
    let judged = campaign_entry_versions::entry_id
        .eq(campaign_entries::id)
        .and(campaign_entries::judged_version.eq(campaign_entry_versions::version.nullable()));
    on!(conn, c => campaign_entries::table
        .inner_join(campaign_entry_versions::table.on(judged))
        .filter(campaign_entries::campaign_id.eq(id))
        .order(campaign_entries::id)
        .select((campaign_entries::id, campaign_entry_versions::plan))
        .load(c))
}
