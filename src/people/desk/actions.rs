//! Reading desks, and handing on what waits when the roster changes.

use std::sync::{Arc, Mutex, PoisonError};

use diesel::QueryResult;

use super::assignments::Prepared;
use super::rules::{self, Refusal};
use crate::base::capability::Capability;
use crate::base::id::{MemberId, UnitId};
use crate::base::person::Person;
use crate::base::time::Day;
use crate::db::{Conn, Db, DbError, Never, Stop};
use crate::kernel::desk::{self, Desk, DeskItemId, Item, Mark};
use crate::people::members::{Desks, Directory, Edition, RosterChanges};

/// Items of one transaction.
const CHUNK: i64 = 200;

/// A page of a desk, and how many of each kind lie on it in all.
pub struct Page {
    pub items: Vec<Prepared>,
    pub counts: Vec<(String, i64)>,
}

/// What is due first on a desk, and how much lies there in all.
pub struct First {
    pub items: Vec<Item>,
    pub count: i64,
}

pub(super) fn desk_of(person: &Person) -> Desk {
    let posts = person.duties.iter().map(|duty| (duty.unit, duty.role.allows().to_vec())).collect();
    Desk { viewer: person.member, with_own: true, posts }
}

/// What is due first on the desk of `person`, for the page of the day.
pub fn first_of(conn: &mut Conn, person: &Person, limit: i64) -> QueryResult<First> {
    let desk = desk_of(person);
    let count = desk::count(conn, &desk)?.iter().map(|(_, count)| count).sum();
    Ok(First { items: desk::list(conn, &desk, None, limit)?, count })
}

/// The room's handle; clones share it.
#[derive(Clone)]
pub struct Desktop {
    pub(super) db: Db,
    pub(super) directory: Directory,
    pub(super) desks: Desks,
    changes: RosterChanges,
    /// The edition of the roster by which the items were last looked through.
    seen: Arc<Mutex<Option<Edition>>>,
}

impl Desktop {
    pub fn new(db: Db, directory: Directory, desks: Desks, changes: RosterChanges) -> Self {
        Desktop { db, directory, desks, changes, seen: Arc::default() }
    }

    /// What waits for `person`: what is his own task, and what lies with holders of his duties.
    pub async fn mine(&self, person: &Person, after: Option<Mark>, limit: i64) -> Result<Page, DbError> {
        self.page(desk_of(person), after, limit).await
    }

    /// What lies with the holders of a unit, as far as `person` could do it himself.
    pub async fn of_unit(
        &self,
        person: &Person,
        unit: UnitId,
        after: Option<Mark>,
        limit: i64,
    ) -> Result<Page, Stop<Refusal>> {
        let path = self.directory.tree().get(unit).map(|card| card.path.clone()).ok_or(Refusal::NoSuchUnit)?;
        let seen: Vec<Capability> = rules::seen_of(person, &path)?;
        let desk = Desk { viewer: person.member, with_own: false, posts: vec![(unit, seen)] };
        Ok(self.page(desk, after, limit).await?)
    }

    /// What a unit is called for short.
    pub(super) fn unit_name(&self, unit: UnitId) -> String {
        self.directory.unit_name(unit)
    }

    pub(super) fn name_of(&self, member: MemberId) -> String {
        self.directory.name_of(member)
    }

    async fn page(&self, desk: Desk, after: Option<Mark>, limit: i64) -> Result<Page, DbError> {
        self.db
            .read(move |conn| {
                let items = desk::list(conn, &desk, after, limit)?;
                Ok(Page { items: Desktop::with_assignments(conn, items)?, counts: desk::count(conn, &desk)? })
            })
            .await
    }

    /// When the roster or the day has changed since the last time: lists what lies with duties that have ended, has rooms lay
    /// anew what depends on the roster, then looks through what lies with holders, or may come to lie with them, and through
    /// what others prepare. Several servers find the same.
    pub async fn hand_on(&self) -> Result<(), DbError> {
        let today = self.db.today();
        let edition = self.desks.edition(today);
        if *self.seen.lock().unwrap_or_else(PoisonError::into_inner) == Some(edition) {
            return Ok(());
        }
        self.list_what_is_left(today).await?;
        let laid = self.changes.tell_rooms().await;
        let mut after = None;
        loop {
            let chunk = self.db.read(move |conn| desk::list_for_holders(conn, after, CHUNK)).await?;
            let Some(last) = chunk.last() else { break };
            after = Some(last.id);
            self.hand_on_some(&chunk, today).await?;
        }
        self.take_off_who_left().await?;
        // what could not be laid is tried again with everything else
        laid?;
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(edition);
        Ok(())
    }

    async fn hand_on_some(&self, items: &[Item], today: Day) -> Result<(), DbError> {
        let place = |item: &Item| {
            let place = self.desks.place_of(item, today);
            (place != item.lies_on).then_some((item.id, place))
        };
        let moved: Vec<(DeskItemId, Option<UnitId>)> = items.iter().filter_map(place).collect();
        if moved.is_empty() {
            return Ok(());
        }
        self.db
            .write(move |tx| -> Result<(), Stop<Never>> {
                moved.iter().try_for_each(|(id, place)| desk::hand_on(tx, *id, *place))?;
                Ok(())
            })
            .await
            .map_err(DbError::from)
    }
}
