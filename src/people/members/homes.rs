//! Where a member was at home day by day: what counted on a day is decided by the unit of that day, whoever moved since.

use std::sync::Arc;

use diesel::QueryResult;

use super::directory::UnitTree;
use super::model::{FormerHome, FormerParent, MemberRow, MemberStatus};
use super::store;
use crate::base::id::{MemberId, UnitId};
use crate::base::time::Day;
use crate::db::{Conn, Tx};

/// Days on end that a member spent at one place of the enterprise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stay {
    pub first: Day,
    /// [`Day::LAST`] for the present one.
    pub last: Day,
    /// The home unit and its ancestors as they were then, nearest first; empty while the member was not in the enterprise.
    pub path: Arc<[UnitId]>,
}

/// Puts down where a member was until yesterday, if this change moves him, lets him go or brings him back; and what he was
/// called, if he is called otherwise from now on.
pub(super) fn keep_home(tx: &mut Tx, before: &MemberRow, after: &MemberRow) -> QueryResult<()> {
    if before.name != after.name {
        store::departures::put_former_name(tx.conn, before.id, &before.name)?;
    }
    let home = |row: &MemberRow| (row.status != MemberStatus::Left).then_some(row.unit_id);
    if home(before) == home(after) {
        return Ok(());
    }
    match (home(before), home(after)) {
        (Some(_), None) => store::departures::put(tx.conn, before.id, tx.today())?,
        (None, Some(_)) => store::departures::delete(tx.conn, before.id)?,
        _ => {}
    }
    let former = FormerHome { member_id: before.id, last_on: tx.today().previous(), unit_id: home(before) };
    store::homes::insert_former_home(tx.conn, &former)
}

/// The same for a unit that comes to lie below another one.
pub(super) fn keep_parent(tx: &mut Tx, unit: UnitId, before: Option<UnitId>, after: Option<UnitId>) -> QueryResult<()> {
    if before == after {
        return Ok(());
    }
    let former = FormerParent { unit_id: unit, last_on: tx.today().previous(), parent_id: before };
    store::homes::insert_former_parent(tx.conn, &former)
}

/// Where the member, at home in `home` today, was on `from` and each day after.
pub fn stays_of(
    conn: &mut Conn,
    tree: &UnitTree,
    (member, home): (MemberId, UnitId),
    from: Day,
) -> QueryResult<Vec<Stay>> {
    let homes = store::homes::list_former_homes(conn, member, from)?;
    Ok(stays(tree, &homes, &store::homes::list_former_parents(conn, from)?, home, from))
}

/// The same for anyone who has been at home in `home` all the time.
pub fn stays_in(conn: &mut Conn, tree: &UnitTree, home: UnitId, from: Day) -> QueryResult<Vec<Stay>> {
    Ok(stays(tree, &[], &store::homes::list_former_parents(conn, from)?, home, from))
}

fn stays(tree: &UnitTree, homes: &[FormerHome], parents: &[FormerParent], home: UnitId, from: Day) -> Vec<Stay> {
    // the last days of all places, whatever moved
    let mut lasts: Vec<Day> = homes.iter().map(|home| home.last_on).collect();
    lasts.extend(parents.iter().map(|parent| parent.last_on));
    lasts.push(Day::LAST);
    lasts.sort_unstable();
    lasts.dedup();
    let mut first = from;
    let mut stays = Vec::with_capacity(lasts.len());
    for last in lasts {
        let unit = homes.iter().find(|home| home.last_on >= last).map_or(Some(home), |home| home.unit_id);
        let path = unit.map(|unit| path_until(tree, parents, unit, last)).unwrap_or_default();
        stays.push(Stay { first, last, path: path.into() });
        first = last.next();
    }
    stays
}

/// The unit and what it lay below on `day`, the last day of a place.
fn path_until(tree: &UnitTree, parents: &[FormerParent], unit: UnitId, day: Day) -> Vec<UnitId> {
    let mut path = vec![unit];
    loop {
        let below = path[path.len() - 1];
        let former = parents.iter().find(|parent| parent.unit_id == below && parent.last_on >= day);
        let present = || tree.get(below).and_then(|card| card.unit.parent_id);
        match former.map_or_else(present, |former| former.parent_id) {
            Some(parent) if !path.contains(&parent) => path.push(parent),
            _ => return path,
        }
    }
}
