//! Signing in and out, refreshing, changing passwords.

use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache;

use super::gate::Gate;
use super::hasher::{Busy, Hasher};
use super::model::{AccountOpening, Ending, Grounds, Method, Opening, OpeningKind, Session};
use super::openings::{Marks, by_whom, reset_behind};
use super::rules::{self, Refusal, Stale};
use super::store;
use super::tokens::{self, Tokens};
use crate::base::crypto::{Key, digest, random_token};
use crate::base::id::{MemberId, SessionId};
use crate::base::text::fold;
use crate::base::time::Timestamp;
use crate::config::{ResetTerms, Secrets};
use crate::db::{Db, Never, Stop, Tx};
use crate::kernel::changes;
use crate::members::Directory;
use crate::members::model::{MemberRow, MemberStatus};
use crate::notices::{self, NewNotice, NoticeKind, To};

/// The change that tells other processes of an ended session.
pub const SESSION_TOPIC: &str = "session_ended";

/// How long wrong passwords are remembered.
const FAILURE_MEMORY: Duration = Duration::from_secs(30 * 60);

type Outcome<T> = Result<T, Stop<Refusal>>;

/// Everything the room works with; clones share it.
#[derive(Clone)]
pub struct Sessions {
    pub(super) db: Db,
    pub(super) directory: Directory,
    pub(super) tokens: Arc<Tokens>,
    pub(super) hasher: Hasher,
    pub gate: Gate,
    phone_key: Key,
    /// Makes what is kept of devices on which accounts are opened.
    pub(super) marks_key: Key,
    /// Hours after which a reset works that nobody else could approve.
    pub(super) reset_wait_hours: u16,
    /// Wrong passwords by account and place, with the time of the last.
    failures: Cache<[u8; 32], (u32, Timestamp)>,
}

/// A sign-in as the client asked for it.
pub struct SignIn {
    /// Employee number or phone number, as typed.
    pub account: String,
    pub password: String,
    pub device: String,
    /// Where it comes from: the client's address, or a device key that proves an earlier session.
    pub place: Place,
}

/// What a lock-out is counted against, beside the account.
pub struct Place {
    pub address: String,
    pub device_key: Option<String>,
}

/// A session just opened or refreshed, with what only the client may know.
pub struct Opened {
    pub session: Session,
    pub access_token: String,
    pub refresh_token: String,
    pub device_key: String,
}

enum Refreshed {
    Rotated(Session),
    Stale(Stale),
    /// The session ended by this reset.
    Reset(AccountOpening),
}

impl Sessions {
    pub fn new(db: Db, directory: Directory, secrets: &Secrets, resets: ResetTerms) -> Self {
        let tokens = Arc::new(Tokens::new(secrets));
        Sessions {
            gate: Gate::new(db.clone(), directory.clone(), tokens.clone()),
            db,
            directory,
            tokens,
            hasher: Hasher::start(),
            phone_key: secrets.phone_key.clone(),
            marks_key: secrets.session_key.derive(b"device marks"),
            reset_wait_hours: resets.reset_wait_hours,
            failures: Cache::builder().max_capacity(200_000).time_to_idle(FAILURE_MEMORY).build(),
        }
    }

    /// Opens a session for whoever knows the password of `account`.
    pub async fn sign_in(&self, ask: SignIn) -> Outcome<Opened> {
        let account = fold(&ask.account).to_uppercase();
        let member = self.find_account(&account).await?;
        let failures_key = self.failures_key(&account, member.as_ref().map(|m| m.id), &ask.place);
        self.check_wait(&failures_key)?;
        let stored = match &member {
            Some(member) if member.status != MemberStatus::Left => {
                let id = member.id;
                self.db.read(move |conn| store::find_password_hash(conn, id)).await?
            }
            _ => None,
        };
        let right = self.hasher.verify(ask.password, stored).await.map_err(busy)?;
        let Some(member) = member.filter(|_| right) else {
            self.count_failure(failures_key);
            return Err(Refusal::WrongPassword.into());
        };
        self.failures.invalidate(&failures_key);
        let id = member.id;
        let secret = random_token();
        let hash = tokens::secret_hash(&secret);
        let device = ask.device;
        let session = self.db.write(move |tx| open_session(tx, id, Method::Password, &device, &hash)).await?;
        Ok(self.opened(session, &secret))
    }

