//! Signing in and out, and changing passwords.

use std::net::IpAddr;
use std::sync::Arc;

use super::beginning::{put_password, tell_of_new_device};
use super::ending::{self, end_session, end_sessions};
use super::factors::Factors;
use super::gate::Gate;
use super::guessing::{Guard, Target, Try, Visitor};
use super::hasher::{Busy, Hasher};
use super::model::{Ending, Grounds, Method, Opening, OpeningKind, Session};
use super::openings::Marks;
use super::resets::RESET_ON_DESK;
use super::rules::passwords::{self, Owner};
use super::rules::{Refusal, Weakness};
use super::settings::{PrivacySettings, TermSettings};
use super::store;
use super::tokens::Tokens;
use crate::base::crypto::Key;
use crate::base::id::{MemberId, SessionId};
use crate::base::origin::Origin;
use crate::base::text::fold;
use crate::base::time::Timestamp;
use crate::config::Secrets;
use crate::db::{Db, DbError, Never, Stop, Tx};
use crate::kernel::attempts::Attempts;
use crate::kernel::backlog::Backlog;
use crate::kernel::changes::Change;
use crate::kernel::desk;
use crate::kernel::trail::{self, Act, ActResult, Repetitions};
use crate::people::members::model::{MemberRow, MemberStatus};
use crate::people::members::rules::normal_phone;
use crate::people::members::{Desks, Directory};

pub(super) type Outcome<T> = Result<T, Stop<Refusal>>;

/// Everything the room works with; clones share it.
#[derive(Clone)]
pub struct Sessions {
    pub(super) db: Db,
    pub(super) directory: Directory,
    pub(super) desks: Desks,
    /// What waited before there was a desk of all rooms.
    pub(super) unlaid: Backlog,
    pub(super) tokens: Arc<Tokens>,
    pub(super) hasher: Hasher,
    pub gate: Gate,
    phone_key: Key,
    /// Makes what is kept of devices on which accounts are opened.
    pub(super) marks_key: Key,
    pub(super) terms: TermSettings,
    pub(super) privacy: PrivacySettings,
    pub(super) factors: Factors,
    pub(super) guard: Guard,
    /// Lock-outs that were written down lately.
    pub(super) lock_outs: Arc<Repetitions>,
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

/// Where a request comes from.
#[derive(Clone, Debug)]
pub struct Place {
    pub address: IpAddr,
    pub device_key: Option<String>,
}

/// A session just opened or refreshed, with what only the client may know.
pub struct Opened {
    pub session: Session,
    pub access_token: String,
    pub refresh_token: String,
    pub device_key: String,
}

impl Sessions {
    /// The present instant.
    pub(super) fn now(&self) -> Timestamp {
        self.db.now()
    }

    pub fn new(
        db: Db,
        (directory, desks): (Directory, Desks),
        secrets: &Secrets,
        (terms, privacy): (TermSettings, PrivacySettings),
        attempts: Attempts,
    ) -> Self {
        let (tokens, factors) = (Arc::new(Tokens::new(secrets)), Factors::new());
        Sessions {
            gate: Gate::new(db.clone(), directory.clone(), tokens.clone(), factors.clone()),
            factors,
            db,
            directory,
            desks,
            unlaid: Backlog::new("sessions.reset_desk"),
            tokens,
            hasher: Hasher::start(),
            phone_key: secrets.phone_key.clone(),
            marks_key: secrets.session_key.derive(b"device marks"),
            terms,
            privacy,
            guard: Guard::new(attempts, secrets.session_key.derive(b"attempts")),
            lock_outs: Arc::default(),
        }
    }

    /// Opens a session for anyone who knows the password of `account`.
    pub async fn sign_in(&self, ask: SignIn) -> Outcome<Opened> {
        let device = ask.device.clone();
        let proof = self.prove(ask).await?;
        let sessions = self.clone();
        let begun = self
            .db
            .write(move |tx| {
                proof.hold(tx)?;
                if !proof.is_known_device {
                    tell_of_new_device(tx, proof.member, &device)?;
                }
                sessions.open_session(tx, proof.member, Method::Password, &device)
            })
            .await?;
        Ok(self.opened(begun))
    }

