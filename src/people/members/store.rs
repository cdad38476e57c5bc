//! The room's tables: units, members, roles, absences, and proposals that wait for a second person.

pub mod corrections;
pub mod departures;
pub mod homes;
pub mod proposals;
pub mod settings;

use diesel::dsl::{exists, min, not};
use diesel::prelude::*;

use super::model::{Absence, AbsenceId, MemberRow, MemberStatus, RoleId, RoleRow, Unit};
use crate::base::capability::Role;
use crate::base::id::{MemberId, UnitId};
use crate::base::time::Day;
use crate::db::Conn;
use crate::db::schema::{absences, members, roles, units};
use crate::kernel::glance::Look;
use crate::on;

/// When the member was or is away: the first day, and the last one.
pub const ABSENCES: Look = Look {
    kind: "members.absence",
    word: "from_on",
    text: "to_on",
    from: "FROM absences WHERE member_id = {member}",
    ..Look::NOTHING
};

pub fn list_units(conn: &mut Conn) -> QueryResult<Vec<Unit>> {
    on!(conn, c => units::table.order(units::code).select(Unit::as_select()).load(c))
}

pub fn find_unit(conn: &mut Conn, id: UnitId) -> QueryResult<Option<Unit>> {
    on!(conn, c => units::table.find(id).select(Unit::as_select()).first(c).optional())
}

/// Lets one transaction at a time change the tree or the administrators: anyone who comes second sees the first's work.
pub fn lock_tree(conn: &mut Conn) -> QueryResult<()> {
    match conn {
        Conn::Pg(c) => units::table
            .filter(units::parent_id.is_null())
            .order(units::id)
            .select(units::id)
            .for_update()
            .load::<UnitId>(c)
            .map(drop),
        // there is only one writer
        Conn::Sqlite(_) => Ok(()),
    }
}

/// Inserts a unit; false when another one bears its code.
pub fn insert_unit(conn: &mut Conn, unit: &Unit) -> QueryResult<bool> {
    let inserted = on!(conn, c => diesel::insert_into(units::table).values(unit).on_conflict_do_nothing().execute(c))?;
    Ok(inserted == 1)
}

/// Writes everything of a unit but its code.
pub fn update_unit(conn: &mut Conn, unit: &Unit) -> QueryResult<()> {
    on!(conn, c => diesel::update(units::table.filter(units::id.eq(unit.id)))
        .set((
            units::name.eq(&unit.name),
            units::short_name.eq(&unit.short_name),
            units::kind.eq(&unit.kind),
            units::parent_id.eq(unit.parent_id),
            units::closed_on.eq(unit.closed_on),
            units::updated_at.eq(unit.updated_at),
        ))
        .execute(c))
    .map(drop)
}

pub fn list_members(conn: &mut Conn) -> QueryResult<Vec<MemberRow>> {
    on!(conn, c => members::table.order(members::id).select(MemberRow::as_select()).load(c))
}

/// Everybody's home and status.
pub fn list_homes(conn: &mut Conn) -> QueryResult<Vec<(MemberId, UnitId, MemberStatus)>> {
    on!(conn, c => members::table.select((members::id, members::unit_id, members::status)).load(c))
}

/// A page of the members whose home is one of `units` and whose status is one of `statuses`, in the order of their
/// employee numbers, after `after`.
pub fn list_members_of(
    conn: &mut Conn,
    units: &[UnitId],
    statuses: &[MemberStatus],
    after: Option<&str>,
    limit: i64,
) -> QueryResult<Vec<MemberRow>> {
    on!(conn, c => members::table
        .filter(members::unit_id.eq_any(units))
        .filter(members::status.eq_any(statuses))
        .filter(members::employee_no.gt(after.unwrap_or("")))
        .order(members::employee_no)
        .limit(limit)
        .select(MemberRow::as_select())
        .load(c))
}

pub fn find_member(conn: &mut Conn, id: MemberId) -> QueryResult<Option<MemberRow>> {
    on!(conn, c => members::table.find(id).select(MemberRow::as_select()).first(c).optional())
}

/// A member whom nobody else changes until this transaction ends.
pub fn lock_member(conn: &mut Conn, id: MemberId) -> QueryResult<Option<MemberRow>> {
    match conn {
        Conn::Pg(c) => members::table.find(id).select(MemberRow::as_select()).for_update().first(c).optional(),
        // there is only one writer
        Conn::Sqlite(c) => members::table.find(id).select(MemberRow::as_select()).first(c).optional(),
    }
}

/// Whether somebody who has not left is at home in `unit` itself.
pub fn is_inhabited(conn: &mut Conn, unit: UnitId) -> QueryResult<bool> {
    let here = members::table.filter(members::unit_id.eq(unit)).filter(members::status.ne(MemberStatus::Left));
    on!(conn, c => diesel::select(diesel::dsl::exists(here)).get_result(c))
}

