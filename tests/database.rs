//! The database door: nothing is lost, nobody fails for another's sake, and what failed leaves no trace.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Barrier, Mutex, mpsc};

use diesel::prelude::*;
use futures_util::future::join_all;
use xianfeng::base::clock::Clock;
use xianfeng::base::id::MemberId;
use xianfeng::base::time::Timestamp;
use xianfeng::db::schema::leases;
use xianfeng::db::{Conn, Db, DbError, DbOptions, Never, Refusal, Stop, Tx};
use xianfeng::kernel::lease::ProcessId;
use xianfeng::on;

use crate::support::{Database, MORNING, needs_postgres};

/// A door to a database of its own, and the database, which goes when it is dropped.
async fn open(options: DbOptions) -> (Db, Database) {
    open_over(Database::fresh(), options).await
}

async fn open_over(database: Database, options: DbOptions) -> (Db, Database) {
    let db = Db::open(database.url(), Clock::manual(MORNING.parse().unwrap()), options).unwrap();
    db.migrate().await.unwrap();
    (db, database)
}

async fn few() -> (Db, Database) {
    open(DbOptions { pg_writers: 4, ..DbOptions::default() }).await
}

/// Leases are small rows with a name and a number, which is all that these tests need.
fn put(tx: &mut Tx, name: &str) -> QueryResult<()> {
    let holder: ProcessId = tx.fresh_id();
    let row = (leases::name.eq(name), leases::holder.eq(holder), leases::held_until.eq(Timestamp::from_micros(0)));
    on!(tx.conn, c => diesel::insert_into(leases::table).values(row).execute(c)).map(drop)
}

fn add_one(conn: &mut Conn, name: &str) -> QueryResult<()> {
    let sum = diesel::dsl::sql::<diesel::sql_types::BigInt>("held_until + 1");
    on!(conn, c => diesel::update(leases::table.find(name)).set(leases::held_until.eq(sum)).execute(c)).map(drop)
}

async fn number(db: &Db, name: &'static str) -> Option<i64> {
    let found = db.read(move |conn| {
        on!(conn, c => leases::table.find(name).select(leases::held_until).first::<Timestamp>(c).optional())
    });
    found.await.unwrap().map(Timestamp::micros)
}

type Nothing = Result<(), Stop<Never>>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_writers_lose_nothing() {
    let (db, _database) = few().await;
    db.write(|tx| -> Nothing { Ok(put(tx, "sum")?) }).await.unwrap();
    let writer = |n: usize| {
        let db = db.clone();
        tokio::spawn(async move {
            for turn in 0..20 {
                db.write(move |tx| -> Nothing {
                    put(tx, &format!("{n}/{turn}"))?;
                    Ok(add_one(tx.conn, "sum")?)
                })
                .await
                .unwrap();
            }
        })
    };
    join_all((0..64).map(writer)).await.into_iter().for_each(|writer| writer.unwrap());
    assert_eq!(number(&db, "sum").await, Some(64 * 20));
    let rows = db.read(|conn| on!(conn, c => leases::table.count().get_result::<i64>(c))).await.unwrap();
    assert_eq!(rows, 64 * 20 + 1);
}

fn member(n: u32) -> MemberId {
    MemberId::from(uuid::Uuid::from_u128(u128::from(n)))
}

