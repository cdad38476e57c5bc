//! Since when members have left, and of whom nothing is kept any more but an id.

use diesel::prelude::*;

use crate::base::id::MemberId;
use crate::base::time::{Day, Timestamp};
use crate::db::Conn;
use crate::db::schema::{member_departures, member_former_names, members};
use crate::on;
use crate::people::members::model::{Departed, MemberStatus};

/// Puts down since when a member has left.
pub fn put(conn: &mut Conn, member: MemberId, left_on: Day) -> QueryResult<()> {
    let row = Departed { member_id: member, left_on, anonymised_at: None };
    on!(conn, c => diesel::insert_into(member_departures::table).values(row).on_conflict_do_nothing().execute(c))
        .map(drop)
}

/// Forgets that a member had left, who is back.
pub fn delete(conn: &mut Conn, member: MemberId) -> QueryResult<()> {
    on!(conn, c => diesel::delete(member_departures::table.find(member)).execute(c)).map(drop)
}

pub fn find(conn: &mut Conn, member: MemberId) -> QueryResult<Option<Departed>> {
    on!(conn, c => member_departures::table.find(member).select(Departed::as_select()).first(c).optional())
}

/// Members who left before `day` and are known by name still, those who left first.
pub fn list_known_before(conn: &mut Conn, day: Day, limit: i64) -> QueryResult<Vec<MemberId>> {
    on!(conn, c => member_departures::table
        .inner_join(members::table.on(members::id.eq(member_departures::member_id)))
        .filter(members::status.eq(MemberStatus::Left))
        .filter(member_departures::anonymised_at.is_null())
        .filter(member_departures::left_on.lt(day))
        .order((member_departures::left_on, member_departures::member_id))
        .limit(limit)
        .select(member_departures::member_id)
        .load(c))
}

/// Puts down that nothing is kept any more of who a member was.
pub fn mark_anonymised(conn: &mut Conn, member: MemberId, now: Timestamp) -> QueryResult<()> {
    let row = member_departures::table.find(member);
    on!(conn, c => diesel::update(row).set(member_departures::anonymised_at.eq(now)).execute(c)).map(drop)
}

/// Takes away what a member's row says of a person; `number` and `name` stand in its place.
pub fn anonymise(conn: &mut Conn, member: MemberId, number: &str, name: &str, now: Timestamp) -> QueryResult<()> {
    on!(conn, c => diesel::update(members::table.find(member))
        .set((
            members::employee_no.eq(number),
            members::name.eq(name),
            members::phone_sealed.eq(None::<Vec<u8>>),
            members::phone_index.eq(None::<Vec<u8>>),
            members::updated_at.eq(now),
        ))
        .execute(c))
    .map(drop)
}

/// Puts down what a member was called until now.
pub fn put_former_name(conn: &mut Conn, member: MemberId, name: &str) -> QueryResult<()> {
    let row = (member_former_names::member_id.eq(member), member_former_names::name.eq(name));
    on!(conn, c => diesel::insert_into(member_former_names::table).values(row).on_conflict_do_nothing().execute(c))
        .map(drop)
}

/// What a member was called before.
pub fn list_former_names(conn: &mut Conn, member: MemberId) -> QueryResult<Vec<String>> {
    on!(conn, c => member_former_names::table
        .filter(member_former_names::member_id.eq(member))
        .order(member_former_names::name)
        .select(member_former_names::name)
        .load(c))
}

/// Whether somebody else is called `name`.
pub fn is_shared(conn: &mut Conn, name: &str, member: MemberId) -> QueryResult<bool> {
    let others = members::table.filter(members::name.eq(name)).filter(members::id.ne(member));
    on!(conn, c => diesel::select(diesel::dsl::exists(others)).get_result(c))
}
