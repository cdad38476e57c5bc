//! The official account: one template message for each member who follows it, whose address opens the app signed in.

use std::collections::HashMap;

use diesel::QueryResult;
use futures_util::future::join_all;

use super::{Channel, Receiver, Sending, Sent, Text};
use crate::base::id::MemberId;
use crate::db::{Conn, Db};
use crate::people::channels::model::{ChannelName, Unreached};
use crate::people::channels::settings::Policy;
use crate::people::platforms::{Fault, Platform, Platforms};

/// Messages under way at once: a burst of hundreds was seen to be blocked.
const AT_ONCE: usize = 20;
const IN_FLIGHT: usize = 2;
const MISCONFIGURED_SECONDS: i64 = 60;

/// The enterprise's official account as a channel.
pub struct Wechat {
    pub platforms: Platforms,
    pub db: Db,
    pub policy: Policy,
    /// Where members reach the app.
    pub address: String,
}

impl Wechat {
    async fn send_each(&self, text: &Text, to: &[Receiver]) -> Sent {
        let template = self.policy.template(text.kind, ChannelName::Wechat);
        let (Some(wechat), Some(template)) = (&self.platforms.wechat, template) else {
            return Sent::Failed("没有为这类通知设置公众号模板".into());
        };
        let link = form_urlencoded::byte_serialize(text.link.as_deref().unwrap_or("/").as_bytes()).collect::<String>();
        let url = format!("{}/api/v1/session/platforms/wechat/entry?to={link}", self.address);
        let data = template.fill(&text.title, &text.body, text.told_at);
        let sends = to.iter().map(|one| {
            let (data, url, id) = (data.clone(), url.clone(), template.id.clone());
            // the platform sends one of these once within a minute
            let once = format!("{}/{}", text.once, one.member);
            async move { (one.member, wechat.template(&one.account, &id, &url, &once, data).await) }
        });
        let rests = || wechat.client.rests_until();
        outcome_of(join_all(sends).await, rests, &self.db)
    }
}

/// What of many single messages is one outcome: when the platform was busy for one of them, those that were taken are written
/// down by the platform's own memory of `once`, and all are sent again.
pub(super) fn outcome_of(
    sent: Vec<(MemberId, Result<(), Fault>)>,
    rests: impl Fn() -> Option<crate::base::time::Timestamp>,
    db: &Db,
) -> Sent {
    let mut left_out = Vec::new();
    for (member, outcome) in sent {
        match outcome {
            Ok(()) | Err(Fault::Duplicate) => {}
            Err(Fault::NoQuota) => left_out.push((member, Unreached::NoQuota)),
            Err(Fault::Refused { .. }) => left_out.push((member, Unreached::Refused)),
            Err(fault @ Fault::Busy { .. }) => {
                let until = rests().unwrap_or_else(|| db.now().plus_seconds(1));
                return Sent::Paused { until, why: fault.to_string() };
            }
            Err(fault @ (Fault::Config { .. } | Fault::Token { .. })) => {
                tracing::error!("微信无法发送：{fault} (messages to WeChat wait: `xianfeng channels check` says why)");
                let until = db.now().plus_seconds(MISCONFIGURED_SECONDS);
                return Sent::Paused { until, why: fault.to_string() };
            }
            Err(fault) => return Sent::Failed(fault.to_string()),
        }
    }
    Sent::Taken(left_out)
}

impl Channel for Wechat {
    fn name(&self) -> ChannelName {
        ChannelName::Wechat
    }

    fn pace(&self) -> (usize, usize) {
        (AT_ONCE, IN_FLIGHT)
    }

    fn can_reach(&self, conn: &mut Conn, members: &[MemberId]) -> QueryResult<HashMap<MemberId, String>> {
        self.platforms.accounts(conn, Platform::Wechat, members)
    }

    fn send<'a>(&'a self, text: &'a Text, to: &'a [Receiver]) -> Sending<'a> {
        Box::pin(self.send_each(text, to))
    }
}
