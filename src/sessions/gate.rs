//! From an access token to a caller, without a query for whoever was here before.
//!
//! A session is looked up once and remembered. Ending it leaves a tombstone here that outlives every access token of
//! the session, so the end takes effect on the next request; other processes hear of it within two seconds.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use moka::sync::Cache;

use super::openings::{by_whom, reset_behind};
use super::rules::Refusal;
use super::store;
use super::tokens::{ACCESS_SECONDS, Tokens};
use crate::base::id::{MemberId, SessionId};
use crate::base::time::Day;
use crate::db::{Db, DbError};
use crate::members::Directory;
use crate::web::Problem;
use crate::web::caller::{Caller, Person};

/// More sessions than an enterprise of 60,000 uses within a quarter of an hour.
const REMEMBERED_SESSIONS: u64 = 200_000;

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
}

/// Recognises callers; clones share what they know.
#[derive(Clone)]
pub struct Gate {
    db: Db,
    directory: Directory,
    tokens: Arc<Tokens>,
    known: Cache<SessionId, Known>,
    /// How many endings there have been; a lookup that began before one must not be remembered after it.
    endings: Arc<Mutex<u64>>,
}

impl Gate {
    pub fn new(db: Db, directory: Directory, tokens: Arc<Tokens>) -> Self {
        let lifetime = Duration::from_secs(ACCESS_SECONDS.unsigned_abs() + 60);
        let known = Cache::builder().max_capacity(REMEMBERED_SESSIONS).time_to_live(lifetime).build();
        Gate { db, directory, tokens, known, endings: Arc::default() }
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
            Some(Known::Live(seen)) if seen.day == today && seen.directory_version == version => {
                Ok(Caller { session: claims.sid, person: seen.person })
            }
            Some(Known::Live(_)) => self.derive(claims.sub, claims.sid, today, version, None),
            None => {
                let before = self.endings();
                if let Some(why) = self.look_up(claims.sub, claims.sid).await? {
                    return Err(why.into());
                }
                self.derive(claims.sub, claims.sid, today, version, Some(before))
            }
        }
    }

    /// Makes the end of a session known to this process.
    pub fn end(&self, session: SessionId) {
        let mut endings = self.endings.lock().unwrap_or_else(PoisonError::into_inner);
        *endings += 1;
        self.known.insert(session, Known::Ended(None));
    }

    fn derive(
        &self,
        member: MemberId,
        session: SessionId,
        today: Day,
        directory_version: u64,
        looked_up_at: Option<u64>,
    ) -> Result<Caller, Problem> {
        let person = Arc::new(self.directory.person(member, today).ok_or_else(over)?);
        let recognised = Recognised { person: person.clone(), day: today, directory_version };
        let endings = self.endings.lock().unwrap_or_else(PoisonError::into_inner);
        let still_known = matches!(self.known.get(&session), Some(Known::Live(_)));
        if looked_up_at.is_none_or(|before| before == *endings) && (looked_up_at.is_some() || still_known) {
            self.known.insert(session, Known::Live(recognised));
        }
        Ok(Caller { session, person })
    }

    fn endings(&self) -> u64 {
        *self.endings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why a session is over that ended in the life of this process; remembered, so that a telephone that goes on asking
    /// costs one query.
    async fn why_ended(&self, member: MemberId, session: SessionId) -> Result<Refusal, DbError> {
        let why = self.look_up(member, session).await?.unwrap_or(Refusal::SessionOver);
        self.known.insert(session, Known::Ended(Some(why.clone())));
        Ok(why)
    }

    /// Why a session of `member` is over; `None` while it is live.
    async fn look_up(&self, member: MemberId, session: SessionId) -> Result<Option<Refusal>, DbError> {
        let now = self.db.now();
        let found = self.db.read(move |conn| {
            let session = store::find_session(conn, session)?.filter(|session| session.member_id == member);
            let Some(session) = session else { return Ok((false, None)) };
            Ok((session.is_live(now), reset_behind(conn, &session)?))
        });
        Ok(match found.await? {
            (true, _) => None,
            (false, None) => Some(Refusal::SessionOver),
            (false, Some(reset)) => {
                let by = by_whom(&self.directory, &reset);
                Some(Refusal::SessionReset { at: reset.opened_at, by })
            }
        })
    }
}

fn expired() -> Problem {
    Problem::unauthenticated("session.invalid_token", "登录凭证无效或已过期，请重新登录")
}

fn over() -> Problem {
    Refusal::SessionOver.into()
}
