//! The mini-program: one-time subscribe messages, each of which the member has allowed before. One is taken from what he has
//! allowed before it is sent, so that two processes never send the same one, and given back when it was not.

use std::collections::HashMap;

use diesel::QueryResult;

use super::wechat::outcome_of;
use super::{Channel, Receiver, Sending, Sent, Text};
use crate::base::id::MemberId;
use crate::db::{Conn, Db, DbError, Never, Stop};
use crate::people::channels::model::ChannelName;
use crate::people::channels::settings::Policy;
use crate::people::channels::store;
use crate::people::platforms::{Fault, Platform, Platforms};

/// One after the other: a message that the platform takes and we do not write down costs the member an accept.
const AT_ONCE: usize = 1;
const IN_FLIGHT: usize = 8;

/// The enterprise's mini-program as a channel.
pub struct Mini {
    pub platforms: Platforms,
    pub db: Db,
    pub policy: Policy,
}

/// The page of the mini-program that opens what a message is about.
pub(super) fn mini_page(link: Option<&str>) -> String {
    format!("pages/index/index?to={}", link.unwrap_or("/"))
}

impl Mini {
    async fn send_each(&self, text: &Text, to: &[Receiver]) -> Sent {
        let template = self.policy.template(text.kind, ChannelName::Mini);
        let (Some(mini), Some(template)) = (&self.platforms.mini, template) else {
            return Sent::Failed("没有为这类通知设置小程序模板".into());
        };
        let data = template.fill(&text.title, &text.body, text.told_at);
        let page = mini_page(text.link.as_deref());
        let mut sent = Vec::new();
        for one in to {
            let outcome = match self.spend(one.member, &template.id).await {
                Ok(true) => mini.subscribe(&one.account, &template.id, &page, data.clone()).await,
                Ok(false) => Err(Fault::NoQuota),
                Err(error) => Err(Fault::Busy { code: -1, message: error.to_string() }),
            };
            if let Err(error) = self.settle(one.member, &template.id, &outcome).await {
                tracing::warn!(%error, "what a member has allowed could not be written down");
            }
            sent.push((one.member, outcome));
        }
        outcome_of(sent, || mini.client.rests_until(), &self.db)
    }

    async fn spend(&self, member: MemberId, template: &str) -> Result<bool, DbError> {
        let template = template.to_owned();
        let spent = self.db.write(move |tx| -> Result<bool, Stop<Never>> {
            let now = tx.now();
            Ok(store::spend_quota(tx.conn, member, &template, now)?)
        });
        spent.await.map_err(DbError::from)
    }

    /// Gives back what was not sent; what the platform says is used up is used up.
    async fn settle(&self, member: MemberId, template: &str, outcome: &Result<(), Fault>) -> Result<(), DbError> {
        let (template, is_used_up) = (template.to_owned(), matches!(outcome, Err(Fault::NoQuota)));
        if outcome.is_ok() {
            return Ok(());
        }
        let write = self.db.write(move |tx| -> Result<(), Stop<Never>> {
            let now = tx.now();
            match is_used_up {
                true => store::clear_quota(tx.conn, member, &template, now)?,
                false => store::return_quota(tx.conn, member, &template)?,
            }
            Ok(())
        });
        write.await.map_err(DbError::from)
    }
}

impl Channel for Mini {
    fn name(&self) -> ChannelName {
        ChannelName::Mini
    }

    fn pace(&self) -> (usize, usize) {
        (AT_ONCE, IN_FLIGHT)
    }

    fn can_reach(&self, conn: &mut Conn, members: &[MemberId]) -> QueryResult<HashMap<MemberId, String>> {
        self.platforms.accounts(conn, Platform::Mini, members)
    }

    fn send<'a>(&'a self, text: &'a Text, to: &'a [Receiver]) -> Sending<'a> {
        Box::pin(self.send_each(text, to))
    }
}
