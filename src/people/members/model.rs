//! What the room keeps: units, members, duties, absences.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::base::approval::{self, ProposalState};
use crate::base::capability::Role;
use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Timestamp, WallTime};
use crate::db::schema::{
    absences, duty_proposals, former_homes, former_parents, member_corrections, member_departures, members,
    phone_proposals, roles, units,
};
use crate::ground::notices::NoticeKind;
use crate::kernel::trail::Thing;

crate::id!(
    /// A duty granted to a member.
    RoleId
);
crate::id!(
    /// A stretch of days away.
    AbsenceId
);

crate::id!(
    /// A change of a privileged duty that a second administrator answers.
    DutyProposalId
);
crate::id!(
    /// A phone number that a member gave for himself.
    PhoneProposalId
);

crate::id!(
    /// What a member asks to be put right about himself.
    MemberCorrectionId
);

/// The kind of unit that is a branch 党支部: names are open within it, boards compare it. Other kinds are only data.
pub const BRANCH_KIND: &str = "党支部";

crate::words!(
    /// What kind of member somebody is.
    MemberKind {
        /// 党员
        Full = "full" / "正式党员",
        /// 预备党员
        Probationary = "probationary" / "预备党员",
        /// 群众
        Masses = "masses" / "群众",
    }
);

crate::words!(
    /// Whether somebody takes part at present.
    MemberStatus {
        Active = "active" / "在册",
        /// On leave or a long shift: streaks are frozen, denominators leave them out.
        Away = "away" / "外出",
        /// Gone; cannot sign in, the past stays.
        Left = "left" / "已离开",
    }
);

/// A unit 组织 of the tree.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = units, treat_none_as_default_value = false)]
pub struct Unit {
    pub id: UnitId,
    /// The stable external code, in capitals.
    pub code: String,
    pub name: String,
    pub short_name: String,
    /// Free text of the enterprise: 集团党委, 党支部, a workshop …
    pub kind: String,
    pub parent_id: Option<UnitId>,
    /// Closed units keep their past and take no new members.
    pub closed_on: Option<Day>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A member as stored; the phone number is sealed.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = members, treat_none_as_default_value = false)]
pub struct MemberRow {
    pub id: MemberId,
    pub employee_no: String,
    pub name: String,
    pub phone_sealed: Option<Vec<u8>>,
    pub phone_index: Option<Vec<u8>>,
    pub kind: MemberKind,
    pub status: MemberStatus,
    pub unit_id: UnitId,
    /// Does not want to appear on public boards; points are kept all the same.
    pub hidden_from_boards: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// Wants to appear on boards where nobody does who has not said so.
    pub on_boards: bool,
}

/// A duty 职务 granted on a unit, from a day on, up to and including `to_on`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = roles, treat_none_as_default_value = false)]
pub struct RoleRow {
    pub id: RoleId,
    pub member_id: MemberId,
    pub role: Role,
    pub unit_id: UnitId,
    pub from_on: Day,
    pub to_on: Option<Day>,
    pub granted_by: Option<MemberId>,
    pub created_at: Timestamp,
}

impl RoleRow {
    /// Whether the duty holds on `day`.
    pub fn holds_on(&self, day: Day) -> bool {
        self.from_on <= day && self.to_on.is_none_or(|to| day <= to)
    }

    /// Whether the duty has begun by `day`, even if it ended on its very first one; one that was ended before its first
    /// day never began.
    pub fn has_begun(&self, day: Day) -> bool {
        self.from_on <= day && self.to_on.is_none_or(|to| self.from_on <= to.next())
    }
}

/// Days away, `to_on` included; open while the member is still away.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = absences, treat_none_as_default_value = false)]
pub struct Absence {
    pub id: AbsenceId,
    pub member_id: MemberId,
    pub from_on: Day,
    pub to_on: Option<Day>,
    /// Of leave that was entered; nothing else has one.
    pub reason: Option<String>,
    pub entered_by: Option<MemberId>,
    pub entered_at: Option<Timestamp>,
}

