//! Signing in by a platform's code: the code is shown to the platform once, whatever the phone repeats, and what it gave is
//! kept for five minutes under the code's hash.

use std::time::Duration;

use super::actions::{Outcome, Platforms};
use super::client::wechat::Wechat;
use super::model::{BoundBy, CodeOutcome, Identity, Platform, Ticket};
use super::rules::{self, Fault, Refusal};
use super::store;
use crate::base::crypto::digest;
use crate::base::id::{MemberId, SessionId};
use crate::db::{DbError, Never, Stop, Tx};
use crate::people::members::model::MemberStatus;
use crate::people::sessions::model::Method;
use crate::people::sessions::{Begun, Opened};

/// How long what a code gave is kept; a platform's codes live no longer.
const KEPT_SECONDS: i64 = 300;
/// How long somebody who asks with the same code waits for the first one.
const LOOKS: u32 = 90;
const LOOK: Duration = Duration::from_millis(50);
/// Pauses before a busy platform is asked again.
const AGAIN: [Duration; 2] = [Duration::from_millis(200), Duration::from_millis(600)];
/// After so long a busy platform is not asked again.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long a recognised account may be bound.
const TICKET_SECONDS: i64 = 900;

/// By what a member came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// A page that was opened in the platform, or a code scanned on a PC.
    Page,
    /// A mini-program inside the platform.
    MiniProgram,
}

/// A sign-in by a platform's code.
#[derive(Clone)]
pub struct CodeAsk {
    pub platform: Platform,
    pub way: Way,
    pub code: String,
    /// What tells the device that has the code from another one that has seen it.
    pub holder: Vec<u8>,
    /// What to call the device.
    pub device: String,
    /// The session that the same browser had before.
    pub replaces: Option<SessionId>,
}

/// What a code gave.
pub enum SignedIn {
    Opened(Box<Opened>),
    /// The platform knows who it is, and we do not yet.
    Unbound(String),
}

enum Found {
    Ours,
    Outcome(CodeOutcome),
    Wait,
}

impl Platforms {
    /// Signs in anyone whom the platform recognises by the code and whose account is bound, and gives a ticket for binding to
    /// anyone else.
    pub async fn sign_in(&self, ask: CodeAsk) -> Outcome<SignedIn> {
        if !self.uses(ask.platform) {
            return Err(Refusal::NotUsed.into());
        }
        let hash = digest(&[ask.platform.as_str().as_bytes(), b"\0", ask.code.as_bytes()].concat()).to_vec();
        let outcome = self.identify(&ask, &hash).await?;
        let (room, opened) = (self.clone(), outcome.clone());
        let begun = self.db.write(move |tx| room.open(tx, &ask, &hash, &opened)).await?;
        Ok(match begun {
            Some(begun) => SignedIn::Opened(Box::new(self.sessions.opened(begun))),
            None => SignedIn::Unbound(self.ticket(outcome)),
        })
    }

    /// Whom the platform recognises by the code. Of many who ask with the same code one asks the platform.
    async fn identify(&self, ask: &CodeAsk, hash: &[u8]) -> Outcome<PlatformOutcome> {
        let platform = ask.platform;
        for _ in 0..LOOKS {
            match self.look(ask, hash).await? {
                Found::Outcome(outcome) => return Ok((platform, outcome)),
                Found::Wait => tokio::time::sleep(LOOK).await,
                Found::Ours => {
                    let answer = self.exchange(ask).await;
                    return self.keep(ask, hash, answer).await;
                }
            }
        }
        Err(Refusal::Away.into())
    }

    async fn look(&self, ask: &CodeAsk, hash: &[u8]) -> Outcome<Found> {
        let (room, hash, holder) = (self.clone(), hash.to_vec(), ask.holder.clone());
        self.db
            .write(move |tx| {
                let now = tx.now();
                if store::insert_code(tx.conn, &hash, &holder, now)? {
                    return Ok(Found::Ours);
                }
                let Some(code) = store::lock_code(tx.conn, &hash)? else { return Ok(Found::Wait) };
                if code.holder != holder || now.seconds_since(code.asked_at) > KEPT_SECONDS {
                    return Err(Refusal::CodeOver.into());
                }
                let Some(sealed) = code.outcome_sealed else { return Ok(Found::Wait) };
                let outcome = room.passing_key.open_for(&hash, &sealed);
                let outcome = outcome.and_then(|bytes| serde_json::from_slice(&bytes).ok());
                Ok(Found::Outcome(outcome.ok_or(Refusal::CodeOver)?))
            })
            .await
    }

