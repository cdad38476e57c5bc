//! Counting attempts, wherever they are counted: in the process, in Redis, in rows.

use futures_util::future::join_all;
use xianfeng::kernel::attempts::{self, Attempts, Pace};
use xianfeng::people::sessions::rules::{NETWORK_DRAIN_SECONDS, network_wait};

use crate::support::{TestApp, needs_postgres, on_postgres};

const PACE: Pace = Pace { free: 10, longest_wait_seconds: 900, drain_seconds: 900 };

/// The counting of two servers over the app's database, at each home that this run has.
fn homes(app: &TestApp) -> Vec<(&'static str, Attempts, Attempts)> {
    let open = |redis| Attempts::open(app.db(), redis).unwrap();
    if !on_postgres() {
        let one = open(None);
        return vec![("process", one.clone(), one)];
    }
    let url = std::env::var("TEST_REDIS_URL").unwrap();
    let prefix = app.folder().display().to_string();
    let redis = || open(Some((url.as_str(), prefix.as_str())));
    vec![("rows", open(None), open(None)), ("Redis", redis(), redis())]
}

#[tokio::test]
async fn of_sixty_attempts_at_once_on_two_servers_ten_are_let_through() {
    let app = TestApp::start_empty().await;
    for (home, one, other) in homes(&app) {
        let takes = (0..60).map(|n| if n % 2 == 0 { &one } else { &other }.take([1; 32], PACE));
        let (taken, refused): (Vec<_>, Vec<_>) = join_all(takes).await.into_iter().partition(Result::is_ok);
        assert_eq!(taken.len(), 10, "{home}");
        assert!(refused.into_iter().all(|wait| wait.unwrap_err() == 1), "{home}");
        assert!(other.take([2; 32], PACE).await.is_ok(), "{home}: another key is another matter");
    }
}

#[tokio::test]
async fn what_is_given_back_was_never_counted_and_the_rest_drains() {
    let app = TestApp::start_empty().await;
    for (n, (home, one, other)) in homes(&app).into_iter().enumerate() {
        let key = [u8::try_from(n).unwrap(); 32];
        for _ in 0..30 {
            let taken = one.take(key, PACE).await.unwrap();
            other.give_back(taken).await;
        }
        for _ in 0..10 {
            let _ = one.take(key, PACE).await.unwrap();
        }
        assert_eq!(other.take(key, PACE).await.err(), Some(1), "{home}");
        app.advance_seconds(1);
        let _ = other.take(key, PACE).await.unwrap();
        assert_eq!(one.take(key, PACE).await.err(), Some(2), "{home}");
        app.advance_seconds(3 * 3600);
        for _ in 0..10 {
            let _ = one.take(key, PACE).await.unwrap();
        }
        assert_eq!(one.take(key, PACE).await.err(), Some(1), "{home}");
    }
}

/// A whole plant signs in for the first time behind one address, and one in twenty mistypes at first.
#[tokio::test]
async fn five_thousand_first_sign_ins_from_one_address_are_refused_to_nobody() {
    let app = TestApp::start_empty().await;
    for (home, one, _) in homes(&app) {
        let (failures, members) = ([3; 32], [4; 32]);
        for n in 0..5000_u32 {
            let known = one.count_known(members).await;
            let height = one.height(failures, NETWORK_DRAIN_SECONDS).await;
            assert_eq!(network_wait(height, known), None, "{home}: member {n}, {height} failures, {known} known");
            if n % 20 == 0 {
                one.add(failures, NETWORK_DRAIN_SECONDS).await;
            }
            let mut subject = [0; 32];
            subject[..4].copy_from_slice(&n.wrapping_mul(2_654_435_761).to_be_bytes());
            one.know(members, subject).await;
        }
    }
}

#[tokio::test]
async fn a_stranger_who_fails_fifty_times_has_to_wait() {
    let app = TestApp::start_empty().await;
    for (home, one, other) in homes(&app) {
        for n in 0..50 {
            let height = other.height([5; 32], NETWORK_DRAIN_SECONDS).await;
            assert_eq!(network_wait(height, 0), None, "{home}: failure {n}");
            one.add([5; 32], NETWORK_DRAIN_SECONDS).await;
        }
        assert_eq!(network_wait(other.height([5; 32], NETWORK_DRAIN_SECONDS).await, 0), Some(60), "{home}");
    }
}

#[tokio::test]
async fn a_redis_that_is_away_refuses_nobody_and_the_process_counts() {
    let app = TestApp::start_empty().await;
    let attempts = Attempts::open(app.db(), Some(("redis://127.0.0.1:1", "away"))).unwrap();
    let began = std::time::Instant::now();
    for _ in 0..10 {
        let taken = attempts.take([6; 32], PACE).await.unwrap();
        attempts.give_back(taken).await;
        let _ = attempts.take([6; 32], PACE).await.unwrap();
    }
    assert_eq!(attempts.take([6; 32], PACE).await.err(), Some(1));
    attempts.know([7; 32], [8; 32]).await;
    assert_eq!(attempts.count_known([7; 32]).await, 1);
    assert!(began.elapsed() < std::time::Duration::from_secs(3), "{:?}", began.elapsed());
}

#[tokio::test]
#[ignore = "needs PostgreSQL and Redis: scripts/test runs it there"]
async fn rows_that_have_drained_away_are_deleted() {
    needs_postgres();
    let app = TestApp::start_empty().await;
    let rows = Attempts::open(app.db(), None).unwrap();
    let _ = rows.take([9; 32], PACE).await.unwrap();
    app.advance_seconds(24 * 3600 + 1);
    let _ = rows.take([9; 32], PACE).await.unwrap();
    assert_eq!(app.write(|tx| Ok(attempts::tidy(tx)?)).await, 1);
    assert_eq!(app.write(|tx| Ok(attempts::tidy(tx)?)).await, 0);
}
