//! When the service was down 停机, and whether its clock can be believed.
//!
//! Every process beats once a minute: it puts the present instant down as the newest one that the database knows. A
//! process that begins to beat, or whose beats have failed, and finds the newest beat of all processes long past, has
//! found a downtime and puts that down too. What members are given time for is lengthened by what they lost of it
//! ([`Uptime::lengthened`], [`Uptime::seconds_up`]).
//!
//! Before it beats a process looks at its clock. One that lags the newest instant of the database writes into a past that
//! is final; one that leads the database server's writes into a future that hides the present. Either refuses to write
//! ([`Db::doubt`]) until the clock is right again or a person has looked and says that it is ([`Uptime::confirm`]).

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Instant;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::base::time::Timestamp;
use crate::db::schema::{downtimes, pulses};
use crate::db::{Conn, Db, DbError, Never, Stop, Tx};
use crate::kernel::{changes, trail};
use crate::on;

/// What other processes hear when a downtime was put down.
pub const TOPIC: &str = "downtimes";

/// Between two beats lies a minute; what is longer than this was a downtime. A restart is none.
const LONGEST_PAUSE_SECONDS: i64 = 180;

/// By how much a clock may be off before it is doubted.
const BELIEVED_SECONDS: i64 = 300;

/// How far back downtimes are remembered: as far as anybody asks, which are streaks.
const REMEMBERED_DAYS: i64 = 410;

/// The one row of `pulses`.
const ROW: &str = "service";

/// A stretch in which no process served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Queryable)]
pub struct Downtime {
    /// The last sign of life before it.
    pub from: Timestamp,
    pub until: Timestamp,
}

/// Why a clock is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// It shows less than the newest instant that the database knows.
    Behind { newest: Timestamp },
    /// It shows more than the clock of the database server.
    Ahead { server: Timestamp },
}

/// The handle; clones share what is known.
#[derive(Clone)]
pub struct Uptime(Arc<Inner>);

struct Inner {
    db: Db,
    /// Ascending.
    downtimes: RwLock<Arc<[Downtime]>>,
    /// When this process last beat, by a clock that nobody sets; `None` since a beat failed. Without one, what lies between
    /// the newest beat and the next one may have been a downtime.
    last: Mutex<Option<Instant>>,
}

/// What the database knows of time.
#[derive(Clone, Copy, Debug)]
struct Known {
    /// The newest instant; `None` in a database in which nothing has happened.
    newest: Option<Timestamp>,
    /// By how many microseconds a person has let the clock lead that of the database server.
    allowed_lead: i64,
    /// The clock of the database server; `None` where it is ours.
    server: Option<Timestamp>,
}

impl Uptime {
    pub fn new(db: Db) -> Uptime {
        Uptime(Arc::new(Inner { db, downtimes: RwLock::new(Arc::from([])), last: Mutex::default() }))
    }

    /// Looks at the clock, and puts down that the service is up; once a minute.
    pub async fn beat(&self) -> Result<(), DbError> {
        let last = std::mem::take(&mut *self.last());
        let was_silent = last.is_none_or(|last| last.elapsed().as_secs() > LONGEST_PAUSE_SECONDS.unsigned_abs());
        let begun = Instant::now();
        if self.try_to_beat(was_silent).await? {
            *self.last() = Some(begun);
        }
        Ok(())
    }

    /// False while the clock is doubted.
    async fn try_to_beat(&self, was_silent: bool) -> Result<bool, DbError> {
        let (db, asks_server) = (&self.0.db, self.0.db.clock().is_real());
        let known = db.read(move |conn| Known::load(conn, asks_server)).await?;
        let doubt = doubt(&known, db.now());
        if db.doubt(doubt.is_some())
            && let Some(doubt) = doubt
        {
            tracing::error!(now = %db.now(), ?doubt, "the clock is doubted: nothing is written until it is put right or confirmed");
        }
        if doubt.is_some() {
            return Ok(false);
        }
        let found = db.write(move |tx| -> Result<bool, Stop<Never>> { Ok(put_beat(tx, was_silent)?) }).await;
        if found.map_err(DbError::from)? || was_silent {
            self.reload().await?;
        }
        Ok(true)
    }

