//! What the room keeps.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::base::id::MemberId;
use crate::base::time::Timestamp;
use crate::db::schema::{channel_choices, channel_deliveries};
use crate::ground::notices::{NoticeId, NoticeKind};

crate::words!(
    /// By what a notice reaches a member beyond the inbox.
    ChannelName {
        Wecom = "wecom" / "企业微信",
        /// The enterprise's official account.
        Wechat = "wechat" / "微信公众号",
        /// The enterprise's mini-program.
        Mini = "mini" / "微信小程序",
    }
);

impl ChannelName {
    /// The lane of the outbox in which its messages wait.
    pub const fn lane(self) -> &'static str {
        self.as_str()
    }
}

crate::words!(
    /// Whether it is the notice itself, or a reminder of it.
    Nature {
        First = "first" / "通知",
        Reminder = "reminder" / "提醒",
    }
);

crate::words!(
    /// What became of a message.
    DeliveryState {
        /// It waits for its turn.
        Waiting = "waiting" / "待发送",
        /// It waits for the message of the day.
        Collected = "collected" / "待汇总",
        /// The platform took it.
        Sent = "sent" / "已送达",
        /// It did not reach the member.
        Unreached = "unreached" / "未送达",
    }
);

crate::words!(
    /// Why a message did not reach a member.
    Unreached {
        /// No account on the channel, or one that the platform does not know any more.
        NoAccount = "no_account" / "未绑定账号",
        /// The member has allowed no more messages.
        NoQuota = "no_quota" / "授权次数已用完",
        /// The member does not follow the account, or has refused.
        Refused = "refused" / "本人已拒收或未关注",
        /// The platform did not take it.
        Failed = "failed" / "发送失败",
        /// On leave, or on a long shift.
        Away = "away" / "不在岗",
        /// The member does not want notices of this kind by this channel.
        SwitchedOff = "switched_off" / "本人已关闭",
        /// A reminder of this kind was sent on this day already.
        Reminded = "reminded" / "当日已提醒",
        /// Its time was over before it could be sent.
        Expired = "expired" / "已过时",
    }
);

/// A message to one member by one channel.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = channel_deliveries, treat_none_as_default_value = false)]
pub struct Delivery {
    pub notice_id: NoticeId,
    pub member_id: MemberId,
    pub channel: ChannelName,
    pub nature: Nature,
    pub kind: NoticeKind,
    pub state: DeliveryState,
    /// Why it did not reach him.
    pub reason: Option<Unreached>,
    pub made_at: Timestamp,
    /// When the platform took it, or it was given up.
    pub settled_at: Option<Timestamp>,
}

/// That a member wants a kind of notice by a channel, or does not.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = channel_choices, treat_none_as_default_value = false)]
pub struct Choice {
    pub member_id: MemberId,
    pub kind: NoticeKind,
    pub channel: ChannelName,
    pub wanted: bool,
    pub chosen_at: Timestamp,
}

/// The message of the outbox that has a notice expanded, from a member on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Expand {
    pub notice: NoticeId,
    pub after: Option<MemberId>,
}

/// The message of the outbox that is sent to one member.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Send {
    pub notice: NoticeId,
    pub member: MemberId,
    pub channel: ChannelName,
    pub nature: Nature,
}

/// The message of the outbox that says in one what was collected for a member.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Digest {
    pub member: MemberId,
    pub channel: ChannelName,
}
