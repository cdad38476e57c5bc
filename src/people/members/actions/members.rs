//! Making and changing members.

use serde_json::{Value, json};

use super::duties::{Way, said, together};
use super::proposals::Wish;
use super::{Manager, Members, Outcome, check_reach, note, rules};
use crate::base::capability::Role;
use crate::base::id::{MemberId, UnitId};
use crate::base::idempotency::IdempotencyKey;
use crate::base::version::SeenState;
use crate::db::{Stop, Tx};
use crate::kernel::desk::{self, Item};
use crate::kernel::idempotency;
use crate::people::members::homes::keep_home;
use crate::people::members::model::{
    Absence, DutyProposal, MemberKind, MemberRow, MemberStatus, RoleRow, member_thing,
};
use crate::people::members::rules::Refusal;
use crate::people::members::store;

/// Things on the desk of somebody who leaves or moves that are told.
const WORK_SHOWN: i64 = 100;

/// A member to be made.
#[derive(Clone, Debug)]
pub struct NewMember {
    /// As typed.
    pub employee_no: String,
    pub name: String,
    pub kind: MemberKind,
    /// The home unit.
    pub unit: UnitId,
    /// As typed.
    pub phone: Option<String>,
}

/// What shall be different about a member; `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct MemberChange {
    pub name: Option<String>,
    pub kind: Option<MemberKind>,
    pub status: Option<MemberStatus>,
    /// Moves the member's home.
    pub unit: Option<UnitId>,
    /// As typed; `Some(None)` takes the number away.
    pub phone: Option<Option<String>>,
    pub hidden_from_boards: Option<bool>,
}

/// A member after a change, and what of it waits for a second administrator.
#[derive(Clone, Debug)]
pub struct Changed {
    pub row: MemberRow,
    /// That the member leaves, if privileged duties would end with it.
    pub leaving: Option<DutyProposal>,
    /// What waited for one who leaves or moves, for those who take it over.
    pub work: Vec<Item>,
}

impl Members {
    /// Takes in a member, at home in an open unit; the same key again returns the first one.
    pub async fn create_member(
        &self,
        manager: Manager,
        new: NewMember,
        key: Option<IdempotencyKey>,
    ) -> Outcome<MemberId> {
        self.check_named_unit(&manager, new.unit, "/unit_id")?;
        // as they are stored
        let new = NewMember {
            employee_no: rules::normal_number(&new.employee_no)?,
            phone: new.phone.as_deref().map(rules::normal_phone).transpose()?,
            ..new
        };
        let members = self.clone();
        self.db
            .write(move |tx| idempotency::once(tx, key.as_ref(), |tx| members.insert_member(tx, &manager, &new)))
            .await
    }

    fn insert_member(&self, tx: &mut Tx, manager: &Manager, new: &NewMember) -> Outcome<MemberId> {
        self.check_home(manager, new.unit)?;
        let mut row = MemberRow {
            id: tx.fresh_id(),
            employee_no: new.employee_no.clone(),
            name: new.name.clone(),
            phone_sealed: None,
            phone_index: None,
            kind: new.kind,
            status: MemberStatus::Active,
            unit_id: new.unit,
            hidden_from_boards: false,
            on_boards: false,
            created_at: tx.now(),
            updated_at: tx.now(),
        };
        self.put_phone(&mut row, new.phone.as_deref());
        self.check_phone(tx, &row)?;
        if !store::insert_member(tx.conn, &row)? {
            return Err(Refusal::NumberTaken.into());
        }
        let detail = json!({ "kind": row.kind, "unit": row.unit_id });
        note(tx, manager, "members.create_member", ("member", row.id.uuid()), detail)?;
        self.publish_member(tx, &row)?;
        Ok(row.id)
    }

