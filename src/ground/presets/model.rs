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
    /// Of whom boards of members are shown.
    BoardScope {
        /// Of any unit, with names masked beyond one's branch.
        Enterprise = "enterprise" / "全企业",
        /// Of one's own branch alone.
        Branch = "branch" / "仅本支部",
    }
);