impl Absence {
    /// From `today` on, as the status says that somebody is away.
    pub fn open(id: AbsenceId, member: MemberId, today: Day) -> Absence {
        Absence { id, member_id: member, from_on: today, to_on: None, reason: None, entered_by: None, entered_at: None }
    }

    pub fn covers(&self, day: Day) -> bool {
        self.from_on <= day && self.to_on.is_none_or(|to| day <= to)
    }
}

/// Where a member was at home until a day, that day included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = former_homes, treat_none_as_default_value = false)]
pub struct FormerHome {
    pub member_id: MemberId,
    pub last_on: Day,
    /// `None` while the member was not in the enterprise.
    pub unit_id: Option<UnitId>,
}

/// Below what a unit lay until a day, that day included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = former_parents, treat_none_as_default_value = false)]
pub struct FormerParent {
    pub unit_id: UnitId,
    pub last_on: Day,
    pub parent_id: Option<UnitId>,
}

crate::words!(
    /// What a proposal would change.
    ChangeKind {
        /// A duty is granted.
        Grant = "grant" / "任命",
        /// A duty is ended.
        End = "end" / "终止",
        /// The member leaves, with which all duties end.
        Leave = "leave" / "离开",
    }
);

crate::words!(
    /// Why a privileged duty holds.
    Confirmation {
        /// There never was a second administrator who could confirm it.
        NotNeeded = "not_needed_single_administrator" / "仅一名管理员无须确认",
        /// A second administrator confirmed it.
        Confirmed = "confirmed_by_second_administrator" / "第二名管理员已确认",
        /// The operator appointed an administrator at the server's own command line.
        Operator = "made_by_operator" / "运维人员办理",
    }
);

/// A change of privileged duties that a second administrator answers.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = duty_proposals, treat_none_as_default_value = false)]
pub struct DutyProposal {
    pub id: DutyProposalId,
    /// Whom it is about.
    pub member_id: MemberId,
    pub kind: ChangeKind,
    /// The duty that is to end; of a grant the duty that it became.
    pub role_id: Option<RoleId>,
    /// `None` for [`ChangeKind::Leave`].
    pub role: Option<Role>,
    pub unit_id: Option<UnitId>,
    /// The first day of a grant; `None` for the day on which it is confirmed.
    pub from_on: Option<Day>,
    pub to_on: Option<Day>,
    /// `None` for the operator's command line.
    pub proposed_by: Option<MemberId>,
    pub proposed_at: Timestamp,
    pub expires_at: Timestamp,
    /// As stored; see [`DutyProposal::rule`] for what it is by now.
    pub state: ProposalState,
    pub answered_by: Option<MemberId>,
    pub answered_at: Option<Timestamp>,
    /// Why it was refused.
    pub reason: Option<String>,
}

impl DutyProposal {
    /// The proposal as the two-person rule looks at it.
    pub fn rule(&self) -> approval::Proposal {
        approval::Proposal {
            state: self.state,
            proposed_by: self.proposed_by,
            about: Some(self.member_id),
            expires_at: Some(self.expires_at),
        }
    }

    /// Whether both would change the same duty of the same member.
    pub fn concerns_the_same(&self, other: &DutyProposal) -> bool {
        let duty = |p: &DutyProposal| (p.member_id, p.kind, p.role, p.unit_id);
        duty(self) == duty(other) && (self.kind != ChangeKind::End || self.role_id == other.role_id)
    }

    /// Whether both are the same request of the same person.
    pub fn repeats(&self, other: &DutyProposal) -> bool {
        let asked = |p: &DutyProposal| (p.proposed_by, p.from_on, p.to_on);
        self.concerns_the_same(other) && asked(self) == asked(other)
    }
}

