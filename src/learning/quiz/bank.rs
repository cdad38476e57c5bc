//! The question bank: adding, finding, importing and exporting questions; editing them is in [`super::versions`].

use std::sync::atomic::Ordering;

use serde_json::json;
use uuid::Uuid;

use super::Quiz;
use super::import::{self, Imported, ImportedQuestion};
use super::lending::{guarded_by_others, take_turns};
use super::model::{Question, QuestionId, QuestionText};
use super::rules::{self, Refusal};
use super::store::{self, CategoryCount, QuestionFilter};
use crate::base::id::MemberId;
use crate::base::idempotency::IdempotencyKey;
use crate::base::sheet::{ImportProblem, ImportReport, Sheet, SheetError};
use crate::db::{Conn, DbError, Json, Never, Stop, Tx};
use crate::kernel::chunks::{Work, Worked};
use crate::kernel::idempotency::{self, Reused};
use crate::kernel::lease::Lease;
use crate::kernel::trail::{self, Act};

type Outcome<T> = Result<T, Stop<Refusal>>;

/// Rows of an import that share a transaction: long work comes in chunks, so that members' writes pass in between.
const CHUNK: usize = 500;

/// How long another process waits for a chunk of this one; every chunk renews it.
const LEASE_SECONDS: i64 = 60;

impl From<Reused> for Refusal {
    fn from(_: Reused) -> Self {
        Refusal::KeyReused
    }
}

impl Quiz {
    pub async fn question(&self, id: QuestionId) -> Outcome<Question> {
        let found = self.db.read(move |conn| store::find_question(conn, id)).await?;
        found.ok_or_else(|| Refusal::NoSuchQuestion.into())
    }

    /// A question that nobody keeps for himself.
    pub async fn open_question(&self, id: QuestionId) -> Outcome<Question> {
        let found = move |conn: &mut Conn| match guarded_by_others(conn, &[id], Uuid::nil())?.is_empty() {
            true => store::find_question(conn, id),
            false => Ok(None),
        };
        self.db.read(found).await?.ok_or_else(|| Refusal::NoSuchQuestion.into())
    }

    pub async fn questions(
        &self,
        filter: QuestionFilter,
        before: Option<QuestionId>,
        limit: i64,
    ) -> Result<Vec<Question>, DbError> {
        self.db.read(move |conn| store::list_questions(conn, &filter, before, limit)).await
    }

    /// Puts a question into the bank; the same key again returns the first one.
    pub async fn create_question(
        &self,
        actor: MemberId,
        text: QuestionText,
        key: Option<IdempotencyKey>,
    ) -> Outcome<QuestionId> {
        let text = rules::check_question(text).map_err(Refusal::BadQuestion)?;
        let stock = self.stock.clone();
        self.db
            .write(move |tx| {
                let id = idempotency::once(tx, key.as_ref(), |tx| {
                    let question = new_question(tx, Some(actor), &rules::fingerprint(&text), &text);
                    if !store::insert_question(tx.conn, &question)? {
                        return Err(Refusal::DuplicateQuestion.into());
                    }
                    trail::note(tx, written(actor, "quiz.create_question", question.id))?;
                    Ok(question.id)
                })?;
                stock.forget_after(tx)?;
                Ok(id)
            })
            .await
    }

    /// Takes a question back that was never used; one that was is retired or corrected instead.
    pub async fn delete_question(&self, actor: MemberId, id: QuestionId) -> Outcome<()> {
        let stock = self.stock.clone();
        self.db
            .write(move |tx| {
                take_turns(tx)?;
                store::find_question_for_edit(tx.conn, id)?.ok_or(Refusal::NoSuchQuestion)?;
                if !guarded_by_others(tx.conn, &[id], Uuid::nil())?.is_empty() {
                    return Err(Refusal::Guarded.into());
                }
                if !store::delete_question(tx.conn, id)? {
                    return Err(Refusal::QuestionDealt.into());
                }
                trail::note(tx, written(actor, "quiz.delete_question", id))?;
                Ok(stock.forget_after(tx)?)
            })
            .await
    }

    /// The categories of the questions in use, counted by kind and difficulty.
    pub async fn categories(&self) -> Result<Vec<CategoryCount>, DbError> {
        self.db.read(store::count_by_category).await
    }

