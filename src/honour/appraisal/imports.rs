//! Awards of many members from a spreadsheet: looked at first, proposed row by row, and approved together by a second person.
//!
//! What a row is about is its matter: the same file again proposes nothing twice.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;

use super::actions::{Appraisal, Outcome, book, classes};
use super::deciding::{Verdict, is_open};
use super::desk::{IMPORT, capability_of};
use super::import_rows::{ByNumber, Classes, Line, MATTER, columns, read_row};
use super::model::{AppraisalApprover, AppraisalState, Decision, Proposal, SchemeBook};
use super::proposing::drawn;
use super::rules::Refusal;
use super::store;
use crate::base::approval::Answer;
use crate::base::capability::{Capability, Reach};
use crate::base::id::{ImportId, MemberId, UnitId};
use crate::base::imports::{Mode, NoImport};
use crate::base::person::Person;
use crate::base::sheet::{self, Found, ImportRemark, ImportReport, Row};
use crate::base::text::squeeze;
use crate::base::time::Day;
use crate::db::{DbError, Tx};
use crate::kernel::desk::{self, Post};
use crate::kernel::imports::Shown;
use crate::kernel::trail::{self, Act};
use crate::people::members::Desks;

/// What imports of awards are called.
const KIND: &str = "appraisal";
/// Proposals of one transaction.
const CHUNK: usize = 500;
/// Approvals of one transaction: each has a dozen statements, and a transaction has its time limit.
const APPROVED_AT_ONCE: usize = 100;
/// How long one request goes on approving before it says how far it came.
const PATIENCE: Duration = Duration::from_secs(10);
/// How far an import has come.
#[derive(Clone, Debug)]
pub(super) struct ImportState {
    pub id: ImportId,
    pub all: i64,
    pub open: i64,
}

/// What came of approving an import.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ImportApproval {
    pub approved: u32,
    /// Left to others: beyond reach, the approver's own, or in need of a certificate's organiser.
    pub left: u32,
    /// Whether there are more at which nobody has looked yet.
    pub more: bool,
}

impl Appraisal {
    /// Proposes what a file says; deductions and what needs evidence are proposed one by one.
    pub(super) async fn import(
        &self,
        person: &Person,
        reach: &Reach,
        file: impl AsRef<[u8]> + Send + 'static,
        mode: Mode,
    ) -> Outcome<ImportReport> {
        let mut shown = Shown::of(KIND, file.as_ref());
        let reading = move || sheet::read(file.as_ref(), None).and_then(|book| book.rows(&columns(), &|_| false));
        let read = tokio::task::spawn_blocking(reading).await.map_err(|_| DbError::Panicked)?;
        let Found { rows, remarks } = read.map_err(Refusal::BadSheet)?;
        let mut report = ImportReport::new(mode.is_dry_run());
        report.take(remarks);
        let book = self.db.read(book).await?;
        let lines = self.read_lines(&rows, (person, reach, &book), &mut report).await?;
        let (new, known): (Vec<Line>, Vec<Line>) = {
            let taken = self.taken(&lines).await?;
            lines.into_iter().partition(|line| !taken.contains(&(line.new.member, line.cause.clone())))
        };
        report.unchanged += u32::try_from(known.len()).unwrap_or(u32::MAX);
        shown.add(
            &new.iter()
                .map(|line| format!("{} {} {:?}", line.new.member, line.cause, line.new.points))
                .collect::<Vec<_>>(),
        );
        if mode.is_dry_run() {
            report.digest = Some(shown.digest());
            report.accepted += u32::try_from(new.len()).unwrap_or(u32::MAX);
        } else if matches!(&mode, Mode::Confirmed(digest) if *digest != shown.digest()) {
            return Err(Refusal::NoImport(NoImport::Stale).into());
        } else if !new.is_empty() {
            let id: ImportId = self.db.fresh_id();
            let written = self.write_lines(person.member, id, &new).await?;
            report.accepted += written;
            report.unchanged += u32::try_from(new.len()).unwrap_or(u32::MAX) - written;
            report.import_id = (written > 0).then_some(id);
        }
        report.sort();
        Ok(report)
    }

