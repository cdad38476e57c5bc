//! What follows a close: attempts that still run are ended, members and branches ranked, wrong answers put into the
//! books, and after publication points given.
//!
//! One process at a time, in chunks, so that members' writes pass in between. Every chunk can be done again: anyone who
//! goes on after a crash comes to the same results, books an attempt once (its state says so) and gives points once
//! (the ledger is unique on member, rule and source). What a corrected key changes of all this is in
//! [`super::corrections`].

use std::collections::{BTreeMap, HashMap};

use super::attempts::ENDED_AT_ONCE;
use super::model::{
    Attempt, AttemptId, AttemptState, BranchResult, Contest, ContestId, ContestState, MemberResult, QuestionShare,
    Reveal, Summary,
};
use super::rules::{self, Entry, Sheet};
use super::{Contests, Frozen, store};
use crate::base::id::{MemberId, UnitId};
use crate::base::text::in_title_marks;
use crate::base::time::Timestamp;
use crate::db::{DbError, Stop, Tx};
use crate::honour::points::{Grant, RuleName};
use crate::kernel::lease::{Lease, leased};
use crate::learning::quiz::lending::{Effect, Tally, TallySource, concern, group_size, keep_book, put_tallies};
use crate::learning::quiz::{PaperQuestion, QuestionId};
use crate::people::members::model::MemberStatus;

/// Attempts that are read at once.
const READ_AT_ONCE: i64 = 1000;
/// Attempts that are read at once with their answers.
pub(super) const GRADED_AT_ONCE: usize = 250;
/// Results that share a transaction.
const WRITTEN_AT_ONCE: usize = 500;
/// Attempts whose wrong answers share a transaction: each has many lines.
const BOOKED_AT_ONCE: i64 = 25;
/// Questions that the book takes at once.
const BOOK_LINES: usize = 20;
/// Members who share a transaction that gives points.
const AWARDED_AT_ONCE: i64 = 50;
/// How long another process waits for a chunk of this one; every chunk renews it.
const LEASE_SECONDS: i64 = 60;
/// Contests looked at in one pass.
pub(super) const SETTLED_AT_ONCE: i64 = 50;

/// A chunk of work that was not done, because another process holds the lease.
pub(super) struct Elsewhere;

pub(super) type Step<T> = Result<T, Stop<Elsewhere>>;

impl crate::db::Refusal for Elsewhere {}

impl std::fmt::Debug for Elsewhere {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("another process settles contests")
    }
}

impl Contests {
    /// Settles every contest that is over, as far as its state allows; once a second.
    pub async fn settle(&self) -> Result<(), DbError> {
        let _turn = self.results_turn.lock().await;
        let (mut after, mut outcome) = (None, Ok(()));
        loop {
            let chunk = self.db.read(move |conn| store::list_unsettled(conn, after, SETTLED_AT_ONCE)).await?;
            let Some(last) = chunk.last() else { return outcome };
            after = Some(last.id);
            for contest in chunk {
                let id = contest.id;
                match self.settle_one(contest).await {
                    Ok(()) => {}
                    Err(Stop::Refused(Elsewhere)) => return outcome,
                    Err(Stop::Failed(error)) => {
                        // it is tried again; the others do not wait for it
                        tracing::warn!(contest = %id, %error, "a contest could not be settled");
                        outcome = outcome.and(Err(error));
                    }
                }
            }
        }
    }

    /// Now, while something of a contest is still to be settled that waits for nobody.
    pub(super) async fn next_result_due(&self) -> Result<Option<Timestamp>, DbError> {
        let (now, mut after) = (self.db.now(), None);
        loop {
            let chunk = self.db.read(move |conn| store::list_unsettled(conn, after, SETTLED_AT_ONCE)).await?;
            let Some(last) = chunk.last() else { return Ok(None) };
            after = Some(last.id);
            if chunk.iter().any(waits_for_nobody) {
                return Ok(Some(now));
            }
        }
    }

