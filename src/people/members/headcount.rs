//! How many active members every unit has, counted again only when the roster has changed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::directory::Directory;
use super::model::MemberStatus;
use crate::base::id::UnitId;

/// Active members of every unit at one moment.
#[derive(Debug, Default)]
pub struct Headcount {
    below: HashMap<UnitId, u32>,
    of_branch: HashMap<UnitId, u32>,
}

impl Headcount {
    fn take(directory: &Directory) -> Headcount {
        let mut count = Headcount::default();
        directory.each_member(|member, home| {
            if member.status == MemberStatus::Active {
                home.path.iter().for_each(|unit| *count.below.entry(*unit).or_default() += 1);
                home.branch.iter().for_each(|branch| *count.of_branch.entry(*branch).or_default() += 1);
            }
        });
        count
    }

    /// Those in the subtree of `unit`.
    pub fn below(&self, unit: UnitId) -> u32 {
        self.below.get(&unit).copied().unwrap_or_default()
    }

    /// Those whose points count for `branch`: at home in it, and in no branch within it.
    pub fn of_branch(&self, branch: UnitId) -> u32 {
        self.of_branch.get(&branch).copied().unwrap_or_default()
    }
}

/// The last count, with the version of the directory that it was taken of.
#[derive(Default)]
pub(super) struct Kept(Mutex<Option<(u64, Arc<Headcount>)>>);

impl Kept {
    /// The count for the directory as it is now.
    pub(super) fn get(&self, directory: &Directory) -> Arc<Headcount> {
        // read before counting: what changes in between is counted again next time
        let version = directory.version();
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, count)) = kept.as_ref().filter(|(counted, _)| *counted == version) {
            return count.clone();
        }
        let count = Arc::new(Headcount::take(directory));
        *kept = Some((version, count.clone()));
        count
    }
}