    async fn read_lines(
        &self,
        rows: &[Row],
        (person, reach, book): (&Person, &Reach, &SchemeBook),
        report: &mut ImportReport,
    ) -> Outcome<Vec<Line>> {
        let mut by_number: ByNumber = HashMap::new();
        self.directory.each_member(|card, unit| {
            let key = squeeze(&card.employee_no).to_uppercase();
            by_number.insert(key, (card.id, card.name.to_string(), unit.path.to_vec()));
        });
        let today = self.db.today();
        let members: Vec<MemberId> = by_number.values().map(|(id, ..)| *id).collect();
        let mut of_class = Classes::new();
        for some in members.chunks(CHUNK) {
            let some = some.to_vec();
            for (member, from, class) in self.db.read(move |conn| store::list_classes(conn, &some)).await? {
                of_class.entry(member).or_default().push((from, class));
            }
        }
        let mut lines: Vec<Line> = Vec::new();
        let mut known: HashMap<(MemberId, String), u32> = HashMap::new();
        for row in rows {
            let read = read_row(row, (person.member, reach, book, today), &by_number, &of_class);
            match read {
                Err((column, message)) => report.refuse(ImportRemark::new(&row.at, row.header(column), message)),
                Ok(line) => match known.get(&(line.new.member, line.cause.clone())) {
                    Some(first) => {
                        report.unchanged += 1;
                        let message = format!("与第 {first} 行是同一人的同一事项，未重复提出");
                        report.warn(ImportRemark::new(&row.at, row.header(MATTER), message));
                    }
                    None => {
                        known.insert((line.new.member, line.cause.clone()), row.at.row);
                        lines.push(line);
                    }
                },
            }
        }
        Ok(lines)
    }

    /// Which matters of these members are known.
    async fn taken(&self, lines: &[Line]) -> Result<HashSet<(MemberId, String)>, DbError> {
        let mut members: Vec<MemberId> = lines.iter().map(|line| line.new.member).collect();
        members.sort_unstable();
        members.dedup();
        let mut taken = HashSet::new();
        for some in members.chunks(CHUNK) {
            let some = some.to_vec();
            taken.extend(self.db.read(move |conn| store::proposals::list_taken(conn, &some)).await?);
        }
        Ok(taken)
    }

    /// Proposes the lines, chunk by chunk; how many were new. What somebody else proposed meanwhile is passed over. They lie
    /// on a desk with the first chunk, so that what is there when a server is killed waits for somebody.
    async fn write_lines(&self, by: MemberId, id: ImportId, lines: &[Line]) -> Outcome<u32> {
        let mut written = 0;
        for chunk in lines.chunks(CHUNK) {
            let (chunk, room, is_first) = (chunk.to_vec(), self.clone(), written == 0);
            written += self
                .db
                .write(move |tx| -> Outcome<u32> {
                    tx.take_turns(chunk.iter().map(|line| line.new.member))?;
                    let book = book(tx.conn)?;
                    let mut new = Vec::new();
                    for line in &chunk {
                        new.extend(room.write_line(tx, by, id, line, &book)?);
                    }
                    if is_first && let Some(post) = room.post_of_import(&book, &new, tx.today()) {
                        room.lay_import(tx, id, (new.len(), post), by)?;
                    }
                    Ok(u32::try_from(new.len()).unwrap_or(u32::MAX))
                })
                .await?;
        }
        if written > 0 {
            self.lay_written(by, id).await?;
        }
        Ok(written)
    }

