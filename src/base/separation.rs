//! The separation of duties 三员分立: who administers, who audits and who acts are different people.
//!
//! The five duties that carry the enterprise's decisions lie in three groups, and nobody holds duties of two of them at
//! the same time. The duties of branches go with any of them but the auditor's, who reads everything and takes part in
//! nothing.

use super::capability::Role;

/// A group of privileged duties.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Says who may do what.
    Administers,
    /// Reads what was done.
    Audits,
    /// Runs, judges and decides.
    Acts,
}

impl Role {
    /// The group of a privileged duty; `None` for the duties of branches, leaders and inspectors.
    pub const fn group(self) -> Option<Group> {
        match self {
            Role::Administrator => Some(Group::Administers),
            Role::Auditor => Some(Group::Audits),
            Role::Organiser | Role::CommitteeMember | Role::Expert => Some(Group::Acts),
            Role::GroupLeader | Role::Secretary | Role::BranchCommittee | Role::Leader | Role::Inspector => None,
        }
    }

    /// Whether two administrators grant and end the duty: one proposes, another one confirms.
    pub const fn is_privileged(self) -> bool {
        self.group().is_some()
    }

    /// Whether the duty is one of a branch: on a unit above, it would reach further than its office.
    pub const fn is_of_branch(self) -> bool {
        matches!(self, Role::GroupLeader | Role::Secretary | Role::BranchCommittee)
    }

    /// Whether one person may hold both duties at the same time.
    pub fn goes_with(self, other: Role) -> bool {
        match (self.group(), other.group()) {
            (Some(one), Some(another)) => one == another,
            (Some(group), None) | (None, Some(group)) => group != Group::Audits,
            (None, None) => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Role::*;

    #[test]
    fn nobody_administers_audits_and_acts() {
        for (one, another, together) in [
            (Administrator, Auditor, false),
            (Administrator, Organiser, false),
            (Administrator, CommitteeMember, false),
            (Administrator, Expert, false),
            (Auditor, Organiser, false),
            (Auditor, CommitteeMember, false),
            (Auditor, Expert, false),
            (Organiser, CommitteeMember, true),
            (Organiser, Expert, true),
            (CommitteeMember, Expert, true),
            (Administrator, Administrator, true),
        ] {
            assert_eq!((one.goes_with(another), another.goes_with(one)), (together, together), "{one} {another}");
        }
    }

    #[test]
    fn duties_of_branches_go_with_any_but_the_auditor() {
        for branch in [GroupLeader, Secretary, BranchCommittee, Leader, Inspector] {
            assert!(!branch.is_privileged());
            for other in Role::EACH {
                assert_eq!(branch.goes_with(*other), *other != Auditor, "{branch} {other}");
                assert_eq!(other.goes_with(branch), *other != Auditor, "{branch} {other}");
            }
        }
    }
}
