//! Runs from their first question to their end.

use std::sync::Arc;

use diesel::QueryResult;

use super::model::{Answer, Answered, DayRecord, EndedBecause, Run, RunId, State};
use super::rules::{self, Refusal};
use super::settings::TermSettings;
use super::store;
use super::{MEASURE, corrections};
use crate::base::crypto::random_number;
use crate::base::id::{MemberId, UnitId};
use crate::base::time::Timestamp;
use crate::db::{Conn, Db, DbError, Never, Stop, Tx};
use crate::honour::points::{Grant, Points, RuleName};
use crate::kernel::board::{Boards, Gain};
use crate::kernel::lease::ProcessId;
use crate::learning::quiz::lending::{OpenPapers, deal_one, is_right, keep_book};
use crate::learning::quiz::{Candidate, PaperQuestion, Quiz, understood};
use crate::people::members::Directory;

type Outcome<T> = Result<T, Stop<Refusal>>;

/// How long after its time was up the background job ends a run. An answer that came in time may still be on its way: it
/// waits for a reader and for its turn to write, each as long as [`crate::db`] has patience.
const UNNOTICED_SECONDS: i64 = 10;
/// How long a run that is over is looked for: the looks of servers take seconds.
const STALE_SECONDS: i64 = 60;

/// Overdue runs that are read at once.
const OVERDUE_AT_ONCE: i64 = 500;

/// The room's handle; clones share it.
#[derive(Clone)]
pub struct Challenge {
    pub(super) db: Db,
    pub(super) directory: Directory,
    quiz: Quiz,
    points: Points,
    boards: Boards,
    terms: TermSettings,
    /// Under this name the process counts what is over.
    pub(super) holder: ProcessId,
}

/// What can be dealt to a member.
struct Deck {
    candidates: Arc<[Candidate]>,
    /// What is on these is not shown before the member has submitted them.
    open: OpenPapers,
}

/// An answer as it came in.
struct Sent {
    seq: i32,
    answer: Vec<String>,
    /// Taken before it waits for its turn at the database.
    arrived: Timestamp,
}

impl Challenge {
    /// Opens the room and registers its board.
    pub fn open(db: Db, directory: Directory, quiz: Quiz, points: Points, boards: Boards, terms: TermSettings) -> Self {
        boards.register(MEASURE);
        Challenge { holder: db.fresh_id(), db, directory, quiz, points, boards, terms }
    }

    /// Begins a run, or gives the one that is running; whether it has just begun.
    pub(super) async fn start(&self, member: MemberId, path: Arc<[UnitId]>) -> Outcome<(State, bool)> {
        let (room, deck) = (self.clone(), self.deck(&path).await?);
        self.db.write(move |tx| room.start_in(tx, member, &path, &deck)).await
    }

    fn start_in(&self, tx: &mut Tx, member: MemberId, path: &[UnitId], deck: &Deck) -> Outcome<(State, bool)> {
        tx.take_turn(member)?;
        if let Some(run) = store::find_latest(tx.conn, member)? {
            let state = self.look(tx, run, path)?;
            if state.run.is_running() {
                return Ok((state, false));
            }
        }
        let mut run = rules::begin(tx.fresh_id(), member, random_number().cast_signed(), tx.now());
        let question = next_question(tx, &run, deck)?.ok_or(Refusal::NoQuestions)?;
        rules::deal(&mut run, question, &self.terms.get(), tx.now());
        store::insert_run(tx.conn, &run)?;
        let mut day = day_of(tx.conn, &run)?;
        day.runs += 1;
        store::put_day(tx.conn, &day)?;
        Ok((State { run, day, now: tx.now() }, true))
    }