    /// Puts down whom the platform recognised; a code that it has not looked at may be shown again.
    async fn keep(
        &self,
        ask: &CodeAsk,
        hash: &[u8],
        answer: Result<Option<Identity>, Fault>,
    ) -> Outcome<PlatformOutcome> {
        let outcome = match answer {
            Ok(Some(identity)) => Ok(CodeOutcome { identity, session: None }),
            Ok(None) => Err(Refusal::Outsider),
            Err(fault) => Err(refused(fault)),
        };
        let forget = matches!(outcome, Err(Refusal::Away | Refusal::TooOften { .. } | Refusal::Misconfigured { .. }));
        let (room, hash, kept) = (self.clone(), hash.to_vec(), outcome.clone().ok());
        let put = self.db.write(move |tx| -> Result<(), Stop<Never>> {
            match &kept {
                Some(kept) => room.put_outcome(tx, &hash, kept)?,
                None if forget => store::delete_code(tx.conn, &hash)?,
                // what asks again finds nothing, and hears the same
                None => store::put_outcome(tx.conn, &hash, b"none")?,
            }
            Ok(())
        });
        put.await.map_err(DbError::from)?;
        Ok((ask.platform, outcome?))
    }

    fn put_outcome(&self, tx: &mut Tx, hash: &[u8], outcome: &CodeOutcome) -> diesel::QueryResult<()> {
        let bytes = serde_json::to_vec(outcome).unwrap_or_default();
        store::put_outcome(tx.conn, hash, &self.passing_key.seal_for(hash, &bytes))
    }

    /// Asks the platform; once or twice more when it is busy and there is time.
    async fn exchange(&self, ask: &CodeAsk) -> Result<Option<Identity>, Fault> {
        let began = std::time::Instant::now();
        let mut again = AGAIN.iter();
        loop {
            match self.ask_once(ask).await {
                Err(Fault::Busy { code, message }) if code == -1 && began.elapsed() < PATIENCE => match again.next() {
                    Some(pause) => tokio::time::sleep(*pause).await,
                    None => return Err(Fault::Busy { code, message }),
                },
                answer => return answer,
            }
        }
    }

    async fn ask_once(&self, ask: &CodeAsk) -> Result<Option<Identity>, Fault> {
        let none = || Fault::Config { code: 0, message: String::new(), address: None };
        let of = |app: &Option<Wechat>| app.clone().ok_or_else(none);
        match (ask.platform, ask.way) {
            (Platform::Wecom, Way::Page) => self.wecom.clone().ok_or_else(none)?.who_opened(&ask.code).await,
            (Platform::Wecom, Way::MiniProgram) => {
                self.wecom.clone().ok_or_else(none)?.who_opened_mini(&ask.code).await
            }
            (Platform::Wechat, _) => of(&self.wechat)?.who_opened(&ask.code).await,
            (Platform::Mini, _) => of(&self.mini)?.who_opened_mini(&ask.code).await,
        }
    }