    async fn settle_one(&self, contest: Contest) -> Step<()> {
        let Some(frozen) = self.frozen_of(&contest).await? else { return Ok(()) };
        if contest.ranked_at.is_none() {
            self.end_running(contest.id).await?;
            // what was handed in before a key was corrected, or at that very moment
            self.regrade_attempts(&contest, &frozen, None).await?;
            self.rank(&contest, &frozen).await?;
        }
        if may_book(&contest) {
            self.book(contest.id, &frozen).await?;
        }
        if may_award(&contest) {
            let by = contest.published_by.unwrap_or(contest.created_by);
            self.award(&contest, by).await?;
        }
        Ok(())
    }

    /// One transaction of this work, if the work is this process's.
    pub(super) async fn step<T: Send + 'static>(
        &self,
        act: impl Fn(&mut Tx) -> diesel::QueryResult<T> + Send + 'static,
    ) -> Step<T> {
        let lease = Lease { name: "contests", holder: self.holder, seconds: LEASE_SECONDS };
        leased(&self.db, lease, act).await?.ok_or(Stop::Refused(Elsewhere))
    }

    /// The close has committed, so that nothing is added to what is found here.
    async fn end_running(&self, id: ContestId) -> Step<()> {
        loop {
            let running = self
                .db
                .read(move |conn| store::attempts::list_in_state(conn, id, AttemptState::Running, None, ENDED_AT_ONCE))
                .await?;
            if running.is_empty() {
                return Ok(());
            }
            self.end_all(running).await?;
        }
    }

    async fn rank(&self, contest: &Contest, frozen: &Frozen) -> Step<()> {
        let mut roster = self.roster(contest.unit_id);
        let id = contest.id;
        let homes = self.db.read(move |conn| store::attempts::list_homes(conn, id)).await?;
        self.keep_movers(contest.unit_id, homes, &mut roster);
        let ranking = self.make_ranking(contest, frozen, roster).await?;
        let (room, contest, edition) = (self.clone(), contest.clone(), frozen.edition);
        self.step(move |tx| {
            if store::put_ranked(tx.conn, contest.id, ranking.summary.clone(), edition, tx.now())? {
                store::results::put_branches(tx.conn, contest.id, &ranking.branches)?;
                put_tallies(tx, TallySource::Contest, contest.id.uuid(), &ranking.tallies)?;
                room.tell_author(tx, &contest, "知识竞赛成绩已统计", "成绩和排名已经算好，可以公布。".into())?;
            }
            Ok(())
        })
        .await
    }

    /// Ranks the attempts that count and writes the members' results; the rest goes with what says that it is complete.
    pub(super) async fn make_ranking(&self, contest: &Contest, frozen: &Frozen, roster: Roster) -> Step<Ranking> {
        let ranked = rules::rank(self.counting(contest).await?);
        let results: Vec<MemberResult> = ranked
            .iter()
            .map(|(rank, entry)| member_result(contest.id, *rank, entry, roster.units.get(&entry.member).copied()))
            .collect();
        for chunk in results.chunks(WRITTEN_AT_ONCE) {
            let chunk = chunk.to_vec();
            self.step(move |tx| store::results::put(tx.conn, &chunk)).await?;
        }
        let branches = branches(contest.id, &roster.actives, &results);
        let (mut summary, tallies) = self.count(frozen, &results).await?;
        summary.audience = roster.audience;
        Ok(Ranking { branches, summary, tallies })
    }

    /// Of each member the attempt that counts.
    async fn counting(&self, contest: &Contest) -> Result<Vec<Entry>, DbError> {
        let (id, counts) = (contest.id, contest.terms().counts);
        let mut best: HashMap<MemberId, Entry> = HashMap::new();
        for state in AttemptState::OVER {
            let mut after = None;
            loop {
                let chunk = self
                    .db
                    .read(move |conn| store::attempts::list_in_state(conn, id, state, after, READ_AT_ONCE))
                    .await?;
                let Some(last) = chunk.last() else { break };
                after = Some(last.id);
                chunk.iter().for_each(|attempt| rules::choose(counts, &mut best, entry(attempt)));
            }
        }
        Ok(best.into_values().collect())
    }

    /// The audience as it is now.
    fn roster(&self, audience: UnitId) -> Roster {
        let is_within_branch = self.directory.tree().get(audience).is_some_and(|card| card.branch.is_some());
        let mut units = HashMap::new();
        self.directory.each_member(|member, home| {
            let unit = rules::ranked_unit(audience, is_within_branch, &home.path, home.branch);
            if let Some(unit) = unit.filter(|_| member.status == MemberStatus::Active) {
                units.insert(member.id, unit);
            }
        });
        let mut actives: HashMap<UnitId, i64> = HashMap::new();
        units.values().for_each(|unit| *actives.entry(*unit).or_default() += 1);
        Roster { units, actives, audience: self.directory.headcount().below(audience).into() }
    }

    /// Who began an attempt and has moved out of the audience since counts where he was at home when he began it, among
    /// those who took part and among those who could.
    fn keep_movers(&self, audience: UnitId, homes: Vec<(MemberId, UnitId)>, roster: &mut Roster) {
        let tree = self.directory.tree();
        let is_within_branch = tree.get(audience).is_some_and(|card| card.branch.is_some());
        for (member, home) in homes {
            let is_active = self.directory.member(member).is_some_and(|card| card.status == MemberStatus::Active);
            let is_there = self.directory.path(member).is_some_and(|path| path.contains(&audience));
            let Some(card) = tree.get(home).filter(|_| is_active && !is_there) else { continue };
            let unit = rules::ranked_unit(audience, is_within_branch, &card.path, card.branch);
            let Some(unit) = unit.filter(|_| !roster.units.contains_key(&member)) else { continue };
            roster.units.insert(member, unit);
            *roster.actives.entry(unit).or_default() += 1;
            roster.audience += 1;
        }
    }

    /// Goes through the attempts that count, best first, and counts scores and questions.
    async fn count(&self, frozen: &Frozen, results: &[MemberResult]) -> Result<(Summary, Vec<Tally>), DbError> {
        let total: i64 = results.iter().map(|result| i64::from(result.score)).sum();
        let participants = i64::try_from(results.len()).unwrap_or(i64::MAX);
        let mut summary = Summary {
            participants,
            mean_hundredths: rules::hundredths(total, participants),
            best_hundredths: results.first().map_or(0, |result| result.score.into()),
            ..Summary::default()
        };
        let fresh = |question: &PaperQuestion| (question.id, Tally::new(question.id, question.version));
        let mut tallies: BTreeMap<QuestionId, Tally> = frozen.paper.questions.iter().map(fresh).collect();
        let group = group_size(results.len());
        for (start, chunk) in (0..).step_by(GRADED_AT_ONCE).zip(results.chunks(GRADED_AT_ONCE)) {
            let ids: Vec<AttemptId> = chunk.iter().map(|result| result.attempt_id).collect();
            let (attempts, mut answers) = self
                .db
                .read(move |conn| {
                    Ok((store::attempts::list_by_ids(conn, &ids)?, store::attempts::answers_of(conn, &ids)?))
                })
                .await?;
            let seeds: HashMap<AttemptId, i64> = attempts.iter().map(|attempt| (attempt.id, attempt.seed)).collect();
            for (place, result) in (start..).zip(chunk) {
                let Some(seed) = seeds.get(&result.attempt_id) else { continue };
                let sheet = Sheet::deal(&frozen.paper, *seed);
                let given = answers.remove(&result.attempt_id).unwrap_or_default();
                let graded = rules::grade(&frozen.terms.scoring, sheet.questions(), &given);
                summary.bands[rules::band(result.score, graded.full)] += 1;
                for (question, right) in sheet.questions().zip(&graded.marks) {
                    let Some(tally) = tallies.get_mut(&question.id) else { continue };
                    tally.count(&question.text, given.get(&question.id).map_or(&[][..], Vec::as_slice), *right);
                    if place < group {
                        tally.count_upper(*right);
                    } else if place >= results.len() - group {
                        tally.count_lower(*right);
                    }
                }
            }
        }
        let share =
            |tally: &Tally| QuestionShare { question_id: tally.question_id, shown: tally.shown, right: tally.right };
        summary.questions =
            frozen.paper.questions.iter().filter_map(|question| tallies.get(&question.id).map(share)).collect();
        Ok((summary, tallies.into_values().filter(|tally| tally.shown > 0).collect()))
    }

    /// Puts wrong answers into the members' books; from here on the questions may be practised.
    async fn book(&self, id: ContestId, frozen: &Frozen) -> Step<()> {
        let quiz = self.quiz.clone();
        self.step(move |tx| quiz.release(tx, id.uuid())).await?;
        loop {
            let finished = self
                .db
                .read(move |conn| {
                    store::attempts::list_in_state(conn, id, AttemptState::Finished, None, BOOKED_AT_ONCE)
                })
                .await?;
            if finished.is_empty() {
                return self.step(move |tx| store::put_booked(tx.conn, id, tx.now())).await;
            }
            let (paper, scoring) = (frozen.paper.clone(), frozen.terms.scoring);
            self.step(move |tx| {
                tx.take_turns(finished.iter().map(|attempt| attempt.member_id))?;
                for attempt in &finished {
                    if !store::attempts::book(tx.conn, attempt.id)? {
                        continue;
                    }
                    let answers = store::attempts::answers(tx.conn, attempt.id)?;
                    let sheet = Sheet::deal(&paper, attempt.seed);
                    // by the keys that graded it: what a later correction changes is changed in the book then
                    let questions: Vec<PaperQuestion> =
                        sheet.questions().map(|question| question.in_edition(attempt.edition)).collect();
                    let marks = rules::grade(&scoring, questions.iter(), &answers).marks;
                    for (questions, marks) in questions.chunks(BOOK_LINES).zip(marks.chunks(BOOK_LINES)) {
                        keep_book(tx, attempt.member_id, questions, marks)?;
                    }
                }
                Ok(())
            })
            .await?;
        }
    }

    /// Gives the points for ranks and for taking part, member after member, and then the prizes. `by` stands for what a
    /// correction takes away.
    pub(super) async fn award(&self, contest: &Contest, by: MemberId) -> Step<()> {
        let (id, mut after) = (contest.id, contest.awarded_through);
        loop {
            let chunk =
                self.db.read(move |conn| store::results::list_by_member(conn, id, after, AWARDED_AT_ONCE)).await?;
            let Some(last) = chunk.last().map(|last| last.member_id) else { break };
            after = Some(last);
            let (room, contest) = (self.clone(), contest.clone());
            self.step(move |tx| {
                tx.take_turns(chunk.iter().map(|result| result.member_id))?;
                for result in &chunk {
                    room.award_one(tx, &contest, result)?;
                }
                store::put_awarded_through(tx.conn, id, last)
            })
            .await?;
        }
        let (room, contest) = (self.clone(), contest.clone());
        self.step(move |tx| {
            room.give_prizes(tx, &contest, by)?;
            store::put_awarded(tx.conn, id, tx.now())
        })
        .await
    }

    fn award_one(&self, tx: &mut Tx, contest: &Contest, result: &MemberResult) -> diesel::QueryResult<()> {
        let points = rules::points_of(contest.terms(), result.rank);
        let member = result.member_id;
        let path = match contest.correction_id {
            None => self.directory.path(member).filter(|_| points > 0),
            // what somebody earned who has left stays
            Some(_) => self.directory.path_unless_left(member),
        };
        let Some(path) = path else { return Ok(()) };
        let mut reason = format!("知识竞赛{}：第 {} 名", in_title_marks(&contest.title), result.rank);
        if let Some(because) = &contest.correction_reason {
            reason += &format!("（题目答案有误，成绩已更正：{because}）");
        }
        // the day of publication, also when the work goes on after midnight; never one that is final by now
        let published = contest.published_at.unwrap_or(tx.now()).day();
        let day = if published < self.quiz.open_from(tx.now()) { tx.today() } else { published };
        let grant = Grant {
            rule: RuleName::CONTEST,
            member,
            path: &path,
            times: points,
            day,
            source_kind: "contest",
            source_id: contest.id.uuid(),
            reason: &reason,
        };
        let Some(correction) = contest.correction_id else { return self.points.award(tx, &grant).map(drop) };
        match self.points.correct(tx, &grant)? {
            (before, after) if before == after => Ok(()),
            (before, after) => concern(tx, correction, member, Effect { points: after - before, ..Effect::default() }),
        }
    }
}

