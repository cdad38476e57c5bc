//! Boards as they were last sent: the bytes are kept until the board or the people on it change.
//!
//! A board looks alike to every viewer from whose branch nobody is shown, so a few renderings serve everyone.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use actix_web::web::Bytes;

use crate::base::id::UnitId;
use crate::kernel::board::{BoardKey, Source};

/// Boards that are kept; the whole store is emptied when it is full, since it is quickly filled again.
const CAPACITY: usize = 512;

/// What a page shows: the board, how many lines, and whether of branches.
pub(super) type PageKey = (BoardKey, usize, bool);

/// When two pages with equal stamps say the same.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) board: u64,
    pub(super) people: u64,
}

/// A page that was sent.
#[derive(Clone)]
pub(super) struct Sent {
    pub(super) body: Bytes,
    pub(super) source: Source,
}

#[derive(Default)]
pub(super) struct Pages(Mutex<HashMap<PageKey, Entry>>);

struct Entry {
    stamp: Stamp,
    /// Branches of which somebody is shown; their members see these names in full.
    shown: HashSet<UnitId>,
    bodies: HashMap<Option<UnitId>, Sent>,
}

impl Pages {
    /// The page for a viewer from `branch`, if it was sent before and still holds.
    pub(super) fn find(&self, key: &PageKey, stamp: Stamp, branch: Option<UnitId>) -> Option<Sent> {
        let pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = pages.get(key).filter(|entry| entry.stamp == stamp)?;
        entry.bodies.get(&branch.filter(|branch| entry.shown.contains(branch))).cloned()
    }

    /// Keeps a page that a viewer from `branch` was sent.
    pub(super) fn keep(&self, key: PageKey, stamp: Stamp, shown: HashSet<UnitId>, branch: Option<UnitId>, sent: Sent) {
        let mut pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if pages.len() >= CAPACITY && !pages.contains_key(&key) {
            pages.clear();
        }
        let fresh = || Entry { stamp, shown: HashSet::new(), bodies: HashMap::new() };
        let entry = pages.entry(key).or_insert_with(fresh);
        if entry.stamp != stamp {
            *entry = fresh();
        }
        let branch = branch.filter(|branch| shown.contains(branch));
        entry.shown = shown;
        entry.bodies.insert(branch, sent);
    }
}
