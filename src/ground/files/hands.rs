//! How many uploads are held in memory at once: few of one member, some of all.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::base::id::MemberId;

/// Uploads in this process at once, each of 10 MB at most.
const ALL: usize = 12;

/// Uploads of one member at once.
const OF_ONE: usize = 3;

/// The uploads in hand; clones share them.
#[derive(Clone, Default)]
pub struct Hands(Arc<Mutex<HashMap<MemberId, usize>>>);

/// An upload in hand, until dropped.
pub struct Held {
    hands: Hands,
    member: MemberId,
}

impl Hands {
    /// Takes one more upload of `member` in hand, if there is room for it.
    pub fn take(&self, member: MemberId) -> Option<Held> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = held.values().sum();
        let own = held.get(&member).copied().unwrap_or(0);
        if all >= ALL || own >= OF_ONE {
            return None;
        }
        held.insert(member, own + 1);
        Some(Held { hands: self.clone(), member })
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut held = self.hands.0.lock().unwrap_or_else(PoisonError::into_inner);
        match held.get(&self.member).copied() {
            Some(many @ 2..) => drop(held.insert(self.member, many - 1)),
            _ => drop(held.remove(&self.member)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_holds_a_few_and_lets_them_go() {
        let hands = Hands::default();
        let member = MemberId::from(uuid::Uuid::from_u128(1));
        let held: Vec<_> = (0..OF_ONE).filter_map(|_| hands.take(member)).collect();
        assert_eq!(held.len(), OF_ONE);
        assert!(hands.take(member).is_none());
        assert!(hands.take(MemberId::from(uuid::Uuid::from_u128(2))).is_some());
        drop(held);
        assert!(hands.take(member).is_some() && hands.0.lock().unwrap().is_empty());
    }
}
