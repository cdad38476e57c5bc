//! Duties as rosters write them, and the unit on which an imported duty is granted.

use crate::base::capability::Role;
use crate::base::text::fold;
use crate::people::members::model::BRANCH_KIND;

/// Where in the tree a duty is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seat {
    /// On the nearest unit of one of these kinds, from the home unit upwards.
    Nearest(&'static [&'static str]),
    /// On the whole enterprise.
    Root,
}

/// The seat of a duty, as `docs/domain.md` has it: the nearest unit above of the kind that has such a duty.
pub const fn seat(role: Role) -> Seat {
    match role {
        Role::GroupLeader => Seat::Nearest(&["党小组"]),
        Role::Secretary | Role::BranchCommittee => Seat::Nearest(&[BRANCH_KIND]),
        Role::CommitteeMember => Seat::Nearest(&["党总支", "基层党委", "集团党委"]),
        Role::Organiser | Role::Leader | Role::Expert | Role::Inspector | Role::Auditor | Role::Administrator => {
            Seat::Root
        }
    }
}

/// Which unit of a path seats a duty. `kinds` are those of the home unit and its ancestors, nearest first.
///
/// `None` when the path has no unit of the kind: a duty is then not granted further up, where it would reach too far.
pub fn seat_of(role: Role, kinds: &[&str]) -> Option<usize> {
    match seat(role) {
        Seat::Nearest(wanted) => kinds.iter().position(|kind| wanted.contains(kind)),
        Seat::Root => kinds.len().checked_sub(1),
    }
}

/// The duties of a cell in the order in which they are written, and the words that are none of ours.
pub(super) fn duties(text: &str) -> (Vec<Role>, Vec<String>) {
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    // `fold` has made ， ； and the full-width space into their half-width forms.
    for word in fold(text).split(|c: char| c.is_whitespace() || "、,;/".contains(c)).filter(|word| !word.is_empty()) {
        match role(word) {
            Some(role) if known.contains(&role) => (),
            Some(role) => known.push(role),
            None if matches!(word, "无" | "-") => (),
            None => unknown.push(word.to_owned()),
        }
    }
    (known, unknown)
}

/// The duty that a word means: its title, or what else rosters call it.
///
/// 审计员, 系统管理员 and 组织员 are jobs in most rosters; taken for the duties they resemble, they would open everything.
fn role(word: &str) -> Option<Role> {
    Some(match word {
        "党小组长" | "小组长" => Role::GroupLeader,
        "党支部书记" => Role::Secretary,
        "支委委员" | "支部委员" | "党支部委员" => Role::BranchCommittee,
        "专家" => Role::Expert,
        "督导员" => Role::Inspector,
        title => return Role::EACH.iter().copied().find(|role| role.title() == title),
    })
}
