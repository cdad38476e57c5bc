//! Where an idea stands.

crate::words!(
    /// Where an idea stands.
    IdeaState {
        /// Being written; only its author and co-authors see it.
        Draft = "draft",
        /// Sent to the group; the branch sees it.
        Submitted = "submitted",
        /// Taken up at a meeting of the group; waits for the committee.
        Collected = "collected",
        /// The committee wants it done.
        Adopted = "adopted",
        /// The committee wants it tried.
        Pilot = "pilot",
        /// Put on file; final unless reopened.
        Filed = "filed",
        /// Not taken; final unless reopened.
        Declined = "declined",
        /// Somebody is to do it by a day.
        Assigned = "assigned",
        /// Being done.
        Implementing = "implementing",
        /// Done, says the implementer; waits for acceptance.
        Delivered = "delivered",
        /// Done, says somebody else; outcomes are recorded.
        Accepted = "accepted",
        /// Over; outcomes may still come.
        Closed = "closed",
        /// Taken back by its author.
        Withdrawn = "withdrawn",
        /// The same as another idea, which goes on in its place.
        Merged = "merged",
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

    /// The state in Chinese.
    pub const fn title(self) -> &'static str {
        match self {
            IdeaState::Draft => "草稿",
            IdeaState::Submitted => "已提交",
            IdeaState::Collected => "已征集",
            IdeaState::Adopted => "已采纳",
            IdeaState::Pilot => "试点",
            IdeaState::Filed => "存档备查",
            IdeaState::Declined => "未采纳",
            IdeaState::Assigned => "已指派",
            IdeaState::Implementing => "实施中",
            IdeaState::Delivered => "待验收",
            IdeaState::Accepted => "已验收",
            IdeaState::Closed => "已办结",
            IdeaState::Withdrawn => "已撤回",
            IdeaState::Merged => "已合并",
        }
    }
}
