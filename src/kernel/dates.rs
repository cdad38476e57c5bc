//! What has a day 日程: pushes, contests, stages, meetings, what is due. Each room tells its own when somebody looks at his
//! calendar; nothing is kept, so a date can be neither late nor left over.
//!
//! Owns no table.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};

use crate::base::dates::{Dated, Days};
use crate::base::person::Person;
use crate::db::DbError;

/// Dates of one room that a calendar shows, the earliest ones.
pub const MOST_OF_A_ROOM: i64 = 300;

/// What somebody has on some days.
#[derive(Clone, Debug, Default)]
pub struct Told {
    pub dates: Vec<Dated>,
    /// Whether there is more than is told.
    pub is_cut: bool,
}

impl Told {
    /// Of what a room found, [`MOST_OF_A_ROOM`] at most: those which `dated` lets through.
    pub fn of<T>(found: Vec<T>, dated: impl FnMut(T) -> Option<Dated>) -> Told {
        let is_cut = i64::try_from(found.len()).is_ok_and(|count| count >= MOST_OF_A_ROOM);
        Told { dates: found.into_iter().filter_map(dated).collect(), is_cut }
    }
}

type Telling = Pin<Box<dyn Future<Output = Result<Told, DbError>> + Send>>;

/// How a room tells somebody's dates.
pub struct Teller(Box<dyn Fn(Arc<Person>, Days) -> Telling + Send + Sync>);

impl Teller {
    /// By `tell`, with a handle of its own.
    pub fn new<T, F>(handle: T, tell: impl Fn(T, Arc<Person>, Days) -> F + Send + Sync + 'static) -> Teller
    where
        T: Clone + Send + Sync + 'static,
        F: Future<Output = Result<Told, DbError>> + Send + 'static,
    {
        Teller(Box::new(move |person, days| Box::pin(tell(handle.clone(), person, days))))
    }
}

/// The dates of all rooms; clones share them.
#[derive(Clone, Default)]
pub struct Dates(Arc<RwLock<Vec<Arc<Teller>>>>);

impl Dates {
    pub fn admit(&self, tellers: Vec<Teller>) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).extend(tellers.into_iter().map(Arc::new));
    }

    /// What `person` has on `days`, in order. What reaches into them from before is among it.
    pub async fn of(&self, person: &Arc<Person>, days: Days) -> Result<Told, DbError> {
        let tellers = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        let mut all = Told::default();
        for teller in tellers {
            let told = (teller.0)(person.clone(), days).await?;
            all.dates.extend(told.dates);
            all.is_cut |= told.is_cut;
        }
        all.dates.sort_by(|one, other| (one.when.order(), &one.key).cmp(&(other.when.order(), &other.key)));
        Ok(all)
    }
}
