//! Who may do what: the duties of the enterprise and what each of them allows.
//!
//! The one table of duties; `docs/domain.md` says which rules stand behind it. A duty is held *on a unit* and reaches its
//! subtree; an auditor reaches everything. What belongs to oneself needs no capability.

use super::id::UnitId;

crate::words!(
    /// A duty 职务 that a member holds on a unit.
    Role {
        /// 党小组组长
        GroupLeader = "group_leader",
        /// 支部书记
        Secretary = "secretary",
        /// 支委
        BranchCommittee = "branch_committee",
        /// 党委委员
        CommitteeMember = "committee_member",
        /// 组织部: runs campaigns, content and the question bank.
        Organiser = "organiser",
        /// 领导
        Leader = "leader",
        /// 评审专家
        Expert = "expert",
        /// 督导
        Inspector = "inspector",
        /// 审计: reads everything, changes nothing.
        Auditor = "auditor",
        /// 管理员
        Administrator = "administrator",
    }
);

impl Role {
    /// The duty as it is printed in Chinese rosters.
    pub const fn title(self) -> &'static str {
        match self {
            Role::GroupLeader => "党小组组长",
            Role::Secretary => "支部书记",
            Role::BranchCommittee => "支委",
            Role::CommitteeMember => "党委委员",
            Role::Organiser => "组织部",
            Role::Leader => "领导",
            Role::Expert => "评审专家",
            Role::Inspector => "督导",
            Role::Auditor => "审计",
            Role::Administrator => "管理员",
        }
    }

    /// The duty on a unit as sentences name it: 示范集团党委委员, 示范集团党委组织部工作人员.
    ///
    /// What the name of the unit ends with is not said twice. A duty whose title names an office or a task, and nobody who
    /// has it, names a person here.
    pub fn title_on(self, unit: &str) -> String {
        let title = match self {
            Role::Organiser => "组织部工作人员",
            Role::Inspector => "督导员",
            Role::Auditor => "审计员",
            other => other.title(),
        };
        let said = title.char_indices().rev().map(|(at, _)| at).find(|at| unit.ends_with(&title[..*at]));
        format!("{unit}{}", &title[said.unwrap_or(0)..])
    }
}

crate::words!(
    /// Something that only some duties allow.
    Capability {
        /// See members' points and study coverage by name.
        SeeResults = "see_results",
        /// Plan study pushes for one's scope.
        PlanPushes = "plan_pushes",
        /// Write study items, the question bank and papers.
        ManageContent = "manage_content",
        /// Read study items, the question bank with its answers, and papers before they are published.
        ReadContent = "read_content",
        /// Run knowledge contests for one's scope.
        RunContests = "run_contests",
        /// See contests before they are announced, and their results before publication.
        ReadContests = "read_contests",
        /// Confirm what somebody else proposed about a contest.
        ConfirmContests = "confirm_contests",
        /// See units' rosters: members, their duties and status.
        SeeMembers = "see_members",
        /// Change units, members and duties; import them.
        ManageMembers = "manage_members",
        /// See proposals about duties, and who holds duties that do not go together.
        ReviewDuties = "review_duties",
        /// Issue invite codes, and confirm the phone numbers that members give.
        Invite = "invite",
        /// Read point rules of every version; compare and rebuild boards without writing.
        ReadRules = "read_rules",
        /// Write new versions of point rules.
        ManageRules = "manage_rules",
        /// Operate the service: rebuild boards.
        Operate = "operate",
        /// Read the trail of who did what.
        Audit = "audit",
        /// Write down meetings, their attendance and their minutes.
        HoldMeetings = "hold_meetings",
        /// Read what was written down about meetings.
        ReadMeetings = "read_meetings",
        /// See the ideas of one's scope, beyond those of one's own branch.
        SeeIdeas = "see_ideas",
        /// Collect submitted ideas at a meeting.
        CollectIdeas = "collect_ideas",
        /// Decide, assign and accept ideas.
        DecideIdeas = "decide_ideas",
        /// Write and run selections; propose what needs a second person.
        RunCampaigns = "run_campaigns",
        /// See selections before they are announced, every entry, and how they are run.
        ReadCampaigns = "read_campaigns",
        /// Decide selections, and confirm what somebody else proposed.
        DecideCampaigns = "decide_campaigns",
        /// Write entries of one's own unit.
        WriteEntries = "write_entries",
        /// Score entries of selections that name one as an expert.
        ScoreAsExpert = "score_as_expert",
        /// See what the enterprise may change without a restart, and who changed it.
        ReadSettings = "read_settings",
        /// Change such settings, each by who has the capability that it names.
        ChangeSettings = "change_settings",
    }
);

