//! What the committee decides about an idea.

use super::Verb;

crate::words!(
    /// What the committee decided.
    Verdict {
        /// 采纳
        Adopted = "adopted" / "采纳",
        /// 试点
        Pilot = "pilot" / "试点",
        /// 存档
        Filed = "filed" / "存档",
        /// 不采纳
        Declined = "declined" / "不采纳",
    }
);

impl Verdict {
    /// The verb by which it is decided so.
    pub const fn verb(self) -> Verb {
        match self {
            Verdict::Adopted => Verb::Adopt,
            Verdict::Pilot => Verb::Pilot,
            Verdict::Filed => Verb::File,
            Verdict::Declined => Verb::Decline,
        }
    }

    /// The verdict that `verb` gives, if it is one of deciding.
    pub fn of(verb: Verb) -> Option<Verdict> {
        Verdict::EACH.iter().copied().find(|verdict| verdict.verb() == verb)
    }
}
