//! What the product keeps about members, column by column: what is handed over to a member who asks for it, and what becomes of
//! it when a member who has left is made anonymous.
//!
//! Each room declares the columns of its tables that name a member in its `personal.rs` and hands them over with its
//! [`Room`](crate::room::Room); those of kernels are declared in [`kernels`]. A column that names a member and that nobody
//! declared fails a test on both databases, so a new table cannot be forgotten.
//!
//! The declarations are SQL, since both questions are the same for every table: which rows are the member's, and what is done
//! with them. Both databases run it.

mod kernels;
mod sweeping;

use std::sync::{Arc, PoisonError, RwLock};

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Binary, Text};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::db::{Conn, Tx};
use crate::on;

pub use kernels::KERNELS;
pub use sweeping::{Place, hidden_by, rewrite, where_named};

/// What is shown in the place of the name of a member who was made anonymous.
pub const NOBODY: &str = "已注销成员";

/// What stands for the member in conditions.
const MEMBER: &str = "{member}";
/// What stands for the instant in assignments, in microseconds.
const NOW: &str = "{now}";

/// Why a column is not handed over that names who acted in office.
const OFFICE: &str = "履行职务时留下的经办人编号，属于单位的工作记录";
/// Why a row stays as it is: it holds nothing of a person but an id.
const ONLY_ID: &str = "只有编号，姓名处显示“已注销成员”";

/// How a column is read into JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Id,
    Text,
    Number,
    Instant,
    Day,
    Flag,
    Json,
}

/// A column as it is handed over.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    column: &'static str,
    form: Form,
}

