//! Imports that were written: each can be taken back as a whole for a while, as long as nothing of it was used.
//!
//! Tables: `imports`, and `import_lines`, which keep what each thing was before and what it became. A room writes its
//! lines with what they are about, and undoes them itself: only it knows what it means that a thing was used.

use diesel::prelude::*;
use serde::Serialize;
use uuid::Uuid;

use crate::base::crypto::digest;
use crate::base::id::{ImportId, MemberId};
use crate::base::imports::NoImport;
use crate::base::time::Timestamp;
use crate::db::schema::{import_lines, imports};
use crate::db::{Conn, DbError, Refusal, Stop, Tx};
use crate::on;

/// How long an import can be taken back.
pub const KEPT_DAYS: i64 = 30;

/// Lines that are forgotten in one transaction.
const AT_ONCE: i64 = 2_000;

impl Refusal for NoImport {}

/// One thing that an import wrote.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = import_lines)]
pub struct Line {
    /// Which thing, as its trail names it.
    pub subject_kind: String,
    #[diesel(deserialize_as = Vec<u8>)]
    subject_id: Vec<u8>,
    /// What it was, as JSON; `None` when it is new.
    pub former: Option<String>,
    /// What it became, as JSON.
    pub content: String,
}

impl Line {
    pub fn subject(&self) -> Uuid {
        Uuid::from_slice(&self.subject_id).unwrap_or_default()
    }
}

/// An import while it is written.
#[derive(Clone, Copy, Debug)]
pub struct Written {
    pub id: ImportId,
    pub kind: &'static str,
    pub by: Option<MemberId>,
    /// The place of the next line; chunks count on from each other.
    pub place: i32,
}

impl Written {
    /// Puts the import down; again it changes nothing.
    pub fn begin(&self, tx: &mut Tx) -> QueryResult<()> {
        let row = (
            imports::id.eq(self.id),
            imports::kind.eq(self.kind),
            imports::imported_by.eq(self.by),
            imports::created_at.eq(tx.now()),
        );
        on!(tx.conn, c => diesel::insert_into(imports::table).values(row).on_conflict_do_nothing().execute(c)).map(drop)
    }

    /// Keeps what a thing was and what it became.
    pub fn keep<T: Serialize>(
        &mut self,
        tx: &mut Tx,
        subject: (&str, Uuid),
        former: Option<&T>,
        content: &T,
    ) -> QueryResult<()> {
        let json = |value: &T| {
            serde_json::to_string(value).map_err(|error| diesel::result::Error::SerializationError(error.into()))
        };
        let row = (
            import_lines::import_id.eq(self.id),
            import_lines::place.eq(self.place),
            import_lines::subject_kind.eq(subject.0),
            import_lines::subject_id.eq(subject.1.as_bytes().as_slice()),
            import_lines::former.eq(former.map(json).transpose()?),
            import_lines::content.eq(json(content)?),
        );
        self.place += 1;
        on!(tx.conn, c => diesel::insert_into(import_lines::table).values(row).execute(c)).map(drop)
    }
}

/// Takes an import back: marks it, and hands its lines over to be undone, the last one first.
pub fn take_back<R: Refusal + From<NoImport>>(
    tx: &mut Tx,
    kind: &str,
    id: ImportId,
    by: Option<MemberId>,
) -> Result<Vec<Line>, Stop<R>> {
    let no = |no: NoImport| Stop::Refused(R::from(no));
    let found: Option<(String, Timestamp, Option<Timestamp>)> = on!(tx.conn, c => imports::table
        .find(id)
        .select((imports::kind, imports::created_at, imports::taken_back_at))
        .first(c)
        .optional())?;
    let (found_kind, created_at, taken_back_at) = found.ok_or_else(|| no(NoImport::NotFound))?;
    if found_kind != kind {
        return Err(no(NoImport::NotFound));
    }
    if taken_back_at.is_some() {
        return Err(no(NoImport::TakenBack));
    }
    if created_at < tx.now().plus_seconds(-KEPT_DAYS * 24 * 3600) {
        return Err(no(NoImport::TooLate));
    }
    let now = tx.now();
    let marked = on!(tx.conn, c => diesel::update(imports::table.find(id).filter(imports::taken_back_at.is_null()))
        .set((imports::taken_back_at.eq(Some(now)), imports::taken_back_by.eq(by)))
        .execute(c))?;
    if marked == 0 {
        return Err(no(NoImport::TakenBack));
    }
    Ok(on!(tx.conn, c => import_lines::table
        .filter(import_lines::import_id.eq(id))
        .order(import_lines::place.desc())
        .select((import_lines::subject_kind, import_lines::subject_id, import_lines::former, import_lines::content))
        .load::<(String, Vec<u8>, Option<String>, String)>(c))
    .map(|lines| {
        let line = |(subject_kind, subject_id, former, content)| Line { subject_kind, subject_id, former, content };
        lines.into_iter().map(line).collect()
    })?)
}

