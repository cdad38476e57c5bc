//! When a code of a second factor was given in a session.

use diesel::prelude::*;

use crate::base::id::{MemberId, SessionId};
use crate::base::time::Timestamp;
use crate::db::Conn;
use crate::db::schema::sessions;
use crate::on;

pub fn put_code_given(conn: &mut Conn, session: SessionId, now: Timestamp) -> QueryResult<()> {
    let session = sessions::table.find(session);
    on!(conn, c => diesel::update(session).set(sessions::code_given_at.eq(now)).execute(c)).map(drop)
}

/// Forgets the codes that were given in live sessions of a member, and gives the ids of these sessions.
pub fn forget_codes(conn: &mut Conn, member: MemberId, now: Timestamp) -> QueryResult<Vec<SessionId>> {
    let live = sessions::table
        .filter(sessions::member_id.eq(member))
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::expires_at.gt(now));
    on!(conn, c => diesel::update(live)
        .set(sessions::code_given_at.eq(None::<Timestamp>))
        .returning(sessions::id)
        .get_results(c))
}
