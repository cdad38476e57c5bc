//! Boards as they were last sent: the bytes are kept until the board or the roster changes.
//!
//! A board looks alike to every viewer from whose branch nobody is shown, so a few renderings serve everyone.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use crate::base::id::UnitId;
use crate::honour::boards::model::{By, Shown, Stamp};
use crate::kernel::board::{BoardKey, Source};
use crate::web::Problem;
use crate::web::etag::Tagged;

/// Boards that are kept; the whole store is emptied when it is full, since it is quickly filled again.
const CAPACITY: usize = 512;

/// What is shown.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct Page {
    pub(super) key: BoardKey,
    pub(super) lines: usize,
    pub(super) by: By,
}

/// A page that was sent.
#[derive(Clone)]
pub(super) struct Sent {
    pub(super) content: Tagged,
    pub(super) source: Source,
}

#[derive(Default)]
pub(super) struct Pages(Mutex<HashMap<Page, Entry>>);

struct Entry {
    stamp: Stamp,
    /// Branches of which somebody is shown; their members see these names in full.
    shown: HashSet<UnitId>,
    sent: HashMap<Option<UnitId>, Sent>,
}

impl Pages {
    /// The page for a viewer from `branch`, if it was sent before and still holds.
    pub(super) fn find(&self, page: &Page, stamp: Stamp, branch: Option<UnitId>) -> Option<Sent> {
        let pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = pages.get(page).filter(|entry| entry.stamp == stamp)?;
        entry.sent.get(&branch.filter(|branch| entry.shown.contains(branch))).cloned()
    }

    /// Writes what is shown to a viewer from `branch`, and keeps it.
    pub(super) fn keep(&self, page: Page, stamp: Stamp, branch: Option<UnitId>, shown: Shown) -> Result<Sent, Problem> {
        let json = serde_json::to_vec(&shown.board).map_err(|error| Problem::internal(error.to_string()))?;
        let sent = Sent { content: Tagged::new(json), source: shown.source };
        let mut pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if pages.len() >= CAPACITY && !pages.contains_key(&page) {
            pages.clear();
        }
        let fresh = || Entry { stamp, shown: HashSet::new(), sent: HashMap::new() };
        let entry = pages.entry(page).or_insert_with(fresh);
        if entry.stamp != stamp {
            *entry = fresh();
        }
        entry.shown = shown.branches;
        entry.sent.insert(branch.filter(|branch| entry.shown.contains(branch)), sent.clone());
        Ok(sent)
    }
}
