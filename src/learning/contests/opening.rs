//! Opening and closing: by the clock, or by who runs the contest. Several servers may do so at once.

use std::collections::HashSet;

use super::Contests;
use super::calendar::{Outcome, note, tell_audience};
use super::model::{Contest, ContestId, Paper, PaperRule, Pool};
use super::rules::{self, Chosen, Refusal, Shortage, Taken};
use super::store;
use crate::base::crypto::random_number;
use crate::base::id::MemberId;
use crate::base::time::{Day, Timestamp};
use crate::db::{Conn, DbError, Never, Stop, Tx};
use crate::kernel::agenda;
use crate::learning::quiz::lending::{freeze, guarded, guarded_by_others, mark_dealt, on_papers, take_turns};
use crate::learning::quiz::{Candidate, PaperQuestion, QuestionId};

/// Contests opened or closed in one pass of the clock.
const DUE_AT_ONCE: i64 = 50;

/// Open contests that are looked at for what is due next; a plant has a few at a time.
const LOOKED_AT: i64 = 500;

/// Anyone who answered a daily paper of so many days ago still has its key before his eyes.
const SHOWN_DAYS: u64 = 7;

/// How often a contest is drawn anew because somebody else was faster.
const DRAWS: usize = 3;

impl Contests {
    /// When the clock has something to do next. An attempt that begins from now on has its time first, so that no attempt
    /// has to be written down as it begins.
    pub(super) async fn next_due(&self) -> Result<Option<Timestamp>, DbError> {
        let now = self.db.now();
        self.db
            .read(move |conn| {
                let planned = [store::next_opening(conn)?, store::attempts::next_due(conn)?];
                let open = store::list_open(conn, LOOKED_AT)?;
                let closings = open.iter().map(|contest| contest.closes_at);
                let attempts = open.iter().map(|contest| now.plus_seconds(i64::from(contest.terms().minutes) * 60));
                Ok(planned.into_iter().flatten().chain(closings).chain(attempts).min())
            })
            .await
    }

    /// What the clock does when something is due: opens and closes contests whose time has come, also after the server was down,
    /// and ends attempts whose time is over.
    pub async fn catch_up(&self) -> Result<(), DbError> {
        let (now, mut outcome) = (self.db.now(), Ok(()));
        for contest in self.db.read(move |conn| store::list_to_open(conn, now, DUE_AT_ONCE)).await? {
            let opened = self.open_or_report(contest).await;
            outcome = outcome.and(opened);
        }
        for id in self.db.read(move |conn| store::list_to_close(conn, now, DUE_AT_ONCE)).await? {
            outcome = outcome.and(self.close(id, None).await);
        }
        outcome.and(self.finish_due().await)
    }

    /// Opens a contest whose time has come; its author hears why it cannot open. One that fails keeps no other waiting.
    async fn open_or_report(&self, contest: Contest) -> Result<(), DbError> {
        match self.open(&contest, None).await {
            Ok(()) => Ok(()),
            Err(Stop::Refused(Refusal::BankShort(short))) => {
                let reason = short.iter().map(Shortage::to_string).collect::<Vec<_>>().join("；");
                self.report_shortage(contest, reason).await
            }
            Err(Stop::Refused(Refusal::QuestionsTaken(taken))) => {
                self.report_shortage(contest, taken.to_string()).await
            }
            Err(Stop::Refused(refusal)) => {
                tracing::warn!(contest = %contest.id, ?refusal, "a contest cannot open");
                Ok(())
            }
            Err(Stop::Failed(error)) => {
                tracing::warn!(contest = %contest.id, %error, "a contest could not be opened");
                Err(error)
            }
        }
    }

    /// Opens an announced contest: freezes its paper and guards its questions. Does nothing when it has opened.
    pub(super) async fn open(&self, contest: &Contest, by: Option<MemberId>) -> Outcome<()> {
        for _ in 1..DRAWS {
            match self.try_to_open(contest, by).await {
                // while this one was drawn another contest took some of it
                Err(Stop::Refused(Refusal::DrawnTwice)) => {}
                outcome => return outcome,
            }
        }
        self.try_to_open(contest, by).await
    }

