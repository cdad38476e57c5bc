//! From an access token to a caller, without a query for anyone who was here before.
//!
//! A session is looked up once and remembered. Ending it leaves a tombstone here that outlives every access token of
//! the session, so the end takes effect on the next request; other processes hear of it within two seconds.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use moka::sync::Cache;

use super::factors::Factors;
use super::model::{Ending, FactorPolicy};
use super::openings::{by_whom, reset_behind};
use super::rules::{self, Refusal};
use super::store;
use super::tokens::{ACCESS_SECONDS, Tokens};
use crate::base::id::{MemberId, SessionId};
use crate::base::person::Person;
use crate::base::time::{Day, Timestamp};
use crate::db::{Db, DbError, Never, Stop, Tx};
use crate::people::members::Directory;
use crate::web::Problem;
use crate::web::caller::Caller;

/// More sessions than an enterprise of 60,000 uses within a quarter of an hour.
const REMEMBERED_SESSIONS: u64 = 200_000;

/// Sessions whose newest token was seen and that wait for the database to hear of it; further ones are noted when they
/// are seen again.
const MAX_NOTES: usize = 100_000;
/// Notes that one transaction writes, so that nobody who refreshes waits for it.
const NOTES_AT_ONCE: usize = 200;

#[derive(Clone)]
enum Known {
    Live(Recognised),
    /// Why is looked up when somebody first asks.
    Ended(Option<Refusal>),
}

/// A person as derived from the directory at one moment.
#[derive(Clone)]
struct Recognised {
    person: Arc<Person>,
    day: Day,
    directory_version: u64,
    policy: FactorPolicy,
    session: SeenSession,
}

/// What is known of a live session, no matter who its member is today.
#[derive(Clone)]
struct SeenSession {
    /// The latest exchange of refresh tokens of which an access token was seen.
    rotation: Arc<AtomicI32>,
    /// The member's password is too short for privileged duties.
    has_short_password: bool,
    /// The member has a second factor.
    has_factor: bool,
    /// When a code of it was last given in this session.
    code_given_at: Option<Timestamp>,
}

/// Recognises callers; clones share what they know.
#[derive(Clone)]
pub struct Gate {
    db: Db,
    directory: Directory,
    tokens: Arc<Tokens>,
    factors: Factors,
    known: Cache<SessionId, Known>,
    /// How many endings there have been; a lookup that began before one must not be remembered after it.
    endings: Arc<Mutex<u64>>,
    /// Exchanges of which an access token was seen and of which the database does not know yet.
    notes: Arc<Mutex<HashMap<SessionId, i32>>>,
}

impl Gate {
    pub fn new(db: Db, directory: Directory, tokens: Arc<Tokens>, factors: Factors) -> Self {
        let lifetime = Duration::from_secs(ACCESS_SECONDS.unsigned_abs() + 60);
        let known = Cache::builder().max_capacity(REMEMBERED_SESSIONS).time_to_live(lifetime).build();
        Gate { db, directory, tokens, factors, known, endings: Arc::default(), notes: Arc::default() }
    }

    /// The caller behind `token`, or 401.
    pub async fn recognise(&self, token: &str) -> Result<Caller, Problem> {
        let claims = self.tokens.verify(token, self.db.now()).ok_or_else(expired)?;
        let today = self.db.today();
        let version = self.directory.version();
        match self.known.get(&claims.sid) {
            Some(Known::Ended(Some(why))) => Err(why.into()),
            Some(Known::Ended(None)) => Err(self.why_ended(claims.sub, claims.sid).await?.into()),
            Some(Known::Live(seen)) if seen.person.member != claims.sub => Err(over()),
            Some(Known::Live(seen))
                if seen.day == today
                    && seen.directory_version == version
                    && seen.policy == self.factors.terms.policy() =>
            {
                self.note(claims.sid, claims.rot, &seen.session.rotation);
                Ok(self.caller(claims.sid, seen.person, &seen.session))
            }
            Some(Known::Live(seen)) => {
                self.note(claims.sid, claims.rot, &seen.session.rotation);
                self.derive(claims.sub, claims.sid, today, version, seen.session, None)
            }
            None => {
                let before = self.endings();
                let session = match self.look_up(claims.sub, claims.sid).await? {
                    Ok(session) => session,
                    Err(why) => return Err(why.into()),
                };
                self.note(claims.sid, claims.rot, &session.rotation);
                self.derive(claims.sub, claims.sid, today, version, session, Some(before))
            }
        }
    }

    /// The caller behind `token` as the database has him now.
    pub async fn recognise_anew(&self, token: &str) -> Result<Caller, Problem> {
        let claims = self.tokens.verify(token, self.db.now()).ok_or_else(expired)?;
        self.look_anew(claims.sid);
        self.recognise(token).await
    }

    /// Whether an access token of the session's exchange `rotation` was seen by this process lately.
    pub fn has_seen(&self, session: SessionId, rotation: i32) -> bool {
        match self.known.get(&session) {
            Some(Known::Live(seen)) => seen.session.rotation.load(Ordering::Relaxed) >= rotation,
            _ => false,
        }
    }

    /// Notes that an access token of an exchange was seen; the database hears of it once, off the request's path.
    fn note(&self, session: SessionId, rotation: i32, seen: &AtomicI32) {
        if rotation <= seen.load(Ordering::Relaxed) {
            return;
        }
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        if notes.len() < MAX_NOTES {
            notes.insert(session, rotation);
            seen.fetch_max(rotation, Ordering::Relaxed);
        }
    }

