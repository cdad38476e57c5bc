//! The room's tables: credentials, sessions, invitations. Resets and openings have files of their own.

pub mod consents;
pub mod factors;
pub mod openings;
pub mod resets;

use std::collections::HashSet;

use diesel::prelude::*;

use super::model::{Credential, Ending, Invitation, InvitationId, Session};
use crate::base::id::{MemberId, SessionId};
use crate::base::time::Timestamp;
use crate::db::Conn;
use crate::db::schema::{credentials, invitations, sessions};
use crate::{on, prepared};

pub fn find_credential(conn: &mut Conn, member: MemberId) -> QueryResult<Option<Credential>> {
    on!(conn, c => credentials::table.find(member).select(Credential::as_select()).first(c).optional())
}

/// What the device keys of a member are derived from beside the member; see [`Credential::device_salt`].
pub fn find_device_salt(conn: &mut Conn, member: MemberId) -> QueryResult<Option<Vec<u8>>> {
    let salt: Option<Option<Vec<u8>>> =
        on!(conn, c => credentials::table.find(member).select(credentials::device_salt).first(c).optional())?;
    Ok(salt.flatten())
}

/// Whether what the member signs in with is known to be too short for privileged duties.
pub fn has_short_password(conn: &mut Conn, member: MemberId) -> QueryResult<bool> {
    let is_long: Option<Option<bool>> =
        on!(conn, c => credentials::table.find(member).select(credentials::is_long).first(c).optional())?;
    Ok(is_long == Some(Some(false)))
}

/// Whether the member's password is older than `before`.
pub fn has_password_since(conn: &mut Conn, member: MemberId, before: Timestamp) -> QueryResult<bool> {
    let old = credentials::table.find(member).filter(credentials::changed_at.lt(before));
    on!(conn, c => diesel::select(diesel::dsl::exists(old)).get_result(c))
}

/// Notes whether the password of a member is long enough for privileged duties.
pub fn put_is_long(conn: &mut Conn, member: MemberId, is_long: bool) -> QueryResult<()> {
    let credential = credentials::table.find(member);
    on!(conn, c => diesel::update(credential).set(credentials::is_long.eq(is_long)).execute(c)).map(drop)
}

/// Ends all device keys of a member.
pub fn put_device_salt(conn: &mut Conn, member: MemberId, salt: &[u8]) -> QueryResult<()> {
    let credential = credentials::table.find(member);
    on!(conn, c => diesel::update(credential).set(credentials::device_salt.eq(salt)).execute(c)).map(drop)
}

pub fn put_credential(conn: &mut Conn, member: MemberId, credential: &Credential, now: Timestamp) -> QueryResult<()> {
    let columns = || {
        (
            credentials::password_hash.eq(&credential.password_hash),
            credentials::device_salt.eq(&credential.device_salt),
            credentials::is_long.eq(credential.is_long),
            credentials::changed_at.eq(now),
        )
    };
    let (row, change) = ((credentials::member_id.eq(member), columns()), columns());
    on!(conn, c => diesel::insert_into(credentials::table)
        .values(row)
        .on_conflict(credentials::member_id)
        .do_update()
        .set(change)
        .execute(c))
    .map(drop)
}

/// Members that one statement asks about.
const MEMBERS_AT_ONCE: usize = 1000;

/// Which of `members` ever signed in: they have a password, or had a session by whatever way.
pub fn list_registered(conn: &mut Conn, members: &[MemberId]) -> QueryResult<HashSet<MemberId>> {
    let mut found = HashSet::new();
    for some in members.chunks(MEMBERS_AT_ONCE) {
        let with_password: Vec<MemberId> = on!(&mut *conn, c => credentials::table
            .filter(credentials::member_id.eq_any(some))
            .select(credentials::member_id)
            .load(c))?;
        let with_session: Vec<MemberId> = on!(&mut *conn, c => sessions::table
            .filter(sessions::member_id.eq_any(some))
            .select(sessions::member_id)
            .distinct()
            .load(c))?;
        found.extend(with_password.into_iter().chain(with_session));
    }
    Ok(found)
}

pub fn find_session(conn: &mut Conn, id: SessionId) -> QueryResult<Option<Session>> {
    on!(conn, c => sessions::table.find(id).select(Session::as_select()).first(c).optional())
}

/// The live sessions of a member, newest first; a member has few.
pub fn list_live_sessions(conn: &mut Conn, member: MemberId, now: Timestamp) -> QueryResult<Vec<Session>> {
    on!(conn, c => sessions::table
        .filter(sessions::member_id.eq(member))
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::expires_at.gt(now))
        .order(sessions::id.desc())
        .limit(100)
        .select(Session::as_select())
        .load(c))
}

