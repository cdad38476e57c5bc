//! What nobody asks for any more: who was handed a paper long ago, and lines of the book of wrong answers that were cleared.

use super::Quiz;
use super::store;
use crate::base::id::MemberId;
use crate::db::{DbError, Never, Stop, Tx};

/// A fetch is the right to hand a paper in until the grace of its day is over; it is kept a week longer.
const FETCHES_KEPT_SECONDS: i64 = 8 * 86_400;

/// A cleared line tells a member who practises that he had the question wrong before.
const LINES_KEPT_SECONDS: i64 = 30 * 86_400;

/// Rows of one transaction.
const CHUNK: i64 = 2_000;

impl Quiz {
    /// Throws old rows away, in transactions of their own.
    pub(super) async fn clear(&self) -> Result<(), DbError> {
        self.clear_fetches().await?;
        self.clear_lines().await
    }

    /// Walks the table member by member: there are a few rows of each, and no index costs anything in the morning.
    async fn clear_fetches(&self) -> Result<(), DbError> {
        let before = self.db.now().plus_seconds(-FETCHES_KEPT_SECONDS);
        let mut after: MemberId = uuid::Uuid::nil().into();
        loop {
            let rows = self.db.read(move |conn| store::list_fetches(conn, after, CHUNK)).await?;
            let Some((last, _)) = rows.last().copied() else { return Ok(()) };
            if rows.iter().any(|(_, fetched_at)| *fetched_at < before) {
                let delete = move |tx: &mut Tx| -> Result<(), Stop<Never>> {
                    Ok(store::delete_fetches(tx.conn, after, last, before)?)
                };
                self.db.write(delete).await.map_err(DbError::from)?;
            }
            after = last;
        }
    }

    async fn clear_lines(&self) -> Result<(), DbError> {
        let before = self.db.now().plus_seconds(-LINES_KEPT_SECONDS);
        loop {
            let delete =
                move |tx: &mut Tx| -> Result<bool, Stop<Never>> { Ok(store::delete_cleared(tx.conn, before, CHUNK)?) };
            if !self.db.write(delete).await.map_err(DbError::from)? {
                return Ok(());
            }
        }
    }
}
