//! The sweep: one pass a second that brings to the boards what no push has brought.
//!
//! It reads the standings that changed since the watermark and sends them through the same way as every award; since a
//! board ignores what it knows already, a pass is harmless however often it runs and in however many processes. Without
//! a watermark (first start, a flushed Redis) everything is sent.

use std::sync::atomic::Ordering;

use super::redis::{BATCH, Push, Redis};
use super::{Boards, Form, Standing, store};
use crate::base::id::MemberId;
use crate::base::time::{Period, Timestamp};
use crate::db::DbError;

/// Standings that a full pass reads at a time.
const CHUNK: i64 = 5_000;

crate::id!(
    /// Names one attempt at rebuilding, or at emptying.
    SweepId
);

/// What a pass did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Swept {
    /// Standings that were sent.
    pub sent: usize,
    /// Whether the boards had been lost and are complete again.
    pub rebuilt: bool,
    /// Whether Redis did not answer; the next pass tries again.
    pub away: bool,
    /// When the oldest of what was sent was earned; `None` when nothing was, or simply everything.
    pub oldest: Option<Timestamp>,
}

impl Swept {
    fn count(&mut self, standing: &Standing, since: i64) {
        let at = standing.term(Period::All).at;
        self.sent += 1;
        self.oldest = (since > 0).then(|| self.oldest.map_or(at, |oldest| oldest.min(at)));
    }
}

/// One pass. Fails only when the database does; a Redis that is away is reported, not an error.
pub async fn sweep(boards: &Boards) -> Result<Swept, DbError> {
    let moved = boards.0.moved.swap(false, Ordering::Relaxed);
    if moved {
        boards.0.ranked.forget();
        boards.0.branches.forget();
    }
    let swept = match &boards.0.form {
        Form::Local(local, _) => {
            if moved {
                local.rehome(&boards.0.directory.path);
            }
            fill(boards).await
        }
        Form::Redis(redis) => sweep_redis(boards, redis, moved).await,
    };
    let done = swept.as_ref().is_ok_and(|swept| !swept.away);
    if moved && !done {
        boards.moved();
    }
    tell_lag(boards, swept.as_ref().ok().filter(|_| done));
    swept
}

/// `board_lag_seconds`: how old the oldest standing was that a good pass had to send; without a good pass, how long ago
/// the last one was. A second or two is usual, since a pass also sends what was pushed since the one before.
fn tell_lag(boards: &Boards, good: Option<&Swept>) {
    let now = boards.0.started.elapsed().as_millis() as u64;
    let lag = match good {
        Some(swept) => {
            boards.0.swept_at.store(now, Ordering::Relaxed);
            swept.oldest.map_or(0, |oldest| boards.0.db.now().seconds_since(oldest).max(0))
        }
        None => (now.saturating_sub(boards.0.swept_at.load(Ordering::Relaxed)) / 1000).cast_signed(),
    };
    metrics::gauge!("board_lag_seconds").set(lag as f64);
}

/// Takes into the boards of this process what changed since the last time; everything the first time.
pub(super) async fn fill(boards: &Boards) -> Result<Swept, DbError> {
    let this = boards.clone();
    let swept = boards.0.db.read(move |conn| {
        let Form::Local(local, watermark) = &this.0.form else { return Ok(Swept::default()) };
        let (since, until) = (watermark.load(Ordering::Acquire), store::horizon(conn)?);
        let mut swept = Swept::default();
        store::each_changed(conn, since, |standing| {
            swept.count(&standing, since);
            local.apply(&standing, (this.0.directory.path)(standing.member));
        })?;
        watermark.fetch_max(until, Ordering::AcqRel);
        Ok(swept)
    });
    swept.await
}

async fn sweep_redis(boards: &Boards, redis: &Redis, moved: bool) -> Result<Swept, DbError> {
    let away = Swept { away: true, ..Swept::default() };
    let Ok(watermark) = redis.watermark().await else { return Ok(away) };
    let Some(since) = watermark else { return rebuild_redis(boards, redis).await };
    if moved {
        // the script notices whose path is another one
        return Ok(send_all(boards, redis).await?.unwrap_or(away));
    }
    let this = boards.clone();
    let (until, changed, swept) = boards
        .0
        .db
        .read(move |conn| {
            let (until, mut changed, mut swept) = (store::horizon(conn)?, Vec::new(), Swept::default());
            store::each_changed(conn, since, |standing| {
                swept.count(&standing, since);
                changed.push(this.with_home(standing));
            })?;
            Ok((until, changed, swept))
        })
        .await?;
    for batch in changed.chunks(BATCH) {
        if redis.push(batch).await.is_err() {
            return Ok(away);
        }
    }
    if until < since {
        // no watermark is ever ahead of the database: this one was put back without saying so
        tracing::warn!("the boards in Redis are ahead of the database and are made anew");
        let cleared = redis.clear(&boards.0.db.fresh_id::<SweepId>().to_string()).await;
        return Ok(Swept { away: cleared.is_err(), ..Swept::default() });
    }
    if until > since && redis.advance(since, until).await.is_err() {
        return Ok(away);
    }
    Ok(swept)
}

/// Fills an empty Redis. A flush in the middle takes the attempt's mark away, and the next pass begins anew.
async fn rebuild_redis(boards: &Boards, redis: &Redis) -> Result<Swept, DbError> {
    let away = Swept { away: true, ..Swept::default() };
    let attempt = boards.0.db.fresh_id::<SweepId>().to_string();
    match redis.begin_rebuild(&attempt).await {
        Ok(true) => {}
        Ok(false) => return Ok(Swept::default()), // another process is at it
        Err(_) => return Ok(away),
    }
    let until = boards.0.db.read(store::horizon).await?;
    let Some(swept) = send_all(boards, redis).await? else { return Ok(away) };
    let rebuilt = redis.finish_rebuild(&attempt, until).await;
    if matches!(rebuilt, Ok(true)) && redis.forget_other_lives().await.is_err() {
        tracing::warn!("the boards of an earlier life of the database stay in Redis");
    }
    Ok(Swept { rebuilt: matches!(rebuilt, Ok(true)), away: rebuilt.is_err(), ..swept })
}

/// Sends every standing; `None` when Redis stopped answering.
async fn send_all(boards: &Boards, redis: &Redis) -> Result<Option<Swept>, DbError> {
    let mut sent = 0;
    let mut after: Option<(MemberId, String)> = None;
    loop {
        let from = after.clone();
        let standings = boards.0.db.read(move |conn| store::page(conn, from.as_ref(), CHUNK)).await?;
        let Some(last) = standings.last() else { break };
        after = Some((last.member, last.measure.to_string()));
        let pushes: Vec<Push> = standings.into_iter().map(|standing| boards.with_home(standing)).collect();
        for batch in pushes.chunks(BATCH) {
            if redis.push(batch).await.is_err() || redis.still_rebuilding().await.is_err() {
                return Ok(None);
            }
            sent += batch.len();
        }
    }
    Ok(Some(Swept { sent, ..Swept::default() }))
}

impl Boards {
    fn with_home(&self, standing: Standing) -> Push {
        let home = (self.0.directory.path)(standing.member);
        (standing, home)
    }
}
