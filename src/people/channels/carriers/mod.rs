//! The channels themselves: what each of them can reach, and how it sends. The inbox is none: what is told lies there already,
//! and is what everything else reminds of.

mod mini;
mod wechat;
mod wecom;

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;

use diesel::QueryResult;

use super::model::{ChannelName, Unreached};
use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::db::Conn;
use crate::ground::notices::NoticeKind;

pub use mini::Mini;
pub use wechat::Wechat;
pub use wecom::Wecom;

/// What a message says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Text {
    pub kind: NoticeKind,
    /// When it was told.
    pub told_at: Timestamp,
    /// One line, in Chinese.
    pub title: String,
    pub body: String,
    /// The API path of what it is about.
    pub link: Option<String>,
    /// What tells one message from the next, for platforms that send one of them once.
    pub once: String,
}

/// A member, as the channel knows him.
#[derive(Clone, Debug)]
pub struct Receiver {
    pub member: MemberId,
    pub account: String,
}

/// What became of a message to some members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sent {
    /// It was taken; to these members it does not come, and why.
    Taken(Vec<(MemberId, Unreached)>),
    /// The channel is busy, away or not set up: later, and no attempt of the message.
    Paused { until: Timestamp, why: String },
    /// The message itself is not taken: a fault of ours.
    Failed(String),
}

type Sending<'a> = Pin<Box<dyn Future<Output = Sent> + Send + 'a>>;

/// A way to reach members.
pub trait Channel: Send + Sync {
    fn name(&self) -> ChannelName;

    /// Messages that are handed over at once, and how many such batches may be under way.
    fn pace(&self) -> (usize, usize);

    /// By what each of some members is reached; those who are not in the answer cannot be.
    fn can_reach(&self, conn: &mut Conn, members: &[MemberId]) -> QueryResult<HashMap<MemberId, String>>;

    /// Sends one text to some members.
    fn send<'a>(&'a self, text: &'a Text, to: &'a [Receiver]) -> Sending<'a>;
}
