//! Nobody acts on his own case 回避: the one table of how somebody is involved in a thing, and of what that keeps him from.
//!
//! Rooms say how somebody is involved in a thing of theirs, now or at any time before; what the person wants to do has a
//! line here. Who is kept from it does not do it, whatever duty he holds; the holders of the same duty do, or those on the next
//! unit up. `tests/access.rs` holds every route against this table, and writes `docs/own-case.md` from it.

use super::capability::Duty;
use super::id::UnitId;
use super::person::Person;

crate::words!(
    /// How somebody is involved in a thing, now or at any time before.
    Involvement {
        /// Wrote it.
        Author = "author" / "提出人",
        /// Wrote, or helped to write, something that was merged into it.
        MergedAuthor = "merged_author" / "并入事项的提出人",
        /// Helped to write it; also after being taken off.
        CoAuthor = "co_author" / "共同提出人",
        /// Was asked to carry it out; also when somebody else does so by now.
        Implementer = "implementer" / "实施人",
        /// Leads it in person 牵头负责人, in any of its versions.
        Owner = "owner" / "牵头负责人",
        /// Made it, or wrote one of its versions.
        Writer = "writer" / "撰写人",
        /// Belongs to the unit whose it is: at home there, up to the branch, or with a duty of the branch on that unit.
        OfUnit = "of_unit" / "本单位人员",
        /// At home below the unit whose it is, beyond the branch.
        BelowUnit = "below_unit" / "所属单位人员",
        /// Proposed it, or asked for it.
        Proposer = "proposer" / "提议人",
        /// It is about him, his account or his ballot.
        Subject = "subject" / "当事人",
        /// Asked to be kept out of it, for a reason that this table does not know.
        Recused = "recused" / "自行回避",
    }
);
/// All the ways in which somebody is involved in a thing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Involved(u16);

impl Involved {
    /// In no way.
    pub const NOT: Involved = Involved(0);

    /// In this way, too.
    pub const fn and(self, involvement: Involvement) -> Involved {
        Involved(self.0 | (1 << involvement as u16))
    }

    /// In these ways, too.
    pub const fn with(self, other: Involved) -> Involved {
        Involved(self.0 | other.0)
    }

    pub const fn has(self, involvement: Involvement) -> bool {
        self.0 & (1 << involvement as u16) != 0
    }
}

impl FromIterator<Involvement> for Involved {
    fn from_iter<T: IntoIterator<Item = Involvement>>(each: T) -> Involved {
        each.into_iter().fold(Involved::NOT, Involved::and)
    }
}

use Involvement::{
    Author, BelowUnit, CoAuthor, Implementer, MergedAuthor, OfUnit, Owner, Proposer, Recused, Subject, Writer,
};

crate::words!(
    /// What only somebody who is not involved does.
    Judgement {
        CollectIdea = "collect_idea" / "征集金点子",
        ReturnIdea = "return_idea" / "退回金点子",
        /// Of either of the two ideas.
        MergeIdea = "merge_idea" / "合并金点子",
        DecideIdea = "decide_idea" / "研究决定金点子",
        ReopenIdea = "reopen_idea" / "重新启动金点子",
        AssignIdea = "assign_idea" / "指派实施金点子",
        AcceptIdea = "accept_idea" / "验收金点子",
        RecordOutcome = "record_outcome" / "登记金点子成果",
        CloseIdea = "close_idea" / "办结金点子",
        /// What somebody recorded as an outcome of an idea.
        CorrectOutcome = "correct_outcome" / "更正金点子成果",
        /// A like is support by others.
        LikeIdea = "like_idea" / "为金点子点赞",
        ScoreAsExpert = "score_as_expert" / "专家评分",
        /// For one's unit, as branches score each other and as secretaries review.
        ScoreForUnit = "score_for_unit" / "互评和开放评审",
        /// Where the rules of the selection forbid it.
        Vote = "vote" / "投票",
        DecideSelection = "decide_selection" / "评选决定",
        AnswerObjection = "answer_objection" / "答复公示异议",
        /// That a selection ends later or is called off, or that a ballot does not count.
        ConfirmSelectionChange = "confirm_selection_change" / "确认评选变更",
        /// What is unusual about a vote.
        ReviewFlags = "review_flags" / "查看投票提示",
        ReviewBulletin = "review_bulletin" / "审核通报",
        /// What two people do: one proposes it, another one confirms or refuses.
        AnswerProposal = "answer_proposal" / "确认或拒绝提议",
        GrantDuty = "grant_duty" / "任命职务",
        AnswerFeedback = "answer_feedback" / "答复意见",
        /// What somebody is given or loses in the book of appraisal.
        DecideAppraisal = "decide_appraisal" / "审定考评积分",
        /// By somebody who neither proposed nor approved what it is about.
        DecideAppraisalAppeal = "decide_appraisal_appeal" / "处理考评积分申诉",
        SetAppraisalClass = "set_appraisal_class" / "确定考评类别",
        /// That somebody is honoured, or takes no part in a year.
        GiveHonour = "give_honour" / "授予和撤销荣誉",
        /// What a branch says of itself on the way to a grade.
        JudgeGrade = "judge_grade" / "考评和评定等级",
        /// A nomination for a title, on its way up.
        JudgeNomination = "judge_nomination" / "审核和决定表彰推荐",
        /// What a unit has handed in.
        ReviewReport = "review_report" / "审核报送",
        /// What a unit handed in for a task: by nobody who does it, belongs to the unit or handed it in.
        VerifyTask = "verify_task" / "审核任务",
        /// More time for a task, or that it is struck off.
        GrantTask = "grant_task" / "批准任务延期或取消",
        /// Whether others may see what a member wrote.
        ReviewText = "review_text" / "审核成员文字",
    }
);

