//! A simulated year: business days around every boundary of the calendar, with downtime and crashes, moves, leave, leaving
//! and coming back, rules that change and papers handed in after midnight; all of it through the front door, against a
//! [`model`] that shares no code with the program. `scripts/year` runs a longer one by hand.

mod model;

use chrono::{NaiveDateTime, Timelike};
use reqwest::Method;
use serde_json::{Value, json};
use xianfeng::base::capability::Role;
use xianfeng::base::id::MemberId;

use crate::quiz::{answers, import};
use crate::support::{Database, PASSWORD, Person, Reply, TestApp, on_postgres, send};
use model::{At, DAY_SECONDS, Day, Length, Model, date, day_of};

/// First days, and how many of them: the end of a quarter; week 53 and the end of a year; a quarter; the middle of one; a
/// leap day; and half a year later.
const STRETCHES: [(&str, i64); 6] = [
    ("2026-09-24", 12),
    ("2026-12-24", 15),
    ("2027-03-27", 8),
    ("2027-08-28", 6),
    ("2028-02-24", 11),
    ("2028-06-27", 8),
];

/// For how long an access token is used; it is good for a quarter of an hour.
const TOKEN_SECONDS: i64 = 840;

const GROUPS: [&str; 4] = ["XZ11", "XZ12", "XZ21", "XZ31"];

#[tokio::test]
async fn a_year_comes_to_what_a_model_of_it_says() {
    simulate(1, 8, &STRETCHES).await;
}

#[tokio::test]
#[ignore = "as long as XIANFENG_YEAR_DAYS says: scripts/year runs it"]
async fn by_hand_a_longer_year_comes_to_what_a_model_of_it_says() {
    let given = |name: &str, usual: i64| std::env::var(name).ok().map_or(usual, |text| text.parse().unwrap());
    let (seed, members, days) =
        (given("XIANFENG_YEAR_SEED", 1), given("XIANFENG_YEAR_MEMBERS", 30), given("XIANFENG_YEAR_DAYS", 366));
    simulate(seed.unsigned_abs(), usize::try_from(members).unwrap(), &[("2026-07-02", days)]).await;
}

/// Numbers that a seed gives (xorshift).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 >> 11
    }

    /// From 0 until `end`.
    fn below(&mut self, end: i64) -> i64 {
        i64::try_from(self.next() % end.unsigned_abs()).unwrap()
    }

    fn in_hundred(&mut self, times: i64) -> bool {
        self.below(100) < times
    }

    fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(i64::try_from(length).unwrap())).unwrap()
    }
}

/// Somebody with a session that is kept alive.
#[derive(Clone)]
struct Actor {
    id: MemberId,
    number: String,
    session: Value,
    /// Until when the access token is good.
    good_until: At,
}

