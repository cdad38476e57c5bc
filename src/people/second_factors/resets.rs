//! Lost factors: one administrator proposes to take one away, another one confirms it; never one's own.

use diesel::QueryResult;
use serde_json::json;

use super::actions::{Outcome, SecondFactors, tell};
use super::model::{FactorReset, FactorResetId};
use super::rules::{self, Refusal};
use super::store;
use crate::base::approval::{Answer, NoAnswer, ProposalState, VALID_SECONDS};
use crate::base::capability::{Capability, Reach};
use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Timestamp};
use crate::db::{DbError, Never, Stop, Tx};
use crate::ground::notices::{self, NewNotice, NoticeKind, To};
use crate::kernel::desk::{self, Due, NewItem, Post, Urgency, Whose};
use crate::kernel::trail::{self, Act};
use crate::people::members::Desks;

crate::kernel::desk::kinds! {
    /// What proposals to take factors away are on the desk.
    ON_DESK = "second_factor_reset" / "重置动态口令",
}

/// Proposals whose time is over that one transaction marks at most.
const OVERDUE_AT_ONCE: i64 = 200;
/// How old a factor is that was begun, never confirmed, and is thrown away, in seconds.
const UNCONFIRMED_SECONDS: i64 = 24 * 3600;
/// Proposals that one look at the database brings.
const AT_ONCE: i64 = 200;

impl SecondFactors {
    /// Proposes to take the factor of a member away who has lost it. The same proposal of the same person is there once.
    pub(super) async fn propose_reset(
        &self,
        by: MemberId,
        reach: Reach,
        member: MemberId,
        reason: String,
    ) -> Outcome<FactorReset> {
        if by == member {
            return Err(Refusal::OwnFactor.into());
        }
        self.check_within(&reach, member)?;
        let room = self.clone();
        self.db
            .write(move |tx| {
                tx.take_turn(member)?;
                if !store::is_enrolled(tx.conn, member)? {
                    return Err(Refusal::NotEnrolled.into());
                }
                if let Some(open) = store::resets::find_open(tx.conn, member)? {
                    match open.rule().state_at(tx.now()) {
                        ProposalState::Expired => room.expire_one(tx, &open)?,
                        _ if open.proposed_by == by => return Ok(open),
                        _ => return Err(Refusal::ProposedAlready.into()),
                    }
                }
                let reset = FactorReset {
                    id: tx.fresh_id(),
                    member_id: member,
                    reason: reason.clone(),
                    proposed_by: by,
                    proposed_at: tx.now(),
                    expires_at: tx.now().plus_seconds(VALID_SECONDS),
                    state: ProposalState::Open,
                    answered_by: None,
                    answered_at: None,
                    refusal: None,
                };
                store::resets::insert(tx.conn, &reset)?;
                note(tx, Some(by), "second_factors.propose_reset", &reset)?;
                room.lay_on_desk(tx, &reset)?;
                let body = format!(
                    "{}提议停用您的动态口令（理由：{}），须另一名管理员确认。如果不是您本人要求的，请立即联系管理员。",
                    room.name_of(by),
                    reset.reason
                );
                tell(tx, member, "有人提议停用您的动态口令", &body)?;
                Ok(reset)
            })
            .await
    }

