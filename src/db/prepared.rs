//! Statements that PostgreSQL keeps prepared although diesel would have it parse them anew each time.

use diesel::connection::Connection;
use diesel::pg::{Pg, PgQueryBuilder};
use diesel::query_builder::bind_collector::RawBytesBindCollector;
use diesel::query_builder::{CollectedQuery, QueryBuilder, QueryFragment};
use diesel::{PgConnection, QueryResult};

/// Executes a statement on PostgreSQL and keeps it prepared on its connection, by its text.
///
/// diesel keeps no UPDATE, no upsert and no INSERT of a struct prepared: their text could differ from call to call, and
/// its cache has no bound. Parsing and planning them took a good part of PostgreSQL's time for a submission. Use this on
/// a hot path, and only where the text is one of a few: no optional column in `set`, no list of any length. On SQLite
/// a REPLACE serves, which diesel keeps prepared by its type: making the text and copying the values costs more there.
pub trait ExecutePrepared {
    /// How many rows it touched.
    fn execute_prepared(&self, conn: &mut PgConnection) -> QueryResult<usize>;
}

impl<Q: QueryFragment<Pg>> ExecutePrepared for Q {
    fn execute_prepared(&self, conn: &mut PgConnection) -> QueryResult<usize> {
        let mut text = PgQueryBuilder::default();
        self.to_sql(&mut text, &Pg)?;
        let mut binds = RawBytesBindCollector::<Pg>::new();
        self.collect_binds(&mut binds, conn, &Pg)?;
        conn.execute_returning_count(&CollectedQuery::new(text.finish(), true, binds))
    }
}