    /// Opens the session of whom the code is, once for all who ask with it; nothing when the account is nobody's.
    fn open(
        &self,
        tx: &mut Tx,
        ask: &CodeAsk,
        hash: &[u8],
        (platform, outcome): &PlatformOutcome,
    ) -> Outcome<Option<Begun>> {
        // the one that was here first has written down what it opened
        let code = store::lock_code(tx.conn, hash)?.and_then(|code| code.outcome_sealed);
        let kept: Option<CodeOutcome> = code
            .and_then(|sealed| self.passing_key.open_for(hash, &sealed))
            .and_then(|bytes| serde_json::from_slice(&bytes).ok());
        if let Some((session, secret)) = kept.and_then(|kept| kept.session) {
            let before = self.sessions.begun_before(tx, session, &secret).map_err(in_sessions)?;
            return before.map(Some).ok_or(Refusal::CodeOver.into());
        }
        let Some(member) = self.member_of(tx, *platform, &outcome.identity)? else { return Ok(None) };
        let account = self.hash(*platform, &outcome.identity.account);
        let union = outcome.identity.union.as_deref().map(|union| self.union_hash(union));
        let session_key = self.sealed_session_key(&account, &outcome.identity);
        store::renew(tx.conn, (*platform, &account), union.as_deref(), session_key.as_deref())?;
        let begun = self
            .sessions
            .open_recognised(tx, member, method(*platform), &ask.device, ask.replaces)
            .map_err(in_sessions)?;
        let session = Some((begun.session.id, self.sessions.secret_of(&begun)));
        self.put_outcome(tx, hash, &CodeOutcome { identity: outcome.identity.clone(), session })?;
        Ok(Some(begun))
    }

    /// Whose account it is: as it was bound, or as the enterprise has said how accounts are called.
    fn member_of(&self, tx: &mut Tx, platform: Platform, identity: &Identity) -> Outcome<Option<MemberId>> {
        let hash = self.hash(platform, &identity.account);
        if let Some(account) = store::find(tx.conn, platform, &hash)? {
            return Ok(Some(account.member_id).filter(|member| self.belongs(*member)));
        }
        let found = match (platform, &identity.union) {
            (Platform::Wecom, _) if self.config.wecom_userid_is_employee_no => {
                let found =
                    crate::people::members::store::find_by_employee_no(tx.conn, &identity.account.to_uppercase())?;
                found.map(|row| (row.id, BoundBy::EmployeeNo))
            }
            (_, Some(union)) => {
                store::find_by_union(tx.conn, &self.union_hash(union))?.map(|member| (member, BoundBy::Union))
            }
            _ => None,
        };
        let Some((member, by)) = found.filter(|(member, _)| self.belongs(*member)) else { return Ok(None) };
        match self.bind(tx, member, (platform, identity), by) {
            Ok(()) => Ok(Some(member)),
            // he has another one: he may bind this one himself, once that is gone
            Err(Stop::Refused(Refusal::MemberBound)) => Ok(None),
            Err(stop) => Err(stop),
        }
    }

    /// Where the platform's page is on which a member says yes; it sends the browser to `back`.
    pub(super) fn page_address(
        &self,
        platform: Platform,
        back: &str,
        cookie: &str,
        qr: bool,
    ) -> Result<String, Refusal> {
        let state = self.state(platform, cookie);
        let app = self.application(platform);
        let pages = self.config.wechat_pages.trim_end_matches('/');
        let query =
            |pairs: &[(&str, &str)]| form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        match (platform, &self.wecom) {
            (Platform::Wecom, Some(wecom)) if qr => {
                let pairs = [
                    ("login_type", "CorpApp"),
                    ("appid", app),
                    ("agentid", &wecom.agent().to_string()),
                    ("redirect_uri", back),
                    ("state", &state),
                ];
                let pages = self.config.wecom_qr_pages.trim_end_matches('/');
                Ok(format!("{pages}/wwlogin/sso/login?{}", query(&pairs)))
            }
            (Platform::Wecom, Some(wecom)) => {
                let agent = wecom.agent().to_string();
                // in this order, which the platform's page insists on
                let pairs = [
                    ("appid", app),
                    ("redirect_uri", back),
                    ("response_type", "code"),
                    ("scope", "snsapi_base"),
                    ("state", &state),
                    ("agentid", &agent),
                ];
                Ok(format!("{pages}/connect/oauth2/authorize?{}#wechat_redirect", query(&pairs)))
            }
            (Platform::Wechat, _) if self.wechat.is_some() && !qr => {
                let pairs = [
                    ("appid", app),
                    ("redirect_uri", back),
                    ("response_type", "code"),
                    ("scope", "snsapi_base"),
                    ("state", &state),
                ];
                Ok(format!("{pages}/connect/oauth2/authorize?{}#wechat_redirect", query(&pairs)))
            }
            _ => Err(Refusal::NotUsed),
        }
    }

