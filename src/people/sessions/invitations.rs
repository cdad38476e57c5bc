//! Invite codes: issued for one member or as a unit's sheet, used once to set a password.

use std::sync::Arc;

use super::actions::{Opened, Place, Sessions};
use super::beginning::put_password;
use super::guessing::Target;
use super::model::{Grounds, Invitation, InvitationId, Method, Opening, OpeningKind};
use super::openings::Showing;
use super::resets::{Inviters, NewReset};
use super::rules::{self, Refusal, Standing};
use super::store;
use super::wording::name_of;
use crate::base::capability::Reach;
use crate::base::crypto::{digest, normal_code, random_code};
use crate::base::id::{MemberId, UnitId};
use crate::base::text::fold;
use crate::base::time::Timestamp;
use crate::db::{Stop, Tx};
use crate::kernel::trail::{self, Act};
use crate::people::members::directory::MemberCard;
use crate::people::members::model::MemberStatus;

/// Days that a code can be used.
const VALID_SECONDS: i64 = 14 * 24 * 3600;
/// Codes that are looked through at once.
const CODES_AT_ONCE: i64 = 500;
/// Members on one sheet.
const SHEET_LIMIT: usize = 500;

/// A code as it is handed to its member; it is shown only now.
#[derive(Clone, Debug)]
pub struct IssuedCode {
    pub member: MemberId,
    pub employee_no: String,
    pub name: String,
    pub unit: UnitId,
    /// The name of the home unit.
    pub unit_name: String,
    pub code: String,
    pub expires_at: Timestamp,
    /// How the reset stands that the code is for somebody who ever signed in.
    pub reset: Option<(InvitationId, Standing)>,
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

/// A code that can still be used, as anyone sees it who could issue another one; the code itself is not kept.
pub struct OpenCode {
    pub invitation: Invitation,
    pub card: Arc<MemberCard>,
    /// How the reset stands that the code is for somebody who ever signed in.
    pub reset: Option<Standing>,
}

/// A member using a code.
pub struct Redeeming {
    pub employee_no: String,
    pub code: String,
    pub new_password: String,
    pub device: String,
    pub place: Place,
    pub showing: Showing,
}

impl Sessions {
    /// Issues codes. Where some of the members hold one that still works nothing is issued unless `replace` says that
    /// those are to stop working: they may be on paper that was handed out.
    pub async fn invite(
        &self,
        actor: MemberId,
        reach: Reach,
        invitees: Invitees,
        replace: bool,
    ) -> Result<Vec<IssuedCode>, Stop<Refusal>> {
        let cards = self.invitees(actor, &reach, invitees).await?;
        let sessions = self.clone();
        self.db.write(move |tx| sessions.issue_all(tx, actor, &cards, replace)).await
    }

    /// Codes within an inviter's reach (of one unit's subtree when `unit` is set) that can still be used, newest first,
    /// before `before`.
    pub async fn list_open_codes(
        &self,
        actor: MemberId,
        reach: Reach,
        unit: Option<UnitId>,
        before: Option<InvitationId>,
        limit: usize,
    ) -> Result<Vec<OpenCode>, Stop<Refusal>> {
        let tree = self.directory.tree();
        let covered = |unit: &UnitId| tree.is_within(&reach, *unit);
        if unit.is_some_and(|unit| !covered(&unit)) {
            return Err(Refusal::NoSuchUnit.into());
        }
        let (sessions, now) = (self.clone(), self.db.now());
        let within = move |invitation: Invitation| {
            let card = sessions.directory.member(invitation.member_id)?;
            let path = tree.get(card.unit).map(|card| card.path.clone()).unwrap_or_else(|| [card.unit].into());
            let asked = unit.is_none_or(|unit| path.contains(&unit));
            let shown = asked
                && card.id != actor
                && card.status != MemberStatus::Left
                && sessions.check_invitee(&reach, &card).is_ok();
            let reset = invitation.is_reset.then(|| sessions.standing_of(&invitation, now));
            shown.then_some(OpenCode { invitation, card, reset })
        };
        let found = self
            .db
            .read(move |conn| {
                let (mut found, mut before) = (Vec::new(), before);
                while found.len() < limit {
                    let some = store::list_open_codes(conn, now, before, CODES_AT_ONCE)?;
                    let Some(last) = some.last().map(|code| code.id) else { break };
                    before = Some(last);
                    found.extend(some.into_iter().filter_map(&within));
                }
                found.truncate(limit);
                Ok(found)
            })
            .await?;
        Ok(found)
    }

