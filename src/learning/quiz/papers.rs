//! The paper of the day on its way to members: set or drawn, published.

use std::collections::HashSet;

use uuid::Uuid;

use super::Quiz;
use super::lending::{freeze, guarded, guarded_by_others, mark_dealt, take_turns};
use super::model::{Paper, PaperQuestion, QuestionId, paper_thing};
use super::rules::{self, Refusal};
use super::store;
use crate::base::capability::Reach;
use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Timestamp};
use crate::base::version::{SeenState, Version};
use crate::db::{Conn, DbError, Json, Never, Stop, Tx};
use crate::ground::notices::{self, NewNotice, NoticeKind, To};
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

impl Quiz {
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
        let within = tree.is_within(&reach, unit);
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
        if !tree.is_within(reach, unit) {
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
        if !tree.is_within(reach, unit) {
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