    async fn try_to_open(&self, contest: &Contest, by: Option<MemberId>) -> Outcome<()> {
        let chosen = self.choose_questions(contest).await?;
        let (room, contest) = (self.clone(), contest.clone());
        self.db
            .write(move |tx| {
                // first, so that a second server waits here and then finds nothing to do
                if !store::open(tx.conn, &contest, tx.now())? {
                    return Ok(());
                }
                // an attempt may be over before the contest is: the look finds when to look next
                agenda::put_now(tx, super::CLOCK, contest.id.uuid())?;
                let ids: Vec<QuestionId> = chosen.iter().flat_map(|(_, ids)| ids).copied().collect();
                take_turns(tx)?;
                check_free(tx.conn, &contest, &ids, tx.today())?;
                mark_dealt(tx, &ids)?;
                let questions = freeze(tx.conn, &ids)?;
                complete(&contest.rules.0.paper, &chosen, &questions).map_err(Refusal::BankShort)?;
                let lines: Vec<Pool> = chosen.iter().map(|(pool, _)| *pool).collect();
                let count: usize = lines.iter().map(|pool| pool.count).sum();
                store::put_paper(tx.conn, contest.id, Paper { questions, lines })?;
                room.quiz.guard(tx, &ids, contest.id.uuid(), tx.now())?;
                note(tx, by, "contests.open", contest.id)?;
                let (minutes, end) = (contest.terms().minutes, contest.closes_at.in_chinese());
                if contest.closes_at <= tx.now() {
                    // it lay in a downtime, or waited for questions: nobody is told of what can no longer be sat
                    let begin = contest.opens_at.in_chinese();
                    let told =
                        format!("{begin}至{end}未能开启（如服务停机），无人能够参加。如需补办，请另行安排一场竞赛。");
                    return Ok(room.tell_author(tx, &contest, "知识竞赛未能进行", told)?);
                }
                let told = format!("共 {count} 题，限时 {minutes} 分钟，{end}结束。");
                Ok(tell_audience(tx, &contest, "知识竞赛开始", told)?)
            })
            .await
    }

    /// Keeps the questions of a fixed paper for a contest that is announced, if they are free: until it is published
    /// nobody else asks them, so that nothing shows their keys. They are practised until it opens, since a refusal would
    /// tell what it will ask.
    pub(super) fn reserve(&self, tx: &mut Tx, contest: &Contest) -> Outcome<()> {
        let ids = &contest.rules.0.paper.question_ids;
        if ids.is_empty() {
            return Ok(());
        }
        take_turns(tx)?;
        check_free(tx.conn, contest, ids, tx.today())?;
        Ok(self.quiz.guard(tx, ids, contest.id.uuid(), contest.opens_at)?)
    }

    /// The questions that the contest's paper would have if it were drawn now.
    pub(super) async fn choose_questions(&self, contest: &Contest) -> Outcome<Chosen> {
        let rule = &contest.rules.0.paper;
        if rule.question_ids.is_empty() {
            return self.draw(contest).await;
        }
        let ids = rule.question_ids.clone();
        let chosen = vec![(Pool { count: ids.len(), size: ids.len() }, ids.clone())];
        let found = self.db.read(move |conn| freeze(conn, &ids)).await?;
        complete(rule, &chosen, &found).map_err(Refusal::BankShort)?;
        Ok(chosen)
    }

