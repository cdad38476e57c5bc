//! The feed: the shared part in memory, one query for the member's own marks.
//!
//! Each unit's newest pushes are kept as they will be sent, for as long as nothing changes: a change in this process
//! forgets them at once, one in another process within a second or two (`kernel::changes`). A member's feed is the
//! merge of the few lists along the path from the home unit to the top. Which units have pushes at all is kept as well:
//! most branches and groups have none, and at 7:50, when everything was just forgotten, nobody asks about them one by one.

use std::collections::HashSet;
use std::sync::Arc;

use super::actions::Study;
use super::model::{FeedPush, ItemId, Mark, Place, ReadState};
use super::{pictures, rules, store};
use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Timestamp};
use crate::db::{Conn, Db, DbError};
use crate::ground::files::{Addresses, half_day};
use crate::kernel::memo::{Memo, UNTIL_FORGOTTEN};

/// Pushes kept of each unit: two usual pages. Older ones are read from the database.
const HEAD: i64 = 41;

/// Units whose pushes are kept: every branch and group of a large enterprise, had each of them some.
const KEPT_UNITS: usize = 16_384;

/// A push with what every member sees of it as JSON; the member's state is put in when it is sent.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    pub push: FeedPush,
    pub json: String,
}

impl From<FeedPush> for Shown {
    fn from(push: FeedPush) -> Self {
        let json = serde_json::to_string(&push).unwrap_or_default();
        Shown { push, json }
    }
}

/// The newest pushes of one unit.
#[derive(Debug)]
struct UnitPushes {
    /// Newest first.
    head: Vec<Arc<Shown>>,
    /// Whether there are no older ones.
    complete: bool,
    /// When today's planned push is published.
    next_publish_at: Option<Timestamp>,
}

/// What is kept of the feed; clones share it.
#[derive(Clone)]
pub(super) struct Feed {
    db: Db,
    /// The units that have pushes.
    pushing: Arc<Memo<Day, HashSet<UnitId>>>,
    /// The pushes of each of them; by the day, since what is published next is the day's, and by the half-day, for which
    /// addresses of covers are made.
    units: Arc<Memo<(Day, i64, UnitId), UnitPushes>>,
    addresses: Addresses,
}

impl Feed {
    pub fn new(db: Db, addresses: Addresses) -> Feed {
        Feed { db, pushing: Arc::new(Memo::new(2)), units: Arc::new(Memo::new(KEPT_UNITS)), addresses }
    }

    /// Reads everything again when it is next asked for.
    pub fn forget(&self) {
        self.pushing.forget();
        self.units.forget();
    }

    /// `limit` pushes at most to the units of `path` before `before`, newest first.
    pub async fn page(
        &self,
        path: &Arc<[UnitId]>,
        before: Option<Place>,
        limit: i64,
    ) -> Result<Vec<Arc<Shown>>, DbError> {
        let lists = self.lists(path).await?;
        if let Some(page) = merge(&lists, before, usize::try_from(limit).unwrap_or(0)) {
            return Ok(page);
        }
        let (path, addresses, now) = (path.clone(), self.addresses.clone(), self.db.now());
        let read = move |conn: &mut Conn| {
            let older = store::list_published(conn, &path, before, limit)?;
            pictures::put_covers(conn, older, &addresses, now)
        };
        let older = self.db.read(read).await?;
        Ok(older.into_iter().map(|push| Arc::new(push.into())).collect())
    }

    /// Today's pushes to the units of `path`, and when the next one is published.
    pub async fn today(&self, path: &Arc<[UnitId]>) -> Result<(Vec<Arc<Shown>>, Option<Timestamp>), DbError> {
        let today = self.db.today();
        let lists = self.lists(path).await?;
        let of_today = |list: &Arc<UnitPushes>| list.head.first().filter(|shown| shown.push.day == today).cloned();
        // a unit has one push a day, and pushes are not published before their day
        let mut pushes: Vec<Arc<Shown>> = lists.iter().filter_map(of_today).collect();
        pushes.sort_unstable_by_key(|shown| std::cmp::Reverse(shown.push.place()));
        Ok((pushes, lists.iter().filter_map(|list| list.next_publish_at).min()))
    }

    /// Whether a push of the item was published to one of the units of `path`.
    pub async fn shows(&self, path: &Arc<[UnitId]>, item: ItemId) -> Result<bool, DbError> {
        let lists = self.lists(path).await?;
        if lists.iter().any(|list| list.head.iter().any(|shown| shown.push.item_id == item)) {
            return Ok(true);
        }
        if lists.iter().all(|list| list.complete) {
            return Ok(false);
        }
        let path = path.clone();
        self.db.read(move |conn| store::is_pushed(conn, item, &path)).await
    }

