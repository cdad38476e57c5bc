//! Layouts 上级格式: the workbook in which somebody above wants a thing handed in, one for each thing.
//!
//! Table: `sheet_layouts`. A room says by a word what kind of thing it is, checks who may set a layout, and fills it by
//! [`base::sheet::layout`](crate::base::sheet::layout).

use diesel::prelude::*;
use uuid::Uuid;

use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::db::schema::sheet_layouts;
use crate::db::{Conn, Tx};
use crate::on;

/// What is known of a layout beside its bytes.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct LayoutHead {
    /// What the file was called.
    pub name: String,
    pub set_by: MemberId,
    pub set_at: Timestamp,
}

/// A workbook that was sent as a layout.
#[derive(Clone, Debug)]
pub struct NewLayout {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// Sets the layout of a thing, in the place of a former one. The caller holds the thing.
pub fn set(tx: &mut Tx, kind: &str, subject: Uuid, new: &NewLayout, by: MemberId) -> QueryResult<LayoutHead> {
    remove(tx, kind, subject)?;
    let head = LayoutHead { name: new.name.clone(), set_by: by, set_at: tx.now() };
    let row = (
        sheet_layouts::kind.eq(kind),
        sheet_layouts::subject_id.eq(subject.as_bytes().as_slice()),
        sheet_layouts::name.eq(&head.name),
        sheet_layouts::bytes.eq(&new.bytes),
        sheet_layouts::set_by.eq(head.set_by),
        sheet_layouts::set_at.eq(head.set_at),
    );
    on!(tx.conn, c => diesel::insert_into(sheet_layouts::table).values(row).execute(c))?;
    Ok(head)
}

/// Takes the layout of a thing away; false where it had none.
pub fn remove(tx: &mut Tx, kind: &str, subject: Uuid) -> QueryResult<bool> {
    let its = sheet_layouts::table.find((kind, subject.as_bytes().as_slice()));
    on!(tx.conn, c => diesel::delete(its).execute(c)).map(|removed| removed == 1)
}

pub fn find(conn: &mut Conn, kind: &str, subject: Uuid) -> QueryResult<Option<LayoutHead>> {
    let its = sheet_layouts::table.find((kind, subject.as_bytes().as_slice()));
    on!(conn, c => its
        .select((sheet_layouts::name, sheet_layouts::set_by, sheet_layouts::set_at))
        .first(c)
        .optional())
}

pub fn find_bytes(conn: &mut Conn, kind: &str, subject: Uuid) -> QueryResult<Option<Vec<u8>>> {
    let its = sheet_layouts::table.find((kind, subject.as_bytes().as_slice()));
    on!(conn, c => its.select(sheet_layouts::bytes).first(c).optional())
}
