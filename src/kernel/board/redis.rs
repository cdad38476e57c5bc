//! Boards in Redis: one sorted set for each board, fed through one script that ignores what is older than it knows.
//!
//! Everything here may be lost at any time. Pushes are best effort and off the request's path: a bounded queue and one
//! task that sends what has gathered; what fails is dropped. The watermark lives with the data, so a flush loses both,
//! and anyone who finds none knows that the boards are not there (yet): readers ask the database, the sweeper rebuilds.
//! A Redis that does not answer is left alone until the sweeper, which calls every second, has reached it again.
//!
//! A database that was put back from a backup begins another life, which is part of every key's name: the versions that
//! Redis knows from the life before are newer than the table's and would win over it. The keys of that life go once the
//! boards of the new one are complete.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ::redis::aio::{ConnectionManager, ConnectionManagerConfig};
use ::redis::{Client, ErrorKind, FromRedisValue, Pipeline, RedisResult, Script, ServerErrorKind, pipe};
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::key::{BoardKey, Entry, Top, View, around, enterprise, lot, top};
use super::local::Home;
use super::standing::Standing;
use crate::base::clock::Clock;
use crate::base::id::MemberId;
use crate::base::time::{Day, Period};
use crate::kernel::restores::LifeId;

/// How long one exchange with Redis may take.
const ANSWER_LIMIT: Duration = Duration::from_millis(400);
const CONNECT_LIMIT: Duration = Duration::from_millis(400);

/// Pushes that may wait; further ones are dropped and left to the sweeper.
const QUEUE: usize = 8192;

/// Standings in one exchange.
pub(super) const BATCH: usize = 250;

/// A rebuild that shows no sign of life for so long has died, and another may begin.
const REBUILD_SECONDS: u64 = 30;

/// What stands before the life in a key.
const LIFE: &str = "@";

/// How boards are written; what was written otherwise is another life, which goes when these are complete.
const FORM: &str = "2";

/// How long a board stays after its period is over.
const KEEP_SECONDS: i64 = 40 * 86_400;

/// A standing with its member's place in the enterprise.
pub(super) type Push = (Standing, Home);

#[derive(Clone)]
pub(super) struct Redis {
    connection: Arc<Mutex<ConnectionManager>>,
    client: Client,
    /// What the keys of every life begin with.
    base: Arc<str>,
    /// What the keys of this life begin with.
    prefix: Arc<str>,
    clock: Clock,
    scripts: Arc<Scripts>,
    queue: Sender<Push>,
    /// Whether the last exchange went well; nobody but the sweeper tries while it did not.
    reachable: Arc<AtomicBool>,
}

struct Scripts {
    feed: Script,
    look: Script,
    advance: Script,
    finish: Script,
}

/// Moves the watermark, unless someone else did or a flush took it away: then what was pushed may be lost.
const ADVANCE: &str =
    "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('SET', KEYS[1], ARGV[2]) return 1 end return 0";

/// Sets the first watermark, if the rebuild's own mark has survived; a flush takes it away with the data.
const FINISH: &str = "if redis.call('GET', KEYS[2]) == ARGV[1] then \
    redis.call('SET', KEYS[1], ARGV[2]) redis.call('DEL', KEYS[2]) return 1 end return 0";

impl Redis {
    /// Prepares the connection, which is made when it is first needed, and starts the pushing task. The keys begin with
    /// `base`, how they are written and, in a database that was put back, its `life`.
    pub(super) fn open(url: &str, base: &str, life: Option<LifeId>, clock: Clock) -> RedisResult<Redis> {
        let client = Client::open(url)?;
        let scripts = Scripts {
            feed: Script::new(include_str!("feed.lua")),
            look: Script::new(include_str!("look.lua")),
            advance: Script::new(ADVANCE),
            finish: Script::new(FINISH),
        };
        let (queue, waiting) = channel(QUEUE);
        let redis = Redis {
            connection: Arc::new(Mutex::new(prepare(&client)?)),
            client,
            base: base.into(),
            prefix: match life {
                Some(life) => format!("{base}{LIFE}{FORM}-{life}:"),
                None => format!("{base}{LIFE}{FORM}:"),
            }
            .into(),
            clock,
            scripts: Arc::new(scripts),
            queue,
            reachable: Arc::default(),
        };
        tokio::spawn(redis.clone_without_queue().work(waiting));
        Ok(redis)
    }

