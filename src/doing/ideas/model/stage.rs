//! Where an idea stands.

crate::words!(
    /// Where an idea stands.
    Stage {
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

impl Stage {
    /// The stage in Chinese.
    pub const fn title(self) -> &'static str {
        match self {
            Stage::Draft => "草稿",
            Stage::Submitted => "已提交",
            Stage::Collected => "已征集",
            Stage::Adopted => "已采纳",
            Stage::Pilot => "试点",
            Stage::Filed => "存档备查",
            Stage::Declined => "未采纳",
            Stage::Assigned => "已指派",
            Stage::Implementing => "实施中",
            Stage::Delivered => "待验收",
            Stage::Accepted => "已验收",
            Stage::Closed => "已办结",
            Stage::Withdrawn => "已撤回",
            Stage::Merged => "已合并",
        }
    }
}
