//! Members from a file.

use std::collections::{HashMap, HashSet};

use diesel::QueryResult;
use uuid::Uuid;

use super::taking_back::{DUTY, KeptMember, PROPOSAL};
use super::{CHUNK, Chunk, Progress, Tally, chunks, compare, read_file};
use crate::base::capability::Role;
use crate::base::id::{MemberId, UnitId};
use crate::base::imports::{Mode, NoImport};
use crate::base::sheet::{ImportRemark, ImportReport, Remarks};
use crate::base::time::Day;
use crate::db::{Conn, Tx};
use crate::kernel::imports::{Shown, Written};
use crate::people::members::actions::duties::{NewDuty, Way, new_duty, privileged_way, said, tell};
use crate::people::members::actions::members::differences;
use crate::people::members::actions::proposals::{Wish, new_proposal};
use crate::people::members::actions::{Manager, Members, Outcome, note, rules};
use crate::people::members::directory::UnitTree;
use crate::people::members::homes::keep_home;
use crate::people::members::model::{ChangeKind, DutyProposal, MemberRow, MemberStatus, RoleRow};
use crate::people::members::phone_index;
use crate::people::members::roster::{MemberLine, read_members, seat_of};
use crate::people::members::rules::Refusal;
use crate::people::members::store;

/// What imports of members are called.
pub(super) const KIND: &str = "members";

const OUT_OF_REACH: &str = "不在您的职责范围之内";

/// A duty that a row grants.
#[derive(Clone, Copy)]
struct Missing {
    role: Role,
    unit: UnitId,
    /// How it comes to hold.
    way: Way,
}

/// What a good row does.
struct Taking<'a> {
    line: &'a MemberLine,
    /// The member that is there already.
    before: Option<MemberRow>,
    unit: UnitId,
    /// Duties that are missing.
    duties: Vec<Missing>,
    /// Whether anything but duties differs from what is there.
    differs: bool,
}

impl Taking<'_> {
    /// What is to happen, and to which state of the member.
    fn said(&self) -> String {
        let before = self.before.as_ref().map(KeptMember::of);
        let duties: Vec<(&str, UnitId, bool)> =
            self.duties.iter().map(|duty| (duty.role.as_str(), duty.unit, duty.way == Way::ByTwo)).collect();
        format!("{before:?} {} {} {duties:?}", self.unit, self.differs)
    }
}

/// What is known of the members that some rows are about.
struct Known {
    by_number: HashMap<String, MemberRow>,
    by_phone: HashMap<Vec<u8>, MemberId>,
    duties: Vec<RoleRow>,
    /// Changes that a second administrator has to answer.
    proposals: Vec<DutyProposal>,
    /// Members of the rows who judge a selection that is not over, of those for whom it matters.
    judges: HashSet<MemberId>,
    today: Day,
}

/// What a whole import goes by.
#[derive(Clone)]
struct Import {
    manager: Manager,
    /// How privileged duties come to hold, as it was when the import began: a file that brings the second administrator
    /// does not change its own rules half-way.
    way: Way,
}

impl Members {
    /// Takes in and brings up to date the members of a file; duties are added, never ended.
    pub async fn import_members(
        &self,
        manager: Manager,
        file: impl AsRef<[u8]> + Send + 'static,
        mode: Mode,
        progress: Progress<'_>,
    ) -> Outcome<ImportReport> {
        let parents = self.parents();
        let mut shown = Shown::of(KIND, file.as_ref());
        let parsed = read_file(file, move |book| read_members(book, &parents)).await?;
        let mut report = ImportReport::new(mode.is_dry_run());
        report.unchanged += parsed.repeats;
        report.take(parsed.remarks);
        let today = self.db.today();
        let way = self.db.read(move |conn| privileged_way(conn, today)).await?;
        let import = Import { manager: manager.clone(), way };
        let mut outcomes = Vec::new();
        if mode != Mode::AtOnce {
            for tally in self.look_at_members(&import, &parsed.lines, progress).await? {
                shown.add(&tally.outcomes);
                outcomes.push(tally.outcomes.clone());
                if mode.is_dry_run() {
                    tally.add_to(&mut report);
                }
            }
            compare(&mode, &shown, &mut report).map_err(Refusal::from)?;
        }
        if !mode.is_dry_run() {
            let id = self.db.fresh_id();
            let written = Written { id, kind: KIND, by: manager.member, place: 0 };
            let outcome =
                self.take_members(&import, chunks(&parsed.lines, written, outcomes), &mut report, progress).await;
            report.import_id = (report.accepted + report.changed > 0).then_some(id);
            self.finish_import(manager.clone(), "members.import_members", &report).await?;
            if outcome.is_err() && mode != Mode::AtOnce && report.import_id.is_some() {
                self.take_back_import(manager, KIND, id).await?;
            }
            outcome?;
        }
        report.sort();
        Ok(report)
    }

