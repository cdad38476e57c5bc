//! Study items, the pushes that publish them, and what the server measured of their reading.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::base::id::{MemberId, UnitId};
use crate::base::time::{Day, Timestamp};
use crate::db::Json;
use crate::db::schema::{study_coverages, study_items, study_pushes, study_readings, study_servings};
use crate::ground::files::{FileId, FileView};
use crate::ground::notices::NoticeId;
use crate::kernel::trail::Thing;

crate::id!(
    /// A study item.
    ItemId
);
crate::id!(
    /// A push: one item for one unit on one day.
    PushId
);
crate::id!(
    /// A member's reading of an item on a day.
    ReadingId
);
crate::id!(
    /// A question that belongs to an item; the bank is the quiz room's.
    LinkedQuestionId
);

/// Something to study.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = study_items, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Item {
    pub id: ItemId,
    pub title: String,
    pub summary: String,
    /// Markdown.
    pub body: String,
    /// Where it comes from, such as a newspaper and its date.
    pub source: String,
    pub cover_url: Option<String>,
    /// How long it must be read to count.
    pub minimum_seconds: i32,
    pub question_ids: Json<Vec<LinkedQuestionId>>,
    /// Since when it is offered for no further push.
    pub retired_at: Option<Timestamp>,
    pub created_by: Option<MemberId>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// What it is about, as the enterprise sorts its items.
    pub category: Option<String>,
    /// An uploaded cover, which goes before `cover_url`.
    pub cover_file_id: Option<FileId>,
}

/// What an item says, as its versions keep it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = StudyItemText)]
pub struct ItemText {
    /// One line.
    pub title: String,
    /// What it is about, in a sentence or two.
    pub summary: String,
    /// Markdown.
    pub body: String,
    /// Where it comes from.
    pub source: String,
    /// An https address of a picture.
    pub cover_url: Option<String>,
    /// How long it must be read to count.
    pub minimum_seconds: i32,
    /// Questions of the bank that belong to it.
    pub question_ids: Vec<LinkedQuestionId>,
    /// What it is about, as the enterprise sorts its items.
    #[serde(default)]
    pub category: Option<String>,
    /// An uploaded cover.
    #[serde(default)]
    pub cover_file_id: Option<FileId>,
}

impl ItemText {
    pub fn of(item: &Item) -> ItemText {
        ItemText {
            title: item.title.clone(),
            summary: item.summary.clone(),
            body: item.body.clone(),
            source: item.source.clone(),
            cover_url: item.cover_url.clone(),
            minimum_seconds: item.minimum_seconds,
            question_ids: item.question_ids.0.clone(),
            category: item.category.clone(),
            cover_file_id: item.cover_file_id,
        }
    }
}

/// An item with its pictures, as somebody is shown it.
#[derive(Clone, Debug)]
pub struct ShownItem {
    pub item: Item,
    /// Of what was uploaded.
    pub cover: Option<FileView>,
    pub pictures: Vec<FileView>,
}

crate::words!(
    /// Whether an item is offered for pushes.
    ItemState {
        Offered = "offered" / "可推送",
        Retired = "retired" / "已停用",
    }
);

/// Which items are asked for; what is `None` does not matter.
#[derive(Clone, Debug, Default)]
pub struct ItemFilter {
    /// Part of the title.
    pub words: Option<String>,
    pub category: Option<String>,
    pub state: Option<ItemState>,
}

/// Which pushes are asked for; what is `None` does not matter.
#[derive(Clone, Debug)]
pub struct PushFilter {
    pub from: Day,
    /// This day included.
    pub until: Day,
    /// Part of the item's title.
    pub words: Option<String>,
    pub category: Option<String>,
    pub state: Option<PushState>,
}

/// What a reading needs to know of its item.
#[derive(Clone, Debug, Queryable)]
pub struct ItemHead {
    pub title: String,
    pub minimum_seconds: i32,
}

/// One item for one unit's subtree on one business day.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = study_pushes, treat_none_as_default_value = false)]
pub struct Push {
    pub id: PushId,
    pub item_id: ItemId,
    pub unit_id: UnitId,
    pub day: Day,
    /// When the scheduler publishes it.
    pub publish_at: Timestamp,
    pub published_at: Option<Timestamp>,
    pub cancelled_at: Option<Timestamp>,
    pub created_by: Option<MemberId>,
    pub created_at: Timestamp,
}

/// By which notice a push was told, and when those who have not read it are reminded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// `None` before its publication, and for one that came out after its day.
    pub notice_id: Option<NoticeId>,
    /// When they are to be reminded.
    pub remind_at: Option<Timestamp>,
    /// When they were.
    pub reminded_at: Option<Timestamp>,
}

