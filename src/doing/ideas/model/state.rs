//! Where an idea stands.

crate::words!(
    /// Where an idea stands.
    IdeaState {
        /// Being written; only its author and co-authors see it.
        Draft = "draft" / "草稿",
        /// Sent to the group; the branch sees it.
        Submitted = "submitted" / "已提交",
        /// Taken up at a meeting of the group; waits for the committee.
        Collected = "collected" / "已征集",
        /// The committee wants it done.
        Adopted = "adopted" / "已采纳",
        /// The committee wants it tried.
        Pilot = "pilot" / "试点",
        /// Put on file; final unless reopened.
        Filed = "filed" / "存档备查",
        /// Not taken; final unless reopened.
        Declined = "declined" / "未采纳",
        /// Somebody is to do it by a day.
        Assigned = "assigned" / "已指派",
        /// Being done.
        Implementing = "implementing" / "实施中",
        /// Done, says the implementer; waits for acceptance.
        Delivered = "delivered" / "待验收",
        /// Done, says somebody else; outcomes are recorded.
        Accepted = "accepted" / "已验收",
        /// Over; outcomes may still come.
        Closed = "closed" / "已办结",
        /// Taken back by its author.
        Withdrawn = "withdrawn" / "已撤回",
        /// The same as another idea, which goes on in its place.
        Merged = "merged" / "已合并",
    }
);

impl IdeaState {
    /// What is to be done to an idea that stands there, before its title; `None` when nothing waits for anybody.
    pub const fn task(self) -> Option<&'static str> {
        match self {
            IdeaState::Draft => Some("补充并重新提交"),
            IdeaState::Submitted => Some("征集"),
            IdeaState::Collected => Some("讨论决定"),
            IdeaState::Adopted | IdeaState::Pilot => Some("指派实施"),
            IdeaState::Assigned | IdeaState::Implementing => Some("实施"),
            IdeaState::Delivered => Some("验收"),
            IdeaState::Accepted => Some("登记成果并办结"),
            _ => None,
        }
    }
}
