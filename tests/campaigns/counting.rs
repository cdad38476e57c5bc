//! Counting: nothing that was acknowledged is lost, nothing counts twice.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};
use xianfeng::base::id::MemberId;
use xianfeng::judging::campaigns::{CampaignId, Campaigns, EntryId};
use xianfeng::people::members::model::{MemberKind, MemberRow, MemberStatus};
use xianfeng::people::members::{Members, store};

use super::{CLOSING, at, body, cast, organiser, voters, voting};
use crate::support::{TestApp, on_postgres};

const WRITERS: usize = 32;
const MEMBERS_OF_WRITER: usize = 12;
/// How long they write before the vote closes.
const UNDER_FIRE: std::time::Duration = std::time::Duration::from_secs(10);

/// What the `n`th ballot chooses of `entries`.
fn choice(n: usize, entries: &[EntryId]) -> Vec<EntryId> {
    let first = n % entries.len();
    vec![entries[first], entries[(first + 1 + n % 7) % entries.len()]]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn writers_who_are_still_at_it_when_the_vote_closes_are_counted_exactly_as_acknowledged() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let mut members: Vec<MemberId> = Vec::new();
    for n in 0..WRITERS * MEMBERS_OF_WRITER {
        members.push(app.member(&format!("选民{n}")).unregistered().await.0);
    }
    let (campaign, entries) = voting(&app, &organiser, body(&app), 50).await;
    let id: CampaignId = campaign.rsplit('/').next().unwrap().parse().unwrap();
    let entries: Arc<Vec<EntryId>> = Arc::new(entries.iter().map(|entry| entry.parse().unwrap()).collect());
    let sibling = if on_postgres() { Some(app.sibling().await) } else { None };
    let (closing, over) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let room = sibling.as_ref().filter(|_| writer % 2 == 1).unwrap_or(&app).app.get::<Campaigns>();
            let mine: Vec<MemberId> = members.iter().copied().skip(writer).step_by(WRITERS).collect();
            let (entries, closing, over) = (entries.clone(), closing.clone(), over.clone());
            tokio::spawn(async move {
                let mut acknowledged: BTreeMap<MemberId, (String, usize)> = BTreeMap::new();
                for (n, member) in mine.iter().enumerate().cycle() {
                    // half of the members are left for the moment of the closing
                    if n >= MEMBERS_OF_WRITER / 2 && !closing.load(Ordering::SeqCst) {
                        continue;
                    }
                    match room.cast(*member, id, &choice(writer + n, &entries)).await {
                        Ok(cast) => {
                            acknowledged.insert(*member, (cast.receipt, writer + n));
                        }
                        Err(stop) => assert!(format!("{stop:?}").contains("Over"), "{stop:?}"),
                    }
                    if over.load(Ordering::SeqCst) {
                        return acknowledged;
                    }
                }
                acknowledged
            })
        })
        .collect();
    tokio::time::sleep(UNDER_FIRE).await;
    closing.store(true, Ordering::SeqCst);
    tokio::time::sleep(std::time::Duration::from_millis(30)).await;
    app.set_clock(CLOSING);
    for server in sibling.iter().chain([&app]) {
        server.tick().await;
    }
    over.store(true, Ordering::SeqCst);
    let mut acknowledged = BTreeMap::new();
    for writer in writers {
        acknowledged.extend(writer.await.unwrap());
    }
    app.tick().await;

    let results = organiser.get(&format!("{campaign}/results")).await.ok(200);
    let receipts = organiser.get(&format!("{campaign}/receipts")).await.ok(200);
    let published: BTreeSet<&str> =
        receipts["receipts"].as_array().unwrap().iter().map(|receipt| receipt.as_str().unwrap()).collect();
    let heard: BTreeSet<&str> = acknowledged.values().map(|(receipt, _)| receipt.as_str()).collect();
    assert_eq!(published, heard);
    assert_eq!(results["vote"]["ballots_counted"], json!(acknowledged.len()));
    let mut expected: BTreeMap<String, i64> = entries.iter().map(|entry| (entry.to_string(), 0)).collect();
    for (_, n) in acknowledged.values() {
        choice(*n, &entries).iter().for_each(|entry| *expected.get_mut(&entry.to_string()).unwrap() += 1);
    }
    let totals = results["vote"]["totals"].as_array().unwrap().iter();
    let found: BTreeMap<String, i64> = totals
        .map(|total| (total["entry_id"].as_str().unwrap().to_owned(), total["votes"].as_i64().unwrap()))
        .collect();
    assert_eq!(found, expected);
    let recount = app.app.get::<Campaigns>().recount(id).await.unwrap();
    assert!(recount.agrees && recount.ballots == acknowledged.len(), "{recount:?}");
}

