//! Objections and their answers.

use diesel::prelude::*;

use crate::base::id::MemberId;
use crate::db::Conn;
use crate::db::schema::campaign_objections;
use crate::judging::campaigns::decision::model::{Objection, ObjectionId, ObjectionOutcome};
use crate::judging::campaigns::model::CampaignId;
use crate::on;

pub fn insert(conn: &mut Conn, objection: &Objection) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(campaign_objections::table).values(objection).execute(c)).map(drop)
}

/// Takes an objection away that nobody has answered.
pub fn delete(conn: &mut Conn, id: ObjectionId) -> QueryResult<()> {
    let waiting = campaign_objections::table.find(id).filter(campaign_objections::upheld.is_null());
    on!(conn, c => diesel::delete(waiting).execute(c)).map(drop)
}

pub fn find(conn: &mut Conn, id: ObjectionId) -> QueryResult<Option<Objection>> {
    on!(conn, c => campaign_objections::table.find(id).select(Objection::as_select()).first(c).optional())
}

/// What became of every objection to a campaign.
pub fn list_outcomes(conn: &mut Conn, id: CampaignId) -> QueryResult<Vec<ObjectionOutcome>> {
    on!(conn, c => campaign_objections::table
        .filter(campaign_objections::campaign_id.eq(id))
        .order(campaign_objections::id)
        .select(ObjectionOutcome::as_select())
        .load(c))
}

/// Objections without an answer.
pub fn list_open(conn: &mut Conn, id: CampaignId) -> QueryResult<Vec<Objection>> {
    on!(conn, c => campaign_objections::table
        .filter(campaign_objections::campaign_id.eq(id))
        .filter(campaign_objections::upheld.is_null())
        .order(campaign_objections::id)
        .select(Objection::as_select())
        .load(c))
}

/// Objections to a campaign after `after`, oldest first; those of one member where one is named.
pub fn list(
    conn: &mut Conn,
    id: CampaignId,
    member: Option<MemberId>,
    after: Option<ObjectionId>,
    limit: i64,
) -> QueryResult<Vec<Objection>> {
    on!(conn, c => {
        let mut query = campaign_objections::table.filter(campaign_objections::campaign_id.eq(id)).into_boxed();
        if let Some(member) = member {
            query = query.filter(campaign_objections::member_id.eq(member));
        }
        if let Some(after) = after {
            query = query.filter(campaign_objections::id.gt(after));
        }
        query.order(campaign_objections::id).limit(limit).select(Objection::as_select()).load(c)
    })
}

/// Writes the answer; the caller holds the campaign.
pub fn answer(conn: &mut Conn, objection: &Objection) -> QueryResult<()> {
    on!(conn, c => diesel::update(campaign_objections::table.find(objection.id))
        .set((
            campaign_objections::upheld.eq(objection.upheld),
            campaign_objections::answer.eq(&objection.answer),
            campaign_objections::answered_by.eq(objection.answered_by),
            campaign_objections::answered_at.eq(objection.answered_at),
        ))
        .execute(c))
    .map(drop)
}
