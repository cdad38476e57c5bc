//! What somebody with a copy of the database finds before and after counting: no way from a member to his choices.

use std::sync::{Arc, Mutex};

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use xianfeng::base::crypto::Key;
use xianfeng::config::VoteWatch;
use xianfeng::db::Conn;
use xianfeng::db::schema::{campaign_ballots, campaign_slips};
use xianfeng::judging::campaigns::{CampaignId, Campaigns, EntryId};
use xianfeng::kernel::key_store::KeyStore;
use xianfeng::on;
use xianfeng::people::members::Desks;

use super::{CLOSING, at, body, cast, organiser, slips_may_change, voters, voting};
use crate::support::{TestApp, on_postgres};
use xianfeng::honour::points::Points;

/// A ballot as it lies in the table: member, period, ciphertext, instant.
type BallotRow = (Vec<u8>, i32, Vec<u8>, i64);
/// A counted one: key and choices.
type SlipRow = (Vec<u8>, Vec<u8>);

async fn ballots(app: &TestApp) -> Vec<BallotRow> {
    let columns =
        (campaign_ballots::member_id, campaign_ballots::period, campaign_ballots::sealed, campaign_ballots::cast_at);
    let load = move |conn: &mut Conn| on!(conn, c => campaign_ballots::table.select(columns).load(c));
    app.db().read(load).await.unwrap()
}

/// The slips in the order in which they lie there.
async fn slips(app: &TestApp) -> Vec<SlipRow> {
    let columns = (campaign_slips::slip_key, campaign_slips::choices);
    let load = move |conn: &mut Conn| on!(conn, c => campaign_slips::table.select(columns).load(c));
    app.db().read(load).await.unwrap()
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

async fn number(app: &TestApp, sql: &'static str) -> i64 {
    let ask = move |conn: &mut Conn| on!(conn, c => diesel::sql_query(sql).get_result::<Number>(c));
    app.db().read(ask).await.unwrap().number
}

/// Every row of what is written down about people's doings.
async fn written_down(app: &TestApp) -> i64 {
    let mut rows = 0;
    for table in ["trail", "outbox", "idempotency_keys", "ledger_entries", "changes", "notices"] {
        let sql: &'static str = Box::leak(format!("SELECT count(*) AS number FROM {table}").into_boxed_str());
        rows += number(app, sql).await;
    }
    rows
}

/// What somebody has who copied the database before and after the counting.
#[derive(Clone)]
struct Copies {
    before: Vec<BallotRow>,
    after: Vec<BallotRow>,
    /// In the order in which they lie there.
    slips: Vec<SlipRow>,
    /// The columns of the slips' table, sorted.
    columns: Vec<String>,
    /// How many transactions wrote the slips, and how many wrote slips and ballots; 1 where nothing tells.
    transactions: (i64, i64),
    /// Who chose what, by which the tries are checked: every member has a number of his own.
    truth: Vec<(Vec<u8>, u8)>,
}

impl Copies {
    /// Tries every way from a member to his choices; says which one is open.
    fn way_back(&self) -> Option<&'static str> {
        if self.after.iter().any(|(_, _, sealed, _)| !sealed.is_empty()) {
            return Some("ciphertext is left");
        }
        let ways = [
            ("a key", self.by_key()),
            ("an order", self.by_order()),
            ("an instant", self.columns != ["campaign_id", "choices", "slip_key"]),
            ("a transaction", self.transactions != (1, 1)),
        ];
        ways.iter().find(|(_, open)| *open).map(|(way, _)| *way)
    }

    /// A slip's key is, or lies in, something that belongs to a member, or begins like it.
    fn by_key(&self) -> bool {
        let theirs = |key: &[u8]| {
            self.before.iter().any(|(member, _, sealed, at)| {
                let instant = at.to_be_bytes();
                [member, sealed].iter().any(|bytes| bytes.windows(8).any(|part| key.windows(8).any(|p| p == part)))
                    || key.windows(8).any(|part| part == instant)
            })
        };
        self.slips.iter().any(|(key, _)| theirs(key))
    }

    /// The slips, as they lie there or by their keys, follow an order of casting, of members or of rows, from either end.
    fn by_order(&self) -> bool {
        let chosen = |slips: &[SlipRow]| -> Vec<u8> { slips.iter().map(|(_, choices)| choices[1]).collect() };
        let mut by_key = self.slips.clone();
        by_key.sort();
        let number = |member: &Vec<u8>| self.truth.iter().find(|(known, _)| known == member).unwrap().1;
        let numbers = |rows: &[BallotRow]| -> Vec<u8> { rows.iter().map(|(member, ..)| number(member)).collect() };
        let sorted = |key: fn(&BallotRow) -> (i64, Vec<u8>)| {
            let mut rows = self.before.clone();
            rows.sort_by_key(key);
            numbers(&rows)
        };
        let orders = [
            sorted(|(member, _, _, at)| (*at, member.clone())),
            sorted(|(member, ..)| (0, member.clone())),
            sorted(|(_, _, sealed, _)| (0, sealed.clone())),
            numbers(&self.before),
            numbers(&self.after),
        ];
        orders.into_iter().any(|order| {
            let backwards: Vec<u8> = order.iter().rev().copied().collect();
            [&order, &backwards].iter().any(|order| chosen(&self.slips) == **order || chosen(&by_key) == **order)
        })
    }
}

