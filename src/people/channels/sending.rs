//! Handing messages over to a channel, a batch at a time, and writing down what became of them.
//!
//! A message whose row says that it has been dealt with is not sent again, so that a crash between the platform's answer and
//! the row is the only one that can double it; WeCom and the official account drop what they had a moment ago.

use std::collections::{HashMap, HashSet};

use diesel::QueryResult;

use super::actions::Channels;
use super::carriers::{Receiver, Sent, Text};
use super::model::{ChannelName, DeliveryState, Nature, Send, Unreached};
use super::rules;
use super::store;
use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::db::{Conn, DbError, Never, Stop};
use crate::ground::notices::{self, Notice, NoticeId};
use crate::kernel::outbox::{Message, Outcome};

/// What one batch is about.
type Subject = (NoticeId, ChannelName, Nature);

/// What is known before a batch is sent.
struct Prepared {
    notice: Option<Notice>,
    /// Those whose messages still wait.
    waiting: HashSet<MemberId>,
    accounts: HashMap<MemberId, String>,
    /// Those for whom it is night, and until when.
    quiet: HashMap<MemberId, Timestamp>,
}

impl Channels {
    /// Sends messages of one lane.
    pub(super) async fn send(&self, messages: Vec<Message>) -> Vec<Outcome> {
        let mut outcomes: Vec<Option<Outcome>> = vec![None; messages.len()];
        let mut batches: Vec<(Subject, Vec<(usize, MemberId)>)> = Vec::new();
        for (at, message) in messages.iter().enumerate() {
            match message.payload::<Send>() {
                Ok(Send { notice, member, channel, nature }) => {
                    let subject = (notice, channel, nature);
                    match batches.iter_mut().find(|(of, _)| *of == subject) {
                        Some((_, members)) => members.push((at, member)),
                        None => batches.push((subject, vec![(at, member)])),
                    }
                }
                Err(error) => outcomes[at] = Some(Outcome::Hopeless(error)),
            }
        }
        for (subject, members) in batches {
            let is_last = |at: usize| messages[at].is_last_attempt();
            let ids: Vec<MemberId> = members.iter().map(|(_, member)| *member).collect();
            let gives_up = members.first().is_some_and(|(at, _)| is_last(*at));
            let of_members = self.send_batch(subject, &ids, gives_up).await;
            for ((at, _), outcome) in members.into_iter().zip(of_members) {
                outcomes[at] = Some(outcome);
            }
        }
        outcomes.into_iter().map(|outcome| outcome.unwrap_or(Outcome::Done)).collect()
    }

    /// Sends one notice to some members; of each what became of it, in their order.
    async fn send_batch(&self, subject: Subject, members: &[MemberId], gives_up: bool) -> Vec<Outcome> {
        match self.try_batch(subject, members, gives_up).await {
            Ok(outcomes) => outcomes,
            Err(error) => vec![Outcome::Failed(error.to_string()); members.len()],
        }
    }

    async fn try_batch(&self, subject: Subject, members: &[MemberId], gives_up: bool) -> Result<Vec<Outcome>, DbError> {
        let (notice_id, channel, nature) = subject;
        let Some(carrier) = self.carrier(channel) else {
            self.settle(subject, members, DeliveryState::Unreached, Some(Unreached::Failed)).await?;
            return Ok(vec![Outcome::Done; members.len()]);
        };
        let prepared = self.prepare(subject, members).await?;
        let Some(notice) = prepared.notice else { return Ok(vec![Outcome::Done; members.len()]) };
        let terms = notice.kind.terms();
        let now = self.db.now();
        if now >= rules::expires_at(notice.created_at, terms.is_of_day) {
            let waiting: Vec<MemberId> = prepared.waiting.into_iter().collect();
            self.settle(subject, &waiting, DeliveryState::Unreached, Some(Unreached::Expired)).await?;
            return Ok(vec![Outcome::Done; members.len()]);
        }
        let (mut to, mut gone) = (Vec::new(), Vec::new());
        for member in members.iter().filter(|member| prepared.waiting.contains(*member)) {
            match prepared.accounts.get(member) {
                _ if !terms.at_night && prepared.quiet.contains_key(member) => {}
                Some(account) => to.push(Receiver { member: *member, account: account.clone() }),
                None => gone.push(*member),
            }
        }
        if !gone.is_empty() {
            self.settle(subject, &gone, DeliveryState::Unreached, Some(Unreached::NoAccount)).await?;
        }
        let sent = match to.is_empty() {
            true => Sent::Taken(Vec::new()),
            false => carrier.send(&text_of(&notice, notice_id, nature), &to).await,
        };
        let receivers: HashSet<MemberId> = to.iter().map(|one| one.member).collect();
        if let Sent::Taken(left_out) = &sent {
            self.write_taken(subject, &receivers, left_out).await?;
        }
        if let (Sent::Failed(_), true) = (&sent, gives_up) {
            let all: Vec<MemberId> = receivers.iter().copied().collect();
            self.settle(subject, &all, DeliveryState::Unreached, Some(Unreached::Failed)).await?;
        }
        let outcome = |member: &MemberId| match (&sent, prepared.quiet.get(member)) {
            (_, Some(until)) if !terms.at_night && prepared.waiting.contains(member) => {
                Outcome::Later { until: *until, why: "免打扰时段".into() }
            }
            (Sent::Paused { until, why }, _) if receivers.contains(member) => {
                Outcome::Paused { until: *until, why: why.clone() }
            }
            (Sent::Failed(why), _) if receivers.contains(member) => Outcome::Failed(why.clone()),
            _ => Outcome::Done,
        };
        Ok(members.iter().map(outcome).collect())
    }

