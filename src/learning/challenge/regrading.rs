//! What follows a correction of a wrong key: answers are marked anew, books and figures follow.
//!
//! A run that ended by the wrong key cannot go on, and what it came to decided a day that may be over: runs, best days and
//! points stay as they are, nothing is taken away, and anyone who lost a run by it is told. What the day's best would have
//! been is kept beside it ([`super::corrections`]). See docs/decisions.md.
//!
//! One process at a time, in portions; an answer is marked anew once, so that anyone who goes on after a crash may
//! begin from the start.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::model::{Answer, EndedBecause, Run, RunId};
use super::store;
use super::tallies::{CHUNK, day_source, first_run_ever};
use super::{Challenge, corrections};
use crate::base::id::MemberId;
use crate::base::time::{Day, Timestamp};
use crate::db::{DbError, Tx};
use crate::kernel::chunks::{Work, Worked};
use crate::kernel::lease::{Lease, leased};
use crate::learning::quiz::lending::{
    Correction, CorrectionStage, Effect, Flip, again_while, concern, correct_book, correction_in, hand_on, is_right,
    put_tally, wordings,
};
use crate::learning::quiz::{QuestionText, Tally, TallySource};

/// Answers that are marked anew, or running questions that get their right key, in one transaction.
const MARKED_AT_ONCE: usize = 100;

/// How long another process waits for a portion of this one; every portion renews it.
const LEASE_SECONDS: i64 = 60;

/// What is done about one correction.
#[derive(Clone)]
struct Regrading {
    correction: Correction,
    /// The wording with its right key.
    text: QuestionText,
}

/// An answer that is marked otherwise than it was.
#[derive(Clone, Copy)]
struct Remark {
    run: RunId,
    seq: i32,
    member: MemberId,
    day: Day,
    right: bool,
    /// The run ended by it although it was right.
    lost_run: bool,
}

impl Challenge {
    /// Marks anew what was answered to questions whose keys have been corrected, one correction after the other.
    pub async fn regrade(&self) -> Result<(), DbError> {
        let mine = CorrectionStage::Challenge;
        while let Some(correction) = self.db.read(move |conn| correction_in(conn, mine)).await? {
            let (id, version) = (correction.question_id, correction.version);
            let texts = self.db.read(move |conn| wordings(conn, id)).await?;
            let text =
                texts.into_iter().find(|(number, _)| *number == version).map(|(_, text)| match correction.is_void() {
                    true => QuestionText { answer: Vec::new(), ..text },
                    false => text,
                });
            let went_on = match text {
                Some(text) => self.regrade_all(&Regrading { correction: correction.clone(), text }).await?,
                None => true,
            };
            if !went_on || !self.step(move |tx| hand_on(tx, &correction, CorrectionStage::Contests).map(drop)).await? {
                break;
            }
        }
        Ok(())
    }

    /// When answers are to be marked anew next.
    pub(super) async fn next_regrading(&self) -> Result<Option<Timestamp>, DbError> {
        let now = self.db.now();
        self.db.read(move |conn| again_while(conn, &[CorrectionStage::Challenge], now)).await
    }

    /// False when another process does it.
    async fn regrade_all(&self, regrading: &Regrading) -> Result<bool, DbError> {
        // first what is waiting for an answer, so that no further one is marked by the wrong key
        Ok(self.correct_running(regrading).await? && self.mark_answers(regrading).await?)
    }

    /// One transaction of this work; false when another process does it.
    async fn step(&self, act: impl Fn(&mut Tx) -> diesel::QueryResult<()> + Send + 'static) -> Result<bool, DbError> {
        Ok(leased(&self.db, self.lease(), act).await?.is_some())
    }

    fn lease(&self) -> Lease {
        Lease { name: "challenge_corrections", holder: self.holder, seconds: LEASE_SECONDS }
    }

    /// Puts the right key to the question where a run is asking it.
    async fn correct_running(&self, regrading: &Regrading) -> Result<bool, DbError> {
        let work = Work { name: "challenge_runs", subject: regrading.correction.id.uuid(), lease: self.lease() };
        let next = |after: RunId| async move {
            let running = self.db.read(move |conn| store::list_running(conn, after, CHUNK)).await?;
            Ok(regrading.asking_among(&running))
        };
        let correcting = regrading.clone();
        let correct = move |tx: &mut Tx, asking: &Vec<(RunId, MemberId)>| {
            tx.take_turns(asking.iter().map(|(_, member)| *member))?;
            asking.iter().try_for_each(|(run, member)| correcting.correct_asked(tx, *run, *member))
        };
        Ok(work.each(&self.db, first_run_ever(), next, correct).await? == Worked::Done)
    }

