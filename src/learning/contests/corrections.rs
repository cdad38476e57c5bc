//! What a corrected key changes: papers that bear it, attempts that were graded by the wrong one, rankings, points.
//!
//! The paper gets the right key in the transaction of the correction; from then on attempts are graded by it. A contest
//! that is open or closed grades what was handed in before anew, and is ranked by that. One that is published is ranked
//! again, its points follow by opposite entries, and it is published again with the reason. Like the making of results, all of it
//! can be broken off anywhere and done again.

use std::collections::{HashMap, HashSet};

use super::attempts::grade;
use super::model::{Attempt, AttemptId, AttemptState, Contest, ContestId, ContestState};
use super::results::{Elsewhere, GRADED_AT_ONCE, Roster, SETTLED_AT_ONCE, Step};
use super::rules::{self, Sheet};
use super::{Contests, Frozen, store};
use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::db::{Conn, DbError, Stop, Tx};
use crate::kernel::agenda;
use crate::learning::quiz::QuestionId;
use crate::learning::quiz::TallySource;
use crate::learning::quiz::lending::{
    Correction, CorrectionId, CorrectionStage, Effect, Flip, KeyChange, KeyUser, again_while, bears, concern,
    correct_book, correct_key, correction_in, flips, hand_on, put_tallies,
};

/// What the room does about a wrong key; for the assembly of the rooms.
pub const KEYS: KeyUser = KeyUser { correct: correct_papers, count: count_papers };

/// Attempts that are graded anew in one transaction.
const REGRADED_AT_ONCE: usize = 50;

fn correct_papers(tx: &mut Tx, change: &KeyChange) -> diesel::QueryResult<i32> {
    let mut corrected = 0;
    for (id, mut paper, edition) in store::list_papers_naming(tx.conn, change.question_id, change.dealt_from)? {
        if correct_key(&mut paper.questions, edition + 1, change) {
            store::put_corrected_paper(tx.conn, id, paper, edition + 1)?;
            corrected += 1;
        }
    }
    Ok(corrected)
}

fn count_papers(conn: &mut Conn, change: &KeyChange) -> diesel::QueryResult<(i64, i64)> {
    let (mut contests, mut attempts) = (0, 0);
    for (id, paper, _) in store::list_papers_naming(conn, change.question_id, change.dealt_from)? {
        if paper.questions.iter().any(|question| bears(question, change)) {
            contests += 1;
            attempts += store::attempts::count(conn, id)?;
        }
    }
    Ok((contests, attempts))
}

/// An attempt as it is graded by the corrected paper.
#[derive(Clone)]
struct Regraded {
    attempt: Attempt,
    /// The edition by which it was graded before.
    from: i32,
    flips: Vec<Flip>,
    /// Whether its member is told of it.
    told: bool,
}

impl Contests {
    /// Brings contests with a corrected key up to date, one correction after the other.
    pub async fn regrade(&self) -> Result<(), DbError> {
        let _turn = self.results_turn.lock().await;
        let mine = CorrectionStage::Contests;
        while let Some(correction) = self.db.read(move |conn| correction_in(conn, mine)).await? {
            match self.regrade_all(correction).await {
                Ok(()) => {}
                Err(Stop::Refused(Elsewhere)) => return Ok(()),
                Err(Stop::Failed(error)) => return Err(error),
            }
        }
        Ok(())
    }

    /// When contests are to be brought up to date next.
    pub(super) async fn next_regrading(&self) -> Result<Option<Timestamp>, DbError> {
        let now = self.db.now();
        self.db.read(move |conn| again_while(conn, &[CorrectionStage::Contests], now)).await
    }

    async fn regrade_all(&self, correction: Correction) -> Step<()> {
        let mut after = None;
        loop {
            let chunk = self.db.read(move |conn| store::list_to_regrade(conn, after, SETTLED_AT_ONCE)).await?;
            let Some(last) = chunk.last() else { break };
            after = Some(last.id);
            for contest in chunk {
                self.regrade_contest(contest, &correction).await?;
            }
        }
        self.step(move |tx| hand_on(tx, &correction, CorrectionStage::Telling).map(drop)).await
    }

    async fn regrade_contest(&self, contest: Contest, correction: &Correction) -> Step<()> {
        let (id, Some(frozen)) = (contest.id, self.frozen_of(&contest).await?) else { return Ok(()) };
        self.regrade_attempts(&contest, &frozen, Some(correction.id)).await?;
        if contest.ranked_at.is_some() {
            self.rank_again(&contest, &frozen, correction).await?;
        }
        if contest.state == ContestState::Published
            && let Some(again) = self.db.read(move |conn| store::find(conn, id)).await?
        {
            self.award(&again, correction.made_by).await?;
        }
        let edition = frozen.edition;
        self.step(move |tx| {
            // a published contest waited for this with its points
            agenda::put_now(tx, super::RESULTS, id.uuid())?;
            store::put_graded_edition(tx.conn, id, edition)
        })
        .await
    }

