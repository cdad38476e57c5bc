//! Boards: who stands where, in a measure, over a period, within a part of the enterprise.
//!
//! A board is a projection that may be lost. What it is made of are [`standing`]s, one row for each (member, measure)
//! that holds the scores of all running periods and a version; an award changes two of them, both of its own member, so
//! no request meets another on a shared row. (The house's plan was a row for each day and a projector for the longer
//! periods. One row for all of them makes every running board derivable by one scan, and needs no projector.) Periods
//! that are final are [frozen](freezing) from the ledger's days and read as they were frozen ([`closed`]); one that is over
//! and still takes late entries is ranked from both. What is no points but has boards all the same is a [`measure`] beside
//! the ledger.
//!
//! Boards live in one of two forms. [`local`]: in the process, fed by after-commit effects, complete as soon as the
//! process has started; several processes on PostgreSQL learn from each other by the [`sweep`]. [`redis`]: sorted sets,
//! fed by the same effects, best effort, and repaired by the same sweep.
//!
//! On a running board is who has points in its period and has not left; moving takes one's points along, since the board
//! asks for today's place in the enterprise. A frozen one asks the roster that it was frozen with. Names and who may see them are not its business.

mod ranked;
mod closed;
mod freezing;
mod key;
mod local;
mod measure;
mod rebuild;
mod redis;
pub(super) mod standing;
mod store;
mod sweep;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};

use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Period};
use crate::db::{Db, DbError, Tx};

pub use closed::Closed;
pub use key::{Around, BoardKey, HIGHEST_SCORE, Place, TOTAL, Top, View, enterprise, lot};
pub use measure::{Gain, Measure, ScoredDays, Totals};
pub use ranked::{BranchTotal, by_branch, rank};
pub use rebuild::{Difference, Report, rebuild};
pub use standing::{DayPoints, Standing, Term, of_member};
pub use sweep::{Swept, sweep};

pub use super::ledger::LaterPoints;

use super::closing::Closings;
use super::lease::ProcessId;
use super::ledger::Awarded;
use super::memo::{Failure, Memo};
use super::restores;
use local::{Home, Local};
use ranked::Ranked;
use redis::Redis;

/// What the boards must know of the organisation; handed in by `app`, kept in memory by anyone who supplies it.
pub struct Directory {
    /// A member's home unit and its ancestors, nearest first; `None` for anyone who is on no board (left, or unknown).
    pub path: Box<dyn Fn(MemberId) -> Option<Arc<[UnitId]>> + Send + Sync>,
    /// The branch of an *active* member, whose points count for it; `None` for everyone else.
    pub branch: Box<dyn Fn(MemberId) -> Option<UnitId> + Send + Sync>,
    /// Whether nobody is shown the member's own points.
    pub hides: Box<dyn Fn(MemberId) -> bool + Send + Sync>,
}

/// Where an answer comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Source {
    /// In the process.
    Memory,
    Redis,
    /// A running period from the database, because Redis is away or not filled yet.
    Fallback,
    /// A period that is over and not frozen yet, from what is frozen of it and from the ledger's days.
    Ledger,
    /// A period that is frozen.
    Frozen,
}

/// A board's totals by branch are at most this old.
const BRANCHES_AGE: Duration = Duration::from_millis(250);

/// How old an answer from the database may be while Redis is away.
const FALLBACK_AGE: Duration = Duration::from_secs(1);

/// How old a board may be whose period is over and not frozen yet: late submissions still change it.
const FRESH_AGE: Duration = Duration::from_secs(1);
const SETTLED_AGE: Duration = Duration::from_secs(60);

/// Frozen boards that are remembered, with at most as many rosters; about 3 MB each at 60,000 members.
const CLOSED_BOARDS: usize = 8;

/// Boards from queries that are remembered; about 1.5 MB each at 60,000 members.
const RANKED_BOARDS: usize = 16;

/// Why a board is not read as it was frozen.
enum NotClosed {
    /// It is not frozen.
    Yet,
    Db(DbError),
}

impl Failure for NotClosed {
    fn for_who_waited(&self) -> Option<Self> {
        match self {
            NotClosed::Yet => Some(NotClosed::Yet),
            NotClosed::Db(error) => error.for_who_waited().map(NotClosed::Db),
        }
    }
}

impl From<DbError> for NotClosed {
    fn from(error: DbError) -> Self {
        NotClosed::Db(error)
    }
}

