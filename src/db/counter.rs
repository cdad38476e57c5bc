//! How much a process asks of its database.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use diesel::connection::{Connection, InstrumentationEvent};

use super::Conn;
use crate::on;

/// What was asked through one door since it was opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Asked {
    /// Questions: closures given to [`Db::read`](super::Db::read), each a way to a reader and back.
    pub reads: u64,
    /// Statements of every kind on every connection, those that begin and end transactions included.
    pub statements: u64,
}

/// Counts for one door; clones share it.
#[derive(Clone, Default)]
pub(super) struct Counter(Arc<Counts>);

#[derive(Default)]
struct Counts {
    reads: AtomicU64,
    statements: AtomicU64,
}

impl Counter {
    pub(super) fn count_read(&self) {
        self.0.reads.fetch_add(1, Ordering::Relaxed);
    }

    /// Has the statements of `conn` counted from now on.
    pub(super) fn watch(&self, mut conn: Conn) -> Conn {
        let counts = self.0.clone();
        let count = move |event: InstrumentationEvent<'_>| {
            if matches!(event, InstrumentationEvent::StartQuery { .. }) {
                counts.statements.fetch_add(1, Ordering::Relaxed);
            }
        };
        on!(&mut conn, c => c.set_instrumentation(count));
        conn
    }

    pub(super) fn asked(&self) -> Asked {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Asked { reads: read(&self.0.reads), statements: read(&self.0.statements) }
    }
}
