//! What somebody with a copy of the database finds before and after counting: no way from a member to his choices.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use xianfeng::base::crypto::Key;
use xianfeng::campaigns::{CampaignId, Campaigns, EntryId};
use xianfeng::db::Conn;
use xianfeng::db::schema::{campaign_ballots, campaign_slips};
use xianfeng::on;

use super::{CLOSING, at, body, cast, organiser, voters, voting};
use crate::support::{TestApp, on_postgres};

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

    at(&app, CLOSING).await;
    let (after, slips) = (ballots(&app).await, slips(&app).await);
    assert_eq!((after.len(), slips.len()), (16, 16));
    assert!(after.iter().all(|(_, _, sealed, _)| sealed.is_empty()), "the ciphertext is erased");

    // by key: no slip's key is, or lies in, anything that belongs to a member
    let keys: Vec<&[u8]> = slips.iter().map(|(key, _)| key.as_slice()).collect();
    for (member, _, sealed, _) in &before {
        assert!(keys.iter().all(|key| *key != member.as_slice() && !sealed.windows(16).any(|part| part == *key)));
    }
    // by order: as the slips lie there, and by their keys, against the orders of casting, of members and of rows
    let chosen = |slips: &[SlipRow]| -> Vec<u8> { slips.iter().map(|(_, choices)| choices[1]).collect() };
    let mut by_key = slips.clone();
    by_key.sort();
    let mut members: Vec<(Vec<u8>, u8)> =
        voters.iter().zip(1..).map(|(voter, number)| (voter.id.uuid().as_bytes().to_vec(), number)).collect();
    members.sort();
    let row_of = |member: &Vec<u8>| members.iter().find(|(known, _)| known == member).unwrap().1;
    let mut orders: Vec<Vec<u8>> = vec![
        (1..=16).collect(),
        members.iter().map(|(_, number)| *number).collect(),
        before.iter().map(|(member, ..)| row_of(member)).collect(),
        after.iter().map(|(member, ..)| row_of(member)).collect(),
    ];
    let backwards: Vec<Vec<u8>> = orders.iter().map(|order| order.iter().rev().copied().collect()).collect();
    orders.extend(backwards);
    for order in &orders {
        assert_ne!(&chosen(&slips), order, "one in 16! by chance");
        assert_ne!(&chosen(&by_key), order, "one in 16! by chance");
    }
    // by instant: a slip has none
    let sql = if on_postgres() {
        "SELECT column_name::text AS name FROM information_schema.columns WHERE table_name = 'campaign_slips'"
    } else {
        "SELECT name FROM pragma_table_info('campaign_slips')"
    };
    let ask = move |conn: &mut Conn| on!(conn, c => diesel::sql_query(sql).load::<Name>(c));
    let mut columns: Vec<String> = app.db().read(ask).await.unwrap().into_iter().map(|row| row.name).collect();
    columns.sort();
    assert_eq!(columns, ["campaign_id", "choices", "slip_key"]);
    if on_postgres() {
        // by transaction: one wrote them all, and erased the ciphertext
        let slips = "SELECT count(DISTINCT xmin::text)::bigint AS number FROM campaign_slips";
        assert_eq!(number(&app, slips).await, 1);
        let both = "SELECT count(*)::bigint AS number FROM (SELECT xmin::text FROM campaign_slips
                    UNION SELECT xmin::text FROM campaign_ballots) AS transactions";
        assert_eq!(number(&app, both).await, 1);
        // by place: they lie in the order of their random keys
        let ordered =
            "SELECT count(*)::bigint AS number FROM (SELECT slip_key, lag(slip_key) OVER (ORDER BY ctid) AS before
                       FROM campaign_slips) AS rows WHERE before > slip_key";
        assert_eq!(number(&app, ordered).await, 0);
    } else {
        // the bytes of the file hold no ciphertext any more
        let file = app.folder().join("test.db");
        let reader = rusqlite::Connection::open(&file).unwrap();
        reader.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
        let bytes = std::fs::read(&file).unwrap();
        for (_, _, sealed, _) in &before {
            let (start, end) = (&sealed[..12], &sealed[sealed.len() - 12..]);
            let found = bytes.windows(12).any(|part| part == start || part == end);
            assert!(!found, "ciphertext lies in the file after counting");
        }
    }
    app.drain().await;
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
    // the secrets were lost and made anew
    let stranger = Campaigns::new(app.db().clone(), app.directory().clone(), &Key::random());
    for voter in &voters {
        let refused = stranger.cast(voter.id, id, &chosen).await.unwrap_err();
        assert!(format!("{refused:?}").contains("OtherKey"), "{refused:?}");
    }
    app.set_clock(CLOSING);
    stranger.keep_up().await.unwrap();
    assert!(!ballots(&app).await[0].2.is_empty(), "nothing is counted, nothing erased");
    app.tick().await;
    assert!(ballots(&app).await[0].2.is_empty(), "the server with the key counts");
    let vote = organiser.get(&format!("{campaign}/results")).await.ok(200)["vote"].clone();
    assert_eq!(vote["ballots_counted"], 1);
}
