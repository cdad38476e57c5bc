//! What keeps a brand from being written, and an import of brands from being written or taken back.

use super::model::{Brand, BrandId};
use crate::base::imports::NoImport;
use crate::base::sheet::SheetError;
use crate::base::version::Outdated;
use crate::ground::files::{AttachRefusal, FileView};

/// A no of this room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The file cannot be read as a sheet of brands.
    BadSheet(SheetError),
    /// The import as a whole is not written, or not taken back.
    NoImport(NoImport),
    NoSuchBrand,
    NoSuchUnit,
    /// The unit lies beyond the caller's duty.
    OutOfReach,
    /// The unit has its brand.
    Taken,
    /// The brand above is unknown, the brand itself, or belongs to another one; or brands belong to this one already.
    BadParent,
    /// A keyword is named twice, or there are too many.
    BadKeywords,
    /// What is to be the mark is no picture.
    NoPicture,
    /// No such file shows something of the brand.
    NoSuchFile,
    /// Files cannot be attached.
    Files(AttachRefusal),
    /// Somebody changed it since the caller saw it.
    Outdated(Outdated),
}

impl crate::db::Refusal for Refusal {}

impl From<NoImport> for Refusal {
    fn from(no: NoImport) -> Self {
        Refusal::NoImport(no)
    }
}

impl From<AttachRefusal> for Refusal {
    fn from(refusal: AttachRefusal) -> Self {
        Refusal::Files(refusal)
    }
}

/// Keywords of one brand.
pub const KEYWORD_LIMIT: usize = 10;

/// Whether keywords are few and different.
pub fn check_keywords(keywords: &[String]) -> Result<(), Refusal> {
    let is_twice = |(n, word): (usize, &String)| keywords[..n].contains(word);
    let fits = keywords.len() <= KEYWORD_LIMIT && !keywords.iter().enumerate().any(is_twice);
    if fits { Ok(()) } else { Err(Refusal::BadKeywords) }
}

/// Whether `brand` may belong to `parent`: an umbrella brand belongs to no other one, so that there are two levels.
pub fn check_parent(brand: BrandId, has_children: bool, parent: Option<&Brand>) -> Result<(), Refusal> {
    let fits = parent.is_some_and(|parent| parent.id != brand && parent.parent_id.is_none()) && !has_children;
    if fits { Ok(()) } else { Err(Refusal::BadParent) }
}

/// Whether a file is a picture, which alone may be a mark.
pub fn check_picture(file: &FileView) -> Result<(), Refusal> {
    if file.kind.is_picture() { Ok(()) } else { Err(Refusal::NoPicture) }
}