async fn columns_of_slips(app: &TestApp) -> Vec<String> {
    let sql = if on_postgres() {
        "SELECT column_name::text AS name FROM information_schema.columns WHERE table_name = 'campaign_slips'"
    } else {
        "SELECT name FROM pragma_table_info('campaign_slips')"
    };
    let ask = move |conn: &mut Conn| on!(conn, c => diesel::sql_query(sql).load::<Name>(c));
    let mut columns: Vec<String> = app.db().read(ask).await.unwrap().into_iter().map(|row| row.name).collect();
    columns.sort();
    columns
}

async fn transactions(app: &TestApp) -> (i64, i64) {
    if !on_postgres() {
        return (1, 1);
    }
    let slips = "SELECT count(DISTINCT xmin::text)::bigint AS number FROM campaign_slips";
    let both = "SELECT count(*)::bigint AS number FROM (SELECT xmin::text FROM campaign_slips
                UNION SELECT xmin::text FROM campaign_ballots) AS transactions";
    (number(app, slips).await, number(app, both).await)
}

/// Whether the SQLite file holds the beginning or the end of a ciphertext.
fn lies_in_the_file(app: &TestApp, ballots: &[BallotRow]) -> bool {
    let file = app.folder().join("test.db");
    let reader = rusqlite::Connection::open(&file).unwrap();
    reader.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    let bytes = std::fs::read(&file).unwrap();
    ballots.iter().any(|(_, _, sealed, _)| {
        let (start, end) = (&sealed[..12], &sealed[sealed.len() - 12..]);
        bytes.windows(12).any(|part| part == start || part == end)
    })
}

#[tokio::test]
async fn no_key_order_instant_or_transaction_leads_from_a_member_to_his_choices() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let voters = voters(&app, 16).await;
    let (campaign, entries) = voting(&app, &organiser, body(&app), 16).await;
    // everybody chooses something of his own, so that one way back would show all of them
    let before_casting = written_down(&app).await;
    for (n, voter) in voters.iter().enumerate() {
        app.advance_seconds(7);
        cast(voter, &campaign, &[&entries[n]]).await.ok(201);
    }
    assert_eq!(written_down(&app).await, before_casting, "a ballot leaves no trace beside its row");
    let before = ballots(&app).await;
    assert_eq!(before.len(), 16);
    assert!(before.iter().all(|(_, _, sealed, _)| sealed.len() == before[0].2.len()), "every ballot is as long");
    let sealed: std::collections::BTreeSet<&Vec<u8>> = before.iter().map(|(_, _, sealed, _)| sealed).collect();
    assert_eq!(sealed.len(), 16);
    assert!(on_postgres() || lies_in_the_file(&app, &before), "before counting the search finds it");

    at(&app, CLOSING).await;
    let truth = voters.iter().zip(1..).map(|(voter, number)| (voter.id.uuid().as_bytes().to_vec(), number)).collect();
    let (after, slips, columns) = (ballots(&app).await, slips(&app).await, columns_of_slips(&app).await);
    assert_eq!((after.len(), slips.len()), (16, 16));
    let copies = Copies { before, after, slips, columns, transactions: transactions(&app).await, truth };
    assert_eq!(copies.way_back(), None, "an order is one in 16! by chance");
    assert_eq!(app.folder().join("test.db").exists(), !on_postgres());
    if on_postgres() {
        // by place: they lie in the order of their random keys
        let ordered =
            "SELECT count(*)::bigint AS number FROM (SELECT slip_key, lag(slip_key) OVER (ORDER BY ctid) AS before
                       FROM campaign_slips) AS rows WHERE before > slip_key";
        assert_eq!(number(&app, ordered).await, 0);
    } else {
        assert!(!lies_in_the_file(&app, &copies.before), "ciphertext lies in the file after counting");
    }
    app.drain().await;
    every_open_way_is_found(&copies);
    // and the question about transactions sees a slip that another one wrote
    let allow = slips_may_change();
    let touch = "UPDATE campaign_slips SET choices = choices
                 WHERE slip_key = (SELECT slip_key FROM campaign_slips ORDER BY slip_key LIMIT 1)";
    app.write(move |tx| Ok(tx.conn.batch(&format!("{allow} {touch}"))?)).await;
    assert_eq!(transactions(&app).await, if on_postgres() { (2, 2) } else { (1, 1) });
}