    /// The proposal of a line; none when its matter was proposed, or its member's class or the scheme changed since it was
    /// read: it would be told the next time.
    fn write_line(
        &self,
        tx: &mut Tx,
        by: MemberId,
        id: ImportId,
        line: &Line,
        book: &SchemeBook,
    ) -> Outcome<Option<Proposal>> {
        let version = book.on(line.new.day).ok_or(Refusal::NoScheme)?;
        let rule = version.scheme.rule(&line.new.rule).ok_or(Refusal::NoSuchRule)?;
        let classes = classes(tx.conn, &[line.new.member], line.new.day)?;
        let class = classes.get(&line.new.member).map(String::as_str);
        let Ok(drawn) = drawn(tx, (by, line.unit), &line.new, (version, rule, class)) else { return Ok(None) };
        let proposal = Proposal { import_id: Some(id), ..drawn };
        if store::proposals::is_taken(tx.conn, proposal.member_id, &proposal.cause)? {
            return Ok(None);
        }
        store::proposals::insert(tx.conn, &proposal)?;
        store::proposals::take_cause(tx.conn, &proposal)?;
        Ok(Some(proposal))
    }

    /// Lays a written import on one desk: of those who may approve the most of it.
    async fn lay_written(&self, by: MemberId, id: ImportId) -> Outcome<()> {
        let all = self.all_of(id).await?;
        let room = self.clone();
        self.db
            .write(move |tx| {
                let book = book(tx.conn)?;
                if let Some(post) = room.post_of_import(&book, &all, tx.today()) {
                    room.lay_import(tx, id, (all.len(), post), by)?;
                }
                let detail = json!({ "proposals": all.len() });
                let (action, subject_kind) = ("appraisal.import", "appraisal_import");
                Ok(trail::note(tx, Act { actor: Some(by), action, subject_kind, subject_id: id.uuid(), detail })?)
            })
            .await
    }

    /// Where what is still open of an import lies.
    fn post_of_import(&self, book: &SchemeBook, open: &[Proposal], today: Day) -> Option<Post> {
        let mut by_approver: BTreeMap<AppraisalApprover, Vec<Vec<UnitId>>> = BTreeMap::new();
        let tree = self.directory.tree();
        for proposal in open {
            let version = book.version(proposal.scheme_version);
            let Some(rule) = version.and_then(|version| version.scheme.rule(&proposal.rule)) else { continue };
            let post = self.post_of(capability_of(rule.approver), proposal.member_id, proposal.unit_id, today);
            let path = tree.get(post.unit).map(|card| card.path.to_vec()).unwrap_or_default();
            by_approver.entry(rule.approver).or_default().push(path);
        }
        let (approver, paths) = by_approver.into_iter().max_by_key(|(_, paths)| paths.len())?;
        Some(Post { capability: capability_of(approver), unit: Desks::common_unit(&paths)? })
    }