    /// Changes a member. Anyone who has left holds no duty and cannot sign in any more; the past stays. That somebody
    /// with a privileged duty leaves is for two administrators to say; the rest of such a change holds at once.
    pub async fn update_member(
        &self,
        manager: Manager,
        id: MemberId,
        seen: Option<SeenState>,
        change: MemberChange,
    ) -> Outcome<Changed> {
        self.check_member(&manager, id)?;
        if let Some(unit) = change.unit {
            self.check_named_unit(&manager, unit, "/unit_id")?;
        }
        let phone = match &change.phone {
            Some(Some(typed)) => Some(Some(rules::normal_phone(typed)?)),
            Some(None) => Some(None),
            None => None,
        };
        let members = self.clone();
        self.db
            .write(move |tx| {
                if change.status == Some(MemberStatus::Left) {
                    store::lock_tree(tx.conn)?;
                }
                let before = store::lock_member(tx.conn, id)?.ok_or(Refusal::NoSuchMember)?;
                member_thing(id).changed_since(tx.conn, seen)?.map_err(Refusal::Outdated)?;
                members.check_known(tx, &before)?;
                let mut after = before.clone();
                after.updated_at = tx.now();
                after.name = change.name.clone().unwrap_or(after.name);
                after.kind = change.kind.unwrap_or(after.kind);
                after.status = change.status.unwrap_or(after.status);
                after.hidden_from_boards = change.hidden_from_boards.unwrap_or(after.hidden_from_boards);
                if let Some(phone) = &phone {
                    members.put_phone(&mut after, phone.as_deref());
                }
                if let Some(unit) = change.unit.filter(|unit| *unit != before.unit_id) {
                    members.check_home(&manager, unit)?;
                    after.unit_id = unit;
                }
                let way = members.way_of_status(tx, &before, after.status)?;
                let leaving = match way {
                    Way::AtOnce(_) => None,
                    Way::ByTwo => {
                        after.status = before.status;
                        members.check_leaving(tx, &manager, id)?;
                        Some(members.propose(tx, &manager, &before, Wish::Leave)?)
                    }
                };
                members.check_phone(tx, &after)?;
                let why = if let Way::AtOnce(confirmation) = way { said(confirmation) } else { Value::Null };
                let is_gone = after.status == MemberStatus::Left && before.status != MemberStatus::Left;
                let work = match is_gone || before.unit_id != after.unit_id {
                    true => desk::list_of_member(tx.conn, id, WORK_SHOWN)?,
                    false => Vec::new(),
                };
                members.change_status(tx, &manager, &before, after.status, &why)?;
                members.write_change(tx, &manager, &before, &after, why)?;
                Ok(Changed { row: after, leaving, work })
            })
            .await
    }

    /// Writes a changed member with the trail, to which `why` is added, and warns him when he signs in with another
    /// number from now on.
    pub(super) fn write_change(
        &self,
        tx: &mut Tx,
        manager: &Manager,
        before: &MemberRow,
        after: &MemberRow,
        why: Value,
    ) -> Outcome<()> {
        store::update_member(tx.conn, after).map_err(phone_taken_meanwhile)?;
        keep_home(tx, before, after)?;
        let detail = together(differences(before, after), why);
        note(tx, manager, "members.update_member", ("member", after.id.uuid()), detail)?;
        self.follow(tx, before, after)?;
        self.warn_of_phone(tx, before, after)?;
        self.publish_member(tx, after)?;
        Ok(())
    }

    /// Lets a member go whose leaving two administrators have said.
    pub(super) fn let_go(&self, tx: &mut Tx, manager: &Manager, before: &MemberRow, why: Value) -> Outcome<()> {
        let mut after = before.clone();
        (after.status, after.updated_at) = (MemberStatus::Left, tx.now());
        self.change_status(tx, manager, before, after.status, &why)?;
        self.write_change(tx, manager, before, &after, why)
    }

    /// How a change of status comes to hold: by two if privileged duties would end with it.
    fn way_of_status(&self, tx: &mut Tx, before: &MemberRow, after: MemberStatus) -> Outcome<Way> {
        if after != MemberStatus::Left || before.status == MemberStatus::Left {
            return Ok(Way::AtOnce(None));
        }
        let duties = store::list_roles_of(tx.conn, before.id, tx.today())?;
        Ok(self.way_of(tx, duties.iter().any(|duty| duty.role.is_privileged()))?)
    }

