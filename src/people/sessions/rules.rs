//! What sessions, lock-outs and refreshes obey; what passwords obey is in [`passwords`]. Pure.

pub mod passwords;

mod devices;
mod factors;
mod resets;

pub use devices::by_device;
pub use factors::withholding;
pub use resets::{Standing, proposal, standing};

use super::model::{ByWhom, Ending, Session};
use crate::base::capability::Reach;
use crate::base::id::UnitId;
use crate::base::time::Timestamp;

pub use passwords::Weakness;

/// A no of this room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Account or password is wrong, or there is no such account: one answer for all of them.
    WrongPassword,
    /// Anyone who is signed in and changes the password gave another one for the present one.
    WrongOldPassword,
    /// Too many wrong passwords; come back after so many seconds.
    LockedOut { seconds: u32 },
    /// Too many sign-ins wait to be checked.
    Busy,
    /// The refresh token is unknown or its session has ended.
    SessionOver,
    /// An old refresh token came again: the session was ended for safety.
    TokenReused,
    /// The session made room for one on another device: a member may have so many.
    SessionCrowdedOut,
    /// The session ended because the password was set anew without the one before it.
    SessionReset { at: Timestamp, by: ByWhom },
    /// The session ended because the database was put back from a backup.
    SessionRestored,
    /// No such session of the caller.
    NoSuchSession,
    /// There is no such unit, or it lies beyond the inviter's reach.
    NoSuchUnit,
    /// The invite code is wrong, used or expired.
    BadInvitation,
    /// The new password is too weak.
    WeakPassword(Weakness),
    /// The member to be invited does not exist or is out of reach.
    NoSuchMember,
    /// The member holds duties beyond the inviter's reach; only anyone who administers those may invite.
    BeyondReach,
    /// The unit has nobody to invite.
    NobodyToInvite,
    /// More members than fit on one sheet.
    SheetTooLong,
    /// So many of the members hold a code that still works and would stop working.
    OpenCodes { count: usize },
    /// The code is right and does not work yet, or not any more.
    ResetNotEffective { standing: Standing, issuer: String, issued_at: Timestamp },
    /// No pending reset with that id, or none for the caller to know of.
    NoSuchReset,
    /// Nobody approves the reset for which he issued the code himself.
    OwnReset,
    /// The account of anyone who would approve the reset was opened by a code of its issuer.
    IssuersAccount,
    /// The member refused it on one of his devices.
    ResetRefused { at: Timestamp },
    /// Nothing is pending: no reset was asked for.
    NoResetRequest,
    /// The privacy notice that holds is another one.
    OtherPrivacyNotice,
}

impl crate::db::Refusal for Refusal {}

/// Refuses to issue codes where so many that work are out already: they may be on paper in somebody's hand.
pub fn check_open_codes(count: usize) -> Result<(), Refusal> {
    if count == 0 { Ok(()) } else { Err(Refusal::OpenCodes { count }) }
}

/// Seconds in which one failure of a network is forgotten.
pub const NETWORK_DRAIN_SECONDS: u32 = 60;

/// Failures that a network may have before anybody has signed in from there.
const NETWORK_FAILURES: f64 = 50.0;
/// Different members who signed in from a network for each further failure that it may have: five times as many as when
/// one in twenty mistypes.
const MEMBERS_FOR_A_FAILURE: f64 = 4.0;

/// Seconds to wait where so much has failed and that many different members have signed in; `None` for no wait.
pub fn network_wait(failures: f64, members: usize) -> Option<u32> {
    #[expect(clippy::cast_precision_loss, reason = "a few thousand at most")]
    let allowed = NETWORK_FAILURES + members as f64 / MEMBERS_FOR_A_FAILURE;
    let over = failures + 1.0 - allowed;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to an hour")]
    let seconds = (over * f64::from(NETWORK_DRAIN_SECONDS)).ceil().clamp(1.0, 3600.0) as u32;
    (over > 0.0).then_some(seconds)
}

/// Different members who must have signed in from a network so that it is not unknown's.
const FAMILIAR_MEMBERS: usize = 5;

/// Whether a network from which so many different members signed in goes before strange ones.
pub fn is_familiar(members: usize) -> bool {
    members >= FAMILIAR_MEMBERS
}

/// Sessions that one member may have at the same time.
pub const MAX_SESSIONS: usize = 20;

/// Seconds within which the token before the present one may be a retry: two days without a connection.
const RETRY_SECONDS: i64 = 48 * 3600;

/// Seconds within which two pages of one browser refresh at the same moment: the second sent its request before the answer
/// to the first had brought the new cookie.
const SAME_MOMENT_SECONDS: i64 = 10;

/// Whether the token before the present one was replaced a moment ago.
pub fn is_just_replaced(session: &Session, now: Timestamp) -> bool {
    (0..=SAME_MOMENT_SECONDS).contains(&now.seconds_since(session.rotated_at))
}

/// What a refresh token that we issued deserves when it is not the current one of a live session.
#[derive(Debug, PartialEq, Eq)]
pub enum Stale {
    /// The answer got lost: tell the same next token again.
    Retry,
    /// The database was put back from a backup.
    Restored,
    /// Somebody copied it.
    Reused,
    /// Its session made room for one on another device.
    CrowdedOut,
    Over,
}

/// Judges a token that we issued, with the hash `presented`, against its session. `successor_seen` says whether the
/// server has seen an access token of the exchange that made the present refresh token.
pub fn judge_stale(session: &Session, presented: &[u8], successor_seen: bool, now: Timestamp) -> Stale {
    if session.revoked_because == Some(Ending::Reused) {
        return Stale::Reused;
    }
    if session.revoked_because == Some(Ending::TooMany) {
        return Stale::CrowdedOut;
    }
    if session.revoked_because == Some(Ending::Restored) {
        return Stale::Restored;
    }
    if !session.is_live(now) {
        return Stale::Over;
    }
    let is_previous = session.previous_hash.as_deref() == Some(presented);
    let in_time = now.seconds_since(session.rotated_at) <= RETRY_SECONDS;
    if is_previous && !successor_seen && in_time { Stale::Retry } else { Stale::Reused }
}

/// Seconds without a refresh after which a session ends.
const IDLE_SECONDS: i64 = 30 * 24 * 3600;

/// When a session that began at `created_at` ends if nobody refreshes it after `now`: no session lives longer than
/// `max_age_seconds`.
pub fn session_end(created_at: Timestamp, now: Timestamp, max_age_seconds: i64) -> Timestamp {
    now.plus_seconds(IDLE_SECONDS).min(created_at.plus_seconds(max_age_seconds))
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
    fn a_session_ends_a_month_after_its_last_use_and_never_later_than_its_age_allows() {
        let began: Timestamp = "2026-07-01T07:50:00+08:00".parse().unwrap();
        let day = |n: i64| began.plus_seconds(n * 86_400);
        let end = |now: i64, age: i64| session_end(began, day(now), age * 86_400);
        assert_eq!((end(0, 180), end(149, 180), end(170, 180), end(0, 7)), (day(30), day(179), day(180), day(7)));
    }

    #[test]
    fn a_network_may_fail_more_often_the_more_members_came_from_there() {
        assert_eq!((network_wait(49.0, 0), network_wait(49.5, 0), network_wait(50.0, 0)), (None, Some(30), Some(60)));
        assert_eq!(
            (network_wait(50.0, 4), network_wait(299.0, 1000), network_wait(300.0, 1000)),
            (None, None, Some(60))
        );
        assert_eq!(network_wait(1e6, 0), Some(3600));
    }
}
