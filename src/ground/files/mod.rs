//! Files: what members attach — photographs, PDFs, Word and Excel documents.
//!
//! A file is uploaded first and belongs to the member who uploaded it; another room then attaches it to something of
//! its own and says who may read that. What is attached to nothing goes after a day. Files are recognised by what they
//! hold, never by their names; pictures are painted anew, so that neither the place where they were taken nor anything
//! hidden in them is kept.
//!
//! Table: `files`; the bytes lie in a [`BlobStore`]. Routes: `POST /files`, `GET` and `DELETE /files/{id}`,
//! `GET /files/{id}/thumbnail`, and `GET /files/{id}/picture` without a session. Lends [`attach`], [`detach`],
//! [`find_some`] and [`list_of`] to be called within a room's own transaction, [`Files::let_read`] and its like to be told who may,
//! [`FileView`] to be shown, [`Addresses`] for the pictures among them, and [`list_stored`] and [`list_still_stored`] to
//! backups.

mod actions;
mod addresses;
mod api;
mod blob_store;
mod hands;
pub mod lending;
mod model;
mod picture;
mod rules;
mod store;
mod storing;
mod personal;
mod room;

pub use actions::Files;
pub use addresses::{Addresses, PictureSize, half_day};
pub use api::routes;
pub use blob_store::BlobStore;
pub use lending::{AttachRefusal, attach, detach, find_some, list_of, list_of_each};
pub use model::{FileId, FileKind, FileView};
pub use room::open;
pub use rules::{MAX_BYTES, MAX_PER_SUBJECT};
pub use storing::{OwnFile, StoredFile, list_own, list_still_stored, list_stored};