    /// Opens or closes the absence that goes with a new status, and ends the duties of anyone who leaves.
    fn change_status(
        &self,
        tx: &mut Tx,
        manager: &Manager,
        before: &MemberRow,
        after: MemberStatus,
        why: &Value,
    ) -> Outcome<()> {
        if before.status == after {
            return Ok(());
        }
        let (today, yesterday) = (tx.today(), tx.today().previous());
        if before.status == MemberStatus::Away {
            store::end_absence(tx.conn, before.id, yesterday)?;
        }
        if after == MemberStatus::Away {
            store::insert_absence(tx.conn, &Absence::open(tx.fresh_id(), before.id, today))?;
        }
        if after == MemberStatus::Left {
            for duty in self.check_leaving(tx, manager, before.id)? {
                let detail = json!({ "role": duty.role, "unit": duty.unit_id });
                note(tx, manager, "members.end_role", ("member", before.id.uuid()), together(detail, why.clone()))?;
            }
            store::end_roles(tx.conn, before.id, yesterday)?;
            self.withdraw_duties_of(tx, manager, before)?;
            self.withdraw_phone_of(tx, manager, before.id)?;
            self.withdraw_correction_of(tx, manager, before.id)?;
            for end in self.upon_leaving.each() {
                end(tx, before.id)?;
            }
        }
        Ok(())
    }

    /// The duties that end when a member leaves; refused when one lies beyond the manager's reach, or nobody would
    /// administer the enterprise.
    fn check_leaving(&self, tx: &mut Tx, manager: &Manager, member: MemberId) -> Outcome<Vec<RoleRow>> {
        let duties = store::list_roles_of(tx.conn, member, tx.today())?;
        for duty in &duties {
            self.check_scope(manager, member, duty.role, duty.unit_id)?;
        }
        self.check_not_last_administrator(tx, member)?;
        Ok(duties)
    }

    /// Refuses when without `leaving` nobody would administer the whole enterprise, or nobody for longer than until a last
    /// day that is known already; the tree is locked before.
    pub(super) fn check_not_last_administrator(&self, tx: &mut Tx, leaving: MemberId) -> Outcome<()> {
        let Some(root) = self.directory.tree().root() else { return Ok(()) };
        let holders = store::list_holders(tx.conn, Role::Administrator, root, tx.today())?;
        let lasting = store::list_lasting_holders(tx.conn, Role::Administrator, root, tx.today())?;
        if holders == [leaving] || lasting == [leaving] { Err(Refusal::LastAdministrator.into()) } else { Ok(()) }
    }

    pub(super) fn check_home(&self, manager: &Manager, unit: UnitId) -> Result<(), Refusal> {
        let tree = self.directory.tree();
        check_reach(&tree, manager, unit)?;
        match tree.get(unit).is_some_and(|card| card.unit.closed_on.is_some()) {
            true => Err(Refusal::UnitClosed),
            false => Ok(()),
        }
    }

    pub(super) fn put_phone(&self, row: &mut MemberRow, phone: Option<&str>) {
        (row.phone_sealed, row.phone_index) = phone.map(|phone| self.seal_phone(phone)).unzip();
    }

    /// A phone number signs in at most one member who has not left.
    fn check_phone(&self, tx: &mut Tx, row: &MemberRow) -> Outcome<()> {
        let Some(index) = row.phone_index.as_deref().filter(|_| row.status != MemberStatus::Left) else {
            return Ok(());
        };
        match store::find_by_phone(tx.conn, index)? {
            Some(other) if other.id != row.id => Err(Refusal::PhoneTaken.into()),
            _ => Ok(()),
        }
    }
}

/// Between the look and the write another process may have given the number to somebody else.
fn phone_taken_meanwhile(error: diesel::result::Error) -> Stop<Refusal> {
    let error = crate::db::DbError::from(error);
    if error.is_duplicate() { Refusal::PhoneTaken.into() } else { error.into() }
}

/// What a trail tells of a change; of a name and a phone number only that it changed.
pub(super) fn differences(before: &MemberRow, after: &MemberRow) -> serde_json::Value {
    let mut told = serde_json::Map::new();
    let mut tell = |name: &str, differs: bool, value: serde_json::Value| {
        if differs {
            told.insert(name.to_owned(), value);
        }
    };
    // which name it became stands in no line that nobody can take away again
    tell("name", before.name != after.name, json!(true));
    tell("kind", before.kind != after.kind, json!(after.kind));
    tell("status", before.status != after.status, json!(after.status));
    tell("unit", before.unit_id != after.unit_id, json!(after.unit_id));
    tell("phone", before.phone_index != after.phone_index, json!(after.phone_index.is_some()));
    tell("hidden_from_boards", before.hidden_from_boards != after.hidden_from_boards, json!(after.hidden_from_boards));
    tell("on_boards", before.on_boards != after.on_boards, json!(after.on_boards));
    told.into()
}