/// Holds the rows with these numbers until the transaction ends, in one order everywhere: what is read afterwards stays.
pub fn lock_by_employee_no(conn: &mut Conn, numbers: &[String]) -> QueryResult<()> {
    match conn {
        Conn::Pg(c) => members::table
            .filter(members::employee_no.eq_any(numbers))
            .order(members::id)
            .select(members::id)
            .for_update()
            .load::<MemberId>(c)
            .map(drop),
        // there is only one writer
        Conn::Sqlite(_) => Ok(()),
    }
}

pub fn list_by_employee_no(conn: &mut Conn, numbers: &[String]) -> QueryResult<Vec<MemberRow>> {
    on!(conn, c => members::table
        .filter(members::employee_no.eq_any(numbers))
        .select(MemberRow::as_select())
        .load(c))
}

/// Who has not left and signs in with one of these phone numbers.
pub fn list_by_phone(conn: &mut Conn, phone_indexes: &[Vec<u8>]) -> QueryResult<Vec<MemberRow>> {
    on!(conn, c => members::table
        .filter(members::phone_index.eq_any(phone_indexes))
        .filter(members::status.ne(MemberStatus::Left))
        .select(MemberRow::as_select())
        .load(c))
}

pub fn find_members(conn: &mut Conn, ids: &[MemberId]) -> QueryResult<Vec<MemberRow>> {
    on!(conn, c => members::table.filter(members::id.eq_any(ids)).select(MemberRow::as_select()).load(c))
}

pub fn find_by_employee_no(conn: &mut Conn, employee_no: &str) -> QueryResult<Option<MemberRow>> {
    on!(conn, c => members::table
        .filter(members::employee_no.eq(employee_no))
        .select(MemberRow::as_select())
        .first(c)
        .optional())
}

pub fn any_member(conn: &mut Conn) -> QueryResult<bool> {
    on!(conn, c => diesel::select(diesel::dsl::exists(members::table.select(members::id))).get_result(c))
}

/// The sealed phone numbers of those members who were added last.
pub fn list_latest_phones(conn: &mut Conn, limit: i64) -> QueryResult<Vec<Vec<u8>>> {
    on!(conn, c => members::table
        .filter(members::phone_sealed.is_not_null())
        .order(members::id.desc())
        .limit(limit)
        .select(members::phone_sealed.assume_not_null())
        .load(c))
}

/// The one member with that phone number who has not left.
pub fn find_by_phone(conn: &mut Conn, phone_index: &[u8]) -> QueryResult<Option<MemberRow>> {
    on!(conn, c => members::table
        .filter(members::phone_index.eq(phone_index))
        .filter(members::status.ne(MemberStatus::Left))
        .select(MemberRow::as_select())
        .first(c)
        .optional())
}

/// Inserts a member; false when another one bears the employee number or the phone number.
pub fn insert_member(conn: &mut Conn, member: &MemberRow) -> QueryResult<bool> {
    let inserted =
        on!(conn, c => diesel::insert_into(members::table).values(member).on_conflict_do_nothing().execute(c))?;
    Ok(inserted == 1)
}

/// Writes everything of a member but the employee number.
pub fn update_member(conn: &mut Conn, member: &MemberRow) -> QueryResult<()> {
    on!(conn, c => diesel::update(members::table.filter(members::id.eq(member.id)))
        .set((
            members::name.eq(&member.name),
            members::phone_sealed.eq(&member.phone_sealed),
            members::phone_index.eq(&member.phone_index),
            members::kind.eq(member.kind),
            members::status.eq(member.status),
            members::unit_id.eq(member.unit_id),
            members::hidden_from_boards.eq(member.hidden_from_boards),
            members::on_boards.eq(member.on_boards),
            members::updated_at.eq(member.updated_at),
        ))
        .execute(c))
    .map(drop)
}

/// Takes back a member of whom no other table speaks; false when one does.
pub fn delete_member(conn: &mut Conn, id: MemberId) -> QueryResult<bool> {
    or_spoken_of(on!(conn, c => diesel::delete(members::table.find(id)).execute(c)))
}

/// Takes back a unit of which no other table speaks; false when one does.
pub fn delete_unit(conn: &mut Conn, id: UnitId) -> QueryResult<bool> {
    or_spoken_of(on!(conn, c => diesel::delete(units::table.find(id)).execute(c)))
}

/// Takes back a duty of which no other table speaks; false when one does.
pub fn delete_role(conn: &mut Conn, id: RoleId) -> QueryResult<bool> {
    or_spoken_of(on!(conn, c => diesel::delete(roles::table.find(id)).execute(c)))
}

