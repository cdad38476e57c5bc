//! Lists and what they ask, and who may do what with tasks.

use std::sync::Arc;

use diesel::QueryResult;
use serde_json::json;

use super::model::{
    Credit, ListChange, ListFilter, NewItem, NewList, Settled, Task, TaskId, TaskItem, TaskList, TaskListId, TaskPerson,
};
use super::rules::{self, ITEMS_LIMIT, Refusal};
use super::settings::Terms;
use super::store;
use super::store::tasks::Sight;
use crate::base::capability::{Capability, Reach};
use crate::base::hooks::Hooks;
use crate::base::id::{MemberId, UnitId};
use crate::base::idempotency::IdempotencyKey;
use crate::base::own_case::{Involved, Involvement, belonging};
use crate::base::person::Person;
use crate::base::time::Day;
use crate::base::version::SeenState;
use crate::db::{Conn, Db, Json, Stop, Tx};
use crate::honour::appraisal::Appraisal;
use crate::kernel::calendar::Calendar;
use crate::kernel::idempotency::{self, Reused};
use crate::kernel::lease::ProcessId;
use crate::kernel::trail::{self, Act};
use crate::people::members::{Desks, Directory};

pub(super) type Outcome<T> = Result<T, Stop<Refusal>>;

impl From<Reused> for Refusal {
    fn from(_: Reused) -> Self {
        Refusal::KeyReused
    }
}

/// What a room does when a task that it opened is over, in the transaction that ends it.
pub(super) type Hears = Arc<dyn Fn(&mut Tx, &Settled) -> QueryResult<Credit> + Send + Sync>;

/// The room's handle; clones share it.
#[derive(Clone)]
pub struct Tasks {
    pub(super) db: Db,
    pub(super) directory: Directory,
    pub(super) desks: Desks,
    pub(super) calendar: Calendar,
    pub(super) terms: Terms,
    pub(super) appraisal: Arc<Appraisal>,
    /// This process, for work that one of several does.
    pub(super) holder: ProcessId,
    pub(super) openers: Hooks<Hears>,
}

impl Tasks {
    pub fn new(
        db: Db,
        (directory, desks): (Directory, Desks),
        calendar: Calendar,
        terms: Terms,
        appraisal: Appraisal,
    ) -> Self {
        let holder = db.fresh_id();
        let appraisal = Arc::new(appraisal);
        Tasks { db, directory, desks, calendar, terms, appraisal, holder, openers: Hooks::default() }
    }

    /// Makes a list for a unit within reach.
    pub(super) async fn create_list(
        &self,
        by: MemberId,
        reach: &Reach,
        new: NewList,
        key: Option<IdempotencyKey>,
    ) -> Outcome<TaskListId> {
        let path = self.path(new.unit).ok_or_else(|| Refusal::NoSuchUnit("/unit_id".into()))?;
        if !reach.covers(&path) {
            return Err(Refusal::OutOfReach.into());
        }
        self.db
            .write(move |tx| {
                idempotency::once(tx, key.as_ref(), |tx| {
                    let list = insert_list(tx, by, &new)?;
                    let detail = json!({ "kind": list.kind, "unit_id": list.unit_id, "title": list.title });
                    note_list(tx, by, "tasks.create_list", list.id, detail)?;
                    Ok(list.id)
                })
            })
            .await
    }

    /// Lists of the units that the reader sees, the newest first.
    pub(super) async fn lists(
        &self,
        reader: &Person,
        filter: ListFilter,
        before: Option<TaskListId>,
        limit: i64,
    ) -> Outcome<Vec<TaskList>> {
        let tree = self.directory.tree();
        let mut units = self.sight(reader).led;
        // a list of a unit above is seen by those whom it asks
        if let Some(units) = &mut units {
            let above: Vec<UnitId> =
                units.iter().filter_map(|unit| tree.get(*unit)).flat_map(|card| card.path.to_vec()).collect();
            units.extend(above);
            units.sort_unstable();
            units.dedup();
        }
        if let Some(unit) = filter.unit {
            let below = tree.subtree(unit);
            units = Some(match units {
                Some(units) => units.into_iter().filter(|seen| below.contains(seen)).collect(),
                None => below,
            });
        }
        Ok(self.db.read(move |conn| store::lists::list(conn, units.as_deref(), filter, before, limit)).await?)
    }

