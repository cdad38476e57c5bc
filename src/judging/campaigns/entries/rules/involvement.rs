//! Who decides a selection in which those who decide take part.

use crate::base::id::MemberId;
use crate::base::own_case::Involvement;

/// Those who decide by duty, and what keeps some of them from it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deciders {
    pub able: Vec<MemberId>,
    /// Of those, who are involved in an entry, and how.
    pub hindered: Vec<(MemberId, Involvement)>,
}

impl Deciders {
    /// Whether somebody who is involved so leaves the decision to others.
    ///
    /// Whose own entry takes part always does. Whose unit takes part does where anybody can decide whose does not; where the
    /// units of all of them do, as in a selection of the whole enterprise, two or more share the decision, each leaving
    /// his own unit's entries as they were computed.
    pub fn leaves_it(&self, involvement: Involvement) -> bool {
        let somebody_else = self.able.len() > self.hindered.len();
        involvement != Involvement::OfUnit || somebody_else || self.able.len() < 2
    }

    /// Those who leave the decision to others.
    pub fn barred(&self) -> Vec<MemberId> {
        self.hindered
            .iter()
            .filter(|(_, involvement)| self.leaves_it(*involvement))
            .map(|(member, _)| *member)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn who_takes_part_leaves_the_decision_to_those_who_do_not() {
        use Involvement::{OfUnit, Owner};
        let [a, b, c] = [1, 2, 3].map(|n| MemberId::from(Uuid::from_u128(n)));
        let barred = |able: &[MemberId], hindered: &[(MemberId, Involvement)]| {
            Deciders { able: able.to_vec(), hindered: hindered.to_vec() }.barred()
        };
        assert_eq!(barred(&[a, b], &[]), []);
        assert_eq!(barred(&[a, b], &[(a, OfUnit)]), [a]);
        assert_eq!(barred(&[a, b, c], &[(a, OfUnit), (b, Owner), (c, OfUnit)]), [b], "all units take part");
        assert_eq!(barred(&[a], &[(a, OfUnit)]), [a], "nobody decides about his own unit alone");
    }
}