    /// Exchanges a refresh token for the next one and a new access token.
    ///
    /// The token before the present one is answered again within a minute; any older one ends the session.
    pub async fn refresh(&self, token: &str) -> Outcome<Opened> {
        let Some((id, secret)) = tokens::split_refresh_token(token) else {
            return Err(Refusal::SessionOver.into());
        };
        let next = self.tokens.next_secret(id, secret);
        let (old_hash, new_hash) = (tokens::secret_hash(secret), tokens::secret_hash(&next));
        let directory = self.directory.clone();
        let gate = self.gate.clone();
        let refreshed = self
            .db
            .write(move |tx| -> Result<Refreshed, Stop<Never>> {
                rotate(tx, id, &old_hash, &new_hash, &directory, &gate)
            })
            .await
            .map_err(crate::db::DbError::from)?;
        match refreshed {
            Refreshed::Rotated(session) => Ok(self.opened(session, &next)),
            Refreshed::Reset(reset) => {
                let by = by_whom(&self.directory, &reset);
                Err(Refusal::SessionReset { at: reset.opened_at, by }.into())
            }
            Refreshed::Stale(Stale::Reused) => Err(Refusal::TokenReused.into()),
            Refreshed::Stale(_) => Err(Refusal::SessionOver.into()),
        }
    }

    /// Ends one session of `member`.
    pub async fn end(&self, member: MemberId, session: SessionId) -> Outcome<()> {
        let gate = self.gate.clone();
        self.db
            .write(move |tx| match end_session(tx, &gate, member, session, Ending::SignedOut)? {
                true => Ok(()),
                false => Err(Refusal::NoSuchSession.into()),
            })
            .await
    }

    pub async fn list(&self, member: MemberId) -> Result<Vec<Session>, crate::db::DbError> {
        let now = self.db.now();
        self.db.read(move |conn| store::list_live_sessions(conn, member, now)).await
    }

    /// Changes the password of a signed-in member and ends the other sessions.
    pub async fn change_password(
        &self,
        member: MemberId,
        session: SessionId,
        old: String,
        new: String,
        place: Place,
    ) -> Outcome<()> {
        let employee_no = self.directory.member(member).map(|card| card.employee_no.to_string()).unwrap_or_default();
        rules::check_password(&new, &employee_no).map_err(Refusal::WeakPassword)?;
        if old == new {
            return Err(Refusal::WeakPassword(rules::Weakness::Unchanged).into());
        }
        let failures_key = self.failures_key(&employee_no, Some(member), &place);
        self.check_wait(&failures_key)?;
        let stored = self.db.read(move |conn| store::find_password_hash(conn, member)).await?;
        if !self.hasher.verify(old, stored).await.map_err(busy)? {
            self.count_failure(failures_key);
            return Err(Refusal::WrongPassword.into());
        }
        let hash = self.hasher.hash(new).await.map_err(busy)?;
        let gate = self.gate.clone();
        self.db
            .write(move |tx| {
                store::put_password_hash(tx.conn, member, &hash, tx.now())?;
                // who knows the password needs no code, and wants none of somebody else's to work
                store::delete_unused_invitations(tx.conn, member)?;
                end_sessions(tx, &gate, member, Some(session), Ending::PasswordChanged)?;
                Ok(())
            })
            .await
    }

    /// Sets a password without asking for the old one: the first administrator, the demo enterprise. Somebody who signed
    /// in before is told that the operator did it.
    pub async fn set_password(&self, member: MemberId, password: String) -> Outcome<()> {
        let hash = self.hasher.hash(password).await.map_err(busy)?;
        let sessions = self.clone();
        self.db
            .write(move |tx| {
                tx.take_turn(member)?;
                let is_first = store::list_registered(tx.conn, &[member])?.is_empty();
                let kind = if is_first { OpeningKind::First } else { OpeningKind::Reset };
                let opening = Opening { kind, grounds: Grounds::Operator, issued_by: None, approved_by: None };
                store::put_password_hash(tx.conn, member, &hash, tx.now())?;
                store::delete_unused_invitations(tx.conn, member)?;
                Ok(sessions.record_opening(tx, member, &opening, Marks::default())?)
            })
            .await
    }

    pub(super) fn opened(&self, session: Session, secret: &str) -> Opened {
        Opened {
            access_token: self.tokens.access(session.member_id, session.id, self.db.now()),
            refresh_token: tokens::refresh_token(session.id, secret),
            device_key: self.tokens.device_key(session.member_id),
            session,
        }
    }

    async fn find_account(&self, account: &str) -> Result<Option<MemberRow>, crate::db::DbError> {
        let phone_index = crate::members::phone_index(&self.phone_key, account);
        let account = account.to_owned();
        self.db
            .read(move |conn| match crate::members::store::find_by_employee_no(conn, &account)? {
                Some(member) => Ok(Some(member)),
                None => crate::members::store::find_by_phone(conn, &phone_index),
            })
            .await
    }

    /// A device that had a session before is counted apart from the strangers behind the same address.
    pub(super) fn failures_key(&self, account: &str, member: Option<MemberId>, place: &Place) -> [u8; 32] {
        let known_device = member
            .map(|member| self.tokens.device_key(member))
            .is_some_and(|key| place.device_key.as_deref() == Some(key.as_str()));
        let place = if known_device { "known device" } else { place.address.as_str() };
        digest(format!("{account}\n{place}").as_bytes())
    }

