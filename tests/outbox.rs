//! The outbox: what leaves a transaction is delivered at least once, and by one server at a time.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use xianfeng::db::{Db, Refusal, Stop, Tx};
use xianfeng::kernel::outbox::{self, Handlers, Lane, MessageId, Outcome, Posting};

use crate::support::{TestApp, on_postgres};

const TOPIC: &str = "test";

/// Sends messages with these numbers, each in a transaction of its own.
async fn send(app: &TestApp, numbers: std::ops::Range<u32>) {
    for number in numbers {
        app.write(move |tx| Ok(outbox::send(tx, TOPIC, json!({ "number": number }))?)).await;
    }
}

/// What was handed to a handler: how often, by number.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<HashMap<u64, u32>>>);

impl Seen {
    fn take(&self, payload: &Value) {
        *self.0.lock().unwrap().entry(payload["number"].as_u64().unwrap()).or_default() += 1;
    }

    fn times(&self) -> Vec<u32> {
        let mut seen: Vec<(u64, u32)> =
            self.0.lock().unwrap().iter().map(|(number, times)| (*number, *times)).collect();
        seen.sort_unstable();
        seen.into_iter().map(|(_, times)| times).collect()
    }

    /// Handlers that take note and fail while there are `failures` left.
    fn handlers(&self, failures: u32) -> Handlers {
        let (seen, left) = (self.clone(), Arc::new(AtomicU32::new(failures)));
        let mut handlers = Handlers::default();
        handlers.on(TOPIC, move |message| {
            let (seen, left) = (seen.clone(), left.clone());
            async move {
                seen.take(&message.payload::<Value>()?);
                let failed = left.fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1)).is_ok();
                if failed { Err("暂时不行".into()) } else { Ok(()) }
            }
        });
        handlers
    }
}

async fn left(db: &Db) -> (i64, i64) {
    db.read(outbox::count).await.unwrap()
}

#[derive(Debug)]
struct No;

impl Refusal for No {}

#[tokio::test]
async fn what_a_refused_action_sent_is_never_delivered() {
    let app = TestApp::start_empty().await;
    let refused = app.db().write(|tx: &mut Tx| -> Result<(), Stop<No>> {
        outbox::send(tx, TOPIC, json!({ "number": 1 }))?;
        Err(No.into())
    });
    assert!(refused.await.is_err());
    let seen = Seen::default();
    assert_eq!(outbox::deliver_due(app.db(), &seen.handlers(0)).await.unwrap(), 0);
    assert_eq!((left(app.db()).await, seen.times()), ((0, 0), vec![]));
}

#[tokio::test]
async fn a_message_is_delivered_once_and_gone() {
    let app = TestApp::start_empty().await;
    send(&app, 0..3).await;
    let seen = Seen::default();
    let handlers = seen.handlers(0);
    assert_eq!(outbox::deliver_due(app.db(), &handlers).await.unwrap(), 3);
    assert_eq!(outbox::deliver_due(app.db(), &handlers).await.unwrap(), 0);
    assert_eq!((left(app.db()).await, seen.times()), ((0, 0), vec![1, 1, 1]));
}

#[tokio::test]
async fn a_failure_is_tried_again_after_growing_pauses_and_spares_the_others() {
    let app = TestApp::start_empty().await;
    send(&app, 0..2).await;
    let seen = Seen::default();
    let handlers = seen.handlers(1);
    outbox::deliver_due(app.db(), &handlers).await.unwrap();
    assert_eq!((left(app.db()).await, seen.times()), ((1, 0), vec![1, 1]), "the first failed, the second did not");
    app.advance_seconds(1);
    assert_eq!(outbox::deliver_due(app.db(), &handlers).await.unwrap(), 0, "not before two seconds");
    app.advance_seconds(1);
    assert_eq!(outbox::deliver_due(app.db(), &handlers).await.unwrap(), 1);
    assert_eq!((left(app.db()).await, seen.times()), ((0, 0), vec![2, 1]));
}

