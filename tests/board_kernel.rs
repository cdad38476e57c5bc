//! The boards, straight at their kernel: on a SQLite file always, in runs on PostgreSQL and Redis on those, too.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, RunQueryDsl};
use uuid::Uuid;
use xianfeng::base::clock::Clock;
use xianfeng::base::id::{MemberId, UnitId};
use xianfeng::base::time::{Day, Period};
use xianfeng::db::{Conn, Db, DbOptions, Never, Stop, Tx};
use xianfeng::kernel::board::{self, BoardKey, Boards, Directory, Source, TOTAL, Top, enterprise, lot};
use xianfeng::kernel::closing::{Closings, Presence, Roster};
use xianfeng::kernel::ledger::{self, Award, Awarded, Caps, RuleTerms};
use xianfeng::kernel::restores;

use crate::support::{needs_postgres, on_postgres};

type Homes = Arc<RwLock<HashMap<MemberId, Arc<[UnitId]>>>>;

/// A database of one test, and who belongs where.
#[derive(Clone)]
pub struct World {
    pub db: Db,
    clock: Clock,
    homes: Homes,
    url: String,
    prefix: String,
    _place: Arc<Place>,
}

/// Where the database lies; taken away with the last handle on it.
enum Place {
    Folder { _kept: tempfile::TempDir },
    Schema { server: String, name: String },
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Place::Schema { server, name } = self {
            let dropped = PgConnection::establish(server)
                .map(|mut conn| conn.batch_execute(&format!("DROP SCHEMA {name} CASCADE")));
            drop(dropped);
        }
    }
}

/// Few connections, since many tests share one PostgreSQL.
const SMALL: DbOptions = DbOptions { pg_readers: 3, pg_writers: 2, sqlite_readers: 2, queue: 4096 };

const PATIENCE: Duration = Duration::from_secs(9);

const NOON: &str = "2026-07-01T12:00:00+08:00";

fn unit(n: u128) -> UnitId {
    Uuid::from_u128(n).into()
}

pub fn member(n: u128) -> MemberId {
    Uuid::from_u128(1_000 + n).into()
}

fn unique() -> String {
    static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let count = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let start = Clock::System.now().micros();
    format!("t{}_{start}_{count}", std::process::id())
}

