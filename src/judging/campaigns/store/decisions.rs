//! Decisions in versions, objections to them, final awards.

use diesel::prelude::*;

use crate::base::id::MemberId;
use crate::db::Conn;
use crate::db::schema::{campaign_awards, campaign_decisions, campaign_objections, campaigns};
use crate::judging::campaigns::model::{Award, Campaign, CampaignId, Decision, Objection, ObjectionId, Verdict};
use crate::on;

/// Writes what was made of a campaign's result; the caller holds the campaign.
pub fn put_standing(conn: &mut Conn, campaign: &Campaign) -> QueryResult<()> {
    on!(conn, c => diesel::update(campaigns::table.find(campaign.id))
        .set((
            campaigns::decided_at.eq(campaign.decided_at),
            campaigns::published_at.eq(campaign.published_at),
            campaigns::archived_at.eq(campaign.archived_at),
        ))
        .execute(c))
    .map(drop)
}

pub fn insert(conn: &mut Conn, decision: &Decision) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(campaign_decisions::table).values(decision).execute(c)).map(drop)
}

/// The decision that holds.
pub fn find_latest(conn: &mut Conn, id: CampaignId) -> QueryResult<Option<Decision>> {
    on!(conn, c => campaign_decisions::table
        .filter(campaign_decisions::campaign_id.eq(id))
        .order(campaign_decisions::version.desc())
        .select(Decision::as_select())
        .first(c)
        .optional())
}

/// Every version, the first one first.
pub fn list(conn: &mut Conn, id: CampaignId) -> QueryResult<Vec<Decision>> {
    on!(conn, c => campaign_decisions::table
        .filter(campaign_decisions::campaign_id.eq(id))
        .order(campaign_decisions::version)
        .select(Decision::as_select())
        .load(c))
}

// ── objections ──

pub fn insert_objection(conn: &mut Conn, objection: &Objection) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(campaign_objections::table).values(objection).execute(c)).map(drop)
}

/// Takes an objection away that nobody has answered.
pub fn delete_objection(conn: &mut Conn, id: ObjectionId) -> QueryResult<()> {
    let waiting = campaign_objections::table.find(id).filter(campaign_objections::upheld.is_null());
    on!(conn, c => diesel::delete(waiting).execute(c)).map(drop)
}

pub fn find_objection(conn: &mut Conn, id: ObjectionId) -> QueryResult<Option<Objection>> {
    on!(conn, c => campaign_objections::table.find(id).select(Objection::as_select()).first(c).optional())
}

/// What became of every objection to a campaign.
pub fn list_verdicts(conn: &mut Conn, id: CampaignId) -> QueryResult<Vec<Verdict>> {
    on!(conn, c => campaign_objections::table
        .filter(campaign_objections::campaign_id.eq(id))
        .order(campaign_objections::id)
        .select(Verdict::as_select())
        .load(c))
}

/// Objections to a campaign after `after`, oldest first; those of one member where one is named.
pub fn list_objections(
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

// ── awards ──

pub fn insert_award(conn: &mut Conn, award: &Award) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(campaign_awards::table).values(award).execute(c)).map(drop)
}

/// Awards of a campaign, heading after heading, best first.
pub fn list_awards(conn: &mut Conn, id: CampaignId) -> QueryResult<Vec<Award>> {
    on!(conn, c => campaign_awards::table
        .filter(campaign_awards::campaign_id.eq(id))
        .order((campaign_awards::heading_position, campaign_awards::place, campaign_awards::entry_id))
        .select(Award::as_select())
        .load(c))
}