/// How often content without a version of its own counts as new.
const TICK: Duration = Duration::from_millis(200);

/// The boards; clones share them.
#[derive(Clone)]
pub struct Boards(Arc<Inner>);

struct Inner {
    db: Db,
    directory: Directory,
    form: Form,
    /// This process, where it freezes.
    process: ProcessId,
    closings: Closings,
    closed: Memo<BoardKey, Closed, NotClosed>,
    later_points: Memo<(Arc<str>, Period, Day), Vec<LaterPoints>>,
    ranked: Memo<BoardKey, Ranked>,
    branches: Memo<BoardKey, (Vec<BranchTotal>, Source)>,
    measures: RwLock<Vec<Measure>>,
    moved: AtomicBool,
    started: Instant,
    /// Milliseconds from `started` to the last good sweep.
    swept_at: AtomicU64,
}

enum Form {
    /// With the watermark of the sweep.
    Local(Local, std::sync::atomic::AtomicI64),
    Redis(Redis),
}

impl Boards {
    /// Boards in this process, filled from the database.
    pub async fn local(db: Db, directory: Directory, closings: Closings) -> Result<Boards, DbError> {
        let boards = Boards::new(db, directory, closings, Form::Local(Local::default(), 0.into()));
        sweep::fill(&boards).await?;
        Ok(boards)
    }

    /// Boards in the Redis at `url`, under keys that begin with `prefix`. Redis need not be there yet.
    ///
    /// Must be called within the runtime, where the pushing task will live.
    pub async fn redis(
        db: Db,
        directory: Directory,
        closings: Closings,
        url: &str,
        prefix: &str,
    ) -> Result<Boards, DbError> {
        let life = db.read(restores::find_life).await?;
        let redis = Redis::open(url, prefix, life, db.clock().clone());
        let redis = redis.map_err(|error| DbError::Unavailable(format!("REDIS_URL: {error}")))?;
        Ok(Boards::new(db, directory, closings, Form::Redis(redis)))
    }

    fn new(db: Db, directory: Directory, closings: Closings, form: Form) -> Boards {
        let (ranked, branches) = (Memo::new(RANKED_BOARDS), Memo::new(256));
        let (closed, later_points) = (Memo::new(CLOSED_BOARDS), Memo::new(CLOSED_BOARDS));
        let (moved, started, swept_at) = (false.into(), Instant::now(), 0.into());
        Boards(Arc::new(Inner {
            process: db.fresh_id(),
            db,
            directory,
            form,
            closings,
            closed,
            later_points,
            ranked,
            branches,
            measures: RwLock::default(),
            moved,
            started,
            swept_at,
        }))
    }

    /// The database that the boards are derived from.
    pub fn db(&self) -> &Db {
        &self.0.db
    }

    /// Feeds the boards with an award once its transaction has committed; `path` is the member's, nearest unit first.
    pub fn awarded(&self, tx: &mut Tx, awarded: &Awarded, path: &[UnitId]) {
        self.feed(tx, awarded.standings.clone(), path);
    }

    /// Feeds the boards with standings that this transaction has changed, once it has committed.
    pub fn feed(&self, tx: &mut Tx, standings: Vec<Standing>, path: &[UnitId]) {
        if standings.is_empty() {
            return;
        }
        let boards = self.clone();
        let home: Home = Some(path.into());
        tx.after_commit(move || standings.into_iter().for_each(|standing| boards.take(standing, home.clone())));
    }

    fn take(&self, standing: Standing, home: Home) {
        match &self.0.form {
            Form::Local(local, _) => local.apply(&standing, home),
            Form::Redis(redis) => redis.enqueue((standing, home)),
        }
    }

    /// Says that members or units have moved, left or come back; the next [`sweep`] puts everyone in their place.
    pub fn moved(&self) {
        self.0.moved.store(true, Ordering::Relaxed);
    }

    /// Whether Redis keeps the boards.
    pub fn is_shared(&self) -> bool {
        matches!(self.0.form, Form::Redis(_))
    }

    /// Whether Redis keeps the boards and does not answer, so that readers are served from the database.
    pub fn is_degraded(&self) -> bool {
        matches!(&self.0.form, Form::Redis(redis) if !redis.is_reachable())
    }

    /// Asks Redis once whether it answers. A process that has only begun has not heard from it yet.
    pub async fn ask_redis(&self) {
        if let Form::Redis(redis) = &self.0.form {
            let _ = redis.watermark().await;
        }
    }

