//! Invite codes: issued for one member or as a unit's sheet, used once to set a password.

use super::actions::{Opened, Place, Sessions, busy, end_sessions, open_session};
use super::model::{Invitation, Method};
use super::rules::{self, Refusal};
use super::{store, tokens};
use crate::base::capability::Reach;
use crate::base::crypto::{digest, normal_code, random_code, random_token};
use crate::base::id::{MemberId, UnitId};
use crate::base::text::fold;
use crate::base::time::Timestamp;
use crate::db::{Stop, Tx};
use crate::kernel::trail::{self, Act};
use crate::members::directory::MemberCard;
use crate::members::model::MemberStatus;

/// Days that a code can be used.
const VALID_SECONDS: i64 = 14 * 24 * 3600;
/// Members on one sheet.
const SHEET_LIMIT: usize = 500;

/// A code as it is handed to its member; it is shown only now.
#[derive(Clone, Debug)]
pub struct IssuedCode {
    pub member: MemberId,
    pub employee_no: String,
    pub name: String,
    pub unit: UnitId,
    pub code: String,
    pub expires_at: Timestamp,
}

/// Whom an inviter has in mind.
pub enum Invitees {
    One(MemberId),
    /// Everybody below the unit; only those without a password unless `registered_too`.
    Unit {
        unit: UnitId,
        registered_too: bool,
    },
}

/// A member using a code.
pub struct Redeeming {
    pub employee_no: String,
    pub code: String,
    pub new_password: String,
    pub device: String,
    pub place: Place,
}

impl Sessions {
    /// Issues codes; earlier unused ones of the same members stop working.
    pub async fn invite(
        &self,
        actor: MemberId,
        reach: Reach,
        invitees: Invitees,
    ) -> Result<Vec<IssuedCode>, Stop<Refusal>> {
        let cards = self.invitees(actor, &reach, invitees).await?;
        self.db.write(move |tx| cards.iter().map(|card| issue(tx, Some(actor), card)).collect()).await
    }

    /// Sets the password of the member that the code was issued for, ends all sessions and opens one.
    pub async fn redeem(&self, ask: Redeeming) -> Result<Opened, Stop<Refusal>> {
        let employee_no = fold(&ask.employee_no).to_uppercase();
        rules::check_password(&ask.new_password, &employee_no).map_err(Refusal::WeakPassword)?;
        let failures_key = self.failures_key(&employee_no, None, &ask.place);
        self.check_wait(&failures_key)?;
        let code_hash = digest(normal_code(&ask.code).as_bytes());
        let password_hash = self.hasher.hash(ask.new_password).await.map_err(busy)?;
        let secret = random_token();
        let (sessions, secret_hash, device) = (self.clone(), tokens::secret_hash(&secret), ask.device);
        let redeemed = self
            .db
            .write(move |tx| {
                let member = sessions.use_code(tx, &employee_no, &code_hash)?;
                store::put_password_hash(tx.conn, member, &password_hash, tx.now())?;
                end_sessions(tx, &sessions.gate, member, None)?;
                open_session(tx, member, Method::Invitation, &device, &secret_hash)
            })
            .await;
        if matches!(redeemed, Err(Stop::Refused(Refusal::BadInvitation))) {
            self.count_failure(failures_key);
        }
        Ok(self.opened(redeemed?, &secret))
    }

    fn use_code(&self, tx: &mut Tx, employee_no: &str, code_hash: &[u8]) -> Result<MemberId, Stop<Refusal>> {
        let invitation = store::find_invitation(tx.conn, code_hash)?.ok_or(Refusal::BadInvitation)?;
        let belongs = self
            .directory
            .member(invitation.member_id)
            .is_some_and(|card| *card.employee_no == *employee_no && card.status != MemberStatus::Left);
        if !belongs || invitation.expires_at <= tx.now() {
            return Err(Refusal::BadInvitation.into());
        }
        if !store::use_invitation(tx.conn, invitation.id, tx.now())? {
            return Err(Refusal::BadInvitation.into());
        }
        Ok(invitation.member_id)
    }

    async fn invitees(
        &self,
        actor: MemberId,
        reach: &Reach,
        invitees: Invitees,
    ) -> Result<Vec<MemberCard>, Stop<Refusal>> {
        let cards = match invitees {
            Invitees::One(member) => {
                let card = self.directory.member(member).filter(|card| card.status != MemberStatus::Left);
                let card = card.filter(|card| card.id != actor).ok_or(Refusal::NoSuchMember)?;
                self.check_invitee(reach, &card)?;
                vec![(*card).clone()]
            }
            Invitees::Unit { unit, registered_too } => self.unit_sheet(actor, reach, unit, registered_too).await?,
        };
        if cards.is_empty() {
            return Err(Refusal::NobodyToInvite.into());
        }
        if cards.len() > SHEET_LIMIT {
            return Err(Refusal::SheetTooLong.into());
        }
        Ok(cards)
    }

    /// Those of a unit whom the inviter may invite, in the order of their employee numbers.
    async fn unit_sheet(
        &self,
        actor: MemberId,
        reach: &Reach,
        unit: UnitId,
        registered_too: bool,
    ) -> Result<Vec<MemberCard>, Stop<Refusal>> {
        let path = self.directory.tree().get(unit).map(|card| card.path.clone()).ok_or(Refusal::NoSuchMember)?;
        if !reach.covers(&path) {
            return Err(Refusal::NoSuchMember.into());
        }
        let mut cards: Vec<MemberCard> = self
            .directory
            .members_below(unit)
            .iter()
            .filter(|card| card.status != MemberStatus::Left && card.id != actor)
            .filter(|card| self.check_invitee(reach, card).is_ok())
            .map(|card| (**card).clone())
            .collect();
        if !registered_too {
            let ids: Vec<MemberId> = cards.iter().map(|card| card.id).collect();
            let registered = self.db.read(move |conn| store::list_registered(conn, &ids)).await?;
            cards.retain(|card| !registered.contains(&card.id));
        }
        cards.sort_by(|a, b| a.employee_no.cmp(&b.employee_no));
        Ok(cards)
    }

    fn check_invitee(&self, reach: &Reach, card: &MemberCard) -> Result<(), Refusal> {
        let tree = self.directory.tree();
        let path = |unit| tree.get(unit).map(|card| card.path.to_vec()).unwrap_or_default();
        let duty_paths: Vec<Vec<UnitId>> = card.duties.iter().map(|duty| path(duty.unit_id)).collect();
        rules::may_invite(reach, &path(card.unit), &duty_paths)
    }
}

fn issue(tx: &mut Tx, actor: Option<MemberId>, card: &MemberCard) -> Result<IssuedCode, Stop<Refusal>> {
    let code = random_code();
    let expires_at = tx.now().plus_seconds(VALID_SECONDS);
    let invitation = Invitation {
        id: tx.fresh_id(),
        code_hash: digest(normal_code(&code).as_bytes()).to_vec(),
        member_id: card.id,
        issued_by: actor,
        created_at: tx.now(),
        expires_at,
        used_at: None,
    };
    store::delete_unused_invitations(tx.conn, card.id)?;
    store::insert_invitation(tx.conn, &invitation)?;
    let act = Act {
        actor,
        action: "sessions.invite",
        subject_kind: "member",
        subject_id: card.id.uuid(),
        detail: serde_json::json!({ "expires_at": expires_at }),
    };
    trail::note(tx, act)?;
    Ok(IssuedCode {
        member: card.id,
        employee_no: card.employee_no.to_string(),
        name: card.name.to_string(),
        unit: card.unit,
        code,
        expires_at,
    })
}
