//! Binding a recognised account to a member who proves who he is: by password within the limits of sign-in, by an invite code,
//! or by the phone number that the platform confirms.

use super::actions::{Outcome, Platforms};
use super::model::{BoundBy, Ticket};
use super::rules::{Fault, Refusal};
use super::sign_in::{in_sessions, method};
use crate::base::id::{MemberId, SessionId};
use crate::base::text::in_quotes;
use crate::db::Tx;
use crate::ground::notices::{self, NewNotice, NoticeKind, To};
use crate::people::sessions::{Opened, Place, Showing, SignIn};

/// By what somebody proves who he is.
#[derive(Clone)]
pub enum ProofAsk {
    Password {
        account: String,
        password: String,
    },
    InviteCode {
        employee_no: String,
        code: String,
    },
    /// A code of the mini-program that gives the phone number.
    PhoneCode {
        code: String,
    },
}

/// A binding as the client asks for it.
pub struct BindAsk {
    pub ticket: String,
    pub proof: ProofAsk,
    pub device: String,
    pub place: Place,
    pub showing: Showing,
    pub replaces: Option<SessionId>,
}

impl Platforms {
    /// Binds the account of a ticket to whom the proof names, and signs in.
    pub async fn bind_by(&self, ask: BindAsk) -> Outcome<Opened> {
        let ticket = self.open_ticket(&ask.ticket).ok_or(Refusal::TicketOver)?;
        let begun = match ask.proof.clone() {
            ProofAsk::Password { account, password } => {
                let sign_in = SignIn { account, password, device: ask.device.clone(), place: ask.place.clone() };
                let proof = self.sessions.prove(sign_in).await.map_err(in_sessions)?;
                let (room, device, replaces) = (self.clone(), ask.device.clone(), ask.replaces);
                self.db
                    .write(move |tx| {
                        proof.hold(tx).map_err(in_sessions)?;
                        room.bind_and_tell(tx, proof.member, &ticket, BoundBy::Password)?;
                        let method = method(ticket.platform);
                        room.sessions.open_recognised(tx, proof.member, method, &device, replaces).map_err(in_sessions)
                    })
                    .await?
            }
            ProofAsk::InviteCode { employee_no, code } => {
                let found = self.sessions.find_code(&employee_no, &code, &ask.place).await.map_err(in_sessions)?;
                let (room, device, replaces) = (self.clone(), ask.device.clone(), ask.replaces);
                let showing = ask.showing.clone();
                self.db
                    .write(move |tx| {
                        let used = room.sessions.use_code_for_binding(tx, &found, &showing);
                        let member = used.map_err(in_sessions)?;
                        room.bind_and_tell(tx, member, &ticket, BoundBy::Invitation)?;
                        let method = method(ticket.platform);
                        room.sessions.open_recognised(tx, member, method, &device, replaces).map_err(in_sessions)
                    })
                    .await?
            }
            ProofAsk::PhoneCode { code } => {
                let member = self.member_by_phone(&code).await?;
                let (room, device, replaces) = (self.clone(), ask.device.clone(), ask.replaces);
                self.db
                    .write(move |tx| {
                        tx.take_turn(member)?;
                        room.bind_and_tell(tx, member, &ticket, BoundBy::Phone)?;
                        let method = method(ticket.platform);
                        room.sessions.open_recognised(tx, member, method, &device, replaces).map_err(in_sessions)
                    })
                    .await?
            }
        };
        Ok(self.sessions.opened(begun))
    }

    fn bind_and_tell(&self, tx: &mut Tx, member: MemberId, ticket: &Ticket, by: BoundBy) -> Outcome<()> {
        self.bind(tx, member, (ticket.platform, &ticket.identity), by)?;
        let platform = ticket.platform.title();
        let notice = NewNotice {
            to: To::Member(member),
            kind: NoticeKind::SECURITY,
            title: format!("您的账号已绑定{platform}"),
            body: format!(
                "此后可以从{platform}直接登录，无需密码。如非本人操作，请在“我的”{}中解除绑定，并修改密码。",
                in_quotes("登录设备与绑定")
            ),
            link: Some("/me/sessions".into()),
        };
        Ok(notices::tell(tx, notice)?)
    }

    /// Whose phone number the platform confirms, where the enterprise pays for that.
    async fn member_by_phone(&self, code: &str) -> Outcome<MemberId> {
        let mini = self.mini.as_ref().filter(|_| self.config.mini_phone).ok_or(Refusal::NotUsed)?;
        let (phone, app) = mini.phone(code).await.map_err(|fault| match fault {
            Fault::BadCode => Refusal::CodeOver,
            Fault::Busy { .. } => Refusal::Away,
            other => {
                tracing::error!("a phone number could not be asked for: {other}");
                Refusal::Misconfigured { code: 0 }
            }
        })?;
        // a code of another application gives its users' numbers
        if app != mini.app {
            return Err(Refusal::ForeignData.into());
        }
        let member = self.sessions.find_by_phone(&phone).await?;
        Ok(member.filter(|member| self.belongs(*member)).ok_or(Refusal::PhoneUnknown)?)
    }
}
