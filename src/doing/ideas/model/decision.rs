//! What the committee decides about an idea.

use super::Verb;

crate::words!(
    /// What the committee decided.
    Verdict {
        /// 采纳
        Adopted = "adopted",
        /// 试点
        Pilot = "pilot",
        /// 存档
        Filed = "filed",
        /// 不采纳
        Declined = "declined",
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

    /// The verdict in Chinese.
    pub const fn title(self) -> &'static str {
        match self {
            Verdict::Adopted => "采纳",
            Verdict::Pilot => "试点",
            Verdict::Filed => "存档",
            Verdict::Declined => "不采纳",
        }
    }

    /// The verdict that `verb` gives, if it is one of deciding.
    pub fn of(verb: Verb) -> Option<Verdict> {
        Verdict::EACH.iter().copied().find(|verdict| verdict.verb() == verb)
    }
}
