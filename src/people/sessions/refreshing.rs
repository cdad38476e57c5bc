//! Exchanging refresh tokens: each once, a lost answer again, a copied token never.

use super::actions::{Opened, Sessions};
use super::beginning::Begun;
use super::ending::end_session;
use super::model::{AccountOpening, Ending};
use super::openings::{by_whom, reset_behind};
use super::rules::{self, Refusal, Stale};
use super::store;
use super::tokens::{self, Origin};
use crate::base::crypto::random_key;
use crate::base::id::{MemberId, SessionId};
use crate::db::{DbError, Never, Stop, Tx};
use crate::ground::notices::{self, NewNotice, NoticeKind, To};

/// What brings a refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Carrier {
    /// A client that keeps it for itself.
    Body,
    /// A browser, whose pages share one cookie and may refresh at the same moment.
    Cookie,
}

/// A refresh token as it was presented.
#[derive(Clone)]
struct Presented {
    session: SessionId,
    origin: Origin,
    hash: [u8; 32],
    /// The secret that it is exchanged for.
    next: String,
    carrier: Carrier,
}

enum Refreshed {
    Rotated(Begun),
    /// The session ended by this reset.
    Reset(AccountOpening),
    Stale(Stale),
}

impl Sessions {
    /// Exchanges a refresh token for the next one and a new access token.
    ///
    /// The token before the present one is answered again, for two days at most, until the server has seen what it was
    /// exchanged for: the next refresh token or an access token that came with it. From then on it ends the session, as
    /// does any older one. What we never issued changes nothing.
    pub(super) async fn refresh(&self, token: &str, carrier: Carrier) -> Result<Opened, Stop<Refusal>> {
        let Some((session, secret)) = tokens::split_refresh_token(token) else {
            return Err(Refusal::SessionOver.into());
        };
        let origin = self.tokens.origin(session, secret);
        if origin == Origin::Foreign {
            return Err(Refusal::SessionOver.into());
        }
        let next = self.tokens.next_secret(session, secret);
        let presented = Presented { session, origin, hash: tokens::secret_hash(secret), next, carrier };
        let sessions = self.clone();
        let rotate = move |tx: &mut Tx| sessions.rotate(tx, &presented);
        match self.db.write(rotate).await.map_err(DbError::from)? {
            Refreshed::Rotated(begun) => Ok(self.opened(begun)),
            Refreshed::Reset(reset) => {
                let by = by_whom(&self.directory, &reset);
                Err(Refusal::SessionReset { at: reset.opened_at, by }.into())
            }
            Refreshed::Stale(Stale::CrowdedOut) => Err(Refusal::SessionCrowdedOut.into()),
            Refreshed::Stale(Stale::Restored) => Err(Refusal::SessionRestored.into()),
            Refreshed::Stale(Stale::Reused) => Err(Refusal::TokenReused.into()),
            Refreshed::Stale(_) => Err(Refusal::SessionOver.into()),
        }
    }

    fn rotate(&self, tx: &mut Tx, presented: &Presented) -> Result<Refreshed, Stop<Never>> {
        let now = tx.now();
        let Some(mut session) = store::lock_session(tx.conn, presented.session)? else {
            return Ok(Refreshed::Stale(Stale::Over));
        };
        let is_current = session.refresh_hash == presented.hash;
        let is_ours = presented.origin == Origin::Ours
            || is_current
            || session.previous_hash.as_deref() == Some(presented.hash.as_slice());
        let end = rules::session_end(session.created_at, now, self.terms.max_age_seconds());
        let is_member = self.directory.person(session.member_id, tx.today()).is_some();
        if !is_ours || !is_member {
            return Ok(Refreshed::Stale(Stale::Over));
        }
        if let Some(reset) = reset_behind(tx.conn, &session)? {
            return Ok(Refreshed::Reset(reset));
        }
        if end <= now {
            return Ok(Refreshed::Stale(Stale::Over));
        }
        let device_salt = store::find_device_salt(tx.conn, session.member_id)?;
        if session.is_live(now) && is_current {
            let next_hash = tokens::secret_hash(&presented.next).to_vec();
            session.previous_hash = Some(std::mem::replace(&mut session.refresh_hash, next_hash));
            session.rotated_at = now;
            session.expires_at = end;
            session.rotation += 1;
            store::update_token(tx.conn, &session)?;
            return Ok(Refreshed::Rotated(Begun { session, secret: presented.next.clone(), device_salt }));
        }
        let successor_seen =
            session.seen_rotation >= session.rotation || self.gate.has_seen(session.id, session.rotation);
        let may_be_other_page = presented.carrier == Carrier::Cookie && rules::is_just_replaced(&session, now);
        let verdict = rules::judge_stale(&session, &presented.hash, successor_seen && !may_be_other_page, now);
        if verdict == Stale::Retry {
            return Ok(Refreshed::Rotated(Begun { session, secret: presented.next.clone(), device_salt }));
        }
        if verdict == Stale::Reused && end_session(tx, &self.gate, session.member_id, session.id, Ending::Reused)? {
            // a thief was given the device key with the tokens
            store::put_device_salt(tx.conn, session.member_id, &random_key())?;
            notices::tell(tx, reuse_warning(session.member_id))?;
        }
        Ok(Refreshed::Stale(verdict))
    }
}

fn reuse_warning(member: MemberId) -> NewNotice {
    NewNotice {
        to: To::Member(member),
        kind: NoticeKind::SECURITY,
        title: "登录凭证被重复使用，已为您退出该设备".into(),
        body: "系统发现一个已作废的登录凭证被再次使用，可能已泄露。为安全起见，该设备的登录已失效，请重新登录；如非本人操作，请修改密码。".into(),
        link: None,
    }
}
