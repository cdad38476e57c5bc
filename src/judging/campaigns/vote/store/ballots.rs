//! Ballots while they are sealed, and who cast them.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Integer};

use crate::base::id::MemberId;
use crate::db::Conn;
use crate::db::schema::{campaign_ballots, campaign_stages};
use crate::judging::campaigns::model::{CampaignId, CampaignStage, StageState};
use crate::judging::campaigns::vote::model::{Ballot, Voter};
use crate::kernel::glance::Look;
use crate::{on, prepared};

/// In which periods of open votes the member voted; never for whom.
pub const VOTED: Look = Look {
    kind: "campaigns.ballot",
    about: "campaign_ballots.campaign_id",
    count: "campaign_ballots.period",
    from: "FROM campaign_stages INNER JOIN campaign_ballots \
           ON campaign_ballots.campaign_id = campaign_stages.campaign_id AND campaign_ballots.member_id = {member} \
           WHERE campaign_stages.stage = 'vote' AND campaign_stages.state = 'open'",
    ..Look::NOTHING
};

/// The vote as a ballot must find it: open, and not over at the ballot's instant.
macro_rules! open_vote {
    ($ballot:expr) => {
        campaign_stages::table
            .filter(campaign_stages::campaign_id.eq($ballot.campaign_id))
            .filter(campaign_stages::stage.eq(CampaignStage::Vote))
            .filter(campaign_stages::state.eq(StageState::Open))
            .filter(campaign_stages::closes_at.gt($ballot.cast_at))
    };
}

/// Casts a ballot if the vote is open and the member has none for the period. No row of the campaign is written or locked.
///
/// One statement, so that on PostgreSQL the stage that is looked at and the row that is written belong to one snapshot.
pub fn cast(conn: &mut Conn, ballot: &Ballot) -> QueryResult<bool> {
    let cast = on!(conn, c => prepared!(diesel::insert_into(campaign_ballots::table)
        .values(open_vote!(ballot).select((
            ballot.campaign_id.into_sql::<Binary>(),
            ballot.member_id.into_sql::<Binary>(),
            ballot.period.into_sql::<Integer>(),
            ballot.sealed.as_slice().into_sql::<Binary>(),
            ballot.cast_at.into_sql::<BigInt>(),
        )))
        .into_columns((
            campaign_ballots::campaign_id,
            campaign_ballots::member_id,
            campaign_ballots::period,
            campaign_ballots::sealed,
            campaign_ballots::cast_at,
        ))
        .on_conflict_do_nothing())
    .execute(c))?;
    Ok(cast == 1)
}

/// Puts another content into a ballot that is there, if the vote is open.
pub fn replace(conn: &mut Conn, ballot: &Ballot) -> QueryResult<bool> {
    let mine = (ballot.campaign_id, ballot.member_id, ballot.period);
    let replaced = on!(conn, c => diesel::update(campaign_ballots::table
            .find(mine)
            .filter(diesel::dsl::exists(open_vote!(ballot).select(campaign_stages::stage))))
        .set((campaign_ballots::sealed.eq(&ballot.sealed), campaign_ballots::cast_at.eq(ballot.cast_at)))
        .execute(c))?;
    Ok(replaced == 1)
}

pub fn find(conn: &mut Conn, id: CampaignId, member: MemberId, period: i32) -> QueryResult<Option<Ballot>> {
    on!(conn, c => campaign_ballots::table
        .find((id, member, period))
        .select(Ballot::as_select())
        .first(c)
        .optional())
}

/// The periods in which a member voted.
pub fn list_of_member(conn: &mut Conn, id: CampaignId, member: MemberId) -> QueryResult<Vec<Voter>> {
    on!(conn, c => campaign_ballots::table
        .filter(campaign_ballots::campaign_id.eq(id))
        .filter(campaign_ballots::member_id.eq(member))
        .order(campaign_ballots::period)
        .select(Voter::as_select())
        .load(c))
}

/// In which periods a member voted in some campaigns.
pub fn list_periods_of_member(
    conn: &mut Conn,
    ids: &[CampaignId],
    member: MemberId,
) -> QueryResult<Vec<(CampaignId, i32)>> {
    on!(conn, c => campaign_ballots::table
        .filter(campaign_ballots::campaign_id.eq_any(ids))
        .filter(campaign_ballots::member_id.eq(member))
        .select((campaign_ballots::campaign_id, campaign_ballots::period))
        .load(c))
}

/// Everybody who voted, without what is sealed.
pub fn list_voters(conn: &mut Conn, id: CampaignId) -> QueryResult<Vec<Voter>> {
    on!(conn, c => campaign_ballots::table
        .filter(campaign_ballots::campaign_id.eq(id))
        .order((campaign_ballots::member_id, campaign_ballots::period))
        .select(Voter::as_select())
        .load(c))
}

/// Whose the ballots are, ballot by ballot, in the order of their members.
pub fn list_voter_ids(conn: &mut Conn, id: CampaignId) -> QueryResult<Vec<MemberId>> {
    on!(conn, c => campaign_ballots::table
        .filter(campaign_ballots::campaign_id.eq(id))
        .order((campaign_ballots::member_id, campaign_ballots::period))
        .select(campaign_ballots::member_id)
        .load(c))
}

/// The next members who voted, after `after`, each once.
pub fn list_next_voters(
    conn: &mut Conn,
    id: CampaignId,
    after: Option<MemberId>,
    limit: i64,
) -> QueryResult<Vec<MemberId>> {
    let after = after.unwrap_or_else(|| uuid::Uuid::nil().into());
    on!(conn, c => campaign_ballots::table
        .filter(campaign_ballots::campaign_id.eq(id))
        .filter(campaign_ballots::member_id.gt(after))
        .group_by(campaign_ballots::member_id)
        .order(campaign_ballots::member_id)
        .limit(limit)
        .select(campaign_ballots::member_id)
        .load(c))
}

pub fn count(conn: &mut Conn, id: CampaignId) -> QueryResult<i64> {
    on!(conn, c => campaign_ballots::table.filter(campaign_ballots::campaign_id.eq(id)).count().get_result(c))
}

/// The ballots of members from `first` to `last`, in their order; only for the counting.
pub fn list_sealed(conn: &mut Conn, id: CampaignId, first: MemberId, last: MemberId) -> QueryResult<Vec<Ballot>> {
    on!(conn, c => campaign_ballots::table
        .filter(campaign_ballots::campaign_id.eq(id))
        .filter(campaign_ballots::member_id.between(first, last))
        .order((campaign_ballots::member_id, campaign_ballots::period))
        .select(Ballot::as_select())
        .load(c))
}

/// Erases every ciphertext of members from `first` to `last`. SQLite overwrites with zeros what it gives back within its
/// pages.
pub fn erase(conn: &mut Conn, id: CampaignId, first: MemberId, last: MemberId) -> QueryResult<()> {
    let mine = campaign_ballots::table
        .filter(campaign_ballots::campaign_id.eq(id))
        .filter(campaign_ballots::member_id.between(first, last));
    let nothing: &[u8] = &[];
    if let Conn::Sqlite(_) = conn {
        conn.batch("PRAGMA secure_delete = ON")?;
    }
    let erased = on!(&mut *conn, c => diesel::update(mine).set(campaign_ballots::sealed.eq(nothing)).execute(c));
    if let Conn::Sqlite(_) = conn {
        conn.batch("PRAGMA secure_delete = FAST")?;
    }
    erased.map(drop)
}
