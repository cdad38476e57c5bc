//! Asking a member of the unit to prepare what waits, and what he has prepared. The item stays with its holders, and so
//! does the decision: whoever prepares may do nothing by it that he may not do anyhow.

use diesel::QueryResult;
use serde_json::{Value, json};

use super::actions::{Desktop, desk_of};
use super::model::Assignment;
use super::rules::{self, Refusal};
use super::store::assignments as store;
use crate::base::id::{MemberId, UnitId};
use crate::base::person::Person;
use crate::db::{DbError, Never, Stop, Tx};
use crate::ground::notices::{self, NewNotice, NoticeKind, To};
use crate::kernel::desk::{self, Desk, DeskItemId, Item};
use crate::kernel::trail::{self, Act};

/// Assignments of one transaction.
const CHUNK: i64 = 200;

/// Something that waits, with who prepares it.
#[derive(Clone, Debug)]
pub struct Prepared {
    pub item: Item,
    pub assignment: Option<Assignment>,
}

type Outcome<T> = Result<T, Stop<Refusal>>;

impl Desktop {
    /// An item that `person` has on his desk, prepares, has prepared, or sees on the desk of a unit.
    pub(super) async fn item(&self, person: &Person, id: DeskItemId) -> Outcome<Prepared> {
        let desk = desk_of(person);
        let found = self.db.read(move |conn| Ok((desk::find(conn, id)?, store::find(conn, id)?))).await?;
        let (Some(item), assignment) = found else { return Err(Refusal::NoSuchItem.into()) };
        let prepares = assignment.as_ref().is_some_and(|one| one.member_id == person.member);
        if desk.holds(&item) || prepares || self.sees(person, &item) {
            Ok(Prepared { item, assignment })
        } else {
            Err(Refusal::NoSuchItem.into())
        }
    }

    /// Asks a member of the unit to prepare what lies on the desk of `person`, in the place of whoever was asked before; the
    /// same again changes nothing.
    pub(super) async fn assign(
        &self,
        person: &Person,
        id: DeskItemId,
        (member, note): (MemberId, Option<String>),
    ) -> Outcome<Prepared> {
        let (desktop, desk, actor) = (self.clone(), desk_of(person), person.member);
        self.db
            .write(move |tx| {
                let item = held(tx, &desk, id)?;
                let unit = item.lies_on.or(item.post().map(|post| post.unit)).ok_or(Refusal::NotAssignable)?;
                rules::may_assign(item.capability(), &item.barred(), (actor, member))?;
                if !desktop.is_of(member, unit) {
                    return Err(Refusal::NotOfUnit.into());
                }
                let before = store::find(tx.conn, id)?;
                let is_asked = |one: &&Assignment| (one.member_id, &one.note) == (member, &note);
                if let Some(same) = before.as_ref().filter(is_asked).filter(|one| one.prepared_at.is_none()) {
                    return Ok(Prepared { item, assignment: Some(same.clone()) });
                }
                let row = Assignment {
                    item_id: id,
                    member_id: member,
                    assigned_by: actor,
                    note: note.clone(),
                    assigned_at: tx.now(),
                    prepared: None,
                    prepared_at: None,
                };
                store::put(tx.conn, &row)?;
                let item = desk::let_prepare(tx, item, Some(member))?;
                note_item(tx, Some(actor), "desk.assign", &item, json!({ "member_id": member, "note": note }))?;
                if let Some(other) = before.filter(|one| one.member_id != member && one.prepared_at.is_none()) {
                    desktop.tell_over(tx, &item, other.member_id)?;
                }
                let asked = row.note.as_deref().map(|note| format!("\n{note}")).unwrap_or_default();
                let name = desktop.directory.name_of(actor);
                tell(tx, member, "请您准备一项工作", format!("{name}请您准备：{}{asked}", item.title), id)?;
                Ok(Prepared { item, assignment: Some(row) })
            })
            .await
    }

    /// Asks nobody any more; nothing happens where nobody is asked.
    pub(super) async fn take_back(&self, person: &Person, id: DeskItemId) -> Outcome<()> {
        let (desktop, desk, actor) = (self.clone(), desk_of(person), person.member);
        self.db
            .write(move |tx| {
                let item = held(tx, &desk, id)?;
                let Some(before) = store::find(tx.conn, id)? else { return Ok(()) };
                let item = end(tx, item)?;
                let detail = json!({ "member_id": before.member_id });
                note_item(tx, Some(actor), "desk.take_back", &item, detail)?;
                if before.prepared_at.is_none() {
                    desktop.tell_over(tx, &item, before.member_id)?;
                }
                Ok(())
            })
            .await
    }

