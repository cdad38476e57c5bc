//! What passwords, lock-outs and refreshes obey. Pure.

mod devices;
mod resets;

pub use devices::by_device;
pub use resets::{Standing, standing};

use super::model::{ByWhom, Ending, Session};
use crate::base::capability::Reach;
use crate::base::id::UnitId;
use crate::base::time::Timestamp;

/// A no of this room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Account or password is wrong, or there is no such account: one answer for all of them.
    WrongPassword,
    /// Too many wrong passwords; come back after so many seconds.
    LockedOut { seconds: u32 },
    /// Too many sign-ins wait to be checked.
    Busy,
    /// The refresh token is unknown or its session has ended.
    SessionOver,
    /// An old refresh token came again: the session was ended for safety.
    TokenReused,
    /// The session ended because the password was set anew without the one before it.
    SessionReset { at: Timestamp, by: ByWhom },
    /// No such session of the caller.
    NoSuchSession,
    /// The invite code is wrong, used or expired.
    BadInvitation,
    /// The new password is too weak.
    WeakPassword(Weakness),
    /// The member to be invited does not exist or is out of reach.
    NoSuchMember,
    /// The member holds duties beyond the inviter's reach; only whoever administers those may invite.
    BeyondReach,
    /// The unit has nobody to invite.
    NobodyToInvite,
    /// More members than fit on one sheet.
    SheetTooLong,
    /// The code is right and does not work yet, or not any more.
    ResetNotEffective { standing: Standing, issuer: String, issued_at: Timestamp },
    /// No pending reset with that id, or none for the caller to know of.
    NoSuchReset,
    /// Nobody approves the reset for which he issued the code himself.
    OwnReset,
    /// The member refused it on one of his devices.
    ResetRefused { at: Timestamp },
    /// Nothing is pending: no reset was asked for.
    NoResetRequest,
}

impl crate::db::Refusal for Refusal {}

/// What is wrong with a new password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weakness {
    TooShort,
    TooLong,
    OneKind,
    ContainsAccount,
    Common,
    Unchanged,
}

pub const PASSWORD_MIN: usize = 8;
pub const PASSWORD_MAX: usize = 64;

/// The passwords that everybody tries first and that pass the other rules.
const COMMON: [&str; 12] = [
    "password1",
    "passw0rd",
    "a1234567",
    "a12345678",
    "a123456789",
    "abc12345",
    "abcd1234",
    "qwer1234",
    "1qaz2wsx",
    "1q2w3e4r",
    "admin123",
    "admin888",
];

/// Checks a new password: 8 to 64 characters of at least two kinds, neither the account nor one of the commonest.
pub fn check_password(password: &str, employee_no: &str) -> Result<(), Weakness> {
    let length = password.chars().count();
    if length < PASSWORD_MIN {
        return Err(Weakness::TooShort);
    }
    if length > PASSWORD_MAX {
        return Err(Weakness::TooLong);
    }
    let kinds = [
        password.chars().any(|c| c.is_ascii_digit()),
        password.chars().any(|c| c.is_ascii_lowercase()),
        password.chars().any(|c| c.is_ascii_uppercase()),
        password.chars().any(|c| !c.is_ascii_alphanumeric()),
    ];
    if kinds.iter().filter(|kind| **kind).count() < 2 {
        return Err(Weakness::OneKind);
    }
    let lower = password.to_lowercase();
    if employee_no.len() >= 4 && lower.contains(&employee_no.to_lowercase()) {
        return Err(Weakness::ContainsAccount);
    }
    if COMMON.contains(&lower.as_str()) {
        return Err(Weakness::Common);
    }
    Ok(())
}

/// Wrong passwords that cost nothing.
const FREE_FAILURES: u32 = 10;
const LONGEST_WAIT_SECONDS: i64 = 15 * 60;

/// Seconds that must pass after the last of `failures` wrong passwords before the next try: none up to the tenth, then
/// 1, 2, 4 … up to a quarter of an hour.
pub fn wait_seconds(failures: u32) -> i64 {
    match failures.checked_sub(FREE_FAILURES) {
        None => 0,
        Some(more) => 1_i64.checked_shl(more.min(20)).unwrap_or(i64::MAX).min(LONGEST_WAIT_SECONDS),
    }
}

/// Seconds within which the token before the present one is taken for a retry.
const RETRY_SECONDS: i64 = 60;

/// What a refresh token deserves that is not the current one of a live session.
#[derive(Debug, PartialEq, Eq)]
pub enum Stale {
    /// The answer got lost: tell the same next token again.
    Retry,
    /// Somebody copied it.
    Reused,
    Over,
}

/// Judges a token with the hash `presented` against its session.
pub fn judge_stale(session: &Session, presented: &[u8], now: Timestamp) -> Stale {
    if session.revoked_because == Some(Ending::Reused) {
        return Stale::Reused;
    }
    if !session.is_live(now) {
        return Stale::Over;
    }
    let is_previous = session.previous_hash.as_deref() == Some(presented);
    if is_previous && now.seconds_since(session.rotated_at) <= RETRY_SECONDS { Stale::Retry } else { Stale::Reused }
}

/// Whether an inviter with `reach` may set a password for somebody at `path` who holds duties on units at `duty_paths`.
///
/// A code hands over the account with all its duties, so every one of them must lie within reach.
pub fn may_invite(reach: &Reach, path: &[UnitId], duty_paths: &[Vec<UnitId>]) -> Result<(), Refusal> {
    if !reach.covers(path) {
        return Err(Refusal::NoSuchMember);
    }
    if duty_paths.iter().all(|path| reach.covers(path)) { Ok(()) } else { Err(Refusal::BeyondReach) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_must_be_neither_short_nor_plain_nor_the_account() {
        for (password, expected) in [
            ("short1", Err(Weakness::TooShort)),
            ("12345678", Err(Weakness::OneKind)),
            ("党建引领党建引领", Err(Weakness::OneKind)),
            ("xf-E00123", Err(Weakness::ContainsAccount)),
            ("Passw0rd", Err(Weakness::Common)),
            ("铜花飞扬 2026", Ok(())),
            ("lianhua-2026", Ok(())),
        ] {
            assert_eq!(check_password(password, "E00123"), expected, "{password}");
        }
        assert_eq!(check_password(&"a1".repeat(33), "E1"), Err(Weakness::TooLong));
    }

    #[test]
    fn the_wait_grows_after_ten_failures_up_to_a_quarter_of_an_hour() {
        let waits: Vec<i64> = [0, 9, 10, 11, 15, 20, 1000].map(wait_seconds).to_vec();
        assert_eq!(waits, [0, 0, 1, 2, 32, 900, 900]);
    }
}