/// What happens at an instant.
#[derive(Clone, Debug)]
enum Event {
    Tick,
    /// The service goes down until an instant.
    Down(At),
    /// A paper is fetched and handed in, with so many right answers.
    Submit(usize, i64),
    /// It is fetched now, and handed in some day.
    Fetch(usize),
    /// What was fetched on a day is handed in.
    HandIn(usize, Day, i64),
    Read(usize),
    /// What is opened is never finished.
    Open(usize),
    Run(usize, i64),
    /// A run is open when the server dies, which comes back at an instant.
    RunAndDown(usize, i64, At),
    Move(usize),
    Leave(usize, Day, Day),
    Quit(usize),
    Return(usize),
    Rule(Day, i64, i64),
    SetPaper(Day),
    Push(&'static str, Day),
    /// Everything is held against the model.
    Look,
    /// The boards of what was over with a day are.
    Closed(Day),
}

/// Who sends a request.
#[derive(Clone, Copy, Debug)]
enum Who {
    Member(usize),
    Organiser,
    Committee,
    Admin,
}

struct Year {
    app: Option<TestApp>,
    model: Model,
    members: Vec<Actor>,
    organiser: Actor,
    committee: Actor,
    admin: Actor,
    chance: Chance,
    /// Papers that were fetched and not handed in: whose, of which day.
    fetched: Vec<(usize, Day, Value)>,
    /// The questions of the bank.
    questions: Vec<Value>,
    /// What happens after the day that is lived through.
    later: Vec<(At, Event)>,
    requests: usize,
}

fn shown(at: At) -> String {
    let local = date(0).and_hms_opt(0, 0, 0).unwrap() + chrono::TimeDelta::seconds(at);
    format!("{}+08:00", local.format("%Y-%m-%dT%H:%M:%S"))
}

fn clock_time(app: &TestApp) -> At {
    let text = app.now().to_string();
    let local = NaiveDateTime::parse_from_str(&text[..19], "%Y-%m-%dT%H:%M:%S").unwrap();
    (local - date(0).and_hms_opt(0, 0, 0).unwrap()).num_seconds() + i64::from(local.nanosecond() > 0)
}

async fn simulate(seed: u64, members: usize, stretches: &[(&str, i64)]) {
    let began = std::time::Instant::now();
    let first = day_of(stretches[0].0) * DAY_SECONDS - 3600;
    let mut year = Year::begin(seed, members, first).await;
    let mut days = 0;
    for (from, count) in stretches {
        let from = day_of(from);
        // what lies between two stretches is not a downtime: nothing was asked of anybody
        year.skip_to(from * DAY_SECONDS - 1800);
        for day in from..from + count {
            let events = year.plan(day, day == from);
            year.live(events).await;
            days += 1;
        }
        year.rest().await;
    }
    let (requests, seconds) = (year.requests, began.elapsed().as_secs_f64());
    let database = if on_postgres() { "PostgreSQL" } else { "SQLite" };
    println!(
        "a year of {days} days and {members} members on {database}, seed {seed}: {requests} requests in {seconds:.1} s"
    );
}

impl Year {
    async fn begin(seed: u64, count: usize, at: At) -> Year {
        let clock = xianfeng::base::clock::Clock::manual(shown(at).parse().unwrap());
        let app = TestApp::over_sample(Database::fresh(), clock).await;
        let actor = |person: &Person<'_>| Actor {
            id: person.id,
            number: person.employee_no.clone(),
            session: person.session.clone(),
            good_until: at + TOKEN_SECONDS,
        };
        let organiser = app.member("组织部").home("XZ31").role(Role::Organiser, "JT").sign_in().await;
        let mut bank = String::from("题型,题干,选项A,选项B,选项C,答案,解析,分类\n");
        (0..60).for_each(|n| bank += &format!("单选题,第{n}道题,甲{n},乙{n},丙{n},B,因为{n},类{}\n", n % 3));
        import(&organiser, bank.into_bytes(), "").await.ok(200);
        let page = organiser.get("/questions?limit=60").await.ok(200);
        let questions = page["items"].as_array().unwrap().iter().map(|question| question["id"].clone()).collect();
        let organiser = actor(&organiser);
        let committee = actor(&app.member("党委").home("JT").role(Role::CommitteeMember, "JT").sign_in().await);
        let admin = actor(&app.member("管理员").home("JT").role(Role::Administrator, "JT").sign_in().await);
        let mut model = Model::new(at.div_euclid(DAY_SECONDS));
        let mut members = Vec::new();
        for n in 0..count {
            let home = GROUPS[n % GROUPS.len()];
            members.push(actor(&app.member(&format!("党员{n}")).home(home).sign_in().await));
            model.join(home);
        }
        let chance = Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let (fetched, later) = (Vec::new(), Vec::new());
        let app = Some(app);
        Year { app, model, members, organiser, committee, admin, chance, fetched, questions, later, requests: 0 }
    }

    fn app(&self) -> &TestApp {
        self.app.as_ref().unwrap()
    }