    /// The worker must not hold the queue open that it waits on.
    fn clone_without_queue(&self) -> Redis {
        Redis { queue: channel(1).0, ..self.clone() }
    }

    async fn work(self, mut waiting: Receiver<Push>) {
        let mut batch = Vec::with_capacity(BATCH);
        while waiting.recv_many(&mut batch, BATCH).await > 0 {
            if !self.is_reachable() || self.push(&batch).await.is_err() {
                metrics::counter!("xianfeng_board_pushes_dropped_total").increment(batch.len() as u64);
            }
            batch.clear();
        }
    }

    /// Leaves a push to the task; drops it when too many wait.
    pub(super) fn enqueue(&self, push: Push) {
        if self.queue.try_send(push).is_err() {
            metrics::counter!("xianfeng_board_pushes_dropped_total").increment(1);
        }
    }

    pub(super) fn is_reachable(&self) -> bool {
        self.reachable.load(Ordering::Relaxed)
    }

    /// Runs one exchange within the time limit and remembers whether Redis is there.
    async fn ask<T>(&self, exchange: impl Future<Output = RedisResult<T>>) -> RedisResult<T> {
        let answer = match tokio::time::timeout(ANSWER_LIMIT + CONNECT_LIMIT, exchange).await {
            Ok(answer) => answer,
            Err(_) => Err((ErrorKind::Io, "no answer within the time limit").into()),
        };
        self.reachable.store(answer.is_ok(), Ordering::Relaxed);
        if answer.as_ref().is_err_and(|error| error.is_timeout() || error.is_io_error()) {
            self.begin_anew();
        }
        answer
    }