    /// A number that changes when the board may have; equal numbers mean that what was read may be shown again.
    pub fn version(&self, key: &BoardKey) -> u64 {
        match &self.0.form {
            Form::Local(local, _) if key.is_running(self.0.db.today()) => local.version(key),
            _ => self.tick(),
        }
    }

    /// A number that changes five times a second, for content that has no version of its own.
    pub fn tick(&self) -> u64 {
        (self.0.started.elapsed().as_millis() / TICK.as_millis()) as u64
    }

    /// The `n` first of a board.
    pub async fn top(&self, key: &BoardKey, n: usize) -> Result<(Top, Source), DbError> {
        if key.is_running(self.0.db.today()) {
            match &self.0.form {
                Form::Local(local, _) => return Ok((local.top(key, n), Source::Memory)),
                Form::Redis(redis) => {
                    if let Some(top) = redis.top(key, n).await {
                        return Ok((top, Source::Redis));
                    }
                }
            }
        }
        if let Some(closed) = self.closed(key).await? {
            return Ok((closed.top(n), Source::Frozen));
        }
        let (ranked, source) = self.ranked(key).await?;
        Ok((ranked.top(n), source))
    }

    /// Where `member` stands, with up to `k` neighbours on each side.
    pub async fn around(&self, key: &BoardKey, member: MemberId, k: usize) -> Result<(View, Source), DbError> {
        if key.is_running(self.0.db.today()) {
            match &self.0.form {
                Form::Local(local, _) => return Ok((local.around(key, member, k), Source::Memory)),
                Form::Redis(redis) => {
                    if let Some(view) = redis.around(key, member, k).await {
                        return Ok((view, Source::Redis));
                    }
                }
            }
        }
        if let Some(closed) = self.closed(key).await? {
            return Ok((closed.around(member, k), Source::Frozen));
        }
        let (ranked, source) = self.ranked(key).await?;
        Ok((ranked.around(member, k), source))
    }

    /// The points of each branch within the board's scope, in no order; at most a moment old.
    pub async fn branch_totals(&self, key: &BoardKey) -> Result<(Vec<BranchTotal>, Source), DbError> {
        let totals = self.0.branches.get(key, BRANCHES_AGE, async || self.count_branches(key).await).await?;
        Ok((*totals).clone())
    }

    async fn count_branches(&self, key: &BoardKey) -> Result<(Vec<BranchTotal>, Source), DbError> {
        let Directory { branch: branch_of, hides, .. } = &self.0.directory;
        match &self.0.form {
            Form::Local(local, _) if key.is_running(self.0.db.today()) => {
                Ok((local.scores(key, |scores| by_branch(scores, branch_of, hides)), Source::Memory))
            }
            _ => {
                if let Some(closed) = self.closed(key).await? {
                    return Ok((closed.branch_totals(hides), Source::Frozen));
                }
                let (ranked, source) = self.ranked(key).await?;
                Ok((by_branch(ranked.scores(), branch_of, hides), source))
            }
        }
    }

    /// The board from the database, remembered for as long as it can be trusted.
    async fn ranked(&self, key: &BoardKey) -> Result<(Arc<Ranked>, Source), DbError> {
        let (now, running) = (self.0.db.now(), key.is_running(self.0.db.today()));
        let (age, source) = match self.0.closings.final_at(key.end().previous()) <= now {
            _ if running => (FALLBACK_AGE, Source::Fallback),
            true => (SETTLED_AGE, Source::Ledger),
            false => (FRESH_AGE, Source::Ledger),
        };
        if key.start > now.day() {
            return Ok((Arc::new(Ranked::new(key, Vec::new(), |_| false)), source)); // nothing has happened there yet
        }
        let ask = async || {
            let (boards, asked) = (self.clone(), key.clone());
            let rows = self.0.db.read(move |conn| match running {
                true => store::running_scores(conn, &asked),
                false => Ok(boards.sums_so_far(conn, asked.period, asked.start, &asked.measure)?.rows()),
            });
            Ok::<_, DbError>(Ranked::new(key, rows.await?, |member| self.belongs(member, key.scope)))
        };
        Ok((self.0.ranked.get(key, age, ask).await?, source))
    }

    fn belongs(&self, member: MemberId, scope: UnitId) -> bool {
        (self.0.directory.path)(member).is_some_and(|path| scope == enterprise() || path.contains(&scope))
    }
}
