//! What keeps an import of brands from being written or taken back.

use crate::base::imports::NoImport;
use crate::base::sheet::SheetError;

/// A no of this room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The file cannot be read as a sheet of brands.
    BadSheet(SheetError),
    /// The import as a whole is not written, or not taken back.
    NoImport(NoImport),
}

impl crate::db::Refusal for Refusal {}

impl From<NoImport> for Refusal {
    fn from(no: NoImport) -> Self {
        Refusal::NoImport(no)
    }
}