impl World {
    async fn sqlite() -> World {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("xianfeng.db").display());
        World::open(url, Place::Folder { _kept: folder }).await
    }

    /// A schema of its own in the PostgreSQL of this run.
    async fn postgres() -> World {
        let server = std::env::var("TEST_DATABASE_URL").expect("TEST_DATABASE_URL names the PostgreSQL of this run");
        let schema = unique();
        PgConnection::establish(&server).unwrap().batch_execute(&format!("CREATE SCHEMA {schema}")).unwrap();
        let mark = if server.contains('?') { '&' } else { '?' };
        let url = format!("{server}{mark}options=-csearch_path%3D{schema}");
        World::open(url, Place::Schema { server, name: schema }).await
    }

    /// One world on each database of this run.
    pub async fn each() -> Vec<World> {
        let mut worlds = vec![World::sqlite().await];
        if on_postgres() {
            worlds.push(World::postgres().await);
        }
        worlds
    }

    async fn open(url: String, place: Place) -> World {
        let clock = Clock::manual(NOON.parse().unwrap());
        let db = Db::open(&url, clock.clone(), SMALL).unwrap();
        db.migrate().await.unwrap();
        World { db, clock, homes: Homes::default(), url, prefix: format!("{}:", unique()), _place: Arc::new(place) }
    }

    fn directory(&self) -> Directory {
        let (paths, branches) = (self.homes.clone(), self.homes.clone());
        Directory {
            path: Box::new(move |member| paths.read().unwrap().get(&member).cloned()),
            branch: Box::new(move |member| branches.read().unwrap().get(&member).map(|path| path[0])),
            hides: Box::new(|_| false),
        }
    }

    /// Closings with everybody where he is at home; of each path the first unit is the branch.
    fn closings(&self) -> Closings {
        let homes = self.homes.clone();
        Closings::new(
            self.db.clone(),
            Box::new(move |_| {
                let homes = homes.read().unwrap();
                let mut units: HashMap<UnitId, Option<UnitId>> = HashMap::new();
                for path in homes.values() {
                    let above = path.iter().skip(1).copied().map(Some).chain([None]);
                    units.extend(path.iter().copied().zip(above));
                }
                let branches: Vec<UnitId> = homes.values().map(|path| path[0]).collect();
                let unit = |(id, above): (UnitId, Option<UnitId>)| (id, above, id.to_string(), branches.contains(&id));
                let members = homes.iter().map(|(member, path)| (*member, path[0], Presence::Active));
                Ok(Roster::new(units.into_iter().map(unit).collect(), members))
            }),
        )
    }

    pub async fn local(&self) -> Boards {
        Boards::local(self.db.clone(), self.directory(), self.closings()).await.unwrap()
    }

    /// Boards in Redis, swept once, so that they are there.
    async fn redis(&self) -> Boards {
        let url = std::env::var("TEST_REDIS_URL").expect("TEST_REDIS_URL names the Redis of this run");
        let boards =
            Boards::redis(self.db.clone(), self.directory(), self.closings(), &url, &self.prefix).await.unwrap();
        assert!(board::sweep(&boards).await.unwrap().rebuilt);
        boards
    }

    /// The same in runs with Redis, for what holds of boards wherever they are kept.
    async fn shared(&self) -> Option<Boards> {
        if on_postgres() { Some(self.redis().await) } else { None }
    }

    pub fn live_in(&self, member: MemberId, path: &[u128]) {
        self.homes.write().unwrap().insert(member, path.iter().map(|n| unit(*n)).collect());
    }

    pub fn path(&self, member: MemberId) -> Vec<UnitId> {
        self.homes.read().unwrap().get(&member).map(|path| path.to_vec()).unwrap_or_else(|| vec![unit(1)])
    }

    pub fn at(&self, text: &str) {
        self.clock.set(text.parse().unwrap());
    }

    pub fn tick(&self, seconds: i64) {
        self.clock.set(self.clock.now().plus_seconds(seconds));
    }

    /// Awards `points` to `member` for today; `boards` hears of it unless the push "is lost".
    async fn award(&self, boards: Option<&Boards>, member: MemberId, points: i32) -> Awarded {
        self.award_for(boards, member, points, self.db.today()).await
    }

    async fn award_for(&self, boards: Option<&Boards>, member: MemberId, points: i32, day: Day) -> Awarded {
        if !self.homes.read().unwrap().contains_key(&member) {
            self.live_in(member, &[11, 1]);
        }
        let (boards, path, source) = (boards.cloned(), self.path(member), fresh_source());
        self.db
            .write(move |tx| {
                let awarded = ledger::award(tx, &gift(&rule(Caps::default()), member, points, day, source))?;
                if let Some(boards) = &boards {
                    boards.awarded(tx, &awarded, &path);
                }
                Ok::<_, Stop<Never>>(awarded)
            })
            .await
            .unwrap()
    }

    async fn batch(&self, sql: &'static str) {
        self.db.write(move |tx: &mut Tx| Ok::<_, Stop<Never>>(tx.conn.batch(sql)?)).await.unwrap();
    }
}

/// Sources need only differ.
pub fn fresh_source() -> Uuid {
    static COUNT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
    Uuid::from_u128(COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed).into())
}

pub fn rule(caps: Caps) -> RuleTerms {
    RuleTerms { rule: "quiz.daily".into(), version: 1, dimension: "learning".into(), caps }
}

pub fn gift(rule: &RuleTerms, member: MemberId, points: i32, day: Day, source_id: Uuid) -> Award<'_> {
    Award {
        member,
        unit: unit(11),
        rule,
        points,
        day,
        source_kind: "test",
        source_id,
        reason: "测试",
        approved_by: None,
    }
}