    /// A list that the reader may see.
    pub(super) async fn list_of(&self, reader: &Person, id: TaskListId) -> Outcome<TaskList> {
        let list = self.db.read(move |conn| store::lists::find(conn, id)).await?.ok_or(Refusal::NoSuchList)?;
        if self.sees_list(reader, &list) { Ok(list) } else { Err(Refusal::NoSuchList.into()) }
    }

    fn sees_list(&self, reader: &Person, list: &TaskList) -> bool {
        let Some(reach) = reader.reach(Capability::SeeTasks) else { return false };
        let covers = self.path(list.unit_id).is_some_and(|path| reach.covers(&path));
        let is_asked = match &reach {
            Reach::Everything => true,
            Reach::Below(units) => {
                units.iter().any(|unit| self.path(*unit).is_some_and(|path| path.contains(&list.unit_id)))
            }
        };
        covers || is_asked
    }

    /// Writes an item under its number, in the place of what stood there; one of which a task was made stays. Says whether it
    /// is new.
    pub(super) async fn put_item(
        &self,
        person: &Person,
        list: TaskListId,
        number: i32,
        seen: Option<SeenState>,
        new: NewItem,
    ) -> Outcome<bool> {
        let (room, issuer) = (self.clone(), Issuer::of(person));
        self.db
            .write(move |tx| {
                let list = room.lock_list(tx, &issuer, list)?;
                list.id.thing().changed_since(tx.conn, seen)?.map_err(Refusal::Outdated)?;
                room.check_item(list.unit_id, &new, tx.today())?;
                let is_new = put_item(tx, list.id, number, &new)?;
                if is_new != Put::Same {
                    note_list(tx, issuer.member, "tasks.write_item", list.id, json!({ "number": number }))?;
                }
                Ok(is_new == Put::New)
            })
            .await
    }

    /// Takes an item off a list of which no task was made.
    pub(super) async fn delete_item(&self, person: &Person, list: TaskListId, number: i32) -> Outcome<()> {
        let (room, issuer) = (self.clone(), Issuer::of(person));
        self.db
            .write(move |tx| {
                let list = room.lock_list(tx, &issuer, list)?;
                let item = store::lists::find_item(tx.conn, list.id, number)?.ok_or(Refusal::NoSuchItem)?;
                if item.laid {
                    return Err(Refusal::ItemLaid.into());
                }
                store::lists::delete_item(tx.conn, item.id)?;
                note_list(tx, issuer.member, "tasks.delete_item", list.id, json!({ "number": number }))?;
                Ok(())
            })
            .await
    }

    /// Changes what a list is called, on what it rests and how often units tell how far they are; what was laid of it goes on
    /// by what it says now.
    pub(super) async fn edit_list(
        &self,
        person: &Person,
        list: TaskListId,
        seen: Option<SeenState>,
        change: ListChange,
    ) -> Outcome<TaskList> {
        let (room, issuer) = (self.clone(), Issuer::of(person));
        self.db
            .write(move |tx| {
                let list = room.lock_list(tx, &issuer, list)?;
                list.id.thing().changed_since(tx.conn, seen)?.map_err(Refusal::Outdated)?;
                let changed = TaskList {
                    title: change.title.clone().unwrap_or_else(|| list.title.clone()),
                    basis: change.basis.clone().unwrap_or_else(|| list.basis.clone()),
                    rhythm: change.rhythm.unwrap_or(list.rhythm),
                    updated_at: tx.now(),
                    ..list.clone()
                };
                if (&changed.title, &changed.basis, changed.rhythm) == (&list.title, &list.basis, list.rhythm) {
                    return Ok(list);
                }
                store::lists::update(tx.conn, &changed)?;
                let detail = json!({ "title": changed.title, "basis": changed.basis, "rhythm": changed.rhythm });
                note_list(tx, issuer.member, "tasks.edit_list", list.id, detail)?;
                Ok(changed)
            })
            .await
    }

    /// A list of a unit for which the person sets tasks, held.
    pub(super) fn lock_list(&self, tx: &mut Tx, issuer: &Issuer, id: TaskListId) -> Outcome<TaskList> {
        let list = store::lists::lock_row(tx.conn, id)?.ok_or(Refusal::NoSuchList)?;
        if !issuer.covers(&self.path(list.unit_id).unwrap_or_default()) {
            return Err(Refusal::OutOfReach.into());
        }
        Ok(list)
    }

