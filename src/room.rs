//! What a room hands over to the program: one value, over which `app` folds and of which it knows nothing else.
//!
//! Rooms are opened one after the other, each after those that it uses; it finds their handles in the [`House`]. What a
//! room must ask of a later one it keeps in [`Hooks`](crate::base::hooks::Hooks), which the later room fills when it is
//! opened.

use std::any::{Any, TypeId, type_name};
use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::Data;
use diesel::QueryResult;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::dates::Days;
use crate::base::period::Span;
use crate::base::person::Person;
use crate::base::time::Timestamp;
use crate::config::{Config, Secrets};
use crate::db::{Db, DbError, Tx};
use crate::kernel::alarms::{Alarm, Alarms, Lookout};
use crate::kernel::calendar::Calendar;
use crate::kernel::changes::Change;
use crate::kernel::dates::{Dates, Teller, Told};
use crate::kernel::facts::{About, Fact, Facts, Record};
use crate::kernel::live::Live;
use crate::kernel::outbox::Handlers;
use crate::kernel::personal::{Keeping, Personal};
use crate::kernel::settings::{Setting, Settings};
use crate::kernel::uptime::Uptime;

/// The pace of work that is made of nothing but what this process remembers, and of the boards. What the database knows of
/// is due at an instant ([`RoomOf::when_due`]), so that a process at rest asks little.
pub const SECOND: Duration = Duration::from_secs(1);
/// The pace of work that nobody waits for.
pub const MINUTE: Duration = Duration::from_secs(60);

/// Why a room cannot be opened, for the operator.
#[derive(Debug)]
pub struct CannotOpen(pub String);

impl From<String> for CannotOpen {
    fn from(why: String) -> Self {
        CannotOpen(why)
    }
}

impl From<DbError> for CannotOpen {
    fn from(error: DbError) -> Self {
        CannotOpen(error.to_string())
    }
}

/// What `open` of a room gives.
pub type Opened = Result<Room, CannotOpen>;

/// What rooms are opened with: the ground, and the handles of the rooms that were opened before.
pub struct House {
    pub db: Db,
    pub config: Arc<Config>,
    pub secrets: Secrets,
    /// What the enterprise may change without a restart, of the rooms that were opened before.
    pub settings: Settings,
    /// When the service was down.
    pub uptime: Uptime,
    /// What somebody should look after, as the rooms that were opened before see it.
    pub alarms: Alarms,
    /// What the rooms that were opened before tell of units and months.
    pub facts: Facts,
    /// What the rooms that were opened before know that has a day.
    pub dates: Dates,
    /// What the rooms that were opened before keep about members.
    pub personal: Personal,
    /// Which days are worked.
    pub calendar: Calendar,
    /// Where pages that are open hear what happens.
    pub live: Live,
    handles: HashMap<TypeId, Box<dyn Any + Send + Sync>>,
}

impl House {
    pub fn new(db: Db, config: Arc<Config>, secrets: Secrets) -> Self {
        House {
            uptime: Uptime::new(db.clone()),
            calendar: Calendar::new(db.clone(), config.timetable.days_off),
            db,
            config,
            secrets,
            settings: Settings::default(),
            alarms: Alarms::default(),
            facts: Facts::default(),
            dates: Dates::default(),
            personal: Personal::default(),
            live: Live::default(),
            handles: HashMap::new(),
        }
    }

    /// The handle that an earlier room lends.
    pub fn get<T: Clone + 'static>(&self) -> T {
        let handle = self.handles.get(&TypeId::of::<T>()).and_then(|handle| handle.downcast_ref::<T>());
        let handle = handle.unwrap_or_else(|| panic!("no room lends {} yet: see app/rooms.rs", type_name::<T>()));
        handle.clone()
    }

    /// Lets the rooms after `room` find what it lends.
    pub fn admit(&mut self, mut room: Room) -> Room {
        self.handles.extend(std::mem::take(&mut room.handles));
        self.settings.admit(std::mem::take(&mut room.settings));
        self.alarms.admit(std::mem::take(&mut room.lookouts));
        self.facts.admit(std::mem::take(&mut room.facts));
        self.dates.admit(std::mem::take(&mut room.tellers));
        self.personal.admit(std::mem::take(&mut room.keepings));
        room
    }
}

