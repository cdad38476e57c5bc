//! Filling reports in: drafts that several people write at once, and handing in.

use std::collections::BTreeSet;

use serde_json::json;
use uuid::Uuid;

use super::actions::{FILE, Outcome, Reports, Whole, note, whole_of};
use super::filled;
use super::model::{Report, ReportId, ReportState, SUBMISSION};
use super::rules::flow::{FLOW, ReportVerb};
use super::rules::{self, Refusal};
use super::store;
use crate::base::capability::Capability;
use crate::base::form::{Answers, Care, Fault, Form, FormKind, clean};
use crate::base::id::MemberId;
use crate::base::person::Person;
use crate::base::version::{LastChange, SeenState, Version};
use crate::db::{Json, Tx};
use crate::ground::files::{self, FileId, FileView};
use crate::kernel::text_versions::{self, Written};

/// What is handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Handing {
    /// The draft.
    Draft,
    /// Nothing new.
    Unchanged,
}

impl Reports {
    /// Writes a draft of a report of a unit that the person fills in for. Whoever has not seen what stands there hears who
    /// wrote it; the same again changes nothing.
    pub(super) async fn save_draft(
        &self,
        person: &Person,
        id: ReportId,
        seen: Option<SeenState>,
        answers: Answers,
    ) -> Outcome<Whole> {
        self.find_whole_for(person, Capability::FillReports, id).await?;
        let (room, by) = (self.clone(), person.member);
        self.db
            .write(move |tx| {
                let whole = room.lock_open(tx, id)?;
                let form = &whole.version.fields.0;
                let typed = without_filled(form, &answers);
                let kept = room.cleaned(form, &typed, Care::Draft, &[])?;
                if kept == whole.report.draft.0 {
                    return Ok(whole);
                }
                check_seen(&whole.report, seen)?;
                attach(tx, &whole, &kept, by)?;
                let is_another = whole.report.edited_by != Some(by);
                let (edited_by, edited_at) = (Some(by), Some(tx.now()));
                let report =
                    Report { draft: Json(kept), revision: tx.fresh_id(), edited_by, edited_at, ..whole.report };
                store::reports::update(tx.conn, &report)?;
                // not each of many savings, but everybody who writes
                if is_another {
                    note(tx, Some(by), "reports.draft", id, json!({}))?;
                }
                Ok(Whole { report, ..whole })
            })
            .await
    }

    /// Hands a report in: what its draft says, which must be whole, or that nothing has changed. Again it changes nothing.
    pub(super) async fn submit(
        &self,
        person: &Person,
        id: ReportId,
        seen: Option<SeenState>,
        handing: Handing,
    ) -> Outcome<Whole> {
        let found = self.find_whole_for(person, Capability::FillReports, id).await?;
        let fields = &found.version.fields.0;
        let known = filled::answers(&self.filled(fields, found.report.unit_id, found.period.span()).await?);
        let (room, by) = (self.clone(), person.member);
        self.db
            .write(move |tx| {
                let report = store::reports::lock_row(tx.conn, id)?.ok_or(Refusal::NoSuchReport)?;
                let whole = whole_of(tx.conn, report)?;
                match FLOW.asks_for(whole.report.state, ReportVerb::Submit) {
                    Some(true) => {}
                    Some(false) => return Ok(whole),
                    None => return Err(Refusal::WrongState(whole.report.state).into()),
                }
                if seen.is_some() && handing == Handing::Draft {
                    check_seen(&whole.report, seen)?;
                }
                let answers = room.handed_in(tx, &whole, &known, handing)?;
                keep_former(tx, &whole.report, &answers, by)?;
                let now = tx.now();
                let report = Report {
                    state: ReportState::Submitted,
                    submitted: Some(Json(answers)),
                    submitted_by: Some(by),
                    submitted_at: Some(now),
                    first_submitted_at: whole.report.first_submitted_at.or(Some(now)),
                    no_change: handing == Handing::Unchanged,
                    ..whole.report
                };
                store::reports::update(tx.conn, &report)?;
                room.clear_report(tx, id)?;
                room.lay_review(tx, &whole.form, &whole.period)?;
                let head = (&report).into();
                let detail = json!({
                    "unit_id": report.unit_id, "period_id": report.period_id, "no_change": report.no_change,
                    "standing": rules::standing(&head, tx.today()),
                });
                note(tx, Some(by), "reports.submit", id, detail)?;
                Ok(Whole { report, ..whole })
            })
            .await
    }

