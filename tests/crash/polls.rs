//! Ballots while servers die, through two servers at once, and at the moment of the closing.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use diesel::prelude::*;
use rand::Rng;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::sleep;
use xianfeng::base::capability::Role;
use xianfeng::base::clock::Clock;
use xianfeng::base::id::MemberId;
use xianfeng::base::time::Timestamp;
use xianfeng::db::Conn;
use xianfeng::db::schema::{agenda, campaign_ballots, campaign_stages};
use xianfeng::on;
use xianfeng::people::members::model::RoleRow;
use xianfeng::people::members::store;

use super::alone;
use crate::support::process::{Server, Site};
use crate::support::{Reply, on_postgres, send};

const ENTRIES: usize = 50;
const CHOICES: usize = 10;
const CLIENTS: usize = 32;
/// Longer than opening, or counting, may take; the servers look once a second.
const LONGEST: Duration = Duration::from_secs(20);

/// The first member runs the campaign and writes its entries; before servers start, which keep duties in memory.
fn give_duties(site: &Site) {
    for (number, role) in [(1, Role::Organiser), (2, Role::Secretary)] {
        let duty = RoleRow {
            id: uuid::Uuid::from_u128(number).into(),
            member_id: site.member(0),
            role,
            unit_id: site.root(),
            from_on: site.day,
            to_on: None,
            granted_by: None,
            created_at: site.day.start(),
        };
        store::insert_role(&mut site.connect(), &duty).unwrap();
    }
}

/// A vote, and what every member was told of his ballot.
struct Vote {
    path: String,
    entries: Vec<String>,
    /// By member: whether anything was sent, and the receipt.
    heard: Mutex<BTreeMap<usize, Option<String>>>,
    /// What a member chose who did not choose as usual.
    unusual: Mutex<BTreeMap<usize, Vec<String>>>,
}

impl Vote {
    /// A vote on fifty entries that is open.
    async fn open(site: &Site, server: &Server) -> Arc<Vote> {
        let now = Clock::System.now();
        let stage = |name, from: i64, to: i64| json!({ "stage": name, "opens_at": now.plus_seconds(from), "closes_at": now.plus_seconds(to) });
        let campaign = json!({
            "title": "十大品牌", "unit_id": site.root(),
            "terms": {
                "kind": "brand_top_ten",
                "notice": { "document_no": "测试通知", "text": "通知" },
                "categories": [{ "code": "brand", "title": "品牌", "quota": 10 }],
                "electorate": { "kinds": ["full"] },
                "timetable": [stage("entry", -60, 3600), stage("vote", 3600, 7200)],
                "sources": [{ "source": "vote", "rule": "share_of_ballots", "weight": 10000 }],
            },
        });
        let ask = async |path: &str, body: Value| {
            let request = server.client.post(server.url(path)).bearer_auth(site.token(0)).json(&body);
            send(request).await
        };
        let written = ask("/campaigns", campaign).await.ok(201);
        let path = format!("/campaigns/{}", written["id"].as_str().unwrap());
        for step in ["announcement", "opening"] {
            ask(&format!("{path}/{step}"), json!({})).await.ok(200);
        }
        let mut entries = Vec::new();
        for n in 0..ENTRIES {
            let plan = json!({
                "title": format!("品牌{n}"), "owner_id": site.member(0), "goals": [{ "name": "指标" }],
                "measures": [{ "text": "措施" }], "expected_effects": ["提升"],
            });
            let entry = json!({ "unit_id": site.root(), "category": "brand", "plan": plan });
            let entry = ask(&format!("{path}/entries"), entry).await.ok(201)["id"].as_str().unwrap().to_owned();
            ask(&format!("/entries/{entry}/submission"), json!({})).await.ok(200);
            entries.push(entry);
        }
        let vote = Vote { path, entries, heard: Mutex::default(), unusual: Mutex::default() };
        move_stages(site, Clock::System.now(), "entry");
        vote.wait(site, server, |campaign| campaign["stages"][1]["state"] == "open").await;
        Arc::new(vote)
    }