    /// Draws; questions of daily papers come only when the bank has not enough others, since their key is shown.
    async fn draw(&self, contest: &Contest) -> Outcome<Chosen> {
        let rule = &contest.rules.0.paper;
        let (from, to) = shown_days(contest, self.db.today());
        let (taken, shown) = self.db.read(move |conn| Ok((guarded(conn)?, on_papers(conn, from, to)?))).await?;
        let mut bank: Vec<Candidate> = self.quiz.candidates().await?.to_vec();
        bank.retain(|candidate| !taken.contains(&candidate.id));
        let unseen: Vec<Candidate> = bank.iter().filter(|candidate| !shown.contains(&candidate.id)).cloned().collect();
        let draw = |bank: &[Candidate]| rules::draw(&rule.lines, bank, rule.per_attempt, random_number());
        Ok(draw(&unseen).or_else(|_| draw(&bank)).map_err(Refusal::BankShort)?)
    }

    /// Tells the author, once for each new reason, why the contest did not open at its time.
    async fn report_shortage(&self, contest: Contest, reason: String) -> Result<(), DbError> {
        if contest.shortage.as_deref() == Some(reason.as_str()) {
            return Ok(());
        }
        let room = self.clone();
        self.db
            .write(move |tx| -> Result<(), Stop<Never>> {
                if store::put_shortage(tx.conn, contest.id, &reason)? {
                    room.tell_author(tx, &contest, "知识竞赛未能开始", reason.clone())?;
                }
                Ok(())
            })
            .await
            .map_err(DbError::from)
    }

    /// Closes an open contest. Once this has committed no answer is taken, and none that was taken is still on its way:
    /// anyone who saves one keeps the contest open until his own commit.
    pub(super) async fn close(&self, id: ContestId, by: Option<MemberId>) -> Result<(), DbError> {
        self.db
            .write(move |tx: &mut Tx| -> Result<(), Stop<Never>> {
                store::wait_to_close(tx.conn, id)?;
                // the clock closes nothing that was prolonged a moment ago; a person closes whatever is open
                let until = if by.is_some() { Timestamp::from_micros(i64::MAX) } else { tx.now() };
                if store::close(tx.conn, id, until, tx.now())? {
                    agenda::put_now(tx, super::RESULTS, id.uuid())?;
                    note(tx, by, "contests.close", id)?;
                }
                Ok(())
            })
            .await
            .map_err(DbError::from)
    }
}

/// The days whose daily papers show keys that the contest must not ask.
fn shown_days(contest: &Contest, today: Day) -> (Day, Day) {
    (today.minus_days(SHOWN_DAYS), contest.closes_at.day())
}

/// Whether nobody else asks `ids`, the questions of the contest's paper: a fixed one names what is taken, a drawn one is
/// drawn again. (A draw takes questions of daily papers when the bank has no others.)
pub(super) fn check_free(conn: &mut Conn, contest: &Contest, ids: &[QuestionId], today: Day) -> Outcome<()> {
    let in_contests = guarded_by_others(conn, ids, contest.id.uuid())?;
    if contest.rules.0.paper.question_ids.is_empty() {
        return if in_contests.is_empty() { Ok(()) } else { Err(Refusal::DrawnTwice.into()) };
    }
    let (from, to) = shown_days(contest, today);
    let on_papers = on_papers(conn, from, to)?;
    Ok(Taken::check(ids, &on_papers, &in_contests)?)
}

/// Whether all chosen questions were found; else what is missing.
fn complete(rule: &PaperRule, chosen: &Chosen, found: &[PaperQuestion]) -> Result<(), Vec<Shortage>> {
    let found: HashSet<QuestionId> = found.iter().map(|question| question.id).collect();
    let lost = |id: &&QuestionId| !found.contains(*id);
    let fixed = rule.question_ids.iter().enumerate().filter(|(_, id)| !found.contains(*id));
    let mut short: Vec<Shortage> = fixed.map(|(index, _)| Shortage::Question { index }).collect();
    for (index, (line, (_, ids))) in rule.lines.iter().zip(chosen).enumerate() {
        let missing = ids.iter().filter(lost).count();
        if missing > 0 {
            short.push(rules::line_shortage(index, line, missing));
        }
    }
    if short.is_empty() { Ok(()) } else { Err(short) }
}
