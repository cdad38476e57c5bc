//! How many uploads are held in memory at once: few of one member, some of all, and so many bytes in all.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::base::id::MemberId;

/// Uploads in this process at once.
const ALL: usize = 12;

/// Uploads of one member at once.
const OF_ONE: usize = 3;

/// The uploads in hand; clones share them.
#[derive(Clone)]
pub struct Hands {
    /// Bytes of all together.
    most: usize,
    held: Arc<Mutex<InHand>>,
}

#[derive(Default)]
struct InHand {
    of_members: HashMap<MemberId, usize>,
    bytes: usize,
}

/// An upload in hand, until dropped.
pub struct Held {
    hands: Hands,
    member: MemberId,
    bytes: usize,
}

impl Hands {
    /// Hands that hold `most` bytes at once.
    pub fn of(most: usize) -> Hands {
        Hands { most, held: Arc::default() }
    }

    /// Takes one more upload of `member` in hand, of `bytes` at most, if there is room for it.
    pub fn take(&self, member: MemberId, bytes: usize) -> Option<Held> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = held.of_members.values().sum();
        let own = held.of_members.get(&member).copied().unwrap_or(0);
        if all >= ALL || own >= OF_ONE || held.bytes + bytes > self.most {
            return None;
        }
        held.of_members.insert(member, own + 1);
        held.bytes += bytes;
        Some(Held { hands: self.clone(), member, bytes })
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut held = self.hands.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.bytes -= self.bytes;
        match held.of_members.get(&self.member).copied() {
            Some(many @ 2..) => drop(held.of_members.insert(self.member, many - 1)),
            _ => drop(held.of_members.remove(&self.member)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_holds_a_few_and_lets_them_go() {
        let hands = Hands::of(100);
        let [one, another] = [1, 2].map(|n| MemberId::from(uuid::Uuid::from_u128(n)));
        let held: Vec<_> = (0..OF_ONE).filter_map(|_| hands.take(one, 20)).collect();
        assert_eq!(held.len(), OF_ONE);
        assert!(hands.take(one, 1).is_none(), "as many as one may hold");
        assert!(hands.take(another, 41).is_none(), "more bytes than are left");
        assert!(hands.take(another, 40).is_some());
        drop(held);
        let left = || {
            let held = hands.held.lock().unwrap();
            (held.of_members.len(), held.bytes)
        };
        assert!(hands.take(one, 100).is_some());
        assert_eq!(left(), (0, 0));
    }
}
