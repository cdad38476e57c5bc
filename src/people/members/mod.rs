//! Members: the organisation tree, its members, their duties and absences.
//!
//! Tables: `units`, `members`, `roles`, `absences`, `former_homes`, `former_parents`, `duty_proposals`, `phone_proposals`,
//! `member_departures`, `member_former_names`, `member_corrections`, `member_settings`. Routes: `/me`, `/me/corrections`, `/member-corrections`,
//! `/me/settings`, `/units`,
//! `/members`, `/members/{id}/roles`, `/members/{id}/absences`, `/duty-proposals`, `/duty-conflicts`, `/phone-proposals`, `/imports/units`,
//! `/imports/members`, `/exports/members`. Lends the [`Directory`] to every room that asks who is
//! where and may do what, and [`Members`] to `app`, which lets it hear what other processes changed, and to the command
//! line.

mod actions;
mod api;
pub mod coverage;
mod desks;
pub mod directory;
mod glance;
mod headcount;
mod homes;
mod roster_changes;
mod roster_now;
pub mod model;
pub mod roster;
pub mod rules;
pub mod store;
mod personal;
mod room;

pub use actions::{Account, Departure, FirstAdministrator, Manager, Members, NewDuty, OPERATOR, Progress};
pub use api::routes;
pub use desks::{Desks, Edition};
pub use directory::Directory;
pub use glance::{ABSENCES, LOOKS, absences_in, settings_in, was_elsewhere_in};
pub use headcount::Headcount;
pub use homes::{Stay, stays_in, stays_of};
pub use room::open;
pub use roster_changes::RosterChanges;
pub use roster_now::roster_now;

/// What the agenda calls first and last days of leave.
const LEAVE: &str = "leave";

use crate::base::crypto::Key;
use crate::base::phone;
use crate::base::text::fold;
use crate::base::time::Day;
use crate::db::Conn;

/// Members whose numbers tell whether a key is the one that sealed them; several, should one number have been spoilt.
const PHONES_TRIED: i64 = 50;

/// Duties of which some day from `from` to `until` was the last, both included.
pub fn ended_duties(conn: &mut Conn, (from, until): (Day, Day)) -> diesel::QueryResult<Vec<model::RoleRow>> {
    store::list_ended_roles(conn, from, until)
}

/// Whether there is any member.
pub fn any(conn: &mut Conn) -> diesel::QueryResult<bool> {
    store::any_member(conn)
}

/// Whether `phone_key` is the one that sealed the phone numbers; `None` where there are none to tell.
pub fn proves_phone_key(conn: &mut Conn, phone_key: &Key) -> diesel::QueryResult<Option<bool>> {
    let sealed = store::list_latest_phones(conn, PHONES_TRIED)?;
    Ok((!sealed.is_empty()).then(|| sealed.iter().any(|phone| phone_key.open(phone).is_some())))
}

/// What a phone number, however it was typed, is looked up by; the number itself is sealed.
pub fn phone_index(key: &Key, typed: &str) -> Vec<u8> {
    let number = phone::normal(typed).unwrap_or_else(|| fold(typed));
    key.mac(&[b"phone", number.as_bytes()]).to_vec()
}