crate::words!(
    /// How a push has come to a member.
    Arrival {
        /// It was read to the end after its publication.
        Read = "read" / "已学习",
        /// The feed showed it, or a channel took its message; it was not read.
        ReachedUnread = "reached_unread" / "已送达未学习",
        /// Its message waits to be sent.
        Waiting = "waiting" / "待发送",
        /// Not at work on its day.
        Away = "away" / "不在岗",
        /// Nothing but the inbox, which the member has not opened: no account on any channel.
        NoAccount = "no_account" / "未绑定账号",
        /// The member has allowed no more messages.
        NoQuota = "no_quota" / "授权次数已用完",
        /// The member has switched it off, does not follow, or has refused.
        Refused = "refused" / "本人已关闭或拒收",
        /// The channel did not take it in time.
        Failed = "failed" / "发送失败",
    }
);

crate::words!(
    /// What became of a push.
    PushState {
        /// Waits for its time.
        Planned = "planned" / "待推送",
        Published = "published" / "已推送",
        /// Taken back before its time.
        Cancelled = "cancelled" / "已取消",
    }
);

impl Push {
    pub fn state(&self) -> PushState {
        match (self.published_at, self.cancelled_at) {
            (Some(_), _) => PushState::Published,
            (None, Some(_)) => PushState::Cancelled,
            (None, None) => PushState::Planned,
        }
    }
}

/// A published push as the feed shows it, the same for every member.
#[derive(Clone, Debug, Queryable, Serialize, ToSchema)]
pub struct FeedPush {
    #[serde(rename = "push_id")]
    pub id: PushId,
    pub item_id: ItemId,
    /// The unit to whose subtree it was pushed.
    pub unit_id: UnitId,
    pub day: Day,
    pub published_at: Timestamp,
    /// The item's title.
    pub title: String,
    /// What it is about, in a sentence or two.
    pub summary: String,
    /// Where the text comes from, such as a newspaper and its date.
    pub source: String,
    /// An https address of a picture, or a path on this server that is good for half a day at least.
    pub cover_url: Option<String>,
    /// How long it must be read to count.
    pub minimum_seconds: i32,
    /// An uploaded cover, of which `cover_url` is made.
    #[serde(skip)]
    pub cover_file_id: Option<FileId>,
}

impl FeedPush {
    /// The feed's order, newest last.
    pub fn place(&self) -> Place {
        (self.day, self.id)
    }
}

/// Where a push stands in the feed.
pub type Place = (Day, PushId);

/// The coverage of a push as it was when its day was final.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = study_coverages, treat_none_as_default_value = false)]
pub struct FrozenCoverage {
    pub push_id: PushId,
    /// The digest of the roster that tells who was where.
    pub roster: Vec<u8>,
    pub frozen_at: Timestamp,
    /// What became of it for each member of the audience; see [`crate::people::members::coverage`].
    pub lines: Vec<u8>,
}

/// That a member's phone was served a push on its day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Insertable)]
#[diesel(table_name = study_servings, treat_none_as_default_value = false)]
pub struct Serving {
    pub push_id: PushId,
    pub member_id: MemberId,
    pub served_at: Timestamp,
}

/// A member's reading of an item, counted for the day on which it was opened.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = study_readings, treat_none_as_default_value = false)]
pub struct Reading {
    pub id: ReadingId,
    pub member_id: MemberId,
    pub item_id: ItemId,
    pub day: Day,
    pub opened_at: Timestamp,
    /// Since when it runs; `None` while it is paused and when it is finished.
    pub running_since: Option<Timestamp>,
    /// Time read before `running_since`, in microseconds.
    pub read_micros: i64,
    pub finished_at: Option<Timestamp>,
    /// What finishing it earned.
    pub points: i32,
    /// What its item asked for when it was opened first.
    pub minimum_seconds: i32,
}

crate::words!(
    /// How far a reading has come.
    ReadingState {
        /// Its time runs.
        Running = "running" / "学习中",
        /// Another item was opened meanwhile.
        Paused = "paused" / "已暂停",
        Finished = "finished" / "已完成",
    }
);

impl Reading {
    pub fn state(&self) -> ReadingState {
        match (self.finished_at, self.running_since) {
            (Some(_), _) => ReadingState::Finished,
            (None, Some(_)) => ReadingState::Running,
            (None, None) => ReadingState::Paused,
        }
    }
}

/// What the feed needs to know of a member's reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Queryable)]
pub struct Mark {
    pub item_id: ItemId,
    pub day: Day,
    pub finished_at: Option<Timestamp>,
}

crate::words!(
    /// What a member has done with a push.
    ReadState {
        New = "new" / "未读",
        /// Opened, and can still be finished.
        Reading = "reading" / "学习中",
        Finished = "finished" / "已完成",
    }
);

crate::words!(
    /// Why a member has not read a push.
    Reason {
        /// The push never reached a phone of the member's: the feed was not opened on its day.
        NotServed = "not_served" / "未送达",
        /// The feed showed it; the member did not open it.
        ServedNotOpened = "served_not_opened" / "已送达未打开",
        OpenedNotFinished = "opened_not_finished" / "已打开未完成",
        /// Away on that day, and therefore in no denominator.
        Away = "away" / "请假外出",
    }
);

/// A study item, as its trail knows it.
pub fn thing(id: ItemId) -> Thing {
    Thing { room: "study", kind: "study_item", id: id.uuid() }
}
