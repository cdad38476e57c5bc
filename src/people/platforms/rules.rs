//! What the platforms' answers mean, and what signing in by them obeys. Pure. Sources: `docs/platforms.md`.

use super::model::Platform;
use crate::base::crypto::{Key, hex};
use crate::base::time::Timestamp;
use crate::people::sessions;

/// A no of this room.
#[derive(Debug, Clone)]
pub enum Refusal {
    /// The enterprise does not use that platform.
    NotUsed,
    /// The platform's code is wrong, used or expired, or somebody else's.
    CodeOver,
    /// The platform keeps this user from signing in.
    Blocked,
    /// The platform's user signs in too often.
    TooOften { seconds: u32 },
    /// The platform is busy or away.
    Away,
    /// Our own settings with the platform are wrong.
    Misconfigured { code: i64 },
    /// Somebody in WeCom who does not belong to the enterprise.
    Outsider,
    /// What came back is not what this server has sent the browser away with.
    ForgedState,
    /// The time to bind is over; the platform has to be asked again.
    TicketOver,
    /// Another member has bound this account.
    AccountTaken,
    /// The member has bound another account of this platform.
    MemberBound,
    /// There is no such binding.
    NotBound,
    /// The phone number belongs to nobody, or to more than one.
    PhoneUnknown,
    /// Data of the platform that is not for this application, or not signed by it.
    ForeignData,
    /// What the room `sessions` refuses.
    Session(sessions::rules::Refusal),
}

impl crate::db::Refusal for Refusal {}

/// Why a platform did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Busy, over its quota, away, or not in time.
    Busy { code: i64, message: String },
    /// The token that we came with is none.
    Token { code: i64 },
    /// Our settings are wrong: it takes a person.
    Config {
        code: i64,
        message: String,
        /// The address from which the platform did not let us in, if it said so.
        address: Option<String>,
    },
    /// A code for signing in that is wrong or used.
    BadCode,
    /// A user whom the platform keeps out.
    Blocked,
    /// A user who asks too often.
    TooOften,
    /// No more of what the user has allowed.
    NoQuota,
    /// The user does not follow, or has gone.
    Refused { code: i64 },
    /// Said already a moment ago.
    Duplicate,
    /// What was sent is not taken: a fault of ours.
    Invalid { code: i64, message: String },
}

impl Fault {
    /// The address of ours that the platform did not let in.
    pub fn address(&self) -> Option<&str> {
        match self {
            Fault::Config { address, .. } => address.as_deref(),
            _ => None,
        }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Fault::Busy { code, message } => write!(f, "平台繁忙或无法连接（{code} {message}）"),
            Fault::Token { code } => write!(f, "平台令牌失效（{code}）"),
            Fault::Config { code, message, .. } => write!(f, "平台设置有误（{code} {message}）"),
            Fault::BadCode => f.write_str("登录凭证无效"),
            Fault::Blocked => f.write_str("平台已限制该用户"),
            Fault::TooOften => f.write_str("该用户请求过于频繁"),
            Fault::NoQuota => f.write_str("用户未授权或授权次数已用完"),
            Fault::Refused { code } => write!(f, "用户未关注或已拒收（{code}）"),
            Fault::Duplicate => f.write_str("短时间内重复发送"),
            Fault::Invalid { code, message } => write!(f, "内容不被平台接受（{code} {message}）"),
        }
    }
}

/// What an error code of either platform means.
pub fn fault_of(code: i64, message: &str) -> Fault {
    let (address, message) = (address_in(message).map(str::to_owned), without_secrets(message));
    match code {
        -1 | 45009 | 45033 => Fault::Busy { code, message },
        40001 | 40014 | 42001 | 42009 => Fault::Token { code },
        40029 | 40163 | 41008 | 42003 => Fault::BadCode,
        40226 => Fault::Blocked,
        45011 => Fault::TooOften,
        43101 => Fault::NoQuota,
        43004 | 40003 | 43117 | 60111 | 81013 => Fault::Refused { code },
        40241 => Fault::Duplicate,
        40013 | 40125 | 40164 | 41002 | 41004 | 43002 | 48001 | 48002 | 50001 | 60011 | 60020 | 89503 | 40056
        | 40066 | 301002 => Fault::Config { code, message, address },
        code => Fault::Invalid { code, message },
    }
}

/// A platform's sentence without what follows its hints: those name requests, and a log must not.
fn without_secrets(message: &str) -> String {
    let said = message.split(", hint:").next().unwrap_or_default();
    let said = said.split(" rid:").next().unwrap_or_default();
    crate::base::text::cut(said.trim(), 160)
}

/// The address from which WeCom did not let us in, as it says itself (60020).
pub fn address_in(message: &str) -> Option<&str> {
    message.split("from ip:").nth(1)?.split([',', ' ']).find(|part| !part.is_empty())
}

/// Seconds to leave a platform alone that was busy so many times in a row; longer once its quota is used up.
pub fn pause_seconds(code: i64, times: u32) -> i64 {
    let (first, longest) = if code == 45009 { (60, 1800) } else { (1, 60) };
    (first << times.saturating_sub(1).min(12)).min(longest)
}

