//! What is unusual about who voted when: hints for people, who look and decide. Nothing here knows a choice.

use std::collections::{BTreeMap, HashMap};

use crate::base::id::UnitId;
use crate::base::time::{Day, Timestamp};
use crate::judging::campaigns::vote::model::{Flag, FlagKind, Roll, Voter, Watch};

/// Ballots with the voter's home unit, in the order of casting.
type Cast = (UnitId, Voter);

/// Every flag of a vote, the earliest first: velocity and unusual hours, unit by unit.
///
/// `voters` may come in any order; those who are not on the roll are passed over.
pub fn flags(watch: &Watch, roll: &Roll, voters: &[Voter]) -> Vec<Flag> {
    let home = |voter: &Voter| Some((roll.find(voter.member_id)?.unit, *voter));
    let mut cast: Vec<Cast> = voters.iter().filter_map(home).collect();
    cast.sort_unstable_by_key(|(_, voter)| (voter.cast_at, voter.member_id, voter.period));
    let mut sizes: HashMap<UnitId, u64> = HashMap::new();
    roll.lines().iter().for_each(|line| *sizes.entry(line.unit).or_default() += 1);
    let mut units: BTreeMap<UnitId, Vec<Voter>> = BTreeMap::new();
    cast.iter().for_each(|(unit, voter)| units.entry(*unit).or_default().push(*voter));
    let all: Vec<Timestamp> = cast.iter().map(|(_, voter)| voter.cast_at).collect();
    let mut found = Vec::new();
    for (unit, voters) in &units {
        let size = sizes.get(unit).copied().unwrap_or_default();
        let others = count(roll.lines().len()).saturating_sub(size);
        found.extend(bursts(watch, (*unit, size, others), voters, &all));
        found.extend(nights(watch, *unit, voters));
    }
    found.sort_by_key(|flag| flag.key());
    found
}

