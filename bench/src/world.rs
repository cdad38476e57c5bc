//! An enterprise of the wanted size, written straight into a database that the product migrated.
//!
//! Ids are made from numbers, so that a member's id can be computed by whoever knows his number, pgbench included.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Result;
use chrono::{Datelike, Days, NaiveDate, TimeDelta, Utc};
use rusqlite::{Connection, ToSql, params};
use uuid::Uuid;

use crate::contract::{self, TokenKey};

/// Kinds of things that are numbered.
#[derive(Clone, Copy)]
pub enum Kind {
    Unit = 1,
    Member,
    Session,
    Entry,
    Item,
    Push,
    Role,
    Idea,
    TaskList,
    TaskItem,
    Task,
    ReportForm,
    Period,
    Report,
    DeskItem,
}

/// The first eight bytes of the ids of one kind, in hexadecimal: a version 7 UUID of May 2024.
pub fn prefix(kind: u8) -> String {
    format!("018f000000{kind:02x}7000")
}

/// The id of the `n`th thing of a kind. Its last eight bytes are `i64::MIN + n`.
pub fn id(kind: Kind, n: u32) -> Uuid {
    let high = u64::from_str_radix(&prefix(kind as u8), 16).expect("hexadecimal digits");
    Uuid::from_u64_pair(high, 1 << 63 | u64::from(n))
}

/// The employee number of the `n`th member.
pub fn employee_no(n: u32) -> String {
    format!("B{n:06}")
}

/// What is known of the enterprise.
pub struct World {
    pub members: u32,
    /// The business day of the measurement.
    pub day: NaiveDate,
    key: TokenKey,
}

impl World {
    pub fn new(members: u32, secrets: &str) -> Result<World> {
        let day = (Utc::now() + TimeDelta::hours(8)).date_naive();
        Ok(World { members, day, key: TokenKey::of(secrets)? })
    }

    /// A fresh access token of the `n`th member.
    pub fn access_token(&self, n: u32) -> String {
        self.key.access_token(id(Kind::Member, n), id(Kind::Session, n), Utc::now().timestamp())
    }

    /// The refresh token of the `n`th member, as long as nobody has used it.
    pub fn refresh_token(&self, n: u32) -> String {
        contract::refresh_token(id(Kind::Session, n)).0
    }

    /// The unit at the top.
    pub fn root(&self) -> Uuid {
        id(Kind::Unit, 0)
    }

    /// The group that the `n`th member is at home in.
    pub fn group(&self, n: u32) -> Uuid {
        let (groups, branches) = self.sizes();
        id(Kind::Unit, 1 + branches.div_ceil(BASE) + branches + (n / GROUP).min(groups - 1))
    }

    /// The branch of the `n`th member.
    pub fn branch(&self, n: u32) -> Uuid {
        let (_, branches) = self.sizes();
        id(Kind::Unit, 1 + branches.div_ceil(BASE) + n / GROUP / BRANCH)
    }

    /// How many branches there are.
    pub fn branches(&self) -> u32 {
        self.sizes().1
    }

    /// The `n`th branch.
    pub fn nth_branch(&self, n: u32) -> Uuid {
        self.branch(n * GROUP * BRANCH)
    }

    /// How many groups and branches there are.
    fn sizes(&self) -> (u32, u32) {
        let groups = self.members.div_ceil(GROUP);
        (groups, groups.div_ceil(BRANCH))
    }

    /// Fresh access tokens of all members, one a line.
    pub fn write_tokens(&self, folder: &Path) -> Result<PathBuf> {
        let path = folder.join("tokens.txt");
        let mut file = std::io::BufWriter::new(std::fs::File::create(&path)?);
        for n in 0..self.members {
            writeln!(file, "{}", self.access_token(n))?;
        }
        file.flush()?;
        Ok(path)
    }