/// Seconds for which a browser may be away on the platform's page.
const STATE_SECONDS: i64 = 600;

/// What a browser is sent to the platform with, and has to come back with: 72 letters and digits, good with the secret of its
/// cookie alone, and for ten minutes.
pub fn state(key: &Key, platform: Platform, cookie: &str, now: Timestamp) -> String {
    let until = now.seconds() + STATE_SECONDS;
    format!("{until:08x}{}", mark(key, platform, cookie, until))
}

/// Whether a state is the one of this browser, in time.
pub fn is_own_state(key: &Key, platform: Platform, cookie: &str, state: &str, now: Timestamp) -> bool {
    let Some((until, presented)) = state.split_at_checked(8) else { return false };
    let Ok(until) = i64::from_str_radix(until, 16) else { return false };
    let own = mark(key, platform, cookie, until);
    let is_own: bool = subtle::ConstantTimeEq::ct_eq(presented.as_bytes(), own.as_bytes()).into();
    is_own && (now.seconds()..=now.seconds() + STATE_SECONDS).contains(&until)
}

fn mark(key: &Key, platform: Platform, cookie: &str, until: i64) -> String {
    hex(&key.mac(&[b"state", platform.as_str().as_bytes(), cookie.as_bytes(), &until.to_be_bytes()]))
}

/// Where a browser is led in the app: a path of it, whatever was asked for.
pub fn page_of(to: Option<&str>) -> String {
    let is_path = |to: &&str| {
        to.starts_with('/') && to.len() <= 300 && to.chars().all(|c| c.is_ascii_alphanumeric() || "/-_.?=&".contains(c))
    };
    let to = to.map(|to| to.strip_prefix("/api/v1").unwrap_or(to)).filter(is_path);
    format!("/m/#{}", to.unwrap_or("/"))
}

/// What to call the device that a browser runs on, by what it says of itself.
pub fn device_of(platform: Platform, user_agent: &str) -> String {
    let system = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "安卓手机"),
        ("OpenHarmony", "鸿蒙手机"),
        ("Windows", "Windows 电脑"),
        ("Macintosh", "Mac 电脑"),
        ("Linux", "Linux 电脑"),
    ];
    let system = system.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name);
    match system {
        Some(system) => format!("{}（{system}）", platform.title()),
        None => platform.title().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_good_in_its_browser_for_its_platform_and_in_time() {
        let (key, now): (_, Timestamp) = (Key::random(), "2026-07-01T07:50:00+08:00".parse().unwrap());
        let made = state(&key, Platform::Wecom, "cookie", now);
        assert!(made.len() <= 128 && made.chars().all(|c| c.is_ascii_alphanumeric()), "{made}");
        let is_own = |platform, cookie: &str, state: &str, later| {
            is_own_state(&key, platform, cookie, state, now.plus_seconds(later))
        };
        assert!(is_own(Platform::Wecom, "cookie", &made, 0) && is_own(Platform::Wecom, "cookie", &made, 600));
        assert!(!is_own(Platform::Wecom, "cookie", &made, 601), "too late");
        assert!(!is_own(Platform::Wecom, "another", &made, 0), "another browser's");
        assert!(!is_own(Platform::Wechat, "cookie", &made, 0), "another platform's");
        let later = format!("{:08x}{}", now.seconds() + 601, &made[8..]);
        for forged in ["", "1", "zzzzzzzz", &made[..40], later.as_str(), "密密密密密"] {
            assert!(!is_own(Platform::Wecom, "cookie", forged, 0), "{forged}");
        }
    }

    #[test]
    fn nobody_is_led_out_of_the_app() {
        assert_eq!(page_of(Some("/study/items/0198-a")), "/m/#/study/items/0198-a");
        assert_eq!(page_of(Some("/api/v1/ideas/1")), "/m/#/ideas/1");
        for elsewhere in ["https://evil.example", "javascript:alert(1)", "/a\"b", "/a\nb", ""] {
            assert_eq!(page_of(Some(elsewhere)), "/m/#/", "{elsewhere}");
        }
        // a path of the app, whatever it looks like
        assert_eq!(page_of(Some("//evil.example")), "/m/#//evil.example");
        assert_eq!(page_of(None), "/m/#/");
    }

    #[test]
    fn pauses_grow_with_the_times_that_a_platform_was_busy() {
        assert_eq!([1, 2, 3, 7, 40].map(|times| pause_seconds(-1, times)), [1, 2, 4, 60, 60]);
        assert_eq!([1, 2, 6].map(|times| pause_seconds(45009, times)), [60, 120, 1800]);
    }

    #[test]
    fn an_answer_names_the_address_and_keeps_its_hint() {
        let said =
            "not allow to access from your ip, hint: [1626], from ip: 203.0.113.9, more info at https://open.work";
        assert_eq!(address_in(said), Some("203.0.113.9"));
        assert_eq!(address_in("ok"), None);
        let Fault::Config { message, .. } = fault_of(60020, said) else { panic!() };
        assert_eq!(message, "not allow to access from your ip");
    }
}