    /// What is handed in, with what the program knows.
    fn handed_in(&self, tx: &mut Tx, whole: &Whole, known: &Answers, handing: Handing) -> Outcome<Answers> {
        if handing == Handing::Unchanged {
            let its = (whole.form.id, whole.report.unit_id);
            let most = i64::try_from(rules::MOST_UNCHANGED).unwrap_or(i64::MAX);
            let before = store::reports::list_unchanged(tx.conn, its, whole.period.first_on, most)?;
            rules::check_unchanged(&whole.form, &before)?;
            return Ok(known.clone());
        }
        let form = &whole.version.fields.0;
        let files = files::list_of(tx.conn, FILE, whole.report.id.uuid())?;
        let mut answers = without_filled(form, &whole.report.draft.0);
        answers.extend(known.clone());
        self.cleaned(form, &answers, Care::Whole, &files)
    }

    /// The answers as they are kept.
    fn cleaned(&self, form: &Form, answers: &Answers, care: Care, files: &[FileView]) -> Outcome<Answers> {
        let cleaned = self.with_names(files, |lookup| clean(form, answers, care, lookup));
        Ok(cleaned.map_err(Refusal::BadAnswers)?)
    }

    /// A report that can be written, held.
    fn lock_open(&self, tx: &mut Tx, id: ReportId) -> Outcome<Whole> {
        let report = store::reports::lock_row(tx.conn, id)?.ok_or(Refusal::NoSuchReport)?;
        match FLOW.step(report.state, ReportVerb::Submit) {
            Some(_) => Ok(whole_of(tx.conn, report)?),
            None => Err(Refusal::WrongState(report.state).into()),
        }
    }
}

/// The state of a draft, for who changes it.
pub(super) fn version_of(report: &Report) -> Version {
    Version(report.revision.uuid())
}

fn check_seen(report: &Report, seen: Option<SeenState>) -> Result<(), Refusal> {
    let at = report.edited_at.unwrap_or(report.created_at);
    let last = LastChange { version: version_of(report), by: report.edited_by, at };
    rules::check_seen(last, report.edited_at.is_some(), seen)
}

/// Answers without what the program fills in, whoever sent it.
fn without_filled(form: &Form, answers: &Answers) -> Answers {
    let is_filled = |key: &str| form.field(key).is_some_and(|field| field.fact.is_some());
    answers.iter().filter(|(key, _)| !is_filled(key)).map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// Has the files of a draft belong to the report: those that it names, and those that were handed in before.
fn attach(tx: &mut Tx, whole: &Whole, answers: &Answers, by: MemberId) -> Outcome<()> {
    let (form, id) = (&whole.version.fields.0, whole.report.id.uuid());
    let named: BTreeSet<Uuid> = form.files(answers).into_iter().collect();
    let handed_in = whole.report.submitted.as_ref().map(|answers| form.files(&answers.0)).unwrap_or_default();
    let attached: Vec<FileId> = files::list_of(tx.conn, FILE, id)?.iter().map(|file| file.id).collect();
    let gone = attached.iter().filter(|file| !named.contains(&file.uuid()) && !handed_in.contains(&file.uuid()));
    files::detach(tx, &gone.copied().collect::<Vec<_>>(), FILE, id)?;
    let fresh: Vec<FileId> = named.iter().map(|id| FileId::from(*id)).filter(|file| !attached.contains(file)).collect();
    files::attach::<Refusal>(tx, &fresh, by, FILE, id)?;
    let pictures: BTreeSet<Uuid> = files::list_of(tx.conn, FILE, id)?
        .iter()
        .filter(|file| file.kind.is_picture())
        .map(|file| file.id.uuid())
        .collect();
    let mut faults = Vec::new();
    for field in form.fields.iter().filter(|field| field.kind == FormKind::Photo) {
        let ids = answers.get(&field.key).and_then(|value| value.as_array()).map(Vec::as_slice).unwrap_or_default();
        let is_picture = |id: &serde_json::Value| {
            id.as_str().and_then(|id| id.parse().ok()).is_some_and(|id: Uuid| pictures.contains(&id))
        };
        if !ids.iter().all(is_picture) {
            let (pointer, message) = (format!("/{}", field.key), "照片须是图片".to_owned());
            faults.push(Fault { pointer, code: "no_picture", message });
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(Refusal::BadAnswers(faults).into()) }
}

/// Keeps what was handed in before, where it is another text now.
fn keep_former(tx: &mut Tx, report: &Report, answers: &Answers, by: MemberId) -> Outcome<()> {
    let Some(((former, writer), at)) = report.submitted.as_ref().zip(report.submitted_by).zip(report.submitted_at)
    else {
        return Ok(());
    };
    let before = Written { content: &former.0, by: writer, at };
    let now = Written { content: answers, by, at: tx.now() };
    Ok(text_versions::keep(tx, (SUBMISSION, report.id.uuid()), (1, before), now)?)
}
