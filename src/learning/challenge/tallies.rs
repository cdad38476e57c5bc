//! How questions fare in the challenge: counted for the bank's statistics once a day is over, by version. What was
//! counted is kept for a while and then thrown away.

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;

use super::Challenge;
use super::model::{Answer, RunId};
use super::store;
use crate::base::period::newest_final_day;
use crate::base::time::{Day, Timestamp};
use crate::db::{Conn, DbError, Never, Stop, Tx};
use crate::kernel::lease::{Lease, leased};
use crate::learning::quiz::lending::{put_tallies, wordings};
use crate::learning::quiz::{QuestionId, Tally, TallySource};

/// Answers that are read at once: a day may have a million.
pub(super) const CHUNK: i64 = 2_000;

/// How long a process may take to count a day before another tries.
const LEASE_SECONDS: i64 = 600;

/// How long after midnight a day is counted, if no run of it is still running: one that began in its last minute may go
/// on, and be revived, after it.
const SETTLE_SECONDS: i64 = 3600;

/// How long runs and their answers are kept for anyone who asks how a run came about; nothing else reads them once they are
/// counted. Days stay.
const KEPT_DAYS: u64 = 90;

/// Answers that are thrown away in one transaction.
const THROWN_AT_ONCE: i64 = 2_000;

/// Such transactions in one pass of the job.
const PASSES: usize = 50;

/// How often each answer was given to each version of a question, and whether it was right.
type Counts = HashMap<(QuestionId, i32), BTreeMap<(Vec<String>, bool), u32>>;

impl Challenge {
    /// What need not be done this second: counting days that are over, throwing away what was counted long ago.
    pub async fn catch_up(&self) -> Result<(), DbError> {
        self.tally_due().await?;
        self.throw_away_old().await
    }

    /// Throws away the answers and runs of days that were counted and are older than [`KEPT_DAYS`], some at a time.
    async fn throw_away_old(&self) -> Result<(), DbError> {
        let kept_from = self.db.today().minus_days(KEPT_DAYS);
        let Some(counted) = self.db.read(store::newest_tallied_day).await? else { return Ok(()) };
        let until = first_run(kept_from.min(counted.next()).start());
        for _ in 0..PASSES {
            let find =
                move |conn: &mut Conn| store::list_answers_between(conn, (first_run_ever(), 0), until, THROWN_AT_ONCE);
            let old = self.db.read(find).await?;
            let Some(last) = old.last().map(|answer| answer.run_id) else { break };
            let throw = move |tx: &mut Tx| -> Result<(), Stop<Never>> { Ok(store::delete_answers(tx.conn, last)?) };
            self.db.write(throw).await.map_err(DbError::from)?;
        }
        for _ in 0..PASSES {
            let throw = move |tx: &mut Tx| -> Result<usize, Stop<Never>> {
                Ok(store::delete_runs(tx.conn, until, THROWN_AT_ONCE)?)
            };
            if self.db.write(throw).await.map_err(DbError::from)? == 0 {
                break;
            }
        }
        Ok(())
    }

    /// Counts the answers of every day that is over, one process at a time; a day that was counted halfway is counted
    /// again from the start.
    async fn tally_due(&self) -> Result<(), DbError> {
        let over = newest_final_day(self.db.now(), SETTLE_SECONDS);
        while let Some(day) = self.db.read(move |conn| store::first_untallied_day(conn, over)).await? {
            if !self.take_lease().await? {
                return Ok(());
            }
            self.tally_day(day).await?;
        }
        Ok(())
    }

    async fn take_lease(&self) -> Result<bool, DbError> {
        let lease = Lease { name: "challenge_tallies", holder: self.holder, seconds: LEASE_SECONDS };
        Ok(leased(&self.db, lease, |_| Ok(())).await?.is_some())
    }

    async fn tally_day(&self, day: Day) -> Result<(), DbError> {
        let (mut counts, mut after, until) =
            (Counts::new(), (first_run(day.start()), 0), first_run(day.next().start()));
        loop {
            let chunk = self.db.read(move |conn| store::list_answers_between(conn, after, until, CHUNK)).await?;
            let Some(last) = chunk.last() else { break };
            after = (last.run_id, last.seq);
            chunk.iter().for_each(|answer| count(&mut counts, answer));
        }
        let tallies = self.tallies(counts).await?;
        let action = move |tx: &mut Tx| -> Result<(), Stop<Never>> {
            put_tallies(tx, TallySource::Challenge, day_source(day), &tallies)?;
            Ok(store::mark_tallied(tx.conn, day, tx.now())?)
        };
        self.db.write(action).await.map_err(DbError::from)
    }

    /// One tally for each version; what an answer means depends on the wording that was shown.
    async fn tallies(&self, counts: Counts) -> Result<Vec<Tally>, DbError> {
        let mut tallies = Vec::with_capacity(counts.len());
        for ((id, version), answers) in counts {
            let texts = self.db.read(move |conn| wordings(conn, id)).await?;
            let Some((_, text)) = texts.into_iter().find(|(number, _)| *number == version) else { continue };
            let mut tally = Tally::new(id, version);
            for ((given, right), times) in answers {
                (0..times).for_each(|_| tally.count(&text, &given, right));
            }
            tallies.push(tally);
        }
        Ok(tallies)
    }
}

/// Only what was answered counts: a time-out says nothing of the question.
fn count(counts: &mut Counts, answer: &Answer) {
    if let Some(given) = answer.given() {
        let of_version = counts.entry((answer.question_id, answer.version)).or_default();
        *of_version.entry((given.to_vec(), answer.is_right)).or_default() += 1;
    }
}

/// What the figures of a day are kept under.
pub(super) fn day_source(day: Day) -> Uuid {
    Uuid::from_u128(day.number().unsigned_abs().into())
}

/// Before the id of every run.
pub(super) fn first_run_ever() -> RunId {
    Uuid::nil().into()
}

/// Before the id of every run that began at `instant` or later: the first half of an id is the instant of its making.
fn first_run(instant: Timestamp) -> RunId {
    let millis = u128::try_from(instant.micros() / 1000).unwrap_or_default();
    Uuid::from_u128(millis << 80).into()
}