    /// Finds out whether somebody knows the password of `account`, within the limits of sign-in.
    pub async fn prove(&self, ask: SignIn) -> Outcome<Proof> {
        let account = fold(&ask.account).to_uppercase();
        let member = self.find_account(&account).await?;
        // a number is counted in one spelling also when nobody has it: else the count would tell who has one
        let unknown = normal_phone(&account).unwrap_or_else(|_| account.clone());
        let target = member.as_ref().map_or(Target::Nobody(&unknown), |member| Target::Member(member.id));
        let member = member.filter(|member| member.status != MemberStatus::Left).map(|member| member.id);
        let credential = match member {
            Some(id) => self.db.read(move |conn| store::find_credential(conn, id)).await?,
            None => None,
        };
        let salt = credential.as_ref().and_then(|credential| credential.device_salt.as_deref());
        let is_known_device = member.is_some_and(|member| self.is_known_device(&ask.place, member, salt));
        let visitor = self.guard.meet(&ask.place, is_known_device).await?;
        let is_long = passwords::is_long(&ask.password);
        let is_news = credential.as_ref().is_some_and(|known| known.is_long != Some(is_long));
        let stored = credential.map(|credential| credential.password_hash);
        let attempt = self.try_password(target, visitor, ask.password, stored.clone()).await?;
        let (Some(id), Some(verified)) = (member, stored) else {
            // the hasher finds no password right where there is none
            self.guard.failed(attempt).await;
            return Err(Refusal::WrongPassword.into());
        };
        self.guard.succeeded(attempt, id).await;
        Ok(Proof { member: id, is_known_device, verified, is_long: is_news.then_some(is_long) })
    }

    /// Has the trail told that a member's account lets nobody try for a while. Nobody waits for it: accounts that are not
    /// there would answer sooner.
    fn note_lock_out(&self, target: Target<'_>) {
        let Target::Member(member) = target else { return };
        let Some(before) = self.lock_outs.count(member, self.db.now()) else { return };
        let db = self.db.clone();
        let noting = Origin::present().answer(async move {
            let noted = db.write(move |tx| -> Result<(), Stop<Never>> {
                let detail = serde_json::json!({ "unwritten_before": before });
                let (action, subject_kind, subject_id) = ("sessions.lock_out", "member", member.uuid());
                let act = Act { actor: None, action, subject_kind, subject_id, detail };
                Ok(trail::note_as(tx, act, ActResult::Refused)?)
            });
            if let Err(error) = noted.await.map_err(DbError::from) {
                tracing::warn!("a lock-out was not written down: {error}");
            }
        });
        tokio::spawn(noting);
    }