    /// Writes the tree of units, the members with their sessions and past points, and three weeks of study.
    pub fn write(&self, database: &Path) -> Result<()> {
        let mut db = Connection::open(database)?;
        let tx = db.transaction()?;
        let mut rows = Rows { tx: &tx, world: self, now: Utc::now().timestamp_micros() };
        let groups = rows.units()?;
        rows.members(groups)?;
        rows.organiser()?;
        rows.study()?;
        tx.commit()?;
        db.pragma_update(None, "wal_checkpoint", "TRUNCATE")?;
        Ok(())
    }
}

struct Rows<'a> {
    tx: &'a rusqlite::Transaction<'a>,
    world: &'a World,
    now: i64,
}

/// Members of one group, groups of one branch, branches of one base.
const GROUP: u32 = 25;
const BRANCH: u32 = 4;
const BASE: u32 = 25;
/// Days of study before today.
const PAST_DAYS: u32 = 20;
/// Days on which everybody kept his streak.
const STREAK_DAYS: u32 = 5;

fn bytes(id: Uuid) -> Vec<u8> {
    id.as_bytes().to_vec()
}

impl Rows<'_> {
    /// A row of the first columns; what the product has added since may be absent, or has a default.
    fn insert(&self, table: &str, values: &[&dyn ToSql]) -> Result<()> {
        let all = self.tx.prepare_cached(&format!("SELECT * FROM {table}"))?;
        let names: Vec<&str> = all.column_names().into_iter().take(values.len()).collect();
        let (names, marks) = (names.join(", "), vec!["?"; values.len()].join(", "));
        self.tx.prepare_cached(&format!("INSERT INTO {table} ({names}) VALUES ({marks})"))?.execute(values)?;
        Ok(())
    }

    fn unit(&self, n: u32, kind: &str, parent: Option<u32>) -> Result<()> {
        let (code, name) = (format!("BENCH{n}"), format!("第{n}{kind}"));
        let parent = parent.map(|parent| bytes(id(Kind::Unit, parent)));
        let now = self.now;
        self.insert(
            "units",
            params![bytes(id(Kind::Unit, n)), code, name, name, kind, parent, None::<String>, now, now],
        )
    }

    /// The tree, root first; returns the numbers of the groups.
    fn units(&mut self) -> Result<Vec<u32>> {
        let (groups, branches) = self.world.sizes();
        let bases = branches.div_ceil(BASE);
        let (first_branch, first_group) = (1 + bases, 1 + bases + branches);
        self.unit(0, "集团党委", None)?;
        for n in 0..bases {
            self.unit(1 + n, "基层党委", Some(0))?;
        }
        for n in 0..branches {
            self.unit(first_branch + n, "党支部", Some(1 + n / BASE))?;
        }
        for n in 0..groups {
            self.unit(first_group + n, "党小组", Some(first_branch + n / BRANCH))?;
        }
        Ok((first_group..first_group + groups).collect())
    }

    fn members(&mut self, groups: Vec<u32>) -> Result<()> {
        for n in 0..self.world.members {
            let (member, unit) = (bytes(id(Kind::Member, n)), bytes(id(Kind::Unit, groups[(n / GROUP) as usize])));
            let (no, name, none) = (employee_no(n), format!("测试{n}"), None::<Vec<u8>>);
            let now = self.now;
            self.insert(
                "members",
                params![member, no, name, none, none, "full", "active", unit, false, now, now, true],
            )?;
            self.session(n, &member)?;
            self.points(n, &member, &unit)?;
            for ago in 1..=STREAK_DAYS {
                self.insert("streak_days", params![member, self.ago(ago)])?;
            }
        }
        Ok(())
    }

    /// The first member runs contests for everybody.
    fn organiser(&self) -> Result<()> {
        let (role, member, root) = (id(Kind::Role, 0), id(Kind::Member, 0), self.world.root());
        let (none, from) = (None::<Vec<u8>>, self.ago(STREAK_DAYS));
        let role = params![bytes(role), bytes(member), contract::ORGANISER, bytes(root), from, none, none, self.now];
        self.insert("roles", role)
    }

    fn session(&self, n: u32, member: &[u8]) -> Result<()> {
        let (session, now) = (id(Kind::Session, n), self.now);
        let (_, hash) = contract::refresh_token(session);
        let (none, month) = (None::<Vec<u8>>, 30 * 86_400_000_000_i64);
        self.insert(
            "sessions",
            params![bytes(session), member, "password", "bench", hash, none, now, now, now + month, none, none, 0, 0],
        )
    }

    /// Points of yesterday and of today for everybody, so that every board has all members.
    fn points(&self, n: u32, member: &[u8], unit: &[u8]) -> Result<()> {
        let (earlier, today) = (i64::from(n * 7 % 40) + 1, i64::from(n * 13 % 5) + 1);
        for (entry, points, day) in [(2 * n, earlier, self.ago(1)), (2 * n + 1, today, self.ago(0))] {
            let (entry, none, now) = (bytes(id(Kind::Entry, entry)), None::<Vec<u8>>, self.now);
            self.insert(
                "ledger_entries",
                params![
                    entry,
                    member,
                    unit,
                    contract::DIMENSION,
                    "bench",
                    1,
                    points,
                    points,
                    day,
                    "bench",
                    entry,
                    "测试",
                    none,
                    now,
                    none
                ],
            )?;
            self.insert("ledger_days", params![member, day, contract::DIMENSION, points, now])?;
        }
        for measure in ["total", contract::DIMENSION] {
            self.standing(member, measure, earlier, today)?;
        }
        Ok(())
    }

    fn standing(&self, member: &[u8], measure: &str, earlier: i64, today: i64) -> Result<()> {
        let (day, now) = (self.world.day, self.now);
        let week = day - Days::new(day.weekday().num_days_from_monday().into());
        let first = |month| NaiveDate::from_ymd_opt(day.year(), month, 1).expect("the first of a month");
        let (month, quarter, year) = (first(day.month()), first((day.month() - 1) / 3 * 3 + 1), first(1));
        let yesterday = day - Days::new(1);
        let score = |start: NaiveDate| if yesterday < start { today } else { earlier + today };
        let text = |date: NaiveDate| date.to_string();
        let mut values: Vec<rusqlite::types::Value> = vec![member.to_vec().into(), measure.to_owned().into()];
        values.extend([1.into(), now.into()]);
        for start in [day, week, month, quarter, year] {
            values.extend([text(start).into(), score(start).into(), now.into()]);
        }
        values.extend([(earlier + today).into(), now.into()]);
        let values: Vec<&dyn ToSql> = values.iter().map(|value| value as &dyn ToSql).collect();
        self.insert("standings", &values)
    }

    /// An item a day for the whole enterprise, today's included; reading it takes no minimum time.
    fn study(&self) -> Result<()> {
        let root = bytes(id(Kind::Unit, 0));
        let (none, now) = (None::<Vec<u8>>, self.now);
        for ago in 0..=PAST_DAYS {
            let (item, push, day) = (bytes(id(Kind::Item, ago)), bytes(id(Kind::Push, ago)), self.ago(ago));
            let at = now - i64::from(ago) * 86_400_000_000;
            // what is past is frozen, or every server would begin with it
            let frozen = (ago > 0).then_some(now);
            let (title, body) = (format!("{day} 每日一学"), "党建工作与生产经营深度融合。".repeat(60));
            self.insert("study_items", params![item, title, "摘要", body, "测试", none, 0, "[]", none, none, at, at])?;
            self.insert("study_pushes", params![push, item, root, day, at, at, none, none, at, frozen])?;
            self.insert("study_days", params![root, day])?;
        }
        Ok(())
    }

    fn ago(&self, days: u32) -> String {
        (self.world.day - Days::new(days.into())).to_string()
    }
}