    pub(super) fn check_wait(&self, key: &[u8; 32]) -> Result<(), Refusal> {
        let Some((failures, last)) = self.failures.get(key) else { return Ok(()) };
        let left = rules::wait_seconds(failures) - self.db.now().seconds_since(last);
        match u32::try_from(left) {
            Ok(seconds) if seconds > 0 => Err(Refusal::LockedOut { seconds }),
            _ => Ok(()),
        }
    }

    pub(super) fn count_failure(&self, key: [u8; 32]) {
        let now = self.db.now();
        self.failures
            .entry(key)
            .and_upsert_with(|before| (before.map_or(0, |entry| entry.into_value().0).saturating_add(1), now));
    }
}

pub(super) fn busy(_: Busy) -> Refusal {
    Refusal::Busy
}

/// Begins a session whose first refresh secret has the hash `secret_hash`.
pub(super) fn open_session(
    tx: &mut Tx,
    member: MemberId,
    method: Method,
    device: &str,
    secret_hash: &[u8],
) -> Result<Session, Stop<Refusal>> {
    let session = Session {
        id: tx.fresh_id(),
        member_id: member,
        method,
        device: device.to_owned(),
        refresh_hash: secret_hash.to_vec(),
        previous_hash: None,
        rotated_at: tx.now(),
        created_at: tx.now(),
        expires_at: tx.now().plus_seconds(tokens::SESSION_SECONDS),
        revoked_at: None,
        revoked_because: None,
    };
    store::insert_session(tx.conn, &session)?;
    Ok(session)
}

fn rotate(
    tx: &mut Tx,
    id: SessionId,
    old_hash: &[u8],
    new_hash: &[u8],
    directory: &Directory,
    gate: &Gate,
) -> Result<Refreshed, Stop<Never>> {
    let now = tx.now();
    let Some(mut session) = store::hold_session(tx.conn, id)? else {
        return Ok(Refreshed::Stale(Stale::Over));
    };
    if directory.person(session.member_id, tx.today()).is_none() {
        return Ok(Refreshed::Stale(Stale::Over));
    }
    let is_ours = session.refresh_hash == old_hash || session.previous_hash.as_deref() == Some(old_hash);
    if let (true, Some(reset)) = (is_ours, reset_behind(tx.conn, &session)?) {
        return Ok(Refreshed::Reset(reset));
    }
    if session.is_live(now) && session.refresh_hash == old_hash {
        session.previous_hash = Some(std::mem::replace(&mut session.refresh_hash, new_hash.to_vec()));
        session.rotated_at = now;
        session.expires_at = now.plus_seconds(tokens::SESSION_SECONDS);
        store::update_token(tx.conn, &session)?;
        return Ok(Refreshed::Rotated(session));
    }
    let verdict = rules::judge_stale(&session, old_hash, now);
    if verdict == Stale::Retry {
        return Ok(Refreshed::Rotated(session));
    }
    if verdict == Stale::Reused && end_session(tx, gate, session.member_id, id, Ending::Reused)? {
        notices::tell(tx, reuse_warning(session.member_id))?;
    }
    Ok(Refreshed::Stale(verdict))
}

fn reuse_warning(member: MemberId) -> NewNotice {
    NewNotice {
        to: To::Member(member),
        kind: NoticeKind::Security,
        title: "登录凭证被重复使用，已为您退出该设备".into(),
        body: "系统发现一个已作废的登录凭证被再次使用，可能已泄露。为安全起见，该设备的登录已失效，请重新登录；如非本人操作，请修改密码。".into(),
        link: None,
    }
}

/// Ends a session and lets every process know; false when it was not live.
fn end_session(
    tx: &mut Tx,
    gate: &Gate,
    member: MemberId,
    session: SessionId,
    because: Ending,
) -> diesel::QueryResult<bool> {
    if !store::revoke(tx.conn, member, session, because, tx.now())? {
        return Ok(false);
    }
    changes::announce(tx, SESSION_TOPIC, session.uuid())?;
    let gate = gate.clone();
    tx.after_commit(move || gate.end(session));
    Ok(true)
}

/// Ends every session of `member` but `spared`.
pub(super) fn end_sessions(
    tx: &mut Tx,
    gate: &Gate,
    member: MemberId,
    spared: Option<SessionId>,
    because: Ending,
) -> diesel::QueryResult<()> {
    for session in store::list_live_sessions(tx.conn, member, tx.now())? {
        if Some(session.id) != spared {
            end_session(tx, gate, member, session.id, because)?;
        }
    }
    Ok(())
}

/// Days for which ended sessions are kept, so that a late reuse of a token is still recognised.
const KEPT_SECONDS: i64 = 30 * 24 * 3600;

/// Deletes sessions that ended long ago.
pub fn tidy(tx: &mut Tx) -> diesel::QueryResult<usize> {
    let before = tx.now().plus_seconds(-KEPT_SECONDS);
    store::delete_expired(tx.conn, before)
}
