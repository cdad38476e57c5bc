//! What is changed about a contest that has opened: it lasts longer, or two people call it off.

use serde_json::json;

use super::calendar::{Outcome, tell_audience};
use super::model::{Contest, ContestCancellation, ContestExtension, ContestId};
use super::opening::check_free;
use super::rules::{self, ContestVerb, Refusal};
use super::{Contests, store};
use crate::base::approval::Answer;
use crate::base::capability::{Capability, Reach};
use crate::base::id::MemberId;
use crate::base::text::in_quotes;
use crate::base::time::Timestamp;
use crate::db::{DbError, Tx};
use crate::kernel::desk::{self, NewItem, Post, Urgency, Whose};
use crate::kernel::trail::{self, Act};
use crate::learning::quiz::lending::take_turns;

crate::kernel::desk::kinds! {
    /// What proposals to call a contest off are on the desk.
    pub(super) CANCELLATION_ON_DESK = "contest_cancellation" / "取消竞赛",
}

impl Contests {
    /// Moves the end of an open contest to later; its audience is told, with the reason. Running attempts that the former
    /// end would have cut short get what is left of their time. Again it changes nothing.
    pub async fn prolong(
        &self,
        actor: MemberId,
        reach: &Reach,
        id: ContestId,
        closes_at: Timestamp,
        reason: String,
    ) -> Outcome<Contest> {
        self.within(reach, id).await?;
        self.db
            .write(move |tx| {
                // nobody closes it, and no answer is on its way, until this has committed
                store::wait_to_close(tx.conn, id)?;
                let contest = store::find(tx.conn, id)?.ok_or(Refusal::NoSuchContest)?;
                if contest.closes_at == closes_at && is_last_extension(tx, &contest, &reason)? {
                    return Ok(contest);
                }
                rules::check_extension(contest.state, contest.opens_at, (contest.closes_at, closes_at), tx.now())?;
                check_longer(tx, &contest, closes_at)?;
                let extension = ContestExtension {
                    id: tx.fresh_id(),
                    contest_id: id,
                    closed_before: contest.closes_at,
                    closes_at,
                    reason: reason.clone(),
                    made_by: actor,
                    made_at: tx.now(),
                };
                let limit_micros = i64::from(contest.terms().minutes) * 60_000_000;
                store::changes::prolong(tx.conn, &extension, limit_micros)?;
                note(tx, actor, "contests.prolong", id, json!({ "closes_at": closes_at, "reason": reason }))?;
                let (from, to) = (contest.closes_at.in_chinese(), closes_at.in_chinese());
                let told = format!("结束时间由{from}延长至{to}：{reason}");
                tell_audience(tx, &contest, "知识竞赛延长", told)?;
                Ok(Contest { closes_at, ..contest })
            })
            .await
    }

    /// Proposes to call off a contest that has opened and is not published. Again it changes nothing.
    pub async fn propose_cancellation(
        &self,
        actor: MemberId,
        reach: &Reach,
        id: ContestId,
        reason: String,
    ) -> Outcome<ContestCancellation> {
        self.within(reach, id).await?;
        let room = self.clone();
        self.db
            .write(move |tx| {
                // held, so that it is not published meanwhile, after which nothing of it waits
                let contest = store::lock_row(tx.conn, id)?.ok_or(Refusal::NoSuchContest)?;
                if !rules::step(ContestVerb::Cancel, contest.state)? {
                    return Err(Refusal::WrongState(contest.state).into());
                }
                let proposal = ContestCancellation {
                    contest_id: id,
                    reason: reason.clone(),
                    proposed_by: actor,
                    proposed_at: tx.now(),
                    confirmed_by: None,
                    confirmed_at: None,
                };
                if !store::changes::insert_cancellation(tx.conn, &proposal)? {
                    let made = store::changes::find_cancellation(tx.conn, id)?;
                    let same = made.filter(|made| made.proposed_by == actor && made.reason == reason);
                    return same.ok_or_else(|| Refusal::CancellationProposed.into());
                }
                room.lay_on_desk(tx, &contest, &proposal)?;
                note(tx, actor, "contests.propose_cancellation", id, json!({ "reason": reason }))?;
                if contest.created_by != actor {
                    let told = format!("有人提出取消这场竞赛，等待另一位负责人确认：{reason}");
                    room.tell_author(tx, &contest, "提议取消知识竞赛", told)?;
                }
                Ok(proposal)
            })
            .await
    }

    /// Has the proposal wait for those who may confirm it.
    fn lay_on_desk(&self, tx: &mut Tx, contest: &Contest, proposal: &ContestCancellation) -> diesel::QueryResult<()> {
        let item = NewItem {
            kind: CANCELLATION_ON_DESK,
            subject: contest.id.uuid(),
            title: format!("确认取消知识竞赛{}", in_quotes(&contest.title)),
            link: format!("/contests/{}/cancellation", contest.id),
            due: None,
            urgency: Urgency::Urgent,
            whose: Whose::Holders(Post { capability: Capability::ConfirmContests, unit: contest.unit_id }),
            barred: vec![proposal.proposed_by],
        };
        self.desks.replace(tx, CANCELLATION_ON_DESK, contest.id.uuid(), Some(item))
    }

