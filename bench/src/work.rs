//! What members do: a submission each, and a whole morning each.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::client::{self, Connection, Seen, request};
use crate::contract;
use crate::report::Figure;
use crate::world::World;

/// The answer keys of the bank, by question, so that most submissions earn points.
pub struct AnswerKeys(HashMap<String, Value>);

impl AnswerKeys {
    pub fn read(database: &Path) -> Result<AnswerKeys> {
        let db = rusqlite::Connection::open(database)?;
        let mut rows = db.prepare("SELECT id, answer FROM questions")?;
        let keys = rows.query_map([], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, String>(1)?)))?;
        let pair = |(id, answer): (Vec<u8>, String)| {
            anyhow::Ok((uuid::Uuid::from_slice(&id)?.to_string(), serde_json::from_str(&answer)?))
        };
        keys.map(|row| pair(row?)).collect::<Result<_>>().map(AnswerKeys)
    }

    /// The `n`th member's submission: every second member gets one question wrong.
    pub fn submission(&self, questions: &[String], n: u32) -> String {
        let count = u32::try_from(questions.len()).unwrap_or(1).max(1);
        let slip = (n % 2 == 1).then_some(n / 2 % count);
        let answer = |key: &Value, index| if slip == Some(index) { contract::wrong(key) } else { key.clone() };
        let answers = questions
            .iter()
            .zip(0..)
            .map(|(question, index)| (question.as_str(), answer(self.0.get(question).unwrap_or(&Value::Null), index)));
        contract::submission(answers)
    }
}

/// The questions of today's paper, as the `n`th member is shown them.
pub fn fetch_paper(address: SocketAddr, world: &World) -> Result<Vec<String>> {
    let began = Instant::now();
    loop {
        let token = world.access_token(0);
        let (status, body) = client::once(address, &request("GET", contract::PAPER, Some(&token), ""))?;
        if status == 200 {
            return contract::questions(&body);
        }
        if began.elapsed() > Duration::from_secs(30) {
            bail!("no paper for today: {status} {}", String::from_utf8_lossy(&body));
        }
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// The `n`th member's submission as a request.
pub fn submit(world: &World, keys: &AnswerKeys, questions: &[String], n: u32) -> Vec<u8> {
    let path = contract::submission_path(&world.day.to_string());
    request("PUT", &path, Some(&world.access_token(n)), &keys.submission(questions, n))
}

/// Every member says hello once, as whoever submits, answers or votes has fetched a paper or a list before; else the first
/// request of his session, which looks the session up, would be measured with the write. The mornings contain it.
pub fn arrive(address: SocketAddr, world: &World, connections: usize) -> Result<()> {
    let hello = |n: u32| request("GET", contract::HELLO, Some(&world.access_token(n)), "");
    let requests: Vec<_> = (0..world.members).map(hello).collect();
    figure(client::flood(address, connections, requests.into_iter())?).map(drop)
}

/// Every member submits today's paper once.
pub fn submissions(address: SocketAddr, world: &World, keys: &AnswerKeys, connections: usize) -> Result<Figure> {
    let questions = fetch_paper(address, world)?;
    let requests: Vec<_> = (0..world.members).map(|n| submit(world, keys, &questions, n)).collect();
    arrive(address, world, connections)?;
    figure(client::flood(address, connections, requests.into_iter())?)
}

/// "Hello" by the same load generator as the writes.
pub fn hello(address: SocketAddr, world: &World, connections: usize, limit: Duration) -> Result<Figure> {
    let tokens = (0..world.members).map(|n| world.access_token(n));
    let requests: Vec<_> = tokens.map(|token| request("GET", contract::HELLO, Some(&token), "")).collect();
    let began = Instant::now();
    let endless = (0..requests.len()).cycle().take_while(move |_| began.elapsed() < limit);
    figure(client::flood(address, connections, endless.map(move |n| requests[n].clone()))?)
}

pub fn figure(seen: Seen) -> Result<Figure> {
    if let Some(error) = &seen.first_error {
        bail!("{} of {} requests failed, the first with: {error}", seen.errors, seen.latencies.len());
    }
    Ok(Figure { rate: seen.rate(), p99_ms: seen.percentile_ms(0.99) })
}

/// Every member has his morning, as many at once as there are connections.
pub fn mornings(address: SocketAddr, world: &Rc<World>, keys: &Rc<AnswerKeys>, connections: usize) -> Result<Seen> {
    let next = Cell::new(0);
    let (world, keys) = (world.clone(), keys.clone());
    client::on_connections(address, connections, async move |connection, seen| {
        while next.get() < world.members {
            let member = next.replace(next.get() + 1);
            let mut morning = Morning { connection, seen, token: None };
            if let Err(error) = morning.live(&world, &keys, member).await {
                seen.borrow_mut().fail(format!("member {member}: {error:#}"));
            }
        }
        Ok(())
    })
}

struct Morning<'a> {
    connection: &'a mut Connection,
    seen: &'a RefCell<Seen>,
    token: Option<String>,
}

impl Morning<'_> {
    /// Refresh, first page, open, finish, paper, submission, board, my rank.
    async fn live(&mut self, world: &World, keys: &AnswerKeys, member: u32) -> Result<()> {
        let body = serde_json::json!({"refresh_token": world.refresh_token(member)}).to_string();
        self.token = Some(contract::refreshed(self.ask("POST", contract::REFRESH, &body).await?)?);
        let item = contract::newest_item(self.ask("GET", contract::TODAY, "").await?)?;
        let reading = contract::reading(self.ask("POST", &contract::open_path(&item), "").await?)?;
        self.ask("POST", &contract::finish_path(&reading), "").await?;
        let questions = contract::questions(self.ask("GET", contract::PAPER, "").await?)?;
        let answers = keys.submission(&questions, member);
        self.ask("PUT", &contract::submission_path(&world.day.to_string()), &answers).await?;
        self.ask("GET", contract::BOARD, "").await?;
        self.ask("GET", contract::MY_RANK, "").await?;
        Ok(())
    }

    async fn ask(&mut self, method: &str, path: &str, body: &str) -> Result<&[u8]> {
        let began = Instant::now();
        let request = request(method, path, self.token.as_deref(), body);
        let (status, reply) = self.connection.exchange(&request).await.with_context(|| path.to_owned())?;
        if !self.seen.borrow_mut().count(began, status, reply) {
            bail!("{method} {path}");
        }
        Ok(reply)
    }
}
