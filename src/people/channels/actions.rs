//! The room's handle: what members choose, whom a notice has reached, and reminding those who have not read.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use diesel::QueryResult;
use serde_json::json;

use super::carriers::Channel;
use super::model::{ChannelName, Choice, Delivery, DeliveryState, Nature, Unreached};
use super::rules::{QuietHours, Refusal};
use super::settings::Policy;
use super::store;
use crate::base::id::MemberId;
use crate::db::{Conn, Db, DbError, Stop};
use crate::ground::notices::{Leaving, NoticeId, NoticeKind};
use crate::kernel::trail::{self, Act};
use crate::people::members::model::MemberSettings;
use crate::people::members::{self, Directory};
use crate::people::platforms::Platforms;

/// Everything the room works with; clones share it.
#[derive(Clone)]
pub struct Channels {
    pub(super) db: Db,
    pub(super) directory: Directory,
    pub(super) policy: Policy,
    /// Beyond the inbox.
    pub(super) carriers: Arc<Vec<Box<dyn Channel>>>,
    pub(super) platforms: Platforms,
    /// Where members reach the app.
    pub(super) public_url: Option<String>,
    pub(super) verification_files: Option<PathBuf>,
}

/// How a kind of notice comes to a member by a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Way {
    pub kind: NoticeKind,
    pub channel: ChannelName,
    pub leaving: Leaving,
    pub wanted: bool,
}

/// What became of a notice for one member.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delivered {
    /// The channels by which it, or a reminder of it, was taken.
    pub by: Vec<ChannelName>,
    /// Messages wait to be sent.
    pub waits: bool,
    /// Why it was not, by the channel that came last.
    pub why: Option<Unreached>,
    /// Whether a reminder was sent.
    pub reminded: bool,
}

impl Channels {
    pub(super) fn carrier(&self, name: ChannelName) -> Option<&dyn Channel> {
        self.carriers.iter().find(|carrier| carrier.name() == name).map(Box::as_ref)
    }

    /// The channels beyond the inbox that the enterprise uses.
    pub fn in_use(&self) -> Vec<ChannelName> {
        self.carriers.iter().map(|carrier| carrier.name()).collect()
    }

    /// What the enterprise offers, and what the member has chosen of it.
    pub(super) async fn ways_of(&self, member: MemberId) -> Result<Vec<Way>, DbError> {
        let choices = self.db.read(move |conn| store::choices_of(conn, member)).await?;
        Ok(self.ways(&choices))
    }

    fn ways(&self, choices: &[Choice]) -> Vec<Way> {
        let offered = |kind: NoticeKind| self.in_use().into_iter().map(move |channel| (kind, channel));
        let ways = NoticeKind::each().flat_map(offered).filter_map(|(kind, channel)| {
            let leaving = self.policy.leaving(kind, channel);
            let choice = choices.iter().find(|choice| (choice.kind, choice.channel) == (kind, channel));
            let wanted = leaving == Leaving::Always || choice.is_none_or(|choice| choice.wanted);
            (leaving != Leaving::Off).then_some(Way { kind, channel, leaving, wanted })
        });
        ways.collect()
    }

    /// Puts down what a member wants; what is not named goes back to what the enterprise says.
    pub(super) async fn choose(
        &self,
        member: MemberId,
        wishes: Vec<(NoticeKind, ChannelName, bool)>,
    ) -> Result<Vec<Way>, Stop<Refusal>> {
        let offered = self.ways(&[]);
        let mut named = HashSet::new();
        for (kind, channel, wanted) in &wishes {
            let way = offered.iter().find(|way| (way.kind, way.channel) == (*kind, *channel));
            let way = way.ok_or(Refusal::NotOffered)?;
            if way.leaving == Leaving::Always && !wanted {
                return Err(Refusal::NotToChoose.into());
            }
            if !named.insert((*kind, *channel)) {
                return Err(Refusal::Twice.into());
            }
        }
        let room = self.clone();
        self.db
            .write(move |tx| {
                let chosen_at = tx.now();
                let choices = wishes.iter().map(|(kind, channel, wanted)| Choice {
                    member_id: member,
                    kind: *kind,
                    channel: *channel,
                    wanted: *wanted,
                    chosen_at,
                });
                let choices: Vec<Choice> = choices.collect();
                store::replace_choices(tx.conn, member, &choices)?;
                let (action, subject_kind, subject_id) = ("channels.choose", "member", member.uuid());
                let off: Vec<String> = choices
                    .iter()
                    .filter(|choice| !choice.wanted)
                    .map(|choice| format!("{}/{}", choice.kind.as_str(), choice.channel.as_str()))
                    .collect();
                let detail = json!({ "switched_off": off });
                trail::note(tx, Act { actor: Some(member), action, subject_kind, subject_id, detail })?;
                Ok(room.ways(&choices))
            })
            .await
    }

    /// The hours in which nothing reaches some members but what is about their accounts, as each has said; the usual ones for
    /// anyone who has said nothing.
    pub(super) fn quiet_hours_of(
        &self,
        conn: &mut Conn,
        members: &[MemberId],
    ) -> QueryResult<HashMap<MemberId, Option<QuietHours>>> {
        let said = members::store::settings::list(conn, members)?;
        let hours = |settings: &MemberSettings| {
            let (from, until) = settings.quiet_from.zip(settings.quiet_until)?;
            Some(QuietHours { from: from.0, until: until.0 })
        };
        let usual = hours(&MemberSettings::default());
        let of = |member: &MemberId| (*member, said.get(member).map_or(usual, hours));
        Ok(members.iter().map(of).collect())
    }

    /// What became of a notice beyond the inbox, member by member; nobody is in it who has no account on any channel.
    pub fn delivered(conn: &mut Conn, notice: NoticeId) -> QueryResult<HashMap<MemberId, Delivered>> {
        let mut all: HashMap<MemberId, Delivered> = HashMap::new();
        for Delivery { member_id, channel, nature, state, reason, .. } in store::list_of(conn, notice)? {
            let one = all.entry(member_id).or_default();
            match state {
                DeliveryState::Sent => {
                    if !one.by.contains(&channel) {
                        one.by.push(channel);
                    }
                    one.reminded |= nature == Nature::Reminder;
                }
                DeliveryState::Waiting | DeliveryState::Collected => one.waits = true,
                DeliveryState::Unreached => one.why = reason,
            }
        }
        Ok(all)
    }

    /// Throws away what became of messages a month ago.
    pub(super) async fn clear(&self) -> Result<(), DbError> {
        for _ in 0..PASSES {
            let gone = self.db.write(|tx| -> Result<usize, Stop<crate::db::Never>> {
                let before = tx.now().plus_seconds(-KEPT_SECONDS);
                Ok(store::delete_old(tx.conn, before, ROWS_AT_ONCE)?)
            });
            if gone.await.map_err(DbError::from)? == 0 {
                break;
            }
        }
        Ok(())
    }
}

/// How long it is kept what became of a message.
const KEPT_SECONDS: i64 = 35 * 86_400;
const ROWS_AT_ONCE: i64 = 1_000;
const PASSES: usize = 200;
