//! What a member does in an open contest: start an attempt, save answers, hand in. Only the server's clock counts.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::calendar::Outcome;
use super::model::{Attempt, AttemptId, AttemptState, Contest, ContestId, ContestState, SavedAnswer, Terms};
use super::rules::{self, Refusal, Sheet};
use super::{Contests, Frozen, store};
use crate::base::crypto::random_number;
use crate::base::id::{MemberId, UnitId};
use crate::base::time::Timestamp;
use crate::db::{DbError, Json, Never, Stop, Tx};
use crate::learning::quiz::QuestionId;

/// Attempts ended in one transaction.
pub(super) const ENDED_AT_ONCE: i64 = 100;

/// Such transactions in one pass of the clock; what is left waits a second.
const PASSES: usize = 20;

/// Who makes an attempt.
#[derive(Clone, Debug)]
pub struct Sitter {
    pub member: MemberId,
    /// The home unit and its ancestors, nearest first.
    pub path: Arc<[UnitId]>,
    pub branch: Option<UnitId>,
}

/// An attempt with its answers, and the paper that it was dealt from.
#[derive(Debug)]
pub struct Sat {
    pub contest: Contest,
    pub attempt: Attempt,
    pub answers: HashMap<QuestionId, Vec<String>>,
    paper: Arc<Frozen>,
}

impl Sat {
    pub fn sheet(&self) -> Sheet<'_> {
        Sheet::deal(&self.paper.paper, self.attempt.seed)
    }

    pub fn terms(&self) -> &Terms {
        &self.paper.terms
    }
}

impl Contests {
    /// Starts an attempt, or returns the one that runs; and whether it is new.
    pub async fn start(&self, sitter: Sitter, id: ContestId) -> Outcome<(Sat, bool)> {
        let contest = self.for_member((sitter.member, &sitter.path), id).await?;
        let Some(paper) = self.frozen_of(&contest).await? else { return Err(not_running(contest.state).into()) };
        let frozen = paper.clone();
        let (contest, attempt, answers, is_new) = self
            .db
            .write(move |tx| {
                tx.take_turn(sitter.member)?;
                store::keep_open(tx.conn, id)?;
                let contest = store::find(tx.conn, id)?.ok_or(Refusal::NoSuchContest)?;
                let mut made = store::attempts::list_of_member(tx.conn, id, sitter.member)?;
                for attempt in made.iter_mut().filter(|attempt| attempt.is_running()) {
                    end_if_over(tx, &frozen, &contest, attempt)?;
                }
                if let Some(running) = made.iter().position(Attempt::is_running) {
                    let running = made.swap_remove(running);
                    let answers = store::attempts::answers(tx.conn, running.id)?;
                    return Ok((contest, running, answers, false));
                }
                if !sitter.path.contains(&contest.unit_id) {
                    return Err(Refusal::NotInAudience.into());
                }
                may_start(&contest, made.len(), tx.now())?;
                let attempt = new_attempt(tx, &contest, &sitter, made.len());
                store::attempts::insert(tx.conn, &attempt)?;
                Ok((contest, attempt, HashMap::new(), true))
            })
            .await?;
        Ok((Sat { contest, attempt, answers, paper }, is_new))
    }

    /// The attempt of a member that runs at present.
    pub async fn current(&self, sitter: Sitter, id: ContestId) -> Outcome<Sat> {
        self.for_member((sitter.member, &sitter.path), id).await?;
        let made = self.db.read(move |conn| store::attempts::list_of_member(conn, id, sitter.member)).await?;
        let running = made.into_iter().find(Attempt::is_running).ok_or(Refusal::NoSuchAttempt)?;
        let sat = self.look(sitter.member, running.id).await?;
        if sat.attempt.is_running() { Ok(sat) } else { Err(Refusal::NoSuchAttempt.into()) }
    }

    /// Which contest an attempt of the member is at. It never changes, and every answer asks for it.
    async fn contest_of(&self, member: MemberId, id: AttemptId) -> Outcome<ContestId> {
        let found = match self.attempts.get(&id) {
            Some(known) => Some(known),
            None => self.db.read(move |conn| store::attempts::find_owner(conn, id)).await?,
        };
        let (owner, contest) = found.filter(|(owner, _)| *owner == member).ok_or(Refusal::NoSuchAttempt)?;
        self.attempts.insert(id, (owner, contest));
        Ok(contest)
    }

    /// A member's own attempt; looking at it ends it when its time is over.
    pub async fn look(&self, member: MemberId, id: AttemptId) -> Outcome<Sat> {
        let contest = self.contest_of(member, id).await?;
        let (found, attempt, answers) = self
            .db
            .read(move |conn| {
                let found = store::find(conn, contest)?;
                Ok((found, store::attempts::find(conn, id)?, store::attempts::answers(conn, id)?))
            })
            .await?;
        let mine = attempt.filter(|attempt| attempt.member_id == member && attempt.contest_id == contest);
        let (contest, attempt) = found.zip(mine).ok_or(Refusal::NoSuchAttempt)?;
        let paper = self.frozen_of(&contest).await?.ok_or(Refusal::NoSuchAttempt)?;
        if attempt.is_running() && is_over(&contest, &attempt, self.db.now()) {
            return self.end(member, contest.id, id, false).await;
        }
        Ok(Sat { contest, attempt, answers, paper })
    }

