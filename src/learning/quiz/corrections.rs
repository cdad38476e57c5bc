//! Correcting a wrong key 更正答案: an organiser says that a wording of a question bore a wrong key, and what is right.
//!
//! That is another thing than a new wording: the key changes in the bank and on every paper that bears it, in one
//! transaction, so that from its commit on everything is graded by the right key. What was graded before is graded anew
//! afterwards, in portions, by [`super::regrading`] and by the rooms that ask questions.
//!
//! A question that has no right answer is made void instead ([`super::voidings`]): the same, with no key at all.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use serde_json::json;

use super::Quiz;
use super::lending::{take_turns, wake};
use super::model::correction::{Correction, CorrectionId, CorrectionStage, KeyChange, Totals};
use super::model::{Paper, Question, QuestionId, QuestionText, SubmissionId};
use super::rules::{self, Refusal};
use super::store;
use super::tallies::{CHUNK, bounds};
use super::versions::put_text;
use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::db::{Conn, DbError, Json, Stop, Tx};
use crate::honour::points::RuleName;
use crate::kernel::trail::{self, Act};
use crate::learning::study::Grace;

type Outcome<T> = Result<T, Stop<Refusal>>;

/// How long a preview looks; what it has not seen by then it says.
const PREVIEW: Duration = Duration::from_secs(2);

/// What an organiser says about a wrong key.
#[derive(Clone, Debug)]
pub struct RightKey {
    /// The wording that bore the wrong key; the present one when `None`.
    pub version: Option<i32>,
    pub answer: Vec<String>,
    /// The explanation from now on; as it is when `None`.
    pub explanation: Option<String>,
    /// Why the key was wrong.
    pub reason: String,
}

/// What another room does about a wrong key: within the transaction of the correction, and for a preview.
#[derive(Clone, Copy)]
pub struct KeyUser {
    /// Puts the right key on the room's own papers and says on how many.
    pub correct: fn(&mut Tx, &KeyChange) -> diesel::QueryResult<i32>,
    /// How many papers of the room bear the wrong key, and how many attempts they have had.
    pub count: fn(&mut Conn, &KeyChange) -> diesel::QueryResult<(i64, i64)>,
}

/// What a correction would change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Preview {
    /// Daily papers that bear the wrong key.
    pub papers: i64,
    /// Their submissions that were looked at.
    pub submissions: i64,
    /// Whether all of them were.
    pub is_complete: bool,
    /// Answers that would become right.
    pub gains: i64,
    /// Answers that would become wrong.
    pub losses: i64,
    /// Members with either.
    pub members: i64,
    /// Points of daily papers that would be given, and taken away, before the caps.
    pub points_given: i64,
    pub points_taken: i64,
    /// Contests that bear the wrong key, and their attempts.
    pub contests: i64,
    pub attempts: i64,
}

/// The wording that is corrected, as it stands and as it will.
pub(super) struct Wording {
    pub version: i32,
    /// Whether it is the present one.
    is_present: bool,
    former: QuestionText,
    right: QuestionText,
}

/// A wording with its number, and whether it is the present one.
type Found = (i32, bool, QuestionText);

impl Quiz {
    /// Puts a key right. The same correction sent again is the one that was made, unless another one came between.
    pub async fn correct_key(&self, actor: MemberId, id: QuestionId, right: RightKey) -> Outcome<Correction> {
        let quiz = self.clone();
        self.db.write(move |tx| quiz.correct_in(tx, actor, id, &right)).await
    }

    fn correct_in(&self, tx: &mut Tx, actor: MemberId, id: QuestionId, right: &RightKey) -> Outcome<Correction> {
        // nobody puts the question on a paper while all papers that bear it are looked for
        take_turns(tx)?;
        let mut question = store::find_question_for_edit(tx.conn, id)?.ok_or(Refusal::NoSuchQuestion)?;
        let wording = check_wording(find_wording(tx.conn, &question, right.version)?, right)?;
        if store::is_void(tx.conn, id, wording.version)? {
            return Err(Refusal::QuestionVoid.into());
        }
        if wording.right.answer == wording.former.answer {
            let newest = store::newest_correction(tx.conn, id, wording.version)?;
            let same = newest.filter(|made| made.answer.0 == wording.right.answer && made.reason == right.reason);
            return same.ok_or_else(|| Refusal::SameKey.into());
        }
        Ok(self.put_right(tx, actor, &mut question, wording, &right.reason)?)
    }

