//! How questions fare 题目统计: counting papers that are over, and the figures of a question.

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;

use super::Quiz;
use super::lending::put_tallies;
use super::model::tally::{Tally, TallySource};
use super::model::{Paper, PaperId, QuestionId, QuestionText, Submission, SubmissionId};
use super::rules::{self, Refusal};
use super::store;
use crate::base::time::{Day, Timestamp};
use crate::db::{DbError, Never, Stop, Tx};
use crate::kernel::lease::{Lease, leased};
use crate::learning::study::Grace;

/// Submissions that are read at once: a day has as many as the enterprise has members.
pub(super) const CHUNK: i64 = 500;

/// How long a process may take to count a day before another tries.
const LEASE_SECONDS: i64 = 300;

/// After the end of the grace: a submission that began in time may still be on its way into the database.
const SETTLE_SECONDS: i64 = 10;

/// The ids of a day's submissions bear instants of that day; servers' clocks differ by less than this.
const MARGIN_SECONDS: i64 = 60;

/// The figures of a question.
#[derive(Clone, Debug)]
pub struct Statistics {
    pub question: QuestionId,
    /// Every version, newest first, also those that were never counted.
    pub versions: Vec<(QuestionText, Tally)>,
    /// When the latest of these figures was counted.
    pub counted_at: Option<Timestamp>,
}

impl Quiz {
    /// Counts the papers of every day that is over, the grace included. One process at a time; a day that was counted
    /// halfway is counted again from the start.
    pub(super) async fn tally_due(&self) -> Result<(), DbError> {
        let over = self.timetable.open_from(self.db.now().plus_seconds(-SETTLE_SECONDS)).previous();
        while let Some(day) = self.db.read(move |conn| store::first_untallied_day(conn, over)).await? {
            if !self.take_lease().await? {
                return Ok(());
            }
            self.tally_day(day).await?;
        }
        Ok(())
    }

    async fn take_lease(&self) -> Result<bool, DbError> {
        let lease = Lease { name: "quiz_tallies", holder: self.holder, seconds: LEASE_SECONDS };
        Ok(leased(&self.db, lease, |_| Ok(())).await?.is_some())
    }

    async fn tally_day(&self, day: Day) -> Result<(), DbError> {
        let papers = self.db.read(move |conn| store::list_published(conn, day)).await?;
        let ids: Vec<PaperId> = papers.iter().map(|paper| paper.id).collect();
        let mut counts: HashMap<PaperId, Count> =
            papers.into_iter().map(|paper| (paper.id, Count::of(paper))).collect();
        let (mut after, until) = bounds(day, Grace::LONGEST_SECONDS);
        loop {
            let asked = ids.clone();
            let chunk =
                self.db.read(move |conn| store::list_submissions_between(conn, &asked, after, until, CHUNK)).await?;
            let Some(last) = chunk.last() else { break };
            after = last.id;
            for submission in &chunk {
                if let Some(count) = counts.get_mut(&submission.paper_id) {
                    count.add(submission);
                }
            }
        }
        for (paper, count) in counts {
            let (tallies, edition) = (count.tallies, count.paper.edition);
            let action = move |tx: &mut Tx| -> Result<(), Stop<Never>> {
                if store::mark_tallied(tx.conn, paper, edition, tx.now())? {
                    put_tallies(tx, TallySource::Daily, paper.uuid(), &tallies)?;
                }
                Ok(())
            };
            self.db.write(action).await.map_err(DbError::from)?;
        }
        Ok(())
    }

    /// How a question has fared, by version.
    pub async fn statistics(&self, id: QuestionId) -> Result<Statistics, Stop<Refusal>> {
        let versions = self.versions(id, None, i64::MAX).await?;
        let rows = self.db.read(move |conn| store::list_tallies(conn, id)).await?;
        let mut tallies: BTreeMap<i32, Tally> = BTreeMap::new();
        for row in &rows {
            tallies.entry(row.version).or_insert_with(|| Tally::new(id, row.version)).add(&row.tally());
        }
        let counted = |number: i32| tallies.get(&number).cloned().unwrap_or_else(|| Tally::new(id, number));
        let versions = versions.into_iter().map(|version| (version.text, counted(version.version))).collect();
        Ok(Statistics { question: id, versions, counted_at: rows.iter().map(|row| row.counted_at).max() })
    }
}

/// A paper and what has been counted of it.
struct Count {
    paper: Paper,
    /// One for each question, in the paper's order.
    tallies: Vec<Tally>,
}

impl Count {
    fn of(paper: Paper) -> Count {
        let tallies = paper.questions.0.iter().map(|question| Tally::new(question.id, question.version)).collect();
        Count { paper, tallies }
    }

    fn add(&mut self, submission: &Submission) {
        let marks = rules::grade(&self.paper.questions.0, &submission.answers.0);
        for ((question, tally), right) in self.paper.questions.0.iter().zip(&mut self.tallies).zip(marks) {
            let given = submission.answers.0.iter().find(|answer| answer.question_id == question.id);
            tally.count(&question.text, given.map_or(&[], |given| given.answer.as_slice()), right);
        }
    }
}

/// Ids before and after all those of submissions of `day`: the first half of an id is the instant of its making.
pub(super) fn bounds(day: Day, grace_seconds: i64) -> (SubmissionId, SubmissionId) {
    let id_at = |instant: Timestamp| {
        let millis = u128::try_from(instant.micros() / 1000).unwrap_or_default();
        SubmissionId::from(Uuid::from_u128(millis << 80))
    };
    let end = day.next().start().plus_seconds(grace_seconds + MARGIN_SECONDS);
    (id_at(day.start().plus_seconds(-MARGIN_SECONDS)), id_at(end))
}
