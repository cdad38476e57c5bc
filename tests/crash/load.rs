//! Members who submit the paper of the day, many at once, and what the books must say of them afterwards.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU8, AtomicUsize, Ordering};
use std::time::Duration;

use diesel::prelude::*;
use serde_json::Value;
use tokio::task::JoinSet;
use uuid::Uuid;
use xianfeng::base::clock::Clock;
use xianfeng::base::id::MemberId;
use xianfeng::base::time::Timestamp;
use xianfeng::db::Conn;
use xianfeng::db::schema::{ledger_days, ledger_entries, quiz_submissions, standings};
use xianfeng::kernel::board::TOTAL;
use xianfeng::on;

use crate::support::Reply;
use crate::support::process::{QUESTIONS, Server, Site};

/// Clients that send at the same time.
const CLIENTS: usize = 32;

const SENT: u8 = 1;
const ACKNOWLEDGED: u8 = 2;

/// What every member of a site submits, and how far that has come.
pub struct Load {
    site: Arc<Submitters>,
}

struct Submitters {
    members: Vec<MemberId>,
    tokens: Vec<String>,
    /// By the number of right answers.
    bodies: Vec<Value>,
    path: String,
    states: Vec<AtomicU8>,
    /// When the first answer came, in microseconds since 1970; 0 before.
    acknowledged_at: Vec<AtomicI64>,
}

impl Submitters {
    async fn submit(&self, http: &reqwest::Client, base: &str, index: usize) -> reqwest::Result<Reply> {
        self.states[index].fetch_max(SENT, Ordering::SeqCst);
        let request = http.put(format!("{base}{}", self.path)).bearer_auth(&self.tokens[index]);
        let reply = Reply::of(request.json(&self.bodies[right(index)])).await?;
        if matches!(reply.status, 200 | 201) {
            let now = Clock::System.now().micros();
            let _ = self.acknowledged_at[index].compare_exchange(0, now, Ordering::SeqCst, Ordering::SeqCst);
            self.states[index].store(ACKNOWLEDGED, Ordering::SeqCst);
        }
        Ok(reply)
    }
}

/// How many answers the member gets right.
fn right(index: usize) -> usize {
    index % (QUESTIONS + 1)
}

impl Load {
    pub fn new(site: &Site) -> Load {
        let count = site.len();
        Load {
            site: Arc::new(Submitters {
                members: (0..count).map(|index| site.member(index)).collect(),
                tokens: (0..count).map(|index| site.token(index)).collect(),
                bodies: (0..=QUESTIONS).map(|right| site.answers(right)).collect(),
                path: format!("/quiz/daily/{}/submission", site.day),
                states: (0..count).map(|_| AtomicU8::new(0)).collect(),
                acknowledged_at: (0..count).map(|_| AtomicI64::new(0)).collect(),
            }),
        }
    }

