//! Editing a question of the bank, and what it said before.

use super::Quiz;
use super::bank::written;
use super::model::{FormerVersion, Question, QuestionId, QuestionText, thing};
use super::rules::{self, Refusal};
use super::store;
use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::base::version::SeenState;
use crate::db::{Json, Stop, Tx};
use crate::kernel::trail;

type Outcome<T> = Result<T, Stop<Refusal>>;

/// A wording of a question, the present one or a former one.
#[derive(Clone, Debug)]
pub struct Wording {
    pub version: i32,
    pub text: QuestionText,
    /// Who put another in its place, and when; `None` for the present one.
    pub replaced: Option<(MemberId, Timestamp)>,
}

impl Wording {
    fn present(question: &Question) -> Wording {
        Wording { version: question.version, text: question.text(), replaced: None }
    }

    fn former(former: FormerVersion) -> Wording {
        let replaced = Some((former.replaced_by, former.replaced_at));
        Wording { version: former.version, text: former.text.0, replaced }
    }
}

impl Quiz {
    /// Changes a question, or retires it. Papers that were set keep the question as it was: a key that was wrong on them is
    /// put right by [`Quiz::correct_key`].
    ///
    /// New wording of a question that was dealt is a new version, and the former one is kept; everything else changes
    /// in place.
    pub async fn edit_question(
        &self,
        actor: MemberId,
        id: QuestionId,
        seen: Option<SeenState>,
        change: impl Fn(QuestionText) -> QuestionText + Send + 'static,
        retired: Option<bool>,
    ) -> Outcome<Question> {
        let stock = self.stock.clone();
        self.db
            .write(move |tx| {
                let mut question = store::find_question_for_edit(tx.conn, id)?.ok_or(Refusal::NoSuchQuestion)?;
                thing(id).changed_since(tx.conn, seen)?.map_err(Refusal::Outdated)?;
                let before = question.text();
                let text = rules::check_question(change(before.clone())).map_err(Refusal::BadQuestion)?;
                if question.first_dealt_at.is_some() && rules::is_reworded(&before, &text) {
                    keep_former(tx, actor, &mut question, before)?;
                }
                put_text(&mut question, &text);
                let alike = store::find_fingerprints(tx.conn, std::slice::from_ref(&question.fingerprint))?;
                if alike.iter().any(|(_, other)| *other != id) {
                    return Err(Refusal::DuplicateQuestion.into());
                }
                question.retired_at = match retired {
                    Some(true) => question.retired_at.or(Some(tx.now())),
                    Some(false) => None,
                    None => question.retired_at,
                };
                if question.retired_at.is_none() && store::is_void(tx.conn, id, question.version)? {
                    return Err(Refusal::QuestionVoid.into());
                }
                question.updated_at = tx.now();
                // two questions that become the same at one moment: the second one is refused by the table
                if !store::update_question(tx.conn, &question)? {
                    return Err(Refusal::DuplicateQuestion.into());
                }
                trail::note(tx, written(actor, "quiz.edit_question", id))?;
                stock.forget_after(tx)?;
                Ok(question)
            })
            .await
    }

    /// The versions of a question older than `before`, newest first; the present one comes before all others.
    pub async fn versions(&self, id: QuestionId, before: Option<i32>, limit: i64) -> Outcome<Vec<Wording>> {
        let found = self
            .db
            .read(move |conn| {
                let Some(question) = store::find_question(conn, id)? else { return Ok(None) };
                let present = before.is_none().then(|| Wording::present(&question));
                let former = store::list_versions(conn, id, before, limit)?.into_iter().map(Wording::former);
                Ok(Some(present.into_iter().chain(former).collect()))
            })
            .await?;
        found.ok_or_else(|| Refusal::NoSuchQuestion.into())
    }
}

/// Puts what the question says so far among its former versions; from here on it is the next one.
fn keep_former(tx: &mut Tx, actor: MemberId, question: &mut Question, text: QuestionText) -> diesel::QueryResult<()> {
    let former = FormerVersion {
        question_id: question.id,
        version: question.version,
        text: Json(text),
        replaced_by: actor,
        replaced_at: tx.now(),
    };
    question.version += 1;
    store::insert_version(tx.conn, &former)
}

pub(super) fn put_text(question: &mut Question, text: &QuestionText) {
    let text = text.clone();
    question.fingerprint = rules::fingerprint(&text).to_vec();
    question.search = rules::search_text(&text);
    question.kind = text.kind;
    question.stem = text.stem;
    question.options = Json(text.options);
    question.answer = Json(text.answer);
    question.explanation = text.explanation;
    question.category = text.category;
    question.difficulty = text.difficulty;
    question.source = text.source;
    (question.keep_order, question.any_number) = (text.keep_order, text.any_number);
}
