//! Today's published papers, kept in memory for a second.
//!
//! At 7:50 every phone asks for the same few papers. They are read from the database once a second at most, whatever
//! the number of phones; a paper published by another server is seen within that second.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache;

use super::model::{Paper, PaperId};
use super::rules;
use super::store;
use crate::base::id::{MemberId, UnitId};
use crate::base::time::Day;
use crate::db::{Db, DbError, Never, Stop, Tx};
use crate::kernel::memo::Memo;

const FRESH: Duration = Duration::from_secs(1);

/// Days whose papers are kept: the present one, and yesterday's, which is submitted late.
const REMEMBERED_DAYS: usize = 4;

/// Members whose fetch is known to be on record; more than an enterprise has in a day.
const REMEMBERED_FETCHES: u64 = 100_000;

/// The papers of the present day; clones share them.
#[derive(Clone)]
pub struct Published {
    db: Db,
    papers: Arc<Memo<Day, Vec<Arc<Paper>>>>,
    fetched: Cache<(MemberId, PaperId), ()>,
}

impl Published {
    pub fn new(db: Db) -> Self {
        Published { db, papers: Arc::new(Memo::new(REMEMBERED_DAYS)), fetched: Cache::new(REMEMBERED_FETCHES) }
    }

    /// The paper of `day` for the member at `path`, if one is published.
    pub async fn paper(&self, day: Day, path: &[UnitId]) -> Result<Option<Arc<Paper>>, DbError> {
        let papers = self.papers(day).await?;
        Ok(rules::nearest(&papers, |paper| paper.unit_id, path).cloned())
    }

    /// Whether this process knows that the member was handed the paper.
    pub fn is_fetched(&self, member: MemberId, paper: PaperId) -> bool {
        self.fetched.contains_key(&(member, paper))
    }

    /// Puts on record that the member was handed the paper, before it is handed over.
    pub async fn record_fetch(&self, member: MemberId, paper: PaperId) -> Result<(), DbError> {
        if self.is_fetched(member, paper) {
            return Ok(());
        }
        self.db
            .write(move |tx: &mut Tx| -> Result<(), Stop<Never>> {
                Ok(store::insert_fetch(tx.conn, member, paper, tx.now())?)
            })
            .await
            .map_err(DbError::from)?;
        self.fetched.insert((member, paper), ());
        Ok(())
    }

    /// Forgets the papers, because one was just published here, or its key corrected.
    pub fn forget(&self) {
        self.papers.forget();
    }

    /// The published papers of `day`, one a unit.
    pub async fn papers(&self, day: Day) -> Result<Arc<Vec<Arc<Paper>>>, DbError> {
        let read = async || {
            let papers = self.db.read(move |conn| store::list_published(conn, day)).await?;
            debug_assert_eq!(papers.iter().map(|paper| paper.unit_id).collect::<HashSet<_>>().len(), papers.len());
            Ok(papers.into_iter().map(Arc::new).collect())
        };
        self.papers.get(&day, FRESH, read).await
    }
}
