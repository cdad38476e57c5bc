//! A notice on its way beyond the inbox: made into one message for each member whom a channel can reach, in chunks, each a
//! transaction of its own that also sends for the next one. A chunk that is done twice writes nothing twice.

use std::collections::{HashMap, HashSet};

use diesel::QueryResult;

use super::actions::Channels;
use super::carriers::Channel;
use super::model::{Delivery, DeliveryState, Digest, Expand, Nature, Send};
use super::rules::{self, Course, Standing};
use super::store;
use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::db::{DbError, Never, Stop, Tx};
use crate::ground::notices::{self, Leaving, Notice, NoticeId};
use crate::kernel::outbox::{self, Message, Posting};
use crate::people::members::model::MemberStatus;

pub(super) const EXPAND: &str = "channels.expand";
pub(super) const SEND: &str = "channels.send";
pub(super) const DIGEST: &str = "channels.digest";

/// Members of one chunk.
const CHUNK: usize = 1_000;

impl Channels {
    /// Sends a notice on, in the transaction that puts it into the inbox; nothing where no channel takes its kind.
    pub(super) fn lead(&self, tx: &mut Tx, notice: &Notice) -> QueryResult<()> {
        if self.carriers.iter().all(|carrier| self.policy.leaving(notice.kind, carrier.name()) == Leaving::Off) {
            return Ok(());
        }
        outbox::send(tx, EXPAND, Expand { notice: notice.id, after: None }).map(drop)
    }

    /// Makes the messages of the next chunk of a notice.
    pub(super) async fn expand(&self, message: Message) -> Result<(), String> {
        let Expand { notice, after } = message.payload()?;
        let found = self.db.read(move |conn| notices::find_notice(conn, notice)).await;
        let Some(notice) = found.map_err(|error| error.to_string())? else { return Ok(()) };
        let (chunk, next) = self.chunk(&notice, after);
        let room = self.clone();
        let expanded = self.db.write(move |tx| -> Result<(), Stop<Never>> {
            room.post(tx, &notice, Nature::First, &chunk)?;
            if let Some(next) = next {
                outbox::send(tx, EXPAND, Expand { notice: notice.id, after: Some(next) })?;
            }
            Ok(())
        });
        expanded.await.map_err(|stop| DbError::from(stop).to_string())
    }

    /// Whom a notice is for after a member, and the last of them where there are more.
    fn chunk(&self, notice: &Notice, after: Option<MemberId>) -> (Vec<MemberId>, Option<MemberId>) {
        let mut members: Vec<MemberId> = match (notice.member_id, notice.unit_id) {
            (Some(member), _) => vec![member],
            (None, Some(unit)) => {
                let below = self.directory.members_below(unit);
                let there = below.iter().filter(|card| card.status != MemberStatus::Left);
                // who came after it was told has nothing of it in his inbox either
                there.map(|card| card.id).filter(|id| id.uuid() < notice.id.uuid()).collect()
            }
            (None, None) => Vec::new(),
        };
        members.sort_unstable();
        members.retain(|member| after.is_none_or(|after| *member > after));
        let more = members.len() > CHUNK;
        members.truncate(CHUNK);
        let last = members.last().copied().filter(|_| more);
        (members, last)
    }

    /// Reminds some members of a notice: by the channels alone, since it still lies in their inbox.
    pub fn remind(&self, tx: &mut Tx, notice: NoticeId, members: &[MemberId]) -> QueryResult<()> {
        let Some(notice) = notices::find_notice(tx.conn, notice)? else { return Ok(()) };
        for some in members.chunks(CHUNK) {
            self.post(tx, &notice, Nature::Reminder, some)?;
        }
        Ok(())
    }

    fn post(&self, tx: &mut Tx, notice: &Notice, nature: Nature, members: &[MemberId]) -> QueryResult<()> {
        for carrier in self.carriers.iter() {
            let leaving = self.policy.leaving(notice.kind, carrier.name());
            if leaving != Leaving::Off {
                self.post_by(tx, carrier.as_ref(), leaving, (notice, nature), members)?;
            }
        }
        Ok(())
    }

    fn post_by(
        &self,
        tx: &mut Tx,
        carrier: &dyn Channel,
        leaving: Leaving,
        (notice, nature): (&Notice, Nature),
        members: &[MemberId],
    ) -> QueryResult<()> {
        let (now, channel, kind) = (tx.now(), carrier.name(), notice.kind);
        let mut reached: Vec<MemberId> = carrier.can_reach(tx.conn, members)?.into_keys().collect();
        reached.sort_unstable();
        let wanted: HashMap<MemberId, bool> =
            store::list_choices(tx.conn, (kind, channel), &reached)?.into_iter().collect();
        let is_reminder = nature == Nature::Reminder;
        let reminded: HashSet<MemberId> = match is_reminder {
            true => store::list_reminded(tx.conn, (kind, channel), &reached, now.day().start())?.into_iter().collect(),
            false => HashSet::new(),
        };
        let leaves_at = self.leaves_at(notice, now);
        let (mut deliveries, mut sends, mut digests) = (Vec::new(), Vec::new(), Vec::new());
        for member in reached {
            let standing = Standing {
                is_away: self.directory.member(member).is_some_and(|card| card.status == MemberStatus::Away),
                wanted: wanted.get(&member).copied(),
                was_reminded: reminded.contains(&member),
            };
            let (state, reason) = match rules::course(leaving, notice.unit_id.is_some(), is_reminder, standing) {
                Course::Nothing => continue,
                Course::Leave(why) => (DeliveryState::Unreached, Some(why)),
                Course::Collect => {
                    digests.push(Posting {
                        lane: channel.lane(),
                        key: Some(format!("digest/{channel}/{member}")),
                        available_at: Some(self.policy.next_digest(now)),
                        ..Posting::new(DIGEST, Digest { member, channel })
                    });
                    (DeliveryState::Collected, None)
                }
                Course::Send => {
                    sends.push(Posting {
                        lane: channel.lane(),
                        key: Some(format!("{channel}/{nature}/{}/{member}", notice.id)),
                        available_at: Some(leaves_at),
                        ..Posting::new(SEND, Send { notice: notice.id, member, channel, nature })
                    });
                    (DeliveryState::Waiting, None)
                }
            };
            deliveries.push(Delivery {
                notice_id: notice.id,
                member_id: member,
                channel,
                nature,
                kind,
                state,
                reason,
                made_at: now,
                settled_at: reason.map(|_| now),
            });
        }
        store::insert(tx.conn, &deliveries)?;
        outbox::send_all(tx, digests)?;
        outbox::send_all(tx, sends).map(drop)
    }

    /// When a message may leave by the hours of the enterprise; those of the member are looked at when it does.
    fn leaves_at(&self, notice: &Notice, now: Timestamp) -> Timestamp {
        match notice.kind.terms().at_night {
            true => now,
            false => rules::first_loud(now, &[self.policy.quiet_hours()]),
        }
    }
}
