//! What members ask to be put right about themselves: it lies on the desk of those who may change it, and holds when one of
//! them has accepted it. A phone number has a way of its own ([`super::phones`]), and nobody changes an employee number.

use diesel::QueryResult;
use serde_json::{Value, json};

use super::{Manager, Members, Outcome, note};
use crate::base::approval::{Answer, ProposalState};
use crate::base::capability::{Capability, Reach};
use crate::base::id::{MemberId, UnitId};
use crate::db::{DbError, Never, Stop, Tx};
use crate::ground::notices::{self, NewNotice, NoticeKind, To};
use crate::kernel::desk::{self, Due, NewItem, Post, Urgency, Whose};
use crate::people::members::model::{MemberCorrection, MemberCorrectionId, MemberKind, MemberRow, MemberStatus};
use crate::people::members::rules::Refusal;
use crate::people::members::store::proposals::Answered;
use crate::people::members::store::{self, corrections};

crate::kernel::desk::kinds! {
    /// What a correction is on the desk.
    pub(in crate::people::members) CORRECTION_ON_DESK = "member_correction" / "信息更正",
}

/// Within how many days a correction is answered, as the privacy notice promises.
const ANSWERED_WITHIN_DAYS: u64 = 15;

/// Corrections that a member may ask for in a day: each is looked at by a person.
const CORRECTIONS_A_DAY: i64 = 5;

/// Where waiting corrections are looked at.
const LIST: &str = "/member-corrections";

/// Corrections that one transaction lays out anew.
const LAID_AT_ONCE: usize = 50;

/// What a member says is not right, and how it should be.
#[derive(Clone, Debug)]
pub struct NewCorrection {
    pub name: Option<String>,
    pub kind: Option<MemberKind>,
    /// Where the member is at home.
    pub unit: Option<UnitId>,
    /// The member's explanation.
    pub note: String,
}

impl Members {
    /// Asks that something about oneself be put right; what is right already does not count.
    pub async fn ask_correction(&self, member: MemberId, asked: NewCorrection) -> Outcome<MemberCorrection> {
        if let Some(unit) = asked.unit {
            let tree = self.directory.tree();
            let card = tree.get(unit).ok_or(Refusal::UnknownUnit { pointer: "/unit_id" })?;
            if card.unit.closed_on.is_some() {
                return Err(Refusal::UnitClosed.into());
            }
        }
        let members = self.clone();
        self.db
            .write(move |tx| {
                let row = store::lock_member(tx.conn, member)?.ok_or(Refusal::NoSuchMember)?;
                let correction = MemberCorrection {
                    id: tx.fresh_id(),
                    member_id: member,
                    name: asked.name.clone().filter(|name| *name != row.name),
                    kind: asked.kind.filter(|kind| *kind != row.kind),
                    unit_id: asked.unit.filter(|unit| *unit != row.unit_id),
                    note: asked.note.clone(),
                    proposed_at: tx.now(),
                    state: ProposalState::Open,
                    answered_by: None,
                    answered_at: None,
                    reason: None,
                };
                if correction.is_empty() {
                    return Err(Refusal::NothingToCorrect.into());
                }
                if let Some(open) = corrections::find_open(tx.conn, member)? {
                    // the same request sent twice is one
                    return if open.asks_the_same(&correction) {
                        Ok(open)
                    } else {
                        Err(Refusal::CorrectionOpen.into())
                    };
                }
                if corrections::count_since(tx.conn, member, tx.today().start())? >= CORRECTIONS_A_DAY {
                    return Err(Refusal::TooManyCorrections.into());
                }
                corrections::insert(tx.conn, &correction)?;
                members.lay_correction_on_desk(tx, &row, &correction)?;
                note_correction(tx, Some(member), "members.ask_correction", &correction)?;
                Ok(correction)
            })
            .await
    }