    async fn prepare(&self, subject: Subject, members: &[MemberId]) -> Result<Prepared, DbError> {
        let (room, members, now) = (self.clone(), members.to_vec(), self.db.now());
        self.db
            .read(move |conn: &mut Conn| -> QueryResult<Prepared> {
                let notice = notices::find_notice(conn, subject.0)?;
                let waiting = store::list_in_state(conn, subject, &members, DeliveryState::Waiting)?;
                let carrier = room.carrier(subject.1);
                let accounts =
                    carrier.map(|carrier| carrier.can_reach(conn, &waiting)).transpose()?.unwrap_or_default();
                let quiet = room.quiet_now(conn, &waiting, now)?;
                Ok(Prepared { notice, waiting: waiting.into_iter().collect(), accounts, quiet })
            })
            .await
    }

    /// Those of some members for whom it is night now, and until when.
    pub(super) fn quiet_now(
        &self,
        conn: &mut Conn,
        members: &[MemberId],
        now: Timestamp,
    ) -> QueryResult<HashMap<MemberId, Timestamp>> {
        let mut quiet = HashMap::new();
        let own = self.quiet_hours_of(conn, members)?;
        for member in members {
            let hours: Vec<_> =
                std::iter::once(self.policy.quiet_hours()).chain(own.get(member).copied().flatten()).collect();
            let loud = rules::first_loud(now, &hours);
            if loud > now {
                quiet.insert(*member, loud);
            }
        }
        Ok(quiet)
    }

    async fn write_taken(
        &self,
        subject: Subject,
        receivers: &HashSet<MemberId>,
        left_out: &[(MemberId, Unreached)],
    ) -> Result<(), DbError> {
        let mut by_reason: HashMap<Option<Unreached>, Vec<MemberId>> = HashMap::new();
        for member in receivers {
            let why = left_out.iter().find(|(of, _)| of == member).map(|(_, why)| *why);
            by_reason.entry(why).or_default().push(*member);
        }
        let write = self.db.write(move |tx| -> Result<(), Stop<Never>> {
            let now = tx.now();
            for (reason, members) in &by_reason {
                let state = if reason.is_some() { DeliveryState::Unreached } else { DeliveryState::Sent };
                store::settle(tx.conn, subject, members, (state, *reason), now)?;
            }
            Ok(())
        });
        write.await.map_err(DbError::from)
    }

    pub(super) async fn settle(
        &self,
        subject: Subject,
        members: &[MemberId],
        state: DeliveryState,
        reason: Option<Unreached>,
    ) -> Result<(), DbError> {
        let members = members.to_vec();
        let write = self.db.write(move |tx| -> Result<(), Stop<Never>> {
            let now = tx.now();
            Ok(store::settle(tx.conn, subject, &members, (state, reason), now)?)
        });
        write.await.map_err(DbError::from)
    }
}

fn text_of(notice: &Notice, id: NoticeId, nature: Nature) -> Text {
    let title = match nature {
        Nature::First => notice.title.clone(),
        Nature::Reminder => format!("提醒：{}", notice.title),
    };
    Text {
        kind: notice.kind,
        told_at: notice.created_at,
        title,
        body: notice.body.clone(),
        link: notice.link.clone(),
        once: format!("{id}/{nature}"),
    }
}
