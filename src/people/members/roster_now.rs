//! The roster as periods are closed with it.

use diesel::QueryResult;

use super::model::{BRANCH_KIND, MemberStatus};
use super::store;
use crate::db::Conn;
use crate::kernel::closing::{Presence, Roster};

/// Who is where, and who counts, as the database has it.
pub fn roster_now(conn: &mut Conn) -> QueryResult<Roster> {
    let units = store::list_units(conn)?;
    let units = units.into_iter().map(|unit| (unit.id, unit.parent_id, unit.short_name, unit.kind == BRANCH_KIND));
    let members = store::list_homes(conn)?.into_iter().map(|(member, unit, status)| {
        let presence = match status {
            MemberStatus::Left => Presence::Left,
            MemberStatus::Away => Presence::Away,
            MemberStatus::Active => Presence::Active,
        };
        (member, unit, presence)
    });
    Ok(Roster::new(units.collect(), members))
}
