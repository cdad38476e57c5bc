//! Invitations as resets, and members' own requests for one.

use diesel::prelude::*;

use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::db::Conn;
use crate::db::schema::{invitations, reset_requests};
use crate::on;
use crate::people::sessions::model::{Invitation, InvitationId};

/// Resets that can still be redeemed, or were refused, before `before`, newest first.
pub fn list_pending(
    conn: &mut Conn,
    now: Timestamp,
    before: Option<InvitationId>,
    limit: i64,
) -> QueryResult<Vec<Invitation>> {
    let before = before.unwrap_or_else(|| uuid::Uuid::max().into());
    on!(conn, c => invitations::table
        .filter(invitations::is_reset.eq(true))
        .filter(invitations::id.lt(before))
        .filter(invitations::used_at.is_null())
        .filter(invitations::expires_at.gt(now))
        .order(invitations::id.desc())
        .limit(limit)
        .select(Invitation::as_select())
        .load(c))
}

/// Of whom a reset can still be redeemed at `now`.
pub fn list_members_pending(conn: &mut Conn, now: Timestamp) -> QueryResult<Vec<MemberId>> {
    on!(conn, c => invitations::table
        .filter(invitations::is_reset.eq(true))
        .filter(invitations::used_at.is_null())
        .filter(invitations::expires_at.gt(now))
        .order(invitations::id)
        .select(invitations::member_id)
        .load(c))
}

/// Who asks for a reset since after `since`.
pub fn list_requested(conn: &mut Conn, since: Timestamp) -> QueryResult<Vec<MemberId>> {
    on!(conn, c => reset_requests::table
        .filter(reset_requests::requested_at.gt(since))
        .order(reset_requests::member_id)
        .select(reset_requests::member_id)
        .load(c))
}

/// The pending resets of one member; there is one at most.
pub fn list_pending_of(conn: &mut Conn, member: MemberId, now: Timestamp) -> QueryResult<Vec<Invitation>> {
    on!(conn, c => invitations::table
        .filter(invitations::member_id.eq(member))
        .filter(invitations::is_reset.eq(true))
        .filter(invitations::used_at.is_null())
        .filter(invitations::expires_at.gt(now))
        .order(invitations::id.desc())
        .limit(1)
        .select(Invitation::as_select())
        .load(c))
}

pub fn find_pending(conn: &mut Conn, id: InvitationId, now: Timestamp) -> QueryResult<Option<Invitation>> {
    on!(conn, c => invitations::table
        .find(id)
        .filter(invitations::is_reset.eq(true))
        .filter(invitations::used_at.is_null())
        .filter(invitations::expires_at.gt(now))
        .select(Invitation::as_select())
        .first(c)
        .optional())
}

/// Puts down who approved a reset; the caller has the member's turn.
pub fn approve(conn: &mut Conn, id: InvitationId, by: MemberId, now: Timestamp) -> QueryResult<()> {
    let approval = (invitations::approved_by.eq(by), invitations::approved_at.eq(now));
    on!(conn, c => diesel::update(invitations::table.find(id)).set(approval).execute(c)).map(drop)
}

/// Puts down that the member refused a reset; the caller has the member's turn.
pub fn refuse(conn: &mut Conn, id: InvitationId, now: Timestamp) -> QueryResult<()> {
    on!(conn, c => diesel::update(invitations::table.find(id)).set(invitations::refused_at.eq(now)).execute(c))
        .map(drop)
}

/// Since when a member asks for a reset, if that was after `since`.
pub fn find_request(conn: &mut Conn, member: MemberId, since: Timestamp) -> QueryResult<Option<Timestamp>> {
    on!(conn, c => reset_requests::table
        .find(member)
        .filter(reset_requests::requested_at.gt(since))
        .select(reset_requests::requested_at)
        .first(c)
        .optional())
}

pub fn put_request(conn: &mut Conn, member: MemberId, now: Timestamp) -> QueryResult<()> {
    let row = (reset_requests::member_id.eq(member), reset_requests::requested_at.eq(now));
    on!(conn, c => diesel::insert_into(reset_requests::table)
        .values(row)
        .on_conflict(reset_requests::member_id)
        .do_update()
        .set(reset_requests::requested_at.eq(now))
        .execute(c))
    .map(drop)
}

/// Takes a request back, or uses it up; false when there was none.
pub fn delete_request(conn: &mut Conn, member: MemberId) -> QueryResult<bool> {
    Ok(on!(conn, c => diesel::delete(reset_requests::table.find(member)).execute(c))? == 1)
}

/// Takes every request back.
pub fn delete_all_requests(conn: &mut Conn) -> QueryResult<()> {
    on!(conn, c => diesel::delete(reset_requests::table).execute(c)).map(drop)
}
