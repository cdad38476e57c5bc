//! A bulletin's life, in the transactions of the room that it belongs to.

use diesel::QueryResult;
use diesel::result::Error;

use super::model::{About, Bulletin, BulletinState, Sheet, Written};
use super::rules::{self, Refusal};
use super::store;
use crate::base::id::MemberId;
use crate::db::{Conn, Stop, Tx};
use crate::ground::documents;
use crate::kernel::text_versions::{self, TextVersion, Written as WrittenBy};

type Outcome<T> = Result<T, Stop<Refusal>>;

/// The bulletin that tells of a thing.
pub fn find<T: Written>(conn: &mut Conn, about: About) -> QueryResult<Option<Bulletin<T>>> {
    let row = store::find(conn, about)?;
    row.map(|row| Bulletin::of(row, about).map_err(|error| Error::DeserializationError(error.into()))).transpose()
}

/// Writes the first version; the caller has seen that there is none.
pub fn draft<T: Written>(tx: &mut Tx, about: About, actor: MemberId, text: T) -> Outcome<()> {
    let bulletin = Bulletin {
        about,
        version: 1,
        state: BulletinState::Draft,
        text,
        sheet: None,
        edited_by: actor,
        edited_at: tx.now(),
        reviewed_by: None,
        reviewed_at: None,
        issued_by: None,
        issued_at: None,
    };
    claim(tx, &bulletin)?;
    let row = bulletin.row().map_err(|error| Error::SerializationError(error.into()))?;
    Ok(store::insert(tx.conn, &row)?)
}

/// Writes another version, and says which; a reviewed one becomes a draft again.
pub fn edit<T: Written>(tx: &mut Tx, bulletin: Bulletin<T>, actor: MemberId, text: T) -> Outcome<i32> {
    rules::may_edit(&bulletin)?;
    let former = bulletin.text.clone();
    let before = WrittenBy { content: &former, by: bulletin.edited_by, at: bulletin.edited_at };
    let number = bulletin.version;
    let next = Bulletin {
        version: bulletin.version + 1,
        state: BulletinState::Draft,
        text,
        edited_by: actor,
        edited_at: tx.now(),
        reviewed_by: None,
        reviewed_at: None,
        ..bulletin
    };
    claim(tx, &next)?;
    write(tx, &next)?;
    let About { kind, id } = next.about;
    let now = WrittenBy { content: &next.text, by: actor, at: next.edited_at };
    text_versions::keep(tx, (kind, id.uuid()), (number, before), now)?;
    Ok(next.version)
}

/// Everybody who wrote a version of a bulletin, this one or one before.
pub fn list_writers<T>(conn: &mut Conn, bulletin: &Bulletin<T>) -> QueryResult<Vec<MemberId>> {
    let About { kind, id } = bulletin.about;
    let mut writers = text_versions::list_writers(conn, (kind, id.uuid()))?;
    writers.push(bulletin.edited_by);
    Ok(writers)
}

/// The versions of a bulletin after `after`, the first one first; none of one that was never changed.
pub fn list_versions(conn: &mut Conn, about: About, after: i32, limit: i64) -> QueryResult<Vec<TextVersion>> {
    text_versions::list(conn, (about.kind, about.id.uuid()), after, limit)
}

/// Approves a version; nobody does who wrote this one or one before. Again it changes nothing, and says false.
pub fn review<T: Written>(tx: &mut Tx, bulletin: Bulletin<T>, actor: MemberId, version: i32) -> Outcome<bool> {
    if bulletin.version == version && bulletin.reviewed_by == Some(actor) {
        return Ok(false);
    }
    let writers = list_writers(tx.conn, &bulletin)?;
    rules::may_review(&bulletin, &writers, actor, version)?;
    let (reviewed_by, reviewed_at) = (Some(actor), Some(tx.now()));
    write(tx, &Bulletin { state: BulletinState::Reviewed, reviewed_by, reviewed_at, ..bulletin })?;
    Ok(true)
}

/// Issues a reviewed version as `sheet` shows it, and it stays so. Again it changes nothing, and says false.
pub fn issue<T: Written>(
    tx: &mut Tx,
    bulletin: Bulletin<T>,
    actor: MemberId,
    version: i32,
    sheet: &Sheet,
) -> Outcome<bool> {
    if bulletin.state == BulletinState::Issued && bulletin.version == version {
        return Ok(false);
    }
    rules::may_issue(&bulletin, version)?;
    let (issued_by, issued_at) = (Some(actor), Some(tx.now()));
    let sheet = Some(sheet.clone());
    write(tx, &Bulletin { state: BulletinState::Issued, sheet, issued_by, issued_at, ..bulletin })?;
    Ok(true)
}

/// Takes the number of a bulletin in its series, and gives back one that it had before.
fn claim<T: Written>(tx: &mut Tx, bulletin: &Bulletin<T>) -> Outcome<()> {
    let (number, About { kind, id }) = (bulletin.text.document_no(), bulletin.about);
    if let Some(number) = number
        && !documents::claim(tx, number, kind, id.uuid())?
    {
        return Err(Refusal::NumberTaken.into());
    }
    Ok(documents::release_others(tx, number, kind, id.uuid())?)
}

fn write<T: Written>(tx: &mut Tx, bulletin: &Bulletin<T>) -> QueryResult<()> {
    store::update(tx.conn, &bulletin.row().map_err(|error| Error::SerializationError(error.into()))?)
}
