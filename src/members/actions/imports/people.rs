//! Members from a file.

use std::collections::HashMap;

use diesel::QueryResult;

use super::{CHUNK, Progress, Tally, read_file};
use crate::base::capability::Role;
use crate::base::id::{MemberId, UnitId};
use crate::base::sheet::{ImportProblem, ImportReport};
use crate::base::time::Day;
use crate::db::{Conn, Tx};
use crate::members::actions::people::differences;
use crate::members::actions::{Manager, Members, Outcome, note, rules};
use crate::members::directory::UnitTree;
use crate::members::model::{MemberRow, MemberStatus, RoleRow};
use crate::members::phone_index;
use crate::members::roster::{MemberLine, read_members, seat_of};
use crate::members::store;

const OUT_OF_REACH: &str = "不在您的职责范围之内";

/// What a good row does.
struct Taking<'a> {
    line: &'a MemberLine,
    /// The member that is there already.
    before: Option<MemberRow>,
    unit: UnitId,
    /// Duties that are missing.
    duties: Vec<(Role, UnitId)>,
    /// Whether anything but duties differs from what is there.
    differs: bool,
}

/// What is known of the members that some rows are about.
struct Known {
    by_number: HashMap<String, MemberRow>,
    by_phone: HashMap<Vec<u8>, MemberId>,
    duties: Vec<RoleRow>,
}

impl Members {
    /// Takes in and brings up to date the members of a file; duties are added, never ended.
    pub async fn import_members(
        &self,
        manager: Manager,
        file: impl AsRef<[u8]> + Send + 'static,
        dry_run: bool,
        progress: Progress<'_>,
    ) -> Outcome<ImportReport> {
        let parents = self.parents();
        let parsed = read_file(file, move |sheet| read_members(sheet, &parents)).await?;
        let mut report = ImportReport::new(dry_run);
        report.extend(parsed.problems);
        let written = self.take_members(&manager, parsed.lines, &mut report, progress).await;
        self.finish_import(manager, "members.import_members", &report).await?;
        written.map(|()| report)
    }

    async fn take_members(
        &self,
        manager: &Manager,
        lines: Vec<MemberLine>,
        report: &mut ImportReport,
        progress: Progress<'_>,
    ) -> Outcome<()> {
        let (today, dry_run) = (self.db.today(), report.dry_run);
        let mut done = 0;
        for chunk in lines.chunks(CHUNK) {
            let (members, manager, chunk) = (self.clone(), manager.clone(), chunk.to_vec());
            done += chunk.len();
            let tally = if dry_run {
                let judged = move |conn: &mut Conn| Ok(members.judge_members(conn, &manager, &chunk, today)?.1);
                self.db.read(judged).await?
            } else {
                self.db.write(move |tx| Ok(members.write_members(tx, &manager, &chunk)?)).await?
            };
            tally.add_to(report);
            progress(done, lines.len());
        }
        Ok(())
    }

    fn write_members(&self, tx: &mut Tx, manager: &Manager, lines: &[MemberLine]) -> QueryResult<Tally> {
        let (takings, mut tally) = self.judge_members(tx.conn, manager, lines, tx.today())?;
        for taking in takings {
            if !self.take(tx, manager, &taking)? {
                let message = "该行的工号或手机号刚刚被使用，请重新导入";
                tally.problems.push(ImportProblem::rejected(taking.line.row, "工号", message));
                let counted = if taking.before.is_some() { &mut tally.updated } else { &mut tally.accepted };
                *counted -= 1;
            }
        }
        Ok(tally)
    }

