//! What several rooms know of one member, found in one statement.
//!
//! A page that shows a little of everything would ask the database once for each room. Here each room hands over what it
//! would look for ([`Look`]: a few columns and where they come from), the looks become one statement with `UNION ALL`, and
//! every room reads its own [`Line`]s from what was [`Seen`]. The statement has one text for all members, so each
//! connection keeps it prepared.

use std::sync::Arc;

use diesel::backend::Backend;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, Binary, Date, HasSqlType, Nullable, Text};
use uuid::Uuid;

use crate::base::id::MemberId;
use crate::base::time::{Day, Timestamp};
use crate::db::Conn;
use crate::on;

/// What stands for the member in [`Look::from`].
const MEMBER: &str = "{member}";
/// What stands for today in [`Look::from`].
const TODAY: &str = "{today}";

/// What a room looks for: an SQL expression for each column that it fills, and where the rows come from.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// What its lines are called; once among all looks.
    pub kind: &'static str,
    /// The id of the thing.
    pub id: &'static str,
    /// The id of what the thing is part of.
    pub about: &'static str,
    /// An instant.
    pub at: &'static str,
    pub count: &'static str,
    pub total: &'static str,
    /// A word of the room, or a day.
    pub word: &'static str,
    /// What people read.
    pub text: &'static str,
    /// `FROM …` with its conditions, order and limit; `{member}` and `{today}` stand for the member and the day. Both
    /// databases run it.
    pub from: &'static str,
}

impl Look {
    /// Fills no column.
    pub const NOTHING: Look = Look {
        kind: "",
        id: "NULL",
        about: "NULL",
        at: "NULL",
        count: "NULL",
        total: "NULL",
        word: "NULL",
        text: "NULL",
        from: "",
    };

    fn sql(&self, bytes: &str) -> String {
        let Look { kind, id, about, at, count, total, word, text, from } = self;
        let bytes = |column: &str| bytes.replace("{}", column);
        format!(
            "SELECT '{kind}', {}, {}, CAST(l_at AS BIGINT), CAST(l_count AS BIGINT), CAST(l_total AS BIGINT), \
             CAST(l_word AS TEXT), CAST(l_text AS TEXT) FROM (SELECT {id} AS l_id, {about} AS l_about, {at} AS l_at, \
             {count} AS l_count, {total} AS l_total, {word} AS l_word, {text} AS l_text {from}) AS looked",
            bytes("l_id"),
            bytes("l_about"),
        )
    }
}

/// What was found of one thing.
#[derive(Clone, Debug)]
pub struct Line {
    id: Option<Vec<u8>>,
    about: Option<Vec<u8>>,
    at: Option<i64>,
    pub count: i64,
    pub total: i64,
    pub word: String,
    pub text: String,
}

impl Line {
    /// The id of the thing.
    pub fn id<T: From<Uuid>>(&self) -> Option<T> {
        uuid_of(self.id.as_deref()).map(T::from)
    }

    /// The id of what the thing is part of.
    pub fn about<T: From<Uuid>>(&self) -> Option<T> {
        uuid_of(self.about.as_deref()).map(T::from)
    }

    pub fn at(&self) -> Option<Timestamp> {
        self.at.map(Timestamp::from_micros)
    }

    /// The day in `word`.
    pub fn day(&self) -> Option<Day> {
        self.word.parse().ok()
    }
}

fn uuid_of(bytes: Option<&[u8]>) -> Option<Uuid> {
    bytes.and_then(|bytes| Uuid::from_slice(bytes).ok())
}

/// What was found, by kind.
#[derive(Clone, Debug, Default)]
pub struct Seen(Vec<(String, Line)>);

impl Seen {
    /// The lines of a kind, in no order.
    pub fn of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Line> {
        self.0.iter().filter(move |(of, _)| of == kind).map(|(_, line)| line)
    }
}

/// The statement of some looks; clones share it.
#[derive(Clone, Debug)]
pub struct Glance {
    sqlite: Arc<[Piece]>,
    postgres: Arc<[Piece]>,
}

impl Glance {
    pub fn new(looks: &[Look]) -> Glance {
        let text = |bytes: &str| looks.iter().map(|look| look.sql(bytes)).collect::<Vec<_>>().join(" UNION ALL ");
        // a bare NULL would be text to PostgreSQL
        Glance { sqlite: pieces(&text("{}")).into(), postgres: pieces(&text("CAST({} AS BYTEA)")).into() }
    }

    /// Looks for everything at once.
    pub fn take(&self, conn: &mut Conn, member: MemberId, today: Day) -> QueryResult<Seen> {
        let pieces = match conn {
            Conn::Pg(_) => &self.postgres,
            Conn::Sqlite(_) => &self.sqlite,
        };
        let asked = Asked { pieces, member, today };
        let rows: Vec<Row> = on!(conn, c => asked.load(c))?;
        Ok(Seen(rows.into_iter().map(line).collect()))
    }
}

type Row =
    (String, Option<Vec<u8>>, Option<Vec<u8>>, Option<i64>, Option<i64>, Option<i64>, Option<String>, Option<String>);

fn line((kind, id, about, at, count, total, word, text): Row) -> (String, Line) {
    let line = Line {
        id,
        about,
        at,
        count: count.unwrap_or_default(),
        total: total.unwrap_or_default(),
        word: word.unwrap_or_default(),
        text: text.unwrap_or_default(),
    };
    (kind, line)
}

/// A part of the statement.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Member,
    Today,
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(MEMBER).into_iter().chain(rest.find(TODAY)).min() {
        pieces.push(Piece::Text(rest[..at].to_owned()));
        let (piece, mark) =
            if rest[at..].starts_with(MEMBER) { (Piece::Member, MEMBER) } else { (Piece::Today, TODAY) };
        pieces.push(piece);
        rest = &rest[at + mark.len()..];
    }
    pieces.push(Piece::Text(rest.to_owned()));
    pieces
}

/// The statement with its values.
struct Asked<'a> {
    pieces: &'a [Piece],
    member: MemberId,
    today: Day,
}

impl Query for Asked<'_> {
    type SqlType = (
        Text,
        Nullable<Binary>,
        Nullable<Binary>,
        Nullable<BigInt>,
        Nullable<BigInt>,
        Nullable<BigInt>,
        Nullable<Text>,
        Nullable<Text>,
    );
}

impl QueryId for Asked<'_> {
    type QueryId = ();
    // kept prepared by its text
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C> diesel::query_dsl::RunQueryDsl<C> for Asked<'_> {}

impl<DB> QueryFragment<DB> for Asked<'_>
where
    DB: Backend + HasSqlType<Binary> + HasSqlType<Date>,
    MemberId: ToSql<Binary, DB>,
    Day: ToSql<Date, DB>,
{
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        for piece in self.pieces {
            match piece {
                Piece::Text(text) => pass.push_sql(text),
                Piece::Member => pass.push_bind_param::<Binary, _>(&self.member)?,
                Piece::Today => pass.push_bind_param::<Date, _>(&self.today)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_where_values_belong() {
        let cut = pieces("a {today} b {member}{member} c");
        let text = |text: &str| Piece::Text(text.to_owned());
        let expected = [text("a "), Piece::Today, text(" b "), Piece::Member, text(""), Piece::Member, text(" c")];
        assert_eq!(cut, expected);
    }
}
