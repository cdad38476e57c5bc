//! Beginning a session, by whatever way its member has proved to be the member.

use super::actions::{KEPT_SECONDS, Opened, Sessions};
use super::ending::end_surplus;
use super::hasher::Busy;
use super::model::{Credential, Method, Session};
use super::rules::{self, Refusal, passwords};
use super::{store, tokens};
use crate::base::crypto::random_key;
use crate::base::id::{MemberId, SessionId};
use crate::db::{Stop, Tx};
use crate::ground::notices::{self, NewNotice, NoticeKind, To};
use crate::kernel::trail::{self, Act};
use crate::people::members::model::MemberStatus;

/// A session as a transaction leaves it, with what its tokens are made from.
pub struct Begun {
    pub session: Session,
    /// The refresh secret, of which the database knows the hash.
    pub(super) secret: String,
    pub(super) device_salt: Option<Vec<u8>>,
}

impl Sessions {
    /// What is to be kept of a new password.
    pub(super) async fn hash(&self, password: String) -> Result<Hashed, Refusal> {
        let is_long = passwords::is_long(&password);
        let password_hash = self.hasher.hash(password).await.map_err(|Busy| Refusal::Busy)?;
        Ok(Hashed { password_hash, is_long })
    }

    /// Begins a session of `member`. Where there are too many already, those that were not used for longest end.
    pub(super) fn open_session(
        &self,
        tx: &mut Tx,
        member: MemberId,
        method: Method,
        device: &str,
    ) -> Result<Begun, Stop<Refusal>> {
        tx.take_turn(member)?;
        let (id, now): (SessionId, _) = (tx.fresh_id(), tx.now());
        let secret = self.tokens.first_secret(id);
        let session = Session {
            id,
            member_id: member,
            method,
            device: device.to_owned(),
            refresh_hash: tokens::secret_hash(&secret).to_vec(),
            previous_hash: None,
            rotated_at: now,
            created_at: now,
            expires_at: rules::session_end(now, now, self.terms.max_age_seconds()),
            revoked_at: None,
            revoked_because: None,
            rotation: 0,
            seen_rotation: 0,
            code_given_at: None,
        };
        store::insert_session(tx.conn, &session)?;
        if crate::people::members::store::find_member(tx.conn, member)?
            .is_none_or(|row| row.status == MemberStatus::Left)
        {
            // left since the account was looked up
            return Err(Refusal::WrongPassword.into());
        }
        end_surplus(tx, &self.gate, member)?;
        let detail = serde_json::json!({ "session": id, "method": method });
        let (action, subject_kind) = ("sessions.sign_in", "member");
        trail::note(tx, Act { actor: Some(member), action, subject_kind, subject_id: member.uuid(), detail })?;
        let device_salt = store::find_device_salt(tx.conn, member)?;
        Ok(Begun { session, secret, device_salt })
    }

    /// A session of a member who has proved nothing: for the demo.
    pub(super) async fn open_without_password(
        &self,
        member: MemberId,
        device: &'static str,
    ) -> Result<Opened, Stop<Refusal>> {
        let sessions = self.clone();
        let begun = self.db.write(move |tx| sessions.open_session(tx, member, Method::Password, device)).await?;
        Ok(self.opened(begun))
    }

    /// The tokens of a session just opened or refreshed.
    pub fn opened(&self, begun: Begun) -> Opened {
        let Begun { session, secret, device_salt } = begun;
        Opened {
            access_token: self.tokens.access_of(&session, self.db.now()),
            refresh_token: tokens::refresh_token(session.id, &secret),
            device_key: self.tokens.device_key(session.member_id, device_salt.as_deref()),
            session,
        }
    }
}

/// What is kept of a new password.
pub(super) struct Hashed {
    password_hash: String,
    is_long: bool,
}

/// Sets the password of `member`; the device keys of the password before die with it. Gives the salt of the new ones.
pub(super) fn put_password(tx: &mut Tx, member: MemberId, new: &Hashed) -> diesel::QueryResult<Vec<u8>> {
    let salt = random_key().to_vec();
    let Hashed { password_hash, is_long } = new;
    let credential =
        Credential { password_hash: password_hash.clone(), device_salt: Some(salt.clone()), is_long: Some(*is_long) };
    store::put_credential(tx.conn, member, &credential, tx.now())?;
    Ok(salt)
}

/// Tells `member` that somebody signed in on a device that has never been the member's.
pub(super) fn new_device_notice(member: MemberId, device: &str) -> NewNotice {
    NewNotice {
        to: To::Member(member),
        kind: NoticeKind::SECURITY,
        title: format!("您的账号在新设备“{device}”上登录"),
        body: "如果是您本人登录，无需处理。如非本人操作，请立即修改密码：修改后，其他设备上的登录全部失效。".into(),
        link: Some("/me/sessions".into()),
    }
}

/// Tells of a sign-in on a new device, unless it is the member's first ever: then there is nobody else to tell. Where
/// earlier sessions are no longer kept, an old password says that there may have been some.
pub(super) fn tell_of_new_device(tx: &mut Tx, member: MemberId, device: &str) -> diesel::QueryResult<()> {
    let long_ago = tx.now().plus_seconds(-KEPT_SECONDS);
    if store::had_session(tx.conn, member)? || store::has_password_since(tx.conn, member, long_ago)? {
        notices::tell(tx, new_device_notice(member, device))?;
    }
    Ok(())
}