fn key(period: Period, day: &str, scope: UnitId) -> BoardKey {
    BoardKey::new(TOTAL, period, day.parse().unwrap(), scope)
}

pub fn this_month() -> BoardKey {
    key(Period::Month, "2026-07-01", enterprise())
}

pub async fn top(boards: &Boards, key: &BoardKey) -> Vec<(MemberId, i64)> {
    lines(&boards.top(key, 100).await.unwrap().0)
}

fn lines(top: &Top) -> Vec<(MemberId, i64)> {
    assert!(top.places.iter().map(|place| place.rank).eq(1..=top.places.len()));
    top.places.iter().map(|place| (place.subject, place.score)).collect()
}

/// Waits until the board, fed in the background, shows `expected`.
async fn eventually(boards: &Boards, key: &BoardKey, expected: &[(MemberId, i64)]) {
    let since = Instant::now();
    while top(boards, key).await != expected {
        assert!(since.elapsed() < Duration::from_secs(3), "{:?} is not {expected:?}", top(boards, key).await);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A connection of the test's own to the Redis at hand.
async fn redis_connection() -> redis::aio::MultiplexedConnection {
    let client = redis::Client::open(std::env::var("TEST_REDIS_URL").unwrap()).unwrap();
    client.get_multiplexed_async_connection().await.unwrap()
}

/// Takes away every key of the test at once, as a flush would.
async fn flush(prefix: &str) {
    let mut connection = redis_connection().await;
    let script = "for _, key in ipairs(redis.call('KEYS', ARGV[1])) do redis.call('DEL', key) end";
    redis::Script::new(script).arg(format!("{prefix}*")).invoke_async::<()>(&mut connection).await.unwrap();
}

/// What must be seen on a board, whichever form keeps it.
async fn plays_the_game(world: &World, boards: &Boards) {
    let month = this_month();
    world.live_in(member(1), &[11, 1]);
    world.live_in(member(2), &[12, 1]);
    world.live_in(member(3), &[12, 1]);
    world.award(Some(boards), member(2), 5).await;
    world.tick(1);
    world.award(Some(boards), member(1), 5).await;
    world.award(Some(boards), member(3), 2).await;
    eventually(boards, &month, &[(member(2), 5), (member(1), 5), (member(3), 2)]).await;
    // 3 overtakes everyone; then 2 falls behind by a correction and stands below the tie that 1 reached earlier
    world.tick(1);
    world.award(Some(boards), member(3), 7).await;
    world.award(Some(boards), member(2), 1).await;
    world.tick(1);
    world.award(Some(boards), member(2), -1).await;
    eventually(boards, &month, &[(member(3), 9), (member(1), 5), (member(2), 5)]).await;

    let (view, _) = boards.around(&month, member(1), 1).await.unwrap();
    let around = view.around.unwrap();
    assert_eq!((around.place.rank, around.place.score, around.distance, view.size), (2, 5, Some(4), 3));
    assert_eq!(
        around.neighbours.iter().map(|place| place.subject).collect::<Vec<_>>(),
        [member(3), member(1), member(2)]
    );
    let (view, _) = boards.around(&month, member(3), 3).await.unwrap();
    assert_eq!(view.around.unwrap().distance, None);
    assert_eq!(boards.around(&month, member(9), 3).await.unwrap().0.around, None);

    let part = key(Period::Month, "2026-07-01", unit(12));
    assert_eq!(top(boards, &part).await, [(member(3), 9), (member(2), 5)]);
    assert_eq!(boards.around(&part, member(1), 3).await.unwrap().0.around, None, "not in this part");
    let (mut totals, _) = boards.branch_totals(&month).await.unwrap();
    totals.sort_by_key(|total| total.branch);
    let seen: Vec<_> = totals.iter().map(|t| (t.branch, t.total, t.participants)).collect();
    assert_eq!(seen, [(unit(11), 5, 1), (unit(12), 14, 2)]);
    assert_eq!(top(boards, &BoardKey::new("political", Period::Month, world.db.today(), enterprise())).await, []);
}

#[tokio::test]
async fn a_board_in_the_process_follows_every_award() {
    for world in World::each().await {
        let boards = world.local().await;
        plays_the_game(&world, &boards).await;
        let again = world.local().await;
        assert_eq!(top(&again, &this_month()).await, top(&boards, &this_month()).await, "after a restart");
        let version = boards.version(&this_month());
        assert_eq!(boards.version(&this_month()), version);
        world.award(Some(&boards), member(1), 1).await;
        assert_ne!(boards.version(&this_month()), version);
    }
}

#[tokio::test]
#[ignore = "needs PostgreSQL and Redis: scripts/test runs it there"]
async fn a_board_in_redis_follows_every_award() {
    needs_postgres();
    for world in World::each().await {
        let boards = world.redis().await;
        plays_the_game(&world, &boards).await;
        assert_eq!(boards.top(&this_month(), 3).await.unwrap().1, Source::Redis);
    }
}

#[tokio::test]
async fn an_old_version_that_comes_late_is_ignored() {
    let world = World::sqlite().await;
    for boards in [Some(world.local().await), world.shared().await].into_iter().flatten() {
        let someone = member(u128::from(boards.is_degraded()));
        let old = world.award(Some(&boards), someone, 4).await;
        world.award(Some(&boards), someone, 3).await;
        board::sweep(&boards).await.unwrap();
        let before = top(&boards, &this_month()).await;
        let (again, path) = (boards.clone(), world.path(someone));
        let late = move |tx: &mut Tx| -> Result<(), Stop<Never>> {
            again.awarded(tx, &old, &path);
            Ok(())
        };
        world.db.write(late).await.unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(top(&boards, &this_month()).await, before);
    }
}

#[tokio::test]
async fn the_sweep_brings_what_no_push_has_brought() {
    for world in World::each().await {
        let mut forms = vec![world.local().await];
        forms.extend(world.shared().await);
        world.award(None, member(1), 4).await;
        world.award(None, member(2), 6).await;
        for boards in &forms {
            assert_eq!(top(boards, &this_month()).await, []);
            assert_eq!(board::sweep(boards).await.unwrap().sent, 4);
            assert_eq!(top(boards, &this_month()).await, [(member(2), 6), (member(1), 4)]);
        }
        world.award(None, member(1), 4).await;
        for boards in &forms {
            board::sweep(boards).await.unwrap();
            assert_eq!(top(boards, &this_month()).await, [(member(1), 8), (member(2), 6)]);
            assert!(!board::sweep(boards).await.unwrap().rebuilt);
        }
    }
}

#[tokio::test]
#[ignore = "needs PostgreSQL and Redis: scripts/test runs it there"]
async fn a_transaction_that_commits_late_is_not_missed() {
    needs_postgres();
    let world = World::postgres().await;
    let boards = world.local().await;
    world.live_in(member(1), &[11, 1]);
    let today = world.db.today();
    let (started, go_on) = (Arc::new(std::sync::Barrier::new(2)), Arc::new(std::sync::Barrier::new(2)));
    let (begun, may_end) = (started.clone(), go_on.clone());
    let slow = tokio::spawn({
        let db = world.db.clone();
        async move {
            let action = move |tx: &mut Tx| -> Result<(), Stop<Never>> {
                ledger::award(tx, &gift(&rule(Caps::default()), member(1), 1, today, fresh_source()))?;
                begun.wait();
                may_end.wait();
                Ok(())
            };
            db.write(action).await.unwrap();
        }
    });
    tokio::task::spawn_blocking(move || started.wait()).await.unwrap();
    world.award(None, member(2), 2).await; // begins later, commits earlier
    board::sweep(&boards).await.unwrap();
    tokio::task::spawn_blocking(move || go_on.wait()).await.unwrap();
    slow.await.unwrap();
    board::sweep(&boards).await.unwrap();
    assert_eq!(top(&boards, &this_month()).await, [(member(2), 2), (member(1), 1)]);
}

#[tokio::test]
#[ignore = "needs PostgreSQL and Redis: scripts/test runs it there"]
async fn a_flushed_redis_is_served_from_the_database_and_filled_again() {
    needs_postgres();
    for world in World::each().await {
        let boards = world.redis().await;
        for n in 0..40 {
            world.award(Some(&boards), member(n), 1 + (n % 7) as i32).await;
            if n == 20 {
                flush(&world.prefix).await;
            }
        }
        let (from_database, source) = boards.top(&this_month(), 100).await.unwrap();
        assert_eq!((from_database.size, source), (40, Source::Fallback));
        assert!(board::sweep(&boards).await.unwrap().rebuilt);
        let (from_redis, source) = boards.top(&this_month(), 100).await.unwrap();
        assert_eq!(source, Source::Redis);
        assert_eq!(from_redis, from_database);
        let whole = |members: u128| (0..members).map(member).collect::<Vec<_>>();
        for someone in whole(40) {
            let found = boards.around(&this_month(), someone, 3).await.unwrap().0;
            let index = from_redis.places.iter().position(|place| place.subject == someone).unwrap();
            assert_eq!(found.around.unwrap().place, from_redis.places[index]);
        }
    }
}

#[tokio::test]
#[ignore = "needs PostgreSQL and Redis: scripts/test runs it there"]
async fn a_restored_database_is_believed_rather_than_what_redis_knew_before() {
    needs_postgres();
    for world in World::each().await {
        let boards = world.redis().await;
        for _ in 0..5 {
            world.award(Some(&boards), member(1), 3).await;
        }
        board::sweep(&boards).await.unwrap();
        assert_eq!(top(&boards, &this_month()).await, [(member(1), 15)]);

        // an older state of the same enterprise, whose versions are smaller
        let restored = World { prefix: world.prefix.clone(), ..World::sqlite().await };
        restored.award(None, member(1), 3).await;
        let begun = restored.db.write(|tx| -> Result<_, Stop<Never>> { Ok(restores::begin_life(tx, None)?) });
        begun.await.unwrap();
        let boards = restored.redis().await;
        assert_eq!(top(&boards, &this_month()).await, [(member(1), 3)]);
        let mut connection = redis_connection().await;
        let pattern = format!("{}*", world.prefix);
        let keys: Vec<String> = redis::cmd("KEYS").arg(pattern).query_async(&mut connection).await.unwrap();
        let life = format!("{}@", world.prefix);
        assert!(!keys.is_empty() && keys.iter().all(|key| key.starts_with(&life)), "{keys:?}");
    }
}

#[tokio::test]
#[ignore = "needs PostgreSQL and Redis: scripts/test runs it there"]
async fn boards_ahead_of_the_database_are_made_anew() {
    needs_postgres();
    for world in World::each().await {
        let boards = world.redis().await;
        world.award(None, member(1), 3).await;
        let mut connection = redis_connection().await;
        let mark = redis::cmd("SET").arg(format!("{}@2:watermark", world.prefix)).arg(i64::MAX / 2).to_owned();
        mark.exec_async(&mut connection).await.unwrap();
        assert!(!board::sweep(&boards).await.unwrap().rebuilt);
        assert!(board::sweep(&boards).await.unwrap().rebuilt);
        assert_eq!(top(&boards, &this_month()).await, [(member(1), 3)]);
    }
}

#[tokio::test]
async fn a_redis_that_is_away_slows_nobody_down() {
    let world = World::sqlite().await;
    // a port where nobody listens, and an address that never answers
    for url in ["redis://127.0.0.1:1/", "redis://10.255.255.1:6379/"] {
        let boards =
            Boards::redis(world.db.clone(), world.directory(), world.closings(), url, &world.prefix).await.unwrap();
        let since = Instant::now();
        assert!(board::sweep(&boards).await.unwrap().away);
        assert!(since.elapsed() < Duration::from_secs(1));
        let since = Instant::now();
        world.award(Some(&boards), member(1), 2).await;
        assert_eq!(boards.top(&this_month(), 9).await.unwrap().1, Source::Fallback);
        assert!(since.elapsed() < Duration::from_millis(300));
        assert!(boards.is_degraded());
    }
}

#[tokio::test]
async fn who_moves_takes_the_points_along_and_who_leaves_is_gone() {
    let world = World::sqlite().await;
    let mut forms = vec![world.local().await];
    forms.extend(world.shared().await);
    world.live_in(member(1), &[11, 1]);
    world.live_in(member(2), &[11, 1]);
    world.award(None, member(1), 4).await;
    world.award(None, member(2), 5).await;
    let (east, west) = (key(Period::Month, "2026-07-01", unit(11)), key(Period::Month, "2026-07-01", unit(12)));
    for boards in &forms {
        board::sweep(boards).await.unwrap();
        assert_eq!(top(boards, &east).await, [(member(2), 5), (member(1), 4)]);
        assert_eq!(top(boards, &west).await, []);
    }
    world.live_in(member(1), &[12, 1]);
    world.homes.write().unwrap().remove(&member(2));
    for boards in &forms {
        boards.moved();
        board::sweep(boards).await.unwrap();
        assert_eq!(top(boards, &east).await, []);
        assert_eq!(top(boards, &west).await, [(member(1), 4)]);
        assert_eq!(top(boards, &this_month()).await, [(member(1), 4)]);
    }
}

#[tokio::test]
async fn a_period_that_is_over_is_ranked_from_the_ledger_late_awards_included() {
    for world in World::each().await {
        let mut forms = vec![world.local().await];
        forms.extend(world.shared().await);
        let boards = &forms[0];
        world.award(Some(boards), member(1), 4).await;
        world.award(Some(boards), member(2), 5).await;
        world.at("2026-07-02T05:00:00+08:00");
        let yesterday: Day = "2026-07-01".parse().unwrap();
        world.award(Some(boards), member(1), 1).await;
        world.award_for(Some(boards), member(1), 3, yesterday).await;
        for boards in &forms {
            board::sweep(boards).await.unwrap();
            let of = |day| key(Period::Day, day, enterprise());
            assert_eq!(top(boards, &of("2026-07-01")).await, [(member(1), 7), (member(2), 5)]);
            assert_eq!(top(boards, &of("2026-07-02")).await, [(member(1), 1)]);
            assert_eq!(top(boards, &of("2026-07-03")).await, []);
            assert_eq!(top(boards, &this_month()).await, [(member(1), 8), (member(2), 5)]);
            let (totals, source) = boards.branch_totals(&of("2026-07-01")).await.unwrap();
            assert_eq!((totals[0].total, source), (12, Source::Ledger));
        }
    }
}

#[tokio::test]
async fn what_is_frozen_is_what_the_ledger_says_of_every_period_and_is_frozen_once() {
    const MEMBERS: u128 = 7;
    for world in World::each().await {
        let (one, other) = (world.local().await, world.local().await);
        let (first, last): (Day, Day) = ("2025-11-20".parse().unwrap(), "2026-03-05".parse().unwrap());
        let (mut day, mut chance) = (first, 7u32);
        while day <= last {
            for n in 0..MEMBERS {
                chance = chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                if chance >> 30 == 0 || (n == 0 && day == first) {
                    world.at(&format!("{day}T{:02}:00:00+08:00", 8 + (chance >> 20) % 9));
                    world.award(None, member(n), 1 + (chance >> 25) as i32 % 5).await;
                }
            }
            day = day.next();
        }
        // the last day still takes late entries
        world.at("2026-03-06T05:59:59+08:00");
        let frozen = tokio::join!(one.freeze(), other.freeze());
        assert!(frozen.0.is_ok() && frozen.1.is_ok(), "{frozen:?}");
        let count = |sql: &'static str| {
            let db = world.db.clone();
            async move { db.read(move |conn| count_rows(conn, sql)).await.unwrap() }
        };
        // a transaction that began before, in any database of the server, is waited for
        const DAYS: &str = "SELECT count(*) AS n FROM frozen_periods WHERE period = 'day'";
        for _ in 0..40 {
            one.freeze().await.unwrap();
            if count(DAYS).await == 105 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        assert_eq!(count(DAYS).await, 105);
        assert_eq!(count("SELECT count(*) AS n FROM frozen_periods WHERE period = 'week'").await, 15);
        assert_eq!(count("SELECT count(*) AS n FROM frozen_periods WHERE period = 'month'").await, 4);
        assert_eq!(count("SELECT count(*) AS n FROM frozen_periods WHERE period = 'quarter'").await, 1);
        assert_eq!(count("SELECT count(*) AS n FROM frozen_periods WHERE period = 'year'").await, 1);
        assert_eq!(count("SELECT count(*) AS n FROM frozen_rosters").await, 1, "nobody moved");
        let mut day = first;
        let mut looked = 0;
        while day <= last {
            for period in Period::EACH.iter().copied().filter(|period| *period != Period::All) {
                for measure in [TOTAL, "learning"] {
                    let key = BoardKey::new(measure, period, day, enterprise());
                    let Some(closed) = one.closed(&key).await.unwrap() else { continue };
                    let (from, until) = (key.start, key.end());
                    let truth = world.db.read(move |conn| ledger::totals(conn, measure, from, until)).await.unwrap();
                    let lot = |who: MemberId| lot(period, from, who.uuid());
                    let mut truth: Vec<_> =
                        truth.into_iter().map(|(who, points, at)| (-points, at, lot(who), who)).collect();
                    truth.sort_unstable();
                    let truth: Vec<_> = truth.into_iter().map(|(points, .., who)| (who, -points)).collect();
                    let (top, source) = one.top(&key, 100).await.unwrap();
                    assert_eq!((lines(&top), source), (truth.clone(), Source::Frozen), "{key:?}");
                    assert!(truth.iter().zip(1..).all(|((who, _), rank)| closed.rank_of(*who) == Some(rank)));
                    looked += 1;
                }
            }
            day = day.next();
        }
        assert!(looked > 300, "{looked}");
        // what is not frozen yet is added up from what is, and from the days since
        let key = key(Period::Month, "2026-03-01", enterprise());
        board::sweep(&one).await.unwrap();
        let running = top(&one, &key).await;
        world.at("2026-04-01T00:00:00+08:00");
        assert_eq!(top(&one, &key).await, running);
        let (_, source) = one.top(&key, 1).await.unwrap();
        assert_eq!(source, Source::Ledger);
        world.at("2026-04-01T06:00:00+08:00");
        for _ in 0..40 {
            one.freeze().await.unwrap();
            if one.top(&key, 1).await.unwrap().1 == Source::Frozen {
                break;
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        assert_eq!(one.top(&key, 1).await.unwrap().1, Source::Frozen);
        assert_eq!(top(&other, &key).await, running);
    }
}

#[derive(diesel::QueryableByName)]
struct Counted {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    n: i64,
}

fn count_rows(conn: &mut Conn, sql: &str) -> diesel::QueryResult<i64> {
    Ok(xianfeng::on!(conn, c => diesel::sql_query(sql).get_result::<Counted>(c))?.n)
}

#[tokio::test]
async fn a_rebuild_reports_what_differs_and_puts_it_right() {
    for world in World::each().await {
        let mut forms = vec![world.local().await];
        forms.extend(world.shared().await);
        for n in 0..5 {
            world.award(None, member(n), 10 + n as i32).await;
        }
        for boards in &forms {
            board::sweep(boards).await.unwrap();
        }
        let good = top(&forms[0], &this_month()).await;
        for boards in &forms {
            let clean = board::rebuild(boards, true, None, PATIENCE).await.unwrap();
            assert_eq!((clean.members, clean.differing, clean.written), (5, 0, 0));
            // by hand: two scores changed, a row lost, one that nobody earned
            world
                .batch(
                    "UPDATE standings SET month_score = 99, version = 7 WHERE measure = 'total' AND month_score = 10",
                )
                .await;
            world.batch("UPDATE ledger_days SET points = 98 WHERE points = 11").await;
            world.batch("DELETE FROM standings WHERE month_score = 12").await;
            let dry = board::rebuild(boards, true, None, PATIENCE).await.unwrap();
            assert_eq!((dry.members, dry.differing, dry.written), (5, 3, 0));
            let what: Vec<_> =
                dry.differences.iter().map(|d| (d.member, d.measure.as_str(), d.what.as_str())).collect();
            assert_eq!(
                what,
                [
                    (member(0), "total", "standing month"),
                    (member(1), "learning", "day 2026-07-01"),
                    (member(2), "learning", "standing day"),
                    (member(2), "total", "standing day"),
                ]
            );
            let real = board::rebuild(boards, false, None, PATIENCE).await.unwrap();
            board::sweep(boards).await.unwrap();
            assert_eq!((real.differing, real.written, &real.differences), (3, 3, &dry.differences));
            assert_eq!(board::rebuild(boards, true, None, PATIENCE).await.unwrap().differing, 0);
            assert_eq!(top(boards, &this_month()).await, good);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL and Redis: scripts/test runs it there"]
async fn redis_equals_the_table_after_flushes_and_lost_pushes() {
    needs_postgres();
    for world in World::each().await {
        let boards = world.redis().await;
        for round in 0..6u128 {
            let mut tasks = tokio::task::JoinSet::new();
            let world = Arc::new(world.clone());
            for n in 0..60u128 {
                let (world, boards) = (world.clone(), boards.clone());
                tasks.spawn(async move {
                    let heard = (n + round) % 3 != 0;
                    world.award(heard.then_some(&boards), member(n % 17), 1 + (n % 4) as i32).await;
                });
            }
            if round % 2 == 0 {
                flush(&world.prefix).await;
            }
            board::sweep(&boards).await.unwrap();
            tasks.join_all().await;
            world.tick(1);
        }
        for _ in 0..2 {
            board::sweep(&boards).await.unwrap();
        }
        let fresh = Boards::local(world.db.clone(), world.directory(), world.closings()).await.unwrap();
        for period in Period::EACH.iter().copied() {
            for scope in [enterprise(), unit(1), unit(11)] {
                let key = key(period, "2026-07-01", scope);
                let (found, source) = boards.top(&key, 100).await.unwrap();
                assert_eq!((&found, source), (&fresh.top(&key, 100).await.unwrap().0, Source::Redis));
                assert_eq!(found.size, 17);
            }
        }
        assert_eq!(board::rebuild(&boards, true, None, PATIENCE).await.unwrap().differing, 0);
    }
}

#[tokio::test]
#[ignore = "needs PostgreSQL and Redis: scripts/test runs it there"]
async fn processes_without_redis_learn_from_each_other() {
    needs_postgres();
    let world = World::postgres().await;
    let other_db = Db::open(&world.url, world.clock.clone(), SMALL).unwrap();
    let other = Boards::local(other_db, world.directory(), world.closings()).await.unwrap();
    let boards = world.local().await;
    world.award(Some(&boards), member(1), 3).await;
    assert_eq!(top(&other, &this_month()).await, []);
    board::sweep(&other).await.unwrap();
    assert_eq!(top(&other, &this_month()).await, [(member(1), 3)]);
}
