//! What follows a correction: daily submissions are graded anew, and in the end everybody concerned is told once.
//!
//! One process at a time, in portions, each of which is one transaction with the progress that it makes: anyone who
//! goes on after a crash begins where the last portion ended, and nothing is done twice.

use super::Quiz;
use super::lending::{again_while, concern, correct_book, wake};
use super::model::correction::{Concerned, Correction, CorrectionStage, Effect};
use super::model::{Paper, Submission, SubmissionId};
use super::rules::{self, Flip};
use super::store;
use super::tallies::{CHUNK, bounds};
use crate::base::text::cut;
use crate::base::time::Timestamp;
use crate::db::{DbError, Tx};
use crate::ground::notices::{self, NewNotice, NoticeKind, To};
use crate::honour::points::{Grant, RuleName};
use crate::kernel::lease::{Lease, leased};
use crate::learning::study::Grace;

/// Submissions whose results change that share a transaction: each has points, a book and boards.
const REGRADED_AT_ONCE: usize = 50;

/// Members who are told in one transaction.
const TOLD_AT_ONCE: i64 = 200;

/// How long another process waits for a portion of this one; every portion renews it.
const LEASE_SECONDS: i64 = 60;

/// Characters of a question that a notice shows.
const SHOWN_CHARS: usize = 30;

impl Submission {
    /// The answers of this submission that the edition `to` of its paper grades otherwise than it is graded.
    pub(super) fn flips(&self, paper: &Paper, to: i32) -> Vec<Flip> {
        if self.edition >= to {
            return Vec::new();
        }
        let given = |id| {
            let given = self.answers.0.iter().find(|answer| answer.question_id == id);
            given.map_or(&[][..], |given| given.answer.as_slice())
        };
        rules::flips(&paper.questions.0, given, self.edition, to)
    }
}

/// What one transaction grades anew.
struct Portion {
    edition: i32,
    submissions: Vec<(Submission, Vec<Flip>)>,
    /// The last submission that was looked at; `None` when the paper is done.
    through: Option<SubmissionId>,
}

impl Portion {
    fn of(chunk: Vec<Submission>, paper: &Paper, edition: i32) -> Portion {
        let is_last = (chunk.len() as i64) < CHUNK;
        let mut through = chunk.last().filter(|_| !is_last).map(|last| last.id);
        let mut submissions = Vec::new();
        for submission in chunk {
            let flips = submission.flips(paper, edition);
            if flips.is_empty() {
                continue;
            }
            let id = submission.id;
            submissions.push((submission, flips));
            if submissions.len() == REGRADED_AT_ONCE {
                through = Some(id);
                break;
            }
        }
        Portion { edition, submissions, through }
    }
}

impl Quiz {
    /// Grades anew what daily papers with a corrected key were handed in before; corrections one after the other, in the
    /// order in which they were made.
    pub async fn regrade(&self) -> Result<(), DbError> {
        use CorrectionStage::{Papers, Waiting};
        while let Some(correction) = self.db.read(|conn| store::oldest_in(conn, &[Waiting, Papers])).await? {
            let went_on = match correction.stage {
                // a submission may have been graded by the wrong key and not be seen yet
                Waiting => self.db.older_have_ended().await? && self.to_stage(correction, Papers).await?,
                _ => self.regrade_some(correction).await?,
            };
            if !went_on {
                break;
            }
        }
        Ok(())
    }

    /// When submissions are to be graded anew next.
    pub(super) async fn next_regrading(&self) -> Result<Option<Timestamp>, DbError> {
        use CorrectionStage::{Papers, Waiting};
        let now = self.db.now();
        self.db.read(move |conn| again_while(conn, &[Waiting, Papers], now)).await
    }

    /// When somebody is to be told of a correction next. While a room keeps the question, its release says so.
    pub(super) async fn next_telling(&self) -> Result<Option<Timestamp>, DbError> {
        let now = self.db.now();
        self.db.read(move |conn| Ok(store::oldest_to_tell(conn, now)?.map(|_| now))).await
    }

    async fn to_stage(&self, correction: Correction, stage: CorrectionStage) -> Result<bool, DbError> {
        let to = Correction { stage, ..correction.clone() };
        self.go_on(correction, to, |_| Ok(())).await
    }

    /// One transaction of this work, with the progress that it makes; false when another process does it.
    async fn go_on(
        &self,
        from: Correction,
        to: Correction,
        act: impl Fn(&mut Tx) -> diesel::QueryResult<()> + Send + 'static,
    ) -> Result<bool, DbError> {
        let lease = Lease { name: "question_corrections", holder: self.holder, seconds: LEASE_SECONDS };
        let went_on = leased(&self.db, lease, move |tx| {
            let is_where_it_was = store::advance_correction(tx.conn, &from, &to)?;
            if is_where_it_was {
                act(tx)?;
                if to.stage != from.stage {
                    wake(tx, to.stage, to.id.uuid())?;
                }
            }
            Ok(is_where_it_was)
        });
        Ok(went_on.await? == Some(true))
    }