    /// What happens on a day, in order.
    fn plan(&mut self, day: Day, is_first: bool) -> Vec<(At, Event)> {
        let midnight = day * DAY_SECONDS;
        let mut events: Vec<(At, Event)> = Vec::new();
        // the service is down at times: at night, in the morning, all day
        let down = match self.chance.below(100) {
            _ if is_first => None,
            0..8 => Some((3600 + self.chance.below(3600), 2 * 3600 + self.chance.below(4 * 3600))),
            8..15 => Some((7 * 3600, 3600 + self.chance.below(3 * 3600))),
            15..20 => Some((8 * 3600 + 1800, 7 * 3600 + self.chance.below(6 * 3600))),
            20..24 => Some((7 * 3600, 26 * 3600 + self.chance.below(5 * 3600))),
            24..27 => Some((22 * 3600 + 3000, 4 * 3600 + self.chance.below(3600))),
            _ => None,
        };
        events.push((midnight + 60, Event::Tick));
        if !is_first {
            events.push((midnight + 6 * 3600 + 420, Event::Closed(day - 1)));
        }
        events.push((midnight + 7 * 3600 + 50 * 60, Event::Tick));
        for who in 0..self.members.len() {
            if self.model.members[who].home().is_none() {
                if self.chance.in_hundred(35) {
                    events.push((midnight + 9 * 3600 + self.chance.below(3600), Event::Return(who)));
                }
                continue;
            }
            let daytime = |chance: &mut Chance| midnight + 8 * 3600 + 60 + chance.below(14 * 3600);
            let right = self.chance.below(6);
            match self.chance.below(100) {
                0..58 => events.push((daytime(&mut self.chance), Event::Submit(who, right))),
                58..78 => {
                    events.push((daytime(&mut self.chance), Event::Fetch(who)));
                    // before the grace ends, just at its end, or long after
                    let late = [
                        DAY_SECONDS + 1200,
                        DAY_SECONDS + 6 * 3600 - 1,
                        DAY_SECONDS + 6 * 3600,
                        DAY_SECONDS + 9 * 3600,
                    ];
                    let late = late[self.chance.index(late.len())] + self.chance.below(2) * self.chance.below(300);
                    events.push((midnight + late, Event::HandIn(who, day, right)));
                }
                _ => {}
            }
            match self.chance.below(100) {
                0..30 => events.push((daytime(&mut self.chance), Event::Read(who))),
                30..40 => events.push((daytime(&mut self.chance), Event::Open(who))),
                _ => {}
            }
            for _ in 0..2 {
                if self.chance.in_hundred(15) {
                    let right = self.chance.below(9);
                    events.push((daytime(&mut self.chance), Event::Run(who, right)));
                }
            }
            let morning = midnight + 8 * 3600 + self.chance.below(12 * 3600);
            match self.chance.below(100) {
                0..3 => events.push((morning, Event::Move(who))),
                3..6 => {
                    let from = day - 4 + self.chance.below(8);
                    events.push((morning, Event::Leave(who, from, from + self.chance.below(4))));
                }
                6..8 => events.push((morning, Event::Quit(who))),
                _ => {}
            }
        }
        if self.chance.in_hundred(12) {
            let rule = Event::Rule(day + 1 + self.chance.below(3), 1 + self.chance.below(3), 3 + self.chance.below(6));
            events.push((midnight + 17 * 3600, rule));
        }
        if self.chance.in_hundred(30) {
            events.push((midnight + 18 * 3600, Event::SetPaper(day + 1 + self.chance.below(2))));
        }
        for unit in ["JT", "DW1", "ZB3"] {
            if self.chance.in_hundred(45) {
                events.push((midnight + 18 * 3600 + 600, Event::Push(unit, day + 1)));
            }
        }
        if let Some((from, seconds)) = down {
            let (from, until) = (midnight + from, midnight + from + seconds);
            let who = self.chance.index(self.members.len());
            let crash = match self.model.members[who].home() {
                Some(_) if self.chance.in_hundred(50) => Event::RunAndDown(who, self.chance.below(7), until),
                _ => Event::Down(until),
            };
            events.push((from, crash));
        }
        events.push((midnight + 22 * 3600 + 1800, Event::Look));
        events
    }

    /// Lives through the events of a day, and those of earlier ones that come now.
    async fn live(&mut self, events: Vec<(At, Event)>) {
        let first = events.iter().map(|(at, _)| at.div_euclid(DAY_SECONDS)).min().unwrap();
        let end = (first + 1) * DAY_SECONDS;
        let mut waiting = std::mem::take(&mut self.later);
        waiting.extend(events);
        waiting.sort_by_key(|(at, _)| *at);
        for (at, event) in waiting {
            match at < end {
                true => self.happen(at, event).await,
                false => self.later.push((at, event)),
            }
        }
    }

    /// What is left of a stretch, in the days after it.
    async fn rest(&mut self) {
        let mut waiting = std::mem::take(&mut self.later);
        waiting.sort_by_key(|(at, _)| *at);
        for (at, event) in waiting {
            self.happen(at, event).await;
        }
    }