impl Judgement {
    /// The involvements that keep somebody from it.
    pub const fn barred(self) -> &'static [Involvement] {
        match self {
            Judgement::CollectIdea
            | Judgement::ReturnIdea
            | Judgement::MergeIdea
            | Judgement::DecideIdea
            | Judgement::ReopenIdea
            | Judgement::AssignIdea
            | Judgement::AcceptIdea
            | Judgement::RecordOutcome
            | Judgement::CloseIdea => &[Author, CoAuthor, MergedAuthor, Implementer, Recused],
            Judgement::CorrectOutcome => &[Author, CoAuthor, MergedAuthor, Implementer, Proposer, Recused],
            Judgement::LikeIdea | Judgement::ReviewText => &[Author, CoAuthor],
            Judgement::ScoreAsExpert => &[Owner, Writer, OfUnit, Recused],
            Judgement::ScoreForUnit | Judgement::Vote => &[Owner, Writer, OfUnit],
            // before the unit, which keeps nobody from it where all units take part
            Judgement::DecideSelection => &[Owner, Writer, Recused, OfUnit],
            Judgement::AnswerObjection => &[Proposer, Owner, Writer, OfUnit, BelowUnit, Recused],
            Judgement::ConfirmSelectionChange => &[Owner, Writer],
            Judgement::ReviewBulletin | Judgement::ReviewReport => &[Writer],
            Judgement::AnswerProposal | Judgement::DecideAppraisal => &[Proposer, Subject],
            Judgement::GiveHonour => &[Subject],
            Judgement::JudgeGrade => &[Proposer, OfUnit],
            Judgement::JudgeNomination => &[Proposer, Subject],
            Judgement::VerifyTask | Judgement::GrantTask => &[Implementer, Proposer, OfUnit],
            // the writer is who approved it
            Judgement::DecideAppraisalAppeal => &[Proposer, Writer, Subject],
            Judgement::ReviewFlags
            | Judgement::GrantDuty
            | Judgement::AnswerFeedback
            | Judgement::SetAppraisalClass => &[Subject],
        }
    }

    /// What of `involved` keeps somebody from it; the first one, in the order of the table.
    pub fn hindrance(self, involved: Involved) -> Option<Involvement> {
        self.barred().iter().copied().find(|barred| involved.has(*barred))
    }

    /// Refuses somebody who is involved so.
    pub fn check(self, involved: Involved) -> Result<(), Involvement> {
        self.hindrance(involved).map_or(Ok(()), Err)
    }
}

/// How `person` belongs to the unit whose a thing is, if at all.
pub fn belonging(person: &Person, unit: UnitId) -> Option<Involvement> {
    let leads = |duty: &Duty| duty.role.is_of_branch() && duty.unit == unit;
    let at = person.path.iter().position(|above| *above == unit);
    let branch = person.branch.and_then(|branch| person.path.iter().position(|above| *above == branch)).unwrap_or(0);
    match at {
        Some(at) if at <= branch => Some(OfUnit),
        _ if person.duties.iter().chain(&person.withheld).any(leads) => Some(OfUnit),
        Some(_) => Some(BelowUnit),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use uuid::Uuid;

    use super::*;
    use crate::base::capability::Role;
    use crate::base::id::MemberId;

    fn unit(n: u128) -> UnitId {
        Uuid::from_u128(n).into()
    }

    fn person(path: &[u128], branch: Option<u128>, duties: &[(Role, u128)]) -> Person {
        Person {
            member: MemberId::from(Uuid::nil()),
            path: path.iter().copied().map(unit).collect::<Arc<[UnitId]>>(),
            branch: branch.map(unit),
            duties: duties.iter().map(|(role, on)| Duty { role: *role, unit: unit(*on) }).collect(),
            withheld: Vec::new(),
            withheld_because: None,
        }
    }

    #[test]
    fn somebody_belongs_to_his_group_and_branch_and_to_what_he_leads() {
        let member = person(&[4, 3, 2, 1], Some(3), &[]);
        let of = |person: &Person| [4, 3, 2, 1, 9].map(|n| belonging(person, unit(n)));
        assert_eq!(of(&member), [Some(OfUnit), Some(OfUnit), Some(BelowUnit), Some(BelowUnit), None]);
        let secretary = person(&[8, 1], None, &[(Role::Secretary, 3), (Role::CommitteeMember, 2)]);
        assert_eq!(of(&secretary), [None, Some(OfUnit), None, Some(BelowUnit), None]);
        assert_eq!(belonging(&secretary, unit(8)), Some(OfUnit), "the home unit, without any branch");
    }

    #[test]
    fn every_judgement_is_kept_from_somebody_and_each_involvement_keeps_from_something() {
        assert!(Judgement::EACH.iter().all(|judgement| !judgement.barred().is_empty()));
        for involvement in Involvement::EACH {
            assert!(Judgement::EACH.iter().any(|judgement| judgement.barred().contains(involvement)), "{involvement}");
        }
        let check = |judgement: Judgement, ways: &[Involvement]| judgement.check(ways.iter().copied().collect());
        assert_eq!(check(Judgement::AcceptIdea, &[OfUnit]), Ok(()));
        assert_eq!(check(Judgement::AcceptIdea, &[OfUnit, Implementer, Author]), Err(Author));
        assert_eq!(check(Judgement::LikeIdea, &[MergedAuthor]), Ok(()), "he supports what his went into");
    }
}
