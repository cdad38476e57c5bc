//! What who runs a contest does: write it, announce it, close it, publish it.

use serde_json::json;

use super::Contests;
use super::changes::CANCELLATION_ON_DESK;
use super::model::{Contest, ContestId, ContestState, Rules, thing};
use super::opening::check_free;
use super::rules::{self, ContestVerb, Refusal};
use super::store;
use crate::base::capability::{Capability, Reach};
use crate::base::id::{MemberId, UnitId};
use crate::base::idempotency::IdempotencyKey;
use crate::base::time::Timestamp;
use crate::base::version::SeenState;
use crate::db::{Json, Stop, Tx};
use crate::doing::meetings::{self, MeetingId};
use crate::ground::notices::{self, NewNotice, NoticeKind, To};
use crate::kernel::desk::Post;
use crate::kernel::idempotency::{self, Reused};
use crate::kernel::trail::{self, Act};
use crate::kernel::{agenda, desk};
use crate::learning::quiz::lending::{answered_otherwise, take_turns};

pub(super) type Outcome<T> = Result<T, Stop<Refusal>>;

impl From<Reused> for Refusal {
    fn from(_: Reused) -> Self {
        Refusal::KeyReused
    }
}

/// A contest as an organiser writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub title: String,
    pub description: String,
    pub unit: UnitId,
    pub opens_at: Timestamp,
    pub closes_at: Timestamp,
    pub rules: Rules,
    /// The meeting that it is part of.
    pub meeting: Option<MeetingId>,
}

impl Contests {
    /// Writes a new draft; the same key again returns the first one.
    pub async fn create(
        &self,
        actor: MemberId,
        reach: &Reach,
        draft: Draft,
        key: Option<IdempotencyKey>,
    ) -> Outcome<Contest> {
        self.check(reach, &draft).await?;
        self.db
            .write(move |tx| {
                let id = idempotency::once(tx, key.as_ref(), |tx| {
                    let contest = new_contest(tx, actor, draft.clone());
                    may_save(tx, &contest)?;
                    store::insert(tx.conn, &contest)?;
                    note(tx, Some(actor), "contests.create", contest.id)?;
                    Ok(contest.id)
                })?;
                store::find(tx.conn, id)?.ok_or_else(|| Refusal::NoSuchContest.into())
            })
            .await
    }

    /// Changes a draft, or a contest that is announced; then its audience is told. Where somebody else changes it at the
    /// same time, both changes are made, one on top of the other.
    pub async fn edit(
        &self,
        actor: MemberId,
        reach: &Reach,
        id: ContestId,
        seen: Option<SeenState>,
        change: impl Fn(Draft) -> Draft,
    ) -> Outcome<Contest> {
        loop {
            let contest = self.within(reach, id).await?;
            let draft = change(draft_of(&contest));
            // each further round means that somebody's change is in, so there are not many
            if let Some(changed) = self.put_if_unchanged(actor, reach, contest, seen, draft).await? {
                return Ok(changed);
            }
        }
    }

    /// Writes `draft` over `before`; `None` when the contest is no longer as it was read.
    async fn put_if_unchanged(
        &self,
        actor: MemberId,
        reach: &Reach,
        before: Contest,
        seen: Option<SeenState>,
        draft: Draft,
    ) -> Outcome<Option<Contest>> {
        let is_announced = before.state == ContestState::Announced;
        if !is_announced && before.state != ContestState::Draft {
            return Err(Refusal::WrongState(before.state).into());
        }
        self.check(reach, &draft).await?;
        if is_announced {
            rules::check_announced((before.unit_id, draft.unit), draft.opens_at, self.db.now())?;
            self.choose_questions(&put_draft(before.clone(), draft.clone())).await?;
        }
        let (room, id) = (self.clone(), before.id);
        self.db
            .write(move |tx| {
                let present = store::lock_row(tx.conn, id)?.ok_or(Refusal::NoSuchContest)?;
                thing(id).changed_since(tx.conn, seen)?.map_err(Refusal::Outdated)?;
                if (present.state, draft_of(&present)) != (before.state, draft_of(&before)) {
                    return Ok(None);
                }
                let changed = Contest { updated_at: tx.now(), ..put_draft(present, draft.clone()) };
                may_save(tx, &changed)?;
                if !store::update_unopened(tx.conn, &changed)? {
                    return Err(Refusal::WrongState(state_of(tx, id)?).into());
                }
                note(tx, Some(actor), "contests.edit", id)?;
                if is_announced {
                    room.announce_change(tx, &changed)?;
                }
                Ok(Some(changed))
            })
            .await
    }

