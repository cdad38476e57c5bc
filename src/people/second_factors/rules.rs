//! What second factors obey. Pure.

use crate::base::approval::NoAnswer;
use crate::base::capability::Reach;
use crate::base::id::UnitId;
use crate::base::time::Timestamp;

/// How many recovery codes a member gets at once.
pub const RECOVERY_CODES: usize = 10;

/// How long a factor that was begun can be confirmed.
const BEGUN_SECONDS: i64 = 3600;

/// A no of this room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The enterprise uses none.
    Off,
    /// The member holds no privileged duty.
    NoPrivilegedDuty,
    /// The member has one already.
    Enrolled,
    /// The member has none.
    NotEnrolled,
    /// Nothing was begun, or too long ago.
    NothingBegun,
    /// The code is wrong.
    WrongCode,
    /// The code was right, and was taken before.
    CodeUsed,
    /// Too many wrong codes; come back after so many seconds.
    LockedOut {
        seconds: u32,
    },
    /// There is no such member, or it lies beyond the administrator's reach.
    NoSuchMember,
    /// Nobody has that employee number: what the operator hears.
    NoSuchAccount,
    /// The member holds duties beyond the administrator's reach.
    BeyondReach,
    /// Nobody has his own factor reset: he gives a recovery code, or asks another one.
    OwnFactor,
    /// Another administrator has proposed it already.
    ProposedAlready,
    NoSuchReset,
    NoAnswer(NoAnswer),
    /// Its proposer may not propose it any more.
    ProposerGone,
}

impl crate::db::Refusal for Refusal {}

impl From<NoAnswer> for Refusal {
    fn from(no: NoAnswer) -> Self {
        Refusal::NoAnswer(no)
    }
}

/// Whether a factor that was begun can still be confirmed.
pub fn is_in_time(begun_at: Timestamp, now: Timestamp) -> bool {
    now.seconds_since(begun_at) <= BEGUN_SECONDS
}

/// Whether an administrator with `reach` may take the factor of a member at `path` away, who holds duties on units at
/// `duty_paths`: without it the account is open to whoever has its password, with all its duties.
pub fn may_reset(reach: &Reach, path: &[UnitId], duty_paths: &[Vec<UnitId>]) -> Result<(), Refusal> {
    if !reach.covers(path) {
        return Err(Refusal::NoSuchMember);
    }
    if duty_paths.iter().all(|path| reach.covers(path)) { Ok(()) } else { Err(Refusal::BeyondReach) }
}
