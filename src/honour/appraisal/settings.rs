//! How long members may answer and appeal, and how long a decision may take.

use crate::base::capability::Capability;
use crate::kernel::settings::Setting;

/// The room's settings.
#[derive(Clone, Debug)]
pub struct Terms {
    reply: Setting,
    appeal: Setting,
    decision: Setting,
}

impl Terms {
    pub fn new() -> Terms {
        let days = |key, named: (&'static str, &'static str), usual| {
            Setting::number(key, named, Capability::ManageContent, ((1, 60), "天"), usual)
        };
        Terms {
            reply: days(
                "appraisal.reply_days",
                ("考评扣分提出后，本人几日内可以说明", "Days within which a member may answer a proposed deduction"),
                5,
            ),
            appeal: days(
                "appraisal.appeal_days",
                ("考评积分入账后，本人几日内可以申诉", "Days within which a member may appeal against an entry"),
                5,
            ),
            decision: days(
                "appraisal.decision_days",
                ("考评积分的审核和申诉须在几日内办理", "Days within which proposals and appeals are decided"),
                10,
            ),
        }
    }

    /// Days from the one on which a deduction was proposed.
    pub fn reply_days(&self) -> u64 {
        self.reply.get_as()
    }

    /// Days from the one on which something was entered.
    pub fn appeal_days(&self) -> u64 {
        self.appeal.get_as()
    }

    /// Days from the one on which something was proposed, or appealed against.
    pub fn decision_days(&self) -> u64 {
        self.decision.get_as()
    }

    pub fn each(&self) -> [Setting; 3] {
        [self.reply.clone(), self.appeal.clone(), self.decision.clone()]
    }
}
