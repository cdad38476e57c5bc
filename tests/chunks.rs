//! Long work in chunks: done once, resumed where it stopped, by one process at a time.

use std::sync::{Arc, Mutex};

use uuid::Uuid;
use xianfeng::db::{Db, DbError};
use xianfeng::kernel::chunks::{Work, Worked};
use xianfeng::kernel::lease::{Lease, ProcessId};

use crate::support::TestApp;

/// Numbers up to this are the work, three at a time.
const ALL: u32 = 10;

fn work(holder: ProcessId) -> Work {
    Work { name: "test", subject: Uuid::nil(), lease: Lease { name: "test", holder, seconds: 60 } }
}

/// Does the work, noting every number; breaks off before the chunk that holds `breaks_at`.
async fn go(
    db: &Db,
    holder: ProcessId,
    breaks_at: Option<u32>,
    seen: &Arc<Mutex<Vec<u32>>>,
) -> Result<Worked, DbError> {
    let read = |after: u32| async move {
        let chunk: Vec<u32> = (after + 1..=ALL).take(3).collect();
        match chunk.last().copied() {
            Some(_) if breaks_at.is_some_and(|number| chunk.contains(&number)) => Err(DbError::Overloaded),
            Some(last) => Ok(Some((chunk, last))),
            None => Ok(None),
        }
    };
    let seen = seen.clone();
    work(holder)
        .each(db, 0, read, move |_, chunk: &Vec<u32>| {
            seen.lock().unwrap().extend(chunk);
            Ok(())
        })
        .await
}

#[tokio::test]
async fn work_that_was_broken_off_goes_on_where_it_stopped() {
    let app = TestApp::start_empty().await;
    let (one, other): (ProcessId, ProcessId) = (app.db().fresh_id(), app.db().fresh_id());
    let seen = Arc::default();
    assert!(go(app.db(), one, Some(8), &seen).await.is_err());
    assert_eq!(*seen.lock().unwrap(), [1, 2, 3, 4, 5, 6]);
    assert_eq!(go(app.db(), other, None, &seen).await.unwrap(), Worked::Elsewhere, "its lease is not over");
    app.advance_seconds(61);
    assert_eq!(go(app.db(), other, None, &seen).await.unwrap(), Worked::Done);
    assert_eq!(*seen.lock().unwrap(), (1..=ALL).collect::<Vec<_>>(), "each once");
    // what is done is forgotten: the next time it begins anew
    assert_eq!(go(app.db(), other, None, &seen).await.unwrap(), Worked::Done);
    assert_eq!(seen.lock().unwrap().len(), 2 * ALL as usize);
}