    /// Keeps the questions of what was announced otherwise, and tells the audience.
    fn announce_change(&self, tx: &mut Tx, contest: &Contest) -> Outcome<()> {
        // before the bank is told that it changed, as everybody does who puts questions on a paper
        take_turns(tx)?;
        self.quiz.release(tx, contest.id.uuid())?;
        self.reserve(tx, contest)?;
        agenda::put(tx, super::CLOCK, contest.id.uuid(), contest.opens_at)?;
        let (from, until) = (contest.opens_at.in_chinese(), contest.closes_at.in_chinese());
        let told = format!("安排有调整。开放时间：{from}至{until}");
        Ok(tell_audience(tx, contest, "知识竞赛调整", told)?)
    }

    async fn check(&self, reach: &Reach, draft: &Draft) -> Outcome<()> {
        let tree = self.directory.tree();
        let card = tree.get(draft.unit).filter(|card| reach.covers(&card.path)).ok_or(Refusal::OutOfReach)?;
        if card.unit.closed_on.is_some() {
            return Err(Refusal::OutOfReach.into());
        }
        rules::check(draft.opens_at, draft.closes_at, &draft.rules.paper, &draft.rules.terms)?;
        rules::check_ahead(draft.opens_at, self.db.now())?;
        if let Some(id) = draft.meeting {
            let meeting = self.db.read(move |conn| meetings::find(conn, id)).await?.ok_or(Refusal::NoSuchMeeting)?;
            let within_reach = tree.is_within(reach, meeting.unit_id);
            rules::check_meeting(meeting.unit_id, &card.path, within_reach)?;
            rules::check_meeting_day(meeting.held_on, (draft.opens_at, draft.closes_at))?;
        }
        Ok(())
    }

    /// A contest within reach, in whatever state.
    pub async fn within(&self, reach: &Reach, id: ContestId) -> Outcome<Contest> {
        let contest = self.db.read(move |conn| store::find(conn, id)).await?.ok_or(Refusal::NoSuchContest)?;
        if self.covers(reach, &contest) { Ok(contest) } else { Err(Refusal::OutOfReach.into()) }
    }

    pub(super) fn covers(&self, reach: &Reach, contest: &Contest) -> bool {
        self.directory.tree().is_within(reach, contest.unit_id)
    }

    /// Announces a draft to its audience, if the bank can fill the paper as it stands.
    pub async fn announce(&self, actor: MemberId, reach: &Reach, id: ContestId) -> Outcome<Contest> {
        let contest = self.within(reach, id).await?;
        if !rules::step(ContestVerb::Announce, contest.state)? {
            return Ok(contest);
        }
        if contest.closes_at <= self.db.now() {
            return Err(Refusal::Over.into());
        }
        self.choose_questions(&contest).await?;
        let room = self.clone();
        self.advance(contest, ContestVerb::Announce, move |tx, contest| {
            let announced = store::announce(tx.conn, contest.id, tx.now())?;
            if announced {
                room.reserve(tx, contest)?;
                agenda::put(tx, super::CLOCK, contest.id.uuid(), contest.opens_at)?;
                let (from, until) = (contest.opens_at.in_chinese(), contest.closes_at.in_chinese());
                let told = format!("开放时间：{from}至{until}");
                tell_audience(tx, contest, "知识竞赛预告", told)?;
                note(tx, Some(actor), "contests.announce", contest.id)?;
            }
            Ok(announced)
        })
        .await
    }