    /// What would become of the lines, chunk by chunk.
    async fn look_at_members(
        &self,
        import: &Import,
        lines: &[MemberLine],
        progress: Progress<'_>,
    ) -> Outcome<Vec<Tally>> {
        let today = self.db.today();
        let (mut tallies, mut done) = (Vec::new(), 0);
        for chunk in lines.chunks(CHUNK) {
            let (members, import, chunk) = (self.clone(), import.clone(), chunk.to_vec());
            done += chunk.len();
            let judged = move |conn: &mut Conn| Ok(members.judge_members(conn, &import, &chunk, today)?.1);
            tallies.push(self.db.read(judged).await?);
            progress(done, lines.len());
        }
        Ok(tallies)
    }

    async fn take_members(
        &self,
        import: &Import,
        chunks: Vec<Chunk<MemberLine>>,
        report: &mut ImportReport,
        progress: Progress<'_>,
    ) -> Outcome<()> {
        let total = chunks.iter().map(|chunk| chunk.lines.len()).sum();
        let mut done = 0;
        for chunk in chunks {
            let (members, import) = (self.clone(), import.clone());
            done += chunk.lines.len();
            let tally = self.db.write(move |tx| members.write_members(tx, &import, &chunk)).await?;
            tally.add_to(report);
            progress(done, total);
        }
        Ok(())
    }

    fn write_members(&self, tx: &mut Tx, import: &Import, chunk: &Chunk<MemberLine>) -> Outcome<Tally> {
        let lines = &chunk.lines;
        if lines.iter().any(|line| line.duties.iter().any(|role| role.is_privileged())) {
            store::lock_tree(tx.conn)?;
        }
        let numbers: Vec<String> = lines.iter().map(|line| line.employee_no.clone()).collect();
        store::lock_by_employee_no(tx.conn, &numbers)?;
        let (takings, mut tally) = self.judge_members(tx.conn, import, lines, tx.today())?;
        chunk.check(&tally.outcomes).map_err(Refusal::from)?;
        let mut written = chunk.written;
        if !takings.is_empty() {
            written.begin(tx)?;
        }
        for taking in &takings {
            if !self.take(tx, &import.manager, taking, &mut written)? {
                chunk.shown.as_ref().map_or(Ok(()), |_| Err(Refusal::from(NoImport::Stale)))?;
                let message = "该行的工号或手机号刚刚被使用，请重新导入";
                tally.remarks.refuse(&taking.line.at, "工号", message);
                let counted = if taking.before.is_some() { &mut tally.changed } else { &mut tally.accepted };
                *counted -= 1;
            }
        }
        let proposed = takings.iter().flat_map(|taking| &taking.duties).filter(|duty| duty.way == Way::ByTwo).count();
        self.tell_of_import(tx, &import.manager, proposed)?;
        Ok(tally)
    }

    /// Tells the administrators at once of all that a part of a file has proposed.
    fn tell_of_import(&self, tx: &mut Tx, manager: &Manager, proposed: usize) -> QueryResult<()> {
        let Some(root) = self.directory.tree().root().filter(|_| proposed > 0) else { return Ok(()) };
        let body = format!("导入人员名册时提出了 {proposed} 项任命，须另一名管理员确认后生效。");
        for administrator in self.directory.holders(Role::Administrator, root, tx.today()) {
            if Some(administrator) != manager.member {
                tell(tx, administrator, "有职务变动待您确认".into(), body.clone(), "/duty-proposals")?;
            }
        }
        Ok(())
    }