/// Keeps the only writer busy until the gate opens, so that what is written meanwhile waits in the queue.
fn occupy(db: &Db) -> (tokio::task::JoinHandle<Nothing>, mpsc::Sender<()>, mpsc::Receiver<()>) {
    let (started, has_started) = mpsc::channel();
    let (let_go, gate) = mpsc::channel::<()>();
    let (db, gate) = (db.clone(), Mutex::new(gate));
    let busy = tokio::spawn(async move {
        let waits = db.write(move |_| -> Nothing {
            started.send(()).unwrap();
            gate.lock().unwrap().recv().unwrap();
            Ok(())
        });
        waits.await
    });
    (busy, let_go, has_started)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL and Redis: scripts/test runs it there"]
async fn actions_about_one_member_each_share_a_transaction_while_many_wait() {
    needs_postgres();
    let (db, _database) = open(DbOptions { pg_writers: 1, ..DbOptions::default() }).await;
    let (busy, let_go, has_started) = occupy(&db);
    tokio::task::spawn_blocking(move || has_started.recv().unwrap()).await.unwrap();
    let job = |n: u32| {
        let db = db.clone();
        tokio::spawn(async move {
            db.write_about(member(n % 6), move |tx| -> Result<i64, Stop<Never>> {
                put(tx, &format!("job {n}"))?;
                if n == 7 {
                    tx.conn.batch("SELECT pg_terminate_backend(pg_backend_pid())")?;
                }
                let asked = "(extract(epoch from now()) * 1000000)::bigint"; // when the transaction began
                let began = diesel::dsl::sql::<diesel::sql_types::BigInt>(asked);
                let Conn::Pg(c) = &mut *tx.conn else { unreachable!() };
                Ok(diesel::select(began).get_result(c)?)
            })
            .await
        })
    };
    let first: Vec<_> = (10..20).map(job).collect();
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    let_go.send(()).unwrap();
    busy.await.unwrap().unwrap();
    let mut began: Vec<i64> = Vec::new();
    for job in join_all(first).await {
        began.push(job.unwrap().unwrap());
    }
    began.dedup();
    assert_eq!(began.len(), 1, "ten jobs, one transaction");

    // one that loses the connection for all of them
    let (busy, let_go, has_started) = occupy(&db);
    tokio::task::spawn_blocking(move || has_started.recv().unwrap()).await.unwrap();
    let second: Vec<_> = (0..10).map(job).collect();
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    let_go.send(()).unwrap();
    busy.await.unwrap().unwrap();
    for (n, job) in join_all(second).await.into_iter().enumerate() {
        assert_eq!(job.unwrap().is_ok(), n != 7, "job {n}");
    }
    let rows = db.read(|conn| on!(conn, c => leases::table.count().get_result::<i64>(c))).await.unwrap();
    assert_eq!(rows, 19);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn turns_are_taken_in_one_order_however_they_are_asked_for() {
    let (db, _database) = few().await;
    db.write(|tx| -> Nothing { (0..8).try_for_each(|n| Ok(put(tx, &format!("m{n}"))?)) }).await.unwrap();
    // reading and writing back is right only while nobody else has the turn
    let raise = |tx: &mut Tx, n: u32| -> Nothing {
        let name = format!("m{n}");
        let held = on!(tx.conn, c => leases::table.find(&name).select(leases::held_until).first::<Timestamp>(c))?;
        let more = Timestamp::from_micros(held.micros() + 1);
        on!(tx.conn, c => diesel::update(leases::table.find(&name)).set(leases::held_until.eq(more)).execute(c))?;
        Ok(())
    };
    let began = std::time::Instant::now();
    let jobs = (0..400_u32).map(|round| {
        let db = db.clone();
        tokio::spawn(async move {
            let (one, other) = (round % 8, (round * 5 + 3) % 8);
            if !round.is_multiple_of(4) {
                return db.write_about(member(one), move |tx| raise(tx, one)).await;
            }
            db.write(move |tx| -> Nothing {
                tx.take_turns([other, one].map(member))?;
                raise(tx, one)?;
                raise(tx, other)
            })
            .await
        })
    });
    for job in join_all(jobs.collect::<Vec<_>>()).await {
        job.unwrap().unwrap();
    }
    let mut sum = 0;
    for name in ["m0", "m1", "m2", "m3", "m4", "m5", "m6", "m7"] {
        sum += number(&db, name).await.unwrap();
    }
    assert_eq!(sum, 500);
    assert!(began.elapsed() < std::time::Duration::from_secs(10), "nobody waited for a deadlock to be found");
}

#[tokio::test]
async fn a_job_that_panics_fails_alone() {
    let (db, _database) = few().await;
    let job = |n: u32| {
        db.write_about(member(n), move |tx| -> Nothing {
            put(tx, &format!("job {n}"))?;
            assert!(n != 5, "this panic is part of the test");
            Ok(())
        })
    };
    for (n, outcome) in join_all((0..10).map(job)).await.into_iter().enumerate() {
        match outcome {
            Ok(()) => assert_ne!(n, 5),
            Err(Stop::Failed(DbError::Panicked)) => assert_eq!(n, 5),
            Err(other) => panic!("job {n}: {other:?}"),
        }
    }
    let rows = db.read(|conn| on!(conn, c => leases::table.count().get_result::<i64>(c))).await.unwrap();
    assert_eq!((rows, number(&db, "job 5").await), (9, None));
    let question = db.read(|_| -> QueryResult<()> { panic!("this panic is part of the test") }).await;
    assert!(matches!(question, Err(DbError::Panicked)));
    assert_eq!(number(&db, "job 4").await, Some(0));
}

#[tokio::test]
async fn a_full_queue_says_so_at_once() {
    let (db, _database) = open(DbOptions { pg_writers: 1, pg_readers: 1, sqlite_readers: 1, queue: 2 }).await;
    let (slow, let_go, has_started) = occupy(&db);
    tokio::task::spawn_blocking(move || has_started.recv().unwrap()).await.unwrap();
    let quick = |name: &'static str| {
        let db = db.clone();
        tokio::spawn(async move { db.write(move |tx| -> Nothing { Ok(put(tx, name)?) }).await })
    };
    let waiting = [quick("first"), quick("second")];
    tokio::task::yield_now().await;
    let refused = quick("third").await.unwrap();
    assert!(matches!(refused, Err(Stop::Failed(DbError::Overloaded))), "{refused:?}");
    let_go.send(()).unwrap();
    slow.await.unwrap().unwrap();
    for job in waiting {
        job.await.unwrap().unwrap();
    }
    assert_eq!((number(&db, "second").await, number(&db, "third").await), (Some(0), None));
}

#[derive(Debug)]
struct No;

impl Refusal for No {}

#[tokio::test]
async fn what_is_refused_leaves_no_trace_and_has_no_effect() {
    let (db, _database) = few().await;
    let effects = Arc::new(AtomicU32::new(0));
    let counted = effects.clone();
    let refused = db.write(move |tx| -> Result<(), Stop<No>> {
        put(tx, "refused")?;
        let counted = counted.clone();
        tx.after_commit(move || {
            counted.fetch_add(1, SeqCst);
        });
        Err(No.into())
    });
    let broken = db.write(|tx| -> Nothing {
        put(tx, "twice")?;
        Ok(put(tx, "twice")?)
    });
    let kept = db.write(|tx| -> Nothing { Ok(put(tx, "kept")?) });
    let (refused, broken, kept) = tokio::join!(refused, broken, kept);
    assert!(matches!(refused, Err(Stop::Refused(No))));
    assert!(matches!(broken, Err(Stop::Failed(error)) if error.is_duplicate()));
    kept.unwrap();
    assert_eq!((number(&db, "refused").await, number(&db, "twice").await), (None, None));
    assert_eq!((number(&db, "kept").await, effects.load(SeqCst)), (Some(0), 0));
}

#[tokio::test]
async fn what_is_refused_in_a_group_spares_its_neighbours() {
    let (db, _database) = few().await;
    let effects = Arc::new(AtomicU32::new(0));
    let job = |n: u32| {
        let counted = effects.clone();
        db.write_about(member(n), move |tx| -> Result<(), Stop<No>> {
            if n % 10 == 3 {
                return Err(No.into()); // before anything was written
            }
            put(tx, &format!("job {n}"))?;
            if n == 0 {
                put(tx, "sum")?;
            }
            add_one(tx.conn, "sum")?;
            let counted = counted.clone();
            tx.after_commit(move || {
                counted.fetch_add(1, SeqCst);
            });
            if n % 10 == 7 { Err(No.into()) } else { Ok(()) } // after
        })
    };
    job(0).await.unwrap();
    let outcomes = join_all((1..200).map(job)).await;
    for (n, outcome) in (1..200).zip(outcomes) {
        assert_eq!(outcome.is_ok(), n % 10 != 3 && n % 10 != 7, "job {n}: {outcome:?}");
    }
    let rows = db.read(|conn| on!(conn, c => leases::table.count().get_result::<i64>(c))).await.unwrap();
    assert_eq!((rows, number(&db, "sum").await), (161, Some(160)));
    assert_eq!(effects.load(SeqCst), 160);
}

#[tokio::test]
async fn effects_run_after_the_commit_and_before_the_answer() {
    let (db, _database) = few().await;
    let ran = Arc::new(AtomicBool::new(false));
    let (inside, after) = (ran.clone(), ran.clone());
    db.write(move |tx| -> Nothing {
        put(tx, "row")?;
        let ran = inside.clone();
        tx.after_commit(|| panic!("this panic is part of the test"));
        tx.after_commit(move || ran.store(true, SeqCst));
        assert!(!inside.load(SeqCst));
        Ok(())
    })
    .await
    .unwrap();
    assert!(after.load(SeqCst), "a panicking effect spares the others");
    assert_eq!(number(&db, "row").await, Some(0));
}

#[tokio::test]
async fn a_reader_cannot_write_and_a_second_process_is_refused() {
    let (db, database) = open_over(Database::sqlite(), DbOptions::default()).await;
    let written = db.read(|conn| conn.batch("DELETE FROM leases")).await;
    assert!(written.is_err());
    let second = Db::open(database.url(), Clock::System, DbOptions::default());
    assert!(matches!(second, Err(DbError::Unavailable(_))));
}

#[tokio::test]
#[ignore = "needs PostgreSQL and Redis: scripts/test runs it there"]
async fn postgres_breaks_a_deadlock_and_both_are_done() {
    needs_postgres();
    let (db, _database) = few().await;
    for name in ["a", "b"] {
        db.write(move |tx| -> Nothing { Ok(put(tx, name)?) }).await.unwrap();
    }
    let (both_hold_one, attempts) = (Arc::new(Barrier::new(2)), Arc::new(AtomicU32::new(0)));
    let cross = |first: &'static str, second: &'static str| {
        let (barrier, attempts, tried) = (both_hold_one.clone(), attempts.clone(), AtomicBool::new(false));
        db.write(move |tx| -> Nothing {
            attempts.fetch_add(1, SeqCst);
            add_one(tx.conn, first)?;
            if !tried.swap(true, SeqCst) {
                barrier.wait();
            }
            Ok(add_one(tx.conn, second)?)
        })
    };
    let (one, other) = tokio::join!(cross("a", "b"), cross("b", "a"));
    one.unwrap();
    other.unwrap();
    assert_eq!((number(&db, "a").await, number(&db, "b").await), (Some(2), Some(2)));
    // one of them again, or even once more: the second attempt may meet the other's first
    assert!((3..=5).contains(&attempts.load(SeqCst)), "{attempts:?}");
}

#[tokio::test]
#[ignore = "needs PostgreSQL and Redis: scripts/test runs it there"]
async fn postgres_is_asked_again_a_few_times_and_no_more() {
    needs_postgres();
    let (db, _database) = few().await;
    let failing = |times: u32| {
        let (attempts, effects) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
        let (tried, effected) = (attempts.clone(), effects.clone());
        let outcome = db.write(move |tx| -> Nothing {
            let effected = effected.clone();
            tx.after_commit(move || {
                effected.fetch_add(1, SeqCst);
            });
            match tried.fetch_add(1, SeqCst) < times {
                true => Ok(tx.conn.batch("DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$")?),
                false => Ok(()),
            }
        });
        async move { (outcome.await.is_ok(), attempts.load(SeqCst), effects.load(SeqCst)) }
    };
    assert_eq!(failing(3).await, (true, 4, 1), "effects of broken attempts are forgotten");
    assert_eq!(failing(99).await, (false, 4, 0));
}

#[tokio::test]
#[ignore = "needs PostgreSQL and Redis: scripts/test runs it there"]
async fn a_lost_connection_is_replaced() {
    needs_postgres();
    let (db, _database) = open(DbOptions { pg_writers: 1, pg_readers: 1, ..DbOptions::default() }).await;
    let lost = db.write(|tx| -> Nothing { Ok(tx.conn.batch("SELECT pg_terminate_backend(pg_backend_pid())")?) }).await;
    assert!(matches!(lost, Err(Stop::Failed(DbError::Unavailable(_)))), "{lost:?}");
    db.write(|tx| -> Nothing { Ok(put(tx, "after")?) }).await.unwrap();
    assert_eq!(number(&db, "after").await, Some(0));
}