    /// Opens an announced contest before its time.
    pub async fn open_early(&self, actor: MemberId, reach: &Reach, id: ContestId) -> Outcome<Contest> {
        let contest = self.within(reach, id).await?;
        if !rules::step(ContestVerb::Open, contest.state)? {
            return Ok(contest);
        }
        if contest.closes_at <= self.db.now() {
            return Err(Refusal::Over.into());
        }
        self.open(&contest, Some(actor)).await?;
        self.within(reach, id).await
    }

    /// Closes an open contest before its time.
    pub async fn close_early(&self, actor: MemberId, reach: &Reach, id: ContestId) -> Outcome<Contest> {
        let contest = self.within(reach, id).await?;
        if rules::step(ContestVerb::Close, contest.state)? {
            self.close(id, Some(actor)).await?;
        }
        self.within(reach, id).await
    }

    /// Publishes the results of a contest that is closed and ranked; of two who do so at once one does.
    pub async fn publish(&self, actor: MemberId, reach: &Reach, id: ContestId) -> Outcome<Contest> {
        let contest = self.within(reach, id).await?;
        if !rules::step(ContestVerb::Publish, contest.state)? {
            return Ok(contest);
        }
        if contest.ranked_at.is_none() || contest.is_regrading() {
            return Err(Refusal::NotRanked.into());
        }
        self.check_keys(&contest).await?;
        self.advance(contest, ContestVerb::Publish, move |tx, contest| {
            let published = store::publish(tx.conn, contest.id, actor, tx.now())?;
            if !published && store::find(tx.conn, contest.id)?.is_some_and(|now| now.is_regrading()) {
                return Err(Refusal::NotRanked.into());
            }
            if published {
                desk::clear(tx, CANCELLATION_ON_DESK, contest.id.uuid())?;
                agenda::put_now(tx, super::RESULTS, contest.id.uuid())?;
                tell_audience(tx, contest, "知识竞赛成绩公布", "成绩和排名已经公布。".into())?;
                note(tx, Some(actor), "contests.publish", contest.id)?;
            }
            Ok(published)
        })
        .await
    }

    /// Refuses to publish by a key that the bank has changed since, in the same words: either the paper's is wrong and is
    /// put right by a correction, or the bank's.
    async fn check_keys(&self, contest: &Contest) -> Outcome<()> {
        // without a paper nobody has answered anything
        let Some(frozen) = self.frozen_of(contest).await? else { return Ok(()) };
        let changed = self.db.read(move |conn| {
            let changed = answered_otherwise(conn, &frozen.paper.questions)?;
            Ok(changed.first().map(|question| (question.version, question.text.stem.clone())))
        });
        match changed.await? {
            Some((version, stem)) => Err(Refusal::KeyChanged { version, stem }.into()),
            None => Ok(()),
        }
    }

    /// Takes back a contest that has not opened.
    pub async fn withdraw(&self, actor: MemberId, reach: &Reach, id: ContestId) -> Outcome<Contest> {
        let contest = self.within(reach, id).await?;
        if !rules::step(ContestVerb::Withdraw, contest.state)? {
            return Ok(contest);
        }
        let quiz = self.quiz.clone();
        self.advance(contest, ContestVerb::Withdraw, move |tx, contest| {
            let withdrawn = store::withdraw(tx.conn, contest.id)?;
            if withdrawn {
                quiz.release(tx, contest.id.uuid())?;
                note(tx, Some(actor), "contests.withdraw", contest.id)?;
                if contest.state == ContestState::Announced {
                    tell_audience(tx, contest, "知识竞赛取消", "这场竞赛已经取消。".into())?;
                }
            }
            Ok(withdrawn)
        })
        .await
    }

    /// Does a verb by compare-and-set; when somebody else was faster, what he made of the contest decides.
    async fn advance(
        &self,
        contest: Contest,
        verb: ContestVerb,
        act: impl Fn(&mut Tx, &Contest) -> Outcome<bool> + Send + 'static,
    ) -> Outcome<Contest> {
        self.db
            .write(move |tx| {
                let done = act(tx, &contest)?;
                let now = store::find(tx.conn, contest.id)?.ok_or(Refusal::NoSuchContest)?;
                if !done {
                    rules::step(verb, now.state)?;
                }
                Ok(now)
            })
            .await
    }
}