    /// Learns of downtimes that other processes found.
    pub async fn reload(&self) -> Result<(), DbError> {
        let since = self.0.db.now().plus_seconds(-REMEMBERED_DAYS * 86_400);
        let found = self.0.db.read(move |conn| list_since(conn, since)).await?;
        *self.0.downtimes.write().unwrap_or_else(PoisonError::into_inner) = found.into();
        Ok(())
    }

    /// A person says that the clock is right: from now on it is believed. What was written in a future that was none
    /// stays, and so does a lead over the database server's clock.
    pub async fn confirm(&self) -> Result<(), DbError> {
        let asks_server = self.0.db.clock().is_real();
        let confirmed = self.0.db.write_in_doubt(move |tx| -> Result<(), Stop<Never>> {
            let (known, now) = (Known::load(tx.conn, asks_server)?, tx.now());
            let lead = known.server.map_or(0, |server| (now.micros() - server.micros()).max(0));
            Ok(put_pulse(tx.conn, now, lead)?)
        });
        confirmed.await.map_err(DbError::from)?;
        self.0.db.doubt(false);
        self.beat().await
    }

    /// The end of a time of `seconds` from `from` that stands still while the service is down, by `most_seconds` at most.
    pub fn lengthened(&self, from: Timestamp, seconds: i64, most_seconds: i64) -> Timestamp {
        lengthened(&self.known(), from, seconds, most_seconds)
    }

    /// For how many seconds the service was up from one instant until another.
    pub fn seconds_up(&self, from: Timestamp, until: Timestamp) -> i64 {
        let whole = until.seconds_since(from).max(0);
        whole - self.known().iter().map(|down| overlap_seconds(down, from, until)).sum::<i64>()
    }

    /// The downtime in which all of the time from one instant until another lies.
    pub fn downtime_over(&self, from: Timestamp, until: Timestamp) -> Option<Downtime> {
        self.known().iter().find(|down| down.from <= from && until <= down.until).copied()
    }