/// Whether a row is gone; not when another one still refers to it. The transaction cannot go on then.
fn or_spoken_of(deleted: QueryResult<usize>) -> QueryResult<bool> {
    use diesel::result::{DatabaseErrorKind, Error};
    match deleted {
        Err(Error::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _)) => Ok(false),
        deleted => Ok(deleted? == 1),
    }
}

/// Duties that hold on `day` or later, of everybody.
pub fn list_roles(conn: &mut Conn, day: Day) -> QueryResult<Vec<RoleRow>> {
    on!(conn, c => roles::table
        .filter(roles::to_on.is_null().or(roles::to_on.ge(day)))
        .order(roles::id)
        .select(RoleRow::as_select())
        .load(c))
}

/// Duties of one member that hold on `day` or later.
pub fn list_roles_of(conn: &mut Conn, member: MemberId, day: Day) -> QueryResult<Vec<RoleRow>> {
    on!(conn, c => roles::table
        .filter(roles::member_id.eq(member))
        .filter(roles::to_on.is_null().or(roles::to_on.ge(day)))
        .order(roles::id)
        .select(RoleRow::as_select())
        .load(c))
}

/// Duties of several members that hold on `day` or later.
pub fn list_roles_of_all(conn: &mut Conn, of: &[MemberId], day: Day) -> QueryResult<Vec<RoleRow>> {
    on!(conn, c => roles::table
        .filter(roles::member_id.eq_any(of))
        .filter(roles::to_on.is_null().or(roles::to_on.ge(day)))
        .order(roles::id)
        .select(RoleRow::as_select())
        .load(c))
}

pub fn find_role(conn: &mut Conn, id: RoleId) -> QueryResult<Option<RoleRow>> {
    on!(conn, c => roles::table.find(id).select(RoleRow::as_select()).first(c).optional())
}

/// Duties that held for a day at least and of which some day from `from` to `until` was the last.
pub fn list_ended_roles(conn: &mut Conn, from: Day, until: Day) -> QueryResult<Vec<RoleRow>> {
    on!(conn, c => roles::table
        .filter(roles::to_on.between(from, until))
        .filter(roles::to_on.ge(roles::from_on.nullable()))
        .order(roles::id)
        .select(RoleRow::as_select())
        .load(c))
}

/// Everybody's duties of that kind, also those that are over.
pub fn list_roles_ever(conn: &mut Conn, role: Role) -> QueryResult<Vec<RoleRow>> {
    on!(conn, c => roles::table
        .filter(roles::role.eq(role))
        .order(roles::id)
        .select(RoleRow::as_select())
        .load(c))
}

/// Who holds `role` on `unit` itself on `day` and has not left.
pub fn list_holders(conn: &mut Conn, role: Role, unit: UnitId, day: Day) -> QueryResult<Vec<MemberId>> {
    on!(conn, c => roles::table
        .inner_join(members::table.on(members::id.eq(roles::member_id)))
        .filter(roles::unit_id.eq(unit))
        .filter(roles::role.eq(role))
        .filter(roles::from_on.le(day))
        .filter(roles::to_on.is_null().or(roles::to_on.ge(day)))
        .filter(members::status.ne(MemberStatus::Left))
        .select(members::id)
        .distinct()
        .load(c))
}

/// Those of them whose duty has no last day.
pub fn list_lasting_holders(conn: &mut Conn, role: Role, unit: UnitId, day: Day) -> QueryResult<Vec<MemberId>> {
    on!(conn, c => roles::table
        .inner_join(members::table.on(members::id.eq(roles::member_id)))
        .filter(roles::unit_id.eq(unit))
        .filter(roles::role.eq(role))
        .filter(roles::from_on.le(day))
        .filter(roles::to_on.is_null())
        .filter(members::status.ne(MemberStatus::Left))
        .select(members::id)
        .distinct()
        .load(c))
}

pub fn insert_role(conn: &mut Conn, role: &RoleRow) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(roles::table).values(role).execute(c)).map(drop)
}

/// Ends a duty of `member` with `last_day`; false when there is no such duty still holding.
pub fn end_role(conn: &mut Conn, member: MemberId, role: RoleId, last_day: Day) -> QueryResult<bool> {
    let ended = on!(conn, c => diesel::update(roles::table.filter(roles::id.eq(role)).filter(roles::member_id.eq(member)))
        .filter(roles::to_on.is_null().or(roles::to_on.gt(last_day)))
        .set(roles::to_on.eq(last_day))
        .execute(c))?;
    Ok(ended == 1)
}

/// Ends every duty of `member` with `last_day`, also those still to come.
pub fn end_roles(conn: &mut Conn, member: MemberId, last_day: Day) -> QueryResult<()> {
    on!(conn, c => diesel::update(roles::table.filter(roles::member_id.eq(member)))
        .filter(roles::to_on.is_null().or(roles::to_on.gt(last_day)))
        .set(roles::to_on.eq(last_day))
        .execute(c))
    .map(drop)
}

