//! Pending resets on the desk of those who could issue or approve them.

use std::sync::Arc;

use diesel::QueryResult;

use super::{Inviters, REQUEST_SECONDS, RESET_ON_DESK};
use crate::base::capability::Capability;
use crate::base::id::{MemberId, UnitId};
use crate::db::{Conn, DbError, Never, Stop, Tx};
use crate::kernel::desk::{Due, NewItem, Post, Urgency, Whose};
use crate::people::members::Desks;
use crate::people::members::directory::MemberCard;
use crate::people::members::model::MemberStatus;
use crate::people::sessions::actions::Sessions;
use crate::people::sessions::rules::Standing;
use crate::people::sessions::store;

/// Members whose resets one transaction lays out anew.
const LAID_AT_ONCE: usize = 50;

impl Sessions {
    /// Has what is pending about a member's password wait for those who could do something about it: issue the code that
    /// he asks for, or approve the one that was issued. Nothing waits when nothing is pending, or nobody could.
    pub(in crate::people::sessions) fn lay_reset_on_desk(
        &self,
        tx: &mut Tx,
        member: MemberId,
        inviters: Option<&Inviters>,
    ) -> QueryResult<()> {
        let card = self.directory.member(member).filter(|card| card.status != MemberStatus::Left);
        let item = card.map(|card| self.waiting_reset(tx, &card, inviters)).transpose()?.flatten();
        self.desks.replace(tx, RESET_ON_DESK, member.uuid(), item)
    }

    fn waiting_reset(
        &self,
        tx: &mut Tx,
        card: &MemberCard,
        inviters: Option<&Inviters>,
    ) -> QueryResult<Option<NewItem>> {
        let now = tx.now();
        let pending = store::resets::list_pending_of(tx.conn, card.id, now)?;
        let open = pending.into_iter().find(|reset| self.standing_of(reset, now) == Standing::NeedsApproval);
        let requested_at = store::resets::find_request(tx.conn, card.id, now.plus_seconds(-REQUEST_SECONDS))?;
        let (title, link, until, issuer) = match (&open, requested_at) {
            (Some(reset), _) => ("确认重设密码的邀请码", "/resets", reset.expires_at, reset.issued_by),
            (None, Some(at)) => ("发放重设密码的邀请码", "/invitations", at.plus_seconds(REQUEST_SECONDS), None),
            (None, None) => return Ok(None),
        };
        let looked_up = inviters.is_none().then(|| Inviters::of(&self.directory, tx.today()));
        let Some(inviters) = inviters.or(looked_up.as_ref()) else { return Ok(None) };
        let near = inviters.whose(self, card, issuer);
        let mut can = self.present(tx, near.clone())?;
        if open.is_some() {
            let mut others = Vec::new();
            for member in can {
                if !self.may_be(tx.conn, issuer, member, tx.today())? {
                    others.push(member);
                }
            }
            can = others;
        }
        let home = self.directory.path(card.id).map(|path| path.to_vec());
        let paths: Vec<Vec<UnitId>> = home.into_iter().chain(self.directory.duty_paths(card)).collect();
        let Some(unit) = Desks::common_unit(&paths) else { return Ok(None) };
        let cannot = near.into_iter().filter(|member| !can.contains(member));
        Ok(Some(NewItem {
            kind: RESET_ON_DESK,
            subject: card.id.uuid(),
            title: format!("核实{}（{}）本人的要求，{title}", card.name, card.employee_no),
            link: link.into(),
            due: Some(Due::At(until)),
            urgency: Urgency::Urgent,
            whose: Whose::Holders(Post { capability: Capability::Invite, unit }),
            barred: cannot.chain([card.id]).chain(issuer).collect(),
        }))
    }

    /// Lays out what waited before there was a desk of all rooms.
    pub(in crate::people::sessions) async fn lay_old_on_desk(&self) -> Result<(), DbError> {
        let sessions = self.clone();
        self.unlaid
            .work_off(&self.db, move |tx, id| {
                let member = MemberId::from(id);
                tx.take_turn(member)?;
                sessions.lay_reset_on_desk(tx, member, None)
            })
            .await
    }

    /// Lays out anew what is pending, by the roster as it is now.
    pub(in crate::people::sessions) async fn lay_anew_on_desk(&self) -> Result<(), DbError> {
        let now = self.db.now();
        let pending = move |conn: &mut Conn| {
            let mut members = store::resets::list_requested(conn, now.plus_seconds(-REQUEST_SECONDS))?;
            members.extend(store::resets::list_members_pending(conn, now)?);
            Ok(members)
        };
        let mut members = self.db.read(pending).await?;
        members.sort_unstable();
        members.dedup();
        if members.is_empty() {
            return Ok(());
        }
        let inviters = Arc::new(Inviters::of(&self.directory, now.day()));
        for some in members.chunks(LAID_AT_ONCE) {
            let (sessions, inviters, some) = (self.clone(), inviters.clone(), some.to_vec());
            let lay = move |tx: &mut Tx| -> Result<(), Stop<Never>> {
                tx.take_turns(some.iter().copied())?;
                let lay = |member: &MemberId| sessions.lay_reset_on_desk(tx, *member, Some(&inviters));
                Ok(some.iter().try_for_each(lay)?)
            };
            self.db.write(lay).await.map_err(DbError::from)?;
        }
        Ok(())
    }
}
