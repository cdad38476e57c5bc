//! What a year should come to, told by a model that shares no code with the program: days are numbers since 1970, instants
//! are seconds on the clock of the wall, and everything is counted again from what was done.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};

/// Days since 1970.
pub type Day = i64;
/// Seconds since 1970 on the clock of the wall.
pub type At = i64;

pub const DAY_SECONDS: i64 = 86_400;
const GRACE: i64 = 6 * 3600;
/// What a day needs to be able to break a streak.
const FAIR: i64 = 4 * 3600;

pub fn date(day: Day) -> NaiveDate {
    NaiveDate::from_ymd_opt(1970, 1, 1).unwrap() + chrono::Days::new(day.unsigned_abs())
}

pub fn day_of(text: &str) -> Day {
    text.parse::<NaiveDate>().unwrap().signed_duration_since(date(0)).num_days()
}

fn number(of: NaiveDate) -> Day {
    of.signed_duration_since(date(0)).num_days()
}

/// Holidays from July 2026 on, and how long each is: of 2026 as they were published, later as the law has them.
const HOLIDAYS: [(&str, i64); 17] = [
    ("2026-09-25", 3),
    ("2026-10-01", 7),
    ("2027-01-01", 1),
    ("2027-02-05", 4),
    ("2027-04-05", 1),
    ("2027-05-01", 2),
    ("2027-06-09", 1),
    ("2027-09-15", 1),
    ("2027-10-01", 3),
    ("2028-01-01", 1),
    ("2028-01-25", 4),
    ("2028-04-04", 1),
    ("2028-05-01", 2),
    ("2028-05-28", 1),
    ("2028-10-01", 3),
    ("2029-01-01", 1),
    ("2029-04-05", 1),
];
/// A Sunday and a Saturday that are worked for them.
const WORKED: [&str; 2] = ["2026-09-20", "2026-10-10"];

/// Whether a day is off: no paper is drawn for it, and it breaks no streak.
pub fn is_off(day: Day) -> bool {
    let is_holiday = HOLIDAYS.iter().any(|(first, days)| (day_of(first)..day_of(first) + days).contains(&day));
    // the first of January 1970 was a Thursday
    let is_weekend = (day + 3).rem_euclid(7) >= 5;
    is_holiday || is_weekend && !WORKED.iter().any(|worked| day_of(worked) == day)
}

/// A length of time over which boards go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    Day,
    Week,
    Month,
    Quarter,
    Year,
    All,
}

impl Length {
    pub const EACH: [(Length, &str); 6] = [
        (Length::Day, "day"),
        (Length::Week, "week"),
        (Length::Month, "month"),
        (Length::Quarter, "quarter"),
        (Length::Year, "year"),
        (Length::All, "all"),
    ];

    /// The first day of the period in which `day` lies.
    pub fn first(self, day: Day) -> Day {
        let on = date(day);
        let first = |year, month| number(NaiveDate::from_ymd_opt(year, month, 1).unwrap());
        match self {
            Length::Day => day,
            // the first of January 1970 was a Thursday
            Length::Week => day - (day + 3).rem_euclid(7),
            Length::Month => first(on.year(), on.month()),
            Length::Quarter => first(on.year(), (on.month() - 1) / 3 * 3 + 1),
            Length::Year => first(on.year(), 1),
            Length::All => 0,
        }
    }

    /// Whether two days lie in the same one.
    pub fn holds(self, day: Day, other: Day) -> bool {
        self.first(day) == self.first(other)
    }
}

/// The units that lie above a group, the group first.
pub fn path(home: &str) -> &'static [&'static str] {
    match home {
        "XZ11" => &["XZ11", "ZB1", "DW1", "JT"],
        "XZ12" => &["XZ12", "ZB1", "DW1", "JT"],
        "XZ21" => &["XZ21", "ZB2", "DW1", "JT"],
        "XZ31" => &["XZ31", "ZB3", "DW2", "JT"],
        other => panic!("no group {other}"),
    }
}

#[derive(Clone, Copy, Debug)]
struct Award {
    day: Day,
    points: i64,
    at: At,
}