impl Role {
    /// Whether the duty reaches the whole enterprise, on whatever unit it is held.
    pub const fn reaches_everything(self) -> bool {
        matches!(self, Role::Auditor)
    }

    /// What the duty allows, within its scope.
    pub const fn allows(self) -> &'static [Capability] {
        use Capability::*;
        match self {
            Role::GroupLeader => &[SeeResults, HoldMeetings, ReadMeetings, SeeIdeas, CollectIdeas],
            Role::Secretary | Role::BranchCommittee => &[
                SeeResults,
                SeeMembers,
                PlanPushes,
                RunContests,
                ReadContests,
                ConfirmContests,
                ReadRules,
                Invite,
                HoldMeetings,
                ReadMeetings,
                SeeIdeas,
                CollectIdeas,
                DecideIdeas,
                WriteEntries,
            ],
            Role::Organiser => &[
                SeeResults,
                SeeMembers,
                PlanPushes,
                RunContests,
                ReadContests,
                ConfirmContests,
                ManageContent,
                ReadContent,
                ReadRules,
                ReadMeetings,
                SeeIdeas,
                RunCampaigns,
                ReadCampaigns,
                ReadSettings,
                ChangeSettings,
            ],
            Role::CommitteeMember => &[
                SeeResults,
                SeeMembers,
                ConfirmContests,
                ReadRules,
                ManageRules,
                HoldMeetings,
                ReadMeetings,
                SeeIdeas,
                CollectIdeas,
                DecideIdeas,
                ReadCampaigns,
                DecideCampaigns,
            ],
            Role::Auditor => &[
                SeeResults,
                SeeMembers,
                ReviewDuties,
                ReadContests,
                ReadContent,
                ReadRules,
                Audit,
                ReadMeetings,
                SeeIdeas,
                ReadCampaigns,
                ReadSettings,
            ],
            Role::Administrator => {
                &[SeeMembers, ManageMembers, ReviewDuties, Invite, Operate, ReadSettings, ChangeSettings]
            }
            Role::Leader => &[SeeIdeas],
            Role::Expert => &[ScoreAsExpert],
            Role::Inspector => &[],
        }
    }
}

/// A duty in force today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duty {
    pub role: Role,
    pub unit: UnitId,
}

/// The part of the enterprise that a capability reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    Everything,
    /// These units with their subtrees; never empty.
    Below(Vec<UnitId>),
}

impl Reach {
    /// How far `duties` carry `capability`; `None` when they do not grant it at all.
    pub fn of(duties: &[Duty], capability: Capability) -> Option<Reach> {
        let mut units = Vec::new();
        for duty in duties.iter().filter(|duty| duty.role.allows().contains(&capability)) {
            if duty.role.reaches_everything() {
                return Some(Reach::Everything);
            }
            units.push(duty.unit);
        }
        (!units.is_empty()).then_some(Reach::Below(units))
    }

    /// Whether the unit whose path (itself and its ancestors) is `path` lies within.
    pub fn covers(&self, path: &[UnitId]) -> bool {
        match self {
            Reach::Everything => true,
            Reach::Below(units) => units.iter().any(|unit| path.contains(unit)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duty_is_named_with_its_unit_and_says_nothing_twice() {
        for (role, unit, named) in [
            (Role::CommitteeMember, "示范集团党委", "示范集团党委委员"),
            (Role::CommitteeMember, "示范集团", "示范集团党委委员"),
            (Role::Secretary, "龙首矿第一党支部", "龙首矿第一党支部书记"),
            (Role::BranchCommittee, "龙首矿第一党支部", "龙首矿第一党支部支委"),
            (Role::GroupLeader, "龙首矿第一党支部第二党小组", "龙首矿第一党支部第二党小组组长"),
            (Role::Organiser, "示范集团党委", "示范集团党委组织部工作人员"),
            (Role::Organiser, "示范集团党委组织部", "示范集团党委组织部工作人员"),
            (Role::Leader, "示范集团党委", "示范集团党委领导"),
            (Role::Inspector, "示范集团党委", "示范集团党委督导员"),
            (Role::Auditor, "示范集团党委", "示范集团党委审计员"),
            (Role::Administrator, "示范集团党委", "示范集团党委管理员"),
            (Role::Expert, "示范集团党委", "示范集团党委评审专家"),
        ] {
            assert_eq!(role.title_on(unit), named);
        }
    }
}
