//! What is worth a look in a vote, as the enterprise has it; hints for people, nothing more.

use super::model::Watch;
use crate::base::capability::Capability;
use crate::config::VoteWatch;
use crate::kernel::settings::Setting;

/// The settings; they are changed by two people, since they are about votes that one of them may run.
#[derive(Clone, Debug)]
pub struct WatchSettings {
    minutes: Setting,
    ballots: Setting,
    times: Setting,
    night_from: Setting,
    night_until: Setting,
    accounts: Setting,
    delay_hours: Setting,
}

impl WatchSettings {
    /// By default what the environment says.
    pub fn new(defaults: VoteWatch) -> WatchSettings {
        let number = |key, title, range, default: u16| {
            Setting::number(key, title, Capability::RunCampaigns, range, default.into()).delicate()
        };
        let time = |key, title, default| Setting::time(key, title, Capability::RunCampaigns, default).delicate();
        WatchSettings {
            minutes: number(
                "campaigns.watch_minutes",
                ("集中投票提示：统计的时间段", "Minutes within which many ballots of one unit are worth a look"),
                ((1, 120), "分钟"),
                defaults.watch_minutes,
            ),
            ballots: number(
                "campaigns.watch_ballots",
                ("集中投票提示：同一单位的票数", "How many ballots of one unit are many"),
                ((2, 65_535), "票"),
                defaults.watch_ballots,
            ),
            times: number(
                "campaigns.watch_times",
                (
                    "集中投票提示：人均为其他单位同时段的倍数",
                    "How many times as many they must be, for each member, as elsewhere at the same time",
                ),
                ((1, 1000), "倍"),
                defaults.watch_times,
            ),
            night_from: time(
                "campaigns.watch_night_from",
                ("夜间投票提示：开始时间", "From when on ballots are cast at night"),
                defaults.watch_night_from,
            ),
            night_until: time(
                "campaigns.watch_night_until",
                (
                    "夜间投票提示：结束时间，与开始时间相同表示不提示",
                    "Until when ballots are cast at night; the same time as the beginning means never",
                ),
                defaults.watch_night_until,
            ),
            accounts: number(
                "campaigns.watch_accounts",
                (
                    "同一设备开通账号提示：账号数",
                    "From how many accounts on, opened on one device, their ballots are worth a look",
                ),
                ((2, 1000), "个"),
                defaults.watch_accounts,
            ),
            delay_hours: number(
                "campaigns.watch_delay_hours",
                (
                    "有提示的投票在结束后多久计票，规则另有规定或两人已核查的除外",
                    "Hours from the closing to the counting of a vote in which something is worth a look, unless its rules set \
                     a delay or two people have looked before",
                ),
                ((1, 168), "小时"),
                defaults.watch_delay_hours,
            ),
        }
    }

    /// What is in force.
    pub fn get(&self) -> Watch {
        Watch {
            minutes: self.minutes.get_as(),
            ballots: self.ballots.get_as(),
            times: self.times.get_as(),
            night_from: self.night_from.time_of_day(),
            night_until: self.night_until.time_of_day(),
            accounts: self.accounts.get_as(),
            delay_hours: self.delay_hours.get_as(),
        }
    }

    pub fn each(&self) -> [Setting; 7] {
        [
            &self.minutes,
            &self.ballots,
            &self.times,
            &self.night_from,
            &self.night_until,
            &self.accounts,
            &self.delay_hours,
        ]
        .map(Setting::clone)
    }
}
