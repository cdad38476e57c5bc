//! Members who ask for a reset from a device of their own.

use diesel::QueryResult;
use serde_json::json;

use super::{Inviters, Outcome, REQUEST_SECONDS, TOLD, note, tell};
use crate::base::id::MemberId;
use crate::base::text::fold;
use crate::db::{DbError, Never, Stop, Tx};
use crate::people::members::model::MemberStatus;
use crate::people::sessions::actions::Sessions;
use crate::people::sessions::model::Invitation;
use crate::people::sessions::rules::{Refusal, Standing};
use crate::people::sessions::store;
use crate::people::sessions::wording::said;

impl Sessions {
    /// Takes down that a member asks for a reset, from a device that shows it had a session of his. Says nothing of
    /// whether there is such a member or such a device.
    pub async fn request_reset(&self, employee_no: &str, device_key: &str) -> Result<(), DbError> {
        let employee_no = fold(employee_no).to_uppercase();
        let found =
            self.db.read(move |conn| crate::people::members::store::find_by_employee_no(conn, &employee_no)).await?;
        let nobody = MemberId::from(uuid::Uuid::nil());
        let asked = found.as_ref().map_or(nobody, |member| member.id);
        let salt = self.db.read(move |conn| store::find_device_salt(conn, asked)).await?;
        let known = self.tokens.is_device_key(device_key, asked, salt.as_deref());
        let Some(member) = found.filter(|member| known && member.status != MemberStatus::Left) else { return Ok(()) };
        let sessions = self.clone();
        self.db
            .write(move |tx| -> Result<(), Stop<Never>> { Ok(sessions.take_request(tx, member.id)?) })
            .await
            .map_err(DbError::from)
    }

    fn take_request(&self, tx: &mut Tx, member: MemberId) -> QueryResult<()> {
        tx.take_turn(member)?;
        let now = tx.now();
        if store::resets::find_request(tx.conn, member, now.plus_seconds(-REQUEST_SECONDS))?.is_some() {
            return Ok(());
        }
        note(tx, member, "sessions.request_reset", member, json!({}))?;
        let body = format!(
            "{}，您在自己的设备上申请重设密码；邀请码发放后即可使用。如果不是您本人申请的，请立即撤回。",
            said(now)
        );
        tell(tx, member, "您已申请重设密码".into(), body, "/me/resets")?;
        let pending = store::resets::list_pending_of(tx.conn, member, now)?;
        let waiting = |reset: &&Invitation| {
            matches!(self.standing_of(reset, now), Standing::NeedsApproval | Standing::Waits { .. })
        };
        if let Some(reset) = pending.iter().find(waiting) {
            store::resets::approve(tx.conn, reset.id, member, now)?;
            return self.lay_reset_on_desk(tx, member, None);
        }
        store::resets::put_request(tx.conn, member, now)?;
        self.lay_reset_on_desk(tx, member, None)?;
        let Some(card) = self.directory.member(member) else { return Ok(()) };
        let near = Inviters::of(&self.directory, tx.today()).whose(self, &card, None);
        for who in self.present(tx, near)?.into_iter().take(TOLD) {
            let body = format!("{}（{}）申请重设密码，请核实是本人后发放邀请码。", card.name, card.employee_no);
            tell(tx, who, "有人申请重设密码".into(), body, "/invitations")?;
        }
        Ok(())
    }

    /// Takes a member's own request back.
    pub async fn withdraw_request(&self, member: MemberId) -> Outcome<()> {
        let sessions = self.clone();
        self.db
            .write(move |tx| {
                tx.take_turn(member)?;
                if !store::resets::delete_request(tx.conn, member)? {
                    return Err(Refusal::NoResetRequest.into());
                }
                sessions.lay_reset_on_desk(tx, member, None)?;
                Ok(note(tx, member, "sessions.withdraw_reset_request", member, json!({}))?)
            })
            .await
    }
}