/// What the tries find when the counting makes a mistake: else they would prove nothing.
fn every_open_way_is_found(copies: &Copies) {
    let with = |change: &dyn Fn(&mut Copies)| {
        let mut copies = copies.clone();
        change(&mut copies);
        copies.way_back()
    };
    assert_eq!(with(&|it| it.after[3].2 = it.before[3].2.clone()), Some("ciphertext is left"));
    assert_eq!(with(&|it| it.slips[0].0 = it.before[0].0.clone()), Some("a key"), "named by the member");
    assert_eq!(with(&|it| it.slips[5].0[..12].copy_from_slice(&it.before[9].2[..12])), Some("a key"), "by the nonce");
    assert_eq!(with(&|it| it.slips[5].0[..8].copy_from_slice(&it.before[9].3.to_be_bytes())), Some("a key"), "by time");
    let number = |member: &[u8]| copies.truth.iter().find(|(known, _)| known == member).unwrap().1;
    let in_order = |it: &mut Copies, keys: bool, ballots: &[BallotRow]| {
        if keys {
            it.slips.sort();
        }
        it.slips.iter_mut().zip(ballots).for_each(|(slip, (member, ..))| slip.1[1] = number(member));
    };
    for keys in [false, true] {
        let mut rows = copies.before.clone();
        assert_eq!(with(&|it| in_order(it, keys, &rows)), Some("an order"), "not shuffled");
        rows.reverse();
        assert_eq!(with(&|it| in_order(it, keys, &rows)), Some("an order"), "from the other end");
        rows.sort_by_key(|(_, _, _, at)| *at);
        assert_eq!(with(&|it| in_order(it, keys, &rows)), Some("an order"), "as they were cast");
    }
    assert_eq!(with(&|it| it.columns.push("cast_at".into())), Some("an instant"));
    assert_eq!(with(&|it| it.transactions = (16, 16)), Some("a transaction"), "one by one");
    assert_eq!(with(&|it| it.transactions = (1, 2)), Some("a transaction"), "erased by another one");
}

#[tokio::test]
async fn a_server_with_another_key_takes_no_ballot_that_could_not_be_counted_with_the_others() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let voters = voters(&app, 2).await;
    let (campaign, entries) = voting(&app, &organiser, body(&app), 2).await;
    let chosen = [entries[0].parse::<EntryId>().unwrap()];
    let id: CampaignId = campaign.rsplit('/').next().unwrap().parse().unwrap();
    cast(&voters[0], &campaign, &[&entries[0]]).await.ok(201);
    // a server that was given another place for the keys of votes
    let points = app.app.get::<Points>().clone();
    let place = KeyStore::open(app.folder().join("elsewhere").to_str().unwrap()).unwrap();
    let keys = (place, &Key::random());
    let roster = (app.directory().clone(), Desks::new(app.directory().clone()), app.app.get());
    let rooms = (points, app.app.get(), app.app.get(), app.app.get());
    let stranger = Campaigns::new(app.db().clone(), roster, rooms, keys, watch());
    for voter in &voters {
        let refused = stranger.cast(voter.id, id, &chosen).await.unwrap_err();
        assert!(format!("{refused:?}").contains("NoKey"), "{refused:?}");
    }
    app.set_clock(CLOSING);
    let (log, _listening) = listen();
    let said = || String::from_utf8_lossy(&log.0.lock().unwrap()).matches("a vote cannot be counted").count();
    for (seconds, times) in [(0, 1), (1, 1), (3598, 1), (1, 2), (1, 2)] {
        app.advance_seconds(seconds);
        stranger.move_due().await.unwrap();
        assert_eq!(said(), times, "once, and again after an hour");
    }
    assert!(!ballots(&app).await[0].2.is_empty(), "nothing is counted, nothing erased");
    app.tick().await;
    assert!(ballots(&app).await[0].2.is_empty(), "the server with the key counts");
    let organiser = app.sign_in(organiser.id, &organiser.employee_no).await;
    let vote = organiser.get(&format!("{campaign}/results")).await.ok(200)["vote"].clone();
    assert_eq!(vote["ballots_counted"], 1);
}

/// What is logged from now on on this thread, until the guard is dropped.
fn listen() -> (Log, tracing::subscriber::DefaultGuard) {
    let log = Log::default();
    let copy = log.clone();
    let subscriber = tracing_subscriber::fmt().with_writer(move || copy.clone()).finish();
    (log, tracing::subscriber::set_default(subscriber))
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn watch() -> VoteWatch {
    let midnight = chrono::NaiveTime::MIN;
    VoteWatch {
        watch_minutes: 1,
        watch_ballots: 10,
        watch_times: 5,
        watch_night_from: midnight,
        watch_night_until: midnight,
        watch_accounts: 3,
        watch_delay_hours: 24,
    }
}
