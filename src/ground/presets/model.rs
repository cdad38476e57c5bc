//! What can be chosen.

crate::words!(
    /// How much the product asks of people.
    Preset {
        /// Boards as the product has them.
        Standard = "standard" / "标准方案",
        /// For enterprises that are bound to less burden, or want to be.
        Lighter = "lighter" / "减负方案",
    }
);

crate::words!(
    /// Who appears on boards of members.
    BoardListing {
        /// Everybody who has not said no.
        OptOut = "opt_out" / "默认上榜，可以退出",
        /// Only those who have said yes.
        OptIn = "opt_in" / "本人同意才上榜",
    }
);

crate::words!(
    /// What those who look after more than one branch see of who has done what.
    NamesAbove {
        /// Names, as the branch's own secretary does.
        Names = "names" / "看到姓名",
        /// Numbers of ten and more.
        Numbers = "numbers" / "只看十人及以上的人数",
    }
);

crate::words!(
    /// Of whom boards of members are shown.
    BoardScope {
        /// Of any unit, with names masked beyond one's branch.
        Enterprise = "enterprise" / "全企业",
        /// Of one's own branch alone.
        Branch = "branch" / "仅本支部",
    }
);
