//! Whom a push has reached by which channel, who has read it, and why it did not reach the others; and reminding, once, those
//! who have not read it.

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::actions::{Outcome, Study, note};
use super::coverage::Progress;
use super::model::{Arrival, Push, PushId, Reason, Told};
use super::rules::{self, Refusal};
use super::store;
use crate::base::capability::Reach;
use crate::base::id::{MemberId, UnitId};
use crate::base::person::Person;
use crate::base::time::{Timestamp, WallTime, off_the_half_hour};
use crate::db::{DbError, Never, Stop, Tx};
use crate::kernel::agenda;
use crate::kernel::outbox::{self, Message};
use crate::people::channels::{ChannelName, Channels, Delivered, Unreached};
use crate::people::members::coverage;
use crate::people::members::directory::MemberCard;

/// The message of the outbox that reminds those who have not read a push, from an employee number on.
const REMIND: &str = "study.remind";

/// Members whom one transaction reminds.
const CHUNK: usize = 1_000;

/// What the message says.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Remind {
    push: PushId,
    after: Option<String>,
}

/// How a push has come to one member.
pub(super) struct Line {
    pub member: Arc<MemberCard>,
    pub unit: UnitId,
    pub arrival: Arrival,
    /// Beyond the inbox.
    pub by: Vec<ChannelName>,
    pub reminded: bool,
}

/// How many members each arrival counts, and each channel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub members: u32,
    pub arrivals: HashMap<Arrival, u32>,
    pub by: HashMap<ChannelName, u32>,
    pub reminded: u32,
}

impl Tally {
    fn add(&mut self, line: &Line) {
        self.members += 1;
        *self.arrivals.entry(line.arrival).or_default() += 1;
        for channel in &line.by {
            *self.by.entry(*channel).or_default() += 1;
        }
        self.reminded += u32::from(line.reminded);
    }
}

/// The report of a push in one unit.
pub(super) struct Report {
    pub push: Push,
    pub told: Told,
    pub unit: UnitId,
    pub tally: Tally,
    pub children: Vec<(UnitId, Tally)>,
    /// Whether the reader sees names.
    pub named: bool,
    /// Everybody of the unit, in the order of their employee numbers; empty where the reader sees no names.
    pub lines: Vec<Line>,
}

impl Study {
    /// How a published push has come to the members of `unit`, or of the largest part of its audience that the caller may see.
    pub(super) async fn deliveries(
        &self,
        reader: &Person,
        reach: &Reach,
        id: PushId,
        unit: Option<UnitId>,
    ) -> Outcome<Report> {
        let (push, told) = self.find_told(id).await?;
        let tree = self.directory.tree();
        let unit = coverage::reported(&tree, reach, push.unit_id, unit).map_err(Refusal::from)?;
        if push.published_at.is_none() {
            return Err(Refusal::NotPublished.into());
        }
        let named = coverage::names(&tree, self.presets.names_above(), reader, unit);
        self.flush().await?;
        let progress = self.progress(&push, unit).await?;
        let mut delivered = match told.notice_id {
            Some(notice) => self.db.read(move |conn| Channels::delivered(conn, notice)).await?,
            None => HashMap::new(),
        };
        let lines = progress.into_iter().map(|one| {
            let of_member = delivered.remove(&one.member.id).unwrap_or_default();
            line_of(one, of_member)
        });
        let mut lines: Vec<Line> = lines.collect();
        let children = tree.get(unit).map(|card| card.children.clone()).unwrap_or_default();
        let (mut tally, mut of_children) = (Tally::default(), HashMap::<UnitId, Tally>::new());
        for line in &lines {
            tally.add(line);
            let path = tree.get(line.unit).map(|card| card.path.clone());
            if let Some(child) = path.iter().flat_map(|path| path.iter()).find(|id| children.contains(id)) {
                of_children.entry(*child).or_default().add(line);
            }
        }
        if !named {
            // of few members numbers tell of each
            if tally.members < rules::FEWEST_TOLD {
                return Err(Refusal::TooFew.into());
            }
            lines.clear();
            of_children.clear();
        }
        let children = children.into_iter().filter_map(|child| Some((child, of_children.remove(&child)?))).collect();
        Ok(Report { push, told, unit, tally, children, named, lines })
    }

    async fn find_told(&self, id: PushId) -> Outcome<(Push, Told)> {
        let found = self.db.read(move |conn| {
            let push = store::find_push(conn, id)?;
            Ok(push.zip(store::find_told(conn, id)?))
        });
        Ok(found.await?.ok_or(Refusal::NoSuchPush)?)
    }