#[tokio::test]
async fn after_ten_failures_a_message_waits_for_a_person() {
    let app = TestApp::start_empty().await;
    send(&app, 0..2).await;
    let seen = Seen::default();
    let handlers = seen.handlers(u32::MAX);
    for attempt in 0..10 {
        assert_eq!(outbox::deliver_due(app.db(), &handlers).await.unwrap(), 2, "attempt {attempt}");
        app.advance_seconds(3600);
    }
    assert_eq!(left(app.db()).await, (0, 2));
    app.advance_seconds(365 * 24 * 3600);
    assert_eq!(outbox::deliver_due(app.db(), &handlers).await.unwrap(), 0, "nobody tries it by himself any more");
    assert_eq!(seen.times(), [10, 10]);
    let held = app.db().read(|conn| outbox::list_parked(conn, None, 10)).await.unwrap();
    assert_eq!((held[0].attempts, held[0].last_error.as_deref(), &*held[0].topic), (10, Some("暂时不行"), TOPIC));

    // one is let go with all its attempts before it, the other thrown away
    let (one, other): (MessageId, MessageId) = (held[0].id, held[1].id);
    assert_eq!(app.write(move |tx| Ok(outbox::release(tx, Some(one))?)).await, 1);
    assert_eq!(app.write(move |tx| Ok(outbox::discard(tx, Some(one))?)).await, 0, "it waits for nobody now");
    assert_eq!(app.write(move |tx| Ok(outbox::discard(tx, Some(other))?)).await, 1);
    outbox::deliver_due(app.db(), &handlers).await.unwrap();
    assert_eq!(left(app.db()).await, (1, 0), "one failure more does not park it again");
    app.advance_seconds(2);
    outbox::deliver_due(app.db(), &seen.handlers(0)).await.unwrap();
    assert_eq!((left(app.db()).await, seen.times()), ((0, 0), vec![12, 10]));
}

