//! Proposing that a member be made anonymous, answering, and finding whose time has come.

use std::sync::Arc;

use diesel::QueryResult;
use serde_json::json;
use tokio::sync::Semaphore;

use super::model::{Anonymisation, AnonymisationId};
use super::rules::{self, Refusal};
use super::{ANONYMISATIONS, store};
use crate::base::approval::{Answer, NoAnswer, ProposalState, VALID_SECONDS};
use crate::base::capability::{Capability, Reach};
use crate::base::id::{MemberId, UnitId};
use crate::db::{Db, DbError, Stop, Tx};
use crate::ground::files::Files;
use crate::ground::notices::{self, NewNotice, NoticeKind, To};
use crate::kernel::agenda;
use crate::kernel::desk::{self, Due, NewItem, Post, Urgency, Whose};
use crate::kernel::personal::Personal;
use crate::kernel::settings::Setting;
use crate::kernel::trail::{self, Act};
use crate::people::members::rules::Refusal as MemberRefusal;
use crate::people::members::{Desks, Directory, Members};

pub(super) type Outcome<T> = Result<T, Stop<Refusal>>;

crate::kernel::desk::kinds! {
    /// What anonymisations are on the desk.
    pub(super) ON_DESK = "anonymisation" / "注销个人信息",
}

/// Members whose time has come whom one look takes up.
const DUE_AT_ONCE: i64 = 100;

impl From<Stop<MemberRefusal>> for Stop<Refusal> {
    fn from(stop: Stop<MemberRefusal>) -> Self {
        match stop {
            Stop::Refused(refusal) => Stop::Refused(Refusal::Member(refusal)),
            Stop::Failed(error) => Stop::Failed(error),
        }
    }
}

/// The room's handle; clones share it.
#[derive(Clone)]
pub struct PersonalRoom {
    pub(super) db: Db,
    pub(super) members: Members,
    pub(super) directory: Directory,
    desks: Desks,
    pub(super) files: Files,
    pub(super) personal: Personal,
    /// Months after which members who left are made anonymous; never when 0.
    months: Setting,
    /// Minutes between two archives of one member.
    pub(super) minutes: Setting,
    /// As many archives as are made at a time.
    pub(super) turns: Arc<Semaphore>,
}

impl PersonalRoom {
    pub(super) fn new(
        db: Db,
        (members, directory, desks, files): (Members, Directory, Desks, Files),
        personal: Personal,
        (months, minutes): (Setting, Setting),
        turns: Arc<Semaphore>,
    ) -> Self {
        PersonalRoom { db, members, directory, desks, files, personal, months, minutes, turns }
    }

    /// Proposes that a member who has left be made anonymous; the same proposal of the same person again is the first one.
    pub(super) async fn propose(&self, by: MemberId, reach: Reach, member: MemberId) -> Outcome<Anonymisation> {
        let room = self.clone();
        self.db
            .write(move |tx| {
                room.members.departed(tx, member)?;
                let unit_id = room.check_reach(&reach, member)?;
                if store::is_coming(tx.conn, member)? {
                    return Err(Refusal::ProposedAlready.into());
                }
                if let Some(mut open) = store::find_open(tx.conn, member)? {
                    match open.rule().state_at(tx.now()) {
                        ProposalState::Open if open.proposed_by == Some(by) => return Ok(open),
                        ProposalState::Open => return Err(Refusal::ProposedAlready.into()),
                        over => {
                            (open.state, open.answered_at) = (over, Some(tx.now()));
                            store::answer(tx.conn, &open)?;
                        }
                    }
                }
                let made = Anonymisation {
                    id: tx.fresh_id(),
                    member_id: member,
                    unit_id,
                    proposed_by: Some(by),
                    proposed_at: tx.now(),
                    expires_at: tx.now().plus_seconds(VALID_SECONDS),
                    state: ProposalState::Open,
                    answered_by: None,
                    answered_at: None,
                    reason: None,
                    done_at: None,
                };
                store::insert(tx.conn, &made)?;
                room.lay_on_desk(tx, &made)?;
                note(tx, Some(by), "personal.propose_anonymisation", &made)?;
                Ok(made)
            })
            .await
    }

    /// Where the member is at home; refused where that lies beyond `reach`.
    fn check_reach(&self, reach: &Reach, member: MemberId) -> Result<UnitId, Refusal> {
        let unit = self.home_of(member).ok_or(Refusal::Member(MemberRefusal::NoSuchMember))?;
        let tree = self.directory.tree();
        let covers = tree.is_within(reach, unit);
        if covers { Ok(unit) } else { Err(Refusal::OutOfReach) }
    }

    fn home_of(&self, member: MemberId) -> Option<UnitId> {
        self.directory.member(member).map(|card| card.unit)
    }

    fn lay_on_desk(&self, tx: &mut Tx, made: &Anonymisation) -> QueryResult<()> {
        let Some(card) = self.directory.member(made.member_id) else { return Ok(()) };
        let item = NewItem {
            kind: ON_DESK,
            subject: made.id.uuid(),
            title: format!("确认或拒绝注销{}（{}）的个人信息", card.name, card.employee_no),
            link: "/anonymisations".into(),
            due: Some(Due::At(made.expires_at)),
            urgency: Urgency::Normal,
            whose: Whose::Holders(Post { capability: Capability::ManageMembers, unit: card.unit }),
            barred: made.proposed_by.into_iter().collect(),
        };
        self.desks.replace(tx, ON_DESK, made.id.uuid(), Some(item))
    }