    /// Whether units and people of an item are known and belong to the list's unit.
    pub(super) fn check_item(&self, owner: UnitId, new: &NewItem, today: Day) -> Result<(), Refusal> {
        rules::check_item(new, today)?;
        if let Some(unit) = new.lead_unit {
            self.check_below(owner, unit, || "/lead_unit_id".into())?;
        }
        for (index, unit) in new.assisting.iter().enumerate() {
            if self.path(*unit).is_none() {
                return Err(Refusal::NoSuchUnit(format!("/assisting_unit_ids/{index}")));
            }
        }
        match new.leader {
            Some(leader) if self.directory.path_unless_left(leader).is_none() => {
                Err(Refusal::NoSuchMember("/leader_id".into()))
            }
            _ => Ok(()),
        }
    }

    /// Whether a unit is one that is asked by another, and not closed.
    pub(super) fn check_below(&self, owner: UnitId, unit: UnitId, pointer: impl Fn() -> String) -> Result<(), Refusal> {
        let tree = self.directory.tree();
        let card = tree.get(unit).ok_or_else(|| Refusal::NoSuchUnit(pointer()))?;
        match card.path.contains(&owner) && card.unit.closed_on.is_none() {
            true => Ok(()),
            false => Err(Refusal::UnitBeyond(pointer())),
        }
    }

    pub(super) fn path(&self, unit: UnitId) -> Option<Vec<UnitId>> {
        self.directory.tree().get(unit).map(|card| card.path.to_vec())
    }

    /// What `reader` may see: everything of the units within his duties' reach, and what hangs on the wall of his branch.
    pub(super) fn sight(&self, reader: &Person) -> Sight {
        let tree = self.directory.tree();
        let led = match reader.reach(Capability::SeeTasks) {
            None => Some(Vec::new()),
            Some(Reach::Everything) => None,
            Some(Reach::Below(units)) if tree.root().is_some_and(|root| units.contains(&root)) => None,
            Some(Reach::Below(units)) => Some(units.iter().flat_map(|unit| tree.subtree(*unit)).collect()),
        };
        let own = reader.branch.map_or_else(|| vec![reader.unit()], |branch| tree.subtree(branch));
        Sight { reader: reader.member, led, own }
    }

    /// Whether the reader may see a task.
    pub(super) fn sees(&self, conn: &mut Conn, reader: &Person, task: &Task) -> QueryResult<bool> {
        let sight = self.sight(reader);
        let Some(led) = &sight.led else { return Ok(true) };
        if led.contains(&task.unit_id) || led.contains(&task.issuing_unit_id) || sight.own.contains(&task.unit_id) {
            return Ok(true);
        }
        if task.leader_id == Some(reader.member) || store::parts::is_named(conn, task.id, reader.member)? {
            return Ok(true);
        }
        Ok(store::parts::list_assistants(conn, task.id)?.iter().any(|unit| led.contains(unit)))
    }

    /// Whether the person sets tasks for the unit whose list it is.
    pub(super) fn issues(&self, person: &Person, task: &Task) -> bool {
        self.carries(person, Capability::IssueTasks, task.issuing_unit_id)
    }

    /// Whether the person does tasks of the unit, by a duty or since he is named.
    pub(super) fn does(&self, person: &Person, task: &Task, people: &[TaskPerson]) -> bool {
        let is_named = people.iter().any(|named| named.present && named.member_id == person.member);
        is_named || self.carries(person, Capability::DoTasks, task.unit_id)
    }

    fn carries(&self, person: &Person, capability: Capability, unit: UnitId) -> bool {
        person.reach(capability).zip(self.path(unit)).is_some_and(|(reach, path)| reach.covers(&path))
    }

    /// How somebody is involved in a task: does or did it, handed it in, belongs to the unit.
    pub(super) fn involved(&self, person: &Person, task: &Task, people: &[TaskPerson]) -> Involved {
        let is_doer = people.iter().any(|named| named.member_id == person.member);
        let doer = is_doer.then_some(Involvement::Implementer);
        let handed_in = (task.submitted_by == Some(person.member)).then_some(Involvement::Proposer);
        // who leads the branch belongs to each of its groups as an issuer, and to the branch as a doer
        let of_unit = belonging(person, task.unit_id).filter(|how| *how == Involvement::OfUnit);
        doer.into_iter().chain(handed_in).chain(of_unit).collect()
    }
}

