//! Taking an import of units or members back as a whole, as long as nothing of it was used.
//!
//! What is new goes away, unless anything anywhere speaks of it; what was changed becomes what it was, unless it was
//! changed again. One transaction: either all of it or none.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Manager, Members, Outcome, ROSTER_TOPIC, note};
use crate::base::id::{ImportId, MemberId, UnitId};
use crate::base::imports::NoImport;
use crate::base::time::Day;
use crate::db::Tx;
use crate::kernel::imports::{self, Line, read};
use crate::kernel::{changes, desk};
use crate::people::members::actions::moves::follow_units;
use crate::people::members::actions::proposals;
use crate::people::members::directory::UnitTree;
use crate::people::members::homes::{keep_home, keep_parent};
use crate::people::members::model::{MemberKind, MemberRow, MemberStatus, RoleId, Unit};
use crate::people::members::rules::Refusal;
use crate::people::members::store;

/// What a line of an import about a duty is called, and one about a proposed duty.
pub(super) const DUTY: &str = "duty";
pub(super) const PROPOSAL: &str = "duty_proposal";

/// What an import may change of a member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct KeptMember {
    name: String,
    phone_sealed: Option<Vec<u8>>,
    phone_index: Option<Vec<u8>>,
    kind: MemberKind,
    status: MemberStatus,
    unit: UnitId,
}

impl KeptMember {
    pub(super) fn of(row: &MemberRow) -> KeptMember {
        KeptMember {
            name: row.name.clone(),
            phone_sealed: row.phone_sealed.clone(),
            phone_index: row.phone_index.clone(),
            kind: row.kind,
            status: row.status,
            unit: row.unit_id,
        }
    }

    fn put_into(self, row: &mut MemberRow) {
        (row.name, row.kind, row.status, row.unit_id) = (self.name, self.kind, self.status, self.unit);
        (row.phone_sealed, row.phone_index) = (self.phone_sealed, self.phone_index);
    }
}

/// What an import may change of a unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct KeptUnit {
    name: String,
    short_name: String,
    kind: String,
    parent: Option<UnitId>,
    closed_on: Option<Day>,
}

impl KeptUnit {
    pub(super) fn of(unit: &Unit) -> KeptUnit {
        KeptUnit {
            name: unit.name.clone(),
            short_name: unit.short_name.clone(),
            kind: unit.kind.clone(),
            parent: unit.parent_id,
            closed_on: unit.closed_on,
        }
    }
}

/// Columns that name a member, a unit, a duty; what only remembers, or follows by itself, does not count.
const MEMBERS: [&str; 14] = [
    "member_id",
    "owner_id",
    "author_id",
    "created_by",
    "proposed_by",
    "answered_by",
    "granted_by",
    "entered_by",
    "written_by",
    "imported_by",
    "applicant_id",
    "recipient_id",
    "leader_id",
    "member",
];
const UNITS: [&str; 5] = ["unit_id", "parent_id", "home_id", "branch_id", "unit"];
const REMEMBERED: [&str; 12] = [
    "trail",
    "trail_unsealed",
    "trail_seals",
    "changes",
    "outbox",
    "import_lines",
    "notices",
    "notice_reads",
    "inbox_moves",
    "desk_items",
    "former_homes",
    "former_parents",
];

fn used(what: impl Into<String>) -> Refusal {
    NoImport::Used(what.into()).into()
}

impl Members {
    /// Takes an import of `kind` back.
    pub async fn take_back_import(&self, manager: Manager, kind: &'static str, id: ImportId) -> Outcome<()> {
        let members = self.clone();
        self.db
            .write(move |tx| {
                store::lock_tree(tx.conn)?;
                let lines: Vec<Line> = imports::take_back::<Refusal>(tx, kind, id, manager.member)?;
                let undone = lines.len();
                members.undo(tx, &manager, lines)?;
                let detail = serde_json::json!({ "lines": undone });
                note(tx, &manager, "members.withdraw_import", ("roster", id.uuid()), detail)?;
                Ok(changes::announce(tx, ROSTER_TOPIC, Uuid::nil())?)
            })
            .await?;
        Ok(self.reload().await?)
    }