    /// Has those who have not read a push reminded of it: once, now or at a time of its day.
    pub(super) async fn plan_reminder(
        &self,
        actor: MemberId,
        reach: &Reach,
        id: PushId,
        at: Option<WallTime>,
    ) -> Outcome<(Push, Told)> {
        self.find_push(reach, id).await?;
        self.db
            .write(move |tx| {
                let (now, today) = (tx.now(), tx.today());
                let push = store::find_push(tx.conn, id)?.ok_or(Refusal::NoSuchPush)?;
                let told = store::find_told(tx.conn, id)?.ok_or(Refusal::NoSuchPush)?;
                let due = at.map_or(now, |at| push.day.at(off_the_half_hour(at.0, id.uuid().as_bytes())));
                rules::may_remind(&push, &told, due, now, today)?;
                store::put_reminder(tx.conn, id, due)?;
                agenda::put(tx, super::REMINDERS, id.uuid(), due)?;
                note(tx, Some(actor), "study.plan_reminder", "study_push", id.uuid(), json!({ "at": due }))?;
                Ok((push, Told { remind_at: Some(due), ..told }))
            })
            .await
    }

    /// Sends for the reminders that are due, each once; says when the next one is.
    pub(super) async fn remind_due(&self) -> Result<Option<Timestamp>, DbError> {
        let sent = self.db.write(|tx| -> Result<(), Stop<Never>> {
            let (now, today) = (tx.now(), tx.today());
            for push in store::list_to_remind(tx.conn, now)? {
                // another process was first
                if store::mark_reminded(tx.conn, push.id, now)? && push.day == today {
                    outbox::send(tx, REMIND, Remind { push: push.id, after: None })?;
                }
            }
            Ok(())
        });
        sent.await.map_err(DbError::from)?;
        self.db.read(store::next_reminder).await
    }

    /// Reminds the next of those who have not read; each chunk sends for the one after it.
    async fn remind_some(&self, message: Message) -> Result<(), String> {
        let Remind { push, after } = message.payload()?;
        let told = |error: DbError| error.to_string();
        let found = self.db.read(move |conn| Ok(store::find_push(conn, push)?.zip(store::find_told(conn, push)?)));
        let Some((push, Told { notice_id: Some(notice), .. })) = found.await.map_err(told)? else { return Ok(()) };
        if push.day != self.db.today() {
            return Ok(());
        }
        self.flush().await.map_err(told)?;
        let mut unread = self.progress(&push, push.unit_id).await.map_err(told)?;
        unread.retain(|one| one.outcome.is_err_and(|missed| missed.reason != Reason::Away));
        unread.retain(|one| after.as_deref().is_none_or(|after| &*one.member.employee_no > after));
        let more = unread.len() > CHUNK;
        unread.truncate(CHUNK);
        let next = unread.last().filter(|_| more).map(|one| one.member.employee_no.to_string());
        let members: Vec<MemberId> = unread.iter().map(|one| one.member.id).collect();
        let (channels, id) = (self.channels.clone(), push.id);
        let reminded = self.db.write(move |tx: &mut Tx| -> Result<(), Stop<Never>> {
            channels.remind(tx, notice, &members)?;
            if let Some(next) = next.clone() {
                outbox::send(tx, REMIND, Remind { push: id, after: Some(next) })?;
            }
            Ok(())
        });
        reminded.await.map_err(|stop| DbError::from(stop).to_string())
    }

    /// How reminders leave.
    pub(super) fn handlers(&self) -> outbox::Handlers {
        let (mut handlers, study) = (outbox::Handlers::default(), self.clone());
        handlers.on(REMIND, move |message| {
            let study = study.clone();
            async move { study.remind_some(message).await }
        });
        handlers
    }
}

fn line_of(one: Progress, delivered: Delivered) -> Line {
    let arrival = match one.outcome.err().map(|missed| missed.reason) {
        None => Arrival::Read,
        Some(Reason::Away) => Arrival::Away,
        Some(Reason::OpenedNotFinished | Reason::ServedNotOpened) => Arrival::ReachedUnread,
        Some(Reason::NotServed) if !delivered.by.is_empty() => Arrival::ReachedUnread,
        Some(Reason::NotServed) if delivered.waits => Arrival::Waiting,
        Some(Reason::NotServed) => match delivered.why {
            None | Some(Unreached::NoAccount) => Arrival::NoAccount,
            Some(Unreached::NoQuota) => Arrival::NoQuota,
            Some(Unreached::Refused | Unreached::SwitchedOff) => Arrival::Refused,
            Some(Unreached::Away) => Arrival::Away,
            Some(Unreached::Failed | Unreached::Expired | Unreached::Reminded) => Arrival::Failed,
        },
    };
    Line { member: one.member, unit: one.unit, arrival, by: delivered.by, reminded: delivered.reminded }
}