/// Seconds from the closing to the counting: what the rules say, else nothing, or a day or so when `flagged`.
pub fn counting_delay_seconds(watch: &Watch, delay_minutes: u16, flagged: bool) -> i64 {
    match (delay_minutes, flagged) {
        (0, false) => 0,
        (0, true) => i64::from(watch.delay_hours) * 3600,
        (minutes, _) => i64::from(minutes) * 60,
    }
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// Stretches in which so many of a unit voted within the window, and so many times as many for each member as elsewhere
/// meanwhile. When everybody votes because the vote has just opened, nobody stands out. One ballot elsewhere is always
/// thought of as there: that nobody of a few others voted in that minute says nothing.
fn bursts(watch: &Watch, (unit, size, others): (UnitId, u64, u64), voters: &[Voter], all: &[Timestamp]) -> Vec<Flag> {
    let (mut found, mut first) = (Vec::new(), 0);
    while first < voters.len() {
        let from = voters[first].cast_at;
        let end = from.plus_seconds(i64::from(watch.minutes) * 60);
        let burst = &voters[first..first + voters[first..].partition_point(|voter| voter.cast_at < end)];
        let elsewhere = all.partition_point(|at| *at < end) - all.partition_point(|at| *at < from) - burst.len();
        let many = count(burst.len()) >= u64::from(watch.ballots);
        // burst / size ≥ times × (elsewhere + 1) / others, without a division
        let usual = u128::from(watch.times) * u128::from(count(elsewhere) + 1) * u128::from(size);
        if many && u128::from(count(burst.len())) * u128::from(others) >= usual {
            found.push(Flag::new(FlagKind::Velocity, unit, count(elsewhere), burst));
            first += burst.len();
        } else {
            first += 1;
        }
    }
    found
}

/// Ballots that were cast at night by the clock of the enterprise, day by day.
fn nights(watch: &Watch, unit: UnitId, voters: &[Voter]) -> Vec<Flag> {
    let mut days: BTreeMap<Day, Vec<Voter>> = BTreeMap::new();
    for voter in voters.iter().filter(|voter| is_night(watch, voter.cast_at)) {
        days.entry(voter.cast_at.day()).or_default().push(*voter);
    }
    days.values().map(|voters| Flag::new(FlagKind::UnusualHours, unit, 0, voters)).collect()
}

fn is_night(watch: &Watch, at: Timestamp) -> bool {
    let day = at.day();
    let (from, until) = (day.at(watch.night_from), day.at(watch.night_until));
    // from 22:00 until 5:00 is the end of one day and the beginning of the next
    if from <= until { (from..until).contains(&at) } else { at >= from || at < until }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveTime;
    use uuid::Uuid;

    use super::*;
    use crate::base::id::MemberId;
    use crate::judging::campaigns::vote::model::RollLine;

    fn watch() -> Watch {
        let at = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
        Watch { minutes: 1, ballots: 3, times: 5, night_from: at(0), night_until: at(5), accounts: 3, delay_hours: 24 }
    }

    fn unit(n: u128) -> UnitId {
        Uuid::from_u128(n).into()
    }

    fn member(n: u128) -> MemberId {
        Uuid::from_u128(n).into()
    }

    /// Ten members of unit 1, and ninety of unit 2 from number 100 on.
    fn roll() -> Roll {
        let line = |n: u128, home: u128| RollLine { member: member(n), unit: unit(home), branch: unit(9) };
        Roll::new((0..10).map(|n| line(n, 1)).chain((100..190).map(|n| line(n, 2))).collect())
    }

    fn voter(n: u128, at: &str) -> Voter {
        let cast_at = format!("2026-07-01T{at}+08:00").parse().unwrap();
        Voter { member_id: member(n), period: 0, cast_at }
    }

    fn found(voters: &[Voter]) -> Vec<(FlagKind, UnitId, usize)> {
        flags(&watch(), &roll(), voters).iter().map(|flag| (flag.kind, flag.unit, flag.voters.len())).collect()
    }

    #[test]
    fn many_of_one_unit_within_a_minute_stand_out_wherever_the_minute_begins() {
        let burst = [voter(1, "09:00:40"), voter(2, "09:01:00"), voter(3, "09:01:39"), voter(4, "09:01:40")];
        assert_eq!(found(&burst), [(FlagKind::Velocity, unit(1), 3)], "the fourth is a minute after the first");
        assert_eq!(found(&burst[..2]), [], "too few");
        assert_eq!(found(&[voter(1, "09:00:00"), voter(2, "09:01:00"), voter(3, "09:02:00")]), [], "too slow");
    }

    #[test]
    fn a_rush_of_everybody_is_no_rush_of_a_unit() {
        let at = |n: u128| voter(n, &format!("09:00:{:02}", n % 60));
        let unit_one: Vec<Voter> = (0..3).map(at).collect();
        // three of ten are five times as many for each member as five of ninety, of whom four were seen
        let some: Vec<Voter> = unit_one.iter().copied().chain((100..104).map(at)).collect();
        assert_eq!(found(&some), [(FlagKind::Velocity, unit(1), 3)]);
        let rush: Vec<Voter> = unit_one.iter().copied().chain((100..105).map(at)).collect();
        assert_eq!(found(&rush), []);
        // five of ninety while nobody of the other ten did
        assert_eq!(found(&rush[3..]), []);
    }

    #[test]
    fn a_vote_waits_for_its_own_delay_or_for_a_day_when_something_is_flagged() {
        let hours = |minutes, flagged| counting_delay_seconds(&watch(), minutes, flagged) / 60;
        assert_eq!((hours(0, false), hours(0, true), hours(2, false), hours(2, true)), (0, 24 * 60, 2, 2));
    }

    #[test]
    fn night_is_by_the_clock_of_the_enterprise() {
        let night = [voter(1, "00:00:00"), voter(2, "04:59:59"), voter(3, "05:00:00"), voter(4, "23:59:59")];
        assert_eq!(found(&night), [(FlagKind::UnusualHours, unit(1), 2)]);
        let late = Watch { night_from: NaiveTime::from_hms_opt(22, 0, 0).unwrap(), ..watch() };
        assert_eq!(flags(&late, &roll(), &night)[0].voters.len(), 3);
        let none = Watch { night_from: late.night_until, ..watch() };
        assert_eq!(flags(&none, &roll(), &night), []);
    }

    #[test]
    fn the_name_of_a_flag_leads_back_to_it() {
        let night = flags(&watch(), &roll(), &[voter(1, "01:00:00")]).remove(0);
        assert_eq!(night.name(), format!("unusual_hours-{}-{}", unit(1), night.from.micros()));
        assert_eq!((night.from, night.until, night.ballots()), (night.voters[0].cast_at, night.voters[0].cast_at, 1));
    }
}
