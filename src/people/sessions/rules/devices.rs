//! Which accounts were opened on one device.

use std::collections::HashMap;

use crate::people::sessions::model::{AccountOpening, OpenedAccount};

/// What two openings on one device have in common: a device key, shown or given, or their surroundings.
#[derive(PartialEq, Eq, Hash)]
enum Mark<'a> {
    Key(&'a [u8]),
    Surroundings(&'a [u8]),
}

fn marks(opening: &AccountOpening) -> impl Iterator<Item = Mark<'_>> {
    let keys = [&opening.key_shown, &opening.key_given].into_iter().flatten().map(|key| Mark::Key(key));
    keys.chain(opening.surroundings.iter().map(|mark| Mark::Surroundings(mark)))
}

/// The openings with a number for each device. Marks lead from one opening to the next: who shows the key that the second
/// account was given, after whom the third one shows the key of the first, sits at the same device.
pub fn by_device(openings: &[AccountOpening]) -> Vec<OpenedAccount> {
    let mut groups = Groups::of(openings.len());
    let mut first_with: HashMap<Mark<'_>, usize> = HashMap::new();
    for (index, opening) in openings.iter().enumerate() {
        for mark in marks(opening) {
            let first = *first_with.entry(mark).or_insert(index);
            groups.join(first, index);
        }
    }
    let numbered = openings.iter().enumerate().map(|(index, opening)| OpenedAccount {
        member: opening.member_id,
        kind: opening.kind,
        issued_by: opening.issued_by,
        approved_by: opening.approved_by,
        opened_at: opening.opened_at,
        device: groups.first_of(index),
    });
    numbered.collect()
}

/// Indexes in groups, each known by its smallest one.
struct Groups(Vec<usize>);

impl Groups {
    fn of(length: usize) -> Groups {
        Groups((0..length).collect())
    }

    fn first_of(&self, mut index: usize) -> usize {
        while self.0[index] != index {
            index = self.0[index];
        }
        index
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.first_of(one), self.first_of(other));
        let first = one.min(other);
        (self.0[one], self.0[other]) = (first, first);
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::base::time::Timestamp;
    use crate::people::sessions::model::{Grounds, OpeningKind};

    fn opening(n: u8, shown: Option<u8>, surroundings: Option<u8>) -> AccountOpening {
        AccountOpening {
            id: Uuid::from_u128(n.into()).into(),
            member_id: Uuid::from_u128(n.into()).into(),
            kind: OpeningKind::First,
            grounds: Grounds::Invitation,
            issued_by: None,
            approved_by: None,
            key_shown: shown.map(|mark| vec![mark]),
            key_given: Some(vec![n]),
            surroundings: surroundings.map(|mark| vec![mark]),
            opened_at: Timestamp::from_micros(0),
        }
    }

    fn devices(openings: &[AccountOpening]) -> Vec<usize> {
        by_device(openings).iter().map(|opened| opened.device).collect()
    }

    #[test]
    fn a_device_is_known_by_the_keys_it_shows_and_was_given_or_by_its_surroundings() {
        // 2 shows the key of 1, and 3 that of 2; 4 stands alone
        let chain =
            [opening(1, None, None), opening(2, Some(1), None), opening(3, Some(2), None), opening(4, None, None)];
        assert_eq!(devices(&chain), [0, 0, 0, 3]);
        // a key is no surroundings, though the bytes be the same
        assert_eq!(devices(&[opening(1, None, None), opening(2, None, Some(1))]), [0, 1]);
        // 3 and 4 share their surroundings, and 4 shows the key of 1
        let bridge =
            [opening(1, None, None), opening(2, None, None), opening(3, None, Some(9)), opening(4, Some(1), Some(9))];
        assert_eq!(devices(&bridge), [0, 1, 0, 0]);
    }
}