    fn issue_all(
        &self,
        tx: &mut Tx,
        actor: MemberId,
        cards: &[MemberCard],
        replace: bool,
    ) -> Result<Vec<IssuedCode>, Stop<Refusal>> {
        let ids: Vec<MemberId> = cards.iter().map(|card| card.id).collect();
        // so that of two codes for one member the later one alone works
        tx.take_turns(ids.iter().copied())?;
        if !replace {
            let open = store::list_with_open_code(tx.conn, &ids, tx.now())?.len();
            rules::check_open_codes(open)?;
        }
        let registered = store::list_registered(tx.conn, &ids)?;
        let inviters = (!registered.is_empty()).then(|| Inviters::of(&self.directory, tx.today()));
        let tree = self.directory.tree();
        let (mut codes, mut resets) = (Vec::new(), Vec::new());
        for card in cards {
            let inviters = inviters.as_ref().filter(|_| registered.contains(&card.id));
            let new = inviters.map(|inviters| self.new_reset(tx, Some(actor), card, inviters)).transpose()?;
            let (code, invitation) = issue(tx, Some(actor), card, new.as_ref())?;
            let standing = invitation.is_reset.then(|| self.standing_of(&invitation, tx.now()));
            let reset = standing.map(|standing| (invitation.id, standing));
            let unit_name = tree.get(card.unit).map(|card| card.unit.name.clone()).unwrap_or_default();
            codes.push(IssuedCode { reset, unit_name, ..code });
            resets.extend(new.map(|new| (invitation, new)));
        }
        for (reset, _) in &resets {
            self.lay_reset_on_desk(tx, reset.member_id, inviters.as_ref())?;
        }
        self.tell_issued(tx, &resets)?;
        Ok(codes)
    }

    /// Sets the password of the member that the code was issued for, ends all sessions and opens one. A code for somebody
    /// who ever signed in must be effective.
    ///
    /// The code is looked at before anything else: a genuine one always works, whatever was tried before it and from
    /// wherever, and only anyone who has it learns what the password must not be made of.
    pub async fn redeem(&self, ask: Redeeming) -> Result<Opened, Stop<Refusal>> {
        let employee_no = fold(&ask.employee_no).to_uppercase();
        let code_hash = digest(normal_code(&ask.code).as_bytes());
        let found = self.db.read(move |conn| store::find_invitation(conn, &code_hash)).await?;
        let genuine = found.filter(|invitation| self.is_genuine(invitation, &employee_no, self.db.now()));
        let Some(member) = genuine.map(|invitation| invitation.member_id) else {
            return Err(self.guard.refuse_code(Target::Nobody(&employee_no), &ask.place).await.into());
        };
        self.check_password(member, &ask.new_password).await?;
        let hashed = self.hash(ask.new_password).await?;
        let (sessions, device, showing) = (self.clone(), ask.device, ask.showing);
        let begun = self
            .db
            .write(move |tx| {
                let (member, opening) = sessions.use_code(tx, &employee_no, &code_hash)?;
                let salt = put_password(tx, member, &hashed)?;
                let marks = sessions.marks(member, &showing, &sessions.tokens.device_key(member, Some(&salt)));
                sessions.record_opening(tx, member, &opening, marks)?;
                sessions.open_session(tx, member, Method::Invitation, &device)
            })
            .await?;
        self.guard.redeemed(&ask.place, member).await;
        Ok(self.opened(begun))
    }

    /// Whether a code may be used at `now` by anyone who has that employee number.
    pub(super) fn is_genuine(&self, invitation: &Invitation, employee_no: &str, now: Timestamp) -> bool {
        let belongs = self
            .directory
            .member(invitation.member_id)
            .is_some_and(|card| *card.employee_no == *employee_no && card.status != MemberStatus::Left);
        belongs && invitation.used_at.is_none() && now < invitation.expires_at
    }

