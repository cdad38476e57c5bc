//! The paper of the day: set or drawn, published, fetched, submitted.

use std::collections::HashSet;
use std::sync::Arc;

use uuid::Uuid;

use super::Quiz;
use super::lending::{freeze, guarded, guarded_by_others, keep_book, mark_dealt, take_turns};
use super::model::{GivenAnswer, Paper, PaperQuestion, QuestionId, Submission, paper_thing};
use super::rules::{self, Refusal};
use super::store;
use crate::base::capability::Reach;
use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Timestamp};
use crate::base::version::{SeenState, Version};
use crate::db::{Conn, DbError, Json, Never, Stop, Tx};
use crate::ground::notices::{self, NewNotice, NoticeKind, To};
use crate::honour::points::{Grant, RuleName};
use crate::kernel::agenda;
use crate::kernel::trail::{self, Act};
use crate::learning::study;

type Outcome<T> = Result<T, Stop<Refusal>>;

/// Days within which a question is not drawn again while the bank has others.
const RECENT_DAYS: u64 = 60;

/// Papers published in one pass of the scheduler.
const DUE_AT_ONCE: i64 = 50;

/// The most days for rest on end that are looked through for the next paper.
const LONGEST_REST_DAYS: usize = 31;

/// How long a look at what is due may take.
const LOOK_SECONDS: i64 = 5;

/// What the ledger calls a submission that earned points.
pub(super) const SOURCE: &str = "quiz_submission";

/// How often a submission is graded while keys on its paper are being corrected.
const GRADINGS: usize = 3;

/// A submission with the paper that it answers, and whether it was made just now.
#[derive(Clone, Debug)]
pub struct Graded {
    pub submission: Submission,
    pub paper: Arc<Paper>,
    pub is_new: bool,
}

/// What a paper asks, for whoever adds up what plans ask.
#[derive(Clone, Debug)]
pub struct PlannedPaper {
    /// Of everybody below this unit that has no nearer one.
    pub unit_id: UnitId,
    pub day: Day,
    pub publish_at: Timestamp,
    pub questions: usize,
}

impl Quiz {
    /// The papers of the days from `from` to `until`, both included: those that there are, and for days to come without one
    /// that which will be drawn, but on days for rest.
    pub async fn asked_between(&self, from: Day, until: Day) -> Result<Vec<PlannedPaper>, DbError> {
        let papers = self.db.read(move |conn| store::list_papers_between(conn, from, until)).await?;
        let planned = |paper: &Paper| PlannedPaper {
            unit_id: paper.unit_id,
            day: paper.day,
            publish_at: paper.publish_at,
            questions: paper.questions.0.len(),
        };
        let mut asked: Vec<PlannedPaper> = papers.iter().map(planned).collect();
        let Some(root) = self.directory.tree().root() else { return Ok(asked) };
        let (mut day, questions) = (from.max(self.db.today()), self.timetable.paper_questions());
        while day <= until {
            let publish_at = day.at(self.timetable.paper_at());
            let is_there = asked.iter().any(|paper| paper.unit_id == root && paper.day == day);
            if !is_there && publish_at > self.db.now() && self.timetable.draws_on(day) {
                asked.push(PlannedPaper { unit_id: root, day, publish_at, questions });
            }
            day = day.next();
        }
        Ok(asked)
    }

    /// Today's paper for the member at home at `path`, or the one that he was handed before; hands it out only after that is
    /// on record.
    pub async fn fetch(&self, member: MemberId, path: &[UnitId]) -> Outcome<(Arc<Paper>, Option<Submission>)> {
        let today = self.db.today();
        let current = self.published.paper(today, path).await?;
        let is_known = current.as_ref().is_some_and(|paper| self.published.is_fetched(member, paper.id));
        let (submission, handed) = self
            .db
            .read(move |conn| {
                let submission = store::find_submission(conn, member, today)?;
                // who was handed a paper keeps it for the day, wherever he moved and whatever came out since
                let handed = if is_known { None } else { store::list_fetched(conn, member, today)?.into_iter().next() };
                Ok((submission, handed))
            })
            .await?;
        let paper = handed.map(Arc::new).or(current).ok_or(Refusal::NoPaper)?;
        self.published.record_fetch(member, paper.id).await?;
        Ok((paper, submission))
    }

    /// When today's paper comes out, for anyone who asks too early.
    pub fn publishes_at(&self) -> Timestamp {
        self.db.today().at(self.timetable.paper_at())
    }