    /// Puts a wording right in the bank and on every paper that bears it; the caller has taken turns and holds the question.
    pub(super) fn put_right(
        &self,
        tx: &mut Tx,
        actor: MemberId,
        question: &mut Question,
        wording: Wording,
        reason: &str,
    ) -> diesel::QueryResult<Correction> {
        self.put_wording(tx, question, &wording)?;
        let change = key_change(tx.fresh_id(), question, &wording, reason, tx.now());
        let papers = correct_papers(tx, &change)?;
        let mut contest_count = 0;
        for user in self.key_users.each() {
            contest_count += (user.correct)(tx, &change)?;
        }
        let correction = Correction {
            id: change.correction,
            question_id: question.id,
            version: wording.version,
            former: Json(wording.former.answer),
            answer: Json(wording.right.answer),
            reason: reason.to_owned(),
            made_by: actor,
            made_at: tx.now(),
            stage: CorrectionStage::Waiting,
            papers: Json(papers.iter().map(|paper| paper.id).collect()),
            papers_done: 0,
            graded_through: uuid::Uuid::nil().into(),
            contest_count,
            done_at: None,
        };
        store::insert_correction(tx.conn, &correction)?;
        wake(tx, correction.stage, correction.id.uuid())?;
        trail::note(tx, noted(&correction))?;
        if wording.is_present {
            self.stock.forget_after(tx)?;
        }
        let published = self.published.clone();
        tx.after_commit(move || published.forget());
        Ok(correction)
    }

    /// Writes the right key into the bank. What is void is not asked again; the bank keeps the key that it had.
    fn put_wording(&self, tx: &mut Tx, question: &mut Question, wording: &Wording) -> diesel::QueryResult<()> {
        if wording.right.is_void() {
            if wording.is_present {
                question.retired_at = question.retired_at.or(Some(tx.now()));
                question.updated_at = tx.now();
                store::update_question(tx.conn, question)?;
            }
            return Ok(());
        }
        if !wording.is_present {
            return store::put_version_text(tx.conn, question.id, wording.version, wording.right.clone());
        }
        put_text(question, &wording.right);
        question.updated_at = tx.now();
        // stem and options stay, so no other question can be the same
        store::update_question(tx.conn, question).map(drop)
    }

    /// What a correction would change; nothing is written.
    pub async fn preview_correction(&self, id: QuestionId, right: RightKey) -> Outcome<Preview> {
        let found = self.db.read(move |conn| store::find_question(conn, id)).await?;
        let question = found.ok_or(Refusal::NoSuchQuestion)?;
        let change = self.would_be(&question, right).await?;
        let mut preview = Preview { is_complete: true, ..Preview::default() };
        for user in self.key_users.each() {
            let asked = change.clone();
            let (contests, attempts) = self.db.read(move |conn| (user.count)(conn, &asked)).await?;
            preview.contests += contests;
            preview.attempts += attempts;
        }
        self.look_through(&change, &mut preview).await?;
        Ok(preview)
    }

    /// The change that a correction would make.
    async fn would_be(&self, question: &Question, right: RightKey) -> Outcome<KeyChange> {
        let (asked, version) = (question.clone(), right.version);
        let found = self.db.read(move |conn| find_wording(conn, &asked, version)).await?;
        let wording = match right.answer.is_empty() {
            true => void_wording(found)?,
            false => check_wording(found, &right)?,
        };
        let (id, version) = (question.id, wording.version);
        if self.db.read(move |conn| store::is_void(conn, id, version)).await? {
            return Err(Refusal::QuestionVoid.into());
        }
        if wording.right.answer == wording.former.answer {
            return Err(Refusal::SameKey.into());
        }
        Ok(key_change(self.db.fresh_id(), question, &wording, &right.reason, self.db.now()))
    }

    /// Grades the submissions of daily papers by both keys, for as long as a caller can wait.
    async fn look_through(&self, change: &KeyChange, preview: &mut Preview) -> Result<(), DbError> {
        let (id, from) = (change.question_id, change.dealt_from.day());
        let papers = self.db.read(move |conn| store::list_papers_naming(conn, id, from)).await?;
        let (mut members, until) = (HashSet::new(), Instant::now() + PREVIEW);
        for mut paper in papers {
            let edition = paper.edition + 1;
            if !rules::correct_key(&mut paper.questions.0, edition, change) {
                continue;
            }
            preview.papers += 1;
            let worth = i64::from(self.points.worth(RuleName::QUIZ_DAILY, paper.day));
            let (mut after, end) = bounds(paper.day, Grace::LONGEST_SECONDS);
            while preview.is_complete {
                let chunk = self.submissions_after(&paper, after, end).await?;
                let Some(last) = chunk.last().map(|last| last.id) else { break };
                after = last;
                for submission in &chunk {
                    preview.submissions += 1;
                    for flip in submission.flips(&paper, edition) {
                        members.insert(submission.member_id);
                        let (count, points) = match flip.right {
                            true => (&mut preview.gains, &mut preview.points_given),
                            false => (&mut preview.losses, &mut preview.points_taken),
                        };
                        *count += 1;
                        *points += worth;
                    }
                }
                preview.is_complete = Instant::now() < until;
            }
        }
        preview.members = i64::try_from(members.len()).unwrap_or(i64::MAX);
        Ok(())
    }