    /// Writes down what `person`, who was asked, has prepared, and tells who asked him; he may write it anew while it waits.
    pub(super) async fn prepare(&self, person: &Person, id: DeskItemId, text: String) -> Outcome<Prepared> {
        let (desktop, actor) = (self.clone(), person.member);
        self.db
            .write(move |tx| {
                let item = desk::lock(tx.conn, id)?.ok_or(Refusal::NoSuchItem)?;
                let row = store::find(tx.conn, id)?.filter(|row| row.member_id == actor).ok_or(Refusal::NoSuchItem)?;
                if row.prepared.as_ref() == Some(&text) {
                    return Ok(Prepared { item, assignment: Some(row) });
                }
                let now = tx.now();
                store::write_prepared(tx.conn, id, &text, now)?;
                let item = desk::let_prepare(tx, item, None)?;
                note_item(tx, Some(actor), "desk.prepare", &item, json!({ "text": text }))?;
                let body = format!("{}：{}\n{text}", desktop.directory.name_of(actor), item.title);
                tell(tx, row.assigned_by, "交办的工作已准备好", body, id)?;
                let row = Assignment { prepared: Some(text.clone()), prepared_at: Some(now), ..row };
                Ok(Prepared { item, assignment: Some(row) })
            })
            .await
    }

    /// Takes it off those who belong to the unit no more, and tells who asked them.
    pub(super) async fn take_off_who_left(&self) -> Result<(), DbError> {
        let mut after = None;
        loop {
            let chunk = self.db.read(move |conn| store::list_open(conn, after, CHUNK)).await?;
            let Some(last) = chunk.last() else { return Ok(()) };
            after = Some(last.item_id);
            let desktop = self.clone();
            let taken = self.db.write(move |tx| -> Result<(), Stop<Never>> {
                for row in &chunk {
                    desktop.take_off(tx, row)?;
                }
                Ok(())
            });
            taken.await.map_err(DbError::from)?;
        }
    }

    fn take_off(&self, tx: &mut Tx, row: &Assignment) -> QueryResult<()> {
        let Some(item) = desk::find(tx.conn, row.item_id)? else { return Ok(()) };
        let unit = item.lies_on.or(item.post().map(|post| post.unit));
        if unit.is_some_and(|unit| self.is_of(row.member_id, unit)) {
            return Ok(());
        }
        let Some(item) = desk::lock(tx.conn, item.id)? else { return Ok(()) };
        // asked anew meanwhile, or another server was faster
        if store::find(tx.conn, item.id)?.as_ref() != Some(row) {
            return Ok(());
        }
        let item = end(tx, item)?;
        note_item(tx, None, "desk.take_back", &item, json!({ "member_id": row.member_id }))?;
        let body = format!("{}已不在本组织：{}", self.directory.name_of(row.member_id), item.title);
        tell(tx, row.assigned_by, "交办的工作需另请人准备", body, item.id)
    }

    /// Who prepares each of these items.
    pub(super) fn with_assignments(conn: &mut crate::db::Conn, items: Vec<Item>) -> QueryResult<Vec<Prepared>> {
        let ids: Vec<DeskItemId> = items.iter().map(|item| item.id).collect();
        let mut known = if ids.is_empty() { Vec::new() } else { store::list(conn, &ids)? };
        let with = |item: Item| {
            let at = known.iter().position(|one| one.item_id == item.id);
            Prepared { assignment: at.map(|at| known.swap_remove(at)), item }
        };
        Ok(items.into_iter().map(with).collect())
    }

    /// Whether a member belongs to a unit or to what lies below it.
    fn is_of(&self, member: MemberId, unit: UnitId) -> bool {
        self.directory.path_unless_left(member).is_some_and(|path| path.contains(&unit))
    }

    fn sees(&self, person: &Person, item: &Item) -> bool {
        let card = item.lies_on.and_then(|unit| self.directory.tree().get(unit).map(|card| card.path.clone()));
        let seen = card.and_then(|path| rules::seen_of(person, &path).ok()).unwrap_or_default();
        item.capability().is_some_and(|capability| seen.contains(&capability))
    }

    fn tell_over(&self, tx: &mut Tx, item: &Item, member: MemberId) -> QueryResult<()> {
        tell(tx, member, "不必再准备", format!("您不必再准备：{}", item.title), item.id)
    }
}

/// The item, held, if it is on that desk.
fn held(tx: &mut Tx, desk: &Desk, id: DeskItemId) -> Outcome<Item> {
    let item = desk::lock(tx.conn, id)?.ok_or(Refusal::NoSuchItem)?;
    if desk.holds(&item) { Ok(item) } else { Err(Refusal::NoSuchItem.into()) }
}

fn end(tx: &mut Tx, item: Item) -> QueryResult<Item> {
    store::delete(tx.conn, item.id)?;
    desk::let_prepare(tx, item, None)
}

fn note_item(tx: &mut Tx, actor: Option<MemberId>, action: &str, item: &Item, what: Value) -> QueryResult<()> {
    let detail = json!({ "kind": item.kind, "subject_id": item.subject(), "title": item.title, "what": what });
    trail::note(tx, Act { actor, action, subject_kind: "desk_item", subject_id: item.id.uuid(), detail })
}

fn tell(tx: &mut Tx, to: MemberId, title: &str, body: String, id: DeskItemId) -> QueryResult<()> {
    let (to, title, link) = (To::Member(to), title.to_owned(), Some(format!("/desk-items/{id}")));
    notices::tell(tx, NewNotice { to, kind: NoticeKind::DESK, title, body, link })
}