    /// Confirms, refuses or takes back; the same answer again changes nothing. What is confirmed is done within seconds.
    pub(super) async fn answer(
        &self,
        by: MemberId,
        reach: Reach,
        id: AnonymisationId,
        (answer, reason): (Answer, Option<String>),
    ) -> Outcome<Anonymisation> {
        let room = self.clone();
        self.db
            .write(move |tx| {
                let member = store::find(tx.conn, id)?.ok_or(Refusal::NoSuchProposal)?.member_id;
                room.check_reach(&reach, member)?;
                // holds the member, so that of two who answer one waits
                let still_known = room.members.departed(tx, member);
                let mut found = store::find(tx.conn, id)?.ok_or(Refusal::NoSuchProposal)?;
                if !found.rule().answer(answer, by, tx.now()).map_err(Refusal::from)? {
                    return Ok(found);
                }
                if answer == Answer::Approve {
                    still_known?;
                }
                found.state = answer.leads_to();
                (found.answered_by, found.answered_at, found.reason) = (Some(by), Some(tx.now()), reason.clone());
                if !store::answer(tx.conn, &found)? {
                    return Err(Refusal::NoAnswer(NoAnswer::Over(ProposalState::Expired)).into());
                }
                desk::clear(tx, ON_DESK, id.uuid())?;
                let action = match answer {
                    Answer::Approve => "personal.confirm_anonymisation",
                    Answer::Refuse => "personal.refuse_anonymisation",
                    Answer::TakeBack => "personal.take_back_anonymisation",
                };
                note(tx, Some(by), action, &found)?;
                if answer == Answer::Refuse {
                    tell_refused(tx, &found)?;
                }
                if answer == Answer::Approve {
                    agenda::put_now(tx, ANONYMISATIONS, id.uuid())?;
                }
                Ok(found)
            })
            .await
    }

    /// A page of those in a state about members at home in one of `units`, newest first.
    pub(super) async fn list(
        &self,
        units: Vec<UnitId>,
        state: ProposalState,
        before: Option<AnonymisationId>,
        limit: i64,
    ) -> Result<Vec<Anonymisation>, DbError> {
        let now = self.db.now();
        self.db.read(move |conn| store::list(conn, &units, state, now, before, limit)).await
    }

    /// Whether somebody whose duty reaches that far can confirm or refuse it now.
    pub(super) fn can_answer(&self, by: MemberId, reach: &Reach, found: &Anonymisation) -> bool {
        let answers = found.rule().answer(Answer::Approve, by, self.db.now());
        answers == Ok(true) && self.check_reach(reach, found.member_id).is_ok()
    }

    /// Takes up those who left so long ago that the setting says so.
    pub(super) async fn find_due(&self) -> Result<(), DbError> {
        let months: i32 = self.months.get_as();
        if months == 0 {
            return Ok(());
        }
        let from = rules::kept_from(self.db.today(), months);
        for member in self.members.list_known_leavers(from, DUE_AT_ONCE).await? {
            let room = self.clone();
            let take_up = move |tx: &mut Tx| -> Outcome<()> {
                let Some(unit_id) = room.home_of(member) else { return Ok(()) };
                if room.members.departed(tx, member).is_err() || store::is_coming(tx.conn, member)? {
                    return Ok(());
                }
                let due = Anonymisation {
                    id: tx.fresh_id(),
                    member_id: member,
                    unit_id,
                    proposed_by: None,
                    proposed_at: tx.now(),
                    expires_at: tx.now(),
                    state: ProposalState::Approved,
                    answered_by: None,
                    answered_at: Some(tx.now()),
                    reason: None,
                    done_at: None,
                };
                store::insert(tx.conn, &due)?;
                note(tx, None, "personal.propose_anonymisation", &due)?;
                Ok(agenda::put_now(tx, ANONYMISATIONS, due.id.uuid())?)
            };
            match self.db.write(take_up).await {
                Ok(()) | Err(Stop::Refused(_)) => {}
                Err(Stop::Failed(error)) => return Err(error),
            }
        }
        Ok(())
    }
}

/// Tells the proposer that it was refused, and why.
fn tell_refused(tx: &mut Tx, about: &Anonymisation) -> QueryResult<()> {
    let Some(proposer) = about.proposed_by else { return Ok(()) };
    let reason = about.reason.as_deref().unwrap_or_default();
    let notice = NewNotice {
        to: To::Member(proposer),
        kind: NoticeKind::SECURITY,
        title: "注销个人信息未获确认".to_owned(),
        body: format!("您提议注销一名已离开成员的个人信息，未获另一名管理员确认。理由：{reason}"),
        link: Some(format!("/members/{}", about.member_id)),
    };
    notices::tell(tx, notice)
}

/// Leaves a trail; by ids alone, of course.
fn note(tx: &mut Tx, actor: Option<MemberId>, action: &'static str, about: &Anonymisation) -> QueryResult<()> {
    let detail = json!({ "anonymisation": about.id, "proposed_by": about.proposed_by });
    let subject_id = about.member_id.uuid();
    trail::note(tx, Act { actor, action, subject_kind: "member", subject_id, detail })
}
