//! How long an answer may take.

use crate::base::capability::Capability;
use crate::kernel::settings::Setting;

/// The room's setting.
#[derive(Clone, Debug)]
pub struct Term(Setting);

impl Term {
    pub fn new() -> Term {
        Term(Setting::number(
            "feedback.answer_days",
            ("意见须在几日内答复", "Days within which feedback is answered"),
            Capability::ManageContent,
            ((1, 60), "天"),
            7,
        ))
    }

    /// Days from the one on which it was said.
    pub fn days(&self) -> u64 {
        self.0.get_as()
    }

    pub fn each(&self) -> [Setting; 1] {
        [self.0.clone()]
    }
}