    /// Grades what is over by the paper as it stands. `told` is the correction whose members are told, as far as they
    /// have seen their scores.
    pub(super) async fn regrade_attempts(
        &self,
        contest: &Contest,
        frozen: &Frozen,
        told: Option<CorrectionId>,
    ) -> Step<()> {
        let shown = rules::shows_score(contest.terms().reveal, contest.state);
        let mut members = HashSet::<MemberId>::new();
        for state in AttemptState::OVER {
            let mut after = AttemptId::from(uuid::Uuid::nil());
            while let Some((last, mut regraded)) = self.regraded_after(contest.id, state, frozen, after).await? {
                after = last;
                for one in &mut regraded {
                    one.told = shown && told.is_some() && members.insert(one.attempt.member_id);
                }
                for portion in regraded.chunks(REGRADED_AT_ONCE) {
                    let portion = portion.to_vec();
                    self.step(move |tx| put_regraded(tx, told, &portion)).await?;
                }
            }
        }
        Ok(())
    }

    /// Of the next attempts after `after` those that are graded otherwise now, and the last that was looked at.
    async fn regraded_after(
        &self,
        id: ContestId,
        state: AttemptState,
        frozen: &Frozen,
        after: AttemptId,
    ) -> Result<Option<(AttemptId, Vec<Regraded>)>, DbError> {
        let (edition, limit) = (frozen.edition, GRADED_AT_ONCE as i64);
        let (attempts, answers) = self
            .db
            .read(move |conn| {
                let attempts = store::attempts::list_graded_before(conn, id, state, edition, after, limit)?;
                let ids: Vec<AttemptId> = attempts.iter().map(|attempt| attempt.id).collect();
                Ok((attempts, store::attempts::answers_of(conn, &ids)?))
            })
            .await?;
        let Some(last) = attempts.last().map(|last| last.id) else { return Ok(None) };
        let nothing = HashMap::new();
        let look = |attempt: Attempt| {
            let given = answers.get(&attempt.id).unwrap_or(&nothing);
            regraded(frozen, attempt, given)
        };
        Ok(Some((last, attempts.into_iter().filter_map(look).collect())))
    }

    /// Makes the ranking again, of the same members for the same units as before.
    async fn rank_again(&self, contest: &Contest, frozen: &Frozen, correction: &Correction) -> Step<()> {
        let id = contest.id;
        let roster = self.db.read(move |conn| roster_then(conn, id)).await?;
        let ranking = self.make_ranking(contest, frozen, roster).await?;
        let (correction, reason) = (correction.id, correction.reason.clone());
        self.step(move |tx| {
            store::put_summary(tx.conn, id, ranking.summary.clone())?;
            store::results::put_branches(tx.conn, id, &ranking.branches)?;
            put_tallies(tx, TallySource::Contest, id.uuid(), &ranking.tallies)?;
            store::publish_again(tx.conn, id, correction, &reason, tx.now())
        })
        .await
    }
}

/// The attempt by the corrected paper; `None` when nothing about it changes.
fn regraded(frozen: &Frozen, before: Attempt, answers: &HashMap<QuestionId, Vec<String>>) -> Option<Regraded> {
    let mut attempt = before.clone();
    grade(frozen, &mut attempt, answers);
    let sheet = Sheet::deal(&frozen.paper, attempt.seed);
    let given = |id| answers.get(&id).map_or(&[][..], Vec::as_slice);
    let flips = flips(sheet.questions(), given, before.edition, frozen.edition);
    let is_same = flips.is_empty() && attempt.score == before.score;
    (!is_same).then_some(Regraded { attempt, from: before.edition, flips, told: false })
}

fn put_regraded(tx: &mut Tx, told: Option<CorrectionId>, portion: &[Regraded]) -> diesel::QueryResult<()> {
    tx.take_turns(portion.iter().map(|one| one.attempt.member_id))?;
    for Regraded { attempt, from, flips, told: is_told } in portion {
        if !store::attempts::regrade(tx.conn, attempt, *from)? {
            continue; // another process did
        }
        if attempt.state == AttemptState::Booked {
            flips.iter().try_for_each(|flip| correct_book(tx, attempt.member_id, *flip))?;
        }
        if let Some(correction) = told.filter(|_| *is_told) {
            concern(tx, correction, attempt.member_id, Effect { contests: 1, ..Effect::default() })?;
        }
    }
    Ok(())
}

/// Who was ranked when the ranking was first made.
fn roster_then(conn: &mut Conn, id: ContestId) -> diesel::QueryResult<Roster> {
    let units = store::results::list_units(conn, id)?;
    let actives = store::results::list_actives(conn, id)?;
    let summary = store::find_summary(conn, id)?.unwrap_or_default();
    Ok(Roster {
        units: units.into_iter().filter_map(|(member, unit)| Some((member, unit?))).collect(),
        actives: actives.into_iter().map(|(unit, members)| (unit, members.into())).collect(),
        audience: summary.audience,
    })
}
