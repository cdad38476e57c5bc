//! What the room lends to challenge and contests: the questions in use, questions as they stand, the wrong-answer book;
//! and what they tell this room: what was dealt, what nobody may practise for a while, how questions fared.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use super::Quiz;
use super::model::tally::{SourceId, TallyRow};
use super::model::{Candidate, PAPER_LIMIT, Paper, PaperQuestion, Question, QuestionId, QuestionText};
use super::practice::open_questions;
use super::rules::BookChange;
use super::timetable::Timetable;
use super::{rules, store};
use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Timestamp};
use crate::db::{Conn, Db, DbError, Tx};
use crate::kernel::agenda;
use crate::kernel::memo::Memo;

pub use super::corrections::KeyUser;
pub use super::model::correction::{
    CHALLENGE_CORRECTIONS, CONTEST_CORRECTIONS, Correction, CorrectionId, CorrectionStage, Effect, KeyChange,
};
pub use super::model::tally::{Tally, TallySource, group_size};
pub use super::rules::{Flip, bears, correct_key, flips, is_right};

/// Whether a room is asking the member this question just now, so that practising it would show the key.
pub type Asking = fn(&mut Conn, MemberId, QuestionId) -> diesel::QueryResult<bool>;

/// How old the list of questions in use may be: an edit on another server is seen within this time.
const FRESH: Duration = Duration::from_secs(5);

/// The questions in use, kept in memory without their texts; clones share them.
#[derive(Clone)]
pub(super) struct Stock {
    db: Db,
    candidates: Arc<Memo<(), Arc<[Candidate]>>>,
}

impl Stock {
    pub fn new(db: Db) -> Self {
        Stock { db, candidates: Arc::new(Memo::new(1)) }
    }

    /// Reads the bank again when it is next asked for, once `tx` has changed it. Today's paper may have waited for that.
    ///
    /// Called last: everybody who changes the bank or draws from it waits for the same row of the agenda, and anyone who
    /// went on to wait for a question or for the papers while he has it would wait for one who waits for him.
    pub fn forget_after(&self, tx: &mut Tx) -> diesel::QueryResult<()> {
        let candidates = self.candidates.clone();
        tx.after_commit(move || candidates.forget());
        agenda::put_now(tx, super::PAPERS, Uuid::nil())
    }

    async fn candidates(&self) -> Result<Arc<[Candidate]>, DbError> {
        let read = async || {
            let now = self.db.now();
            Ok(self.db.read(move |conn| store::list_candidates(conn, now)).await?.into())
        };
        self.candidates.get(&(), FRESH, read).await.map(|candidates| (*candidates).clone())
    }
}

impl Quiz {
    /// Every question in use that nobody guards, by id, from memory: a change elsewhere is seen within five seconds.
    pub async fn candidates(&self) -> Result<Arc<[Candidate]>, DbError> {
        self.stock.candidates().await
    }

    /// Keeps `ids` for `source_id` until [`Quiz::release`]: nobody else puts them on a paper. From `from` on nobody
    /// practises them, and they are not among [`Quiz::candidates`]; other servers know of it within five seconds. Again
    /// it only changes that instant. Before, take turns and see that they are not [`guarded_by_others`].
    pub fn guard(&self, tx: &mut Tx, ids: &[QuestionId], source_id: Uuid, from: Timestamp) -> diesel::QueryResult<()> {
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        ids.dedup();
        ids.into_iter().try_for_each(|id| store::put_guard(tx.conn, id, SourceId::from(source_id), from))?;
        self.stock.forget_after(tx)
    }

    /// Ends every guard that `source_id` set.
    pub fn release(&self, tx: &mut Tx, source_id: Uuid) -> diesel::QueryResult<()> {
        // what could not be told while somebody kept the question for himself
        wake(tx, CorrectionStage::Telling, source_id)?;
        store::delete_guards(tx.conn, SourceId::from(source_id))?;
        self.stock.forget_after(tx)
    }

    /// Refuses to practise what `asking` says that a room is asking the member; for the assembly of the rooms.
    pub fn unless_asked_by(&self, asking: Asking) {
        self.askers.add(asking);
    }

    /// Lets a room that keeps papers of its own put right keys on them; for the assembly of the rooms.
    pub fn used_by(&self, user: KeyUser) {
        self.key_users.add(user);
    }

    /// The papers that a member at `path` may still have to submit; today's comes from memory.
    pub async fn open_papers(&self, path: &[UnitId]) -> Result<OpenPapers, DbError> {
        let current = self.published.paper(self.db.today(), path).await?;
        Ok(OpenPapers { current, timetable: self.timetable.clone() })
    }
}