    /// Writes down of which exchanges an access token was seen, so that other processes know, too. What cannot be
    /// written now is kept for the next time.
    pub async fn write_notes(&self) -> Result<(), DbError> {
        let taken = std::mem::take(&mut *self.notes.lock().unwrap_or_else(PoisonError::into_inner));
        let mut notes: Vec<(SessionId, i32)> = taken.into_iter().collect();
        // in one order everywhere, so that two servers do not wait for each other
        notes.sort_unstable();
        let mut rest = notes.as_slice();
        while !rest.is_empty() {
            let (part, later) = rest.split_at(rest.len().min(NOTES_AT_ONCE));
            if let Err(error) = self.write_part(part.to_vec()).await {
                self.keep_notes(rest);
                return Err(error);
            }
            rest = later;
        }
        Ok(())
    }

    async fn write_part(&self, notes: Vec<(SessionId, i32)>) -> Result<(), DbError> {
        let write = move |tx: &mut Tx| -> Result<(), Stop<Never>> {
            for (session, rotation) in &notes {
                store::mark_seen(tx.conn, *session, *rotation)?;
            }
            Ok(())
        };
        self.db.write(write).await.map_err(DbError::from)
    }

    fn keep_notes(&self, unwritten: &[(SessionId, i32)]) {
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        for (session, rotation) in unwritten {
            let noted = notes.entry(*session).or_insert(*rotation);
            *noted = (*noted).max(*rotation);
        }
    }

    /// Makes the end of a session known to this process.
    pub fn end(&self, session: SessionId) {
        let mut endings = self.endings.lock().unwrap_or_else(PoisonError::into_inner);
        *endings += 1;
        self.known.insert(session, Known::Ended(None));
    }

    /// Forgets what is known of a live session: it is looked up anew.
    pub fn look_anew(&self, session: SessionId) {
        let mut endings = self.endings.lock().unwrap_or_else(PoisonError::into_inner);
        *endings += 1;
        if matches!(self.known.get(&session), Some(Known::Live(_))) {
            self.known.invalidate(&session);
        }
    }

    /// Forgets who was here: everybody is looked up anew.
    pub fn forget(&self) {
        let mut endings = self.endings.lock().unwrap_or_else(PoisonError::into_inner);
        *endings += 1;
        self.known.invalidate_all();
    }

    fn derive(
        &self,
        member: MemberId,
        session: SessionId,
        today: Day,
        directory_version: u64,
        seen: SeenSession,
        looked_up_at: Option<u64>,
    ) -> Result<Caller, Problem> {
        let mut person = self.directory.person(member, today).ok_or_else(over)?;
        let policy = self.factors.terms.policy();
        let because =
            rules::withholding(policy, seen.has_short_password, (seen.has_factor, seen.code_given_at.is_some()));
        if let Some(because) = because {
            person.withhold_privileged(because);
        }
        let person = Arc::new(person);
        let caller = self.caller(session, person.clone(), &seen);
        let recognised = Recognised { person, day: today, directory_version, policy, session: seen };
        let endings = self.endings.lock().unwrap_or_else(PoisonError::into_inner);
        let still_known = matches!(self.known.get(&session), Some(Known::Live(_)));
        if looked_up_at.is_none_or(|before| before == *endings) && (looked_up_at.is_some() || still_known) {
            self.known.insert(session, Known::Live(recognised));
        }
        Ok(caller)
    }

    /// The caller as of this moment: a code grows old with time.
    fn caller(&self, session: SessionId, person: Arc<Person>, seen: &SeenSession) -> Caller {
        let asks = seen.has_factor && self.factors.terms.policy() != FactorPolicy::Off;
        let must_give_code = asks && self.factors.terms.is_old(seen.code_given_at, self.db.now());
        Caller { session, person, must_give_code }
    }

    fn endings(&self) -> u64 {
        *self.endings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why a session is over that ended in the life of this process; remembered, so that a telephone that goes on asking
    /// costs one query.
    async fn why_ended(&self, member: MemberId, session: SessionId) -> Result<Refusal, DbError> {
        let why = self.look_up(member, session).await?.err().unwrap_or(Refusal::SessionOver);
        self.known.insert(session, Known::Ended(Some(why.clone())));
        Ok(why)
    }

    /// The live session of `member`, or why it is over.
    async fn look_up(&self, member: MemberId, session: SessionId) -> Result<Result<SeenSession, Refusal>, DbError> {
        let (now, factors) = (self.db.now(), self.factors.clone());
        let found = self.db.read(move |conn| {
            let session = store::find_session(conn, session)?.filter(|session| session.member_id == member);
            let Some(session) = session else { return Ok(None) };
            let reset = reset_behind(conn, &session)?;
            let has_factor = factors.has(conn, member)?;
            Ok(Some((session, reset, (store::has_short_password(conn, member)?, has_factor))))
        });
        Ok(match found.await? {
            Some((session, _, (has_short_password, has_factor))) if session.is_live(now) => Ok(SeenSession {
                rotation: Arc::new(AtomicI32::new(session.seen_rotation)),
                has_short_password,
                has_factor,
                code_given_at: session.code_given_at,
            }),
            Some((_, Some(reset), _)) => {
                let by = by_whom(&self.directory, &reset);
                Err(Refusal::SessionReset { at: reset.opened_at, by })
            }
            Some((session, None, _)) if session.revoked_because == Some(Ending::TooMany) => {
                Err(Refusal::SessionCrowdedOut)
            }
            Some((session, None, _)) if session.revoked_because == Some(Ending::Restored) => {
                Err(Refusal::SessionRestored)
            }
            _ => Err(Refusal::SessionOver),
        })
    }
}

fn expired() -> Problem {
    Problem::unauthenticated("sessions.invalid_token", "登录凭证无效或已过期，请重新登录")
}

fn over() -> Problem {
    Refusal::SessionOver.into()
}