    /// Goes through every answer to the wording that is kept.
    async fn mark_answers(&self, regrading: &Regrading) -> Result<bool, DbError> {
        let (mut tallies, mut after) = (BTreeMap::<Day, Tally>::new(), (first_run_ever(), 0));
        let wording = (regrading.correction.question_id, regrading.correction.version);
        loop {
            // also where nothing is marked otherwise, the work goes on
            if !self.step(|_| Ok(())).await? {
                return Ok(false);
            }
            let chunk = self.db.read(move |conn| store::list_answers_to(conn, wording, after, CHUNK)).await?;
            let Some(last) = chunk.last() else { break };
            after = (last.run_id, last.seq);
            // a question that was left unanswered is neither right nor wrong
            let answers: Vec<Answer> = chunk.into_iter().filter(|answer| answer.given().is_some()).collect();
            let ids: Vec<RunId> = answers.iter().map(|answer| answer.run_id).collect();
            let runs = self.db.read(move |conn| store::list_runs_by_ids(conn, &ids)).await?;
            let runs: HashMap<RunId, Run> = runs.into_iter().map(|run| (run.id, run)).collect();
            let remarks = regrading.look_at(&answers, &runs, &mut tallies);
            for portion in remarks.chunks(MARKED_AT_ONCE) {
                let (portion, regrading) = (portion.to_vec(), regrading.clone());
                if !self.step(move |tx| regrading.mark(tx, &portion)).await? {
                    return Ok(false);
                }
            }
        }
        self.step(move |tx| {
            tallies.iter().try_for_each(|(day, tally)| put_tally(tx, TallySource::Challenge, day_source(*day), tally))
        })
        .await
    }
}

impl Regrading {
    /// Of `running` those that one transaction corrects, and the last that was looked at.
    fn asking_among(&self, running: &[Run]) -> Option<(Vec<(RunId, MemberId)>, RunId)> {
        let last = running.last()?.id;
        let mut asking: Vec<(RunId, MemberId)> =
            running.iter().filter(|run| self.is_asked_by(run)).map(|run| (run.id, run.member_id)).collect();
        let is_cut = asking.len() > MARKED_AT_ONCE;
        asking.truncate(MARKED_AT_ONCE);
        let behind = asking.last().filter(|_| is_cut).map_or(last, |(run, _)| *run);
        Some((asking, behind))
    }

    fn is_asked_by(&self, run: &Run) -> bool {
        let asked = run.asked().filter(|asked| asked.id == self.correction.question_id);
        asked.is_some_and(|asked| asked.version == self.correction.version && asked.text.answer != self.text.answer)
    }

    fn correct_asked(&self, tx: &mut Tx, run: RunId, member: MemberId) -> diesel::QueryResult<()> {
        let found = store::find_run(tx.conn, member, run)?;
        let Some(mut run) = found.filter(|run| run.is_running() && self.is_asked_by(run)) else { return Ok(()) };
        if let Some(question) = &mut run.question {
            question.0.text = self.text.clone();
        }
        store::put_run(tx.conn, &run)
    }

    /// Counts the answers by their days, and finds those that are marked otherwise than they should be.
    fn look_at(
        &self,
        answers: &[Answer],
        runs: &HashMap<RunId, Run>,
        tallies: &mut BTreeMap<Day, Tally>,
    ) -> Vec<Remark> {
        let mut remarks = Vec::new();
        for (answer, run) in answers.iter().filter_map(|answer| Some((answer, runs.get(&answer.run_id)?))) {
            let given = answer.given().unwrap_or_default();
            let right = is_right(&self.text, given);
            let fresh = || Tally::new(answer.question_id, answer.version);
            tallies.entry(run.day).or_insert_with(fresh).count(&self.text, given, right);
            if right != answer.is_right {
                let ended = run.seq == answer.seq && run.ended_because == Some(EndedBecause::Wrong);
                let (run, member, day) = (run.id, run.member_id, run.day);
                remarks.push(Remark { run, seq: answer.seq, member, day, right, lost_run: right && ended });
            }
        }
        remarks
    }

    fn mark(&self, tx: &mut Tx, remarks: &[Remark]) -> diesel::QueryResult<()> {
        tx.take_turns(remarks.iter().map(|remark| remark.member))?;
        let mut days = BTreeSet::new();
        for remark in remarks {
            if !store::mark_answer(tx.conn, remark.run, remark.seq, remark.right)? {
                continue;
            }
            let flip = Flip { question: self.correction.question_id, right: remark.right };
            correct_book(tx, remark.member, flip)?;
            if remark.lost_run {
                concern(tx, self.correction.id, remark.member, Effect { runs: 1, ..Effect::default() })?;
            }
            days.insert((remark.member, remark.day));
        }
        corrections::note(tx, (self.correction.id, self.correction.made_at.day()), days)
    }
}