    /// Submits and grades the paper of `day`. The same submission again returns the first result. Questions without an
    /// answer are refused unless the member says that he leaves them `as_it_is`.
    pub async fn submit(
        &self,
        member: MemberId,
        path: Arc<[UnitId]>,
        day: Day,
        answers: Vec<GivenAnswer>,
        as_it_is: bool,
    ) -> Outcome<Graded> {
        let answers: Arc<[GivenAnswer]> = answers.into();
        for _ in 1..GRADINGS {
            match self.try_to_submit(member, path.clone(), day, answers.clone(), as_it_is).await {
                // it was graded by a paper in memory whose key has been corrected
                Err(Stop::Refused(Refusal::PaperCorrected)) => self.published.forget(),
                outcome => return outcome,
            }
        }
        self.try_to_submit(member, path, day, answers, as_it_is).await
    }

    async fn try_to_submit(
        &self,
        member: MemberId,
        path: Arc<[UnitId]>,
        day: Day,
        answers: Arc<[GivenAnswer]>,
        as_it_is: bool,
    ) -> Outcome<Graded> {
        let current = self.published.paper(day, &path).await?;
        let quiz = self.clone();
        self.db
            .write_about(member, move |tx| {
                quiz.submit_in(tx, member, &path, day, current.as_ref(), (&answers, as_it_is))
            })
            .await
    }

    fn submit_in(
        &self,
        tx: &mut Tx,
        member: MemberId,
        path: &[UnitId],
        day: Day,
        current: Option<&Arc<Paper>>,
        (answers, as_it_is): (&[GivenAnswer], bool),
    ) -> Outcome<Graded> {
        // duplicates of this request wait here for the first of them, and then find what it left
        tx.take_turn(member)?;
        if let Some(first) = store::find_submission(tx.conn, member, day)? {
            return repeated(tx.conn, first, answers);
        }
        let papers = self.papers_to_submit(tx, member, day, current, answers)?;
        let late = rules::may_submit(day, tx.today(), self.timetable.open_from(tx.now()), !papers.is_empty())?;
        let paper = rules::answered(&papers, answers).ok_or(Refusal::NoPaper)?;
        let answers = rules::match_answers(&paper.questions.0, answers)?;
        let count = rules::unanswered(&paper.questions.0, &answers);
        if count > 0 && !as_it_is {
            return Err(Refusal::Unanswered { count }.into());
        }
        let marks = rules::grade(&paper.questions.0, &answers);
        let mut submission = new_submission(tx, member, paper, answers, &marks, late);
        submission.points = self.award(tx, path, &submission)?;
        if !store::insert_submission(tx.conn, &submission)? {
            return Err(Refusal::PaperCorrected.into());
        }
        keep_book(tx, member, &paper.questions.0, &marks)?;
        study::mark_day(tx, member, day)?;
        Ok(Graded { submission, paper: paper.clone(), is_new: true })
    }

    /// The papers of `day` that the member may answer: those that he was handed on that day, and on the day itself the one
    /// that is out for him now. That one alone if he was handed it here and answers it, as nearly everybody does.
    fn papers_to_submit(
        &self,
        tx: &mut Tx,
        member: MemberId,
        day: Day,
        current: Option<&Arc<Paper>>,
        answers: &[GivenAnswer],
    ) -> diesel::QueryResult<Vec<Arc<Paper>>> {
        let current: Vec<Arc<Paper>> = current.filter(|_| day == tx.today()).cloned().into_iter().collect();
        let is_usual = current.iter().any(|paper| {
            self.published.is_fetched(member, paper.id) && rules::match_answers(&paper.questions.0, answers).is_ok()
        });
        if is_usual {
            return Ok(current);
        }
        let fetched = store::list_fetched(tx.conn, member, day)?.into_iter().map(Arc::new);
        Ok(fetched.chain(current).collect())
    }

    fn award(&self, tx: &mut Tx, path: &[UnitId], submission: &Submission) -> diesel::QueryResult<i32> {
        let reason = format!("{}每日一答：答对 {} 题", submission.day.in_chinese(), submission.right_count);
        self.points.award(
            tx,
            &Grant {
                rule: RuleName::QUIZ_DAILY,
                member: submission.member_id,
                path,
                times: submission.right_count,
                day: submission.day,
                source_kind: SOURCE,
                source_id: submission.id.uuid(),
                reason: &reason,
            },
        )
    }