#[derive(Clone, Debug, Default)]
pub struct Member {
    /// From which day on he was at home where; nowhere while he was not in the enterprise.
    homes: Vec<(Day, Option<&'static str>)>,
    /// First and last days.
    leave: Vec<(Day, Day)>,
    done: BTreeSet<Day>,
    awards: Vec<Award>,
    /// Of each day, what the challenge gave and what its best run was.
    challenge: BTreeMap<Day, (i64, i64)>,
}

impl Member {
    pub fn home(&self) -> Option<&'static str> {
        self.homes.last().and_then(|(_, home)| *home)
    }

    fn home_on(&self, day: Day) -> Option<&'static str> {
        self.homes.iter().rev().find(|(from, _)| *from <= day).and_then(|(_, home)| *home)
    }

    pub fn is_on_leave(&self, day: Day) -> bool {
        self.leave.iter().any(|(from, to)| (*from..=*to).contains(&day))
    }

    pub fn has_done(&self, day: Day) -> bool {
        self.done.contains(&day)
    }
}

/// A version of the rule of the daily paper.
#[derive(Clone, Copy, Debug)]
struct Rule {
    effective: Day,
    points: i64,
    cap: i64,
}

/// Something that is to come out.
#[derive(Clone, Debug)]
struct Planned {
    day: Day,
    at: At,
    unit: &'static str,
}

#[derive(Debug)]
pub struct Model {
    pub members: Vec<Member>,
    rules: Vec<Rule>,
    planned: Vec<Planned>,
    /// Days of which the enterprise's paper is out, or was set.
    papers: BTreeSet<Day>,
    /// Which unit had something to do on which day, since when.
    opened: Vec<(&'static str, Day, At)>,
    down: Vec<(At, At)>,
    began: Day,
}

/// When the paper and the pushes come out.
const MORNING: i64 = 7 * 3600 + 50 * 60;

impl Model {
    pub fn new(began: Day) -> Model {
        let rules = vec![Rule { effective: 0, points: 1, cap: 5 }];
        let (members, planned, opened, down) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Model { members, rules, planned, papers: BTreeSet::new(), opened, down, began }
    }

    pub fn join(&mut self, home: &'static str) {
        self.members.push(Member { homes: vec![(0, Some(home))], ..Member::default() });
    }

    // what is done to it

    /// Everything whose time has come comes out; on its own day it is something to do, and on a day off nothing that has to
    /// be done. No paper is drawn for a day off.
    pub fn tick(&mut self, now: At) {
        let today = now.div_euclid(DAY_SECONDS);
        if now >= today * DAY_SECONDS + MORNING && !is_off(today) && self.papers.insert(today) {
            self.plan("JT", today);
        }
        let (due, later) = std::mem::take(&mut self.planned).into_iter().partition(|planned| planned.at <= now);
        self.planned = later;
        let due: Vec<Planned> = due;
        let to_do = due.into_iter().filter(|due| due.day == today && !is_off(today));
        self.opened.extend(to_do.map(|due| (due.unit, due.day, now)));
    }

    /// Something is planned for the morning of a day.
    pub fn plan(&mut self, unit: &'static str, day: Day) {
        self.planned.push(Planned { day, at: day * DAY_SECONDS + MORNING, unit });
    }

    /// Somebody sets the enterprise's paper of a day to come.
    pub fn set_paper(&mut self, day: Day) -> bool {
        let is_new = self.papers.insert(day);
        if is_new {
            self.plan("JT", day);
        }
        is_new
    }

    pub fn was_down(&mut self, from: At, until: At) {
        if until - from > 180 {
            self.down.push((from, until));
        }
    }

    pub fn write_rule(&mut self, effective: Day, points: i64, cap: i64) {
        self.rules.push(Rule { effective, points, cap });
    }

    pub fn submit(&mut self, who: usize, day: Day, right: i64, at: At) {
        // the latest day first, and of one day the one that was written last
        let in_force = self.rules.iter().filter(|rule| rule.effective <= day);
        let rule = in_force.enumerate().max_by_key(|(n, rule)| (rule.effective, *n)).unwrap().1;
        let points = (rule.points * right).min(rule.cap);
        self.give(who, day, points, at);
        self.members[who].done.insert(day);
    }

    pub fn read(&mut self, who: usize, day: Day, at: At) {
        self.give(who, day, 1, at);
        self.members[who].done.insert(day);
    }