/// Who sets tasks, and how far.
#[derive(Clone, Debug)]
pub(super) struct Issuer {
    pub member: MemberId,
    reach: Option<Reach>,
}

impl Issuer {
    pub fn of(person: &Person) -> Issuer {
        Issuer { member: person.member, reach: person.reach(Capability::IssueTasks) }
    }

    /// Who sets tasks for a unit and what lies below it.
    pub fn within(member: MemberId, unit: UnitId) -> Issuer {
        Issuer { member, reach: Some(Reach::Below(vec![unit])) }
    }

    pub fn covers(&self, path: &[UnitId]) -> bool {
        self.reach.as_ref().is_some_and(|reach| reach.covers(path))
    }
}

pub(super) fn insert_list(tx: &mut Tx, by: MemberId, new: &NewList) -> QueryResult<TaskList> {
    let list = TaskList {
        id: tx.fresh_id(),
        kind: new.kind,
        title: new.title.clone(),
        unit_id: new.unit,
        year: new.year,
        basis: new.basis.clone(),
        rhythm: new.rhythm,
        created_by: by,
        created_at: tx.now(),
        updated_at: tx.now(),
    };
    store::lists::insert(tx.conn, &list)?;
    Ok(list)
}

/// What came of writing an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Put {
    New,
    Changed,
    Same,
}

/// Writes an item of a list that the caller holds.
pub(super) fn put_item(tx: &mut Tx, list: TaskListId, number: i32, new: &NewItem) -> Outcome<Put> {
    let known = store::lists::find_item(tx.conn, list, number)?;
    let item = item_of(tx, list, number, new);
    match known {
        None => {
            let count = store::lists::count_items(tx.conn, &[list])?.first().map_or(0, |(_, count)| *count);
            if count >= ITEMS_LIMIT {
                return Err(Refusal::TooManyItems.into());
            }
            store::lists::insert_item(tx.conn, &item)?;
            Ok(Put::New)
        }
        Some(known) => {
            let item = TaskItem {
                id: known.id,
                created_at: known.created_at,
                source_kind: known.source_kind.clone(),
                source_id: known.source_id,
                source_place: known.source_place,
                ..item
            };
            if item.asks_the_same(&known) {
                return Ok(Put::Same);
            }
            if known.laid {
                return Err(Refusal::ItemLaid.into());
            }
            store::lists::update_item(tx.conn, &item)?;
            Ok(Put::Changed)
        }
    }
}

/// An item as it is written, of no other room's thing.
pub(super) fn item_of(tx: &Tx, list: TaskListId, number: i32, new: &NewItem) -> TaskItem {
    let new = new.clone();
    TaskItem {
        id: tx.fresh_id(),
        list_id: list,
        number,
        title: new.title,
        standard: new.standard,
        source_kind: None,
        source_id: None,
        source_place: None,
        source_document: new.source_document,
        lead_unit_id: new.lead_unit,
        assisting_ids: Json(new.assisting),
        leader_id: new.leader,
        axis: new.axis,
        due_on: new.due_on,
        weight: new.weight,
        focus: new.focus,
        tags: Json(new.tags),
        evidence: new.evidence,
        nodes: Json(new.nodes),
        laid: false,
        created_at: tx.now(),
        updated_at: tx.now(),
    }
}

pub(super) fn note_list(
    tx: &mut Tx,
    by: MemberId,
    action: &str,
    list: TaskListId,
    detail: serde_json::Value,
) -> QueryResult<()> {
    trail::note(tx, Act { actor: Some(by), action, subject_kind: "task_list", subject_id: list.uuid(), detail })
}

pub(super) fn note_task(
    tx: &mut Tx,
    by: Option<MemberId>,
    action: &str,
    task: TaskId,
    detail: serde_json::Value,
) -> QueryResult<()> {
    trail::note(tx, Act { actor: by, action, subject_kind: "task", subject_id: task.uuid(), detail })
}