    /// Sets the paper of `unit` for `day`, which is not published yet.
    pub async fn set_paper(
        &self,
        actor: MemberId,
        reach: Reach,
        (unit, day): (Option<UnitId>, Day),
        seen: Option<SeenState>,
        ids: Vec<QuestionId>,
    ) -> Outcome<Paper> {
        let tree = self.directory.tree();
        let unit = unit.or(tree.root()).ok_or(Refusal::OutOfReach)?;
        let within = tree.get(unit).is_some_and(|card| reach.covers(&card.path));
        if !within {
            return Err(Refusal::OutOfReach.into());
        }
        let (publish_at, is_root) = (day.at(self.timetable.paper_at()), tree.root() == Some(unit));
        self.db
            .write(move |tx| {
                let present = store::find_paper(tx.conn, unit, day)?;
                if day == tx.today() && present.as_ref().is_some_and(|paper| paper.published_at.is_some()) {
                    return Err(Refusal::PaperPublished.into());
                }
                rules::may_set(day, tx.today(), is_root)?;
                let questions = frozen(tx, &ids)?;
                if let Some(present) = present {
                    paper_thing(present.id).changed_since(tx.conn, seen)?.map_err(Refusal::Outdated)?;
                }
                let paper = put_paper(tx, Some(actor), unit, day, publish_at, questions)?;
                agenda::put(tx, super::PAPERS, paper.id.uuid(), publish_at)?;
                trail::note(tx, paper_set(actor, &paper, &ids))?;
                Ok(paper)
            })
            .await
    }

    /// Takes back the paper of `unit` for `day`, which is not published yet: the enterprise's is drawn in its place, and a
    /// unit's members have the one from above.
    pub async fn unset_paper(&self, actor: MemberId, reach: &Reach, unit: Option<UnitId>, day: Day) -> Outcome<()> {
        let tree = self.directory.tree();
        let unit = unit.or(tree.root()).ok_or(Refusal::OutOfReach)?;
        if !tree.get(unit).is_some_and(|card| reach.covers(&card.path)) {
            return Err(Refusal::OutOfReach.into());
        }
        self.db
            .write(move |tx| {
                // a correction may be looking for the papers that bear its question
                take_turns(tx)?;
                let paper = store::find_paper(tx.conn, unit, day)?.ok_or(Refusal::NoPaper)?;
                if !store::delete_unpublished(tx.conn, paper.id)? {
                    return Err(Refusal::PaperPublished.into());
                }
                let ids: Vec<QuestionId> = paper.questions.0.iter().map(|question| question.id).collect();
                trail::note(tx, Act { action: "quiz.unset_paper", ..paper_set(actor, &paper, &ids) })?;
                Ok(agenda::put_now(tx, super::PAPERS, Uuid::nil())?)
            })
            .await
    }

    /// The paper of `unit` for `day`, published or not, and the state in which it is; for anyone who may read content.
    pub async fn paper_of(
        &self,
        reach: &Reach,
        unit: Option<UnitId>,
        day: Day,
    ) -> Outcome<Option<(Paper, Option<Version>)>> {
        let tree = self.directory.tree();
        let unit = unit.or(tree.root()).ok_or(Refusal::OutOfReach)?;
        if !tree.get(unit).is_some_and(|card| reach.covers(&card.path)) {
            return Err(Refusal::OutOfReach.into());
        }
        let found = move |conn: &mut Conn| {
            let Some(id) = store::find_paper(conn, unit, day)?.map(|paper| paper.id) else { return Ok(None) };
            let version = paper_thing(id).version(conn)?;
            Ok(store::find_paper_by_id(conn, id)?.map(|paper| (paper, version)))
        };
        Ok(self.db.read(found).await?)
    }

    /// When the next paper comes out, for anyone who asks while there is none: today's, or after days for rest that of the
    /// first one on which one is drawn.
    pub fn next_publishes_at(&self) -> Timestamp {
        let mut day = self.db.today();
        for _ in 0..LONGEST_REST_DAYS {
            if self.timetable.draws_on(day) {
                break;
            }
            day = day.next();
        }
        day.at(self.timetable.paper_at())
    }

    /// What today is called if it is a day for rest, on which no paper is drawn.
    pub fn rest_today(&self) -> Option<String> {
        let today = self.db.today();
        self.timetable.calendar.day_off(today).filter(|_| !self.timetable.draws_on(today))
    }

    /// What the scheduler does every second: draws today's paper when its time has come, nobody set one and the day is not
    /// for rest, and publishes every paper whose time has come, also after the server was down. Several servers may do so at once.
    pub async fn publish_due(&self) -> Result<(), DbError> {
        // a paper that fails keeps no other one waiting
        let mut outcome = Ok(());
        if self.db.now() >= self.publishes_at() && self.timetable.draws_on(self.db.today()) {
            outcome = self.draw_paper(self.db.today()).await;
        }
        let now = self.db.now();
        let due = self.db.read(move |conn| store::list_due(conn, now, DUE_AT_ONCE)).await?;
        for paper in due {
            let quiz = self.clone();
            outcome = outcome.and(self.db.write(move |tx| quiz.publish(tx, &paper)).await.map_err(DbError::from));
        }
        outcome
    }

