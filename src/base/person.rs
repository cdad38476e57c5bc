//! A signed-in member as every room sees them.

use std::sync::Arc;

use super::capability::{Capability, Duty, Reach};
use super::id::{MemberId, UnitId};

/// A signed-in member with today's duties.
#[derive(Debug)]
pub struct Person {
    pub member: MemberId,
    /// The home unit and its ancestors, nearest first.
    pub path: Arc<[UnitId]>,
    /// The branch that the member belongs to; names are masked beyond it.
    pub branch: Option<UnitId>,
    pub duties: Vec<Duty>,
    /// Duties that allow nothing for now.
    pub withheld: Vec<Duty>,
    /// Why they are withheld; `None` while none is.
    pub withheld_because: Option<Withholding>,
}

crate::words!(
    /// What privileged duties wait for.
    Withholding {
        /// A password that is long enough for them.
        ShortPassword = "short_password" / "登录密码过短",
        /// A second factor: the enterprise requires one, and the member has none.
        FactorMissing = "factor_missing" / "未启用动态口令",
        /// The code of the member's second factor, in this session.
        CodeMissing = "code_missing" / "未输入动态口令",
    }
);

/// Why a person may not do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// No duty of theirs allows it.
    NotAllowed,
    /// A duty of theirs would, but waits for something.
    Withheld(Withholding),
}

impl Person {
    /// The home unit.
    pub fn unit(&self) -> UnitId {
        self.path[0]
    }

    /// Whether the member has any duty, also one that is withheld: for limits that hold for everybody else.
    pub fn has_duty(&self) -> bool {
        !self.duties.is_empty() || !self.withheld.is_empty()
    }

    /// How far `capability` reaches for this person; `None` when they do not have it.
    pub fn reach(&self, capability: Capability) -> Option<Reach> {
        Reach::of(&self.duties, capability)
    }

    /// How far `capability` reaches, or why it does not.
    pub fn reach_of(&self, capability: Capability) -> Result<Reach, Denied> {
        match self.reach(capability) {
            Some(reach) => Ok(reach),
            None => self.check_not_withheld(capability).and(Err(Denied::NotAllowed)),
        }
    }

    /// Refuses anyone who has the capability by a duty that waits for something.
    pub fn check_not_withheld(&self, capability: Capability) -> Result<(), Denied> {
        match (Reach::of(&self.withheld, capability), self.withheld_because) {
            (Some(_), Some(because)) => Err(Denied::Withheld(because)),
            _ => Ok(()),
        }
    }

    /// Takes privileged duties out of force for now; nothing happens to anyone who has none.
    pub fn withhold_privileged(&mut self, because: Withholding) {
        self.withheld = self.duties.extract_if(.., |duty| duty.role.is_privileged()).collect();
        self.withheld_because = (!self.withheld.is_empty()).then_some(because);
    }
}