    /// By what an account of the platform can be bound.
    pub(super) fn ways_to_bind(&self, platform: Platform) -> Vec<&'static str> {
        let phone = (platform == Platform::Mini && self.config.mini_phone).then_some("phone_code");
        ["password", "invite_code"].into_iter().chain(phone).collect()
    }

    pub(super) fn belongs(&self, member: MemberId) -> bool {
        self.directory.member(member).is_some_and(|card| card.status != MemberStatus::Left)
    }

    /// What a client binds a recognised account with.
    fn ticket(&self, (platform, outcome): PlatformOutcome) -> String {
        use base64::Engine;
        let ticket = Ticket { platform, identity: outcome.identity, until: self.db.now().plus_seconds(TICKET_SECONDS) };
        let bytes = serde_json::to_vec(&ticket).unwrap_or_default();
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(self.passing_key.seal_for(b"ticket", &bytes))
    }

    /// Opens a ticket, in time.
    pub(super) fn open_ticket(&self, text: &str) -> Option<Ticket> {
        use base64::Engine;
        let sealed = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).ok()?;
        let ticket: Ticket = serde_json::from_slice(&self.passing_key.open_for(b"ticket", &sealed)?).ok()?;
        (self.db.now() <= ticket.until).then_some(ticket)
    }

    /// A state for a browser that is sent to the platform, good with `cookie` alone.
    pub(super) fn state(&self, platform: Platform, cookie: &str) -> String {
        rules::state(&self.passing_key, platform, cookie, self.db.now())
    }

    pub(super) fn is_own_state(&self, platform: Platform, cookie: &str, state: &str) -> bool {
        rules::is_own_state(&self.passing_key, platform, cookie, state, self.db.now())
    }

    /// A mark on the session that a browser has by a platform, so that its next sign-in takes that one's place.
    pub(super) fn visit(&self, session: SessionId) -> String {
        use base64::Engine;
        base64::engine::general_purpose::URL_SAFE_NO_PAD
            .encode(self.passing_key.seal_for(b"visit", session.uuid().as_bytes()))
    }

    pub(super) fn open_visit(&self, text: &str) -> Option<SessionId> {
        use base64::Engine;
        let sealed = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).ok()?;
        let id = self.passing_key.open_for(b"visit", &sealed)?;
        uuid::Uuid::from_slice(&id).ok().map(SessionId::from)
    }
}

type PlatformOutcome = (Platform, CodeOutcome);

pub(super) const fn method(platform: Platform) -> Method {
    match platform {
        Platform::Wecom => Method::Wecom,
        Platform::Wechat => Method::Wechat,
        Platform::Mini => Method::Mini,
    }
}

pub(super) fn in_sessions(stop: Stop<crate::people::sessions::rules::Refusal>) -> Stop<Refusal> {
    match stop {
        Stop::Refused(refusal) => Refusal::Session(refusal).into(),
        Stop::Failed(error) => Stop::Failed(error),
    }
}

/// What a fault of the platform is to anyone who signs in.
fn refused(fault: Fault) -> Refusal {
    match fault {
        Fault::BadCode => Refusal::CodeOver,
        Fault::Blocked => Refusal::Blocked,
        Fault::TooOften => Refusal::TooOften { seconds: 60 },
        Fault::Busy { .. } => Refusal::Away,
        Fault::Token { code } | Fault::Config { code, .. } | Fault::Invalid { code, .. } | Fault::Refused { code } => {
            tracing::error!(code, "signing in by a platform fails: {fault}");
            Refusal::Misconfigured { code }
        }
        Fault::NoQuota | Fault::Duplicate => Refusal::Misconfigured { code: 0 },
    }
}

/// Forgets codes whose outcome nobody may ask for any more.
pub(super) fn tidy(tx: &mut Tx) -> diesel::QueryResult<()> {
    let before = tx.now().plus_seconds(-2 * KEPT_SECONDS);
    store::delete_old_codes(tx.conn, before).map(drop)
}