    /// When a paper is to be drawn or published next.
    pub(super) async fn next_due(&self) -> Result<Option<Timestamp>, DbError> {
        // one whose time came while it was looked is looked at once more
        let looked_from = self.db.now().plus_seconds(-LOOK_SECONDS);
        let drawn = Some(self.publishes_at()).filter(|at| *at > looked_from);
        let drawn = drawn.unwrap_or_else(|| self.db.today().next().at(self.timetable.paper_at()));
        let planned = self.db.read(store::next_due).await?;
        Ok(Some(planned.map_or(drawn, |planned| planned.min(drawn))))
    }

    /// Draws the enterprise's paper of `day` unless there is one or the bank is empty.
    pub async fn draw_paper(&self, day: Day) -> Result<(), DbError> {
        let Some(root) = self.directory.tree().root() else { return Ok(()) };
        if self.db.read(move |conn| store::find_paper(conn, root, day)).await?.is_some() {
            return Ok(());
        }
        let publish_at = day.at(self.timetable.paper_at());
        let (count, categories) = (self.timetable.paper_questions(), self.timetable.paper_categories());
        self.db
            .write(move |tx| -> Result<(), Stop<Never>> {
                let ids = drawn(tx, root, day, count, &categories)?;
                mark_dealt(tx, &ids)?;
                let questions = freeze(tx.conn, &ids)?;
                if !questions.is_empty() {
                    let paper = new_paper(tx, None, root, day, publish_at, questions);
                    store::insert_paper(tx.conn, &paper)?;
                }
                Ok(())
            })
            .await
            .map_err(DbError::from)
    }

    /// Publishes today's papers at once, whatever the hour; for the demo.
    pub async fn publish_today(&self) -> Result<(), DbError> {
        let today = self.db.today();
        self.draw_paper(today).await?;
        let Some(root) = self.directory.tree().root() else { return Ok(()) };
        if let Some(paper) = self.db.read(move |conn| store::find_paper(conn, root, today)).await? {
            let quiz = self.clone();
            self.db.write(move |tx| quiz.publish(tx, &paper)).await.map_err(DbError::from)?;
        }
        Ok(())
    }

    /// Publishes one paper, unless another server has. Only on the paper's own day is there something to do for members, and
    /// are they told.
    fn publish(&self, tx: &mut Tx, paper: &Paper) -> Result<(), Stop<Never>> {
        if !store::publish(tx.conn, paper.id, tx.now())? {
            return Ok(());
        }
        if paper.day == tx.today() {
            study::open_day(tx, &self.timetable.calendar, paper.unit_id, paper.day)?;
            notices::tell(tx, paper_notice(paper))?;
        }
        let published = self.published.clone();
        tx.after_commit(move || published.forget());
        Ok(())
    }

    /// The results of a member, newest day first.
    pub async fn history(&self, member: MemberId, before: Option<Day>, limit: i64) -> Result<Vec<Submission>, DbError> {
        self.db.read(move |conn| store::list_submissions(conn, member, before, limit)).await
    }

    /// The result of one day with questions and explanations.
    pub async fn result(&self, member: MemberId, day: Day) -> Outcome<Graded> {
        let found = self
            .db
            .read(move |conn| {
                let Some(submission) = store::find_submission(conn, member, day)? else { return Ok(None) };
                with_paper(conn, submission).map(Some)
            })
            .await?;
        found.ok_or_else(|| Refusal::NoPaper.into())
    }
}

/// The first result, if this is the same submission again.
fn repeated(conn: &mut Conn, first: Submission, answers: &[GivenAnswer]) -> Outcome<Graded> {
    let graded = with_paper(conn, first)?;
    let again = rules::match_answers(&graded.paper.questions.0, answers)?;
    if again == graded.submission.answers.0 { Ok(graded) } else { Err(Refusal::AlreadySubmitted.into()) }
}

fn with_paper(conn: &mut Conn, submission: Submission) -> diesel::QueryResult<Graded> {
    let paper = store::find_paper_by_id(conn, submission.paper_id)?.ok_or(diesel::result::Error::NotFound)?;
    Ok(Graded { submission, paper: Arc::new(paper), is_new: false })
}