    /// Tries a password, which was counted before. Gives the try, to be settled, when the password is right; whatever
    /// else happened is settled.
    async fn try_password(
        &self,
        target: Target<'_>,
        visitor: Visitor,
        password: String,
        stored: Option<String>,
    ) -> Result<Try, Refusal> {
        if !self.hasher.has_room(visitor.turn()) {
            return Err(Refusal::Busy);
        }
        let attempt = match self.guard.begin(target, visitor).await {
            Err(refusal @ Refusal::LockedOut { .. }) => {
                self.note_lock_out(target);
                return Err(refusal);
            }
            begun => begun?,
        };
        match self.hasher.verify(visitor.turn(), password, stored).await {
            Ok(true) => Ok(attempt),
            Ok(false) => {
                self.guard.failed(attempt).await;
                Err(Refusal::WrongPassword)
            }
            Err(Busy) => {
                self.guard.put_off(attempt).await;
                Err(Refusal::Busy)
            }
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

    pub async fn list(&self, member: MemberId) -> Result<Vec<Session>, DbError> {
        let now = self.db.now();
        self.db.read(move |conn| store::list_live_sessions(conn, member, now)).await
    }

    /// Changes the password of a signed-in member and ends the other sessions. Gives the device key that holds from now
    /// on: those of the password before are worth nothing.
    pub async fn change_password(
        &self,
        member: MemberId,
        session: SessionId,
        old: String,
        new: String,
    ) -> Outcome<String> {
        self.check_password(member, &new).await?;
        if old == new {
            return Err(Refusal::WeakPassword(Weakness::Unchanged).into());
        }
        let credential = self.db.read(move |conn| store::find_credential(conn, member)).await?;
        let verified = credential.map(|credential| credential.password_hash).ok_or(Refusal::WrongPassword)?;
        // anyone who is signed in is not locked out by others who try passwords
        let tried = self.try_password(Target::Member(member), Visitor::KnownDevice, old, Some(verified.clone())).await;
        let attempt = tried.map_err(|stop| match stop {
            Refusal::WrongPassword => Refusal::WrongOldPassword,
            other => other,
        })?;
        self.guard.succeeded(attempt, member).await;
        let hash = self.hash(new).await?;
        let (gate, room) = (self.gate.clone(), self.clone());
        let salt = self
            .db
            .write(move |tx| {
                tx.take_turn(member)?;
                check_unchanged(tx, member, &verified)?;
                let salt = put_password(tx, member, &hash)?;
                // who knows the password needs no code, and wants none of somebody else's to work
                store::delete_unused_invitations(tx.conn, member)?;
                room.lay_reset_on_desk(tx, member, None)?;
                end_sessions(tx, &gate, member, Some(session), Ending::PasswordChanged)?;
                ending::look_anew(tx, &gate, session)?;
                Ok(salt)
            })
            .await?;
        Ok(self.tokens.device_key(member, Some(&salt)))
    }

    /// Refuses a new password that is too weak for `member`.
    pub(super) async fn check_password(&self, member: MemberId, new: &str) -> Outcome<()> {
        let row = self.db.read(move |conn| crate::people::members::store::find_member(conn, member)).await?;
        let sealed = row.and_then(|row| row.phone_sealed);
        let phone =
            sealed.and_then(|sealed| self.phone_key.open(&sealed)).and_then(|phone| String::from_utf8(phone).ok());
        let owner = Owner { phone, ..self.owner(member) };
        Ok(passwords::check(new, &owner).map_err(Refusal::WeakPassword)?)
    }

    /// What the directory knows of whose password it is to be.
    fn owner(&self, member: MemberId) -> Owner {
        let Some(card) = self.directory.member(member) else { return Owner::default() };
        let tree = self.directory.tree();
        let names =
            |unit: &crate::people::members::model::Unit| [&unit.name, &unit.short_name, &unit.code].map(String::clone);
        Owner {
            employee_no: card.employee_no.to_string(),
            name: card.name.to_string(),
            phone: None,
            // also what was granted and holds only from tomorrow on
            is_privileged: card.duties.iter().any(|duty| duty.role.is_privileged()),
            words: tree.each().flat_map(|card| names(&card.unit)).collect(),
        }
    }

    /// Sets a password without asking for the old one: the first administrator, the demo enterprise. Somebody who signed
    /// in before is told that the operator did it.
    pub async fn set_password(&self, member: MemberId, password: String) -> Outcome<()> {
        let hash = self.hash(password).await?;
        let sessions = self.clone();
        self.db
            .write(move |tx| {
                tx.take_turn(member)?;
                let is_first = store::list_registered(tx.conn, &[member])?.is_empty();
                let kind = if is_first { OpeningKind::First } else { OpeningKind::Reset };
                let opening = Opening { kind, grounds: Grounds::Operator, issued_by: None, approved_by: None };
                put_password(tx, member, &hash)?;
                store::delete_unused_invitations(tx.conn, member)?;
                Ok(sessions.record_opening(tx, member, &opening, Marks::default())?)
            })
            .await
    }

    /// Learns of the sessions that other processes ended.
    pub async fn hear(&self, heard: &[Change]) {
        ending::hear(&self.db, &self.gate, heard).await;
    }

    pub(super) async fn find_account(&self, account: &str) -> Result<Option<MemberRow>, DbError> {
        let phone = normal_phone(account);
        let phone_index = crate::people::members::phone_index(&self.phone_key, phone.as_deref().unwrap_or(account));
        let account = account.to_owned();
        self.db
            .read(move |conn| match crate::people::members::store::find_by_employee_no(conn, &account)? {
                Some(member) => Ok(Some(member)),
                None => crate::people::members::store::find_by_phone(conn, &phone_index),
            })
            .await
    }

    /// Whether `place` proves that it had a session of `member` since the password was last changed.
    pub(super) fn is_known_device(&self, place: &Place, member: MemberId, salt: Option<&[u8]>) -> bool {
        place.device_key.as_deref().is_some_and(|key| self.tokens.is_device_key(key, member, salt))
    }
}

/// That somebody knows a member's password; good as long as it is not changed.
#[derive(Clone)]
pub struct Proof {
    pub member: MemberId,
    pub(super) is_known_device: bool,
    /// The hash that it was held against.
    verified: String,
    /// Whether the password is long, where that was not known.
    is_long: Option<bool>,
}

impl Proof {
    /// Takes the member's turn and refuses when the password was changed meanwhile.
    pub fn hold(&self, tx: &mut Tx) -> Result<(), Stop<Refusal>> {
        tx.take_turn(self.member)?;
        check_unchanged(tx, self.member, &self.verified)?;
        if let Some(is_long) = self.is_long {
            store::put_is_long(tx.conn, self.member, is_long)?;
        }
        Ok(())
    }
}

/// Refuses when the password was changed since `verified` was read: a session that began now would outlive the change.
fn check_unchanged(tx: &mut Tx, member: MemberId, verified: &str) -> Result<(), Stop<Refusal>> {
    let credential = store::find_credential(tx.conn, member)?;
    match credential {
        Some(credential) if credential.password_hash == verified => Ok(()),
        _ => Err(Refusal::WrongPassword.into()),
    }
}

/// Days for which ended sessions are kept, so that a late reuse of a token is still recognised.
pub(super) const KEPT_SECONDS: i64 = 30 * 24 * 3600;

/// Deletes sessions and codes that ended long ago, and has nobody wait any more for resets whose time is over.
pub fn tidy(tx: &mut Tx) -> diesel::QueryResult<usize> {
    desk::clear_overdue(tx, RESET_ON_DESK, tx.today())?;
    let before = tx.now().plus_seconds(-KEPT_SECONDS);
    store::delete_expired_invitations(tx.conn, before)?;
    store::delete_expired(tx.conn, before)
}
