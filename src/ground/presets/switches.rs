//! The switches.

use super::model::{BoardListing, BoardScope, NamesAbove, Preset};
use crate::base::capability::Capability;
use crate::kernel::settings::{Range, Setting};

/// Follows the preset.
const FOLLOWS: (&str, &str) = ("preset", "随方案");

/// What the heaviest vote weighs where nothing limits it, in hundredths of a percent.
const WHOLE: u32 = 10_000;
/// And where a vote may only be one voice among others.
const SIXTY_PERCENT: u32 = 6_000;

/// What is in force; clones share it.
#[derive(Clone, Debug)]
pub struct Presets {
    preset: Setting,
    personal_boards: Setting,
    branch_boards: Setting,
    vote_weight: Setting,
    vote_note: Setting,
    board_listing: Setting,
    names_above: Setting,
}

impl Default for Presets {
    fn default() -> Presets {
        let switch = |key, title, words, default| {
            Setting::text(key, title, Capability::ManageMembers, Range::OneOf(words), default).delicate()
        };
        Presets {
            preset: switch(
                "presets.preset",
                ("使用方案：标准或减负", "The preset: standard, or less burden"),
                &[("standard", "标准方案"), ("lighter", "减负方案")],
                "standard",
            ),
            personal_boards: switch(
                "presets.personal_boards",
                ("个人榜单的范围", "Of whom boards of members are shown"),
                &[FOLLOWS, ("enterprise", "全企业"), ("branch", "仅本支部")],
                FOLLOWS.0,
            ),
            branch_boards: switch(
                "presets.branch_boards",
                ("是否比较各支部", "Whether branches are compared"),
                &[FOLLOWS, ("on", "比较"), ("off", "不比较")],
                FOLLOWS.0,
            ),
            vote_weight: switch(
                "presets.vote_weight",
                ("评选中投票所占权重的上限", "The most that a vote weighs in a selection"),
                &[FOLLOWS, ("any", "不限"), ("sixty", "不超过60%")],
                FOLLOWS.0,
            ),
            vote_note: switch(
                "presets.vote_note",
                (
                    "结果和通报是否注明“投票仅作参考”",
                    "Whether results and bulletins say that votes are for reference only",
                ),
                &[FOLLOWS, ("on", "注明"), ("off", "不注明")],
                FOLLOWS.0,
            ),
            board_listing: switch(
                "presets.board_listing",
                ("个人上榜方式", "Who appears on boards of members"),
                &[FOLLOWS, ("opt_out", "默认上榜，可以退出"), ("opt_in", "本人同意才上榜")],
                FOLLOWS.0,
            ),
            names_above: switch(
                "presets.names_above",
                ("上级查看完成情况时是否看到姓名", "Whether those above a branch see by name who has done what"),
                &[FOLLOWS, ("names", "看到姓名"), ("numbers", "只看十人及以上的人数")],
                FOLLOWS.0,
            ),
        }
    }
}

impl Presets {
    pub fn preset(&self) -> Preset {
        self.preset.words().parse().unwrap_or(Preset::Standard)
    }

    /// Of whom boards of members are shown.
    pub fn personal_boards(&self) -> BoardScope {
        let by_preset = match self.preset() {
            Preset::Standard => BoardScope::Enterprise,
            Preset::Lighter => BoardScope::Branch,
        };
        self.personal_boards.words().parse().unwrap_or(by_preset)
    }

    /// Whether branches are compared; in both presets, unless the switch says otherwise.
    pub fn compares_branches(&self) -> bool {
        &*self.branch_boards.words() != "off"
    }

    /// The most that a vote weighs in a selection that is announced now, in hundredths of a percent.
    pub fn heaviest_vote(&self) -> u32 {
        match (&*self.vote_weight.words(), self.preset()) {
            ("any", _) => WHOLE,
            ("sixty", _) | (_, Preset::Lighter) => SIXTY_PERCENT,
            (_, Preset::Standard) => WHOLE,
        }
    }

    /// Whether results and bulletins of a selection that is announced now say that its vote is for reference only.
    pub fn notes_votes(&self) -> bool {
        match (&*self.vote_note.words(), self.preset()) {
            ("on", _) => true,
            ("off", _) => false,
            (_, preset) => preset == Preset::Lighter,
        }
    }

    /// Who appears on boards of members.
    pub fn board_listing(&self) -> BoardListing {
        let by_preset = match self.preset() {
            Preset::Standard => BoardListing::OptOut,
            Preset::Lighter => BoardListing::OptIn,
        };
        self.board_listing.words().parse().unwrap_or(by_preset)
    }

    /// What those who look after more than one branch see of who has done what.
    pub fn names_above(&self) -> NamesAbove {
        let by_preset = match self.preset() {
            Preset::Standard => NamesAbove::Names,
            Preset::Lighter => NamesAbove::Numbers,
        };
        self.names_above.words().parse().unwrap_or(by_preset)
    }

    /// What each switch is and why, in Chinese.
    pub(super) fn told(&self) -> [Told; 6] {
        let told = |setting: &Setting, value, reason| Told {
            key: setting.key,
            title: setting.title.0,
            value,
            follows_preset: &*setting.words() == FOLLOWS.0,
            reason,
        };
        let votes = if self.heaviest_vote() < WHOLE { "不超过60%" } else { "不限" };
        let note = if self.notes_votes() { "注明" } else { "不注明" };
        let branches = if self.compares_branches() { "比较" } else { "不比较" };
        [
            told(&self.personal_boards, self.personal_boards().title(), "个人排名只在熟悉的人之间，避免层层比较"),
            told(&self.branch_boards, branches, "支部之间比的是集体，不点个人的名"),
            told(&self.vote_weight, votes, "投票只作参考，不以票数作为评价的主要依据"),
            told(&self.vote_note, note, "让看结果的人知道票数只是一种意见"),
            told(&self.board_listing, self.board_listing().title(), "是否与人比较由本人决定，不影响积分"),
            told(&self.names_above, self.names_above().title(), "谁没有完成由本支部书记了解，上级看人数，避免层层点名"),
        ]
    }

    pub fn each(&self) -> [Setting; 7] {
        [
            self.preset.clone(),
            self.personal_boards.clone(),
            self.branch_boards.clone(),
            self.vote_weight.clone(),
            self.vote_note.clone(),
            self.board_listing.clone(),
            self.names_above.clone(),
        ]
    }
}

/// A switch as it is told.
pub(super) struct Told {
    pub key: &'static str,
    pub title: &'static str,
    pub value: &'static str,
    pub follows_preset: bool,
    pub reason: &'static str,
}