fn new_submission(
    tx: &Tx,
    member: MemberId,
    paper: &Paper,
    answers: Vec<GivenAnswer>,
    marks: &[bool],
    late: bool,
) -> Submission {
    let count = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
    Submission {
        id: tx.fresh_id(),
        member_id: member,
        day: paper.day,
        paper_id: paper.id,
        answers: Json(answers),
        right_count: count(marks.iter().filter(|right| **right).count()),
        question_count: count(marks.len()),
        points: 0,
        late,
        submitted_at: tx.now(),
        edition: paper.edition,
        corrected_at: None,
    }
}

fn new_paper(
    tx: &Tx,
    actor: Option<MemberId>,
    unit: UnitId,
    day: Day,
    publish_at: Timestamp,
    questions: Vec<PaperQuestion>,
) -> Paper {
    Paper {
        id: tx.fresh_id(),
        unit_id: unit,
        day,
        questions: Json(questions),
        publish_at,
        published_at: None,
        created_by: actor,
        created_at: tx.now(),
        edition: 0,
    }
}

/// Inserts the paper, or replaces the unpublished one of that unit and day.
fn put_paper(
    tx: &mut Tx,
    actor: Option<MemberId>,
    unit: UnitId,
    day: Day,
    publish_at: Timestamp,
    questions: Vec<PaperQuestion>,
) -> Outcome<Paper> {
    let paper = new_paper(tx, actor, unit, day, publish_at, questions);
    if store::insert_paper(tx.conn, &paper)? {
        return Ok(paper);
    }
    let mut present = store::find_paper(tx.conn, unit, day)?.ok_or(diesel::result::Error::NotFound)?;
    present.questions = paper.questions;
    present.created_by = actor;
    if store::update_unpublished(tx.conn, &present)? { Ok(present) } else { Err(Refusal::PaperPublished.into()) }
}

fn paper_set<'a>(actor: MemberId, paper: &Paper, ids: &'a [QuestionId]) -> Act<'a, serde_json::Value> {
    Act {
        actor: Some(actor),
        action: "quiz.set_paper",
        subject_kind: paper_thing(paper.id).kind,
        subject_id: paper.id.uuid(),
        detail: serde_json::json!({ "day": paper.day, "unit_id": paper.unit_id, "question_ids": ids }),
    }
}

/// The questions of a paper that somebody sets, in that order; each must be in use and named once.
///
/// From here on they count as dealt, not only from the publication: the paper bears the wording of this moment, and its
/// version must never come to mean another.
fn frozen(tx: &mut Tx, ids: &[QuestionId]) -> Outcome<Vec<PaperQuestion>> {
    let mut seen = HashSet::new();
    if let Some(index) = ids.iter().position(|id| !seen.insert(*id)) {
        return Err(Refusal::QuestionTwice { index }.into());
    }
    take_turns(tx)?;
    mark_dealt(tx, ids)?;
    let found = freeze(tx.conn, ids)?;
    if let Some(index) = ids.iter().position(|id| !found.iter().any(|question| question.id == *id)) {
        return Err(Refusal::UnknownQuestion { index }.into());
    }
    // anyone who submits the paper is shown the key
    let guarded = guarded_by_others(tx.conn, ids, Uuid::nil())?;
    if let Some(index) = ids.iter().position(|id| guarded.contains(id)) {
        return Err(Refusal::GuardedQuestion { index }.into());
    }
    Ok(found)
}

fn drawn(
    tx: &mut Tx,
    unit: UnitId,
    day: Day,
    count: usize,
    categories: &[String],
) -> diesel::QueryResult<Vec<QuestionId>> {
    take_turns(tx)?;
    let mut bank = store::list_candidates(tx.conn, tx.now())?;
    let guarded = guarded(tx.conn)?;
    bank.retain(|candidate| !guarded.contains(&candidate.id));
    // a name that no question bears takes nobody's paper away
    if bank.iter().any(|candidate| categories.contains(&candidate.category)) {
        bank.retain(|candidate| categories.contains(&candidate.category));
    }
    let recent = store::list_papers_since(tx.conn, unit, day.minus_days(RECENT_DAYS), 200)?;
    let recent: HashSet<QuestionId> =
        recent.iter().flat_map(|paper| paper.questions.0.iter().map(|question| question.id)).collect();
    Ok(rules::draw(unit, day, &bank, &recent, count))
}

fn paper_notice(paper: &Paper) -> NewNotice {
    NewNotice {
        to: To::Unit(paper.unit_id),
        kind: NoticeKind::PUBLISHED,
        title: "今日答题已发布".into(),
        body: format!("{}的每日一答已发布，共 {} 题。", paper.day.in_chinese(), paper.questions.0.len()),
        link: Some("/quiz/daily".into()),
    }
}
