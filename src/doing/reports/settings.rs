//! How much may be asked of a unit, and how long before. Two people change it: it is a limit on those who ask.

use crate::base::capability::Capability;
use crate::kernel::settings::Setting;

/// The room's settings.
#[derive(Clone, Debug)]
pub struct Terms {
    periodic: Setting,
    once: Setting,
    lead: Setting,
}

impl Terms {
    pub fn new() -> Terms {
        let number = |key, named: (&'static str, &'static str), range, usual| {
            Setting::number(key, named, Capability::RunReports, range, usual).delicate()
        };
        Terms {
            periodic: number(
                "reports.periodic_most",
                (
                    "每个组织同时承担的定期报送最多几项，超出的须上级批准",
                    "Forms that are due from a unit again and again, at most; beyond it those above approve",
                ),
                ((0, 10), "项"),
                2,
            ),
            once: number(
                "reports.once_most",
                (
                    "每个组织每月承担的一次性报送最多几项，超出的须上级批准",
                    "Forms that are due from a unit once, in a month at most; beyond it those above approve",
                ),
                ((0, 10), "项"),
                1,
            ),
            lead: number(
                "reports.lead_days",
                ("布置报送至截止至少隔几天", "Days from asking for something to the day on which it is due, at least"),
                ((0, 30), "天"),
                3,
            ),
        }
    }

    /// Forms that may be due from a unit again and again.
    pub fn periodic_most(&self) -> usize {
        self.periodic.get_as()
    }

    /// Forms that may be due from a unit once, in a month.
    pub fn once_most(&self) -> usize {
        self.once.get_as()
    }

    /// Days before the day on which something is due.
    pub fn lead_days(&self) -> u64 {
        self.lead.get_as()
    }

    pub fn each(&self) -> [Setting; 3] {
        [self.periodic.clone(), self.once.clone(), self.lead.clone()]
    }
}
