//! Who may do what: the duties of the enterprise and what each of them allows.
//!
//! The one table of duties; `docs/domain.md` says which rules stand behind it. A duty is held *on a unit* and reaches its
//! subtree; an auditor reaches everything. What belongs to oneself needs no capability.

use super::id::UnitId;

crate::words!(
    /// A duty 职务 that a member holds on a unit.
    Role {
        /// 党小组组长
        GroupLeader = "group_leader" / "党小组组长",
        /// 支部书记
        Secretary = "secretary" / "支部书记",
        /// 支委
        BranchCommittee = "branch_committee" / "支委",
        /// 党委委员
        CommitteeMember = "committee_member" / "党委委员",
        /// 组织部: runs campaigns, content and the question bank.
        Organiser = "organiser" / "组织部",
        /// 领导
        Leader = "leader" / "领导",
        /// 评审专家
        Expert = "expert" / "评审专家",
        /// 督导
        Inspector = "inspector" / "督导",
        /// 审计: reads everything, changes nothing.
        Auditor = "auditor" / "审计",
        /// 管理员
        Administrator = "administrator" / "管理员",
    }
);

impl Role {
    /// What the duty is called on a unit of that kind: a secretary of a 党委 is no 支部书记.
    pub fn title_in(self, kind: &str) -> &'static str {
        match self {
            Role::Secretary if kind.contains("总支") => "总支书记",
            Role::Secretary if kind.contains("党委") => "党委书记",
            Role::CommitteeMember if kind.contains("总支") => "总支委员",
            other => other.title(),
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
            Role::Secretary if unit.ends_with("党委") || unit.ends_with("总支") => "书记",
            Role::CommitteeMember if unit.ends_with("总支") => "委员",
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
        SeeResults = "see_results" / "查看结果",
        /// Plan study pushes for one's scope.
        PlanPushes = "plan_pushes" / "安排推送",
        /// Write study items, the question bank and papers.
        ManageContent = "manage_content" / "维护内容",
        /// Read study items, the question bank with its answers, and papers before they are published.
        ReadContent = "read_content" / "查看内容",
        /// Read study items and, without their keys, the questions that nobody keeps for himself: to plan pushes and contests
        /// with.
        ChooseContent = "choose_content" / "选用内容",
        /// Run knowledge contests for one's scope.
        RunContests = "run_contests" / "组织竞赛",
        /// See contests before they are announced, and their results before publication.
        ReadContests = "read_contests" / "查看竞赛组织情况",
        /// Confirm what somebody else proposed about a contest.
        ConfirmContests = "confirm_contests" / "确认竞赛变更",
        /// See units' rosters: members, their duties and status.
        SeeMembers = "see_members" / "查看名册",
        /// Change units, members and duties; import them.
        ManageMembers = "manage_members" / "维护人员与组织",
        /// See proposals about duties, and who holds duties that do not go together.
        ReviewDuties = "review_duties" / "查看职务变动",
        /// Issue invite codes, and confirm the phone numbers that members give.
        Invite = "invite" / "发放邀请码",
        /// Put down leave of members.
        RecordLeave = "record_leave" / "登记请假",
        /// Read point rules of every version; compare and rebuild boards without writing.
        ReadRules = "read_rules" / "查看积分规则",
        /// Write new versions of point rules.
        ManageRules = "manage_rules" / "维护积分规则",
        /// Operate the service: rebuild boards.
        Operate = "operate" / "运行维护",
        /// Read the trail of who did what.
        Audit = "audit" / "查看留痕",
        /// See what lies on the desks of units, as far as it is work of branches, ideas, contests and selections.
        WatchDesks = "watch_desks" / "查看组织待办",
        /// Write down meetings, their attendance and their minutes.
        HoldMeetings = "hold_meetings" / "登记会议",
        /// Read what was written down about meetings.
        ReadMeetings = "read_meetings" / "查看会议",
        /// See the ideas of one's scope, beyond those of one's own branch.
        SeeIdeas = "see_ideas" / "查看金点子",
        /// Collect submitted ideas at a meeting.
        CollectIdeas = "collect_ideas" / "征集金点子",
        /// Decide, assign and accept ideas.
        DecideIdeas = "decide_ideas" / "研究金点子",
        /// Write and run selections; propose what needs a second person.
        RunCampaigns = "run_campaigns" / "组织评选",
        /// See selections before they are announced, every entry, and how they are run.
        ReadCampaigns = "read_campaigns" / "查看评选组织情况",
        /// Decide selections, and confirm what somebody else proposed.
        DecideCampaigns = "decide_campaigns" / "决定评选",
        /// Write down the brands of units, one by one.
        KeepBrands = "keep_brands" / "维护党建品牌",
        /// Write entries of one's own unit.
        WriteEntries = "write_entries" / "填报参评材料",
        /// Write articles about entries: of one's own unit, or of a selection that one runs.
        WriteArticles = "write_articles" / "撰写宣传文章",
        /// Score entries of selections that name one as an expert.
        ScoreAsExpert = "score_as_expert" / "专家评分",
        /// See what the enterprise may change without a restart, and who changed it.
        ReadSettings = "read_settings" / "查看设置",
        /// Read what members say, and its answers.
        ReadFeedback = "read_feedback" / "查看意见",
        /// Answer what members say.
        AnswerFeedback = "answer_feedback" / "答复意见",
        /// Read what members wrote and nobody else sees yet, and let it through or return it.
        ReviewTexts = "review_texts" / "审核成员文字",
        /// Propose what members are given or lose in the book of appraisal.
        ProposeAppraisal = "propose_appraisal" / "提出考评积分",
        /// Approve what a group leader may.
        CheckAppraisal = "check_appraisal" / "初核考评积分",
        /// Approve what the committee of a branch may; decide appeals.
        DecideAppraisal = "decide_appraisal" / "审定考评积分",
        /// Approve what is given against a certificate.
        CertifyAppraisal = "certify_appraisal" / "核定考评积分",
        /// Write and hand in what one's unit owes.
        FillReports = "fill_reports" / "填写报送",
        /// See what units of one's scope owe and have handed in.
        ReadReports = "read_reports" / "查看报送",
        /// Say what units report; review it, and answer what they ask.
        RunReports = "run_reports" / "组织报送",
        /// Approve what is asked beyond the limits, and bulletins about reports.
        ApproveReports = "approve_reports" / "批准报送",
        /// Change such settings, each by who has the capability that it names.
        ChangeSettings = "change_settings" / "修改设置",
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
            Role::GroupLeader => &[
                SeeResults,
                HoldMeetings,
                ReadMeetings,
                SeeIdeas,
                CollectIdeas,
                ProposeAppraisal,
                CheckAppraisal,
                FillReports,
                ReadReports,
            ],
            Role::Secretary | Role::BranchCommittee => &[
                SeeResults,
                SeeMembers,
                PlanPushes,
                ChooseContent,
                RunContests,
                ReadContests,
                ConfirmContests,
                ReadRules,
                Invite,
                RecordLeave,
                HoldMeetings,
                ReadMeetings,
                SeeIdeas,
                CollectIdeas,
                DecideIdeas,
                ReviewTexts,
                KeepBrands,
                WriteEntries,
                WriteArticles,
                ProposeAppraisal,
                CheckAppraisal,
                DecideAppraisal,
                FillReports,
                ReadReports,
            ],
            Role::Organiser => &[
                SeeResults,
                SeeMembers,
                PlanPushes,
                ChooseContent,
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
                KeepBrands,
                WriteArticles,
                ReadSettings,
                ChangeSettings,
                ReadFeedback,
                AnswerFeedback,
                ProposeAppraisal,
                CertifyAppraisal,
                ReadReports,
                RunReports,
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
                ReviewTexts,
                ReadCampaigns,
                DecideCampaigns,
                CheckAppraisal,
                DecideAppraisal,
                FillReports,
                ReadReports,
                ApproveReports,
            ],
            Role::Auditor => &[
                SeeResults,
                SeeMembers,
                ReviewDuties,
                ReadContests,
                ChooseContent,
                ReadContent,
                ReadRules,
                Audit,
                ReadMeetings,
                SeeIdeas,
                ReadCampaigns,
                ReadSettings,
                ReadFeedback,
                ReadReports,
            ],
            Role::Administrator => &[
                SeeMembers,
                ManageMembers,
                ReviewDuties,
                Invite,
                RecordLeave,
                Operate,
                ReadSettings,
                ChangeSettings,
                ReadFeedback,
                AnswerFeedback,
            ],
            Role::Leader => &[SeeIdeas],
            Role::Expert => &[ScoreAsExpert],
            Role::Inspector => &[WatchDesks],
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
