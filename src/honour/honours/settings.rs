//! Who may commend, and how long nominations are shown.

use std::sync::Arc;

use crate::base::capability::Capability;
use crate::kernel::settings::{Range, Setting};

/// The room's settings.
#[derive(Clone, Debug)]
pub struct Terms {
    committees: Setting,
    shown: Setting,
}

impl Terms {
    pub fn new() -> Terms {
        Terms {
            committees: Setting::text(
                "honours.committees",
                (
                    "组织类别中含有哪些字的是党委，可以进行党内表彰（顿号分隔）",
                    "Words in the kind of a unit by which it is a Party committee and may commend",
                ),
                Capability::ManageContent,
                Range::Words { most: 60 },
                "党委、党组",
            )
            .delicate(),
            shown: Setting::number(
                "honours.shown_days",
                ("表彰人选公示几日", "Days for which those to be named are shown"),
                Capability::ManageContent,
                ((1, 30), "天"),
                5,
            ),
        }
    }

    /// Words in the kind of a unit that is a Party committee.
    pub fn committees(&self) -> Arc<str> {
        self.committees.words()
    }

    /// Days for which those to be named are shown.
    pub fn shown_days(&self) -> u64 {
        self.shown.get_as()
    }

    pub fn each(&self) -> [Setting; 2] {
        [self.committees.clone(), self.shown.clone()]
    }
}
