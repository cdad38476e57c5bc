//! How the room speaks of instants and people to members.

use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::people::members::{Directory, OPERATOR};

/// An instant as it is said where it may be read years later: `2026年7月1日8时05分`.
pub fn said(at: Timestamp) -> String {
    format!("{}年{}", at.day().parts().0, at.in_chinese())
}

/// A member by name; anyone who has none here sits at the server's command line.
pub fn name_of(directory: &Directory, member: Option<MemberId>) -> String {
    let card = member.and_then(|member| directory.member(member));
    card.map_or_else(|| OPERATOR.to_owned(), |card| card.name.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_said_by_the_clock_of_the_enterprise() {
        assert_eq!(said("2026-07-01T00:05:59Z".parse().unwrap()), "2026年7月1日8时05分");
    }
}