    /// Nothing happens until an instant, and the service is up all the time.
    fn skip_to(&mut self, at: At) {
        self.set_clock(at.max(self.now() + 1));
    }

    fn now(&self) -> At {
        clock_time(self.app())
    }

    fn set_clock(&self, at: At) {
        self.app().set_clock(&shown(at));
    }

    async fn tick(&mut self) {
        self.app().tick().await;
        let now = self.now();
        self.model.tick(now);
    }

    /// No two things happen in the same second, so that nothing is left to the lot.
    async fn happen(&mut self, at: At, event: Event) {
        self.set_clock(at.max(self.now() + 1));
        let (now, today) = (self.now(), self.now().div_euclid(DAY_SECONDS));
        // what the service was down for does not happen any more on another day
        let is_late = at.div_euclid(DAY_SECONDS) != today;
        match event {
            Event::Tick => self.tick().await,
            Event::Look if is_late => {}
            Event::Look => self.look().await,
            Event::Closed(day) => self.look_at_closed(day).await,
            Event::Down(until) => self.go_down(until).await,
            Event::RunAndDown(who, right, until) => {
                let begun = if is_late { None } else { self.run(who, right, false).await };
                self.go_down(until).await;
                if let Some(day) = begun {
                    let now = self.now();
                    self.model.end_run(who, day, right, now);
                }
            }
            Event::HandIn(who, day, right) => self.hand_in(who, day, right, now).await,
            _ if is_late => {}
            Event::Submit(who, right) => self.submit(who, right, today).await,
            Event::Fetch(who) => {
                if let Some(paper) = self.fetch(who).await {
                    self.fetched.push((who, today, paper));
                }
            }
            Event::Read(who) => self.read(who, today, true).await,
            Event::Open(who) => self.read(who, today, false).await,
            Event::Run(who, right) => drop(self.run(who, right, true).await),
            Event::Move(who) => self.move_member(who, today).await,
            Event::Leave(who, from, to) => self.give_leave(who, from, to).await,
            Event::Quit(who) => self.quit(who, today).await,
            Event::Return(who) => self.come_back(who, today).await,
            Event::Rule(effective, points, cap) => self.write_rule(effective, points, cap).await,
            Event::SetPaper(day) => self.set_paper(day).await,
            Event::Push(unit, day) => self.push(unit, day).await,
        }
    }

    async fn go_down(&mut self, until: At) {
        let now = self.now();
        if until <= now + 200 {
            return;
        }
        self.model.tick(now);
        let app = self.app.take().unwrap();
        self.app = Some(app.down_until(&shown(until)).await);
        self.model.was_down(now, until);
        self.tick().await;
    }

    async fn fetch(&mut self, who: usize) -> Option<Value> {
        self.model.members[who].home()?;
        let reply = self.ask(Who::Member(who), Method::GET, "/quiz/daily", None).await;
        (reply.status == 200).then(|| reply.json())
    }

    async fn submit(&mut self, who: usize, right: i64, today: Day) {
        let Some(paper) = self.fetch(who).await else { return };
        if paper["submitted"] == true {
            return;
        }
        self.put_submission(who, today, &paper, right).await.ok(201);
        let now = self.now();
        self.model.submit(who, today, right, now);
    }

    async fn put_submission(&mut self, who: usize, day: Day, paper: &Value, right: i64) -> Reply {
        let body = answers(paper, usize::try_from(right).unwrap());
        self.ask(Who::Member(who), Method::PUT, &format!("/quiz/daily/{}/submission", date(day)), Some(body)).await
    }

    async fn hand_in(&mut self, who: usize, day: Day, right: i64, now: At) {
        let Some(n) = self.fetched.iter().position(|(whose, of, _)| (*whose, *of) == (who, day)) else { return };
        let (_, _, paper) = self.fetched.swap_remove(n);
        if self.model.members[who].home().is_none() {
            return;
        }
        let reply = self.put_submission(who, day, &paper, right).await;
        match now < self.model.end_of(day) {
            true => {
                assert_eq!(reply.ok(201)["late"], true);
                self.model.submit(who, day, right, now);
            }
            false => drop(reply.refused(410, "quiz.day_over")),
        }
    }