/// Who is ranked: everybody active in the audience, at the moment of the first ranking.
pub(super) struct Roster {
    /// For which unit each member counts.
    pub units: HashMap<MemberId, UnitId>,
    /// The active members of each unit that is ranked.
    pub actives: HashMap<UnitId, i64>,
    /// Active members altogether.
    pub audience: i64,
}

/// Whether an unsettled contest is to be gone on with now, and not only once it is published or regraded.
fn waits_for_nobody(contest: &Contest) -> bool {
    contest.ranked_at.is_none() || may_book(contest) || may_award(contest)
}

/// Whether wrong answers are still to be put into the books, which show the key to anyone who practises from them.
fn may_book(contest: &Contest) -> bool {
    let shown = contest.state == ContestState::Published || contest.terms().reveal != Reveal::Publication;
    contest.booked_at.is_none() && shown
}

/// Whether points may be given: they follow a corrected ranking once it is complete.
fn may_award(contest: &Contest) -> bool {
    contest.state == ContestState::Published && !contest.is_regrading()
}

/// What is written once all results are.
pub(super) struct Ranking {
    pub branches: Vec<BranchResult>,
    pub summary: Summary,
    pub tallies: Vec<Tally>,
}

/// The ranking of units: `actives` are all of their active members.
fn branches(id: ContestId, actives: &HashMap<UnitId, i64>, results: &[MemberResult]) -> Vec<BranchResult> {
    let mut sums: HashMap<UnitId, (i64, i64)> = HashMap::new();
    for (result, unit) in results.iter().filter_map(|result| Some((result, result.unit_id?))) {
        let (participants, sum) = sums.entry(unit).or_default();
        *participants += 1;
        *sum += i64::from(result.score);
    }
    let int = |n: i64| i32::try_from(n).unwrap_or(i32::MAX);
    let result = |(rank, unit): (i32, rules::RankedUnit)| BranchResult {
        contest_id: id,
        unit_id: unit.unit,
        active_members: int(unit.active),
        participants: int(unit.participants),
        score_sum: unit.sum,
        mean_hundredths: int(rules::hundredths(unit.sum, unit.active)),
        rank,
    };
    rules::rank_units(actives, &sums).into_iter().map(result).collect()
}

fn entry(attempt: &Attempt) -> Entry {
    Entry {
        member: attempt.member_id,
        attempt: attempt.id,
        number: attempt.number,
        score: attempt.score,
        right_count: attempt.right_count,
        elapsed_micros: attempt.elapsed_micros,
        finished_at: attempt.finished_at.unwrap_or(attempt.due_at),
    }
}

fn member_result(contest: ContestId, rank: i32, entry: &Entry, unit: Option<UnitId>) -> MemberResult {
    MemberResult {
        contest_id: contest,
        member_id: entry.member,
        attempt_id: entry.attempt,
        unit_id: unit,
        score: entry.score,
        right_count: entry.right_count,
        elapsed_micros: entry.elapsed_micros,
        finished_at: entry.finished_at,
        rank,
    }
}