    /// Sorts rows into those to be taken and remarks, counting the former; writes nothing.
    fn judge_members<'a>(
        &self,
        conn: &mut Conn,
        manager: &Manager,
        lines: &'a [MemberLine],
        today: Day,
    ) -> QueryResult<(Vec<Taking<'a>>, Tally)> {
        let known = self.look_up(conn, lines, today)?;
        let tree = self.directory.tree();
        let (mut takings, mut tally) = (Vec::new(), Tally::default());
        for line in lines {
            match self.judge(manager, &tree, &known, line, &mut tally.problems) {
                Ok(taking) if taking.before.is_some() && !taking.differs && taking.duties.is_empty() => {
                    tally.unchanged += 1;
                }
                Ok(taking) => {
                    *(if taking.before.is_some() { &mut tally.updated } else { &mut tally.accepted }) += 1;
                    takings.push(taking);
                }
                Err(problem) => tally.problems.push(problem),
            }
        }
        Ok((takings, tally))
    }

    fn look_up(&self, conn: &mut Conn, lines: &[MemberLine], today: Day) -> QueryResult<Known> {
        let numbers: Vec<String> = lines.iter().map(|line| line.employee_no.clone()).collect();
        let phones: Vec<Vec<u8>> = lines.iter().filter_map(|line| self.index(line)).collect();
        let rows = store::list_by_employee_no(conn, &numbers)?;
        let ids: Vec<MemberId> = rows.iter().map(|row| row.id).collect();
        let owners = store::list_by_phone(conn, &phones)?;
        Ok(Known {
            duties: store::list_roles_of_all(conn, &ids, today)?,
            by_number: rows.into_iter().map(|row| (row.employee_no.clone(), row)).collect(),
            by_phone: owners.into_iter().filter_map(|row| Some((row.phone_index?, row.id))).collect(),
        })
    }

    fn index(&self, line: &MemberLine) -> Option<Vec<u8>> {
        line.phone.as_deref().map(|phone| phone_index(&self.phone_key, phone))
    }

    fn judge<'a>(
        &self,
        manager: &Manager,
        tree: &UnitTree,
        known: &Known,
        line: &'a MemberLine,
        remarks: &mut Vec<ImportProblem>,
    ) -> Result<Taking<'a>, ImportProblem> {
        let no = |column: &str, message: &str| Err(ImportProblem::rejected(line.row, column, message));
        let Some(home) = tree.by_code(&line.unit) else { return no("所属党小组编码", "组织不存在") };
        let before = known.by_number.get(&line.employee_no);
        let beyond = |unit| !tree.get(unit).is_some_and(|card| manager.reach.covers(&card.path));
        if beyond(home.unit.id) {
            return no("所属党小组编码", OUT_OF_REACH);
        }
        if before.is_some_and(|row| beyond(row.unit_id)) {
            return no("工号", OUT_OF_REACH);
        }
        if before.is_some_and(|row| row.status == MemberStatus::Left) {
            return no("工号", "该人员已离开，如需恢复请先修改其状态");
        }
        let index = self.index(line);
        let owner = index.as_ref().and_then(|index| known.by_phone.get(index));
        if owner.is_some_and(|owner| before.is_none_or(|row| row.id != *owner)) {
            return no("手机号", "该手机号已被其他人员使用");
        }
        let duties = missing_duties(manager, tree, known, line, before, remarks)?;
        let differs = before.is_some_and(|row| {
            (&row.name, row.kind, row.unit_id) != (&line.name, line.kind, home.unit.id)
                || (index.is_some() && row.phone_index != index)
        });
        Ok(Taking { line, before: before.cloned(), unit: home.unit.id, duties, differs })
    }

    /// Writes one row; false when meanwhile somebody else got the number.
    fn take(&self, tx: &mut Tx, manager: &Manager, taking: &Taking<'_>) -> QueryResult<bool> {
        let line = taking.line;
        let mut row = taking.before.clone().unwrap_or_else(|| MemberRow {
            id: tx.fresh_id(),
            employee_no: line.employee_no.clone(),
            name: String::new(),
            phone_sealed: None,
            phone_index: None,
            kind: line.kind,
            status: MemberStatus::Active,
            unit_id: taking.unit,
            hidden_from_boards: false,
            created_at: tx.now(),
            updated_at: tx.now(),
        });
        (row.name, row.kind, row.unit_id, row.updated_at) = (line.name.clone(), line.kind, taking.unit, tx.now());
        if let Some(phone) = &line.phone {
            self.put_phone(&mut row, Some(phone));
        }
        let subject = ("member", row.id.uuid());
        match &taking.before {
            None if !store::insert_member(tx.conn, &row)? => return Ok(false),
            None => {
                let detail = serde_json::json!({ "kind": row.kind, "unit": row.unit_id });
                note(tx, manager, "members.create_member", subject, detail)?;
            }
            Some(before) if taking.differs => {
                store::update_member(tx.conn, &row)?;
                note(tx, manager, "members.update_member", subject, differences(before, &row))?;
            }
            Some(_) => {}
        }
        for (role, unit) in &taking.duties {
            let duty = RoleRow {
                id: tx.fresh_id(),
                member_id: row.id,
                role: *role,
                unit_id: *unit,
                from_on: tx.today(),
                to_on: None,
                granted_by: manager.member,
                created_at: tx.now(),
            };
            self.insert_duty(tx, manager, &duty)?;
            // whoever is new learns of the duties with the invitation
            if taking.before.is_some() {
                self.tell_granted(tx, &duty)?;
            }
        }
        Ok(true)
    }
}

/// The duties of a row that the member does not hold yet, each with the unit on which it is granted.
///
/// A duty without a unit of its kind, and one's own, are passed over with a remark; one that the manager may not grant
/// refuses the row.
fn missing_duties(
    manager: &Manager,
    tree: &UnitTree,
    known: &Known,
    line: &MemberLine,
    before: Option<&MemberRow>,
    remarks: &mut Vec<ImportProblem>,
) -> Result<Vec<(Role, UnitId)>, ImportProblem> {
    const COLUMN: &str = "职务";
    let path = tree.by_code(&line.unit).map(|card| card.path.clone()).unwrap_or_default();
    let kinds: Vec<&str> = path.iter().filter_map(|id| tree.get(*id)).map(|card| card.unit.kind.as_str()).collect();
    let mut missing = Vec::new();
    for role in &line.duties {
        let Some(seat) = seat_of(*role, &kinds) else {
            let message = format!("“{}”在该人员的上级组织中没有对应的组织，已略过", role.title());
            remarks.push(ImportProblem::warning(line.row, COLUMN, message));
            continue;
        };
        let unit = path[seat];
        let holds = |duty: &RoleRow| Some(duty.member_id) == before.map(|row| row.id);
        if known.duties.iter().any(|duty| holds(duty) && duty.role == *role && duty.unit_id == unit) {
            continue;
        }
        if manager.member.is_some() && manager.member == before.map(|row| row.id) {
            remarks.push(ImportProblem::warning(line.row, COLUMN, "不能给自己任命职务，已略过"));
            continue;
        }
        if rules::check_grant(&manager.reach, *role, &path[seat..], &path, tree.root().as_slice()).is_err() {
            let message = format!("任命“{}”{OUT_OF_REACH}", role.title());
            return Err(ImportProblem::rejected(line.row, COLUMN, message));
        }
        missing.push((*role, unit));
    }
    Ok(missing)
}