    async fn read(&mut self, who: usize, today: Day, finishes: bool) {
        if self.model.members[who].home().is_none() {
            return;
        }
        let page = self.ask(Who::Member(who), Method::GET, "/study/today", None).await.ok(200);
        let Some(item) = page["items"].as_array().unwrap().iter().find(|item| item["state"] == "new") else { return };
        let path = format!("/study/items/{}/readings", item["item_id"].as_str().unwrap());
        let reading = self.ask(Who::Member(who), Method::POST, &path, Some(json!({}))).await.ok(201);
        if !finishes {
            return;
        }
        self.app().advance_seconds(30);
        let path = format!("/study/readings/{}/completion", reading["id"].as_str().unwrap());
        self.ask(Who::Member(who), Method::POST, &path, Some(json!({}))).await.ok(200);
        let now = self.now();
        self.model.read(who, today, now);
    }

    /// A run with so many right answers, and a wrong one if it ends; the day on which it began.
    async fn run(&mut self, who: usize, right: i64, ends: bool) -> Option<Day> {
        self.model.members[who].home()?;
        let member = Who::Member(who);
        let today = self.now().div_euclid(DAY_SECONDS);
        let run = self.ask(member, Method::POST, "/challenge/runs", Some(json!({}))).await.ok(201);
        let path = format!("/challenge/runs/{}/answers", run["id"].as_str().unwrap());
        for seq in 1..=right + i64::from(ends) {
            self.app().advance_seconds(1);
            let letter = if seq <= right { "B" } else { "A" };
            self.ask(member, Method::POST, &path, Some(json!({ "seq": seq, "answer": [letter] }))).await.ok(200);
        }
        if ends {
            let now = self.now();
            self.model.end_run(who, today, right, now);
        }
        Some(today)
    }

    async fn change_member(&mut self, who: usize, change: Value) {
        let path = format!("/members/{}", self.members[who].id);
        self.ask(Who::Admin, Method::PATCH, &path, Some(change)).await.ok(200);
    }

    async fn move_member(&mut self, who: usize, today: Day) {
        let Some(home) = self.model.members[who].home() else { return };
        let others: Vec<&str> = GROUPS.into_iter().filter(|group| *group != home).collect();
        let home = others[self.chance.index(others.len())];
        let unit = self.app().unit(home);
        self.change_member(who, json!({ "unit_id": unit })).await;
        let home = GROUPS.into_iter().find(|group| *group == home);
        self.model.move_to(who, today, home);
    }

    async fn give_leave(&mut self, who: usize, from: Day, to: Day) {
        if self.model.members[who].home().is_none() {
            return;
        }
        let path = format!("/members/{}/absences", self.members[who].id);
        let body = json!({ "from_on": date(from).to_string(), "to_on": date(to).to_string(), "reason": "轮休" });
        let reply = self.ask(Who::Admin, Method::POST, &path, Some(body)).await;
        match reply.status {
            201 => self.model.give_leave(who, from, to),
            200 => {}
            _ => drop(reply.refused(409, "absences.overlap")),
        }
    }

    async fn quit(&mut self, who: usize, today: Day) {
        if self.model.members[who].home().is_some() {
            self.change_member(who, json!({ "status": "left" })).await;
            self.model.quit(who, today);
        }
    }

    async fn come_back(&mut self, who: usize, today: Day) {
        if self.model.members[who].home().is_none() {
            self.change_member(who, json!({ "status": "active" })).await;
            self.model.come_back(who, today);
        }
    }

    async fn write_rule(&mut self, effective: Day, points: i64, cap: i64) {
        let body = json!({
            "rule": "quiz.daily", "name": "每日一答", "dimension": "learning", "points": points,
            "caps": { "day": cap }, "effective_on": date(effective).to_string(),
        });
        let reply = self.ask(Who::Committee, Method::POST, "/points/rules", Some(body)).await;
        // what the newest version says already is not written again
        if reply.status != 200 {
            reply.ok(201);
            self.model.write_rule(effective, points, cap);
        }
    }

    async fn set_paper(&mut self, day: Day) {
        let from = self.chance.index(self.questions.len() - 5);
        let body = json!({ "question_ids": self.questions[from..from + 5] });
        self.ask(Who::Organiser, Method::PUT, &format!("/quiz/daily/{}", date(day)), Some(body)).await.ok(200);
        self.model.set_paper(day);
    }