    /// Answers question `seq` of a run. The answer given last, sent again, gets the same outcome and changes nothing.
    pub(super) async fn answer(
        &self,
        member: MemberId,
        path: Arc<[UnitId]>,
        id: RunId,
        seq: i32,
        answer: Vec<String>,
    ) -> Outcome<Answered> {
        let sent = Sent { seq, answer, arrived: self.db.now() };
        let (room, deck) = (self.clone(), self.deck(&path).await?);
        let answered = self.db.write(move |tx| room.answer_in(tx, (member, id), &path, &sent, &deck)).await?;
        answered.ok_or_else(|| Refusal::TooFast.into())
    }

    /// `None` for an answer that was too fast: that it came is counted, so the transaction must be kept.
    fn answer_in(
        &self,
        tx: &mut Tx,
        (member, id): (MemberId, RunId),
        path: &[UnitId],
        sent: &Sent,
        deck: &Deck,
    ) -> Outcome<Option<Answered>> {
        tx.take_turn(member)?;
        let mut run = store::find_run(tx.conn, member, id)?.ok_or(Refusal::NoSuchRun)?;
        let waits = run.is_running() && run.seq == sent.seq;
        if waits && !rules::is_overdue(&run, sent.arrived) {
            if rules::is_too_fast(&run, &self.terms.get(), sent.arrived) {
                run.too_fast_count += 1;
                store::put_run(tx.conn, &run)?;
                return Ok(None);
            }
            let meant = run.asked().map_or(Ok(sent.answer.clone()), |asked| understood(&asked.text, &sent.answer));
            let meant = Sent { answer: meant.map_err(Refusal::BadAnswer)?, ..*sent };
            self.grade(tx, &mut run, path, &meant, deck)?;
        } else if waits {
            self.time_out(tx, &mut run, path)?;
        }
        let closed = store::find_answer(tx.conn, run.id, sent.seq)?.ok_or(Refusal::NotDealt)?;
        Ok(Some(rules::repeat(state_of(tx, run)?, closed, &sent.answer)?))
    }

    /// Grades an answer that came in time; the run goes on with the next question or ends.
    fn grade(&self, tx: &mut Tx, run: &mut Run, path: &[UnitId], sent: &Sent, deck: &Deck) -> QueryResult<()> {
        let Some(question) = run.close() else { return Ok(()) };
        let right = is_right(&question.text, &sent.answer);
        let answer = Answer::new(run, &question, Some((sent.answer.clone(), sent.arrived)), right);
        store::insert_answer(tx.conn, &answer)?;
        keep_book(tx, run.member_id, &[question], &[right])?;
        if !right {
            return self.end(tx, run, path, EndedBecause::Wrong, sent.arrived);
        }
        rules::count_right(run, sent.arrived);
        match next_question(tx, run, deck)? {
            Some(next) => {
                rules::deal(run, next, &self.terms.get(), tx.now());
                store::put_run(tx.conn, run)
            }
            None => self.end(tx, run, path, EndedBecause::BankExhausted, sent.arrived),
        }
    }

    /// Goes on with a run that ended by a wrong answer or the time; once a day. Sent again, it gives the run as it is.
    pub(super) async fn revive(&self, member: MemberId, path: Arc<[UnitId]>, id: RunId) -> Outcome<State> {
        let (room, deck) = (self.clone(), self.deck(&path).await?);
        self.db.write(move |tx| room.revive_in(tx, (member, id), &path, &deck)).await
    }

    fn revive_in(&self, tx: &mut Tx, (member, id): (MemberId, RunId), path: &[UnitId], deck: &Deck) -> Outcome<State> {
        tx.take_turn(member)?;
        let run = store::find_run(tx.conn, member, id)?.ok_or(Refusal::NoSuchRun)?;
        let mut state = self.look(tx, run, path)?;
        if state.run.is_running() && state.run.revived {
            return Ok(state);
        }
        let latest = store::find_latest(tx.conn, member)?.ok_or(Refusal::NoSuchRun)?;
        rules::may_revive(&state.run, latest.id, &state.day, tx.now())?;
        let question = next_question(tx, &state.run, deck)?.ok_or(Refusal::NoQuestions)?;
        rules::deal(&mut state.run, question, &self.terms.get(), tx.now());
        state.run.revived = true;
        store::put_run(tx.conn, &state.run)?;
        state.day.revival_used = true;
        store::put_day(tx.conn, &state.day)?;
        Ok(state)
    }

