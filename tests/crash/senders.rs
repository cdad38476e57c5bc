//! Clients that send slowly or too much: they are cut, and nobody else waits for them.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::alone;
use crate::support::process::{Server, Site};

/// Slow senders are cut within ten seconds, and a machine under load may need a little more.
const CUT: Duration = Duration::from_secs(13);

/// Slow senders of each kind at the same time.
const CROWD: usize = 25;

/// actix watches the first head of a connection only: once a later one has begun, no timer runs. In the shipped
/// deployment `client_header_timeout` of nginx does; a server without a proxy in front is not guarded against this one.
const LEFT_TO_NGINX: &str = "a slow second head";

/// What each kind of slow sender sends at once, before the rest comes byte by byte.
fn beginnings(site: &Site) -> [(&'static str, String); 5] {
    let head = "GET /healthz HTTP/1.1\r\nhost: x\r\n";
    let submission = format!(
        "PUT /api/v1/quiz/daily/{}/submission HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\
         content-type: application/json\r\ncontent-length: 1000\r\n\r\n",
        site.day,
        site.token(0)
    );
    [
        ("nothing at all", String::new()),
        ("a slow head", format!("{head}x-slow: ")),
        (LEFT_TO_NGINX, format!("{head}\r\n{head}x-slow: ")),
        ("a slow body", submission),
        ("a slow body that nobody wants", format!("{head}content-length: 1000\r\n\r\n")),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_senders_are_cut_and_others_are_served() {
    let _turn = alone().await;
    let site = Site::open(2).await;
    let server = site.serve().await;
    let mut senders = JoinSet::new();
    for (name, beginning) in beginnings(&site) {
        for _ in 0..CROWD {
            let (address, beginning) = (server.address, beginning.clone());
            senders.spawn(async move { (name, send_slowly(address, &beginning, name != "nothing at all").await) });
        }
    }
    let slowest = serve_others(&server, &site).await;
    println!("slow senders: {} at once, everybody else was answered within {slowest:.2?}", CROWD * 5);
    assert!(slowest < Duration::from_secs(1));
    let mut cuts = senders.join_all().await;
    cuts.sort();
    for of_a_kind in cuts.chunk_by(|a, b| a.0 == b.0) {
        let (name, latest) = of_a_kind.last().expect("a chunk is not empty");
        println!("slow senders: {name} was cut after {latest:.2?} at the latest");
    }
    let cut = |(name, took): &(&str, Duration)| *took < CUT || *name == LEFT_TO_NGINX;
    assert!(cuts.iter().all(cut), "a slow sender was not cut");
}

/// Sends the beginning and then a byte now and then, until the server ends the connection.
async fn send_slowly(address: std::net::SocketAddr, beginning: &str, more: bool) -> Duration {
    let began = Instant::now();
    let (mut from, mut to) = TcpStream::connect(address).await.unwrap().into_split();
    to.write_all(beginning.as_bytes()).await.unwrap();
    let drip = async {
        while more && to.write_all(b"a").await.is_ok() {
            sleep(Duration::from_millis(300)).await;
        }
        std::future::pending::<()>().await;
    };
    let ending = async { while let Ok(1..) = from.read(&mut [0; 4096]).await {} };
    tokio::select! {
        () = drip => unreachable!("dripping does not end"),
        ended = timeout(CUT, ending) => if ended.is_err() { return CUT },
    }
    began.elapsed()
}

/// What members notice of the crowd: the longest answer.
async fn serve_others(server: &Server, site: &Site) -> Duration {
    let (began, mut slowest) = (Instant::now(), Duration::ZERO);
    while began.elapsed() < Duration::from_secs(5) {
        let asked = Instant::now();
        assert_eq!(server.get("/quiz/daily", &site.token(1)).await.unwrap().status, 200);
        slowest = slowest.max(asked.elapsed());
        sleep(Duration::from_millis(50)).await;
    }
    slowest
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_is_far_too_long_is_refused_at_once() {
    const LENGTH: usize = 100 * 1024 * 1024;
    let _turn = alone().await;
    let site = Site::open(1).await;
    let server = site.serve().await;
    for framing in [format!("content-length: {LENGTH}"), "transfer-encoding: chunked".into()] {
        let chunked = framing.starts_with("transfer");
        let head = format!(
            "PUT /api/v1/quiz/daily/{}/submission HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\
             content-type: application/json\r\n{framing}\r\n\r\n",
            site.day,
            site.token(0)
        );
        let began = Instant::now();
        let (mut from, mut to) = TcpStream::connect(server.address).await.unwrap().into_split();
        to.write_all(head.as_bytes()).await.unwrap();
        let sending = tokio::spawn(async move {
            let piece = vec![b' '; 64 * 1024];
            for sent in 1..=LENGTH / piece.len() {
                let framed = [b"10000\r\n".as_slice(), &piece, b"\r\n"].concat();
                if to.write_all(if chunked { &framed } else { &piece }).await.is_err() {
                    return sent * piece.len();
                }
            }
            LENGTH
        });
        let mut answer = vec![0; 64];
        let read = timeout(Duration::from_secs(5), from.read(&mut answer)).await.expect("an answer").unwrap();
        let line = String::from_utf8_lossy(&answer[..read]).lines().next().unwrap_or_default().to_owned();
        println!("100 MB, {framing}: {line} after {:.2?}", began.elapsed());
        assert!(line.starts_with("HTTP/1.1 413"), "{line}");
        assert!(began.elapsed() < Duration::from_secs(2));
        drop(from);
        let sent = timeout(Duration::from_secs(5), sending).await.expect("the connection ends").unwrap();
        // what is on its way is thrown away for two seconds at most, so that the client reads the answer
        println!("100 MB, {framing}: the connection ended after {} MB and {:.2?}", sent >> 20, began.elapsed());
        assert!(began.elapsed() < Duration::from_secs(5));
    }
}