/// Makes anyone who puts questions on a paper, of a day or of a contest, take turns until the end of the transaction:
/// what one has found free stays free until it has taken it.
pub fn take_turns(tx: &mut Tx) -> diesel::QueryResult<()> {
    store::lock_papers(tx.conn)
}

/// Every question that somebody keeps for himself, also before its key is guarded: not to be drawn.
pub fn guarded(conn: &mut Conn) -> diesel::QueryResult<HashSet<QuestionId>> {
    Ok(store::list_all_guarded(conn)?.into_iter().collect())
}

/// Of `ids` those that somebody other than `source_id` keeps for himself.
pub fn guarded_by_others(
    conn: &mut Conn,
    ids: &[QuestionId],
    source_id: Uuid,
) -> diesel::QueryResult<HashSet<QuestionId>> {
    Ok(store::list_guarded(conn, ids, SourceId::from(source_id))?.into_iter().collect())
}

/// The questions of all papers for the days from `from` to `to`, both included: anyone who submits one is shown its
/// key.
pub fn on_papers(conn: &mut Conn, from: Day, to: Day) -> diesel::QueryResult<HashSet<QuestionId>> {
    let papers = store::list_papers_between(conn, from, to)?;
    Ok(papers.iter().flat_map(|paper| paper.questions.0.iter().map(|question| question.id)).collect())
}

/// Papers of which nothing may be shown before they are submitted.
pub struct OpenPapers {
    current: Option<Arc<Paper>>,
    timetable: Timetable,
}

impl OpenPapers {
    /// What is on papers that the member can still submit at `now`.
    pub fn questions(
        &self,
        conn: &mut Conn,
        member: MemberId,
        now: Timestamp,
    ) -> diesel::QueryResult<HashSet<QuestionId>> {
        open_questions(conn, member, self.current.as_deref(), now.day(), self.timetable.open_from(now))
    }
}

/// Every wording that a question has had, with the numbers of their versions.
pub fn wordings(conn: &mut Conn, id: QuestionId) -> diesel::QueryResult<Vec<(i32, QuestionText)>> {
    let Some(question) = store::find_question(conn, id)? else { return Ok(Vec::new()) };
    let former =
        store::list_versions(conn, id, None, i64::MAX)?.into_iter().map(|former| (former.version, former.text.0));
    Ok(std::iter::once((question.version, question.text())).chain(former).collect())
}

/// Writes into the member's wrong-answer book what these answers changed; `marks` are in the order of `questions`.
///
/// The caller has taken the member's turn, so reading before writing is safe.
pub fn keep_book(
    tx: &mut Tx,
    member: MemberId,
    questions: &[PaperQuestion],
    marks: &[bool],
) -> diesel::QueryResult<()> {
    let ids: Vec<QuestionId> = questions.iter().map(|question| question.id).collect();
    let mut before = store::list_wrong_about(tx.conn, member, &ids)?;
    // a handful of lines at most, and SQLite cannot take an upsert of several rows with nullable columns
    for (id, right) in ids.into_iter().zip(marks) {
        let line = before.iter().position(|line| line.question_id == id).map(|at| before.swap_remove(at));
        if let Some(line) = rules::after_answer(line, member, id, *right, tx.now()) {
            store::put_wrong(tx.conn, &line)?;
        }
    }
    Ok(())
}

/// Writes into the member's wrong-answer book what an answer changes that turned out otherwise than it was graded.
///
/// The caller has taken the member's turn.
pub fn correct_book(tx: &mut Tx, member: MemberId, flip: Flip) -> diesel::QueryResult<()> {
    let line = store::list_wrong_about(tx.conn, member, &[flip.question])?.pop();
    match rules::after_flip(line, member, flip, tx.now()) {
        BookChange::Nothing => Ok(()),
        BookChange::Write(line) => store::put_wrong(tx.conn, &line),
        BookChange::Remove => store::delete_wrong(tx.conn, member, flip.question),
    }
}

/// Adds to what a correction changed for a member, who is told of all of it when every room is done.
pub fn concern(tx: &mut Tx, correction: CorrectionId, member: MemberId, effect: Effect) -> diesel::QueryResult<()> {
    store::add_effect(tx.conn, correction, member, effect)
}

/// The oldest correction that has come to this stage.
pub fn correction_in(conn: &mut Conn, stage: CorrectionStage) -> diesel::QueryResult<Option<Correction>> {
    store::oldest_in(conn, &[stage])
}

