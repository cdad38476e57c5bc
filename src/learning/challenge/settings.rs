//! What a run gives to think, and what it takes for a machine.

use super::rules::Terms;
use crate::base::capability::Capability;
use crate::config::ChallengeTerms;
use crate::kernel::settings::Setting;

/// The room's settings.
#[derive(Clone, Debug)]
pub struct TermSettings {
    seconds: Setting,
    floor_ms: Setting,
}

impl TermSettings {
    /// By default what the environment says.
    pub fn new(defaults: ChallengeTerms) -> TermSettings {
        let seconds = Setting::number(
            "challenge.seconds",
            ("挑战答题每题的作答时间", "Seconds for one question of the challenge"),
            Capability::ManageContent,
            ((5, 600), "秒"),
            defaults.challenge_seconds.into(),
        );
        let floor_ms = Setting::number(
            "challenge.floor_ms",
            (
                "挑战答题中快于此时间的作答视为未读题，不予接受",
                "Milliseconds within which an answer of the challenge is refused, since nobody can have read the question",
            ),
            Capability::ManageContent,
            ((0, 3000), "毫秒"),
            defaults.challenge_floor_ms.into(),
        );
        TermSettings { seconds: seconds.waking(super::RUNS), floor_ms }
    }

    /// What is in force for a question that is dealt now.
    pub fn get(&self) -> Terms {
        Terms { seconds: self.seconds.get(), floor_micros: self.floor_ms.get() * 1000 }
    }

    pub fn each(&self) -> [Setting; 2] {
        [self.seconds.clone(), self.floor_ms.clone()]
    }
}