    /// A run of `day` ends at an instant with so many right answers.
    pub fn end_run(&mut self, who: usize, day: Day, right: i64, at: At) {
        if at >= self.end_of(day) {
            return;
        }
        let (given, best) = self.members[who].challenge.get(&day).copied().unwrap_or_default();
        let points = (right - best).max(0).min(6 - given);
        self.members[who].challenge.insert(day, (given + points, best.max(right)));
        self.give(who, day, points, at);
    }

    fn give(&mut self, who: usize, day: Day, points: i64, at: At) {
        if points > 0 {
            self.members[who].awards.push(Award { day, points, at });
        }
    }

    pub fn move_to(&mut self, who: usize, day: Day, home: Option<&'static str>) {
        self.members[who].homes.push((day, home));
    }

    /// Somebody leaves the enterprise; leave that he was on ends with the day before.
    pub fn quit(&mut self, who: usize, day: Day) {
        self.move_to(who, day, None);
        for (from, to) in &mut self.members[who].leave {
            if *from <= day && day <= *to {
                *to = day - 1;
            }
        }
    }

    /// Somebody comes back to where he was.
    pub fn come_back(&mut self, who: usize, day: Day) {
        let home = self.members[who].homes.iter().rev().find_map(|(_, home)| *home);
        self.move_to(who, day, home);
    }

    pub fn give_leave(&mut self, who: usize, from: Day, to: Day) {
        self.members[who].leave.push((from, to));
    }

    // what it tells

    /// When nothing counts for `day` any more.
    pub fn end_of(&self, day: Day) -> At {
        let midnight = (day + 1) * DAY_SECONDS;
        // second by second would be the definition; this counts the same in steps of the downtimes
        let (mut at, mut left) = (midnight, GRACE);
        loop {
            let next = self.down.iter().filter(|(_, until)| *until > at).min();
            match next {
                Some((from, until)) if *from < at + left => {
                    left -= (from - at).max(0);
                    at = *until;
                }
                _ => return (at + left).min(midnight + GRACE + DAY_SECONDS),
            }
        }
    }

    /// The points of a member in the period of that length around `day`, and when they last grew.
    pub fn points(&self, who: usize, length: Length, day: Day) -> (i64, At) {
        let counts = self.members[who].awards.iter().filter(|award| length.holds(award.day, day));
        counts.fold((0, 0), |(sum, last), award| (sum + award.points, last.max(award.at)))
    }

    /// The place of a member on the enterprise's board.
    pub fn rank(&self, who: usize, length: Length, day: Day) -> Option<usize> {
        let merit = |who: usize| {
            let (points, at) = self.points(who, length, day);
            (std::cmp::Reverse(points), at)
        };
        let own = merit(who);
        let competes = |who: &usize| self.members[*who].home().is_some();
        (own.0.0 > 0).then(|| {
            1 + (0..self.members.len())
                .filter(competes)
                .filter(|other| merit(*other).0.0 > 0 && merit(*other) < own)
                .count()
        })
    }

    fn seconds_up(&self, from: At, until: At) -> i64 {
        let lost = |(down, up): &(At, At)| ((*up).min(until) - (*down).max(from)).max(0);
        until - from - self.down.iter().map(lost).sum::<i64>()
    }

    fn was_open(&self, who: usize, day: Day) -> bool {
        let Some(home) = self.members[who].home_on(day) else { return false };
        let units = path(home);
        let mut openings = self.opened.iter().filter(|(unit, on, _)| *on == day && units.contains(unit));
        openings.any(|(_, _, at)| self.seconds_up(*at, (day + 1) * DAY_SECONDS) >= FAIR)
    }

    /// The streak of a member at an instant, and the longest that he had.
    pub fn streak(&self, who: usize, now: At) -> (i64, i64) {
        let (today, member) = (now.div_euclid(DAY_SECONDS), &self.members[who]);
        let (mut current, mut longest) = (0, 0);
        for day in self.began.max(today - 400)..=today {
            if member.has_done(day) {
                current += 1;
                longest = longest.max(current);
            } else if self.was_open(who, day) && !member.is_on_leave(day) && now >= self.end_of(day) {
                current = 0;
            }
        }
        (current, longest)
    }
}
