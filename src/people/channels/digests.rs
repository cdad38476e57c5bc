//! The message of the day: what was collected for a member by a channel, in one.

use super::actions::Channels;
use super::carriers::{Receiver, Sent, Text};
use super::model::{DeliveryState, Digest, Nature, Unreached};
use super::store;
use crate::db::DbError;
use crate::ground::notices::{self, Notice, NoticeId, NoticeKind};
use crate::kernel::outbox::{Message, Outcome};

/// Notices of one message.
const MOST: i64 = 50;
/// Those that it names.
const NAMED: usize = 4;

impl Channels {
    /// Sends what was collected for each of some members.
    pub(super) async fn send_digests(&self, messages: Vec<Message>) -> Vec<Outcome> {
        let mut outcomes = Vec::with_capacity(messages.len());
        for message in messages {
            let outcome = match message.payload::<Digest>() {
                Ok(digest) => self.send_digest(digest, &message).await,
                Err(error) => Ok(Outcome::Hopeless(error)),
            };
            outcomes.push(outcome.unwrap_or_else(|error| Outcome::Failed(error.to_string())));
        }
        outcomes
    }

    async fn send_digest(&self, Digest { member, channel }: Digest, message: &Message) -> Result<Outcome, DbError> {
        let (room, now) = (self.clone(), self.db.now());
        let look = self.db.read(move |conn| {
            let collected = store::list_collected(conn, member, channel, MOST)?;
            let mut told: Vec<Notice> = Vec::new();
            for (notice, _) in &collected {
                told.extend(notices::find_notice(conn, *notice)?);
            }
            let carrier = room.carrier(channel);
            let account = carrier.map(|carrier| carrier.can_reach(conn, &[member])).transpose()?;
            let account = account.and_then(|mut accounts| accounts.remove(&member));
            let quiet = room.quiet_now(conn, &[member], now)?.get(&member).copied();
            Ok((collected, told, account, quiet))
        });
        let (collected, told, account, quiet) = look.await?;
        if collected.is_empty() {
            return Ok(Outcome::Done);
        }
        if let Some(until) = quiet {
            return Ok(Outcome::Later { until, why: "免打扰时段".into() });
        }
        let (Some(carrier), Some(account)) = (self.carrier(channel), account) else {
            self.settle_all(&collected, (member, channel), Some(Unreached::NoAccount)).await?;
            return Ok(Outcome::Done);
        };
        let to = [Receiver { member, account }];
        match carrier.send(&text_of(&told, message), &to).await {
            Sent::Taken(left_out) => {
                self.settle_all(&collected, (member, channel), left_out.first().map(|(_, why)| *why)).await?;
                Ok(Outcome::Done)
            }
            Sent::Paused { until, why } => Ok(Outcome::Paused { until, why }),
            Sent::Failed(why) => {
                if message.is_last_attempt() {
                    self.settle_all(&collected, (member, channel), Some(Unreached::Failed)).await?;
                }
                Ok(Outcome::Failed(why))
            }
        }
    }

    async fn settle_all(
        &self,
        collected: &[(NoticeId, Nature)],
        (member, channel): (crate::base::id::MemberId, super::ChannelName),
        why: Option<Unreached>,
    ) -> Result<(), DbError> {
        let state = if why.is_some() { DeliveryState::Unreached } else { DeliveryState::Sent };
        for (notice, nature) in collected {
            self.settle((*notice, channel, *nature), &[member], state, why).await?;
        }
        Ok(())
    }
}

/// One line that says how many, and those that came first.
fn text_of(told: &[Notice], message: &Message) -> Text {
    let named: Vec<String> = told.iter().take(NAMED).map(|notice| format!("· {}", notice.title)).collect();
    let more = if told.len() > NAMED { format!("\n等 {} 条", told.len()) } else { String::new() };
    let link = if let [only] = told { only.link.clone() } else { Some("/me/notices".to_owned()) };
    Text {
        kind: told.last().map_or(NoticeKind::PUBLISHED, |notice| notice.kind),
        told_at: told.last().map_or(message.created_at, |notice| notice.created_at),
        title: format!("您有 {} 条新消息", told.len()),
        body: format!("{}{more}", named.join("\n")),
        link,
        once: message.id.to_string(),
    }
}