type Running<T = ()> = Pin<Box<dyn Future<Output = Result<T, DbError>> + Send>>;

/// Work that is begun again whenever it has ended, at its own pace, in every process.
pub struct Job {
    pub name: &'static str,
    pub every: Duration,
    run: Box<dyn Fn() -> Running + Send + Sync>,
}

impl Job {
    /// Work with a handle of its own.
    pub fn new<T, F>(
        handle: T,
        name: &'static str,
        every: Duration,
        run: impl Fn(T) -> F + Send + Sync + 'static,
    ) -> Self
    where
        T: Clone + Send + Sync + 'static,
        F: Future<Output = Result<(), DbError>> + Send + 'static,
    {
        Job { name, every, run: Box::new(move || Box::pin(run(handle.clone()))) }
    }

    /// Does the work once.
    pub async fn run(&self) -> Result<(), DbError> {
        (self.run)().await
    }
}

/// Work that is done when the agenda has something of its kind, by one of several processes.
pub struct Due {
    /// What rows of the agenda call it.
    pub kind: &'static str,
    run: Box<dyn Fn() -> Running<Option<Timestamp>> + Send + Sync>,
}

impl Due {
    /// Does what is due, and says when the kind is to be looked at next; `None` when nothing is planned.
    pub async fn run(&self) -> Result<Option<Timestamp>, DbError> {
        (self.run)().await
    }
}

/// What other processes changed since it was last asked.
#[derive(Clone)]
pub struct Heard {
    pub changes: Arc<[Change]>,
    /// Something was missed: everything that is remembered may be old.
    pub was_deaf: bool,
}

impl Heard {
    /// Whether something of `topic` may have changed.
    pub fn concerns(&self, topic: &str) -> bool {
        self.was_deaf || self.changes.iter().any(|change| change.topic == topic)
    }
}

type Hear = Box<dyn Fn(Heard) -> Running + Send + Sync>;
type Tidy = Box<dyn Fn(&mut Tx) -> QueryResult<()> + Send + Sync>;
type Install = Box<dyn Fn(&mut ServiceConfig) + Send + Sync>;

/// A room as the program sees it, beside its routes, which the API document needs without a database.
#[derive(Default)]
pub struct Room {
    handles: HashMap<TypeId, Box<dyn Any + Send + Sync>>,
    installs: Vec<Install>,
    /// Background work, in the order in which tests run it.
    pub jobs: Vec<Job>,
    /// Work for which instants stand in the agenda, in the order in which tests look at it.
    pub dues: Vec<Due>,
    hears: Vec<Hear>,
    tidies: Vec<Tidy>,
    /// Larger tidying, in transactions of its own.
    pub clears: Vec<Job>,
    /// What is done last before the database is closed.
    pub endings: Vec<Job>,
    /// How its messages leave the house.
    pub delivers: Handlers,
    settings: Vec<Setting>,
    lookouts: Vec<Lookout>,
    facts: Vec<Fact>,
    tellers: Vec<Teller>,
    keepings: Vec<Keeping>,
}

