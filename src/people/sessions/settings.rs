//! How long members stay signed in, how long a reset waits, and which privacy notice 个人信息保护告知书 holds.

use super::model::PrivacyNotice;
use crate::base::capability::Capability;
use crate::config::{ResetTerms, SessionTerms};
use crate::kernel::settings::{Range, Setting};

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

/// Which privacy notice holds. Its text is a page of the enterprise's own, known by an address and a version.
#[derive(Clone, Debug)]
pub struct PrivacySettings {
    version: Setting,
    address: Setting,
}

impl PrivacySettings {
    pub fn new() -> PrivacySettings {
        let text = |key, title, most| Setting::text(key, title, Capability::ManageMembers, Range::Words { most }, "");
        PrivacySettings {
            version: text(
                "privacy.version",
                (
                    "个人信息保护告知书的版本（留空则不告知；换版本后每个人重新同意）",
                    "The version of the privacy notice; none holds when empty, and everybody agrees anew to another one",
                ),
                20,
            ),
            address: text(
                "privacy.address",
                ("个人信息保护告知书全文的网址", "Where the text of the privacy notice is read"),
                300,
            ),
        }
    }

    /// The notice that holds; `None` where the enterprise has none.
    pub fn notice(&self) -> Option<PrivacyNotice> {
        let version = self.version.words().to_string();
        let address = Some(self.address.words().to_string()).filter(|address| !address.is_empty());
        (!version.is_empty()).then_some(PrivacyNotice { version, address })
    }

    pub fn each(&self) -> [Setting; 2] {
        [self.version.clone(), self.address.clone()]
    }
}
