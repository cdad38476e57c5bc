//! Which kinds of notices leave by which channels, and when nothing leaves: settings of the enterprise.

use std::sync::Arc;

use chrono::NaiveTime;

use super::model::ChannelName;
use super::rules::QuietHours;
use super::templates::Template;
use crate::base::capability::Capability;
use crate::base::time::Timestamp;
use crate::ground::notices::{Leaving, NoticeKind};
use crate::kernel::settings::{Range, Setting};

/// What may be said of a kind on a channel, with what people read.
const WORDS: &[(&str, &str)] = &[
    (Leaving::Always.as_str(), Leaving::Always.title()),
    (Leaving::AtOnce.as_str(), Leaving::AtOnce.title()),
    (Leaving::Digest.as_str(), Leaving::Digest.title()),
    (Leaving::Off.as_str(), Leaving::Off.title()),
];

/// The shape of a message in WeCom that opens the mini-program.
const MINI_NOTICE: &str = "mini";

/// The room's settings; clones share them.
#[derive(Clone)]
pub struct Policy {
    kinds: Arc<Vec<(NoticeKind, ChannelName, Setting)>>,
    quiet_from: Setting,
    quiet_until: Setting,
    digest_at: Setting,
    wecom_shape: Setting,
    wechat_templates: Setting,
    mini_templates: Setting,
}

impl Policy {
    /// By default each kind leaves as the room that brings it says.
    pub fn new() -> Policy {
        let channels = [ChannelName::Wecom, ChannelName::Wechat, ChannelName::Mini];
        let kinds = NoticeKind::each().flat_map(|kind| channels.map(|channel| (kind, channel, of_kind(kind, channel))));
        let time = |key, title, hour, minute| {
            let default = NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default();
            Setting::time(key, title, Capability::ManageContent, default)
        };
        Policy {
            kinds: Arc::new(kinds.collect()),
            quiet_from: time(
                "channels.quiet_from",
                (
                    "夜间免打扰的开始时间（账号安全通知除外）",
                    "From when on nothing leaves at night but what is about accounts",
                ),
                21,
                30,
            ),
            quiet_until: time(
                "channels.quiet_until",
                ("夜间免打扰的结束时间", "Until when nothing leaves at night"),
                7,
                0,
            ),
            digest_at: time(
                "channels.digest_at",
                ("每日汇总消息的发送时间", "When the message of the day leaves"),
                17,
                20,
            )
            .off_the_half_hour(),
            wecom_shape: Setting::text(
                "channels.wecom_shape",
                (
                    "企业微信消息点开后的去处（小程序须已关联该应用）",
                    "What a message in WeCom opens: the page, or the mini-program that is associated with the application",
                ),
                Capability::ManageContent,
                Range::OneOf(&[("card", "网页（文本卡片）"), (MINI_NOTICE, "小程序（小程序通知）")]),
                "card",
            ),
            wechat_templates: templates(
                "channels.wechat_templates",
                ("公众号模板消息所用的模板", "The templates of the official account, by kind of notice"),
            ),
            mini_templates: templates(
                "channels.mini_templates",
                ("小程序订阅消息所用的模板", "The templates of the mini-program, by kind of notice"),
            ),
        }
    }

    /// How notices of a kind leave by a channel; not at all where it takes a template and none is set.
    pub fn leaving(&self, kind: NoticeKind, channel: ChannelName) -> Leaving {
        if channel != ChannelName::Wecom && self.template(kind, channel).is_none() {
            return Leaving::Off;
        }
        let setting = self.kinds.iter().find(|(of, by, _)| (*of, *by) == (kind, channel));
        setting.and_then(|(.., setting)| setting.words().parse().ok()).unwrap_or(Leaving::Off)
    }

    pub fn quiet_hours(&self) -> QuietHours {
        QuietHours { from: self.quiet_from.time_of_day(), until: self.quiet_until.time_of_day() }
    }

    /// Whether a message in WeCom opens the mini-program.
    pub fn opens_mini_in_wecom(&self) -> bool {
        &*self.wecom_shape.words() == MINI_NOTICE
    }

    /// When the next message of a day leaves.
    pub fn next_digest(&self, now: Timestamp) -> Timestamp {
        let today = now.day().at(self.digest_at.time_of_day());
        if today > now { today } else { now.day().next().at(self.digest_at.time_of_day()) }
    }

    /// The template in which a kind of notice is put on a channel.
    pub fn template(&self, kind: NoticeKind, channel: ChannelName) -> Option<Template> {
        Template::of_kind(&self.templates(channel)?, kind.as_str())
    }

    /// What is set of templates on a channel; nothing for one that has none.
    pub fn templates(&self, channel: ChannelName) -> Option<Arc<str>> {
        match channel {
            ChannelName::Wecom => None,
            ChannelName::Wechat => Some(self.wechat_templates.words()),
            ChannelName::Mini => Some(self.mini_templates.words()),
        }
    }

    pub fn each(&self) -> Vec<Setting> {
        let times = [
            self.quiet_from.clone(),
            self.quiet_until.clone(),
            self.digest_at.clone(),
            self.wecom_shape.clone(),
            self.wechat_templates.clone(),
            self.mini_templates.clone(),
        ];
        self.kinds.iter().map(|(.., setting)| setting.clone()).chain(times).collect()
    }
}

fn templates(key: &'static str, title: (&'static str, &'static str)) -> Setting {
    Setting::text(key, title, Capability::ManageContent, Range::Words { most: 1_000 }, "")
}

fn of_kind(kind: NoticeKind, channel: ChannelName) -> Setting {
    // a few dozen, made once for the life of the process
    let leaked = |text: String| -> &'static str { Box::leak(text.into_boxed_str()) };
    let key = leaked(format!("channels.{}_by_{}", kind.as_str(), channel.as_str()));
    let title = (
        leaked(format!("“{}”类通知通过{}发送的方式", kind.title(), channel.title())),
        leaked(format!("How notices of the kind {} leave by {}", kind.as_str(), channel.as_str())),
    );
    // a one-time permission is spent on what is worth it
    let leaves = match (channel, kind.terms().leaves) {
        (ChannelName::Mini, Leaving::Digest) => Leaving::Off,
        (_, leaves) => leaves,
    };
    Setting::text(key, title, Capability::ManageContent, Range::OneOf(WORDS), leaves.as_str())
}