    /// Has a correction wait for those who may change the member, wherever he is and wherever he says that he belongs.
    fn lay_correction_on_desk(&self, tx: &mut Tx, row: &MemberRow, correction: &MemberCorrection) -> QueryResult<()> {
        let tree = self.directory.tree();
        let paths: Vec<Vec<UnitId>> = [Some(row.unit_id), correction.unit_id]
            .into_iter()
            .flatten()
            .filter_map(|unit| tree.get(unit).map(|card| card.path.to_vec()))
            .collect();
        let Some(unit) = super::Desks::common_unit(&paths) else { return Ok(()) };
        let item = NewItem {
            kind: CORRECTION_ON_DESK,
            subject: correction.id.uuid(),
            title: format!("核实并办理{}（{}）的信息更正申请", row.name, row.employee_no),
            link: LIST.into(),
            due: Some(Due::On(correction.proposed_at.day().plus_days(ANSWERED_WITHIN_DAYS))),
            urgency: Urgency::Normal,
            whose: Whose::Holders(Post { capability: Capability::ManageMembers, unit }),
            barred: vec![correction.member_id],
        };
        self.desks.replace(tx, CORRECTION_ON_DESK, correction.id.uuid(), Some(item))
    }

    /// Lays out anew whatever waits, by the roster as it is now.
    pub(super) async fn lay_corrections_anew(&self) -> Result<(), DbError> {
        let waiting = self.db.read(corrections::list_open_ids).await?;
        for some in waiting.chunks(LAID_AT_ONCE) {
            let (members, some) = (self.clone(), some.to_vec());
            let lay = move |tx: &mut Tx| -> Result<(), Stop<Never>> {
                for id in &some {
                    let Some(found) = corrections::find(tx.conn, *id)? else { continue };
                    let Some(row) = store::lock_member(tx.conn, found.member_id)? else { continue };
                    let found = corrections::find(tx.conn, *id)?;
                    if let Some(open) = found.filter(|found| found.state == ProposalState::Open) {
                        members.lay_correction_on_desk(tx, &row, &open)?;
                    }
                }
                Ok(())
            };
            self.db.write(lay).await.map_err(DbError::from)?;
        }
        Ok(())
    }

    /// Takes the own waiting correction back; again it changes nothing.
    pub async fn withdraw_correction(&self, member: MemberId, id: MemberCorrectionId) -> Outcome<MemberCorrection> {
        self.db
            .write(move |tx| {
                store::lock_member(tx.conn, member)?.ok_or(Refusal::NoSuchMember)?;
                let found = corrections::find(tx.conn, id)?.filter(|found| found.member_id == member);
                let mut correction = found.ok_or(Refusal::NoSuchCorrection)?;
                if correction.rule().answer(Answer::TakeBack, member, tx.now()).map_err(Refusal::from)? {
                    end_correction(tx, &mut correction, ProposalState::TakenBack, Some(member), None)?;
                    note_correction(tx, Some(member), "members.take_back_correction", &correction)?;
                }
                Ok(correction)
            })
            .await
    }

    /// Ends the waiting of a correction whose member leaves: there is nothing left to put right.
    pub(super) fn withdraw_correction_of(&self, tx: &mut Tx, manager: &Manager, leaving: MemberId) -> QueryResult<()> {
        let Some(mut open) = corrections::find_open(tx.conn, leaving)? else { return Ok(()) };
        let why = Some("该人员已离开".to_owned());
        end_correction(tx, &mut open, ProposalState::TakenBack, manager.member, why)?;
        note_correction(tx, manager.member, "members.take_back_correction", &open)
    }

    /// Accepts a correction, which then holds, or refuses it and says why. The same answer again changes nothing.
    pub async fn answer_correction(
        &self,
        manager: Manager,
        by: MemberId,
        id: MemberCorrectionId,
        answer: Answer,
        reason: Option<String>,
    ) -> Outcome<MemberCorrection> {
        let members = self.clone();
        self.db
            .write(move |tx| {
                let member = corrections::find(tx.conn, id)?.ok_or(Refusal::NoSuchCorrection)?.member_id;
                let before = store::lock_member(tx.conn, member)?.ok_or(Refusal::NoSuchCorrection)?;
                // read again: what somebody else answered while this one waited
                let mut correction = corrections::find(tx.conn, id)?.ok_or(Refusal::NoSuchCorrection)?;
                members.check_unit(&manager, before.unit_id)?;
                if !correction.rule().answer(answer, by, tx.now()).map_err(Refusal::from)? {
                    return Ok(correction);
                }
                end_correction(tx, &mut correction, answer.leads_to(), Some(by), reason.clone())?;
                if answer == Answer::Approve {
                    members.put_right(tx, &manager, &before, &correction)?;
                    note_correction(tx, Some(by), "members.accept_correction", &correction)?;
                    tell(tx, &correction, "您的信息已更正", "您申请更正的信息已核实并更正。".to_owned())?;
                } else {
                    note_correction(tx, Some(by), "members.refuse_correction", &correction)?;
                    let why = correction.reason.as_deref().unwrap_or_default();
                    tell(tx, &correction, "信息更正申请未被采纳", format!("您申请的信息更正未被采纳。理由：{why}"))?;
                }
                Ok(correction)
            })
            .await
    }

