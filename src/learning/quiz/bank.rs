//! The question bank: adding, finding, importing and exporting questions; editing them is in [`super::versions`].

use std::collections::HashSet;
use std::sync::atomic::Ordering;

use serde_json::json;
use uuid::Uuid;

use super::Quiz;
use super::import::{self, Imported, ImportedQuestion};
use super::lending::{guarded_by_others, take_turns};
use super::model::{Question, QuestionId, QuestionText};
use super::rules::{self, Refusal};
use super::store::{self, CategoryCount, QuestionFilter};
use crate::base::id::{ImportId, MemberId};
use crate::base::idempotency::IdempotencyKey;
use crate::base::imports::{Mode, NoImport};
use crate::base::sheet::{ImportRemark, ImportReport};
use crate::db::{Conn, DbError, Json, Stop, Tx};
use crate::kernel::chunks::{Work, Worked};
use crate::kernel::idempotency::{self, Reused};
use crate::kernel::imports::{self, Shown, Written};
use crate::kernel::lease::Lease;
use crate::kernel::trail::{self, Act};

type Outcome<T> = Result<T, Stop<Refusal>>;

/// Rows of an import that share a transaction: long work comes in chunks, so that members' writes pass in between.
const CHUNK: usize = 500;

/// How long another process waits for a chunk of this one; every chunk renews it.
const LEASE_SECONDS: i64 = 60;