#[tokio::test]
async fn a_vote_is_counted_once_and_not_before_its_delay() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let voters = voters(&app, 10).await;
    let mut body = body(&app);
    body["terms"]["ballot"]["counting_delay_minutes"] = json!(2);
    let (campaign, entries) = voting(&app, &organiser, body, 2).await;
    for voter in &voters {
        cast(voter, &campaign, &[&entries[0]]).await.ok(201);
    }
    let vote = async || organiser.get(&format!("{campaign}/results")).await.ok(200)["vote"].clone();
    at(&app, CLOSING).await;
    at(&app, "2026-07-01T08:11:59+08:00").await;
    assert_eq!(vote().await, Value::Null);
    at(&app, "2026-07-01T08:12:00+08:00").await;
    let first = vote().await;
    assert_eq!(first["ballots_counted"], 10);
    app.advance_seconds(30);
    app.tick().await;
    assert_eq!(vote().await, first, "{first}");
    app.drain().await;
}

/// Members of the measurement.
const MANY: usize = 60_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement of a minute: cargo test --release --test main -- --ignored --nocapture by_hand_sixty_thousand"]
async fn by_hand_sixty_thousand_ballots_of_ten_are_counted_within_three_seconds() {
    let app = TestApp::start().await;
    let organiser = organiser(&app).await;
    let home = app.unit("XZ11");
    for chunk in 0..MANY / 500 {
        app.write(move |tx| {
            for n in 0..500 {
                let row = MemberRow {
                    id: tx.fresh_id(),
                    employee_no: format!("M{:06}", chunk * 500 + n),
                    name: "选民".into(),
                    phone_sealed: None,
                    phone_index: None,
                    kind: MemberKind::Full,
                    status: MemberStatus::Active,
                    unit_id: home,
                    hidden_from_boards: false,
                    on_boards: false,
                    created_at: tx.now(),
                    updated_at: tx.now(),
                };
                store::insert_member(tx.conn, &row)?;
            }
            Ok(())
        })
        .await;
    }
    app.app.get::<Members>().reload().await.unwrap();
    let mut body = body(&app);
    body["terms"]["ballot"]["max"] = json!(10);
    let (campaign, entries) = voting(&app, &organiser, body, 50).await;
    let id: CampaignId = campaign.rsplit('/').next().unwrap().parse().unwrap();
    let entries: Arc<Vec<EntryId>> = Arc::new(entries.iter().map(|entry| entry.parse().unwrap()).collect());
    let members: Vec<MemberId> =
        app.directory().members_below(home).iter().map(|card| card.id).filter(|id| *id != organiser.id).collect();
    let began = std::time::Instant::now();
    let writers: Vec<_> = (0..64)
        .map(|writer| {
            let mine: Vec<MemberId> = members.iter().copied().skip(writer).step_by(64).collect();
            let (room, entries) = (app.app.get::<Campaigns>().clone(), entries.clone());
            tokio::spawn(async move {
                for (n, member) in mine.into_iter().enumerate() {
                    let chosen: Vec<EntryId> = (0..10).map(|k| entries[(n + writer + 3 * k) % 50]).collect();
                    room.cast(member, id, &chosen).await.unwrap();
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    eprintln!("{} ballots cast in {:?}", members.len(), began.elapsed());
    app.set_clock(CLOSING);
    let began = std::time::Instant::now();
    app.app.get::<Campaigns>().move_due().await.unwrap();
    let took = began.elapsed();
    eprintln!("counted in {took:?}");
    let vote = organiser.get(&format!("{campaign}/results")).await.ok(200)["vote"].clone();
    assert_eq!(vote["ballots_counted"], json!(members.len()));
    assert!(took < std::time::Duration::from_secs(3), "{took:?}");
}