    /// Uses a code up, and says whose account opens on what grounds.
    pub(super) fn use_code(
        &self,
        tx: &mut Tx,
        employee_no: &str,
        code_hash: &[u8],
    ) -> Result<(MemberId, Opening), Stop<Refusal>> {
        let member = store::find_invitation(tx.conn, code_hash)?.ok_or(Refusal::BadInvitation)?.member_id;
        tx.take_turn(member)?;
        let invitation = store::find_invitation(tx.conn, code_hash)?.ok_or(Refusal::BadInvitation)?;
        if !self.is_genuine(&invitation, employee_no, tx.now()) {
            return Err(Refusal::BadInvitation.into());
        }
        let card = self.directory.member(member).ok_or(Refusal::BadInvitation)?;
        let opening = self.opening_of(tx, &invitation, &card)?;
        if !store::use_invitation(tx.conn, invitation.id, tx.now())? {
            return Err(Refusal::BadInvitation.into());
        }
        Ok((member, opening))
    }

    /// What a code that is right opens. It hands over the account with all its duties, so those that were granted since
    /// must lie within the issuer's reach; for a reset everything must, as when it was issued.
    fn opening_of(&self, tx: &mut Tx, invitation: &Invitation, card: &MemberCard) -> Result<Opening, Stop<Refusal>> {
        let now = tx.now();
        let within_reach =
            || invitation.issued_by.is_none_or(|issuer| self.still_may_invite(issuer, invitation.member_id, now));
        let opening =
            |kind, grounds, approved_by| Opening { kind, grounds, issued_by: invitation.issued_by, approved_by };
        let is_registered = !store::list_registered(tx.conn, &[invitation.member_id])?.is_empty();
        if is_registered != invitation.is_reset {
            // a first code for an account that was opened meanwhile by other means
            return Err(Refusal::BadInvitation.into());
        }
        if !invitation.is_reset {
            let is_promoted = card.duties.iter().any(|duty| duty.created_at > invitation.created_at);
            if is_promoted && !within_reach() {
                return Err(Refusal::BadInvitation.into());
            }
            return Ok(opening(OpeningKind::First, Grounds::Invitation, None));
        }
        if !within_reach() {
            return Err(Refusal::BadInvitation.into());
        }
        match self.standing_of(invitation, now) {
            Standing::Effective { grounds, approved_by } => Ok(opening(OpeningKind::Reset, grounds, approved_by)),
            standing => {
                let issuer = name_of(&self.directory, invitation.issued_by);
                Err(Refusal::ResetNotEffective { standing, issuer, issued_at: invitation.created_at }.into())
            }
        }
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
        let path = self.directory.tree().get(unit).map(|card| card.path.clone()).ok_or(Refusal::NoSuchUnit)?;
        if !reach.covers(&path) {
            return Err(Refusal::NoSuchUnit.into());
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

    pub(super) fn check_invitee(&self, reach: &Reach, card: &MemberCard) -> Result<(), Refusal> {
        let tree = self.directory.tree();
        let path = |unit| tree.get(unit).map(|card| card.path.to_vec()).unwrap_or_default();
        rules::may_invite(reach, &path(card.unit), &self.directory.duty_paths(card))
    }
}

/// Issues one code, a reset if `reset` says with what; the caller has the member's turn.
fn issue(
    tx: &mut Tx,
    actor: Option<MemberId>,
    card: &MemberCard,
    reset: Option<&NewReset>,
) -> diesel::QueryResult<(IssuedCode, Invitation)> {
    let code = random_code();
    // to the end of its last day, which is what the slip says
    let expires_at = tx.now().plus_seconds(VALID_SECONDS).day().next().start();
    let invitation = Invitation {
        id: tx.fresh_id(),
        code_hash: digest(normal_code(&code).as_bytes()).to_vec(),
        member_id: card.id,
        issued_by: actor,
        created_at: tx.now(),
        expires_at,
        used_at: None,
        is_reset: reset.is_some(),
        approved_by: reset.and_then(|reset| reset.requested_at).map(|_| card.id),
        approved_at: reset.and_then(|reset| reset.requested_at),
        refused_at: None,
        waits_until: reset.and_then(|reset| reset.waits_until),
    };
    store::delete_unused_invitations(tx.conn, card.id)?;
    store::insert_invitation(tx.conn, &invitation)?;
    let act = Act {
        actor,
        action: "sessions.invite",
        subject_kind: "member",
        subject_id: card.id.uuid(),
        detail: serde_json::json!({ "expires_at": expires_at, "reset": invitation.is_reset }),
    };
    trail::note(tx, act)?;
    let issued = IssuedCode {
        member: card.id,
        employee_no: card.employee_no.to_string(),
        name: card.name.to_string(),
        unit: card.unit,
        unit_name: String::new(),
        code,
        expires_at,
        reset: None,
    };
    Ok((issued, invitation))
}
