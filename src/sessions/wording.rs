//! How the room speaks of instants and people to members.

use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::members::Directory;

/// An instant as it is said: `2026年7月1日8时05分`.
pub fn said(at: Timestamp) -> String {
    let ((year, month, day), seconds) = (at.day().parts(), at.seconds_since(at.day().start()));
    format!("{year}年{month}月{day}日{}时{:02}分", seconds / 3600, seconds / 60 % 60)
}

/// A member by name; whoever has none here sits at the server's command line.
pub fn name_of(directory: &Directory, member: Option<MemberId>) -> String {
    let card = member.and_then(|member| directory.member(member));
    card.map_or_else(|| "系统维护人员".to_owned(), |card| card.name.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_said_by_the_clock_of_the_enterprise() {
        assert_eq!(said("2026-07-01T00:05:59Z".parse().unwrap()), "2026年7月1日8时05分");
    }
}
