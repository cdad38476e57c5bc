//! The numbers that are borne.

use diesel::prelude::*;

use super::model::{DocumentId, DocumentNumber};
use crate::db::Conn;
use crate::db::schema::document_numbers;
use crate::on;

/// Takes a number; false when another document bears it.
pub fn claim(conn: &mut Conn, number: &DocumentNumber, kind: &str, document: DocumentId) -> QueryResult<bool> {
    let row = (
        document_numbers::prefix.eq(&*number.prefix),
        document_numbers::year.eq(i32::from(number.year)),
        document_numbers::number.eq(i32::from(number.number)),
        document_numbers::document_kind.eq(kind),
        document_numbers::document_id.eq(document),
    );
    let taken = on!(&mut *conn, c => diesel::insert_into(document_numbers::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))?;
    if taken == 1 {
        return Ok(true);
    }
    let key = (number.prefix.to_string(), i32::from(number.year), i32::from(number.number));
    let bearer: Option<(String, DocumentId)> = on!(conn, c => document_numbers::table
        .find(key)
        .select((document_numbers::document_kind, document_numbers::document_id))
        .first(c)
        .optional())?;
    Ok(bearer.is_some_and(|(of_kind, id)| of_kind == kind && id == document))
}

/// Gives back the numbers of a document, all but the one that it bears.
pub fn release_others(
    conn: &mut Conn,
    kept: Option<&DocumentNumber>,
    kind: &str,
    document: DocumentId,
) -> QueryResult<()> {
    let mine = document_numbers::table
        .filter(document_numbers::document_kind.eq(kind))
        .filter(document_numbers::document_id.eq(document));
    let Some(kept) = kept else { return on!(conn, c => diesel::delete(mine).execute(c)).map(drop) };
    let other = document_numbers::prefix
        .ne(kept.prefix.to_string())
        .or(document_numbers::year.ne(i32::from(kept.year)))
        .or(document_numbers::number.ne(i32::from(kept.number)));
    on!(conn, c => diesel::delete(mine.filter(other)).execute(c)).map(drop)
}