/// What a line keeps, as it was written.
pub fn read<T: serde::de::DeserializeOwned>(json: &str) -> Result<T, DbError> {
    serde_json::from_str(json).map_err(|e| DbError::Query(diesel::result::Error::DeserializationError(e.into())))
}

/// Forgets what can no longer be taken back.
pub fn tidy(tx: &mut Tx) -> QueryResult<usize> {
    let before = tx.now().plus_seconds(-KEPT_DAYS * 24 * 3600);
    let old: Vec<ImportId> = on!(tx.conn, c => imports::table
        .filter(imports::created_at.lt(before))
        .order(imports::created_at)
        .limit(20)
        .select(imports::id)
        .load(c))?;
    let mut gone = 0;
    for id in old {
        let some: Vec<i32> = on!(tx.conn, c => import_lines::table
            .filter(import_lines::import_id.eq(id))
            .limit(AT_ONCE)
            .select(import_lines::place)
            .load(c))?;
        let lines =
            import_lines::table.filter(import_lines::import_id.eq(id)).filter(import_lines::place.eq_any(&some));
        gone += on!(tx.conn, c => diesel::delete(lines).execute(c))?;
        if (some.len() as i64) < AT_ONCE {
            gone += on!(tx.conn, c => diesel::delete(imports::table.find(id)).execute(c))?;
        } else {
            break;
        }
    }
    Ok(gone)
}

/// What a dry run shows of each row, so that the confirmed import does the same or nothing.
pub struct Shown {
    parts: Vec<u8>,
}

impl Shown {
    /// Of a file for an import of this kind.
    pub fn of(kind: &str, file: &[u8]) -> Shown {
        Shown { parts: [digest(kind.as_bytes()), digest(file)].concat() }
    }

    /// Adds what is to become of some rows.
    pub fn add(&mut self, outcomes: &[String]) {
        self.parts.extend(digest(outcomes.join("\n").as_bytes()));
    }

    /// The digest of everything, as text.
    pub fn digest(&self) -> String {
        digest(&self.parts).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Whether something anywhere still speaks of a thing; what only remembers that it was made does not count.
///
/// Looked up in the tables themselves, so that no room is forgotten: every column of ids is asked, in every table but
/// those that are named.
pub fn is_spoken_of(conn: &mut Conn, id: Uuid, columns: &[(&str, &str)]) -> QueryResult<Option<String>> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = diesel::sql_types::Text)]
        found: String,
    }
    for some in columns.chunks(30) {
        let each = some.iter().map(|(table, column)| {
            let id = id.simple();
            let literal = match conn {
                Conn::Pg(_) => format!("'\\x{id}'::bytea"),
                Conn::Sqlite(_) => format!("X'{id}'"),
            };
            format!("SELECT '{table}' AS found WHERE EXISTS (SELECT 1 FROM {table} WHERE {column} = {literal})")
        });
        let query = each.collect::<Vec<_>>().join(" UNION ALL ");
        let found: Vec<Found> = on!(&mut *conn, c => diesel::sql_query(&query).load(c))?;
        if let Some(first) = found.into_iter().next() {
            return Ok(Some(first.found));
        }
    }
    Ok(None)
}

/// Every column of ids whose name is one of `names`, in every table but `but`.
pub fn columns_of_ids(conn: &mut Conn, names: &[&str], but: &[&str]) -> QueryResult<Vec<(String, String)>> {
    #[derive(QueryableByName)]
    struct Column {
        #[diesel(sql_type = diesel::sql_types::Text)]
        in_table: String,
        #[diesel(sql_type = diesel::sql_types::Text)]
        name: String,
    }
    let columns: Vec<Column> = match conn {
        Conn::Sqlite(c) => diesel::sql_query(
            "SELECT m.name AS in_table, p.name AS name FROM sqlite_master m JOIN pragma_table_info(m.name) p \
             WHERE m.type = 'table' AND p.type = 'BLOB'",
        )
        .load(c)?,
        Conn::Pg(c) => diesel::sql_query(
            "SELECT table_name::text AS in_table, column_name::text AS name FROM information_schema.columns \
             WHERE table_schema = current_schema() AND data_type = 'bytea'",
        )
        .load(c)?,
    };
    let fits = |column: &Column| names.contains(&column.name.as_str()) && !but.contains(&column.in_table.as_str());
    Ok(columns.into_iter().filter(fits).map(|column| (column.in_table, column.name)).collect())
}
