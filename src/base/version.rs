//! Which state of a thing that several people change somebody has seen, so that nobody undoes what another one did.

use uuid::Uuid;

use super::id::MemberId;
use super::time::Timestamp;

/// A state of a thing: the id of the last line that its trail had then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version(pub Uuid);

/// The state of a thing that nobody has changed since it was made, as far as its trail goes back.
pub const UNCHANGED: Version = Version(Uuid::nil());

/// Somebody has changed the thing since it was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outdated {
    /// Who did; `None` for the program itself and the operator's command line.
    pub by: Option<MemberId>,
    /// `None` where no change is known at all, so that what was seen was never there.
    pub at: Option<Timestamp>,
}