    /// The next submissions of a paper after one.
    pub(super) async fn submissions_after(
        &self,
        paper: &Paper,
        after: SubmissionId,
        until: SubmissionId,
    ) -> Result<Vec<super::model::Submission>, DbError> {
        let papers = [paper.id];
        self.db.read(move |conn| store::list_submissions_between(conn, &papers, after, until, CHUNK)).await
    }

    /// The corrections of a question before `before`, newest first, with what each has changed so far.
    pub async fn corrections(
        &self,
        id: QuestionId,
        before: Option<CorrectionId>,
        limit: i64,
    ) -> Outcome<Vec<(Correction, Totals)>> {
        let before = before.unwrap_or_else(|| uuid::Uuid::max().into());
        let found = self
            .db
            .read(move |conn| {
                if store::find_question(conn, id)?.is_none() {
                    return Ok(None);
                }
                let made = store::list_corrections(conn, id, before, limit)?;
                // a page of them at most
                let with_totals = made.into_iter().map(|one| Ok((store::total_effects(conn, one.id)?, one)));
                with_totals.collect::<diesel::QueryResult<Vec<_>>>().map(Some)
            })
            .await?;
        let found = found.ok_or(Refusal::NoSuchQuestion)?;
        Ok(found.into_iter().map(|(totals, correction)| (correction, totals)).collect())
    }

    /// What a correction has changed so far.
    pub async fn correction_totals(&self, id: CorrectionId) -> Result<Totals, DbError> {
        self.db.read(move |conn| store::total_effects(conn, id)).await
    }
}

/// A wording with its number, and whether it is the present one; the present one when no number is given.
pub(super) fn find_wording(
    conn: &mut Conn,
    question: &Question,
    version: Option<i32>,
) -> diesel::QueryResult<Option<Found>> {
    let version = version.unwrap_or(question.version);
    if version == question.version {
        return Ok(Some((version, true, question.text())));
    }
    let former = store::find_version(conn, question.id, version)?;
    Ok(former.map(|former| (version, false, former.text.0)))
}

/// The same wording with no key at all.
pub(super) fn void_wording(found: Option<Found>) -> Result<Wording, Refusal> {
    let (version, is_present, former) = found.ok_or(Refusal::NoSuchVersion)?;
    let right = QuestionText { answer: Vec::new(), ..former.clone() };
    Ok(Wording { version, is_present, former, right })
}

/// The wording that is to be corrected, checked with the right key.
fn check_wording(found: Option<Found>, right: &RightKey) -> Result<Wording, Refusal> {
    let (version, is_present, former) = found.ok_or(Refusal::NoSuchVersion)?;
    let explanation = right.explanation.clone().unwrap_or_else(|| former.explanation.clone());
    let corrected = QuestionText { answer: right.answer.clone(), explanation, ..former.clone() };
    let right = rules::check_question(corrected).map_err(Refusal::BadQuestion)?;
    Ok(Wording { version, is_present, former, right })
}

fn key_change(
    correction: CorrectionId,
    question: &Question,
    wording: &Wording,
    reason: &str,
    now: Timestamp,
) -> KeyChange {
    KeyChange {
        correction,
        question_id: question.id,
        version: wording.version,
        former: wording.former.clone(),
        answer: wording.right.answer.clone(),
        explanation: wording.right.explanation.clone(),
        reason: reason.to_owned(),
        at: now,
        // what was never dealt is on no paper
        dealt_from: question.first_dealt_at.unwrap_or(now),
    }
}

/// Puts the right key on every daily paper that bears the wrong one.
fn correct_papers(tx: &mut Tx, change: &KeyChange) -> diesel::QueryResult<Vec<Paper>> {
    let mut corrected = Vec::new();
    for mut paper in store::list_papers_naming(tx.conn, change.question_id, change.dealt_from.day())? {
        let edition = paper.edition + 1;
        if rules::correct_key(&mut paper.questions.0, edition, change) {
            paper.edition = edition;
            store::put_corrected_paper(tx.conn, &paper)?;
            corrected.push(paper);
        }
    }
    Ok(corrected)
}

/// For the trail, which holds no key.
fn noted(correction: &Correction) -> Act<'_, serde_json::Value> {
    Act {
        actor: Some(correction.made_by),
        action: if correction.is_void() { "quiz.void_question" } else { "quiz.correct_key" },
        subject_kind: "question",
        subject_id: correction.question_id.uuid(),
        detail: json!({
            "correction_id": correction.id, "version": correction.version, "reason": correction.reason,
            "papers": correction.papers.0.len(), "contests": correction.contest_count,
        }),
    }
}