#[tokio::test]
async fn a_message_that_nobody_handles_yet_is_kept() {
    let app = TestApp::start_empty().await;
    send(&app, 0..1).await;
    outbox::deliver_due(app.db(), &Handlers::default()).await.unwrap();
    assert_eq!(left(app.db()).await, (1, 0));
    app.advance_seconds(2);
    let seen = Seen::default();
    outbox::deliver_due(app.db(), &seen.handlers(0)).await.unwrap();
    assert_eq!((left(app.db()).await, seen.times()), ((0, 0), vec![1]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_several_servers_at_once_each_message_is_delivered_by_one() {
    let app = TestApp::start_empty().await;
    let sibling = if on_postgres() { Some(app.sibling().await) } else { None };
    send(&app, 0..160).await;
    let seen = Seen::default();
    let workers = (0..6).map(|n| {
        let db = sibling.as_ref().filter(|_| n % 2 == 1).unwrap_or(&app).db().clone();
        let handlers = seen.handlers(0);
        tokio::spawn(async move { while outbox::deliver_due(&db, &handlers).await.unwrap() > 0 {} })
    });
    for worker in workers.collect::<Vec<_>>() {
        worker.await.unwrap();
    }
    // who found nothing due may have gone while others still held messages
    outbox::deliver_due(app.db(), &seen.handlers(0)).await.unwrap();
    assert_eq!((left(app.db()).await, seen.times()), ((0, 0), vec![1; 160]));
}

#[tokio::test]
async fn what_a_server_took_along_when_it_died_is_delivered_by_another_once_its_lease_is_over() {
    let app = TestApp::start_empty().await;
    send(&app, 0..1).await;
    let mut dying = Handlers::default();
    dying.on(TOPIC, |_| std::future::pending::<Result<(), String>>());
    let db = app.db().clone();
    let gone =
        tokio::time::timeout(
            std::time::Duration::from_millis(500),
            async move { outbox::deliver_due(&db, &dying).await },
        );
    assert!(gone.await.is_err());
    let seen = Seen::default();
    app.advance_seconds(59);
    assert_eq!(outbox::deliver_due(app.db(), &seen.handlers(0)).await.unwrap(), 0, "it may still be at it");
    app.advance_seconds(1);
    assert_eq!(outbox::deliver_due(app.db(), &seen.handlers(0)).await.unwrap(), 1);
    assert_eq!((left(app.db()).await, seen.times()), ((0, 0), vec![1]));
}

const SLOW: Lane = Lane { name: "slow", at_once: 5, in_flight: 3 };

/// Messages of the slow lane with these numbers.
fn slow(numbers: std::ops::Range<u32>) -> Vec<Posting<Value>> {
    let posting = |number| Posting { lane: SLOW.name, ..Posting::new("slow", json!({ "number": number })) };
    numbers.map(posting).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lane_that_hangs_keeps_no_other_waiting_and_has_several_batches_under_way() {
    let app = TestApp::start_empty().await;
    app.write(|tx| Ok(outbox::send_all(tx, slow(0..40))?)).await;
    send(&app, 0..1).await;
    let seen = Seen::default();
    let mut handlers = seen.handlers(0);
    handlers.lane(SLOW);
    let (under_way, gate) = (Arc::new(AtomicU32::new(0)), Arc::new(tokio::sync::Semaphore::new(0)));
    let (counted, held) = (under_way.clone(), gate.clone());
    handlers.on_batch("slow", move |messages| {
        let (counted, held) = (counted.clone(), held.clone());
        async move {
            counted.fetch_add(1, SeqCst);
            let _turn = held.acquire().await.unwrap();
            counted.fetch_sub(1, SeqCst);
            vec![Outcome::Done; messages.len()]
        }
    });
    let handlers = Arc::new(handlers);
    let kinds: Vec<String> = handlers.watches().iter().map(|watch| watch.kind.to_string()).collect();
    assert_eq!(kinds, ["outbox", "outbox:slow"]);
    let (db, theirs) = (app.db().clone(), handlers.clone());
    let hanging = tokio::spawn(async move { outbox::deliver_lane(&db, &theirs, "outbox:slow").await });
    outbox::deliver_lane(app.db(), &handlers, "outbox").await.unwrap().unwrap();
    assert_eq!(seen.times(), [1], "the inbox does not wait");
    while under_way.load(SeqCst) < 3 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    assert_eq!(under_way.load(SeqCst), 3, "as many batches as the lane has");
    gate.add_permits(1000);
    hanging.await.unwrap().unwrap().unwrap();
    assert_eq!(left(app.db()).await, (0, 0));
}

#[tokio::test]
async fn a_message_with_a_key_is_there_once_until_it_has_left() {
    let app = TestApp::start_empty().await;
    let twice = || {
        let keyed = |number| Posting { key: Some("one".into()), ..Posting::new(TOPIC, json!({ "number": number })) };
        vec![keyed(1), keyed(2)]
    };
    assert_eq!(app.write(move |tx| Ok(outbox::send_all(tx, twice())?)).await, 1);
    assert_eq!(app.write(move |tx| Ok(outbox::send_all(tx, twice())?)).await, 0);
    let seen = Seen::default();
    outbox::deliver_due(app.db(), &seen.handlers(0)).await.unwrap();
    assert_eq!((left(app.db()).await, seen.times()), ((0, 0), vec![1]));
    assert_eq!(app.write(move |tx| Ok(outbox::send_all(tx, twice())?)).await, 1, "it has left");
}

#[tokio::test]
async fn what_waits_for_its_hour_or_for_a_platform_has_made_no_attempt() {
    let app = TestApp::start_empty().await;
    app.write(|tx| Ok(outbox::send_all(tx, slow(0..12))?)).await;
    let (calls, now) = (Arc::new(AtomicU32::new(0)), app.now());
    let outcomes = |outcome: Outcome| {
        let (mut handlers, calls) = (Handlers::default(), calls.clone());
        handlers.lane(Lane { in_flight: 1, ..SLOW });
        handlers.on_batch("slow", move |messages| {
            calls.fetch_add(1, SeqCst);
            let outcome = outcome.clone();
            async move { vec![outcome; messages.len()] }
        });
        handlers
    };
    let until = now.plus_seconds(60);
    let paused = outcomes(Outcome::Paused { until, why: "平台繁忙".into() });
    outbox::deliver_lane(app.db(), &paused, "outbox:slow").await.unwrap().unwrap();
    assert_eq!(calls.load(SeqCst), 1, "of a lane that rests nothing more is tried");
    for minute in 1..=30 {
        let later = outcomes(Outcome::Later { until: now.plus_seconds(60 * (minute + 1)), why: "夜间".into() });
        app.clock.set(now.plus_seconds(60 * minute));
        outbox::deliver_lane(app.db(), &later, "outbox:slow").await.unwrap().unwrap();
    }
    assert_eq!(left(app.db()).await, (12, 0), "nothing is parked, however often it was put off");
    app.advance_seconds(60);
    let done = outcomes(Outcome::Done);
    outbox::deliver_lane(app.db(), &done, "outbox:slow").await.unwrap().unwrap();
    assert_eq!(left(app.db()).await, (0, 0));
}

#[tokio::test]
async fn what_can_never_succeed_waits_for_a_person_at_once() {
    let app = TestApp::start_empty().await;
    app.write(|tx| Ok(outbox::send_all(tx, slow(0..1))?)).await;
    let mut handlers = Handlers::default();
    handlers.lane(SLOW);
    handlers.on_batch("slow", |messages| async move { vec![Outcome::Hopeless("模板不存在".into()); messages.len()] });
    outbox::deliver_due(app.db(), &handlers).await.unwrap();
    let held = app.db().read(|conn| outbox::list_parked(conn, None, 10)).await.unwrap();
    assert_eq!((held.len(), held[0].last_error.as_deref(), &*held[0].lane), (1, Some("模板不存在"), "slow"));
}
