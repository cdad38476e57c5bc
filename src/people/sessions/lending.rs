//! What the room lends to others that know a member by other means than a password: beginning a session, and proofs of who
//! somebody is.

use diesel::QueryResult;

use super::actions::{Place, Sessions};
use super::beginning::Begun;
use super::ending::end_session;
use super::guessing::Target;
use super::model::{Ending, Method};
use super::openings::Showing;
use super::rules::Refusal;
use super::{store, tokens};
use crate::base::crypto::{digest, normal_code};
use crate::base::id::{MemberId, SessionId};
use crate::base::text::fold;
use crate::db::{Conn, DbError, Stop, Tx};

/// How a session began; `None` where there is none.
pub fn find_method(conn: &mut Conn, session: SessionId) -> QueryResult<Option<Method>> {
    Ok(store::find_session(conn, session)?.map(|session| session.method))
}

/// A genuine invite code, looked at and not used yet.
#[derive(Clone, Debug)]
pub struct FoundCode {
    employee_no: String,
    code_hash: [u8; 32],
}

impl Sessions {
    /// Begins a session of a member whom a platform has recognised. One that the same browser had before ends: it is the same
    /// device, and twenty mornings would else be twenty devices.
    pub fn open_recognised(
        &self,
        tx: &mut Tx,
        member: MemberId,
        method: Method,
        device: &str,
        replaces: Option<SessionId>,
    ) -> Result<Begun, Stop<Refusal>> {
        tx.take_turn(member)?;
        if let Some(before) = replaces {
            end_session(tx, &self.gate, member, before, Ending::SignedOut)?;
        }
        self.open_session(tx, member, method, device)
    }

    /// The secret from which the tokens of a session just begun are made: whoever keeps it seals it.
    pub fn secret_of(&self, begun: &Begun) -> String {
        begun.secret.clone()
    }

    /// A session that was begun a moment ago, for anyone who asks the same again: nothing once its token was exchanged or it
    /// has ended.
    pub fn begun_before(&self, tx: &mut Tx, id: SessionId, secret: &str) -> Result<Option<Begun>, Stop<Refusal>> {
        let Some(session) = store::find_session(tx.conn, id)? else { return Ok(None) };
        if !session.is_live(tx.now()) || session.refresh_hash != tokens::secret_hash(secret) {
            return Ok(None);
        }
        let device_salt = store::find_device_salt(tx.conn, session.member_id)?;
        Ok(Some(Begun { session, secret: secret.to_owned(), device_salt }))
    }

    /// Whether a session of the member is live, so that nobody need sign in.
    pub async fn is_live(&self, session: SessionId) -> Result<bool, DbError> {
        let now = self.now();
        let found = self.db.read(move |conn| store::find_session(conn, session)).await?;
        Ok(found.is_some_and(|session| session.is_live(now)))
    }

    /// Looks at an invite code without using it; a wrong one counts as such.
    pub async fn find_code(&self, employee_no: &str, code: &str, place: &Place) -> Result<FoundCode, Stop<Refusal>> {
        let employee_no = fold(employee_no).to_uppercase();
        let code_hash = digest(normal_code(code).as_bytes());
        let found = self.db.read(move |conn| store::find_invitation(conn, &code_hash)).await?;
        match found.filter(|invitation| self.is_genuine(invitation, &employee_no, self.now())) {
            Some(_) => Ok(FoundCode { employee_no, code_hash }),
            None => Err(self.guard.refuse_code(Target::Nobody(&employee_no), place).await.into()),
        }
    }

    /// Whose phone number it is.
    pub async fn find_by_phone(&self, phone: &str) -> Result<Option<MemberId>, DbError> {
        let found = self.find_account(phone).await?;
        // an employee number that looks like one is no phone number
        Ok(found.filter(|row| row.phone_index.is_some() && row.employee_no != phone).map(|row| row.id))
    }

    /// Uses an invite code up to know its member: the account opens without a password, by the same rules as with one.
    pub fn use_code_for_binding(
        &self,
        tx: &mut Tx,
        found: &FoundCode,
        showing: &Showing,
    ) -> Result<MemberId, Stop<Refusal>> {
        let (member, opening) = self.use_code(tx, &found.employee_no, &found.code_hash)?;
        tx.take_turn(member)?;
        let salt = store::find_device_salt(tx.conn, member)?;
        let marks = self.marks(member, showing, &self.tokens.device_key(member, salt.as_deref()));
        self.record_opening(tx, member, &opening, marks)?;
        Ok(member)
    }
}