    /// Writes the text to search in for questions that were there before it was: once after an update.
    pub(super) async fn fold_search(&self) -> Result<(), DbError> {
        if self.is_folded.load(Ordering::Relaxed) {
            return Ok(());
        }
        let lease = Lease { name: "question_search", holder: self.holder, seconds: LEASE_SECONDS };
        let work = Work { name: "question_search", subject: Uuid::nil(), lease };
        let next = |after: Option<QuestionId>| async move {
            let chunk = self.db.read(move |conn| store::list_unfolded(conn, after, CHUNK as i64)).await?;
            let Some(last) = chunk.last().map(|last| last.id) else { return Ok(None) };
            let texts: Vec<_> = chunk.iter().map(|found| (found.id, rules::search_text(&found.text()))).collect();
            Ok(Some((texts, Some(last))))
        };
        let fold = |tx: &mut Tx, texts: &Vec<(QuestionId, String)>| {
            texts.iter().try_for_each(|(id, search)| store::update_search(tx.conn, *id, search))
        };
        if work.each(&self.db, None, next, fold).await? == Worked::Done {
            self.is_folded.store(true, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Imports the questions of a sheet. `progress` hears how many rows are done.
    ///
    /// What is in the bank already is reported as a duplicate and never overwritten; a dry run writes nothing.
    pub async fn import_questions(
        &self,
        actor: Option<MemberId>,
        sheet: &Sheet,
        dry_run: bool,
        mut progress: impl FnMut(usize),
    ) -> Result<Result<ImportReport, SheetError>, DbError> {
        let Imported { questions, problems } = match import::read_questions(sheet) {
            Ok(imported) => imported,
            Err(error) => return Ok(Err(error)),
        };
        let mut report = ImportReport::new(dry_run);
        let mut remarks = problems;
        for (done, chunk) in questions.chunks(CHUNK).enumerate() {
            let duplicates = self.import_chunk(actor, chunk.to_vec(), dry_run).await?;
            report.accepted += u32::try_from(chunk.len() - duplicates.len()).unwrap_or(u32::MAX);
            remarks.extend(duplicates.into_iter().map(in_bank_already));
            progress(done * CHUNK + chunk.len());
        }
        remarks.sort_by_key(|problem| problem.row);
        report.extend(remarks);
        Ok(Ok(report))
    }

    /// Imports the questions of a sheet if no row of it is rejected, and nothing otherwise.
    ///
    /// What was in the bank already hinders nobody: the same file again accepts nothing, as ever.
    pub async fn import_all_or_nothing(
        &self,
        actor: Option<MemberId>,
        sheet: &Sheet,
    ) -> Result<Result<ImportReport, SheetError>, DbError> {
        match self.import_questions(actor, sheet, true, |_| ()).await? {
            Ok(mut report) if report.rejected > 0 => {
                (report.accepted, report.dry_run) = (0, false);
                Ok(Ok(report))
            }
            Ok(_) => self.import_questions(actor, sheet, false, |_| ()).await,
            Err(error) => Ok(Err(error)),
        }
    }

    /// Imports a chunk and returns the rows whose questions were in the bank.
    async fn import_chunk(
        &self,
        actor: Option<MemberId>,
        chunk: Vec<ImportedQuestion>,
        dry_run: bool,
    ) -> Result<Vec<u32>, DbError> {
        let stock = self.stock.clone();
        let action = move |tx: &mut Tx| -> Result<Vec<u32>, Stop<Never>> {
            let prints: Vec<Vec<u8>> = chunk.iter().map(|question| question.fingerprint.to_vec()).collect();
            let known: Vec<Vec<u8>> =
                store::find_fingerprints(tx.conn, &prints)?.into_iter().map(|(print, _)| print).collect();
            let mut duplicates = Vec::new();
            for question in &chunk {
                let row = new_question(tx, actor, &question.fingerprint, &question.text);
                // one by one: the two databases take a batch with nullable columns and a conflict clause differently
                let is_new = !known.contains(&row.fingerprint) && (dry_run || store::insert_question(tx.conn, &row)?);
                if !is_new {
                    duplicates.push(question.row);
                }
            }
            if !dry_run {
                let accepted = chunk.len() - duplicates.len();
                let detail = json!({ "accepted": accepted, "in_bank_already": duplicates.len() });
                let (subject_kind, subject_id) = ("questions", Uuid::nil());
                trail::note(tx, Act { actor, action: "quiz.import_questions", subject_kind, subject_id, detail })?;
            }
            stock.forget_after(tx)?;
            Ok(duplicates)
        };
        self.db.write(action).await.map_err(DbError::from)
    }

    /// Every question in use, in the order in which they came into the bank.
    pub async fn export_questions(&self) -> Result<Vec<QuestionText>, DbError> {
        let mut texts = Vec::new();
        let mut after = None;
        loop {
            let chunk = self.db.read(move |conn| store::list_for_export(conn, after, CHUNK as i64)).await?;
            let Some(last) = chunk.last() else { return Ok(texts) };
            after = Some(last.id);
            texts.extend(chunk.iter().map(Question::text));
        }
    }
}

fn in_bank_already(row: u32) -> ImportProblem {
    ImportProblem::duplicate(row, "题干", "题库中已有这道题，未作改动")
}

fn new_question(tx: &Tx, actor: Option<MemberId>, fingerprint: &[u8], text: &QuestionText) -> Question {
    let (search, text) = (rules::search_text(text), text.clone());
    Question {
        id: tx.fresh_id(),
        fingerprint: fingerprint.to_vec(),
        kind: text.kind,
        stem: text.stem,
        options: Json(text.options),
        answer: Json(text.answer),
        explanation: text.explanation,
        category: text.category,
        difficulty: text.difficulty,
        source: text.source,
        version: 1,
        first_dealt_at: None,
        search,
        retired_at: None,
        created_by: actor,
        created_at: tx.now(),
        updated_at: tx.now(),
    }
}

pub(super) fn written(actor: MemberId, action: &str, question: QuestionId) -> Act<'_, serde_json::Value> {
    Act {
        actor: Some(actor),
        action,
        subject_kind: "question",
        subject_id: question.uuid(),
        detail: serde_json::Value::Null,
    }
}