    /// Sorts rows into those to be taken and remarks, counting the former; writes nothing.
    fn judge_members<'a>(
        &self,
        conn: &mut Conn,
        import: &Import,
        lines: &'a [MemberLine],
        today: Day,
    ) -> QueryResult<(Vec<Taking<'a>>, Tally)> {
        let known = self.look_up(conn, lines, today)?;
        let tree = self.directory.tree();
        let (mut takings, mut tally) = (Vec::new(), Tally::default());
        for line in lines {
            match self.judge(import, &tree, &known, line, &mut tally.remarks) {
                Ok(taking) if taking.before.is_some() && !taking.differs && taking.duties.is_empty() => {
                    tally.unchanged += 1;
                    tally.say(&line.at, "same");
                }
                Ok(taking) => {
                    *(if taking.before.is_some() { &mut tally.changed } else { &mut tally.accepted }) += 1;
                    tally.say(&line.at, taking.said());
                    takings.push(taking);
                }
                Err(problem) => {
                    tally.say(&line.at, &problem.message);
                    tally.remarks.problems.push(problem);
                }
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
        let mut judges = HashSet::new();
        for row in &rows {
            let line = lines.iter().find(|line| line.employee_no == row.employee_no);
            let matters = line.is_some_and(|line| line.duties.iter().any(|role| !role.goes_with(Role::Expert)));
            if matters && self.is_judge(conn, row.id)? {
                judges.insert(row.id);
            }
        }
        Ok(Known {
            today,
            judges,
            duties: store::list_roles_of_all(conn, &ids, today)?,
            proposals: store::proposals::list_open_duties_of(conn, &ids, self.db.now())?,
            by_number: rows.into_iter().map(|row| (row.employee_no.clone(), row)).collect(),
            by_phone: owners.into_iter().filter_map(|row| Some((row.phone_index?, row.id))).collect(),
        })
    }

    fn index(&self, line: &MemberLine) -> Option<Vec<u8>> {
        line.phone.as_deref().map(|phone| phone_index(&self.phone_key, phone))
    }

    fn judge<'a>(
        &self,
        import: &Import,
        tree: &UnitTree,
        known: &Known,
        line: &'a MemberLine,
        remarks: &mut Remarks,
    ) -> Result<Taking<'a>, ImportRemark> {
        let manager = &import.manager;
        let no = |column: &str, message: &str| Err(ImportRemark::new(&line.at, column, message));
        let Some(home) = tree.by_code(&line.unit) else { return no("所属党小组编码", "组织不存在") };
        let before = known.by_number.get(&line.employee_no);
        let beyond = |unit| !tree.is_within(&manager.reach, unit);
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
        let duties = missing_duties(import, tree, known, line, before, remarks)?;
        let differs = before.is_some_and(|row| {
            (&row.name, row.kind, row.unit_id) != (&line.name, line.kind, home.unit.id)
                || (index.is_some() && row.phone_index != index)
        });
        Ok(Taking { line, before: before.cloned(), unit: home.unit.id, duties, differs })
    }

    /// Writes one row; false when meanwhile somebody else got the number.
    fn take(&self, tx: &mut Tx, manager: &Manager, taking: &Taking<'_>, written: &mut Written) -> Outcome<bool> {
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
            on_boards: false,
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
                keep_home(tx, before, &row)?;
                note(tx, manager, "members.update_member", subject, differences(before, &row))?;
                self.follow(tx, before, &row)?;
                self.warn_of_phone(tx, before, &row)?;
            }
            Some(_) => {}
        }
        if taking.before.is_none() || taking.differs {
            let former = taking.before.as_ref().map(KeptMember::of);
            written.keep(tx, ("member", row.id.uuid()), former.as_ref(), &KeptMember::of(&row))?;
        }
        for missing in &taking.duties {
            // anyone who is new learns of the duties with the invitation
            let (kind, id) = self.take_duty(tx, manager, &row, *missing, taking.before.is_some())?;
            written.keep(tx, (kind, id), None, &row.id)?;
        }
        Ok(true)
    }

    /// Grants a duty of a row, or proposes to; says what was written.
    fn take_duty(
        &self,
        tx: &mut Tx,
        manager: &Manager,
        member: &MemberRow,
        missing: Missing,
        is_told: bool,
    ) -> QueryResult<(&'static str, Uuid)> {
        let duty = NewDuty { role: missing.role, unit: missing.unit, from: None, to: None };
        match missing.way {
            Way::AtOnce(confirmation) => {
                let granted = new_duty(tx, manager, member.id, duty);
                self.insert_duty(tx, manager, &granted, said(confirmation))?;
                if is_told {
                    self.tell_granted(tx, &granted)?;
                }
                Ok((DUTY, granted.id.uuid()))
            }
            Way::ByTwo => {
                let proposal = new_proposal(tx, manager, member.id, Wish::Grant(duty));
                self.write_proposal(tx, manager, &proposal, member)?;
                if is_told {
                    self.tell_proposed(tx, &proposal)?;
                }
                Ok((PROPOSAL, proposal.id.uuid()))
            }
        }
    }
}