    /// Answers a proposal; confirmed, the factor is gone at once. The same answer again changes nothing.
    pub(super) async fn answer_reset(
        &self,
        by: MemberId,
        reach: Reach,
        id: FactorResetId,
        answer: Answer,
        refusal: Option<String>,
    ) -> Outcome<FactorReset> {
        let room = self.clone();
        self.db
            .write(move |tx| {
                let member = store::resets::find(tx.conn, id)?.ok_or(Refusal::NoSuchReset)?.member_id;
                tx.take_turn(member)?;
                // read again: what somebody else answered while this one waited
                let mut reset = store::resets::find(tx.conn, id)?.ok_or(Refusal::NoSuchReset)?;
                if answer != Answer::TakeBack {
                    room.check_within(&reach, member)?;
                }
                if !reset.rule().answer(answer, by, tx.now()).map_err(Refusal::from)? {
                    return Ok(reset);
                }
                if answer == Answer::Approve && !room.may_still_propose(&reset, tx.today()) {
                    return Err(Refusal::ProposerGone.into());
                }
                let (state, now) = (answer.leads_to(), tx.now());
                if !store::resets::answer(tx.conn, id, state, (Some(by), now), refusal.as_deref())? {
                    return Err(Refusal::NoAnswer(NoAnswer::Over(ProposalState::Expired)).into());
                }
                (reset.state, reset.answered_by, reset.answered_at) = (state, Some(by), Some(now));
                reset.refusal.clone_from(&refusal);
                desk::clear(tx, ON_DESK, id.uuid())?;
                note(tx, Some(by), deed(state), &reset)?;
                if answer == Answer::Approve {
                    if !store::is_enrolled(tx.conn, member)? {
                        return Err(Refusal::NotEnrolled.into());
                    }
                    room.take_away(tx, member)?;
                    let names = (room.name_of(reset.proposed_by), room.name_of(by));
                    let body = format!(
                        "经{}提议、{}确认，您的动态口令已停用，请登录后重新启用。如果不是您本人要求的，请立即修改密码并联系管理员。",
                        names.0, names.1
                    );
                    tell(tx, member, "您的动态口令已停用", &body)?;
                }
                if answer != Answer::TakeBack {
                    room.tell_proposer(tx, &reset)?;
                }
                Ok(reset)
            })
            .await
    }

    /// Proposals about members within `reach` before `before`, newest first.
    pub(super) async fn list_resets(
        &self,
        reach: Reach,
        mut before: Option<FactorResetId>,
        limit: usize,
    ) -> Result<Vec<FactorReset>, DbError> {
        let mut found = Vec::new();
        loop {
            let some = self.db.read(move |conn| store::resets::list(conn, before, AT_ONCE)).await?;
            before = some.last().map(|reset| reset.id);
            let is_last = (some.len() as i64) < AT_ONCE;
            found.extend(some.into_iter().filter(|reset| self.lies_within(&reach, reset.member_id)));
            if is_last || found.len() >= limit {
                found.truncate(limit);
                return Ok(found);
            }
        }
    }

    pub(super) async fn find_reset(&self, reach: &Reach, id: FactorResetId) -> Outcome<FactorReset> {
        let found = self.db.read(move |conn| store::resets::find(conn, id)).await?;
        let found = found.filter(|reset| self.lies_within(reach, reset.member_id));
        Ok(found.ok_or(Refusal::NoSuchReset)?)
    }

    /// Lays out anew what waits, by the roster as it is now.
    pub(super) async fn lay_anew_on_desk(&self) -> Result<(), DbError> {
        let now = self.db.now();
        let open = self.db.read(move |conn| store::resets::list_open(conn, now)).await?;
        for reset in open {
            let room = self.clone();
            let lay = move |tx: &mut Tx| -> Result<(), Stop<Never>> {
                tx.take_turn(reset.member_id)?;
                let present = store::resets::find(tx.conn, reset.id)?;
                match present.filter(|reset| reset.rule().state_at(tx.now()) == ProposalState::Open) {
                    Some(reset) => Ok(room.lay_on_desk(tx, &reset)?),
                    None => Ok(()),
                }
            };
            self.db.write(lay).await.map_err(DbError::from)?;
        }
        Ok(())
    }

    /// Ends proposals whose time is over, and throws away what was begun and never confirmed.
    pub(super) fn tidy(&self, tx: &mut Tx) -> QueryResult<()> {
        for overdue in store::resets::list_overdue(tx.conn, tx.now(), OVERDUE_AT_ONCE)? {
            self.expire_one(tx, &overdue)?;
        }
        let before = tx.now().plus_seconds(-UNCONFIRMED_SECONDS);
        store::delete_unconfirmed(tx.conn, before)
    }

    fn expire_one(&self, tx: &mut Tx, reset: &FactorReset) -> QueryResult<()> {
        if store::resets::answer(tx.conn, reset.id, ProposalState::Expired, (None, tx.now()), None)? {
            desk::clear(tx, ON_DESK, reset.id.uuid())?;
            note(tx, None, "second_factors.expire_reset", reset)?;
            self.tell_proposer(tx, &FactorReset { state: ProposalState::Expired, ..reset.clone() })?;
        }
        Ok(())
    }

