//! An answered write has been synced to disk, watched from outside the process.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tokio::time::sleep;

use super::alone;
use super::load::{Books, Load};
use crate::support::process::Site;

const WRITES: usize = 10;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answered_write_was_synced() {
    let _turn = alone().await;
    let site = Site::on_sqlite(WRITES).await;
    let server = site.serve().await;
    let log = site.folder().join("strace.log");
    let mut strace = watch_syncs(server.pid(), &log, &[]).await.expect(UNWATCHED);
    let load = Load::new(&site);
    let mut least = usize::MAX;
    for index in 0..WRITES {
        let before = syncs(&log);
        assert_eq!(load.submit(&server, index).await.unwrap().status, 201);
        least = least.min(syncs(&log) - before);
    }
    let total = syncs(&log);
    let stopped = Command::new("sh").args(["-c", &format!("kill -INT {}", strace.id())]).status().unwrap();
    assert!(stopped.success());
    strace.wait().unwrap();
    println!("syncs: {total} during {WRITES} submissions one after the other, {least} at least for each");
    assert!(least >= 1, "a submission was answered before it was synced");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_answered_by_a_disk_that_fails() {
    let _turn = alone().await;
    let site = Site::on_sqlite(WRITES).await;
    let mut server = site.serve().await;
    let load = Load::new(&site);
    assert_eq!(load.submit(&server, 0).await.unwrap().status, 201);
    let log = site.folder().join("strace.log");
    let mut strace =
        watch_syncs(server.pid(), &log, &["-e", "inject=fdatasync,fsync:error=EIO"]).await.expect(UNWATCHED);
    // the server may be gone already, or go while it answers
    let refused = load.submit(&server, 1).await.map(|reply| reply.status);
    assert!(refused.as_ref().map_or(true, |status| *status == 503), "{refused:?}");
    let ended = server.exited(Duration::from_secs(10)).await;
    strace.wait().unwrap();
    assert!(!ended.success() && server.log().contains("could not be synced"), "{ended}: {}", server.log());

    // what the disk really holds is found again, and what was not acknowledged can be sent again
    let server = site.serve().await;
    assert_eq!(load.submit(&server, 0).await.unwrap().status, 200);
    let again = load.submit(&server, 1).await.unwrap().status;
    assert!(matches!(again, 200 | 201), "{again}");
    load.check(&Books::read(&site));
}

const UNWATCHED: &str =
    "strace is here and may watch (apt-get install strace; containers need the capability SYS_PTRACE)";

/// Starts to watch, with further arguments; `None` when that cannot be done here.
async fn watch_syncs(pid: u32, log: &Path, further: &[&str]) -> Option<Child> {
    let mut strace = Command::new("strace")
        .args(["-f", "-e", "trace=fdatasync,fsync", "-p", &pid.to_string(), "-o"])
        .arg(log)
        .args(further)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let began = Instant::now();
    // every thread has been attached once the kernel says so
    while !is_traced(pid) {
        if strace.try_wait().ok()?.is_some() || began.elapsed() > Duration::from_secs(5) {
            let _ = strace.kill();
            return None;
        }
        sleep(Duration::from_millis(10)).await;
    }
    Some(strace)
}

fn is_traced(pid: u32) -> bool {
    let Ok(threads) = std::fs::read_dir(format!("/proc/{pid}/task")) else { return false };
    threads.flatten().all(|thread| {
        let status = std::fs::read_to_string(thread.path().join("status")).unwrap_or_default();
        status.lines().any(|line| line.starts_with("TracerPid:") && !line.ends_with("\t0"))
    })
}

fn syncs(log: &Path) -> usize {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    text.lines().filter(|line| line.contains("sync(") && line.contains("= 0")).count()
}