    /// Grades a portion of the next paper anew; false when another process does.
    async fn regrade_some(&self, correction: Correction) -> Result<bool, DbError> {
        let done = usize::try_from(correction.papers_done).unwrap_or(usize::MAX);
        let Some(id) = correction.papers.0.get(done).copied() else {
            return self.to_stage(correction, CorrectionStage::Challenge).await;
        };
        let paper = self.db.read(move |conn| store::find_paper_by_id(conn, id)).await?;
        let edition = paper.as_ref().and_then(|paper| rules::edition_of(&paper.questions.0, correction.id));
        let (mut to, mut portion) = (correction.clone(), None);
        if let Some((paper, edition)) = paper.zip(edition) {
            let (first, until) = bounds(paper.day, Grace::LONGEST_SECONDS);
            let chunk = self.submissions_after(&paper, correction.graded_through.max(first), until).await?;
            portion = Some(Portion::of(chunk, &paper, edition));
        }
        let through = portion.as_ref().and_then(|portion| portion.through);
        to.graded_through = through.unwrap_or(uuid::Uuid::nil().into());
        to.papers_done += i32::from(through.is_none());
        let (quiz, made) = (self.clone(), correction.clone());
        self.go_on(correction, to, move |tx| match &portion {
            Some(portion) => quiz.regrade_portion(tx, &made, portion),
            None => Ok(()),
        })
        .await
    }

    fn regrade_portion(&self, tx: &mut Tx, correction: &Correction, portion: &Portion) -> diesel::QueryResult<()> {
        tx.take_turns(portion.submissions.iter().map(|(submission, _)| submission.member_id))?;
        for (submission, flips) in &portion.submissions {
            let regraded = Submission { edition: portion.edition, ..submission.clone() };
            self.regrade_one(tx, correction, regraded, flips)?;
        }
        Ok(())
    }

    fn regrade_one(
        &self,
        tx: &mut Tx,
        correction: &Correction,
        mut submission: Submission,
        flips: &[Flip],
    ) -> diesel::QueryResult<()> {
        let member = submission.member_id;
        submission.right_count += flips.iter().map(|flip| if flip.right { 1 } else { -1 }).sum::<i32>();
        submission.corrected_at = Some(tx.now());
        let points = self.correct_points(tx, correction, &mut submission)?;
        store::put_regraded(tx.conn, &submission)?;
        flips.iter().try_for_each(|flip| correct_book(tx, member, *flip))?;
        concern(tx, correction.id, member, Effect { papers: 1, points, ..Effect::default() })
    }

    /// Brings the points of a submission into line with its result; what somebody earned who has left stays.
    fn correct_points(
        &self,
        tx: &mut Tx,
        correction: &Correction,
        submission: &mut Submission,
    ) -> diesel::QueryResult<i32> {
        let Some(path) = self.directory.path_unless_left(submission.member_id) else { return Ok(0) };
        let (day, right) = (submission.day, submission.right_count);
        let what = if correction.is_void() { "题目作废" } else { "题目答案有误" };
        let reason =
            format!("{}每日一答更正：{what}（{}），更正后答对 {right} 题", day.in_chinese(), correction.reason);
        let (before, after) = self.points.correct(
            tx,
            &Grant {
                rule: RuleName::QUIZ_DAILY,
                member: submission.member_id,
                path: &path,
                times: right,
                day,
                source_kind: super::daily::SOURCE,
                source_id: submission.id.uuid(),
                reason: &reason,
            },
        )?;
        submission.points = after;
        Ok(after - before)
    }

    /// Tells everybody whom a correction concerns what it changed, once, when all rooms are done with it. While a contest
    /// asks the question nobody is told: what is said about it would help anyone who has not answered yet.
    pub async fn tell_corrected(&self) -> Result<(), DbError> {
        use CorrectionStage::Done;
        let now = self.db.now();
        while let Some(correction) = self.db.read(move |conn| store::oldest_to_tell(conn, now)).await? {
            let id = correction.id;
            let question = correction.question_id;
            let (untold, stem) = self
                .db
                .read(move |conn| {
                    let stem = store::find_question(conn, question)?.map(|question| question.stem);
                    Ok((store::list_untold(conn, id, TOLD_AT_ONCE)?, stem.unwrap_or_default()))
                })
                .await?;
            let mut to = correction.clone();
            if untold.is_empty() {
                (to.stage, to.done_at) = (Done, Some(self.db.now()));
            }
            let made = correction.clone();
            let tell = move |tx: &mut Tx| untold.iter().try_for_each(|concerned| tell(tx, &made, &stem, concerned));
            if !self.go_on(correction, to, tell).await? {
                break;
            }
        }
        Ok(())
    }
}

fn tell(tx: &mut Tx, correction: &Correction, stem: &str, concerned: &Concerned) -> diesel::QueryResult<()> {
    if !store::mark_told(tx.conn, concerned, tx.now())? {
        return Ok(());
    }
    notices::tell(
        tx,
        NewNotice {
            to: To::Member(concerned.member_id),
            kind: NoticeKind::PUBLISHED,
            title: "答题成绩更正".into(),
            body: rules::said(
                &cut(stem, SHOWN_CHARS),
                (&correction.reason, correction.is_void()),
                &Effect::from(concerned),
            ),
            link: Some("/me/points/entries".into()),
        },
    )
}