    async fn wait(&self, site: &Site, server: &Server, is_so: impl Fn(&Value) -> bool) {
        let began = Instant::now();
        while !is_so(&server.get(&self.path, &site.token(0)).await.unwrap().ok(200)) {
            assert!(began.elapsed() < LONGEST, "not within {LONGEST:?}: {}", server.log());
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// What the `n`th member chooses.
    fn choice(&self, n: usize) -> Vec<String> {
        let unusual = self.unusual.lock().unwrap().get(&n).cloned();
        unusual.unwrap_or_else(|| self.usual(n))
    }

    fn usual(&self, n: usize) -> Vec<String> {
        (0..CHOICES).map(|place| self.entries[(n + 7 * place) % ENTRIES].clone()).collect()
    }

    /// Sends the `n`th member's ballot and remembers what he heard, which is always the same.
    async fn cast(&self, client: &reqwest::Client, base: &str, token: &str, n: usize) -> reqwest::Result<Reply> {
        self.heard.lock().unwrap().entry(n).or_default();
        let request = client.post(format!("{base}{}/ballots", self.path)).bearer_auth(token);
        let reply = Reply::of(request.json(&json!({ "entries": self.choice(n) }))).await?;
        if matches!(reply.status, 200 | 201) {
            let receipt = reply.json()["receipt"].as_str().unwrap().to_owned();
            let known = self.heard.lock().unwrap().insert(n, Some(receipt.clone())).flatten();
            assert!(known.is_none_or(|known| known == receipt), "another receipt for the same ballot");
        }
        Ok(reply)
    }

    /// Lets members cast, over and over, until the server is gone or the vote is over.
    fn start(
        self: &Arc<Self>,
        site: &Site,
        servers: &[&Server],
        members: Range<usize>,
    ) -> (JoinSet<()>, Arc<AtomicUsize>) {
        let (answered, next) = (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
        let tokens: Arc<Vec<String>> = Arc::new(members.clone().map(|n| site.token(n)).collect());
        let mut clients = JoinSet::new();
        for number in 0..CLIENTS {
            let server = servers[number % servers.len()];
            let (vote, base, client) = (self.clone(), server.url(""), server.client.clone());
            let (answered, next, tokens, first) = (answered.clone(), next.clone(), tokens.clone(), members.start);
            clients.spawn(async move {
                loop {
                    let n = next.fetch_add(1, Ordering::SeqCst) % tokens.len();
                    match vote.cast(&client, &base, &tokens[n], first + n).await {
                        Ok(reply) if matches!(reply.status, 200 | 201) => answered.fetch_add(1, Ordering::SeqCst),
                        Ok(reply) if reply.status == 410 => break,
                        Ok(reply) => panic!("a ballot was answered {}", reply.text()),
                        Err(_) => break,
                    };
                }
            });
        }
        (clients, answered)
    }

    /// Members who were told a receipt, or, with `all`, who sent anything.
    fn members(&self, all: bool) -> BTreeSet<usize> {
        self.heard.lock().unwrap().iter().filter(|(_, heard)| all || heard.is_some()).map(|(n, _)| *n).collect()
    }

    /// Ends the vote and checks that exactly the acknowledged ballots were counted, each once.
    async fn check_count(&self, site: &Site, server: &Server) -> usize {
        let began = Instant::now();
        let results = loop {
            let results = server.get(&format!("{}/results", self.path), &site.token(0)).await.unwrap().ok(200);
            if !results["vote"].is_null() {
                break results;
            }
            assert!(began.elapsed() < LONGEST, "not counted within {LONGEST:?}: {}", server.log());
            sleep(Duration::from_millis(50)).await;
        };
        let receipts = server.get(&format!("{}/receipts", self.path), &site.token(0)).await.unwrap().ok(200);
        let published: BTreeSet<String> = receipts["receipts"]
            .as_array()
            .unwrap()
            .iter()
            .map(|receipt| receipt.as_str().unwrap().to_owned())
            .collect();
        let heard = self.heard.lock().unwrap();
        let told: BTreeSet<String> = heard.values().flatten().cloned().collect();
        assert_eq!(published, told, "receipts that were published, and those that were told");
        let mut expected: BTreeMap<&str, i64> = self.entries.iter().map(|entry| (entry.as_str(), 0)).collect();
        for (n, _) in heard.iter().filter(|(_, receipt)| receipt.is_some()) {
            self.choice(*n).iter().for_each(|entry| *expected.get_mut(entry.as_str()).unwrap() += 1);
        }
        let totals = results["vote"]["totals"].as_array().unwrap();
        let found: BTreeMap<&str, i64> = totals
            .iter()
            .map(|total| (total["entry_id"].as_str().unwrap(), total["votes"].as_i64().unwrap()))
            .collect();
        assert_eq!(found, expected);
        assert_eq!(results["vote"]["ballots_counted"], json!(told.len()));
        assert!(!server.log().contains("deadlock"), "{}", server.log());
        told.len()
    }
}

/// Lets a stage end now, and what follows it begin.
fn move_stages(site: &Site, now: Timestamp, ends: &str) {
    let mut conn = site.connect();
    if let Conn::Sqlite(_) = conn {
        conn.batch("PRAGMA busy_timeout = 10000").unwrap();
    }
    let ending = campaign_stages::table.filter(campaign_stages::stage.eq(ends));
    on!(&mut conn, c => diesel::update(ending).set(campaign_stages::closes_at.eq(now)).execute(c)).unwrap();
    let coming =
        campaign_stages::table.filter(campaign_stages::stage.ne(ends)).filter(campaign_stages::state.eq("planned"));
    on!(&mut conn, c => diesel::update(coming).set(campaign_stages::opens_at.eq(now)).execute(c)).unwrap();
    // as the step does that moves an end: the servers are told to look
    let mark = uuid::Uuid::from_u128(now.micros().unsigned_abs().into()).as_bytes().to_vec();
    on!(&mut conn, c => diesel::update(agenda::table)
        .set((agenda::due_at.eq(now), agenda::mark.eq(mark), agenda::held_until.eq(None::<Timestamp>)))
        .execute(c))
    .unwrap();
}

/// Whose ballots are there; the primary key has each once.
fn rows(site: &Site) -> Vec<MemberId> {
    on!(&mut site.connect(), c => campaign_ballots::table.select(campaign_ballots::member_id).load(c)).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ballots_that_were_acknowledged_survive_kill_9_and_count_once() {
    const ROUNDS: usize = 5;
    const ROUND: usize = 400;
    let _turn = alone().await;
    let site = Site::open(1 + ROUNDS * ROUND).await;
    give_duties(&site);
    let mut server = site.serve().await;
    let vote = Vote::open(&site, &server).await;
    let (mut unanswered, mut there) = (0, 0);
    for round in 0..ROUNDS {
        let (clients, answered) = vote.start(&site, &[&server], 1 + round * ROUND..1 + (round + 1) * ROUND);
        let enough = rand::rng().random_range(1..ROUND / 2);
        while answered.load(Ordering::SeqCst) < enough {
            sleep(Duration::from_millis(1)).await;
        }
        server.kill();
        clients.join_all().await;
        server = site.serve().await;
        let rows: BTreeSet<MemberId> = rows(&site).into_iter().collect();
        let (acknowledged, sent) = (vote.members(false), vote.members(true));
        assert!(acknowledged.iter().all(|n| rows.contains(&site.member(*n))), "an acknowledged ballot is lost");
        let whose: BTreeSet<MemberId> = sent.iter().map(|n| site.member(*n)).collect();
        assert!(rows.is_subset(&whose), "a ballot that nobody sent");
        unanswered += sent.len() - acknowledged.len();
        there += rows.len() - acknowledged.len();
        // anyone who heard nothing sends again, and some of the others as well
        for n in sent.iter().filter(|n| !acknowledged.contains(n) || **n % 10 == 0) {
            let reply = vote.cast(&server.client, &server.url(""), &site.token(*n), *n).await.unwrap();
            let is_new = !rows.contains(&site.member(*n));
            assert_eq!(reply.status, if is_new { 201 } else { 200 }, "{}", reply.text());
        }
    }
    assert_eq!(rows(&site).len(), vote.members(true).len());
    move_stages(&site, Clock::System.now(), "vote");
    let counted = vote.check_count(&site, &server).await;
    println!(
        "kill -9 in a vote: {ROUNDS} rounds, {counted} ballots counted, lost 0; unanswered and sent again {unanswered}, of \
         which {there} were there already, twice 0"
    );
    assert!(unanswered > 0, "no kill met a ballot on its way");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_vote_that_ends_while_32_write_counts_what_it_acknowledged() {
    let _turn = alone().await;
    let site = Site::open(600).await;
    give_duties(&site);
    // two processes on PostgreSQL; a SQLite file has one
    let (one, two) = (site.serve().await, if on_postgres() { Some(site.serve().await) } else { None });
    let servers: Vec<&Server> = [&one].into_iter().chain(&two).collect();
    let vote = Vote::open(&site, &one).await;
    for (n, different) in [(1, false), (2, true)] {
        one_ballot(&site, &servers, &vote, n, different).await;
    }
    let (clients, answered) = vote.start(&site, &servers, 3..site.len());
    while answered.load(Ordering::SeqCst) < 250 {
        sleep(Duration::from_millis(1)).await;
    }
    move_stages(&site, Clock::System.now(), "vote");
    clients.join_all().await;
    let counted = vote.check_count(&site, servers[servers.len() - 1]).await;
    println!(
        "{} servers: {} answers until the closing, {counted} ballots counted",
        servers.len(),
        answered.load(Ordering::SeqCst)
    );
}

/// 64 ballots of one member through all servers at once: one is cast, and everybody who cast the same hears of it.
async fn one_ballot(site: &Site, servers: &[&Server], vote: &Arc<Vote>, n: usize, different: bool) {
    const TIMES: usize = 64;
    let mut requests = JoinSet::new();
    let chosen = |time: usize| match different {
        false => vote.usual(n),
        true if time < ENTRIES => vec![vote.entries[time].clone()],
        true => vote.entries[time - ENTRIES..time - ENTRIES + 2].to_vec(),
    };
    for time in 0..TIMES {
        let server = servers[time % servers.len()];
        let body = json!({ "entries": chosen(time) });
        let request =
            server.client.post(server.url(&format!("{}/ballots", vote.path))).bearer_auth(site.token(n)).json(&body);
        requests.spawn(async move { (time, send(request).await) });
    }
    let answers = requests.join_all().await;
    let cast: Vec<&(usize, Reply)> = answers.iter().filter(|(_, reply)| reply.status == 201).collect();
    assert_eq!(cast.len(), 1, "one is cast");
    for (_, reply) in answers.iter().filter(|(_, reply)| reply.status != 201) {
        if different {
            reply.refused(409, "campaigns.already_voted");
        } else {
            assert_eq!(reply.ok(200), cast[0].1.json(), "the same receipt");
        }
    }
    let mine = rows(site).into_iter().filter(|member| *member == site.member(n)).count();
    assert_eq!(mine, 1);
    vote.unusual.lock().unwrap().insert(n, chosen(cast[0].0));
    vote.heard.lock().unwrap().insert(n, Some(cast[0].1.json()["receipt"].as_str().unwrap().to_owned()));
}
