//! WeCom: one text card for up to a thousand members at once, whose button opens the app signed in; or, where the enterprise
//! wants it so, a notice of the mini-program that is associated with the application.

use std::collections::HashMap;

use diesel::QueryResult;

use super::mini::mini_page;
use super::{Channel, Receiver, Sending, Sent, Text};
use crate::base::id::MemberId;
use crate::db::{Conn, Db};
use crate::people::channels::model::{ChannelName, Unreached};
use crate::people::channels::settings::Policy;
use crate::people::platforms::{Card, Fault, MiniNotice, Platform, Platforms, Shape};

/// Members of one card: few enough that a batch which is sent again after a crash doubles few.
const AT_ONCE: usize = 200;
const IN_FLIGHT: usize = 4;

/// Seconds after which a channel is tried again whose settings are wrong: a person has to put them right.
const MISCONFIGURED_SECONDS: i64 = 60;

/// The enterprise's application in WeCom as a channel.
pub struct Wecom {
    pub platforms: Platforms,
    pub db: Db,
    pub policy: Policy,
    /// Where members reach the app.
    pub address: String,
}

impl Wecom {
    fn shape(&self, text: &Text) -> Shape {
        match self.platforms.mini.as_ref().filter(|_| self.policy.opens_mini_in_wecom()) {
            Some(mini) => Shape::Mini(MiniNotice {
                app: mini.app.clone(),
                page: mini_page(text.link.as_deref()),
                title: text.title.clone(),
                items: vec![("内容", text.title.clone()), ("说明", text.body.clone())],
            }),
            None => Shape::Card(self.card(text)),
        }
    }

    fn card(&self, text: &Text) -> Card {
        let to = form_urlencoded::byte_serialize(text.link.as_deref().unwrap_or("/").as_bytes()).collect::<String>();
        Card {
            title: text.title.clone(),
            description: text.body.clone(),
            url: format!("{}/api/v1/session/platforms/wecom/entry?to={to}", self.address),
            button: "查看",
        }
    }

    async fn send_card(&self, text: &Text, to: &[Receiver]) -> Sent {
        let Some(wecom) = &self.platforms.wecom else {
            return Sent::Failed("企业微信未启用".into());
        };
        let accounts: Vec<String> = to.iter().map(|one| one.account.clone()).collect();
        match wecom.send(&accounts, &self.shape(text)).await {
            Ok(sent) => {
                let is_invalid = |one: &&Receiver| sent.invalid.iter().any(|id| id.eq_ignore_ascii_case(&one.account));
                let left_out = to.iter().filter(is_invalid).map(|one| (one.member, Unreached::NoAccount));
                Sent::Taken(left_out.collect())
            }
            Err(fault @ Fault::Busy { .. }) => {
                let until = wecom.client.rests_until().unwrap_or_else(|| self.db.now().plus_seconds(1));
                Sent::Paused { until, why: fault.to_string() }
            }
            Err(fault @ (Fault::Config { .. } | Fault::Token { .. })) => {
                tracing::error!(
                    "企业微信无法发送：{fault} (messages to WeCom wait: `xianfeng channels check` says why)"
                );
                Sent::Paused { until: self.db.now().plus_seconds(MISCONFIGURED_SECONDS), why: fault.to_string() }
            }
            Err(Fault::Refused { .. }) => Sent::Taken(to.iter().map(|one| (one.member, Unreached::Refused)).collect()),
            Err(Fault::Duplicate) => Sent::Taken(Vec::new()),
            Err(fault) => Sent::Failed(fault.to_string()),
        }
    }
}

impl Channel for Wecom {
    fn name(&self) -> ChannelName {
        ChannelName::Wecom
    }

    fn pace(&self) -> (usize, usize) {
        (AT_ONCE, IN_FLIGHT)
    }

    fn can_reach(&self, conn: &mut Conn, members: &[MemberId]) -> QueryResult<HashMap<MemberId, String>> {
        self.platforms.accounts(conn, Platform::Wecom, members)
    }

    fn send<'a>(&'a self, text: &'a Text, to: &'a [Receiver]) -> Sending<'a> {
        Box::pin(self.send_card(text, to))
    }
}