/// Live sessions of a member beyond the `kept` that were used last; those that were not used for longest come first.
pub fn list_sessions_beyond(
    conn: &mut Conn,
    member: MemberId,
    kept: i64,
    now: Timestamp,
) -> QueryResult<Vec<(SessionId, String)>> {
    let mut beyond: Vec<(SessionId, String)> = on!(conn, c => sessions::table
        .filter(sessions::member_id.eq(member))
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::expires_at.gt(now))
        .order((sessions::rotated_at.desc(), sessions::id.desc()))
        .limit(500)
        .offset(kept)
        .select((sessions::id, sessions::device))
        .load(c))?;
    beyond.reverse();
    Ok(beyond)
}

/// Whether the member ever had a session, as far back as ended ones are kept.
pub fn had_session(conn: &mut Conn, member: MemberId) -> QueryResult<bool> {
    let any = sessions::table.filter(sessions::member_id.eq(member));
    on!(conn, c => diesel::select(diesel::dsl::exists(any)).get_result(c))
}

pub fn insert_session(conn: &mut Conn, session: &Session) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(sessions::table).values(session).execute(c)).map(drop)
}

/// The session, which nobody else changes until the transaction ends.
pub fn lock_session(conn: &mut Conn, id: SessionId) -> QueryResult<Option<Session>> {
    match conn {
        Conn::Pg(c) => sessions::table.find(id).for_update().select(Session::as_select()).first(c).optional(),
        Conn::Sqlite(_) => find_session(conn, id),
    }
}

/// Writes the refresh token of a session that is held, and what goes with it.
pub fn update_token(conn: &mut Conn, session: &Session) -> QueryResult<()> {
    let token = (
        sessions::refresh_hash.eq(&session.refresh_hash),
        sessions::previous_hash.eq(&session.previous_hash),
        sessions::rotated_at.eq(session.rotated_at),
        sessions::expires_at.eq(session.expires_at),
        sessions::rotation.eq(session.rotation),
    );
    let held = sessions::table.find(session.id);
    on!(conn, c => prepared!(diesel::update(held).set(token)).execute(c)).map(drop)
}

/// Ends a session of `member`; false when it was not live.
pub fn revoke(conn: &mut Conn, member: MemberId, id: SessionId, because: Ending, now: Timestamp) -> QueryResult<bool> {
    let live = sessions::table
        .filter(sessions::member_id.eq(member))
        .filter(sessions::id.eq(id))
        .filter(sessions::revoked_at.is_null());
    let revoked = on!(conn, c => diesel::update(live)
        .set((sessions::revoked_at.eq(now), sessions::revoked_because.eq(because)))
        .execute(c))?;
    Ok(revoked == 1)
}

/// Ends every live session of `member` but `spared`, however many there are, and gives their ids.
pub fn revoke_all(
    conn: &mut Conn,
    member: MemberId,
    spared: Option<SessionId>,
    because: Ending,
    now: Timestamp,
) -> QueryResult<Vec<SessionId>> {
    let live = sessions::table
        .filter(sessions::member_id.eq(member))
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::expires_at.gt(now))
        // no session has the nil id
        .filter(sessions::id.ne(spared.unwrap_or_else(|| SessionId::from(uuid::Uuid::nil()))));
    on!(conn, c => diesel::update(live)
        .set((sessions::revoked_at.eq(now), sessions::revoked_because.eq(because)))
        .returning(sessions::id)
        .get_results(c))
}

/// Ends some live sessions of `member`, and gives the ids of those that it ended.
pub fn revoke_these(
    conn: &mut Conn,
    member: MemberId,
    ids: &[SessionId],
    because: Ending,
    now: Timestamp,
) -> QueryResult<Vec<SessionId>> {
    let live = sessions::table
        .filter(sessions::member_id.eq(member))
        .filter(sessions::id.eq_any(ids))
        .filter(sessions::revoked_at.is_null());
    on!(conn, c => diesel::update(live)
        .set((sessions::revoked_at.eq(now), sessions::revoked_because.eq(because)))
        .returning(sessions::id)
        .get_results(c))
}

/// The sessions of `member` that were ended before their time since `since`; many only for anyone who had many.
pub fn list_ended_since(conn: &mut Conn, member: MemberId, since: Timestamp) -> QueryResult<Vec<SessionId>> {
    on!(conn, c => sessions::table
        .filter(sessions::member_id.eq(member))
        .filter(sessions::revoked_at.ge(since))
        .select(sessions::id)
        .load(c))
}