/// A phone number that a member gave for himself and that somebody who may invite him confirms.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = phone_proposals, treat_none_as_default_value = false)]
pub struct PhoneProposal {
    pub id: PhoneProposalId,
    pub member_id: MemberId,
    /// Sealed for this row; erased with the answer.
    pub number_sealed: Option<Vec<u8>>,
    pub proposed_at: Timestamp,
    pub expires_at: Timestamp,
    /// As stored; see [`PhoneProposal::rule`] for what it is by now.
    pub state: ProposalState,
    pub answered_by: Option<MemberId>,
    pub answered_at: Option<Timestamp>,
    /// Why it was refused.
    pub reason: Option<String>,
}

impl PhoneProposal {
    /// The proposal as the two-person rule looks at it.
    pub fn rule(&self) -> approval::Proposal {
        approval::Proposal {
            state: self.state,
            proposed_by: Some(self.member_id),
            about: Some(self.member_id),
            expires_at: Some(self.expires_at),
        }
    }
}

/// What a member asks to be put right about himself; what is `None` is right.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = member_corrections, treat_none_as_default_value = false)]
pub struct MemberCorrection {
    pub id: MemberCorrectionId,
    pub member_id: MemberId,
    pub name: Option<String>,
    pub kind: Option<MemberKind>,
    pub unit_id: Option<UnitId>,
    /// How the member explains it.
    pub note: String,
    pub proposed_at: Timestamp,
    pub state: ProposalState,
    pub answered_by: Option<MemberId>,
    pub answered_at: Option<Timestamp>,
    /// Why it was refused.
    pub reason: Option<String>,
}

impl MemberCorrection {
    /// The correction as the two-person rule looks at it: its time is never over.
    pub fn rule(&self) -> approval::Proposal {
        approval::Proposal {
            state: self.state,
            proposed_by: Some(self.member_id),
            about: Some(self.member_id),
            expires_at: None,
        }
    }

    /// Whether nothing of it is to be put right.
    pub fn is_empty(&self) -> bool {
        self.name.is_none() && self.kind.is_none() && self.unit_id.is_none()
    }

    /// Whether both ask for the same.
    pub fn asks_the_same(&self, other: &MemberCorrection) -> bool {
        let asked = |one: &MemberCorrection| (one.name.clone(), one.kind, one.unit_id, one.note.clone());
        asked(self) == asked(other)
    }
}

/// Since when a member has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = member_departures, treat_none_as_default_value = false)]
pub struct Departed {
    pub member_id: MemberId,
    /// The first day on which the member was gone.
    pub left_on: Day,
    /// Since when nothing is kept of who it was.
    pub anonymised_at: Option<Timestamp>,
}

/// A member, as the trail knows one.
pub fn member_thing(id: MemberId) -> Thing {
    Thing { room: "members", kind: "member", id: id.uuid() }
}

/// A unit, as the trail knows one.
pub fn unit_thing(id: UnitId) -> Thing {
    Thing { room: "members", kind: "unit", id: id.uuid() }
}

/// What a member sets for himself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MemberSettings {
    /// 关怀模式: large type, large buttons, no movement.
    pub care_mode: bool,
    /// From when on nothing outside the inbox reminds of anything, HH:MM at +08:00; `null` together with `quiet_until`
    /// for no such hours.
    #[schema(value_type = Option<String>, examples("22:00"))]
    pub quiet_from: Option<WallTime>,
    /// Until when, on the same day or the next.
    #[schema(value_type = Option<String>, examples("07:00"))]
    pub quiet_until: Option<WallTime>,
    /// Kinds of notices that stay in the inbox and are not counted as unread. What happened to the account is always
    /// counted.
    pub muted_notices: Vec<NoticeKind>,
}

impl Default for MemberSettings {
    fn default() -> Self {
        let at = |hour| chrono::NaiveTime::from_hms_opt(hour, 0, 0).map(WallTime);
        MemberSettings { care_mode: false, quiet_from: at(22), quiet_until: at(7), muted_notices: Vec::new() }
    }
}
