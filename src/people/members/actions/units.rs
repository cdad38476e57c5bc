//! Making, changing, moving and closing units.

use serde_json::json;

use super::duties::privileged_seats;
use super::moves::follow_units;
use super::{Manager, Members, Outcome, check_reach, named, note, rules};
use crate::base::id::UnitId;
use crate::base::idempotency::IdempotencyKey;
use crate::base::version::SeenState;
use crate::db::{DbError, Tx};
use crate::kernel::idempotency;
use crate::people::members::directory::UnitTree;
use crate::people::members::homes::keep_parent;
use crate::people::members::model::{Unit, unit_thing};
use crate::people::members::rules::Refusal;
use crate::people::members::store;

/// A unit to be made.
#[derive(Clone, Debug)]
pub struct NewUnit {
    /// As typed.
    pub code: String,
    pub name: String,
    pub short_name: Option<String>,
    pub kind: String,
    pub parent: UnitId,
}

/// What shall be different about a unit; `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct UnitChange {
    pub name: Option<String>,
    pub short_name: Option<String>,
    pub kind: Option<String>,
    /// Moves the unit with everything below it.
    pub parent: Option<UnitId>,
    pub closed: Option<bool>,
}

impl Members {
    /// Makes a unit below an open one; the same key again returns the first one.
    pub async fn create_unit(&self, manager: Manager, new: NewUnit, key: Option<IdempotencyKey>) -> Outcome<Unit> {
        self.check_named_unit(&manager, new.parent, PARENT)?;
        let code = rules::normal_number(&new.code)?;
        let members = self.clone();
        self.db
            .write(move |tx| {
                store::lock_tree(tx.conn)?;
                let id = idempotency::once(tx, key.as_ref(), |tx| members.insert_unit(tx, &manager, &new, &code))?;
                let unit = store::list_units(tx.conn)?.into_iter().find(|unit| unit.id == id);
                unit.ok_or_else(|| Refusal::NoSuchUnit.into())
            })
            .await
    }

    fn insert_unit(&self, tx: &mut Tx, manager: &Manager, new: &NewUnit, code: &str) -> Outcome<UnitId> {
        let tree = UnitTree::new(store::list_units(tx.conn)?);
        check_open(&tree, new.parent)?;
        let id = tx.fresh_id();
        rules::check_parent(id, 1, tree.get(new.parent).map_or(&[], |card| &card.path))?;
        let unit = Unit {
            id,
            code: code.to_owned(),
            name: new.name.clone(),
            short_name: new.short_name.clone().unwrap_or_else(|| new.name.clone()),
            kind: new.kind.clone(),
            parent_id: Some(new.parent),
            closed_on: None,
            created_at: tx.now(),
            updated_at: tx.now(),
        };
        if !store::insert_unit(tx.conn, &unit)? {
            return Err(Refusal::CodeTaken.into());
        }
        let detail = json!({ "code": unit.code, "name": unit.name, "kind": unit.kind, "parent": new.parent });
        note(tx, manager, "members.create_unit", ("unit", id.uuid()), detail)?;
        self.publish_units(tx, id)?;
        Ok(id)
    }

    /// Changes a unit. Moving takes the subtree along; closing needs it to be empty of open units and members.
    /// A unit as the database has it.
    pub async fn find_unit(&self, id: UnitId) -> Result<Option<Unit>, DbError> {
        self.db.read(move |conn| store::find_unit(conn, id)).await
    }

    pub async fn update_unit(
        &self,
        manager: Manager,
        id: UnitId,
        seen: Option<SeenState>,
        change: UnitChange,
    ) -> Outcome<Unit> {
        self.check_unit(&manager, id)?;
        let members = self.clone();
        self.db
            .write(move |tx| {
                store::lock_tree(tx.conn)?;
                unit_thing(id).changed_since(tx.conn, seen)?.map_err(Refusal::Outdated)?;
                let tree = UnitTree::new(store::list_units(tx.conn)?);
                let before = tree.get(id).ok_or(Refusal::NoSuchUnit)?.unit.clone();
                let after = changed(tx, &tree, &manager, &before, &change)?;
                store::update_unit(tx.conn, &after)?;
                keep_parent(tx, id, before.parent_id, after.parent_id)?;
                note(tx, &manager, "members.update_unit", ("unit", id.uuid()), differences(&before, &after))?;
                if before.parent_id != after.parent_id {
                    let moved = UnitTree::new(store::list_units(tx.conn)?);
                    follow_units(tx, &members.directory, &tree, &moved)?;
                }
                members.publish_units(tx, id)?;
                Ok(after)
            })
            .await
    }
}