    async fn push(&mut self, unit: &'static str, day: Day) {
        let item = json!({ "title": format!("{unit} {day}"), "summary": "一段话", "body": "全文", "source": "人民日报", "minimum_seconds": 30 });
        let item = self.ask(Who::Organiser, Method::POST, "/study/items", Some(item)).await.ok(201)["id"].clone();
        let plan = json!({ "item_id": item, "unit_id": self.app().unit(unit), "day": date(day).to_string() });
        self.ask(Who::Organiser, Method::POST, "/study/pushes", Some(plan)).await.ok(201);
        self.model.plan(unit, day);
    }

    /// Points, streaks and places of everybody are those of the model.
    async fn look(&mut self) {
        self.tick().await;
        let (now, today) = (self.now(), self.now().div_euclid(DAY_SECONDS));
        let turn = usize::try_from(today).unwrap();
        for who in 0..self.members.len() {
            if self.model.members[who].home().is_none() {
                continue;
            }
            let about = format!("member {who} at {}", shown(now));
            let found = self.ask(Who::Member(who), Method::GET, "/me/points", None).await.ok(200);
            for (length, name) in Length::EACH {
                let expected = self.model.points(who, length, today).0;
                assert_eq!(found["total"][name], expected, "points of the {name}, {about}");
            }
            let found = self.ask(Who::Member(who), Method::GET, "/me/streak", None).await.ok(200);
            let expected = self.model.streak(who, now);
            let found = (found["current"].as_i64().unwrap(), found["longest"].as_i64().unwrap());
            assert_eq!(found, expected, "streak, {about}");
            let (length, name) = Length::EACH[(turn + who) % Length::EACH.len()];
            self.look_at_place(who, length, name, today).await;
        }
    }

    /// The boards of what is over since `day` was: its own, and those of longer periods of which it was the last day.
    async fn look_at_closed(&mut self, day: Day) {
        self.tick().await;
        for (length, name) in Length::EACH {
            if length.holds(day, day + 1) {
                continue;
            }
            for who in 0..self.members.len() {
                if self.model.members[who].home().is_some() {
                    self.look_at_place(who, length, name, day).await;
                }
            }
        }
    }

    /// A member's place on the board of the period around `day`; a board follows within a second.
    async fn look_at_place(&mut self, who: usize, length: Length, name: &str, day: Day) {
        let expected = (self.model.rank(who, length, day), self.model.points(who, length, day).0);
        let path = format!("/boards/enterprise/total/mine?period={name}&day={}", date(day));
        let since = std::time::Instant::now();
        loop {
            let found = self.ask(Who::Member(who), Method::GET, &path, None).await.ok(200);
            let rank = found["rank"].as_u64().map(|rank| usize::try_from(rank).unwrap());
            let found = (rank, found["score"].as_i64().unwrap());
            if found == expected {
                return;
            }
            assert!(
                since.elapsed().as_secs() < 5,
                "member {who} on the board of the {name} around {} at {}: {found:?} is not {expected:?}",
                date(day),
                shown(self.now()),
            );
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            self.tick().await;
        }
    }

    fn actor(&mut self, who: Who) -> &mut Actor {
        match who {
            Who::Member(n) => &mut self.members[n],
            Who::Organiser => &mut self.organiser,
            Who::Committee => &mut self.committee,
            Who::Admin => &mut self.admin,
        }
    }

    /// Sends a request as somebody whose session is kept alive.
    async fn ask(&mut self, who: Who, method: Method, path: &str, body: Option<Value>) -> Reply {
        let now = self.now();
        let actor = self.actor(who).clone();
        if actor.good_until <= now {
            let known = json!({ "refresh_token": actor.session["refresh_token"] });
            let refreshed = self.app().post("/session/refresh", known).await;
            let session = match refreshed.status {
                200 => refreshed.json(),
                _ => {
                    let account = json!({ "account": actor.number, "password": PASSWORD });
                    self.app().post("/session", account).await.ok(201)
                }
            };
            *self.actor(who) = Actor { session, good_until: now + TOKEN_SECONDS, ..actor };
            self.requests += 1;
        }
        self.requests += 1;
        let actor = self.actor(who).clone();
        let person = self.app().with_session(actor.id, &actor.number, actor.session);
        let request = person.request(method, path);
        send(match body {
            Some(body) => request.json(&body),
            None => request,
        })
        .await
    }
}