    fn connection(&self) -> ConnectionManager {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Leaves a connection that does not answer; the manager itself would wait for it to break, which a silent network
    /// lets no connection do for a quarter of an hour.
    fn begin_anew(&self) {
        if let Ok(fresh) = prepare(&self.client) {
            *self.connection.lock().unwrap_or_else(PoisonError::into_inner) = fresh;
        }
    }

    async fn query<T: FromRedisValue>(&self, pipeline: &Pipeline) -> RedisResult<T> {
        let mut connection = self.connection();
        self.ask(pipeline.query_async(&mut connection)).await
    }

    fn watermark_key(&self) -> String {
        format!("{}watermark", self.prefix)
    }

    fn rebuilding_key(&self) -> String {
        format!("{}rebuilding", self.prefix)
    }

    /// Prefix of the boards of a measure; its hash of what is known sorts behind them.
    fn boards_of(&self, measure: &str) -> String {
        format!("{}board:{measure}:", self.prefix)
    }

    fn known_key(&self, measure: &str) -> String {
        format!("{}known:{measure}", self.prefix)
    }

    fn board_key(&self, key: &BoardKey) -> String {
        format!("{}{}:{}:{}", self.boards_of(&key.measure), word(key.period), key.start, key.scope)
    }

    /// Sends standings through the script, in one exchange.
    pub(super) async fn push(&self, batch: &[Push]) -> RedisResult<()> {
        let mut pipeline = pipe();
        for (standing, home) in batch {
            self.feed(&mut pipeline, standing, home);
        }
        match self.query::<()>(&pipeline).await {
            Err(error) if error.kind() == ErrorKind::Server(ServerErrorKind::NoScript) => {
                let mut connection = self.connection();
                self.ask(self.scripts.feed.load_async(&mut connection)).await?;
                self.query(&pipeline).await
            }
            outcome => outcome,
        }
    }

    fn feed(&self, pipeline: &mut Pipeline, standing: &Standing, home: &Home) {
        let now = self.clock.now();
        let path: String = match home {
            Some(path) => path.iter().copied().chain([enterprise()]).map(|unit| format!("{unit},")).collect(),
            None => String::new(),
        };
        let command = pipeline
            .cmd("EVALSHA")
            .arg(self.scripts.feed.get_hash())
            .arg(1)
            .arg(self.known_key(&standing.measure))
            .arg(standing.member.uuid().as_bytes().to_vec())
            .arg(standing.version)
            .arg(path)
            .arg(self.boards_of(&standing.measure));
        for period in Period::EACH.iter().copied() {
            let term = standing.term(period);
            // counted from our own clock, so that a moved clock in a test does not end a board at once
            let lifetime = period.end(term.start).start().seconds_since(now) + KEEP_SECONDS;
            if lifetime <= 0 {
                continue; // long over
            }
            let lifetime = if period == Period::All { String::new() } else { lifetime.to_string() };
            let order = term.order().map(|order| order.to_string()).unwrap_or_default();
            command.arg(format!("{}:{}", word(period), term.start)).arg(order).arg(lifetime);
            command.arg(subject((period, term.start), standing.member));
        }
        command.ignore();
    }

    /// The head of a board; `None` when Redis cannot tell.
    pub(super) async fn top(&self, key: &BoardKey, n: usize) -> Option<Top> {
        type Reply = (Option<i64>, Vec<(Vec<u8>, f64)>, usize);
        if !self.is_reachable() {
            return None;
        }
        let board = self.board_key(key);
        let mut pipeline = pipe();
        pipeline.get(self.watermark_key());
        pipeline.cmd("ZRANGE").arg(&board).arg(0).arg(n.cast_signed() - 1).arg("WITHSCORES");
        pipeline.cmd("ZCARD").arg(&board);
        let (watermark, entries, size): Reply = self.query(&pipeline).await.ok()?;
        watermark?;
        Some(top(entries.iter().filter_map(entry), n, size))
    }

    /// A member's surroundings; `None` when Redis cannot tell.
    pub(super) async fn around(&self, key: &BoardKey, member: MemberId, k: usize) -> Option<View> {
        type Reply = (Option<i64>, Option<usize>, usize, usize, Vec<(Vec<u8>, f64)>);
        if !self.is_reachable() {
            return None;
        }
        let mut connection = self.connection();
        let mut look = self.scripts.look.key(self.watermark_key());
        look.key(self.board_key(key)).arg(subject((key.period, key.start), member)).arg(k);
        let reply: Reply = self.ask(look.invoke_async(&mut connection)).await.ok()?;
        let (watermark, rank, size, first, entries) = reply;
        watermark?;
        Some(around(rank.unwrap_or(size), size, k, |i| entries.get(i.checked_sub(first)?).and_then(entry)))
    }

    /// Up to where the boards follow the table; `None` when they have to be rebuilt.
    pub(super) async fn watermark(&self) -> RedisResult<Option<i64>> {
        let (watermark,) = self.query(pipe().get(self.watermark_key())).await?;
        Ok(watermark)
    }

    /// Moves the watermark, if it is still the one that the pass began with.
    pub(super) async fn advance(&self, from: i64, to: i64) -> RedisResult<bool> {
        let mut connection = self.connection();
        let mut advance = self.scripts.advance.key(self.watermark_key());
        advance.arg(from).arg(to);
        self.ask(advance.invoke_async(&mut connection)).await
    }

    /// Claims the rebuilding; `false` while somebody else is at it.
    pub(super) async fn begin_rebuild(&self, token: &str) -> RedisResult<bool> {
        let mut pipeline = pipe();
        pipeline.cmd("SET").arg(self.rebuilding_key()).arg(token).arg("NX").arg("EX").arg(REBUILD_SECONDS);
        let (claimed,): (Option<String>,) = self.query(&pipeline).await?;
        Ok(claimed.is_some())
    }

    /// A sign of life during a long rebuild.
    pub(super) async fn still_rebuilding(&self) -> RedisResult<()> {
        self.query(pipe().expire(self.rebuilding_key(), REBUILD_SECONDS.cast_signed()).ignore()).await
    }

    /// Declares the boards complete up to `watermark`; `false` when a flush came between.
    pub(super) async fn finish_rebuild(&self, token: &str, watermark: i64) -> RedisResult<bool> {
        let mut connection = self.connection();
        let mut finish = self.scripts.finish.key(self.watermark_key());
        finish.key(self.rebuilding_key()).arg(token).arg(watermark);
        self.ask(finish.invoke_async(&mut connection)).await
    }

    /// Forgets every board. The watermark goes first, so that nobody reads what is half gone; what is known of members
    /// goes last, so that a push that comes between is not taken for done. A rebuild that is under way loses its mark
    /// and begins anew; none begins before this has ended.
    pub(super) async fn clear(&self, token: &str) -> RedisResult<()> {
        let mut pipeline = pipe();
        pipeline.cmd("SET").arg(self.rebuilding_key()).arg(token).arg("EX").arg(REBUILD_SECONDS).ignore();
        pipeline.del(self.watermark_key()).ignore();
        self.query::<()>(&pipeline).await?;
        for pattern in ["board:*", "known:*"] {
            self.unlink(&format!("{}{pattern}", glob(&self.prefix)), |_| true).await?;
        }
        self.query::<()>(pipe().del(self.rebuilding_key()).ignore()).await
    }

    /// Forgets the boards of every other life of the database.
    pub(super) async fn forget_other_lives(&self) -> RedisResult<()> {
        for pattern in ["watermark", "board:*", "known:*", "@*"] {
            self.unlink(&format!("{}{pattern}", glob(&self.base)), |key| !key.starts_with(&*self.prefix)).await?;
        }
        Ok(())
    }

    /// Takes away the keys that look like `pattern` and are `meant`.
    async fn unlink(&self, pattern: &str, meant: impl Fn(&str) -> bool) -> RedisResult<()> {
        let mut cursor = 0u64;
        loop {
            let mut scan = pipe();
            scan.cmd("SCAN").arg(cursor).arg("MATCH").arg(pattern).arg("COUNT").arg(500);
            let ((next, mut keys),): ((u64, Vec<String>),) = self.query(&scan).await?;
            keys.retain(|key| meant(key));
            if !keys.is_empty() {
                self.query::<()>(pipe().cmd("UNLINK").arg(keys).ignore()).await?;
            }
            cursor = next;
            if cursor == 0 {
                return Ok(());
            }
        }
    }
}

/// A prefix as it stands in a pattern of SCAN.
fn glob(prefix: &str) -> String {
    let mut pattern = String::new();
    for c in prefix.chars() {
        if matches!(c, '*' | '?' | '[' | ']' | '^' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}

/// A connection that is made when it is first needed.
fn prepare(client: &Client) -> RedisResult<ConnectionManager> {
    let config = ConnectionManagerConfig::new()
        .set_response_timeout(Some(ANSWER_LIMIT))
        .set_connection_timeout(Some(CONNECT_LIMIT))
        .set_number_of_retries(0);
    ConnectionManager::new_lazy_with_config(client.clone(), config)
}

/// The lot, and who drew it, as raw bytes: Redis orders equal scores by them, as we order lots.
fn subject((period, start): (Period, Day), member: MemberId) -> Vec<u8> {
    let lot = lot(period, start, member.uuid());
    [lot.to_be_bytes().as_slice(), member.uuid().as_bytes()].concat()
}

fn entry((subject, order): &(Vec<u8>, f64)) -> Option<Entry> {
    let (lot, subject) = subject.split_first_chunk().map(|(lot, rest)| (u64::from_be_bytes(*lot), rest))?;
    let subject = uuid::Uuid::from_slice(subject).ok()?.into();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an order is an integer below 2^53")]
    let order = *order as u64;
    Some(Entry { order, lot, subject })
}

fn word(period: Period) -> &'static str {
    match period {
        Period::Day => "day",
        Period::Week => "week",
        Period::Month => "month",
        Period::Quarter => "quarter",
        Period::Year => "year",
        Period::All => "all",
    }
}
