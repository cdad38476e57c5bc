//! Statements that stay prepared although diesel would put them together, or have them parsed, anew each time.

use std::marker::PhantomData;
use std::sync::OnceLock;

use diesel::backend::{Backend, DieselReserveSpecialization};
use diesel::pg::{Pg, PgQueryBuilder};
use diesel::query_builder::{AstPass, MoveableBindCollector, QueryBuilder, QueryFragment, QueryId};
use diesel::sqlite::{Sqlite, SqliteQueryBuilder};
use diesel::{Connection, PgConnection, QueryResult, SqliteConnection};

/// A statement that each connection keeps prepared under its place in the program; [`prepared!`](crate::prepared) makes it.
///
/// diesel keeps no UPDATE and no upsert prepared, since their text could differ from call to call, and its cache has no
/// bound; the text of an INSERT of a struct it makes again to find what it has kept. Either costs more than running the
/// statement does.
pub struct Prepared<Q, Place> {
    query: Q,
    text: &'static OnceLock<String>,
    place: PhantomData<Place>,
}

/// Keeps a statement prepared by its place in the program: `prepared!(diesel::update(…).set(…)).execute(c)`.
///
/// Only where the text is the same at each call: no list of any length, no optional column in `set`, no struct of which
/// `None` means the column's default. Debug builds compare the texts. Inside [`on!`](crate::on) each database has its own.
#[macro_export]
macro_rules! prepared {
    ($query:expr) => {{
        enum Place {}
        static TEXT: std::sync::OnceLock<String> = std::sync::OnceLock::new();
        $crate::db::Prepared::<_, Place>::new($query, &TEXT)
    }};
}

impl<Q, Place: 'static> Prepared<Q, Place> {
    /// Use [`prepared!`](crate::prepared), which makes up the `Place`.
    pub fn new(query: Q, text: &'static OnceLock<String>) -> Self {
        Prepared { query, text, place: PhantomData }
    }

    /// Runs it; says how many rows it touched.
    pub fn execute<C: KeepsPrepared>(self, conn: &mut C) -> QueryResult<usize>
    where
        Q: QueryFragment<C::Backend>,
        Kept<C::Values, Place>: QueryFragment<C::Backend>,
    {
        let text = match self.text.get() {
            Some(text) if !cfg!(debug_assertions) => text,
            known => {
                let text = C::text(&self.query)?;
                assert!(
                    known.is_none_or(|known| *known == text),
                    "a statement with two texts is kept prepared: {text}"
                );
                self.text.get_or_init(|| text)
            }
        };
        let values = conn.values(&self.query)?;
        conn.execute_returning_count(&Kept::<_, Place> { text, values, place: PhantomData })
    }
}

/// What diesel is shown of such a statement: its text as it is known, its values, and the `Place` to keep it by.
pub struct Kept<Values, Place> {
    text: &'static str,
    values: Values,
    place: PhantomData<Place>,
}

impl<Values, Place: 'static> QueryId for Kept<Values, Place> {
    type QueryId = Place;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<Values, Place, DB> QueryFragment<DB> for Kept<Values, Place>
where
    DB: Backend + DieselReserveSpecialization,
    for<'a> DB::BindCollector<'a>: MoveableBindCollector<DB, BindData = Values>,
{
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        pass.push_sql(self.text);
        pass.push_bind_collector_data(&self.values)
    }
}

/// A connection that keeps statements prepared in this way.
pub trait KeepsPrepared: Connection {
    /// The values of a statement, apart from its text.
    type Values;

    /// The statement's text, with a mark in the place of each value.
    fn text(query: &impl QueryFragment<Self::Backend>) -> QueryResult<String>;

    /// The statement's values, in the order of those marks.
    fn values(&mut self, query: &impl QueryFragment<Self::Backend>) -> QueryResult<Self::Values>;
}

impl KeepsPrepared for SqliteConnection {
    type Values = <<Sqlite as Backend>::BindCollector<'static> as MoveableBindCollector<Sqlite>>::BindData;

    fn text(query: &impl QueryFragment<Sqlite>) -> QueryResult<String> {
        let mut text = SqliteQueryBuilder::default();
        query.to_sql(&mut text, &Sqlite)?;
        Ok(text.finish())
    }

    fn values(&mut self, query: &impl QueryFragment<Sqlite>) -> QueryResult<Self::Values> {
        let mut values = <Sqlite as Backend>::BindCollector::default();
        query.collect_binds(&mut values, &mut (), &Sqlite)?;
        Ok(values.moveable())
    }
}

impl KeepsPrepared for PgConnection {
    type Values = <<Pg as Backend>::BindCollector<'static> as MoveableBindCollector<Pg>>::BindData;

    fn text(query: &impl QueryFragment<Pg>) -> QueryResult<String> {
        let mut text = PgQueryBuilder::default();
        query.to_sql(&mut text, &Pg)?;
        Ok(text.finish())
    }

    fn values(&mut self, query: &impl QueryFragment<Pg>) -> QueryResult<Self::Values> {
        let mut values = <Pg as Backend>::BindCollector::default();
        query.collect_binds(&mut values, self, &Pg)?;
        Ok(values)
    }
}

#[cfg(test)]
mod tests {
    use diesel::prelude::*;

    use crate::db::schema::leases;

    #[test]
    #[should_panic(expected = "two texts")]
    fn a_statement_with_two_texts_is_not_kept() {
        let mut conn = SqliteConnection::establish(":memory:").unwrap();
        for names in [vec!["sweep"], vec!["sweep", "outbox"]] {
            let _ = prepared!(diesel::delete(leases::table.filter(leases::name.eq_any(names)))).execute(&mut conn);
        }
    }
}