    /// Lets `members` submit, over and over, until the server is gone.
    pub fn start(&self, server: &Server, members: Range<usize>) -> Running {
        let (answered, next) = (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
        let mut clients = JoinSet::new();
        for _ in 0..CLIENTS {
            let (site, base, members) = (self.site.clone(), server.url(""), members.clone());
            let (answered, next, client) = (answered.clone(), next.clone(), server.client.clone());
            clients.spawn(async move {
                loop {
                    let index = members.start + next.fetch_add(1, Ordering::SeqCst) % members.len();
                    match site.submit(&client, &base, index).await {
                        Ok(reply) if matches!(reply.status, 200 | 201) => answered.fetch_add(1, Ordering::SeqCst),
                        Ok(reply) => panic!("a submission was answered {}", reply.status),
                        Err(error) => break error.is_connect(),
                    };
                }
            });
        }
        Running { clients, answered }
    }

    /// Sends one member's submission and waits for the whole answer.
    pub async fn submit(&self, server: &Server, index: usize) -> reqwest::Result<Reply> {
        self.site.submit(&server.client, &server.url(""), index).await
    }

    fn count(&self, least: u8) -> usize {
        self.site.states.iter().filter(|state| state.load(Ordering::SeqCst) >= least).count()
    }

    /// Who was answered before `instant`.
    pub fn acknowledged_before(&self, instant: Timestamp) -> Vec<MemberId> {
        let answered = self.site.members.iter().zip(&self.site.acknowledged_at);
        let before = |at: i64| at > 0 && at < instant.micros();
        answered.filter(|(_, at)| before(at.load(Ordering::SeqCst))).map(|(member, _)| *member).collect()
    }

    pub fn sent(&self) -> usize {
        self.count(SENT)
    }

    pub fn acknowledged(&self) -> usize {
        self.count(ACKNOWLEDGED)
    }

    /// Sends again what was not answered; says how many that were.
    pub async fn resend(&self, server: &Server) -> usize {
        let mut resent = 0;
        for (index, state) in self.site.states.iter().enumerate() {
            if state.load(Ordering::SeqCst) == SENT {
                let reply = self.submit(server, index).await.unwrap();
                assert!(matches!(reply.status, 200 | 201), "a submission sent again was answered {}", reply.status);
                resent += 1;
            }
        }
        resent
    }

    /// Checks that the books agree with each other and with what was sent and answered.
    pub fn check(&self, books: &Books) {
        let numbers: HashMap<MemberId, usize> =
            self.site.members.iter().enumerate().map(|(index, member)| (*member, index)).collect();
        for (index, member) in self.site.members.iter().enumerate() {
            let state = self.site.states[index].load(Ordering::SeqCst);
            assert!(state < ACKNOWLEDGED || books.submissions.contains_key(member), "{index} was lost");
        }
        for (member, submissions) in &books.submissions {
            let index = numbers[member];
            assert!(self.site.states[index].load(Ordering::SeqCst) >= SENT, "{index} was never sent");
            assert_eq!(submissions.len(), 1, "{index} is there more than once");
            assert_eq!(usize::try_from(submissions[0].1), Ok(right(index)), "{index} says what was never sent");
        }
        books.agree();
    }
}

/// A load under way.
pub struct Running {
    /// Each ends with whether it was refused a connection, rather than left without an answer.
    clients: JoinSet<bool>,
    answered: Arc<AtomicUsize>,
}

impl Running {
    /// Waits until so many requests were answered.
    pub async fn wait_for_answers(&self, count: usize) {
        while self.answered.load(Ordering::SeqCst) < count {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// Waits for every client to have ended, each because it met a server that was gone. Says how many of them were
    /// left without an answer.
    pub async fn end(self) -> usize {
        self.clients.join_all().await.into_iter().filter(|refused| !refused).count()
    }
}

/// What the database says of the submissions and their points.
#[derive(Default)]
pub struct Books {
    /// By member: id, right answers, points.
    submissions: HashMap<MemberId, Vec<(Uuid, i32, i32)>>,
    /// By source: member, points.
    entries: HashMap<Uuid, Vec<(MemberId, i32)>>,
    days: HashMap<MemberId, i64>,
    totals: HashMap<MemberId, i64>,
}

impl Books {
    pub fn read(site: &Site) -> Books {
        let mut conn = site.connect();
        check_integrity(&mut conn);
        // one moment for all questions: PostgreSQL may still be at what a killed server asked of it
        conn.batch(if matches!(conn, Conn::Pg(_)) { "BEGIN ISOLATION LEVEL REPEATABLE READ" } else { "BEGIN" })
            .unwrap();
        let mut books = Books::default();
        let submissions: Vec<(MemberId, Vec<u8>, i32, i32)> = on!(&mut conn, c => {
            use quiz_submissions::*;
            table.select((member_id, id, right_count, points)).load(c)
        })
        .unwrap();
        for (member, id, right, points) in submissions {
            books.submissions.entry(member).or_default().push((Uuid::from_slice(&id).unwrap(), right, points));
        }
        let entries: Vec<(MemberId, Vec<u8>, i32)> = on!(&mut conn, c => {
            use ledger_entries::*;
            table.select((member_id, source_id, points)).load(c)
        })
        .unwrap();
        for (member, source, points) in entries {
            books.entries.entry(Uuid::from_slice(&source).unwrap()).or_default().push((member, points));
        }
        let days: Vec<(MemberId, i32)> = on!(&mut conn, c => {
            ledger_days::table.select((ledger_days::member_id, ledger_days::points)).load(c)
        })
        .unwrap();
        for (member, points) in days {
            *books.days.entry(member).or_default() += i64::from(points);
        }
        let totals: Vec<(MemberId, i64)> = on!(&mut conn, c => standings::table
            .filter(standings::measure.eq(TOTAL))
            .select((standings::member_id, standings::all_score))
            .load(c))
        .unwrap();
        books.totals = totals.into_iter().collect();
        books
    }

    /// Whether the member has submitted.
    pub fn holds(&self, member: MemberId) -> bool {
        self.submissions.contains_key(&member)
    }

    /// How many members have submitted.
    pub fn len(&self) -> usize {
        self.submissions.len()
    }

    /// The highest totals, best first.
    pub fn best(&self, count: usize) -> Vec<i64> {
        let mut totals: Vec<i64> = self.totals.values().copied().filter(|total| *total > 0).collect();
        totals.sort_unstable_by(|a, b| b.cmp(a));
        totals.truncate(count);
        totals
    }

    /// Every submission has its one entry; entries, days and standings say the same of everybody.
    pub fn agree(&self) {
        let mut earned: HashMap<MemberId, i64> = HashMap::new();
        for (member, submissions) in &self.submissions {
            for (id, right, points) in submissions {
                assert_eq!(right, points, "one point for each right answer");
                let entries = self.entries.get(id).cloned().unwrap_or_default();
                let expected = if *points > 0 { vec![(*member, *points)] } else { entries.clone() };
                assert_eq!(entries, expected, "one entry for each submission");
                *earned.entry(*member).or_default() += i64::from(*points);
            }
        }
        let known: usize = self.submissions.values().flatten().filter(|(id, ..)| self.entries.contains_key(id)).count();
        assert_eq!(known, self.entries.len(), "no entry without a submission");
        earned.retain(|_, points| *points > 0);
        for (name, sums) in [("days", &self.days), ("standings", &self.totals)] {
            let sums: HashMap<MemberId, i64> = sums.iter().filter(|(_, s)| **s != 0).map(|(m, s)| (*m, *s)).collect();
            assert!(sums == earned, "the {name} do not add up to the submissions' points");
        }
    }
}

#[derive(QueryableByName)]
struct Verdict {
    #[diesel(sql_type = diesel::sql_types::Text)]
    integrity_check: String,
}

/// Asks SQLite whether its file is sound.
fn check_integrity(conn: &mut Conn) {
    if let Conn::Sqlite(c) = conn {
        let verdicts: Vec<Verdict> = diesel::sql_query("PRAGMA integrity_check").load(c).unwrap();
        let verdicts: Vec<String> = verdicts.into_iter().map(|verdict| verdict.integrity_check).collect();
        assert_eq!(verdicts, ["ok"]);
    }
}
