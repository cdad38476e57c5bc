//! Ballots that two people void.

use diesel::prelude::*;

use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::db::Conn;
use crate::db::schema::campaign_voidings;
use crate::judging::campaigns::model::CampaignId;
use crate::judging::campaigns::vote::model::{Voiding, VoidingId};
use crate::on;

/// Writes a proposal; false when there is one for that ballot.
pub fn insert(conn: &mut Conn, voiding: &Voiding) -> QueryResult<bool> {
    let inserted = on!(conn, c => diesel::insert_into(campaign_voidings::table)
        .values(voiding)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(inserted == 1)
}

/// Proposals of a campaign after `after`, oldest first.
pub fn list(conn: &mut Conn, id: CampaignId, after: Option<VoidingId>, limit: i64) -> QueryResult<Vec<Voiding>> {
    let after = after.unwrap_or_else(|| uuid::Uuid::nil().into());
    on!(conn, c => campaign_voidings::table
        .filter(campaign_voidings::campaign_id.eq(id))
        .filter(campaign_voidings::id.gt(after))
        .order(campaign_voidings::id)
        .limit(limit)
        .select(Voiding::as_select())
        .load(c))
}

pub fn find(conn: &mut Conn, id: VoidingId) -> QueryResult<Option<Voiding>> {
    on!(conn, c => campaign_voidings::table.find(id).select(Voiding::as_select()).first(c).optional())
}

/// Confirms a proposal; the caller holds the campaign.
pub fn confirm(conn: &mut Conn, id: VoidingId, by: MemberId, now: Timestamp) -> QueryResult<()> {
    let change = (campaign_voidings::confirmed_by.eq(by), campaign_voidings::confirmed_at.eq(now));
    on!(conn, c => diesel::update(campaign_voidings::table.find(id)).set(change).execute(c)).map(drop)
}

/// Takes a proposal away that nobody has confirmed.
pub fn delete(conn: &mut Conn, id: VoidingId) -> QueryResult<()> {
    let waiting = campaign_voidings::table.find(id).filter(campaign_voidings::confirmed_at.is_null());
    on!(conn, c => diesel::delete(waiting).execute(c)).map(drop)
}

/// Ballots that two people voided.
pub fn list_voided(conn: &mut Conn, id: CampaignId) -> QueryResult<Vec<(MemberId, i32)>> {
    on!(conn, c => campaign_voidings::table
        .filter(campaign_voidings::campaign_id.eq(id))
        .filter(campaign_voidings::confirmed_at.is_not_null())
        .select((campaign_voidings::member_id, campaign_voidings::period))
        .load(c))
}

/// Proposals that nobody has confirmed.
pub fn list_open(conn: &mut Conn, id: CampaignId) -> QueryResult<Vec<Voiding>> {
    on!(conn, c => campaign_voidings::table
        .filter(campaign_voidings::campaign_id.eq(id))
        .filter(campaign_voidings::confirmed_at.is_null())
        .order(campaign_voidings::id)
        .select(Voiding::as_select())
        .load(c))
}

/// Whether a ballot was proposed for voiding and nobody has confirmed it.
pub fn has_open(conn: &mut Conn, id: CampaignId) -> QueryResult<bool> {
    let open = campaign_voidings::table
        .filter(campaign_voidings::campaign_id.eq(id))
        .filter(campaign_voidings::confirmed_at.is_null());
    on!(conn, c => diesel::select(diesel::dsl::exists(open)).get_result(c))
}