impl From<NoImport> for Refusal {
    fn from(no: NoImport) -> Self {
        Refusal::NoImport(no)
    }
}

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

    /// Imports the questions of a file. `progress` hears how many of how many are done.
    ///
    /// What is in the bank already stays as it is; a dry run writes nothing. With `all_or_nothing` nothing is written when
    /// a row is refused.
    pub async fn import_questions(
        &self,
        actor: Option<MemberId>,
        file: impl AsRef<[u8]> + Send + 'static,
        mode: Mode,
        all_or_nothing: bool,
        mut progress: impl FnMut(usize, usize),
    ) -> Outcome<ImportReport> {
        let mut shown = Shown::of(IMPORT, file.as_ref());
        let reading = move || import::read_file(file.as_ref());
        let read = tokio::task::spawn_blocking(reading).await.map_err(|_| DbError::Panicked)?;
        let Imported { questions, repeats, remarks } = read.map_err(Refusal::BadSheet)?;
        let mut report = ImportReport::new(mode.is_dry_run());
        report.unchanged += repeats;
        report.take(remarks);
        if all_or_nothing && report.refused > 0 && !mode.is_dry_run() {
            report.sort();
            return Ok(report);
        }
        let mut expected: Vec<Vec<u32>> = Vec::new();
        if mode != Mode::AtOnce {
            for chunk in questions.chunks(CHUNK) {
                let known = self.known_of(chunk).await?;
                shown.add(&known.iter().map(u32::to_string).collect::<Vec<_>>());
                expected.push(known);
            }
        }
        match &mode {
            Mode::DryRun => report.digest = Some(shown.digest()),
            Mode::Confirmed(digest) if *digest != shown.digest() => {
                return Err(Refusal::NoImport(NoImport::Stale).into());
            }
            Mode::Confirmed(_) | Mode::AtOnce => {}
        }
        let id = self.db.fresh_id();
        let written = Written { id, kind: IMPORT, by: actor, place: 0 };
        for (n, chunk) in questions.chunks(CHUNK).enumerate() {
            let known = match mode.is_dry_run() {
                true => expected[n].clone(),
                false => {
                    let place = i32::try_from(n * CHUNK).unwrap_or(i32::MAX);
                    let chunk = Chunk {
                        questions: chunk.to_vec(),
                        written: Written { place, ..written },
                        expected: expected.get(n).cloned(),
                    };
                    let outcome = self.import_chunk(actor, chunk).await;
                    if outcome.is_err() && report.accepted > 0 {
                        self.take_back_import(actor, id).await?;
                    }
                    outcome?
                }
            };
            report.accepted += u32::try_from(chunk.len() - known.len()).unwrap_or(u32::MAX);
            report.unchanged += u32::try_from(known.len()).unwrap_or(u32::MAX);
            for place in known {
                let at = &chunk[place as usize].at;
                report.warn(ImportRemark::new(at, "题干", "题库中已有这道题，未作改动"));
            }
            progress((n * CHUNK + chunk.len()).min(questions.len()), questions.len());
        }
        report.import_id = (report.accepted > 0 && !mode.is_dry_run()).then_some(id);
        report.sort();
        Ok(report)
    }

    /// Places of the questions that are in the bank.
    async fn known_of(&self, chunk: &[ImportedQuestion]) -> Result<Vec<u32>, DbError> {
        let prints: Vec<Vec<u8>> = chunk.iter().map(|question| question.fingerprint.to_vec()).collect();
        self.db.read(move |conn| known(conn, &prints)).await
    }

    /// Imports a chunk and returns the places of the questions that were in the bank.
    async fn import_chunk(&self, actor: Option<MemberId>, chunk: Chunk) -> Outcome<Vec<u32>> {
        let stock = self.stock.clone();
        let action = move |tx: &mut Tx| -> Outcome<Vec<u32>> {
            let prints: Vec<Vec<u8>> = chunk.questions.iter().map(|question| question.fingerprint.to_vec()).collect();
            let mut there = known(tx.conn, &prints)?;
            let mut written = chunk.written;
            for (place, question) in (0..).zip(&chunk.questions) {
                if there.contains(&place) {
                    continue;
                }
                let row = new_question(tx, actor, &question.fingerprint, &question.text);
                // one by one: the two databases take a batch with nullable columns and a conflict clause differently
                if !store::insert_question(tx.conn, &row)? {
                    there.push(place);
                    continue;
                }
                written.begin(tx)?;
                written.keep(tx, ("question", row.id.uuid()), None, &row.version)?;
            }
            if chunk.expected.as_ref().is_some_and(|expected| *expected != there) {
                return Err(Refusal::NoImport(NoImport::Stale).into());
            }
            let accepted = chunk.questions.len() - there.len();
            let detail = json!({ "accepted": accepted, "in_bank_already": there.len() });
            let (subject_kind, subject_id) = ("questions", chunk.written.id.uuid());
            trail::note(tx, Act { actor, action: "quiz.import_questions", subject_kind, subject_id, detail })?;
            stock.forget_after(tx)?;
            Ok(there)
        };
        self.db.write(action).await
    }

    /// Takes an import back as a whole, as long as none of its questions was asked or changed.
    pub async fn take_back_import(&self, actor: Option<MemberId>, id: ImportId) -> Outcome<()> {
        let stock = self.stock.clone();
        self.db
            .write(move |tx| {
                take_turns(tx)?;
                let used = |why: String| Refusal::NoImport(NoImport::Used(why));
                for line in imports::take_back::<Refusal>(tx, IMPORT, id, actor)? {
                    let question = QuestionId::from(line.subject());
                    let found = store::find_question_for_edit(tx.conn, question)?;
                    let found = found.ok_or_else(|| used("有试题已被删除".to_owned()))?;
                    let stem = crate::base::text::cut(&found.stem, 20);
                    let is_kept = !guarded_by_others(tx.conn, &[question], Uuid::nil())?.is_empty();
                    if found.updated_at != found.created_at || is_kept || !store::delete_question(tx.conn, question)? {
                        return Err(used(format!("试题“{stem}”已被使用或修改")).into());
                    }
                    let subject = crate::kernel::trail::Act {
                        actor,
                        action: "quiz.delete_question",
                        subject_kind: "question",
                        subject_id: question.uuid(),
                        detail: json!({ "import": id }),
                    };
                    trail::note(tx, subject)?;
                }
                Ok(stock.forget_after(tx)?)
            })
            .await
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

/// What imports of questions are called.
const IMPORT: &str = "questions";

/// A chunk of an import on its way into the bank.
#[derive(Clone)]
struct Chunk {
    questions: Vec<ImportedQuestion>,
    written: Written,
    /// Places of the questions that a dry run found in the bank.
    expected: Option<Vec<u32>>,
}

/// Places of the fingerprints that are in the bank.
fn known(conn: &mut Conn, prints: &[Vec<u8>]) -> diesel::QueryResult<Vec<u32>> {
    let there: HashSet<Vec<u8>> = store::find_fingerprints(conn, prints)?.into_iter().map(|(print, _)| print).collect();
    Ok((0..).zip(prints).filter(|(_, print)| there.contains(*print)).map(|(place, _)| place).collect())
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
        keep_order: text.keep_order,
        any_number: text.any_number,
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