/// The absences of one member, newest first.
pub fn list_absences(conn: &mut Conn, member: MemberId) -> QueryResult<Vec<Absence>> {
    on!(conn, c => absences::table
        .filter(absences::member_id.eq(member))
        .order((absences::from_on.desc(), absences::id.desc()))
        .select(Absence::as_select())
        .load(c))
}

/// The absences of some members that hold on `day`.
pub fn list_absences_on(conn: &mut Conn, of: &[MemberId], day: Day) -> QueryResult<Vec<Absence>> {
    on!(conn, c => absences::table
        .filter(absences::member_id.eq_any(of))
        .filter(absences::from_on.le(day))
        .filter(absences::to_on.is_null().or(absences::to_on.ge(day)))
        .order((absences::from_on.desc(), absences::id.desc()))
        .select(Absence::as_select())
        .load(c))
}

/// Who was away on `day`.
pub fn list_away_on(conn: &mut Conn, day: Day) -> QueryResult<Vec<MemberId>> {
    on!(conn, c => absences::table
        .filter(absences::from_on.le(day))
        .filter(absences::to_on.is_null().or(absences::to_on.ge(day)))
        .select(absences::member_id)
        .load(c))
}

pub fn insert_absence(conn: &mut Conn, absence: &Absence) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(absences::table).values(absence).execute(c)).map(drop)
}

/// A member's absences with ids before `before`, newest first.
pub fn list_absences_before(
    conn: &mut Conn,
    member: MemberId,
    before: Option<AbsenceId>,
    limit: i64,
) -> QueryResult<Vec<Absence>> {
    on!(conn, c => absences::table
        .filter(absences::member_id.eq(member))
        .filter(absences::id.lt(before.unwrap_or_else(|| uuid::Uuid::max().into())))
        .order(absences::id.desc())
        .limit(limit)
        .select(Absence::as_select())
        .load(c))
}

pub fn delete_absence(conn: &mut Conn, id: AbsenceId) -> QueryResult<()> {
    on!(conn, c => diesel::delete(absences::table.find(id)).execute(c)).map(drop)
}

/// Members after `after` whose status is not what their absences say of `today`, by id.
pub fn list_turned(conn: &mut Conn, today: Day, after: Option<MemberId>, limit: i64) -> QueryResult<Vec<MemberId>> {
    let covers = absences::from_on.le(today).and(absences::to_on.is_null().or(absences::to_on.ge(today)));
    let of_member = || absences::table.filter(absences::member_id.eq(members::id));
    let begins = members::status.eq(MemberStatus::Active).and(exists(of_member().filter(covers)));
    // somebody who is away without any absence is so because somebody said it, and stays so
    let ends = members::status
        .eq(MemberStatus::Away)
        .and(exists(of_member().filter(absences::to_on.lt(today))))
        .and(not(exists(of_member().filter(covers))));
    on!(conn, c => members::table
        .filter(members::id.gt(after.unwrap_or_else(|| uuid::Uuid::nil().into())))
        .filter(begins.or(ends))
        .order(members::id)
        .limit(limit)
        .select(members::id)
        .load(c))
}

/// The next day after `today` on which somebody's absence begins, or the one after it ended.
pub fn next_turn(conn: &mut Conn, today: Day) -> QueryResult<Option<Day>> {
    let begins: Option<Day> = on!(conn, c => absences::table
        .filter(absences::from_on.gt(today))
        .select(min(absences::from_on))
        .first(c))?;
    let ends: Option<Day> = on!(conn, c => absences::table
        .filter(absences::to_on.ge(today))
        .select(min(absences::to_on))
        .first(c))?;
    Ok([begins, ends.map(Day::next)].into_iter().flatten().min())
}

/// Ends the absences of a member that go on after `last_day` with it; one that would only begin later was not one.
pub fn end_absence(conn: &mut Conn, member: MemberId, last_day: Day) -> QueryResult<()> {
    let goes_on = absences::to_on.is_null().or(absences::to_on.gt(last_day));
    // leave that lies ahead is not what somebody comes back from
    let open = absences::member_id.eq(member).and(goes_on).and(absences::from_on.le(last_day.next()));
    on!(conn, c => diesel::delete(absences::table.filter(open).filter(absences::from_on.gt(last_day))).execute(c))?;
    on!(conn, c => diesel::update(absences::table.filter(open))
        .set(absences::to_on.eq(last_day))
        .execute(c))
    .map(drop)
}

pub fn count_members(conn: &mut Conn) -> QueryResult<i64> {
    on!(conn, c => members::table.count().get_result(c))
}