    /// Ends a run without answering; one that is over stays as it is.
    pub(super) async fn give_up(&self, member: MemberId, path: Arc<[UnitId]>, id: RunId) -> Outcome<State> {
        let room = self.clone();
        self.db
            .write(move |tx| {
                tx.take_turn(member)?;
                let run = store::find_run(tx.conn, member, id)?.ok_or(Refusal::NoSuchRun)?;
                let mut state = room.look(tx, run, &path)?;
                if state.run.is_running() {
                    leave_unanswered(tx, &mut state.run)?;
                    room.end(tx, &mut state.run, &path, EndedBecause::GivenUp, state.now)?;
                }
                Ok(state_of(tx, state.run)?)
            })
            .await
    }

    /// The member's newest run, ended by now if its time is up; `None` for anyone who has never begun one.
    pub(super) async fn latest(&self, member: MemberId, path: Arc<[UnitId]>) -> Result<Option<State>, DbError> {
        let found = self
            .db
            .read(move |conn| {
                let Some(run) = store::find_latest(conn, member)? else { return Ok(None) };
                Ok(Some((day_of(conn, &run)?, run)))
            })
            .await?;
        let now = self.db.now();
        match found {
            Some((_, run)) if rules::is_overdue(&run, now) => self.end_if_overdue(member, path, run.id).await,
            found => Ok(found.map(|(day, run)| State { run, day, now })),
        }
    }

    /// When a run may be over next that nobody ends. Anyone who begins one now has the time of a question first, so
    /// that no run has to be written down as it begins.
    pub(super) async fn next_overdue(&self) -> Result<Option<Timestamp>, DbError> {
        let now = self.db.now();
        let unnoticed = |due: Timestamp| Timestamp::from_micros(due.plus_seconds(UNNOTICED_SECONDS).micros() + 1);
        let begun_now = unnoticed(now.plus_seconds(self.terms.get().seconds));
        // one that stays for longer is of somebody who has left
        let from = now.plus_seconds(-UNNOTICED_SECONDS - STALE_SECONDS);
        let running = self.db.read(move |conn| store::next_due(conn, from)).await?.map(unnoticed);
        Ok(Some(running.map_or(begun_now, |at| at.min(begun_now))))
    }

    /// What the scheduler does: ends the runs whose time was up with nobody there, so that their day's
    /// best and points are settled. Several servers may do so at once.
    pub async fn end_overdue(&self) -> Result<(), DbError> {
        let (before, mut after) = (self.db.now().plus_seconds(-UNNOTICED_SECONDS), None);
        loop {
            let overdue = self.db.read(move |conn| store::list_overdue(conn, before, after, OVERDUE_AT_ONCE)).await?;
            for (_, run, member) in &overdue {
                if let Some(path) = self.directory.path(*member) {
                    self.end_if_overdue(*member, path, *run).await?;
                }
            }
            let Some((due, run, _)) = overdue.last().copied().filter(|_| overdue.len() as i64 == OVERDUE_AT_ONCE)
            else {
                return Ok(());
            };
            after = Some((due, run));
        }
    }

    async fn end_if_overdue(&self, member: MemberId, path: Arc<[UnitId]>, id: RunId) -> Result<Option<State>, DbError> {
        let room = self.clone();
        self.db
            .write(move |tx| -> Result<Option<State>, Stop<Never>> {
                tx.take_turn(member)?;
                let Some(run) = store::find_run(tx.conn, member, id)? else { return Ok(None) };
                Ok(Some(room.look(tx, run, &path)?))
            })
            .await
            .map_err(DbError::from)
    }

    /// The run as it is now: ended, if its time is up.
    fn look(&self, tx: &mut Tx, mut run: Run, path: &[UnitId]) -> QueryResult<State> {
        if rules::is_overdue(&run, tx.now()) {
            self.time_out(tx, &mut run, path)?;
        }
        state_of(tx, run)
    }