    /// Saves one answer: one row by its key, after one look at attempt and contest.
    pub async fn save_answer(
        &self,
        member: MemberId,
        id: AttemptId,
        question: QuestionId,
        sent: Vec<String>,
    ) -> Outcome<SavedAnswer> {
        let contest = self.contest_of(member, id).await?;
        let frozen = self.frozen(contest).await?.ok_or(Refusal::NoSuchAttempt)?;
        self.db
            .write_about(member, move |tx| {
                // an attempt that is handed in at this moment is handed in with this answer or without it, never halfway
                tx.take_turn(member)?;
                store::keep_open(tx.conn, contest)?;
                let found = store::attempts::find_with_state(tx.conn, id)?;
                let mine = found.filter(|(a, _)| a.member_id == member && a.contest_id == contest);
                let (attempt, state) = mine.ok_or(Refusal::NoSuchAttempt)?;
                may_answer(&attempt, state, tx.now())?;
                let canonical = Sheet::deal(&frozen.paper, attempt.seed).canonical(question, &sent)?;
                let answer =
                    SavedAnswer { attempt_id: id, question_id: question, answer: Json(canonical), saved_at: tx.now() };
                store::attempts::put_answer(tx.conn, &answer)?;
                Ok(answer)
            })
            .await
    }

    /// Hands in an attempt. Again it changes nothing and returns the same.
    pub async fn submit(&self, member: MemberId, id: AttemptId) -> Outcome<Sat> {
        let contest = self.contest_of(member, id).await?;
        self.end(member, contest, id, true).await
    }

    async fn end(&self, member: MemberId, contest: ContestId, id: AttemptId, by_member: bool) -> Outcome<Sat> {
        let frozen = self.frozen(contest).await?.ok_or(Refusal::NoSuchAttempt)?;
        let (contest, attempt, answers) = self
            .db
            .write(move |tx| {
                tx.take_turn(member)?;
                store::keep_open(tx.conn, contest)?;
                let mine = store::attempts::find(tx.conn, id)?
                    .filter(|attempt| attempt.member_id == member && attempt.contest_id == contest);
                let mut attempt = mine.ok_or(Refusal::NoSuchAttempt)?;
                let contest = store::find(tx.conn, contest)?.ok_or(Refusal::NoSuchAttempt)?;
                let over = end_if_over(tx, &frozen, &contest, &mut attempt)?;
                if by_member && !over && attempt.is_running() {
                    let now = tx.now();
                    finish(tx, &frozen, &mut attempt, now, true)?;
                }
                let answers = store::attempts::answers(tx.conn, id)?;
                Ok::<_, Stop<Refusal>>((contest, attempt, answers))
            })
            .await?;
        let paper = self.frozen_of(&contest).await?.ok_or(Refusal::NoSuchAttempt)?;
        Ok(Sat { contest, attempt, answers, paper })
    }

    /// Ends attempts whose time is over although nobody looks at them: the phone may be gone.
    pub(super) async fn finish_due(&self) -> Result<(), DbError> {
        for _ in 0..PASSES {
            let now = self.db.now();
            let due = self.db.read(move |conn| store::attempts::list_due(conn, now, ENDED_AT_ONCE)).await?;
            if due.is_empty() {
                break;
            }
            self.end_all(due).await?;
        }
        Ok(())
    }

    /// Ends those of `due` whose time is over, by the clock and in one transaction.
    pub(super) async fn end_all(&self, due: Vec<Attempt>) -> Result<(), DbError> {
        let mut frozen: BTreeMap<ContestId, Arc<Frozen>> = BTreeMap::new();
        let mut outcome = Ok(());
        for attempt in &due {
            if frozen.contains_key(&attempt.contest_id) {
                continue;
            }
            match self.frozen(attempt.contest_id).await {
                Ok(paper) => frozen.extend(paper.map(|paper| (attempt.contest_id, paper))),
                // the attempts of others end all the same
                Err(error) => outcome = Err(error),
            }
        }
        self.db
            .write(move |tx| -> Result<(), Stop<Never>> {
                tx.take_turns(due.iter().map(|attempt| attempt.member_id))?;
                let mut contests: HashMap<ContestId, Contest> = HashMap::new();
                for id in frozen.keys() {
                    // nobody prolongs it from here on
                    store::keep_open(tx.conn, *id)?;
                    contests.extend(store::find(tx.conn, *id)?.map(|contest| (*id, contest)));
                }
                let ids: Vec<AttemptId> = due.iter().map(|attempt| attempt.id).collect();
                // read anew: since they were found due, their ends may have been moved
                for mut attempt in store::attempts::list_by_ids(tx.conn, &ids)? {
                    let id = attempt.contest_id;
                    let Some((contest, paper)) = contests.get(&id).zip(frozen.get(&id)) else { continue };
                    end_if_over(tx, paper, contest, &mut attempt)?;
                }
                Ok(())
            })
            .await
            .map_err(DbError::from)?;
        outcome
    }
}

