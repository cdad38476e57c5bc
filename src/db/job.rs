//! A transaction that waits for a thread, and what comes of it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::sync::oneshot;

use super::{DbError, Stop, Tx};
use crate::base::id::MemberId;
use crate::base::origin::Origin;

/// What a job has come to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum JobEnd {
    /// Its changes stay.
    Keep,
    /// It refused; it may have written something before.
    Refused,
    /// PostgreSQL broke it off for another's sake, and it may be run again.
    Broken,
    /// The database failed it, or it panicked.
    Failed,
}

/// A transaction that waits for its turn.
pub(super) trait Job: Send {
    /// Runs it; a second time makes the first one undone.
    fn run(&mut self, tx: &mut Tx) -> JobEnd;
    /// The member about whom alone it is; such jobs may share a transaction.
    fn about(&self) -> Option<MemberId>;
    /// Whether its caller has given up waiting.
    fn is_abandoned(&self) -> bool;
    /// Tells its caller how it ended, once its changes are on disk or could not be put there.
    fn answer(self: Box<Self>, committed: Result<(), DbError>);
}

/// An action, and its caller.
pub(super) struct Write<F, T, R> {
    pub action: F,
    pub about: Option<MemberId>,
    /// The request that it answers.
    pub origin: Origin,
    pub answer_to: oneshot::Sender<Result<T, Stop<R>>>,
    pub outcome: Option<Result<T, Stop<R>>>,
}

impl<F, T, R> Job for Write<F, T, R>
where
    F: Fn(&mut Tx) -> Result<T, Stop<R>> + Send,
    T: Send,
    R: Send,
{
    fn run(&mut self, tx: &mut Tx) -> JobEnd {
        if self.is_abandoned() {
            return JobEnd::Refused;
        }
        tx.origin.clone_from(&self.origin);
        let outcome = catch_unwind(AssertUnwindSafe(|| (self.action)(tx))).unwrap_or_else(|_| {
            tracing::error!("a database job panicked");
            Err(Stop::Failed(DbError::Panicked))
        });
        let end = match &outcome {
            Ok(_) => JobEnd::Keep,
            Err(Stop::Refused(_)) => JobEnd::Refused,
            Err(Stop::Failed(error)) if error.wants_retry() => JobEnd::Broken,
            Err(Stop::Failed(_)) => JobEnd::Failed,
        };
        self.outcome = Some(outcome);
        end
    }

    fn about(&self) -> Option<MemberId> {
        self.about
    }

    fn is_abandoned(&self) -> bool {
        self.answer_to.is_closed()
    }

    fn answer(self: Box<Self>, committed: Result<(), DbError>) {
        let outcome = self.outcome.unwrap_or(Err(Stop::Failed(DbError::Overloaded)));
        let _ = self.answer_to.send(committed.map_err(Stop::Failed).and(outcome));
    }
}
