//! What members set for themselves.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::db::schema::member_settings;
use crate::db::{Conn, Json};
use crate::ground::notices::NoticeKind;
use crate::kernel::glance::Look;
use crate::on;
use crate::people::members::model::MemberSettings;

/// What the member has set.
pub const SETTINGS: Look = Look {
    kind: "members.settings",
    text: "settings",
    from: "FROM member_settings WHERE member_id = {member}",
    ..Look::NOTHING
};

/// What a member has set; `None` for anyone who never has.
pub fn find(conn: &mut Conn, member: MemberId) -> QueryResult<Option<MemberSettings>> {
    let found: Option<Json<MemberSettings>> = on!(conn, c => member_settings::table
        .find(member)
        .select(member_settings::settings)
        .first(c)
        .optional())?;
    Ok(found.map(|settings| settings.0))
}

/// What some members have set; those who never have are not in it.
pub fn list(conn: &mut Conn, members: &[MemberId]) -> QueryResult<HashMap<MemberId, MemberSettings>> {
    let found: Vec<(MemberId, Json<MemberSettings>)> = on!(conn, c => member_settings::table
        .filter(member_settings::member_id.eq_any(members))
        .select((member_settings::member_id, member_settings::settings))
        .load(c))?;
    Ok(found.into_iter().map(|(member, settings)| (member, settings.0)).collect())
}

pub fn put(conn: &mut Conn, member: MemberId, settings: &MemberSettings, now: Timestamp) -> QueryResult<()> {
    let values = (member_settings::settings.eq(Json(settings.clone())), member_settings::updated_at.eq(now));
    on!(conn, c => diesel::insert_into(member_settings::table)
        .values((member_settings::member_id.eq(member), values.clone()))
        .on_conflict(member_settings::member_id)
        .do_update()
        .set(values)
        .execute(c))
    .map(drop)
}

/// The kinds of notices that a member does not want counted.
pub fn list_muted(conn: &mut Conn, member: MemberId) -> QueryResult<Vec<NoticeKind>> {
    Ok(find(conn, member)?.map(|settings| settings.muted_notices).unwrap_or_default())
}
