//! What the room keeps.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::db::schema::files;

crate::id!(
    /// An uploaded file.
    FileId
);

crate::words!(
    /// What a file is, by its content.
    FileKind {
        Jpeg = "jpeg" / "JPEG图片",
        Png = "png" / "PNG图片",
        Webp = "webp" / "WebP图片",
        Pdf = "pdf" / "PDF文档",
        Docx = "docx" / "Word文档",
        Xlsx = "xlsx" / "Excel表格",
    }
);

impl FileKind {
    pub const fn is_picture(self) -> bool {
        matches!(self, FileKind::Jpeg | FileKind::Png | FileKind::Webp)
    }

    /// The media type that it is sent with.
    pub const fn media_type(self) -> &'static str {
        match self {
            FileKind::Jpeg => "image/jpeg",
            FileKind::Png => "image/png",
            FileKind::Webp => "image/webp",
            FileKind::Pdf => "application/pdf",
            FileKind::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            FileKind::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }

    /// How the names of such files end; the first is the usual one.
    pub const fn endings(self) -> &'static [&'static str] {
        match self {
            FileKind::Jpeg => &["jpg", "jpeg"],
            FileKind::Png => &["png"],
            FileKind::Webp => &["webp"],
            FileKind::Pdf => &["pdf"],
            FileKind::Docx => &["docx"],
            FileKind::Xlsx => &["xlsx"],
        }
    }
}

/// An uploaded file.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = files)]
pub struct File {
    pub id: FileId,
    pub owner_id: MemberId,
    /// As people see it, with the ending of its kind.
    pub name: String,
    pub kind: FileKind,
    /// Of what is stored, in bytes.
    pub size: i32,
    pub sha256: Vec<u8>,
    /// Where its bytes lie in the blob store.
    pub stored_as: String,
    pub has_thumbnail: bool,
    pub created_at: Timestamp,
    /// What kind of thing it is attached to: a word of the room that attached it.
    pub attached_to_kind: Option<String>,
    pub attached_to_id: Option<SubjectId>,
    /// When it was given up; its bytes may be gone.
    pub deleted_at: Option<Timestamp>,
}

crate::id!(
    /// The id of a thing of another room.
    SubjectId
);

impl File {
    /// What it is attached to.
    pub fn subject(&self) -> Option<(&str, Uuid)> {
        Some((self.attached_to_kind.as_deref()?, self.attached_to_id?.uuid()))
    }

    /// The hash of its bytes in hexadecimal digits.
    pub fn hash(&self) -> String {
        self.sha256.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// A file as it is shown; the bytes are at `GET /files/{id}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FileView {
    pub id: FileId,
    /// With the ending of its kind, whatever it was uploaded as.
    pub name: String,
    pub kind: FileKind,
    /// In bytes.
    pub size: i32,
    /// Of the bytes that are sent, in hexadecimal digits.
    pub sha256: String,
    /// Whether `GET /files/{id}/thumbnail` has a JPEG of at most 480 pixels a side; pictures have one.
    pub has_thumbnail: bool,
    /// Where a picture is shown without a session, as `<img>` needs it: a path on this server, the same for half a day and
    /// good for 24 hours at most. `null` for what is no picture.
    #[serde(default)]
    pub url: Option<String>,
    /// The same for its thumbnail.
    #[serde(default)]
    pub thumbnail_url: Option<String>,
    /// What it is attached to: the room's word and the thing.
    #[serde(skip)]
    pub(super) subject: Option<(String, Uuid)>,
}

impl From<&File> for FileView {
    fn from(file: &File) -> Self {
        FileView {
            id: file.id,
            name: file.name.clone(),
            kind: file.kind,
            size: file.size,
            sha256: file.hash(),
            has_thumbnail: file.has_thumbnail,
            url: None,
            thumbnail_url: None,
            subject: file.subject().map(|(kind, id)| (kind.to_owned(), id)),
        }
    }
}