macro_rules! forms {
    ($($(#[$doc:meta])* $name:ident = $form:ident),+ $(,)?) => {$(
        $(#[$doc])*
        pub const fn $name(column: &'static str) -> Field {
            Field { column, form: Form::$form }
        }
    )+};
}

forms!(
    /// An id, as UUIDs are written.
    id = Id,
    /// Text, or a word.
    text = Text,
    /// A whole number.
    number = Number,
    /// An instant at +08:00.
    at = Instant,
    /// A day.
    day = Day,
    /// Yes or no.
    flag = Flag,
    /// What is kept as JSON.
    json = Json,
);

/// Whether rows are handed over.
#[derive(Clone, Copy, Debug)]
pub enum Handing {
    /// Under this title, with these fields.
    Rows { title: &'static str, fields: &'static [Field] },
    /// Why not, for the member to read.
    Not(&'static str),
}

/// What becomes of rows when the member is made anonymous.
#[derive(Clone, Copy, Debug)]
pub enum Erasing {
    /// They stay as they are, and why.
    Stays(&'static str),
    /// They are deleted.
    Deleted,
    /// These assignments are made; `{now}` stands for the instant.
    Cleared(&'static str),
}

/// A column that names a member, or a table whose rows are a member's by way of another one.
#[derive(Clone, Copy, Debug)]
pub struct Kept {
    pub table: &'static str,
    pub column: &'static str,
    /// Which rows, where that is not simply those whose column is the member.
    whose: Option<&'static str>,
    pub handing: Handing,
    pub erasing: Erasing,
}

impl Kept {
    /// Rows about the member whom `column` names: handed over, and kept as they are.
    pub const fn own(table: &'static str, column: &'static str, title: &'static str, fields: &'static [Field]) -> Kept {
        Kept { table, column, whose: None, handing: Handing::Rows { title, fields }, erasing: Erasing::Stays(ONLY_ID) }
    }

    /// A column that names who acted in office.
    pub const fn office(table: &'static str, column: &'static str) -> Kept {
        Kept::hidden(table, column, OFFICE)
    }

    /// A column whose rows are not handed over, and why.
    pub const fn hidden(table: &'static str, column: &'static str, why: &'static str) -> Kept {
        Kept { table, column, whose: None, handing: Handing::Not(why), erasing: Erasing::Stays(ONLY_ID) }
    }

    /// Only those rows; `{member}` stands for the member.
    pub const fn whose(self, condition: &'static str) -> Kept {
        Kept { whose: Some(condition), ..self }
    }

    /// They are deleted when the member is made anonymous.
    pub const fn deleted(self) -> Kept {
        Kept { erasing: Erasing::Deleted, ..self }
    }

    /// These assignments are made when the member is made anonymous.
    pub const fn cleared(self, assignments: &'static str) -> Kept {
        Kept { erasing: Erasing::Cleared(assignments), ..self }
    }

    /// Why they stay, where they hold more than an id.
    pub const fn stays(self, why: &'static str) -> Kept {
        Kept { erasing: Erasing::Stays(why), ..self }
    }

    fn condition(&self, conn: &Conn) -> String {
        let place = match conn {
            Conn::Pg(_) => "$1",
            Conn::Sqlite(_) => "?1",
        };
        match self.whose {
            Some(condition) => condition.replace(MEMBER, place),
            None => format!("{} = {place}", self.column),
        }
    }
}

/// Text that the product writes and that may name a member to others; its table is known by `id`.
#[derive(Clone, Copy, Debug)]
pub struct Naming {
    pub table: &'static str,
    pub columns: &'static [&'static str],
}

/// What one room keeps about members.
#[derive(Clone, Copy, Debug)]
pub struct Keeping {
    /// The room, as its folder is called; what is handed over lies in a file of that name.
    pub room: &'static str,
    pub kept: &'static [Kept],
    pub named: &'static [Naming],
}

/// What all rooms keep about members; clones share it.
#[derive(Clone)]
pub struct Personal(Arc<RwLock<Vec<Keeping>>>);

impl Default for Personal {
    fn default() -> Self {
        Personal(Arc::new(RwLock::new(vec![KERNELS])))
    }
}

impl Personal {
    pub fn admit(&self, keeping: Vec<Keeping>) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).extend(keeping);
    }

    /// Room by room, kernels first.
    pub fn each(&self) -> Vec<Keeping> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Does with every row of a member what its room declares, and says how many rows of each table it was.
    ///
    /// The member's own row is for the room `members`.
    pub fn erase(&self, tx: &mut Tx, member: MemberId) -> QueryResult<Vec<(&'static str, usize)>> {
        let mut touched = Vec::new();
        for kept in self.each().iter().flat_map(|keeping| keeping.kept) {
            let condition = kept.condition(tx.conn);
            let sql = match kept.erasing {
                Erasing::Stays(_) => continue,
                Erasing::Deleted => format!("DELETE FROM {} WHERE {condition}", kept.table),
                Erasing::Cleared(assignments) => {
                    let assignments = assignments.replace(NOW, &tx.now().micros().to_string());
                    format!("UPDATE {} SET {assignments} WHERE {condition}", kept.table)
                }
            };
            let rows = on!(tx.conn, c => sql_query(&sql).bind::<Binary, _>(member).execute(c))?;
            if rows > 0 {
                touched.push((kept.table, rows));
            }
        }
        Ok(touched)
    }
}

/// Runs `act`; what it gives back within SQLite's pages is written over with zeros. PostgreSQL forgets it when it vacuums.
pub fn overwriting<T, E>(tx: &mut Tx, act: impl FnOnce(&mut Tx) -> Result<T, E>) -> Result<T, E>
where
    E: From<diesel::result::Error>,
{
    let is_sqlite = matches!(tx.conn, Conn::Sqlite(_));
    if is_sqlite {
        tx.conn.batch("PRAGMA secure_delete = ON")?;
    }
    let outcome = act(tx);
    if is_sqlite {
        tx.conn.batch("PRAGMA secure_delete = FAST")?;
    }
    outcome
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    line: String,
}

/// Some of what is kept about a member, after the first `passed` rows; fewer than `limit` at the end.
pub fn list(conn: &mut Conn, kept: &Kept, member: MemberId, passed: i64, limit: i64) -> QueryResult<Vec<Value>> {
    let Handing::Rows { fields, .. } = kept.handing else { return Ok(Vec::new()) };
    let order: Vec<&str> = fields.iter().map(|field| field.column).collect();
    let sql = format!(
        "SELECT {} AS line FROM {} WHERE {} ORDER BY {} LIMIT {limit} OFFSET {passed}",
        object(conn, fields),
        kept.table,
        kept.condition(conn),
        order.join(", "),
    );
    let rows: Vec<Row> = on!(conn, c => sql_query(&sql).bind::<Binary, _>(member).load(c))?;
    rows.iter().map(|row| read(&row.line, fields)).collect()
}

/// The expression that puts fields into one JSON object.
fn object(conn: &Conn, fields: &[Field]) -> String {
    let is_postgres = matches!(conn, Conn::Pg(_));
    let member = |Field { column, form }: &Field| {
        let value = match form {
            Form::Id if is_postgres => format!("encode({column}, 'hex')"),
            Form::Id => format!("lower(hex({column}))"),
            Form::Day => format!("CAST({column} AS TEXT)"),
            Form::Text | Form::Number | Form::Instant | Form::Flag | Form::Json => (*column).to_owned(),
        };
        format!("'{column}', {value}")
    };
    let members: Vec<String> = fields.iter().map(member).collect();
    match is_postgres {
        true => format!("CAST(json_build_object({}) AS TEXT)", members.join(", ")),
        false => format!("json_object({})", members.join(", ")),
    }
}

/// A row as it is handed over.
fn read(line: &str, fields: &[Field]) -> QueryResult<Value> {
    let broken = |error: serde_json::Error| diesel::result::Error::DeserializationError(error.into());
    let mut found: Map<String, Value> = serde_json::from_str(line).map_err(broken)?;
    for Field { column, form } in fields {
        let Some(value) = found.get_mut(*column) else { continue };
        let put = match (form, &*value) {
            (Form::Id, Value::String(hex)) => Uuid::parse_str(hex).map_or(Value::Null, |id| id.to_string().into()),
            (Form::Instant, Value::Number(micros)) => match micros.as_i64() {
                Some(micros) => serde_json::to_value(Timestamp::from_micros(micros)).map_err(broken)?,
                None => Value::Null,
            },
            (Form::Flag, Value::Number(flag)) => (flag.as_i64() != Some(0)).into(),
            // what is no JSON is handed over as it stands
            (Form::Json, Value::String(kept)) => serde_json::from_str(kept).unwrap_or_else(|_| value.clone()),
            _ => continue,
        };
        *value = put;
    }
    Ok(found.into())
}

#[cfg(test)]
mod tests {
    use diesel::{Connection, SqliteConnection};
    use serde_json::json;

    use super::*;

    #[test]
    fn rows_become_plain_json() {
        let mut conn = Conn::Sqlite(SqliteConnection::establish(":memory:").unwrap());
        let member = MemberId::from(Uuid::from_u128(7));
        let hex = member.uuid().simple().to_string();
        conn.batch(&format!(
            "CREATE TABLE things (id BLOB, member_id BLOB, note TEXT, kept TEXT, done BOOLEAN, made_at BIGINT, on_day DATE);\
             INSERT INTO things VALUES (x'{hex}', x'{hex}', '早', '{{\"a\":1}}', 1, 1782864000000000, '2026-07-01');\
             INSERT INTO things VALUES (NULL, x'{hex}', NULL, NULL, 0, NULL, NULL);\
             INSERT INTO things VALUES (x'{hex}', x'00', 'x', 'x', 0, 0, NULL)"
        ))
        .unwrap();
        const FIELDS: &[Field] =
            &[number("rowid"), id("id"), text("note"), json("kept"), flag("done"), at("made_at"), day("on_day")];
        let kept = Kept::own("things", "member_id", "事项", FIELDS);
        let nothing = json!({ "rowid": 2, "id": null, "note": null, "kept": null, "done": false, "made_at": null, "on_day": null });
        let first = json!({
            "rowid": 1, "id": member.to_string(), "note": "早", "kept": { "a": 1 }, "done": true,
            "made_at": "2026-07-01T08:00:00+08:00", "on_day": "2026-07-01",
        });
        assert_eq!(list(&mut conn, &kept, member, 0, 10).unwrap(), [first.clone(), nothing]);
        assert_eq!(list(&mut conn, &kept, member, 0, 1).unwrap(), [first]);
        assert_eq!(list(&mut conn, &kept, member, 2, 10).unwrap(), Vec::<Value>::new());
    }
}
