//! What is remembered for a moment.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::Notify;
use xianfeng::db::DbError;
use xianfeng::kernel::memo::{Memo, UNTIL_FORGOTTEN};

const MINUTE: Duration = Duration::from_secs(60);

/// Counts how often it was asked, and answers with the count.
#[derive(Default)]
struct Asked(AtomicU32);

impl Asked {
    async fn answer(&self) -> Result<u32, DbError> {
        Ok(self.0.fetch_add(1, SeqCst) + 1)
    }
}

#[tokio::test]
async fn an_answer_is_kept_for_its_time_and_the_oldest_goes_first() {
    let (memo, asked) = (Memo::new(2), Asked::default());
    let ask = async |key: u8, age: Duration| *memo.get(&key, age, async || asked.answer().await).await.unwrap();
    assert_eq!((ask(1, MINUTE).await, ask(1, MINUTE).await), (1, 1));
    assert_eq!(ask(1, Duration::ZERO).await, 2);
    assert_eq!((ask(2, MINUTE).await, ask(1, MINUTE).await, ask(3, MINUTE).await), (3, 2, 4));
    assert_eq!((ask(1, MINUTE).await, ask(2, MINUTE).await), (2, 5));
    tokio::time::sleep(Duration::from_millis(30)).await;
    assert_eq!(ask(2, Duration::from_millis(20)).await, 6);
}

#[tokio::test]
async fn of_many_who_ask_one_finds_out() {
    let (memo, asked) = (Memo::new(8), Asked::default());
    let ask = async || {
        let slowly = async || {
            tokio::time::sleep(Duration::from_millis(20)).await;
            asked.answer().await
        };
        *memo.get(&(), MINUTE, slowly).await.unwrap()
    };
    let answers = join_all((0..64).map(|_| ask())).await;
    assert_eq!(answers, [1; 64]);
}

#[tokio::test]
async fn an_error_is_not_kept_and_the_next_one_asks() {
    let memo = Memo::<(), u32>::new(8);
    let away = memo.get(&(), MINUTE, async || Err(DbError::Unavailable("away".into()))).await;
    assert!(matches!(away, Err(DbError::Unavailable(_))), "{away:?}");
    assert_eq!(*memo.get(&(), MINUTE, async || Ok(7)).await.unwrap(), 7);
}

/// Of 16 who ask at once the first finds `error` after a while; so many asked.
async fn asked_until_all_failed(error: impl Fn() -> DbError) -> u32 {
    let (memo, asked) = (Memo::<(), u32>::new(8), AtomicU32::new(0));
    let ask = async || {
        let slowly = async || {
            asked.fetch_add(1, SeqCst);
            tokio::time::sleep(Duration::from_millis(20)).await;
            Err(error())
        };
        assert!(memo.get(&(), MINUTE, slowly).await.is_err());
    };
    join_all((0..16).map(|_| ask())).await;
    asked.load(SeqCst)
}

#[tokio::test]
async fn who_waited_for_a_database_that_is_away_does_not_wait_again() {
    assert_eq!(asked_until_all_failed(|| DbError::Unavailable("away".into())).await, 1);
    assert_eq!(asked_until_all_failed(|| DbError::Overloaded).await, 1);
    assert_eq!(asked_until_all_failed(|| DbError::Panicked).await, 16, "the next one may do better");
}

#[tokio::test]
async fn what_is_being_found_out_while_it_is_forgotten_is_not_kept() {
    let (memo, asked) = (Arc::new(Memo::new(8)), Arc::<Asked>::default());
    let (begun, go_on) = (Arc::<Notify>::default(), Arc::<Notify>::default());
    let slow = tokio::spawn({
        let (memo, asked, begun, go_on) = (memo.clone(), asked.clone(), begun.clone(), go_on.clone());
        async move {
            let slowly = async || {
                let answer = asked.answer().await;
                begun.notify_one();
                go_on.notified().await;
                answer
            };
            *memo.get(&(), UNTIL_FORGOTTEN, slowly).await.unwrap()
        }
    });
    begun.notified().await;
    memo.forget();
    go_on.notify_one();
    assert_eq!(slow.await.unwrap(), 1);
    let again = memo.get(&(), UNTIL_FORGOTTEN, async || asked.answer().await).await.unwrap();
    assert_eq!((*again, *memo.get(&(), UNTIL_FORGOTTEN, async || asked.answer().await).await.unwrap()), (2, 2));
}