    /// Has a proposal wait for the administrators whose duty reaches everything that the member is, and tells them.
    fn lay_on_desk(&self, tx: &mut Tx, reset: &FactorReset) -> QueryResult<()> {
        let Some(unit) = Desks::common_unit(&self.paths_of(reset.member_id)) else { return Ok(()) };
        let item = NewItem {
            kind: ON_DESK,
            subject: reset.id.uuid(),
            title: format!("核实{}本人的要求，确认或拒绝停用其动态口令", self.name_of(reset.member_id)),
            link: format!("/second-factor-resets/{}", reset.id),
            due: Some(Due::At(reset.expires_at)),
            urgency: Urgency::Urgent,
            whose: Whose::Holders(Post { capability: Capability::ManageMembers, unit }),
            barred: vec![reset.proposed_by, reset.member_id],
        };
        self.desks.replace(tx, ON_DESK, reset.id.uuid(), Some(item))
    }

    fn tell_proposer(&self, tx: &mut Tx, reset: &FactorReset) -> QueryResult<()> {
        let name = self.name_of(reset.member_id);
        let (title, body) = match reset.state {
            ProposalState::Approved => (format!("{name}的动态口令已停用"), "请通知本人登录后重新启用。".to_owned()),
            ProposalState::Expired => {
                (format!("停用{name}的动态口令：无人处理，已过期"), "仍有需要的，请重新提议。".to_owned())
            }
            _ => {
                let why = reset.refusal.as_deref().unwrap_or("未说明");
                (format!("停用{name}的动态口令：未获确认"), format!("理由：{why}"))
            }
        };
        let link = Some(format!("/second-factor-resets/{}", reset.id));
        let to = To::Member(reset.proposed_by);
        notices::tell(tx, NewNotice { to, kind: NoticeKind::SECURITY, title, body, link })
    }

    /// Whether `by` can confirm or refuse it now.
    pub(super) fn can_answer(&self, by: MemberId, reach: &Reach, reset: &FactorReset, now: Timestamp) -> bool {
        self.lies_within(reach, reset.member_id) && reset.rule().answer(Answer::Approve, by, now) == Ok(true)
    }

    /// Whether the proposer is still here and may still propose it.
    fn may_still_propose(&self, reset: &FactorReset, today: Day) -> bool {
        let proposer = self.directory.person(reset.proposed_by, today);
        let reach = proposer.and_then(|proposer| proposer.reach(Capability::ManageMembers));
        reach.is_some_and(|reach| self.lies_within(&reach, reset.member_id))
    }

    fn lies_within(&self, reach: &Reach, member: MemberId) -> bool {
        self.check_within(reach, member).is_ok()
    }

    fn check_within(&self, reach: &Reach, member: MemberId) -> Result<(), Refusal> {
        let paths = self.paths_of(member);
        let (home, duties) = paths.split_first().ok_or(Refusal::NoSuchMember)?;
        rules::may_reset(reach, home, duties)
    }

    /// The path of a member's home, then those of the units on which he holds duties; nothing of anyone who has left.
    fn paths_of(&self, member: MemberId) -> Vec<Vec<UnitId>> {
        let (card, home) = (self.directory.member(member), self.directory.path_unless_left(member));
        let Some((card, home)) = card.zip(home) else { return Vec::new() };
        [home.to_vec()].into_iter().chain(self.directory.duty_paths(&card)).collect()
    }

    pub(super) fn name_of(&self, member: MemberId) -> String {
        self.directory.member(member).map(|card| card.name.to_string()).unwrap_or_default()
    }

    pub(super) fn now(&self) -> Timestamp {
        self.db.now()
    }
}

fn deed(state: ProposalState) -> &'static str {
    match state {
        ProposalState::Approved => "second_factors.reset",
        ProposalState::Refused => "second_factors.refuse_reset",
        ProposalState::TakenBack => "second_factors.take_back_reset",
        ProposalState::Open | ProposalState::Expired => "second_factors.expire_reset",
    }
}

fn note(tx: &mut Tx, actor: Option<MemberId>, action: &str, reset: &FactorReset) -> QueryResult<()> {
    let detail = json!({ "proposal": reset.id, "proposed_by": reset.proposed_by, "reason": reset.reason });
    trail::note(tx, Act { actor, action, subject_kind: "member", subject_id: reset.member_id.uuid(), detail })
}