    /// Lays out proposals that waited before they were on the desk.
    pub(super) async fn lay_old_on_desk(&self) -> Result<(), DbError> {
        let room = self.clone();
        self.unlaid
            .work_off(&self.db, move |tx, id| {
                let Some(contest) = store::lock_row(tx.conn, id.into())? else { return Ok(()) };
                let found = store::changes::find_cancellation(tx.conn, contest.id)?;
                let waits = rules::step(ContestVerb::Cancel, contest.state) == Ok(true);
                match found.filter(|found| waits && found.confirmed_at.is_none()) {
                    Some(proposal) => room.lay_on_desk(tx, &contest, &proposal),
                    None => Ok(()),
                }
            })
            .await
    }

    /// What was proposed, for who may confirm it.
    pub async fn cancellation(&self, reach: &Reach, id: ContestId) -> Outcome<ContestCancellation> {
        self.within(reach, id).await?;
        let found = self.db.read(move |conn| store::changes::find_cancellation(conn, id)).await?;
        found.ok_or_else(|| Refusal::NoCancellation.into())
    }

    /// Takes back one's own proposal.
    pub async fn withdraw_cancellation(&self, actor: MemberId, reach: &Reach, id: ContestId) -> Outcome<()> {
        self.within(reach, id).await?;
        self.db
            .write(move |tx| {
                store::lock_row(tx.conn, id)?;
                let found = store::changes::find_cancellation(tx.conn, id)?.ok_or(Refusal::NoCancellation)?;
                found.rule().answer(Answer::TakeBack, actor, tx.now()).map_err(Refusal::from)?;
                store::changes::delete_cancellation(tx.conn, id)?;
                desk::clear(tx, CANCELLATION_ON_DESK, id.uuid())?;
                Ok(note(tx, actor, "contests.withdraw_cancellation", id, json!({}))?)
            })
            .await
    }

    /// Confirms what somebody else proposed: the contest is off. It is never ranked and gives no points, what was
    /// answered is kept and not shown, its questions are free, and its audience is told why. Again it changes nothing.
    pub async fn confirm_cancellation(
        &self,
        actor: MemberId,
        reach: &Reach,
        id: ContestId,
    ) -> Outcome<ContestCancellation> {
        self.within(reach, id).await?;
        let quiz = self.quiz.clone();
        self.db
            .write(move |tx| {
                store::wait_to_close(tx.conn, id)?;
                let contest = store::find(tx.conn, id)?.ok_or(Refusal::NoSuchContest)?;
                let proposal = store::changes::find_cancellation(tx.conn, id)?.ok_or(Refusal::NoCancellation)?;
                if !proposal.rule().answer(Answer::Approve, actor, tx.now()).map_err(Refusal::from)? {
                    return Ok(proposal);
                }
                if !store::changes::cancel(tx.conn, id, actor, tx.now())? {
                    return Err(Refusal::WrongState(contest.state).into());
                }
                desk::clear(tx, CANCELLATION_ON_DESK, id.uuid())?;
                quiz.release(tx, id.uuid())?;
                note(tx, actor, "contests.confirm_cancellation", id, json!({ "reason": proposal.reason }))?;
                let told = format!("这场竞赛已经取消，不计成绩和积分：{}", proposal.reason);
                tell_audience(tx, &contest, "知识竞赛取消", told)?;
                Ok(ContestCancellation { confirmed_by: Some(actor), confirmed_at: Some(tx.now()), ..proposal })
            })
            .await
    }
}

/// Refuses an end before which a daily paper would show keys of the contest's fixed paper. A drawn one took such
/// questions only where the bank had no others.
fn check_longer(tx: &mut Tx, contest: &Contest, closes_at: Timestamp) -> Outcome<()> {
    let ids = &contest.rules.0.paper.question_ids;
    if ids.is_empty() {
        return Ok(());
    }
    take_turns(tx)?;
    check_free(tx.conn, &Contest { closes_at, ..contest.clone() }, ids, tx.today())
}

/// Whether the end as it is was set for that reason: the request has come before.
fn is_last_extension(tx: &mut Tx, contest: &Contest, reason: &str) -> diesel::QueryResult<bool> {
    let made = store::changes::list_extensions(tx.conn, contest.id)?;
    Ok(made.last().is_some_and(|last| last.closes_at == contest.closes_at && last.reason == reason))
}

fn note(
    tx: &mut Tx,
    actor: MemberId,
    action: &str,
    id: ContestId,
    detail: serde_json::Value,
) -> diesel::QueryResult<()> {
    trail::note(tx, Act { actor: Some(actor), action, subject_kind: "contest", subject_id: id.uuid(), detail })
}
