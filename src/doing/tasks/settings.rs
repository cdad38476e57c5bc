//! Within how many days units answer and what they hand in is looked at, and who sees how branches stand.

use crate::base::capability::Capability;
use crate::kernel::settings::{Range, Setting};

crate::words!(
    /// How much of the standing of branches a unit sees.
    TaskStandingSight {
        /// Its own place, and those of the first third.
        Third = "third" / "本单位名次和前三分之一",
        Own = "own" / "仅本单位名次",
        All = "all" / "全部名次",
    }
);

/// The room's settings.
#[derive(Clone, Debug)]
pub struct Terms {
    answer: Setting,
    verify: Setting,
    extensions: Setting,
    near: Setting,
    sight: Setting,
}

impl Terms {
    pub fn new() -> Terms {
        let days = |key, named: (&'static str, &'static str), most, usual| {
            Setting::number(key, named, Capability::ManageContent, ((1, most), "天"), usual)
        };
        const WORDS: &[(&str, &str)] = &[
            (TaskStandingSight::Third.as_str(), TaskStandingSight::Third.title()),
            (TaskStandingSight::Own.as_str(), TaskStandingSight::Own.title()),
            (TaskStandingSight::All.as_str(), TaskStandingSight::All.title()),
        ];
        Terms {
            answer: days(
                "tasks.ack_days",
                ("任务下发后，承办单位几日内签收或申请调整", "Days within which a unit accepts or answers a task"),
                30,
                2,
            ),
            verify: days(
                "tasks.verify_days",
                ("提交销号后，几日内审核", "Days within which what was handed in is looked at"),
                30,
                3,
            ),
            extensions: Setting::number(
                "tasks.extend_max",
                ("一项任务最多延期几次", "How often a task is put off at most"),
                Capability::ManageContent,
                ((0, 5), "次"),
                2,
            ),
            near: days(
                "tasks.near_days",
                ("到期前几日起显示临期", "Days before the due one from which a task shows blue"),
                60,
                5,
            ),
            sight: Setting::text(
                "tasks.standing_sight",
                ("各支部任务完成情况的公开范围", "How much of the standing of branches a unit sees"),
                Capability::ManageContent,
                Range::OneOf(WORDS),
                TaskStandingSight::Third.as_str(),
            ),
        }
    }

    /// Days from the one on which a task was issued.
    pub fn answer_days(&self) -> u64 {
        self.answer.get_as()
    }

    /// Days from the one on which it was handed in.
    pub fn verify_days(&self) -> u64 {
        self.verify.get_as()
    }

    pub fn extensions(&self) -> i64 {
        self.extensions.get()
    }

    pub fn near_days(&self) -> u64 {
        self.near.get_as()
    }

    pub fn sight(&self) -> TaskStandingSight {
        self.sight.words().parse().unwrap_or(TaskStandingSight::Third)
    }

    pub fn each(&self) -> [Setting; 5] {
        [&self.answer, &self.verify, &self.extensions, &self.near, &self.sight].map(Clone::clone)
    }
}
