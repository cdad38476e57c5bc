//! Why the database, or an action inside a transaction, did not do what was asked.

use diesel::result::{DatabaseErrorKind, Error as QueryError};

/// The database failed; nothing of the transaction was kept, or (only for `Unavailable`) its outcome is not known.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// Away, or silent for too long; worth trying again later.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// The schema is of another program, behind or ahead of this one: a sentence for anyone who starts it.
    #[error("{0}")]
    OtherSchema(String),
    /// The clock is not believed ([`super::Db::doubt`]), so nothing is written.
    #[error("the clock is doubted")]
    Doubted,
    /// More work waits than the queue may hold.
    #[error("the database has too much to do")]
    Overloaded,
    /// The closure panicked; only its own transaction is lost.
    #[error("a database job panicked")]
    Panicked,
    /// The query itself is wrong or broke a promise of the schema.
    #[error("query failed: {0}")]
    Query(QueryError),
}

impl DbError {
    pub(super) fn unavailable(cause: impl std::fmt::Display) -> Self {
        DbError::Unavailable(cause.to_string())
    }

    /// Whether PostgreSQL broke the transaction off for another's sake and a retry is right.
    pub(super) fn wants_retry(&self) -> bool {
        match self {
            DbError::Query(QueryError::DatabaseError(DatabaseErrorKind::SerializationFailure, _)) => true,
            // diesel has no kind for 40P01
            DbError::Query(QueryError::DatabaseError(DatabaseErrorKind::Unknown, about)) => {
                about.message().contains("deadlock") || about.message().contains("死锁")
            }
            _ => false,
        }
    }

    /// Whether the schema refused a second row with the same unique key.
    pub fn is_duplicate(&self) -> bool {
        matches!(self, DbError::Query(QueryError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)))
    }
}

/// What the two databases say when they are there but cannot do it now: statement, lock and idle timeouts, a server that
/// starts up or shuts down; a file that another program holds, a disk that is full or failing.
const SIGNS: [&str; 9] = [
    "timeout",
    "terminating connection",
    "starting up",
    "shutting down",
    "recovery",
    "disk I/O",
    "disk is full",
    "No space left",
    "is locked",
];

impl From<QueryError> for DbError {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::DatabaseError(
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand,
                about,
            ) => DbError::unavailable(about.message()),
            QueryError::DatabaseError(DatabaseErrorKind::Unknown, about)
                if SIGNS.iter().any(|sign| about.message().contains(sign)) =>
            {
                DbError::unavailable(about.message())
            }
            other => DbError::Query(other),
        }
    }
}

/// A "no" in the words of a feature's rules; implemented by each room's `Refusal` enum.
pub trait Refusal: std::fmt::Debug + Send + 'static {}

/// The refusal of an action that refuses nothing.
#[derive(Debug)]
pub enum Never {}

impl Refusal for Never {}

/// Why an action did not happen: the rules refused it, or the database failed.
#[derive(Debug)]
pub enum Stop<R> {
    Refused(R),
    Failed(DbError),
}

impl<R: Refusal> From<R> for Stop<R> {
    fn from(refusal: R) -> Self {
        Stop::Refused(refusal)
    }
}

impl<R> From<QueryError> for Stop<R> {
    fn from(error: QueryError) -> Self {
        Stop::Failed(error.into())
    }
}

impl<R> From<DbError> for Stop<R> {
    fn from(error: DbError) -> Self {
        Stop::Failed(error)
    }
}

impl From<Stop<Never>> for DbError {
    fn from(stop: Stop<Never>) -> Self {
        match stop {
            Stop::Failed(error) => error,
            Stop::Refused(never) => match never {},
        }
    }
}
