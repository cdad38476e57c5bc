//! What members, issuers and approvers are told of a reset.

use std::collections::BTreeMap;

use diesel::QueryResult;

use super::{NewReset, TOLD, tell};
use crate::base::id::MemberId;
use crate::db::Tx;
use crate::ground::notices::{self, LastingText, NoticeKind};
use crate::people::sessions::actions::Sessions;
use crate::people::sessions::model::Invitation;
use crate::people::sessions::rules::Standing;
use crate::people::sessions::wording::{name_of, said};

impl Sessions {
    /// Tells members that codes were issued for them, and those who may approve that they are asked.
    pub(in crate::people::sessions) fn tell_issued(
        &self,
        tx: &mut Tx,
        issued: &[(Invitation, NewReset)],
    ) -> QueryResult<()> {
        let mut asked: BTreeMap<MemberId, Vec<MemberId>> = BTreeMap::new();
        for (reset, new) in issued {
            let issuer = name_of(&self.directory, reset.issued_by);
            let how = match self.standing_of(reset, tx.now()) {
                Standing::Effective { .. } => "按您本人的申请，邀请码已可使用。".to_owned(),
                Standing::Waits { until } => {
                    format!("没有其他人可以确认，邀请码将于{}生效；在此之前您可以在任一设备上拒绝。", said(until))
                }
                _ => "须经另一位有权发码的人或您本人确认后才能使用。".to_owned(),
            };
            let text = LastingText {
                title: "有人为您发放了重设密码的邀请码".into(),
                body: format!(
                    "{issuer}于{}为您发放了重设密码的邀请码。{how}如果不是您本人要求的，请拒绝。",
                    said(reset.created_at)
                ),
                link: Some("/me/resets".into()),
            };
            notices::tell_for_good(tx, reset.member_id, NoticeKind::SECURITY, text)?;
            new.asked.iter().take(TOLD).for_each(|who| asked.entry(*who).or_default().push(reset.member_id));
        }
        for (who, members) in asked {
            let issuer = name_of(&self.directory, issued.first().and_then(|(reset, _)| reset.issued_by));
            let first = name_of(&self.directory, members.first().copied());
            let whom = if members.len() == 1 { first } else { format!("{first}等 {} 人", members.len()) };
            let body = format!("{issuer}为{whom}发放了重设密码的邀请码，请核实是本人要求后再确认。");
            tell(tx, who, "重设密码等待您确认".into(), body, "/resets")?;
        }
        Ok(())
    }

    pub(super) fn tell_approved(&self, tx: &mut Tx, reset: &Invitation) -> QueryResult<()> {
        let name = |member| name_of(&self.directory, member);
        let (issuer, approver) = (name(reset.issued_by), name(reset.approved_by));
        if reset.approved_by != Some(reset.member_id) {
            let text = LastingText {
                title: "重设您密码的邀请码已被确认".into(),
                body: format!(
                    "{issuer}发放的重设密码邀请码已由{approver}于{}确认，可以使用。如果不是您本人要求的，请立即拒绝。",
                    said(tx.now())
                ),
                link: Some("/me/resets".into()),
            };
            notices::tell_for_good(tx, reset.member_id, NoticeKind::SECURITY, text)?;
        }
        let Some(issued_by) = reset.issued_by else { return Ok(()) };
        let body = format!("您为{}发放的重设密码邀请码已由{approver}确认，可以使用。", name(Some(reset.member_id)));
        tell(tx, issued_by, "重设密码的邀请码已确认".into(), body, "/resets")
    }

    pub(super) fn tell_refused(&self, tx: &mut Tx, reset: &Invitation) -> QueryResult<()> {
        let whose = name_of(&self.directory, Some(reset.member_id));
        let body = format!("{whose}在自己的设备上拒绝了重设密码，这个邀请码已经作废。");
        let others = [reset.issued_by, reset.approved_by].into_iter().flatten().filter(|who| *who != reset.member_id);
        for who in others {
            tell(tx, who, "重设密码被本人拒绝".into(), body.clone(), "/resets")?;
        }
        Ok(())
    }
}