impl Room {
    /// A room that lends `handle` to later rooms and to its handlers.
    pub fn of<T: Clone + Send + Sync + 'static>(handle: T) -> RoomOf<T> {
        RoomOf { room: Room::default().lends(handle.clone()), handle }
    }

    /// Lends one more handle.
    pub fn lends<T: Clone + Send + Sync + 'static>(mut self, handle: T) -> Self {
        self.handles.insert(TypeId::of::<T>(), Box::new(handle.clone()));
        self.gives(handle)
    }

    /// Gives handlers something that other rooms have no use for.
    pub fn gives<T: Send + Sync + 'static>(mut self, what: T) -> Self {
        let data = Data::new(what);
        self.installs.push(Box::new(move |cfg| {
            cfg.app_data(data.clone());
        }));
        self
    }

    /// Hands over what of the room the enterprise may change without a restart.
    pub fn settings(mut self, settings: impl IntoIterator<Item = Setting>) -> Self {
        self.settings.extend(settings);
        self
    }

    /// Has `lookout` asked what somebody should look after.
    pub fn lookout(mut self, lookout: Lookout) -> Self {
        self.lookouts.push(lookout);
        self
    }

    /// Lets messages leave the house by `handlers`.
    pub fn delivers(mut self, handlers: Handlers) -> Self {
        self.delivers = handlers;
        self
    }

    /// Says what the room keeps about members.
    pub fn keeps(mut self, keeping: Keeping) -> Self {
        self.keepings.push(keeping);
        self
    }

    /// Has old rows thrown away, in small numbers, in a transaction that all rooms share.
    pub fn tidies(mut self, tidy: impl Fn(&mut Tx) -> QueryResult<()> + Send + Sync + 'static) -> Self {
        self.tidies.push(Box::new(tidy));
        self
    }

    /// Puts what handlers work with into `cfg`.
    pub fn install(&self, cfg: &mut ServiceConfig) {
        self.installs.iter().for_each(|install| install(cfg));
    }

    /// Learns of what other processes changed; all of it, also when some cannot be read.
    pub async fn hear(&self, heard: &Heard) -> Result<(), DbError> {
        let mut outcome = Ok(());
        for hear in &self.hears {
            outcome = outcome.and(hear(heard.clone()).await);
        }
        outcome
    }

    /// Throws old rows away.
    pub fn tidy(&self, tx: &mut Tx) -> QueryResult<()> {
        self.tidies.iter().try_for_each(|tidy| tidy(tx))
    }
}

/// A room being put together around the handle that its work is done with.
pub struct RoomOf<T> {
    room: Room,
    handle: T,
}

impl<T: Clone + Send + Sync + 'static> RoomOf<T> {
    /// Has `run` done again and again.
    pub fn every<F>(mut self, pace: Duration, name: &'static str, run: impl Fn(T) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), DbError>> + Send + 'static,
    {
        self.room.jobs.push(Job::new(self.handle.clone(), name, pace, run));
        self
    }

    /// Has `run` done when something of `kind` is due ([`agenda::put`](crate::kernel::agenda::put)), and looked at anew when
    /// the process starts. It does everything that is due, and says when the next thing will be.
    pub fn when_due<F>(mut self, kind: &'static str, run: impl Fn(T) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Option<Timestamp>, DbError>> + Send + 'static,
    {
        let handle = self.handle.clone();
        self.room.dues.push(Due { kind, run: Box::new(move || Box::pin(run(handle.clone()))) });
        self
    }

    /// Has `look` asked what somebody should look after.
    pub fn looks_out<F>(mut self, name: &'static str, look: impl Fn(T) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Vec<Alarm>, DbError>> + Send + 'static,
    {
        self.room.lookouts.push(Lookout::new(self.handle.clone(), name, look));
        self
    }

    /// Has `tell` tell a fact: every record of a month that counts for it, in the whole enterprise.
    pub fn tells<F>(mut self, about: About, tell: impl Fn(T, Span) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Vec<Record>, DbError>> + Send + 'static,
    {
        self.room.facts.push(Fact::new(self.handle.clone(), about, tell));
        self
    }

    /// Has `tell` tell what somebody has on some days.
    pub fn has_dates<F>(mut self, tell: impl Fn(T, Arc<Person>, Days) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Told, DbError>> + Send + 'static,
    {
        self.room.tellers.push(Teller::new(self.handle.clone(), tell));
        self
    }

    /// Has `hear` told what other processes changed.
    pub fn hears<F>(mut self, hear: impl Fn(T, Heard) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), DbError>> + Send + 'static,
    {
        let handle = self.handle.clone();
        self.room.hears.push(Box::new(move |heard| Box::pin(hear(handle.clone(), heard))));
        self
    }

    /// Has `run` done about every hour, by one process.
    pub fn clears<F>(mut self, name: &'static str, run: impl Fn(T) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), DbError>> + Send + 'static,
    {
        self.room.clears.push(Job::new(self.handle.clone(), name, Duration::ZERO, run));
        self
    }

    /// Has `run` done last, before the database is closed.
    pub fn ends_with<F>(mut self, name: &'static str, run: impl Fn(T) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), DbError>> + Send + 'static,
    {
        self.room.endings.push(Job::new(self.handle.clone(), name, Duration::ZERO, run));
        self
    }

    /// Everything else that a room may hand over.
    pub fn room(self) -> Room {
        self.room
    }
}