    fn undo(&self, tx: &mut Tx, manager: &Manager, lines: Vec<Line>) -> Outcome<()> {
        let members = imports::columns_of_ids(tx.conn, &MEMBERS, &REMEMBERED)?;
        let units = imports::columns_of_ids(tx.conn, &UNITS, &REMEMBERED)?;
        let before = UnitTree::new(store::list_units(tx.conn)?);
        let mut units_changed = false;
        for line in lines {
            let subject = line.subject();
            match line.subject_kind.as_str() {
                DUTY => self.undo_duty(tx, RoleId::from(subject))?,
                PROPOSAL => undo_proposal(tx, subject)?,
                "member" => self.undo_member(tx, manager, &line, &members)?,
                _ => {
                    units_changed |= line.former.is_some();
                    self.undo_unit(tx, manager, &line, &units)?;
                }
            }
        }
        if units_changed {
            let after = UnitTree::new(store::list_units(tx.conn)?);
            follow_units(tx, &self.directory, &before, &after)?;
        }
        Ok(())
    }

    fn undo_duty(&self, tx: &mut Tx, id: RoleId) -> Outcome<()> {
        let duty = store::find_role(tx.conn, id)?.ok_or_else(|| used("有职务已被改动"))?;
        if duty.to_on.is_some() || !store::delete_role(tx.conn, id)? {
            return Err(used(format!("{}的{}已被改动", self.name_of(duty.member_id), duty.role.title())).into());
        }
        Ok(())
    }

    fn undo_member(&self, tx: &mut Tx, manager: &Manager, line: &Line, columns: &[(String, String)]) -> Outcome<()> {
        let id = MemberId::from(line.subject());
        let row = store::lock_member(tx.conn, id)?.ok_or_else(|| used("有人员已不在册"))?;
        let tree = self.directory.tree();
        if !tree.is_within(&manager.reach, row.unit_id) {
            return Err(Refusal::OutOfReach.into());
        }
        if read::<KeptMember>(&line.content)? != KeptMember::of(&row) {
            return Err(used(format!("{}的信息已被改动", row.name)).into());
        }
        let Some(former) = &line.former else {
            let columns: Vec<(&str, &str)> =
                columns.iter().map(|(table, name)| (table.as_str(), name.as_str())).collect();
            if imports::is_spoken_of(tx.conn, id.uuid(), &columns)?.is_some() || !store::delete_member(tx.conn, id)? {
                return Err(used(format!("{}已登录或已有记录", row.name)).into());
            }
            return Ok(note(tx, manager, "members.remove_member", ("member", id.uuid()), ())?);
        };
        let mut after = row.clone();
        read::<KeptMember>(former)?.put_into(&mut after);
        after.updated_at = tx.now();
        store::update_member(tx.conn, &after)?;
        keep_home(tx, &row, &after)?;
        note(
            tx,
            manager,
            "members.update_member",
            ("member", id.uuid()),
            super::super::members::differences(&row, &after),
        )?;
        Ok(self.follow(tx, &row, &after)?)
    }

    fn undo_unit(&self, tx: &mut Tx, manager: &Manager, line: &Line, columns: &[(String, String)]) -> Outcome<()> {
        let id = UnitId::from(line.subject());
        let unit = store::find_unit(tx.conn, id)?.ok_or_else(|| used("有组织已不存在"))?;
        if !self.directory.tree().is_within(&manager.reach, id) {
            return Err(Refusal::OutOfReach.into());
        }
        if read::<KeptUnit>(&line.content)? != KeptUnit::of(&unit) {
            return Err(used(format!("“{}”已被改动", unit.name)).into());
        }
        let Some(former) = &line.former else {
            let columns: Vec<(&str, &str)> =
                columns.iter().map(|(table, name)| (table.as_str(), name.as_str())).collect();
            if imports::is_spoken_of(tx.conn, id.uuid(), &columns)?.is_some() || !store::delete_unit(tx.conn, id)? {
                return Err(used(format!("“{}”已有人员、下级组织或记录", unit.name)).into());
            }
            return Ok(note(tx, manager, "members.remove_unit", ("unit", id.uuid()), ())?);
        };
        let former: KeptUnit = read(former)?;
        let detail =
            serde_json::json!({ "code": unit.code, "name": former.name, "kind": former.kind, "parent": former.parent });
        let after = Unit {
            name: former.name,
            short_name: former.short_name,
            kind: former.kind,
            parent_id: former.parent,
            closed_on: former.closed_on,
            updated_at: tx.now(),
            ..unit.clone()
        };
        store::update_unit(tx.conn, &after)?;
        keep_parent(tx, id, unit.parent_id, after.parent_id)?;
        Ok(note(tx, manager, "members.update_unit", ("unit", id.uuid()), detail)?)
    }
}

fn undo_proposal(tx: &mut Tx, id: Uuid) -> Outcome<()> {
    if !store::proposals::delete_open_duty(tx.conn, id.into())? {
        return Err(used("有职务提议已经答复").into());
    }
    Ok(desk::clear(tx, proposals::ON_DESK, id)?)
}