fn changed(tx: &mut Tx, tree: &UnitTree, manager: &Manager, before: &Unit, change: &UnitChange) -> Outcome<Unit> {
    let mut unit = before.clone();
    unit.updated_at = tx.now();
    unit.name = change.name.clone().unwrap_or(unit.name);
    unit.short_name = change.short_name.clone().unwrap_or(unit.short_name);
    unit.kind = change.kind.clone().unwrap_or(unit.kind);
    if let Some(parent) = change.parent.filter(|parent| before.parent_id != Some(*parent)) {
        check_reach(tree, manager, parent).map_err(|refusal| named(refusal, PARENT))?;
        check_open(tree, parent)?;
        rules::check_parent(before.id, height(tree, before.id), tree.get(parent).map_or(&[], |card| &card.path))?;
        check_widens_nothing(tx, tree, before.id, parent)?;
        unit.parent_id = Some(parent);
    }
    match (change.closed, before.closed_on) {
        (Some(true), None) => {
            check_empty(tx, tree, before.id)?;
            unit.closed_on = Some(tx.today());
        }
        (Some(false), Some(_)) => {
            if let Some(parent) = unit.parent_id {
                check_open(tree, parent)?;
            }
            unit.closed_on = None;
        }
        _ => {}
    }
    Ok(unit)
}

/// Refuses a move by which a privileged duty would come to reach the moved unit: two administrators grant such reach, and a
/// move is the work of one. The duty is ended before the move and granted after it.
fn check_widens_nothing(tx: &mut Tx, tree: &UnitTree, unit: UnitId, parent: UnitId) -> Outcome<()> {
    let path = |unit: UnitId| tree.get(unit).map(|card| card.path.clone()).unwrap_or_default();
    match privileged_seats(tx.conn, tx.today())?.widened(&path(unit), &path(parent)) {
        Some((unit, role)) => Err(Refusal::WidensDuty { role, unit: name_of(tree, unit) }.into()),
        None => Ok(()),
    }
}

fn name_of(tree: &UnitTree, unit: UnitId) -> String {
    tree.get(unit).map(|card| card.unit.name.clone()).unwrap_or_default()
}

/// Levels of a subtree.
fn height(tree: &UnitTree, unit: UnitId) -> usize {
    let level = |id: &UnitId| tree.get(*id).map_or(0, |card| card.path.len());
    let deepest = tree.subtree(unit).iter().map(level).max().unwrap_or_default();
    (deepest + 1).saturating_sub(level(&unit))
}

/// Where bodies name the unit above.
const PARENT: &str = "/parent_id";

fn check_open(tree: &UnitTree, unit: UnitId) -> Result<(), Refusal> {
    match tree.get(unit) {
        None => Err(Refusal::UnknownUnit { pointer: PARENT }),
        Some(card) if card.unit.closed_on.is_some() => Err(Refusal::UnitClosed),
        Some(_) => Ok(()),
    }
}

fn check_empty(tx: &mut Tx, tree: &UnitTree, unit: UnitId) -> Outcome<()> {
    let children = tree.get(unit).map_or(&[][..], |card| &card.children);
    let open = |child: &UnitId| tree.get(*child).is_some_and(|card| card.unit.closed_on.is_none());
    if children.iter().any(open) || store::is_inhabited(tx.conn, unit)? {
        return Err(Refusal::UnitNotEmpty.into());
    }
    Ok(())
}

/// What a trail tells of a change: the new values of what is different.
fn differences(before: &Unit, after: &Unit) -> serde_json::Value {
    let mut told = serde_json::Map::new();
    let mut tell = |name: &str, differs: bool, value: serde_json::Value| {
        if differs {
            told.insert(name.to_owned(), value);
        }
    };
    tell("name", before.name != after.name, json!(after.name));
    tell("short_name", before.short_name != after.short_name, json!(after.short_name));
    tell("kind", before.kind != after.kind, json!(after.kind));
    tell("parent", before.parent_id != after.parent_id, json!(after.parent_id));
    tell("closed_on", before.closed_on != after.closed_on, json!(after.closed_on));
    told.into()
}
