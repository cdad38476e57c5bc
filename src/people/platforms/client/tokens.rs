//! The token by which a platform lets us in: fetched by one of all who need it, in this process and in the others, kept sealed
//! in the database, and used until five minutes before its end.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use serde_json::Value;

use super::{Ask, Client};
use crate::base::crypto::Key;
use crate::base::time::Timestamp;
use crate::db::{Db, DbError, Never, Stop};
use crate::people::platforms::rules::Fault;
use crate::people::platforms::store;

/// Seconds before its end from which on a token is not used any more.
const MARGIN_SECONDS: i64 = 300;
/// How long the process that fetches a token is waited for.
const FETCHING_SECONDS: i64 = 10;
/// How often another process's token is looked for, and how long.
const LOOKS: u32 = 40;
const LOOK: Duration = Duration::from_millis(100);

/// The tokens of one application; clones share them.
#[derive(Clone)]
pub struct Tokens(Arc<Inner>);

struct Inner {
    db: Db,
    /// Under which name the database keeps it: one for each application.
    name: String,
    key: Key,
    fetch: Ask,
    known: RwLock<Option<Known>>,
    /// Held by the one who fetches it in this process.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Clone)]
struct Known {
    token: String,
    expires_at: Timestamp,
}

impl Known {
    fn is_good(&self, stale: Option<&str>, now: Timestamp) -> bool {
        stale != Some(self.token.as_str()) && now.plus_seconds(MARGIN_SECONDS) < self.expires_at
    }
}

impl Tokens {
    /// Tokens of the application `name`, which `fetch` gives.
    pub fn new(db: Db, key: &Key, name: String, fetch: Ask) -> Tokens {
        let key = key.derive(b"platform tokens");
        Tokens(Arc::new(Inner { db, name, key, fetch, known: RwLock::default(), turn: tokio::sync::Mutex::default() }))
    }

    /// A token that is good; another one than `stale`, which the platform has refused.
    pub(super) async fn get(&self, client: &Client, stale: Option<&str>) -> Result<String, Fault> {
        if let Some(known) = self.known(stale) {
            return Ok(known);
        }
        let _turn = self.0.turn.lock().await;
        if let Some(known) = self.known(stale) {
            return Ok(known);
        }
        for _ in 0..LOOKS {
            if let Some(kept) = self.kept(stale).await.map_err(unreadable)? {
                return Ok(self.remember(kept));
            }
            if self.claim().await.map_err(unreadable)? {
                return self.fetch(client, stale).await;
            }
            tokio::time::sleep(LOOK).await;
        }
        Err(Fault::Busy { code: -1, message: "等待平台令牌超时".into() })
    }

    fn known(&self, stale: Option<&str>) -> Option<String> {
        let known = self.0.known.read().unwrap_or_else(PoisonError::into_inner);
        known.as_ref().filter(|known| known.is_good(stale, self.0.db.now())).map(|known| known.token.clone())
    }

    fn remember(&self, known: Known) -> String {
        let token = known.token.clone();
        *self.0.known.write().unwrap_or_else(PoisonError::into_inner) = Some(known);
        token
    }

    async fn kept(&self, stale: Option<&str>) -> Result<Option<Known>, DbError> {
        let name = self.0.name.clone();
        let found = self.0.db.read(move |conn| store::find_token(conn, &name)).await?;
        let known = found.and_then(|(sealed, expires_at)| {
            let token = self.0.key.open_for(self.0.name.as_bytes(), &sealed)?;
            Some(Known { token: String::from_utf8(token).ok()?, expires_at })
        });
        Ok(known.filter(|known| known.is_good(stale, self.0.db.now())))
    }

    async fn claim(&self) -> Result<bool, DbError> {
        let name = self.0.name.clone();
        let claimed = self.0.db.write(move |tx| -> Result<bool, Stop<Never>> {
            let now = tx.now();
            Ok(store::claim_token(tx.conn, &name, now, now.plus_seconds(FETCHING_SECONDS))?)
        });
        claimed.await.map_err(DbError::from)
    }

    async fn fetch(&self, client: &Client, stale: Option<&str>) -> Result<String, Fault> {
        let fetched = client.ask(&self.0.fetch, None).await.and_then(|answer| self.read(&answer));
        let put = fetched.as_ref().ok().cloned();
        let (name, key) = (self.0.name.clone(), self.0.key.clone());
        let kept = self.0.db.write(move |tx| -> Result<(), Stop<Never>> {
            let sealed =
                put.as_ref().map(|known| (key.seal_for(name.as_bytes(), known.token.as_bytes()), known.expires_at));
            Ok(store::put_token(tx.conn, &name, sealed.as_ref().map(|(sealed, until)| (sealed.as_slice(), *until)))?)
        });
        if let Err(error) = kept.await.map_err(DbError::from) {
            tracing::warn!(%error, "a platform's token could not be kept; other processes will fetch their own");
        }
        let known = fetched?;
        if stale == Some(known.token.as_str()) {
            // the platform gives the one again that it refuses
            return Err(Fault::Token { code: 40001 });
        }
        Ok(self.remember(known))
    }

    fn read(&self, answer: &Value) -> Result<Known, Fault> {
        let text = answer["access_token"].as_str().or_else(|| answer["ticket"].as_str()).unwrap_or_default();
        let seconds = answer["expires_in"].as_i64().unwrap_or(0);
        if text.is_empty() || seconds <= 0 {
            return Err(Fault::Invalid { code: 0, message: "没有返回令牌".into() });
        }
        Ok(Known { token: text.to_owned(), expires_at: self.0.db.now().plus_seconds(seconds) })
    }
}

fn unreadable(error: DbError) -> Fault {
    Fault::Busy { code: -1, message: format!("数据库：{error}") }
}
