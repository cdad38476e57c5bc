//! How long members stay signed in, and how long a reset waits.

use crate::base::capability::Capability;
use crate::config::{ResetTerms, SessionTerms};
use crate::kernel::settings::Setting;

/// The room's settings; both take two administrators, since they decide who gets into an account.
#[derive(Clone, Debug)]
pub struct TermSettings {
    session_days: Setting,
    reset_wait_hours: Setting,
}

impl TermSettings {
    /// By default what the environment says.
    pub fn new(sessions: SessionTerms, resets: ResetTerms) -> TermSettings {
        let session_days = Setting::number(
            "sessions.days",
            (
                "登录最长保持的天数，无论是否使用；30 天未使用的登录自动失效",
                "Days after which a session ends however often it is used; one that is not used ends after 30 days",
            ),
            Capability::ManageMembers,
            ((1, 3650), "天"),
            sessions.session_days.into(),
        );
        let reset_wait_hours = Setting::number(
            "sessions.reset_wait_hours",
            (
                "无人可批准、本人设备也未拒绝时，重置密码须等待的时间",
                "Hours after which a code resets a password where nobody else could approve it and no device of the member \
                 refused",
            ),
            Capability::ManageMembers,
            ((1, 168), "小时"),
            resets.reset_wait_hours.into(),
        );
        TermSettings { session_days: session_days.delicate(), reset_wait_hours: reset_wait_hours.delicate() }
    }

    pub fn max_age_seconds(&self) -> i64 {
        self.session_days.get() * 86_400
    }

    pub fn reset_wait_seconds(&self) -> i64 {
        self.reset_wait_hours.get() * 3600
    }

    pub fn each(&self) -> [Setting; 2] {
        [self.session_days.clone(), self.reset_wait_hours.clone()]
    }
}
