//! Statements that stay prepared although diesel would parse them anew each time.

use diesel::backend::Backend;
use diesel::connection::Connection;
use diesel::pg::{Pg, PgQueryBuilder};
use diesel::query_builder::bind_collector::RawBytesBindCollector;
use diesel::query_builder::{CollectedQuery, MoveableBindCollector, QueryBuilder, QueryFragment};
use diesel::sqlite::{Sqlite, SqliteQueryBuilder};
use diesel::{PgConnection, QueryResult, SqliteConnection};

/// Executes a statement and keeps it prepared on its connection, by its text.
///
/// diesel keeps no UPDATE, no upsert and no INSERT of a struct prepared: their text could differ from call to call, and
/// its cache has no bound. Parsing and planning them took a good part of PostgreSQL's time for a submission. Use this on
/// a hot path, and only where the text is one of a few: no optional column in `set`, no list of any length.
pub trait ExecutePrepared<C> {
    /// How many rows it touched.
    fn execute_prepared(&self, conn: &mut C) -> QueryResult<usize>;
}

impl<Q: QueryFragment<Pg>> ExecutePrepared<PgConnection> for Q {
    fn execute_prepared(&self, conn: &mut PgConnection) -> QueryResult<usize> {
        let mut text = PgQueryBuilder::default();
        self.to_sql(&mut text, &Pg)?;
        let mut binds = RawBytesBindCollector::<Pg>::new();
        self.collect_binds(&mut binds, conn, &Pg)?;
        conn.execute_returning_count(&CollectedQuery::new(text.finish(), true, binds))
    }
}

impl<Q: QueryFragment<Sqlite>> ExecutePrepared<SqliteConnection> for Q {
    fn execute_prepared(&self, conn: &mut SqliteConnection) -> QueryResult<usize> {
        let mut text = SqliteQueryBuilder::default();
        self.to_sql(&mut text, &Sqlite)?;
        let mut binds = <Sqlite as Backend>::BindCollector::default();
        self.collect_binds(&mut binds, &mut (), &Sqlite)?;
        conn.execute_returning_count(&CollectedQuery::new(text.finish(), true, binds.moveable()))
    }
}