/// Refuses a fixed paper of which others ask something already; what it is refused for later is seen again when the
/// contest is announced, and when it opens.
fn may_save(tx: &mut Tx, contest: &Contest) -> Outcome<()> {
    let ids = &contest.rules.0.paper.question_ids;
    if ids.is_empty() { Ok(()) } else { check_free(tx.conn, contest, ids, tx.today()) }
}

fn new_contest(tx: &Tx, actor: MemberId, draft: Draft) -> Contest {
    Contest {
        id: tx.fresh_id(),
        title: draft.title,
        description: draft.description,
        unit_id: draft.unit,
        state: ContestState::Draft,
        opens_at: draft.opens_at,
        closes_at: draft.closes_at,
        rules: Json(draft.rules),
        shortage: None,
        created_by: actor,
        created_at: tx.now(),
        updated_at: tx.now(),
        announced_at: None,
        opened_at: None,
        closed_at: None,
        ranked_at: None,
        booked_at: None,
        published_at: None,
        published_by: None,
        awarded_at: None,
        awarded_through: None,
        meeting_id: draft.meeting,
        edition: 0,
        graded_edition: 0,
        corrected_at: None,
        correction_id: None,
        correction_reason: None,
    }
}

fn draft_of(contest: &Contest) -> Draft {
    Draft {
        title: contest.title.clone(),
        description: contest.description.clone(),
        unit: contest.unit_id,
        opens_at: contest.opens_at,
        closes_at: contest.closes_at,
        rules: contest.rules.0.clone(),
        meeting: contest.meeting_id,
    }
}

fn put_draft(contest: Contest, draft: Draft) -> Contest {
    Contest {
        title: draft.title,
        description: draft.description,
        unit_id: draft.unit,
        opens_at: draft.opens_at,
        closes_at: draft.closes_at,
        rules: Json(draft.rules),
        meeting_id: draft.meeting,
        ..contest
    }
}

fn state_of(tx: &mut Tx, id: ContestId) -> Outcome<ContestState> {
    Ok(store::find(tx.conn, id)?.ok_or(Refusal::NoSuchContest)?.state)
}

/// Puts into the trail what was done to a contest.
pub(super) fn note(tx: &mut Tx, actor: Option<MemberId>, action: &str, id: ContestId) -> diesel::QueryResult<()> {
    trail::note(tx, Act { actor, action, subject_kind: "contest", subject_id: id.uuid(), detail: json!({}) })
}

/// Tells the audience of a contest something about it.
pub(super) fn tell_audience(tx: &mut Tx, contest: &Contest, what: &str, body: String) -> diesel::QueryResult<()> {
    notices::tell_growing(tx, notice(To::Unit(contest.unit_id), contest, what, body))
}

impl Contests {
    /// Tells who wrote a contest something about it; once he runs it no more, those with whom it lies.
    pub(super) fn tell_author(
        &self,
        tx: &mut Tx,
        contest: &Contest,
        what: &str,
        body: String,
    ) -> diesel::QueryResult<()> {
        let today = tx.today();
        let post = Post { capability: Capability::RunContests, unit: contest.unit_id };
        let author = self.directory.person(contest.created_by, today);
        let runs =
            author.and_then(|author| author.reach(post.capability)).is_some_and(|reach| self.covers(&reach, contest));
        let told = if runs { vec![contest.created_by] } else { self.desks.nearest(post, &[], today) };
        told.into_iter()
            .try_for_each(|member| notices::tell(tx, notice(To::Member(member), contest, what, body.clone())))
    }
}

fn notice(to: To, contest: &Contest, what: &str, body: String) -> NewNotice {
    NewNotice {
        to,
        kind: NoticeKind::PUBLISHED,
        title: format!("{what}：{}", contest.title),
        body,
        link: Some(format!("/contests/{}", contest.id)),
    }
}