fn not_running(state: ContestState) -> Refusal {
    match state {
        ContestState::Closed | ContestState::Published | ContestState::Cancelled => Refusal::Over,
        ContestState::Draft | ContestState::Withdrawn => Refusal::NoSuchContest,
        ContestState::Announced | ContestState::Open => Refusal::NotOpen,
    }
}

fn may_start(contest: &Contest, made: usize, now: Timestamp) -> Result<(), Refusal> {
    if contest.state != ContestState::Open {
        return Err(not_running(contest.state));
    }
    if now >= contest.closes_at {
        return Err(Refusal::Over);
    }
    if made >= usize::from(contest.terms().attempts) { Err(Refusal::AttemptsUsed) } else { Ok(()) }
}

fn may_answer(attempt: &Attempt, state: ContestState, now: Timestamp) -> Result<(), Refusal> {
    if !attempt.is_running() {
        return Err(Refusal::AttemptFinished);
    }
    if state != ContestState::Open {
        return Err(Refusal::Over);
    }
    if now >= attempt.due_at { Err(Refusal::TimeOver) } else { Ok(()) }
}

fn new_attempt(tx: &Tx, contest: &Contest, sitter: &Sitter, made: usize) -> Attempt {
    let limit = i64::from(contest.terms().minutes) * 60;
    Attempt {
        id: tx.fresh_id(),
        contest_id: contest.id,
        member_id: sitter.member,
        unit_id: sitter.path[0],
        branch_id: sitter.branch,
        number: i32::try_from(made + 1).unwrap_or(i32::MAX),
        seed: random_number().cast_signed(),
        state: AttemptState::Running,
        started_at: tx.now(),
        due_at: tx.now().plus_seconds(limit).min(contest.closes_at),
        finished_at: None,
        submitted: false,
        score: 0,
        right_count: 0,
        elapsed_micros: 0,
        edition: 0,
    }
}

/// When the clock ends the attempt: when it is due, or when the contest was closed before that.
fn end_of(contest: &Contest, attempt: &Attempt) -> Timestamp {
    contest.closed_at.map_or(attempt.due_at, |closed| closed.min(attempt.due_at)).max(attempt.started_at)
}

fn is_over(contest: &Contest, attempt: &Attempt, now: Timestamp) -> bool {
    contest.state != ContestState::Open || now >= attempt.due_at
}

/// Ends a running attempt with what it has, when its time is over; whether it was so ended.
fn end_if_over(tx: &mut Tx, frozen: &Frozen, contest: &Contest, attempt: &mut Attempt) -> diesel::QueryResult<bool> {
    if !attempt.is_running() || !is_over(contest, attempt, tx.now()) {
        return Ok(false);
    }
    finish(tx, frozen, attempt, end_of(contest, attempt), false)?;
    Ok(true)
}

/// Grades an attempt and ends it; the caller has taken the member's turn.
fn finish(
    tx: &mut Tx,
    frozen: &Frozen,
    attempt: &mut Attempt,
    at: Timestamp,
    submitted: bool,
) -> diesel::QueryResult<()> {
    let answers = store::attempts::answers(tx.conn, attempt.id)?;
    attempt.state = AttemptState::Finished;
    attempt.finished_at = Some(at);
    attempt.submitted = submitted;
    attempt.elapsed_micros = at.micros() - attempt.started_at.micros();
    grade(frozen, attempt, &answers);
    if !store::attempts::finish(tx.conn, attempt)?
        && let Some(ended) = store::attempts::find(tx.conn, attempt.id)?
    {
        *attempt = ended; // somebody was faster: what he wrote stands
    }
    Ok(())
}

/// Writes into an attempt that is over what its answers score by the paper as it stands.
pub(super) fn grade(frozen: &Frozen, attempt: &mut Attempt, answers: &HashMap<QuestionId, Vec<String>>) {
    let sheet = Sheet::deal(&frozen.paper, attempt.seed);
    let graded = rules::grade(&frozen.terms.scoring, sheet.questions(), answers);
    let right = graded.right_count();
    // what the clock ended was not quick
    let elapsed = if attempt.submitted { attempt.elapsed_micros } else { i64::MAX };
    attempt.score = graded.score + rules::speed_bonus(&frozen.terms, right, sheet.len(), elapsed);
    attempt.right_count = right;
    attempt.edition = frozen.edition;
}
