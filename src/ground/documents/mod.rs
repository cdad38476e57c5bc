//! The register of document numbers 发文字号: each number is borne by one document, whatever the room that issues it. Knows
//! no member and no document: a document is a kind and an id.
//!
//! Tables: `document_numbers`. No routes: rooms that issue documents claim their numbers here, in their own transactions.
//! Lends [`DocumentNumber`], [`claim`] and [`release_others`].

mod room;
mod rules;
mod store;
pub mod model;

use diesel::QueryResult;
use uuid::Uuid;

use crate::db::Tx;

pub use model::DocumentNumber;
pub use room::open;
pub use rules::{BadNumber, check, parse};

/// Takes a number for the document; false when another one bears it. Again it changes nothing.
pub fn claim(tx: &mut Tx, number: &DocumentNumber, kind: &str, document: Uuid) -> QueryResult<bool> {
    store::claim(tx.conn, number, kind, document.into())
}

/// Gives back every number of the document, all but the one that it bears now.
pub fn release_others(tx: &mut Tx, kept: Option<&DocumentNumber>, kind: &str, document: Uuid) -> QueryResult<()> {
    store::release_others(tx.conn, kept, kind, document.into())
}