/// The header that remarks about duties name.
const DUTY_COLUMN: &str = "职务";

/// The duties of a row that the member does not hold yet, each with the unit on which it is granted.
///
/// A duty without a unit of its kind, one's own, and one that waits for a second administrator already are passed over
/// with a remark; one that the manager may not grant, or that does not go with another one, refuses the row.
fn missing_duties(
    import: &Import,
    tree: &UnitTree,
    known: &Known,
    line: &MemberLine,
    before: Option<&MemberRow>,
    remarks: &mut Remarks,
) -> Result<Vec<Missing>, ImportRemark> {
    let manager = &import.manager;
    let path = tree.by_code(&line.unit).map(|card| card.path.clone()).unwrap_or_default();
    let kinds: Vec<&str> = path.iter().filter_map(|id| tree.get(*id)).map(|card| card.unit.kind.as_str()).collect();
    let member = before.map(|row| row.id);
    let held: Vec<RoleRow> = known.duties.iter().filter(|duty| Some(duty.member_id) == member).cloned().collect();
    let mut remark = |message: String| remarks.warn(&line.at, DUTY_COLUMN, message);
    let mut missing: Vec<Missing> = Vec::new();
    for role in &line.duties {
        let title = role.title();
        let Some(seat) = seat_of(*role, &kinds) else {
            remark(format!("“{title}”在该人员的上级组织中没有对应的组织，已略过"));
            continue;
        };
        let unit = path[seat];
        if held.iter().any(|duty| duty.role == *role && duty.unit_id == unit) {
            continue;
        }
        if manager.member.is_some() && manager.member == member {
            remark("不能给自己任命职务，已略过".to_owned());
            continue;
        }
        if rules::check_grant(&manager.reach, *role, &path[seat..], &path, tree.root().as_slice()).is_err() {
            return Err(rejected(line, format!("任命“{title}”{OUT_OF_REACH}")));
        }
        check_together(known, line, &held, &missing, *role, member)?;
        let asks = |proposal: &&DutyProposal| {
            (Some(proposal.member_id), proposal.kind) == (member, ChangeKind::Grant)
                && (proposal.role, proposal.unit_id) == (Some(*role), Some(unit))
        };
        if known.proposals.iter().any(|proposal| asks(&proposal)) {
            remark(format!("任命“{title}”已有待确认的提议，已略过"));
            continue;
        }
        let way = if role.is_privileged() { import.way } else { Way::AtOnce(None) };
        match way {
            Way::ByTwo => remark(format!("任命“{title}”须另一名管理员确认，作为提议提交，确认后生效")),
            Way::AtOnce(Some(_)) => remark(format!("任命“{title}”直接生效：从未有过第二名管理员，无人可以确认")),
            Way::AtOnce(None) => {}
        }
        missing.push(Missing { role: *role, unit, way });
    }
    Ok(missing)
}

/// Refuses a row when a duty does not go with those that the member holds, or with others of the row.
fn check_together(
    known: &Known,
    line: &MemberLine,
    held: &[RoleRow],
    missing: &[Missing],
    role: Role,
    member: Option<MemberId>,
) -> Result<(), ImportRemark> {
    let other = match rules::check_separation(held, role, known.today, None) {
        Err(Refusal::Separation { other, .. }) => Some(other),
        _ => missing.iter().map(|duty| duty.role).find(|other| !role.goes_with(*other)),
    };
    if let Some(other) = other {
        let message = format!("“{}”与“{}”不能由同一人同时担任（三员分立）", role.title(), other.title());
        return Err(rejected(line, message));
    }
    if !role.goes_with(Role::Expert) && member.is_some_and(|member| known.judges.contains(&member)) {
        let message = format!("该人员是尚未结束的评选的评审专家，不能同时担任“{}”（三员分立）", role.title());
        return Err(rejected(line, message));
    }
    Ok(())
}

fn rejected(line: &MemberLine, message: String) -> ImportRemark {
    ImportRemark::new(&line.at, DUTY_COLUMN, message)
}