    async fn all_of(&self, id: ImportId) -> Result<Vec<Proposal>, DbError> {
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let limit = i64::try_from(CHUNK).unwrap_or(i64::MAX);
            let some = self.db.read(move |conn| store::proposals::list_of_import(conn, id, after, limit)).await?;
            let Some((last, ..)) = some.last() else { return Ok(all) };
            after = Some(last.id);
            all.extend(some.into_iter().filter(is_open).map(|(proposal, ..)| proposal));
        }
    }

    /// How far an import has come, for who sees something of it: who proposed it, and those whose duties reach somebody of it.
    pub(super) async fn import_state(&self, person: &Person, id: ImportId) -> Outcome<ImportState> {
        let of_import = || store::proposals::Wanted { import: Some(id), ..Default::default() };
        let first = self.list_proposals(of_import(), None, 1).await?;
        let (first, ..) = first.first().ok_or(Refusal::NoImport(NoImport::NotFound))?;
        if first.proposed_by != Some(person.member) {
            let reach = person.reach(Capability::SeeResults).ok_or(Refusal::NoImport(NoImport::NotFound))?;
            let within = store::proposals::Wanted { units: self.units(&reach, None)?, ..of_import() };
            if self.list_proposals(within, None, 1).await?.is_empty() {
                return Err(Refusal::NoImport(NoImport::NotFound).into());
            }
        }
        let (all, open) = self.db.read(move |conn| store::proposals::count_of_import(conn, id)).await?;
        Ok(ImportState { id, all, open })
    }

    /// Approves what of an import the person may, in chunks, for some seconds; what is not his to approve stays. Asked again it
    /// goes on.
    pub(super) async fn approve_import(&self, person: &Arc<Person>, id: ImportId) -> Outcome<ImportApproval> {
        self.import_state(person, id).await?;
        let (mut done, begun) = (ImportApproval::default(), Instant::now());
        let all = self.all_of(id).await?;
        let mut chunks = all.chunks(APPROVED_AT_ONCE);
        for chunk in chunks.by_ref() {
            let (chunk, room, person) = (chunk.to_vec(), self.clone(), person.clone());
            let some = self
                .db
                .write(move |tx| -> Outcome<ImportApproval> {
                    tx.take_turns(chunk.iter().map(|proposal| proposal.member_id))?;
                    let book = book(tx.conn)?;
                    let mut done = ImportApproval::default();
                    for proposal in &chunk {
                        let version = book.version(proposal.scheme_version).ok_or(Refusal::NoSuchVersion)?;
                        let post = room.post_for(proposal, version, tx)?;
                        if room.check_hand(&person, proposal, post).is_err() {
                            done.left += 1;
                            continue;
                        }
                        if let Some(still) = store::proposals::find(tx.conn, proposal.id)?.filter(is_open) {
                            let verdict = Verdict { answer: Answer::Approve, points: None, reason: None };
                            room.decide_by(tx, &person, (&book, still), &verdict)?;
                            done.approved += 1;
                        }
                    }
                    Ok(done)
                })
                .await?;
            done.approved += some.approved;
            done.left += some.left;
            if begun.elapsed() >= PATIENCE {
                break;
            }
        }
        done.more = chunks.next().is_some();
        self.lay_rest(person.member, id, done).await?;
        Ok(done)
    }

    /// Lays what is still open of an import on the desk of those who may approve it; nothing when all is decided.
    async fn lay_rest(&self, by: MemberId, id: ImportId, done: ImportApproval) -> Outcome<()> {
        let open = self.all_of(id).await?;
        let room = self.clone();
        self.db
            .write(move |tx| {
                let book = book(tx.conn)?;
                let post = room.post_of_import(&book, &open, tx.today());
                match (post, open.first().and_then(|proposal| proposal.proposed_by)) {
                    (Some(post), Some(proposer)) => room.lay_import(tx, id, (open.len(), post), proposer)?,
                    _ => desk::clear(tx, IMPORT, id.uuid())?,
                }
                let detail = json!({ "approved": done.approved, "left": done.left });
                let (action, subject_kind) = ("appraisal.approve_import", "appraisal_import");
                Ok(trail::note(tx, Act { actor: Some(by), action, subject_kind, subject_id: id.uuid(), detail })?)
            })
            .await
    }

    /// Takes back what of an import nobody has decided about; only who proposed it.
    pub(super) async fn withdraw_import(&self, by: MemberId, id: ImportId) -> Outcome<()> {
        let open = self.all_of(id).await?;
        let whose = open.first().and_then(|proposal| proposal.proposed_by);
        if whose != Some(by) {
            return Err(Refusal::NoImport(NoImport::NotFound).into());
        }
        for chunk in open.chunks(CHUNK) {
            let chunk = chunk.to_vec();
            self.db
                .write(move |tx| -> Outcome<()> {
                    tx.take_turns(chunk.iter().map(|proposal| proposal.member_id))?;
                    for proposal in &chunk {
                        let decision = Decision {
                            proposal_id: proposal.id,
                            verdict: AppraisalState::TakenBack,
                            points: None,
                            reason: None,
                            decided_by: by,
                            decided_at: tx.now(),
                        };
                        if store::proposals::insert_decision(tx.conn, &decision)? {
                            store::proposals::free_cause(tx.conn, proposal)?;
                        }
                    }
                    Ok(())
                })
                .await?;
        }
        self.db
            .write(move |tx| -> Outcome<()> {
                desk::clear(tx, IMPORT, id.uuid())?;
                let detail = json!({ "taken_back": open.len() });
                let (action, subject_kind) = ("appraisal.withdraw_import", "appraisal_import");
                Ok(trail::note(tx, Act { actor: Some(by), action, subject_kind, subject_id: id.uuid(), detail })?)
            })
            .await
    }
}
