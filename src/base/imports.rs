//! How an import is asked for, and what keeps one from being written or taken back.

/// How an import is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Only say what would happen.
    DryRun,
    /// Write what can be written.
    AtOnce,
    /// Write exactly what a dry run has shown under this digest, or nothing.
    Confirmed(String),
}

impl Mode {
    pub fn of(dry_run: bool, confirm: Option<&str>) -> Mode {
        match confirm {
            _ if dry_run => Mode::DryRun,
            Some(digest) => Mode::Confirmed(digest.trim().to_ascii_lowercase()),
            None => Mode::AtOnce,
        }
    }

    pub fn is_dry_run(&self) -> bool {
        *self == Mode::DryRun
    }
}

/// A no to an import as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoImport {
    /// The file, or what it is compared with, is not what the dry run saw.
    Stale,
    /// There is no such import of that kind.
    NotFound,
    /// It was taken back before.
    TakenBack,
    /// It is too long ago.
    TooLate,
    /// Something of it was used or changed since: what.
    Used(String),
}
