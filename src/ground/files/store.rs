//! The room's table.

use diesel::dsl::sum;
use diesel::prelude::*;
use uuid::Uuid;

use super::model::{File, FileId, SubjectId};
use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::db::Conn;
use crate::db::schema::files;
use crate::on;

/// What [`list_given_up`]'s caller takes on in one go.
const CHUNK: i64 = 200;

pub fn insert(conn: &mut Conn, file: &File) -> QueryResult<()> {
    on!(conn, c => diesel::insert_into(files::table).values(file).execute(c)).map(drop)
}

/// A file that was not given up.
pub fn find(conn: &mut Conn, id: FileId) -> QueryResult<Option<File>> {
    on!(conn, c => files::table
        .filter(files::id.eq(id).and(files::deleted_at.is_null()))
        .select(File::as_select())
        .first(c)
        .optional())
}

/// Those of several files that were not given up.
pub fn find_some(conn: &mut Conn, ids: &[FileId]) -> QueryResult<Vec<File>> {
    on!(conn, c => files::table
        .filter(files::id.eq_any(ids).and(files::deleted_at.is_null()))
        .order(files::id)
        .select(File::as_select())
        .load(c))
}

/// The files after `after` that were not given up, `limit` at most.
pub fn list_kept(conn: &mut Conn, after: Option<FileId>, limit: i64) -> QueryResult<Vec<File>> {
    let after = after.unwrap_or(Uuid::nil().into());
    on!(conn, c => files::table
        .filter(files::id.gt(after).and(files::deleted_at.is_null()))
        .order(files::id)
        .limit(limit)
        .select(File::as_select())
        .load(c))
}

/// The files of `owner` after `after` that were not given up, `limit` at most.
pub fn list_own(conn: &mut Conn, owner: MemberId, after: Option<FileId>, limit: i64) -> QueryResult<Vec<File>> {
    let after = after.unwrap_or(Uuid::nil().into());
    on!(conn, c => files::table
        .filter(files::owner_id.eq(owner))
        .filter(files::id.gt(after).and(files::deleted_at.is_null()))
        .order(files::id)
        .limit(limit)
        .select(File::as_select())
        .load(c))
}

/// Those of `keys` under which the bytes of files lie that were not given up.
pub fn list_kept_keys(conn: &mut Conn, keys: &[&str]) -> QueryResult<Vec<String>> {
    on!(conn, c => files::table
        .filter(files::stored_as.eq_any(keys).and(files::deleted_at.is_null()))
        .order(files::id)
        .select(files::stored_as)
        .load(c))
}

/// Bytes that `owner` has stored since `since`, whatever became of them.
pub fn sum_since(conn: &mut Conn, owner: MemberId, since: Timestamp) -> QueryResult<i64> {
    let stored: Option<i64> = on!(conn, c => files::table
        .filter(files::owner_id.eq(owner).and(files::created_at.ge(since)))
        .select(sum(files::size))
        .first(c))?;
    Ok(stored.unwrap_or(0))
}

/// What is attached to a subject, in the order of uploading.
pub fn list_of(conn: &mut Conn, kind: &str, subject: Uuid) -> QueryResult<Vec<File>> {
    let attached = files::attached_to_kind.eq(kind).and(files::attached_to_id.eq(SubjectId::from(subject)));
    on!(conn, c => files::table.filter(attached).order(files::id).select(File::as_select()).load(c))
}

/// What is attached under one of `kinds` to one of `subjects`, in the order of uploading.
pub fn list_of_each(conn: &mut Conn, kinds: &[&str], subjects: &[SubjectId]) -> QueryResult<Vec<File>> {
    let attached = files::attached_to_kind.eq_any(kinds).and(files::attached_to_id.eq_any(subjects));
    on!(conn, c => files::table.filter(attached).order(files::id).select(File::as_select()).load(c))
}

/// Attaches `owner`'s file, unless it was given up or is attached already; true when it did.
pub fn attach(conn: &mut Conn, id: FileId, owner: MemberId, kind: &str, subject: Uuid) -> QueryResult<bool> {
    let loose = files::attached_to_id.is_null().and(files::deleted_at.is_null());
    let its = files::id.eq(id).and(files::owner_id.eq(owner)).and(loose);
    let changed = on!(conn, c => diesel::update(files::table.filter(its))
        .set((files::attached_to_kind.eq(kind), files::attached_to_id.eq(SubjectId::from(subject))))
        .execute(c))?;
    Ok(changed == 1)
}

/// Takes one file off its subject; true when it was attached to it.
pub fn detach(conn: &mut Conn, id: FileId, kind: &str, subject: Uuid) -> QueryResult<bool> {
    let attached = files::attached_to_kind.eq(kind).and(files::attached_to_id.eq(SubjectId::from(subject)));
    let changed = on!(conn, c => diesel::update(files::table.filter(files::id.eq(id).and(attached)))
        .set((files::attached_to_kind.eq(None::<String>), files::attached_to_id.eq(None::<SubjectId>)))
        .execute(c))?;
    Ok(changed == 1)
}

/// Gives one file up that is still attached to what it was attached to when it was read; true when it did.
pub fn delete(conn: &mut Conn, file: &File, now: Timestamp) -> QueryResult<bool> {
    if let Some((kind, subject)) = file.subject()
        && !detach(conn, file.id, kind, subject)?
    {
        return Ok(false);
    }
    let loose = files::attached_to_id.is_null().and(files::deleted_at.is_null());
    let changed = on!(conn, c => diesel::update(files::table.filter(files::id.eq(file.id).and(loose)))
        .set(files::deleted_at.eq(now))
        .execute(c))?;
    Ok(changed == 1)
}

/// Gives up what was uploaded before `before` and is attached to nothing.
pub fn give_up(conn: &mut Conn, before: Timestamp, now: Timestamp) -> QueryResult<usize> {
    let loose = files::attached_to_id.is_null().and(files::deleted_at.is_null());
    on!(conn, c => diesel::update(files::table.filter(loose.and(files::created_at.lt(before))))
        .set(files::deleted_at.eq(now))
        .execute(c))
}

/// Some of what was given up and not yet taken away.
pub fn list_given_up(conn: &mut Conn) -> QueryResult<Vec<File>> {
    on!(conn, c => files::table
        .filter(files::attached_to_id.is_null().and(files::deleted_at.is_not_null()))
        .order(files::created_at)
        .limit(CHUNK)
        .select(File::as_select())
        .load(c))
}

/// Takes away the row of a file that was given up, once its bytes are gone.
pub fn delete_given_up(conn: &mut Conn, id: FileId) -> QueryResult<()> {
    let its = files::id.eq(id).and(files::deleted_at.is_not_null());
    on!(conn, c => diesel::delete(files::table.filter(its)).execute(c)).map(drop)
}

/// Whether a file's bytes lie under `key`.
pub fn is_stored_as(conn: &mut Conn, key: &str) -> QueryResult<bool> {
    on!(conn, c => diesel::select(diesel::dsl::exists(files::table.filter(files::stored_as.eq(key)))).get_result(c))
}