    fn time_out(&self, tx: &mut Tx, run: &mut Run, path: &[UnitId]) -> QueryResult<()> {
        leave_unanswered(tx, run)?;
        let at = run.due_at;
        self.end(tx, run, path, EndedBecause::TimeOut, at)
    }

    /// Ends the run and settles what it comes to: the day's best, the board, points for the improvement. It counts for the
    /// day on which it began; once that is final, and for anyone who has left, it comes to nothing.
    fn end(
        &self,
        tx: &mut Tx,
        run: &mut Run,
        path: &[UnitId],
        because: EndedBecause,
        at: Timestamp,
    ) -> QueryResult<()> {
        rules::end(run, because, at);
        let counts = run.day >= self.quiz.open_from(tx.now());
        if !counts || self.directory.path_unless_left(run.member_id).is_none() {
            return store::put_run(tx.conn, run);
        }
        let mut day = day_of(tx.conn, run)?;
        let gained = rules::improve(&mut day, run);
        if gained > 0 {
            store::put_day(tx.conn, &day)?;
            let gain = Gain { member: run.member_id, path, day: run.day, points: gained.into(), at: day.reached_at };
            self.boards.record(tx, &MEASURE, &gain)?;
            run.points += self.award(tx, run, path, gained)?;
        }
        store::put_run(tx.conn, run)?;
        if gained > 0 { corrections::follow(tx, run.member_id, run.day) } else { Ok(()) }
    }

    fn award(&self, tx: &mut Tx, run: &Run, path: &[UnitId], gained: i32) -> QueryResult<i32> {
        let (day, right) = (run.day.in_chinese(), run.right_count);
        let reason = format!("{day}挑战答题：答对 {right} 题，比当日最好成绩多 {gained} 题");
        // a run ends at most twice, the second time after its revival
        let source_kind = if run.revived { "challenge_revival" } else { "challenge_run" };
        self.points.award(
            tx,
            &Grant {
                rule: RuleName::CHALLENGE,
                member: run.member_id,
                path,
                times: gained,
                day: run.day,
                source_kind,
                source_id: run.id.uuid(),
                reason: &reason,
            },
        )
    }

    async fn deck(&self, path: &[UnitId]) -> Result<Deck, DbError> {
        Ok(Deck { candidates: self.quiz.candidates().await?, open: self.quiz.open_papers(path).await? })
    }
}

/// Draws the next question of a run: none that it has dealt, and none of a paper that can still be submitted.
fn next_question(tx: &mut Tx, run: &Run, deck: &Deck) -> QueryResult<Option<PaperQuestion>> {
    let now = tx.now();
    let mut taken = deck.open.questions(tx.conn, run.member_id, now)?;
    taken.extend(store::list_dealt(tx.conn, run.id)?);
    while let Some(id) = rules::draw(run.seed, run.seq + 1, &deck.candidates, |id| taken.contains(&id)) {
        if let Some(question) = deal_one(tx, id)? {
            return Ok(Some(question));
        }
        taken.insert(id); // retired a moment ago
    }
    Ok(None)
}

/// Closes the waiting question without an answer.
fn leave_unanswered(tx: &mut Tx, run: &mut Run) -> QueryResult<()> {
    let Some(question) = run.close() else { return Ok(()) };
    store::insert_answer(tx.conn, &Answer::new(run, &question, None, false))
}

fn day_of(conn: &mut Conn, run: &Run) -> QueryResult<DayRecord> {
    let found = store::find_day(conn, run.member_id, run.day)?;
    Ok(found.unwrap_or_else(|| DayRecord::new(run.member_id, run.day, run.started_at)))
}

fn state_of(tx: &mut Tx, run: Run) -> QueryResult<State> {
    Ok(State { day: day_of(tx.conn, &run)?, run, now: tx.now() })
}