/// Says that a room is done with a correction; false when another process said so.
pub fn hand_on(tx: &mut Tx, correction: &Correction, to: CorrectionStage) -> diesel::QueryResult<bool> {
    let handed_on = store::advance_correction(tx.conn, correction, &Correction { stage: to, ..correction.clone() })?;
    if handed_on {
        wake(tx, to, correction.id.uuid())?;
    }
    Ok(handed_on)
}

/// Has the room that does this stage of a correction look at it.
pub(super) fn wake(tx: &mut Tx, stage: CorrectionStage, subject: Uuid) -> diesel::QueryResult<()> {
    stage.agenda_kind().map_or(Ok(()), |kind| agenda::put_now(tx, kind, subject))
}

/// Now, while a correction stands at one of `stages`: for who looks when the agenda says so.
pub fn again_while(
    conn: &mut Conn,
    stages: &[CorrectionStage],
    now: Timestamp,
) -> diesel::QueryResult<Option<Timestamp>> {
    Ok(store::oldest_in(conn, stages)?.map(|_| now))
}

/// Writes what was counted anew of one version, if this source had been counted.
pub fn put_tally(tx: &mut Tx, source_kind: TallySource, source_id: Uuid, tally: &Tally) -> diesel::QueryResult<()> {
    store::put_tally(tx.conn, &TallyRow::new(tally, source_kind, SourceId::from(source_id), tx.now()))
}

/// Deals one question as it stands now, on record; `None` when it does not exist or is retired.
pub fn deal_one(tx: &mut Tx, id: QuestionId) -> diesel::QueryResult<Option<PaperQuestion>> {
    let mut found = store::find_question(tx.conn, id)?;
    if found.as_ref().is_some_and(|question| question.first_dealt_at.is_none()) {
        mark_dealt(tx, &[id])?;
        found = store::find_question(tx.conn, id)?; // an edit may have come before the mark
    }
    let found = found.filter(|question| question.retired_at.is_none());
    Ok(found.map(|question| PaperQuestion::new(id, question.version, question.text())))
}

/// The questions `ids` as they stand now, in that order; those that do not exist or are retired are left out.
pub fn freeze(conn: &mut Conn, ids: &[QuestionId]) -> diesel::QueryResult<Vec<PaperQuestion>> {
    let found = store::find_questions(conn, ids)?;
    let in_use = |id: &QuestionId| found.iter().find(|question| question.id == *id && question.retired_at.is_none());
    let frozen = |question: &Question| PaperQuestion::new(question.id, question.version, question.text());
    Ok(ids.iter().filter_map(in_use).map(frozen).collect())
}

/// Of questions on a paper those whose answer was changed in the bank alone, in the same words: papers keep the key that
/// they were set with until a correction is made, which whoever changed it may not know.
pub fn answered_otherwise<'q>(
    conn: &mut Conn,
    asked: &'q [PaperQuestion],
) -> diesel::QueryResult<Vec<&'q PaperQuestion>> {
    let ids: Vec<QuestionId> = asked.iter().map(|question| question.id).collect();
    let present = store::find_questions(conn, &ids)?;
    let differs = |asked: &&PaperQuestion| {
        let text = present.iter().find(|question| question.id == asked.id).map(Question::text);
        let text = text.filter(|_| !asked.text.is_void());
        text.is_some_and(|text| {
            (text.kind, &text.stem, &text.options) == (asked.text.kind, &asked.text.stem, &asked.text.options)
                && text.answer != asked.text.answer
        })
    };
    Ok(asked.iter().filter(differs).collect())
}

/// Records that `ids` have been dealt: an edit of such a question keeps the former wording under its version.
///
/// Call it before [`freeze`] in the same transaction, so that an edit in between is not missed. Once a question is
/// marked this only reads, so nothing is hot about a question that is dealt every day.
pub fn mark_dealt(tx: &mut Tx, ids: &[QuestionId]) -> diesel::QueryResult<()> {
    // in one order for all, so that two who deal the same questions wait for each other only once
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.chunks(PAPER_LIMIT).try_for_each(|chunk| store::mark_dealt(tx.conn, chunk, tx.now()))
}

/// Puts `tallies`, one for each question and version, in the place of what was counted for this source before.
pub fn put_tallies(
    tx: &mut Tx,
    source_kind: TallySource,
    source_id: Uuid,
    tallies: &[Tally],
) -> diesel::QueryResult<()> {
    let source = SourceId::from(source_id);
    let row = |tally| TallyRow::new(tally, source_kind, source, tx.now());
    let rows: Vec<TallyRow> = tallies.iter().map(row).collect();
    store::replace_tallies(tx.conn, source_kind, source, &rows)
}
