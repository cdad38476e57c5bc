//! What follows when somebody's home comes to lie elsewhere, or he leaves: the inbox goes along, and rooms whose work waits for
//! him hear of it in the same transaction.

use std::collections::HashMap;
use std::sync::Arc;

use diesel::QueryResult;

use super::Members;
use crate::base::id::{MemberId, UnitId};
use crate::db::Tx;
use crate::ground::notices;
use crate::people::members::directory::{Directory, UnitTree};
use crate::people::members::model::{MemberRow, MemberStatus};

/// Somebody who moves to another home, or leaves.
#[derive(Clone, Debug)]
pub struct Departure {
    pub member: MemberId,
    /// The home unit until now and its ancestors, nearest first.
    pub from: Arc<[UnitId]>,
    /// The same from now on; `None` for somebody who leaves the enterprise.
    pub to: Option<Arc<[UnitId]>>,
}

/// What a room does about it.
pub(super) type UponDeparture = Arc<dyn Fn(&mut Tx, &Departure) -> QueryResult<()> + Send + Sync>;

impl Members {
    /// Has `hear` called in the transaction in which somebody moves or leaves; the roster in memory still knows him where
    /// he was.
    pub fn upon_departure(&self, hear: impl Fn(&mut Tx, &Departure) -> QueryResult<()> + Send + Sync + 'static) {
        self.upon_departure.add(Arc::new(hear));
    }

    /// Does what follows from a changed member.
    pub(super) fn follow(&self, tx: &mut Tx, before: &MemberRow, after: &MemberRow) -> QueryResult<()> {
        let leaves = after.status == MemberStatus::Left && before.status != MemberStatus::Left;
        if before.unit_id == after.unit_id && !leaves {
            return Ok(());
        }
        let tree = self.directory.tree();
        let (from, to) = (path_in(&tree, before.unit_id), path_in(&tree, after.unit_id));
        follow_path(tx, &[after.id], &from, &to)?;
        let departure = Departure { member: after.id, from, to: (!leaves).then_some(to) };
        self.upon_departure.each().iter().try_for_each(|hear| hear(tx, &departure))
    }
}

/// Does what follows for the inboxes of those who are at home where the tree has changed.
pub(super) fn follow_units(tx: &mut Tx, directory: &Directory, before: &UnitTree, after: &UnitTree) -> QueryResult<()> {
    let moved = after.each().filter(|card| before.get(card.unit.id).is_some_and(|old| old.path != card.path));
    let mut homes: HashMap<UnitId, Vec<MemberId>> = moved.map(|card| (card.unit.id, Vec::new())).collect();
    if homes.is_empty() {
        return Ok(());
    }
    directory.each_member(|member, _| {
        if let Some(at_home) = homes.get_mut(&member.unit) {
            at_home.push(member.id);
        }
    });
    for (unit, members) in homes {
        follow_path(tx, &members, &path_in(before, unit), &path_in(after, unit))?;
    }
    Ok(())
}

fn follow_path(tx: &mut Tx, members: &[MemberId], from: &[UnitId], to: &[UnitId]) -> QueryResult<()> {
    let only = |one: &[UnitId], other: &[UnitId]| -> Vec<UnitId> {
        one.iter().copied().filter(|unit| !other.contains(unit)).collect()
    };
    notices::moved(tx, members, &only(from, to), &only(to, from))
}

fn path_in(tree: &UnitTree, unit: UnitId) -> Arc<[UnitId]> {
    tree.get(unit).map_or_else(|| Arc::from([unit]), |card| card.path.clone())
}
