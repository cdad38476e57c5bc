//! Which state of a thing that several people change somebody has seen, so that nobody undoes what another one did.

use uuid::Uuid;

use super::id::MemberId;
use super::time::Timestamp;

/// A state of a thing: the id of the last line that its trail had then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version(pub Uuid);

/// The state of a thing that nobody has changed since it was made, as far as its trail goes back.
pub const UNCHANGED: Version = Version(Uuid::nil());

/// The last change of a thing: the state to which it led, and who made it.
#[derive(Clone, Copy, Debug)]
pub struct LastChange {
    pub version: Version,
    /// `None` for the program itself and the operator's command line.
    pub by: Option<MemberId>,
    pub at: Timestamp,
}

/// A state that somebody changes.
#[derive(Clone, Copy, Debug)]
pub struct SeenState {
    pub version: Version,
    /// To whom it was shown last, where that alone says so: what this member has changed since is no surprise to him, and
    /// what the program has, its rules tell better. `None` where the caller named it.
    pub shown_to: Option<MemberId>,
}

/// Who changed a thing since it was `seen`, given its last change; anyone of whom that is not known is not held up.
pub fn changed_since(last: Option<LastChange>, seen: Option<SeenState>) -> Result<(), Outdated> {
    let Some(SeenState { version, shown_to }) = seen else { return Ok(()) };
    match last {
        Some(last) if last.version == version => Ok(()),
        Some(last) if shown_to.is_some() && last.by.is_none_or(|by| Some(by) == shown_to) => Ok(()),
        Some(last) => Err(Outdated { by: last.by, at: Some(last.at) }),
        None if version == UNCHANGED => Ok(()),
        None => Err(Outdated { by: None, at: None }),
    }
}

/// Somebody has changed the thing since it was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outdated {
    /// Who did; `None` for the program itself and the operator's command line.
    pub by: Option<MemberId>,
    /// `None` where no change is known at all, so that what was seen was never there.
    pub at: Option<Timestamp>,
}