/// Notes that an access token of a session's exchange `rotation` was seen.
pub fn mark_seen(conn: &mut Conn, id: SessionId, rotation: i32) -> QueryResult<()> {
    let behind = sessions::table.filter(sessions::id.eq(id)).filter(sessions::seen_rotation.lt(rotation));
    on!(conn, c => prepared!(diesel::update(behind).set(sessions::seen_rotation.eq(rotation))).execute(c)).map(drop)
}

/// Deletes sessions that ended long ago, a bounded number at once.
pub fn delete_expired(conn: &mut Conn, before: Timestamp) -> QueryResult<usize> {
    let old: Vec<SessionId> = on!(conn, c => sessions::table
        .filter(sessions::expires_at.lt(before))
        .order(sessions::expires_at)
        .limit(500)
        .select(sessions::id)
        .load(c))?;
    on!(conn, c => diesel::delete(sessions::table.filter(sessions::id.eq_any(&old))).execute(c))
}

/// Which of `members` have a code that can be used at `now`.
pub fn list_with_open_code(conn: &mut Conn, members: &[MemberId], now: Timestamp) -> QueryResult<Vec<MemberId>> {
    on!(conn, c => invitations::table
        .filter(invitations::member_id.eq_any(members))
        .filter(invitations::used_at.is_null())
        .filter(invitations::refused_at.is_null())
        .filter(invitations::expires_at.gt(now))
        .select(invitations::member_id)
        .distinct()
        .load(c))
}

/// Codes that can be used at `now`, or once they are approved, before `before`, newest first.
pub fn list_open_codes(
    conn: &mut Conn,
    now: Timestamp,
    before: Option<InvitationId>,
    limit: i64,
) -> QueryResult<Vec<Invitation>> {
    let before = before.unwrap_or_else(|| uuid::Uuid::max().into());
    on!(conn, c => invitations::table
        .filter(invitations::id.lt(before))
        .filter(invitations::used_at.is_null())
        .filter(invitations::refused_at.is_null())
        .filter(invitations::expires_at.gt(now))
        .order(invitations::id.desc())
        .limit(limit)
        .select(Invitation::as_select())
        .load(c))
}

/// Deletes codes whose time was over before an instant, used or not, some at a time.
pub fn delete_expired_invitations(conn: &mut Conn, before: Timestamp) -> QueryResult<()> {
    let old: Vec<InvitationId> = on!(conn, c => invitations::table
        .filter(invitations::expires_at.lt(before))
        .order(invitations::expires_at)
        .limit(500)
        .select(invitations::id)
        .load(c))?;
    on!(conn, c => diesel::delete(invitations::table.filter(invitations::id.eq_any(&old))).execute(c)).map(drop)
}

/// Withdraws the unused codes of a member: only the newest code works.
pub fn delete_unused_invitations(conn: &mut Conn, member: MemberId) -> QueryResult<()> {
    let unused = invitations::table.filter(invitations::member_id.eq(member)).filter(invitations::used_at.is_null());
    on!(conn, c => diesel::delete(unused).execute(c)).map(drop)
}

pub fn insert_invitation(conn: &mut Conn, invitation: &Invitation) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(invitations::table).values(invitation).execute(c)).map(drop)
}

pub fn find_invitation(conn: &mut Conn, code_hash: &[u8]) -> QueryResult<Option<Invitation>> {
    on!(conn, c => invitations::table
        .filter(invitations::code_hash.eq(code_hash))
        .select(Invitation::as_select())
        .first(c)
        .optional())
}

/// Uses up a code; false when somebody was faster.
pub fn use_invitation(conn: &mut Conn, id: InvitationId, now: Timestamp) -> QueryResult<bool> {
    let unused = invitations::table.filter(invitations::id.eq(id)).filter(invitations::used_at.is_null());
    let used = on!(conn, c => diesel::update(unused).set(invitations::used_at.eq(now)).execute(c))?;
    Ok(used == 1)
}

/// Ends live sessions of anybody, `limit` at most; says how many.
pub fn revoke_some(conn: &mut Conn, because: Ending, now: Timestamp, limit: i64) -> QueryResult<usize> {
    let live: Vec<SessionId> = on!(conn, c => sessions::table
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::expires_at.gt(now))
        .order(sessions::id)
        .limit(limit)
        .select(sessions::id)
        .load(c))?;
    on!(conn, c => diesel::update(sessions::table.filter(sessions::id.eq_any(&live)))
        .set((sessions::revoked_at.eq(now), sessions::revoked_because.eq(because)))
        .execute(c))
}

/// Withdraws every code that was not used; says how many.
pub fn delete_all_unused_invitations(conn: &mut Conn) -> QueryResult<usize> {
    on!(conn, c => diesel::delete(invitations::table.filter(invitations::used_at.is_null())).execute(c))
}