    /// The lists of the units of `path` that have pushes; only what is not kept is read.
    async fn lists(&self, path: &Arc<[UnitId]>) -> Result<Vec<Arc<UnitPushes>>, DbError> {
        let now = self.db.now();
        let today = now.day();
        let read = async || Ok::<_, DbError>(self.db.read(store::list_pushing_units).await?.into_iter().collect());
        let pushing = self.pushing.get(&today, UNTIL_FORGOTTEN, read).await?;
        let mut lists = Vec::new();
        for unit in path.iter().copied().filter(|unit| pushing.contains(unit)) {
            let read = async || {
                let addresses = self.addresses.clone();
                self.db.read(move |conn| load(conn, unit, &addresses, now)).await
            };
            lists.push(self.units.get(&(today, half_day(now), unit), UNTIL_FORGOTTEN, read).await?);
        }
        Ok(lists)
    }
}

fn load(conn: &mut Conn, unit: UnitId, addresses: &Addresses, now: Timestamp) -> diesel::QueryResult<UnitPushes> {
    let found = store::list_published(conn, &[unit], None, HEAD)?;
    let found = pictures::put_covers(conn, found, addresses, now)?;
    Ok(UnitPushes {
        complete: found.len() < usize::try_from(HEAD).unwrap_or(usize::MAX),
        head: found.into_iter().map(|push| Arc::new(push.into())).collect(),
        next_publish_at: store::next_publish_at(conn, unit, now.day())?,
    })
}

/// The newest `limit` pushes of `lists` before `before`; `None` when that needs pushes that are not kept.
fn merge(lists: &[Arc<UnitPushes>], before: Option<Place>, limit: usize) -> Option<Vec<Arc<Shown>>> {
    let mut merged: Vec<Arc<Shown>> = Vec::new();
    let mut sources = 0;
    for list in lists {
        let from = before.map_or(0, |before| list.head.partition_point(|shown| shown.push.place() >= before));
        let rest = &list.head[from..];
        if rest.len() < limit && !list.complete {
            return None;
        }
        sources += usize::from(!rest.is_empty());
        merged.extend(rest.iter().take(limit).cloned());
    }
    if sources > 1 {
        merged.sort_by_key(|shown| std::cmp::Reverse(shown.push.place()));
    }
    merged.truncate(limit);
    Some(merged)
}

/// A push with what the member has done with it.
pub(super) type Marked = (Arc<Shown>, ReadState);

impl Study {
    /// A page of the member's feed; asks for one more than `limit`, so that the page knows whether there are more.
    pub(super) async fn feed(
        &self,
        member: MemberId,
        path: &Arc<[UnitId]>,
        before: Option<Place>,
        limit: i64,
    ) -> Result<Vec<Marked>, DbError> {
        let page = self.feed.page(path, before, limit + 1).await?;
        self.marked(member, page).await
    }

    /// What the member may study today, and when the next push comes.
    pub(super) async fn today(
        &self,
        member: MemberId,
        path: &Arc<[UnitId]>,
    ) -> Result<(Vec<Marked>, Option<Timestamp>), DbError> {
        let (pushes, next) = self.feed.today(path).await?;
        Ok((self.marked(member, pushes).await?, next))
    }

    async fn marked(&self, member: MemberId, pushes: Vec<Arc<Shown>>) -> Result<Vec<Marked>, DbError> {
        let Some(oldest) = pushes.iter().map(|shown| shown.push.day).min() else { return Ok(Vec::new()) };
        let marks: Vec<Mark> = self.db.read(move |conn| store::readings::list_marks(conn, member, oldest)).await?;
        let (now, open_from) = (self.db.now(), self.open_from());
        self.serve(member, &pushes, now);
        let state = |shown: &Shown| rules::read_state(&shown.push, &marks, open_from);
        Ok(pushes.into_iter().map(|shown| (state(&shown), shown)).map(|(state, shown)| (shown, state)).collect())
    }

    /// Puts down that the member's phone has today's pushes.
    pub(super) fn serve(&self, member: MemberId, pushes: &[Arc<Shown>], now: Timestamp) {
        let today = now.day();
        for shown in pushes.iter().filter(|shown| shown.push.day == today) {
            self.servings.offer(shown.push.id, member, now);
        }
    }
}