    /// Changes the member as the correction says, as anyone who manages him would.
    fn put_right(
        &self,
        tx: &mut Tx,
        manager: &Manager,
        before: &MemberRow,
        correction: &MemberCorrection,
    ) -> Outcome<()> {
        if before.status == MemberStatus::Left {
            return Err(Refusal::MemberLeft.into());
        }
        let mut after = before.clone();
        after.updated_at = tx.now();
        after.name = correction.name.clone().unwrap_or(after.name);
        after.kind = correction.kind.unwrap_or(after.kind);
        if let Some(unit) = correction.unit_id {
            self.check_home(manager, unit)?;
            after.unit_id = unit;
        }
        self.write_change(tx, manager, before, &after, Value::Null)
    }

    /// A page of what one asked for, newest first.
    pub async fn list_own_corrections(
        &self,
        member: MemberId,
        before: Option<MemberCorrectionId>,
        limit: i64,
    ) -> Result<Vec<MemberCorrection>, DbError> {
        self.db.read(move |conn| corrections::list_of(conn, member, before, limit)).await
    }

    /// A page of what waits, of members at home in one of `units`; never the viewer's own.
    pub async fn list_waiting_corrections(
        &self,
        units: Vec<UnitId>,
        viewer: MemberId,
        after: Option<MemberCorrectionId>,
        limit: i64,
    ) -> Result<Vec<MemberCorrection>, DbError> {
        self.db.read(move |conn| corrections::list_open(conn, &units, viewer, after, limit)).await
    }

    /// Whether somebody whose duty reaches that far may accept a correction: where the member is, and where he would be.
    pub fn may_correct(&self, reach: &Reach, correction: &MemberCorrection) -> bool {
        let tree = self.directory.tree();
        let covers = |unit: UnitId| tree.is_within(reach, unit);
        correction.unit_id.is_none_or(covers)
    }
}

/// Writes down what became of a correction, which waits no more.
fn end_correction(
    tx: &mut Tx,
    correction: &mut MemberCorrection,
    state: ProposalState,
    by: Option<MemberId>,
    reason: Option<String>,
) -> QueryResult<()> {
    let answered = Answered { state, by, at: tx.now(), reason };
    corrections::answer(tx.conn, correction.id, &answered)?;
    (correction.state, correction.answered_by) = (answered.state, answered.by);
    (correction.answered_at, correction.reason) = (Some(answered.at), answered.reason);
    desk::clear(tx, CORRECTION_ON_DESK, correction.id.uuid())
}

/// Leaves a trail of a correction: which fields, never what they should say.
fn note_correction(
    tx: &mut Tx,
    actor: Option<MemberId>,
    action: &'static str,
    correction: &MemberCorrection,
) -> QueryResult<()> {
    let detail = json!({
        "correction": correction.id, "name": correction.name.is_some(), "kind": correction.kind.is_some(),
        "unit": correction.unit_id,
    });
    let manager = Manager { member: actor, reach: Reach::Everything };
    note(tx, &manager, action, ("member", correction.member_id.uuid()), detail)
}

fn tell(tx: &mut Tx, correction: &MemberCorrection, title: &str, body: String) -> QueryResult<()> {
    let notice = NewNotice {
        to: To::Member(correction.member_id),
        kind: NoticeKind::SECURITY,
        title: title.to_owned(),
        body,
        link: Some("/me/data".into()),
    };
    notices::tell(tx, notice)
}