    fn last(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.0.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn known(&self) -> Arc<[Downtime]> {
        self.0.downtimes.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Known {
    fn load(conn: &mut Conn, asks_server: bool) -> QueryResult<Known> {
        let pulse: Option<(Timestamp, i64)> = on!(conn, c => pulses::table
            .find(ROW)
            .select((pulses::beat_at, pulses::allowed_lead))
            .first(c)
            .optional())?;
        let server = match conn {
            Conn::Pg(c) if asks_server => {
                let clock = sql::<BigInt>("(extract(epoch from clock_timestamp()) * 1000000)::bigint");
                Some(diesel::select(clock).get_result(c)?)
            }
            _ => None,
        };
        let (newest, allowed_lead) = match pulse {
            Some((newest, lead)) => (Some(newest), lead),
            // a database from before there were beats
            None => (trail::newest(conn)?, 0),
        };
        Ok(Known { newest, allowed_lead, server })
    }
}

/// Whether a clock that shows `now` is to be doubted.
fn doubt(known: &Known, now: Timestamp) -> Option<Doubt> {
    let behind = known.newest.filter(|newest| newest.plus_seconds(-BELIEVED_SECONDS) > now);
    let lead = |server: Timestamp| now.micros() - server.micros() - known.allowed_lead;
    let ahead = known.server.filter(|server| lead(*server) > BELIEVED_SECONDS * 1_000_000);
    behind.map(|newest| Doubt::Behind { newest }).or(ahead.map(|server| Doubt::Ahead { server }))
}

/// Puts down a beat, and the downtime before it if there was one; whether there was.
fn put_beat(tx: &mut Tx, was_silent: bool) -> QueryResult<bool> {
    let now = tx.now();
    let last = match tx.conn {
        Conn::Pg(c) => pulses::table.find(ROW).select(pulses::beat_at).for_update().first(c).optional()?,
        // writes go one after the other
        Conn::Sqlite(c) => pulses::table.find(ROW).select(pulses::beat_at).first(c).optional()?,
    };
    let last: Option<Timestamp> = last;
    let found = last.filter(|last| was_silent && last.plus_seconds(LONGEST_PAUSE_SECONDS) < now);
    if let Some(last) = found {
        let row = (downtimes::from_at.eq(last), downtimes::until_at.eq(now));
        on!(tx.conn, c => diesel::insert_into(downtimes::table).values(row).on_conflict_do_nothing().execute(c))?;
        changes::announce(tx, TOPIC, uuid::Uuid::nil())?;
    }
    match last {
        Some(last) if last >= now => {}
        Some(_) => {
            let beat = pulses::beat_at.eq(now);
            on!(tx.conn, c => diesel::update(pulses::table.find(ROW)).set(beat).execute(c))?;
        }
        None => put_pulse(tx.conn, now, 0)?,
    }
    Ok(found.is_some())
}

fn put_pulse(conn: &mut Conn, now: Timestamp, allowed_lead: i64) -> QueryResult<()> {
    let said = (pulses::beat_at.eq(now), pulses::allowed_lead.eq(allowed_lead));
    on!(conn, c => diesel::insert_into(pulses::table)
        .values((pulses::name.eq(ROW), said))
        .on_conflict(pulses::name)
        .do_update()
        .set(said)
        .execute(c))
    .map(drop)
}

fn list_since(conn: &mut Conn, since: Timestamp) -> QueryResult<Vec<Downtime>> {
    on!(conn, c => downtimes::table
        .filter(downtimes::until_at.ge(since))
        .order(downtimes::from_at)
        .select((downtimes::from_at, downtimes::until_at))
        .load(c))
}

/// The seconds of `down` that lie between two instants.
fn overlap_seconds(down: &Downtime, from: Timestamp, until: Timestamp) -> i64 {
    down.until.min(until).seconds_since(down.from.max(from)).max(0)
}

fn lengthened(downtimes: &[Downtime], from: Timestamp, seconds: i64, most_seconds: i64) -> Timestamp {
    if seconds == 0 {
        return from;
    }
    let (mut end, latest) = (from.plus_seconds(seconds), from.plus_seconds(seconds + most_seconds));
    for down in downtimes.iter().filter(|down| down.until > from) {
        if down.from >= end {
            break;
        }
        let lost = down.until.micros() - down.from.max(from).micros();
        end = Timestamp::from_micros(end.micros() + lost).min(latest);
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        format!("2026-07-{text}+08:00").parse().unwrap()
    }

    fn down(from: &str, until: &str) -> Downtime {
        Downtime { from: at(from), until: at(until) }
    }

    #[test]
    fn a_time_stands_still_while_the_service_is_down() {
        let (six, day) = (6 * 3600, 86_400);
        let end = |downtimes: &[Downtime]| lengthened(downtimes, at("02T00:00:00"), six, day);
        for (downtimes, expected) in [
            (vec![], "02T06:00:00"),
            // before it, and after it
            (vec![down("01T08:00:00", "02T00:00:00"), down("02T06:00:00", "02T09:00:00")], "02T06:00:00"),
            (vec![down("02T01:00:00", "02T02:00:00")], "02T07:00:00"),
            // what began on the day itself counts from midnight
            (vec![down("01T20:00:00", "02T05:00:00")], "02T11:00:00"),
            // three hours were left when it ended
            (vec![down("02T03:00:00", "02T09:00:00")], "02T12:00:00"),
            // one within what was lengthened
            (vec![down("02T03:00:00", "02T09:00:00"), down("02T11:00:00", "02T13:00:00")], "02T14:00:00"),
            (vec![down("01T12:00:00", "04T12:00:00")], "03T06:00:00"),
        ] {
            assert_eq!(end(&downtimes), at(expected), "{downtimes:?}");
        }
        assert_eq!(lengthened(&[down("01T20:00:00", "02T05:00:00")], at("02T00:00:00"), 0, day), at("02T00:00:00"));
    }

    #[test]
    fn a_clock_is_doubted_beyond_five_minutes() {
        let now = at("02T12:00:00");
        let known = |newest: Option<&str>, server: Option<&str>, allowed_lead| Known {
            newest: newest.map(at),
            server: server.map(at),
            allowed_lead,
        };
        for (known, expected) in [
            (known(None, None, 0), None),
            (known(Some("02T12:05:00"), Some("02T11:55:00"), 0), None),
            (known(Some("02T12:05:01"), None, 0), Some(Doubt::Behind { newest: at("02T12:05:01") })),
            (known(Some("01T12:00:00"), Some("02T11:54:59"), 0), Some(Doubt::Ahead { server: at("02T11:54:59") })),
            (known(Some("01T12:00:00"), Some("02T11:54:59"), 301_000_000), None),
            // a lag behind the database server alone is none of our business: its clock may be the wrong one
            (known(Some("01T12:00:00"), Some("02T15:00:00"), 0), None),
        ] {
            assert_eq!(doubt(&known, now), expected, "{known:?}");
        }
    }
}
