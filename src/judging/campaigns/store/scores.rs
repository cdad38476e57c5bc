//! Judges' scores, and proposals to void ballots.

use diesel::prelude::*;

use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::db::Conn;
use crate::db::schema::{campaign_scores, campaign_voidings};
use crate::judging::campaigns::model::{CampaignId, Score, Voiding, VoidingId};
use crate::on;

/// Writes what a judge gives an entry; a later score takes the place of the one before.
pub fn put(conn: &mut Conn, score: &Score) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(campaign_scores::table)
        .values(score)
        .on_conflict((campaign_scores::entry_id, campaign_scores::source, campaign_scores::judge_id))
        .do_update()
        .set((
            campaign_scores::scored_by.eq(score.scored_by),
            campaign_scores::marks.eq(&score.marks),
            campaign_scores::total.eq(score.total),
            campaign_scores::scored_at.eq(score.scored_at),
        ))
        .execute(c))
    .map(drop)
}

pub fn list(conn: &mut Conn, id: CampaignId) -> QueryResult<Vec<Score>> {
    on!(conn, c => campaign_scores::table
        .filter(campaign_scores::campaign_id.eq(id))
        .order((campaign_scores::source, campaign_scores::judge_id, campaign_scores::entry_id))
        .select(Score::as_select())
        .load(c))
}

/// Writes a proposal; false when there is one for that ballot.
pub fn insert_voiding(conn: &mut Conn, voiding: &Voiding) -> QueryResult<bool> {
    let inserted = on!(conn, c => diesel::insert_into(campaign_voidings::table)
        .values(voiding)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(inserted == 1)
}

/// Proposals of a campaign after `after`, oldest first.
pub fn list_voidings(
    conn: &mut Conn,
    id: CampaignId,
    after: Option<VoidingId>,
    limit: i64,
) -> QueryResult<Vec<Voiding>> {
    let after = after.unwrap_or_else(|| uuid::Uuid::nil().into());
    on!(conn, c => campaign_voidings::table
        .filter(campaign_voidings::campaign_id.eq(id))
        .filter(campaign_voidings::id.gt(after))
        .order(campaign_voidings::id)
        .limit(limit)
        .select(Voiding::as_select())
        .load(c))
}

pub fn find_voiding(conn: &mut Conn, id: VoidingId) -> QueryResult<Option<Voiding>> {
    on!(conn, c => campaign_voidings::table.find(id).select(Voiding::as_select()).first(c).optional())
}

/// Confirms a proposal; the caller holds the campaign.
pub fn confirm_voiding(conn: &mut Conn, id: VoidingId, by: MemberId, now: Timestamp) -> QueryResult<()> {
    let change = (campaign_voidings::confirmed_by.eq(by), campaign_voidings::confirmed_at.eq(now));
    on!(conn, c => diesel::update(campaign_voidings::table.find(id)).set(change).execute(c)).map(drop)
}

/// Takes a proposal away that nobody has confirmed.
pub fn delete_voiding(conn: &mut Conn, id: VoidingId) -> QueryResult<()> {
    let waiting = campaign_voidings::table.find(id).filter(campaign_voidings::confirmed_at.is_null());
    on!(conn, c => diesel::delete(waiting).execute(c)).map(drop)
}
