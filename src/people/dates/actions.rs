//! Looking at a calendar, and giving it an address.

use std::sync::Arc;

use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::model::{CalendarFeedId, Fed, Feed};
use super::rules::{self, Refusal};
use super::store;
use crate::base::crypto::{Key, hex};
use crate::base::dates::Days;
use crate::base::id::MemberId;
use crate::base::person::{Person, Withholding};
use crate::base::time::Day;
use crate::db::{Db, DbError, Never, Stop};
use crate::kernel::calendar::Calendar;
use crate::kernel::dates::{Dates, Told};
use crate::people::members::Directory;

type Outcome<T> = Result<T, Stop<Refusal>>;

/// Digits of the id in an address.
const ID_DIGITS: usize = 32;
/// Bytes of the code in an address: as many as nobody guesses.
const CODE_BYTES: usize = 16;

/// The room's handle; clones share it.
#[derive(Clone)]
pub struct CalendarOfMembers {
    db: Db,
    dates: Dates,
    calendar: Calendar,
    directory: Directory,
    key: Arc<Key>,
}

impl CalendarOfMembers {
    pub fn new(db: Db, dates: Dates, calendar: Calendar, directory: Directory, key: Key) -> CalendarOfMembers {
        CalendarOfMembers { db, dates, calendar, directory, key: Arc::new(key) }
    }

    /// What `person` has on the days from `from` to `until`; the next month when they are absent.
    pub(super) async fn look(
        &self,
        person: &Arc<Person>,
        from: Option<Day>,
        until: Option<Day>,
    ) -> Outcome<(Days, Told)> {
        let days = rules::days(from, until, self.db.today())?;
        Ok((days, self.dates_of(person, days).await?))
    }

    async fn dates_of(&self, person: &Arc<Person>, days: Days) -> Result<Told, DbError> {
        let mut told = self.dates.of(person, days).await?;
        let mut dates = rules::fixed(days, |day| self.calendar.name_of(day));
        // the days themselves come before what is on them
        dates.append(&mut told.dates);
        dates.sort_by_key(|dated| dated.when.order());
        Ok(Told { dates, ..told })
    }

    /// The member's feed, if he has one.
    pub(super) async fn feed(&self, member: MemberId) -> Outcome<Feed> {
        let feed = self.db.read(move |conn| store::find(conn, member)).await?;
        Ok(feed.ok_or(Refusal::NoFeed)?)
    }

    /// Gives the member an address where he has none, and says how things are called under it.
    pub(super) async fn open_feed(&self, member: MemberId, is_detailed: bool) -> Result<Feed, DbError> {
        let opened = self.db.write(move |tx| -> Result<Feed, Stop<Never>> {
            let feed = Feed { member_id: member, id: tx.fresh_id(), is_detailed, created_at: tx.now() };
            store::put(tx.conn, &feed)?;
            Ok(store::find(tx.conn, member)?.unwrap_or(feed))
        });
        opened.await.map_err(DbError::from)
    }

    /// Takes the member's address back: it leads nowhere from now on.
    pub(super) async fn close_feed(&self, member: MemberId) -> Outcome<()> {
        let closed = self.db.write(move |tx| -> Outcome<()> {
            if store::delete(tx.conn, member)? { Ok(()) } else { Err(Refusal::NoFeed.into()) }
        });
        closed.await
    }

    /// The last part of a feed's address: its id, and a code that only this enterprise makes for it.
    pub(super) fn token(&self, id: CalendarFeedId) -> String {
        let code = self.key.mac(&[b"feed", id.uuid().as_bytes()]);
        format!("{}{}", id.uuid().simple(), hex(&code[..CODE_BYTES]))
    }

    /// What the feed of that address tells; [`Refusal::NoFeed`] for one that nobody has, or whose member has left.
    pub(super) async fn read_feed(&self, token: &str) -> Outcome<Fed> {
        let id = token.get(..ID_DIGITS).and_then(|id| Uuid::try_parse(id).ok()).ok_or(Refusal::NoFeed)?.into();
        if !bool::from(self.token(id).as_bytes().ct_eq(token.as_bytes())) {
            return Err(Refusal::NoFeed.into());
        }
        let feed = self.db.read(move |conn| store::find_by_id(conn, id)).await?.ok_or(Refusal::NoFeed)?;
        let today = self.db.today();
        let mut person = self.directory.person(feed.member_id, today).ok_or(Refusal::NoFeed)?;
        // nobody gave a password or a code here
        person.withhold_privileged(Withholding::CodeMissing);
        let (person, days) = (Arc::new(person), rules::fed_days(today));
        let told = self.dates_of(&person, days).await?;
        Ok(Fed { feed, days, told })
    }
}
